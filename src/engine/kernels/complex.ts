/**
 * Elementwise loops over complex numbers, and the functions of one and two of them. A function leaves its result in `z`.
 * Formulas: W. Kahan, "Branch Cuts for Complex Elementary Functions"; C99, annex G.
 */
import { allocate, complexType, type Data, type DType, realType } from '../dtype';
import type { Scalar } from '../op';
import { broadcast, numel } from '../shape';
import { Tensor } from '../tensor';
import { forEachRun, resultType, valuesAs } from './elementwise';

/** The result of the last complex function. */
export const z = { re: 0, im: 0 };

export type Complex1 = (a: number, b: number) => void;
export type Complex2 = (a: number, b: number, c: number, d: number) => void;

const set = (re: number, im: number): void => {
  z.re = re;
  z.im = im;
};

/** f of every element. */
export function map(x: Tensor, f: Complex1): Tensor {
  const to = complexType(x.dtype);
  const source = valuesAs(x, to) as Float64Array;
  const out = allocate(to, x.count) as Float64Array;
  for (let i = 0; i < out.length; i += 2) {
    f(source[i], source[i + 1]);
    out[i] = z.re;
    out[i + 1] = z.im;
  }
  return Tensor.of(to, [...x.shape], out as Data);
}

/** A real number, or a truth, of every element. */
export function measure(x: Tensor, f: (a: number, b: number) => number, to: DType = realType(x.dtype)): Tensor {
  const source = x.values() as Float64Array;
  const out = allocate(to, x.count) as Float64Array;
  for (let i = 0; i < out.length; i++) out[i] = f(source[2 * i], source[2 * i + 1]);
  return Tensor.of(to, [...x.shape], out as Data);
}

/** f of every pair, broadcast. With `to` bool, the real part of what f gives is the truth. */
export function pairs(a: Tensor, b: Tensor, f: Complex2, to?: 'bool'): Tensor {
  const shape = broadcast(a.shape, b.shape);
  const dtype = complexType(resultType(a, b));
  const x = valuesAs(a, dtype) as Float64Array;
  const y = valuesAs(b, dtype) as Float64Array;
  const out = allocate(to ?? dtype, numel(shape)) as Float64Array;
  forEachRun(shape, [a.shape, b.shape], (o, n, [i, j], [di, dj]) => {
    for (let k = 0; k < n; k++) {
      const [p, q] = [2 * (i + k * di), 2 * (j + k * dj)];
      f(x[p], x[p + 1], y[q], y[q + 1]);
      if (to) out[o + k] = z.re;
      else {
        out[2 * (o + k)] = z.re;
        out[2 * (o + k) + 1] = z.im;
      }
    }
  });
  return Tensor.of(to ?? dtype, shape, out as Data);
}

export const add: Complex2 = (a, b, c, d) => set(a + c, b + d);
/** A Python number as a complex one. */
export const factor = ({ value, imag }: Scalar) => ({ re: Number(value), im: imag ?? 0 });

export const mul: Complex2 = (a, b, c, d) => set(a * c - b * d, a * d + b * c);
export const negative: Complex1 = (a, b) => set(-a, -b);
export const conjugate: Complex1 = (a, b) => set(a, -b);

/** Smith's division: scaled, so that nothing overflows on the way. */
export const div: Complex2 = (a, b, c, d) => {
  if (Math.abs(c) >= Math.abs(d)) {
    if (c === 0 && d === 0) return set(a / Math.abs(c), b / Math.abs(d));
    const r = d / c;
    const s = 1 / (c + d * r);
    return set((a + b * r) * s, (b - a * r) * s);
  }
  const r = c / d;
  const s = 1 / (d + c * r);
  return set((a * r + b) * s, (b * r - a) * s);
};

export const reciprocal: Complex1 = (a, b) => div(1, 0, a, b);
export const square: Complex1 = (a, b) => mul(a, b, a, b);

export const exp: Complex1 = (a, b) => {
  if (b === 0) return set(Math.exp(a), b);
  if (!Number.isFinite(b) && a === Number.NEGATIVE_INFINITY) return set(0, 0);
  if (!Number.isFinite(b) && a === Number.POSITIVE_INFINITY) return set(a, Number.NaN);
  const e = Math.exp(a);
  return set(e * Math.cos(b), e * Math.sin(b));
};

export const log: Complex1 = (a, b) => set(logSize(a, b), Math.atan2(b, a));

/** ln |z|, exact near |z| = 1 too. */
function logSize(a: number, b: number): number {
  const [x, y] = [Math.max(Math.abs(a), Math.abs(b)), Math.min(Math.abs(a), Math.abs(b))];
  if (x > 0.5 && x < 2) return Math.log1p((x - 1) * (x + 1) + y * y) / 2;
  return Math.log(Math.hypot(a, b));
}

/** A function of the logarithm of another base: ln z / by. */
export const logOf =
  (by: number): Complex1 =>
  (a, b) => {
    log(a, b);
    set(z.re / by, z.im / by);
  };

export const log1p: Complex1 = (a, b) => {
  // |1 + z|² − 1 = a · (2 + a) + b², without the loss of 1 + a.
  const re = Math.abs(a) < 0.5 && Math.abs(b) < 0.5 ? Math.log1p(a * (2 + a) + b * b) / 2 : logSize(1 + a, b);
  set(re, Math.atan2(b, 1 + a));
};

export const expm1: Complex1 = (a, b) => {
  if (b === 0) return set(Math.expm1(a), b);
  const half = Math.sin(b / 2);
  return set(Math.expm1(a) * Math.cos(b) - 2 * half * half, Math.exp(a) * Math.sin(b));
};

export const exp2: Complex1 = (a, b) => exp(a * Math.LN2, b * Math.LN2);

export const sqrt: Complex1 = (a, b) => {
  if (a === 0 && b === 0) return set(0, b);
  if (Math.abs(b) === Number.POSITIVE_INFINITY) return set(Number.POSITIVE_INFINITY, b);
  if (Math.abs(a) === Number.POSITIVE_INFINITY)
    return a > 0
      ? set(a, Number.isNaN(b) ? b : copySign(0, b))
      : set(Number.isNaN(b) ? b : 0, copySign(Number.POSITIVE_INFINITY, b));
  const t = Math.sqrt((Math.abs(a) + Math.hypot(a, b)) / 2);
  return a >= 0 ? set(t, b / (2 * t)) : set(Math.abs(b) / (2 * t), copySign(t, b));
};

export const rsqrt: Complex1 = (a, b) => {
  sqrt(a, b);
  reciprocal(z.re, z.im);
};

const copySign = (size: number, sign: number) => (sign < 0 || Object.is(sign, -0) ? -Math.abs(size) : Math.abs(size));

/** sinh, or sin of i·z turned back: (s · cos b, c · sin b). */
export const sinh: Complex1 = (a, b) =>
  set(a === 0 && !Number.isFinite(b) ? a : Math.sinh(a) * Math.cos(b), b === 0 ? b : Math.cosh(a) * Math.sin(b));
export const cosh: Complex1 = (a, b) =>
  set(Math.cosh(a) * Math.cos(b), a === 0 || b === 0 ? a * b : Math.sinh(a) * Math.sin(b));

export const tanh: Complex1 = (a, b) => {
  if (Math.abs(a) > 22) return set(Math.sign(a), copySign(4 * Math.exp(-2 * Math.abs(a)), Math.sin(2 * b)));
  const t = Math.tan(b);
  const beta = 1 + t * t;
  const s = Math.sinh(a);
  const rho = Math.sqrt(1 + s * s);
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return set(rho / s, 1 / t);
  const by = 1 + beta * s * s;
  return set((beta * rho * s) / by, t / by);
};

/** f(z) = −i · g(i · z): sin of sinh, and so on. */
const turned =
  (g: Complex1): Complex1 =>
  (a, b) => {
    g(-b, a);
    set(z.im, -z.re);
  };

export const sin = turned(sinh);
export const cos: Complex1 = (a, b) => cosh(-b, a);
export const tan = turned(tanh);

/** √(1 − z) and √(1 + z), of which Kahan builds the inverse functions. */
function roots(a: number, b: number): [number, number, number, number] {
  sqrt(1 - a, -b);
  const [p, q] = [z.re, z.im];
  sqrt(1 + a, b);
  return [p, q, z.re, z.im];
}

export const asin: Complex1 = (a, b) => {
  const [p, q, r, s] = roots(a, b);
  set(Math.atan2(a, p * r - q * s), Math.asinh(p * s - q * r));
};
export const acos: Complex1 = (a, b) => {
  const [p, q, r, s] = roots(a, b);
  set(2 * Math.atan2(p, r), Math.asinh(r * q - s * p));
};
export const acosh: Complex1 = (a, b) => {
  sqrt(a - 1, b);
  const [p, q] = [z.re, z.im];
  sqrt(a + 1, b);
  set(Math.asinh(p * z.re + q * z.im), 2 * Math.atan2(q, z.re));
};
export const atanh: Complex1 = (a, b) => {
  const re = Math.log1p((4 * a) / ((1 - a) * (1 - a) + b * b)) / 4;
  set(re, Math.atan2(2 * b, (1 - a) * (1 + a) - b * b) / 2);
};
export const asinh = turned(asin);
export const atan = turned(atanh);

export const sigmoid: Complex1 = (a, b) => {
  exp(-a, -b);
  reciprocal(1 + z.re, z.im);
};

/** z / |z|; 0 at 0. */
export const sgn: Complex1 = (a, b) => {
  const size = Math.hypot(a, b);
  return size === 0 ? set(0, 0) : set(a / size, b / size);
};

export const pow: Complex2 = (a, b, c, d) => {
  if (c === 0 && d === 0) return set(1, 0);
  if (d === 0) {
    if (c === 1) return set(a, b);
    if (c === 2) return square(a, b);
    if (c === 3) {
      square(a, b);
      return mul(z.re, z.im, a, b);
    }
    if (c === 0.5) return sqrt(a, b);
    if (c === -0.5) return rsqrt(a, b);
    if (c === -1) return reciprocal(a, b);
    if (c === -2) {
      square(a, b);
      return reciprocal(z.re, z.im);
    }
  }
  return powBy((v) => v)(a, b, c, d);
};

/** exp(w · ln z), each step rounded. */
export const powBy =
  (round: (v: number) => number): Complex2 =>
  (a, b, c, d) => {
    if (c === 0 && d === 0) return set(1, 0);
    if (a === 0 && b === 0 && c > 0) return set(0, 0);
    log(a, b);
    mul(round(z.re), round(z.im), c, d);
    return exp(round(z.re), round(z.im));
  };

/** The angle of a complex number; of a real one 0 or π. */
export const angle = (a: number, b: number) => Math.atan2(b, a);
