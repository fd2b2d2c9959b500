/** Contents in a file, read when somebody asks for one. */

import { type Data, DTYPES, type DType, heldBytes } from '../../engine/dtype';
import { t } from '../../protocol/l10n';
import { CHUNK, type FileState } from '../../protocol/recordingFile';
import type { Elements, Value } from '../recording';
import { packNumbers } from '../store/varints';
import type { FileBytes } from './bytes';
import { RecordingFileError } from './check';
import { chunkAt, packChunk } from './chunks';

/** Unpacked bytes to keep. */
const KEPT = 64 * 1024 * 1024;
/** Contents are packed together up to about this many bytes. */
const TOGETHER = 1 << 20;

/** Where a file has what. Chunks go by where they begin in it. */
export class FileElements implements Elements {
  complete = true;
  /** `end`: where the next one begins; -1 for a chunk's last. */
  private readonly places = new Map<number, { chunk: number; offset: number; end: number }>();
  private readonly open = new Map<number, Uint8Array>();
  private bytes = 0;

  constructor(private readonly file: FileBytes) {}

  /** The contents of a chunk, and where each begins in it. */
  add(chunk: number, ids: readonly number[], offsets: readonly number[]): void {
    for (const [i, id] of ids.entries())
      this.places.set(id, { chunk, offset: offsets[i], end: i + 1 < ids.length ? offsets[i + 1] : -1 });
  }

  ids(): Iterable<number> {
    return this.places.keys();
  }

  raw(id: number): Uint8Array | null {
    const place = this.places.get(id);
    if (!place) return null;
    const bytes = this.chunk(place.chunk);
    return bytes.subarray(place.offset, place.end < 0 ? bytes.length : place.end);
  }

  elements({ id, dtype, length, producerIndex }: Value): Data | null {
    const place = this.places.get(id);
    if (!place) return null;
    try {
      return this.view(this.chunk(place.chunk), place.offset, dtype, length);
    } catch (error) {
      // What an op made can be made again.
      if (producerIndex >= 0) {
        this.places.delete(id);
        return null;
      }
      throw new RecordingFileError(
        t('A part of this recording is damaged, and this value in it: {0}.', (error as Error).message),
      );
    }
  }

  private view(bytes: Uint8Array, offset: number, dtype: DType, length: number): Data {
    const { array, parts } = DTYPES[dtype];
    if (offset % 8 !== 0 || !(length >= 0) || offset + heldBytes(dtype, length) > bytes.length)
      throw new Error(t('it is not where it should be'));
    const make = array as unknown as new (buffer: ArrayBufferLike, offset: number, length: number) => Data;
    return new make(bytes.buffer, bytes.byteOffset + offset, length * parts);
  }

  private chunk(at: number): Uint8Array {
    let bytes = this.open.get(at);
    if (bytes) return bytes;
    bytes = aligned(chunkAt(this.file, at, CHUNK.contents));
    this.open.set(at, bytes);
    this.bytes += bytes.length;
    for (const [old, { length }] of this.open) {
      if (this.bytes <= KEPT || old === at) break;
      this.open.delete(old);
      this.bytes -= length;
    }
    return bytes;
  }
}

/** Elements of 8 bytes must lie at multiples of 8. */
const aligned = (b: Uint8Array): Uint8Array => (b.byteOffset % 8 === 0 ? b : b.slice());

/** Puts contents together into chunks. */
export class ElementsWriter {
  private readonly ids = new Set<number>();
  private parts: Uint8Array[] = [];
  private places: { id: number; offset: number }[] = [];
  private size = 0;
  private chunks: FileState['contents'] = [];
  /** Elements that were given so far, in bytes. */
  bytes = 0;

  constructor(
    private readonly append: (chunk: Uint8Array) => number,
    /** Which contents a chunk holds, and where, once the file has it. */
    private readonly written: (chunk: number, ids: number[], offsets: number[]) => void,
  ) {}

  has(id: number): boolean {
    return this.ids.has(id);
  }

  /** The elements are copied: what they lie in may be written to afterwards. */
  add(id: number, bytes: Uint8Array): void {
    if (this.ids.has(id)) return;
    this.ids.add(id);
    this.bytes += bytes.length;
    if (this.size > 0 && this.size + bytes.length > TOGETHER) this.flush();
    this.places.push({ id, offset: this.size });
    // A large one is written at once.
    this.parts.push(bytes.length > TOGETHER ? bytes : bytes.slice(), new Uint8Array(-bytes.length & 7));
    this.size += (bytes.length + 7) & ~7;
    if (this.size > TOGETHER) this.flush();
  }

  private flush(): void {
    if (this.places.length === 0) return;
    const { places, parts } = this;
    this.places = [];
    this.parts = [];
    this.size = 0;
    const at = this.append(packChunk(CHUNK.contents, Buffer.concat(parts), 1));
    const ids = places.map((p) => p.id);
    const offsets = places.map((p) => p.offset);
    this.chunks.push([at, packNumbers(ids), packNumbers(offsets)]);
    this.written(at, ids, offsets);
  }

  /** Writes what is left; where the chunks since the last time lie. */
  take(): FileState['contents'] {
    this.flush();
    const taken = this.chunks;
    this.chunks = [];
    return taken;
  }
}
