/** What the charts show: lines of points, smoothed where that is wanted. Arithmetic only, no page. */
import type { Curve, CurveKind } from '../../src/protocol/views';
import type { PrintedCurve } from '../../src/protocol/webview';
import { t } from '../l10n';
import type { Model } from '../store';
import { colourOf } from '../timeline/runs';

export type Cell = number | string | null;
export type Section = 'loss' | 'printed' | CurveKind;

/** In the order in which they are shown. */
export const SECTIONS: readonly { name: Section; title: string; about: string; color: string }[] = [
  { name: 'loss', title: t('Loss'), about: t('The tensor that backward() was called on'), color: '--loss' },
  {
    name: 'printed',
    title: t('Printed'),
    about: t('Numbers out of the lines that the script printed'),
    color: '--fwd',
  },
  { name: 'rate', title: t('Learning rate'), about: t('The lr of each optimizer and group'), color: '--vel' },
  {
    name: 'gradient',
    title: t('Gradient norms'),
    about: t('The norm of each layer’s gradients as backward() left them'),
    color: '--bwd',
  },
  {
    name: 'weight',
    title: t('Weight norms'),
    about: t('The norm of each layer’s parameters after the update'),
    color: '--fwd',
  },
  {
    name: 'ratio',
    title: t('Update ratios'),
    about: t('How much an update changes a layer: ‖new − old‖ / ‖old‖'),
    color: '--upd',
  },
  { name: 'watched', title: t('Watched'), about: t('Expressions of your own'), color: '--fwd' },
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
  /** Iterations to mark: where a branch leaves the run it came from. */
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

const indices = new WeakMap<readonly unknown[], readonly number[]>();
/** 0, 1, 2 … one for each value. */
function indicesOf(values: readonly unknown[]): readonly number[] {
  let found = indices.get(values);
  if (!found) indices.set(values, (found = Array.from(values.keys())));
  return found;
}

const losses = new WeakMap<readonly unknown[], Cell[]>();

/** Every chart of the sections, in their order. Where runs stand side by side, each chart has the same number of all of them. */
export function chartsOf(model: Model, sections: readonly Section[], watched: readonly string[]): ChartData[] {
  const found: ChartData[] = [];
  const shown = model.runs.find((run) => run.shown);
  for (const { name: section, color } of SECTIONS) {
    if (section === 'watched' ? watched.length === 0 : !sections.includes(section)) continue;
    const put = (one: Named, missing: string | null, others: Beside[]): void => {
      const { key, name: title } = one;
      const own = { ...pointsOf(one), name: others.length > 0 && shown ? shown.name : title, color };
      const lines = [own, ...others.map(({ line, ...run }) => lineBeside(pointsOf(line), run, shown))];
      found.push({ key, section, title, lines, missing });
    };
    if (section === 'loss') found.push(lossChart(model, shown));
    else if (section === 'printed')
      for (const one of model.printed)
        put(
          one,
          null,
          besides(model, ({ printed }) => sameIn(one, printed)),
        );
    else
      for (const one of model.curves?.curves ?? [])
        if (one.kind === section)
          put(
            one,
            one.missing,
            besides(model, ({ curves }) =>
              sameIn(
                one,
                curves.filter(({ kind }) => kind === section),
              ),
            ),
          );
  }
  return found;
}

type Named = Pick<Line, 'iterations' | 'values' | 'ticks'> & { key: string; name: string };
type Run = Model['runs'][number];
interface Beside {
  run: Run;
  index: number;
  line: Named;
}

const pointsOf = ({ iterations, values, ticks }: Named): Omit<Line, 'name' | 'color'> => ({
  iterations,
  values,
  ...(ticks ? { ticks } : {}),
});

/** What the other runs have of a curve. */
function besides(
  { runs, otherCurves }: Model,
  pick: (known: { curves: Curve[]; printed: PrintedCurve[] }) => Named | undefined,
): Beside[] {
  return runs.flatMap((run, index) => {
    const known = run.shown ? undefined : otherCurves.get(run.id);
    const line = known && pick(known);
    return line ? [{ run, index, line }] : [];
  });
}

/** The same number in another run: its key holds lines and numbers of optimizers, which an edited script may have changed; its name holds still. */
const sameIn = (one: Named, others: readonly Named[]): Named | undefined =>
  others.find(({ key }) => key === one.key) ?? others.find(({ name }) => name === one.name);

/** Another run's line, with a ring where one of the two left the other. */
function lineBeside(
  points: Omit<Line, 'name' | 'color'>,
  { run, index }: { run: Run; index: number },
  shown?: Run,
): Line {
  const rings = [run.left, shown?.parent === run.id ? shown.left : null].filter((at) => at !== null);
  return { ...points, name: run.name, run: run.id, color: colourOf(index), rings };
}

function lossChart(model: Model, shown?: Run): ChartData {
  let own = losses.get(model.spans);
  if (!own) losses.set(model.spans, (own = model.spans.map((span) => span.loss)));
  const points = (values: readonly Cell[]) => ({ iterations: indicesOf(values), values });
  const lines: Line[] = [{ name: shown?.name ?? model.lossName, color: '--loss', ...points(own) }];
  for (const [index, run] of model.runs.entries())
    if (!run.shown) lines.push(lineBeside(points(run.losses), { run, index }, shown));
  return { key: 'loss', section: 'loss', title: model.lossName, lines, missing: null };
}

/** Lines that say what they said keep their numbers: what was drawn, or worked out, of them is still right. */
export function settled(line: Line, before: Line | undefined): Line {
  if (!before || !same(line.values, before.values) || !same(line.iterations, before.iterations)) return line;
  return { ...line, values: before.values, iterations: before.iterations };
}

const same = (a: readonly Cell[], b: readonly Cell[]): boolean =>
  a === b || (a.length === b.length && a.every((v, i) => v === b[i]));

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
