/**
 * Samplers that draw until a draw is accepted: Poisson, binomial, gamma. The same draws in the same order as PyTorch's CPU
 * kernels (ATen/native/Distributions.h), so that the values are PyTorch's.
 *
 * Sources: W. Hörmann, "The transformed rejection method for generating Poisson random variables" (1993) and "The generation of
 * binomial random variates" (1993); L. Devroye, "Non-Uniform Random Variate Generation" (1986), X.4; G. Marsaglia and W. W. Tsang,
 * "A simple method for generating gamma variables" (2000).
 */
import { lgamma } from '../kernels/gammaFunctions';
import { log, log1p } from './float64';
import type { Generator } from './generator';
import { standardNormal } from './samplers';

/** ln k! − (Stirling's formula without its series): exact sums for small k, the series above. */
function stirlingTail(k: number): number {
  if (k < SMALL_TAILS.length) return SMALL_TAILS[k];
  const next = k + 1;
  const square = next * next;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / next;
}

const SMALL_TAILS = Array.from({ length: 10 }, (_, k) => {
  let logFactorial = 0;
  for (let i = 2; i <= k; i++) logFactorial += Math.log(i);
  return logFactorial - ((k + 0.5) * Math.log(k + 1) - (k + 1) + 0.5 * Math.log(2 * Math.PI));
});

/** One count with the given mean; two draws or more. */
export function poisson(mean: number, gen: Generator): number {
  if (!(mean >= 0)) throw new RangeError('invalid Poisson rate, expected rate to be non-negative');
  if (mean === 0) return 0;
  if (mean < 10) {
    // Arrivals until their waiting times fill the unit interval.
    const least = Math.exp(-mean);
    let product = 1;
    for (let k = 0; ; k++) {
      product *= gen.uniform64();
      if (product <= least) return k;
    }
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = gen.uniform64() - 0.5;
    const v = gen.uniform64();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= sure) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    if (log(v) + log(inverseAlpha) - log(a / (edge * edge) + b) <= -mean + k * log(mean) - lgamma(k + 1)) return k;
  }
}

/** How many of `count` trials succeed, each with probability `p`. */
export function binomial(count: number, p: number, gen: Generator): number {
  if (Number.isNaN(p)) return Number.NaN;
  if (count <= 0 || p <= 0) return 0;
  if (p >= 1) return count;
  if (p > 0.5) return count - binomial(count, 1 - p, gen);
  return count * p >= 10 ? binomialByRejection(count, p, gen) : binomialByWaiting(count, p, gen);
}

/** Adds the geometric waiting times between successes. */
function binomialByWaiting(count: number, p: number, gen: Generator): number {
  const logFailure = log1p(-p);
  let trials = 0;
  for (let successes = 0; ; successes++) {
    trials += Math.ceil(log(gen.uniform64()) / logFailure);
    if (trials > count) return successes;
  }
}

function binomialByRejection(count: number, p: number, gen: Generator): number {
  const deviation = Math.sqrt(count * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const center = count * p + 0.5;
  const sure = 0.92 - 4.2 / b;
  const odds = p / (1 - p);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((count + 1) * p);
  for (;;) {
    const u = gen.uniform64() - 0.5;
    const v = gen.uniform64();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + center);
    if (edge >= 0.07 && v <= sure) return k;
    if (k < 0 || k > count) continue;
    const above = count - mode + 1;
    const bound =
      (mode + 0.5) * log((mode + 1) / (odds * above)) +
      (count + 1) * log(above / (count - k + 1)) +
      (k + 0.5) * log((odds * (count - k + 1)) / (k + 1)) +
      stirlingTail(mode) +
      stirlingTail(count - mode) -
      stirlingTail(k) -
      stirlingTail(count - k);
    if (log((v * alpha) / (a / (edge * edge) + b)) <= bound) return k;
  }
}

const THIRD = Math.fround(1 / 3);
const SQUEEZE = Math.fround(0.0331);

/** A gamma variate of scale 1. `round` keeps what PyTorch computes in the dtype of `alpha` (its constants are float32). */
export function gamma(alpha: number, gen: Generator, round: (v: number) => number): number {
  let scale = 1;
  let shape = alpha;
  if (shape < 1) {
    if (shape === 0) return 0;
    scale = (1 - gen.uniform64()) ** round(1 / shape);
    shape = round(shape + 1);
  }
  const d = round(shape - THIRD);
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    let x: number;
    let y: number;
    do {
      x = standardNormal(gen);
      y = 1 + c * x;
    } while (y <= 0);
    const v = y * y * y;
    const u = 1 - gen.uniform64();
    const square = x * x;
    if (u < 1 - SQUEEZE * square * square) return scale * d * v;
    if (log(u) < 0.5 * square + d * (1 - v + log(v))) return scale * d * v;
  }
}
