/** A value over the iterations, computed again where nobody looked at the time. */
import type { HistoryView, Measure } from '../../protocol/origins';
import type { TensorRef } from '../../protocol/views';
import { lastAtOrBefore } from '../columns';
import type { Recording } from '../recording';
import type { Replay } from '../replay';
import { wire } from '../views/common';
import { nameOf } from '../views/parts';
import { compile, momentsOf } from '../watch/compile';
import { evaluate, Fault, NotThere, numberOf } from '../watch/evaluate';
import { type Node, SyntaxFault } from '../watch/parse';
import { ScopeAt } from '../watch/scope';
import { expressionOf } from '../watch/watchable';

export interface HistoryQuestion {
  ref?: TensorRef;
  expression?: string;
  /** Of a tensor with more than one element; its norm if left out. */
  measure?: Measure;
  element?: number[];
}

/** More points than a chart can show are not computed. */
const POINTS = 500;

/** The last tick of each iteration at which something can have changed, thinned to what can be shown. */
function ticksOf(r: Recording, ticks: readonly number[], most: number): number[] {
  const last = new Map<number, number>();
  for (const tick of ticks) last.set(r.iterationAt(tick), tick);
  const all = [...last.values()];
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}

/** `looked` hears how many points there are before each; what it throws ends the work. `most`: points at most. */
export function historyOf(
  r: Recording,
  replay: Replay,
  tick: number,
  question: HistoryQuestion,
  looked: (done: number, of: number) => void = () => {},
  most = POINTS,
): HistoryView {
  const { ref, measure = 'norm', element } = question;
  const of = (name: string, ticks: readonly number[], value: (tick: number) => number | null): HistoryView => {
    const chosen = ticksOf(r, ticks, most);
    const points = chosen.map((t, i) => {
      looked(i, chosen.length);
      const v = value(t);
      return { iteration: r.iterationAt(t), tick: t, value: v === null ? null : wire(v) };
    });
    const missing = points.length === 0 ? 'There is no value of this in any iteration yet.' : null;
    return { name, points, at: lastAtOrBefore(chosen, tick), missing };
  };
  const expression = question.expression ?? (ref && expressionOf(r, ref));
  if (!expression) throw new Error('History of what?');
  const c = compile(expression);
  if (c.domain !== 'one') throw new SyntaxFault(`Name one tensor: '${c.word}' is many.`);
  const moments = momentsOf(r, c, {});
  const node = (value: Node): Node => {
    if (!element) return value;
    return { kind: 'item', of: value, index: element.map((i): Node => ({ kind: 'value', value: i })) };
  };
  let measured = false;
  const value = (t: number): number | null => {
    const scope = new ScopeAt({ recording: r, replay, tick: t, instance: { moments: moments ?? undefined } });
    try {
      const found = numberOf(evaluate(node(c.node), scope), scope);
      if (found !== null) return found;
      measured = true;
      return numberOf(evaluate({ kind: 'call', name: measure, args: [node(c.node)] }, scope), scope);
    } catch (error) {
      if (error instanceof NotThere || error instanceof Fault) return null;
      throw error;
    }
  };
  const shown = ref ? nameOf(r, ref.tensor, ref.part ?? 'value', tick) : expression;
  const view = of(ref ? textFor(shown, measure, element) : shown, moments?.refresh() ?? [], value);
  return !ref && measured ? { ...view, name: textFor(shown, measure, element) } : view;
}

const textFor = (name: string, measure: Measure, element: number[] | undefined): string =>
  element ? `${name}[${element.join(', ')}]` : `${measure}(${name})`;
