/** Walking a tensor along some of its dimensions: what reductions, scans, sorting and softmax are made of. */
import { allocate, type Data, type DType } from '../dtype';
import { contiguousStrides, numel, wrapDim } from '../shape';
import { Tensor } from '../tensor';

/** A tensor as rows: one for each place in the dimensions that stay, with the dimensions to reduce laid out in it. */
export interface Rows {
  values: Data;
  count: number;
  length: number;
  /** The result's shape. */
  shape: number[];
}

/** `dims` are wrapped and sorted (see reduceDims). Copies unless they are the last ones of a contiguous tensor. */
export function rowsOf(t: Tensor, dims: readonly number[], keepdim: boolean): Rows {
  const kept = t.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const order = [...kept, ...dims];
  const turned = t.alias(
    order.map((d) => t.shape[d]),
    order.map((d) => t.strides[d]),
  );
  return {
    values: turned.values(),
    count: numel(kept.map((d) => t.shape[d])),
    length: numel(dims.map((d) => t.shape[d])),
    shape: reducedShape(t.shape, dims, keepdim),
  };
}

export function reducedShape(shape: readonly number[], dims: readonly number[], keepdim: boolean): number[] {
  return keepdim ? shape.map((n, d) => (dims.includes(d) ? 1 : n)) : shape.filter((_, d) => !dims.includes(d));
}

/** Reduces each row to a number. `f` gets the elements and where its row begins and ends. */
export function reduceRows(
  t: Tensor,
  dims: readonly number[],
  keepdim: boolean,
  to: DType,
  f: (x: Float64Array, from: number, until: number) => number | bigint,
): Tensor {
  const { values, count, length, shape } = rowsOf(t, dims, keepdim);
  const out = allocate(to, count) as Float64Array;
  for (let r = 0; r < count; r++) out[r] = f(values as Float64Array, r * length, (r + 1) * length) as number;
  return Tensor.of(to, shape, out);
}

/**
 * Gives each line of elements along `dim` to `f`, which fills the same line of every output: one for each of `to`, of `length` elements
 * along `dim` (as many as the input has, when left out).
 */
export function alongDim(
  t: Tensor,
  dim: number,
  to: readonly DType[],
  f: (x: Float64Array, from: number, n: number, outs: Float64Array[], at: number) => void,
  length?: number,
): Tensor[] {
  const d = wrapDim(dim, t.rank);
  const n = t.rank ? t.shape[d] : 1;
  const made = length ?? n;
  const { values, count } = rowsOf(t, t.rank ? [d] : [], false);
  const lines = t.rank ? count : 1;
  const outs = to.map((dtype) => allocate(dtype, lines * made) as Float64Array);
  for (let r = 0; r < lines; r++) f(values as Float64Array, r * n, n, outs, r * made);
  const shape = t.shape.map((size, i) => (i === d ? made : size));
  return outs.map((out, k) => putBack(to[k], out, shape, d));
}

/** Lines that were written one after the other, as a tensor of `shape` in which they run along dimension d. */
function putBack(dtype: DType, lines: Data, shape: number[], d: number): Tensor {
  if (d >= shape.length - 1) return Tensor.of(dtype, shape, lines);
  const turned = [...shape.slice(0, d), ...shape.slice(d + 1), shape[d]];
  const strides = contiguousStrides(turned);
  const back = [...strides.slice(0, d), strides[strides.length - 1], ...strides.slice(d, -1)];
  return Tensor.of(dtype, shape, Tensor.of(dtype, turned, lines).alias(shape, back).values());
}
