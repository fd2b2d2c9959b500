/** The one way an op runs: check, compute, link the gradient, tell the observer. */

import { autocasted } from './autocast';
import { checkInplace, linkInplace, linkReshaped } from './autograd/inplace';
import { OpNode } from './autograd/opNode';
import { complexForward, touchesComplex } from './complex';
import { begun, context } from './context';
import { canCast, type Data, DTYPES, isComplex, isDifferentiable, isHalf } from './dtype';
import { runtimeError, TorchError } from './errors';
import { formulas, late } from './formulas';
import { roundHalves } from './half';
import { isDense } from './kernels/copy';
import { type Loop2, valuesAs } from './kernels/elementwise';
import { type Arg, type Op, opNamed, type Scalar } from './op';
import type { GeneratorSnapshot } from './random/generator';
import { giveBack, SMALL } from './reuse';
import type { Param } from './schema';
import { numel, sameShape, show } from './shape';
import { Tensor, writeStrided } from './tensor';

export type Result = Tensor | Tensor[] | number | boolean;

/** A Python number as a 0-d tensor whose dtype gives way (c10's wrapped number). */
export function wrapNumber({ kind, value, imag }: Scalar): Tensor {
  if (kind === 'complex') {
    const t = Tensor.of('complex128', [], Float64Array.of(Number(value), imag ?? 0));
    t.wrapped = true;
    return t;
  }
  const dtype = kind === 'float' ? 'float64' : kind === 'int' ? 'int64' : 'bool';
  const t = Tensor.zeros(dtype, []);
  (t.storage.data as Float64Array)[0] = (dtype === 'int64' ? BigInt(value) : Number(value)) as number;
  t.wrapped = true;
  return t;
}

/** A plain number as Python would read it: 2 is an int, 0.5 a float. */
const asScalar = (value: number): Scalar => ({
  kind: Number.isSafeInteger(value) && !Object.is(value, -0) ? 'int' : 'float',
  value,
});

/** Reads a default as Python would: None, True, 1, 0.5, [], mean. */
function readDefault(p: Param): Arg {
  const text = p.default;
  if (text === undefined || text === 'None') return null;
  if (text === 'True' || text === 'False') return text === 'True';
  if (text.startsWith('[')) return JSON.parse(text) as number[];
  if (p.type.startsWith('str')) return text.replace(/['"]/g, '');
  if (p.type.startsWith('Scalar')) return { kind: /[.e]/.test(text) ? 'float' : 'int', value: Number(text) };
  return Number(text);
}

const defaults = new WeakMap<Op, Arg[]>();

/** What an op's arguments are where they are left out. */
export function defaultsOf(op: Op): readonly Arg[] {
  let known = defaults.get(op);
  if (!known) defaults.set(op, (known = op.schema.params.map(readDefault)));
  return known;
}

/** What a light argument becomes. */
type Light = (a: Arg) => Arg;
const asIs: Light = (a) => a;
const scalar: Light = (a) => (typeof a === 'number' ? asScalar(a) : a);
const number: Light = (a) => {
  if (typeof a === 'number') return wrapNumber(asScalar(a));
  return a !== null && typeof a === 'object' && 'kind' in a ? wrapNumber(a as Scalar) : a;
};
// dim=1 where a list of dimensions may stand.
const list: Light = (a) => (typeof a === 'number' ? [a] : a);

function lightOf({ type }: Param): Light {
  if (type.startsWith('Number')) return number;
  if (type.startsWith('int[]')) return list;
  return type.startsWith('Scalar') && type !== 'ScalarType?' ? scalar : asIs;
}

/** An op to be called lightly, by gradient formulas and tests: left-out arguments take their defaults, plain numbers are wrapped. */
export function caller(name: string): (...args: unknown[]) => Result {
  const op = opNamed(name);
  const known = defaultsOf(op);
  const light = op.schema.params.map(lightOf);
  const usual = known.map((a, i) => light[i](a));
  return (...args) => {
    // An array that grows takes room for 17.
    const full = new Array<Arg>(known.length);
    const given = args.length;
    for (let i = 0; i < known.length; i++) {
      const a = (i < given ? args[i] : undefined) as Arg;
      full[i] =
        a instanceof Tensor
          ? a
          : a === undefined && light[i] !== number
            ? usual[i]
            : light[i](a === undefined ? known[i] : a);
    }
    return run(op, full);
  };
}

/** Every tensor among the arguments, in order, lists flattened. */
export function tensorsOf(args: readonly Arg[]): Tensor[] {
  const found: Tensor[] = [];
  for (const a of args) {
    if (a instanceof Tensor) found.push(a);
    else if (Array.isArray(a)) for (const item of a) if (item instanceof Tensor) found.push(item);
  }
  return found;
}

/**
 * May `to` have the very array that was computed for it, in place of a copy of it? Where `to` shows all of its memory and nobody else has the
 * array: no argument of the op, and no observer, who hears of the parts of a composed op.
 */
function canTakeOver(to: Tensor, from: Tensor, args: readonly Tensor[]): boolean {
  const [old, made] = [to.storage.data, from.storage.data];
  return (
    made.length > SMALL &&
    to.lens === '' &&
    from.lens === '' &&
    to.dtype === from.dtype &&
    made.constructor === old.constructor &&
    made.length === old.length &&
    made.byteLength === made.buffer.byteLength &&
    numel(to.shape) === to.storage.length &&
    to.contiguous &&
    from.contiguous &&
    from.storage.note === null &&
    isNobodys(made, args)
  );
}

function isNobodys({ buffer }: Data, args: readonly Tensor[]): boolean {
  for (const t of args) if (t.storage.data.buffer === buffer) return false;
  return true;
}

/** Writes what was computed into `to`'s memory, converting the dtype. The only place that writes into an existing tensor. `kept`: what it held is. */
function writeInto(to: Tensor, from: Tensor, whole: boolean, kept: boolean): void {
  const { storage } = to;
  // What an op's gradient keeps, or is replayed, has the array of before.
  const alone = whole && storage.alone && !kept && context.depth === 0;
  context.observer?.willWrite(storage, whole, alone);
  to.counter.version++;
  storage.writes++;
  if (whole) {
    // An observer that heard of it has it now.
    if (alone && storage.note === null) giveBack(storage.data);
    storage.takeOver(from.storage);
  } else writeStrided(to, valuesAs(from, to.dtype));
}

/** What a kernel computed in float32 for a half dtype, as that dtype's nearest numbers. */
function round(t: Tensor): void {
  if (isHalf(t.dtype)) roundHalves(t.storage.data as Float32Array, t.dtype);
}

/** A temporary of an optimizer's rule: nobody uses this tensor any more, nor any view of it. */
export function discard(t: Tensor): void {
  if (t.storage.note === null) giveBack(t.storage.data);
  else context.observer?.unused(t.storage);
}

function wantsGrad(op: Op, args: readonly Arg[]): boolean {
  return context.gradEnabled && op.spec.grads !== undefined && anyWantsGrad(args);
}

function anyWantsGrad(args: readonly Arg[]): boolean {
  for (const a of args) {
    if (a instanceof Tensor) {
      if (a.requiresGrad) return true;
    } else if (Array.isArray(a)) for (const item of a) if (item instanceof Tensor && item.requiresGrad) return true;
  }
  return false;
}

/** What an op computes from complete arguments. */
function compute(op: Op, args: readonly Arg[]): Result {
  const forward = (touchesComplex(args) ? complexForward(op) : op.spec.forward) as (...a: readonly Arg[]) => Result;
  // Spreading a list costs more than a small op.
  switch (args.length) {
    case 4:
      return forward(args[0], args[1], args[2], args[3]);
    case 5:
      return forward(args[0], args[1], args[2], args[3], args[4]);
    case 1:
      return forward(args[0]);
    case 2:
      return forward(args[0], args[1]);
    case 3:
      return forward(args[0], args[1], args[2]);
    default:
      return forward(...args);
  }
}

/** Runs an op on arguments that are complete and read (see Arg). */
export function run(op: Op, given: readonly Arg[]): Result {
  const args = context.autocast && !op.inplace ? autocasted(op, given) : given;
  if (op.inplace) return runInplace(op, args);
  const { spec } = op;
  if (spec.composite) return compute(op, args);
  const began = begun();
  const random = spec.random && context.observer ? context.generator.snapshot() : null;
  const out = compute(op, args);
  if (typeof out !== 'object') return out;
  const many = Array.isArray(out);
  const heard = context.observer !== null && context.depth === 0;
  const wants = wantsGrad(op, args);
  // Most of a gradient formula's ops: nobody asks for more.
  if (!many && !heard && !wants && !spec.view && context.batches === 0) {
    round(out);
    return out;
  }
  const outs = many ? out : [out];
  let node: OpNode | null = null;
  if (context.batches) markBatches(args, outs);
  if (spec.view) linkView(args[0] as Tensor, outs, many);
  else for (const o of outs) round(o);
  if (wants && outs.some((o) => isDifferentiable(o.dtype))) {
    node = new OpNode(op, args, outs);
    for (let i = 0; i < outs.length; i++) {
      const o = outs[i];
      if (!isDifferentiable(o.dtype) || spec.constants?.includes(i)) continue;
      o.gradFn = node;
      o.outputNr = i;
    }
    node.save(args, outs);
  }
  if (heard) context.observer!.ran({ kind: 'forward', op, args, outs, node, random, took: performance.now() - began });
  return out;
}

function linkView(base: Tensor, outs: readonly Tensor[], many: boolean): void {
  const { viewOf } = base;
  const tracked = context.gradEnabled;
  for (const o of outs) {
    if (o.storage !== base.storage) continue;
    o.counter = base.counter;
    o.inference = base.inference;
    o.viewOf = {
      base: viewOf?.base ?? base,
      attrVersion: base.counter.version,
      unwritable: viewOf?.unwritable ?? (!tracked ? 'no_grad' : many ? 'many' : null),
      claims: !tracked && base.requiresGrad,
    };
  }
}

/** What a tensor holds before it is overwritten (or `replaced`), with its gradient function of before: PyTorch saves such a copy too. */
function asBefore(t: Tensor, replaced: boolean): Tensor {
  const copy = Tensor.of(t.dtype, [...t.shape], replaced ? t.values() : t.values().slice());
  copy.gradFn = t.gradFn;
  copy.outputNr = t.outputNr;
  return copy;
}

/** Refuses writes whose result would depend on the order of the loop, in PyTorch's words. */
export function checkOverlap(t: Tensor, inputs: readonly Tensor[], apart = false): void {
  // Almost every write: nothing else shows the memory.
  let alone = t.contiguous;
  for (const i of inputs) if (i !== t && i.storage === t.storage) alone = false;
  if (alone) return;
  const clash = t.count > 0 && t.strides.some((s, d) => s === 0 && t.shape[d] > 1);
  const partly =
    !clash &&
    inputs.some((i) => i !== t && i.storage === t.storage && (overlapsPartly(t, i) || (apart && overlap(t, i))));
  if (clash || partly)
    throw runtimeError(
      `unsupported operation: ${clash ? 'more than one element of the written-to tensor refers' : 'some elements of the input tensor and the written-to tensor refer'} to a single memory location. Please clone() the tensor before performing the operation.`,
    );
}

/** Do two dense tensors share any memory? */
function overlap(a: Tensor, b: Tensor): boolean {
  if (a.count === 0 || b.count === 0 || !isDense(a) || !isDense(b)) return false;
  return a.offset < b.offset + b.count && b.offset < a.offset + a.count;
}

/** Do two dense tensors share some memory, but not all of it in the same order? (at::get_overlap_status) */
function overlapsPartly(a: Tensor, b: Tensor): boolean {
  if (a.count === 0 || b.count === 0 || !isDense(a) || !isDense(b)) return false;
  if (a.offset === b.offset && a.count === b.count) return !sameShape(a.strides, b.strides);
  return a.offset < b.offset + b.count && b.offset < a.offset + a.count;
}

/** A view op in place (`t_`): the tensor itself takes the view's geometry; nothing is written. */
function runReshaping(op: Op, args: readonly Arg[]): Tensor {
  const self = args[0] as Tensor;
  checkInplace(self, self.requiresGrad);
  const began = begun();
  let made: Tensor;
  try {
    made = (op.spec.forward as (...a: readonly Arg[]) => Tensor)(...args);
  } catch (error) {
    // The entry's words name the op that is not in place.
    if (error instanceof TorchError) error.message = error.message.replace(`${op.base?.name}()`, `${op.name}()`);
    throw error;
  }
  const node = wantsGrad(op, args) && isDifferentiable(self.dtype) ? new OpNode(op, args, [made]) : null;
  self.shape = made.shape;
  self.strides = made.strides;
  self.offset = made.offset;
  self.counter.version++;
  if (node) linkReshaped(self, node);
  if (context.observer && context.depth === 0)
    context.observer.ran({
      kind: 'forward',
      op,
      args,
      outs: [self],
      node,
      random: null,
      took: performance.now() - began,
    });
  return self;
}

const batchesOf = (tensors: readonly Tensor[]) => tensors.reduce((bits, t) => bits | t.batches, 0) & context.batches;

/** Inside vmap: what depends on the sample is known, so that what cannot be batched is refused. */
function markBatches(args: readonly Arg[], outs: readonly Tensor[]): void {
  const bits = batchesOf(tensorsOf(args));
  if (bits) for (const o of outs) o.batches |= bits;
}

function checkBatches(self: Tensor, tensors: readonly Tensor[]): void {
  const more = batchesOf(tensors) & ~self.batches;
  if (more)
    throw runtimeError(
      `vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor \`other\` in extra_args that has more elements than \`self\`. This happened due to \`other\` being vmapped over but \`self\` not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. If said operator is being called inside the PyTorch framework, please file a bug report instead.`,
    );
}

function runInplace(op: Op, args: readonly Arg[]): Tensor {
  if (op.spec.view) return runReshaping(op, args);
  const began = begun();
  const self = args[0] as Tensor;
  const { spec } = op;
  const tensors = tensorsOf(args);
  let asked = false;
  for (const t of tensors) asked ||= t.requiresGrad;
  const wants = asked && context.gradEnabled && spec.grads !== undefined;
  checkInplace(self, asked);
  if (context.batches) checkBatches(self, tensors);
  // Filling with one value is the same however often a place is written.
  if (op.name !== 'fill_' && op.name !== 'zero_') checkOverlap(self, tensors);
  const random = spec.random && context.observer ? context.generator.snapshot() : null;
  if (op.name === 'abs_' && isComplex(self.dtype))
    throw runtimeError('In-place abs is not supported for complex tensors.');
  const loop = spec.loop && !wants && isFew(self, args[1]) ? (spec.loop as Looped)(...args) : null;
  if (loop) {
    const other = args[1] as Tensor;
    context.observer?.willWrite(self.storage, false, false);
    self.counter.version++;
    self.storage.writes++;
    const [to, from] = [self.values() as Float64Array, valuesAs(other, self.dtype) as Float64Array];
    loop(to, 0, 1, from, 0, from.length === 1 ? 0 : 1, to, 0, to.length);
    heardInplace(op, args, null, random, began);
    return self;
  }
  const value = compute(op, args) as Tensor;
  if (!sameShape(value.shape, self.shape))
    throw runtimeError(`output with shape ${show(self.shape)} doesn't match the broadcast shape ${show(value.shape)}`);
  if (!canCast(value.dtype, self.dtype) && !spec.inplaceOnly)
    throw runtimeError(
      `result type ${DTYPES[value.dtype].label} can't be cast to the desired output type ${DTYPES[self.dtype].label}`,
    );
  // What shows an argument's memory is left as it is, and is round already.
  if (isHalf(value.dtype) && !tensors.some((t) => t.storage === value.storage)) round(value);
  const whole = canTakeOver(self, value, tensors);
  let node: OpNode | null = null;
  if (wants && isDifferentiable(self.dtype)) {
    // Gradient edges are those of before the write.
    node = new OpNode(op, args, [self]);
    // A saved input is checked against the version it had before, so that writing over what the gradient needs is an error …
    node.save(op.saved.some((s) => s.param === 0) ? [asBefore(self, whole), ...args.slice(1)] : args, [], 'inputs');
  }
  writeInto(self, value, whole, node !== null);
  if (node) {
    linkInplace(self, node);
    // … while a saved result has the version after.
    node.save(args, [self], 'results');
  }
  heardInplace(op, args, node, random, began);
  return self;
}

type Looped = (...args: readonly Arg[]) => Loop2 | null;

/** May an elementwise op's loop (OpSpec.loop) write these where they lie? Few real floats of one dtype and shape, or with one number. */
function isFew(self: Tensor, other: Arg): boolean {
  const { dtype } = self;
  if (!(other instanceof Tensor) || (dtype !== 'float32' && dtype !== 'float64') || self.lens !== '') return false;
  if (self.count > SMALL || !self.contiguous || self.wrapped || self.storage.data.constructor !== DTYPES[dtype].array)
    return false;
  if (other.wrapped) return !isComplex(other.dtype);
  return (
    other.dtype === dtype &&
    other.lens === '' &&
    (sameShape(other.shape, self.shape) || other.rank === 0) &&
    other !== self
  );
}

function heardInplace(
  op: Op,
  args: readonly Arg[],
  node: OpNode | null,
  random: GeneratorSnapshot | null,
  began: number,
): void {
  if (context.observer === null || context.depth > 0) return;
  const [self] = args as [Tensor];
  context.observer.ran({ kind: 'update', op, args, outs: [self], node, random, took: performance.now() - began });
}

late.caller = caller;

/** Calls an op by name with light arguments (see `caller`). */
export const call = (name: string, ...args: unknown[]): Result => formulas[name](...args);
