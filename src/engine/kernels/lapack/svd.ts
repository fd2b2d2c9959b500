/**
 * Singular values and vectors: Householder's bidiagonal form, then the implicit zero-shift QR iteration. Source: Demmel & Kahan, Accurate
 * Singular Values of Bidiagonal Matrices (1990); Golub & Van Loan, 8.6; LAPACK's documentation of gesdd, gebrd and bdsqr, whose order of
 * steps gives the vectors their signs.
 */
import { bidiagonalValues } from './bidiagonal';
import { geqrf, orgqr, reflect, reflector } from './qr';
import { rotate, rotation } from './rotations';

export interface Svd {
  /** m×columns, column-major. */
  u: Float64Array;
  s: Float64Array;
  /** rows×n, column-major. */
  vt: Float64Array;
}

/**
 * a (m×n, column-major, overwritten) = U · diag(s) · Vᵀ. `full`: U is m×m and Vᵀ n×n, else m×k and k×n. Null: no convergence.
 * `eps` is the precision that the iteration stops at.
 */
export function gesdd(a: Float64Array, m: number, n: number, full: boolean, eps: number): Svd | null {
  if (m > n) return viaQr(a, m, n, full, eps);
  return direct(a, m, n, full, eps);
}

/** More rows than columns: A = Q · R, and R's vectors. */
function viaQr(a: Float64Array, m: number, n: number, full: boolean, eps: number): Svd | null {
  const tau = new Float64Array(n);
  geqrf(a, 0, m, n, tau, 0);
  const r = new Float64Array(n * n);
  for (let j = 0; j < n; j++) for (let i = 0; i <= j; i++) r[j * n + i] = a[j * m + i];
  const columns = full ? m : n;
  const q = new Float64Array(m * columns);
  orgqr(a, 0, m, n, tau, 0, q, 0, columns);
  const inner = direct(r, n, n, false, eps);
  if (!inner) return null;
  const u = q.slice();
  multiply(q, inner.u, u, m, n, n);
  return { ...inner, u };
}

function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const t = new Float64Array(m * n);
  for (let j = 0; j < n; j++) for (let i = 0; i < m; i++) t[i * n + j] = a[j * m + i];
  return t;
}

/** c (m×n, its first columns) = a (m×k) · b (k×n), all column-major. */
function multiply(a: Float64Array, b: Float64Array, c: Float64Array, m: number, k: number, n: number): void {
  for (let j = 0; j < n; j++)
    for (let i = 0; i < m; i++) {
      let s = 0;
      for (let p = 0; p < k; p++) s += a[p * m + i] * b[j * k + p];
      c[j * m + i] = s;
    }
}

/** Bidiagonal form, its vectors, and the reflections of both sides put in front. */
function direct(a: Float64Array, m: number, n: number, full: boolean, eps: number): Svd | null {
  const k = Math.min(m, n);
  const [d, e] = [new Float64Array(k), new Float64Array(Math.max(k, 1))];
  const [tauq, taup] = [new Float64Array(k), new Float64Array(k)];
  const row = new Float64Array(n);
  // Reflections from the right are kept by columns here.
  const right = new Float64Array(n * k);
  const wide = m < n;
  const leftStep = (i: number) => {
    const top = wide ? i + 1 : i;
    const o = i * m + top;
    tauq[i] = reflector(a, o, m - top);
    if (wide) e[i] = a[o];
    else d[i] = a[o];
    reflect(a, o, m - top, tauq[i], a, (i + 1) * m + top, n - i - 1, m);
  };
  const rightStep = (i: number) => {
    const first = wide ? i : i + 1;
    const length = n - first;
    for (let j = 0; j < length; j++) row[j] = a[(first + j) * m + i];
    taup[i] = reflector(row, 0, length);
    if (wide) d[i] = row[0];
    else e[i] = row[0];
    row[0] = 1;
    right.set(row.subarray(0, length), i * n + first);
    if (taup[i] === 0) return;
    for (let r = i + 1; r < m; r++) {
      let s = 0;
      for (let j = 0; j < length; j++) s += row[j] * a[(first + j) * m + r];
      for (let j = 0; j < length; j++) a[(first + j) * m + r] -= taup[i] * s * row[j];
    }
  };
  for (let i = 0; i < k; i++) {
    if (wide) {
      rightStep(i);
      if (i < m - 1) leftStep(i);
    } else {
      leftStep(i);
      if (i < n - 1) rightStep(i);
    }
  }
  const small = { u: new Float64Array(k * k), vt: new Float64Array(k * k) };
  for (let i = 0; i < k; i++) small.u[i * (k + 1)] = small.vt[i * (k + 1)] = 1;
  // A lower bidiagonal matrix is turned to an upper one first.
  const turns: [number, number][] = [];
  if (wide)
    for (let i = 0; i < k - 1; i++) {
      rotate(d[i], e[i]);
      const { c, s, r } = rotation;
      d[i] = r;
      e[i] = s * d[i + 1];
      d[i + 1] *= c;
      turns.push([c, -s]);
    }
  if (!bidiagonalValues(d, e, small.vt, small.u, k, eps)) return null;
  for (let i = turns.length - 1; i >= 0; i--) {
    const [c, s] = turns[i];
    for (let j = 0, o = i; j < k; j++, o += k) {
      const t = small.u[o + 1];
      small.u[o + 1] = c * t - s * small.u[o];
      small.u[o] = s * t + c * small.u[o];
    }
  }
  const columns = full ? m : k;
  const u = new Float64Array(m * columns);
  for (let j = 0; j < columns; j++)
    if (j < k) u.set(small.u.subarray(j * k, (j + 1) * k), j * m);
    else u[j * m + j] = 1;
  for (let i = k - 1; i >= 0; i--) {
    const top = wide ? i + 1 : i;
    if (top < m) reflect(a, i * m + top, m - top, tauq[i], u, top, columns, m);
  }
  const rows = full ? n : k;
  const v = new Float64Array(n * rows);
  for (let j = 0; j < rows; j++)
    if (j < k) for (let i = 0; i < k; i++) v[j * n + i] = small.vt[i * k + j];
    else v[j * n + j] = 1;
  for (let i = k - 1; i >= 0; i--) {
    const first = wide ? i : i + 1;
    if (first < n) reflect(right, i * n + first, n - first, taup[i], v, first, rows, n);
  }
  return { u, s: d, vt: transposed(v, n, rows) };
}
