/** Contents in a file, unpacked when somebody asks for one. */
import { type Data, DTYPES, type DType, heldBytes } from '../../engine/dtype';
import type { Stats } from '../../protocol/views';
import type { OpRecord, Value } from '../recording';
import { Damage } from './check';
import { type Chunk, unpack } from './chunks';

/** Unpacked bytes to keep. */
const KEPT = 64 * 1024 * 1024;

/** Elements a content may have at most: beyond, it is no recording of ours. */
export const MOST_ELEMENTS = 2 ** 28;

export class Contents {
  readonly chunks: Chunk[] = [];
  private readonly open = new Map<number, Buffer>();
  private bytes = 0;

  elements(chunk: number, offset: number, dtype: DType, length: number): Data {
    let bytes = this.open.get(chunk);
    if (!bytes) {
      bytes = aligned(unpack(this.chunks[chunk]));
      this.open.set(chunk, bytes);
      this.bytes += bytes.length;
      for (const [old, packed] of this.open) {
        if (this.bytes <= KEPT || old === chunk) break;
        this.open.delete(old);
        this.bytes -= packed.length;
      }
    }
    const { array, parts } = DTYPES[dtype];
    if (offset + heldBytes(dtype, length) > bytes.length) throw new Damage('a content');
    const make = array as unknown as new (buffer: ArrayBufferLike, offset: number, length: number) => Data;
    return new make(bytes.buffer, bytes.byteOffset + offset, length * parts);
  }
}

/** Elements of 8 bytes must lie at multiples of 8. */
const aligned = (b: Buffer): Buffer => (b.byteOffset % 8 === 0 ? b : Buffer.from(new Uint8Array(b).buffer));

/** A content of a file. One that is not stored is computed again by replay, as a dropped one is. */
export class StoredValue implements Value {
  producer: OpRecord | null = null;
  stats?: Stats;

  constructor(
    private readonly contents: Contents,
    readonly id: number,
    readonly dtype: DType,
    readonly length: number,
    readonly result: number,
    readonly iteration: number,
    private readonly chunk: number,
    private readonly offset: number,
  ) {}

  get stored(): boolean {
    return this.chunk >= 0;
  }

  /** What a file stores is a checkpoint: it is stored again when the recording is saved again. */
  get carried(): boolean {
    return this.stored;
  }

  set carried(_: boolean) {}

  /** Refuses a place outside of its chunk, without unpacking it. */
  checkPlace(): void {
    const end = this.offset + heldBytes(this.dtype, this.length);
    if (this.offset % 8 !== 0 || end > this.contents.chunks[this.chunk].length) throw new Damage('a content');
  }

  get data(): Data | null {
    return this.stored ? this.contents.elements(this.chunk, this.offset, this.dtype, this.length) : null;
  }

  /** A file's contents are not held in memory: there is nothing to drop or to put. */
  set data(_: Data | null) {}
}
