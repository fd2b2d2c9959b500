/**
 * ln, sin, cos, tan, log1p and fused multiply-add in float64, the same on every machine and every version of V8.
 *
 * JavaScript leaves the last bit of Math.log, Math.sin and Math.cos to the engine, and V8 has changed them between
 * versions. PyTorch takes them from the C library, whose errors stay near half a unit in the last place, so the correctly
 * rounded value is the best common answer. It is found here with pairs of doubles (a high part and a low part, some 70
 * valid bits) from tables that are computed once, on first use, in integers of 160 bits.
 */

const ONE = 1n << 160n;
const SPLITTER = 134217729; // 2^27 + 1

/** The error of the rounded product a * b; exact (Dekker). */
function productError(a: number, b: number, product: number): number {
  const ca = SPLITTER * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLITTER * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return al * bl - (product - ah * bh - al * bh - ah * bl);
}

/** The error of the rounded sum a + b; exact (Knuth). */
function sumError(a: number, b: number, sum: number): number {
  const shift = sum - a;
  return a - (sum - shift) + (b - shift);
}

/** A fixed-point number of 160 binary places as the sum of `parts` doubles. */
function toDoubles(fixed: bigint, parts: number): number[] {
  const out: number[] = [];
  let rest = fixed;
  for (let i = 0; i < parts; i++) {
    const size = (rest < 0n ? -rest : rest).toString(2).length;
    const drop = BigInt(Math.max(0, size - 53));
    const head = (rest >> drop) << drop; // truncated: exact in a double
    out.push(Number(head >> drop) * 2 ** (Number(drop) - 160));
    rest -= head;
  }
  return out;
}

/** ln((1 + t) / (1 - t)) = 2 (t + t^3/3 + ...), in fixed point; t = num / den, below 1/2. */
function fixedLogRatio(num: bigint, den: bigint): bigint {
  let power = (ONE * num) / den;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power = (power * num * num) / (den * den);
  }
  return 2n * sum;
}

/** sin and cos of num / den, in fixed point. */
function fixedSinCos(num: bigint, den: bigint): [bigint, bigint] {
  const sums: [bigint, bigint] = [0n, 0n];
  let term = ONE;
  for (let k = 0n; term !== 0n; k += 1n) {
    const slot = k % 2n === 0n ? 1 : 0;
    sums[slot] += (k / 2n) % 2n === 0n ? term : -term;
    term = (term * num) / (den * (k + 1n));
  }
  return sums;
}

interface Tables {
  /** ln(i / 128), i = 128 .. 256, as pairs. */
  log: Float64Array;
  ln2: [number, number];
  /** sin and cos of i / 64, i = 0 .. 51, as pairs: sin high, sin low, cos high, cos low. */
  circle: Float64Array;
}

let tables: Tables | undefined;

function makeTables(): Tables {
  const log = new Float64Array(2 * 129);
  for (let i = 1; i <= 128; i++) log.set(toDoubles(fixedLogRatio(BigInt(i), BigInt(256 + i)), 2), 2 * i);
  const circle = new Float64Array(4 * 52);
  for (let i = 0; i < 52; i++) {
    const [sin, cos] = fixedSinCos(BigInt(i), 64n);
    circle.set([...toDoubles(sin, 2), ...toDoubles(cos, 2)], 4 * i);
  }
  // ln 2 with a short high part, so that exponent * high is exact.
  const ln2 = fixedLogRatio(1n, 3n);
  const high = (ln2 >> 118n) << 118n;
  return { log, ln2: [toDoubles(high, 1)[0]!, toDoubles(ln2 - high, 1)[0]!], circle };
}

const word = new Float64Array(1);
const words = new Uint32Array(word.buffer);

/** ln(x) for a positive, normal x, correctly rounded but for about one argument in 100,000. */
export function log(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return Math.log(x);
  tables ??= makeTables();
  word[0] = x;
  let exponent = (words[1]! >>> 20) - 1023;
  words[1] = (words[1]! & 0xfffff) | 0x3ff00000;
  let m = word[0];
  if (m > Math.SQRT2) {
    m /= 2;
    exponent += 1;
  }
  // m = c (1 + r) with c = k / 128; below 1, ln c = ln(2c) - ln 2.
  const k = Math.round(m * 128);
  const c = k / 128;
  const gap = m - c; // exact
  const r = gap / c;
  const rc = r * c;
  const rLow = (gap - rc - productError(r, c, rc)) / c;
  const slot = k >= 128 ? 2 * (k - 128) : 2 * (2 * k - 128);
  if (k < 128) exponent -= 1;
  // -r^2/2 as a pair, the rest of the series in double: |r| < 1/180.
  const square = r * r;
  const half = -0.5 * square;
  const halfLow = -0.5 * productError(r, r, square) - r * rLow;
  const tail =
    square *
    r *
    (1 / 3 + r * (-1 / 4 + r * (1 / 5 + r * (-1 / 6 + r * (1 / 7 + r * (-1 / 8 + r * (1 / 9 - r / 10)))))));
  const [ln2High, ln2Low] = tables.ln2;
  const e = exponent * ln2High;
  const tableHigh = tables.log[slot]!;
  const s1 = e + tableHigh;
  const e1 = sumError(e, tableHigh, s1);
  const s2 = s1 + r;
  const e2 = sumError(s1, r, s2);
  const s3 = s2 + half;
  const e3 = sumError(s2, half, s3);
  return s3 + (e1 + e2 + e3 + (tail + (halfLow + rLow + (tables.log[slot + 1]! + exponent * ln2Low))));
}

// fdlibm's minimax coefficients for (ln(1 + f) - f + f^2/2 terms) in s = f / (2 + f).
const LP1 = 0.6666666666666735;
const LP2 = 0.3999999999940942;
const LP3 = 0.2857142874366239;
const LP4 = 0.22222198432149784;
const LP5 = 0.1818357216161805;
const LP6 = 0.15313837699209373;
const LP7 = 0.14798198605116586;
const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;

/**
 * ln(1 + x) for x in (-1, 1], as the C library of Linux rounds it on processors with fused multiply-add: Sun's method
 * (fdlibm), its polynomial summed in pairs as glibc does. That one errs by up to one unit in the last place, so being more
 * exact would be less equal.
 */
export function log1p(x: number): number {
  if (!(x > -1) || !(x <= 1)) return Math.log1p(x);
  if (Math.abs(x) < 2 ** -29) return Math.abs(x) < 2 ** -54 ? x : x - x * x * 0.5;
  // 1 + x = 2^k (1 + f); `correction` is what the addition 1 + x lost. Thresholds are compared by their high words.
  let k = 0;
  let f = x;
  let correction = 0;
  let nearPower = false;
  word[0] = x;
  const high = words[1]! & 0x7fffffff;
  if (high >= (x > 0 ? 0x3fda827a : 0x3fd2bec4)) {
    const u = 1 + x;
    word[0] = u;
    k = (words[1]! >>> 20) - 1023;
    correction = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    const mantissa = words[1]! & 0xfffff;
    const lower = mantissa < 0x6a09e;
    if (!lower) k += 1;
    words[1] = mantissa | (lower ? 0x3ff00000 : 0x3fe00000);
    nearPower = lower ? mantissa === 0 : (0x100000 - mantissa) >> 2 === 0;
    f = word[0] - 1;
  }
  const halfSquare = 0.5 * f * f;
  const low = fma64(k, LN2_LO, correction);
  if (nearPower) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HI + low;
    const r = halfSquare * fma64(-0.6666666666666666, f, 1);
    return k === 0 ? f - r : k * LN2_HI - (r - low - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  let series = fma64(z, LP1, z2 * fma64(z, LP3, LP2));
  series = fma64(z4, fma64(z, LP5, LP4), series);
  series = fma64(z2 * z4, fma64(z, LP7, LP6), series);
  const rest = s * (halfSquare + series);
  return k === 0 ? f - (halfSquare - rest) : k * LN2_HI - (halfSquare - (rest + low) - f);
}

// pi/2 in three parts; products of the first two with small integers are exact.
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;

/** Results of `circle`: sin high, sin low, cos high, cos low. */
const point = new Float64Array(4);

/** sin and cos of x as pairs, into `point`; |x| < 1000. */
function circle(x: number): void {
  tables ??= makeTables();
  const quadrant = Math.round(x * (2 / Math.PI));
  const a = x - quadrant * HALF_PI_1; // exact
  const b = quadrant * -HALF_PI_2; // exact
  let r = a + b;
  let rLow = sumError(a, b, r) - quadrant * HALF_PI_3;
  const folded = r + rLow;
  rLow -= folded - r;
  r = folded;
  const sign = r < 0 ? -1 : 1;
  r *= sign;
  rLow *= sign;

  const i = Math.round(r * 64);
  const t = r - i / 64; // exact
  const at = 4 * i;
  const square = t * t;
  const cosRest = square * (-1 / 2 + square * (1 / 24 - square * (1 / 720))) - t * rLow; // cos(t + rLow) - 1
  const sinRest = t * square * (-1 / 6 + square * (1 / 120 - square * (1 / 5040))); // sin t - t
  const sinHigh = tables.circle[at]!;
  const sinLow = tables.circle[at + 1]!;
  const cosHigh = tables.circle[at + 2]!;
  const cosLow = tables.circle[at + 3]!;

  const p = cosHigh * t;
  const pLow = productError(cosHigh, t, p) + cosLow * t + cosHigh * rLow;
  const s = sinHigh + p;
  const sLow = sumError(sinHigh, p, s) + (pLow + sinLow + (sinHigh * cosRest + cosHigh * sinRest));
  const q = -sinHigh * t;
  const qLow = productError(-sinHigh, t, q) - sinLow * t - sinHigh * rLow;
  const c = cosHigh + q;
  const cLow = sumError(cosHigh, q, c) + (qLow + cosLow + (cosHigh * cosRest - sinHigh * sinRest));

  const turn = quadrant & 3;
  const sinSign = (turn < 2 ? 1 : -1) * (turn % 2 === 0 ? sign : 1);
  const cosSign = (turn === 1 || turn === 2 ? -1 : 1) * (turn % 2 === 1 ? sign : 1);
  const swapped = turn % 2 === 1;
  point[0] = sinSign * (swapped ? c : s);
  point[1] = sinSign * (swapped ? cLow : sLow);
  point[2] = cosSign * (swapped ? s : c);
  point[3] = cosSign * (swapped ? sLow : cLow);
}

/** sin(x) for |x| < 1000, correctly rounded but for about one argument in 10,000. */
export function sin(x: number): number {
  if (!(Math.abs(x) < 1000)) return Math.sin(x);
  circle(x);
  return point[0]! + point[1]!;
}

/** cos(x) for |x| < 1000, correctly rounded but for about one argument in 10,000. */
export function cos(x: number): number {
  if (!(Math.abs(x) < 1000)) return Math.cos(x);
  circle(x);
  return point[2]! + point[3]!;
}

/** tan(x) for |x| < 1000, from the pairs of sin and cos. */
export function tan(x: number): number {
  if (!(Math.abs(x) < 1000)) return Math.tan(x);
  circle(x);
  const [sinHigh, sinLow, cosHigh, cosLow] = point as unknown as [number, number, number, number];
  const s = sinHigh + sinLow;
  const c = cosHigh + cosLow;
  const ratio = s / c;
  const back = ratio * c;
  const rest = s - back - productError(ratio, c, back) + (sinLow - (s - sinHigh)) - ratio * (cosLow - (c - cosHigh));
  return ratio + rest / c;
}

/** a * b + c with one rounding to float64, for values far from overflow and underflow (Boldo and Melquiond). */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b;
  if (product === 0) return c === 0 ? product + c : c;
  if (c === 0) return product;
  const low = productError(a, b, product);
  const t = c + low;
  const tLow = sumError(c, low, t);
  const v = product + t;
  const vLow = sumError(product, t, v);
  // tLow + vLow rounded to odd, so that the last addition rounds once.
  let rest = tLow + vLow;
  const lost = sumError(tLow, vLow, rest);
  if (lost !== 0) {
    word[0] = rest;
    if ((words[0]! & 1) === 0) {
      const outwards = lost > 0 === rest > 0;
      if (!outwards && words[0] === 0) words[1] = words[1]! - 1;
      words[0] = words[0]! + (outwards ? 1 : -1);
      rest = word[0];
    }
  }
  return v + rest;
}
