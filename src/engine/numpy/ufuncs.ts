/** numpy's universal functions: element by element, broadcast, in numpy's dtypes. */
import { quietly } from '../context';
import { call } from '../dispatch';
import { allocate, type Data, DTYPES, type DType, isComplex, isFloat, isHalf, isInteger } from '../dtype';
import { typeError, valueError } from '../errors';
import { roundHalves } from '../half';
import { forEachRun } from '../kernels/elementwise';
import { bigsOf, fromBigs } from '../kernels/wholes';
import { numel } from '../shape';
import { Tensor } from '../tensor';
import { BINARY, type BinaryRule, UNARY, wholePower } from './functions';
import { checkWeak, floatFor, pairType, promoteTypes, valuesOf } from './types';

/** What PyTorch calls a ufunc, where that differs: complex numbers are the engine's. */
const TORCH_NAME: Record<string, string> = {
  divide: 'div',
  subtract: 'sub',
  multiply: 'mul',
  power: 'pow',
  float_power: 'pow',
  equal: 'eq',
  not_equal: 'ne',
  absolute: 'abs',
  negative: 'neg',
  conjugate: 'conj_physical',
  arcsin: 'asin',
  arccos: 'acos',
  arctan: 'atan',
  arcsinh: 'asinh',
  arccosh: 'acosh',
  arctanh: 'atanh',
  sign: 'sgn',
  logical_and: 'logical_and',
};

/** A shape as numpy's messages print it. */
export const tuple = (shape: readonly number[]) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(',')})`);

/** The shape that some shapes broadcast to. Raises ValueError in numpy's words. */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const s of shapes)
    for (let i = 0; i < s.length; i++) {
      const at = rank - s.length + i;
      if (s[i] === 1 || s[i] === out[at]) continue;
      if (out[at] !== 1)
        throw valueError(
          `operands could not be broadcast together with shapes ${shapes.map((x) => `${tuple(x)} `).join('')}`,
        );
      out[at] = s[i];
    }
  return out;
}

const SAFE = 2 ** 53;
const isSafe = (v: Float64Array): boolean => {
  for (let i = 0; i < v.length; i++) if (Math.abs(v[i]) > SAFE) return false;
  return true;
};

function walk(
  a: Tensor,
  b: Tensor,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
  shape: number[],
  f: BinaryRule['f'],
) {
  forEachRun(shape, [a.shape, b.shape], (o, n, [i, j], [di, dj]) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = f(x[i], y[j]);
  });
}

type Floats = Float64Array;
/** Loops of their own for what is asked most often. */
const HOT: Record<
  string,
  (x: Floats, i: number, di: number, y: Floats, j: number, dj: number, out: Floats, o: number, end: number) => void
> = {
  add(x, i, di, y, j, dj, out, o, end) {
    for (; o < end; o++, i += di, j += dj) out[o] = x[i] + y[j];
  },
  subtract(x, i, di, y, j, dj, out, o, end) {
    for (; o < end; o++, i += di, j += dj) out[o] = x[i] - y[j];
  },
  multiply(x, i, di, y, j, dj, out, o, end) {
    for (; o < end; o++, i += di, j += dj) out[o] = x[i] * y[j];
  },
  divide(x, i, di, y, j, dj, out, o, end) {
    for (; o < end; o++, i += di, j += dj) out[o] = x[i] / y[j];
  },
};

/** Python's own name for a ufunc in its messages. */
function refuseBool(name: string): never {
  throw typeError(
    name === 'subtract'
      ? 'numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the logical_xor function instead.'
      : 'The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not function instead.',
  );
}

function noLoop(name: string): never {
  throw typeError(
    `ufunc '${name}' not supported for the input types, and the inputs could not be safely coerced to any supported types according to the casting rule ''safe''`,
  );
}

/** The dtype that a binary ufunc computes in. */
function computeType(name: string, rule: BinaryRule, a: Tensor, b: Tensor): DType {
  const d = a.wrapped && b.wrapped ? promoteTypes(a.dtype, b.dtype) : pairType(a, b);
  switch (rule.types) {
    case 'divide':
      return isFloat(d) || isComplex(d) ? d : 'float64';
    case 'float':
      return floatFor(d);
    case 'bits':
      if (isFloat(d) || isComplex(d)) noLoop(name);
      return name.endsWith('shift') && d === 'bool' ? 'int8' : d;
    case 'number':
      if (d === 'bool' && name === 'subtract') refuseBool(name);
      return d === 'bool' && rule.boolTo ? rule.boolTo : d;
    default:
      return d;
  }
}

/** A ufunc of two arguments. Raises numpy's ValueError for shapes, TypeError for dtypes, OverflowError for Python ints that do not fit. */
export function binaryUfunc(name: string, a: Tensor, b: Tensor, want: DType | null): Tensor {
  const rule = BINARY[name];
  const shape = broadcastShapes(a.shape, b.shape);
  let compute = want && !rule.truth ? want : computeType(name, rule, a, b);
  if (rule.truth && compute !== 'int64' && isInteger(compute)) compute = 'int64'; // Python ints of any size may be compared
  if (isComplex(compute)) return complexBinary(name, a, b, compute);
  checkWeak(a, compute);
  checkWeak(b, compute);
  const to = rule.truth ? 'bool' : compute;
  const n = numel(shape);
  if (compute === 'int64') return wholeBinary(name, rule, a, b, shape, to);
  const x = valuesOf(a, compute) as Float64Array;
  const y = valuesOf(b, compute) as Float64Array;
  if (name === 'power' && isInteger(compute)) refuseNegative(y);
  const out = allocate(to, n) as Float64Array;
  const hot = isFloat(compute) ? HOT[name] : undefined;
  if (hot) forEachRun(shape, [a.shape, b.shape], (o, m, [i, j], [di, dj]) => hot(x, i, di, y, j, dj, out, o, o + m));
  else
    walk(
      a,
      b,
      x,
      y,
      out,
      shape,
      isFloat(compute) ? rule.f : compute === 'bool' ? (rule.truths ?? rule.whole ?? rule.f) : (rule.whole ?? rule.f),
    );
  if (isHalf(to)) roundHalves(out as unknown as Float32Array, to);
  return Tensor.of(to, shape, out);
}

function refuseNegative(y: ArrayLike<number>): void {
  for (let i = 0; i < y.length; i++)
    if (y[i] < 0) throw valueError('Integers to negative integer powers are not allowed.');
}

/** int64: in doubles as long as they are exact, else in bigints. */
function wholeBinary(name: string, rule: BinaryRule, a: Tensor, b: Tensor, shape: number[], to: DType): Tensor {
  const [p, q] = [valuesOf(a, 'int64') as BigInt64Array, valuesOf(b, 'int64') as BigInt64Array];
  const [x, y] = [fromBigs(p), fromBigs(q)];
  if (name === 'power') refuseNegative(y);
  const n = numel(shape);
  if (isSafe(x) && isSafe(y) && rule.types !== 'bits') {
    if (rule.truth) {
      const out = allocate('bool', n) as unknown as Float64Array;
      walk(a, b, x, y, out, shape, rule.f);
      return Tensor.of('bool', shape, out as Data);
    }
    const out = new Float64Array(n);
    walk(a, b, x, y, out, shape, name === 'power' ? wholePower : name === 'multiply' ? rule.f : (rule.whole ?? rule.f));
    if (isSafe(out)) return Tensor.of('int64', shape, bigsOf(out));
  }
  const big = rule.big;
  if (!big) throw typeError(`ufunc '${name}' of integers beyond 2**53 is not in Backstep's numpy yet`);
  const out = allocate(to, n) as unknown as BigInt64Array;
  walk(
    a,
    b,
    p as never,
    q as never,
    out as never,
    shape,
    (to === 'bool'
      ? (u: never, v: never) => Number(big(u, v))
      : (u: never, v: never) => BigInt.asIntN(64, big(u, v) as bigint)) as never,
  );
  return Tensor.of(to, shape, out as Data);
}

const as = (t: Tensor, d: DType) => (t.dtype === d ? t : Tensor.of(d, [...t.shape], valuesOf(t, d).slice() as Data));

function complexBinary(name: string, a: Tensor, b: Tensor, compute: DType): Tensor {
  return quietly(() => call(TORCH_NAME[name] ?? name, as(a, compute), as(b, compute))) as Tensor;
}

/** A ufunc of one argument. */
export function unaryUfunc(name: string, t: Tensor, want: DType | null): Tensor {
  const rule = UNARY[name];
  const d = t.dtype;
  if (isComplex(d) && !rule.truth) return quietly(() => call(TORCH_NAME[name] ?? name, t)) as Tensor;
  if (rule.types === 'float') return float(rule.f, t, want ?? floatFor(d));
  if (d === 'bool' && name === 'negative') refuseBool(name);
  const compute = want ?? d;
  if (rule.types === 'bits' && (isFloat(compute) || isComplex(compute))) noLoop(name);
  if (rule.truth) {
    if (isComplex(d)) return quietly(() => call(TORCH_NAME[name] ?? name, t)) as Tensor;
    const x = (d === 'int64' ? fromBigs(t.values() as BigInt64Array) : t.values()) as Float64Array;
    const out = allocate('bool', t.count);
    for (let i = 0; i < x.length; i++) out[i] = rule.f(x[i]) ? 1 : 0;
    return Tensor.of('bool', [...t.shape], out);
  }
  if (isFloat(compute)) return float(rule.f, t, compute);
  if (rule.types === 'rounding') return Tensor.of(compute, [...t.shape], valuesOf(t, compute).slice() as Data);
  if (compute === 'int64') {
    const x = valuesOf(t, 'int64') as BigInt64Array;
    const out = new BigInt64Array(x.length);
    for (let i = 0; i < x.length; i++) out[i] = rule.big!(x[i]);
    return Tensor.of('int64', [...t.shape], out);
  }
  const x = valuesOf(t, compute) as Float64Array;
  const out = allocate(compute, x.length) as Float64Array;
  const f = compute === 'bool' ? (rule.truths ?? rule.f) : rule.f;
  for (let i = 0; i < x.length; i++) out[i] = f(x[i]);
  return Tensor.of(compute, [...t.shape], out);
}

function float(f: (v: number) => number, t: Tensor, to: DType): Tensor {
  const x = valuesOf(t, to) as Float64Array;
  const out = allocate(to, x.length) as Float64Array;
  for (let i = 0; i < x.length; i++) out[i] = f(x[i]);
  if (isHalf(to)) roundHalves(out as unknown as Float32Array, to);
  return Tensor.of(to, [...t.shape], out);
}

/** np.where: `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes(condition.shape, a.shape, b.shape);
  const d = a.wrapped && b.wrapped ? promoteTypes(a.dtype, b.dtype) : pairType(a, b);
  checkWeak(a, d);
  checkWeak(b, d);
  const c = valuesOf(condition, 'bool') as Float64Array;
  const [x, y] = [valuesOf(a, d) as Float64Array, valuesOf(b, d) as Float64Array];
  const { parts } = DTYPES[d];
  const out = allocate(d, numel(shape)) as Float64Array;
  forEachRun(shape, [condition.shape, a.shape, b.shape], (o, n, [k, i, j], [dk, di, dj]) => {
    for (const end = o + n; o < end; o++, k += dk, i += di, j += dj)
      for (let p = 0; p < parts; p++) out[o * parts + p] = c[k] ? x[i * parts + p] : y[j * parts + p];
  });
  return Tensor.of(d, shape, out);
}
