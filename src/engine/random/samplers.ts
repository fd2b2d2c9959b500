/**
 * PyTorch's random fills, value for value: the same draws in the same order and the same rounding as its CPU kernels
 * (ATen/native/cpu/DistributionTemplates.h, ATen/core/DistributionsHelper.h and TransformationHelper.h, torch 2.13).
 *
 * Every function fills a flat array in the order in which PyTorch visits a contiguous tensor, and returns it. The array's
 * type is the dtype: Float32Array float32, Float64Array float64, BigInt64Array int64, Int32Array int32, Int16Array int16,
 * Int8Array int8, Uint8Array uint8 or, for zeros and ones, bool. An empty array costs no draw. A sampler whose draws differ for float16
 * and bfloat16 takes the dtype besides a Float32Array; whether it rounds to it or leaves that to its caller, it says.
 */

import type { HalfType } from '../dtype';
import { roundHalf } from '../half';
import { boxMuller32, fma32 } from './box-muller-32';
import { cos, fma64, log, log1p, sin, tan } from './float64';
import type { Generator } from './generator';

export type FloatArray = Float32Array | Float64Array;
export type IntArray = BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;
export type AnyArray = FloatArray | IntArray;

const fround = Math.fround;

/**
 * `tensor.uniform_(from, to)`, `torch.rand`: float32 (one draw a value) or float64 (two draws a value), in [from, to).
 * A float32 range is computed in float32; a value that rounds up to `to` becomes `from`. A half is a float32 draw, rounded here.
 */
export function uniform<T extends FloatArray>(
  out: T,
  gen: Generator,
  from = 0,
  to = 1,
  half: HalfType | null = null,
): T {
  if (!(from <= to)) {
    throw new RangeError(`uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`);
  }
  if (out instanceof Float32Array) {
    const low = fround(from);
    const high = fround(to);
    const range = fround(high - low);
    const round = half ? (v: number) => roundHalf(v, half) : (v: number) => v;
    for (let i = 0; i < out.length; i++) {
      const value = round(fma32(gen.uniform32(), range, low));
      out[i] = value === round(high) ? round(low) : value;
    }
  } else {
    const range = to - from;
    for (let i = 0; i < out.length; i++) {
      const value = fma64(gen.uniform64(), range, from);
      out[i] = value === to ? from : value;
    }
  }
  return out;
}

/** One float64 normal by Box-Muller, of a pair whose second half waits in the generator: four draws for two values. */
export function standardNormal(gen: Generator): number {
  const waiting = gen.nextDoubleNormalSample;
  if (waiting !== undefined) {
    gen.nextDoubleNormalSample = undefined;
    return waiting;
  }
  const u1 = gen.uniform64();
  const u2 = gen.uniform64();
  const radius = Math.sqrt(-2 * log1p(-u2));
  const theta = 2 * Math.PI * u1;
  gen.nextDoubleNormalSample = radius * sin(theta);
  return radius * cos(theta);
}

function boxMuller64(data: Float64Array, at: number, mean: number, std: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = Math.sqrt(-2 * log(1 - data[i]!));
    const theta = 2 * Math.PI * data[i + 8]!;
    data[i] = fma64(radius * cos(theta), std, mean);
    data[i + 8] = fma64(radius * sin(theta), std, mean);
  }
}

/**
 * `tensor.normal_(mean, std)`, `torch.randn`: float32 or float64.
 *
 * Below 16 values, or for a tensor that is not contiguous (`contiguous = false`): one by one in float64, in pairs of which
 * the second waits in the generator. From 16 values: uniforms into the whole array, then blocks of 16 through Box-Muller
 * in the tensor's own dtype; when the size is no multiple of 16, the last 16 values are drawn anew. A half does the same in float32
 * without drawing for those last values twice; the caller rounds.
 */
export function normal<T extends FloatArray>(
  out: T,
  gen: Generator,
  mean = 0,
  std = 1,
  contiguous = true,
  half: HalfType | null = null,
): T {
  if (!(std >= 0)) throw new RangeError(`normal expects std >= 0.0, but found std ${std}`);
  const size = out.length;
  if (size < 16 || !contiguous) {
    for (let i = 0; i < size; i++) out[i] = fma64(standardNormal(gen), std, mean);
    return out;
  }
  const tail = size % 16 !== 0;
  if (out instanceof Float32Array) {
    const first = half ? size - (size % 16) : size;
    for (let i = 0; i < first; i++) out[i] = gen.uniform32();
    for (let at = 0; at + 16 <= size; at += 16) boxMuller32(out, at, mean, std, gen.normalKernel);
    if (tail) {
      for (let i = size - 16; i < size; i++) out[i] = gen.uniform32();
      boxMuller32(out, size - 16, mean, std, gen.normalKernel);
    }
  } else {
    for (let i = 0; i < size; i++) out[i] = gen.uniform64();
    for (let at = 0; at + 16 <= size; at += 16) boxMuller64(out, at, mean, std);
    if (tail) {
      for (let i = size - 16; i < size; i++) out[i] = gen.uniform64();
      boxMuller64(out, size - 16, mean, std);
    }
  }
  return out;
}

/** `tensor.log_normal_(mean, std)`: exp of scalar normals, float32 or float64; four draws for two values. */
export function logNormal<T extends FloatArray>(out: T, gen: Generator, mean = 1, std = 2): T {
  if (!(std > 0)) throw new RangeError(`log_normal_ expects std > 0.0, but found std=${std}`);
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(fma64(standardNormal(gen), std, mean));
  return out;
}

/** `tensor.exponential_(lambda)`: float32 or float64, two draws a value. */
export function exponential<T extends FloatArray>(out: T, gen: Generator, lambda = 1): T {
  if (!(lambda > 0)) throw new RangeError(`exponential_ expects lambda > 0.0, but found lambda=${lambda}`);
  const scale = -1 / lambda;
  for (let i = 0; i < out.length; i++) out[i] = scale * log1p(-gen.uniform64());
  return out;
}

/** `tensor.cauchy_(median, sigma)`: float32 or float64, two draws a value. */
export function cauchy<T extends FloatArray>(out: T, gen: Generator, median = 0, sigma = 1): T {
  if (!(sigma > 0)) throw new RangeError(`cauchy_ expects sigma > 0.0, but found sigma=${sigma}`);
  for (let i = 0; i < out.length; i++) out[i] = fma64(sigma, tan(Math.PI * (gen.uniform64() - 0.5)), median);
  return out;
}

/** `tensor.geometric_(p)`: the number of trials up to the first success, any dtype but bool; two draws a value. */
export function geometric<T extends AnyArray>(out: T, gen: Generator, p: number): T {
  if (!(p > 0 && p < 1)) throw new RangeError(`geometric_ expects p to be in (0, 1), but got p=${p}`);
  const scale = log1p(-p);
  for (let i = 0; i < out.length; i++) {
    const u = gen.uniform64();
    const trials = Math.ceil(u === 0 ? Number.POSITIVE_INFINITY : log(u) / scale);
    if (out instanceof BigInt64Array) out[i] = Number.isFinite(trials) ? BigInt(trials) : -(1n << 63n);
    else out[i] = trials;
  }
  return out;
}

/** `tensor.bernoulli_(p)` with a number p: ones with probability p, any dtype; two draws a value. */
export function bernoulli<T extends AnyArray>(out: T, gen: Generator, p = 0.5): T {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = gen.uniform64() < p ? 1n : 0n;
  } else {
    for (let i = 0; i < out.length; i++) out[i] = gen.uniform64() < p ? 1 : 0;
  }
  return out;
}

/**
 * `torch.bernoulli(p)` and `tensor.bernoulli_(p)` with a tensor p, one probability a value (already broadcast): one draw a
 * value for float32 probabilities, two for float64.
 */
export function bernoulliTensor<T extends AnyArray>(out: T, gen: Generator, p: FloatArray): T {
  if (p.length !== out.length) throw new RangeError(`bernoulli_: ${p.length} probabilities for ${out.length} values`);
  const double = p instanceof Float64Array;
  for (let i = 0; i < out.length; i++) {
    const chance = p[i]!;
    if (!(chance >= 0 && chance <= 1))
      throw new RangeError('Expected p_in >= 0 && p_in <= 1 to be true, but got false.');
    const hit = (double ? gen.uniform64() : gen.uniform32()) < chance;
    if (out instanceof BigInt64Array) out[i] = hit ? 1n : 0n;
    else out[i] = hit ? 1 : 0;
  }
  return out;
}

/**
 * The factor that `F.dropout(x, p)` multiplies x by, float32 or float64: 0, or 1 / (1 - p) in the tensor's dtype. For
 * dropout of whole channels pass one value a channel. Two draws a value; p = 0 and p = 1 cost no draw, as in PyTorch.
 */
export function dropoutMask<T extends FloatArray>(out: T, gen: Generator, p: number): T {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`dropout probability has to be between 0 and 1, but got ${p}`);
  if (p === 0 || p === 1) {
    out.fill(1 - p);
    return out;
  }
  const keep = 1 - p;
  const factor = out instanceof Float32Array ? fround(1 / fround(keep)) : 1 / keep;
  for (let i = 0; i < out.length; i++) out[i] = gen.uniform64() < keep ? factor : 0;
  return out;
}
