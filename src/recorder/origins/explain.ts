/** An op with its numbers at a tick: what its result was computed from, and how its gradient went through it. */

import { backward } from '../../engine/autograd/backward';
import { unobserved, withGrad } from '../../engine/context';
import { isFloat } from '../../engine/dtype';
import { TorchError } from '../../engine/errors';
import { formulas } from '../../engine/formulas';
import { numel } from '../../engine/shape';
import { Tensor } from '../../engine/tensor';
import { t } from '../../protocol/l10n';
import type { ExplainArgument, ExplainFactor, ExplainQuestion, ExplainTerm, ExplainView } from '../../protocol/origins';
import { lastAtOrBefore } from '../columns';
import { elementAt, flatAt, inside, largest, largestOf } from '../elements';
import type { OpRecord, PassRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { recordsIn } from '../views/collect';
import { elementOf, valuesOf, wire } from '../views/common';
import { labelOf } from '../views/cursor';
import { nameOf } from '../views/parts';
import { MomentsOf } from '../watch/moments';
import { chainOf, flatUses } from './chain';

/** Numbers written out at most. */
const SHOWN = 40;
/** A sum of products is the result up to rounding of this part of the terms' sizes. */
const ROUNDING = 1e-4;
/** Numbers that are read at most to take a gradient apart element by element. */
const WORK = 5e7;

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
    still: ran ? null : whyStill(r, forward, tick),
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
  view.flow = { argument, element: at, ...flowOf(replay, ran, argument, out, at) };
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
  still: null,
  chain: [],
  missing: record
    ? t('This write was not computed by an op: there is no formula behind it.')
    : t('At this tick no op ran: choose an op in the network.'),
});

/** Why no gradient went through an op up to a tick. */
function whyStill(r: Recording, forward: OpRecord, tick: number): string {
  const { op, outs } = forward;
  if (outs.every((out) => out === null || !isFloat(out.value.dtype)))
    return t('Its result is no floating-point number: no gradient goes through it.');
  if (!op!.spec.grads) return t('{0} has no gradient: none goes through it.', op!.name);
  if (!outs.some((out) => out && r.tensor(out.tensor)?.requiresGrad))
    return t('None of what it was given requires a gradient: none goes through it.');
  const starts = MomentsOf.of(r).losses().ticks;
  const next = starts[lastAtOrBefore(starts, forward.tick) + 1];
  const pass = next !== undefined && next <= tick ? r.passAt(next) : null;
  if (pass && tick >= pass.end - 1)
    return t('The backward pass did not come through it: what it started from does not depend on this result.');
  return t(
    'No gradient has gone through it yet at the cursor. Step on into loss.backward(): each term of the gradient appears here.',
  );
}

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
  const listed = sums.length > 0 ? all.filter(({ argument }) => sums.includes(argument)) : all;
  const few = listed.sort((a, b) => b.part - a.part).slice(0, SHOWN);
  return {
    name: nameOf(r, result.tensor, 'value', forward.tick),
    shape: [...result.shape],
    element,
    value: wire(value),
    factors: few.map(({ part, ...factor }) => factor),
    more: listed.length - few.length,
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
  argument: number,
  out: TensorUse,
  at: number[],
): Omit<NonNullable<ExplainView['flow']>, 'argument' | 'element'> {
  const value = elementOf(replay, out, at) ?? Number.NaN;
  const came = ran.grads.map((g) => (g === null ? null : replay.tensor(g)));
  const leaves = came.map((g) => g && leafOf(g));
  const given = (grads: (Tensor | null)[]) => replay.gradients(ran, grads)[argument];
  const columns = columnsOf(given, leaves, out, at) ?? columnsByElement(given, leaves, sizeOf(ran.forwardOf!), at);
  const terms: (ExplainTerm & { size: number })[] = [];
  let sum = 0;
  for (const [result, local] of (columns ?? []).entries()) {
    const from = came[result]?.values();
    for (let k = 0; local && from && k < local.length; k++) {
      const slope = Number(local[k]);
      if (slope === 0) continue;
      const product = slope * Number(from[k]);
      sum += product;
      if (product === 0) continue;
      terms.push({
        result,
        element: elementAt(came[result]!.shape, k),
        upstream: wire(Number(from[k])),
        local: wire(slope),
        product: wire(product),
        size: Number.isNaN(product) ? Number.POSITIVE_INFINITY : Math.abs(product),
      });
    }
  }
  const few = terms.sort((a, b) => b.size - a.size).slice(0, SHOWN);
  return {
    value: wire(value),
    terms: few.map(({ size, ...term }) => term),
    more: terms.length - few.length,
    sum: columns ? wire(sum) : null,
  };
}

function leafOf(grad: Tensor): Tensor {
  const leaf = Tensor.of(grad.dtype, [...grad.shape], Float64Array.from(grad.values() as Float64Array, Number));
  leaf.leafRequiresGrad = true;
  return leaf;
}

/** An argument's gradient from the gradients of an op's results. */
type Given = (grads: (Tensor | null)[]) => Tensor | null;
/** For each of an op's results: how much an element of an argument's gradient moves with each element of what comes in there. */
type Columns = (ArrayLike<number | bigint> | null)[];

/** Null where the gradient's own ops have no gradient. */
function columnsOf(given: Given, leaves: (Tensor | null)[], out: TensorUse, at: number[]): Columns | null {
  try {
    const grad = given(leaves);
    if (!grad?.requiresGrad) return null;
    return unobserved(() =>
      withGrad(true, () => {
        const one = formulas.sum(formulas.mul(grad, oneHot(out, at)));
        backward([{ tensor: one, grad: null }], { retainGraph: false, createGraph: false, accumulate: true });
        return leaves.map((leaf) => leaf?.grad?.values() ?? null);
      }),
    );
  } catch (error) {
    // Attention in one piece, a whole LSTM: PyTorch has no second derivative of them either.
    if (error instanceof TorchError) return null;
    throw error;
  }
}

/** The same, one element of what comes in after the other; null where that would take too long. */
function columnsByElement(given: Given, leaves: (Tensor | null)[], size: number, at: number[]): Columns | null {
  if (leaves.reduce((sum, leaf) => sum + (leaf?.count ?? 0), 0) * size > WORK) return null;
  return leaves.map((leaf, nr) => {
    if (!leaf) return null;
    return Float64Array.from({ length: leaf.count }, (_, k) => {
      const data = new Float64Array(leaf.count);
      data[k] = 1;
      const one = Tensor.of(leaf.dtype, [...leaf.shape], data);
      const grad = given(leaves.map((other, i) => (i === nr ? one : other && zerosLike(other))));
      return grad ? Number(grad.values()[flatAt(grad.shape, at)]) : 0;
    });
  });
}

const zerosLike = (t: Tensor): Tensor => Tensor.of(t.dtype, [...t.shape], new Float64Array(t.count));

/** How many numbers an op's gradient reads. */
const sizeOf = (forward: OpRecord): number =>
  flatUses(forward).reduce((sum, use) => sum + (use ? numel(use.shape) : 0), 0);
