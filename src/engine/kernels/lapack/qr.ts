/** Householder's QR with LAPACK's signs. Source: Golub & Van Loan, Matrix Computations, 5.2; LAPACK's documentation of larfg, geqr2, org2r. */

/**
 * The reflection H = I − τ·v·vᵀ, v₀ = 1, that takes x to (β, 0, …): x is left as (β, v₁, …). Returns τ.
 * β has the sign that x₀ has not, so that no digits cancel.
 */
export function reflector(x: Float64Array, at: number, n: number): number {
  let scale = 0;
  for (let i = 1; i < n; i++) scale = Math.max(scale, Math.abs(x[at + i]));
  if (scale === 0) return 0;
  if (Number.isNaN(scale)) return Number.NaN;
  let sum = 0;
  for (let i = 1; i < n; i++) sum += (x[at + i] / scale) ** 2;
  const alpha = x[at];
  const beta = -Math.sign(alpha || 1) * Math.hypot(alpha, scale * Math.sqrt(sum));
  for (let i = 1; i < n; i++) x[at + i] /= alpha - beta;
  x[at] = beta;
  return (beta - alpha) / beta;
}

/** c ← (I − τ·v·vᵀ) · c for `columns` columns of c; v's first element counts as 1. */
export function reflect(
  v: Float64Array,
  at: number,
  n: number,
  tau: number,
  c: Float64Array,
  first: number,
  columns: number,
  stride: number,
): void {
  if (tau === 0) return;
  for (let j = 0, o = first; j < columns; j++, o += stride) {
    let s = c[o];
    for (let i = 1; i < n; i++) s += v[at + i] * c[o + i];
    s *= tau;
    c[o] -= s;
    for (let i = 1; i < n; i++) c[o + i] -= s * v[at + i];
  }
}

/** a (m×n) becomes R on and above the diagonal, the reflections' vectors below it; `tau` gets their factors. */
export function geqrf(a: Float64Array, at: number, m: number, n: number, tau: Float64Array, t: number): void {
  for (let j = 0; j < Math.min(m, n); j++) {
    const o = at + j * m + j;
    tau[t + j] = reflector(a, o, m - j);
    reflect(a, o, m - j, tau[t + j], a, o + m, n - j - 1, m);
  }
}

/** The first `columns` columns of H₁·H₂·…·H_k into q (m×columns); the vectors are in a (of m rows). */
export function orgqr(
  a: Float64Array,
  at: number,
  m: number,
  k: number,
  tau: Float64Array,
  t: number,
  q: Float64Array,
  o: number,
  columns: number,
): void {
  q.fill(0, o, o + m * columns);
  for (let j = 0; j < columns; j++) q[o + j * m + j] = 1;
  for (let j = k - 1; j >= 0; j--) reflect(a, at + j * m + j, m - j, tau[t + j], q, o + j, columns, m);
}
