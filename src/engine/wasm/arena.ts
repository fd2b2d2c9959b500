/**
 * The memory of the SIMD kernels: a ring.
 *
 * A tensor's elements stay in typed arrays of JavaScript (Storage), which the garbage collector frees: WebAssembly cannot know when a tensor
 * dies (a script is one endless job, so finalizers never run). The kernels' memory holds copies only. Its rules:
 *
 * - Room is handed out from the front on, and from the start again at the end of the ring: what is oldest is overwritten. Nothing is freed.
 * - A kernel's call first says how much it needs (`begin`). What it puts there or finds there stays until the next `begin`.
 * - A copy of a Storage's elements (a Slot) counts only while it is whole: nothing overwrote it, the Storage holds the same array, and was not
 *   written since (`writes`). Otherwise they are copied in again. So a number can be late, never wrong.
 * - A result is computed in the ring, copied out into an array of its own, and its Slot noted: the next kernel finds it there.
 * - Where elements lie changes no result: kernels read nothing but what they were given.
 *
 * The ring begins small, so that it stays in the processor's cache, and grows when much is copied in again that was overwritten, or when one
 * call needs more.
 */
import { type Data, type DType, memory as machine } from '../dtype';
import { resultArray, SMALL } from '../reuse';
import type { Storage } from '../storage';
import { Ferry } from './ferry';

/** Where a copy of a Storage's elements lies. */
export class Slot {
  constructor(
    /** Bytes handed out before it, ever. */
    readonly at: number,
    /** The array and the number of writes that it is a copy of. */
    readonly data: Data,
    readonly writes: number,
    /** The elements: from this one on, so many. */
    readonly first: number,
    readonly length: number,
  ) {}
}

const PAGE = 65536;
/** Slots begin at cache lines. */
const LINE = 64;
const SMALLEST = 2 ** 20;
/** It does not grow on its own beyond this. */
const LARGEST = 2 ** 26;
/** One call may need as much as this. */
export const MOST = 2 ** 29;
/** Tiles read up to a row past the end. */
const MARGIN = 4096;

/** A dtype whose elements an array like this holds. */
const kindOf = (data: Data): DType =>
  data instanceof Float32Array ? 'float32' : data instanceof Float64Array ? 'float64' : 'int64';

const lines = (bytes: number) => Math.ceil(bytes / LINE) * LINE;

export class Arena {
  readonly memory: WebAssembly.Memory;
  floats!: Float32Array;
  doubles!: Float64Array;
  longs!: BigInt64Array;
  integers!: Int32Array;
  private readonly ferry: Ferry | null;
  /** Bytes of the ring. */
  size = SMALLEST;
  /** Bytes handed out, ever. Modulo the size it is the place in the ring. */
  private head = 0;
  /** Where this call's room ends. */
  private limit = 0;
  /** What was handed out before is gone: the ring has grown. */
  private floor = 0;
  /** Bytes copied in again because they were overwritten, since `counted`. */
  private again = 0;
  private counted = 0;

  /** @param base bytes at the start that are not the ring's */
  constructor(private readonly base: number) {
    const pages = Math.ceil((base + SMALLEST + MARGIN) / PAGE);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: 16384, shared: true });
    this.ferry = Ferry.over(this.memory);
    this.look();
  }

  private look(): void {
    this.floats = new Float32Array(this.memory.buffer);
    this.doubles = new Float64Array(this.memory.buffer);
    this.longs = new BigInt64Array(this.memory.buffer);
    this.integers = new Int32Array(this.memory.buffer);
  }

  /** Begins a kernel's call that needs room for `count` arrays of `bytes` in all. False where there is not so much. */
  begin(bytes: number, count: number): boolean {
    const needed = bytes + count * LINE;
    if (needed > this.size && !this.grow(needed)) return false;
    const place = this.head % this.size;
    if (place + needed > this.size) {
      this.head += this.size - place;
      this.adapt();
    }
    this.limit = this.head + needed;
    return true;
  }

  /** After each round: grows when more than a quarter of what was handed out were copies made again. */
  private adapt(): void {
    const handed = this.head - this.counted;
    const much = this.again * 4 > handed;
    this.again = 0;
    this.counted = this.head;
    if (much && this.size < LARGEST) this.grow(this.size + 1);
  }

  private grow(needed: number): boolean {
    let size = this.size;
    while (size < needed) size *= 2;
    if (size > MOST) return false;
    const pages = Math.ceil((this.base + size + MARGIN) / PAGE);
    const more = pages - this.memory.buffer.byteLength / PAGE;
    if (more > 0) {
      if (!machine.allows(more * PAGE)) return false;
      try {
        this.memory.grow(more);
      } catch {
        return false; // the address space is used up
      }
      this.look();
    }
    this.size = size;
    this.head = Math.ceil(this.head / size) * size;
    this.floor = this.head;
    return true;
  }

  /** Room for so many bytes: an address. */
  room(bytes: number): number {
    const at = this.base + (this.head % this.size);
    this.head += lines(bytes);
    return at;
  }

  /** The address of a Storage's element `first`, with `length` elements from there on. Copies them in where they are not there. */
  input(s: Storage, first: number, length: number): number {
    const { slot, data } = s;
    const each = data.BYTES_PER_ELEMENT;
    if (slot !== null && slot.data === data && slot.writes === s.writes) {
      const from = first - slot.first;
      if (from >= 0 && from + length <= slot.length) {
        if (slot.at >= this.floor && slot.at + this.size >= this.limit)
          return this.base + (slot.at % this.size) + from * each;
        this.again += length * each;
      }
    }
    s.slot = new Slot(this.head, data, s.writes, first, length);
    const at = this.room(length * each);
    this.put(data, first, length, at);
    return at;
  }

  /** The memory as an array of this kind. */
  private arrayLike(data: Data): Float64Array {
    const found =
      data instanceof Float64Array ? this.doubles : data instanceof BigInt64Array ? this.longs : this.floats;
    return found as Float64Array;
  }

  private put(data: Data, first: number, length: number, at: number): void {
    if (this.ferry?.takes(data, length)) {
      this.ferry.put(data, first, length, at);
      return;
    }
    const to = this.arrayLike(data);
    const from = data as Float64Array;
    const place = at / data.BYTES_PER_ELEMENT;
    if (length <= SMALL) for (let i = 0; i < length; i++) to[place + i] = from[first + i];
    else to.set(first === 0 && length === from.length ? from : from.subarray(first, first + length), place);
  }

  /** A result of `length` elements, copied out. `like` says of which kind. */
  take(at: number, length: number, like: Data): Data {
    const to = resultArray(kindOf(like), length) as Float64Array;
    if (this.ferry?.takes(to, length)) {
      this.ferry.take(at, to);
      return to;
    }
    const from = this.arrayLike(like);
    const place = at / like.BYTES_PER_ELEMENT;
    if (length <= SMALL) for (let i = 0; i < length; i++) to[i] = from[place + i];
    else to.set(from.subarray(place, place + length));
    return to;
  }

  /** Notes that the whole of a Storage, around an array just made by `take`, lies at this address still. */
  note(s: Storage, at: number): void {
    // This call's room is in one piece that ends at `limit`.
    const place = at - this.base;
    const lap = Math.floor((this.limit - 1) / this.size) * this.size;
    s.slot = new Slot(lap + place, s.data, s.writes, 0, s.data.length);
    s.alone = true;
  }
}
