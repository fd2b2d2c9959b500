/**
 * What happened in a run: an append-only log of ticks, and the tensors' contents at each of them. It is kept in pages (store/): everything
 * is asked for by number or by tick, and what two answers have in common is told by their numbers, never by identity.
 */
import type { Data } from '../engine/dtype';
import { giveBack, isReused } from '../engine/reuse';
import { kernelPath } from '../engine/wasm/kernels';
import type { Origin } from '../protocol/branch';
import type { RecordedValue } from '../protocol/recorded';
import type { Phase, Place, TickKind } from '../protocol/ticks';
import type { Bookmark } from '../protocol/views';
import { Column } from './columns';
import { Generators } from './generators';
import { Held } from './held';
import {
  type Change,
  type FrameRecord,
  type Iteration,
  KINDS,
  type ModuleRecord,
  type OpRecord,
  type OptimizerRecord,
  type OutputRecord,
  type Owner,
  type PassRecord,
  PHASES,
  type StateValue,
  type TensorRecord,
  type TensorUse,
  type Value,
  type Whereabouts,
} from './rows';
import type { Page } from './store/page';
import { Pages } from './store/pages';
import { Slabs } from './store/slabs';
import { Times } from './times';

export * from './rows';

/** Elements in a file, by content. */
export interface Elements {
  /** Nothing that was given to the file is missing in it. */
  readonly complete: boolean;
  /** Null where the file has none of this content. */
  elements(value: Value): Data | null;
  /** The same as bytes, with some behind them. */
  raw(id: number): Uint8Array | null;
  ids(): Iterable<number>;
}

export class Recording implements Owner {
  script = '';
  /** Text of every script file that has a site, by path: what was run, even if the file changes. */
  readonly sources = new Map<string, string>();
  readonly sites: Place[] = [];
  readonly modules = new Map<number, ModuleRecord>();
  /** Counts what becomes known of modules: whoever keeps their names looks here. */
  modulesKnown = 0;
  readonly optimizers = new Map<number, OptimizerRecord>();
  /** Tensors that a gradient was put into: leaves that require one. */
  readonly leaves = new Set<number>();
  readonly generators = new Generators();
  /** The exception that ended the script, if one did. */
  exception: { type: string; message: string; traceback: string; tick: number } | null = null;

  /** What makes this run the same again. */
  origin: Origin = { entropy: '', args: [], kernels: kernelPath(), folder: '', edits: [], left: null };

  /** Ticks that the user marked, in order. */
  bookmarks: Bookmark[] = [];

  /** For a recording that was opened from a file that is not whole: what is missing, for the user; null if nothing. */
  damage: string | null = null;

  /** Lines of long stretches without a tensor op or a print that were not kept. */
  linesLeftOut = 0;

  /** Elements that are held, by content; those of old checkpoints are in slabs. */
  readonly store = new Held();
  private readonly shown = new WeakSet<Data>();
  readonly slabs = new Slabs();
  /** Contents in the store that are a checkpoint's part: a later stretch than their own used them. */
  readonly checkpoints = new Set<number>();
  /** Contents that nothing can compute again, in the order they came. */
  readonly roots = new Column(Float64Array);
  /** Elements that a file has, read when asked for. */
  file: Elements | null = null;
  /** Modules that became another since the file was told of them. */
  readonly touched = new Set<number>();
  /** How long the engine took for the records. */
  readonly times = new Times();
  readonly pages = new Pages(this, this.generators);

  // ---- ticks --------------------------------------------------------------------------------------------------

  get ticks(): number {
    return this.pages.last.to;
  }

  kindAt(tick: number): TickKind {
    const page = this.pages.ticksOf(tick);
    return KINDS[page.kind.at(tick - page.from)];
  }

  phaseAt(tick: number): Phase {
    const page = this.pages.ticksOf(tick);
    return PHASES[page.phase.at(tick - page.from)];
  }

  /** Index into sites of the line that was running; -1 before the first. */
  siteAt(tick: number): number {
    const page = this.pages.ticksOf(tick);
    return page.site.at(tick - page.from);
  }

  /** The frame that was running. */
  frameAt(tick: number): number {
    const page = this.pages.ticksOf(tick);
    return page.frame.at(tick - page.from);
  }

  recordAt(tick: number): OpRecord | null {
    const page = this.pages.ticksOf(tick);
    const kind = KINDS[page.kind.at(tick - page.from)];
    return kind === 'line' || kind === 'output' ? null : this.record(page.record.at(tick - page.from));
  }

  /** What was printed at a tick. */
  outputAt(tick: number): OutputRecord | null {
    const page = this.pages.ticksOf(tick);
    return KINDS[page.kind.at(tick - page.from)] === 'output' ? this.output(page.record.at(tick - page.from)) : null;
  }

  /** Index of the pass at a tick; -1 outside of all. */
  passIndexAt(tick: number): number {
    const page = this.pages.ticksOf(tick);
    return page.pass.at(tick - page.from);
  }

  passAt(tick: number): PassRecord | null {
    const index = this.passIndexAt(tick);
    return index < 0 ? null : this.pass(index);
  }

  /** The line that was running; inside backward(), the forward line that made the op whose gradient it is. */
  placeAt(tick: number): Place | null {
    if (tick < 0 || tick >= this.ticks) return null;
    const record = this.passAt(tick)?.kind === 'backward' ? this.recordAt(tick) : null;
    const site = record && record.site >= 0 ? record.site : this.siteAt(tick);
    return site < 0 ? null : this.sites[site];
  }

  // ---- rows ---------------------------------------------------------------------------------------------------

  get recordCount(): number {
    return this.pages.counts.record;
  }

  record(index: number): OpRecord {
    const page = this.pages.of('record', index);
    return page.records[index - page.bases.record];
  }

  /** Every record, in order. */
  *records(): Generator<OpRecord> {
    for (const page of this.pages.all()) yield* page.records;
  }

  /** The highest content's number: they begin with 1. */
  get valueCount(): number {
    return this.pages.counts.value - 1;
  }

  value(id: number): Value {
    const page = this.pages.of('value', id);
    return page.values[id - page.bases.value];
  }

  /** Every content, in order. */
  *values(): Generator<Value> {
    for (const page of this.pages.all()) yield* page.values;
  }

  get passCount(): number {
    return this.pages.counts.pass;
  }

  pass(index: number): PassRecord {
    return this.pages.pass(index);
  }

  get outputCount(): number {
    return this.pages.counts.output;
  }

  output(index: number): OutputRecord {
    const page = this.pages.of('output', index);
    return page.outputs[index - page.bases.output];
  }

  *passes(): Generator<PassRecord> {
    for (let i = 0; i < this.passCount; i++) yield this.pass(i);
  }

  *outputs(): Generator<OutputRecord> {
    for (const page of this.pages.all()) yield* page.outputs;
  }

  *frames(): Generator<FrameRecord> {
    for (const page of this.pages.all()) for (const id of page.frames.keys()) yield this.frame(id)!;
  }

  frame(id: number): FrameRecord | undefined {
    return this.pages.frame(id);
  }

  tensor(id: number): TensorRecord | undefined {
    return this.pages.tensor(id);
  }

  /** Every tensor, in the order they were met. */
  *tensors(): Generator<TensorRecord> {
    for (const page of this.pages.all()) for (const id of page.tensors.keys()) yield this.tensor(id)!;
  }

  // ---- iterations ---------------------------------------------------------------------------------------------

  private readonly spans = {
    start: new Column(Float64Array),
    backward: new Column(Float64Array),
    update: new Column(Float64Array),
    loss: new Column(Float64Array),
    hasLoss: new Column(Uint8Array),
    root: new Column(Float64Array),
  };

  get iterationCount(): number {
    return this.spans.start.length;
  }

  iteration(index: number): Iteration {
    const { start, backward, update, loss, hasLoss, root } = this.spans;
    return {
      start: start.at(index),
      backward: backward.at(index),
      update: update.at(index),
      loss: hasLoss.at(index) ? loss.at(index) : null,
      root: root.at(index),
    };
  }

  *iterations(): Generator<Iteration> {
    for (let i = 0; i < this.iterationCount; i++) yield this.iteration(i);
  }

  get lastIteration(): Iteration {
    return this.iteration(this.iterationCount - 1);
  }

  /** The first iteration that became another since the file was told. */
  iterationsFrom = 0;

  addIteration({ start, backward, update, loss, root }: Iteration): void {
    this.spans.start.push(start);
    this.spans.backward.push(backward);
    this.spans.update.push(update);
    this.spans.loss.push(loss ?? 0);
    this.spans.hasLoss.push(loss === null ? 0 : 1);
    this.spans.root.push(root);
  }

  /** Changes what is known of an iteration. */
  setIteration(index: number, { backward, update, loss, root }: Partial<Omit<Iteration, 'start'>>): void {
    const { spans } = this;
    this.iterationsFrom = Math.min(this.iterationsFrom, index);
    if (backward !== undefined) spans.backward.set(index, backward);
    if (update !== undefined) spans.update.set(index, update);
    if (root !== undefined) spans.root.set(index, root);
    if (loss === undefined) return;
    spans.loss.set(index, loss ?? 0);
    spans.hasLoss.set(index, loss === null ? 0 : 1);
  }

  dropIteration(): void {
    for (const column of Object.values(this.spans)) column.pop();
    this.iterationsFrom = Math.min(this.iterationsFrom, this.iterationCount);
  }

  constructor() {
    this.addIteration({ start: 0, backward: -1, update: -1, loss: null, root: -1 });
  }

  /** Iteration (0-based) that a tick belongs to. */
  iterationAt(tick: number): number {
    return Math.max(0, this.spans.start.lastAtOrBefore(tick));
  }

  /** First tick after an iteration. */
  endOf(iteration: number): number {
    return iteration + 1 < this.iterationCount ? this.spans.start.at(iteration + 1) : this.ticks;
  }

  // ---- what was where -----------------------------------------------------------------------------------------

  /** Storage and geometry of a tensor at a tick. */
  whereabouts(tensor: number, tick: number): Whereabouts | null {
    return this.pages.changeAt('places', tensor, tick)?.value ?? null;
  }

  /** A storage's content at a tick. */
  contentAt(storage: number, tick: number): Value | null {
    return this.pages.changeAt('contents', storage, tick)?.value ?? null;
  }

  /** A tensor's content and geometry at a tick; null before it existed. */
  useAt(tensor: number, tick: number): TensorUse | null {
    const place = this.whereabouts(tensor, tick);
    const value = place && this.contentAt(place.storage, tick);
    if (!place || !value) return null;
    const { shape, strides, offset, lens } = place;
    return { tensor, value, shape, strides, offset, lens, wrapped: false };
  }

  /** The tensor in `.grad` at a tick; null for None. */
  gradAt(tensor: number, tick: number): number | null {
    return this.pages.changeAt('grads', tensor, tick)?.value ?? null;
  }

  /** Writes of a storage at ticks in [from, to). */
  contentsIn(storage: number, from: number, to: number): Change<Value>[] {
    return this.pages.changesIn('contents', storage, from, to);
  }

  /** Where a tensor came to lie at ticks in [from, to). */
  placesIn(tensor: number, from: number, to: number): Change<Whereabouts>[] {
    return this.pages.changesIn('places', tensor, from, to);
  }

  /** What `.grad` was set to at ticks in [from, to). */
  gradsIn(tensor: number, from: number, to: number): Change<number | null>[] {
    return this.pages.changesIn('grads', tensor, from, to);
  }

  /** JSON of an optimizer's groups' hyperparameters at a tick. */
  hyperAt(optimizer: number, tick: number): string | null {
    return this.pages.changeAt('hypers', optimizer, tick)?.value ?? null;
  }

  /** What an optimizer keeps for a parameter under a name, at a tick. */
  stateAt(optimizer: number, parameter: number, name: string, tick: number): StateValue | null {
    return this.pages.stateAt(optimizer, parameter, name, tick);
  }

  /** What optimizers keep for a parameter at a tick, by name. */
  statesAt(parameter: number, tick: number): [string, StateValue][] {
    const found: [string, StateValue][] = [];
    for (const o of this.optimizers.values())
      for (const name of o.kept.get(parameter) ?? []) {
        const state = this.stateAt(o.id, parameter, name, tick);
        if (state) found.push([name, state]);
      }
    return found;
  }

  /** Changes of what an optimizer keeps in [from, to), and the last one before. */
  statesIn(optimizer: number, parameter: number, name: string, from: number, to: number): Change<StateValue>[] {
    return this.pages.statesIn(optimizer, parameter, name, from, to);
  }

  /** Names that the script's outermost frame gave to modules, the first of each. */
  moduleNames(): Map<number, string> {
    return this.pages.moduleNames();
  }

  /** The last change of a frame's names near a tick. */
  namesAt(frame: number, tick: number): Change<string> | null {
    return this.pages.ofTick(tick).names.at(frame, tick);
  }

  /** What a name of a frame stood for at a tick; undefined where there was no such name. */
  nameAt(frame: number, name: string, tick: number): RecordedValue | undefined {
    return this.pages.nameAt(frame, name, tick);
  }

  /** Changes of a frame's names that decide what they are at a tick: the last of every name is among them. In order. */
  namesBefore(frame: number, tick: number): Change<string>[] {
    return this.pages.namesBefore(frame, tick);
  }

  /** Pages whose changes of a frame's names may have given a tensor its first name. */
  namings(frame: number, tensor: number): Page[] {
    return this.pages.namings(frame, tensor);
  }

  // ---- elements -----------------------------------------------------------------------------------------------

  held(value: Value): Data | null {
    const { id, dtype, length } = value;
    return this.show(id) ?? this.slabs.get(id, dtype, length) ?? this.file?.elements(value) ?? null;
  }

  hold(id: number, data: Data | null): void {
    if (data) this.store.set(id, data);
    else this.store.delete(id);
  }

  /** A content's array in the store, for whoever may keep it: it is never used again for another. */
  show(id: number): Data | undefined {
    const data = this.store.get(id);
    if (data) this.shown.add(data);
    return data;
  }

  /** Nobody else has a content's array. */
  takeOver(id: number): void {
    if (isReused(this.store.get(id)!)) this.store.takeOver(id);
  }

  /** A content is held no longer. */
  forget(id: number): void {
    const data = this.store.delete(id);
    if (data) this.reuse(data);
  }

  /** Nobody has an array, unless it was shown. */
  reuse(data: Data): void {
    if (!this.shown.has(data)) giveBack(data);
  }

  /** Is a content a part of a checkpoint that is held? */
  isCheckpoint(id: number): boolean {
    return this.checkpoints.has(id) || this.slabs.has(id);
  }

  /** Bytes of everything that is kept but the elements. */
  get structureBytes(): number {
    const spans = Object.values(this.spans).reduce((n, column) => n + column.bytes, 0);
    return spans + this.leaves.size * 40 + this.pages.bytes + this.generators.bytes + this.times.bytes;
  }

  // ---- modules ------------------------------------------------------------------------------------------------

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
