/** The two canvases of the timeline: the iteration at the cursor tick by tick, and all iterations with the loss. */

import { scaleLinear, scaleLog } from 'd3';
import type { RecordingInfo } from '../../src/protocol/session';
import type { Bookmark, IterationSpan, StretchView, TickMark } from '../../src/protocol/views';
import { aggregate, type Bucket, extent } from '../charts/aggregate';
import { font, prepare } from '../charts/canvas';
import { num, phaseText } from '../format';
import { t } from '../l10n';
import { css } from '../theme';
import { letterAt } from './play';
import { colourOf, type OtherRun } from './runs';
import { type Axis, edgeOf, inSight, lossNumber, xOf } from './scale';

export const STRIP_HEIGHT = 30;
/** Height of the whole run's part: less in a low view. */
export const allHeight = (): number => (window.innerHeight < 600 ? 62 : 92);
const BAND = 9;
const PLOT_TOP = 4;
/** An iteration narrower than this has no room for its phases. */
const ROOM = 14;
const UNDER_PLOT = 15;
/** Points at the right end stand out this far. */
const MARGIN = 12;

const PHASES = [
  ['forward', '--fwd'],
  ['backward', '--bwd'],
  ['update', '--upd'],
] as const;

const bounds = (span: IterationSpan): [number, number][] => [
  [span.start, span.backward],
  [span.backward, span.update],
  [span.update, span.end],
];

function cursorLine(c: CanvasRenderingContext2D, x: number, top: number, bottom: number): void {
  c.fillStyle = css('--ring');
  c.fillRect(x - 1, top, 2, bottom - top);
  c.beginPath();
  c.moveTo(x - 5, top);
  c.lineTo(x + 5, top);
  c.lineTo(x, top + 6);
  c.fill();
}

/** A little flag at a tick that the user marked. */
function flag(c: CanvasRenderingContext2D, x: number, top: number, bottom: number): void {
  c.fillStyle = css('--fg');
  c.fillRect(x - 0.75, top, 1.5, bottom - top);
  c.beginPath();
  c.moveTo(x, top);
  c.lineTo(x + 8, top + 3.5);
  c.lineTo(x, top + 7);
  c.fill();
}

function flags(
  c: CanvasRenderingContext2D,
  axis: Axis,
  bookmarks: readonly Bookmark[],
  top: number,
  bottom: number,
): void {
  let last = Number.NEGATIVE_INFINITY;
  for (const { tick } of bookmarks) {
    const x = xOf(axis, tick);
    // Thousands of them are as many as there are pixels.
    if (tick < axis.from || tick >= axis.to || x - last < 1) continue;
    flag(c, x, top, bottom);
    last = x;
  }
}

/** Tick by tick: what one iteration is made of. */
export function paintStrip(
  canvas: HTMLCanvasElement,
  width: number,
  axis: Axis,
  span: IterationSpan,
  tick: number,
  bookmarks: readonly Bookmark[],
  stretches: readonly StretchView[],
  marks: readonly TickMark[],
): void {
  const c = prepare(canvas, width, STRIP_HEIGHT);
  if (!c) return;
  const top = 15;
  const wide = (axis.right - axis.left) / Math.max(1, axis.to - axis.from);
  c.font = font(11);
  c.textBaseline = 'alphabetic';
  bounds(span).forEach(([from, to], phase) => {
    if (to <= from) return;
    const [phaseName, variable] = PHASES[phase]!;
    const name = phaseText(phaseName);
    const x1 = edgeOf(axis, from);
    const x2 = edgeOf(axis, to);
    const colour = css(variable);
    c.fillStyle = css('--dim');
    if (c.measureText(name).width + 6 < x2 - x1) c.fillText(name, x1 + 1, 10);
    c.fillStyle = colour;
    if (wide >= 5) {
      // Ticks that are past are full, those to come are pale.
      for (let t = from; t < to; t++) {
        c.globalAlpha = t <= tick ? 1 : 0.35;
        const letter = letterAt(stretches, t);
        // At a line or a print nothing is computed.
        const low = letter === 'l' || letter === 'o' ? 7 : 0;
        c.fillRect(edgeOf(axis, t) + 0.5, top + low, wide - 1, STRIP_HEIGHT - top - 3 - low);
      }
    } else {
      const split = Math.max(x1, Math.min(x2, edgeOf(axis, tick + 1)));
      c.fillRect(x1, top, split - x1, STRIP_HEIGHT - top - 3);
      c.globalAlpha = 0.35;
      c.fillRect(split, top, x2 - split, STRIP_HEIGHT - top - 3);
    }
    c.globalAlpha = 1;
  });
  flags(c, axis, bookmarks, 0, STRIP_HEIGHT - 3);
  paintMarks(c, axis, marks, top - 5);
  cursorLine(c, xOf(axis, Math.max(axis.from, Math.min(axis.to - 1, tick))), top - 4, STRIP_HEIGHT);
}

/** What the lower canvas shows. */
export interface Whole {
  axis: Axis;
  spans: readonly IterationSpan[];
  tick: number;
  log: boolean;
  bookmarks: readonly Bookmark[];
  marks: readonly TickMark[];
  stretches: readonly StretchView[];
  others: readonly OtherRun[];
  info: RecordingInfo | null;
}

/** All iterations, or those in sight: bands of the phases where there is room, tick by tick where there is more, and the loss curve under them. */
export function paintAll(canvas: HTMLCanvasElement, width: number, whole: Whole): void {
  const { axis, spans, tick, log, bookmarks, marks, stretches, others, info } = whole;
  const c = prepare(canvas, width, allHeight());
  if (!c) return;
  const [first, end] = inSight(spans, axis);
  // One more at each side, so that lines go on to the edges.
  const seen = spans.slice(Math.max(0, first - 1), end + 1);
  const last = spans[end - 1];
  const ticks = last ? last.end - spans[first]!.start : 1;
  const wide = ((axis.right - axis.left) * ticks) / Math.max(1, end - first) / Math.max(1, axis.to - axis.from);
  const now = edgeOf(axis, tick + 1);
  const bottom = allHeight() - UNDER_PLOT;
  c.save();
  c.beginPath();
  c.rect(axis.left - 1, 0, axis.right - axis.left + MARGIN, allHeight());
  c.clip();
  if (info) paintThinned(c, axis, spans, info);
  inTime(c, now, width, () => paintBands(c, axis, seen, wide));
  paintTicks(c, axis, stretches);
  c.restore();
  paintIterations(c, axis, seen, wide);
  paintLoss(c, axis, seen, log, wide < ROOM ? PLOT_TOP : PLOT_TOP + BAND, others, now);
  paintMarks(c, axis, marks, wide < ROOM ? 2 : BAND + 2);
  // Under the phases' colours, where it is seen.
  flags(c, axis, bookmarks, BAND + 2, bottom);
  if (tick >= axis.from && tick < axis.to) cursorLine(c, xOf(axis, tick), 0, bottom);
}

/** Narrower ticks are not told apart. */
const TICK_ROOM = 3;

/** Where there is room for them: a cut between two ticks, and lines and prints, at which nothing is computed, low. */
function paintTicks(c: CanvasRenderingContext2D, axis: Axis, stretches: readonly StretchView[]): void {
  const wide = (axis.right - axis.left) / Math.max(1, axis.to - axis.from);
  if (wide < TICK_ROOM) return;
  c.fillStyle = css('--bg');
  for (let t = Math.ceil(axis.from); t < axis.to; t++) {
    const letter = letterAt(stretches, t);
    if (letter === null) continue;
    const x = edgeOf(axis, t);
    c.fillRect(x - 0.5, 0, 1, BAND);
    if (letter === 'l' || letter === 'o') c.fillRect(x, 0, wide, BAND - 4);
  }
}

/** A round for a breakpoint (hollow where its condition was not asked), a diamond for a watchpoint, a fork for a branch: shapes, so that colours are not needed to tell them apart. */
function paintMarks(c: CanvasRenderingContext2D, axis: Axis, marks: readonly TickMark[], top: number): void {
  const last = { breakpoint: -9, condition: -9, watchpoint: -9, branch: -9 };
  const y = top + 4;
  for (const { tick, kind } of marks) {
    if (tick < axis.from || tick >= axis.to) continue;
    const x = xOf(axis, tick);
    if (x - last[kind] < 2) continue;
    last[kind] = x;
    c.beginPath();
    if (kind === 'breakpoint') {
      c.fillStyle = css('--break');
      c.arc(x, y, 3, 0, Math.PI * 2);
      c.fill();
    } else if (kind === 'condition') {
      c.strokeStyle = css('--break');
      c.lineWidth = 1;
      c.arc(x, y, 2.5, 0, Math.PI * 2);
      c.stroke();
    } else if (kind === 'watchpoint') {
      c.fillStyle = css('--vel');
      c.moveTo(x, y - 4);
      c.lineTo(x + 4, y);
      c.lineTo(x, y + 4);
      c.lineTo(x - 4, y);
      c.fill();
    } else {
      c.strokeStyle = css('--fg');
      c.lineWidth = 1.5;
      c.moveTo(x, y + 8);
      c.lineTo(x, y + 2);
      c.lineTo(x - 4, y - 3);
      c.moveTo(x, y + 2);
      c.lineTo(x + 4, y - 3);
      c.stroke();
    }
  }
}

/** What comes after the cursor is pale. */
const PALE = 0.35;

/** Paints twice: full up to the cursor, and pale after it. */
function inTime(c: CanvasRenderingContext2D, now: number, width: number, paint: () => void): void {
  const parts: [number, number, number][] = [
    [0, now, 1],
    [now, width, PALE],
  ];
  for (const [from, to, alpha] of parts) {
    if (to <= from) continue;
    c.save();
    c.beginPath();
    c.rect(from, 0, to - from, allHeight());
    c.clip();
    c.globalAlpha = alpha;
    paint();
    c.restore();
  }
}

/** Hatched where data was left out; a mark at each iteration whose state is kept, where it is not kept at every one. */
function paintThinned(
  c: CanvasRenderingContext2D,
  axis: Axis,
  spans: readonly IterationSpan[],
  { leftOutBefore, checkpointEvery }: RecordingInfo,
): void {
  const bottom = allHeight() - UNDER_PLOT;
  const gone = spans[Math.min(leftOutBefore, spans.length) - 1];
  if (gone) {
    const right = edgeOf(axis, gone.end);
    c.save();
    c.beginPath();
    c.rect(axis.left, 0, right - axis.left, bottom);
    c.clip();
    c.strokeStyle = css('--edge');
    c.lineWidth = 1;
    c.beginPath();
    for (let x = axis.left - bottom; x < right; x += 7) {
      c.moveTo(x, bottom);
      c.lineTo(x + bottom, 0);
    }
    c.stroke();
    c.restore();
  }
  if (checkpointEvery <= 1) return;
  c.fillStyle = css('--dim');
  let last = Number.NEGATIVE_INFINITY;
  for (let i = leftOutBefore; i < spans.length; i++) {
    if (i % checkpointEvery !== 0) continue;
    const x = edgeOf(axis, spans[i]!.start);
    if (x - last < 3) continue;
    c.fillRect(x, bottom - 2, 1, 4);
    last = x;
  }
}

function paintBands(c: CanvasRenderingContext2D, axis: Axis, spans: readonly IterationSpan[], wide: number): void {
  if (wide < ROOM) return;
  for (const span of spans) {
    bounds(span).forEach(([from, to], phase) => {
      const x1 = edgeOf(axis, from);
      const x2 = edgeOf(axis, to);
      if (x2 <= x1) return;
      c.fillStyle = css(PHASES[phase]![1]);
      c.fillRect(x1, 0, Math.max(1, x2 - x1 - (phase === 2 ? 1 : 0)), BAND);
    });
  }
}

/** Numbers of iterations at round steps, as many as fit. */
function paintIterations(c: CanvasRenderingContext2D, axis: Axis, spans: readonly IterationSpan[], wide: number): void {
  const least = Math.max(1, 56 / wide);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= least) ?? 1;
  c.font = font(10);
  c.fillStyle = css('--dim');
  c.textAlign = 'right';
  c.fillText(t('iteration'), axis.left - 6, allHeight() - 3);
  for (const span of spans) {
    const n = span.iteration + 1;
    if (n !== 1 && n % step !== 0) continue;
    if (n === 1 && step === 1 && wide < 12) continue;
    const x = edgeOf(axis, span.start) + (wide >= 20 ? wide / 2 : 0);
    if (x < axis.left - 1 || x > axis.right + 1) continue;
    c.textAlign = x < axis.left + 10 ? 'left' : x > axis.right - 14 ? 'right' : 'center';
    c.fillText(String(n), x, allHeight() - 3);
  }
  c.textAlign = 'left';
}

function paintLoss(
  c: CanvasRenderingContext2D,
  axis: Axis,
  spans: readonly IterationSpan[],
  log: boolean,
  top: number,
  others: readonly OtherRun[],
  now: number,
): void {
  const x = (i: number): number => (edgeOf(axis, spans[i]!.start) + edgeOf(axis, spans[i]!.end)) / 2;
  const buckets = aggregate(spans.length, x, (i) => lossNumber(spans[i]!.loss));
  const lines = others.map((run) => ({
    run,
    points: aggregate(run.losses.length, run.x, (i) => lossNumber(run.losses[i]!)).filter(
      ({ x: at }) => at > axis.left - 50 && at < axis.right + 50,
    ),
  }));
  const range = extent([...buckets, ...lines.flatMap(({ points }) => points)]);
  c.strokeStyle = css('--line');
  c.lineWidth = 1;
  if (!range) return;
  if (log && range[0] <= 0) range[0] = Math.min(...buckets.map((b) => b.min).filter((v) => v > 0));
  const y = (log ? scaleLog() : scaleLinear()).domain(range).range([allHeight() - UNDER_PLOT - 3, top + 6]);
  c.font = font(10);
  let lastLabel = Number.POSITIVE_INFINITY;
  const ticks = log && y.ticks(3).length < 2 ? range : y.ticks(3);
  // A narrow range needs more digits to tell its lines apart.
  const digits = [3, 4, 5, 6, 7].find((n) => new Set(ticks.map((v) => num(v, n))).size === ticks.length) ?? 7;
  for (const value of ticks) {
    const at = Math.round(y(value)) + 0.5;
    c.beginPath();
    c.moveTo(axis.left, at);
    c.lineTo(axis.right, at);
    c.stroke();
    if (lastLabel - at < 13) continue;
    lastLabel = at;
    c.fillStyle = css('--dim');
    c.textAlign = 'right';
    c.fillText(num(value, digits), axis.left - 5, at + 3.5);
  }
  c.textAlign = 'left';
  c.lineJoin = 'round';
  c.save();
  c.beginPath();
  c.rect(axis.left - 1, 0, axis.right - axis.left + MARGIN, allHeight());
  c.clip();
  for (const { run, points } of lines) {
    run.points = points.map((b) => ({ x: b.x, y: y(b.last) }));
    paintOther(c, run, points, y);
  }
  inTime(c, now, axis.right + MARGIN, () => {
    c.lineJoin = 'round';
    c.strokeStyle = css('--loss');
    c.fillStyle = css('--loss');
    if (spans.length > axis.right - axis.left) {
      const { globalAlpha } = c;
      c.globalAlpha = globalAlpha * PALE;
      for (const b of buckets) c.fillRect(b.x - 0.5, y(b.max), 1, Math.max(1, y(b.min) - y(b.max)));
      c.globalAlpha = globalAlpha;
    }
    c.lineWidth = 1.75;
    c.beginPath();
    for (const b of buckets) c.lineTo(b.x, y(b.last));
    c.stroke();
    if (buckets.length <= 40) {
      for (const b of buckets) {
        c.beginPath();
        c.arc(b.x, y(b.last), 2.5, 0, Math.PI * 2);
        c.fill();
      }
    }
    c.fillStyle = css('--bad');
    for (let i = 0; i < spans.length; i++) {
      const { loss } = spans[i]!;
      if (loss !== null && lossNumber(loss) === null) c.fillRect(x(i) - 1.5, top, 3, 5);
    }
  });
  c.restore();
}

/** Another run's curve, thinner than the one shown, and a ring where it left the run it came from. */
function paintOther(c: CanvasRenderingContext2D, run: OtherRun, points: Bucket[], y: (v: number) => number): void {
  c.strokeStyle = css(colourOf(run.index));
  c.lineWidth = 1.25;
  c.beginPath();
  for (const b of points) c.lineTo(b.x, y(b.last));
  c.stroke();
  for (const at of run.rings) {
    const loss = lossNumber(run.losses[at] ?? null);
    if (loss === null) continue;
    c.fillStyle = css('--bg');
    c.beginPath();
    c.arc(run.x(at), y(loss), 3, 0, Math.PI * 2);
    c.fill();
    c.stroke();
  }
}
