/** Loops of batch, layer and group normalization. Sums are kept in float64. */

type Floats = Float32Array | Float64Array;

/**
 * A tensor as runs of `length` elements that lie side by side: run r belongs to the group `group[r]`, whose elements share mean and
 * variance, and has the weight `channel[r]`. Batch norm's groups are the channels; group norm's are some channels of one example.
 */
export interface Runs {
  length: number;
  group: Int32Array;
  channel: Int32Array;
  /** How many groups there are, and how many elements each has. */
  groups: number;
  size: number;
  channels: number;
}

/** Runs of (N, C, …): a group is a channel over the whole batch. */
export function channelRuns(batch: number, channels: number, length: number): Runs {
  const index = Int32Array.from({ length: batch * channels }, (_, r) => r % channels);
  return { length, group: index, channel: index, groups: channels, size: batch * length, channels };
}

/** Runs of (N, C, …): a group is `channels / groups` channels of one example. */
export function groupRuns(batch: number, channels: number, length: number, groups: number): Runs {
  const each = channels / groups;
  const n = batch * channels;
  return {
    length,
    group: Int32Array.from({ length: n }, (_, r) => Math.floor(r / each)),
    channel: Int32Array.from({ length: n }, (_, r) => r % channels),
    groups: batch * groups,
    size: each * length,
    channels,
  };
}

export interface Moments {
  mean: Float64Array;
  /** Sum of the squared distances from the mean. */
  squares: Float64Array;
}

/** Mean and squared distances of every group, in two passes: exact where the mean is large. */
export function moments(x: Floats, runs: Runs): Moments {
  const { length, group, size } = runs;
  const mean = new Float64Array(runs.groups);
  const squares = new Float64Array(runs.groups);
  for (let r = 0, at = 0; r < group.length; r++) {
    let s = 0;
    for (const end = at + length; at < end; at++) s += x[at];
    mean[group[r]] += s;
  }
  for (let m = 0; m < mean.length; m++) mean[m] /= size;
  for (let r = 0, at = 0; r < group.length; r++) {
    const mu = mean[group[r]];
    let s = 0;
    for (const end = at + length; at < end; at++) {
      const d = x[at] - mu;
      s += d * d;
    }
    squares[group[r]] += s;
  }
  return { mean, squares };
}

/** (x − mean) · rstd · weight + bias, a run at a time. */
export function normalizeRuns(
  x: Floats,
  out: Floats,
  runs: Runs,
  mean: ArrayLike<number>,
  rstd: ArrayLike<number>,
  weight: Floats | null,
  bias: Floats | null,
): void {
  const { length, group, channel } = runs;
  for (let r = 0, at = 0; r < group.length; r++) {
    const m = group[r];
    const c = channel[r];
    const scale = weight ? rstd[m] * weight[c] : rstd[m];
    const mu = mean[m];
    const shift = bias ? bias[c] : 0;
    for (const end = at + length; at < end; at++) out[at] = (x[at] - mu) * scale + shift;
  }
}

/** Gradients of x, and per channel those of weight and bias. */
export interface Grads {
  dx: Floats;
  dw: Floats;
  db: Floats;
}

/** Fills the gradients of a normalization over runs. `fixed`: mean and rstd were not made from x, as in batch norm's evaluation. */
export function normalizeRunsBackward(
  g: Floats,
  x: Floats,
  runs: Runs,
  mean: ArrayLike<number>,
  rstd: ArrayLike<number>,
  weight: Floats | null,
  fixed: boolean,
  { dx, dw, db }: Grads,
): void {
  const { length, group, channel, groups, size } = runs;
  const n = group.length;
  // Per group: Σ w·g and Σ w·g·x̂. Per channel: Σ g and Σ g·x̂, in float64 until the end.
  const sums = new Float64Array(groups);
  const dots = new Float64Array(groups);
  const bySum = new Float64Array(runs.channels);
  const byDot = new Float64Array(runs.channels);
  for (let r = 0, at = 0; r < n; r++) {
    const m = group[r];
    const mu = mean[m];
    let s = 0;
    let d = 0;
    for (const end = at + length; at < end; at++) {
      s += g[at];
      d += g[at] * (x[at] - mu);
    }
    d *= rstd[m];
    const c = channel[r];
    bySum[c] += s;
    byDot[c] += d;
    const w = weight ? weight[c] : 1;
    sums[m] += w * s;
    dots[m] += w * d;
  }
  dw.set(byDot);
  db.set(bySum);
  for (let r = 0, at = 0; r < n; r++) {
    const m = group[r];
    const rs = rstd[m];
    const mu = mean[m];
    const w = (weight ? weight[channel[r]] : 1) * rs;
    const a = fixed ? 0 : (sums[m] / size) * rs;
    const b = fixed ? 0 : (dots[m] / size) * rs * rs;
    for (const end = at + length; at < end; at++) dx[at] = w * g[at] - a - b * (x[at] - mu);
  }
}

/** Layer norm: each row of `length` elements by its own mean and variance; a weight and a bias for each place in a row. */
export function normalizeRows(
  x: Floats,
  out: Floats,
  length: number,
  mean: ArrayLike<number>,
  rstd: ArrayLike<number>,
  weight: Floats | null,
  bias: Floats | null,
): void {
  for (let m = 0, at = 0; m < mean.length; m++) {
    const mu = mean[m];
    const rs = rstd[m];
    for (let i = 0; i < length; i++, at++) {
      const y = (x[at] - mu) * rs;
      out[at] = (weight ? y * weight[i] : y) + (bias ? bias[i] : 0);
    }
  }
}

/** Gradients of layer norm. */
export function normalizeRowsBackward(
  g: Floats,
  x: Floats,
  length: number,
  mean: ArrayLike<number>,
  rstd: ArrayLike<number>,
  weight: Floats | null,
  { dx, dw, db }: Grads,
): void {
  const byDot = new Float64Array(length);
  const bySum = new Float64Array(length);
  for (let m = 0; m < mean.length; m++) {
    const from = m * length;
    const mu = mean[m];
    const rs = rstd[m];
    let s = 0;
    let d = 0;
    for (let i = 0; i < length; i++) {
      const dy = g[from + i];
      const hat = (x[from + i] - mu) * rs;
      byDot[i] += dy * hat;
      bySum[i] += dy;
      const u = weight ? dy * weight[i] : dy;
      s += u;
      d += u * hat;
    }
    s /= length;
    d /= length;
    for (let i = 0; i < length; i++) {
      const u = weight ? g[from + i] * weight[i] : g[from + i];
      dx[from + i] = rs * (u - s - (x[from + i] - mu) * rs * d);
    }
  }
  dw.set(byDot);
  db.set(bySum);
}
