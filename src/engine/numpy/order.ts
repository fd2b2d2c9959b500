/** Sorting and searching, as numpy orders numbers: NaN comes last. */
import type { Data, DType } from '../dtype';
import { bigsOf, fromBigs } from '../kernels/wholes';
import { Tensor } from '../tensor';
import { mapLines } from './reduce';
import { promoteTypes, valuesOf } from './types';

/** np.sort along an axis. */
export function sort(t: Tensor, axis: number): Tensor {
  const n = t.shape[axis];
  return mapLines(t, axis, t.dtype, n, (from, at, out, o) => {
    const line = (out as Float64Array).subarray(o, o + n);
    line.set((from as Float64Array).subarray(at, at + n));
    line.sort();
  });
}

/** The order that sorts n numbers, equals as they stood. */
export function order(x: ArrayLike<number>, at: number, n: number): Uint32Array {
  const places = Uint32Array.from({ length: n }, (_, i) => i);
  return places.sort((i, j) => {
    const [a, b] = [x[at + i], x[at + j]];
    if (a < b) return -1;
    if (a > b) return 1;
    if (a === b) return i - j;
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j;
  });
}

/** np.argsort along an axis. */
export function argsort(t: Tensor, axis: number): Tensor {
  const n = t.shape[axis];
  return mapLines(t, axis, 'int64', n, (from, at, out, o) => {
    (out as BigInt64Array).set(bigsOf(order(from as Float64Array, at, n)), o);
  });
}

const asNumbers = (t: Tensor, d: DType) =>
  (d === 'int64' ? fromBigs(valuesOf(t, d) as BigInt64Array) : valuesOf(t, d)) as Float64Array;

/** np.searchsorted: where `v` would go into the sorted `a`. */
export function searchSorted(a: Tensor, v: Tensor, right: boolean, sorter: Tensor | null): Tensor {
  const d = promoteTypes(a.dtype, v.dtype);
  let x = asNumbers(a, d);
  if (sorter) x = Float64Array.from(asNumbers(sorter, 'int64'), (i) => x[i]);
  const less = (p: number, q: number) => p < q || (Number.isNaN(q) && !Number.isNaN(p));
  const found = Float64Array.from(asNumbers(v, d), (key) => {
    let [low, high] = [0, x.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (right ? !less(key, x[middle]) : less(x[middle], key)) low = middle + 1;
      else high = middle;
    }
    return low;
  });
  return Tensor.of('int64', [...v.shape], bigsOf(found));
}

/** np.bincount: how often each of 0, 1, … is there, or the sums of weights. */
export function binCount(t: Tensor, weights: Tensor | null, length: number): Tensor {
  const x = asNumbers(t, 'int64');
  const w = weights && asNumbers(weights, 'float64');
  const n = x.reduce((most, v) => Math.max(most, v + 1), length);
  const sums = new Float64Array(n);
  for (let i = 0; i < x.length; i++) sums[x[i]] += w ? w[i] : 1;
  return Tensor.of(w ? 'float64' : 'int64', [n], (w ? sums : bigsOf(sums)) as Data);
}

/** Where each element's value first stood, its number among the sorted values, and how many there are (np.unique of one dimension). */
export function unique(t: Tensor): { values: Tensor; first: Tensor; inverse: Tensor; counts: Tensor } {
  const x = t.values() as Float64Array;
  const places = order(x, 0, x.length);
  const first: number[] = [];
  const counts: number[] = [];
  const inverse = new Float64Array(x.length);
  for (const p of places) {
    const last = first[first.length - 1];
    const same = first.length > 0 && (x[last] === x[p] || (Number.isNaN(x[last]) && Number.isNaN(x[p])));
    if (same) counts[counts.length - 1]++;
    else {
      first.push(p);
      counts.push(1);
    }
    inverse[p] = first.length - 1;
  }
  const values = Tensor.zeros(t.dtype, [first.length]);
  first.forEach((p, i) => {
    (values.storage.data as Float64Array)[i] = x[p];
  });
  const whole = (v: ArrayLike<number>) => Tensor.of('int64', [v.length], bigsOf(v));
  return { values, first: whole(first), inverse: whole(inverse), counts: whole(counts) };
}
