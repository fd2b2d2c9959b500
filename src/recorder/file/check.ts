/** Reads what a file claims to hold. Every field of a row goes through here: a wrong one ends the reading with a message. */

/** Why a file, or a part of it, cannot be opened, in words for the user. */
export class RecordingFileError extends Error {
  override name = 'RecordingFileError';
}

/** The content is not what the format says. */
export class Damage extends Error {
  override name = 'Damage';
}

const wrong = (what: string): Damage => new Damage(`${what} is not what it should be`);

export function list(v: unknown, what: string, length?: number): unknown[] {
  if (!Array.isArray(v) || (length !== undefined && v.length !== length)) throw wrong(what);
  return v;
}

/** A whole number in [from, to]. */
export function whole(v: unknown, what: string, from = 0, to = Number.MAX_SAFE_INTEGER): number {
  if (typeof v !== 'number' || !Number.isSafeInteger(v) || v < from || v > to) throw wrong(what);
  return v;
}

/** A position in a list, or -1 where that is allowed. */
export const index = (v: unknown, length: number, what: string, lowest: 0 | -1 = 0): number =>
  whole(v, what, lowest, length - 1);

export function num(v: unknown, what: string): number {
  if (typeof v !== 'number') throw wrong(what);
  return v;
}

export const maybe = <T>(v: unknown, read: (v: unknown) => T): T | null =>
  v === null || v === undefined ? null : read(v);

export function text(v: unknown, what: string): string {
  if (typeof v !== 'string') throw wrong(what);
  return v;
}

export function bytes(v: unknown, what: string, length?: number): Uint8Array {
  if (!(v instanceof Uint8Array) || (length !== undefined && v.byteLength !== length)) throw wrong(what);
  return v;
}

export function fields(v: unknown, what: string): Record<string, unknown> {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) throw wrong(what);
  return v as Record<string, unknown>;
}

/** Rows of a list; each is given to `read` as a list of its own. */
export function rows(v: unknown, what: string, width: number, read: (row: unknown[]) => void): void {
  for (const row of list(v, what)) read(list(row, what, width));
}
