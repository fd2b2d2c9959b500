/** Incomplete gamma functions. Source: Abramowitz & Stegun, 6.5.29 (series), 6.5.31 (continued fraction); the limits are those that PyTorch documents. */
import { lgamma } from '../gammaFunctions';

/** xᵃ·exp(−x)/Γ(a), without overflow, and without cancellation where x is near a large a. */
function factor(a: number, x: number): number {
  const u = (x - a) / a;
  if (a < 20 || Math.abs(u) > 0.4) return Math.exp(a * Math.log(x) - x - lgamma(a));
  // ln(1 + u) − u by its series, and Stirling's correction of Γ.
  let [sum, term] = [0, u];
  for (let k = 2; Math.abs(term) > 1e-18; k++) {
    term *= -u;
    sum += term / k;
  }
  const i = 1 / (a * a);
  const stirling = (1 / 12 - i * (1 / 360 - i * (1 / 1260 - i * (1 / 1680 - i / 1188)))) / a;
  return Math.exp(a * sum - stirling) * Math.sqrt(a / (2 * Math.PI));
}

function lowerSeries(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let n = 1; n < 100000 && term > 1e-17 * sum; n++) sum += term *= x / (a + n);
  return sum * factor(a, x);
}

/** The upper part by Lentz's method. */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 100000; i++) {
    const n = -i * (i - a);
    b += 2;
    d = n * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + n / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return h * factor(a, x);
}

/** P(a, x) = γ(a, x)/Γ(a), or with `upper` Q = 1 − P. */
export function gammainc(a: number, x: number, upper: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(x) || x < 0 || a < 0) return Number.NaN;
  const is = (p: number) => (upper ? 1 - p : p);
  if (a === 0) return x > 0 ? is(1) : Number.NaN;
  if (x === 0) return is(0);
  if (a === Number.POSITIVE_INFINITY) return x === Number.POSITIVE_INFINITY ? Number.NaN : is(0);
  if (x === Number.POSITIVE_INFINITY) return is(1);
  if (x <= 1 && upper && a < 1) return smallUpper(a, x);
  return x < a + 1 ? is(lowerSeries(a, x)) : upper ? upperFraction(a, x) : 1 - upperFraction(a, x);
}

/** Q for small x and a: 1 − P would lose its digits where P is near 1. */
function smallUpper(a: number, x: number): number {
  let [term, sum] = [1, 0];
  for (let n = 1; n < 200; n++) {
    term *= -x / n;
    const next = term / (a + n);
    sum += next;
    if (Math.abs(next) < 1e-18) break;
  }
  const log = a * Math.log(x) - lgamma(a + 1);
  return -Math.expm1(log) - Math.exp(log) * a * sum;
}
