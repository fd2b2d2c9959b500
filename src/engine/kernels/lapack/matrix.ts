/** Batches of matrices as LAPACK holds them: column-major, computed in float64, or rounded at each step where the digits show. */
import { allocate, type DType } from '../../dtype';
import { numel } from '../../shape';
import { Tensor } from '../../tensor';
import { valuesAs } from '../elementwise';

/** What a kernel computes in: storing in a Float32Array rounds. */
export type Floats = Float64Array | Float32Array;

/** A batch of m×n matrices, column-major one after the other. `data` belongs to the reader. */
export interface Matrices<D extends Floats = Float64Array> {
  data: D;
  /** Leading dimensions. */
  batch: number[];
  count: number;
  m: number;
  n: number;
}

/** The same memory, each matrix turned. */
export function turned(t: Tensor): Tensor {
  const { rank, shape, strides } = t;
  return t.alias(
    [...shape.slice(0, -2), shape[rank - 1], shape[rank - 2]],
    [...strides.slice(0, -2), strides[rank - 1], strides[rank - 2]],
  );
}

/** A copy of a tensor's matrices in float64. */
export function readMatrices(t: Tensor): Matrices {
  const data = Float64Array.from(valuesAs(turned(t), 'float64') as Float64Array);
  return { ...sizes(t), data };
}

/** A copy in the tensor's own precision. */
export const readExactly = (t: Tensor): Matrices<Floats> => ({
  ...sizes(t),
  data: (turned(t).values() as Float64Array).slice(),
});

function sizes({ shape }: Tensor) {
  const batch = shape.slice(0, -2);
  const [m, n] = shape.slice(-2);
  return { batch, count: numel(batch), m, n };
}

export const zeroMatrices = (batch: number[], m: number, n: number): Matrices => ({
  data: new Float64Array(numel(batch) * m * n),
  batch,
  count: numel(batch),
  m,
  n,
});

/** Matrices as a tensor with LAPACK's strides, which is how PyTorch's results lie in memory. */
export function columnMajor(dtype: DType, { data, batch, m, n }: Matrices<Floats>): Tensor {
  let own = data;
  if (dtype === 'float64' ? !(data instanceof Float64Array) : !(data instanceof Float32Array)) {
    own = allocate(dtype, data.length) as Floats;
    own.set(data);
  }
  const t = Tensor.of(dtype, [...batch, n, m], own);
  return t.alias([...batch, m, n], [...t.strides.slice(0, -2), 1, Math.max(m, 1)]);
}

/** The same with rows one after the other. */
export function rowMajor(dtype: DType, { data, batch, count, m, n }: Matrices<Floats>): Tensor {
  const out = allocate(dtype, data.length) as Float64Array;
  for (let b = 0; b < count; b++)
    for (let i = 0, at = b * m * n; i < m; i++) for (let j = 0; j < n; j++) out[at++] = data[b * m * n + j * m + i];
  return Tensor.of(dtype, [...batch, m, n], out);
}

/** Numbers that go with the matrices, `length` for each. */
export function vectors(dtype: DType, batch: number[], length: number, data: ArrayLike<number>): Tensor {
  const out = allocate(dtype, data.length) as Float64Array;
  for (let i = 0; i < out.length; i++) out[i] = data[i];
  return Tensor.of(dtype, [...batch, length], out);
}
