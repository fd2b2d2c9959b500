/** ln|Γ| and its derivative. Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.40 and 6.3.18 (series), 6.1.17 (reflection). */

/** From here on the asymptotic series give all digits of a double. */
const FAR = 10;

/** Σ cₖ / z^(2k), from the highest term inward. */
function series(z: number, c: readonly number[]): number {
  const inverseSquare = 1 / (z * z);
  let sum = 0;
  for (let k = c.length - 1; k >= 0; k--) sum = sum * inverseSquare + c[k];
  return sum;
}

const LOG_GAMMA = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
const DIGAMMA = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];

/** ln|Γ(x)|; +∞ at 0, −1, −2 … */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY;
  if (x < 0.5) {
    if (x <= 0 && Number.isInteger(x)) return Number.POSITIVE_INFINITY;
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x - Math.floor(x))))) - lgamma(1 - x);
  }
  let z = x;
  let product = 1;
  for (; z < FAR; z++) product *= z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series(z, LOG_GAMMA) / z - Math.log(product);
}

/** ψ(x) = d ln Γ(x)/dx; ∓∞ at ±0, NaN at −1, −2 … as PyTorch has it. */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (x < 0) {
    if (Number.isInteger(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.floor(x)));
  }
  let z = x;
  let sum = 0;
  for (; z < FAR; z++) sum += 1 / z;
  return Math.log(z) - 0.5 / z - series(z, DIGAMMA) / (z * z) - sum;
}

/** B₂ₖ / (2k)!, for Euler and Maclaurin's sum. */
const BERNOULLI = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];

/** Hurwitz's ζ(s, q) = Σ (q + k)^(−s), s > 1. Source: Abramowitz and Stegun, 23.1.30 (Euler and Maclaurin's summation). */
export function zeta(s: number, q: number): number {
  if (Number.isNaN(s) || Number.isNaN(q)) return Number.NaN;
  if (s === 1) return Number.POSITIVE_INFINITY;
  if (s < 1) return Number.NaN;
  if (q <= 0) {
    if (Number.isInteger(q)) return Number.POSITIVE_INFINITY;
    if (!Number.isInteger(s)) return Number.NaN;
  }
  let sum = 0;
  let at = q;
  for (; at < FAR; at++) sum += at ** -s;
  let tail = at ** (1 - s) / (s - 1) + 0.5 * at ** -s;
  let factor = s * at ** (-s - 1);
  BERNOULLI.forEach((b, k) => {
    tail += b * factor;
    factor *= ((s + 2 * k + 1) * (s + 2 * k + 2)) / (at * at);
  });
  return sum + tail;
}

/** The n-th derivative of ψ: (−1)^(n+1) · n! · ζ(n + 1, x). */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return (n % 2 ? 1 : -1) * factorial * zeta(n + 1, x);
}
