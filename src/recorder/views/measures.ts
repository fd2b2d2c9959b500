/** Numbers of a node that are worked out only when they are asked for. */
import { isComplex } from '../../engine/dtype';
import type { NodeMeasure, NodeState, TimeSpent } from '../../protocol/views';
import { dtypeOf, type OpRecord, type Recording, type TensorUse } from '../recording';
import type { Replay } from '../replay';
import { builtBefore, pairsOf } from './changes';
import { recordsIn } from './collect';
import { opName, valuesOf } from './common';
import { backwardsOf, writes } from './grads';
import { type Built, builtAt } from './graph';

export interface Moment {
  r: Recording;
  replay: Replay;
  tick: number;
  iteration: number;
  built: Built;
}

/** One node's number at the moment, or null where it has none. */
export function measured(m: Moment, { id }: NodeState, measure: NodeMeasure): number | null {
  const parameter = m.built.view.nodes[id].kind === 'parameter';
  if (measure === 'dead') return deadShare(m, id);
  if (measure === 'time') return timeOf(m, id);
  if (parameter) return updateRatio(m, id);
  return measure === 'change' ? changed(m, id) : null;
}

/** ‖now − before‖ / ‖before‖ over all elements; null where that says nothing. */
function distance({ replay }: Moment, now: TensorUse | null, before: TensorUse | null): number | null {
  if (!now || !before || now.shape.join() !== before.shape.join() || isComplex(dtypeOf(now))) return null;
  const a = valuesOf(replay, now);
  const b = valuesOf(replay, before);
  let moved = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    const old = Number(b[i]);
    moved += (Number(a[i]) - old) ** 2;
    size += old ** 2;
  }
  const ratio = Math.sqrt(moved) / Math.sqrt(size);
  return Number.isFinite(ratio) ? ratio : null;
}

/** A parameter before and after its latest update at or before the moment: this iteration's, as far as it has come, or the one before's. */
export function lastUpdate(
  r: Recording,
  at: { tick: number; iteration: number },
  tensor: number,
): { before: TensorUse; now: TensorUse } | null {
  for (const iteration of [at.iteration, at.iteration - 1]) {
    const begun = iteration < 0 ? -1 : r.iteration(iteration).backward;
    if (begun < 0) continue;
    const written = writes(r, tensor, begun, r.endOf(iteration)).filter((record) => record.tick <= at.tick);
    const last = written[written.length - 1];
    const now = last && r.useAt(tensor, last.tick);
    const before = last && r.useAt(tensor, written[0].tick - 1);
    if (now && before) return { before, now };
  }
  return null;
}

/** Norm of the latest update over the norm of the weight before it. */
function updateRatio(m: Moment, id: number): number | null {
  const tensor = m.built.uses[id]?.tensor;
  const update = tensor === undefined ? null : lastUpdate(m.r, m, tensor);
  return update && distance(m, update.now, update.before);
}

/** Of what an op gave (or an input held), against the same node in the iteration before. */
function changed(m: Moment, id: number): number | null {
  const before = builtBefore(m.r, m.iteration);
  const old = before && pairsOf(m.built.view, before.view).get(id);
  return old === null || old === undefined ? null : distance(m, m.built.uses[id], before!.uses[old]);
}

/** A unit passes on less than this share of the steepest slope: it is flat. */
const FLAT = 0.05;

/** Does an activation pass no signal where it gave this? By the op's name. */
const STILL: Record<string, (y: number) => boolean> = {
  relu: (y) => y === 0,
  relu6: (y) => y === 0 || y === 6,
  hardtanh: (y) => y === -1 || y === 1,
  hardsigmoid: (y) => y === 0 || y === 1,
  sigmoid: (y) => 4 * y * (1 - y) < FLAT,
  tanh: (y) => 1 - y * y < FLAT,
};

/** Share of an activation's units (channels of images, else elements of the last dimension) that are still for every sample. */
function deadShare({ replay, built }: Moment, id: number): number | null {
  const record = built.records[id];
  const use = built.uses[id];
  const still = record && STILL[opName(record).replace(/_$/, '')];
  if (!still || !use || use.shape.includes(0)) return null;
  const { shape } = use;
  // (N, C, H, W) has its units in the second dimension, (N, …, C) in the last.
  const axis = shape.length >= 4 ? 1 : shape.length - 1;
  const units = shape.length === 0 ? 1 : shape[axis];
  const stride = shape.slice(axis + 1).reduce((a, n) => a * n, 1);
  const alive = new Uint8Array(units);
  const values = valuesOf(replay, use);
  for (let i = 0; i < values.length; i++) if (!still(Number(values[i]))) alive[Math.floor(i / stride) % units] = 1;
  return 1 - alive.reduce((sum, one) => sum + one, 0) / units;
}

/** Milliseconds of the engine for a node in this iteration, up to the moment; null where nothing was measured. */
function timeOf(m: Moment, id: number): number | null {
  const { r, built, tick, iteration } = m;
  const own = built.records[id];
  const records = own ? [own, ...(backwardsOf(r, iteration).get(own.index) ?? [])] : updateOf(m, id);
  const times = records.filter((x) => x.tick <= tick).map((x) => r.times.at(x.index));
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : known.reduce((sum, time) => sum + time, 0);
}

/** What was spent on a tensor's node, and in its module; null where nothing was measured. */
export function timeSpent(r: Recording, replay: Replay, tensor: number, tick: number): TimeSpent | null {
  const iteration = r.iterationAt(tick);
  const m: Moment = { r, replay, tick, iteration, built: builtAt(r, iteration, tick) };
  const { uses, view } = m.built;
  const id = uses.findIndex((use) => use?.tensor === tensor);
  const own = id < 0 ? null : timeOf(m, id);
  if (own === null) return null;
  const path = view.nodes[id].module;
  if (path === '') return { own, module: null };
  const inside = view.nodes.filter(({ module }) => module === path || module.startsWith(`${path}.`));
  return { own, module: { path, all: inside.reduce((sum, node) => sum + (timeOf(m, node.id) ?? 0), 0) } };
}

/** What an optimizer did for a parameter in this iteration, up to the moment: all ops since the parameter before was written. */
function updateOf(m: Moment, id: number): OpRecord[] {
  const tensor = m.built.uses[id]?.tensor;
  return (tensor === undefined ? undefined : updatesOf(m).get(tensor)) ?? [];
}

const updates = new WeakMap<Recording, { key: string; found: Map<number, OpRecord[]> }>();

/** Ops after an iteration's backward passes, by the parameter that they led to. */
function updatesOf({ r, built, iteration, tick }: Moment): Map<number, OpRecord[]> {
  const key = `${iteration}/${tick}`;
  const known = updates.get(r);
  if (known?.key === key) return known.found;
  const found = new Map<number, OpRecord[]>();
  const begun = r.iteration(iteration).backward;
  const to = Math.min(tick + 1, r.endOf(iteration));
  if (begun >= 0) {
    const written = new Map<number, number>();
    for (const { id, kind } of built.view.nodes) {
      const tensor = kind === 'parameter' ? built.uses[id]?.tensor : undefined;
      if (tensor !== undefined) for (const { tick: at } of writes(r, tensor, begun, to)) written.set(at, tensor);
    }
    let since: OpRecord[] = [];
    for (const record of recordsIn(r, begun, to)) {
      if (r.passAt(record.tick)?.kind === 'backward') continue;
      since.push(record);
      const tensor = written.get(record.tick);
      if (tensor === undefined) continue;
      found.set(tensor, [...(found.get(tensor) ?? []), ...since]);
      since = [];
    }
  }
  updates.set(r, { key, found });
  return found;
}
