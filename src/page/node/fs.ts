/** The page's only files: those that were put into it. */
const files = new Map<string, Uint8Array>();
const handles = new Map<number, Uint8Array>();
let next = 3;

/** Makes bytes a file. */
export function mount(path: string, bytes: Uint8Array): void {
  files.set(path, bytes);
}

const held = (file: number): Uint8Array => {
  const bytes = handles.get(file);
  if (!bytes) throw new Error('bad file descriptor');
  return bytes;
};

const found = (path: string): Uint8Array => {
  const bytes = files.get(path);
  if (!bytes) throw new Error(`no such file, '${path}'`);
  return bytes;
};

export function openSync(path: string, _flags = 'r'): number {
  handles.set(next, found(path));
  return next++;
}

export function closeSync(file: number): void {
  handles.delete(file);
}

export const existsSync = (path: string): boolean => files.has(path);
export const fstatSync = (file: number) => ({ size: held(file).length });
export const statSync = (path: string) => ({ size: found(path).length, isDirectory: () => false });

export function readSync(
  file: number,
  into: Uint8Array,
  offset = 0,
  length = into.length - offset,
  position: number | null = 0,
): number {
  const bytes = held(file).subarray(position ?? 0, (position ?? 0) + length);
  into.set(bytes, offset);
  return bytes.length;
}

export function readFileSync(file: number | string): Buffer {
  const bytes = typeof file === 'number' ? held(file) : found(file);
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
