/** Orthogonal polynomials by their recurrences. Source: Abramowitz & Stegun, 22.7. */

/** pₖ from pₖ₋₁ and pₖ₋₂. */
type Step = (k: number, x: number, last: number, before: number) => number;

export interface Family {
  first: (x: number) => number;
  step: Step;
  /** From this degree on PyTorch answers NaN, in float32 and float64. */
  limit?: [number, number];
  /** The argument that the recurrence runs on. */
  at?: (x: number) => number;
  formula: string;
}

const chebyshev: Step = (_, x, last, before) => 2 * x * last - before;
const shifted = (x: number) => 2 * x - 1;
const T = { first: (x: number) => x, step: chebyshev };
const U = { first: (x: number) => 2 * x, step: chebyshev };
const V = { first: (x: number) => 2 * x - 1, step: chebyshev };
const W = { first: (x: number) => 2 * x + 1, step: chebyshev };

export const FAMILIES: Record<string, Family> = {
  chebyshev_polynomial_t: { ...T, formula: 'T₀ = 1, T₁ = x, Tₙ = 2x·Tₙ₋₁ − Tₙ₋₂' },
  chebyshev_polynomial_u: { ...U, formula: 'U₀ = 1, U₁ = 2x, Uₙ = 2x·Uₙ₋₁ − Uₙ₋₂' },
  chebyshev_polynomial_v: { ...V, formula: 'V₀ = 1, V₁ = 2x − 1, Vₙ = 2x·Vₙ₋₁ − Vₙ₋₂' },
  chebyshev_polynomial_w: { ...W, formula: 'W₀ = 1, W₁ = 2x + 1, Wₙ = 2x·Wₙ₋₁ − Wₙ₋₂' },
  shifted_chebyshev_polynomial_t: { ...T, at: shifted, formula: 'Tₙ(2x − 1)' },
  shifted_chebyshev_polynomial_u: { ...U, at: shifted, formula: 'Uₙ(2x − 1)' },
  shifted_chebyshev_polynomial_v: { ...V, at: shifted, formula: 'Vₙ(2x − 1)' },
  shifted_chebyshev_polynomial_w: { ...W, at: shifted, formula: 'Wₙ(2x − 1)' },
  hermite_polynomial_h: {
    first: (x) => 2 * x,
    step: (k, x, last, before) => 2 * x * last - 2 * (k - 1) * before,
    limit: [128, 512],
    formula: 'H₀ = 1, H₁ = 2x, Hₙ = 2x·Hₙ₋₁ − 2(n − 1)·Hₙ₋₂',
  },
  hermite_polynomial_he: {
    first: (x) => x,
    step: (k, x, last, before) => x * last - (k - 1) * before,
    limit: [128, 512],
    formula: 'He₀ = 1, He₁ = x, Heₙ = x·Heₙ₋₁ − (n − 1)·Heₙ₋₂',
  },
  laguerre_polynomial_l: {
    first: (x) => 1 - x,
    step: (k, x, last, before) => ((2 * k - 1 - x) * last - (k - 1) * before) / k,
    formula: 'L₀ = 1, L₁ = 1 − x, n·Lₙ = (2n − 1 − x)·Lₙ₋₁ − (n − 1)·Lₙ₋₂',
  },
  legendre_polynomial_p: {
    first: (x) => x,
    step: (k, x, last, before) => ((2 * k - 1) * x * last - (k - 1) * before) / k,
    formula: 'P₀ = 1, P₁ = x, n·Pₙ = (2n − 1)·x·Pₙ₋₁ − (n − 1)·Pₙ₋₂',
  },
};

/** The polynomial of degree n (cut to an integer; 0 below 0) at x. */
export function polynomial({ first, step, at, limit }: Family, x: number, degree: number, single: boolean): number {
  const n = Math.trunc(degree);
  if (!(n >= 0)) return 0;
  if (n === 0) return 1;
  if (limit && n > limit[single ? 0 : 1]) return Number.NaN;
  const z = at ? at(x) : x;
  let [before, last] = [1, first(z)];
  for (let k = 2; k <= n && !Number.isNaN(last); k++) [before, last] = [last, step(k, z, last, before)];
  return last;
}
