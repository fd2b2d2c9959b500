/** What two runs are compared by: the order of lines and ops of an iteration with hashes of what they gave, and the numbers themselves. */
import { t } from '../../protocol/l10n';
import type { NumbersView, OutlineView, StepView } from '../../protocol/views';
import { hashOf } from '../branch';
import type { Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { Names } from './names';
import { Parameters } from './parameters';

/** Iterations in one answer. */
const MOST = 50;
/** Elements of a tensor in one answer: beyond, only a part would be compared. */
const MOST_ELEMENTS = 1 << 26;

/** Lines and ops of iterations [from, from + count). */
export function outlineOf(r: Recording, replay: Replay, from: number, count: number): OutlineView {
  const iterations: StepView[][] = [];
  const texts = new Map<number, { line: string; text: string }>();
  const lineOf = (site: number) => {
    let known = texts.get(site);
    if (!known) {
      const place = r.sites[site];
      const text = place ? (r.sources.get(place.path)?.split('\n')[place.line - 1]?.trim() ?? '') : '';
      const line = place ? `${place.path.slice(place.path.search(/[^/\\]*$/))}:${place.line}` : '';
      texts.set(site, (known = { line, text }));
    }
    return known;
  };
  for (let i = from; i < Math.min(r.iterationCount, from + Math.min(count, MOST)); i++) {
    const steps: StepView[] = [];
    for (let tick = r.iteration(i).start; tick < r.endOf(i); tick++) {
      const kind = r.kindAt(tick);
      if (kind === 'output') continue;
      const record = r.recordAt(tick);
      const site = lineOf(record && record.site >= 0 ? record.site : r.siteAt(tick));
      const hash = record ? record.outs.map((use) => use && hashOf(replay, use)).join(' ') : '';
      steps.push({ tick, op: record?.name ?? null, ...site, hash });
    }
    iterations.push(steps);
  }
  return { iterations };
}

function numbers(replay: Replay, name: string, use: TensorUse): NumbersView {
  const known = replay.tensor(use);
  if (known.count > MOST_ELEMENTS) throw new Error(t('{0} is too large to be compared.', name));
  const data = Float64Array.from(known.values() as ArrayLike<number | bigint>, Number);
  return { name, dtype: known.dtype, shape: [...known.shape], data };
}

/** What an op gave. */
export function resultsOf(r: Recording, replay: Replay, tick: number): NumbersView[] {
  const names = Names.of(r);
  const record = r.recordAt(tick);
  return (record?.outs ?? []).flatMap((use) =>
    use ? [numbers(replay, names.tensor(use.tensor, tick, 'inner') ?? t('the result of {0}', record!.name), use)] : [],
  );
}

/** Parameters at the end of an iteration. */
export function weightsOf(r: Recording, replay: Replay, iteration: number): NumbersView[] {
  const tick = r.endOf(iteration) - 1;
  const names = Names.of(r);
  return Parameters.of(r)
    .list(tick)
    .flatMap((id) => {
      const use = r.useAt(id, tick);
      return use ? [numbers(replay, names.tensor(id, tick) ?? 'parameter', use)] : [];
    });
}
