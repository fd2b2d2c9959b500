/** Triangular systems by substitution. */
import type { Floats } from './matrix';

export interface Triangle {
  upper: boolean;
  /** Read the matrix turned. */
  transposed: boolean;
  /** Its diagonal counts as ones. */
  unit: boolean;
}

/** x (n×columns, in place) ← A⁻¹ · x; a is n×n of which only the triangle is read. Both column-major. */
export function solveTriangular(
  a: Floats,
  at: number,
  n: number,
  { upper, transposed, unit }: Triangle,
  x: Floats,
  first: number,
  columns: number,
): void {
  // Strides of the matrix as it is read.
  const [down, right] = transposed ? [n, 1] : [1, n];
  const backward = upper !== transposed;
  for (let c = 0, o = first; c < columns; c++, o += n)
    for (let k = 0; k < n; k++) {
      const j = backward ? n - 1 - k : k;
      if (!unit) x[o + j] /= a[at + j * (n + 1)];
      const v = x[o + j];
      if (v === 0) continue;
      const [from, until] = backward ? [0, j] : [j + 1, n];
      for (let i = from; i < until; i++) x[o + i] -= v * a[at + i * down + j * right];
    }
}
