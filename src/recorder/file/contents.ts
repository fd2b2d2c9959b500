/** Contents in a file, unpacked when somebody asks for one. */
import { type Data, DTYPES, type DType, heldBytes } from '../../engine/dtype';
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

  /** Refuses a place outside of its chunk, without unpacking it. */
  checkPlace({ chunk, offset }: Stored, dtype: DType, length: number): void {
    const end = offset + heldBytes(dtype, length);
    if (offset % 8 !== 0 || end > this.chunks[chunk].length) throw new Damage('a content');
  }

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

/** Where a file has a content's elements. */
export interface Stored {
  chunk: number;
  offset: number;
}
