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
  const factors: (Omit<ChainFactor, 'of' | 'by'> & { of: Made; by: Made })[] = [];
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
      of: { use: result ?? null, made: forward },
      by: { use: used, made: used && makerOf(r, used) },
      op: opName(forward),
      place: r.placeAt(at.record.tick),
      upstream: came ? statsOf(replay, came).norm : null,
      downstream: statsOf(replay, at.out).norm,
      others: Math.max(0, ways.length - 1),
    });
    at = best?.flow;
  }
  const named = namesIn(
    r,
    factors.flatMap(({ of, by }) => [of, by]),
  );
  return factors.map((factor) => ({ ...factor, of: named(factor.of), by: named(factor.by) }));
}

/** A view's content was made by what it is a view of; the op that made the tensor itself, or last wrote to it. */
function makerOf(r: Recording, { tensor, value }: TensorUse): OpRecord | null {
  const { producer } = value;
  return producer?.outs.some((out) => out?.tensor === tensor) ? producer : (r.tensor(tensor)?.producer ?? null);
}

/** A tensor of the chain, and the op that made it. */
interface Made {
  use: TensorUse | null;
  made: OpRecord | null;
}

/** A view shares its content with others; what is written in place has one name for several contents. */
const contentOf = ({ use, made }: Made) => (use ? `${use.tensor} ${use.value.id}` : `/${made?.index}`);

/**
 * Tensors as a reader knows them: by a parameter's or a variable's name, else by the op that made them. No two have the same: a script that
 * writes `h = relu(h)` gives one name to many, of which that nearest to the loss keeps it; `add₂` is computed after `add₁`.
 */
function namesIn(r: Recording, chain: Made[]): (made: Made) => string {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const ops = new Map<string, Set<string>>();
  for (const one of chain) {
    const key = contentOf(one);
    if (names.has(key)) continue;
    const { use, made } = one;
    const own = use && Names.of(r).tensor(use.tensor, made?.tick ?? 0, 'inner');
    if (own && !taken.has(own)) {
      names.set(key, own);
      taken.add(own);
      continue;
    }
    const op = made ? opName(made) : use ? t('a tensor') : t('its input');
    ops.set(op, (ops.get(op) ?? new Set()).add(key));
  }
  for (const [op, keys] of ops)
    for (const [i, key] of [...keys].entries()) names.set(key, keys.size > 1 ? op + subscript(keys.size - i) : op);
  return (made) => names.get(contentOf(made))!;
}

const subscript = (n: number): string => [...String(n)].map((digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('');

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
