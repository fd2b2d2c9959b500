/** Plane rotations, and rows of them applied to a matrix. Source: Golub & Van Loan, 5.1.8; LAPACK's documentation of lartg and lasr. */

/** Cosine, sine and length of the rotation that takes (f, g) to (r, 0). One object for all: read before the next call. */
export const rotation = { c: 1, s: 0, r: 0 };

export function rotate(f: number, g: number): void {
  if (g === 0) {
    rotation.c = 1;
    rotation.s = 0;
    rotation.r = f;
  } else if (f === 0) {
    rotation.c = 0;
    rotation.s = Math.sign(g);
    rotation.r = Math.abs(g);
  } else {
    const r = Math.hypot(f, g) * Math.sign(f);
    rotation.c = f / r;
    rotation.s = g / r;
    rotation.r = r;
  }
}

/** The same with r ≥ 0 unless f is the larger one and negative, as LAPACK did it before version 3.10: signs of eigenvectors depend on it. */
export function rotateEarly(f: number, g: number): void {
  if (g === 0) {
    rotation.c = 1;
    rotation.s = 0;
    rotation.r = f;
  } else if (f === 0) {
    rotation.c = 0;
    rotation.s = 1;
    rotation.r = g;
  } else {
    let r = Math.hypot(f, g);
    if (Math.abs(f) > Math.abs(g) && f < 0) r = -r;
    rotation.c = f / r;
    rotation.s = g / r;
    rotation.r = r;
  }
}

/** Turns columns i and i + 1 of z (rows×…, column-major): (x, y) ← (c·x + s·y, c·y − s·x). */
export function turnColumns(z: Float64Array, at: number, rows: number, i: number, c: number, s: number): void {
  if (c === 1 && s === 0) return;
  const a = at + i * rows;
  const b = a + rows;
  for (let k = 0; k < rows; k++) {
    const t = z[b + k];
    z[b + k] = c * t - s * z[a + k];
    z[a + k] = s * t + c * z[a + k];
  }
}

/** The same for rows i and i + 1 of z, which has `rows` rows and `columns` columns. */
export function turnRows(
  z: Float64Array,
  at: number,
  rows: number,
  columns: number,
  i: number,
  c: number,
  s: number,
): void {
  if (c === 1 && s === 0) return;
  for (let k = 0, o = at + i; k < columns; k++, o += rows) {
    const t = z[o + 1];
    z[o + 1] = c * t - s * z[o];
    z[o] = s * t + c * z[o];
  }
}
