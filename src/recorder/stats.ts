import { type Data, isComplex } from '../engine/dtype';
import { numel } from '../engine/shape';
import type { Tensor } from '../engine/tensor';
import type { Stats } from '../protocol/views';
import type { TensorUse } from './recording';
import type { Replay } from './replay';

/** Statistics of elements, in float64, two passes. Mean, deviation, extremes and norm are over the finite ones. */
export function statsOfData(data: Data): Stats {
  const n = data.length;
  let finite = 0;
  let sum = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let zeros = 0;
  let nan = 0;
  let inf = 0;
  for (let i = 0; i < n; i++) {
    const v = Number(data[i]);
    if (Number.isNaN(v)) nan++;
    else if (!Number.isFinite(v)) inf++;
    else {
      finite++;
      sum += v;
      squares += v * v;
      if (v < min) min = v;
      if (v > max) max = v;
      if (v === 0) zeros++;
    }
  }
  if (finite === 0) return { count: n, mean: null, std: null, min: null, max: null, norm: null, zeros, nan, inf };
  const mean = sum / finite;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const v = Number(data[i]);
    if (Number.isFinite(v)) spread += (v - mean) ** 2;
  }
  return { count: n, mean, std: Math.sqrt(spread / finite), min, max, norm: Math.sqrt(squares), zeros, nan, inf };
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
