/** Elementwise loops in plain TypeScript: the reference that every faster path is compared with. */
import { context } from '../context';
import {
  allocate,
  type ComplexType,
  complexType,
  type Data,
  DTYPES,
  type DType,
  isComplex,
  isDifferentiable,
  isFloat,
  isHalf,
  promote,
  realType,
} from '../dtype';
import { resultArray } from '../reuse';
import { broadcast, numel, sameShape } from '../shape';
import { Tensor } from '../tensor';
import { LERP } from '../wasm/assembly/kinds';
import { converter } from './convert';
import { type Fast, mapped, paired, tripled } from './simd';
import { fromBigs } from './wholes';

type Fn1 = (a: number) => number;
type Fn2 = (a: number, b: number) => number;
export type Big1 = (a: bigint) => bigint;
export type Big2 = (a: bigint, b: bigint) => bigint;

/**
 * torch.result_type: tensors with dimensions decide before 0-d tensors, and those before Python numbers; a lower rank only counts where it
 * is of a higher kind (bool < int < float < complex). Source: PyTorch's "Type Promotion" documentation, at::native::result_type.
 */
export function resultType(...tensors: readonly Tensor[]): DType {
  if (tensors.length === 2) {
    // Almost always: one dtype, or a number that gives way.
    const [a, b] = tensors;
    const type = a.dtype;
    if (!a.wrapped && (type === b.dtype ? !b.wrapped : b.wrapped && isFloat(type) && isFloat(b.dtype))) return type;
  }
  const ranks: (DType | null)[] = [null, null, null];
  for (const t of tensors) {
    const rank = t.wrapped ? 2 : t.rank === 0 ? 1 : 0;
    const d = t.wrapped ? ofNumber(t.dtype) : t.dtype;
    ranks[rank] = ranks[rank] === null ? d : promote(ranks[rank]!, d);
  }
  let result: DType | null = null;
  for (const d of ranks) {
    if (d === null) continue;
    if (result === null) result = d;
    else if (isFloat(result)) result = isComplex(d) ? complexType(result) : result;
    else if (!isComplex(result) && (result === 'bool' || isDifferentiable(d))) result = promote(result, d);
  }
  return result!;
}

/** What a Python number's dtype counts as. */
const ofNumber = (d: DType): DType =>
  isFloat(d) ? context.defaultDtype : isComplex(d) ? complexType(context.defaultDtype) : d;

/** The dtype a float-valued function of integers gives: floats and complex numbers stay, the rest becomes the default dtype. */
export const floatType = (d: DType): DType => (isDifferentiable(d) ? d : context.defaultDtype);

/** A tensor's elements in row-major order as `dtype`; for reading only. */
export function valuesAs(t: Tensor, dtype: DType): Data {
  const source = t.values() as Float64Array;
  const from = t.dtype;
  if (from === dtype) return source;
  if (source.length === 1 && (dtype === 'float32' || dtype === 'float64') && !isComplex(from)) {
    // A number of Python's, most often.
    const one = allocate(dtype, 1) as Float64Array;
    one[0] = Number(source[0]);
    return one;
  }
  if (isComplex(dtype)) return complexValues(t, source, dtype);
  if (isComplex(t.dtype)) return partsAs(t, source, dtype);
  if (t.dtype === 'int64' && dtype === 'float64') return numbers(t);
  const out = allocate(dtype, source.length) as Float64Array;
  if (t.dtype === 'int64' && dtype === 'float32') {
    out.set(numbers(t));
    return out;
  }
  const convert = converter(t.dtype, dtype);
  if (convert) for (let i = 0; i < source.length; i++) out[i] = convert(source[i]);
  else out.set(source);
  return out;
}

/** Any tensor's elements as pairs of real and imaginary part. */
function complexValues(t: Tensor, source: Float64Array, dtype: ComplexType): Data {
  const out = allocate(dtype, t.count) as Float64Array;
  if (isComplex(t.dtype)) out.set(source);
  else {
    const real = valuesAs(t, realType(dtype)) as Float64Array;
    for (let i = 0; i < real.length; i++) out[2 * i] = real[i];
  }
  return out;
}

/** Complex elements as a dtype that is not: their real parts. true is what is not 0. */
function partsAs(t: Tensor, source: Float64Array, dtype: DType): Data {
  const out = allocate(dtype, t.count) as Float64Array;
  const convert = converter(realType(t.dtype), dtype);
  for (let i = 0; i < out.length; i++) {
    const real = source[2 * i];
    out[i] = dtype === 'bool' ? Number(real !== 0 || source[2 * i + 1] !== 0) : convert ? convert(real) : real;
  }
  return out;
}

/** Elements as something a number can be read from: int64 becomes float64 (exact up to 2**53). */
export function numbers(t: Tensor): Float64Array {
  const v = t.values();
  return (v instanceof BigInt64Array ? fromBigs(v) : v) as Float64Array;
}

type Floats = Float32Array | Float64Array;
/** A loop of its own for a hot op: `out[i] = f(x[i])`. A shared loop that calls any function is several times slower. */
export type Loop1 = (x: Floats, out: Floats, n: number) => void;
/** The same for two inputs, which advance by `di` and `dj` (0 repeats one element): `out[o + k] = f(x[i + k·di], y[j + k·dj])`. */
export type Loop2 = (
  x: Floats,
  i: number,
  di: number,
  y: Floats,
  j: number,
  dj: number,
  out: Floats,
  o: number,
  n: number,
) => void;

/**
 * f of every element; the result is of dtype `to`. `big` serves int64 to int64 exactly, `loop` floats to floats quickly, `fast` much float32
 * more quickly.
 */
export function unary(x: Tensor, to: DType, f: Fn1, big?: Big1, loop?: Loop1, fast?: Fast): Tensor {
  if (fast && to === 'float32') {
    const y = mapped(x, fast);
    if (y) return y;
  }
  const n = x.count;
  if (to === 'int64' && x.dtype === 'int64' && big) {
    const source = x.values() as BigInt64Array;
    const out = new BigInt64Array(n);
    for (let i = 0; i < n; i++) out[i] = big(source[i]);
    return Tensor.of(to, [...x.shape], out);
  }
  const source = numbers(x);
  const out = resultArray(to, n) as Float64Array;
  if (to === 'int64') {
    const target = out as unknown as BigInt64Array;
    for (let i = 0; i < n; i++) target[i] = BigInt(f(source[i]));
  } else if (loop && isFloat(x.dtype) && isFloat(to)) loop(source, out, n);
  else if (source instanceof Float32Array && out instanceof Float32Array)
    map32(f, source as unknown as Float32Array, out as unknown as Float32Array, n);
  else for (let i = 0; i < n; i++) out[i] = f(source[i]);
  return Tensor.of(to, [...x.shape], out);
}

/** Apart from the loop for all dtypes, so that the engine knows what it reads and writes. */
function map32(f: Fn1, source: Float32Array, out: Float32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = f(source[i]);
}

/** Strides that read a row-major tensor of shape `from` as if it had `shape`: 0 along broadcast dimensions. */
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

/**
 * Walks row-major inputs that broadcast to `shape`, a run at a time: the longest stretch in which each input stands still or goes on by
 * one. `visit` gets the run's place in the output, its length, and where each input starts and how it advances.
 */
export function forEachRun(
  shape: readonly number[],
  inputs: readonly (readonly number[])[],
  visit: (out: number, length: number, starts: readonly number[], steps: readonly number[]) => void,
): void {
  const total = numel(shape);
  if (total === 0) return;
  const strides = inputs.map((from) => broadcastStrides(from, shape));
  // The innermost dimensions that every input reads as one.
  let d = shape.length;
  let length = 1;
  let steps: number[] | null = null;
  while (d > 0) {
    if (shape[d - 1] !== 1) {
      const here = strides.map((s) => s[d - 1]);
      if (!steps) steps = here;
      else if (!here.every((s, k) => s === steps![k] * length)) break;
      length *= shape[d - 1];
    }
    d--;
  }
  const at = new Array<number>(d).fill(0);
  const starts = inputs.map(() => 0);
  for (let out = 0; ; ) {
    visit(out, length, starts, steps ?? starts);
    out += length;
    if (out === total) return;
    for (let k = d - 1; k >= 0; k--) {
      at[k]++;
      for (let t = 0; t < starts.length; t++) starts[t] += strides[t][k];
      if (at[k] < shape[k]) break;
      for (let t = 0; t < starts.length; t++) starts[t] -= strides[t][k] * shape[k];
      at[k] = 0;
    }
  }
}

export interface BinaryRule {
  /** Inputs are brought to this dtype first; the promoted one when left out. */
  compute?: DType;
  /** The result's dtype; `compute` when left out. */
  to?: DType;
  /** Exact arithmetic where the inputs are int64. */
  big?: Big2;
  /** A loop of its own where inputs are floats, and the result is of floats or bool. */
  loop?: Loop2;
  /** How the SIMD kernels compute it for float32. */
  fast?: Fast;
  /** A single number on the right takes part in float32 where the rest is of a half dtype: PyTorch rounds only the result. */
  single?: boolean;
}

/** f of every pair, broadcast. A bool result is 1 where f gives anything but 0. */
export function binary(a: Tensor, b: Tensor, f: Fn2, rule: BinaryRule = {}): Tensor {
  const shape = broadcast(a.shape, b.shape);
  const compute = rule.compute ?? resultType(a, b);
  const to = rule.to ?? compute;
  if (rule.fast && compute === 'float32' && to === 'float32') {
    const y = paired(a, b, shape, rule.fast);
    if (y) return y;
  }
  const x = valuesAs(a, compute) as Float64Array;
  const y = valuesAs(b, rule.single && b.count === 1 && isHalf(compute) ? 'float32' : compute) as Float64Array;
  const out = resultArray(to, numel(shape)) as Float64Array;
  const loop = chooseLoop(f, rule, compute, to);
  // One run: equal shapes, or a single number on the right.
  if (out.length === x.length && (y.length === 1 || (out.length === y.length && sameShape(a.shape, b.shape))))
    loop(x, 0, 1, y, 0, y.length === 1 ? 0 : 1, out, 0, out.length);
  else forEachRun(shape, [a.shape, b.shape], (o, n, [i, j], [di, dj]) => loop(x, i, di, y, j, dj, out, o, n));
  return Tensor.of(to, shape, out);
}

function chooseLoop(f: Fn2, rule: BinaryRule, compute: DType, to: DType): Loop2 {
  if (rule.loop && isFloat(compute) && (isFloat(to) || to === 'bool')) return rule.loop;
  if (compute === 'int64') {
    const read = (v: unknown) => v as bigint;
    if (to === 'int64') {
      const big = rule.big ?? ((p, q) => BigInt(f(Number(p), Number(q))));
      return (x, i, di, y, j, dj, out, o, n) => {
        const target = out as unknown as BigInt64Array;
        for (const end = o + n; o < end; o++, i += di, j += dj)
          target[o] = BigInt.asIntN(64, big(read(x[i]), read(y[j])));
      };
    }
    return (x, i, di, y, j, dj, out, o, n) => {
      for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = f(Number(x[i]), Number(y[j]));
    };
  }
  if (to === 'bool')
    return (x, i, di, y, j, dj, out, o, n) => {
      for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = f(x[i], y[j]) ? 1 : 0;
    };
  return (x, i, di, y, j, dj, out, o, n) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = f(x[i], y[j]);
  };
}

/** f of every three elements, broadcast; for floats, and for what fits a float64 exactly. */
export function ternary(
  inputs: readonly [Tensor, Tensor, Tensor],
  compute: DType,
  f: (a: number, b: number, c: number) => number,
  fast?: Fast,
): Tensor {
  const [a, b, c] = inputs;
  if (fast && compute === 'float32') {
    const y = tripled(a, b, fast.kind === LERP ? null : c, fast);
    if (y) return y;
  }
  const shape = broadcast(broadcast(a.shape, b.shape), c.shape);
  const whole = compute === 'int64';
  const read = (t: Tensor) => (whole ? numbers(t) : (valuesAs(t, compute) as Float64Array));
  const [x, y, z] = [read(a), read(b), read(c)];
  const n = numel(shape);
  const out = resultArray(compute, n) as Float64Array;
  if (!whole && x.length === n && y.length === n && (z.length === n || z.length === 1)) {
    const dk = z.length === 1 ? 0 : 1;
    for (let m = 0; m < n; m++) out[m] = f(x[m], y[m], z[m * dk]);
    return Tensor.of(compute, shape, out);
  }
  forEachRun(shape, [a.shape, b.shape, c.shape], (o, n, [i, j, k], [di, dj, dk]) => {
    for (let m = 0; m < n; m++) {
      const v = f(x[i + m * di], y[j + m * dj], z[k + m * dk]);
      out[o + m] = whole ? (BigInt(v) as unknown as number) : v;
    }
  });
  return Tensor.of(compute, shape, out);
}

/** `result type` errors name dtypes as C++ does. */
export const dtypeLabel = (d: DType) => DTYPES[d].label;
