/**
 * Arrays of float32 that nobody uses any more, for the results to come. A new array costs several times what is computed in it (V8 clears it,
 * the system hands out its pages, the collector counts it), and training needs the same sizes again and again.
 *
 * When a tensor dies, nobody can tell (a script is one endless job, in which no finalizer runs), so an array comes back only where the engine
 * knows that it held the last reference: gradients within a backward pass (autograd/spares.ts), and what an op in place has replaced.
 */
import { allocate, type Data, type DType } from './dtype';

/** Arrays of so many elements or fewer V8 keeps with the object: to make one, or to copy it in a loop, costs as little as what is here. */
export const SMALL = 16;
/** Bytes that may lie here. */
const MOST = 2 ** 26;
/** Arrays of one length that may lie here: where they come back more often than they are taken, the collector has the rest. */
const MOST_ALIKE = 256;

const free = new Map<number, Float32Array[]>();
let bytes = 0;
let following: Float32Array[] | null = null;

/** An array for a result, which is to be written in whole: it holds anything. */
export function resultArray(dtype: DType, length: number): Data {
  if (dtype !== 'float32' || length <= SMALL) return allocate(dtype, length);
  let found = free.get(length)?.pop();
  if (found) bytes -= found.byteLength;
  else found = allocate(dtype, length) as Float32Array;
  following?.push(found);
  return found;
}

/** Can this be an array that came from here? */
export const isReused = (data: Data): boolean => data.length > SMALL && data instanceof Float32Array;

/** Nobody uses this array any more, nor any other view of its memory. */
export function giveBack(data: Data): void {
  if (!isReused(data) || data.byteLength !== data.buffer.byteLength) return;
  if ((free.get(data.length)?.length ?? 0) >= MOST_ALIKE) return;
  if (bytes + data.byteLength > MOST) {
    free.clear();
    bytes = 0;
  }
  const list = free.get(data.length);
  if (list) list.push(data as Float32Array);
  else free.set(data.length, [data as Float32Array]);
  bytes += data.byteLength;
}

/** Result arrays are collected in this list from now on; gives the list of before. null: they are not. */
export function follow(list: Float32Array[] | null): Float32Array[] | null {
  const before = following;
  following = list;
  return before;
}
