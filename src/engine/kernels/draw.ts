/** Tensors of random draws, in the order in which PyTorch's kernels visit memory. */
import { context } from '../context';
import { allocate, type DType, type HalfType, isHalf } from '../dtype';
import { runtimeError } from '../errors';
import type { Generator } from '../random/generator';
import { contiguousStrides, numel, show } from '../shape';
import { Tensor } from '../tensor';

export type Floats = Float32Array | Float64Array;
/** `half` says that float32 numbers stand for a half dtype. */
type Fill = (out: never, gen: Generator, half: HalfType | null) => unknown;

/** A new tensor whose memory `fill` fills with draws of the generator; the samplers' errors become PyTorch's. */
export function drawn(dtype: DType, shape: readonly number[], fill: Fill): Tensor {
  const bad = shape.find((d) => d < 0);
  if (bad !== undefined) throw runtimeError(`Trying to create tensor with negative dimension ${bad}: ${show(shape)}`);
  const out = allocate(dtype, numel(shape));
  try {
    fill(out as never, context.generator, isHalf(dtype) ? dtype : null);
  } catch (e) {
    throw e instanceof RangeError ? runtimeError(e.message) : e;
  }
  return Tensor.of(dtype, [...shape], out);
}

/** Its dimensions, the outermost in memory first. */
const memoryOrder = (x: Tensor) => x.shape.map((_, d) => d).sort((a, b) => x.strides[b] - x.strides[a]);

/** Is a tensor like x contiguous? */
export const inRows = (x: Tensor) => x.contiguous || memoryOrder(x).every((d, i) => d === i);

/** The same in x's shape: PyTorch visits a permuted tensor in the order of its memory, and a tensor like it is permuted alike. */
export function drawnLike(x: Tensor, dtype: DType, fill: Fill): Tensor {
  if (x.contiguous) return drawn(dtype, x.shape, fill);
  const order = memoryOrder(x);
  const shape = order.map((d) => x.shape[d]);
  const out = drawn(dtype, shape, fill);
  const strides = contiguousStrides(shape);
  return out.alias(
    [...x.shape],
    x.shape.map((_, d) => strides[order.indexOf(d)]),
  );
}
