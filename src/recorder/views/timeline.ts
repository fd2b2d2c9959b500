/** Iterations and their phases, with the loss of each. */
import type { IterationSpan, TimelineView } from '../../protocol/views';
import type { Recording } from '../recording';
import { wire } from './common';
import { cursorOf } from './cursor';
import { lossName } from './loss';

/** Spans from iteration `from` on. */
export function timelineOf(r: Recording, tick: number, live: boolean, from: number): TimelineView {
  const first = Math.max(0, Math.min(Math.trunc(from) || 0, r.iterationCount - 1));
  const spans: IterationSpan[] = [];
  for (let i = first; i < r.iterationCount; i++) {
    const it = r.iteration(i);
    const end = r.endOf(i);
    const backward = it.backward < 0 ? end : Math.min(it.backward, end);
    const update = it.update < 0 ? end : Math.min(it.update, end);
    spans.push({ iteration: i, start: it.start, backward, update, end, loss: it.loss === null ? null : wire(it.loss) });
  }
  return { cursor: cursorOf(r, tick, live), from: first, spans, lossName: lossName(r), bookmarks: r.bookmarks };
}
