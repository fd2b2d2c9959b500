/**
 * What a user wrote beside the run. A chunk of its own, which says nothing of the run itself: it stands before the end of a file that is
 * saved, and after the end of one that was there already. The last one of a file counts.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { CHUNK, type FileNotes } from '../../protocol/recordingFile';
import type { Bookmark } from '../../protocol/views';
import { MOST_BOOKMARKS, MOST_NOTE } from '../bookmarks';
import { list, rows, text, whole } from './check';
import { checkPrefix, HEAD, headOf, PREFIX, packChunk, RecordingFileError } from './chunks';
import { pack } from './pack';

export function packNotes(bookmarks: readonly Bookmark[]): Buffer {
  const notes: FileNotes = { bookmarks: bookmarks.map(({ tick, note }) => [tick, note]) };
  return packChunk(CHUNK.notes, pack(notes), 6);
}

/** The bookmarks in a notes chunk, of a run of so many ticks. Those past its end (it is cut off) are left out. */
export function readNotes(notes: Record<string, unknown>, ticks: number): Bookmark[] {
  const found = new Map<number, string>();
  list(notes.bookmarks, 'bookmarks');
  rows(notes.bookmarks, 'bookmarks', 2, ([tick, note]) => {
    const at = whole(tick, 'bookmarks');
    const words = text(note, 'bookmarks').slice(0, MOST_NOTE);
    if (at < ticks && found.size < MOST_BOOKMARKS) found.set(at, words);
  });
  return [...found].map(([tick, note]) => ({ tick, note })).sort((a, b) => a.tick - b.tick);
}

/** Puts the bookmarks into a file that is there, in place of those it has. The run's own bytes stay as they are. */
export function writeNotes(path: string, bookmarks: readonly Bookmark[]): void {
  const file = open(path);
  try {
    const at = endOfRun(file);
    const bytes = packNotes(bookmarks);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
    ftruncateSync(file, at + bytes.length);
  } catch (error) {
    if (error instanceof RecordingFileError) throw error;
    throw new RecordingFileError(`The bookmarks cannot be written into the recording: ${(error as Error).message}`);
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    throw new RecordingFileError(`The bookmarks cannot be written into the recording: ${(error as Error).message}`);
  }
}

/** Where the notes go: after the end, or after the last part of a run that has none. */
function endOfRun(file: number): number {
  const { size } = fstatSync(file);
  const bytes = (at: number, length: number): Buffer => {
    const found = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
    readSync(file, found, 0, found.length, at);
    return found;
  };
  checkPrefix(bytes(0, PREFIX));
  let end = PREFIX;
  for (let at = PREFIX; at < size; ) {
    const head = bytes(at, HEAD);
    const next = head.length === HEAD ? at + HEAD + headOf(head).size : size + 1;
    const known = head.length === HEAD && Object.values(CHUNK).includes(headOf(head).kind as never);
    if (next > size || !known)
      throw new RecordingFileError('This recording is not whole: bookmarks cannot be written into it.');
    at = next;
    if (headOf(head).kind !== CHUNK.notes) end = next;
    if (headOf(head).kind === CHUNK.end) break;
  }
  return end;
}
