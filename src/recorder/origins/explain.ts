/** An op with its numbers at a tick: what its result was computed from, and how its gradient went through it. */

import { backward } from '../../engine/autograd/backward';
import { unobserved, withGrad } from '../../engine/context';
import { isFloat } from '../../engine/dtype';
import { formulas } from '../../engine/formulas';
import { numel } from '../../engine/shape';
import { Tensor } from '../../engine/tensor';
import { t } from '../../protocol/l10n';
import type { ExplainArgument, ExplainFactor, ExplainQuestion, ExplainTerm, ExplainView } from '../../protocol/origins';
import { elementAt, flatAt, inside, largest, largestOf } from '../elements';
import type { OpRecord, PassRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { recordsIn } from '../views/collect';
import { elementOf, valuesOf, wire } from '../views/common';
import { labelOf } from '../views/cursor';
import { nameOf } from '../views/parts';
import { chainOf, flatUses } from './chain';

/** Numbers written out at most. */
const SHOWN = 40;
/** A sum of products is the result up to rounding of this part of the terms' sizes. */
const ROUNDING = 1e-4;

export function explainOf(r: Recording, replay: Replay, tick: number, question: ExplainQuestion): ExplainView {
  const asked = r.recordAt(question.tick);
  const forward = asked?.kind === 'backward' ? asked.forwardOf : asked;
  if (!forward?.op) return nothing(question.tick, asked);
  const { op } = forward;
  const pass = passOf(r, forward, tick);
  const ran = pass ? gradientOf(r, pass, forward, tick) : null;
  const uses = flatUses(forward);
  const nr = ran ? ran.grads.findIndex((g) => g !== null) : forward.outs.findIndex((o) => o !== null);
  const result = forward.outs[nr] ?? null;
  const view: ExplainView = {
    op: labelOf(r, forward.tick),
    tick: forward.tick,
    place: r.placeAt(forward.tick),
    formula: op.spec.formula,
    gradient: op.spec.gradient ?? null,
    arguments: uses.map((use, i) => argumentOf(r, forward, use, roles(forward)[i], ran?.outs[i] != null)),
    result: null,
    flow: null,
    chain: [],
    missing: null,
  };
  if (!result || !isFloat(result.value.dtype)) return view;
  const [came] = ran?.grads.filter((g) => g !== null) ?? [];
  const element = inside(result, question.element) ?? largest(replay, came ?? result);
  view.result = resultOf(r, replay, forward, nr, result, element);
  if (!ran || !came) return view;
  const asking = question.argument ?? uses.findIndex((use) => use !== null && use.tensor === question.tensor);
  const argument = ran.outs[asking] ? asking : first(replay, ran);
  const out = ran.outs[argument];
  if (!out) return view;
  const at = inside(out, question.at) ?? largest(replay, out);
  view.flow = { argument, element: at, ...flowOf(replay, ran, came, argument, out, at) };
  view.chain = chainOf(r, replay, pass!, ran, out);
  return view;
}

const nothing = (tick: number, record: OpRecord | null): ExplainView => ({
  op: record?.name ?? '',
  tick,
  place: null,
  formula: '',
  gradient: null,
  arguments: [],
  result: null,
  flow: null,
  chain: [],
  missing: record
    ? t('This write was not computed by an op: there is no formula behind it.')
    : t('At this tick no op ran: choose an op in the network.'),
});

/** The backward pass that an op's gradient belongs to: the first after it, as far as the cursor has come. */
function passOf(r: Recording, forward: OpRecord, tick: number): PassRecord | null {
  const end = r.endOf(Math.min(r.iterationCount - 1, r.iterationAt(forward.tick) + 1));
  for (let i = 0, t = forward.tick; t < Math.min(end, tick + 1); t++) {
    const pass = r.passAt(t);
    if (!pass) continue;
    if (pass.kind === 'backward' && gradientOf(r, pass, forward, tick)) return pass;
    if (++i > 16) return null;
    t = Math.max(t, Math.min(pass.end, end) - 1);
  }
  return null;
}

function gradientOf(r: Recording, pass: PassRecord, forward: OpRecord, tick: number): OpRecord | null {
  for (const record of recordsIn(r, pass.start, Math.min(pass.end, tick + 1, r.ticks)))
    if (record.kind === 'backward' && record.forwardIndex === forward.index) return record;
  return null;
}

/** The op's own names of its tensors: `input`, `weight`, `tensors[0]`. */
function roles({ op, args }: OpRecord): string[] {
  return args.flatMap((a, i) => {
    const { name } = op!.schema.params[i];
    return 'use' in a ? [name] : 'uses' in a ? a.uses.map((_, k) => `${name}[${k}]`) : [];
  });
}

function argumentOf(
  r: Recording,
  forward: OpRecord,
  use: TensorUse | null,
  role: string,
  grad: boolean,
): ExplainArgument {
  const name = use && !use.wrapped ? nameOf(r, use.tensor, 'value', forward.tick) : role;
  const tensor = use && !use.wrapped ? use.tensor : null;
  return { tensor, role, name, shape: use ? [...use.shape] : [], grad };
}

/** The argument whose gradient is largest; a parameter's rather than an activation's of the same size. */
function first(replay: Replay, ran: OpRecord): number {
  let best = -1;
  let size = -1;
  for (const [i, out] of ran.outs.entries()) {
    if (!out) continue;
    const values = valuesOf(replay, out);
    const most = Math.abs(Number(values[largestOf(values)] ?? 0));
    if (most > size) [best, size] = [i, most];
  }
  return best;
}

function oneHot(use: TensorUse, element: readonly number[]): Tensor {
  const data = new Float64Array(numel(use.shape));
  if (data.length > 0) data[flatAt(use.shape, element)] = 1;
  return Tensor.of(use.value.dtype, [...use.shape], data);
}

/** One element of the result: its slopes by every number that it was computed from are the op's gradient of that element alone. */
function resultOf(
  r: Recording,
  replay: Replay,
  forward: OpRecord,
  nr: number,
  result: TensorUse,
  element: number[],
): NonNullable<ExplainView['result']> {
  const value = elementOf(replay, result, element) ?? Number.NaN;
  const uses = flatUses(forward);
  const slopes = slopesOf(replay, forward, nr, oneHot(result, element));
  const all: (ExplainFactor & { part: number })[] = [];
  const totals = uses.map(() => 0);
  let sizes = 0;
  for (const [i, slope] of slopes.entries()) {
    const use = uses[i];
    if (!slope || !use) continue;
    const values = valuesOf(replay, use);
    const by = slope.values();
    for (let k = 0; k < by.length; k++) {
      const s = Number(by[k]);
      if (s === 0) continue;
      const v = Number(values[k]);
      totals[i] += s * v;
      sizes += Math.abs(s * v);
      const at = elementAt(use.shape, k);
      const name = `${roles(forward)[i]}${at.length > 0 ? `[${at.join(', ')}]` : ''}`;
      all.push({ name, argument: i, element: at, value: wire(v), slope: wire(s), part: Math.abs(s * v) });
    }
  }
  const sums = summing(totals, value, sizes);
  const few = all.sort((a, b) => b.part - a.part).slice(0, SHOWN);
  return {
    name: nameOf(r, result.tensor, 'value', forward.tick),
    shape: [...result.shape],
    element,
    value: wire(value),
    factors: few.map(({ part, ...factor }) => factor),
    more: all.length - few.length,
    sums,
  };
}

/** Arguments whose values times slopes add up to the result: one of them with all that are added to it, or all. */
function summing(totals: readonly number[], value: number, sizes: number): number[] {
  const near = (sum: number) => Math.abs(sum - value) <= ROUNDING * Math.max(sizes, Math.abs(value));
  const used = totals.map((_, i) => i).filter((i) => totals[i] !== 0);
  const sets = [used, ...used.map((i) => [i]), ...used.flatMap((i) => used.filter((k) => k > i).map((k) => [i, k]))];
  return sets.find((set) => set.length > 0 && near(set.reduce((sum, i) => sum + totals[i], 0))) ?? [];
}

/** The op's gradients for another gradient of its result. Empty where it has no formulas. */
function slopesOf(replay: Replay, forward: OpRecord, nr: number, grad: Tensor): (Tensor | null)[] {
  const { spec, schema } = forward.op!;
  if (!spec.grads) return [];
  const wanted = forward.args.flatMap((a, i) => {
    const uses = 'use' in a ? [a.use] : 'uses' in a ? a.uses : [];
    return uses.map((use) => spec.grads![schema.params[i].name] !== undefined && !!use && isFloat(use.value.dtype));
  });
  return replay.formulas(
    forward,
    wanted,
    forward.outs.map((_, i) => (i === nr ? grad : null)),
  );
}

/**
 * What one element of an argument's gradient is the sum of: the gradient formula is linear in what comes in, so its own slope by that is
 * the column of local derivatives.
 */
function flowOf(
  replay: Replay,
  ran: OpRecord,
  came: TensorUse,
  argument: number,
  out: TensorUse,
  at: number[],
): Omit<NonNullable<ExplainView['flow']>, 'argument' | 'element'> {
  const value = elementOf(replay, out, at) ?? Number.NaN;
  const upstream = replay.tensor(came);
  const leaf = Tensor.of(
    upstream.dtype,
    [...upstream.shape],
    Float64Array.from(upstream.values() as Float64Array, Number),
  );
  leaf.leafRequiresGrad = true;
  const given = replay.gradients(
    ran,
    ran.grads.map((g) => (g === null ? null : g === came ? leaf : replay.tensor(g))),
  )[argument];
  const local = given ? columnOf(given, leaf, oneHot(out, at)) : null;
  const from = upstream.values();
  const terms: (ExplainTerm & { size: number })[] = [];
  let sum = 0;
  for (let k = 0; local && k < local.length; k++) {
    const slope = Number(local[k]);
    if (slope === 0) continue;
    const product = slope * Number(from[k]);
    sum += product;
    if (product === 0) continue;
    terms.push({
      element: elementAt(came.shape, k),
      upstream: wire(Number(from[k])),
      local: wire(slope),
      product: wire(product),
      size: Number.isNaN(product) ? Number.POSITIVE_INFINITY : Math.abs(product),
    });
  }
  const few = terms.sort((a, b) => b.size - a.size).slice(0, SHOWN);
  return {
    value: wire(value),
    terms: few.map(({ size, ...term }) => term),
    more: terms.length - few.length,
    sum: local ? wire(sum) : null,
  };
}

/** Null where the gradient's own ops have no gradient. */
function columnOf(given: Tensor, leaf: Tensor, chosen: Tensor): ArrayLike<number | bigint> | null {
  if (!given.requiresGrad) return null;
  return unobserved(() =>
    withGrad(true, () => {
      const one = formulas.sum(formulas.mul(given, chosen));
      backward([{ tensor: one, grad: null }], { retainGraph: false, createGraph: false, accumulate: true });
      return leaf.grad?.values() ?? null;
    }),
  );
}
