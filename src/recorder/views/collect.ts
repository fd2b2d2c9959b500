/** Which ops of an iteration belong into its picture, and what flows into them. */
import type { OpRecord, PassRecord, Recording, TensorUse } from '../recording';
import { argUses } from '../replay';
import { sourceOf } from './common';

/** Ops that only show or convert what another tensor holds: without a gradient they are noise between an input and its use. */
const PLAIN = new Set([
  ...['to_dtype', 'to', 'long', 'float', 'double', 'detach', 'alias', 'clone', 'contiguous', 'view', 'reshape'],
  ...['flatten', 'unsqueeze', 'squeeze', 'expand', 'permute', 'transpose', 't'],
]);

/** The ops in their order, and the backward pass they belong to. */
export interface Collected {
  records: OpRecord[];
  /** The op whose result backward() was called on. */
  root: OpRecord | null;
  pass: PassRecord | null;
}

/** Backward passes that an iteration made, in order. */
export function backwardPasses(r: Recording, iteration: number): PassRecord[] {
  const from = r.iteration(iteration).backward;
  if (from < 0) return [];
  const end = r.endOf(iteration);
  const found: PassRecord[] = [];
  for (let i = firstPass(r, from); i < r.passCount; i++) {
    const pass = r.pass(i);
    if (pass.start >= end) break;
    if (pass.kind === 'backward') found.push(pass);
  }
  return found;
}

/** The backward pass that a tick of an iteration leads to: the one at it or the next, else the last; null before any. */
export function passFor(r: Recording, iteration: number, tick: number): PassRecord | null {
  const passes = backwardPasses(r, iteration);
  return passes.find((p) => p.end > tick) ?? passes[passes.length - 1] ?? null;
}

/** Index of the first pass that begins at or after a tick. */
function firstPass(r: Recording, tick: number): number {
  let low = 0;
  let high = r.passCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (r.pass(middle).start < tick) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Records of a stretch of ticks, in order. */
export function* recordsIn(r: Recording, from: number, to: number): Generator<OpRecord> {
  for (let t = Math.max(0, from); t < to; t++) {
    const record = r.recordAt(t);
    if (record) yield record;
  }
}

/** Does this op belong to the network? One that a gradient flows through does, and so does any inside of a module. */
const ofNetwork = (record: OpRecord): boolean =>
  record.op !== null &&
  record.kind !== 'backward' &&
  (record.gradFn !== null || (record.module >= 0 && !PLAIN.has(record.name)));

/**
 * The forward pass that leads to a backward pass: what its root depends on. Of an iteration with several backward passes (gradient
 * accumulation), that of the pass at `tick` or the next one. Before backward() was called: what ran so far.
 */
export function collect(r: Recording, iteration: number, tick: number): Collected {
  const pass = passFor(r, iteration, tick);
  const use = pass && pass.root >= 0 ? r.useAt(pass.root, pass.start) : null;
  const root = use && sourceOf(r, use, Number.POSITIVE_INFINITY);
  if (root) return { records: leadingTo(r, root, iteration), root, pass };
  return { records: soFar(r, iteration), root: null, pass: null };
}

function leadingTo(r: Recording, root: OpRecord, iteration: number): OpRecord[] {
  // A root from an earlier iteration: backward() was called on an older graph.
  const own = Math.min(iteration, r.iterationAt(root.tick));
  const start = r.iteration(own).start;
  // Another network's output that was made while the iteration before ran (a GAN's generator) is part of the picture too.
  const reach = r.iteration(Math.max(0, own - 1)).start;
  const found = new Map<number, OpRecord>([[root.index, root]]);
  const hidden = new Set<number>();
  const stack = [root];
  while (stack.length) {
    const record = stack.pop()!;
    for (const use of argUses(record.args)) {
      // A mask that is only turned or widened on its way was made where its op is.
      const source = sourceOf(r, behind(r, use, record.index), record.index);
      if (!source || found.has(source.index)) continue;
      const inside = source.tick >= start && insideFunction(r, use, source, hidden.has(record.index));
      if (!inside && !ofNetwork(source)) continue;
      if (source.tick < start && (source.gradFn === null || source.tick < reach)) continue;
      if (inside) hidden.add(source.index);
      found.set(source.index, source);
      stack.push(source);
    }
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
}

/**
 * Was this computed inside of a Function of the script's own? autograd does not see the ops there, but their result has a gradient
 * function. `below`: it is used by such an op.
 */
function insideFunction(r: Recording, use: TensorUse, source: OpRecord, below: boolean): boolean {
  if (source.gradFn !== null || source.op === null) return false;
  const known = r.tensor(use.tensor);
  return below ? known?.requiresGrad !== true : known !== undefined && known.gradFn !== null;
}

function soFar(r: Recording, iteration: number): OpRecord[] {
  const all = [...recordsIn(r, r.iteration(iteration).start, r.endOf(iteration))].filter(
    (record) => record.kind !== 'backward' && record.op !== null && r.passIndexAt(record.tick) < 0,
  );
  const linked = all.filter((record) => record.gradFn !== null);
  if (linked.length > 0) return all.filter((record) => record.gradFn !== null || ofNetwork(record));
  const inside = all.filter(ofNetwork);
  if (inside.length > 0) return inside;
  // A program without any gradient: every op is shown, but no writes that only fill memory.
  return all.filter((record) => record.kind === 'forward');
}

/** The tensor behind casts and views that no gradient flows through: `y` for `y.long()`. A parameter is no other's, though it was copied. */
export function behind(r: Recording, use: TensorUse, before: number): TensorUse {
  let at = use;
  let index = before;
  for (let hops = 0; hops < 16; hops++) {
    const source = sourceOf(r, at, index);
    if (!source || source.gradFn !== null || !PLAIN.has(source.name)) return at;
    if (r.tensor(at.tensor)?.requiresGrad === true) return at;
    const first = source.args[0];
    if (!first || !('use' in first) || first.use.wrapped) return at;
    at = first.use;
    index = source.index;
  }
  return at;
}
