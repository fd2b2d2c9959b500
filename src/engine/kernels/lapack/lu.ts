/** LU with partial pivoting. Source: Golub & Van Loan, Matrix Computations, 3.4; LAPACK's documentation of getrf and getrs. */
import type { Floats } from './matrix';
import { solveTriangular } from './triangular';

/**
 * a (m×n, column-major) becomes L below the diagonal and U above; `pivots` gets the row (from 1) that each row was exchanged with.
 * Returns the number (from 1) of the first pivot that is zero, or 0. In float32 each product is rounded, so that what is singular
 * there is found to be.
 */
export function getrf(a: Floats, at: number, m: number, n: number, pivots: Int32Array, p: number): number {
  const single = a instanceof Float32Array;
  let info = 0;
  for (let j = 0; j < Math.min(m, n); j++) {
    const column = at + j * m;
    let best = j;
    for (let i = j + 1; i < m; i++) if (Math.abs(a[column + i]) > Math.abs(a[column + best])) best = i;
    pivots[p + j] = best + 1;
    if (a[column + best] === 0) {
      info ||= j + 1;
      continue;
    }
    if (best !== j) exchange(a, at, m, n, j, best);
    const pivot = a[column + j];
    for (let i = j + 1; i < m; i++) a[column + i] /= pivot;
    for (let c = j + 1, o = at + c * m; c < n; c++, o += m) {
      const u = a[o + j];
      if (u === 0) continue;
      if (single) for (let i = j + 1; i < m; i++) a[o + i] -= Math.fround(a[column + i] * u);
      else for (let i = j + 1; i < m; i++) a[o + i] -= a[column + i] * u;
    }
  }
  return info;
}

/** Exchanges rows i and k of n columns. */
function exchange(a: Floats, at: number, m: number, n: number, i: number, k: number): void {
  for (let c = 0, o = at; c < n; c++, o += m) [a[o + i], a[o + k]] = [a[o + k], a[o + i]];
}

/** x (n×columns, in place) ← A⁻¹ · x or A⁻ᵀ · x, from A's factors. */
export function getrs(
  lu: Floats,
  at: number,
  n: number,
  pivots: ArrayLike<number>,
  p: number,
  transposed: boolean,
  x: Floats,
  first: number,
  columns: number,
): void {
  if (!transposed) for (let i = 0; i < n; i++) exchange(x, first, n, columns, i, pivots[p + i] - 1);
  const lower = { upper: false, transposed, unit: true };
  const upper = { upper: true, transposed, unit: false };
  for (const part of transposed ? [upper, lower] : [lower, upper]) solveTriangular(lu, at, n, part, x, first, columns);
  if (transposed) for (let i = n - 1; i >= 0; i--) exchange(x, first, n, columns, i, pivots[p + i] - 1);
}

/** Where each row of A went: row i of P · L · U is row `order[i]` of L · U. */
export function rowOrder(pivots: ArrayLike<number>, p: number, count: number, m: number): Int32Array {
  const rows = Int32Array.from({ length: m }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const k = pivots[p + i] - 1;
    [rows[i], rows[k]] = [rows[k], rows[i]];
  }
  const order = new Int32Array(m);
  for (let i = 0; i < m; i++) order[rows[i]] = i;
  return order;
}
