/** Is this the same place as in another run? What was met at a tick, told by hashes; and how far a branch has caught up. */

import { createHash } from 'node:crypto';
import type { BranchPoint, Edit, Mark } from '../protocol/branch';
import { t } from '../protocol/l10n';
import type { Recording, TensorUse } from './recording';
import { argUses, type Replay } from './replay';
import { Names } from './views/names';
import { Parameters } from './views/parameters';
import { MomentsOf } from './watch/moments';

const hash = (...parts: (string | Uint8Array)[]): string => {
  const h = createHash('sha256');
  for (const p of parts) h.update(p);
  return h.digest('hex').slice(0, 16);
};

const bytesOf = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

/** Bits, shape and dtype of a tensor's elements, and nothing of where they lie. */
export function hashOf(replay: Replay, use: TensorUse): string {
  const t = replay.tensor(use);
  const values = t.values();
  return hash(`${t.dtype}[${use.shape}]`, bytesOf(values));
}

/** Everything of a run's state that tensors hold, by name: [name, where it is]. */
export function stateAt(r: Recording, tick: number): [string, TensorUse][] {
  const state: [string, TensorUse][] = [];
  const put = (name: string, id: number | null | undefined) => {
    const use = id === null || id === undefined ? null : r.useAt(id, tick);
    if (use) state.push([name, use]);
  };
  const names = Names.of(r);
  for (const id of Parameters.of(r).list(tick)) {
    const name = names.tensor(id, tick) ?? 'parameter';
    put(name, id);
    put(`${name}.grad`, r.gradAt(id, tick));
    for (const [part, state] of r.statesAt(id, tick)) if ('tensor' in state) put(`${name}'s ${part}`, state.tensor);
  }
  for (const m of r.modules.values())
    for (const [name, id] of m.buffers) put([names.modulePath(m.id), name].filter(Boolean).join('.'), id);
  return state;
}

/** What a run met at a tick. `iteration`: that of the tick, which a running script may know only later. */
export function markAt(r: Recording, replay: Replay, tick: number, iteration = r.iterationAt(tick)): Mark {
  const record = r.recordAt(tick);
  const values = stateAt(r, tick).map(([name, use]): [string, string] => [name, hashOf(replay, use)]);
  if (record) {
    for (const [i, use] of argUses(record.args).entries())
      if (!use.wrapped) values.push([`input ${i + 1} of ${record.name}`, hashOf(replay, use)]);
    for (const [i, use] of record.outs.entries())
      if (use) values.push([`result ${i + 1} of ${record.name}`, hashOf(replay, use)]);
  }
  const losses: number[] = [];
  for (let i = 0; i < Math.min(iteration, r.iterationCount); i++) losses.push(r.iteration(i).loss ?? Number.NaN);
  return {
    tick,
    kind: r.kindAt(tick),
    place: r.placeAt(tick),
    op: record?.name ?? null,
    iteration,
    losses: hash(bytesOf(Float64Array.from(losses))),
    values,
  };
}

const placeText = (m: Mark): string => (m.place ? `${m.place.path}:${m.place.line}` : t('no line'));

/** What is not as it was expected, in words; empty where it is the same place. */
export function differences(expected: Mark, found: Mark): string[] {
  const said: string[] = [];
  if (placeText(expected) !== placeText(found))
    said.push(t('it is at {0}, not at {1}', placeText(found), placeText(expected)));
  else if (expected.op !== found.op)
    said.push(t('the op is {0}, not {1}', found.op ?? t('none'), expected.op ?? t('none')));
  if (expected.losses !== found.losses) said.push(t('the losses up to here are others'));
  const known = new Map(found.values);
  const others = expected.values.filter(([name, h]) => known.has(name) && known.get(name) !== h).map(([name]) => name);
  if (others.length > 0) {
    const more = others.length > 3 ? t(' and {0} more', others.length - 3) : '';
    said.push(t('other values in {0}{1}', others.slice(0, 3).join(', '), more));
  }
  return said;
}

/** Where a branch is to leave a run. Throws with words for the user where it cannot. */
export function branchPointAt(r: Recording, replay: Replay, tick: number): BranchPoint {
  if (tick < 0 || tick >= r.ticks) throw new Error(t('Nothing was recorded there yet.'));
  if (!r.origin.entropy)
    throw new Error(t('This recording was made by an older Backstep, which did not keep what a branch needs.'));
  const edits = r.origin.edits.filter((e) => e.after < tick);
  return { script: r.script, sources: [...r.sources], origin: { ...r.origin, edits }, mark: markAt(r, replay, tick) };
}

/** First tick of a line's own, where a run with another text of it leaves this one; null where it never ran. */
export function firstTickOf(r: Recording, path: string, line: number): number | null {
  return MomentsOf.of(r).line(path, line).ticks[0] ?? null;
}

/** An edit that was done now belongs to what makes this run the same again; `sought`: a branch's own, made where it arrived. */
export function keepEdit(r: Recording, edit: Edit, frame: number, sought = false): void {
  r.origin.edits.push({ ...edit, after: r.ticks - 1, frame, ...(sought ? { sought } : {}) });
}
