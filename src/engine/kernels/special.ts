/** Functions of one or two numbers that Math lacks, or that it defines other than C does. */

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/**
 * The error function. Near zero its series with only positive terms (Abramowitz & Stegun 7.1.6), which loses no digits; farther out the
 * complement's continued fraction (7.1.14).
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (a > 6) return Math.sign(x);
  if (a >= 2.2) return Math.sign(x) * (1 - erfcFraction(a));
  const twice = 2 * x * x;
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= twice / k;
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** 1 − erf(x) without cancellation. */
export function erfc(x: number): number {
  if (x < 2.2) return 1 - erf(x);
  return erfcFraction(x);
}

/** erfc for x ≥ 2.2: exp(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))), from the inside out. */
function erfcFraction(x: number): number {
  let f = x;
  for (let k = 60; k >= 1; k--) f = x + k / 2 / f;
  return ((TWO_OVER_SQRT_PI / 2) * Math.exp(-x * x)) / f;
}

/**
 * The inverse of the error function: a rational first guess (Blair, Edwards and Johnson, Rational Chebyshev Approximations for the Inverse
 * of the Error Function, 1976), then two steps of Newton's method. `round` keeps each step in the precision of float32, where PyTorch
 * computes in it.
 */
export function erfinv(y: number, round: (v: number) => number): number {
  const size = Math.abs(y);
  if (size > 1 || Number.isNaN(y)) return Number.NaN;
  if (size === 1) return y * Number.POSITIVE_INFINITY;
  const poly = (z: number, ...c: number[]) => c.reduce((sum, k) => round(round(sum * z) + round(k)), 0);
  let x: number;
  if (size <= 0.7) {
    const z = round(y * y);
    const over = poly(z, -0.140543331, 0.914624893, -1.645349621, 0.886226899);
    x = round(round(y * over) / poly(z, 0.012229801, -0.329097515, 1.442710462, -2.118377725, 1));
  } else {
    const z = round(Math.sqrt(-round(Math.log(round((1 - size) / 2)))));
    const over = poly(z, 1.641345311, 3.429567803, -1.624906493, -1.970840454);
    x = (Math.sign(y) * over) / poly(z, 1.6370678, 3.5438892, 1);
    x = round(x);
  }
  for (let step = 0; step < 2; step++) {
    const slope = round(round(TWO_OVER_SQRT_PI) * round(Math.exp(-round(x * x))));
    x = round(x - round(round(round(erf(x)) - y) / slope));
  }
  return x;
}

/** To the nearest integer; halves to the even one. */
export function roundHalfEven(x: number): number {
  const r = Math.round(x);
  return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

/** C's pow: 1 to any power is 1, and so is −1 to an infinite one. */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1;
  return x ** y;
}

/** Python's %: the result has the divisor's sign. */
export function floorMod(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

/** Python's //, as c10::div_floor_floating. */
export function floorDiv(a: number, b: number): number {
  if (b === 0) return a / b;
  const r = a % b;
  let q = (a - r) / b;
  if (r !== 0 && b < 0 !== r < 0) q -= 1;
  if (q === 0) return a / b < 0 ? -0 : 0;
  const whole = Math.floor(q);
  return q - whole > 0.5 ? whole + 1 : whole;
}

export const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** log(1 + exp(x)) for any x. */
export const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const normalCdf = (x: number) => 0.5 * erfc(-x * Math.SQRT1_2);
export const normalPdf = (x: number) => Math.exp(-0.5 * x * x) * 0.3989422804014327;
