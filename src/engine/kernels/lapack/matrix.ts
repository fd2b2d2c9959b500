/** Batches of matrices as LAPACK holds them: column-major, computed in float64. */
import { allocate, type DType } from '../../dtype';
import { numel } from '../../shape';
import { Tensor } from '../../tensor';
import { valuesAs } from '../elementwise';

/** A batch of m×n matrices, column-major one after the other. `data` belongs to the reader. */
export interface Matrices {
  data: Float64Array;
  /** Leading dimensions. */
  batch: number[];
  count: number;
  m: number;
  n: number;
}

/** A copy of a tensor's matrices in float64. */
export function readMatrices(t: Tensor): Matrices {
  const { rank, shape, strides } = t;
  const [m, n] = shape.slice(-2);
  const batch = shape.slice(0, -2);
  const turned = t.alias([...batch, n, m], [...strides.slice(0, -2), strides[rank - 1], strides[rank - 2]]);
  const data = Float64Array.from(valuesAs(turned, 'float64') as Float64Array);
  return { data, batch, count: numel(batch), m, n };
}

export const zeroMatrices = (batch: number[], m: number, n: number): Matrices => ({
  data: new Float64Array(numel(batch) * m * n),
  batch,
  count: numel(batch),
  m,
  n,
});

/** Matrices as a tensor with LAPACK's strides, which is how PyTorch's results lie in memory. */
export function columnMajor(dtype: DType, { data, batch, m, n }: Matrices): Tensor {
  const t = Tensor.of(dtype, [...batch, n, m], data);
  if (dtype !== 'float64') {
    const out = allocate(dtype, data.length) as Float64Array;
    out.set(data);
    t.storage.data = out;
  }
  return t.alias([...batch, m, n], [...t.strides.slice(0, -2), 1, Math.max(m, 1)]);
}

/** The same with rows one after the other. */
export function rowMajor(dtype: DType, { data, batch, count, m, n }: Matrices): Tensor {
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
