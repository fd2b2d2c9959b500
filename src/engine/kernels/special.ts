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
