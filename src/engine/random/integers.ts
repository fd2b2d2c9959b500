/**
 * PyTorch's random integers, permutations and draws from given weights, value for value. Arrays are flat and contiguous;
 * their type is the dtype, as in samplers.ts.
 */

import type { HalfType } from '../dtype';
import { roundHalf } from '../half';
import type { Generator } from './generator';
import { type AnyArray, exponential, type FloatArray } from './samplers';

const INT64_MIN = -(1n << 63n);
/** From this range on, 32 random bits would favour small remainders by more than 5 %. */
const WIDE_RANGE = 1n << 28n;
const INT64_MAX = (1n << 63n) - 1n;
const fround = Math.fround;

/** Digits of a dtype's significand, for floats. */
function digits(out: FloatArray, half: HalfType | null): number {
  if (half) return half === 'float16' ? 11 : 8;
  return out instanceof Float32Array ? 24 : 53;
}

function roundTo(out: FloatArray, value: bigint, half: HalfType | null): bigint {
  if (half) {
    const near = roundHalf(Number(value), half);
    return Number.isFinite(near) ? BigInt(near) : INT64_MIN;
  }
  return BigInt(out instanceof Float32Array ? fround32(value) : Number(value));
}

/** The float32 nearest to an integer, in one rounding: through float64 alone a tie could be misjudged. */
function fround32(value: bigint): number {
  const double = Number(value);
  const single = fround(double);
  const rest = double - single;
  if (rest === 0 || fround(double + rest) !== double + rest) return single;
  const lost = value - BigInt(double);
  if (lost === 0n) return single;
  const other = double + rest;
  return lost > 0n === other > single ? other : single;
}

/** The position of the highest bit of |value|. */
function highestBit(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).length - 1;
}

/**
 * Bounds moved inwards to numbers that the float dtype holds, so that no value rounds out of [from, to).
 * (ATen/native/DistributionTemplates.h, update_from and update_to.)
 */
function moveInwards(out: FloatArray, from: bigint, to: bigint, half: HalfType | null): [bigint, bigint] {
  const fromNext = roundTo(out, from + 1n, half);
  const toPrevious = roundTo(out, to - 1n, half);
  const gap = (value: bigint) => 1n << BigInt(Math.max(0, highestBit(value) - digits(out, half) + 1));
  return [fromNext < from ? fromNext + gap(from + 1n) : from, toPrevious >= to ? toPrevious - gap(to - 1n) : to];
}

/** Stores an integer, rounded once where the dtype is a float. */
function store(out: AnyArray, i: number, value: bigint): void {
  if (out instanceof BigInt64Array) out[i] = value;
  else if (out instanceof Float32Array) out[i] = fround32(value);
  else out[i] = Number(value);
}

/**
 * `tensor.random_(from, to)`, `torch.randint(from, to, size)`: integers in [from, to), any dtype.
 *
 * A range of 2^28 or more takes two draws a value, a smaller one one; the draw is reduced modulo the range. (Older
 * PyTorch began at 2^32, and only for int64 and floats.) `to = null` is `random_(from, None)`: up to the dtype's largest
 * integer, or, for floats, to the largest integer below which all are exact. The caller rounds to a half.
 */
export function randint<T extends AnyArray>(
  out: T,
  gen: Generator,
  from: number | bigint,
  to: number | bigint | null,
  half: HalfType | null = null,
): T {
  let low = BigInt(from);
  let high: bigint;
  const float = out instanceof Float32Array || out instanceof Float64Array;
  if (to === null) {
    if (low === INT64_MIN) {
      for (let i = 0; i < out.length; i++) store(out, i, BigInt.asIntN(64, gen.random64()));
      return out;
    }
    if (float) [low] = moveInwards(out, low, low + 1n, half);
    high = (float ? 1n << BigInt(digits(out, half)) : largest(out)) + 1n;
  } else {
    high = BigInt(to);
    if (low >= high) {
      throw new RangeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
    }
    if (float) [low, high] = moveInwards(out, low, high, half);
    if (low >= high) {
      throw new RangeError(
        `random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from=${low} >= to=${high}`,
      );
    }
  }
  if (half) {
    const most = half === 'float16' ? 65504n : BigInt(roundHalf(3.3895313892515355e38, half));
    for (const [name, bound] of [
      ['from', low],
      ['to - 1', high - 1n],
    ] as const)
      if (bound < -most || bound > most)
        throw new RangeError(`${name} is out of bounds for c10::${half === 'float16' ? 'Half' : 'BFloat16'}`);
  }
  const range = high - low;
  if (range >= WIDE_RANGE) {
    for (let i = 0; i < out.length; i++) store(out, i, BigInt.asIntN(64, (gen.random64() % range) + low));
  } else if (low >= -(2n ** 52n) && low <= 2n ** 52n) {
    const divisor = Number(range);
    const base = Number(low);
    if (out instanceof BigInt64Array) {
      for (let i = 0; i < out.length; i++) out[i] = BigInt((gen.random() % divisor) + base);
    } else {
      for (let i = 0; i < out.length; i++) out[i] = (gen.random() % divisor) + base;
    }
  } else {
    for (let i = 0; i < out.length; i++) store(out, i, BigInt.asIntN(64, (BigInt(gen.random()) % range) + low));
  }
  return out;
}

function largest(out: AnyArray): bigint {
  if (out instanceof BigInt64Array) return INT64_MAX;
  if (out instanceof Int32Array) return 2n ** 31n - 1n;
  if (out instanceof Int16Array) return 2n ** 15n - 1n;
  return out instanceof Int8Array ? 127n : 255n;
}

/**
 * `tensor.random_()`: over all non-negative integers of the dtype, or, for floats, over 0 .. 2^24 or 2^53. Two draws a
 * value for int64 and float64, else one. `bool` says that a Uint8Array holds booleans.
 */
export function randomFull<T extends AnyArray>(out: T, gen: Generator, bool = false, half: HalfType | null = null): T {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = gen.random64() & INT64_MAX;
  } else if (out instanceof Float64Array) {
    const range = (1n << 53n) + 1n;
    for (let i = 0; i < out.length; i++) out[i] = Number(gen.random64() % range);
  } else {
    const range = out instanceof Float32Array ? 2 ** digits(out, half) + 1 : bool ? 2 : Number(largest(out)) + 1;
    for (let i = 0; i < out.length; i++) out[i] = gen.random() % range;
  }
  return out;
}

/**
 * `torch.randperm(n)`: 0 .. n - 1 in random order, n = out.length, any dtype that holds n - 1. Each place from the first
 * on is exchanged with one drawn at or after it: one draw a place but the last, two from 2^32 / 20 values.
 */
export function randperm<T extends AnyArray>(out: T, gen: Generator): T {
  const n = out.length;
  const order = new Float64Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const wide = n >= Math.floor((2 ** 32 - 1) / 20);
  for (let i = 0; i < n - 1; i++) {
    const skip = wide ? Number(gen.random64() % BigInt(n - i)) : gen.random() % (n - i);
    const value = order[i]!;
    order[i] = order[i + skip]!;
    order[i + skip] = value;
  }
  if (out instanceof BigInt64Array) for (let i = 0; i < n; i++) out[i] = BigInt(order[i]!);
  else out.set(order);
  return out;
}

/**
 * `torch.multinomial(weights, samples, replacement)`: indices drawn with the given non-negative weights, which need not
 * sum to one.
 *
 * `weights` is float32 or float64, [rows, categories]; `out` is int64, [rows, samples]. With replacement each sample is
 * one float64 uniform (two draws) looked up in the cumulative weights; without, or for a single sample, every weight is
 * divided by an exponential variate (two draws a weight) and the largest quotients win.
 */
export function multinomial(
  out: BigInt64Array,
  gen: Generator,
  weights: FloatArray,
  rows: number,
  replacement = false,
  half: HalfType | null = null,
): BigInt64Array {
  const categories = weights.length / rows;
  const samples = out.length / rows;
  if (!(samples > 0)) throw new RangeError('cannot sample n_sample <= 0 samples');
  if (!replacement && samples > categories) {
    throw new RangeError('cannot sample n_sample > prob_dist.size(-1) samples without replacement');
  }
  checkWeights(weights, rows, categories, replacement && samples > 1);
  const round = weights instanceof Float32Array ? fround : (value: number) => value;
  if (replacement && samples > 1) {
    const cumulative = new Float64Array(categories);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let j = 0; j < categories; j++) cumulative[j] = sum = round(sum + weights[row * categories + j]!);
      for (let j = 0; j < categories; j++) cumulative[j] = round(cumulative[j]! / sum);
      cumulative[categories - 1] = 1;
      for (let j = 0; j < samples; j++) out[row * samples + j] = BigInt(firstAtLeast(cumulative, gen.uniform64()));
    }
    return out;
  }
  const quotients = exponential(weights.slice(), gen);
  const near = half ? (value: number) => roundHalf(value, half) : round;
  for (let i = 0; i < quotients.length; i++) quotients[i] = near(weights[i]! / near(quotients[i]!));
  for (let row = 0; row < rows; row++) {
    const best = topIndices(quotients.subarray(row * categories, (row + 1) * categories), samples);
    for (let j = 0; j < samples; j++) out[row * samples + j] = BigInt(best[j]!);
  }
  return out;
}

/** The index of the first value that is not below `limit`. */
function firstAtLeast(ascending: Float64Array, limit: number): number {
  let left = 0;
  let right = ascending.length;
  while (left < right) {
    const middle = left + ((right - left) >> 1);
    if (ascending[middle]! < limit) left = middle + 1;
    else right = middle;
  }
  return left;
}

/** The indices of the largest values, largest first. */
function topIndices(values: FloatArray, count: number): number[] {
  if (count === 1) {
    let best = 0;
    for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
    return [best];
  }
  return Array.from(values.keys())
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);
}

function checkWeights(weights: FloatArray, rows: number, categories: number, entryByEntry: boolean): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < categories; j++) {
      const weight = weights[row * categories + j]!;
      if (!(weight >= 0)) {
        throw new RangeError(
          entryByEntry
            ? 'invalid multinomial distribution (encountering probability entry < 0)'
            : 'probability tensor contains either `inf`, `nan` or element < 0',
        );
      }
      if (weight === Number.POSITIVE_INFINITY) {
        throw new RangeError(
          entryByEntry
            ? 'invalid multinomial distribution (encountering probability entry = infinity or NaN)'
            : 'probability tensor contains either `inf`, `nan` or element < 0',
        );
      }
      sum += weight;
    }
    if (!(sum > 0)) throw new RangeError('invalid multinomial distribution (sum of probabilities <= 0)');
  }
}
