/** numpy's normal and exponential numbers: the polar method of its older generator, the ziggurats of its newer one. */
import type { Bits } from './bits';
import { log } from './log';
import { exponentialZiggurat, normalZiggurat } from './ziggurat';

/** What the other distributions are made of; the two generators differ in it. */
export interface Source extends Bits {
  normal(): number;
  exponential(): number;
  /** A whole number in [0, max], max below 2**53, as `shuffle` draws it. */
  interval(max: number): number;
  /** The older generator: some distributions have an older form. */
  readonly legacy: boolean;
}

/** Marsaglia's polar method: two numbers at a time, the second one first. */
export class Polar {
  kept: number | null = null;

  next(bits: Bits): number {
    if (this.kept !== null) {
      const v = this.kept;
      this.kept = null;
      return v;
    }
    let x1: number;
    let x2: number;
    let r2: number;
    do {
      x1 = 2 * bits.double() - 1;
      x2 = 2 * bits.double() - 1;
      r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1 || r2 === 0);
    const f = Math.sqrt((-2 * log(r2)) / r2);
    this.kept = f * x1;
    return f * x2;
  }
}

const R = 3.654152885361009;
const INVERSE_R = 0.27366123732975828;
const EXPONENTIAL_R = 7.69711747013105;

export function zigguratNormal(bits: Bits): number {
  const { f, w, k } = normalZiggurat();
  for (;;) {
    bits.next64();
    const { low, high } = bits;
    const i = low & 0xff;
    const negative = (low >>> 8) & 1;
    // 52 bits above the sign.
    const r = (high & 0x1fffffff) * 8388608 + (low >>> 9);
    const rabs = r % 4503599627370496;
    const size = rabs * w[i];
    const x = negative ? -size : size;
    if (rabs < k[i]) return x;
    if (i === 0) {
      for (;;) {
        const xx = -INVERSE_R * Math.log1p(-bits.double());
        const yy = -Math.log1p(-bits.double());
        if (yy + yy > xx * xx) return (Math.floor(rabs / 256) & 1) === 1 ? -(R + xx) : R + xx;
      }
    }
    if ((f[i - 1] - f[i]) * bits.double() + f[i] < Math.exp(-0.5 * x * x)) return x;
  }
}

export function zigguratExponential(bits: Bits): number {
  const { f, w, k } = exponentialZiggurat();
  for (;;) {
    bits.next64();
    const { low, high } = bits;
    const i = (low >>> 3) & 0xff;
    const r = high * 2097152 + (low >>> 11);
    const x = r * w[i];
    if (r < k[i]) return x;
    if (i === 0) return EXPONENTIAL_R - Math.log1p(-bits.double());
    if ((f[i - 1] - f[i]) * bits.double() + f[i] < Math.exp(-x)) return x;
  }
}
