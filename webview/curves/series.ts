/** What the charts show: lines of points, smoothed where that is wanted. Arithmetic only, no page. */
import type { CurveKind } from '../../src/protocol/views';
import type { Model } from '../store';
import { colourOf } from '../timeline/runs';

export type Cell = number | string | null;
export type Section = 'loss' | 'printed' | CurveKind;

/** In the order in which they are shown. */
export const SECTIONS: readonly { name: Section; title: string; about: string; color: string }[] = [
  { name: 'loss', title: 'Loss', about: 'The tensor that backward() was called on', color: '--loss' },
  { name: 'printed', title: 'Printed', about: 'Numbers out of the lines that the script printed', color: '--fwd' },
  { name: 'rate', title: 'Learning rate', about: 'The lr of each optimizer and group', color: '--vel' },
  {
    name: 'gradient',
    title: 'Gradient norms',
    about: 'The norm of each layer’s gradients as backward() left them',
    color: '--bwd',
  },
  {
    name: 'weight',
    title: 'Weight norms',
    about: 'The norm of each layer’s parameters after the update',
    color: '--fwd',
  },
  {
    name: 'ratio',
    title: 'Update ratios',
    about: 'How much an update changes a layer: ‖new − old‖ / ‖old‖',
    color: '--upd',
  },
  { name: 'watched', title: 'Watched', about: 'Expressions of your own', color: '--fwd' },
];

export interface Line {
  name: string;
  /** CSS variable. */
  color: string;
  /** Ascending, 0-based. */
  iterations: readonly number[];
  values: readonly Cell[];
  /** Ticks to go to; else to the iteration's end. */
  ticks?: readonly number[];
  /** Another run's: its id. */
  run?: string;
  /** Iterations to mark: where a branch leaves. */
  rings?: readonly number[];
}

export interface ChartData {
  key: string;
  section: Section;
  title: string;
  /** The run shown first. */
  lines: Line[];
  missing: string | null;
}

const upTo: number[] = [];
/** 0, 1, 2 … n-1 */
function first(n: number): readonly number[] {
  while (upTo.length < n) upTo.push(upTo.length);
  return upTo.length === n ? upTo : upTo.slice(0, n);
}

const losses = new WeakMap<readonly unknown[], { iterations: readonly number[]; values: Cell[] }>();

/** Every chart of the sections, in their order. */
export function chartsOf(model: Model, sections: readonly Section[], watched: readonly string[]): ChartData[] {
  const found: ChartData[] = [];
  for (const { name, color } of SECTIONS) {
    if (name === 'watched' ? watched.length === 0 : !sections.includes(name)) continue;
    if (name === 'loss') found.push(lossChart(model));
    else if (name === 'printed')
      for (const { key, name: title, iterations, values, ticks } of model.printed) {
        const line = { name: title, color, iterations, values, ticks };
        found.push({ key, section: name, title, lines: [line], missing: null });
      }
    else
      for (const curve of model.curves?.curves ?? []) {
        if (curve.kind !== name) continue;
        const { key, name: title, iterations, values, missing } = curve;
        found.push({ key, section: name, title, lines: [{ name: title, color, iterations, values }], missing });
      }
  }
  return found;
}

function lossChart(model: Model): ChartData {
  let own = losses.get(model.spans);
  if (!own) {
    own = { iterations: first(model.spans.length), values: model.spans.map((span) => span.loss) };
    losses.set(model.spans, own);
  }
  const shown = model.runs.find((run) => run.shown);
  const lines: Line[] = [{ name: shown?.name ?? model.lossName, color: '--loss', ...own }];
  for (const [index, run] of model.runs.entries()) {
    if (run.shown) continue;
    const rings = [run.left, shown?.parent === run.id ? shown.left : null].filter((at) => at !== null);
    const { name, id, losses: values } = run;
    lines.push({ name, run: id, color: colourOf(index), iterations: first(values.length), values, rings });
  }
  return { key: 'loss', section: 'loss', title: model.lossName, lines, missing: null };
}

export const finite = (v: Cell | undefined): number | null => (typeof v === 'number' && Number.isFinite(v) ? v : null);

const known = new WeakMap<readonly Cell[], { weight: number; values: (number | null)[] }>();

/**
 * Exponential moving average, y[t] = w·y[t−1] + (1 − w)·x[t], divided by 1 − wᵗ so that the beginning is not drawn to zero. What is not
 * finite is left out of it.
 */
export function smoothed(values: readonly Cell[], weight: number): (number | null)[] {
  const before = known.get(values);
  if (before?.weight === weight) return before.values;
  let mean = 0;
  let part = 1;
  const found = values.map((cell) => {
    const v = finite(cell);
    if (v === null) return null;
    mean = weight * mean + (1 - weight) * v;
    part *= weight;
    return mean / (1 - part);
  });
  known.set(values, { weight, values: found });
  return found;
}

/** Index of the point nearest to an iteration; of several in it the last. -1 where there are none. */
export function nearest(iterations: readonly number[], iteration: number): number {
  const after = firstAfter(iterations, iteration);
  const [before, next] = [after - 1, after];
  if (before < 0) return next < iterations.length ? next : -1;
  if (next >= iterations.length) return before;
  if (iterations[next]! - iteration >= iteration - iterations[before]!) return before;
  return firstAfter(iterations, iterations[next]!) - 1;
}

/** Index of the first point after an iteration. */
export function firstAfter(iterations: readonly number[], iteration: number): number {
  let [low, high] = [0, iterations.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (iterations[middle]! <= iteration) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First and last iteration of all charts, as a domain that is never empty. */
export function wholeOf(charts: readonly ChartData[]): [number, number] {
  let end = 1;
  for (const { lines } of charts) for (const { iterations } of lines) end = Math.max(end, iterations.at(-1) ?? 0);
  return [0, end];
}
