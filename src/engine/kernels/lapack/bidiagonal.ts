/** The implicit zero-shift QR iteration on a bidiagonal matrix. Source: Demmel & Kahan (1990); LAPACK's documentation of bdsqr, lasv2, las2. */
import { rotate, rotation, turnColumns, turnRows } from './rotations';

const SAFE = 2 ** -1022;
const sign = (v: number) => (v < 0 || Object.is(v, -0) ? -1 : 1);

/**
 * d (n) and e (n − 1 above it) become the singular values, the largest first; vt (n×n) and u (n×n), column-major, are turned along.
 * False: no convergence.
 */
export function bidiagonalValues(
  d: Float64Array,
  e: Float64Array,
  vt: Float64Array,
  u: Float64Array,
  n: number,
  eps: number,
): boolean {
  const tol = Math.max(10, Math.min(100, eps ** -0.125)) * eps;
  let smallest = Math.abs(d[0]);
  for (let i = 1, mu = smallest; i < n && smallest !== 0; i++) {
    mu = Math.abs(d[i]) * (mu / (mu + Math.abs(e[i - 1])));
    smallest = Math.min(smallest, mu);
  }
  const threshold = Math.max(tol * (smallest / Math.sqrt(n)), 6 * n * n * SAFE);
  let left = 6 * n * n;
  let [oldLow, oldHigh, down] = [-2, -2, true];
  let high = n - 1;
  const right = (i: number, c: number, s: number) => turnRows(vt, 0, n, n, i, c, s);
  const leftSide = (i: number, c: number, s: number) => turnColumns(u, 0, n, i, c, s);
  while (high > 0) {
    if (left < 0 || Number.isNaN(d[high])) return false;
    let largest = Math.abs(d[high]);
    let low = high - 1;
    for (; low >= 0; low--) {
      if (Math.abs(e[low]) <= threshold) {
        e[low] = 0;
        break;
      }
      largest = Math.max(largest, Math.abs(d[low]), Math.abs(e[low]));
    }
    if (low === high - 1) {
      high--;
      continue;
    }
    low++;
    if (low === high - 1) {
      const t = triangle(d[low], e[low], d[high], eps);
      d[low] = t.max;
      e[low] = 0;
      d[high] = t.min;
      right(low, t.cosr, t.sinr);
      leftSide(low, t.cosl, t.sinl);
      high -= 2;
      continue;
    }
    if (low > oldHigh || high < oldLow) down = Math.abs(d[low]) >= Math.abs(d[high]);
    const least = converged(d, e, low, high, down, tol);
    if (least === null) continue;
    [oldLow, oldHigh] = [low, high];
    let shift = 0;
    if (n * tol * (least / largest) > Math.max(eps, 0.01 * tol)) {
      shift = down ? smaller(d[high - 1], e[high - 1], d[high]) : smaller(d[low], e[low], d[low + 1]);
      const start = Math.abs(down ? d[low] : d[high]);
      if (start > 0 && (shift / start) ** 2 < eps) shift = 0;
    }
    left -= high - low;
    sweep(d, e, low, high, shift, down, right, leftSide);
    const last = down ? high - 1 : low;
    if (Math.abs(e[last]) <= threshold) e[last] = 0;
  }
  for (let i = 0; i < n; i++) {
    if (d[i] >= 0) continue;
    d[i] = -d[i];
    for (let j = 0; j < n; j++) vt[j * n + i] = -vt[j * n + i];
  }
  sort(d, vt, u, n);
  return !d.some(Number.isNaN);
}

/** Is an off-diagonal element negligible? Then it is set to 0 and the answer is null; else a bound of the smallest singular value. */
function converged(
  d: Float64Array,
  e: Float64Array,
  low: number,
  high: number,
  down: boolean,
  tol: number,
): number | null {
  const last = down ? high - 1 : low;
  if (Math.abs(e[last]) <= tol * Math.abs(d[down ? high : low])) {
    e[last] = 0;
    return null;
  }
  let mu = Math.abs(d[down ? low : high]);
  let least = mu;
  for (let k = 0; k < high - low; k++) {
    const i = down ? low + k : high - 1 - k;
    if (Math.abs(e[i]) <= tol * mu) {
      e[i] = 0;
      return null;
    }
    mu = Math.abs(d[down ? i + 1 : i]) * (mu / (mu + Math.abs(e[i])));
    least = Math.min(least, mu);
  }
  return least;
}

type Turn = (i: number, c: number, s: number) => void;

/** One sweep of the iteration, down or up the block; without a shift in the form that keeps small values accurate. */
function sweep(
  d: Float64Array,
  e: Float64Array,
  low: number,
  high: number,
  shift: number,
  down: boolean,
  right: Turn,
  left: Turn,
): void {
  // Going up, the block is read from its end: the rotations of the two sides change places and their sines change sign.
  const step = down ? 1 : -1;
  const [first, last] = down ? [low, high] : [high, low];
  const edge = (i: number) => (down ? i : i - 1);
  const turnNear: Turn = down ? right : (i, c, s) => left(i, c, -s);
  const turnFar: Turn = down ? left : (i, c, s) => right(i, c, -s);
  if (shift === 0) {
    let [c, oldC, oldS] = [1, 1, 0];
    for (let i = first; i !== last; i += step) {
      rotate(d[i] * c, e[edge(i)]);
      c = rotation.c;
      const { s, r } = rotation;
      if (i !== first) e[edge(i - step)] = oldS * r;
      rotate(oldC * r, d[i + step] * s);
      oldC = rotation.c;
      oldS = rotation.s;
      d[i] = rotation.r;
      turnNear(edge(i), c, s);
      turnFar(edge(i), oldC, oldS);
    }
    const h = d[last] * c;
    d[last] = h * oldC;
    e[edge(last - step)] = h * oldS;
    return;
  }
  let f = (Math.abs(d[first]) - shift) * (sign(d[first]) + shift / d[first]);
  let g = e[edge(first)];
  for (let i = first; i !== last; i += step) {
    const k = edge(i);
    rotate(f, g);
    let { c, s } = rotation;
    if (i !== first) e[edge(i - step)] = rotation.r;
    f = c * d[i] + s * e[k];
    e[k] = c * e[k] - s * d[i];
    g = s * d[i + step];
    d[i + step] *= c;
    turnNear(k, c, s);
    rotate(f, g);
    ({ c, s } = rotation);
    d[i] = rotation.r;
    f = c * e[k] + s * d[i + step];
    d[i + step] = c * d[i + step] - s * e[k];
    if (i + step !== last) {
      g = s * e[edge(i + step)];
      e[edge(i + step)] *= c;
    }
    turnFar(k, c, s);
  }
  e[edge(last - step)] = f;
}

/** The smaller singular value of [[f, g], [0, h]]. */
function smaller(f: number, g: number, h: number): number {
  const [fa, ga, ha] = [Math.abs(f), Math.abs(g), Math.abs(h)];
  const [least, most] = [Math.min(fa, ha), Math.max(fa, ha)];
  if (least === 0) return 0;
  const as = 1 + least / most;
  const at = (most - least) / most;
  if (ga < most) {
    const au = (ga / most) ** 2;
    return least * (2 / (Math.sqrt(as * as + au) + Math.sqrt(at * at + au)));
  }
  const au = most / ga;
  if (au === 0) return (least * most) / ga;
  const c = 1 / (Math.sqrt(1 + (as * au) ** 2) + Math.sqrt(1 + (at * au) ** 2));
  return 2 * (least * c * au);
}

/** Both singular values of [[f, g], [0, h]], with their signs, and the rotations of either side. */
function triangle(f: number, g: number, h: number, eps: number) {
  const swap = Math.abs(h) > Math.abs(f);
  const [ft, ht] = swap ? [h, f] : [f, h];
  const [fa, ha, ga] = [Math.abs(ft), Math.abs(ht), Math.abs(g)];
  let most = swap ? 3 : 1;
  let [max, min, clt, crt, slt, srt] = [fa, ha, 1, 1, 0, 0];
  if (ga !== 0) {
    if (ga > fa) most = 2;
    if (ga > fa && fa / ga < eps) {
      max = ga;
      min = ha > 1 ? fa / (ga / ha) : (fa / ga) * ha;
      slt = ht / g;
      srt = 1;
      crt = ft / g;
    } else {
      const difference = fa - ha;
      const l = difference === fa ? 1 : difference / fa;
      const m = g / ft;
      const t = 2 - l;
      const s = Math.sqrt(t * t + m * m);
      const r = l === 0 ? Math.abs(m) : Math.sqrt(l * l + m * m);
      const a = 0.5 * (s + r);
      min = ha / a;
      max = fa * a;
      let slope: number;
      if (m * m === 0) slope = l === 0 ? 2 * sign(ft) * sign(g) : g / (Math.abs(difference) * sign(ft)) + m / t;
      else slope = (m / (s + t) + m / (r + l)) * (1 + a);
      const length = Math.sqrt(slope * slope + 4);
      crt = 2 / length;
      srt = slope / length;
      clt = (crt + srt * m) / a;
      slt = ((ht / ft) * srt) / a;
    }
  }
  const [cosl, sinl, cosr, sinr] = swap ? [srt, crt, slt, clt] : [clt, slt, crt, srt];
  const s =
    most === 1
      ? sign(cosr) * sign(cosl) * sign(f)
      : most === 2
        ? sign(sinr) * sign(cosl) * sign(g)
        : sign(sinr) * sign(sinl) * sign(h);
  return { max: max * s, min: min * s * sign(f) * sign(h), cosl, sinl, cosr, sinr };
}

/** The largest first, by exchanges. */
function sort(d: Float64Array, vt: Float64Array, u: Float64Array, n: number): void {
  for (let end = n - 1; end > 0; end--) {
    let k = 0;
    for (let j = 1; j <= end; j++) if (d[j] <= d[k]) k = j;
    if (k === end) continue;
    [d[k], d[end]] = [d[end], d[k]];
    for (let j = 0; j < n; j++) {
      [vt[j * n + k], vt[j * n + end]] = [vt[j * n + end], vt[j * n + k]];
      [u[k * n + j], u[end * n + j]] = [u[end * n + j], u[k * n + j]];
    }
  }
}
