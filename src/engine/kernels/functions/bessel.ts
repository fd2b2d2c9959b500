/**
 * Bessel's functions of order 0 and 1, Airy's Ai. Source: Abramowitz & Stegun, chapters 9 and 10 (the numbers of the formulas are named where
 * they are used): power series near zero, recurrences and continued fractions between, Hankel's expansions far out.
 */

const EULER = 0.5772156649015329;
const FAR = 25;

/** Iₙ(x) · exp(−|x|) for n = 0, 1 (9.6.10, 9.7.1). */
export function scaledI(n: 0 | 1, x: number): number {
  const a = Math.abs(x);
  const sign = n === 1 && x < 0 ? -1 : 1;
  if (Number.isNaN(x)) return x;
  if (a === Number.POSITIVE_INFINITY) return 0;
  if (a < FAR) return sign * seriesI(n, a) * Math.exp(-a);
  let [term, sum] = [1, 1];
  for (let k = 1; k < 2 * a; k++) {
    const next = (-term * (4 * n * n - (2 * k - 1) ** 2)) / (8 * k * a);
    if (Math.abs(next) >= Math.abs(term) || Math.abs(next) < 1e-18) break;
    sum += term = next;
  }
  return (sign * sum) / Math.sqrt(2 * Math.PI * a);
}

/** Σ (x/2)^(2k+n) / (k! (k+n)!): all terms have one sign. */
function seriesI(n: number, x: number): number {
  const q = (x * x) / 4;
  let term = n ? x / 2 : 1;
  let sum = term;
  for (let k = 1; term > 1e-18 * sum; k++) {
    term *= q / (k * (k + n));
    sum += term;
  }
  return sum;
}

export function besselI(n: 0 | 1, x: number): number {
  const a = Math.abs(x);
  if (a < FAR) return (n === 1 && x < 0 ? -1 : 1) * seriesI(n, a);
  // In two halves: exp alone overflows before the result does.
  const half = Math.exp(a / 2);
  const scaled = scaledI(n, x);
  return Number.isFinite(a) ? scaled * half * half : n === 1 ? x : a;
}

/** Kₙ(x) · exp(x) for n = 0, 1 (9.6.13, 9.6.11; Temme's continued fraction from x = 2 on). */
export function scaledK(n: 0 | 1, x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.POSITIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return 0;
  if (x <= 2) return Math.exp(x) * seriesK(n, x);
  let b = 2 * (1 + x);
  let d = 1 / b;
  let [h, delta] = [d, d];
  let [q1, q2] = [0, 1];
  const a1 = 0.25;
  let [q, c, a] = [a1, a1, -a1];
  let s = 1 + q * delta;
  for (let i = 2; i < 10000; i++) {
    a -= 2 * (i - 1);
    c = (-a * c) / i;
    const next = (q1 - b * q2) / a;
    q1 = q2;
    q2 = next;
    q += c * next;
    b += 2;
    d = 1 / (b + a * d);
    delta = (b * d - 1) * delta;
    h += delta;
    const more = q * delta;
    s += more;
    if (Math.abs(more / s) < 1e-17) break;
  }
  const k0 = Math.sqrt(Math.PI / (2 * x)) / s;
  return n === 0 ? k0 : (k0 * (x + 0.5 - a1 * h)) / x;
}

function seriesK(n: 0 | 1, x: number): number {
  const q = (x * x) / 4;
  const log = Math.log(x / 2);
  let [term, harmonic, sum] = [1, 0, 0];
  if (n === 0) {
    for (let k = 1; term > 1e-19; k++) {
      term *= q / (k * k);
      harmonic += 1 / k;
      sum += term * harmonic;
    }
    return -(log + EULER) * seriesI(0, x) + sum;
  }
  term = x / 2;
  sum = term * (1 - 2 * EULER);
  for (let k = 1; term > 1e-19 * x; k++) {
    term *= q / (k * (k + 1));
    harmonic += 1 / k;
    sum += term * (2 * harmonic + 1 / (k + 1) - 2 * EULER);
  }
  return 1 / x + log * seriesI(1, x) - sum / 2;
}

export function besselK(n: 0 | 1, x: number): number {
  const scaled = scaledK(n, x);
  return x > 2 ? scaled * Math.exp(-x) : x > 0 ? seriesK(n, x) : scaled;
}

/** J₀, J₁ and the parts of Y₀ and Y₁'s Neumann series, by Miller's backward recurrence (9.12, 9.1.87). */
const miller = { j0: 0, j1: 0, y0: 0, y1: 0 };

function recur(x: number): void {
  const start = 2 * Math.ceil((x + 40) / 2);
  let [next, here] = [0, 1e-300];
  let [norm, y0, y1] = [0, 0, 0];
  // J of order k+1 (next), k (here), going down; y1 needs the orders on both sides of each even one.
  for (let k = start; k > 0; k--) {
    if (k % 2 === 0) {
      const s = (k / 2) % 2 ? -1 : 1;
      norm += 2 * here;
      y0 += (s * here) / (k / 2);
      const below = (2 * k * here) / x - next;
      y1 += (s * (below - next)) / (k / 2);
    }
    const below = (2 * k * here) / x - next;
    next = here;
    here = below;
    if (Math.abs(here) > 1e200) {
      here *= 1e-200;
      next *= 1e-200;
      norm *= 1e-200;
      y0 *= 1e-200;
      y1 *= 1e-200;
    }
  }
  norm += here;
  miller.j0 = here / norm;
  miller.j1 = next / norm;
  const log = Math.log(x / 2) + EULER;
  miller.y0 = (2 / Math.PI) * (log * miller.j0 - (2 * y0) / norm);
  miller.y1 = (-2 / Math.PI) * (miller.j0 / x - log * miller.j1 - y1 / norm);
}

/** Hankel's expansions: amplitude's two parts P and Q (9.2.5 … 9.2.10). */
function hankel(n: 0 | 1, x: number, sine: boolean): number {
  const mu = 4 * n * n;
  let [term, p, q] = [1, 1, 0];
  for (let k = 1; k < 60; k++) {
    const next = (term * (mu - (2 * k - 1) ** 2)) / (8 * k * x);
    if (Math.abs(next) < 1e-18 || Math.abs(next) > Math.abs(term)) break;
    term = next;
    const s = k % 4 < 2 ? 1 : -1;
    if (k % 2) q += s * term;
    else p += (k % 4 === 0 ? 1 : -1) * term;
  }
  const at = x - (2 * n + 1) * (Math.PI / 4);
  const [c, s] = [Math.cos(at), Math.sin(at)];
  return Math.sqrt(2 / (Math.PI * x)) * (sine ? p * s + q * c : p * c - q * s);
}

/** Jₙ(x), n = 0, 1. */
export function besselJ(n: 0 | 1, x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return x;
  const sign = n === 1 && x < 0 ? -1 : 1;
  if (a === Number.POSITIVE_INFINITY) return 0;
  if (a < 0.5) {
    let term = n ? a / 2 : 1;
    let sum = term;
    for (let k = 1; k < 12; k++) sum += term *= (-a * a) / (4 * k * (k + n));
    return sign * sum;
  }
  if (a >= FAR) return sign * hankel(n, a, false);
  recur(a);
  return n ? sign * miller.j1 : miller.j0;
}

/** Yₙ(x), n = 0, 1; NaN for x < 0. */
export function besselY(n: 0 | 1, x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return 0;
  if (x >= FAR) return hankel(n, x, true);
  if (x >= 0.5) {
    recur(x);
    return n ? miller.y1 : miller.y0;
  }
  const q = (x * x) / 4;
  const log = Math.log(x / 2);
  let [term, harmonic, sum] = [1, 0, 0];
  if (n === 0) {
    for (let k = 1; k < 14; k++) {
      term *= -q / (k * k);
      harmonic += 1 / k;
      sum -= term * harmonic;
    }
    return (2 / Math.PI) * ((log + EULER) * besselJ(0, x) + sum);
  }
  term = x / 2;
  sum = term * (1 - 2 * EULER);
  for (let k = 1; k < 14; k++) {
    term *= -q / (k * (k + 1));
    harmonic += 1 / k;
    sum += term * (2 * harmonic + 1 / (k + 1) - 2 * EULER);
  }
  return -2 / (Math.PI * x) + (2 / Math.PI) * log * besselJ(1, x) - sum / Math.PI;
}

/** sin(x) / x. */
export function sphericalJ0(x: number): number {
  if (Math.abs(x) === Number.POSITIVE_INFINITY) return 0;
  if (Math.abs(x) >= 0.5) return Math.sin(x) / x;
  let [term, sum] = [1, 1];
  for (let k = 1; k < 8; k++) sum += term *= (-x * x) / (2 * k * (2 * k + 1));
  return sum;
}

const AI_0 = 0.3550280538878172;
const AI_SLOPE_0 = -0.2588194037928068;

/** Airy's Ai: steps of Taylor's series from 0 to the left, an integral to the right, Hankel's expansion far to the left (10.4.60). */
export function airyAi(x: number): number {
  if (Number.isNaN(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN;
  if (x > 103.892) return 0;
  if (x > 1) {
    // Ai(x) = exp(−ζ)/π · ∫₀^∞ exp(−√x·t²)·cos(t³/3) dt, ζ = ⅔·x^(3/2): the trapezoidal rule converges geometrically.
    const root = Math.sqrt(x);
    const [step, end] = [0.1 / Math.sqrt(root), 6.5 / Math.sqrt(root)];
    let sum = 0.5;
    for (let t = step; t < end; t += step) sum += Math.exp(-root * t * t) * Math.cos((t * t * t) / 3);
    return (Math.exp((-2 / 3) * x * root) * step * sum) / Math.PI;
  }
  if (x >= -9) {
    let [at, y, slope] = [0, AI_0, AI_SLOPE_0];
    for (const step = Math.sign(x) * 0.5; at !== x; ) {
      const h = Math.abs(x - at) < 0.5 ? x - at : step;
      [y, slope] = taylor(at, y, slope, h);
      at = h === step ? at + step : x;
    }
    return y;
  }
  const z = -x;
  const zeta = (2 / 3) * z * Math.sqrt(z);
  let [term, p, q] = [1, 1, 0];
  for (let k = 1; k < 40; k++) {
    const next = (term * (6 * k - 5) * (6 * k - 3) * (6 * k - 1)) / (216 * k * (2 * k - 1) * zeta);
    if (next < 1e-18 || next > term) break;
    term = next;
    if (k % 2) q += (k % 4 === 1 ? 1 : -1) * term;
    else p += (k % 4 === 0 ? 1 : -1) * term;
  }
  const angle = zeta + Math.PI / 4;
  return (Math.sin(angle) * p - Math.cos(angle) * q) / (Math.sqrt(Math.PI) * Math.sqrt(Math.sqrt(z)));
}

/** y'' = x·y from x₀ to x₀ + h by its power series. */
function taylor(x0: number, y: number, slope: number, h: number): [number, number] {
  let [a, b, c] = [0, y, slope];
  let [value, rise, power] = [y, slope, 1];
  // Coefficients n − 1, n, n + 1; the next but one is (x₀·aₙ + aₙ₋₁) / ((n+1)(n+2)).
  for (let n = 0; n < 30; n++) {
    power *= h;
    value += c * power;
    const next = (x0 * b + a) / ((n + 1) * (n + 2));
    rise += (n + 2) * next * power;
    [a, b, c] = [b, c, next];
  }
  return [value, rise];
}
