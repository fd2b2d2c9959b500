/** Everything the picture needs at a tick: the graph, and each node's numbers. */
import type { GraphNode, NodeMeasure, NodeState, PictureView, Stats } from '../../protocol/views';
import type { OpRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { changeOf } from './changes';
import { bad, rms } from './common';
import { cursorOf } from './cursor';
import { accumulations, backwardsOf, near, writes } from './grads';
import { builtAt } from './graph';
import { type Moment, measured } from './measures';
import { tellUnwell } from './unwell';

/**
 * The picture at a tick. `have` is the structure that the asker knows already: then the graph is left out. `measure` is worked out of each
 * node where it is asked for.
 */
export function pictureOf(
  r: Recording,
  replay: Replay,
  tick: number,
  live: boolean,
  have?: string,
  measure?: NodeMeasure,
): PictureView {
  const iteration = r.iterationAt(Math.max(0, tick));
  const built = builtAt(r, iteration, tick);
  const { structure } = built.view;
  const moment = { r, replay, tick, iteration, built };
  const change = changeOf(r, iteration, built);
  const nodes = built.view.nodes.map((n) => (built.records[n.id] ? opState(moment, n) : leafState(moment, n)));
  tellUnwell(moment, nodes);
  if (measure) for (const node of nodes) node.measured = node.tensor === null ? null : measured(moment, node, measure);
  return {
    cursor: cursorOf(r, tick, live),
    ...(have === structure ? {} : { graph: built.view }),
    structure,
    nodes,
    ...(measure ? { measure } : {}),
    ...(change ? { change } : {}),
  };
}

interface Seen {
  tensor: number | null;
  forward: OpRecord | { tick: number } | null;
  backward: { tick: number } | null;
  update: { tick: number } | null;
  value: TensorUse | null;
  grad: TensorUse | null;
}

function opState(m: Moment, { id }: GraphNode): NodeState {
  const { r, tick, built } = m;
  const record = built.records[id]!;
  const made = built.uses[id];
  const done = record.tick <= tick;
  const backward = near(backwardsOf(r, m.iteration).get(record.index) ?? [], tick);
  return state(m, id, {
    tensor: done && made ? made.tensor : null,
    forward: record,
    backward,
    update: null,
    value: done ? made : null,
    grad: backward && backward.tick <= tick ? (backward.grads.find((g) => g !== null) ?? null) : null,
  });
}

/** A parameter always shows its content of the moment; an input does so once this iteration has it. */
function leafState(m: Moment, { id, kind }: GraphNode): NodeState {
  const { r, tick, built, iteration } = m;
  const use = built.uses[id];
  if (!use) return state(m, id, { tensor: null, forward: null, backward: null, update: null, value: null, grad: null });
  const used = built.used[id];
  const forward = used < 0 ? null : { tick: used };
  const value = r.useAt(use.tensor, tick);
  const there = { tensor: value ? use.tensor : null, forward, value };
  if (kind !== 'parameter') return state(m, id, { ...there, backward: null, update: null, grad: null });
  const grad = r.gradAt(use.tensor, tick);
  const begun = r.iteration(iteration).backward;
  const written = begun < 0 ? [] : writes(r, use.tensor, begun, r.endOf(iteration));
  return state(m, id, {
    ...there,
    backward: near(accumulations(r, use.tensor, iteration), tick),
    // An optimizer may write more than once (decay, then the step): the node is done with the last.
    update: written[written.length - 1] ?? null,
    grad: grad === null ? null : r.useAt(grad, tick),
  });
}

function state({ replay, tick }: Moment, id: number, seen: Seen): NodeState {
  const value: Stats | null = seen.value && statsOf(replay, seen.value);
  const grad: Stats | null = seen.grad && statsOf(replay, seen.grad);
  const at = (x: { tick: number } | null) => x?.tick ?? null;
  const done = (x: { tick: number } | null) => x !== null && x.tick <= tick;
  return {
    id,
    tensor: seen.tensor,
    forwardTick: at(seen.forward),
    backwardTick: at(seen.backward),
    updateTick: at(seen.update),
    forward: done(seen.forward),
    backward: done(seen.backward),
    updated: done(seen.update),
    value: value && rms(value),
    grad: grad && rms(grad),
    valueNorm: value ? value.norm : null,
    gradNorm: grad ? grad.norm : null,
    bad: (value !== null && bad(value)) || (grad !== null && bad(grad)),
  };
}
