/**
 * float16 (IEEE 754 binary16) and bfloat16 (the upper half of a float32). Node has no array of either: their elements are held as
 * float32 numbers that the dtype represents exactly. An op computes as for float32, and its result is rounded once, as PyTorch does
 * on a CPU (c10/util/Half.h, c10/util/BFloat16.h: to nearest, ties to even).
 */
import type { HalfType } from './dtype';

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** 1.5 · 2^28: at this size a float64's last place is 2^-24, float16's smallest step. Adding and taking it away rounds to that. */
const SUBNORMAL = 1.5 * 2 ** 28;
/** Halfway between float16's largest number and the power of two after it: from here on, infinity. */
const FLOAT16_OVERFLOW = 65520;

/** The bits of a float32 number as those of the nearest float32 that the dtype holds. */
function nearestBits(b: number, half: HalfType): number {
  const sign = b & 0x80000000;
  const size = b & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7fc00000;
  if (half === 'bfloat16') return sign | ((size + 0x7fff + ((size >>> 16) & 1)) & 0xffff0000);
  if (size === 0x7f800000) return b;
  bits[0] = size;
  const v = number[0];
  if (v >= FLOAT16_OVERFLOW) return sign | 0x7f800000;
  if (v >= 2 ** -14) return sign | ((size + 0xfff + ((size >>> 13) & 1)) & 0xffffe000);
  number[0] = v + SUBNORMAL - SUBNORMAL;
  return sign | bits[0];
}

/** The nearest number of the dtype, through float32 as C++'s conversions go. */
export function roundHalf(v: number, half: HalfType): number {
  number[0] = v;
  bits[0] = nearestBits(bits[0], half);
  return number[0];
}

/** Rounds numbers in place. */
export function roundHalves(data: Float32Array, half: HalfType): void {
  const b = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < b.length; i++) b[i] = nearestBits(b[i], half);
}

/** Elements as PyTorch lays them in memory: two bytes each. */
export function packHalves(data: Float32Array, half: HalfType): Uint16Array {
  const from = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const out = new Uint16Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = half === 'bfloat16' ? from[i] >>> 16 : packFloat16(from[i]);
  return out;
}

function packFloat16(b: number): number {
  const sign = (b >>> 16) & 0x8000;
  const size = b & 0x7fffffff;
  if (size >= 0x7f800000) return sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (size >= 0x38800000) return sign | ((size - 0x38000000) >>> 13);
  bits[0] = size;
  return sign | (number[0] * 2 ** 24);
}

/** The other way round: two bytes each become numbers, into `out`. */
export function unpackHalves(from: Uint16Array, half: HalfType, out: Float32Array): void {
  const b = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < b.length; i++) {
    const h = from[i];
    if (half === 'bfloat16') b[i] = h << 16;
    else {
      const exponent = (h >>> 10) & 31;
      const fraction = h & 1023;
      if (exponent === 0) number[0] = fraction * 2 ** -24;
      else bits[0] = exponent === 31 ? 0x7f800000 | (fraction << 13) : ((exponent + 112) << 23) | (fraction << 13);
      b[i] = ((h & 0x8000) << 16) | bits[0];
    }
  }
}
