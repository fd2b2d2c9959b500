/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's tridiagonal form, then the implicit QL or QR iteration. Source: Golub
 * & Van Loan, 8.3; LAPACK's documentation of sytrd, orgtr and steqr, whose order of steps gives the vectors their signs.
 */
import { reflect, reflector } from './qr';
import { rotateEarly, rotation, turnColumns } from './rotations';

const SAFE = 2 ** -1022;

/**
 * a (n×n, column-major, at `at`; only the lower or upper triangle is read) becomes its eigenvectors by columns; `w` gets the eigenvalues, the
 * smallest first. `eps` is the precision that the iteration stops at. Returns false where the iteration does not converge.
 */
export function syev(
  a: Float64Array,
  at: number,
  n: number,
  upper: boolean,
  w: Float64Array,
  o: number,
  eps: number,
): boolean {
  const z = a.subarray(at, at + n * n);
  const d = w.subarray(o, o + n);
  const e = new Float64Array(n);
  if (n === 1) {
    d[0] = z[0];
    z[0] = 1;
    return true;
  }
  if (upper) reduceUpper(z, n, d, e);
  else reduceLower(z, n, d, e);
  return iterate(d, e, z, n, eps);
}

/** w ← τ·A·v − ½·τ²·(vᵀ·A·v)·v of the symmetric k×k block at `first`, then the block ← block − v·wᵀ − w·vᵀ. Both triangles are kept. */
function update(z: Float64Array, first: number, n: number, k: number, v: Float64Array, tau: number): void {
  const w = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    let s = 0;
    for (let i = 0; i < k; i++) s += z[first + j * n + i] * v[i];
    w[j] = tau * s;
  }
  let dot = 0;
  for (let i = 0; i < k; i++) dot += w[i] * v[i];
  const alpha = -0.5 * tau * dot;
  for (let i = 0; i < k; i++) w[i] += alpha * v[i];
  for (let j = 0; j < k; j++) for (let i = 0; i < k; i++) z[first + j * n + i] -= v[i] * w[j] + w[i] * v[j];
}

/** Tridiagonal form from the lower triangle; z becomes the orthogonal matrix that makes it. */
function reduceLower(z: Float64Array, n: number, d: Float64Array, e: Float64Array): void {
  for (let j = 0; j < n; j++) for (let i = 0; i < j; i++) z[j * n + i] = z[i * n + j];
  const tau = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n - 1; i++) {
    const k = n - i - 1;
    const v = z.slice(i * n + i + 1, i * n + n);
    tau[i] = reflector(v, 0, k);
    e[i] = v[0];
    v[0] = 1;
    if (tau[i] !== 0) update(z, (i + 1) * n + i + 1, n, k, v, tau[i]);
    d[i] = z[i * n + i];
    vectors.set(v, i * n + i + 1);
  }
  d[n - 1] = z[n * n - 1];
  identity(z, n);
  for (let i = n - 2; i >= 0; i--)
    reflect(vectors, i * n + i + 1, n - i - 1, tau[i], z, (i + 1) * n + i + 1, n - i - 1, n);
}

/** The same from the upper triangle: from the last column on. */
function reduceUpper(z: Float64Array, n: number, d: Float64Array, e: Float64Array): void {
  for (let j = 0; j < n; j++) for (let i = j + 1; i < n; i++) z[j * n + i] = z[i * n + j];
  const tau = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  for (let i = n - 2; i >= 0; i--) {
    const k = i + 1;
    // The reflection's own element is the last one: turned around for `reflector`, which has it first.
    const turned = z.slice((i + 1) * n, (i + 1) * n + k).reverse();
    tau[i] = reflector(turned, 0, k);
    e[i] = turned[0];
    turned[0] = 1;
    const v = turned.reverse();
    if (tau[i] !== 0) update(z, 0, n, k, v, tau[i]);
    d[i + 1] = z[(i + 1) * n + i + 1];
    vectors.set(v, i * n);
  }
  d[0] = z[0];
  identity(z, n);
  for (let i = 0; i < n - 1; i++) {
    if (tau[i] === 0) continue;
    for (let j = 0; j <= i; j++) {
      let s = 0;
      for (let r = 0; r <= i; r++) s += vectors[i * n + r] * z[j * n + r];
      for (let r = 0; r <= i; r++) z[j * n + r] -= tau[i] * s * vectors[i * n + r];
    }
  }
}

function identity(z: Float64Array, n: number): void {
  z.fill(0);
  for (let i = 0; i < n; i++) z[i * (n + 1)] = 1;
}

/** The implicit iteration on diagonal d and off-diagonal e, which turns z along; then sorts. */
function iterate(d: Float64Array, e: Float64Array, z: Float64Array, n: number, eps: number): boolean {
  let left = 30 * n;
  let next = 0;
  while (next < n) {
    if (next > 0) e[next - 1] = 0;
    let m = next;
    for (; m < n - 1; m++) {
      const size = Math.abs(e[m]);
      if (size === 0) break;
      if (size <= Math.sqrt(Math.abs(d[m])) * Math.sqrt(Math.abs(d[m + 1])) * eps) {
        e[m] = 0;
        break;
      }
    }
    const [first, last] = [next, m];
    next = m + 1;
    if (last === first) continue;
    left =
      Math.abs(d[last]) < Math.abs(d[first])
        ? qr(d, e, z, n, last, first, left, eps)
        : ql(d, e, z, n, first, last, left, eps);
    if (left < 0) return false;
  }
  sort(d, z, n);
  return true;
}

const small = (e: number, a: number, b: number, eps: number) => e * e <= eps * eps * Math.abs(a) * Math.abs(b) + SAFE;

/** From the top: chases upward, l … end. Returns how many iterations are left. */
function ql(
  d: Float64Array,
  e: Float64Array,
  z: Float64Array,
  n: number,
  from: number,
  end: number,
  budget: number,
  eps: number,
): number {
  let l = from;
  let left = budget;
  while (l <= end) {
    let m = l;
    while (m < end && !small(e[m], d[m], d[m + 1], eps)) m++;
    if (m < end) e[m] = 0;
    if (m === l) {
      l++;
      continue;
    }
    if (m === l + 1) {
      const { rt1, rt2, c, s } = twoByTwo(d[l], e[l], d[l + 1]);
      turnColumns(z, 0, n, l, c, s);
      d[l] = rt1;
      d[l + 1] = rt2;
      e[l] = 0;
      l += 2;
      continue;
    }
    if (left-- === 0) return -1;
    let p = d[l];
    let g = (d[l + 1] - p) / (2 * e[l]);
    g = d[m] - p + e[l] / (g + (g < 0 ? -1 : 1) * Math.hypot(g, 1));
    let [s, c] = [1, 1];
    p = 0;
    for (let i = m - 1; i >= l; i--) {
      const f = s * e[i];
      const b = c * e[i];
      rotateEarly(g, f);
      ({ c, s } = rotation);
      if (i !== m - 1) e[i + 1] = rotation.r;
      g = d[i + 1] - p;
      const r = (d[i] - g) * s + 2 * c * b;
      p = s * r;
      d[i + 1] = g + p;
      g = c * r - b;
      turnColumns(z, 0, n, i, c, -s);
    }
    d[l] -= p;
    e[l] = g;
  }
  return left;
}

/** From the bottom: chases downward, l … end where end ≤ l. */
function qr(
  d: Float64Array,
  e: Float64Array,
  z: Float64Array,
  n: number,
  from: number,
  end: number,
  budget: number,
  eps: number,
): number {
  let l = from;
  let left = budget;
  while (l >= end) {
    let m = l;
    while (m > end && !small(e[m - 1], d[m], d[m - 1], eps)) m--;
    if (m > end) e[m - 1] = 0;
    if (m === l) {
      l--;
      continue;
    }
    if (m === l - 1) {
      const { rt1, rt2, c, s } = twoByTwo(d[l - 1], e[l - 1], d[l]);
      turnColumns(z, 0, n, l - 1, c, s);
      d[l - 1] = rt1;
      d[l] = rt2;
      e[l - 1] = 0;
      l -= 2;
      continue;
    }
    if (left-- === 0) return -1;
    let p = d[l];
    let g = (d[l - 1] - p) / (2 * e[l - 1]);
    g = d[m] - p + e[l - 1] / (g + (g < 0 ? -1 : 1) * Math.hypot(g, 1));
    let [s, c] = [1, 1];
    p = 0;
    for (let i = m; i < l; i++) {
      const f = s * e[i];
      const b = c * e[i];
      rotateEarly(g, f);
      ({ c, s } = rotation);
      if (i !== m) e[i - 1] = rotation.r;
      g = d[i] - p;
      const r = (d[i + 1] - g) * s + 2 * c * b;
      p = s * r;
      d[i] = g + p;
      g = c * r - b;
      turnColumns(z, 0, n, i, c, s);
    }
    d[l] -= p;
    e[l - 1] = g;
  }
  return left;
}

/** Eigenvalues of [[a, b], [b, c]], the larger one in size first, and the cosine and sine of its vector (LAPACK's laev2). */
function twoByTwo(a: number, b: number, c: number) {
  const sum = a + c;
  const df = a - c;
  const rt = Math.hypot(df, 2 * b);
  const sign = sum < 0 ? -1 : 1;
  const [big, little] = Math.abs(a) > Math.abs(c) ? [a, c] : [c, a];
  let rt1 = 0.5 * (sum + sign * rt);
  let rt2 = (big / rt1) * little - (b / rt1) * b;
  if (sum === 0) [rt1, rt2] = [0.5 * rt, -0.5 * rt];
  const sign2 = df >= 0 ? 1 : -1;
  const cs = df + sign2 * rt;
  let [x, y] = [1, 0];
  if (Math.abs(cs) > Math.abs(2 * b)) {
    const ct = (-2 * b) / cs;
    y = 1 / Math.sqrt(1 + ct * ct);
    x = ct * y;
  } else if (b !== 0) {
    const tn = -cs / (2 * b);
    x = 1 / Math.sqrt(1 + tn * tn);
    y = tn * x;
  }
  return sign === sign2 ? { rt1, rt2, c: -y, s: x } : { rt1, rt2, c: x, s: y };
}

/** The smallest first, by exchanges. */
function sort(d: Float64Array, z: Float64Array, n: number): void {
  for (let i = 0; i < n - 1; i++) {
    let k = i;
    for (let j = i + 1; j < n; j++) if (d[j] < d[k]) k = j;
    if (k === i) continue;
    [d[i], d[k]] = [d[k], d[i]];
    for (let r = 0; r < n; r++) [z[i * n + r], z[k * n + r]] = [z[k * n + r], z[i * n + r]];
  }
}
