/** A = L · Lᵀ. Source: Golub & Van Loan, Matrix Computations, 4.2. */

/**
 * The lower triangle of a (n×n, column-major) becomes L. Returns 0, or the number (from 1) of the first leading minor that is not positive:
 * then the columns from there on are left as they are.
 */
export function potrf(a: Float64Array, at: number, n: number): number {
  for (let j = 0; j < n; j++) {
    const o = at + j * n;
    for (let k = 0; k < j; k++) {
      const v = a[at + k * n + j];
      for (let i = j; i < n; i++) a[o + i] -= v * a[at + k * n + i];
    }
    const pivot = a[o + j];
    if (!(pivot > 0)) return j + 1;
    const root = Math.sqrt(pivot);
    for (let i = j; i < n; i++) a[o + i] /= root;
    a[o + j] = root;
  }
  return 0;
}
