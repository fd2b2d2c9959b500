/** A value over the iterations, computed again where nobody looked at the time. */
import { t } from '../../protocol/l10n';
import type { HistoryView, Measure } from '../../protocol/origins';
import type { TensorRef } from '../../protocol/views';
import { lastAtOrBefore } from '../columns';
import type { Recording } from '../recording';
import type { Replay } from '../replay';
import { wire } from '../views/common';
import { nameOf } from '../views/parts';
import { type Compiled, compile, momentsOf } from '../watch/compile';
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

/** An expression's number at any tick. */
export class Measured {
  /** It had more elements than one somewhere: it is the measure of them. */
  many = false;
  private readonly moments;

  /** Throws a SyntaxFault for an expression over more than one thing. */
  constructor(
    private readonly r: Recording,
    private readonly replay: Replay,
    private readonly compiled: Compiled,
    private readonly measure: Measure = 'norm',
  ) {
    if (compiled.domain !== 'one') throw new SyntaxFault(t("Name one tensor: '{0}' is many.", compiled.word ?? ''));
    this.moments = momentsOf(r, compiled, {});
  }

  /** Ticks at which it can have changed, ascending. */
  ticks(): readonly number[] {
    return this.moments?.refresh() ?? [];
  }

  /** Null where it is not there, or cannot be computed. */
  at(tick: number): number | null {
    const { r, replay, compiled, measure } = this;
    const scope = new ScopeAt({ recording: r, replay, tick, instance: { moments: this.moments ?? undefined } });
    try {
      const found = numberOf(evaluate(compiled.node, scope), scope);
      if (found !== null) return found;
      this.many = true;
      return numberOf(evaluate({ kind: 'call', name: measure, args: [compiled.node] }, scope), scope);
    } catch (error) {
      if (error instanceof NotThere || error instanceof Fault) return null;
      throw error;
    }
  }
}

/** The same expression, of one element. */
function pick(c: Compiled, element: readonly number[]): Compiled {
  const index = element.map((i): Node => ({ kind: 'value', value: i }));
  return { ...c, node: { kind: 'item', of: c.node, index } };
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
  const expression = question.expression ?? (ref && expressionOf(r, ref));
  if (!expression) throw new Error(t('History of what?'));
  const c = compile(expression);
  const measured = new Measured(r, replay, element ? pick(c, element) : c, measure);
  const shown = ref ? nameOf(r, ref.tensor, ref.part ?? 'value', tick) : expression;
  const chosen = ticksOf(r, measured.ticks(), most);
  const points = chosen.map((t, i) => {
    looked(i, chosen.length);
    const v = measured.at(t);
    return { iteration: r.iterationAt(t), tick: t, value: v === null ? null : wire(v) };
  });
  const name = ref || measured.many ? textFor(shown, measure, element) : shown;
  const missing = points.length === 0 ? t('There is no value of this in any iteration yet.') : null;
  return { name, points, at: lastAtOrBefore(chosen, tick), missing };
}

const textFor = (name: string, measure: Measure, element: number[] | undefined): string =>
  element ? `${name}[${element.join(', ')}]` : `${measure}(${name})`;
