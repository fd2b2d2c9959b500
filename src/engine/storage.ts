import { allocate, type Data, DTYPES, type DType } from './dtype';
import { Slot } from './wasm/arena';

let nextId = 1;

/**
 * Where a tensor's bytes live. Views share one Storage. This class alone knows what holds the bytes (today: a typed array on
 * JavaScript's heap), so that kernels and the recorder can change it without the ops noticing.
 */
export class Storage {
  readonly id = nextId++;
  /** How often it was written in place; the recorder tells one content from the next by it. */
  writes = 0;
  /** A copy of its elements where the SIMD kernels work. */
  slot: Slot | null = null;
  /** What an observer keeps with this memory; the engine never looks at it. */
  note: unknown = null;

  constructor(
    readonly dtype: DType,
    public data: Data,
  ) {}

  static allocate(dtype: DType, length: number): Storage {
    return new Storage(dtype, allocate(dtype, length));
  }

  /** Nobody but this has its array. */
  alone = false;
  /** A gradient that more than one place has held: no leaf may take it over. */
  shared = false;

  /** Takes over the elements of another, which nobody may use afterwards; whoever holds the array of before has what was in it. */
  takeOver(from: Storage): void {
    const { slot } = from;
    this.alone = true;
    this.data = from.data;
    this.slot = slot && new Slot(slot.at, slot.data, this.writes, slot.first, slot.length);
  }

  /** Elements it has room for. */
  get length(): number {
    return this.data.length / DTYPES[this.dtype].parts;
  }

  /** Bytes of it in PyTorch's count. */
  get bytes(): number {
    return this.length * DTYPES[this.dtype].size;
  }
}
