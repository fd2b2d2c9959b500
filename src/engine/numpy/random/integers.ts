/** Whole numbers in a range, as numpy draws them: by masks and rejection (the older generator), or by Lemire's multiplication. */
import type { DType } from '../../dtype';
import type { Bits } from './bits';

const WORD = 4294967296;

/** All bits up to a number's highest, below 2**32. */
function maskOf(max: number): number {
  let m = max >>> 0;
  m |= m >>> 1;
  m |= m >>> 2;
  m |= m >>> 4;
  m |= m >>> 8;
  m |= m >>> 16;
  return m >>> 0;
}

/** [0, max] by masks: draws until one fits. */
export function masked(bits: Bits, max: number): number {
  if (max === 0) return 0;
  if (max < WORD) {
    const mask = maskOf(max);
    let v: number;
    do v = (bits.next32() & mask) >>> 0;
    while (v > max);
    return v;
  }
  const mask = maskOf(Math.floor(max / WORD));
  let v: number;
  do {
    bits.next64();
    v = ((bits.high & mask) >>> 0) * WORD + bits.low;
  } while (v > max);
  return v;
}

/** high and low word of a product of two 32-bit numbers. */
function product(a: number, b: number): [number, number] {
  const middle = (a >>> 16) * b;
  const low = (a & 0xffff) * b;
  const sum = (middle % 65536) * 65536 + low;
  return [Math.floor(middle / 65536) + Math.floor(sum / WORD), sum % WORD];
}

/** [0, max] by Lemire's method. */
export function lemire(bits: Bits, max: number): number {
  if (max === 0) return 0;
  if (max === WORD - 1) return bits.next32();
  if (max < WORD) {
    const n = max + 1;
    let [high, low] = product(bits.next32(), n);
    if (low < n) {
      const threshold = (WORD - 1 - max) % n;
      while (low < threshold) [high, low] = product(bits.next32(), n);
    }
    return high;
  }
  const n = BigInt(max) + 1n;
  const all = 2n ** 64n;
  const draw = () => {
    bits.next64();
    return (BigInt(bits.high) * 4294967296n + BigInt(bits.low)) * n;
  };
  let m = draw();
  if (m % all < n) {
    const threshold = (all - 1n - BigInt(max)) % n;
    while (m % all < threshold) m = draw();
  }
  return Number(m >> 64n);
}

/** Numbers of 8 or 16 bits: four or two out of each 32. */
class Parts {
  private word = 0;
  private left = 0;

  constructor(
    private readonly bits: Bits,
    private readonly size: 8 | 16,
  ) {}

  next(): number {
    if (this.left === 0) {
      this.word = this.bits.next32();
      this.left = 32 / this.size - 1;
    } else {
      this.word = this.word >>> this.size;
      this.left--;
    }
    return this.word & (this.size === 8 ? 0xff : 0xffff);
  }
}

/** A function that draws numbers in [0, max] for elements of a dtype. */
export function drawer(bits: Bits, dtype: DType, max: number, byMask: boolean): () => number {
  if (max === 0) return () => 0;
  if (dtype === 'bool') {
    let word = 0;
    let left = 0;
    return () => {
      if (left === 0) {
        word = bits.next32();
        left = 31;
      } else {
        word = word >>> 1;
        left--;
      }
      return word & 1;
    };
  }
  const size = dtype === 'uint8' || dtype === 'int8' ? 8 : dtype === 'int16' ? 16 : 0;
  if (size === 0) {
    if (max === WORD - 1 && dtype !== 'int64') return () => bits.next32();
    return byMask ? () => masked(bits, max) : () => lemire(bits, max);
  }
  const parts = new Parts(bits, size);
  const all = 2 ** size;
  if (max === all - 1) return () => parts.next();
  if (byMask) {
    const mask = maskOf(max);
    return () => {
      let v: number;
      do v = parts.next() & mask;
      while (v > max);
      return v;
    };
  }
  const n = max + 1;
  return () => {
    let m = parts.next() * n;
    if (m % all < n) {
      const threshold = (all - 1 - max) % n;
      while (m % all < threshold) m = parts.next() * n;
    }
    return Math.floor(m / all);
  };
}
