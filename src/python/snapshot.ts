/**
 * A started Python with our torch in it, as a picture of its memory: to read it takes a tenth of the time that starting takes. What Python
 * holds of this program are functions of its modules; they are written as their names, and bound again when the picture is loaded.
 * The loading and saving are pyodide's, under names with an underscore: whoever loads one must be able to do without.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** JavaScript modules that Python imports, by name. */
export type Modules = Record<string, Record<string, unknown>>;

/** A function of a module, or a module itself. */
type Name = [module: string, key?: string];

/** Before pyodide's own bytes: the hash of what this program offers Python, and how many bytes follow. */
const HASH = 32;
const HEADER = HASH + 8;
const ALIGNED = 8;

export function nameOf(modules: Modules, object: unknown): Name {
  for (const [module, entries] of Object.entries(modules)) {
    if (entries === object) return [module];
    for (const [key, entry] of Object.entries(entries)) if (entry === object) return [module, key];
  }
  throw new Error(`Python holds an object that has no name here: ${String(object).slice(0, 200)}`);
}

export function named(modules: Modules, [module, key]: Name): unknown {
  const found = key === undefined ? modules[module] : modules[module]?.[key];
  if (found === undefined) throw new Error(`Python wants ${module}.${key}, which is not here`);
  return found;
}

/** What Python's memory relies on: ops and functions by number and name, how it hashes. `ops` is the table that Python was given. */
export function interfaceHash(modules: Modules, ops: string, hash: Uint8Array): Buffer {
  const names = Object.entries(modules).map(([module, entries]) => [module, Object.keys(entries).sort()]);
  return createHash('sha256').update(JSON.stringify(names)).update(ops).update(hash).digest();
}

export function pack(bytes: Uint8Array, hash: Buffer): Uint8Array {
  const packed = new Uint8Array(HEADER + bytes.length);
  packed.set(hash);
  new DataView(packed.buffer).setFloat64(HASH, bytes.length);
  packed.set(bytes, HEADER);
  return packed;
}

/** Pyodide's bytes in a file; throws where the file is no snapshot for this program. */
export async function unpack(path: string, hash: Buffer): Promise<Uint8Array> {
  const file = await readFile(path);
  if (file.length < HEADER || !hash.equals(file.subarray(0, HASH))) throw new Error(`${path} belongs to another build`);
  const length = new DataView(file.buffer, file.byteOffset).getFloat64(HASH);
  if (length !== file.length - HEADER) throw new Error(`${path} has ${file.length - HEADER} bytes of ${length}`);
  const bytes = file.subarray(HEADER);
  // Pyodide reads whole words.
  return bytes.byteOffset % ALIGNED === 0 ? bytes : new Uint8Array(bytes);
}

/** How much of a snapshot is Python's memory: its second word says where that begins. */
export const heapSize = (bytes: Uint8Array): number =>
  bytes.length - new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
