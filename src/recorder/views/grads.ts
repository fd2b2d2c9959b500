/** Gradients at a tick: what arrived at an op in the backward pass, and what `.grad` holds. */
import type { OpRecord, Recording, TensorUse } from '../recording';
import { backwardPasses, recordsIn } from './collect';

/** Gradients of an iteration's ops: forward record -> its gradient's records, in order. */
const caches = new WeakMap<Recording, Map<string, Map<number, OpRecord[]>>>();
const KEPT = 64;

export function backwardsOf(r: Recording, iteration: number): Map<number, OpRecord[]> {
  let cache = caches.get(r);
  if (!cache) caches.set(r, (cache = new Map()));
  const passes = backwardPasses(r, iteration);
  const last = passes[passes.length - 1];
  const key = `${iteration}/${passes.length}/${last ? Math.min(last.end, r.ticks) : 0}`;
  let found = cache.get(key);
  if (found) return found;
  found = new Map();
  for (const pass of passes)
    for (const record of recordsIn(r, pass.start, Math.min(pass.end, r.ticks))) {
      if (record.kind !== 'backward' || record.forwardIndex < 0) continue;
      const list = found.get(record.forwardIndex);
      if (list) list.push(record);
      else found.set(record.forwardIndex, [record]);
    }
  cache.set(key, found);
  if (cache.size > KEPT) cache.delete(cache.keys().next().value!);
  return found;
}

/** The last of the ascending ticks at or before the cursor; else the first to come; null if there is none. */
export function near<T extends { tick: number }>(items: readonly T[], tick: number): T | null {
  for (let i = items.length - 1; i >= 0; i--) if (items[i].tick <= tick) return items[i];
  return items[0] ?? null;
}

/** The gradient that arrived at a tensor's op at or before the tick, in the tick's iteration. */
export function arrived(r: Recording, tensor: number, tick: number): TensorUse | null {
  const made = r.tensor(tensor)?.producer;
  const wrote = r.useAt(tensor, tick)?.value.producer;
  const backwards = backwardsOf(r, r.iterationAt(tick));
  for (const forward of [wrote, made]) {
    if (!forward) continue;
    const nr = forward.outs.findIndex((o) => o?.tensor === tensor);
    const seen = (backwards.get(forward.index) ?? []).filter((b) => b.tick <= tick);
    const grad = seen[seen.length - 1]?.grads[nr] ?? null;
    if (grad) return grad;
  }
  return null;
}

/** A tensor's gradient at a tick: its `.grad` if it has one, else what arrived at its op in this iteration's backward pass. */
export function gradientAt(r: Recording, tensor: number, tick: number): TensorUse | null {
  const own = r.gradAt(tensor, tick);
  return (own !== null ? r.useAt(own, tick) : null) ?? arrived(r, tensor, tick);
}

/** Ticks of an iteration at which something was added to a leaf's `.grad`. */
export function accumulations(r: Recording, tensor: number, iteration: number): OpRecord[] {
  const start = r.iteration(iteration).start;
  const end = r.endOf(iteration);
  const found: OpRecord[] = [];
  const grads = new Set<number>();
  const before = start > 0 ? r.gradAt(tensor, start - 1) : null;
  if (before !== null) grads.add(before);
  for (const { tick, value: grad } of r.gradsIn(tensor, start, end)) {
    if (grad === null) continue;
    const record = r.recordAt(tick);
    if (record?.name === 'accumulate gradient') found.push(record);
    grads.add(grad);
  }
  for (const grad of grads)
    for (const record of writes(r, grad, start, end))
      if (record.kind === 'update' && record.op && r.passAt(record.tick)?.kind === 'backward') found.push(record);
  return found.sort((a, b) => a.tick - b.tick);
}

/** Records that wrote a tensor's memory, or gave it other memory, within [from, to). */
export function writes(r: Recording, tensor: number, from: number, to: number): OpRecord[] {
  const found = new Map<number, OpRecord>();
  const add = (changes: readonly { tick: number }[]) => {
    for (const { tick } of changes) {
      const record = r.recordAt(tick);
      if (record?.kind === 'update' && record.tick >= from) found.set(record.index, record);
    }
  };
  const places = r.placesIn(tensor, from, to);
  add(places);
  const before = r.whereabouts(tensor, Math.max(0, from - 1));
  for (const storage of new Set([...(before ? [before.storage] : []), ...places.map((p) => p.value.storage)]))
    add(r.contentsIn(storage, from, to));
  return [...found.values()].sort((a, b) => a.tick - b.tick);
}

/** A leaf's gradient as the backward pass of an iteration left it, before a tick: what clipping and decay start from. */
export function arrivalOf(
  r: Recording,
  tensor: number,
  iteration: number,
  before: number,
): { use: TensorUse; tick: number } | null {
  const seen = accumulations(r, tensor, iteration).filter((record) => record.tick < before);
  const last = seen[seen.length - 1];
  const grad = last && r.gradAt(tensor, last.tick);
  const use = grad !== null && grad !== undefined ? r.useAt(grad, last.tick) : null;
  return use && { use, tick: last.tick };
}
