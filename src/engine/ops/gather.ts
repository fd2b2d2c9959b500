/** Elements and slices along one dimension, by index: taken, put, added. Source: PyTorch's documentation, derivatives.yaml. */
import { indexError, runtimeError } from '../errors';
import { contiguousAs, filled, putPlaces, takePlaces } from '../kernels/copy';
import { dtypeLabel } from '../kernels/elementwise';
import { placesByIndex, placesOfSlices, wrapIndices } from '../kernels/indexing';
import { op, type Sample, type SampleTensor, type Scalar } from '../op';
import { show, wrapDim } from '../shape';
import { Tensor } from '../tensor';

const matrix: SampleTensor = { shape: [3, 4] };
const cube: SampleTensor = { shape: [2, 3, 2] };
const ints = (shape: number[], ...data: number[]): SampleTensor => ({ shape, dtype: 'int64', data });
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });
const at = (shape: number[], ...data: number[]) => ({ tensor: ints(shape, ...data) });

/** What gather, scatter and scatter_add ask of their index. */
export function checkIndex(name: string, x: Tensor, dim: number, index: Tensor): number {
  const d = wrapDim(dim, x.rank);
  if (index.count > 0 && index.dtype !== 'int64' && index.dtype !== 'int32')
    throw runtimeError(`${name}(): Expected dtype int32/int64 for index`);
  return d;
}

const rankOf = (t: Tensor) => Math.max(t.rank, 1);

op<[Tensor, number, Tensor]>({
  schema: 'gather(Tensor input, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[i, j] = x[index[i, j], j] (dim 0)',
  gradient: 'dx[index[i, j], j] = Σ dy[i, j], else 0',
  forward: (x, dim, index) => {
    const d = checkIndex('gather', x, dim, index);
    if (index.count === 0) return Tensor.zeros(x.dtype, [...index.shape]);
    if (rankOf(index) !== rankOf(x))
      throw runtimeError('Index tensor must have the same number of dimensions as input tensor');
    index.shape.forEach((size, k) => {
      if (k !== d && size > x.shape[k])
        throw runtimeError(
          `Size does not match at dimension ${k} expected index ${show(index.shape)} to be no larger than self ${show(x.shape)} apart from dimension ${d}`,
        );
    });
    return takePlaces(x, placesByIndex(x.shape, d, index), [...index.shape]);
  },
  saves: ['index'],
  grads: {
    input: (c, f) => f.scatter_add(f.zeros(c.shape('input'), c.grad.dtype), c.attr('dim'), c.saved('index'), c.grad),
  },
  complex: ['input'],
  samples: () => [
    on(matrix, 0, at([2, 4], 0, 1, 2, 0, 2, 1, 0, 0)),
    on(matrix, 1, at([3, 1], 0, 3, 2)),
    on(matrix, -1, at([2, 2], 0, 0, 1, 1)),
    on({ shape: [3] }, 0, at([5], 0, 0, 1, 2, 2)),
    on({ shape: [] }, 0, at([], 0)),
    on(matrix, 0, at([0])),
    on(matrix, 0, at([3], 0, 1, 2)),
    on(matrix, 0, at([1, 5], 0, 0, 0, 0, 0)),
    on(matrix, 0, at([1, 1], 3)),
    on(matrix, 0, at([1, 1], -1)),
    on(matrix, 0, { tensor: { shape: [1, 1], data: [0] } }),
    on(matrix, 2, at([1, 1], 0)),
  ],
});

/** scatter's checks of shapes; `src` null for a number. */
export function checkScatter(x: Tensor, d: number, index: Tensor, src: Tensor | null): void {
  if (index.count === 0) return;
  if (rankOf(index) !== rankOf(x) || (src && rankOf(src) !== rankOf(index)))
    throw runtimeError(
      `Index tensor must have the same number of dimensions as ${rankOf(index) !== rankOf(x) ? 'self' : 'src'} tensor`,
    );
  const tooLarge = index.shape.some((s, k) => (k !== d && s > x.shape[k]) || (src !== null && s > src.shape[k]));
  if (tooLarge)
    throw runtimeError(
      src
        ? `Expected index ${show(index.shape)} to be no larger than self ${show(x.shape)} apart from dimension ${d} and to be no larger size than src ${show(src.shape)}`
        : `Expected index ${show(index.shape)} to be no larger than self ${show(x.shape)} apart from dimension ${d}`,
    );
  if (src && src.dtype !== x.dtype) throw runtimeError('scatter(): Expected self.dtype to be equal to src.dtype');
}

/** The part of src that the index covers, in the index's order. */
export const covered = (src: Tensor, index: Tensor) => src.alias([...index.shape], [...src.strides]).values();

for (const [name, add] of [
  ['scatter', false],
  ['scatter_add', true],
] as const)
  op<[Tensor, number, Tensor, Tensor]>({
    schema: `${name}(Tensor input, int dim, Tensor index, Tensor src) -> Tensor`,
    faces: ['torch', 'Tensor'],
    inplace: true,
    formula: `y = x with y[index[i, j], j] ${add ? '+=' : '='} src[i, j] (dim 0)`,
    gradient: `dx = dy${add ? '' : ', 0 where overwritten'};  dsrc[i, j] = dy[index[i, j], j]`,
    forward: (x, dim, index, src) => {
      const d = checkIndex('scatter', x, dim, index);
      checkScatter(x, d, index, src);
      const out = contiguousAs(x, x.dtype);
      if (index.count > 0) putPlaces(out, placesByIndex(x.shape, d, index), covered(src, index), add);
      return out;
    },
    saves: ['index'],
    grads: {
      input: (c, f) => (add ? c.grad : f.scatter_value(c.grad, c.attr('dim'), c.saved('index'), 0)),
      src: (c, f) => f.gather(c.grad, c.attr('dim'), c.saved('index')),
    },
    samples: () => [
      on(matrix, 0, at([2, 4], 0, 1, 2, 0, 2, 0, 1, 1), { tensor: { shape: [2, 4] } }),
      on(matrix, 1, at([3, 1], 0, 3, 2), { tensor: { shape: [3, 1] } }),
      on(matrix, 1, at([2, 1], 0, 3), { tensor: { shape: [3, 2] } }),
      ...(add ? [on({ shape: [3] }, 0, at([4], 0, 0, 2, 0), { tensor: { shape: [4] } })] : []),
      on({ shape: [4, 3], permute: [1, 0] }, 0, at([1, 4], 0, 1, 2, 0), { tensor: { shape: [1, 4] } }),
      on(matrix, 0, at([3], 0, 1, 2), { tensor: { shape: [3] } }),
      on(matrix, 0, at([1, 5], 0, 0, 0, 0, 0), { tensor: { shape: [1, 5] } }),
      on(matrix, 0, at([1, 1], 0), { tensor: { shape: [1, 1], dtype: 'float64' } }),
      on(matrix, 0, at([1, 1], 3), { tensor: { shape: [1, 1] } }),
      on(matrix, 0, { tensor: { shape: [1, 1], data: [0] } }, { tensor: { shape: [1, 1] } }),
    ],
  });

op<[Tensor, number, Tensor, Scalar]>({
  schema: 'scatter_value(Tensor input, int dim, Tensor index, Scalar value) -> Tensor',
  complex: ['input', 'value'],
  faces: ['torch:scatter', 'Tensor:scatter'],
  inplace: true,
  formula: 'y = x with y[index[i, j], j] = v (dim 0)',
  gradient: 'dx = dy, 0 where overwritten',
  forward: (x, dim, index, value) => {
    const d = checkIndex('scatter', x, dim, index);
    checkScatter(x, d, index, null);
    const out = contiguousAs(x, x.dtype);
    if (index.count > 0)
      putPlaces(out, placesByIndex(x.shape, d, index), filled(x.dtype, index.shape, value.value).storage.data, false);
    return out;
  },
  saves: ['index'],
  grads: { input: (c, f) => f.scatter_value(c.grad, c.attr('dim'), c.saved('index'), 0) },
  gradName: 'ScatterBackward1',
  samples: () => [
    on(matrix, 1, at([3, 1], 0, 3, 2), 1),
    on({ shape: [2, 3], dtype: 'int64' }, 1, at([2, 1], 0, 2), 1),
    on(matrix, 0, at([1, 4], 0, 1, 2, 0), -0.5),
    on(matrix, 0, at([1, 5], 0, 0, 0, 0, 0), 1),
  ],
});

/** The row of indices of index_select and index_add. */
function checkRow(name: string, index: Tensor): void {
  if (index.rank > 1) throw indexError(`${name}(): Index is supposed to be a vector`);
  if (index.dtype !== 'int64' && index.dtype !== 'int32')
    throw runtimeError(`${name}(): Expected dtype int32 or int64 for index`);
}

op<[Tensor, number, Tensor]>({
  schema: 'index_select(Tensor input, int dim, Tensor index) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[…, k, …] = x[…, index[k], …]',
  gradient: 'dx[…, index[k], …] = Σ dy[…, k, …], else 0',
  forward: (x, dim, index) => {
    const d = wrapDim(dim, x.rank);
    checkRow('index_select', index);
    const along = wrapIndices(
      index,
      x.shape[d] ?? 1,
      (i) =>
        d === 1
          ? runtimeError(`INDICES element is out of DATA bounds, id=${i} axis_dim=${x.shape[1]}`)
          : indexError('index out of range in self'),
      false,
    );
    const shape = x.rank ? x.shape.with(d, index.count) : [];
    return takePlaces(x, placesOfSlices(x.shape, d, along), shape);
  },
  saves: ['index'],
  grads: {
    input: (c, f) => f.index_add(f.zeros(c.shape('input'), c.grad.dtype), c.attr('dim'), c.saved('index'), c.grad),
  },
  complex: ['input'],
  samples: () => [
    on(matrix, 0, at([3], 0, 2, 0)),
    on(cube, -2, at([2], 2, 1)),
    on({ shape: [3, 2], permute: [1, 0] }, 1, at([1], 2)),
    on(matrix, 0, at([], 1)),
    on(matrix, 0, at([1], 3)),
    on(matrix, 1, at([1], 4)),
    on(matrix, 0, at([1, 1], 0)),
    on(matrix, 0, { tensor: { shape: [1], data: [0] } }),
  ],
});

op<[Tensor, number, Tensor, Tensor, Scalar]>({
  schema: 'index_add(Tensor input, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with y[…, index[k], …] += α · source[…, k, …]',
  gradient: 'dx = dy,  dsource[…, k, …] = α · dy[…, index[k], …]',
  forward: (x, dim, index, source, alpha) => {
    const d = wrapDim(dim, x.rank);
    checkRow('index_add', index);
    if (x.dtype !== source.dtype)
      throw runtimeError(
        `index_add_(): self (${dtypeLabel(x.dtype)}) and source (${dtypeLabel(source.dtype)}) must have the same scalar type`,
      );
    if (index.count !== (source.shape[d] ?? 1))
      throw runtimeError(
        `index_add_(): Number of indices (${index.count}) should be equal to source.size(dim): (${source.shape[d] ?? 1}), for dim: ${d}`,
      );
    if (x.rank !== source.rank || x.shape.some((n, i) => i !== d && n !== source.shape[i]))
      if (x.rank > 0 && source.rank > 0)
        throw runtimeError(
          `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${show(x.shape)} source.shape = ${show(source.shape)}`,
        );
    const along = wrapIndices(
      index,
      x.shape[d] ?? 1,
      (i) =>
        x.rank > 1
          ? runtimeError(`index ${i} is out of bounds for dimension ${d} with size ${x.shape[d]}`)
          : indexError('index out of range in self'),
      false,
    );
    const out = contiguousAs(x, x.dtype);
    const by = Number(alpha.value);
    const values = contiguousAs(source, source.dtype).storage.data;
    if (by !== 1)
      for (let i = 0; i < values.length; i++)
        values[i] = (values instanceof BigInt64Array ? values[i] * BigInt(by) : (values[i] as number) * by) as never;
    putPlaces(out, placesOfSlices(x.shape, d, along), values, true);
    return out;
  },
  saves: ['index'],
  grads: {
    input: (c) => c.grad,
    source: (c, f) => {
      const by = Number(c.attr<Scalar>('alpha').value);
      const g = f.index_select(c.grad, c.attr('dim'), c.saved('index'));
      return by === 1 ? g : f.mul(g, by);
    },
  },
  complex: ['input', 'source'],
  samples: () => [
    on(matrix, 0, at([2], 0, 2), { tensor: { shape: [2, 4] } }),
    on(cube, 1, at([4], 2, 0, 2, 2), { tensor: { shape: [2, 4, 2] } }),
    { ...on(matrix, 1, at([1], 1), { tensor: { shape: [3, 1] } }), kwargs: { alpha: -2 } },
    on({ shape: [3], dtype: 'int64' }, 0, at([2], 0, 0), { tensor: ints([2], 4, 5) }),
    on(matrix, 0, at([2], 0, 2), { tensor: { shape: [3, 4] } }),
    on(matrix, 0, at([1], 0), { tensor: { shape: [1, 4], dtype: 'float64' } }),
    on(matrix, 0, at([1], 7), { tensor: { shape: [1, 4] } }),
  ],
});
