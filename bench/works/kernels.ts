/** The bench's kernels on Backstep's engine: products of matrices and convolutions as the ops run them, copying in and out included. */
import { setFlagsFromString } from 'node:v8';
import { type Convolution, convolve, convolveBack, convolveWeight } from '../../src/engine/kernels/convolution';
import { products } from '../../src/engine/kernels/product';
import { Tensor } from '../../src/engine/tensor';
import { canUse, KERNEL_PATHS, type KernelPath, useKernels } from '../../src/engine/wasm/kernels';
import { fill } from './measure.mjs';

export { lendThreads } from '../../src/python/threads';

// Node 20 has relaxed SIMD behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');
export const paths: readonly KernelPath[] = KERNEL_PATHS.filter(canUse);

/** A product [m, k] · [k, n] (which operands lie transposed: NN, NT, TN), or a convolution of a batch. */
export type Case =
  | { kind: 'product'; form: string; m: number; k: number; n: number; count?: number }
  | {
      kind: 'convolution';
      way: 'forward' | 'input' | 'weight';
      batch: number;
      inner: number;
      outer: number;
      size: number;
    };

function matrix(number: number, count: number, rows: number, columns: number, turned: boolean): Tensor {
  const shape = [count, rows, columns];
  const t = Tensor.of('float32', shape, fill(number, shape, 2));
  return turned ? t.alias(shape, [rows * columns, 1, rows]) : t;
}

/** What runs a case once. */
export function runner(c: Case, path: KernelPath): () => Tensor {
  useKernels(path);
  if (c.kind === 'product') {
    const a = matrix(0, c.count ?? 1, c.m, c.k, c.form[0] === 'T');
    const b = matrix(1, c.count ?? 1, c.k, c.n, c.form[1] === 'T');
    return () => products(a, b);
  }
  const { batch, inner, outer, size } = c;
  const windows: Convolution = {
    ...{ batch, inner, outer, groups: 1, size: [size, size], out: [size, size] },
    ...{ kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] },
  };
  const of = (number: number, shape: number[]) => Tensor.of('float32', shape, fill(number, shape, 2));
  const x = of(0, [batch, inner, size, size]);
  const dy = of(1, [batch, outer, size, size]);
  const w = of(2, [outer, inner, 3, 3]);
  if (c.way === 'forward') return () => convolve(x, w, null, windows);
  return c.way === 'input' ? () => convolveBack(dy, w, windows) : () => convolveWeight(dy, x, windows);
}
