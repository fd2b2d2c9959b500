/** Reductions and running sums in numpy's order of additions, so that the last digits agree. */
import { allocate, type Data, DTYPES, type DType, isComplex, isFloat, isHalf } from '../dtype';
import { valueError } from '../errors';
import { roundHalves } from '../half';
import { numel } from '../shape';
import { Tensor } from '../tensor';
import { sumType, valuesOf } from './types';

/** Sum of n numbers, `step` apart, by halves down to blocks of 128 that are added eight by eight (numpy's pairwise sum). */
function pairwise(x: Float64Array, at: number, n: number, step: number, single: boolean): number {
  return single ? pairwise32(x, at, n, step) : pairwise64(x, at, n, step);
}

function pairwise64(x: Float64Array, at: number, n: number, step: number): number {
  if (n < 8) {
    let sum = -0;
    for (let i = 0; i < n; i++) sum += x[at + i * step];
    return sum;
  }
  if (n > 128) {
    let half = Math.floor(n / 2);
    half -= half % 8;
    return pairwise64(x, at, half, step) + pairwise64(x, at + half * step, n - half, step);
  }
  const s8 = step * 8;
  let [r0, r1, r2, r3] = [x[at], x[at + step], x[at + 2 * step], x[at + 3 * step]];
  let [r4, r5, r6, r7] = [x[at + 4 * step], x[at + 5 * step], x[at + 6 * step], x[at + 7 * step]];
  let i = 8;
  let p = at + s8;
  for (; i < n - (n % 8); i += 8, p += s8) {
    r0 += x[p];
    r1 += x[p + step];
    r2 += x[p + 2 * step];
    r3 += x[p + 3 * step];
    r4 += x[p + 4 * step];
    r5 += x[p + 5 * step];
    r6 += x[p + 6 * step];
    r7 += x[p + 7 * step];
  }
  let sum = r0 + r1 + (r2 + r3) + (r4 + r5 + (r6 + r7));
  for (; i < n; i++, p += step) sum += x[p];
  return sum;
}

function pairwise32(x: Float64Array, at: number, n: number, step: number): number {
  const f = Math.fround;
  if (n < 8) {
    let sum = -0;
    for (let i = 0; i < n; i++) sum = f(sum + x[at + i * step]);
    return sum;
  }
  if (n > 128) {
    let half = Math.floor(n / 2);
    half -= half % 8;
    return f(pairwise32(x, at, half, step) + pairwise32(x, at + half * step, n - half, step));
  }
  const r = new Float32Array(8);
  for (let k = 0; k < 8; k++) r[k] = x[at + k * step];
  let i = 8;
  for (; i < n - (n % 8); i += 8) for (let k = 0; k < 8; k++) r[k] += x[at + (i + k) * step];
  let sum = f(f(f(r[0] + r[1]) + f(r[2] + r[3])) + f(f(r[4] + r[5]) + f(r[6] + r[7])));
  for (; i < n; i++) sum = f(sum + x[at + i * step]);
  return sum;
}

interface Loop {
  size: number;
  /** Over the row-major elements; over the result's, 0 along what is reduced. */
  step: number;
  out: number;
}

/** The axes as nested loops, the innermost last, neighbours merged where they can be. */
function loopsOf(shape: readonly number[], axes: readonly number[]): Loop[] {
  const found: Loop[] = [];
  let step = 1;
  let out = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d];
    const reduced = axes.includes(d);
    if (size !== 1) {
      const inner = found[0];
      const o = reduced ? 0 : out;
      if (inner && inner.step * inner.size === step && inner.out * inner.size === o) inner.size *= size;
      else found.unshift({ size, step, out: o });
    }
    step *= size;
    if (!reduced) out *= size;
  }
  return found;
}

/** Calls `visit` for each innermost run, in order. */
function eachRun(loops: readonly Loop[], visit: (at: number, out: number, inner: Loop) => void): void {
  const inner = loops[loops.length - 1] ?? { size: 1, step: 1, out: 0 };
  const walk = (d: number, at: number, out: number): void => {
    if (d >= loops.length - 1) visit(at, out, inner);
    else for (let i = 0; i < loops[d].size; i++) walk(d + 1, at + i * loops[d].step, out + i * loops[d].out);
  };
  walk(0, 0, 0);
}

const reducedShape = (shape: readonly number[], axes: readonly number[], keep: boolean) =>
  keep ? shape.map((n, d) => (axes.includes(d) ? 1 : n)) : shape.filter((_, d) => !axes.includes(d));

/** np.add.reduce over sorted axes. */
export function sum(t: Tensor, axes: readonly number[], keep: boolean, want: DType | null): Tensor {
  const d = want ?? sumType(t.dtype);
  const shape = reducedShape(t.shape, axes, keep);
  const n = numel(shape);
  const values = valuesOf(t, d);
  const out = allocate(d, n);
  if (t.count === 0) return Tensor.of(d, shape, out);
  const loops = loopsOf(t.shape, axes);
  if (d === 'int64') {
    const [x, sums] = [values as BigInt64Array, out as BigInt64Array];
    wholeSum(x, sums, loops);
  } else if (d === 'bool') {
    eachRun(loops, (at, o, { size, step, out: so }) => {
      for (let i = 0; i < size; i++) out[o + i * so] = Number(out[o + i * so]) | Number(values[at + i * step]);
    });
  } else {
    const { parts } = DTYPES[d];
    const single = d !== 'float64' && d !== 'complex128' && (isFloat(d) || isComplex(d));
    const [x, sums] = [values as Float64Array, out as Float64Array];
    eachRun(loops, (at, o, { size, step, out: so }) => {
      for (let p = 0; p < parts; p++) {
        if ((so === 0 && isFloat(d)) || (so === 0 && parts === 2))
          sums[o * parts + p] += pairwise(x, at * parts + p, size, step * parts, single);
        else for (let i = 0; i < size; i++) sums[(o + i * so) * parts + p] += x[(at + i * step) * parts + p];
      }
    });
  }
  if (isHalf(d)) roundHalves(out as Float32Array, d);
  return Tensor.of(d, shape, out);
}

function wholeSum(x: BigInt64Array, sums: BigInt64Array, loops: readonly Loop[]): void {
  const halves = new Int32Array(x.buffer, x.byteOffset, 2 * x.length);
  const high = new Float64Array(sums.length);
  const low = new Float64Array(sums.length);
  eachRun(loops, (at, o, { size, step, out }) => {
    for (let i = 0, p = at, q = o; i < size; i++, p += step, q += out) {
      low[q] += halves[2 * p] >>> 0;
      high[q] += halves[2 * p + 1];
    }
  });
  for (let i = 0; i < sums.length; i++) sums[i] = BigInt.asIntN(64, BigInt(high[i]) * 4294967296n + BigInt(low[i]));
}

/** What folds two elements into one, for each reduction that has no order of its own. */
const FOLDS: Record<string, (a: number, b: number) => number> = {
  multiply: (a, b) => a * b,
  maximum: (a, b) => (a >= b || Number.isNaN(a) ? a : b),
  minimum: (a, b) => (a <= b || Number.isNaN(a) ? a : b),
  fmax: (a, b) => (a >= b || Number.isNaN(b) ? a : b),
  fmin: (a, b) => (a <= b || Number.isNaN(b) ? a : b),
  logical_and: (a, b) => (a && b ? 1 : 0),
  logical_or: (a, b) => (a || b ? 1 : 0),
  bitwise_and: (a, b) => a & b,
  bitwise_or: (a, b) => a | b,
  bitwise_xor: (a, b) => a ^ b,
  subtract: (a, b) => a - b,
  divide: (a, b) => a / b,
};
const BEGIN: Record<string, number> = {
  multiply: 1,
  logical_and: 1,
  logical_or: 0,
  bitwise_or: 0,
  bitwise_xor: 0,
  bitwise_and: -1,
};

/** np.multiply.reduce and the like, over sorted axes. Raises numpy's ValueError for nothing to reduce. */
export function fold(name: string, t: Tensor, axes: readonly number[], keep: boolean, want: DType | null): Tensor {
  const truth = name.startsWith('logical');
  const d = truth ? 'bool' : (want ?? (name === 'multiply' ? sumType(t.dtype) : t.dtype));
  const shape = reducedShape(t.shape, axes, keep);
  const n = numel(shape);
  if (t.count === 0 && n > 0 && !(name in BEGIN))
    throw valueError(`zero-size array to reduction operation ${name} which has no identity`);
  const x = valuesOf(t, d) as Float64Array;
  const out = allocate(d, n) as Float64Array;
  const f = FOLDS[name];
  const big = d === 'int64';
  const wrap = (v: unknown) => (big && name === 'multiply' ? BigInt.asIntN(64, v as bigint) : v) as number;
  const begun = new Uint8Array(n);
  if (isComplex(d) && name === 'multiply') complexProduct(x, out, loopsOf(t.shape, axes));
  else if (t.count > 0)
    eachRun(loopsOf(t.shape, axes), (at, o, { size, step, out: so }) => {
      for (let i = 0, p = at, q = o; i < size; i++, p += step, q += so) {
        if (begun[q]) out[q] = wrap(f(out[q], x[p]));
        else {
          begun[q] = 1;
          out[q] = x[p];
        }
      }
    });
  else out.fill((big ? BigInt(BEGIN[name]) : BEGIN[name]) as number);
  if (isHalf(d)) roundHalves(out as unknown as Float32Array, d);
  return Tensor.of(d, shape, out);
}

function complexProduct(x: Float64Array, out: Float64Array, loops: readonly Loop[]): void {
  for (let i = 0; i < out.length; i += 2) out[i] = 1;
  eachRun(loops, (at, o, { size, step, out: so }) => {
    for (let i = 0; i < size; i++) {
      const [p, q] = [2 * (at + i * step), 2 * (o + i * so)];
      const re = out[q] * x[p] - out[q + 1] * x[p + 1];
      out[q + 1] = out[q] * x[p + 1] + out[q + 1] * x[p];
      out[q] = re;
    }
  });
}

/** Lines along an axis, laid one after the other: the array turned so that the axis is the last. */
export function linesOf(t: Tensor, axis: number): Tensor {
  const order = [...t.shape.keys()].filter((d) => d !== axis);
  order.push(axis);
  return t.alias(
    order.map((d) => t.shape[d]),
    order.map((d) => t.strides[d]),
  );
}

/** The result of `f` on each line, as an array with the axis back in its place. `n`: elements that a line becomes. */
export function mapLines(
  t: Tensor,
  axis: number,
  to: DType,
  n: number,
  f: (from: Data, at: number, out: Data, o: number) => void,
  compute: DType = t.dtype,
): Tensor {
  const turned = linesOf(t, axis);
  const x = valuesOf(turned, compute);
  const lines = numel(turned.shape.slice(0, -1));
  const out = allocate(to, lines * n);
  const length = t.shape[axis];
  for (let r = 0; r < lines; r++) f(x, r * length, out, r * n);
  const shape = [...turned.shape.slice(0, -1), n];
  const made = Tensor.of(to, shape, out);
  const back = [...t.shape.keys()].map((d) => (d === axis ? shape.length - 1 : d < axis ? d : d - 1));
  const view = made.alias(
    back.map((d) => shape[d]),
    back.map((d) => made.strides[d]),
  );
  return view.contiguous ? made.alias(view.shape, view.strides) : Tensor.of(to, view.shape, view.values());
}

/** np.argmax, np.argmin along an axis: the first of equals; a NaN is found first. */
export function argExtreme(t: Tensor, axis: number, largest: boolean): Tensor {
  const length = t.shape[axis];
  if (length === 0) throw valueError(`attempt to get ${largest ? 'argmax' : 'argmin'} of an empty sequence`);
  return mapLines(t, axis, 'int64', 1, (from, at, out, o) => {
    const x = from as Float64Array;
    let best = 0;
    for (let i = 1; i < length && !Number.isNaN(x[at + best]); i++) {
      const v = x[at + i];
      if (Number.isNaN(v) || (largest ? v > x[at + best] : v < x[at + best])) best = i;
    }
    (out as BigInt64Array)[o] = BigInt(best);
  });
}

/** np.cumsum and np.cumprod along an axis, and `.accumulate` of the extremes. */
export function accumulate(name: string, t: Tensor, axis: number, want: DType | null): Tensor {
  const d = want ?? (name === 'add' || name === 'multiply' ? sumType(t.dtype) : t.dtype);
  const length = t.shape[axis];
  const { parts } = DTYPES[d];
  const f = name === 'add' ? (a: number, b: number) => a + b : FOLDS[name];
  const made = mapLines(
    t,
    axis,
    d,
    length,
    (from, at, out, o) => {
      const [x, y] = [from as Float64Array, out as Float64Array];
      for (let i = 0; i < length * parts; i++)
        y[o * parts + i] = i < parts ? x[at * parts + i] : f(y[o * parts + i - parts], x[at * parts + i]);
    },
    d,
  );
  if (isHalf(d)) roundHalves(made.storage.data as Float32Array, d);
  return made;
}
