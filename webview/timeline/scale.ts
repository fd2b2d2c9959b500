/** Ticks, iterations and pixels: arithmetic of the timeline, without a page. */
import type { IterationSpan } from '../../src/protocol/views';

/** The span that holds a tick; the last one begun where ticks lie between. */
export function spanAt(spans: readonly IterationSpan[], tick: number): IterationSpan | null {
  let low = 0;
  let high = spans.length - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start <= tick) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found < 0 ? (spans[0] ?? null) : spans[found]!;
}

export interface Axis {
  /** First tick, and the tick after the last. */
  from: number;
  to: number;
  left: number;
  right: number;
}

/** The middle of a tick's cell. */
export const xOf = (axis: Axis, tick: number): number =>
  axis.left + ((tick + 0.5 - axis.from) / Math.max(1, axis.to - axis.from)) * (axis.right - axis.left);

/** The left edge of a tick's cell. */
export const edgeOf = (axis: Axis, tick: number): number =>
  axis.left + ((tick - axis.from) / Math.max(1, axis.to - axis.from)) * (axis.right - axis.left);

export function tickOf(axis: Axis, x: number): number {
  const part = (x - axis.left) / Math.max(1, axis.right - axis.left);
  const tick = Math.floor(axis.from + part * (axis.to - axis.from));
  return Math.max(axis.from, Math.min(axis.to - 1, tick));
}

export function lossNumber(loss: IterationSpan['loss']): number | null {
  return typeof loss === 'number' && Number.isFinite(loss) ? loss : null;
}

/** A loss that a logarithm can show: every finite one above zero, and at least one. */
export function positive(spans: readonly Pick<IterationSpan, 'loss'>[]): boolean {
  let any = false;
  for (const span of spans) {
    const loss = lossNumber(span.loss);
    if (loss === null) continue;
    if (loss <= 0) return false;
    any = true;
  }
  return any;
}

/** Indices [first, end) of the spans that an axis shows. */
export function inSight(spans: readonly IterationSpan[], axis: Axis): [number, number] {
  const first = spanAt(spans, axis.from);
  const last = spanAt(spans, Math.ceil(axis.to) - 1);
  // Spans are asked for with `from`, and may begin later than with the first iteration.
  const start = spans[0]?.iteration ?? 0;
  return first && last ? [first.iteration - start, last.iteration - start + 1] : [0, 0];
}
