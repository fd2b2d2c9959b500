/** What a gradient is made of: the chain rule's terms at a tick, one for each use of the tensor, down to samples. */

import { numel } from '../../engine/shape';
import { Tensor } from '../../engine/tensor';
import { t } from '../../protocol/l10n';
import type { GradientTerm, GradientView } from '../../protocol/origins';
import { lastAtOrBefore } from '../columns';
import { inside, largest } from '../elements';
import type { OpRecord, PassRecord, Recording, TensorRecord, TensorUse } from '../recording';
import { argUses, type Replay } from '../replay';
import { statsOf } from '../stats';
import { recordsIn } from '../views/collect';
import { elementOf, wire } from '../views/common';
import { labelOf } from '../views/cursor';
import { nameOf } from '../views/parts';
import { MomentsOf } from '../watch/moments';
import { flatUses } from './chain';

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
  if (!known) return none(t('The recording does not know this tensor.'));
  if (!known.requiresGrad) return none(t('No gradient flows into this tensor: it does not require one.'));
  const passes = passesAt(r, tick, known);
  if (passes.length === 0) return none(t('No gradient yet: backward() has not run.'));
  const answers = passes.map((pass) => flowInto(r, pass, Math.min(tick, pass.end - 1, r.ticks - 1), tensor));
  const { pass, last, found, total } = answers.find((a) => a.found.length > 0) ?? answers[0];
  const before = known.gradFn === null && total ? earlier(r, tensor, pass) : null;
  const shown = total ?? found[0]?.out;
  if (!shown)
    return none(
      pass.root === tensor
        ? t('backward() started here: the gradient of the loss by itself is 1.')
        : last < pass.end - 1
          ? t('No gradient yet: the backward pass has not come to this tensor at the cursor.')
          : t(
              'No gradient: the backward pass did not come to this tensor. What it started from does not depend on it.',
            ),
    );
  const at = inside(shown, element) ?? largest(replay, shown);
  const terms = found.map((f) => termOf(r, replay, f, at));
  if (before) {
    const value = elementOf(replay, before.use, at) ?? 0;
    if (value !== 0)
      terms.unshift({
        tick: before.tick,
        text: t('what was in .grad before'),
        formula: null,
        place: r.placeAt(before.tick),
        value: wire(value),
        norm: statsOf(replay, before.use).norm,
        samples: null,
      });
  }
  const numbers = terms.map((t) => number(t.value));
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
    rest: terms.length === 0 || Object.is(value, sum) || Math.abs(rest) <= ROUNDING * size + 1e-12 ? null : wire(rest),
    missing:
      terms.length > 0 || pass.root !== tensor
        ? null
        : t('backward() started here: the gradient of the loss by itself is 1.'),
  };
}

/** A number that went over the wire. */
const number = (v: number | string): number =>
  typeof v === 'number'
    ? v
    : v === 'nan'
      ? Number.NaN
      : v === 'inf'
        ? Number.POSITIVE_INFINITY
        : Number.NEGATIVE_INFINITY;

/** Passes of an iteration that are asked for a tensor, latest first. */
const PASSES = 16;

/** Where to look: the last backward pass, that which last put something into `.grad`, then earlier ones of the iteration. */
function passesAt(r: Recording, tick: number, { id, gradFn, producer }: TensorRecord): PassRecord[] {
  const all = MomentsOf.of(r);
  const starts = all.losses().ticks;
  const latest = lastAtOrBefore(starts, tick);
  if (latest < 0) return [];
  const found = [r.passAt(starts[latest])!];
  // The pass that is under way may yet come to it.
  if (tick < found[0].end - 1 && (gradFn !== null || r.gradAt(id, tick) === null)) return found;
  if (gradFn === null && r.gradAt(id, tick) !== null) {
    const { ticks } = all.gradients(id, false);
    const wrote = r.passAt(ticks[lastAtOrBefore(ticks, tick)] ?? -1);
    if (wrote?.kind === 'backward') found.push(wrote);
  }
  for (let i = latest - 1; i >= 0 && latest - i <= PASSES; i--) {
    const from = gradFn === null ? r.iteration(r.iterationAt(tick)).start : (producer?.tick ?? 0);
    if (starts[i] < from) break;
    found.push(r.passAt(starts[i])!);
  }
  return found;
}

/** What came to a tensor in a pass up to a tick. */
interface Flow {
  pass: PassRecord;
  last: number;
  found: Found[];
  /** The whole gradient, where it is known. */
  total: TensorUse | null;
}

function flowInto(r: Recording, pass: PassRecord, last: number, tensor: number): Flow {
  const isLeaf = r.tensor(tensor)!.gradFn === null;
  const content = isLeaf ? null : r.useAt(tensor, pass.start);
  const found = usesOf(r, pass, last, tensor, content);
  const grad = r.gradAt(tensor, last);
  const total = grad !== null ? r.useAt(grad, last) : isLeaf ? null : cameTo(r, pass, last, tensor, content);
  if (total) for (const other of unnamed(r, pass, last, total)) found.push(other);
  return { pass, last, found, total };
}

/** What arrived at the op that made a tensor. */
function cameTo(
  r: Recording,
  pass: PassRecord,
  last: number,
  tensor: number,
  content: TensorUse | null,
): TensorUse | null {
  for (const made of [content?.value.producer, r.tensor(tensor)?.producer]) {
    const nr = made?.outs.findIndex((o) => o?.tensor === tensor) ?? -1;
    if (!made || nr < 0) continue;
    for (const record of recordsIn(r, pass.start, last + 1))
      if (record.kind === 'backward' && record.forwardIndex === made.index && record.grads[nr]) return record.grads[nr];
  }
  return null;
}

/**
 * Gradients of what was not recorded as an op: a Function of the script's own, the gradient of a gradient. What they gave is known, not to
 * whom: it is found by the sums that lead into the whole gradient.
 */
function unnamed(r: Recording, pass: PassRecord, last: number, total: TensorUse): Found[] {
  const given = new Map<string, Found>();
  for (const record of recordsIn(r, pass.start, last + 1))
    if (record.kind === 'backward' && !record.forwardOf && record.grads.length > 0)
      for (const [nr, out] of record.outs.entries()) if (out) given.set(useKey(out), { record, out, nr });
  const found: Found[] = [];
  const seen = new Set<string>();
  const stack = given.size > 0 ? [total] : [];
  while (stack.length) {
    const use = stack.pop()!;
    const key = useKey(use);
    if (seen.has(key)) continue;
    seen.add(key);
    const own = given.get(key);
    if (own) {
      found.push(own);
      continue;
    }
    const { producer } = use.value;
    if (producer?.op && producer.tick >= pass.start && ['add', 'add_', 'clone'].includes(producer.name))
      stack.push(...argUses(producer.args));
  }
  return found;
}

const useKey = ({ value, offset, shape, strides }: TensorUse) => `${value.id} ${offset} ${shape} ${strides}`;

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
    const uses = flatUses(record.forwardOf);
    for (const [nr, out] of record.outs.entries()) {
      const use = uses[nr];
      if (!out || use?.tensor !== tensor || (content && use.value.id !== content.value.id)) continue;
      found.push({ record, out, nr });
    }
  }
  return found;
}

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
  return {
    tick: record.tick,
    text: labelOf(r, record.tick),
    formula: (record.forwardOf ?? record).op?.spec.gradient ?? null,
    place: r.placeAt(record.tick),
    value: wire(elementOf(replay, out, at) ?? 0),
    norm: statsOf(replay, out).norm,
    samples: samplesOf(replay, record, out, nr, at),
  };
}

/**
 * A gradient formula is linear in the gradient that comes in: with all but one sample of that set to zero, it gives what this sample adds.
 * Null where nothing is summed over the samples: each has a gradient of its own.
 */
function samplesOf(
  replay: Replay,
  record: OpRecord,
  out: TensorUse,
  nr: number,
  at: number[],
): GradientTerm['samples'] {
  const forward = record.forwardOf;
  const [first] = record.grads.filter((g) => g !== null);
  if (!forward?.op || forward.op.spec.view || !first) return null;
  const axis = (g: TensorUse) => (BATCH_BEFORE_LAST.has(forward.name) ? g.shape.length - 2 : 0);
  const n = first.shape[axis(first)] ?? 0;
  if (n < 2 || record.grads.some((g) => g && g.shape[axis(g)] !== n)) return null;
  const size = argUses(forward.args).reduce((sum, use) => sum + numel(use.shape), 0) + numel(first.shape);
  if (n * size * Math.max(...out.shape, 1) > WORK) return null;
  const whole = record.grads.map((g) => g && { all: replay.tensor(g), axis: axis(g) });
  let summed = out.shape.length < first.shape.length || out.shape[0] !== n;
  const samples = Array.from({ length: n }, (_, index) => {
    const masked = whole.map((g) => g && onlySample(g.all, g.axis, index));
    const [given] = replay.gradients(record, masked).slice(nr, nr + 1);
    summed ||= given ? reachesOthers(given, index) : false;
    return { index, value: wire(given ? elementIn(given, at) : 0) };
  });
  return summed ? samples : null;
}

/** Ops over time, whose samples stand in the dimension before the last of everything they give. */
const BATCH_BEFORE_LAST = new Set(['mkldnn_rnn_layer']);

function onlySample(g: Tensor, axis: number, index: number): Tensor {
  const values = g.values();
  const row = g.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const n = g.shape[axis];
  const kept = Float64Array.from({ length: g.count }, (_, i) =>
    Math.floor(i / row) % n === index ? Number(values[i]) : 0,
  );
  return Tensor.of(g.dtype, [...g.shape], kept);
}

/** Does a sample add to anything but its own row? A weight may have as many rows as there are samples. */
function reachesOthers(given: Tensor, index: number): boolean {
  const values = given.values();
  const row = given.count / given.shape[0];
  for (let i = 0; i < values.length; i++) if (Math.floor(i / row) !== index && Number(values[i]) !== 0) return true;
  return false;
}

function elementIn(t: Tensor, at: number[]): number {
  const offset = at.reduce((sum, i, d) => sum + i * t.strides[d], t.offset);
  return Number(t.alias([], [], offset).values()[0]);
}
