/** Which content every storage holds, and which tensors show it: the part of recording that deals in memory. */

import { isTensorList } from '../engine/autograd/node';
import { context } from '../engine/context';
import type { Data } from '../engine/dtype';
import type { Arg } from '../engine/op';
import type { Param } from '../engine/schema';
import type { Storage } from '../engine/storage';
import { Tensor } from '../engine/tensor';
import type { Memory } from './memory';
import type { Recording, TensorUse } from './recording';
import { Use } from './store/codec';
import type { Journal } from './store/journal';

/** So many of the tensors that show one memory are told of an edit: the first and the latest. */
const SHOWN = 128;

/** No content: they are numbered from 1. */
const NOTHING = 0;

/** What the recording keeps with a storage. On the storage itself: a WeakMap's entry costs more than all the rest of an op's record. */
export class StorageNote {
  /** Writes that the recording knows of; more were made unseen. */
  seenWrites = -1;
  /** The content that is held by sharing the storage's memory until the next write. */
  sharing = NOTHING;
  /** What the storage holds, as far as it was seen. */
  latest = NOTHING;
  /** Where the latest content was made: the line, the module and the pass (-1: none) of its op. Nothing computed a `root`. */
  root = true;
  site = -1;
  module = -1;
  pass = -1;
  /** The stretch that the latest content was used in last, of those after its own. */
  used = -1;
  /** Memory of a tensor that training moves. */
  leaf = false;
  /** Tensors that show it, in the order in which they came to. */
  readonly showing: number[] = [];

  constructor(readonly owner: Contents) {}
}

/** What the recording keeps with a tensor. */
export class TensorNote {
  isParameter = false;
  /** Where it was seen last, and that geometry's number. */
  shape: number[];
  strides: number[];
  offset: number;
  geometry: number;

  constructor(
    readonly owner: Contents,
    t: Tensor,
    geometry: number,
    public requiresGrad: boolean,
    public gradFn: string | null,
  ) {
    this.shape = t.shape;
    this.strides = t.strides;
    this.offset = t.offset;
    this.geometry = geometry;
  }
}

/** What made a content; index and tick are those of its record. */
export interface Producer {
  index: number;
  tick: number;
  site: number;
  module: number;
  pass: number;
}

export class Contents {
  /** Storages written since the last tick without an op's record (an edit in the debug console). */
  private readonly edited = new Set<Storage>();
  /** The storage that an op is writing, and what it held: the op read that, and the observer hears of the op only after the write. */
  private writing: Storage | null = null;
  private before = NOTHING;

  constructor(
    private readonly recording: Recording,
    private readonly memory: Memory,
  ) {}

  /**
   * A storage is about to be written: what it holds is kept, by a copy unless the array itself is `replaced`. At depth > 0 nobody will tell
   * of the write: it is an edit.
   */
  willWrite(storage: Storage, replaced: boolean, alone: boolean): void {
    // Before the sharing ends: a content that was never seen becomes a root that shares, and is copied below.
    this.writing = null;
    const note = this.noteOf(storage);
    if (context.depth === 0) {
      this.before = this.valueOf(storage);
      this.writing = storage;
      this.used(this.before, storage, note);
    }
    const { sharing } = note;
    if (sharing !== NOTHING && this.recording.store.get(sharing) === storage.data) {
      if (!replaced) this.recording.hold(sharing, storage.data.slice() as Data);
      else if (alone) this.recording.takeOver(sharing);
    }
    note.sharing = NOTHING;
    if (context.depth > 0) this.edited.add(storage);
  }

  /** Nobody has a storage's memory any more but the recording, if that has it. */
  unused(storage: Storage): void {
    const { note } = storage;
    if (!(note instanceof StorageNote) || note.owner !== this) return;
    const { sharing } = note;
    if (sharing !== NOTHING && this.recording.store.get(sharing) === storage.data) this.recording.takeOver(sharing);
    else this.recording.reuse(storage.data);
  }

  noteOf(storage: Storage): StorageNote {
    const { note } = storage;
    if (note instanceof StorageNote && note.owner === this) return note;
    const made = new StorageNote(this);
    storage.note = made;
    return made;
  }

  /** What is kept with a tensor that the recording knows. */
  tensorNote(t: Tensor): TensorNote | null {
    const { note } = t;
    return note instanceof TensorNote && note.owner === this ? note : null;
  }

  /** Is this memory of a tensor that training moves? */
  isLeaf(storage: Storage): boolean {
    return this.noteOf(storage).leaf;
  }

  /** The op that wrote has been written down. */
  written(): void {
    this.writing = null;
  }

  /** Storages that were written unseen since the last call, and that the recording knows. */
  takeEdited(): Storage[] {
    if (this.edited.size === 0) return [];
    const changed = [...this.edited].filter((s) => {
      const { latest, seenWrites } = this.noteOf(s);
      return latest !== NOTHING && seenWrites !== s.writes;
    });
    this.edited.clear();
    return changed;
  }

  /** An edit's content, from the tick that stands for it on; and the tensors that show it. */
  edit(storage: Storage, tick: number): TensorUse[] {
    this.root(storage, storage.data.slice() as Data, tick);
    return [...this.noteOf(storage).showing]
      .map((id) => this.recording.useAt(id, tick)!)
      .filter((use) => this.recording.whereabouts(use.tensor, tick)?.storage === storage.id);
  }

  /** An argument is looked at, before it is written down: what is not known yet is now. */
  meet(param: Param, a: Arg): void {
    if (a instanceof Tensor) {
      if (!a.wrapped) this.use(a);
    } else if (Array.isArray(a) && isTensorList(param))
      for (const t of a as (Tensor | null)[]) if (t instanceof Tensor) this.use(t);
  }

  /** An argument that was met is written down. */
  writeArg(journal: Journal, param: Param, a: Arg): void {
    if (a instanceof Tensor) {
      if (a.wrapped) journal.constant(a);
      else {
        journal.useArg();
        this.write(journal, a);
      }
    } else if (Array.isArray(a) && isTensorList(param)) {
      journal.usesArg(a.length);
      for (const t of a as (Tensor | null)[])
        if (t instanceof Tensor) this.write(journal, t);
        else journal.noUse();
    } else journal.attr(a);
  }

  /** A tensor that was met is written down as one of an entry's uses. */
  write(journal: Journal, t: Tensor): void {
    journal.use(t.id, this.read(t), this.geometryOf(t, this.tensorNote(t)!));
  }

  /** The content of a tensor that was met, as the op read it. */
  read({ storage }: Tensor): number {
    return this.writing === storage ? this.before : this.noteOf(storage).latest;
  }

  private geometryOf(t: Tensor, note: TensorNote): number {
    if (note.shape === t.shape && note.strides === t.strides && note.offset === t.offset) return note.geometry;
    note.strides = t.strides;
    note.offset = t.offset;
    note.shape = t.shape;
    note.geometry = this.recording.pages.geometries.of(t);
    return note.geometry;
  }

  /** A tensor that an op reads: the number of its content as it is now. */
  use(t: Tensor): number {
    const value = this.valueOf(t.storage);
    this.used(value, t.storage, this.noteOf(t.storage));
    this.known(t);
    return value;
  }

  /** The same as a row has it. */
  useOf(t: Tensor): TensorUse {
    return new Use(this.recording, t.id, this.use(t), t);
  }

  /** A content is used. If it was dropped, it is held again: the script has it still, but not what an op has just written over. */
  private used(value: number, storage: Storage, note: StorageNote): void {
    const { stretch } = this.memory;
    if (note.used === stretch || !this.memory.isOld(value)) return;
    note.used = stretch;
    this.memory.use(value, note.root, () => {
      this.recording.hold(value, storage.data);
      this.share(storage, note, value);
    });
  }

  /** Is this content still what the tensor shows? */
  isCurrent(value: number, t: Tensor): boolean {
    return this.noteOf(t.storage).latest === value;
  }

  /** A tensor that an op made or wrote is looked at, before it is written down; what is in it is the op's result if that can be computed again. */
  made(t: Tensor, by: Producer, replayable: boolean, result: number, linked: boolean): void {
    const note = this.noteOf(t.storage);
    if (note.latest === NOTHING || note.seenWrites !== t.storage.writes) {
      const value = this.newValue(t.storage, note, t.storage.data, replayable ? by : null, result, this.now);
      this.share(t.storage, note, value);
    }
    this.known(t, replayable ? by : null, linked);
  }

  /** The content of a storage as it is now, or as the op that writes it found it; one that was never seen before is a root. */
  valueOf(storage: Storage): number {
    if (this.writing === storage) return this.before;
    const { latest, seenWrites } = this.noteOf(storage);
    if (latest !== NOTHING && seenWrites === storage.writes) return latest;
    return this.root(storage, storage.data);
  }

  /** A content that came from outside of the recorded ops. */
  private root(storage: Storage, data: Data, at = this.now): number {
    // One that existed before it was seen counts from the beginning, so that earlier ticks can show it.
    const note = this.noteOf(storage);
    const tick = note.latest !== NOTHING ? at : 0;
    const value = this.newValue(storage, note, data, null, 0, tick);
    if (data === storage.data) this.share(storage, note, value);
    else note.seenWrites = storage.writes;
    return value;
  }

  private share(storage: Storage, note: StorageNote, value: number): void {
    note.seenWrites = storage.writes;
    note.sharing = value;
  }

  private newValue(
    storage: Storage,
    note: StorageNote,
    data: Data,
    by: Producer | null,
    result: number,
    tick: number,
  ): number {
    const { recording } = this;
    const { dtype, length, id: at } = storage;
    const { iterationCount } = recording;
    const id = recording.pages.addValue(dtype, length, by ? by.index : -1, result, iterationCount - 1, at, tick);
    recording.hold(id, data);
    if (!by) recording.roots.push(id);
    note.latest = id;
    note.used = -1;
    note.root = !by;
    if (by) {
      note.site = by.site;
      note.module = by.module;
      note.pass = by.pass;
    }
    this.memory.add(id, data.byteLength, !by);
    return id;
  }

  /** Writes down a tensor that is met for the first time, or what is new about it. */
  known(t: Tensor, producer: Producer | null = null, linked = false): TensorNote {
    const { pages } = this.recording;
    const { requiresGrad: wants, isLeaf } = t;
    if (wants && isLeaf) this.noteOf(t.storage).leaf = true;
    const known = this.tensorNote(t);
    if (known) {
      // A Function of the script's own links its result after the op that made it.
      const gradFn = linked || known.gradFn === null ? (t.gradFn?.name ?? null) : known.gradFn;
      // A leaf that a gradient came to once stays what it was then; one that is frozen before is frozen.
      const requiresGrad = wants || (known.requiresGrad && (!isLeaf || this.recording.leaves.has(t.id)));
      if (known.requiresGrad !== requiresGrad || gradFn !== known.gradFn) {
        known.requiresGrad = requiresGrad;
        known.gradFn = gradFn;
        pages.changeTensor(t.id, { requiresGrad, gradFn });
      }
      // A view op in place gave it another geometry.
      if (known.shape !== t.shape) this.moved(t, this.now);
      return known;
    }
    const gradFn = t.gradFn?.name ?? null;
    const note = new TensorNote(this, t, pages.geometries.of(t), wants, gradFn);
    pages.addTensor(t.id, t.dtype, wants, producer ? producer.index : -1, gradFn);
    t.note = note;
    this.moved(t, producer ? producer.tick : 0);
    return note;
  }

  /** A tensor shows other memory, or shows it otherwise, from a tick on. */
  moved(t: Tensor, tick: number): void {
    const geometry = this.geometryOf(t, this.tensorNote(t)!);
    this.recording.pages.journal.place(t.id, tick, t.storage.id, geometry);
    const { showing } = this.noteOf(t.storage);
    if (!showing.includes(t.id)) showing.push(t.id);
    if (showing.length > 2 * SHOWN) showing.splice(SHOWN, 1);
  }

  private get now(): number {
    return Math.max(this.recording.ticks - 1, 0);
  }
}
