import { context, type SavedHooks } from '../context';
import type { DType } from '../dtype';
import { runtimeError } from '../errors';
import type { Arg, BackwardContext, Op } from '../op';
import { follow } from '../reuse';
import type { Param } from '../schema';
import { type Geometry, Tensor, type VersionCounter } from '../tensor';

let nextId = 1;
let nextSequence = 0;

export interface Edge {
  node: Node;
  /** Which of the node's outputs. */
  nr: number;
}

export interface Meta extends Geometry {
  dtype: DType;
}

export const metaOf = (t: Tensor): Meta => ({
  shape: t.shape,
  strides: t.strides,
  offset: t.offset,
  dtype: t.dtype,
});

/** What a node waits for in a backward pass. */
export class Waiting {
  /** How many edges still lead into it. */
  edges = 0;
  /** Gradients of its outputs that have arrived. */
  grads: (Tensor | null)[] | null = null;

  /** @param outer what it waits for in the pass around this one (a hook began this one) */
  constructor(
    readonly pass: number,
    readonly outer: Waiting | null,
  ) {}
}

/** A gradient function: one vertex of the tape. */
export abstract class Node {
  readonly id = nextId++;
  /** Later ops run their gradients first; AccumulateGrad goes before all, as in PyTorch. */
  sequence = nextSequence++;
  /** Where each input's gradient goes; null where none is wanted. */
  next: (Edge | null)[] = [];
  /** Shape and dtype of each output: what an undefined gradient would be. */
  outputs: Meta[] = [];
  /** Hooks on output tensors (register_hook), by output; they may replace the gradient that arrives. */
  tensorHooks: Map<number, ((grad: Tensor) => Tensor | null)[]> | null = null;
  /** Node.register_prehook: gradients of the outputs in, their replacements out. */
  preHooks: ((grads: (Tensor | null)[]) => (Tensor | null)[])[] | null = null;
  /** Node.register_hook: gradients of inputs and outputs in, replacements of the former out. */
  hooks: ((outs: (Tensor | null)[], grads: (Tensor | null)[]) => (Tensor | null)[])[] | null = null;
  /** In anomaly mode: where the forward call stood. */
  readonly trace: string | null = context.anomaly?.made() ?? null;
  /** Tensors with retain_grad(), by output number. */
  retained: Map<number, Tensor> | null = null;
  /** What an observer keeps with this gradient function; the engine never looks at it. */
  note: unknown = null;
  /** What it waits for in the innermost backward pass that reaches it. */
  waiting: Waiting | null = null;

  /** autograd's name: `ReluBackward0`. */
  abstract readonly name: string;
  /** The op whose gradient this is; null for AccumulateGrad and its like. */
  abstract readonly op: Op | null;

  /** Gradients of the outputs in, gradients of the inputs out (in the order of `next`). */
  abstract apply(grads: (Tensor | null)[]): (Tensor | null)[];

  /** Frees what was saved for the gradient, after backward() without retain_graph. */
  release(): void {}
}

/** `Exp` for ExpBackward0, as PyTorch's message about in-place writes has it. */
export const shortName = (node: Node) => node.name.replace(/Backward0?(\d*)$/, '$1');

/** A tensor kept for the gradient, with the version it had. */
export class Saved {
  /** An argument. */
  private tensor: Tensor | null;
  /** An output of the node itself: where it lies and how, whatever its tensor shows since. */
  private own: (Geometry & Pick<Tensor, 'storage' | 'lens'>) | null = null;
  private readonly version: number;
  private readonly counter: VersionCounter;
  private readonly outputNr: number;
  /** saved_tensors_hooks: whom to ask, and by which number; and where the tensor's gradient goes, which they do not keep. */
  private packed: { hooks: SavedHooks; id: number } | null = null;
  private edge: { gradFn: Node | null; accumulator: Node | null; leaf: boolean } | null = null;

  constructor(tensor: Tensor, owner: Node | null) {
    if (tensor.inference)
      throw runtimeError(
        'Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`.',
      );
    this.counter = tensor.counter;
    this.version = tensor.counter.version;
    if (owner) {
      const { storage, shape, strides, offset, lens } = tensor;
      this.own = { storage, shape, strides, offset, lens };
      this.tensor = null;
    } else this.tensor = tensor;
    this.outputNr = tensor.outputNr;
    if (context.savedHooks && !tensor.wrapped) this.pack(context.savedHooks, tensor, owner);
  }

  private pack(hooks: SavedHooks, tensor: Tensor, owner: Node | null): void {
    if (!owner) this.edge = { gradFn: tensor.gradFn, accumulator: tensor.accumulator, leaf: tensor.leafRequiresGrad };
    // Hooks see a result with its gradient function.
    this.packed = { hooks, id: hooks.pack(owner ? this.result(owner) : tensor) };
    [this.tensor, this.own] = [null, null];
  }

  /** Is it asked of hooks? Once a pass, then, however often a formula reads it. */
  get fromOutside(): boolean {
    return this.packed !== null;
  }

  /** The tensor. Raises PyTorch's errors if it was freed or written since. */
  unpack(owner: Node): Tensor {
    if (this.packed) {
      // Python runs.
      follow(null);
      return this.fromHooks(this.packed.hooks.unpack(this.packed.id), owner);
    }
    if (!this.tensor && !this.own)
      throw runtimeError(
        'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.',
      );
    const t = this.tensor ?? this.result(owner);
    if (this.counter.version !== this.version) this.refuse(t, owner);
    return t;
  }

  /** The node's own output, with its gradient function. */
  private result(owner: Node): Tensor {
    const { storage, shape, strides, offset, lens } = this.own!;
    const t = new Tensor(storage, shape, strides, offset, lens);
    t.counter = this.counter;
    t.gradFn = owner;
    t.outputNr = this.outputNr;
    return t;
  }

  private refuse(t: Tensor, owner: Node): never {
    const found = this.counter.version;
    const source = this.own
      ? `, which is output ${this.outputNr} of ${shortName(owner)},`
      : t.gradFn
        ? // A view of what was written has a new gradient function.
          `, which is output ${t.outputNr} of ${t.viewOf && t.viewOf.attrVersion !== found ? 'AsStrided' : shortName(t.gradFn)},`
        : '';
    throw runtimeError(
      `one of the variables needed for gradient computation has been modified by an inplace operation: [${t.typeName} [${t.shape.join(', ')}]]${source} is at version ${found}; expected version ${this.version} instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False).`,
    );
  }

  private fromHooks(found: Tensor, owner: Node): Tensor {
    const t = found.alias(found.shape, found.strides);
    t.gradFn = this.edge ? this.edge.gradFn : owner;
    t.outputNr = this.outputNr;
    if (this.edge && !this.edge.gradFn) {
      t.leafRequiresGrad = this.edge.leaf;
      t.accumulator = this.edge.accumulator;
    }
    return t;
  }

  release(): void {
    this.packed?.hooks.free(this.packed.id);
    this.packed = null;
    this.tensor = null;
    this.own = null;
  }
}

/** Is this parameter a list of tensors? */
export const isTensorList = (p: Param) => p.type === 'Tensor[]' || p.type === 'Tensor?[]';

/** Arguments of an op without its tensors' memory: what a gradient may know for free. */
export interface CallShape {
  readonly op: Op;
  /** By position; null for an argument that is no tensor. */
  readonly metas: readonly (Meta | Meta[] | null)[];
  /** By position; for a list of tensors: which of its items are given. */
  readonly attrs: readonly Arg[];
}

export function callShape(op: Op, args: readonly Arg[]): CallShape {
  const { params } = op.schema;
  const metas = new Array<Meta | Meta[] | null>(params.length);
  const attrs = new Array<Arg>(params.length);
  for (let i = 0; i < params.length; i++) {
    const a = args[i];
    metas[i] = null;
    attrs[i] = undefined;
    if (a instanceof Tensor) metas[i] = metaOf(a);
    else if (Array.isArray(a) && isTensorList(params[i])) {
      metas[i] = (a as (Tensor | null)[]).filter((t) => t !== null).map(metaOf);
      attrs[i] = (a as (Tensor | null)[]).map((t) => t !== null) as unknown as Arg;
    } else attrs[i] = a;
  }
  return { op, metas, attrs };
}

/** What a gradient formula sees, over any way of finding saved tensors (the tape's, or a replay's). */
export class FormulaContext implements BackwardContext {
  constructor(
    private readonly call: CallShape,
    readonly grads: readonly (Tensor | null)[],
    private readonly find: (name: string) => Tensor,
  ) {}

  get grad(): Tensor {
    return this.grads[0]!;
  }

  saved(name: string): Tensor {
    return this.find(name);
  }

  savedList(name: string): (Tensor | null)[] {
    const given = this.attr(name) as unknown as boolean[];
    return given.map((there, i) => (there ? this.find(`${name}.${i}`) : null));
  }

  attr<T extends Arg>(name: string): T {
    return this.call.attrs[this.call.op.position.get(name)!] as T;
  }

  has(name: string): boolean {
    return this.meta(name) !== null;
  }

  shape(name: string): number[] {
    return (this.meta(name) as Meta).shape;
  }

  geometry(name: string): Geometry {
    return this.meta(name) as Meta;
  }

  shapes(name: string): number[][] {
    return (this.meta(name) as Meta[]).map((m) => m.shape);
  }

  dtype(name: string): DType {
    return (this.meta(name) as Meta).dtype;
  }

  private meta(name: string): Meta | Meta[] | null {
    const at = this.call.op.position.get(name);
    return at === undefined ? null : this.call.metas[at];
  }
}
