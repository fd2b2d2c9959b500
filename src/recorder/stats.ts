import { type Data, isComplex } from '../engine/dtype';
import { numel } from '../engine/shape';
import type { Tensor } from '../engine/tensor';
import type { Stats } from '../protocol/views';
import type { TensorUse } from './recording';
import type { Replay } from './replay';

/** Elements are looked at as doubles, so many at once: one loop over one kind of array, whatever the dtype, is several times as fast. */
const AT_ONCE = 4096;
const doubles = new Float64Array(AT_ONCE);

function forDoubles(data: Data, body: (part: Float64Array, n: number) => void): void {
  for (let from = 0; from < data.length; from += AT_ONCE) {
    const n = Math.min(AT_ONCE, data.length - from);
    if (data instanceof BigInt64Array) for (let i = 0; i < n; i++) doubles[i] = Number(data[from + i]);
    else doubles.set(data.subarray(from, from + n));
    body(doubles, n);
  }
}

interface Counted {
  finite: number;
  sum: number;
  squares: number;
  min: number;
  max: number;
  zeros: number;
  nan: number;
}

function count(part: Float64Array, n: number, into: Counted): void {
  let { finite, sum, squares, min, max, zeros, nan } = into;
  for (let i = 0; i < n; i++) {
    const v = part[i];
    // What is not finite is not zero less itself.
    if (v - v === 0) {
      finite++;
      sum += v;
      squares += v * v;
      if (v < min) min = v;
      if (v > max) max = v;
      if (v === 0) zeros++;
    } else if (Number.isNaN(v)) nan++;
  }
  Object.assign(into, { finite, sum, squares, min, max, zeros, nan });
}

function spreadOf(part: Float64Array, n: number, mean: number): number {
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const off = part[i] - mean;
    if (off - off === 0) spread += off * off;
  }
  return spread;
}

/** Statistics of elements, in float64, two passes. Mean, deviation, extremes and norm are over the finite ones. */
export function statsOfData(data: Data): Stats {
  const all: Counted = {
    finite: 0,
    sum: 0,
    squares: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    zeros: 0,
    nan: 0,
  };
  forDoubles(data, (part, n) => count(part, n, all));
  const { finite, sum, squares, min, max, zeros, nan } = all;
  const inf = data.length - finite - nan;
  const found = { count: data.length, zeros, nan, inf };
  if (finite === 0) return { ...found, mean: null, std: null, min: null, max: null, norm: null };
  const mean = sum / finite;
  let spread = 0;
  forDoubles(data, (part, n) => (spread += spreadOf(part, n, mean)));
  return { ...found, mean, std: Math.sqrt(spread / finite), min, max, norm: Math.sqrt(squares) };
}

/** Elements as numbers that can be counted and drawn: of complex ones their absolute values. */
export function magnitudes(t: Tensor): Data {
  const values = t.values();
  if (!isComplex(t.dtype)) return values;
  const pairs = values as Float64Array;
  return Float64Array.from({ length: t.count }, (_, i) => Math.hypot(pairs[2 * i], pairs[2 * i + 1]));
}

/** Statistics of a recorded tensor; remembered where it is the whole of its content. */
export function statsOf(replay: Replay, use: TensorUse): Stats {
  const whole = numel(use.shape) === use.value.length && use.lens === '';
  if (whole && use.value.stats) return use.value.stats;
  const stats = statsOfData(magnitudes(replay.tensor(use)));
  if (whole) use.value.stats = stats;
  return stats;
}
