/** Copies between tensors: whole, by place, and into a part. No arithmetic but sums of gradients. */
import { allocate, type Data, DTYPES, type DType, isComplex } from '../dtype';
import { resultArray } from '../reuse';
import { contiguousStrides, numel } from '../shape';
import { forEachOffset, type Geometry, Tensor } from '../tensor';
import { converter } from './convert';
import { valuesAs } from './elementwise';

/** Does a strided tensor fill one gapless run of memory, each element once? (c10's non-overlapping and dense) */
export function isDense({ shape, strides }: Geometry): boolean {
  const order = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  order.sort((a, b) => strides[a] - strides[b]);
  let step = 1;
  for (const d of order) {
    if (strides[d] !== step) return false;
    step *= shape[d];
  }
  return true;
}

/** A copy as `dtype`, in row-major order. */
export const contiguousAs = (t: Tensor, dtype: DType): Tensor => Tensor.of(dtype, [...t.shape], ownValues(t, dtype));

function ownValues(t: Tensor, dtype: DType): Data {
  const values = valuesAs(t, dtype);
  const { data } = t.storage;
  if (values !== data && values.buffer !== data.buffer) return values;
  const own = resultArray(dtype, values.length / DTYPES[dtype].parts);
  (own as Float64Array).set(values as Float64Array);
  return own;
}

/** A copy as `dtype` that keeps the order in memory where there is one (torch.preserve_format). */
export function denseAs(t: Tensor, dtype: DType): Tensor {
  if (t.contiguous || t.count === 0 || !isDense(t)) return contiguousAs(t, dtype);
  const flat = t.alias([t.count], [1]);
  return new Tensor(contiguousAs(flat, dtype).storage, [...t.shape], [...t.strides]);
}

/** The elements at the places, as a tensor of `shape`; places count in row-major order. */
export function takePlaces(t: Tensor, places: ArrayLike<number>, shape: number[]): Tensor {
  const out = allocate(t.dtype, places.length) as Float64Array;
  const source = t.values() as Float64Array;
  if (isComplex(t.dtype))
    for (let i = 0; i < places.length; i++) {
      out[2 * i] = source[2 * places[i]];
      out[2 * i + 1] = source[2 * places[i] + 1];
    }
  else for (let i = 0; i < places.length; i++) out[i] = source[places[i]];
  return Tensor.of(t.dtype, shape, out);
}

/** Writes, or adds, row-major values at places of a contiguous tensor. bool adds up to true. */
export function putPlaces(to: Tensor, places: ArrayLike<number>, values: Data, add: boolean): void {
  const target = to.storage.data as Float64Array;
  const source = values as Float64Array;
  if (isComplex(to.dtype))
    for (let i = 0; i < places.length; i++)
      for (const part of [0, 1])
        target[2 * places[i] + part] = source[2 * i + part] + (add ? target[2 * places[i] + part] : 0);
  else if (!add) for (let i = 0; i < places.length; i++) target[places[i]] = source[i];
  else if (to.dtype === 'bool') for (let i = 0; i < places.length; i++) target[places[i]] |= source[i];
  else for (let i = 0; i < places.length; i++) target[places[i]] += source[i];
}

/** Row-major places of a geometry over contiguous memory. */
export function placesOf(g: Geometry): Int32Array {
  const out = new Int32Array(numel(g.shape));
  forEachOffset(g, (offset, i) => {
    out[i] = offset;
  });
  return out;
}

/** `t` as it would be read in `shape`: strides of 0 along dimensions that are repeated. */
export function expandTo(t: Tensor, shape: readonly number[]): Tensor {
  const lead = shape.length - t.rank;
  const strides = shape.map((d, i) => (i < lead || (t.shape[i - lead] === 1 && d !== 1) ? 0 : t.strides[i - lead]));
  return t.alias([...shape], strides);
}

/** A tensor full of one value, given as a number or a bigint; of a complex one, this is the real part. */
export function filled(dtype: DType, shape: readonly number[], value: number | bigint, imag = 0): Tensor {
  const out = Tensor.zeros(dtype, [...shape]);
  if (isComplex(dtype)) {
    const data = out.storage.data as Float64Array;
    for (let i = 0; i < data.length; i += 2) {
      data[i] = Number(value);
      data[i + 1] = imag;
    }
    return out;
  }
  const from: DType = typeof value === 'bigint' ? 'int64' : 'float64';
  const convert = converter(from, dtype);
  (out.storage.data as Float64Array).fill((convert ? convert(value as number) : value) as number);
  return out;
}

/** The part of a contiguous tensor's geometry that `slice(dim, start, step)` shows, `size` long. */
export function sliceGeometry(
  shape: readonly number[],
  dim: number,
  start: number,
  step: number,
  size: number,
): Geometry {
  const strides = contiguousStrides(shape);
  const offset = start * strides[dim];
  strides[dim] *= step;
  return { shape: shape.map((d, i) => (i === dim ? size : d)), strides, offset };
}
