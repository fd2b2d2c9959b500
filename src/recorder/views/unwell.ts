/**
 * What is wrong with the nodes of a picture, out of the numbers that it has anyway: the inspector's health (health.ts) with the same bounds, as
 * things stand at the cursor, cheap enough for every node at every step.
 */
import { EXPLODES, SATURATES, VANISHES } from '../../protocol/health';
import type { HealthChip, NodeState } from '../../protocol/views';
import type { Value } from '../recording';
import { backwardPasses } from './collect';
import { opName, valuesOf } from './common';
import { lastUpdate, type Moment } from './measures';

type Kind = HealthChip['kind'];

/** Gives each node what is wrong with it. */
export function tellUnwell(m: Moment, nodes: readonly NodeState[]): void {
  const { r, tick, iteration, built } = m;
  const kindOf = (id: number) => built.view.nodes[id].kind;
  const passes = backwardPasses(r, iteration).filter((pass) => pass.start <= tick);
  const ended = passes.length > 0 && passes.every((pass) => pass.end <= tick + 1);
  // norm(grads): of the whole net, as far as it is in the picture.
  const whole = Math.sqrt(
    nodes.reduce((sum, { id, gradNorm }) => sum + (kindOf(id) === 'parameter' ? (gradNorm ?? 0) ** 2 : 0), 0),
  );
  for (const node of nodes) {
    const found: Kind[] = [];
    const { id, tensor, gradNorm } = node;
    if (tensor === null) continue;
    if (node.bad) found.push('nonfinite');
    if (gradNorm !== null && gradNorm > Number(EXPLODES)) found.push('exploding');
    if (gradNorm !== null && ended && gradNorm < Number(VANISHES) * whole) found.push('vanishing');
    if (kindOf(id) === 'parameter') {
      const trained = r.tensor(tensor)?.requiresGrad === true;
      if (trained && ended && node.backwardTick === null && node.grad === null) found.push('no gradient');
      if (trained && node.updated && still(m, tensor, node.updateTick!)) found.push('not updated');
    } else if (node.forward && built.records[id]) {
      const name = opName(built.records[id]).replace(/_$/, '');
      if (name === 'relu' && node.valueNorm === 0 && !node.bad) found.push('dead');
      if (flatShare(m, id, name) > Number(SATURATES)) found.push('saturated');
    }
    if (found.length > 0) node.health = found;
  }
}

const shares = new WeakMap<Value, number>();

/** Share of a sigmoid's or tanh's results that lie next to its ends. */
function flatShare({ replay, built }: Moment, id: number, name: string): number {
  if (name !== 'sigmoid' && name !== 'tanh') return 0;
  const use = built.uses[id];
  if (!use) return 0;
  const known = shares.get(use.value);
  if (known !== undefined) return known;
  const values = valuesOf(replay, use);
  let flat = 0;
  for (let i = 0; i < values.length; i++) {
    const v = Number(values[i]);
    if (name === 'tanh' ? Math.abs(v) > 0.98 : Math.abs(v - 0.5) > 0.49) flat++;
  }
  const share = values.length === 0 ? 0 : flat / values.length;
  shares.set(use.value, share);
  return share;
}

const unmoved = new WeakMap<Value, boolean>();

/** Did the step that wrote a parameter leave every element as it was? Known once the step (or what a script does in its place) has ended. */
function still({ r, replay, tick, iteration }: Moment, tensor: number, wrote: number): boolean {
  const pass = r.passAt(wrote);
  if (pass && (pass.kind !== 'step' || pass.end > tick + 1)) return false;
  const update = lastUpdate(r, { tick, iteration }, tensor);
  if (!update) return false;
  const known = unmoved.get(update.now.value);
  if (known !== undefined) return known;
  // Most weights move, and their statistics with them.
  const { stats: is } = update.now.value;
  const { stats: was } = update.before.value;
  if (is && was && is.norm !== was.norm) return false;
  // What would have to be computed again is left to the inspector.
  if (replay.cost(update.before.value) > 0) return false;
  const [now, before] = [valuesOf(replay, update.now), valuesOf(replay, update.before)];
  const same = equal(now, before);
  unmoved.set(update.now.value, same);
  return same;
}

function equal(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
