/** `a[…]` as numpy reads it: integers, slices, new axes, an ellipsis, integer arrays and masks in any mixture. */
import { context } from '../context';
import { run } from '../dispatch';
import { type Data, DTYPES } from '../dtype';
import { indexError, valueError } from '../errors';
import { opNamed } from '../op';
import { numel } from '../shape';
import { Tensor, writeStrided } from '../tensor';
import { valuesOf } from './types';
import { broadcastShapes, tuple } from './ufuncs';

export type Item =
  | { kind: 'int'; at: number }
  | { kind: 'slice'; start: number; stop: number; step: number }
  | { kind: 'new' }
  | { kind: 'rest' }
  | { kind: 'array'; index: Tensor };

/** Where an index leads: a view, or the offsets of single elements. */
export type Found = { view: Tensor; offsets: null } | { view: Tensor; offsets: Int32Array; shape: number[] };

/** Python's slice over n elements; NaN stands for None. */
function span(start: number, stop: number, step: number, n: number): [from: number, count: number, step: number] {
  const by = Number.isNaN(step) ? 1 : step;
  if (by === 0) throw valueError('slice step cannot be zero');
  const clamp = (v: number, none: number) => {
    if (Number.isNaN(v)) return none;
    const at = v < 0 ? v + n : v;
    return by > 0 ? Math.min(Math.max(at, 0), n) : Math.min(Math.max(at, -1), n - 1);
  };
  const from = clamp(start, by > 0 ? 0 : n - 1);
  const to = clamp(stop, by > 0 ? n : -1);
  return [from, Math.max(0, Math.ceil((to - from) / by)), by];
}

interface Fancy {
  /** Where it stands among the axes of the view, and the place in the index that it was written at. */
  shape: number[];
  at: Float64Array;
}

/** The integers of an index array, counted from the front. */
function places(index: Tensor, axis: number, n: number): Float64Array {
  const from = valuesOf(index, 'int64') as BigInt64Array;
  const out = new Float64Array(from.length);
  for (let i = 0; i < out.length; i++) {
    const v = Number(from[i]);
    if (v < -n || v >= n) throw indexError(`index ${v} is out of bounds for axis ${axis} with size ${n}`);
    out[i] = v < 0 ? v + n : v;
  }
  return out;
}

/** np.nonzero: for each axis the places of what is not 0. */
export function nonzero(t: Tensor): Float64Array[] {
  const truth = valuesOf(t, 'bool') as Uint8Array;
  let n = 0;
  for (let i = 0; i < truth.length; i++) n += truth[i];
  const out = t.shape.map(() => new Float64Array(n));
  let k = 0;
  for (let i = 0; i < truth.length; i++) {
    if (!truth[i]) continue;
    let rest = i;
    for (let d = t.shape.length - 1; d >= 0; d--) {
      out[d][k] = rest % t.shape[d];
      rest = Math.floor(rest / t.shape[d]);
    }
    k++;
  }
  return out;
}

/** Raises numpy's IndexError or ValueError. */
export function find(t: Tensor, items: readonly Item[]): Found {
  const takes = (item: Item) =>
    item.kind === 'new' || item.kind === 'rest'
      ? 0
      : item.kind === 'array' && item.index.dtype === 'bool'
        ? item.index.rank
        : 1;
  const consumed = items.reduce((n, item) => n + takes(item), 0);
  if (consumed > t.rank)
    throw indexError(`too many indices for array: array is ${t.rank}-dimensional, but ${consumed} were indexed`);
  if (items.filter((i) => i.kind === 'rest').length > 1)
    throw indexError("an index can only have a single ellipsis ('...')");
  const full = items.some((i) => i.kind === 'rest') ? items : [...items, { kind: 'rest' } as const];
  const fancy = items.some((i) => i.kind === 'array');
  const shape: number[] = [];
  const strides: number[] = [];
  let offset = t.offset;
  let axis = 0;
  const arrays: (Fancy & { stride: number; axis: number })[] = [];
  // Where the arrays' axes go in the result; -1 once something stands between two of them.
  let place = -2;
  let gap = false;
  const meet = (): void => {
    if (place === -2) place = shape.length;
    else if (gap) place = -1;
  };
  for (const item of full) {
    if (item.kind === 'new') {
      shape.push(1);
      strides.push(0);
    } else if (item.kind === 'rest') {
      for (let k = t.rank - consumed; k > 0; k--, axis++) {
        shape.push(t.shape[axis]);
        strides.push(t.strides[axis]);
      }
    } else if (item.kind === 'slice') {
      const [from, count, step] = span(item.start, item.stop, item.step, t.shape[axis]);
      if (count > 0) offset += from * t.strides[axis];
      shape.push(count);
      strides.push(t.strides[axis] * step);
      axis++;
    } else if (item.kind === 'int') {
      const n = t.shape[axis];
      if (item.at < -n || item.at >= n)
        throw indexError(`index ${item.at} is out of bounds for axis ${axis} with size ${n}`);
      if (fancy) meet();
      offset += (item.at < 0 ? item.at + n : item.at) * t.strides[axis];
      axis++;
    } else {
      meet();
      const { index } = item;
      if (index.dtype === 'bool') {
        index.shape.forEach((n, d) => {
          if (n !== t.shape[axis + d])
            throw indexError(
              `boolean index did not match indexed array along axis ${axis + d}; size of axis is ${t.shape[axis + d]} but size of corresponding boolean axis is ${n}`,
            );
        });
        const found = index.rank ? nonzero(index) : [new Float64Array((index.values() as Uint8Array)[0])];
        for (const at of found)
          arrays.push({
            shape: [at.length],
            at,
            stride: index.rank ? t.strides[axis] : 0,
            axis: index.rank ? axis++ : axis,
          });
      } else {
        arrays.push({ shape: index.shape, at: places(index, axis, t.shape[axis]), stride: t.strides[axis], axis });
        axis++;
      }
      gap = false;
      continue;
    }
    if (place >= 0 && item.kind !== 'int') gap = true;
  }
  const view = t.alias(shape, strides, offset);
  if (arrays.length === 0) return { view, offsets: null };
  let picked: number[];
  try {
    picked = broadcastShapes(...arrays.map((a) => a.shape));
  } catch {
    throw indexError(
      `shape mismatch: indexing arrays could not be broadcast together with shapes ${arrays.map((a) => `${tuple(a.shape)} `).join('')}`,
    );
  }
  const steps = new Float64Array(numel(picked));
  for (const a of arrays) addSteps(steps, picked, a);
  return gather(view, Math.max(place, 0), picked, steps);
}

/** Adds an index array's steps in memory, broadcast to `shape`. */
function addSteps(steps: Float64Array, shape: number[], a: Fancy & { stride: number }): void {
  const own = Tensor.of('float64', a.shape, a.at);
  const lead = shape.length - a.shape.length;
  const wide = own.alias(
    shape,
    shape.map((_, d) => (d < lead || a.shape[d - lead] === 1 ? 0 : own.strides[d - lead])),
  );
  const at = wide.values() as Float64Array;
  for (let i = 0; i < steps.length; i++) steps[i] += at[i] * a.stride;
}

/** The offset of each element of the result: the view's first axes, the picked ones, the view's others. */
function gather(view: Tensor, place: number, picked: number[], steps: Float64Array): Found {
  const offsetsOf = (shape: number[], strides: number[]): Float64Array => {
    let out = Float64Array.of(0);
    shape.forEach((n, d) => {
      const next = new Float64Array(out.length * n);
      for (let i = 0; i < out.length; i++) for (let k = 0; k < n; k++) next[i * n + k] = out[i] + k * strides[d];
      out = next;
    });
    return out;
  };
  const before = offsetsOf(view.shape.slice(0, place), view.strides.slice(0, place));
  const after = offsetsOf(view.shape.slice(place), view.strides.slice(place));
  const offsets = new Int32Array(before.length * steps.length * after.length);
  let i = 0;
  for (const b of before) for (const s of steps) for (const a of after) offsets[i++] = view.offset + b + s + a;
  return { view, offsets, shape: [...view.shape.slice(0, place), ...picked, ...view.shape.slice(place)] };
}

/** What an index shows: a view where there are no arrays in it, else a copy. */
export function read(t: Tensor, items: readonly Item[]): Tensor {
  const found = find(t, items);
  if (found.offsets === null) return found.view;
  const { parts } = DTYPES[t.dtype];
  const out = Tensor.zeros(t.dtype, found.shape);
  const [to, from] = [out.storage.data as Float64Array, t.storage.data as Float64Array];
  const { offsets } = found;
  if (parts === 1) for (let i = 0; i < offsets.length; i++) to[i] = from[offsets[i]];
  else for (let i = 0; i < 2 * offsets.length; i++) to[i] = from[2 * offsets[i >> 1] + (i & 1)];
  return out;
}

/** `source` repeated to a shape. Raises numpy's ValueError. */
export function stretched(source: Tensor, shape: readonly number[]): Tensor {
  let from = source.shape;
  let strides = source.strides;
  while (from.length > shape.length && from[0] === 1) {
    from = from.slice(1);
    strides = strides.slice(1);
  }
  const lead = shape.length - from.length;
  if (lead < 0 || from.some((n, d) => n !== 1 && n !== shape[lead + d]))
    throw valueError(`could not broadcast input array from shape ${tuple(source.shape)} into shape ${tuple(shape)}`);
  return source.alias(
    [...shape],
    shape.map((_, d) => (d < lead || from[d - lead] === 1 ? 0 : strides[d - lead])),
  );
}

/**
 * Writes into an array's memory. Memory that a recording knows is written by an op, so that the write is recorded; any other as it is:
 * numpy's arrays are Python's data until torch gets hold of them.
 */
export function assign(to: Tensor, source: Tensor): void {
  const { storage } = to;
  const values = valuesOf(stretched(source, to.shape), to.dtype);
  if (context.observer && storage.note !== null) {
    run(opNamed('copy_'), [to, Tensor.of(to.dtype, [...to.shape], values.slice() as Data), false]);
    return;
  }
  storage.writes++;
  writeStrided(to, source.storage === storage ? (values.slice() as Data) : values);
}

/** `a[index] = source`. */
export function write(t: Tensor, items: readonly Item[], source: Tensor): void {
  const found = find(t, items);
  if (found.offsets === null) {
    assign(found.view, source);
    return;
  }
  const { storage } = t;
  let wide: Tensor;
  try {
    wide = stretched(source, found.shape);
  } catch {
    const mask = items.length === 1 && items[0].kind === 'array' && items[0].index.dtype === 'bool';
    throw mask && source.rank === 1
      ? valueError(
          `NumPy boolean array indexing assignment cannot assign ${source.count} input values to the ${found.shape[0]} output values where the mask is true`,
        )
      : valueError(
          `shape mismatch: value array of shape ${tuple(source.shape)} could not be broadcast to indexing result of shape ${tuple(found.shape)}`,
        );
  }
  const values = valuesOf(wide, t.dtype) as Float64Array;
  const { parts } = DTYPES[t.dtype];
  const recorded = context.observer !== null && storage.note !== null;
  const data = (recorded ? storage.data.slice() : storage.data) as Float64Array;
  const { offsets } = found;
  for (let i = 0; i < offsets.length; i++)
    for (let p = 0; p < parts; p++) data[offsets[i] * parts + p] = values[i * parts + p];
  if (!recorded) {
    storage.writes++;
    return;
  }
  const whole = new Tensor(storage, [storage.length]);
  run(opNamed('copy_'), [whole, Tensor.of(storage.dtype, [storage.length], data), false]);
}
