/** One op, one entry: what an op is, and the table of all of them. */
import type { DType } from './dtype';
import type { Loop2 } from './kernels/elementwise';
import { parseSchema, type Schema } from './schema';
import type { Geometry, Tensor } from './tensor';

export interface Scalar {
  kind: 'bool' | 'int' | 'float' | 'complex';
  /** Of a complex number, the real part. */
  value: number | bigint;
  imag?: number;
}

/** An argument after the bridge has read it: schema types become these. Numbers for `Number` are wrapped into 0-d tensors. */
export type Arg = Tensor | (Tensor | null)[] | Scalar | number | number[] | boolean | string | null | undefined;

/** Gradient formulas call ops by name, so that families need not import each other: `f.mul(c.grad, c.saved('other'))`. */
export type Formulas = Record<string, (...args: unknown[]) => Tensor>;

/** What a gradient formula may see. */
export interface BackwardContext {
  /** Gradient of the first output. */
  readonly grad: Tensor;
  /** Gradients of all outputs; null for one that took no part in the loss. */
  readonly grads: readonly (Tensor | null)[];
  /** A tensor named in `saves`. Raises PyTorch's errors if it was freed, or written in place since. */
  saved(name: string): Tensor;
  /** A Tensor[] or Tensor?[] argument named in `saves`; null where the list has None. */
  savedList(name: string): (Tensor | null)[];
  /** A non-tensor argument. */
  attr<T extends Arg>(name: string): T;
  /** Was a tensor given for this optional argument? */
  has(name: string): boolean;
  shape(name: string): number[];
  /** How a tensor argument lay in memory. */
  geometry(name: string): Geometry;
  /** Shapes of a Tensor[] argument. */
  shapes(name: string): number[][];
  dtype(name: string): DType;
}

/** A gradient formula. */
export type Gradient = (c: BackwardContext, f: Formulas) => Tensor | null | (Tensor | null)[];

/** Inputs of a sample, as JSON: the same are given to real PyTorch by test/golden/ops.py. */
export interface SampleTensor {
  shape: number[];
  dtype?: DType;
  /** Row-major values; drawn from a fixed sequence in -2 … 2 when left out (integers: 0 … 4). */
  data?: number[];
  /** Makes it non-contiguous: the tensor is this permutation of a contiguous one. */
  permute?: number[];
  /** Default: true for floats of an op that has gradients. */
  requiresGrad?: boolean;
  /** Draw from this range instead of -2 … 2. */
  range?: [number, number];
}
export type SampleArg =
  | { tensor: SampleTensor }
  | { tensors: (SampleTensor | null)[] }
  | { dtype: DType }
  | number
  | number[]
  | boolean
  | string
  | null;
export interface Sample {
  args: SampleArg[];
  kwargs?: Record<string, SampleArg>;
  /**
   * Here the function has a kink, or its gradient holds for some directions only (symmetric matrices): it is compared with PyTorch's,
   * not with finite differences.
   */
  kink?: boolean;
}

export interface OpSpec<A extends readonly unknown[]> {
  /** Signature in PyTorch's notation; its name is the op's. */
  schema: string;
  /**
   * Where Python finds it: `torch`, `Tensor`, `torch.nn.functional`, `torch._C._nn`, `torch.special`; `torch.ops.aten` for
   * what Python reaches only by syntax (`x[i]`). `torch:clip` gives another name there. No face: Backstep's own, for gradients.
   */
  faces: string[];
  /** An in-place twin exists, with a trailing underscore. */
  inplace?: boolean;
  /** The op only exists in place: `forward` computes the new contents of its first argument. Its name ends in `_`. */
  inplaceOnly?: boolean;
  /**
   * An elementwise op of two tensors: the loop that computes its in-place twin for few floats, where they lie. It gives what `forward` gives. Null:
   * `forward` it is.
   */
  loop?(...args: A): Loop2 | null;
  /** The result shows its first argument's memory. */
  view?: boolean;
  /** `forward` is written in other ops: they are observed and differentiated instead of it. */
  composite?: boolean;
  /** Draws from the generator. */
  random?: boolean;
  /** The formula of the result, in a line: `y = max(x, 0)`. Shown to users. */
  formula: string;
  /** The gradient, in a line: `dx = dy where x > 0, else 0`. Left out where none flows. */
  gradient?: string;
  /** Computes the result from contiguous or strided inputs; raises PyTorch's errors for wrong shapes and dtypes. */
  forward(...args: A): Tensor | Tensor[] | number | boolean;
  /**
   * What the op is for complex tensors and numbers; without it they are refused. `true`: `forward` knows them. Names of arguments: it is
   * linear with real factors in these, and `forward` runs on their real parts and on their imaginary parts. A function: in place of
   * `forward`. Views and composites need nothing.
   */
  complex?: true | string[] | ((...args: A) => Tensor | Tensor[] | number | boolean);
  /**
   * Its gradient formulas are PyTorch's for complex numbers. Otherwise they are those of a holomorphic function, written as for real
   * numbers, and the engine conjugates what goes in and what comes out: conj(conj(dy) · dy/dx).
   */
  wirtinger?: boolean;
  /** Tensor arguments (by name) and outputs (`result`, `result1` …) that the gradient needs. */
  saves?: string[];
  /** Per tensor argument: its gradient. An argument without one gets none. Broadcast dimensions are summed away by the engine. */
  grads?: Record<string, Gradient>;
  /** Outputs (by number) that are constants to autograd though they are floats (PyTorch's output_differentiability). */
  constants?: number[];
  /** autograd's name of the gradient function; from the op's name when left out: `ReluBackward0`. */
  gradName?: string | ((...args: A) => string);
  /** The same for the in-place twin, where PyTorch numbers it differently: `EluBackward1`. */
  inplaceGradName?: string;
  samples: () => Sample[];
}

/** A tensor that a gradient needs: an argument or a result, by its number; the other number is -1. */
export interface SavedSlot {
  readonly name: string;
  readonly param: number;
  readonly result: number;
}

/** A callable op. Calling it goes through the dispatch point. */
export interface Op {
  readonly name: string;
  readonly schema: Schema;
  readonly spec: OpSpec<never[]>;
  /** Writes its first argument in place. */
  readonly inplace: boolean;
  /** `spec.saves`, looked up. */
  readonly saved: readonly SavedSlot[];
  /** The gradient formula of each parameter, by position; undefined where it gets none. */
  readonly grads: readonly (Gradient | undefined)[];
  /** Where each parameter stands, by name. */
  readonly position: ReadonlyMap<string, number>;
  /** Position in the table; crosses to Python. */
  index: number;
  /** For a derived in-place twin (`relu_`), the op it was made from. */
  readonly base: Op | null;
}

const table = new Map<string, Op>();
const order: Op[] = [];

function add(name: string, schema: Schema, spec: OpSpec<never[]>, base: Op | null): Op {
  if (table.has(name)) throw new Error(`op ${name} is defined twice`);
  const position = new Map(schema.params.map((p, i) => [p.name, i]));
  const saved = (spec.saves ?? []).map((name): SavedSlot => {
    const result = /^result(\d*)$/.exec(name);
    return { name, param: result ? -1 : position.get(name)!, result: result ? Number(result[1] || 0) : -1 };
  });
  const inplace = base !== null || spec.inplaceOnly === true;
  const grads = schema.params.map((p) => spec.grads?.[p.name]);
  const op: Op = { name, schema, spec, inplace, saved, grads, position, index: order.length, base };
  table.set(name, op);
  order.push(op);
  return op;
}

/** Defines an op. The type parameter is what `forward` takes, after the bridge has read the arguments. */
export function op<A extends readonly unknown[]>(spec: OpSpec<A>): Op {
  const schema = parseSchema(spec.schema);
  const known = new Set(schema.params.map((p) => p.name));
  for (const name of Object.keys(spec.grads ?? {}))
    if (!known.has(name)) throw new Error(`op ${schema.name}: gradient for unknown argument ${name}`);
  for (const name of spec.saves ?? [])
    if (!known.has(name) && !/^result\d*$/.test(name)) throw new Error(`op ${schema.name}: saves unknown ${name}`);
  const plain = spec as unknown as OpSpec<never[]>;
  const made = add(schema.name, schema, plain, null);
  if (spec.inplace) add(`${schema.name}_`, { ...schema, name: `${schema.name}_` }, plain, made);
  return made;
}

export function opNamed(name: string): Op {
  const found = table.get(name);
  if (!found) throw new Error(`no op named ${name}`);
  return found;
}

export const allOps = (): readonly Op[] => order;
