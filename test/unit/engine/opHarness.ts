/** Runs an op on a filled sample, compares with a golden, and differentiates by finite differences. */
import { backward } from '../../../src/engine/autograd/backward';
import { context } from '../../../src/engine/context';
import { type Result, wrapNumber } from '../../../src/engine/dispatch';
import { allocate, DTYPES, type DType, isComplex, isDifferentiable, isFloat } from '../../../src/engine/dtype';
import { formulas } from '../../../src/engine/formulas';
import { type Arg, type Op, opNamed, type Scalar } from '../../../src/engine/op';
import type { Param } from '../../../src/engine/schema';
import { numel } from '../../../src/engine/shape';
import { Tensor } from '../../../src/engine/tensor';
import type { Filled, FilledSample, FilledTensor } from '../../golden/samples';

export type Value = number | string | boolean;
/** [dtype, shape, values] */
export type Shown = [DType, number[], Value[]];
export interface Answer {
  out?: (Shown | Value)[];
  fn?: (string | null)[];
  view?: [number[], number][];
  grads?: (Shown | null)[];
  error?: [string, string];
}
export interface Golden extends Answer {
  key: string;
  inplace?: Answer;
}

export function tensorFrom(dtype: DType, shape: readonly number[], values: readonly Value[]): Tensor {
  const data = allocate(dtype, numel(shape)) as Float64Array;
  values.forEach((v, i) => {
    data[i] = (dtype === 'int64' ? BigInt(v) : readNumber(v)) as number;
  });
  return Tensor.of(dtype, [...shape], data);
}

/** Python's nan, inf and -inf are strings in a golden. */
const readNumber = (v: Value) => (typeof v === 'string' ? Number(v.replace('inf', 'Infinity')) : Number(v));

const widest = (d: DType): DType => (isFloat(d) ? 'float64' : isComplex(d) ? 'complex128' : d);

function makeTensor(t: FilledTensor, as64: boolean): Tensor {
  const dtype = as64 ? widest(t.dtype) : t.dtype;
  let made = tensorFrom(dtype, t.shape, t.data);
  const { permute } = t;
  if (permute)
    made = made.alias(
      permute.map((d) => made.shape[d]),
      permute.map((d) => made.strides[d]),
    );
  made.leafRequiresGrad = t.requiresGrad;
  return made;
}

function readArg(p: Param, a: Filled | undefined, as64: boolean): Arg | undefined {
  if (a === undefined) return undefined;
  const scalar = (): Scalar => ({
    kind: typeof a === 'boolean' ? 'bool' : Number.isInteger(a) ? 'int' : 'float',
    value: Number(a),
  });
  if (typeof a === 'object' && a !== null && !Array.isArray(a)) {
    if ('tensor' in a) return makeTensor(a.tensor, as64);
    if ('tensors' in a) return a.tensors.map((t) => (t ? makeTensor(t, as64) : null)) as Arg;
    return as64 ? widest(a.dtype) : a.dtype;
  }
  if ((typeof a === 'number' || typeof a === 'boolean') && p.type === 'Number') return wrapNumber(scalar());
  if ((typeof a === 'number' || typeof a === 'boolean') && /^Scalar\??$/.test(p.type)) return scalar();
  return a;
}

/** The op's arguments, complete. `as64`: every float tensor as float64. */
export function readSample(op: Op, sample: FilledSample, as64 = false): Arg[] {
  const known = new Set(op.schema.params.map((p) => p.name));
  for (const name of Object.keys(sample.kwargs))
    if (!known.has(name)) throw new Error(`sample of ${op.name} gives unknown ${name}`);
  return op.schema.params.map((p, i) => readArg(p, sample.args[i] ?? sample.kwargs[p.name], as64) as Arg);
}

export const tensorsIn = (args: readonly unknown[]): Tensor[] =>
  args.flat().filter((a): a is Tensor => a instanceof Tensor);

/** Runs with left-out arguments at their defaults. */
export function invoke(op: Op, args: readonly Arg[]): Result {
  context.generator.manualSeed(0);
  return formulas[op.name](...args) as Result;
}

/** Runs an in-place op on a clone of its first argument. */
export const invokeInplace = (name: string, args: readonly Arg[]) =>
  invoke(opNamed(name), [formulas.clone(args[0]), ...args.slice(1)]);

/** ops.py's upstream gradient. */
export const upstream = (t: Tensor, nr: number) =>
  tensorFrom(
    // Indices have no gradient; what stands in for it is not looked at.
    isDifferentiable(t.dtype) ? t.dtype : 'float32',
    t.shape,
    Array.from({ length: t.count * DTYPES[t.dtype].parts }, (_, i) => (((i * 7 + nr * 5 + 3) % 11) - 4.5) / 4),
  );

export function gradients(
  outs: readonly Tensor[],
  grads: readonly Tensor[],
  inputs: readonly Tensor[],
  createGraph = false,
): (Tensor | null)[] {
  const roots = outs.map((tensor, i) => ({ tensor, grad: grads[i] })).filter((r) => r.tensor.requiresGrad);
  if (roots.length === 0) return inputs.map(() => null);
  return backward(roots, { retainGraph: createGraph, createGraph, inputs, accumulate: false });
}

const show = (t: Tensor): Shown => [
  t.dtype,
  [...t.shape],
  Array.from(t.values() as Float64Array, (v) => (t.dtype === 'bool' ? Boolean(v) : v)),
];

/** The engine's answer in a golden's form. Throws what the op throws. */
export function answer(op: Op, args: readonly Arg[], inplace: boolean): Answer {
  const inputs = tensorsIn(args).filter((t) => t.requiresGrad);
  const result = inplace ? invokeInplace(op.spec.inplaceOnly ? op.name : `${op.name}_`, args) : invoke(op, args);
  const outs = (Array.isArray(result) ? result : [result]) as (Tensor | number | boolean)[];
  const tensors = outs.filter((o) => o instanceof Tensor);
  const found: Answer = {
    out: outs.map((o) => (o instanceof Tensor ? show(o) : o)),
    fn: tensors.map((t) => t.gradFn?.name ?? null),
  };
  if (op.spec.view && !inplace) found.view = tensors.map((t) => [[...t.strides], t.offset]);
  if (inputs.length && tensors.some((t) => t.requiresGrad))
    found.grads = gradients(tensors, tensors.map(upstream), inputs).map((g) => g && show(g));
  return found;
}

/** torch.testing's tolerances. Samplers must agree bit by bit. */
const TOLERANCE = {
  float32: [1.3e-6, 1e-5],
  float64: [1e-7, 1e-7],
  complex64: [1.3e-6, 1e-5],
  complex128: [1e-7, 1e-7],
} as const;

/** What is wrong with `found`, or null. */
export function difference(found: Shown | Value, wanted: Shown | Value, exact: boolean): string | null {
  if (!Array.isArray(found) || !Array.isArray(wanted))
    return Array.isArray(found) || Array.isArray(wanted) || Math.abs(Number(found) - Number(wanted)) > 1e-6
      ? `${found} instead of ${wanted}`
      : null;
  const [dtype, shape, values] = found;
  const [wantedType, wantedShape, wantedValues] = wanted;
  if (dtype !== wantedType) return `dtype ${dtype} instead of ${wantedType}`;
  if (`${shape}` !== `${wantedShape}`) return `shape [${shape}] instead of [${wantedShape}]`;
  const [relative, absolute] = exact ? [0, 0] : (TOLERANCE[dtype as 'float32'] ?? [0, 0]);
  for (const [i, v] of values.entries()) {
    const a = Number(v);
    const b =
      dtype === 'float32' || dtype === 'complex64'
        ? Math.fround(readNumber(wantedValues[i]))
        : readNumber(wantedValues[i]);
    if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || a === b) continue;
    if (!(Math.abs(a - b) <= absolute + relative * Math.abs(b)))
      return `${a} instead of ${b} at ${i} of [${values}], wanted [${wantedValues}]`;
  }
  return null;
}

/** A fixed projection to a number: Σ out · w, over the parts of complex numbers. */
const weights = (t: Tensor, nr: number) =>
  Float64Array.from({ length: t.count * DTYPES[t.dtype].parts }, (_, i) => Math.cos(1 + i * 1.7 + nr));

function project(outs: readonly Tensor[]): number {
  let sum = 0;
  for (const [nr, o] of outs.entries()) {
    const w = weights(o, nr);
    const v = o.values();
    for (let i = 0; i < w.length; i++) sum += w[i] * Number(v[i]);
  }
  return sum;
}

/** Differentiable float64 outputs of a function. */
export type Smooth = () => Tensor[];

/**
 * gradcheck with one projection: compares the tape's gradients of Σ w · f with central differences. Returns what is wrong, or null.
 * `inputs` are leaves that `f` reads; `grads` are the analytic gradients.
 */
export function compareWithDifferences(
  f: Smooth,
  inputs: readonly Tensor[],
  grads: readonly (Tensor | null)[],
): string | null {
  const step = 1e-6;
  for (const [nr, x] of inputs.entries()) {
    const data = x.storage.data as Float64Array;
    const analytic = grads[nr]?.values() as Float64Array | undefined;
    // Row-major positions to storage positions: inputs may be permuted.
    const { parts } = DTYPES[x.dtype];
    const places = Array.from(
      { length: x.count * parts },
      (_, i) => place(x, Math.floor(i / parts)) * parts + (i % parts),
    );
    for (const [i, at] of places.entries()) {
      const before = data[at];
      data[at] = before + step;
      const up = project(f());
      data[at] = before - step;
      const down = project(f());
      data[at] = before;
      const numeric = (up - down) / (2 * step);
      const a = analytic ? analytic[i] : 0;
      if (!(Math.abs(a - numeric) <= 1e-5 + 1e-3 * Math.abs(numeric)))
        return `input ${nr}, element ${i}: gradient ${a}, by differences ${numeric}`;
    }
  }
  return null;
}

function place(t: Tensor, index: number): number {
  let at = t.offset;
  let rest = index;
  for (let d = t.rank - 1; d >= 0; d--) {
    at += (rest % t.shape[d]) * t.strides[d];
    rest = Math.floor(rest / t.shape[d]);
  }
  return at;
}

export const projectionOf = (outs: readonly Tensor[]) =>
  outs.map((o, nr) => Tensor.of(widest(o.dtype), [...o.shape], weights(o, nr)));
