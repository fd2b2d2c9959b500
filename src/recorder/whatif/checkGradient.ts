/** A recorded gradient against small differences of the loss (or of one op), in double precision. */

import type { Data } from '../../engine/dtype';
import { isFloat } from '../../engine/dtype';
import type { Tensor } from '../../engine/tensor';
import { t } from '../../protocol/l10n';
import type { CheckedElement, CheckQuestion, CheckView } from '../../protocol/whatif';
import { elementAt, positionOf } from '../elements';
import type { OpRecord, PassRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { valuesOf, wire } from '../views/common';
import { nameOf } from '../views/parts';
import { Doubles, doubles } from './doubles';
import { Rerun } from './rerun';

/** Elements of one check at most: the largest gradients, and as many spread over the rest. */
const MOST = 256;
/** The step, as a part of the element's size: the cube root of double precision's resolution, where the two errors meet. */
const STEP = 6e-6;
/** A gradient was computed in the recording's precision, over many ops. */
const ROUNDING = { float32: 2e-3, float64: 1e-6, float16: 0.1, bfloat16: 0.3 } as const;
/** One-sided slopes that differ by more than this part of the larger have a kink between them. */
const KINK = 0.02;

type Looked = (done: number, of: number) => void;

export function checkGradient(
  r: Recording,
  replay: Replay,
  tick: number,
  question: CheckQuestion,
  looked: Looked = () => {},
): CheckView[] {
  if (question.op !== undefined) return checkOp(r, replay, question.op, looked);
  return [checkTensor(r, replay, tick, question.tensor!, looked)];
}

const none = (name: string, against: string, missing: string): CheckView => ({
  name,
  against,
  place: null,
  checked: 0,
  of: 0,
  worst: null,
  error: null,
  agrees: false,
  kinks: 0,
  missing,
});

/** The last backward pass at or before a tick that is over. */
export function lastPass(r: Recording, tick: number): PassRecord | null {
  for (let i = r.passCount - 1; i >= 0; i--) {
    const pass = r.pass(i);
    if (pass.kind === 'backward' && pass.end <= tick + 1) return pass;
  }
  return null;
}

function checkTensor(r: Recording, replay: Replay, tick: number, tensor: number, looked: Looked): CheckView {
  const name = nameOf(r, tensor, 'value', tick);
  const pass = lastPass(r, tick);
  const no = (missing: string) => none(name, t('the loss'), missing);
  if (!pass) return no(t('backward() has not run to its end yet: there is no gradient to check.'));
  const against = t('the loss of iteration {0}', r.iterationAt(pass.start) + 1);
  const grad = r.gradAt(tensor, pass.end - 1);
  const got = grad === null ? null : r.useAt(grad, pass.end - 1);
  if (!got) return none(name, against, t('It got no gradient in this backward pass.'));
  const use = r.useAt(tensor, pass.start);
  const root = r.useAt(pass.root, pass.start);
  if (!use || !root) return none(name, against, t('What the loss was computed from is not known any more.'));
  if (!isFloat(use.value.dtype)) return none(name, against, t('Only gradients of real numbers can be checked.'));
  const rerun = new Rerun(r, replay, root, [use.value], 'gradient', true);
  if (!rerun.depends)
    return none(
      name,
      against,
      t('The loss was not computed from it in this iteration, as far as the recording knows.'),
    );
  // What was in .grad before this pass is no part of this loss's gradient.
  const before = pass.start > 0 ? r.gradAt(tensor, pass.start - 1) : null;
  const old = before === null ? null : r.useAt(before, pass.start - 1);
  const gradient = numbersOf(replay, got);
  if (old) for (const [i, v] of numbersOf(replay, old).entries()) gradient[i] -= v;
  const data = Float64Array.from(replay.data(use.value) as Float32Array);
  const at = (position: number, value: number): number => {
    const kept = data[position];
    data[position] = value;
    try {
      return Number(rerun.run(new Map([[use.value.id, data]])).values()[0]);
    } finally {
      data[position] = kept;
    }
  };
  const found = compare(use, gradient, data, at, looked, dtypeOfUse(use));
  return { ...found, name, against, place: r.placeAt(pass.start) };
}

const dtypeOfUse = (use: TensorUse) => use.value.dtype as keyof typeof ROUNDING;

const numbersOf = (replay: Replay, use: TensorUse): Float64Array =>
  Float64Array.from(valuesOf(replay, use) as Float32Array);

/** Every argument of an op, against Σ (gradient that came in) · (result): what its formula says it is the gradient of. */
function checkOp(r: Recording, replay: Replay, tick: number, looked: Looked): CheckView[] {
  const record = r.recordAt(tick);
  const forward = record?.forwardOf;
  const label = forward ? forward.name : (record?.name ?? t('this op'));
  const against = t('{0} alone', label);
  const refuse = (why: string) => [none(label, against, why)];
  if (record?.kind !== 'backward' || !forward?.op)
    return refuse(t('Its gradient was not computed by a formula of its own here.'));
  const { op } = forward;
  if (record.grads.filter((g) => g !== null).length !== 1)
    return refuse(t('Ops of which more than one result goes on are not checked one by one: check a parameter.'));
  const nr = record.grads.findIndex((g) => g !== null);
  const given = new Doubles(replay);
  const upstream = given.tensor(record.grads[nr]!);
  const incoming = Float64Array.from(upstream.values() as Float64Array);
  const analytic = replay.gradients(
    record,
    record.grads.map((g) => g && given.tensor(g)),
    given,
  );
  const views: CheckView[] = [];
  let out = -1;
  const uses = forward.args.flatMap((a, i) =>
    'use' in a
      ? [{ use: a.use, name: op.schema.params[i].name }]
      : 'uses' in a
        ? a.uses.flatMap((u, k) => (u ? [{ use: u, name: `${op.schema.params[i].name}[${k}]` }] : []))
        : [],
  );
  for (const { use, name } of uses) {
    const gradient = analytic[++out];
    if (!gradient || !isFloat(use.value.dtype)) continue;
    views.push({
      ...checkArgument(replay, forward, nr, use, gradient, incoming, looked),
      name: t('{1} of {0}', label, name),
      against,
      place: r.placeAt(record.tick),
    });
  }
  return views.length > 0 ? views : refuse(t('No gradient goes on from here.'));
}

function checkArgument(
  replay: Replay,
  forward: OpRecord,
  nr: number,
  use: TensorUse,
  analytic: Tensor,
  incoming: Float64Array,
  looked: Looked,
): Omit<CheckView, 'name' | 'against' | 'place'> {
  const data = doubles(use.value.dtype, replay.data(use.value)).slice() as Float64Array;
  let other: Data | undefined;
  // By identity: in `x * x` each of the two has a gradient of its own.
  const given = new Doubles(replay, (u) => (u === use ? other : undefined));
  const at = (position: number, value: number): number => {
    const kept = data[position];
    data[position] = value;
    other = data;
    try {
      const result = replay.again(forward, given)[nr]!.values() as Float64Array;
      let sum = 0;
      for (let i = 0; i < incoming.length; i++) if (incoming[i] !== 0) sum += incoming[i] * result[i];
      return sum;
    } finally {
      data[position] = kept;
    }
  };
  const gradient = Float64Array.from(analytic.values() as Float64Array);
  return compare(use, gradient, data, at, looked, 'float64');
}

function compare(
  use: TensorUse,
  gradient: Float64Array,
  data: Float64Array,
  at: (position: number, value: number) => number,
  looked: Looked,
  precision: keyof typeof ROUNDING,
): Omit<CheckView, 'name' | 'against' | 'place'> {
  const chosen = choose(gradient);
  const scale = gradient.reduce((most, g) => (Number.isFinite(g) ? Math.max(most, Math.abs(g)) : most), 0);
  let worst: CheckedElement | null = null;
  let error = -1;
  let kinks = 0;
  const middle = at(positionOf(use, 0), data[positionOf(use, 0)]);
  for (const [done, i] of chosen.entries()) {
    looked(done, chosen.length);
    const position = positionOf(use, i);
    const w = data[position];
    const h = STEP * Math.max(1e-2, Math.abs(w));
    const [up, down] = [at(position, w + h), at(position, w - h)];
    const difference = (up - down) / (2 * h);
    const [right, left] = [(up - middle) / h, (middle - down) / h];
    const differs = Math.abs(gradient[i] - difference);
    // At a kink the slopes on both sides differ; PyTorch gives one of them.
    const wide =
      Math.abs(right - left) > KINK * Math.max(Math.abs(right), Math.abs(left)) &&
      Math.abs(right - left) > 1e-6 * scale;
    if (wide && differs > ROUNDING[precision] * scale) {
      kinks++;
      continue;
    }
    const part = scale > 0 ? differs / scale : differs > 1e-9 ? Number.POSITIVE_INFINITY : 0;
    if (!(part <= error)) {
      error = Number.isNaN(part) ? Number.POSITIVE_INFINITY : part;
      worst = { element: elementAt(use.shape, i), gradient: wire(gradient[i]), difference: wire(difference) };
      if (Number.isNaN(part)) break;
    }
  }
  return {
    checked: chosen.length - kinks,
    of: gradient.length,
    worst,
    error: worst ? wire(error) : null,
    agrees: worst !== null && error <= ROUNDING[precision],
    kinks,
    missing: worst
      ? null
      : chosen.length === 0
        ? t('It has no elements.')
        : t('At every element the loss has a kink here.'),
  };
}

/** All, or the largest and as many spread over the rest. */
function choose(gradient: Float64Array): number[] {
  const all = Array.from(gradient.keys());
  if (all.length <= MOST) return all;
  const bySize = [...all].sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]));
  const rest = bySize.slice(MOST / 2).sort((a, b) => a - b);
  const spread = Array.from({ length: MOST / 2 }, (_, k) => rest[Math.floor(((k + 0.5) * rest.length) / (MOST / 2))]);
  return [...bySize.slice(0, MOST / 2), ...spread].sort((a, b) => a - b);
}
