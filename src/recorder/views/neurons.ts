/** A small linear layer, unit by unit and weight by weight. */
import { isComplex } from '../../engine/dtype';
import type { NeuronsView, UnitView } from '../../protocol/views';
import { dtypeOf, type Recording, type TensorUse } from '../recording';
import { argUses, type Replay } from '../replay';
import { opName, valuesOf, wire } from './common';
import { gradientAt } from './grads';
import { builtAt } from './graph';
import { lastUpdate } from './measures';

/** More units than this on a side are a heat-map's to show. */
const MOST = 40;
const BINS = 8;

/** The units and weights of a node at a tick; null where it is no linear layer, has not run, or is too large. */
export function neuronsOf(r: Recording, replay: Replay, tick: number, node: number): NeuronsView | null {
  const iteration = r.iterationAt(Math.max(0, tick));
  const built = builtAt(r, iteration, tick);
  const record = built.records[node];
  const out = built.uses[node];
  if (!record || !out || record.tick > tick || !['linear', 'addmm', 'mm', 'matmul'].includes(opName(record)))
    return null;
  const from = built.view.edges.filter((e) => e.to === node).map((e) => built.view.nodes[e.from]);
  const weightNode = from.find((n) => n.kind === 'parameter' && n.shape.length === 2);
  const kept = weightNode && built.uses[weightNode.id];
  const weight = kept && r.useAt(kept.tensor, tick);
  if (!weight || isComplex(dtypeOf(weight)) || isComplex(dtypeOf(out))) return null;
  const outs = out.shape[out.shape.length - 1] ?? 0;
  const [rows, cols] = weight.shape;
  // torch.nn.Linear keeps (out, in); x @ w has (in, out).
  const turned = opName(record) !== 'linear' && cols === outs;
  const ins = turned ? rows : cols;
  if (outs !== (turned ? cols : rows) || ins > MOST || outs > MOST || ins === 0 || outs === 0) return null;
  const input = argUses(record.args).find(
    (use) => use.tensor !== kept.tensor && use.shape.length > 1 && use.shape[use.shape.length - 1] === ins,
  );
  const cells = (values: ArrayLike<number | bigint>): (number | string)[] =>
    Array.from({ length: outs * ins }, (_, i) => {
      const [o, k] = [Math.floor(i / ins), i % ins];
      return wire(Number(values[turned ? k * outs + o : i]));
    });
  const grad = gradientAt(r, kept.tensor, tick);
  const update = lastUpdate(r, { tick, iteration }, kept.tensor);
  let step: Float64Array | null = null;
  if (update) {
    const [now, before] = [valuesOf(replay, update.now), valuesOf(replay, update.before)];
    step = Float64Array.from({ length: now.length }, (_, i) => Number(now[i]) - Number(before[i]));
  }
  return {
    node,
    tick,
    name: weightNode.label,
    tensor: kept.tensor,
    ins,
    outs,
    weight: cells(valuesOf(replay, weight) as ArrayLike<number | bigint>),
    grad: grad && grad.shape.join() === weight.shape.join() ? cells(valuesOf(replay, grad) as ArrayLike<number>) : null,
    update: step && cells(step),
    inputs: input ? unitsOf(replay, input) : null,
    outputs: unitsOf(replay, out),
  };
}

/** Each unit (an element of the last dimension) over all samples. Mean, extremes and counts are over the finite values. */
function unitsOf(replay: Replay, use: TensorUse): UnitView[] {
  const units = use.shape[use.shape.length - 1];
  const values = valuesOf(replay, use);
  const samples = values.length / units;
  return Array.from({ length: units }, (_, unit) => {
    const own: number[] = [];
    for (let s = 0; s < samples; s++) {
      const v = Number(values[s * units + unit]);
      if (Number.isFinite(v)) own.push(v);
    }
    if (own.length === 0) return { mean: null, min: null, max: null, samples, counts: [] };
    const min = own.reduce((a, b) => Math.min(a, b));
    const max = own.reduce((a, b) => Math.max(a, b));
    const counts = new Array<number>(BINS).fill(0);
    for (const v of own) counts[max > min ? Math.min(BINS - 1, Math.floor(((v - min) / (max - min)) * BINS)) : 0]++;
    return { mean: own.reduce((a, b) => a + b, 0) / own.length, min, max, samples, counts };
  });
}
