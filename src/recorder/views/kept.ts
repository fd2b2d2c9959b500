/** What carries over from one update of a parameter to the next: an optimizer's state, or a velocity that the script keeps by hand. */
import type { Recording, TensorUse } from '../recording';
import { statesAt } from './parameters';
import { type Carried, ruleOf } from './rule';
import { type UpdateEvent, Updates } from './updates';

/** What a tab can be called. */
const WORD = /^\w{1,100}$/;

const byHand = (r: Recording, parameter: number, event: UpdateEvent): Carried[] =>
  ruleOf(r, parameter, event).carried.filter(({ state, name }) => state === null && WORD.test(name));

/** The updates that can tell what is kept at a tick: the one that is under way, or else the one before, and the next. */
function about(r: Recording, parameter: number, tick: number): UpdateEvent[] {
  const updates = Updates.of(r);
  updates.look(tick);
  const events = updates.of(parameter, tick);
  const begun = events.findLastIndex(({ from }) => from <= tick);
  return [events[begun], events[begun - 1], events[begun + 1]].filter((event) => event !== undefined);
}

/** Names of all that is kept of a parameter, what there is at the tick first, single numbers after it. */
export function keptNames(r: Recording, parameter: number, tick: number): string[] {
  const hand = about(r, parameter, tick).flatMap((event) => byHand(r, parameter, event).map(({ name }) => name));
  const optimizers = [...statesAt(r, parameter, r.ticks - 1).keys()];
  const names = [...new Set([...optimizers, ...hand])];
  const rank = (name: string) => {
    const use = keptAt(r, parameter, name, tick);
    // Adam's count of its steps says the least.
    return use === null ? 2 : use.shape.length === 0 ? 1 : 0;
  };
  return names.sort((a, b) => rank(a) - rank(b));
}

/** One of them at a tick; null where it is not there. */
export function keptAt(r: Recording, parameter: number, name: string, tick: number): TensorUse | null {
  const state = statesAt(r, parameter, tick).get(name);
  if (state !== undefined) return r.useAt(state, tick);
  for (const event of about(r, parameter, tick))
    for (const { name: own, before, after, by } of byHand(r, parameter, event)) {
      if (own !== name) continue;
      if (after && by && by.tick <= tick) return after;
      if (before && (before.value.producer?.tick ?? 0) <= tick) return before;
    }
  return null;
}

/** Ticks at which what the script keeps under a name was computed anew, ascending; none for an optimizer's. */
export function keptByHand(r: Recording, parameter: number, name: string): number[] {
  const ticks: number[] = [];
  for (const event of Updates.of(r).of(parameter, r.ticks - 1))
    for (const { name: own, by } of byHand(r, parameter, event)) if (own === name && by) ticks.push(by.tick);
  return ticks;
}
