/** One tensor at the cursor: statistics, histogram, and a window of its elements. */
import { type Data, isDifferentiable } from '../../engine/dtype';
import type { Histogram, Stats, TensorGrid, TensorRef, TensorView } from '../../protocol/views';
import { dtypeOf, type Recording, type TensorUse } from '../recording';
import type { Replay } from '../replay';
import { magnitudes, statsOf } from '../stats';
import { opName, placeText, valuesOf, wire } from './common';
import { gradientAt } from './grads';
import { Names } from './names';
import { statesAt } from './parameters';

const WINDOW = 64;
const BINS = 32;
const EMPTY: Stats = { count: 0, mean: null, std: null, min: null, max: null, norm: null, zeros: 0, nan: 0, inf: 0 };

type Wanted = TensorRef & { slice?: number[]; row0?: number; col0?: number };

export function tensorOf(r: Recording, replay: Replay, tick: number, wanted: Wanted): TensorView {
  const { tensor, part = 'value' } = wanted;
  const known = r.tensor(tensor);
  const name = nameOf(r, tensor, part, tick);
  const found = known ? partAt(r, tensor, part, tick) : 'The recording has no such tensor.';
  const ref: TensorRef = { tensor, part };
  if (typeof found === 'string')
    return {
      ref,
      name,
      dtype: known?.dtype ?? 'float32',
      shape: r.whereabouts(tensor, r.ticks)?.shape ?? [],
      requiresGrad: known?.requiresGrad ?? false,
      gradFn: null,
      stats: EMPTY,
      histogram: null,
      grid: null,
      missing: found,
    };
  const stats = statsOf(replay, found);
  const dtype = dtypeOf(found);
  return {
    ref,
    name,
    dtype,
    shape: found.shape,
    requiresGrad: part === 'value' && known!.requiresGrad,
    gradFn: part === 'value' ? known!.gradFn : null,
    stats,
    histogram: histogramOf(valuesOf(replay, found), stats, !isDifferentiable(dtype)),
    grid: gridOf(replay, found, wanted),
    missing: null,
  };
}

/** The asked part's content at the tick, or why there is none. */
function partAt(r: Recording, tensor: number, part: string, tick: number): TensorUse | string {
  const known = r.tensor(tensor)!;
  const made = known.producer;
  if (tick < 0) return 'Nothing has run yet.';
  const own = made && made.tick > tick ? null : r.useAt(tensor, tick);
  if (part === 'value') return own ?? 'This tensor does not exist yet at the cursor.';
  if (part === 'grad') {
    const grad = own && gradientAt(r, tensor, tick);
    if (grad) return grad;
    if (!known.requiresGrad) return 'No gradient flows into this tensor: it does not require one.';
    const { backward } = r.iteration(r.iterationAt(tick));
    if (backward < 0 || backward > tick) return 'No gradient yet: backward() has not run in this iteration.';
    return 'No gradient yet: the backward pass has not come to this tensor at the cursor.';
  }
  const name = part.slice('state:'.length);
  const state = statesAt(r, tensor, tick).get(name);
  const use = state === undefined ? null : r.useAt(state, tick);
  if (use) return use;
  const ever = [...r.optimizers.values()].some((o) => o.kept.get(tensor)?.has(name));
  return ever
    ? `The optimizer has no ${name} for this parameter yet: it is made by the first step().`
    : `No optimizer keeps a ${name} for this parameter.`;
}

/** `linear1.weight`, `zhat`, `relu at three_class.py:31`. */
export function nameOf(r: Recording, tensor: number, part: string, tick: number): string {
  const made = r.tensor(tensor)?.producer ?? null;
  const names = Names.of(r);
  const from = Math.min(Math.max(0, made?.tick ?? tick), Math.max(0, r.ticks - 1));
  const named = names.tensor(tensor, from, made ? 'inner' : 'outer') ?? names.tensor(tensor, tick);
  const place = made && r.placeAt(made.tick);
  const base = named ?? (made ? `${opName(made)}${place ? ` at ${placeText(place)}` : ''}` : `tensor ${tensor}`);
  if (part === 'grad') return named ? `${base}.grad` : `gradient of ${base}`;
  return part.startsWith('state:') ? `${part.slice('state:'.length)} of ${base}` : base;
}

/** About 32 bins over the finite elements; integers in a small range get a bin each. */
function histogramOf(data: Data, { min, max }: Stats, whole: boolean): Histogram | null {
  if (min === null || max === null) return null;
  let low = min;
  let width: number;
  let bins = BINS;
  if (whole) {
    const range = max - min + 1;
    width = Math.max(1, Math.ceil(range / BINS));
    bins = Math.ceil(range / width);
    low = min - 0.5;
  } else if (max > min && Number.isFinite(max - min)) width = (max - min) / BINS;
  else {
    // All elements are one number, or so far apart that the distance is no number: one bin around them.
    bins = 1;
    const room = max > min ? 0 : Math.max(Math.abs(min) * 1e-3, 1e-6);
    return { edges: [min - room, max + room], counts: [countFinite(data)] };
  }
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < data.length; i++) {
    const v = Number(data[i]);
    if (Number.isFinite(v)) counts[Math.max(0, Math.min(bins - 1, Math.floor((v - low) / width)))]++;
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + i * width);
  if (!whole) edges[bins] = max;
  return { edges, counts };
}

function countFinite(data: Data): number {
  let n = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(Number(data[i]))) n++;
  return n;
}

/** A window of the last two dimensions, at an index of the leading ones. */
function gridOf(replay: Replay, use: TensorUse, { slice, row0, col0 }: Wanted): TensorGrid | null {
  const { shape, strides } = use;
  if (shape.includes(0)) return null;
  const rank = shape.length;
  const rows = rank >= 2 ? shape[rank - 2] : 1;
  const cols = rank >= 1 ? shape[rank - 1] : 1;
  const taken = shape.slice(0, Math.max(0, rank - 2)).map((n, d) => inside(slice?.[d], n));
  const top = inside(row0, rows);
  const left = inside(col0, cols);
  const windowRows = Math.min(WINDOW, rows - top);
  const windowCols = Math.min(WINDOW, cols - left);
  const base = taken.reduce((offset, i, d) => offset + i * strides[d], use.offset);
  const down = rank >= 2 ? strides[rank - 2] : 0;
  const across = rank >= 1 ? strides[rank - 1] : 0;
  const shown = replay.tensor(use).alias([windowRows, windowCols], [down, across], base + top * down + left * across);
  const cells = Array.from(magnitudes(shown) as Float64Array, (v) => wire(Number(v)));
  return { slice: taken, rows, cols, row0: top, col0: left, cells, windowRows, windowCols };
}

const inside = (wanted: unknown, n: number): number => Math.max(0, Math.min(n - 1, Math.trunc(Number(wanted)) || 0));
