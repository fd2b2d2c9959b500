/**
 * Eigenvalues and eigenvectors of a real matrix: Hessenberg form, Francis' double-shift QR iteration to the real Schur form, back
 * substitution. Source: Golub & Van Loan, 7.4 and 7.5; Peters & Wilkinson, Eigenvectors of Real and Complex Matrices by LR and QR
 * Triangularizations (1970).
 */
import { reflect, reflector } from './qr';

const EPS = 2 ** -52;

export interface Eigen {
  re: Float64Array;
  im: Float64Array;
  /** Real Schur vectors' combinations, by columns: a complex pair's column holds its real part, the next one its imaginary part. */
  vectors: Float64Array;
}

/** Of a (n×n, column-major, overwritten). Null where the iteration does not converge. */
export function geev(a: Float64Array, n: number): Eigen | null {
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * (n + 1)] = 1;
  hessenberg(a, v, n);
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  if (!schur(a, v, n, re, im)) return null;
  backSubstitute(a, n, re, im);
  // The triangular form's vectors, in A's own basis.
  const vectors = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const top = im[j] > 0 ? Math.min(j + 1, n - 1) : j;
    for (let k = 0; k <= top; k++) {
      const h = a[j * n + k];
      for (let i = 0; i < n; i++) vectors[j * n + i] += v[k * n + i] * h;
    }
  }
  normalize(vectors, n, im);
  return { re, im, vectors };
}

/** a ← Qᵀ·a·Q with zeros below the first subdiagonal; v ← Q. */
function hessenberg(a: Float64Array, v: Float64Array, n: number): void {
  const kept: { at: number; u: Float64Array; tau: number }[] = [];
  for (let k = 0; k < n - 2; k++) {
    const m = n - k - 1;
    const u = a.slice(k * n + k + 1, k * n + n);
    const tau = reflector(u, 0, m);
    a[k * n + k + 1] = u[0];
    a.fill(0, k * n + k + 2, k * n + n);
    if (tau === 0) continue;
    u[0] = 1;
    reflect(u, 0, m, tau, a, (k + 1) * n + k + 1, m, n);
    for (let i = 0; i < n; i++) {
      let s = 0;
      for (let j = 0; j < m; j++) s += u[j] * a[(k + 1 + j) * n + i];
      for (let j = 0; j < m; j++) a[(k + 1 + j) * n + i] -= tau * s * u[j];
    }
    kept.push({ at: k + 1, u, tau });
  }
  for (const { at, u, tau } of kept.reverse()) reflect(u, 0, n - at, tau, v, at * n + at, n - at, n);
}

/** Turns rows and columns p, q of h, and the columns of v, by (c, s). */
function turn(h: Float64Array, v: Float64Array, n: number, p: number, c: number, s: number): void {
  const q = p + 1;
  for (let j = p; j < n; j++) {
    const [x, y] = [h[j * n + p], h[j * n + q]];
    h[j * n + p] = c * x + s * y;
    h[j * n + q] = c * y - s * x;
  }
  for (const [m, until] of [[h, q + 1] as const, [v, n] as const])
    for (let i = 0; i < until; i++) {
      const [x, y] = [m[p * n + i], m[q * n + i]];
      m[p * n + i] = c * x + s * y;
      m[q * n + i] = c * y - s * x;
    }
}

/** Francis' iteration: h becomes upper triangular but for 2×2 blocks of complex pairs. */
function schur(h: Float64Array, v: Float64Array, n: number, re: Float64Array, im: Float64Array): boolean {
  const H = (i: number, j: number) => h[j * n + i];
  let last = n - 1;
  let tries = 0;
  let norm = 0;
  for (let j = 0; j < n; j++) for (let i = 0; i <= Math.min(j + 1, n - 1); i++) norm += Math.abs(H(i, j));
  while (last >= 0) {
    let low = last;
    for (; low > 0; low--) {
      const size = Math.abs(H(low - 1, low - 1)) + Math.abs(H(low, low)) || norm;
      if (Math.abs(H(low, low - 1)) < EPS * size) {
        h[(low - 1) * n + low] = 0;
        break;
      }
    }
    if (low === last) {
      re[last] = H(last, last);
      im[last] = 0;
      last--;
      tries = 0;
      continue;
    }
    if (low === last - 1) {
      block(h, v, n, low, re, im);
      last -= 2;
      tries = 0;
      continue;
    }
    if (tries++ > 60 * 10) return false;
    let [x, y] = [H(last, last), H(last - 1, last - 1)];
    let w = H(last, last - 1) * H(last - 1, last);
    if (tries % 10 === 0) {
      // An exceptional shift, where the usual one goes in circles.
      const s = Math.abs(H(last, last - 1)) + Math.abs(H(last - 1, last - 2));
      x = y = 0.75 * s + H(last, last);
      w = -0.4375 * s * s;
    }
    francis(h, v, n, low, last, x, y, w);
  }
  return true;
}

/** One double-shift sweep over rows low … last; the shifts are the roots of t² − (x + y)·t + x·y − w. */
function francis(
  h: Float64Array,
  v: Float64Array,
  n: number,
  low: number,
  last: number,
  x: number,
  y: number,
  w: number,
): void {
  const H = (i: number, j: number) => h[j * n + i];
  const u = new Float64Array(3);
  // Start where two subdiagonals in a row are small.
  let m = last - 2;
  let [p, q, r] = [0, 0, 0];
  for (; ; m--) {
    const z = H(m, m);
    p = ((x - z) * (y - z) - w) / H(m + 1, m) + H(m, m + 1);
    q = H(m + 1, m + 1) - z - (x - z) - (y - z);
    r = H(m + 2, m + 1);
    const size = Math.abs(p) + Math.abs(q) + Math.abs(r);
    [p, q, r] = [p / size, q / size, r / size];
    if (m === low) break;
    const left = Math.abs(H(m, m - 1)) * (Math.abs(q) + Math.abs(r));
    const right = Math.abs(p) * (Math.abs(H(m - 1, m - 1)) + Math.abs(z) + Math.abs(H(m + 1, m + 1)));
    if (left < EPS * right) break;
  }
  for (let i = m + 2; i <= last; i++) {
    h[(i - 2) * n + i] = 0;
    if (i > m + 2) h[(i - 3) * n + i] = 0;
  }
  for (let k = m; k < last; k++) {
    const size = k === last - 1 ? 2 : 3;
    u[0] = k === m ? p : H(k, k - 1);
    u[1] = k === m ? q : H(k + 1, k - 1);
    u[2] = size === 3 ? (k === m ? r : H(k + 2, k - 1)) : 0;
    const tau = reflector(u, 0, size);
    if (k > m) {
      h[(k - 1) * n + k] = u[0];
      for (let i = 1; i < size; i++) h[(k - 1) * n + k + i] = 0;
    } else if (low !== m) h[(k - 1) * n + k] *= 1 - tau;
    if (tau === 0) continue;
    u[0] = 1;
    reflect(u, 0, size, tau, h, k * n + k, n - k, n);
    for (const [a, until] of [[h, Math.min(last, k + 3) + 1] as const, [v, n] as const])
      for (let i = 0; i < until; i++) {
        let s = 0;
        for (let j = 0; j < size; j++) s += u[j] * a[(k + j) * n + i];
        for (let j = 0; j < size; j++) a[(k + j) * n + i] -= tau * s * u[j];
      }
  }
}

/** The 2×2 block at p: two real eigenvalues are turned onto the diagonal, a complex pair stays. */
function block(h: Float64Array, v: Float64Array, n: number, p: number, re: Float64Array, im: Float64Array): void {
  const q = p + 1;
  const [a, b, c, d] = [h[p * n + p], h[q * n + p], h[p * n + q], h[q * n + q]];
  const half = (a - d) / 2;
  const root = half * half + b * c;
  if (root < 0) {
    re[p] = re[q] = d + half;
    im[p] = Math.sqrt(-root);
    im[q] = -im[p];
    return;
  }
  const z = half + (half < 0 ? -1 : 1) * Math.sqrt(root);
  const size = Math.hypot(z, c);
  if (size > 0) turn(h, v, n, p, z / size, c / size);
  h[p * n + q] = 0;
  re[p] = h[p * n + p];
  re[q] = h[q * n + q];
  im[p] = im[q] = 0;
}

/** Vectors of the quasi-triangular h, in its place: column j, or columns j and j + 1 of a complex pair. */
function backSubstitute(h: Float64Array, n: number, re: Float64Array, im: Float64Array): void {
  const T = h.slice();
  let norm = 0;
  for (const x of T) norm = Math.max(norm, Math.abs(x));
  const small = EPS * (norm || 1);
  h.fill(0);
  for (let j = n - 1; j >= 0; j--) {
    if (im[j] < 0) continue;
    const pair = im[j] > 0;
    const [xr, xi] = [new Float64Array(n), new Float64Array(n)];
    if (pair) {
      // (T − λ)·x = 0 in the block itself.
      const [b, c] = [T[(j + 1) * n + j], T[j * n + j + 1]];
      if (Math.abs(b) >= Math.abs(c)) {
        xr[j] = 1;
        xi[j + 1] = im[j] / b;
        xr[j + 1] = (re[j] - T[j * n + j]) / b;
      } else {
        xi[j + 1] = 1;
        xr[j] = -im[j] / c;
        xi[j] = (re[j] - T[(j + 1) * n + j + 1]) / c;
      }
    } else xr[j] = 1;
    const top = pair ? j + 1 : j;
    for (let i = j - 1; i >= 0; i--) {
      const two = i > 0 && T[(i - 1) * n + i] !== 0;
      const rows = two ? [i - 1, i] : [i];
      const right = rows.map((r) => {
        let [sr, si] = [0, 0];
        for (let k = i + 1; k <= top; k++) {
          sr -= T[k * n + r] * xr[k];
          si -= T[k * n + r] * xi[k];
        }
        return [sr, si];
      });
      if (!two) {
        let [dr, di] = [T[i * n + i] - re[j], -im[j]];
        if (Math.abs(dr) + Math.abs(di) < small) [dr, di] = [small, 0];
        [xr[i], xi[i]] = divide(right[0][0], right[0][1], dr, di);
        continue;
      }
      const [a, b, c, d] = [T[(i - 1) * n + i - 1], T[i * n + i - 1], T[(i - 1) * n + i], T[i * n + i]];
      const [ar, dr, li] = [a - re[j], d - re[j], -im[j]];
      // Cramer's rule with the determinant (a − λ)(d − λ) − b·c.
      let [er, ei] = [ar * dr - li * li - b * c, li * (ar + dr)];
      if (Math.abs(er) + Math.abs(ei) < small * small) [er, ei] = [small * small, 0];
      const [[r1, i1], [r2, i2]] = right;
      [xr[i - 1], xi[i - 1]] = divide(r1 * dr - i1 * li - b * r2, r1 * li + i1 * dr - b * i2, er, ei);
      [xr[i], xi[i]] = divide(r2 * ar - i2 * li - c * r1, r2 * li + i2 * ar - c * i1, er, ei);
      i--;
    }
    h.set(xr, j * n);
    if (pair) h.set(xi, (j + 1) * n);
  }
}

function divide(ar: number, ai: number, br: number, bi: number): [number, number] {
  const size = br * br + bi * bi;
  return [(ar * br + ai * bi) / size, (ai * br - ar * bi) / size];
}

/** Each vector of length 1; of a complex one the largest element is made real. */
function normalize(v: Float64Array, n: number, im: Float64Array): void {
  for (let j = 0; j < n; j++) {
    if (im[j] < 0) continue;
    const pair = im[j] > 0;
    const [x, y] = [v.subarray(j * n, (j + 1) * n), pair ? v.subarray((j + 1) * n, (j + 2) * n) : null];
    const size = Math.hypot(...x, ...(y ?? []));
    for (let i = 0; i < n; i++) {
      x[i] /= size;
      if (y) y[i] /= size;
    }
    if (!y) continue;
    let most = 0;
    for (let i = 1; i < n; i++) if (Math.hypot(x[i], y[i]) > Math.hypot(x[most], y[most])) most = i;
    const length = Math.hypot(x[most], y[most]);
    const [c, s] = [x[most] / length, y[most] / length];
    for (let i = 0; i < n; i++) {
      const [p, q] = [x[i], y[i]];
      x[i] = c * p + s * q;
      y[i] = c * q - s * p;
    }
    y[most] = 0;
  }
}
