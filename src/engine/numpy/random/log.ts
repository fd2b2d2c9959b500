/**
 * The logarithm to the last bit: JavaScript's may be one off, and a normal number that numpy draws has one in it. JavaScript's answer y is
 * corrected by x·exp(-y) - 1, computed with twice the digits.
 */

const SPLIT = 134217729;
/** The rounding error of a·b = p. */
function productError(a: number, b: number, p: number): number {
  const ca = SPLIT * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLIT * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return ah * bh - p + ah * bl + al * bh + al * bl;
}

const LN2_HIGH = Math.LN2;
const LN2_LOW = 2.3190468138462996e-17;

/** ln(x), correctly rounded but for a few in a thousand million. */
export function log(x: number): number {
  const y = Math.log(x);
  if (!Number.isFinite(y) || y === 0) return y;
  // x = m · 2^k with m near 1; ln m = atanh series in s = (m - 1) / (m + 1), in double-double.
  let k = Math.round(Math.log2(x));
  let m = k > 1000 || k < -1000 ? x * 2 ** ((-k / 2) | 0) * 2 ** -(k - ((k / 2) | 0)) : x * 2 ** -k;
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  } else if (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  // A near value c of ln m with few bits: ln m = c + ln(m·exp(-c)), the rest tiny.
  const c = Math.round(Math.log(m) * 256) / 256;
  const [eh, el] = expOf(-c * 256);
  const p = m * eh;
  const pe = productError(m, eh, p) + m * el;
  // r = m·exp(-c) - 1 = rh + rl, |r| < 2^-9
  const rh = p - 1;
  const rl = pe;
  const r = rh + rl;
  const re = rh - r + rl;
  const r2 = r * r;
  const r2e = productError(r, r, r2);
  // ln(1+r) = r - r²/2 + r³(1/3 - r/4 + …)
  const tail = r2 * r * (1 / 3 + r * (-1 / 4 + r * (1 / 5 + r * (-1 / 6 + r * (1 / 7 - r / 8)))));
  const kh = k * LN2_HIGH;
  const ke = productError(k, LN2_HIGH, kh) + k * LN2_LOW;
  // Sum of all parts, the largest first.
  let high = kh + c;
  let low = Math.abs(kh) > Math.abs(c) ? kh - high + c : c - high + kh;
  for (const part of [r, -r2 / 2]) {
    const sum = high + part;
    low += Math.abs(high) > Math.abs(part) ? high - sum + part : part - sum + high;
    high = sum;
  }
  return high + (low + ke + re - r2e / 2 - re * r + tail);
}

const powers: Record<number, [number, number]> = [];

/** exp(n / 256) for whole n, as a sum of two doubles. */
function expOf(n: number): [number, number] {
  let found = powers[n + 256];
  if (!found) {
    // A series in bigints with 160 bits after the point.
    const one = 1n << 160n;
    const x = (BigInt(n) << 160n) / 256n;
    let term = one;
    let sum = one;
    for (let i = 1n; term !== 0n && i < 80n; i++) {
      term = (term * x) / (one * i);
      sum += term;
    }
    const high = Number(sum >> 60n) / 2 ** 100;
    const rest = sum - (BigInt(Math.round(high * 2 ** 53)) << 107n);
    const low = Number(rest >> 40n) / 2 ** 120;
    found = [Math.round(high * 2 ** 53) / 2 ** 53, low];
    powers[n + 256] = found;
  }
  return found;
}
