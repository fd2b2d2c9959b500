/** The recording file's frame: magic, version, chunks with checksums. Knows nothing of what is in them. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CHUNK, FORMAT, MAGIC } from '../../protocol/recordingFile';

export const PREFIX = MAGIC.length + 4;
export const HEAD = 17;
/** A structure chunk larger than this is no recording of ours. */
export const MAX_CHUNK = 256 * 1024 * 1024;

/** Why a file cannot be opened, in words for the user. */
export class RecordingFileError extends Error {
  override name = 'RecordingFileError';
}

export interface Chunk {
  kind: number;
  /** Length of the unpacked bytes. */
  length: number;
  stored: Buffer;
}

export function filePrefix(): Buffer {
  const out = Buffer.alloc(PREFIX);
  out.write(MAGIC, 'latin1');
  out.writeUInt32LE(FORMAT, MAGIC.length);
  return out;
}

/** One chunk, packed. `level`: how hard gzip tries; random elements do not pay for it. */
export function packChunk(kind: number, bytes: Uint8Array, level: number): Buffer {
  const stored = gzipSync(bytes, { level });
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(kind, 0);
  head.writeUInt32LE(stored.length, 1);
  head.writeUInt32LE(bytes.length, 5);
  checksum(head, stored).copy(head, 9);
  return Buffer.concat([head, stored]);
}

const checksum = (head: Buffer, stored: Buffer): Buffer =>
  createHash('sha256').update(head.subarray(0, 9)).update(stored).digest().subarray(0, 8);

/** Refuses what is not a recording, or one of another version. */
export function checkPrefix(file: Buffer): void {
  const magic = file.subarray(0, MAGIC.length).toString('latin1');
  if (magic !== MAGIC) {
    const cut = file.length < MAGIC.length && MAGIC.startsWith(magic) && file.length > 0;
    throw new RecordingFileError(
      file.length === 0
        ? 'This file is empty: it is no Backstep recording.'
        : cut
          ? 'This recording is cut off after its first bytes: nothing of it can be opened.'
          : 'This file is no Backstep recording: it does not begin as one.',
    );
  }
  if (file.length < PREFIX)
    throw new RecordingFileError('This recording is cut off after its first bytes: nothing of it can be opened.');
  const version = file.readUInt32LE(MAGIC.length);
  if (version === FORMAT) return;
  throw new RecordingFileError(
    version > FORMAT && version < 10_000
      ? `This recording has format ${version}, this Backstep reads format ${FORMAT}: update Backstep, or record again.`
      : `This recording has format ${version}, which this Backstep (format ${FORMAT}) does not read: record it again.`,
  );
}

/** What a chunk's first bytes say: its kind, and its length as it is stored and unpacked. */
export const headOf = (head: Buffer) => ({
  kind: head.readUInt8(0),
  size: head.readUInt32LE(1),
  length: head.readUInt32LE(5),
});

/** Every whole chunk, and what is wrong where they end; null if nothing is. */
export function readChunks(file: Buffer): { chunks: Chunk[]; damage: string | null } {
  const chunks: Chunk[] = [];
  let ended = false;
  for (let at = PREFIX; at < file.length; ) {
    const where = `after ${at} of ${file.length} bytes`;
    if (file.length - at < HEAD) return { chunks, damage: `it is cut off ${where}` };
    const head = file.subarray(at, at + HEAD);
    const { kind, size, length } = headOf(head);
    if (ended && kind !== CHUNK.notes) return { chunks, damage: `it goes on ${where}, past its end` };
    if (!Object.values(CHUNK).includes(kind as never) || length > MAX_CHUNK)
      return { chunks, damage: `it is damaged ${where}` };
    if (size > file.length - at - HEAD) return { chunks, damage: `it is cut off ${where}` };
    const stored = file.subarray(at + HEAD, at + HEAD + size);
    if (!checksum(head, stored).equals(head.subarray(9, HEAD)))
      return { chunks, damage: `it is damaged ${where} (its checksum is wrong)` };
    chunks.push({ kind, length, stored });
    at += HEAD + size;
    ended ||= kind === CHUNK.end;
  }
  return { chunks, damage: ended ? null : 'its end is missing' };
}

/** A chunk's bytes. Never more than it says, and never more than the bound. */
export function unpack(chunk: Chunk): Buffer {
  if (chunk.length > MAX_CHUNK) throw new Error('a part of it is too large');
  const bytes = gunzipSync(chunk.stored, { maxOutputLength: Math.max(1, chunk.length) });
  if (bytes.length !== chunk.length) throw new Error('a part of it has another length than it says');
  return bytes;
}
