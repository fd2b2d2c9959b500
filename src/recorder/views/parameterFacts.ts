/** What training does to a parameter: its size, its gradient's and its last update's. */
import { t } from '../../protocol/l10n';
import type { ParameterFacts } from '../../protocol/views';
import type { Recording } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { keptNames } from './kept';
import { Names } from './names';
import { Parameters } from './parameters';
import { ruleOf } from './rule';
import { stepTaken } from './series';
import { Updates } from './updates';

/** Null where a tensor is no parameter. */
export function factsOf(r: Recording, replay: Replay, tensor: number, tick: number): ParameterFacts | null {
  if (!Parameters.of(r).list(tick).includes(tensor)) return null;
  const updates = Updates.of(r);
  updates.look(tick);
  const last = updates.of(tensor, tick).findLast((event) => event.final.tick <= tick);
  const step = last ? stepTaken(replay, ruleOf(r, tensor, last), []) : null;
  const norm = (id: number | null): number | null => {
    const use = id === null ? null : r.useAt(id, tick);
    return use && statsOf(replay, use).norm;
  };
  return {
    tensor,
    name: Names.of(r).tensor(tensor, tick) ?? t('parameter {0}', tensor),
    states: keptNames(r, tensor, tick),
    updates: updates.count(tensor, tick),
    weight: norm(tensor),
    gradient: norm(r.gradAt(tensor, tick)),
    update: step?.norm ?? null,
  };
}
