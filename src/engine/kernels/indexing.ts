/** Where the elements are that indices name: places in row-major order over a tensor's shape. */
import { isComplex } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { broadcast, contiguousStrides, numel, sameShape, show } from '../shape';
import { Tensor } from '../tensor';
import { expandTo } from './copy';
import { numbers } from './elementwise';
import { toBigs } from './wholes';

/** Indices as numbers 0 … size − 1; negative ones count from the end. Raises PyTorch's error for one out of range. */
export function wrapIndices(
  index: Tensor,
  size: number,
  error: (i: number, at: number) => Error = (i) =>
    indexError(`index ${i} is out of bounds for dimension 0 with size ${size}`),
  negative = true,
): Int32Array {
  const values = numbers(index);
  const out = new Int32Array(values.length);
  for (let k = 0; k < out.length; k++) {
    const i = values[k];
    if (i >= size || i < (negative ? -size : 0)) throw error(i, k);
    out[k] = i < 0 ? i + size : i;
  }
  return out;
}

/** Row-major places of the elements that are not zero. */
export function nonzeroPlaces(t: Tensor): number[] {
  const values = isComplex(t.dtype) ? nonzeroParts(t.values() as Float64Array) : numbers(t);
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) out.push(i);
  return out;
}

/** 1 for each complex number that is not 0. */
const nonzeroParts = (v: Float64Array) =>
  Uint8Array.from({ length: v.length / 2 }, (_, i) => Number(v[2 * i] !== 0 || v[2 * i + 1] !== 0));

/** One column of coordinates a dimension: where `t` is not zero. */
export function nonzeroColumns(t: Tensor): Tensor[] {
  const places = nonzeroPlaces(t);
  const strides = contiguousStrides(t.shape);
  return t.shape.map((size, d) =>
    Tensor.of('int64', [places.length], toBigs(Int32Array.from(places, (p) => Math.floor(p / strides[d]) % size))),
  );
}

export interface Plan {
  /** The result's shape. */
  shape: number[];
  /** For each element of the result: its place. */
  places: Int32Array;
}

/** Masks become the coordinates of what they choose; every index gets its dimension. */
function indexPerDimension(shape: readonly number[], indices: readonly (Tensor | null)[]): (Tensor | null)[] {
  const out: (Tensor | null)[] = [];
  for (const [i, index] of indices.entries()) {
    if (index === null) out.push(null);
    else if (index.dtype === 'bool' || index.dtype === 'uint8') {
      index.shape.forEach((d, j) => {
        if (d !== shape[out.length + j])
          throw indexError(
            `The shape of the mask ${show(index.shape)} at index ${j} does not match the shape of the indexed tensor ${show(shape)} at index ${out.length + j}`,
          );
      });
      out.push(...nonzeroColumns(index));
    } else if (index.dtype !== 'int64' && index.dtype !== 'int32')
      throw indexError('tensors used as indices must be long, int, byte or bool tensors');
    else out.push(index);
    if (out.length > shape.length)
      throw indexError(`too many indices for tensor of dimension ${shape.length} (got ${Math.max(out.length, i + 1)})`);
  }
  while (out.length < shape.length) out.push(null);
  return out;
}

function commonShape(indices: readonly Tensor[]): number[] {
  try {
    return indices.reduce<number[]>((shape, t) => broadcast(shape, t.shape), []);
  } catch {
    throw indexError(
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${indices.map((t) => show(t.shape)).join(', ')}`,
    );
  }
}

/** x[indices]: NumPy's advanced indexing, as at::index does it. null stands for a whole dimension. */
export function planIndex(shape: readonly number[], indices: readonly (Tensor | null)[]): Plan {
  const all = indexPerDimension(shape, indices);
  const indexed = all.map((t, d) => (t ? d : -1)).filter((d) => d >= 0);
  const given = indexed.map((d) => all[d]!);
  const common = commonShape(given);
  // The indexed dimensions' place: where they are if side by side, else in front.
  const together = indexed.every((d, k) => k === 0 || d === indexed[k - 1] + 1);
  const whole = all.map((t, d) => (t ? -1 : d)).filter((d) => d >= 0);
  const before = together ? whole.filter((d) => d < (indexed[0] ?? 0)) : [];
  const after = whole.filter((d) => !before.includes(d));
  const out = [...before.map((d) => shape[d]), ...common, ...after.map((d) => shape[d])];
  const strides = contiguousStrides(shape);
  // The indices' part of each place …
  const n = numel(common);
  const base = new Int32Array(n);
  // PyTorch looks at no index where the result has no element.
  if (numel(out) > 0)
    // (Messages count the indexed dimensions alone, as PyTorch's do.)
    for (const [k, d] of indexed.entries()) {
      const index = sameShape(given[k].shape, common) ? given[k] : expandTo(given[k], common);
      const wrapped = wrapIndices(index, shape[d], (i) =>
        indexError(`index ${i} is out of bounds for dimension ${k} with size ${shape[d]}`),
      );
      for (let i = 0; i < n; i++) base[i] += wrapped[i] * strides[d];
    }
  // … between those of the whole dimensions.
  const outer = placesAlong(before, shape, strides);
  const inner = placesAlong(after, shape, strides);
  const places = new Int32Array(outer.length * n * inner.length);
  let at = 0;
  for (const o of outer) for (const b of base) for (const i of inner) places[at++] = o + b + i;
  return { shape: out, places };
}

/** Places of all coordinates in these dimensions, the others at 0. */
function placesAlong(dims: readonly number[], shape: readonly number[], strides: readonly number[]): Int32Array {
  let places = Int32Array.of(0);
  for (const d of dims) {
    const next = new Int32Array(places.length * shape[d]);
    for (let i = 0; i < places.length; i++)
      for (let k = 0; k < shape[d]; k++) next[i * shape[d] + k] = places[i] + k * strides[d];
    places = next;
  }
  return places;
}

/** gather and scatter: element i of the index, at its own coordinates but for `dim`. */
export function placesByIndex(shape: readonly number[], dim: number, index: Tensor): Int32Array {
  const size = shape[dim] ?? 1;
  const along = wrapIndices(
    index,
    size,
    (i) => runtimeError(`index ${i} is out of bounds for dimension ${dim} with size ${size}`),
    false,
  );
  const strides = contiguousStrides(shape);
  const own = contiguousStrides(index.shape);
  const out = new Int32Array(along.length);
  for (let i = 0; i < out.length; i++) {
    let place = 0;
    for (let d = 0; d < index.rank; d++)
      place += (d === dim ? along[i] : Math.floor(i / own[d]) % index.shape[d]) * strides[d];
    out[i] = place;
  }
  return out;
}

/** index_select and index_add: whole slices, by a row of indices. */
export function placesOfSlices(shape: readonly number[], dim: number, along: Int32Array): Int32Array {
  const inner = numel(shape.slice(dim + 1));
  const outer = numel(shape.slice(0, dim));
  const size = shape[dim] ?? 1;
  const out = new Int32Array(outer * along.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (const k of along) for (let i = 0; i < inner; i++) out[at++] = (o * size + k) * inner + i;
  return out;
}
