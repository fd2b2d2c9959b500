/**
 * Copies between the kernels' memory and arrays of JavaScript. V8 copies memory that threads share a word at a time, several times slower than
 * other memory; so larger pieces go by way of a memory that is not shared, to which WebAssembly copies as fast as the machine can.
 */
import type { Data } from '../dtype';

/** Bytes that go over at once: with both ends they stay in the first cache. */
const LOAD = 16384;
/** Smaller ones are as fast the plain way. */
const WORTH = 512;

const PAGES = 1;

/**
 * A module of two memories, `shared` (0) and `own` (1), with two functions of (to, from, bytes): `out` copies from the first to the second,
 * `in` the other way. AssemblyScript knows one memory only.
 */
const MODULE = (() => {
  const name = (s: string) => [s.length, ...Array.from(s, (c) => c.charCodeAt(0))];
  const section = (id: number, ...body: number[]) => [id, body.length, ...body];
  const I32 = 0x7f;
  const MEMORY = 2;
  // Shared, with a maximum; 1 page at least, 65536 at most.
  const limits = [3, 1, 0x80, 0x80, 4];
  // local.get 0, 1, 2; memory.copy to, from; end.
  const copy = (to: number, from: number) => [12, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 10, to, from, 0x0b];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 3, I32, I32, I32, 0),
    ...section(
      2,
      2,
      ...name('m'),
      ...name('shared'),
      MEMORY,
      ...limits,
      ...name('m'),
      ...name('own'),
      MEMORY,
      0,
      PAGES,
    ),
    ...section(3, 2, 0, 0),
    ...section(7, 2, ...name('out'), 0, 0, ...name('in'), 0, 1),
    ...section(10, 2, ...copy(1, 0), ...copy(0, 1)),
  ]);
})();

type Copy = (to: number, from: number, bytes: number) => void;
type Floats = Float32Array;

export class Ferry {
  private constructor(
    private readonly out: Copy,
    private readonly into: Copy,
    private readonly floats: Float32Array,
    private readonly doubles: Float64Array,
    private readonly longs: BigInt64Array,
  ) {}

  /** Null where this runtime knows one memory in a module only. */
  static over(shared: WebAssembly.Memory): Ferry | null {
    try {
      const own = new WebAssembly.Memory({ initial: PAGES });
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE), { m: { shared, own } });
      const { out, in: into } = exports as { out: Copy; in: Copy };
      const { buffer } = own;
      const [floats, doubles, longs] = [Float32Array, Float64Array, BigInt64Array].map(
        (kind) => new kind(buffer, 0, LOAD / kind.BYTES_PER_ELEMENT),
      ) as [Float32Array, Float64Array, BigInt64Array];
      return new Ferry(out, into, floats, doubles, longs);
    } catch {
      return null;
    }
  }

  /** Its own memory, as an array of this kind. */
  private like(data: Data): Floats {
    if (data instanceof Float32Array) return this.floats;
    return (data instanceof Float64Array ? this.doubles : this.longs) as unknown as Floats;
  }

  /** Is it worth the way over? */
  takes(data: Data, length: number): boolean {
    return length * data.BYTES_PER_ELEMENT >= WORTH;
  }

  /** Copies `length` elements of an array, from `first` on, to an address. */
  put(data: Data, first: number, length: number, at: number): void {
    const own = this.like(data);
    const from = data as Floats;
    for (let i = 0; i < length; i += own.length) {
      const n = Math.min(own.length, length - i);
      const whole = first + i === 0 && n === from.length;
      own.set(whole ? from : from.subarray(first + i, first + i + n));
      this.into(at + i * own.BYTES_PER_ELEMENT, 0, n * own.BYTES_PER_ELEMENT);
    }
  }

  /** Fills an array from an address on. */
  take(at: number, data: Data): void {
    const own = this.like(data);
    const to = data as Floats;
    for (let i = 0; i < to.length; i += own.length) {
      const n = Math.min(own.length, to.length - i);
      this.out(0, at + i * own.BYTES_PER_ELEMENT, n * own.BYTES_PER_ELEMENT);
      to.set(n === own.length ? own : own.subarray(0, n), i);
    }
  }
}
