/** What a gradient is made of: the chain rule's terms at a tick, one for each use of the tensor, down to samples. */
import { numel } from '../../engine/shape';
import { Tensor } from '../../engine/tensor';
import type { GradientTerm, GradientView } from '../../protocol/origins';
import { lastAtOrBefore } from '../columns';
import type { OpRecord, PassRecord, Recording, TensorUse } from '../recording';
import { argUses, type Replay } from '../replay';
import { statsOf } from '../stats';
import { recordsIn } from '../views/collect';
import { elementOf, valuesOf, wire } from '../views/common';
import { labelOf } from '../views/cursor';
import { nameOf } from '../views/tensor';
import { MomentsOf } from '../watch/moments';

/** Multiplications for the samples of one answer at most; beyond, the terms alone are told. */
const WORK = 2e8;
/** Rounding in float32, against the sum of the terms' sizes. */
const ROUNDING = 1e-4;

export function whyGradient(
  r: Recording,
  replay: Replay,
  tick: number,
  { tensor, element }: { tensor: number; element?: number[] },
): GradientView {
  const name = nameOf(r, tensor, 'grad', tick);
  const none = (missing: string): GradientView => ({
    name,
    tick,
    element: [],
    value: null,
    norm: null,
    terms: [],
    rest: null,
    missing,
  });
  const known = r.tensor(tensor);
  if (!known) return none('The recording does not know this tensor.');
  if (!known.requiresGrad) return none('No gradient flows into this tensor: it does not require one.');
  const starts = MomentsOf.of(r).losses().ticks;
  const start = starts[lastAtOrBefore(starts, tick)];
  const pass = start === undefined ? null : r.passAt(start);
  if (!pass) return none('No gradient yet: backward() has not run.');
  const last = Math.min(tick, pass.end - 1, r.ticks - 1);
  const isLeaf = known.gradFn === null;
  const found = isLeaf
    ? usesOf(r, pass, last, tensor, null)
    : usesOf(r, pass, last, tensor, r.useAt(tensor, pass.start));
  const grad = r.gradAt(tensor, last);
  const total = grad !== null ? r.useAt(grad, last) : null;
  const before = isLeaf && total ? earlier(r, tensor, pass) : null;
  const shown = total ?? found[0]?.out;
  if (!shown) return none('No gradient yet: the backward pass has not come to this tensor at the cursor.');
  const at = inside(shown, element) ?? largest(replay, shown);
  const terms = found.map((f) => termOf(r, replay, f, at));
  if (before) {
    const value = elementOf(replay, before.use, at) ?? 0;
    if (value !== 0)
      terms.unshift({
        tick: before.tick,
        text: 'what was in .grad before',
        formula: null,
        place: r.placeAt(before.tick),
        value: wire(value),
        norm: statsOf(replay, before.use).norm,
        samples: null,
      });
  }
  const numbers = terms.map((t) => Number(t.value === 'nan' ? Number.NaN : t.value));
  const sum = numbers.reduce((a, b) => a + b, 0);
  const value = total ? (elementOf(replay, total, at) ?? sum) : sum;
  const size = numbers.reduce((a, b) => a + Math.abs(b), 0);
  const rest = value - sum;
  return {
    name,
    tick: last,
    element: at,
    value: wire(value),
    norm: total ? statsOf(replay, total).norm : null,
    terms,
    rest: Math.abs(rest) > ROUNDING * size + 1e-12 ? wire(rest) : null,
    missing: terms.length > 0 ? null : 'backward() started here: the gradient of the loss by itself is 1.',
  };
}

interface Found {
  record: OpRecord;
  out: TensorUse;
  /** Position among the record's results. */
  nr: number;
}

/** The gradients of every op that used a tensor; with `content`, of those that used this content of it. */
function usesOf(r: Recording, pass: PassRecord, last: number, tensor: number, content: TensorUse | null): Found[] {
  const found: Found[] = [];
  for (const record of recordsIn(r, pass.start, last + 1)) {
    if (record.kind !== 'backward' || !record.forwardOf) continue;
    const uses = flat(record.forwardOf);
    for (const [nr, out] of record.outs.entries()) {
      const use = uses[nr];
      if (!out || use?.tensor !== tensor || (content && use.value.id !== content.value.id)) continue;
      found.push({ record, out, nr });
    }
  }
  return found;
}

/** The tensors among an op's arguments, as its gradient's results stand. */
const flat = ({ args }: OpRecord): (TensorUse | null)[] =>
  args.flatMap((a) => ('use' in a ? [a.use] : 'uses' in a ? a.uses : []));

/** A gradient that nobody cleared before this pass. */
function earlier(r: Recording, tensor: number, pass: PassRecord): { use: TensorUse; tick: number } | null {
  if (pass.start === 0) return null;
  const grad = r.gradAt(tensor, pass.start - 1);
  const use = grad === null ? null : r.useAt(grad, pass.start - 1);
  if (!use) return null;
  const { ticks } = MomentsOf.of(r).gradients(tensor, true);
  return { use, tick: ticks[lastAtOrBefore(ticks, pass.start - 1)] ?? pass.start - 1 };
}

function termOf(r: Recording, replay: Replay, { record, out, nr }: Found, at: number[]): GradientTerm {
  const forward = record.forwardOf!;
  return {
    tick: record.tick,
    text: labelOf(r, record.tick),
    formula: forward.op?.spec.gradient ?? null,
    place: r.placeAt(record.tick),
    value: wire(elementOf(replay, out, at) ?? 0),
    norm: statsOf(replay, out).norm,
    samples: samplesOf(replay, record, out, nr, at),
  };
}

/**
 * A gradient formula is linear in the gradient that comes in: with all but one sample of that set to zero, it gives what this sample adds.
 * Null where nothing is summed over the first dimension.
 */
function samplesOf(
  replay: Replay,
  record: OpRecord,
  out: TensorUse,
  nr: number,
  at: number[],
): GradientTerm['samples'] {
  const forward = record.forwardOf!;
  const [first] = record.grads.filter((g) => g !== null);
  const n = first?.shape[0] ?? 0;
  if (!first || n < 2 || !forward.op || forward.op.spec.view) return null;
  if (out.shape.length >= first.shape.length && out.shape[0] === n) return null;
  if (record.grads.some((g) => g && g.shape[0] !== n)) return null;
  const size = argUses(forward.args).reduce((sum, use) => sum + numel(use.shape), 0) + numel(first.shape);
  if (n * size * Math.max(...out.shape, 1) > WORK) return null;
  const whole = record.grads.map((g) => g && replay.tensor(g));
  return Array.from({ length: n }, (_, index) => {
    const masked = whole.map((g) => g && onlySample(g, index));
    const [given] = replay.gradients(record, masked).slice(nr, nr + 1);
    return { index, value: wire(given ? elementIn(given, at) : 0) };
  });
}

function onlySample(g: Tensor, index: number): Tensor {
  const values = g.values();
  const row = g.count / g.shape[0];
  const kept = Float64Array.from({ length: g.count }, (_, i) =>
    Math.floor(i / row) === index ? Number(values[i]) : 0,
  );
  return Tensor.of(g.dtype, [...g.shape], kept);
}

function elementIn(t: Tensor, at: number[]): number {
  const offset = at.reduce((sum, i, d) => sum + i * t.strides[d], t.offset);
  return Number(t.alias([], [], offset).values()[0]);
}

/** The element that was asked for, if the tensor has it. */
function inside({ shape }: TensorUse, element: number[] | undefined): number[] | null {
  return element && element.length === shape.length && element.every((i, d) => i >= 0 && i < shape[d]) ? element : null;
}

/** The element that matters most. */
function largest(replay: Replay, use: TensorUse): number[] {
  const values = valuesOf(replay, use);
  let best = 0;
  for (let i = 1; i < values.length; i++)
    if (!(Math.abs(Number(values[i])) <= Math.abs(Number(values[best])))) best = i;
  const at: number[] = [];
  for (let d = use.shape.length - 1, left = best; d >= 0; d--) {
    at.unshift(left % use.shape[d]);
    left = Math.floor(left / use.shape[d]);
  }
  return at;
}
