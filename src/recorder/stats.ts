import type { Data } from '../engine/dtype';
import { numel } from '../engine/shape';
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

/** Statistics of a recorded tensor; remembered where it is the whole of its content. */
export function statsOf(replay: Replay, use: TensorUse): Stats {
  const whole = numel(use.shape) === use.value.length;
  if (whole && use.value.stats) return use.value.stats;
  const stats = statsOfData(replay.tensor(use).values());
  if (whole) use.value.stats = stats;
  return stats;
}
