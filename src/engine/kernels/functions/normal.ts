/** The normal distribution's functions, and erfc without its exponential. Source: Abramowitz & Stegun 7.1.14, 26.2. */
import { erfc } from '../special';

/** exp(x²) · erfc(x). */
export function erfcx(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -26.7) return Number.POSITIVE_INFINITY;
  if (x < 2.2) return Math.exp(x * x) * erfc(x);
  let f = x;
  for (let k = 60; k >= 1; k--) f = x + k / 2 / f;
  return 1 / (Math.sqrt(Math.PI) * f);
}

/** ln of the cumulative distribution. */
export function logNdtr(x: number): number {
  const t = x * Math.SQRT1_2;
  return x < -1 ? Math.log(erfcx(-t) / 2) - t * t : Math.log1p(-erfc(t) / 2);
}

/** Its inverse, by Newton's method on the logarithm, which is concave. */
export function ndtri(p: number): number {
  if (Number.isNaN(p) || p < 0 || p > 1) return Number.NaN;
  if (p === 0 || p === 1) return p ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (p > 0.5) return p === 0.5 ? 0 : -ndtri(1 - p);
  if (p === 0.5) return 0;
  const log = Math.log(p);
  // From below the root the steps never pass it.
  let x = -Math.sqrt(-2 * log);
  for (let k = 0; k < 50; k++) {
    // Φ(x)/φ(x) is √(π/2) · erfcx(−x/√2).
    const ratio = Math.sqrt(Math.PI / 2) * erfcx(-x * Math.SQRT1_2);
    const step = (logNdtr(x) - log) * ratio;
    x -= step;
    if (Math.abs(step) <= 1e-16 * Math.abs(x)) break;
  }
  return x;
}
