/** Writes a run down while it happens: hears the engine (Observer) and the Python side (TraceSink), appends to the Recording. */
import { OpNode } from '../engine/autograd/opNode';
import { context } from '../engine/context';
import type { Data } from '../engine/dtype';
import type { Observer, OpEvent } from '../engine/observer';
import type { Arg } from '../engine/op';
import type { Storage } from '../engine/storage';
import { Tensor } from '../engine/tensor';
import type { TickKind } from '../protocol/ticks';
import { History } from './columns';
import { Memory } from './memory';
import { type ArgUse, KINDS, type OpRecord, type PassRecord, Recording, type TensorUse, type Value } from './recording';
import type { TraceSink } from './sink';

const FORWARD = 0;
const BACKWARD = 1;
const UPDATE = 2;

export interface RecorderOptions {
  /** Bytes of contents to hold; beyond, old ones are dropped and replayed when asked for. */
  memoryLimit: number;
}

export class Recorder implements Observer, TraceSink {
  readonly recording = new Recording();
  private readonly memory: Memory;
  /** Called after every tick was appended; may block. */
  onTick: (tick: number) => void = () => {};
  /** Called when the script prints. */
  onOutput: (stream: 'stdout' | 'stderr', text: string, tick: number) => void = () => {};
  onRaised: (event: {
    type: string;
    message: string;
    path: string;
    line: number;
    frame: number;
    caught: boolean | null;
  }) => void = () => {};

  /** Called when backward() begins on a scalar; may block. */
  onLoss: (loss: TensorUse, value: number) => void = () => {};

  private currentFrame = -1;
  private currentSite = -1;
  private phase = FORWARD;
  private pass: PassRecord | null = null;
  /** The iteration began tentatively: if gradients add to the last one's, it is part of that. */
  private tentative = false;
  private readonly moduleStack: number[] = [];
  private readonly siteIndex = new Map<string, number>();
  /** Writes of each storage that the recording knows of; more were made unseen. */
  private readonly seenWrites = new WeakMap<Storage, number>();
  /** Storages whose memory a held content shares until the next write. */
  private readonly sharing = new WeakMap<Storage, Value>();
  /** Storages written since the last tick without an op's record (an edit in the debug console). */
  private readonly edited = new Map<Storage, true>();
  private readonly byNode = new WeakMap<object, OpRecord>();
  /** The storage that an op is writing, with what it held: the op read that, and the observer hears of the op only after the write. */
  private writing: { storage: Storage; value: Value } | null = null;
  /** Memory of the tensors that training moves. */
  private readonly leaves = new WeakSet<Storage>();
  /** Was one of them written since the last backward pass? Then the next forward pass is a new iteration for certain. */
  private updated = false;
  private nextValue = 1;

  constructor(options: RecorderOptions) {
    this.memory = new Memory(options.memoryLimit);
  }

  /** Starts hearing the engine. */
  attach(): void {
    context.observer = this;
  }

  get memoryUse(): { held: number; limit: number; thinned: boolean } {
    return this.memory;
  }

  // ---- the Python side ----------------------------------------------------------------------------------------

  enterFrame(id: number, parent: number | null, name: string, path: string, line: number): void {
    this.recording.frames.set(id, { id, parent, name, path, line, first: this.recording.ticks, last: -1, deltas: [] });
  }

  leaveFrame(frame: number): void {
    const { parent } = this.recording.frames.get(frame) ?? { parent: null };
    if (parent === null) return;
    this.currentFrame = parent;
    // What runs now, until the caller's next line, belongs to the line that made the call.
    const last = this.recording.frames.get(parent)?.last ?? -1;
    if (last >= 0) this.currentSite = this.recording.site.at(last);
  }

  line(frame: number, path: string, line: number, localsDelta: string | null): void {
    this.flushEdits();
    this.currentFrame = frame;
    this.currentSite = this.siteOf(path, line);
    const tick = this.append('line', -1);
    const record = this.recording.frames.get(frame);
    if (record) {
      record.last = tick;
      if (localsDelta !== null) record.deltas.push({ tick, json: localsDelta });
    }
    this.onTick(tick);
  }

  output(stream: 'stdout' | 'stderr', text: string): void {
    const { outputs } = this.recording;
    const tick = this.append('output', outputs.length);
    outputs.push({ tick, stream, text });
    this.onOutput(stream, text, tick);
    this.onTick(tick);
  }

  module(id: number, parent: number | null, name: string, type: string, extra: string): void {
    const { modules } = this.recording;
    const known = modules.get(id);
    if (known)
      Object.assign(known, {
        parent: parent ?? known.parent,
        name: name || known.name,
        type,
        extra: extra || known.extra,
      });
    else
      modules.set(id, {
        id,
        parent,
        name,
        type,
        extra,
        parameters: new Map(),
        buffers: new Map(),
        children: new Map(),
      });
    if (parent !== null) modules.get(parent)?.children.set(name, id);
  }

  parameter(module: number, name: string, tensor: Tensor): void {
    this.recording.modules.get(module)?.parameters.set(name, tensor.id);
    this.use(tensor);
    this.recording.tensors.get(tensor.id)!.isParameter = true;
  }

  buffer(module: number, name: string, tensor: Tensor): void {
    this.recording.modules.get(module)?.buffers.set(name, tensor.id);
    this.use(tensor);
  }

  enterModule(id: number): void {
    this.moduleStack.push(id);
  }

  exitModule(): void {
    this.moduleStack.pop();
  }

  beginStep(optimizer: number, description: string, hyper: string): void {
    const { optimizers } = this.recording;
    let known = optimizers.get(optimizer);
    if (!known)
      optimizers.set(optimizer, (known = { id: optimizer, description, hyper: new History(), state: new Map() }));
    if (known.hyper.latest !== hyper) known.hyper.set(this.recording.ticks, hyper);
    this.phase = UPDATE;
    this.openPass('step', `${description.split('(')[0].trim()}.step`, optimizer, -1);
  }

  endStep(): void {
    this.closePass();
  }

  state(optimizer: number, parameter: Tensor, name: string, value: Tensor | number): void {
    const known = this.recording.optimizers.get(optimizer);
    if (!known) return;
    let of = known.state.get(parameter.id);
    if (!of) known.state.set(parameter.id, (of = new Map()));
    let history = of.get(name);
    if (!history) of.set(name, (history = new History()));
    if (value instanceof Tensor) this.use(value);
    history.set(this.now, value instanceof Tensor ? { tensor: value.id } : { number: value });
  }

  raised(type: string, message: string, path: string, line: number, frame: number, caught: boolean | null): void {
    this.onRaised({ type, message, path, line, frame, caught });
  }

  // ---- the engine ---------------------------------------------------------------------------------------------

  willWrite(storage: Storage): void {
    // Before the sharing ends: a content that was never seen becomes a root that shares, and is copied below.
    this.writing = null;
    if (context.depth === 0) this.writing = { storage, value: this.valueOf(storage) };
    const value = this.sharing.get(storage);
    if (value?.data === storage.data) value.data = storage.data.slice() as Data;
    this.sharing.delete(storage);
    if (context.depth > 0) this.edited.set(storage, true);
  }

  ran(event: OpEvent): void {
    if (event.kind !== 'update') this.writing = null;
    switch (event.kind) {
      case 'pass':
        if (event.state === 'begin') this.beginBackward(event.roots);
        else this.closePass();
        return;
      case 'grad':
        this.gradChanged(event.tensor, event.cause);
        return;
      case 'data':
        this.dataChanged(event.tensor);
        return;
      case 'backward':
        this.gradientRan(event);
        return;
      default:
        this.opRan(event);
    }
  }

  /** Contents that were written while nobody recorded (a debugger's edit) become an `update` tick of their own. */
  flushEdits(): void {
    if (this.edited.size === 0) return;
    const changed = [...this.edited.keys()].filter(
      (s) => this.recording.storages.has(s.id) && this.seenWrites.get(s) !== s.writes,
    );
    this.edited.clear();
    for (const storage of changed) {
      const record = this.newRecord('update', 'edit');
      this.append('update', record.index);
      const value = this.root(storage, storage.data.slice() as Data);
      this.recording.storages.get(storage.id)!.set(record.tick, value);
      for (const t of this.recording.tensors.values())
        if (t.place.latest?.storage === storage.id) record.outs.push(this.recording.useAt(t.id, record.tick));
    }
  }

  private opRan(event: Extract<OpEvent, { kind: 'forward' | 'update' }>): void {
    const { op, args, outs, node } = event;
    const inPass = this.pass?.kind === 'backward';
    if (!inPass && node) this.gradLinked();
    if (inPass && event.kind === 'update' && this.tentative && this.addsToEarlierGradient(args[0]))
      this.mergeIteration();
    const uses = args.map((a, i) => this.argUse(op.schema.params[i].type, a));
    if (!inPass && event.kind === 'update' && this.leaves.has(outs[0].storage)) this.updated = true;
    this.writing = null;
    const kind = event.kind === 'update' ? 'update' : inPass ? 'backward' : 'forward';
    const record = this.newRecord(kind, op.name);
    Object.assign(record, { op, args: uses, random: event.random, gradFn: node?.name ?? null });
    if (node) this.byNode.set(node, record);
    this.append(kind, record.index);
    record.outs = outs.map((o, i) => this.made(o, record, i, node !== null));
    this.onTick(record.tick);
  }

  private gradientRan({ node, grads, outs }: Extract<OpEvent, { kind: 'backward' }>): void {
    const forwardOf = this.byNode.get(node) ?? null;
    const record = this.newRecord('backward', node.name);
    record.op = node.op;
    record.forwardOf = forwardOf;
    if (forwardOf) {
      record.site = forwardOf.site;
      record.module = forwardOf.module;
    }
    record.grads = grads.map((g) => g && this.use(g));
    this.append('backward', record.index);
    // Only an op's own formulas can be replayed; of anything else the results are kept.
    const replayable = node instanceof OpNode && forwardOf !== null;
    record.outs = outs.map((o, i) => o && this.made(o, replayable ? record : null, i, false));
    this.onTick(record.tick);
  }

  private gradChanged(tensor: Tensor, cause: 'accumulate' | 'set'): void {
    this.use(tensor);
    const known = this.recording.tensors.get(tensor.id)!;
    const grad = tensor.grad && this.use(tensor.grad);
    if (cause === 'accumulate') {
      const record = this.newRecord('update', 'accumulate gradient');
      this.append('update', record.index);
      record.outs = [grad];
      record.args = [{ use: this.use(tensor) }];
      known.grad.set(record.tick, grad?.tensor ?? null);
      this.onTick(record.tick);
    } else known.grad.set(this.now, grad?.tensor ?? null);
  }

  private dataChanged(tensor: Tensor): void {
    const known = this.recording.tensors.get(tensor.id);
    if (!known) return;
    const record = this.newRecord('update', 'data');
    this.append('update', record.index);
    this.valueOf(tensor.storage);
    known.place.set(record.tick, placeOf(tensor));
    if (known.requiresGrad) this.updated = true;
    record.outs = [this.recording.useAt(tensor.id, record.tick)];
    record.args = record.outs[0] ? [{ use: record.outs[0] }] : [];
    this.onTick(record.tick);
  }

  // ---- iterations, phases, passes -----------------------------------------------------------------------------

  /** An op that autograd follows ran outside of backward(): a forward pass. After a backward pass it begins the next iteration. */
  private gradLinked(): void {
    const { iterations } = this.recording;
    const current = iterations[iterations.length - 1];
    if (this.phase !== FORWARD && this.pass === null && current.backward >= 0) {
      const start = this.firstLineSince(current.update);
      iterations.push({ start, backward: -1, update: -1, loss: null, root: -1 });
      for (let t = start; t < this.recording.ticks; t++) this.recording.phase.set(t, FORWARD);
      this.tentative = !this.updated;
      this.memory.iterationEnded(this.recording, iterations.length - 2);
    }
    if (this.pass === null) this.phase = FORWARD;
  }

  /** The tick of the outermost call's line that led here and began at or after `since`: `zhat = net(X)`, not a line of forward(). */
  private firstLineSince(since: number): number {
    const { frames } = this.recording;
    let first = this.recording.ticks;
    for (let f = frames.get(this.currentFrame); f; f = f.parent === null ? undefined : frames.get(f.parent))
      if (f.last >= since) first = Math.min(first, f.last);
    return first;
  }

  /** Does this `.grad` still hold what an earlier backward pass put there (nobody zeroed it since)? */
  private addsToEarlierGradient(grad: Arg): boolean {
    if (!(grad instanceof Tensor)) return false;
    const made = this.recording.storages.get(grad.storage.id)?.latest?.producer;
    const pass = made && this.recording.passAt(made.tick);
    return pass?.kind === 'backward' && pass !== this.pass;
  }

  /** Gradients were added to those of the iteration before: it goes on (gradient accumulation). */
  private mergeIteration(): void {
    this.tentative = false;
    const { iterations } = this.recording;
    const last = iterations.pop()!;
    const before = iterations[iterations.length - 1];
    before.update = -1;
    before.loss = last.loss;
    before.root = last.root;
  }

  private beginBackward(roots: readonly Tensor[]): void {
    const { iterations } = this.recording;
    const current = iterations[iterations.length - 1];
    const root = roots[0];
    this.phase = BACKWARD;
    if (current.backward < 0) current.backward = this.recording.ticks;
    current.root = root?.id ?? -1;
    if (root?.count === 1) {
      current.loss = Number(root.values()[0]);
      this.onLoss(this.use(root), current.loss);
    }
    this.openPass('backward', 'backward()', -1, root?.id ?? -1);
  }

  private openPass(kind: PassRecord['kind'], label: string, optimizer: number, root: number): void {
    const { passes, ticks } = this.recording;
    this.pass = {
      index: passes.length,
      kind,
      label,
      start: ticks,
      end: Number.POSITIVE_INFINITY,
      frame: this.currentFrame,
      site: this.currentSite,
      optimizer,
      root,
    };
    passes.push(this.pass);
  }

  private closePass(): void {
    if (!this.pass) return;
    this.pass.end = this.recording.ticks;
    if (this.pass.kind === 'backward') {
      this.tentative = false;
      this.updated = false;
      this.phase = UPDATE;
      const { iterations, ticks } = this.recording;
      iterations[iterations.length - 1].update = ticks;
    }
    this.pass = null;
  }

  // ---- book-keeping -------------------------------------------------------------------------------------------

  /** The last tick that was appended. */
  private get now(): number {
    return Math.max(this.recording.ticks - 1, 0);
  }

  private siteOf(path: string, line: number): number {
    const key = `${path}:${line}`;
    let index = this.siteIndex.get(key);
    if (index === undefined) {
      index = this.recording.sites.length;
      this.siteIndex.set(key, index);
      this.recording.sites.push({ path, line });
    }
    return index;
  }

  private append(kind: TickKind, record: number): number {
    const r = this.recording;
    const tick = r.ticks;
    r.kind.push(KINDS.indexOf(kind));
    r.phase.push(this.phase);
    r.site.push(this.currentSite);
    r.frame.push(this.currentFrame);
    r.record.push(record);
    r.pass.push(this.pass?.index ?? -1);
    return tick;
  }

  private newRecord(kind: OpRecord['kind'], name: string): OpRecord {
    const { records, ticks } = this.recording;
    const record: OpRecord = {
      index: records.length,
      tick: ticks,
      kind,
      op: null,
      name,
      args: [],
      outs: [],
      grads: [],
      forwardOf: null,
      gradFn: null,
      random: null,
      module: this.moduleStack[this.moduleStack.length - 1] ?? -1,
      site: this.currentSite,
    };
    if (context.defaultDtype !== 'float32') record.defaultDtype = context.defaultDtype;
    records.push(record);
    return record;
  }

  private argUse(type: string, a: Arg): ArgUse {
    if (a instanceof Tensor) return { use: a.wrapped ? this.number(a) : this.use(a) };
    if (type.startsWith('Tensor') && Array.isArray(a))
      return { uses: (a as (Tensor | null)[]).map((t) => t && this.use(t)) };
    return { attr: a };
  }

  /** A tensor that an op reads: its content as it is now. */
  private use(t: Tensor): TensorUse {
    const value = this.valueOf(t.storage);
    if (value.iteration !== this.iteration) this.memory.carry(value);
    this.known(t);
    return { tensor: t.id, value, shape: t.shape, strides: t.strides, offset: t.offset, wrapped: t.wrapped };
  }

  /** A Python number: a constant of the record, no tensor of the run. */
  private number(t: Tensor): TensorUse {
    const { data } = t.storage;
    const value: Value = {
      id: 0,
      dtype: t.dtype,
      length: 1,
      data,
      producer: null,
      result: 0,
      iteration: 0,
      carried: true,
    };
    return { tensor: -1, value, shape: [], strides: [], offset: 0, wrapped: true };
  }

  /** A tensor that an op made or wrote. */
  private made(t: Tensor, producer: OpRecord | null, result: number, linked: boolean): TensorUse {
    const { storages } = this.recording;
    let history = storages.get(t.storage.id);
    const fresh = history === undefined;
    if (!history) storages.set(t.storage.id, (history = new History()));
    if (fresh || this.seenWrites.get(t.storage) !== t.storage.writes) {
      const value = this.newValue(t.storage, t.storage.data, producer, result);
      history.set(this.now, value);
      this.share(t.storage, value);
    }
    this.known(t, producer, linked);
    return {
      tensor: t.id,
      value: history.latest!,
      shape: t.shape,
      strides: t.strides,
      offset: t.offset,
      wrapped: t.wrapped,
    };
  }

  /** The content of a storage as it is now, or as the op that writes it found it; one that was never seen before is a root. */
  private valueOf(storage: Storage): Value {
    if (this.writing?.storage === storage) return this.writing.value;
    const history = this.recording.storages.get(storage.id);
    if (history && this.seenWrites.get(storage) === storage.writes) return history.latest!;
    return this.root(storage, storage.data);
  }

  /** A content that came from outside of the recorded ops. */
  private root(storage: Storage, data: Data): Value {
    const { storages } = this.recording;
    let history = storages.get(storage.id);
    // One that existed before it was seen counts from the beginning, so that earlier ticks can show it.
    const tick = history ? this.now : 0;
    if (!history) storages.set(storage.id, (history = new History()));
    const value = this.newValue(storage, data, null, 0);
    history.set(tick, value);
    if (data === storage.data) this.share(storage, value);
    else this.seenWrites.set(storage, storage.writes);
    return value;
  }

  private share(storage: Storage, value: Value): void {
    this.seenWrites.set(storage, storage.writes);
    this.sharing.set(storage, value);
  }

  private newValue(storage: Storage, data: Data, producer: OpRecord | null, result: number): Value {
    const value: Value = {
      id: this.nextValue++,
      dtype: storage.dtype,
      length: data.length,
      data,
      producer,
      result,
      iteration: this.iteration,
      carried: false,
    };
    this.memory.add(value);
    return value;
  }

  private get iteration(): number {
    return this.recording.iterations.length - 1;
  }

  private known(t: Tensor, producer: OpRecord | null = null, linked = false): void {
    const { tensors } = this.recording;
    if (t.requiresGrad && t.isLeaf) this.leaves.add(t.storage);
    const known = tensors.get(t.id);
    if (known) {
      known.requiresGrad ||= t.requiresGrad;
      if (linked) known.gradFn = t.gradFn?.name ?? null;
      return;
    }
    const record = {
      id: t.id,
      dtype: t.dtype,
      requiresGrad: t.requiresGrad,
      isParameter: false,
      place: new History<ReturnType<typeof placeOf>>(),
      grad: new History<number | null>(),
      producer,
      gradFn: t.gradFn?.name ?? null,
    };
    record.place.set(producer ? producer.tick : 0, placeOf(t));
    tensors.set(t.id, record);
  }
}

const placeOf = (t: Tensor) => ({ storage: t.storage.id, shape: t.shape, strides: t.strides, offset: t.offset });
