/** The elements that a view of a tensor is about, and windows of them: cells, bins, pictures. */
import { type Data, isDifferentiable } from '../../engine/dtype';
import { numel } from '../../engine/shape';
import type { DType, Histogram, Stats, TensorGrid, TensorImages, TensorWindow } from '../../protocol/views';
import { wire } from './common';

/** Elements in row-major order. */
export interface Shown {
  dtype: DType;
  shape: readonly number[];
  data: Data;
  stats: Stats;
}

const WINDOW = 64;
const BINS = 32;
/** Pictures in one answer, and pixels along a side of one. */
const IMAGES = 24;
const SIDE = 128;

/** About 32 bins over the finite elements, and over those of `before`; integers in a small range get a bin each. */
export function histogramOf({ data, stats, dtype }: Shown, before: Shown | null): Histogram | null {
  const [min, max] = rangeOf([stats, ...(before ? [before.stats] : [])]);
  if (min === null || max === null || stats.min === null) return null;
  const whole = !isDifferentiable(dtype);
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
    const room = max > min ? 0 : Math.max(Math.abs(min) * 1e-3, 1e-6);
    const was = before ? [countFinite(before.data)] : null;
    return { edges: [min - room, max + room], counts: [countFinite(data)], before: was };
  }
  const count = (values: Data): number[] => {
    const counts = new Array<number>(bins).fill(0);
    for (let i = 0; i < values.length; i++) {
      const v = Number(values[i]);
      if (Number.isFinite(v)) counts[Math.max(0, Math.min(bins - 1, Math.floor((v - low) / width)))]++;
    }
    return counts;
  };
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + i * width);
  if (!whole) edges[bins] = max;
  return { edges, counts: count(data), before: before ? count(before.data) : null };
}

function rangeOf(all: readonly Stats[]): [number | null, number | null] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { min, max } of all) {
    if (min !== null) low = Math.min(low, min);
    if (max !== null) high = Math.max(high, max);
  }
  return low <= high ? [low, high] : [null, null];
}

function countFinite(data: Data): number {
  let n = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(Number(data[i]))) n++;
  return n;
}

/** A window of two dimensions, at an index of the others. */
export function gridOf({ shape, data }: Shown, wanted: TensorWindow): TensorGrid | null {
  if (shape.includes(0)) return null;
  const rank = shape.length;
  const axes = axesOf(rank, wanted.axes);
  const [down, across] = axes.length === 2 ? axes : [-1, axes[0] ?? -1];
  const strides = shape.map((_, d) => numel(shape.slice(d + 1)));
  const [rows, cols] = [shape[down] ?? 1, shape[across] ?? 1];
  const others = shape.map((_, d) => d).filter((d) => d !== down && d !== across);
  const slice = others.map((d, i) => inside(wanted.slice?.[i], shape[d]));
  const base = others.reduce((offset, d, i) => offset + slice[i] * strides[d], 0);
  const [row0, col0] = [inside(wanted.row0, rows), inside(wanted.col0, cols)];
  const windowRows = Math.min(WINDOW, rows - row0);
  const windowCols = Math.min(WINDOW, cols - col0);
  const [perRow, perCol] = [strides[down] ?? 0, strides[across] ?? 0];
  const cells: (number | string)[] = [];
  for (let row = row0; row < row0 + windowRows; row++)
    for (let col = col0; col < col0 + windowCols; col++)
      cells.push(wire(Number(data[base + row * perRow + col * perCol])));
  return { axes, slice, rows, cols, row0, col0, cells, windowRows, windowCols };
}

/** The asked dimensions, if there are such and they are two; else the last two. */
function axesOf(rank: number, wanted: readonly number[] | undefined): number[] {
  const last = [rank - 2, rank - 1].filter((d) => d >= 0);
  if (rank < 2 || wanted?.length !== 2 || wanted[0] === wanted[1]) return last;
  return wanted.every((d) => Number.isInteger(d) && d >= 0 && d < rank) ? [...wanted] : last;
}

const inside = (wanted: unknown, n: number): number => Math.max(0, Math.min(n - 1, Math.trunc(Number(wanted)) || 0));

interface Picturing {
  total: number;
  channels: number;
  height: number;
  width: number;
}

/** How a shape is seen as pictures; null where it is not. */
export function picturing(shape: readonly number[]): Picturing | null {
  const [height, width] = shape.slice(-2);
  if (shape.length < 2 || shape.length > 4 || height < 2 || width < 2) return null;
  const channels = (n: number) => n === 1 || n === 3;
  if (shape.length === 4) return channels(shape[1]) ? { total: shape[0], channels: shape[1], height, width } : null;
  if (height < 8 || width < 8) return null;
  if (shape.length === 2) return { total: 1, channels: 1, height, width };
  if (channels(shape[0])) return { total: 1, channels: shape[0], height, width };
  return height === width ? { total: shape[0], channels: 1, height, width } : null;
}

export function imagesOf({ shape, data, stats }: Shown, first: number): TensorImages | null {
  const seen = picturing(shape);
  if (!seen || seen.total === 0) return null;
  const { total, channels, height, width } = seen;
  const from = inside(first, total);
  const step = Math.ceil(Math.max(height, width) / SIDE);
  const [low, high] = [stats.min ?? 0, stats.max ?? 0];
  const [h, w] = [Math.ceil(height / step), Math.ceil(width / step)];
  const plane = height * width;
  const pixels: string[] = [];
  for (let n = from; n < Math.min(total, from + IMAGES); n++) {
    let bytes = '';
    for (let y = 0; y < height; y += step)
      for (let x = 0; x < width; x += step) {
        let clear = false;
        const at = n * channels * plane + y * width + x;
        const levels = [0, 1, 2].map((c) => {
          const v = Number(data[at + (channels === 3 ? c * plane : 0)]);
          if (!Number.isFinite(v)) clear = true;
          return high > low ? Math.round(((v - low) / (high - low)) * 255) : 128;
        });
        bytes += clear ? '\0\0\0\0' : String.fromCharCode(...levels, 255);
      }
    pixels.push(btoa(bytes));
  }
  return { from, total, channels, height: h, width: w, step, low, high, pixels };
}
