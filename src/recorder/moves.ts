/** How the debugger's moves map to ticks (DESIGN: "How the debugger's moves map to ticks"). Pure functions of the recording. */
import type { Move } from '../protocol/session';
import type { Recording } from './recording';

/** Does a move come to rest at this tick? */
export type Goal = (tick: number) => boolean;

export interface Search {
  direction: 1 | -1;
  goal: Goal;
}

/** The op ticks of a backward pass or an optimizer's step are stops of their own level: the pass is a frame whose lines are its ops. */
function inPass(r: Recording, tick: number): boolean {
  const pass = r.passAt(tick);
  const kind = r.kindAt(tick);
  return pass !== null && kind !== 'line' && kind !== 'output' && r.frameAt(tick) === pass.frame;
}

const isStop = (r: Recording, tick: number) => r.kindAt(tick) === 'line' || inPass(r, tick);

/** Names a frame or a pass. */
const levelAt = (r: Recording, tick: number) =>
  inPass(r, tick) ? `pass ${r.passIndexAt(tick)}` : `frame ${r.frameAt(tick)}`;

/** The level a tick is in, then its callers. */
function levels(r: Recording, tick: number): string[] {
  const chain = inPass(r, tick) ? [`pass ${r.passIndexAt(tick)}`] : [];
  for (let f = r.frame(r.frameAt(tick)); f; f = f.parent === null ? undefined : r.frame(f.parent))
    chain.push(`frame ${f.id}`);
  return chain;
}

export const searchesBack = (move: Move): boolean => /back|reverse/i.test(move);

/** A goal that only breakpoints, or the end, can end. */
export const never: Goal = () => false;

/** The goal of a move from `from`. */
export function searchFor(r: Recording, move: Move, from: number): Search {
  const chain = from >= 0 && from < r.ticks ? levels(r, from) : [];
  const within = (names: readonly string[]): Goal => {
    const set = new Set(names);
    return (t) => isStop(r, t) && (set.size === 0 || set.has(levelAt(r, t)));
  };
  const outside = (): Goal => (chain.length > 1 ? within(chain.slice(1)) : never);
  switch (move) {
    case 'next':
      return { direction: 1, goal: within(chain) };
    case 'stepBack':
      return { direction: -1, goal: within(chain) };
    case 'stepIn':
      return { direction: 1, goal: (t) => isStop(r, t) };
    case 'stepBackInto':
      return { direction: -1, goal: (t) => isStop(r, t) };
    case 'stepOut':
      return { direction: 1, goal: outside() };
    case 'stepBackOut':
      return { direction: -1, goal: outside() };
    case 'tickForward':
      return { direction: 1, goal: () => true };
    case 'tickBack':
      return { direction: -1, goal: () => true };
    case 'iterationForward': {
      const iteration = from < 0 ? -1 : r.iterationAt(from);
      return { direction: 1, goal: (t) => r.iterationAt(t) > iteration };
    }
    case 'iterationBack': {
      const iteration = from < 0 ? 0 : r.iterationAt(from);
      const start = r.iteration(iteration).start;
      // Inside an iteration: to its start; at its start: to the one before.
      const target = from > start ? start : iteration > 0 ? r.iteration(iteration - 1).start : 0;
      return { direction: -1, goal: (t) => t <= target };
    }
    case 'continue':
      return { direction: 1, goal: never };
    case 'reverseContinue':
      return { direction: -1, goal: never };
  }
}
