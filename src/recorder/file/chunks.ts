/** The recording file's frame: magic, version, chunks with checksums. Knows nothing of what is in them. */

import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { t } from '../../protocol/l10n';
import { CHUNK, FORMAT, MAGIC } from '../../protocol/recordingFile';
import type { PieceFile } from '../store/shelf';
import type { FileBytes } from './bytes';
import { RecordingFileError } from './check';

export const PREFIX = MAGIC.length + 4;
export const HEAD = 17;
/** A chunk larger than this is no part of a recording of ours. */
export const MAX_CHUNK = 256 * 1024 * 1024;
/** The same for a state, of which more is read than bytes. */
const MAX_STATE = 128 * 1024 * 1024;
/** What gzip makes less of than this is stored as it is. */
const WORTH = 0.9;
const SAMPLE = 1 << 16;

/** Where a chunk lies, and what its first bytes say. */
export interface Head {
  kind: number;
  at: number;
  /** Bytes as they are stored. */
  size: number;
  /** Bytes unpacked. */
  length: number;
}

export function filePrefix(): Buffer {
  const out = Buffer.alloc(PREFIX);
  out.write(MAGIC, 'latin1');
  out.writeUInt32LE(FORMAT, MAGIC.length);
  return out;
}

/** One chunk, packed. `level`: how hard gzip tries; 0: not at all. */
export function packChunk(kind: number, bytes: Uint8Array, level: number): Buffer {
  let stored = bytes;
  if (level > 0 && pays(bytes, level)) {
    const packed = gzipSync(bytes, { level });
    if (packed.length < bytes.length) stored = packed;
  }
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(kind, 0);
  head.writeUInt32LE(stored.length, 1);
  head.writeUInt32LE(bytes.length, 5);
  checksum(head, stored).copy(head, 9);
  return Buffer.concat([head, stored]);
}

/** Random elements do not become smaller: a part of them tells. */
function pays(bytes: Uint8Array, level: number): boolean {
  if (bytes.length < 4 * SAMPLE) return true;
  const from = (bytes.length >> 1) & ~7;
  return gzipSync(bytes.subarray(from, from + SAMPLE), { level }).length < WORTH * SAMPLE;
}

const checksum = (head: Uint8Array, stored: Uint8Array): Buffer =>
  createHash('sha256').update(head.subarray(0, 9)).update(stored).digest().subarray(0, 8);

/** Refuses what is not a recording, or one of another version. */
export function checkPrefix(file: FileBytes): void {
  const start = Buffer.from(file.read(0, Math.min(PREFIX, file.size)));
  const magic = start.subarray(0, MAGIC.length).toString('latin1');
  if (magic !== MAGIC) {
    const cut = start.length < MAGIC.length && MAGIC.startsWith(magic) && start.length > 0;
    throw new RecordingFileError(
      start.length === 0
        ? t('This file is empty: it is no Backstep recording.')
        : cut
          ? t('This recording is cut off after its first bytes: nothing of it can be opened.')
          : t('This file is no Backstep recording: it does not begin as one.'),
    );
  }
  if (start.length < PREFIX)
    throw new RecordingFileError(t('This recording is cut off after its first bytes: nothing of it can be opened.'));
  const version = start.readUInt32LE(MAGIC.length);
  if (version === FORMAT) return;
  throw new RecordingFileError(
    version > FORMAT && version < 10_000
      ? t(
          'This recording has format {0}, this Backstep reads format {1}: update Backstep, or record again.',
          version,
          FORMAT,
        )
      : t(
          'This recording has format {0}, which this Backstep (format {1}) does not read: record it again.',
          version,
          FORMAT,
        ),
  );
}

const KINDS = new Set<number>(Object.values(CHUNK));

/** The chunk that begins at a place, by its first bytes; words for what is wrong where none does. */
export function headAt(file: FileBytes, at: number): Head | string {
  const where = t('after {0} of {1} bytes', at, file.size);
  if (!(at >= PREFIX && file.size - at >= HEAD)) return t('it is cut off {0}', where);
  const head = Buffer.from(file.read(at, HEAD));
  const found = { kind: head.readUInt8(0), at, size: head.readUInt32LE(1), length: head.readUInt32LE(5) };
  const most = found.kind === CHUNK.state ? MAX_STATE : MAX_CHUNK;
  if (!KINDS.has(found.kind) || found.length > most || found.size > found.length) return t('it is damaged {0}', where);
  if (found.size > file.size - at - HEAD) return t('it is cut off {0}', where);
  return found;
}

/** The place after a chunk. */
export const after = ({ at, size }: Head): number => at + HEAD + size;

/** A chunk's bytes, checked. Never more than it says, and never more than the bound. */
export function chunkAt(file: FileBytes, at: number, kind: number): Uint8Array {
  const found = headAt(file, at);
  if (typeof found === 'string') throw new RecordingFileError(found);
  const where = t('after {0} of {1} bytes', at, file.size);
  if (found.kind !== kind) throw new RecordingFileError(t('it is damaged {0}', where));
  const bytes = file.read(at, HEAD + found.size);
  const stored = bytes.subarray(HEAD);
  if (!checksum(bytes, stored).equals(bytes.subarray(9, HEAD)))
    throw new RecordingFileError(t('it is damaged {0} (its checksum is wrong)', where));
  if (found.size === found.length) return stored;
  const unpacked = gunzipSync(stored, { maxOutputLength: Math.max(1, found.length) });
  if (unpacked.length !== found.length) throw new RecordingFileError(t('a part of it has another length than it says'));
  return unpacked;
}

/** The pages of a file, by where their chunks begin. */
export const pagesIn = (file: FileBytes): PieceFile => ({ read: (at) => chunkAt(file, at, CHUNK.pages) });
