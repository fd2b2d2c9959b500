/** Saves a recording to a `.backstep` file, and opens one. */

import { renameSync, rmSync } from 'node:fs';
import { computeAs } from '../../engine/wasm/kernels';
import { t } from '../../protocol/l10n';
import { CHUNK } from '../../protocol/recordingFile';
import type { Bookmark } from '../../protocol/views';
import { Recording } from '../recording';
import { UnknownOp } from '../store/codec';
import { DiskBytes, DiskTarget, type FileBytes, MemoryBytes } from './bytes';
import { fields, RecordingFileError } from './check';
import { after, checkPrefix, chunkAt, type Head, headAt, PREFIX, pagesIn } from './chunks';
import { FileElements } from './elements';
import { PageGuard, unknownOp } from './guard';
import { readNotes } from './notes';
import { unpackValue } from './pack';
import { pointed } from './pointer';
import { Restoring } from './restore';
import { RunWriter, write } from './writer';

export { RecordingFileError } from './check';
export { writeNotes } from './notes';
export type { RunWriter } from './writer';

/** Contents to store so that no tick is far from one; roots come on top. */
const CHECKPOINTS = 64 * 1024 * 1024;
/** What states say may have so many bytes together: a run that has more is not one that this machine could show. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Writes the file and returns its bytes. The old file stays until the new one is whole. */
export function save(recording: Recording, path: string, options = { checkpoints: CHECKPOINTS }): number {
  const part = `${path}.part`;
  try {
    const target = new DiskTarget(part);
    try {
      write(recording, target, options);
    } finally {
      target.close();
    }
    renameSync(part, path);
    return target.size;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Begins a file that a recording is written to while it goes on, up to so many bytes. Throws where the file cannot be made. */
export function record(recording: Recording, path: string, name: string, most?: number): RunWriter {
  let target: DiskTarget;
  try {
    target = new DiskTarget(path, most);
  } catch (error) {
    throw new RecordingFileError(t('The recording cannot be written to {0}: {1}', path, (error as Error).message));
  }
  return new RunWriter(recording, target, name);
}

/** Opens a file. A damaged one opens as far as it is whole, and says so in `recording.damage`. */
export function load(path: string): Recording {
  const file = DiskBytes.open(path);
  try {
    return open(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A recording from a file's bytes. */
export const read = (file: Uint8Array): Recording => open(new MemoryBytes(file));

/** A recording from a file, of which only what is needed is read. */
export function open(file: FileBytes): Recording {
  checkPrefix(file);
  const found = find(file);
  const recording = new Recording();
  const elements = new FileElements(file);
  recording.file = elements;
  recording.pages.shelf.guard = new PageGuard(recording);
  const restoring = new Restoring(recording, elements, pagesIn(file), file.size);
  try {
    for (const state of found.states) restoring.add(state);
    restoring.finish();
  } catch (error) {
    if (error instanceof RecordingFileError) throw error;
    if (error instanceof UnknownOp) throw unknownOp(error);
    const why = error instanceof Error ? error.message : String(error);
    throw new RecordingFileError(t('This recording is damaged and cannot be opened: {0}.', why));
  }
  // What is not stored is computed again to the same bits.
  computeAs(recording.origin.kernels);
  const notes = found.notes === null ? [] : bookmarksAt(file, found.notes, recording.ticks);
  recording.bookmarks = notes ?? [];
  const lost =
    found.damage ??
    (restoring.ended ? null : t('its end is missing')) ??
    (notes ? null : t('its bookmarks are damaged'));
  if (lost === null) return recording;
  const last = recording.iterationCount;
  recording.damage = t(
    'This recording is not whole: {0}. It is shown up to iteration {1}, tick {2}.',
    lost,
    last,
    recording.ticks,
  );
  return recording;
}

interface Found {
  /** Those that count, in their order. */
  states: Record<string, unknown>[];
  /** Where the last notes lie. */
  notes: number | null;
  /** What is wrong with the file. */
  damage: string | null;
}

/** The states of a file, from the last one that is whole on. */
function find(file: FileBytes): Found {
  const { at } = pointed(file);
  const last = at >= 0 ? stateAt(file, at) : null;
  if (last?.state.whole === true) {
    const { heads, damage } = scan(file, after(last.head));
    if (heads.every(({ kind }) => kind === CHUNK.notes || kind === CHUNK.pointer))
      return { states: [last.state], notes: lastNotes(heads), damage };
  }
  return findFrom(file, scan(file, PREFIX));
}

function findFrom(file: FileBytes, { heads, damage }: { heads: Head[]; damage: string | null }): Found {
  const all = heads.filter(({ kind }) => kind === CHUNK.state);
  const notes = lastNotes(heads);
  let why = damage ?? t('it has no beginning');
  // Backward to a whole state: what lies before it is not needed.
  const states: (Record<string, unknown> | null)[] = [];
  let bytes = 0;
  for (let i = all.length - 1; i >= 0; i--) {
    bytes += all[i].length;
    if (bytes > MOST_BYTES) throw new RecordingFileError(t('This recording is too large to be opened.'));
    const found = stateAt(file, all[i].at);
    states.unshift(found?.state ?? null);
    if (!found) why = wrongAt(file, all[i].at);
    if (found?.state.whole !== true) continue;
    const broken = states.indexOf(null);
    const usable = broken < 0 ? states : states.slice(0, broken);
    return { states: usable as Record<string, unknown>[], notes, damage: broken < 0 ? damage : why };
  }
  throw new RecordingFileError(
    t('This recording cannot be opened: {0}, before the first second of the run was written.', why),
  );
}

function stateAt(file: FileBytes, at: number): { head: Head; state: Record<string, unknown> } | null {
  try {
    const head = headAt(file, at);
    if (typeof head === 'string') return null;
    return { head, state: fields(unpackValue(chunkAt(file, at, CHUNK.state)), 'a part of it') };
  } catch {
    return null;
  }
}

function wrongAt(file: FileBytes, at: number): string {
  try {
    unpackValue(chunkAt(file, at, CHUNK.state));
    return t('it is damaged after {0} of {1} bytes', at, file.size);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The heads of the chunks from a place on, as far as they are whole. */
function scan(file: FileBytes, from: number): { heads: Head[]; damage: string | null } {
  const heads: Head[] = [];
  for (let at = from; at < file.size; ) {
    const head = headAt(file, at);
    if (typeof head === 'string') return { heads, damage: head };
    heads.push(head);
    at = after(head);
  }
  return { heads, damage: null };
}

const lastNotes = (heads: readonly Head[]): number | null =>
  heads.findLast(({ kind }) => kind === CHUNK.notes)?.at ?? null;

/** What was written beside the run must not keep it from being opened. */
function bookmarksAt(file: FileBytes, at: number, ticks: number): Bookmark[] | null {
  try {
    return readNotes(fields(unpackValue(chunkAt(file, at, CHUNK.notes)), 'bookmarks'), ticks);
  } catch {
    return null;
  }
}
