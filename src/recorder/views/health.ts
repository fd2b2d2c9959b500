/** What is wrong with a tensor: the expressions of the watchpoints that are offered by name, at the moments at which those are looked at. */

import {
  dead,
  exploding,
  nonfinite,
  notUpdated,
  saturated,
  saturatedTanh,
  vanishing,
  withoutGradient,
} from '../../protocol/health';
import { t } from '../../protocol/l10n';
import type { HealthChip } from '../../protocol/views';
import { lastAtOrBefore } from '../columns';
import { short } from '../format';
import type { Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { compile, momentsOf } from '../watch/compile';
import { evaluate, Fault, NotThere, numberOf, truth } from '../watch/evaluate';
import { MomentsOf } from '../watch/moments';
import { madeAnew } from '../watch/names';
import { ScopeAt } from '../watch/scope';
import { expressionOf } from '../watch/watchable';
import { opName } from './common';
import { accumulations, gradientAt } from './grads';

/** A question to a tensor: the watchpoint, and what to say where it holds at a tick. */
interface Question {
  kind: HealthChip['kind'];
  label: string;
  expression: string;
  reason(tick: number): string;
  /** Whose line is meant. */
  at?(tick: number): number;
}

const SHAPES: Record<string, (of: string) => string> = { sigmoid: saturated, tanh: saturatedTanh };

export function healthOf(r: Recording, replay: Replay, tensor: number, tick: number): HealthChip[] {
  const known = r.tensor(tensor);
  const made = madeAnew(r, tensor);
  if (!known || (known.producer && !made)) return [];
  if (!made && !r.leaves.has(tensor) && !known.requiresGrad) return [];
  const found: HealthChip[] = [];
  for (const question of questions(r, replay, tensor, tick)) {
    const at = holdsAt(r, replay, question.expression, tick, made?.tick ?? null);
    if (at === null) continue;
    const { kind, label, expression } = question;
    const line = question.at?.(at) ?? at;
    found.push({ kind, label, reason: question.reason(at), expression, tick: at, place: r.placeAt(line) });
  }
  return found;
}

function questions(r: Recording, replay: Replay, tensor: number, tick: number): Question[] {
  const of = expressionOf(r, { tensor });
  const grad = `${of}.grad`;
  const made = madeAnew(r, tensor);
  const number = (expression: string, at: number) => numberAt(r, replay, expression, at) ?? Number.NaN;
  const gradNorm = (at: number) => short(number(`norm(${grad})`, at));
  const bad = (use: TensorUse | null, what: string) => {
    const { nan, inf, count } = use ? statsOf(replay, use) : { nan: 0, inf: 0, count: 0 };
    const kinds = [nan > 0 ? `${nan} NaN` : '', inf > 0 ? t('{0} infinite', inf) : ''].filter(Boolean).join(t(' and '));
    return t('{0} among {1} {2}.', kinds, count, what);
  };
  // Several rounds of a loop have one name: the last of them is the one that a gradient is asked of.
  const last = made ? lastAt(MomentsOf.of(r).place(made).refresh(), tick) === made.tick : true;
  // Where the gradient of a parameter was put, not where backward() ended.
  const arrival = (at: number) =>
    accumulations(r, tensor, r.iterationAt(at))
      .filter((a) => a.tick <= at)
      .at(-1)?.tick ?? at;
  const all: Question[] = [
    {
      kind: 'nonfinite',
      label: t('NaN or Inf'),
      expression: nonfinite(of),
      reason: (at) => bad(r.useAt(tensor, at), 'elements'),
    },
  ];
  if (last)
    all.push(
      {
        kind: 'nonfinite',
        label: t('NaN or Inf in the gradient'),
        expression: nonfinite(grad),
        reason: (at) => bad(gradientAt(r, tensor, at), t('elements of the gradient')),
        at: arrival,
      },
      {
        kind: 'exploding',
        label: t('Gradient explodes'),
        expression: exploding(grad),
        reason: (at) => t('The norm of its gradient is {0}: above 100.', gradNorm(at)),
        at: arrival,
      },
      {
        kind: 'vanishing',
        label: t('Gradient vanishes'),
        expression: vanishing(grad),
        reason: (at) =>
          t(
            "The norm of its gradient is {0}: less than a ten-thousandth of the whole net's, {1}.",
            gradNorm(at),
            short(number('norm(grads)', at)),
          ),
        at: arrival,
      },
    );
  if (made) {
    const name = opName(made).replace(/_$/, '');
    if (name === 'relu')
      all.push({
        kind: 'dead',
        label: t('Dead'),
        expression: dead(of),
        reason: () =>
          t('Every result is 0 for the whole batch: nothing goes on from here, and no gradient comes back.'),
      });
    const shape = SHAPES[name];
    if (shape)
      all.push({
        kind: 'saturated',
        label: t('Saturated'),
        expression: shape(of),
        reason: (at) => {
          const share = number(shape(of).replace(/ > [\d.]+$/, ''), at);
          const ends = name === 'tanh' ? '−1 or 1' : '0 or 1';
          return t(
            '{0} % of the results lie next to {1}, where the slope is nearly 0: little gradient comes through.',
            (share * 100).toFixed(0),
            ends,
          );
        },
      });
    return all;
  }
  if (r.tensor(tensor)?.requiresGrad)
    all.push(
      {
        kind: 'no gradient',
        label: t('No gradient'),
        expression: withoutGradient(grad),
        reason: () =>
          t(
            'backward() has ended and its .grad is None: the loss was not computed from it, or it was detached on the way.',
          ),
        at: (at) => r.passAt(at)?.start ?? at,
      },
      {
        kind: 'not updated',
        label: t('Not updated'),
        expression: notUpdated(of),
        reason: () =>
          t(
            'The last step left every element as it was: a learning rate or a gradient of 0, or a step too small for its dtype.',
          ),
        at: (at) => r.passAt(at)?.start ?? at,
      },
    );
  return all;
}

const lastAt = (ticks: readonly number[], tick: number): number => ticks[lastAtOrBefore(ticks, tick)] ?? -1;

/** The last moment up to a tick at which an expression is looked at, if it holds there. `made`: an activation, which is looked at where it is made, and where its backward pass ends. */
function holdsAt(r: Recording, replay: Replay, text: string, tick: number, made: number | null): number | null {
  const c = compile(text);
  const moments = momentsOf(r, c, {})?.refresh() ?? [];
  const ofValue = made !== null && c.only === null && c.targets.every((t) => t.part === 'value');
  const at = ofValue ? made : lastAt(moments, tick);
  if (at < 0 || at > tick || (made !== null && at < made)) return null;
  const scope = new ScopeAt({ recording: r, replay, tick: at, instance: {} });
  try {
    return truth(evaluate(c.node, scope), scope) ? at : null;
  } catch (error) {
    if (error instanceof NotThere || error instanceof Fault) return null;
    throw error;
  }
}

function numberAt(r: Recording, replay: Replay, text: string, tick: number): number | null {
  const scope = new ScopeAt({ recording: r, replay, tick, instance: {} });
  return numberOf(evaluate(compile(text).node, scope), scope);
}
