/** Which content every storage holds, and which tensors show it: the part of recording that deals in memory. */
import { context } from '../engine/context';
import type { Data } from '../engine/dtype';
import type { Arg } from '../engine/op';
import type { Storage } from '../engine/storage';
import { Tensor } from '../engine/tensor';
import { History } from './columns';
import type { Memory } from './memory';
import type { ArgUse, OpRecord, Recording, TensorUse, Value, Whereabouts } from './recording';

export class Contents {
  /** Writes of each storage that the recording knows of; more were made unseen. */
  private readonly seenWrites = new WeakMap<Storage, number>();
  /** Storages whose memory a held content shares until the next write. */
  private readonly sharing = new WeakMap<Storage, Value>();
  /** Storages written since the last tick without an op's record (an edit in the debug console). */
  private readonly edited = new Set<Storage>();
  /** The storage that an op is writing, with what it held: the op read that, and the observer hears of the op only after the write. */
  private writing: { storage: Storage; value: Value } | null = null;
  /** Memory of the tensors that training moves. */
  readonly leaves = new WeakSet<Storage>();
  private nextValue = 1;

  constructor(
    private readonly recording: Recording,
    private readonly memory: Memory,
  ) {}

  /** A storage is about to be written: what it holds is kept. At depth > 0 nobody will tell of the write: it is an edit. */
  willWrite(storage: Storage): void {
    // Before the sharing ends: a content that was never seen becomes a root that shares, and is copied below.
    this.writing = null;
    if (context.depth === 0) this.writing = { storage, value: this.valueOf(storage) };
    const value = this.sharing.get(storage);
    if (value?.data === storage.data) value.data = storage.data.slice() as Data;
    this.sharing.delete(storage);
    if (context.depth > 0) this.edited.add(storage);
  }

  /** The op that wrote has been written down. */
  written(): void {
    this.writing = null;
  }

  /** Storages that were written unseen since the last call, and that the recording knows. */
  takeEdited(): Storage[] {
    if (this.edited.size === 0) return [];
    const { storages } = this.recording;
    const changed = [...this.edited].filter((s) => storages.has(s.id) && this.seenWrites.get(s) !== s.writes);
    this.edited.clear();
    return changed;
  }

  /** An edit's content, from the tick that stands for it on; and the tensors that show it. */
  edit(storage: Storage, tick: number): TensorUse[] {
    const { storages, tensors } = this.recording;
    storages.get(storage.id)!.set(tick, this.root(storage, storage.data.slice() as Data));
    return [...tensors.values()]
      .filter((t) => t.place.latest?.storage === storage.id)
      .map((t) => this.recording.useAt(t.id, tick)!);
  }

  /** An argument as it is written down. */
  argUse(type: string, a: Arg): ArgUse {
    if (a instanceof Tensor) return { use: a.wrapped ? this.number(a) : this.use(a) };
    if (type.startsWith('Tensor') && Array.isArray(a))
      return { uses: (a as (Tensor | null)[]).map((t) => t && this.use(t)) };
    return { attr: a };
  }

  /** A tensor that an op reads: its content as it is now. */
  use(t: Tensor): TensorUse {
    const value = this.valueOf(t.storage);
    if (value.iteration !== this.iteration) this.memory.carry(value);
    this.known(t);
    return {
      tensor: t.id,
      value,
      shape: t.shape,
      strides: t.strides,
      offset: t.offset,
      lens: t.lens,
      wrapped: t.wrapped,
    };
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
    return { tensor: -1, value, shape: [], strides: [], offset: 0, lens: '', wrapped: true };
  }

  /** A tensor that an op made or wrote. */
  made(t: Tensor, producer: OpRecord | null, result: number, linked: boolean): TensorUse {
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
      lens: t.lens,
      wrapped: t.wrapped,
    };
  }

  /** The content of a storage as it is now, or as the op that writes it found it; one that was never seen before is a root. */
  valueOf(storage: Storage): Value {
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
      length: storage.length,
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

  /** Writes down a tensor that is met for the first time. */
  private known(t: Tensor, producer: OpRecord | null = null, linked = false): void {
    const { tensors } = this.recording;
    if (t.requiresGrad && t.isLeaf) this.leaves.add(t.storage);
    const known = tensors.get(t.id);
    if (known) {
      known.requiresGrad ||= t.requiresGrad;
      if (linked) known.gradFn = t.gradFn?.name ?? null;
      // A view op in place gave it another geometry.
      if (known.place.latest?.shape !== t.shape) known.place.set(this.now, placeOf(t));
      return;
    }
    const record = {
      id: t.id,
      dtype: t.dtype,
      requiresGrad: t.requiresGrad,
      isParameter: false,
      place: new History<Whereabouts>(),
      grad: new History<number | null>(),
      producer,
      gradFn: t.gradFn?.name ?? null,
    };
    record.place.set(producer ? producer.tick : 0, placeOf(t));
    tensors.set(t.id, record);
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
