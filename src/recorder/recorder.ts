/** Writes a run down while it happens: hears the engine (Observer) and the Python side (TraceSink), appends to the Recording. */
import { OpNode } from '../engine/autograd/opNode';
import { context } from '../engine/context';
import type { Observer, OpEvent } from '../engine/observer';
import type { Storage } from '../engine/storage';
import { Tensor } from '../engine/tensor';
import type { TickKind } from '../protocol/ticks';
import type { FigureView } from '../protocol/views';
import { Contents } from './contents';
import { Course } from './course';
import { Memory } from './memory';
import { type ArgUse, KINDS, type OpRecord, OpRow, Recording, type StateValue, type TensorUse } from './recording';
import { savedTensors, savedUses } from './replay';
import type { TraceSink } from './sink';
import { stateKey } from './store/page';
import type { Scratch } from './store/shelf';
import { figureText } from './views/figures';

/** So many lines in a row, without a tensor op or a print between them, are kept one by one; beyond, only the latest. */
const QUIET_LINES = 100_000;
/** Characters of figures that a recording keeps: of what is drawn beyond, only that it was. */
const MOST_PICTURES = 64e6;

export interface RecorderOptions {
  /** Bytes of contents to hold; beyond, old ones are dropped and replayed when asked for. */
  memoryLimit: number;
  /** Where structure goes that does not fit. */
  scratch?: Scratch;
}

/** What the recording keeps with a gradient function. */
interface NodeNote {
  owner: Recorder;
  /** The forward op's. */
  record: OpRecord;
  /** The tensors of savedUses(record). */
  saved: readonly Tensor[];
}

export class Recorder implements Observer, TraceSink {
  readonly recording = new Recording();
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

  private readonly memory: Memory;
  private readonly contents: Contents;
  private readonly course: Course;
  /** Lines since anything else happened. */
  private quiet = 0;
  /** Called once, when lines begin to be left out. */
  onThinned: (tick: number) => void = () => {};
  private readonly moduleStack: number[] = [];
  /** Characters of the figures' pictures. */
  private kept = 0;
  /** What was written down last of each optimizer. */
  private readonly hypers = new Map<number, string>();
  private readonly states = new Map<string, StateValue>();

  constructor(options: RecorderOptions) {
    this.memory = new Memory(this.recording, options.memoryLimit, options.scratch);
    this.contents = new Contents(this.recording, this.memory);
    this.course = new Course(this.recording, this.memory);
  }

  /** Starts hearing the engine. */
  attach(): void {
    context.observer = this;
  }

  get memoryUse(): Readonly<Pick<Memory, 'held' | 'structure' | 'used' | 'limit' | 'spacing' | 'far' | 'leftOut'>> {
    return this.memory;
  }

  // ---- the Python side ----------------------------------------------------------------------------------------

  enterFrame(id: number, parent: number | null, name: string, path: string, line: number): void {
    const { pages, ticks } = this.recording;
    pages.addFrame({ id, parent, name, path, line, first: ticks, last: -1 });
  }

  leaveFrame(frame: number): void {
    this.course.leaveFrame(frame);
    const { recording } = this;
    if (this.quiet > QUIET_LINES && (recording.frame(frame)?.first ?? 0) >= recording.ticks)
      recording.pages.dropFrame(frame);
    else recording.pages.closeFrame(frame);
  }

  line(frame: number, path: string, line: number, localsDelta: string | null): void {
    this.flushEdits();
    this.course.enterLine(frame, path, line);
    const tick = this.quiet < QUIET_LINES ? this.append('line', -1) : this.replaceLine();
    this.quiet++;
    const { pages } = this.recording;
    const record = pages.frame(frame);
    if (record) {
      record.last = tick;
      if (localsDelta !== null) pages.addNames(frame, tick, localsDelta);
    }
    this.onTick(tick);
  }

  finish(frame: number, localsDelta: string | null): void {
    const { pages, outputCount } = this.recording;
    this.course.frame = frame;
    const tick = this.append('output', outputCount);
    pages.addOutput({ tick, stream: 'console', text: '' });
    if (pages.frame(frame) && localsDelta !== null) pages.addNames(frame, tick, localsDelta);
  }

  /** The latest of very many lines without a tensor op or a print takes the place of the one before: an endless loop stays bounded. */
  private replaceLine(): number {
    const r = this.recording;
    const tick = r.ticks - 1;
    r.pages.setLine(tick, this.course.site, this.course.frame);
    if (r.linesLeftOut++ === 0) this.onThinned(tick);
    return tick;
  }

  output(stream: 'stdout' | 'stderr', text: string): void {
    const { pages, outputCount } = this.recording;
    const tick = this.append('output', outputCount);
    pages.addOutput({ tick, stream, text });
    this.onOutput(stream, text, tick);
    this.onTick(tick);
  }

  /** A figure was drawn. Past a bound of what is kept of pictures, only that it was. */
  figure(view: Omit<FigureView, 'tick'>): number {
    const { pages, outputCount } = this.recording;
    this.kept += view.svg.length;
    const text = figureText(this.kept <= MOST_PICTURES ? view : { ...view, svg: '' });
    const tick = this.append('output', outputCount);
    pages.addOutput({ tick, stream: 'figure', text });
    this.onTick(tick);
    return tick;
  }

  /** A module is made, or becomes another's child. It stays with its first parent: `layers[:-1]` makes a ModuleList of the same layers. */
  module(id: number, parent: number | null, name: string, type: string, extra: string): void {
    const { modules, touched } = this.recording;
    touched.add(id);
    this.recording.modulesKnown++;
    let m = modules.get(id);
    if (!m) {
      const [parameters, buffers, children] = [new Map(), new Map(), new Map()];
      modules.set(id, (m = { id, parent: null, name: '', type, extra, parameters, buffers, children }));
    }
    if (extra) m.extra = extra;
    // A child may keep its owner as an attribute: that is no part of it.
    if (parent === null || this.contains(id, parent)) return;
    if (m.parent === null) Object.assign(m, { parent, name });
    modules.get(parent)?.children.set(name, id);
    touched.add(parent);
  }

  private contains(module: number, other: number): boolean {
    if (module === other) return true;
    const children = this.recording.modules.get(module)?.children.values() ?? [];
    return [...children].some((child) => this.contains(child, other));
  }

  array(tensor: Tensor): void {
    this.contents.use(tensor);
  }

  parameter(module: number, name: string, tensor: Tensor): void {
    this.recording.modules.get(module)?.parameters.set(name, tensor.id);
    this.recording.touched.add(module);
    this.recording.modulesKnown++;
    this.contents.use(tensor);
    const known = this.contents.known(tensor);
    if (known.isParameter) return;
    known.isParameter = true;
    this.recording.pages.tensorChanged(known);
  }

  buffer(module: number, name: string, tensor: Tensor): void {
    this.recording.modules.get(module)?.buffers.set(name, tensor.id);
    this.recording.touched.add(module);
    this.recording.modulesKnown++;
    this.contents.use(tensor);
  }

  enterModule(id: number): void {
    this.moduleStack.push(id);
  }

  exitModule(): void {
    this.moduleStack.pop();
  }

  beginStep(optimizer: number, description: string, hyper: string): void {
    const { optimizers, pages, ticks } = this.recording;
    if (!optimizers.has(optimizer)) optimizers.set(optimizer, { id: optimizer, description, kept: new Map() });
    if (this.hypers.get(optimizer) !== hyper) pages.setHyper(optimizer, ticks, hyper);
    this.hypers.set(optimizer, hyper);
    this.course.openPass('step', `${description.split('(')[0].trim()}.step`, optimizer, -1);
  }

  endStep(): void {
    this.course.closePass();
  }

  state(optimizer: number, parameter: Tensor, name: string, value: Tensor | number): void {
    const known = this.recording.optimizers.get(optimizer);
    if (!known) return;
    let names = known.kept.get(parameter.id);
    if (!names) known.kept.set(parameter.id, (names = new Set()));
    names.add(name);
    if (value instanceof Tensor) this.contents.use(value);
    const state = value instanceof Tensor ? { tensor: value.id } : { number: value };
    const key = stateKey(optimizer, parameter.id, name);
    const before = this.states.get(key);
    const same =
      before &&
      ('tensor' in state
        ? 'tensor' in before && before.tensor === state.tensor
        : 'number' in before && Object.is(before.number, state.number));
    if (same) return;
    this.states.set(key, state);
    this.recording.pages.setState(optimizer, parameter.id, name, this.now, state);
  }

  raised(type: string, message: string, path: string, line: number, frame: number, caught: boolean | null): void {
    this.onRaised({ type, message, path, line, frame, caught });
  }

  // ---- the engine ---------------------------------------------------------------------------------------------

  willWrite(storage: Storage, replaced = false, alone = false): void {
    this.contents.willWrite(storage, replaced, alone);
  }

  unused(storage: Storage): void {
    this.contents.unused(storage);
  }

  ran(event: OpEvent): void {
    if (event.kind !== 'update') this.contents.written();
    // Before anything of the event is looked at: what it uses may be of another stretch than itself.
    this.memory.op();
    switch (event.kind) {
      case 'pass':
        if (event.state === 'begin') this.beginBackward(event.roots[0]);
        else this.course.closePass();
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
    for (const storage of this.contents.takeEdited()) {
      const record = this.newRecord('update', 'edit');
      this.append('update', record.index);
      record.outs = this.contents.edit(storage, record.tick);
    }
  }

  private beginBackward(root: Tensor | undefined): void {
    const loss = root?.count === 1 ? Number(root.values()[0]) : null;
    this.course.beginBackward(root?.id ?? -1, loss);
    if (root && loss !== null) this.onLoss(this.contents.use(root), loss);
  }

  private opRan(event: Extract<OpEvent, { kind: 'forward' | 'update' }>): void {
    const { op, args, outs, node } = event;
    const inPass = this.course.inBackward;
    if (!inPass && node) this.course.gradLinked();
    if (inPass && event.kind === 'update') this.course.addsInPlace(args[0]);
    const { params } = op.schema;
    const uses = new Array<ArgUse>(args.length);
    for (let i = 0; i < args.length; i++) uses[i] = this.contents.argUse(params[i], args[i]);
    if (!inPass && event.kind === 'update' && this.contents.isLeaf(outs[0].storage)) this.course.weightWritten();
    this.contents.written();
    const kind = event.kind === 'update' ? 'update' : inPass ? 'backward' : 'forward';
    const record = this.newRecord(kind, op.name);
    this.recording.times.set(record.index, event.took);
    record.op = op;
    record.args = uses;
    record.gradFn = node?.name ?? null;
    if (event.random) record.random = this.recording.generators.mark(event.random);
    if (node) node.note = { owner: this, record, saved: savedTensors(op, args, outs) } satisfies NodeNote;
    const added = uses[uses.length > 1 ? 1 : 0];
    if (inPass && added && 'use' in added) this.placeByCause(record, added.use);
    this.append(kind, record.index);
    record.outs = outs.map((o, i) => this.contents.made(o, record, i, node !== null));
    this.onTick(record.tick);
  }

  private gradientRan({ node, grads, outs, took }: Extract<OpEvent, { kind: 'backward' }>): void {
    const note = node.note as NodeNote | null;
    const known = note?.owner === this ? note : null;
    const forwardOf = known?.record ?? null;
    const record = this.newRecord('backward', node.name);
    this.recording.times.set(record.index, took);
    record.op = node.op;
    if (forwardOf) {
      record.forwardIndex = forwardOf.index;
      record.site = forwardOf.site;
      record.module = forwardOf.module;
    }
    record.grads = grads.map((g) => g && this.contents.use(g));
    this.append('backward', record.index);
    // Only an op's own formulas can be replayed; of anything else the results are kept.
    const replayable = node instanceof OpNode && known !== null && this.stillHeld(known);
    record.outs = outs.map((o, i) => o && this.contents.made(o, replayable ? record : null, i, false));
    this.onTick(record.tick);
  }

  /** Does what an op saved still hold what the op read? Not where it was written through `.data`: then no formula gives the gradient again. */
  private stillHeld({ record, saved }: NodeNote): boolean {
    // Of what an op overwrites, the gradient has a copy.
    const [own] = record.kind === 'update' ? record.args : [];
    return savedUses(record).every(
      (use, i) => use.wrapped || (own && 'use' in own && own.use === use) || this.contents.isCurrent(use, saved[i]),
    );
  }

  private gradChanged(tensor: Tensor, cause: 'accumulate' | 'set'): void {
    const own = this.contents.use(tensor);
    const { pages, leaves } = this.recording;
    const grad = tensor.grad && this.contents.use(tensor.grad);
    if (cause === 'accumulate') {
      const record = this.newRecord('update', 'accumulate gradient');
      this.append('update', record.index);
      record.outs = [grad];
      if (grad) this.placeByCause(record, grad);
      record.args = [{ use: own }];
      if (this.contents.known(tensor).gradFn === null) leaves.add(tensor.id);
      pages.setGrad(tensor.id, record.tick, grad?.tensor ?? null);
      this.onTick(record.tick);
    } else pages.setGrad(tensor.id, this.now, grad?.tensor ?? null);
  }

  /** What backward() does with a gradient stands at the forward line that the gradient is of. */
  private placeByCause(record: OpRecord, gradient: TensorUse): void {
    const made = gradient.value.producer;
    if (!made || !this.course.inBackward || this.recording.passAt(made.tick)?.index !== this.course.pass?.index) return;
    record.site = made.site;
    record.module = made.module;
  }

  private dataChanged(tensor: Tensor): void {
    const known = this.contents.recordOf(tensor);
    if (!known) return;
    const record = this.newRecord('update', 'data');
    this.append('update', record.index);
    this.contents.valueOf(tensor.storage);
    this.contents.moved(tensor, record.tick);
    if (known.requiresGrad) this.course.weightWritten();
    record.outs = [this.recording.useAt(tensor.id, record.tick)];
    record.args = record.outs[0] ? [{ use: record.outs[0] }] : [];
    this.onTick(record.tick);
  }

  // ---- book-keeping -------------------------------------------------------------------------------------------

  /** The last tick that was appended. */
  private get now(): number {
    return Math.max(this.recording.ticks - 1, 0);
  }

  private append(kind: TickKind, record: number): number {
    if (kind !== 'line') this.quiet = 0;
    const { phase, site, frame, pass } = this.course;
    this.recording.pages.keepShort();
    return this.recording.pages.tick(KINDS.indexOf(kind), phase, site, frame, record, pass?.index ?? -1);
  }

  private newRecord(kind: OpRecord['kind'], name: string): OpRecord {
    const { recordCount, ticks, pages } = this.recording;
    // An op and its tick are of one page.
    pages.keepShort();
    const module = this.moduleStack[this.moduleStack.length - 1] ?? -1;
    const record = new OpRow(this.recording, recordCount, ticks, kind, name, module, this.course.site);
    if (context.defaultDtype !== 'float32') record.defaultDtype = context.defaultDtype;
    pages.addRecord(record);
    return record;
  }
}
