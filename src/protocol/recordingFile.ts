/**
 * The recording file (`.backstep`), in words of bytes and rows. Imports nothing.
 *
 *     "BACKSTEP" | u32 FORMAT | chunk*
 *     chunk = kind u8 | stored length u32 | length u32 | checksum 8 bytes | stored bytes (gzip; as they are where both lengths are the same)
 *
 * All numbers are little-endian. The checksum is the first 8 bytes of SHA-256 over the chunk's first 9 bytes and the stored bytes.
 *
 * The file is only ever appended to, about once a second while a script runs: contents (C, raw elements) and pages (P, the bytes of settled
 * pages, as they lie in memory), then a state (S, msgpack), which says where these lie and what else became known since the state before.
 * So every state is a recording of its own, together with those before it up to the last one that is whole (it says everything again). A
 * state holds the pages that are not settled yet, too: the next state's take their place.
 * A run that ended has a whole state, then a pointer (T, where that state lies, and whether the user stopped the script): the file's last
 * bytes, from which it is opened.
 * Notes (N, msgpack) are what a user wrote beside the run: anywhere, and the last ones count.
 * What is not stored is computed again from the ops.
 */
export const MAGIC = 'BACKSTEP';

/** True for a recording, false for a script, by its name. One answer for all rooms: who takes it for data must not find it run. */
export const isRecording = (path: string): boolean => path.toLowerCase().endsWith('.backstep');

/** Raised when the layout, or what an op computes, changes. */
export const FORMAT = 3;

export const CHUNK = { contents: 67, pages: 80, state: 83, notes: 78, pointer: 84 } as const;

/** The bytes of a pointer, a chunk of 8 bytes: the last ones of a file whose run came to its end. */
export const ENDING = 17 + 8;

/** Do a file's last ENDING bytes say that its run came to an end? Whether they are damaged is not looked at. */
export const endsWhole = (tail: Uint8Array): boolean => tail.length === ENDING && tail[0] === CHUNK.pointer;

/** In a pointer's last byte, above all that a place in a file needs: the user stopped the script. */
export const STOPPED = 0x80;

/** Do they say that the user stopped the script? */
export const endsStopped = (tail: Uint8Array): boolean => endsWhole(tail) && (tail[ENDING - 1] & STOPPED) !== 0;

/** Whole numbers as bytes, each as its distance from the one before (see the recorder's store/varints.ts). */
export type Packed = Uint8Array;

/** Rows of tables that states add to, in this order: an increment fits where exactly so many are known. */
export const TABLES = [
  'pages',
  'pieces',
  'words',
  'patterns',
  'geometries',
  'templates',
  'generators',
  'sites',
  'leaves',
] as const;

export interface FileState {
  /** Begins anew, or adds to the states before. */
  whole: boolean;
  /** Rows of each table that were there before. */
  before: number[];

  script: string;
  /** JSON of what makes the run the same again (see branch.ts). */
  origin: string;
  /** path, text */
  sources: [string, string][];
  /** path, line */
  sites: [string, number][];
  /** id, parent (-1: none), name, type, extra, parameters, buffers, children as [name, id]; one that is there already is replaced */
  modules: [number, number, string, string, string, NamedId[], NamedId[], NamedId[]][];
  /** id, description, names of what is kept for each parameter */
  optimizers: [number, string, [number, string[]][]][];
  /** Tensors that a gradient was put into. */
  leaves: Packed;

  /** Names of ops, records, frames and gradient functions; what texts have in common; geometries: pages refer to them by position. */
  words: string[];
  patterns: string[];
  /** shape, strides, offset, which lens (see the engine's LENSES) */
  geometries: [number[], number[], number, number][];
  /** One after the other: how many numbers; what each is counted from (a byte); the numbers. */
  templates: Uint8Array;
  /** Words of generators, 624 each. */
  generators: Uint8Array;

  /** Where chunks of pages lie in the file, and their lengths. */
  pieces: Packed[];
  /** Columns of settled pages: template (-1), iteration, piece, offset in it, bytes, bytes of texts. */
  pages: Packed[];
  /** Columns of all pages: first tick, record, value, tensor, storage, frame, pass, output. */
  starts: Packed[];
  /** The same after the last page. */
  counts: number[];
  /** The pages at the end that may still change: template (-1), iteration, bytes, texts. */
  open: [number, number, Uint8Array, Uint8Array][];

  /** 0 contents, 1 places, 2 grads, 3 hypers; id; runs of settled pages that changed it (first, last, first, last …) */
  changed: [number, number, Packed][];
  /** optimizer/parameter/name, runs of pages */
  stateful: [string, Packed][];
  /** frame; name and runs of pages; tensor, page, tensor, page …; module and name */
  named: [number, [string, Packed][], Packed, [number, string][]][];
  /** tensor, page, tensor, page … */
  late: Packed;
  /** id, dtype, flags (1: requires a gradient, 2: a module's parameter), producer's record (-1), gradFn (null) */
  altered: [number, number, number, number, string | null][];
  /** -1: none yet */
  firstFrame: number;
  /** id, parent (-1), name, path, line, first tick, last tick (-1) */
  frames: [number, number, string, string, number, number, number][];
  /** index, 0 backward or 1 step, label, start, end (-1: still running), frame, site, optimizer, root */
  passes: [number, number, string, number, number, number, number, number, number][];

  /** The first iteration that these are of: they take the place of what was known of it and those after. */
  iterationsFrom: number;
  /** Columns: start, backward, update, root. */
  iterations: Packed[];
  /** Losses as float64; 1 where there is one. */
  losses: Uint8Array;
  hasLoss: Uint8Array;

  /** The first record that these are of, and what the records took, two bytes each (see the recorder's times.ts); left out in older files. */
  timesFrom: number;
  times: Uint8Array;

  /** Where a chunk of contents lies; which contents, and where in it. */
  contents: [number, Packed, Packed][];

  linesLeftOut: number;
  exception: { type: string; message: string; traceback: string; tick: number } | null;
  /** The run is over, or somebody saved it as far as it was: nothing is missing. */
  ended: boolean;
}
export type NamedId = [string, number];

export interface FileNotes {
  /** tick, note */
  bookmarks: [number, string][];
}
