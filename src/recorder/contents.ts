/** Which content every storage holds, and which tensors show it: the part of recording that deals in memory. */

import { isTensorList } from '../engine/autograd/node';
import { context } from '../engine/context';
import type { Data } from '../engine/dtype';
import type { Arg } from '../engine/op';
import type { Param } from '../engine/schema';
import type { Storage } from '../engine/storage';
import { Tensor } from '../engine/tensor';
import type { Memory } from './memory';
import {
  type ArgUse,
  Content,
  constantValue,
  type OpRecord,
  type Recording,
  type TensorRecord,
  TensorRow,
  type TensorUse,
  type Value,
  type Whereabouts,
} from './recording';

/** So many of the tensors that show one memory are told of an edit: the first and the latest. */
const SHOWN = 128;

/** What the recording keeps with a storage. On the storage itself: a WeakMap's entry costs more than all the rest of an op's record. */
class StorageNote {
  /** Writes that the recording knows of; more were made unseen. */
  seenWrites = -1;
  /** A held content shares the storage's memory until the next write. */
  sharing: Value | null = null;
  /** What the storage holds, as far as it was seen. */
  latest: Value | null = null;
  /** Memory of a tensor that training moves. */
  leaf = false;
  /** Tensors that show it, in the order in which they came to. */
  showing: number[] = [];

  constructor(readonly owner: Contents) {}
}

/** What the recording keeps with a tensor. */
interface TensorNote {
  owner: Contents;
  record: TensorRecord;
  place: Whereabouts;
}

export class Contents {
  /** Storages written since the last tick without an op's record (an edit in the debug console). */
  private readonly edited = new Set<Storage>();
  /** The storage that an op is writing, with what it held: the op read that, and the observer hears of the op only after the write. */
  private writing: { storage: Storage; value: Value } | null = null;

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
    if (context.depth === 0) {
      this.writing = { storage, value: this.valueOf(storage) };
      this.used(this.writing.value, storage);
    }
    const note = this.noteOf(storage);
    const { sharing } = note;
    if (sharing && this.recording.store.get(sharing.id) === storage.data) {
      if (!replaced) sharing.data = storage.data.slice() as Data;
      else if (alone) this.recording.takeOver(sharing.id);
    }
    note.sharing = null;
    if (context.depth > 0) this.edited.add(storage);
  }

  /** Nobody has a storage's memory any more but the recording, if that has it. */
  unused(storage: Storage): void {
    const { note } = storage;
    if (!(note instanceof StorageNote) || note.owner !== this) return;
    const { sharing } = note;
    if (sharing && this.recording.store.get(sharing.id) === storage.data) this.recording.takeOver(sharing.id);
    else this.recording.reuse(storage.data);
  }

  private noteOf(storage: Storage): StorageNote {
    const { note } = storage;
    if (note instanceof StorageNote && note.owner === this) return note;
    const made = new StorageNote(this);
    storage.note = made;
    return made;
  }

  private tensorNote(t: Tensor): TensorNote | null {
    const note = t.note as TensorNote | null;
    return note?.owner === this ? note : null;
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
      return latest && seenWrites !== s.writes;
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

  /** An argument as it is written down. */
  argUse(param: Param, a: Arg): ArgUse {
    if (a instanceof Tensor) return { use: a.wrapped ? this.number(a) : this.use(a) };
    if (Array.isArray(a) && isTensorList(param)) return { uses: (a as (Tensor | null)[]).map((t) => t && this.use(t)) };
    return { attr: a };
  }

  /** A tensor that an op reads: its content as it is now. */
  use(t: Tensor): TensorUse {
    const value = this.valueOf(t.storage);
    this.used(value, t.storage);
    this.known(t);
    return this.useOf(t, value);
  }

  /** A content is used. If it was dropped, it is held again: the script has it still, but not what an op has just written over. */
  private used(value: Value, storage: Storage): void {
    this.memory.use(value, () => {
      value.data = storage.data;
      this.share(storage, value);
    });
  }

  /** Is the content that was used still what the tensor shows? */
  isCurrent(use: TensorUse, t: Tensor): boolean {
    return this.noteOf(t.storage).latest?.id === use.value.id;
  }

  private useOf(t: Tensor, value: Value): TensorUse {
    const { shape, strides, offset, lens, wrapped } = t;
    return { tensor: t.id, value, shape, strides, offset, lens, wrapped };
  }

  /** A Python number: a constant of the record, no tensor of the run. */
  private number(t: Tensor): TensorUse {
    const value = constantValue(t.dtype, t.storage.data);
    return { tensor: -1, value, shape: [], strides: [], offset: 0, lens: '', wrapped: true };
  }

  /** A tensor that an op made or wrote. */
  made(t: Tensor, producer: OpRecord | null, result: number, linked: boolean): TensorUse {
    const note = this.noteOf(t.storage);
    let value = note.latest;
    if (!value || note.seenWrites !== t.storage.writes) {
      value = this.newValue(t.storage, t.storage.data, producer, result, this.now);
      this.share(t.storage, value);
    }
    this.known(t, producer, linked);
    return this.useOf(t, value);
  }

  /** The content of a storage as it is now, or as the op that writes it found it; one that was never seen before is a root. */
  valueOf(storage: Storage): Value {
    if (this.writing?.storage === storage) return this.writing.value;
    const { latest, seenWrites } = this.noteOf(storage);
    if (latest && seenWrites === storage.writes) return latest;
    return this.root(storage, storage.data);
  }

  /** A content that came from outside of the recorded ops. */
  private root(storage: Storage, data: Data, at = this.now): Value {
    // One that existed before it was seen counts from the beginning, so that earlier ticks can show it.
    const note = this.noteOf(storage);
    const tick = note.latest ? at : 0;
    const value = this.newValue(storage, data, null, 0, tick);
    if (data === storage.data) this.share(storage, value);
    else note.seenWrites = storage.writes;
    return value;
  }

  private share(storage: Storage, value: Value): void {
    const note = this.noteOf(storage);
    note.seenWrites = storage.writes;
    note.sharing = value;
  }

  private newValue(storage: Storage, data: Data, producer: OpRecord | null, result: number, tick: number): Value {
    const { recording } = this;
    const { pages } = recording;
    const { dtype, length } = storage;
    const value = new Content(
      recording,
      pages.counts.value,
      dtype,
      length,
      producer?.index ?? -1,
      result,
      this.iteration,
    );
    value.data = data;
    pages.addValue(value);
    if (!producer) recording.roots.push(value.id);
    pages.setContent(storage.id, tick, value);
    this.noteOf(storage).latest = value;
    this.memory.add(value);
    return value;
  }

  private get iteration(): number {
    return this.recording.iterationCount - 1;
  }

  /** Writes down a tensor that is met for the first time, or what is new about it. */
  known(t: Tensor, producer: OpRecord | null = null, linked = false): TensorRecord {
    const { pages } = this.recording;
    if (t.requiresGrad && t.isLeaf) this.noteOf(t.storage).leaf = true;
    const known = this.tensorNote(t);
    if (known) {
      const { record } = known;
      // A Function of the script's own links its result after the op that made it.
      const gradFn = linked || record.gradFn === null ? (t.gradFn?.name ?? null) : record.gradFn;
      // A leaf that a gradient came to once stays what it was then; one that is frozen before is frozen.
      const requiresGrad = t.requiresGrad || (record.requiresGrad && (!t.isLeaf || this.recording.leaves.has(t.id)));
      if (record.requiresGrad !== requiresGrad || gradFn !== record.gradFn) {
        record.requiresGrad = requiresGrad;
        record.gradFn = gradFn;
        pages.tensorChanged(record);
      }
      // A view op in place gave it another geometry.
      if (known.place.shape !== t.shape) this.moved(t, this.now);
      return record;
    }
    const record = new TensorRow(
      this.recording,
      t.id,
      t.dtype,
      t.requiresGrad,
      producer?.index ?? -1,
      t.gradFn?.name ?? null,
    );
    pages.addTensor(record);
    t.note = { owner: this, record, place: placeOf(t) } satisfies TensorNote;
    this.moved(t, producer ? producer.tick : 0);
    return record;
  }

  /** A tensor that the recording knows. */
  recordOf(t: Tensor): TensorRecord | null {
    return this.tensorNote(t)?.record ?? null;
  }

  /** A tensor shows other memory, or shows it otherwise, from a tick on. */
  moved(t: Tensor, tick: number): void {
    const place = placeOf(t);
    this.tensorNote(t)!.place = place;
    this.recording.pages.setPlace(t.id, tick, place);
    const { showing } = this.noteOf(t.storage);
    if (!showing.includes(t.id)) showing.push(t.id);
    if (showing.length > 2 * SHOWN) showing.splice(SHOWN, 1);
  }

  private get now(): number {
    return Math.max(this.recording.ticks - 1, 0);
  }
}

/** Where a tensor lies now, as a History of it keeps it. */
export const placeOf = (t: Tensor): Whereabouts => ({
  storage: t.storage.id,
  shape: t.shape,
  strides: t.strides,
  offset: t.offset,
  lens: t.lens,
});
