/** The same tensor at another time: where it was made or written in the iteration before, or at a tick. */
import { lastAtOrBefore } from '../columns';
import type { Recording, TensorUse } from '../recording';
import { MomentsOf } from '../watch/moments';
import { madeAnew } from '../watch/names';

/** A tensor and a tick; activations are other tensors in every iteration. */
export interface Then {
  tensor: number;
  tick: number;
}

/** The place of an iteration that a tick is at, in another one: as far from the beginning of its phase. */
function sameTick(r: Recording, tick: number, iteration: number): number {
  const starts = (i: number) => {
    const { start, backward, update } = r.iteration(i);
    const end = r.endOf(i);
    const second = backward < 0 ? end : Math.min(backward, end);
    return [start, second, update < 0 ? end : Math.max(second, Math.min(update, end)), end];
  };
  const [from, to] = [starts(r.iterationAt(tick)), starts(iteration)];
  let phase = 2;
  while (phase > 0 && from[phase] > tick) phase--;
  return Math.max(to[phase], Math.min(to[phase + 1] - 1, to[phase] + tick - from[phase]));
}

/** Null where there was none. */
export function thenOf(r: Recording, tensor: number, tick: number, against: 'iteration' | number): Then | null {
  const here = r.iterationAt(tick);
  if (against === 'iteration' && here === 0) return null;
  if (typeof against === 'number' && !(against >= 0 && against < r.ticks)) return null;
  const at = against === 'iteration' ? sameTick(r, tick, here - 1) : Math.trunc(against);
  const made = madeAnew(r, tensor);
  if (!made) return { tensor, tick: at };
  // The same op of that iteration; of a loop, the same round.
  const iteration = against === 'iteration' ? here - 1 : r.iterationAt(at);
  const ticks = MomentsOf.of(r).place(made).refresh();
  const first = (i: number) => lastAtOrBefore(ticks, r.iteration(i).start - 1) + 1;
  const round = ticks.indexOf(made.tick) - first(r.iterationAt(made.tick));
  const ran = ticks[first(iteration) + round];
  if (ran === undefined || ran >= r.endOf(iteration)) return null;
  const out = r.recordAt(ran)?.outs[made.outs.findIndex((o: TensorUse | null) => o?.tensor === tensor)];
  return out ? { tensor: out.tensor, tick: Math.max(at, ran) } : null;
}
