/** Elementwise loops in plain TypeScript: the reference that every faster path is compared with. */
import { context } from '../context';
import { allocate, type Data, DTYPES, type DType, isFloat, promote } from '../dtype';
import { broadcast, numel, sameShape } from '../shape';
import { forEachOffset, Tensor } from '../tensor';
import { converter } from './convert';

type Fn1 = (a: number) => number;
type Fn2 = (a: number, b: number) => number;
export type Big1 = (a: bigint) => bigint;
export type Big2 = (a: bigint, b: bigint) => bigint;

/**
 * torch.result_type: tensors with dimensions decide before 0-d tensors, and those before Python numbers; a lower rank only counts where it
 * is of a higher kind (bool < int < float). Source: PyTorch's "Type Promotion" documentation, at::native::result_type.
 */
export function resultType(...tensors: readonly Tensor[]): DType {
  const ranks: (DType | null)[] = [null, null, null];
  for (const t of tensors) {
    const rank = t.wrapped ? 2 : t.rank === 0 ? 1 : 0;
    const d = t.wrapped && isFloat(t.dtype) ? context.defaultDtype : t.dtype;
    ranks[rank] = ranks[rank] === null ? d : promote(ranks[rank]!, d);
  }
  let result: DType | null = null;
  for (const d of ranks) {
    if (d === null) continue;
    if (result === null) result = d;
    else if (!isFloat(result) && (result === 'bool' || isFloat(d))) result = promote(result, d);
  }
  return result!;
}

/** The dtype a float-valued function of integers gives: floats stay, the rest becomes the default dtype. */
export const floatType = (d: DType): DType => (isFloat(d) ? d : context.defaultDtype);

/** A tensor's elements in row-major order as `dtype`; for reading only. */
export function valuesAs(t: Tensor, dtype: DType): Data {
  const source = t.values() as Float64Array;
  const convert = converter(t.dtype, dtype);
  if (t.dtype === dtype) return source;
  const out = allocate(dtype, source.length) as Float64Array;
  if (convert) for (let i = 0; i < source.length; i++) out[i] = convert(source[i]);
  else out.set(source);
  return out;
}

/** Elements as something a number can be read from: int64 becomes float64 (exact up to 2**53). */
export function numbers(t: Tensor): Float64Array {
  const v = t.values();
  return (v instanceof BigInt64Array ? Float64Array.from(v, Number) : v) as Float64Array;
}

/** f of every element; the result is of dtype `to`. `big` serves int64 to int64 exactly. */
export function unary(x: Tensor, to: DType, f: Fn1, big?: Big1): Tensor {
  const n = x.count;
  if (to === 'int64' && x.dtype === 'int64' && big) {
    const source = x.values() as BigInt64Array;
    const out = new BigInt64Array(n);
    for (let i = 0; i < n; i++) out[i] = big(source[i]);
    return Tensor.of(to, [...x.shape], out);
  }
  const source = numbers(x);
  const out = allocate(to, n) as Float64Array;
  if (to === 'int64') {
    const target = out as unknown as BigInt64Array;
    for (let i = 0; i < n; i++) target[i] = BigInt(f(source[i]));
  } else for (let i = 0; i < n; i++) out[i] = f(source[i]);
  return Tensor.of(to, [...x.shape], out);
}

/** Strides that read `t` as if it had `shape`: 0 along broadcast dimensions. */
function broadcastStrides(from: readonly number[], shape: readonly number[]): number[] {
  const lead = shape.length - from.length;
  const strides = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let i = from.length - 1; i >= 0; i--) {
    strides[lead + i] = from[i] === 1 ? 0 : step;
    step *= from[i];
  }
  return strides;
}

/** The elements of `values` (row-major, of shape `from`), repeated to fill `shape`. */
function spread<D extends Data>(values: D, from: readonly number[], shape: readonly number[], dtype: DType): D {
  if (sameShape(from, shape)) return values;
  const n = numel(shape);
  const out = allocate(dtype, n) as Float64Array;
  const source = values as unknown as Float64Array;
  if (source.length === 1) out.fill(source[0]);
  else
    forEachOffset({ shape: [...shape], strides: broadcastStrides(from, shape), offset: 0 }, (offset, i) => {
      out[i] = source[offset];
    });
  return out as unknown as D;
}

export interface BinaryRule {
  /** Inputs are brought to this dtype first; the promoted one when left out. */
  compute?: DType;
  /** The result's dtype; `compute` when left out. */
  to?: DType;
  /** Exact arithmetic where the inputs are int64. */
  big?: Big2;
}

/** f of every pair, broadcast. */
export function binary(a: Tensor, b: Tensor, f: Fn2, rule: BinaryRule = {}): Tensor {
  const shape = broadcast(a.shape, b.shape);
  const compute = rule.compute ?? resultType(a, b);
  const to = rule.to ?? compute;
  const n = numel(shape);
  const x = spread(valuesAs(a, compute), a.shape, shape, compute) as Float64Array;
  const y = spread(valuesAs(b, compute), b.shape, shape, compute) as Float64Array;
  const out = allocate(to, n) as Float64Array;
  if (compute === 'int64') {
    const bx = x as unknown as BigInt64Array;
    const by = y as unknown as BigInt64Array;
    if (to === 'int64') {
      const target = out as unknown as BigInt64Array;
      const big = rule.big ?? ((p, q) => BigInt(f(Number(p), Number(q))));
      for (let i = 0; i < n; i++) target[i] = BigInt.asIntN(64, big(bx[i], by[i]));
    } else for (let i = 0; i < n; i++) out[i] = f(Number(bx[i]), Number(by[i]));
  } else for (let i = 0; i < n; i++) out[i] = f(x[i], y[i]);
  return Tensor.of(to, shape, out);
}

/** `result type` errors name dtypes as C++ does. */
export const dtypeLabel = (d: DType) => DTYPES[d].label;
