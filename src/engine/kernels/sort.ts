/** Order. NaN is larger than any number; equal elements keep their places. */
import { fromBigs } from './wholes';

/** Elements may be bigints. */
export function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** The places of a line's elements in order. */
export function ordered(x: Float64Array, from: number, n: number, descending: boolean): Int32Array {
  const line = x.subarray(from, from + n) as Float64Array | BigInt64Array;
  if (line instanceof BigInt64Array && line.some((v) => v > 9007199254740992n || v < -9007199254740992n)) {
    const sign = descending ? -1 : 1;
    const places = Int32Array.from(line, (_, i) => i);
    return places.sort((a, b) => sign * compare(x[from + a], x[from + b]) || a - b);
  }
  const keys = line instanceof BigInt64Array ? fromBigs(line) : Float64Array.from(line);
  if (descending) for (let i = 0; i < n; i++) keys[i] = -keys[i];
  // The NaNs stand together: last, or first where the largest is first.
  const none = new Int32Array(n);
  const some = new Int32Array(n);
  let [nones, count] = [0, 0];
  for (let i = 0; i < n; i++)
    if (Number.isNaN(keys[i])) none[nones++] = i;
    else some[count++] = i;
  const places = merged(keys, some.subarray(0, count));
  if (nones === 0) return places;
  const out = new Int32Array(n);
  out.set(none.subarray(0, nones), descending ? 0 : count);
  out.set(places, descending ? nones : 0);
  return out;
}

/** Places in the order of their keys, by merging runs that are twice as long each time. */
function merged(keys: Float64Array, places: Int32Array): Int32Array {
  const n = places.length;
  let a: Int32Array = places;
  let b: Int32Array = new Int32Array(n);
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      const end = Math.min(start + 2 * width, n);
      let i = start;
      let j = middle;
      for (let k = start; k < end; k++) b[k] = i < middle && (j >= end || keys[a[i]] <= keys[a[j]]) ? a[i++] : a[j++];
    }
    [a, b] = [b, a];
  }
  return a;
}
