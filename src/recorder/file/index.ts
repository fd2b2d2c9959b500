/** Saves a recording to a `.backstep` file, and opens one. */
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Recording } from '../recording';
import { checkPrefix, RecordingFileError, readChunks } from './chunks';
import { Reading } from './read';
import { write } from './write';

export { RecordingFileError } from './chunks';
export { writeNotes } from './notes';

/** Contents to store so that no tick is far from one; roots come on top. */
const CHECKPOINTS = 64 * 1024 * 1024;
const MOST = 2 ** 31 - 1;

/** Writes the file and returns its bytes. The old file stays until the new one is whole. */
export function save(recording: Recording, path: string, options = { checkpoints: CHECKPOINTS }): number {
  const part = `${path}.part`;
  let bytes = 0;
  try {
    const file = openSync(part, 'w');
    try {
      for (const chunk of write(recording, options)) {
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
        bytes += chunk.length;
      }
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return bytes;
}

/** Opens a file. A damaged one opens as far as it is whole, and says so in `recording.damage`. */
export function load(path: string): Recording {
  return read(readAll(path));
}

function readAll(path: string): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new RecordingFileError(`The recording cannot be opened: ${(error as Error).message}`);
  }
  try {
    const { size } = fstatSync(file);
    if (size > MOST) throw new RecordingFileError('This recording is larger than 2 GB: it cannot be opened.');
    return readFileSync(file);
  } catch (error) {
    if (error instanceof RecordingFileError) throw error;
    throw new RecordingFileError(`The recording cannot be read: ${(error as Error).message}`);
  } finally {
    closeSync(file);
  }
}

/** A recording from a file's bytes. */
export function read(file: Buffer): Recording {
  checkPrefix(file);
  const { chunks, damage } = readChunks(file);
  const reading = new Reading();
  let inside: string | null;
  try {
    inside = reading.read(chunks);
  } catch (error) {
    if (error instanceof RecordingFileError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new RecordingFileError(`This recording is damaged and cannot be opened: ${why}.`);
  }
  const { recording } = reading;
  const lost = inside ?? damage;
  if (lost === null) return recording;
  if (recording.ticks === 0)
    throw new RecordingFileError(`This recording cannot be opened: ${lost}, before the first iteration was written.`);
  const last = recording.iterationCount - 1;
  recording.damage = `This recording is not whole: ${lost}. It is shown up to iteration ${last + 1}, tick ${recording.ticks}.`;
  return recording;
}
