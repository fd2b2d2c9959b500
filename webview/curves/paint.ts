/** One chart of the curves panel, on any surface. */
import { scaleLinear, scaleLog } from 'd3';
import { aggregate, type Bucket, extent } from '../charts/aggregate';
import type { Surface } from '../charts/surface';
import { count, short } from '../format';
import { type ChartData, finite, firstAfter, type Line, nearest, smoothed } from './series';

export const LEFT = 52;
export const RIGHT = 10;
const TOP = 8;
const BOTTOM = 17;
/** The raw line behind a smoothed one, and what comes after the cursor. */
const PALE = 0.32;

export interface View {
  width: number;
  height: number;
  /** Iterations from left to right. */
  domain: readonly [number, number];
  log: boolean;
  /** Weight of the past, 0 … 0.99; 0 is not smoothed. */
  smooth: number;
  /** The same for several charts, or each its own. */
  range: readonly [number, number] | null;
  /** Resolves CSS variables. */
  css(name: string): string;
}

export const xScale = ({ domain, width }: Pick<View, 'domain' | 'width'>) =>
  scaleLinear([domain[0], domain[1]], [LEFT, width - RIGHT]);

/** Points of a line that are in sight, one beyond each edge so that the line goes on to it. */
function inSight({ iterations }: Line, [from, to]: readonly [number, number]): [number, number] {
  return [
    Math.max(0, firstAfter(iterations, from - 1e-9) - 1),
    Math.min(iterations.length, firstAfter(iterations, to) + 1),
  ];
}

/** By the values, and by what they were put on pixels for: the scale of several charts needs them before any is drawn. */
const known = new WeakMap<readonly unknown[], { key: string; buckets: Bucket[] }>();

function bucketsOf(line: Line, view: View, values: readonly unknown[]): Bucket[] {
  const { domain, width, log } = view;
  const key = `${domain.join()} ${width} ${log} ${line.iterations.length}`;
  const before = known.get(values);
  if (before?.key === key) return before.buckets;
  const [first, end] = inSight(line, domain);
  const per = (width - RIGHT - LEFT) / (domain[1] - domain[0]);
  const buckets = aggregate(
    end - first,
    (i) => LEFT + (line.iterations[first + i]! - domain[0]) * per,
    (i) => {
      const v = finite(values[first + i] as number | null);
      // A logarithm has no place for it.
      return v === null || (log && v <= 0) ? null : v;
    },
  );
  known.set(values, { key, buckets });
  return buckets;
}

/** Least and greatest of what a chart shows; null where it shows nothing. */
export function rangeOf(chart: ChartData, view: View): [number, number] | null {
  return extent(chart.lines.flatMap((line) => bucketsOf(line, view, line.values)));
}

/** Is there a finite number that a logarithm cannot show? */
export const hasNone = (chart: ChartData): boolean =>
  chart.lines.some(({ values }) => values.some((v) => typeof v === 'number' && v <= 0));

/** A value's place from the top. */
export type Y = (v: number) => number;

/** Draws axes and lines. The scale of the values; null where there is nothing to draw. */
export function paintChart(s: Surface, chart: ChartData, view: View): Y | null {
  const { width, height, css, log } = view;
  const range = view.range ?? rangeOf(chart, view);
  const bottom = height - BOTTOM;
  const right = width - RIGHT;
  paintIterations(s, view, bottom);
  if (!range) return null;
  const y = log ? scaleLog(range, [bottom - 2, TOP]) : scaleLinear(range, [bottom - 2, TOP]).nice(3);
  let last = Number.POSITIVE_INFINITY;
  const ticks = y.ticks(3);
  for (const value of log && (ticks.length < 2 || ticks.length > 8) ? powers(y.domain()) : ticks) {
    const at = Math.round(y(value)) + 0.5;
    if (last - at < 13) continue;
    last = at;
    s.line(
      [
        [LEFT, at],
        [right, at],
      ],
      { color: css('--line') },
    );
    s.text(LEFT - 5, at + 3.5, short(value), css('--dim'), 10, 'end');
  }
  s.inside(LEFT - 1, 0, right - LEFT + 4, bottom + 1, () => {
    // The run shown is on top of the others.
    for (const line of chart.lines.toReversed()) paintLine(s, line, view, y, bottom, line.run !== undefined);
  });
  return y;
}

/** 1, 10, 100 … or the ends where there is no such number between them. */
function powers([from, to]: number[]): number[] {
  const found: number[] = [];
  const step = Math.max(1, Math.ceil((Math.log10(to!) - Math.log10(from!)) / 4));
  for (let p = Math.ceil(Math.log10(from!)); 10 ** p <= to!; p += step) found.push(10 ** p);
  return found.length > 1 ? found : [from!, to!];
}

function paintIterations(s: Surface, view: View, bottom: number): void {
  const { css, domain, width } = view;
  const x = xScale(view);
  s.line(
    [
      [LEFT, bottom + 0.5],
      [width - RIGHT, bottom + 0.5],
    ],
    { color: css('--edge') },
  );
  // Iterations are numbered from 1, and have no halves.
  const ticks = scaleLinear([domain[0] + 1, domain[1] + 1], [0, 1])
    .ticks(Math.max(2, Math.floor((width - LEFT) / 70)))
    .filter(Number.isInteger);
  for (const n of ticks) {
    const at = x(n - 1);
    const anchor = at < LEFT + 8 ? 'start' : at > width - RIGHT - 14 ? 'end' : 'middle';
    s.line(
      [
        [at, bottom],
        [at, bottom + 3],
      ],
      { color: css('--edge') },
    );
    s.text(at, bottom + 13, count(n), css('--dim'), 10, anchor);
  }
}

function paintLine(s: Surface, line: Line, view: View, y: Y, bottom: number, other: boolean): void {
  const { css, smooth, width, log } = view;
  const color = css(line.color);
  const buckets = bucketsOf(line, view, line.values);
  const dense = buckets.length > 0 && buckets.some((b) => b.min !== b.max);
  const wide = other ? 1.25 : 1.75;
  if (dense)
    s.spread(
      buckets.map((b) => [b.x, y(b.min), y(b.max)] as const),
      { color, alpha: PALE },
    );
  const points = buckets.map((b) => [b.x, y(b.last)] as const);
  if (smooth > 0) {
    s.line(points, { color, alpha: PALE });
    const means = bucketsOf(line, view, smoothed(line.values, smooth));
    s.line(
      means.map((b) => [b.x, y(b.last)] as const),
      { color, width: wide },
    );
  } else s.line(points, { color, width: wide });
  if (points.length <= Math.min(40, width / 8)) for (const at of points) s.dot(at, 2.25, color);
  const x = xScale(view);
  for (const ring of line.rings ?? []) {
    const at = nearest(line.iterations, ring);
    const v = finite(line.values[at]);
    if (v !== null && (!log || v > 0)) s.dot([x(line.iterations[at]!), y(v)], 3.5, color, css('--bg'));
  }
  // NaN and infinity have no height: they are marked where they were.
  const [first, end] = inSight(line, view.domain);
  let last = Number.NEGATIVE_INFINITY;
  for (let i = first; i < end; i++) {
    if (typeof line.values[i] !== 'string') continue;
    const at = x(line.iterations[i]!);
    if (at - last < 3) continue;
    last = at;
    s.rect(at - 1.5, bottom - 6, 3, 6, css('--bad'));
  }
}
