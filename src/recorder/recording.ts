/** What happened in a run: an append-only log of ticks, and the tensors' contents at each of them. */
import { type Data, type DType, type Lens, seenAs } from '../engine/dtype';
import type { Arg, Op } from '../engine/op';
import type { GeneratorSnapshot } from '../engine/random/generator';
import type { Phase, Place, TickKind } from '../protocol/ticks';
import type { Bookmark, Stats } from '../protocol/views';
import { Column, type History } from './columns';

export const KINDS: readonly TickKind[] = ['line', 'forward', 'backward', 'update', 'output'];
export const PHASES: readonly Phase[] = ['forward', 'backward', 'update'];

/**
 * One content of one storage, from the tick that wrote it to the next write. Held, or recomputed from what made it (replay.ts); a content
 * that nothing can recompute (data that came from Python, an edit) is a root and always held.
 */
export interface Value {
  readonly id: number;
  readonly dtype: DType;
  readonly length: number;
  /** The elements; null when dropped. May be the live storage's own memory until that is about to be written. */
  data: Data | null;
  /** What computed it; null for a root. */
  readonly producer: OpRecord | null;
  /** Which of the producer's results. */
  readonly result: number;
  readonly iteration: number;
  /** Used by a later iteration than its own: kept as a checkpoint's part when others are dropped. */
  carried: boolean;
  /** Statistics, once somebody asked. */
  stats?: Stats;
}

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
  tensor: number;
  value: Value;
  shape: number[];
  strides: number[];
  offset: number;
  lens: Lens;
  /** A Python number in a tensor's place. */
  wrapped: boolean;
}

export type ArgUse = { use: TensorUse } | { uses: (TensorUse | null)[] } | { attr: Arg };

/** One op that ran, one gradient that ran, or one write without an op (an edit, `.data =`, `.grad =`). */
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
  forwardOf: OpRecord | null;
  /** autograd's name of the gradient function that was linked. */
  gradFn: string | null;
  random: GeneratorSnapshot | null;
  /** torch.get_default_dtype() where it was not float32: some ops' results depend on it. */
  defaultDtype?: DType;
  /** Module whose forward was running; -1 outside of all. */
  module: number;
  /** The line that made the op (for backward records too); index into sites, -1 if none. */
  site: number;
}

/** What the recording knows of a tensor for ever. */
export interface TensorRecord {
  id: number;
  dtype: DType;
  requiresGrad: boolean;
  isParameter: boolean;
  /** Storage and geometry; `.data = …` changes them. */
  place: History<Whereabouts>;
  /** The tensor in `.grad`, or null. */
  grad: History<number | null>;
  /** What made it; null for a root. */
  producer: OpRecord | null;
  gradFn: string | null;
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
  /** Changes of locals: JSON of { name: RecordedValue | null }, unread until someone asks. */
  deltas: { tick: number; json: string }[];
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
  /** JSON of the groups' hyperparameters. */
  hyper: History<string>;
  /** parameter's tensor id -> name -> tensor id, or a plain number. */
  state: Map<number, Map<string, History<{ tensor: number } | { number: number }>>>;
}

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
  stream: 'stdout' | 'stderr' | 'console';
  text: string;
}

export class Recording {
  script = '';
  /** Text of every script file that has a site, by path: what was run, even if the file changes. */
  readonly sources = new Map<string, string>();

  // A tick's columns.
  readonly kind = new Column(Uint8Array);
  readonly phase = new Column(Uint8Array);
  /** Index into sites of the line that was running. */
  readonly site = new Column(Int32Array);
  readonly frame = new Column(Int32Array);
  /** forward, backward, update: index into records; output: into outputs; line: -1. */
  readonly record = new Column(Int32Array);
  /** Index into passes, -1 outside. */
  readonly pass = new Column(Int32Array);

  readonly sites: Place[] = [];
  readonly records: OpRecord[] = [];
  readonly outputs: OutputRecord[] = [];
  readonly frames = new Map<number, FrameRecord>();
  readonly passes: PassRecord[] = [];
  readonly iterations: Iteration[] = [{ start: 0, backward: -1, update: -1, loss: null, root: -1 }];
  readonly tensors = new Map<number, TensorRecord>();
  /** storage id -> its contents over time. */
  readonly storages = new Map<number, History<Value>>();
  readonly modules = new Map<number, ModuleRecord>();
  readonly optimizers = new Map<number, OptimizerRecord>();
  /** The exception that ended the script, if one did. */
  exception: { type: string; message: string; traceback: string; tick: number } | null = null;

  /** Ticks that the user marked, in order. */
  bookmarks: Bookmark[] = [];

  /** For a recording that was opened from a file that is not whole: what is missing, for the user; null if nothing. */
  damage: string | null = null;

  /** Lines of long stretches without a tensor op or a print that were not kept. */
  linesLeftOut = 0;

  get ticks(): number {
    return this.kind.length;
  }

  kindAt(tick: number): TickKind {
    return KINDS[this.kind.at(tick)];
  }

  phaseAt(tick: number): Phase {
    return PHASES[this.phase.at(tick)];
  }

  recordAt(tick: number): OpRecord | null {
    const kind = this.kindAt(tick);
    return kind === 'line' || kind === 'output' ? null : this.records[this.record.at(tick)];
  }

  passAt(tick: number): PassRecord | null {
    const index = this.pass.at(tick);
    return index < 0 ? null : this.passes[index];
  }

  /** The line that was running; inside backward(), the forward line that made the op whose gradient it is. */
  placeAt(tick: number): Place | null {
    if (tick < 0 || tick >= this.ticks) return null;
    const record = this.passAt(tick)?.kind === 'backward' ? this.recordAt(tick) : null;
    const site = record && record.site >= 0 ? record.site : this.site.at(tick);
    return site < 0 ? null : this.sites[site];
  }

  /** Iteration (0-based) that a tick belongs to. */
  iterationAt(tick: number): number {
    let low = 0;
    let high = this.iterations.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.iterations[middle].start <= tick) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** First tick after an iteration. */
  endOf(iteration: number): number {
    return iteration + 1 < this.iterations.length ? this.iterations[iteration + 1].start : this.ticks;
  }

  /** A tensor's content and geometry at a tick; null before it existed. */
  useAt(tensor: number, tick: number): TensorUse | null {
    const place = this.tensors.get(tensor)?.place.at(tick);
    const value = place && this.storages.get(place.storage)?.at(tick);
    if (!place || !value) return null;
    const { shape, strides, offset, lens } = place;
    return { tensor, value, shape, strides, offset, lens, wrapped: false };
  }

  /** The tensor in `.grad` at a tick; null for None. */
  gradAt(tensor: number, tick: number): number | null {
    return this.tensors.get(tensor)?.grad.at(tick) ?? null;
  }

  /** `linear1`, `layers.0`; '' for a root module. */
  modulePath(id: number): string {
    const names: string[] = [];
    for (let m = this.modules.get(id); m && m.parent !== null; m = this.modules.get(m.parent)) names.unshift(m.name);
    return names.join('.');
  }

  /** `linear1.weight`, or null for a tensor that no module owns. */
  parameterName(tensor: number): string | null {
    for (const m of this.modules.values())
      for (const owned of [m.parameters, m.buffers])
        for (const [name, id] of owned)
          if (id === tensor) {
            const path = this.modulePath(m.id);
            return path ? `${path}.${name}` : name;
          }
    return null;
  }
}
