/** What a recording is made of: ops, contents, tensors, frames, passes. */
import { type Data, type DType, type Lens, seenAs } from '../engine/dtype';
import type { Arg, Op } from '../engine/op';
import type { Phase, TickKind } from '../protocol/ticks';
import type { Stats } from '../protocol/views';
import type { RandomMark } from './generators';

export const KINDS: readonly TickKind[] = ['line', 'forward', 'backward', 'update', 'output'];
export const PHASES: readonly Phase[] = ['forward', 'backward', 'update'];

/** What rows ask their recording for. Rows refer to each other by number, so that none keeps the others in memory. */
export interface Owner {
  record(index: number): OpRecord;
  value(id: number): Value;
  held(value: Value): Data | null;
  hold(id: number, data: Data | null): void;
}

/**
 * One content of one storage, from the tick that wrote it to the next write. Held, or recomputed from what made it (replay.ts); a content
 * that nothing can recompute (data that came from Python, an edit) is a root and always held. Two objects with one id are one content.
 */
export interface Value {
  readonly id: number;
  readonly dtype: DType;
  readonly length: number;
  /** The elements; null when dropped. May be the live storage's own memory until that is about to be written. */
  data: Data | null;
  /** What computed it; null for a root. */
  readonly producer: OpRecord | null;
  /** The producer's index; -1 for a root. */
  readonly producerIndex: number;
  /** Which of the producer's results. */
  readonly result: number;
  readonly iteration: number;
  /** Statistics, once somebody asked. */
  stats?: Stats;
}

export class Content implements Value {
  stats?: Stats;
  constructor(
    private readonly owner: Owner,
    readonly id: number,
    readonly dtype: DType,
    readonly length: number,
    readonly producerIndex: number,
    readonly result: number,
    readonly iteration: number,
  ) {}

  get producer(): OpRecord | null {
    return this.producerIndex < 0 ? null : this.owner.record(this.producerIndex);
  }

  get data(): Data | null {
    return this.owner.held(this);
  }

  set data(data: Data | null) {
    this.owner.hold(this.id, data);
  }
}

/** A number in a tensor's place, or what an expression gave: no content of the run. */
export const constantValue = (dtype: DType, data: Data, length = 1): Value => ({
  id: 0,
  dtype,
  length,
  data,
  producer: null,
  producerIndex: -1,
  result: 0,
  iteration: 0,
});

/** Where a tensor lies. */
export interface Whereabouts {
  storage: number;
  shape: number[];
  strides: number[];
  offset: number;
  lens: Lens;
}

/** The dtype of a tensor that an op met. */
export const dtypeOf = (use: TensorUse): DType => seenAs(use.value.dtype, use.lens);

/** A tensor as an op met it: a geometry over one content. */
export interface TensorUse {
  /** The engine's tensor id. */
  readonly tensor: number;
  readonly value: Value;
  readonly shape: number[];
  readonly strides: number[];
  readonly offset: number;
  readonly lens: Lens;
  /** A Python number in a tensor's place. */
  readonly wrapped: boolean;
}

/** The same content, seen otherwise. */
export const seenSo = (
  { tensor, value, lens, wrapped }: TensorUse,
  shape: number[],
  strides: number[],
  offset: number,
) => ({ tensor, value, shape, strides, offset, lens, wrapped }) satisfies TensorUse;

export type ArgUse = { use: TensorUse } | { uses: (TensorUse | null)[] } | { attr: Arg };

/** One op that ran, one gradient that ran, or one write without an op (an edit, `.data =`, `.grad =`). Two objects with one index are one. */
export interface OpRecord {
  readonly index: number;
  tick: number;
  kind: 'forward' | 'backward' | 'update';
  /** Null where there is no entry: AccumulateGrad's first gradient, CopySlices, an edit. */
  op: Op | null;
  /** `relu`, `ReluBackward0`, `accumulate gradient` … */
  name: string;
  args: ArgUse[];
  outs: (TensorUse | null)[];
  /** For a backward record: the gradients that came in, and the forward record it belongs to. */
  grads: (TensorUse | null)[];
  readonly forwardOf: OpRecord | null;
  /** Index of forwardOf; -1 if none. */
  forwardIndex: number;
  /** autograd's name of the gradient function that was linked. */
  gradFn: string | null;
  /** The generator before a random op (see generators.ts). */
  random: RandomMark | null;
  /** torch.get_default_dtype() where it was not float32: some ops' results depend on it. */
  defaultDtype?: DType;
  /** Module whose forward was running; -1 outside of all. */
  module: number;
  /** The line that made the op (for backward records too); index into sites, -1 if none. */
  site: number;
}

export class OpRow implements OpRecord {
  op: Op | null = null;
  args: ArgUse[] = [];
  outs: (TensorUse | null)[] = [];
  grads: (TensorUse | null)[] = [];
  forwardIndex = -1;
  gradFn: string | null = null;
  random: RandomMark | null = null;
  defaultDtype?: DType;

  constructor(
    private readonly owner: Owner,
    readonly index: number,
    public tick: number,
    public kind: OpRecord['kind'],
    public name: string,
    public module: number,
    public site: number,
  ) {}

  get forwardOf(): OpRecord | null {
    return this.forwardIndex < 0 ? null : this.owner.record(this.forwardIndex);
  }
}

/** What the recording knows of a tensor for ever. */
export interface TensorRecord {
  readonly id: number;
  readonly dtype: DType;
  requiresGrad: boolean;
  isParameter: boolean;
  /** What made it; null for a root. */
  readonly producer: OpRecord | null;
  readonly producerIndex: number;
  gradFn: string | null;
}

export class TensorRow implements TensorRecord {
  isParameter = false;
  constructor(
    private readonly owner: Owner,
    readonly id: number,
    readonly dtype: DType,
    public requiresGrad: boolean,
    readonly producerIndex: number,
    public gradFn: string | null,
  ) {}

  get producer(): OpRecord | null {
    return this.producerIndex < 0 ? null : this.owner.record(this.producerIndex);
  }
}

export interface FrameRecord {
  id: number;
  parent: number | null;
  name: string;
  path: string;
  line: number;
  first: number;
  /** Last line tick so far. */
  last: number;
}

/** Changes of a frame's names at a tick: JSON of { name: RecordedValue | null }, unread until someone asks. */
export interface NamesDelta {
  tick: number;
  value: string;
}

export interface ModuleRecord {
  id: number;
  parent: number | null;
  name: string;
  type: string;
  extra: string;
  /** name -> tensor id */
  parameters: Map<string, number>;
  buffers: Map<string, number>;
  children: Map<string, number>;
}

export interface OptimizerRecord {
  id: number;
  description: string;
  /** parameter's tensor id -> names of what is kept for it. */
  kept: Map<number, Set<string>>;
}

/** What an optimizer keeps for a parameter. */
export type StateValue = { tensor: number } | { number: number };

/** A stretch of ticks that one call made: backward(), or an optimizer's step(). To the debugger it is a frame of its own. */
export interface PassRecord {
  index: number;
  kind: 'backward' | 'step';
  label: string;
  start: number;
  /** Tick after the last; Infinity while it runs. */
  end: number;
  /** The frame and line that called it. */
  frame: number;
  site: number;
  optimizer: number;
  /** Tensor backward() was called on; -1 for a step. */
  root: number;
}

export interface Iteration {
  start: number;
  backward: number;
  update: number;
  /** null until backward() was called. */
  loss: number | null;
  /** The tensor backward() was called on; -1 if none. */
  root: number;
}

export interface OutputRecord {
  tick: number;
  stream: 'stdout' | 'stderr' | 'console' | 'figure';
  text: string;
}

/** A change at a tick. */
export interface Change<T> {
  tick: number;
  value: T;
}
