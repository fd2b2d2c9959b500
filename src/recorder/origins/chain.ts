/** The chain rule from the loss to a tensor: at each op the way along which most of the gradient comes. */
import { t } from '../../protocol/l10n';
import type { ChainFactor } from '../../protocol/origins';
import type { OpRecord, PassRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { recordsIn } from '../views/collect';
import { opName } from '../views/common';
import { Names } from '../views/names';

/** Longer ways are cut: nobody reads them. */
const LONGEST = 400;

interface Flow {
  record: OpRecord;
  /** What goes on. */
  out: TensorUse;
}

/** From the loss down to the op whose gradient ran in `last`, in that order. */
export function chainOf(r: Recording, replay: Replay, pass: PassRecord, last: OpRecord, out: TensorUse): ChainFactor[] {
  const into = flows(r, pass);
  const factors: ChainFactor[] = [];
  for (let at: Flow | undefined = { record: last, out }; at && factors.length < LONGEST; ) {
    const forward: OpRecord | null = at.record.forwardOf;
    if (!forward) break;
    const result = forward.outs[at.record.grads.findIndex((g) => g !== null)] ?? forward.outs[0];
    const ways: Flow[] = result ? (into.get(result.tensor) ?? []).filter((f) => f.record.index < at!.record.index) : [];
    const [best] = ways
      .map((flow) => ({ flow, norm: statsOf(replay, flow.out).norm ?? 0 }))
      .sort((a, b) => b.norm - a.norm);
    const [came] = at.record.grads.filter((g) => g !== null);
    const used = usedBy(forward, at.record, at.out);
    factors.unshift({
      tick: at.record.tick,
      of: result ? nameIn(r, result, forward) : opName(forward),
      by: used ? nameIn(r, used, used.value.producer) : t('its input'),
      op: opName(forward),
      place: r.placeAt(at.record.tick),
      upstream: came ? statsOf(replay, came).norm : null,
      downstream: statsOf(replay, at.out).norm,
      others: Math.max(0, ways.length - 1),
    });
    at = best?.flow;
  }
  return factors;
}

/** A tensor as a reader knows it: a parameter's or a variable's name, else the op that made it. */
function nameIn(r: Recording, use: TensorUse, made: OpRecord | null): string {
  const name = Names.of(r).tensor(use.tensor, made?.tick ?? 0, 'inner');
  const op = made ?? r.tensor(use.tensor)?.producer ?? null;
  return name ?? (op ? opName(op) : 'a tensor');
}

/** The argument that a gradient is of. */
export function usedBy(forward: OpRecord, record: OpRecord, out: TensorUse): TensorUse | null {
  return flatUses(forward)[record.outs.indexOf(out)] ?? null;
}

/** The tensors among an op's arguments, as its gradient's results stand. */
export const flatUses = ({ args }: OpRecord): (TensorUse | null)[] =>
  args.flatMap((a) => ('use' in a ? [a.use] : 'uses' in a ? a.uses : []));

/** By the number of the tensor that they go to. */
function flows(r: Recording, pass: PassRecord): Map<number, Flow[]> {
  const found = new Map<number, Flow[]>();
  for (const record of recordsIn(r, pass.start, Math.min(pass.end, r.ticks))) {
    if (record.kind !== 'backward' || !record.forwardOf) continue;
    const uses = flatUses(record.forwardOf);
    for (const [nr, out] of record.outs.entries()) {
      const use = uses[nr];
      if (!out || !use) continue;
      const list = found.get(use.tensor);
      if (list) list.push({ record, out });
      else found.set(use.tensor, [{ record, out }]);
    }
  }
  return found;
}
