/**
 * The recording file (`.backstep`), in words of bytes and rows. Imports nothing.
 *
 *     "BACKSTEP" | u32 FORMAT | chunk*
 *     chunk = kind u8 | stored length u32 | length u32 | checksum 8 bytes | stored bytes (gzip)
 *
 * All numbers are little-endian. The checksum is the first 8 bytes of SHA-256 over the chunk's first 9 bytes and the stored bytes.
 * A header (H) comes first. Then the run in segments of whole ticks: contents (C, raw elements) before the segment (S, msgpack) that
 * refers to them, so that every prefix of whole chunks is a recording of its own. An end (E) closes the file; without it the file is a
 * truncated one. What is not stored is computed again from the ops.
 * Notes (N, msgpack) are what a user wrote beside the run: before or after the end, and the last ones count.
 */
export const MAGIC = 'BACKSTEP';

/** True for a recording, false for a script, by its name. One answer for all rooms: who takes it for data must not find it run. */
export const isRecording = (path: string): boolean => path.toLowerCase().endsWith('.backstep');

/** Raised when the layout, or what an op computes, changes. */
export const FORMAT = 2;

export const CHUNK = { header: 72, contents: 67, segment: 83, end: 69, notes: 78 } as const;

export interface FileHeader {
  script: string;
  /** path, text */
  sources: [string, string][];
  /** path, line */
  sites: [string, number][];
  /** Names of ops, records and gradient functions; rows refer to them by position. */
  names: string[];
  /** shape, strides, offset, which lens (see the engine's LENSES) */
  geometries: [number[], number[], number, number][];
  /** id, parent (-1: none), name, type, extra, parameters, buffers, children as [name, id] */
  modules: [number, number, string, string, string, NamedId[], NamedId[], NamedId[]][];
  /** id, description */
  optimizers: [number, string][];
  /** JSON of what makes the run the same again (see branch.ts); older files have none. */
  origin?: string;
}
export type NamedId = [string, number];

/** One chunk of elements holds several contents, each at a multiple of 8. */
export interface FileSegment {
  /** First tick, and the tick after the last. */
  from: number;
  to: number;
  /** Columns of those ticks, as bytes: kind u8, phase u8, site i32, frame i32, record i32, pass i32. */
  columns: Uint8Array[];
  records: RecordRow[];
  values: ValueRow[];
  /** storage, tick, value */
  storages: [number, number, number][];
  /** id, dtype, flags (1: requires a gradient, 2: a module's parameter), producer's record (-1), gradFn's name (-1) */
  tensors: [number, number, number, number, number][];
  /** tensor, tick, storage, geometry */
  places: [number, number, number, number][];
  /** tensor, tick, gradient's tensor (-1: None) */
  grads: [number, number, number][];
  generators: GeneratorRow[];
  /** Words of generators, 624 each. */
  words: Uint8Array[];
  /** id, parent (-1), name, path, line, first tick */
  frames: [number, number, string, string, number, number][];
  /** frame, tick, JSON */
  deltas: [number, number, string][];
  /** 0 backward or 1 step, label, start, end (-1: never closed), frame, site, optimizer, root */
  passes: [number, string, number, number, number, number, number, number][];
  /** start, backward, update, loss (null: none), root */
  iterations: [number, number, number, number | null, number][];
  /** tick, stream (0 stdout, 1 stderr, 2 console), text */
  outputs: [number, number, string][];
  /** optimizer, tick, JSON */
  hypers: [number, number, string][];
  /** optimizer, parameter, name, tick, tensor (-1: a number), the number */
  states: [number, number, string, number, number, number][];
}

/** tensor, value, geometry */
export type UseRow = [number, number, number];
/** dtype, element as bytes: a Python number in a tensor's place */
export type ConstantRow = [number, Uint8Array];
/** `n` nothing, `v` a number as float64 bytes, `i` an integer as text, `b` a bool, `s` text, `l` numbers, `f`/`z`/`o`/`c` a Scalar (`c`: two numbers) */
export type AttrRow =
  | ['n']
  | ['v' | 'f' | 'c', Uint8Array]
  | ['i' | 'z' | 's', string]
  | ['b' | 'o', boolean]
  | ['l', number[]];
/** 0 a tensor, 1 a constant, 2 a list of tensors, 3 an attribute */
export type ArgRow = [0, UseRow] | [1, ConstantRow] | [2, (UseRow | null)[]] | [3, AttrRow];

/** kind (0 forward, 1 backward, 2 update), tick, op's name (-1), name, args, outs, grads, forward record (-1), gradFn (-1), generator (-1), module, site, default dtype (-1: float32) */
export type RecordRow = [
  number,
  number,
  number,
  number,
  ArgRow[],
  (UseRow | null)[],
  (UseRow | null)[],
  number,
  number,
  number,
  number,
  number,
  number,
];

/** A content's producer where it came from Python and was left out to stay within the memory bound. */
export const LEFT_OUT = -2;

/** id, dtype, length, producer's record (-1), which result, iteration, contents chunk (-1: replay it), offset in it */
export type ValueRow = [number, number, number, number, number, number, number, number];

/** words, seed as text, left, next, draws, next float (null), next double (null) */
export type GeneratorRow = [number, string, number, number, number, number | null, number | null];

export interface FileNotes {
  /** tick, note */
  bookmarks: [number, string][];
}

export interface FileEnd {
  ticks: number;
  exception: { type: string; message: string; traceback: string; tick: number } | null;
}
