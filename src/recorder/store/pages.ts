/** The pages of a recording: appends to the last, finds rows and changes in any. */
import type { LocalsDelta, RecordedValue } from '../../protocol/recorded';
import { Column } from '../columns';
import type { Generators } from '../generators';
import type { Change, FrameRecord, OutputRecord, Owner, PassRecord, StateValue, TensorRecord } from '../rows';
import type { Geometries } from './codec';
import { Journal } from './journal';
import { Ledger, runsOf } from './ledger';
import { type Bases, type Changes, Page, stateKey } from './page';
import { Shelf } from './shelf';

/** What changes by the number of its owner; tensors, storages and frames are made in a page, optimizers are not. */
type Kind = 'contents' | 'places' | 'grads' | 'names' | 'hypers';
const HOME: Record<Kind, 'storage' | 'tensor' | 'frame' | null> = {
  contents: 'storage',
  places: 'tensor',
  grads: 'tensor',
  names: 'frame',
  hypers: null,
};

export const BASES = ['tick', 'record', 'value', 'tensor', 'storage', 'frame', 'pass', 'output'] as const;

/** Pages at the end that are still written to: a new iteration may yet turn out to belong to the one before. */
const OPEN = 3;
/** A page of an iteration that goes on and on ends after so many ticks. */
const LONG = 8192;

export class Pages {
  /** The pages that are still open. */
  readonly hot: Page[] = [];
  readonly shelf: Shelf;
  /** Pages before this one are settled: they do not change, and the indexes below know what is in them. */
  settled = 0;
  readonly starts: Record<(typeof BASES)[number], Column<Float64Array>>;
  /** Rows so far; of tensors, storages and frames one more than the highest number. */
  readonly counts: Bases = { tick: 0, record: 0, value: 1, tensor: 0, storage: 0, frame: 0, pass: 0, output: 0 };

  /** What is in the settled pages. */
  readonly ledger = new Ledger();
  private readonly open = new Map<number, FrameRecord>();
  private lastHit = 0;
  /** Called when a page has become bytes, which will not change any more. */
  onSettled: (page: Page) => void = () => {};

  constructor(owner: Owner, generators: Generators) {
    this.shelf = new Shelf(owner, generators, (index) => this.basesOf(index));
    this.starts = Object.fromEntries(BASES.map((b) => [b, new Column(Float64Array, 64)])) as Pages['starts'];
    this.begin();
  }

  get last(): Page {
    return this.hot[this.hot.length - 1];
  }

  get count(): number {
    return this.starts.tick.length;
  }

  at(index: number): Page {
    return index < this.settled ? this.shelf.at(index) : this.hot[index - this.settled];
  }

  basesOf(index: number): Bases {
    return Object.fromEntries(BASES.map((base) => [base, this.starts[base].at(index)])) as unknown as Bases;
  }

  /** Bytes that the structure takes: everything but the elements. */
  get bytes(): number {
    const starts = BASES.length * this.starts.tick.bytes;
    return starts + this.ledger.bytes + this.shelf.bytes;
  }

  *all(): Generator<Page> {
    for (let i = 0; i < this.count; i++) yield this.at(i);
  }

  /** The next tick opens a new page. */
  begin(): void {
    this.counts.tick = this.hot.length ? this.last.to : 0;
    for (const base of BASES) this.starts[base].push(this.counts[base]);
    const page = new Page(this.count - 1, { ...this.counts });
    const before = Math.max(0, this.count - 2);
    page.journal = new Journal(this.shelf.scribe, this.starts.storage.at(before), this.starts.tensor.at(before));
    this.hot.push(page);
    while (this.settled < this.count - OPEN) {
      const page = this.hot[0];
      this.settle(this.settled);
      this.shelf.put(page);
      this.hot.shift();
      this.settled++;
      this.onSettled(page);
    }
  }

  // ---- appending ----------------------------------------------------------------------------------------------

  /** A page that became long ends. */
  keepShort(): void {
    if (this.last.kind.length >= LONG) this.begin();
  }

  tick(kind: number, phase: number, site: number, frame: number, record: number, pass: number): number {
    const { last } = this;
    last.kind.push(kind);
    last.phase.push(phase);
    last.site.push(site);
    last.frame.push(frame);
    last.record.push(record);
    last.pass.push(pass);
    return last.to - 1;
  }

  /** Another line takes a tick's place. */
  setLine(tick: number, site: number, frame: number): void {
    const page = this.ofTick(tick);
    page.site.set(tick - page.from, site);
    page.frame.set(tick - page.from, frame);
  }

  setPhase(tick: number, phase: number): void {
    const page = this.ofTick(tick);
    if (page.index >= this.settled) page.phase.set(tick - page.from, phase);
  }

  /** What is known of a tensor is another from now on. */
  changeTensor(id: number, change: Partial<Pick<TensorRecord, 'requiresGrad' | 'isParameter' | 'gradFn'>>): void {
    for (const page of this.hot) {
      const row = page.tensors.get(id);
      if (!row) continue;
      Object.assign(row, change);
      if (page.journal) page.journal.odd = true;
      return;
    }
    const known = this.tensor(id);
    if (!known) return;
    this.ledger.altered.set(id, Object.assign(known, change));
    this.ledger.alterations++;
  }

  get geometries(): Geometries {
    return this.shelf.codec.geometries;
  }

  /** The page's journal, to be written to by whoever counts what was written. */
  get journal(): Journal {
    return this.last.journal!;
  }

  addFrame(frame: FrameRecord): void {
    this.last.frames.set(frame.id, frame);
    this.open.set(frame.id, frame);
    this.ledger.firstFrame ??= frame.id;
    this.counts.frame = Math.max(this.counts.frame, frame.id + 1);
  }

  /** A call is over. */
  closeFrame(id: number): void {
    this.open.delete(id);
  }

  /** A call is over whose lines were left out: so is the frame. */
  dropFrame(id: number): void {
    this.open.delete(id);
    this.last.frames.delete(id);
  }

  addPass(pass: PassRecord): void {
    this.last.passes.push(pass);
    this.counts.pass++;
  }

  addOutput(output: OutputRecord): void {
    this.last.outputs.push(output);
    this.counts.output++;
  }

  /** A content of a storage, from a tick on. */
  addValue(
    dtype: string,
    length: number,
    producer: number,
    result: number,
    iteration: number,
    storage: number,
    tick: number,
  ): number {
    const { counts } = this;
    this.journal.value(dtype, length, producer, result, iteration, storage, tick);
    if (storage >= counts.storage) counts.storage = storage + 1;
    return counts.value++;
  }

  addTensor(id: number, dtype: string, requiresGrad: boolean, producer: number, gradFn: string | null): void {
    this.journal.tensor(id, dtype, requiresGrad, producer, gradFn);
    if (id >= this.counts.tensor) this.counts.tensor = id + 1;
  }

  setHyper(optimizer: number, tick: number, json: string): void {
    this.last.hypers.add(optimizer, tick, json);
  }

  setState(optimizer: number, parameter: number, name: string, tick: number, value: StateValue): void {
    const { states } = this.last;
    const key = stateKey(optimizer, parameter, name);
    const list = states.get(key);
    if (!list) states.set(key, [{ optimizer, parameter, name, tick, value }]);
    else if (list[list.length - 1].tick === tick) list[list.length - 1].value = value;
    else list.push({ optimizer, parameter, name, tick, value });
  }

  /** Changes of names at a tick; those of a line that was left out go into its successor's. */
  addNames(frame: number, tick: number, json: string): void {
    const { names } = this.last;
    const list = names.of.get(frame);
    const before = list?.[list.length - 1];
    names.add(
      frame,
      tick,
      before?.tick === tick ? JSON.stringify({ ...JSON.parse(before.value), ...JSON.parse(json) }) : json,
    );
  }

  // ---- settling -----------------------------------------------------------------------------------------------

  private settle(index: number): void {
    const page = this.at(index);
    const { old } = page.journal!;
    for (const kind of ['contents', 'places', 'grads'] as const)
      for (const id of old[kind]) runsOf(this.ledger.changed[kind], id).add(index);
    for (const id of page.hypers.of.keys()) runsOf(this.ledger.changed.hypers, id).add(index);
    for (const key of page.states.keys()) runsOf(this.ledger.stateful, key).add(index);
    for (const id of old.tensors) this.ledger.late.set(id, index);
    for (const [frame, list] of page.names.of)
      if (this.indexOf('frame', frame) + 1 < index) this.settleNames(frame, list, index);
    for (const frame of page.frames.values()) if (this.open.has(frame.id)) this.ledger.longFrames.set(frame.id, frame);
    for (const pass of page.passes) if (pass.end > this.last.from) this.ledger.longPasses.set(pass.index, pass);
  }

  private settleNames(frame: number, list: readonly Change<string>[], index: number): void {
    const known = this.ledger.namesOf(frame);
    for (const { value } of list)
      for (const [name, v] of Object.entries(JSON.parse(value) as LocalsDelta)) {
        runsOf(known.names, name).add(index);
        if (v) noteModule(known.modules, name, v);
        for (const tensor of v ? tensorsIn(v) : [])
          if (this.indexOf('tensor', tensor) + 1 < index && !known.tensors.has(tensor))
            known.tensors.set(tensor, index);
      }
  }

  // ---- finding ------------------------------------------------------------------------------------------------

  /** The page of a tick: the first or the last one for ticks outside of the recording. */
  ofTick(tick: number): Page {
    return this.of('tick', tick);
  }

  /** The page of a tick, for what it says of ticks alone: quick to read, page after page. */
  ticksOf(tick: number): Page {
    return this.ticksAt(this.indexOf('tick', tick));
  }

  /** A page, for what it says of ticks alone. */
  ticksAt(index: number): Page {
    return index < this.settled ? this.shelf.ticks(index) : this.hot[index - this.settled];
  }

  /** Names the structure that a page has in common with others; -1 if that is not known. `texts`: what its texts say included. */
  structureOf(index: number, texts: boolean): number {
    return index < this.settled ? this.shelf.structure(index, texts) : -1;
  }

  of(base: keyof Bases, id: number): Page {
    return this.at(this.indexOf(base, id));
  }

  indexOf(base: keyof Bases, id: number): number {
    const starts = this.starts[base];
    const hit = this.lastHit;
    if (hit + 1 < starts.length && starts.at(hit) <= id && id < starts.at(hit + 1)) return hit;
    return (this.lastHit = Math.max(0, starts.lastAtOrBefore(id)));
  }

  tensor(id: number): TensorRecord | undefined {
    const altered = this.ledger.altered.get(id);
    if (altered) return altered;
    const home = this.indexOf('tensor', id);
    for (let i = home; i < Math.min(home + 2, this.count); i++) {
      const found = this.at(i).tensors.get(id);
      if (found) return found;
    }
    const late = this.ledger.late.get(id);
    if (late !== undefined) return this.at(late).tensors.get(id);
    for (let i = Math.max(home, this.settled); i < this.count; i++) {
      const found = this.at(i).tensors.get(id);
      if (found) return found;
    }
    return undefined;
  }

  frame(id: number): FrameRecord | undefined {
    return this.open.get(id) ?? this.ledger.longFrames.get(id) ?? this.of('frame', id).frames.get(id);
  }

  pass(index: number): PassRecord {
    const long = this.ledger.longPasses.get(index);
    if (long) return long;
    const page = this.of('pass', index);
    return page.passes[index - page.bases.pass];
  }

  /** The page that something was made in, about; -1 where that says nothing. */
  private home(kind: Kind, id: number): number {
    const base = HOME[kind];
    return base ? this.indexOf(base, id) : -1;
  }

  /** The last page at or before `limit` in which a change of `id` may be; -1 if there is none. */
  private before(kind: Exclude<Kind, 'names'>, id: number, limit: number): number {
    for (; limit >= this.settled; limit--) if (this.at(limit)[kind].of.has(id)) return limit;
    const home = this.home(kind, id);
    const near = home < limit ? home + 1 : home <= limit ? home : -1;
    return Math.max(HOME[kind] ? near : -1, this.ledger.changed[kind].get(id)?.before(limit) ?? -1);
  }

  /** The last change at or before a tick; of what was there before it was first seen, the first. */
  changeAt<K extends Exclude<Kind, 'names'>>(kind: K, id: number, tick: number): Change<ChangeOf<K>> | null {
    const from = this.indexOf('tick', tick);
    for (let i = this.before(kind, id, from); i >= 0; i = this.before(kind, id, i - 1)) {
      const change = this.at(i)[kind].at(id, tick);
      if (change) return change as Change<ChangeOf<K>>;
    }
    for (let i = this.after(kind, id, from + 1); i >= 0; i = this.after(kind, id, i + 1)) {
      const page = this.at(i);
      if (page[kind].of.has(id)) return page[kind].at(id, tick) as Change<ChangeOf<K>> | null;
    }
    return null;
  }

  /** The first page at or after `limit` in which a change of `id` may be; -1 if there is none. */
  private after(kind: Exclude<Kind, 'names'>, id: number, limit: number): number {
    const home = this.home(kind, id);
    const near = HOME[kind] && limit <= home + 1 && home >= 0 ? Math.max(home, limit) : -1;
    const run = this.ledger.changed[kind].get(id)?.after(limit) ?? -1;
    const least = near >= 0 && run >= 0 ? Math.min(near, run) : Math.max(near, run);
    if (least >= 0 && least < this.settled) return least;
    for (let i = Math.max(limit, this.settled); i < this.count; i++) if (this.at(i)[kind].of.has(id)) return i;
    return -1;
  }

  /** Changes at ticks in [from, to), in order. */
  changesIn<K extends Exclude<Kind, 'names'>>(kind: K, id: number, from: number, to: number): Change<ChangeOf<K>>[] {
    const found: Change<ChangeOf<K>>[] = [];
    for (let i = this.after(kind, id, this.indexOf('tick', from)); i >= 0; i = this.after(kind, id, i + 1)) {
      const page = this.at(i);
      if (page.from >= to) break;
      for (const c of page[kind].of.get(id) ?? [])
        if (c.tick >= from && c.tick < to) found.push(c as Change<ChangeOf<K>>);
    }
    return found;
  }

  /** Tensors whose `.grad` was set long after they were made. */
  longGraded(): Iterable<number> {
    return this.ledger.changed.grads.keys();
  }

  /** How many pages wrote a storage. */
  writtenIn(storage: number): number {
    let count = this.ledger.changed.contents.get(storage)?.total ?? 0;
    for (const page of this.hot) if (page.contents.of.has(storage)) count++;
    return count;
  }

  stateAt(optimizer: number, parameter: number, name: string, tick: number): StateValue | null {
    return this.stateBefore(stateKey(optimizer, parameter, name), tick)?.value ?? null;
  }

  statesIn(optimizer: number, parameter: number, name: string, from: number, to: number): Change<StateValue>[] {
    const key = stateKey(optimizer, parameter, name);
    const before = this.stateBefore(key, from - 1);
    const found = before ? [before] : [];
    for (let i = this.indexOf('tick', from); i < this.count && this.at(i).from < to; i++)
      found.push(...(this.at(i).states.get(key) ?? []).filter((c) => c.tick >= from && c.tick < to));
    return found;
  }

  private stateBefore(key: string, tick: number): Change<StateValue> | null {
    if (tick < 0) return null;
    let limit = this.indexOf('tick', tick);
    const last = (i: number) =>
      this.at(i)
        .states.get(key)
        ?.findLast((c) => c.tick <= tick);
    for (; limit >= this.settled; limit--) {
      const found = last(limit);
      if (found) return found;
    }
    const runs = this.ledger.stateful.get(key);
    for (let i = runs?.before(limit) ?? -1; i >= 0; i = runs!.before(i - 1)) {
      const found = last(i);
      if (found) return found;
    }
    return null;
  }

  /** Pages that are near what was made in them, and those still open. */
  private near(homes: readonly number[], limit: number): Set<number> {
    const found = new Set<number>();
    for (const home of homes) for (let i = home; i <= Math.min(home + 1, limit); i++) found.add(i);
    for (let i = Math.max(this.settled, Math.min(...homes)); i <= limit; i++) found.add(i);
    return found;
  }

  /** Changes of a frame's names up to a tick, the last of every name among them; in order. */
  namesBefore(frame: number, tick: number): Change<string>[] {
    const limit = this.indexOf('tick', tick);
    const pages = this.near([this.indexOf('frame', frame)], limit);
    for (const runs of this.ledger.named.get(frame)?.names.values() ?? []) {
      const last = runs.before(limit);
      if (last >= 0) pages.add(last);
      // The change in the tick's own page may be after the tick.
      const before = last === limit ? runs.before(limit - 1) : -1;
      if (before >= 0) pages.add(before);
    }
    return [...pages]
      .sort((a, b) => a - b)
      .flatMap((i) => (this.at(i).names.of.get(frame) ?? []).filter((c) => c.tick <= tick));
  }

  nameAt(frame: number, name: string, tick: number): RecordedValue | undefined {
    const limit = this.indexOf('tick', tick);
    const home = this.indexOf('frame', frame);
    const runs = this.ledger.named.get(frame)?.names.get(name);
    const written = `${JSON.stringify(name)}:`;
    for (let i = limit; i >= home; i--) {
      if (i < this.settled && i > home + 1) i = Math.max(home + 1, runs?.before(i) ?? -1);
      const list = this.at(i).names.of.get(frame) ?? [];
      for (let k = list.length - 1; k >= 0; k--) {
        if (list[k].tick > tick || !list[k].value.includes(written)) continue;
        const delta = JSON.parse(list[k].value) as LocalsDelta;
        if (Object.hasOwn(delta, name)) return delta[name] ?? undefined;
      }
    }
    return undefined;
  }

  /** Names that the first frame gave to modules. */
  moduleNames(): Map<number, string> {
    const frame = this.ledger.firstFrame;
    const found = new Map<number, string>();
    if (frame === null) return found;
    const read = (page: Page) => {
      for (const { value } of page.names.of.get(frame) ?? [])
        for (const [name, v] of Object.entries(JSON.parse(value) as LocalsDelta)) if (v) noteModule(found, name, v);
    };
    const home = this.indexOf('frame', frame);
    const pages = [...this.near([home], this.count - 1)].sort((a, b) => a - b);
    for (const i of pages) if (i <= home + 1) read(this.at(i));
    for (const [id, name] of this.ledger.named.get(frame)?.modules ?? []) if (!found.has(id)) found.set(id, name);
    for (const i of pages) if (i > home + 1) read(this.at(i));
    return found;
  }

  /** Pages in which a frame may have given a tensor its first name, in order. */
  namings(frame: number, tensor: number): Page[] {
    const made = this.indexOf('tensor', tensor);
    const begun = this.indexOf('frame', frame);
    const first = this.ledger.named.get(frame)?.tensors.get(tensor);
    const pages = this.near([begun, Math.max(made, begun)], this.count - 1);
    if (first !== undefined) pages.add(first);
    return [...pages]
      .sort((a, b) => a - b)
      .map((i) => this.at(i))
      .filter((page) => page.names.of.has(frame));
  }
}

function noteModule(modules: Map<number, string>, name: string, v: RecordedValue): void {
  if (v.k === 'module' && !modules.has(v.id) && !name.startsWith('__')) modules.set(v.id, name);
}

type ChangeOf<K extends Kind> = Page[K] extends Changes<infer T> ? T : never;

/** Tensors that a name gives a name to. */
export function tensorsIn(value: RecordedValue): number[] {
  if (value.k === 'tensor') return [value.id];
  return value.k === 'object' ? (value.items ?? []).flatMap(([, v]) => (v.k === 'tensor' ? [v.id] : [])) : [];
}
