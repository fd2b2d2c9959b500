/** Writes a run down while it happens: hears the engine (Observer) and the Python side (TraceSink), appends to the Recording. */
import { OpNode } from '../engine/autograd/opNode';
import { context } from '../engine/context';
import type { Observer, OpEvent } from '../engine/observer';
import type { Op } from '../engine/op';
import type { Storage } from '../engine/storage';
import { Tensor } from '../engine/tensor';
import type { FigureView } from '../protocol/views';
import { Contents, type StorageNote } from './contents';
import { Course } from './course';
import type { RandomMark } from './generators';
import { Memory } from './memory';
import { KINDS, Recording, type StateValue, type TensorUse } from './recording';
import type { TraceSink } from './sink';
import { ITSELF, type Journal } from './store/journal';
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
class NodeNote {
  /** What the op saved, and the contents that it read or made. */
  readonly saved: Tensor[] = [];
  readonly values: number[] = [];

  constructor(
    readonly owner: Recorder,
    /** The forward op's record. */
    readonly index: number,
    readonly site: number,
    readonly module: number,
  ) {}

  keep(t: Tensor, value: number): void {
    this.saved.push(t);
    this.values.push(value);
  }
}

// Numbers of a record's kinds.
const [FORWARD, BACKWARD, UPDATE] = [0, 1, 2];
const TICK_KINDS = (['forward', 'backward', 'update'] as const).map((kind) => KINDS.indexOf(kind));
const OUTPUT = KINDS.indexOf('output');
const LINE = KINDS.indexOf('line');

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
    const tick = this.quiet < QUIET_LINES ? this.tick(LINE, -1) : this.replaceLine();
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
    const tick = this.tick(OUTPUT, outputCount);
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
    const tick = this.tick(OUTPUT, outputCount);
    pages.addOutput({ tick, stream, text });
    this.onOutput(stream, text, tick);
    this.onTick(tick);
  }

  /** A figure was drawn. Past a bound of what is kept of pictures, only that it was. */
  figure(view: Omit<FigureView, 'tick'>): number {
    const { pages, outputCount } = this.recording;
    this.kept += view.svg.length;
    const text = figureText(this.kept <= MOST_PICTURES ? view : { ...view, svg: '' });
    const tick = this.tick(OUTPUT, outputCount);
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
    this.recording.pages.changeTensor(tensor.id, { isParameter: true });
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
      this.open(UPDATE, null, 'edit', null, this.course.site, this.inModule);
      const tick = this.append(UPDATE);
      const uses = this.contents.edit(storage, tick);
      const { journal, geometries } = this.recording.pages;
      journal.outs(uses.length);
      for (const use of uses) journal.use(use.tensor, use.value.id, geometries.of(use));
    }
  }

  private beginBackward(root: Tensor | undefined): void {
    const loss = root?.count === 1 ? Number(root.values()[0]) : null;
    this.course.beginBackward(root?.id ?? -1, loss);
    if (root && loss !== null) this.onLoss(this.contents.useOf(root), loss);
  }

  private opRan(event: Extract<OpEvent, { kind: 'forward' | 'update' }>): void {
    const { op, args, outs, node } = event;
    const { contents, course } = this;
    const update = event.kind === 'update';
    const inPass = course.inBackward;
    if (!inPass && node) course.gradLinked();
    if (inPass && update) course.addsInPlace(args[0]);
    const { params } = op.schema;
    for (let i = 0; i < args.length; i++) contents.meet(params[i], args[i]);
    if (!inPass && update && contents.isLeaf(outs[0].storage)) course.weightWritten();
    const added = args[args.length > 1 ? 1 : 0];
    const cause = inPass && added instanceof Tensor && !added.wrapped ? this.causeOf(added) : null;
    const [site, module] = [cause ? cause.site : course.site, cause ? cause.module : this.inModule];
    const random = event.random && this.recording.generators.mark(event.random);
    const gradFn = node?.name ?? null;
    const kind = update ? UPDATE : inPass ? BACKWARD : FORWARD;
    const journal = this.open(kind, op, op.name, gradFn, site, module, -1, random, args.length);
    for (let i = 0; i < args.length; i++) contents.writeArg(journal, params[i], args[i]);
    const index = this.recording.recordCount - 1;
    let note: NodeNote | null = null;
    if (node) {
      node.note = note = new NodeNote(this, index, site, module);
      for (const { param, result } of op.saved) {
        // Of what an op overwrites, the gradient has a copy.
        if (result >= 0 || (update && param === 0 && args[0] instanceof Tensor)) continue;
        const a = args[param];
        if (a instanceof Tensor) {
          if (!a.wrapped) note.keep(a, contents.read(a));
        } else if (Array.isArray(a))
          for (const t of a) if (t instanceof Tensor && !t.wrapped) note.keep(t, contents.read(t));
      }
    }
    contents.written();
    this.recording.times.set(index, event.took);
    const tick = this.append(kind);
    const by = { index, tick, site, module, pass: course.pass?.index ?? -1 };
    for (let i = 0; i < outs.length; i++) contents.made(outs[i], by, true, i, node !== null);
    journal.outs(outs.length);
    for (const o of outs) contents.write(journal, o);
    if (note) for (const { result } of op.saved) if (outs[result]) note.keep(outs[result], contents.read(outs[result]));
    this.onTick(tick);
  }

  private gradientRan({ node, grads, outs, took }: Extract<OpEvent, { kind: 'backward' }>): void {
    const { contents, course } = this;
    const known = node.note instanceof NodeNote && node.note.owner === this ? node.note : null;
    for (const g of grads) if (g) contents.use(g);
    const [site, module] = known ? [known.site, known.module] : [course.site, this.inModule];
    const journal = this.open(BACKWARD, node.op, node.name, null, site, module, known ? known.index : -1);
    const index = this.recording.recordCount - 1;
    this.recording.times.set(index, took);
    journal.grads(grads.length);
    this.writeUses(journal, grads);
    const tick = this.append(BACKWARD);
    // Only an op's own formulas can be replayed; of anything else the results are kept.
    const replayable = node instanceof OpNode && known !== null && this.stillHeld(known);
    const by = { index, tick, site, module, pass: course.pass?.index ?? -1 };
    for (let i = 0; i < outs.length; i++) {
      const o = outs[i];
      if (o) contents.made(o, by, replayable, i, false);
    }
    journal.outs(outs.length);
    this.writeUses(journal, outs);
    this.onTick(tick);
  }

  private writeUses(journal: Journal, tensors: readonly (Tensor | null)[]): void {
    for (const t of tensors)
      if (t) this.contents.write(journal, t);
      else journal.noUse();
  }

  /** Does what an op saved still hold what the op read? Not where it was written through `.data`: then no formula gives the gradient again. */
  private stillHeld({ saved, values }: NodeNote): boolean {
    for (let i = 0; i < saved.length; i++) if (!this.contents.isCurrent(values[i], saved[i])) return false;
    return true;
  }

  private gradChanged(tensor: Tensor, cause: 'accumulate' | 'set'): void {
    const { contents } = this;
    const { grad } = tensor;
    contents.use(tensor);
    if (grad) contents.use(grad);
    const { pages, leaves } = this.recording;
    const known = contents.known(tensor);
    if (cause === 'set') {
      pages.journal.grad(tensor.id, this.now, grad?.id ?? null);
      return;
    }
    const made = grad && this.causeOf(grad);
    const { course } = this;
    const [site, module] = made ? [made.site, made.module] : [course.site, this.inModule];
    const journal = this.open(UPDATE, null, 'accumulate gradient', null, site, module, -1, null, 1);
    journal.useArg();
    contents.write(journal, tensor);
    journal.outs(1);
    this.writeUses(journal, [grad]);
    const tick = this.append(UPDATE);
    if (known.gradFn === null) leaves.add(tensor.id);
    journal.grad(tensor.id, tick, grad?.id ?? null);
    this.onTick(tick);
  }

  /** What backward() does with a gradient stands at the forward line that the gradient is of: where its content was made, if this pass made it. */
  private causeOf(gradient: Tensor): StorageNote | null {
    const { pass } = this.course;
    if (!pass || !this.course.inBackward) return null;
    const note = this.contents.noteOf(gradient.storage);
    return !note.root && note.pass === pass.index ? note : null;
  }

  private dataChanged(tensor: Tensor): void {
    const { contents, recording } = this;
    const known = contents.tensorNote(tensor);
    if (!known) return;
    // The tick's record says where the tensor lies from that tick on.
    this.open(UPDATE, null, 'data', null, this.course.site, this.inModule, -1, null, ITSELF);
    const tick = this.append(UPDATE);
    contents.valueOf(tensor.storage);
    contents.moved(tensor, tick);
    if (known.requiresGrad) this.course.weightWritten();
    const { journal } = recording.pages;
    journal.outs(1);
    contents.write(journal, tensor);
    this.onTick(tick);
  }

  // ---- book-keeping -------------------------------------------------------------------------------------------

  /** The last tick that was appended. */
  private get now(): number {
    return Math.max(this.recording.ticks - 1, 0);
  }

  /** Module whose forward is running; -1 outside of all. */
  private get inModule(): number {
    return this.moduleStack.length > 0 ? this.moduleStack[this.moduleStack.length - 1] : -1;
  }

  /** A tick of a record, the last that was opened. */
  private append(kind: number): number {
    return this.tick(TICK_KINDS[kind], this.recording.recordCount - 1);
  }

  private tick(kind: number, row: number): number {
    if (kind !== LINE) this.quiet = 0;
    const { phase, site, frame, pass } = this.course;
    this.recording.pages.keepShort();
    return this.recording.pages.tick(kind, phase, site, frame, row, pass?.index ?? -1);
  }

  /** Begins a record; gives the journal in which its `count` arguments are to be written next. */
  private open(
    kind: number,
    op: Op | null,
    name: string,
    gradFn: string | null,
    site: number,
    module: number,
    forward = -1,
    random: RandomMark | null = null,
    count = 0,
  ): Journal {
    const { pages } = this.recording;
    // An op and its tick are of one page.
    pages.keepShort();
    const { defaultDtype } = context;
    const dtype = defaultDtype === 'float32' ? null : defaultDtype;
    const { journal } = pages;
    journal.record(pages.last.to, kind, op, name, gradFn, module, site, dtype, forward, random, count);
    pages.counts.record++;
    return journal;
  }
}
