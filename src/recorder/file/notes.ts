/** What a user wrote beside the run. A chunk of its own, which says nothing of the run itself: the last one of a file counts. */

import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { t } from '../../protocol/l10n';
import { CHUNK, type FileNotes } from '../../protocol/recordingFile';
import type { Bookmark } from '../../protocol/views';
import { MOST_BOOKMARKS, MOST_NOTE } from '../bookmarks';
import { DiskBytes, type FileBytes } from './bytes';
import { list, RecordingFileError, rows, text, whole } from './check';
import { after, checkPrefix, headAt, PREFIX, packChunk } from './chunks';
import { pack } from './pack';
import { pointed, pointer } from './pointer';

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
  const disk = open(path);
  try {
    const file = new DiskBytes(disk);
    checkPrefix(file);
    const { end, state, stopped } = endOfRun(file);
    const bytes = Buffer.concat([packNotes(bookmarks), ...(state < 0 ? [] : [pointer(state, stopped)])]);
    for (let done = 0; done < bytes.length; ) done += writeSync(disk, bytes, done, bytes.length - done, end + done);
    ftruncateSync(disk, end + bytes.length);
    fsyncSync(disk);
  } catch (error) {
    if (error instanceof RecordingFileError) throw error;
    throw new RecordingFileError(
      t('The bookmarks cannot be written into the recording: {0}', (error as Error).message),
    );
  } finally {
    closeSync(disk);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    throw new RecordingFileError(
      t('The bookmarks cannot be written into the recording: {0}', (error as Error).message),
    );
  }
}

/** Where the notes go: behind the last of the run's own chunks. `state`: the one that a pointer behind them names, -1 for none. */
function endOfRun(file: FileBytes): { end: number; state: number; stopped: boolean } {
  const { at: state, stopped } = pointed(file);
  const last = state < 0 ? null : headAt(file, state);
  let end = last && typeof last !== 'string' ? after(last) : PREFIX;
  for (let at = end; at < file.size; ) {
    const head = headAt(file, at);
    if (typeof head === 'string')
      throw new RecordingFileError(t('This recording is not whole: bookmarks cannot be written into it.'));
    at = after(head);
    if (head.kind !== CHUNK.notes && head.kind !== CHUNK.pointer) end = at;
  }
  return { end, state, stopped };
}
