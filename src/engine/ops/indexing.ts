/** Elements by index or mask. Source: PyTorch's "Indexing, Slicing, Joining, Mutating Ops", derivatives.yaml. */

import { part } from '../complex';
import { isComplex } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { checkFits } from '../kernels/convert';
import { contiguousAs, expandTo, putPlaces, takePlaces } from '../kernels/copy';
import { dtypeLabel, valuesAs } from '../kernels/elementwise';
import { nonzeroColumns, nonzeroPlaces, planIndex, wrapIndices } from '../kernels/indexing';
import { op, type Sample, type SampleTensor } from '../op';
import { broadcast, show } from '../shape';
import { Tensor } from '../tensor';

const matrix: SampleTensor = { shape: [3, 4] };
const cube: SampleTensor = { shape: [2, 3, 2] };
const ints = (...data: number[]): SampleTensor => ({ shape: [data.length], dtype: 'int64', data });
const mask = (shape: number[], ...data: number[]): SampleTensor => ({ shape, dtype: 'bool', data });
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });
const list = (...tensors: (SampleTensor | null)[]) => ({ tensors });

/** `x[i, :, j]` with tensors among the indices; null stands for `:`. Ints, slices and None are views, composed by the Python face. */
op<[Tensor, (Tensor | null)[]]>({
  schema: 'index(Tensor input, Tensor?[] indices) -> Tensor',
  faces: ['torch.ops.aten'],
  formula: 'y = x[i, j, …]',
  gradient: 'dx[i, j, …] = Σ dy of each time it was taken',
  forward: (x, indices) => {
    const { shape, places } = planIndex(x.shape, indices);
    return takePlaces(x, places, shape);
  },
  saves: ['indices'],
  grads: { input: (c, f) => f.index_backward(c.grad, c.shape('input'), c.savedList('indices')) },
  complex: ['input'],
  samples: () => [
    on(matrix, list(ints(0, 2, -1))),
    on(matrix, list(null, ints(1, 1))),
    on(matrix, list(ints(0, 1), ints(2, 3))),
    on(cube, list(ints(0, 1), null, ints(1, 0))),
    on(cube, list(null, ints(0, 2), ints(1, 0))),
    on(matrix, list({ shape: [2, 2], dtype: 'int64', data: [0, 1, 2, 0] })),
    on(matrix, list(mask([3], 1, 0, 1))),
    on(cube, list(mask([2, 3], 1, 0, 1, 0, 0, 1))),
    on({ shape: [4, 3], permute: [1, 0] }, list(ints(2, 0))),
    on(matrix, list(mask([3], 0, 0, 0))),
    on(matrix, list(ints(3))),
    on(matrix, list(null, ints(0, -5))),
    on(matrix, list(mask([2], 1, 0))),
    on(matrix, list(ints(0, 1), ints(0, 1, 2))),
    on(matrix, list(ints(0), ints(0), ints(0))),
    on(matrix, list({ shape: [1], data: [1] })),
  ],
});

op<[Tensor, number[], (Tensor | null)[]]>({
  schema: 'index_backward(Tensor grad, int[] sizes, Tensor?[] indices) -> Tensor',
  faces: [],
  formula: 'y[i, j, …] = Σ g of the same index, else 0',
  gradient: 'dg = dy[i, j, …]',
  forward: (grad, sizes, indices) => {
    const out = Tensor.zeros(grad.dtype, [...sizes]);
    putPlaces(out, planIndex(sizes, indices).places, grad.values(), true);
    return out;
  },
  saves: ['indices'],
  grads: { grad: (c, f) => f.index(c.grad, c.savedList('indices')) },
  complex: ['grad'],
  samples: () => [on({ shape: [3, 4] }, [3, 4], list(ints(0, 2, 0)))],
});

op<[Tensor, (Tensor | null)[], Tensor, boolean]>({
  schema: 'index_put(Tensor input, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with y[i, j, …] = v',
  gradient: 'dx = dy, 0 where overwritten;  dv = dy[i, j, …]',
  forward: (x, indices, values, accumulate) => {
    if (x.dtype !== values.dtype)
      throw runtimeError(
        `Index put requires the source and destination dtypes match, got ${dtypeLabel(x.dtype)} for the destination and ${dtypeLabel(values.dtype)} for the source.`,
      );
    const { shape, places } = planIndex(x.shape, indices);
    if (
      values.rank > shape.length ||
      values.shape.some((d, i) => d !== 1 && d !== shape[shape.length - values.rank + i])
    )
      throw runtimeError(
        `shape mismatch: value tensor of shape ${show(values.shape)} cannot be broadcast to indexing result of shape ${show(shape)}`,
      );
    const out = contiguousAs(x, x.dtype);
    putPlaces(out, places, expandTo(values, shape).values(), accumulate);
    return out;
  },
  saves: ['indices'],
  grads: {
    input: (c, f) =>
      c.attr('accumulate') ? c.grad : f.index_put(c.grad, c.savedList('indices'), f.zeros([], c.grad.dtype)),
    values: (c, f) => f.index(c.grad, c.savedList('indices')),
  },
  complex: ['input', 'values'],
  samples: () => [
    on(matrix, list(ints(0, 2)), { tensor: { shape: [2, 4] } }),
    on(matrix, list(ints(0, 0)), { tensor: { shape: [4] } }, true),
    on(matrix, list(ints(0, 1), ints(1, 1)), { tensor: { shape: [] } }),
    on(matrix, list(mask([3], 1, 0, 1)), { tensor: { shape: [1, 4] } }),
    on({ shape: [3], dtype: 'int64' }, list(ints(1, 1)), { tensor: ints(5, 6) }, true),
    on(matrix, list(ints(0)), { tensor: { shape: [3] } }),
    on(matrix, list(ints(0)), { tensor: { shape: [4], dtype: 'float64' } }),
    on(matrix, list(ints(5)), { tensor: { shape: [4] } }),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'masked_select(Tensor input, Tensor mask) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = the xᵢ whose maskᵢ is true, in a row',
  gradient: 'dxᵢ = its dy where maskᵢ, else 0',
  forward: (x, m) => {
    if (m.dtype !== 'bool') throw runtimeError('masked_select: expected BoolTensor for mask');
    const shape = broadcast(m.shape, x.shape);
    const places = nonzeroPlaces(expandTo(m, shape));
    return takePlaces(expandTo(x, shape), places, [places.length]);
  },
  saves: ['mask'],
  grads: {
    input: (c, f) => {
      const shape = broadcast(c.shape('input'), c.shape('mask'));
      if (shape.length === 0) return f.mul(f.sum(c.grad), c.saved('mask'));
      return f.index_backward(c.grad, shape, [f.expand(c.saved('mask'), shape)]);
    },
  },
  complex: ['input'],
  samples: () => [
    on({ shape: [2, 3] }, { tensor: mask([2, 3], 1, 0, 1, 0, 1, 1) }),
    on({ shape: [2, 3] }, { tensor: mask([3], 1, 0, 1) }),
    on({ shape: [3] }, { tensor: mask([2, 1], 1, 0) }),
    on({ shape: [3] }, { tensor: mask([3], 0, 0, 0) }),
    on({ shape: [3] }, { tensor: ints(1, 0, 1) }),
    on({ shape: [3] }, { tensor: mask([2], 1, 0) }),
  ],
});

op<[Tensor, Tensor, Tensor]>({
  schema: 'masked_fill(Tensor input, Tensor mask, Number value) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = v where mask, else x',
  gradient: 'dx = 0 where mask, else dy;  dv = Σ dy where mask',
  forward: (x, m, value) => {
    if (m.dtype !== 'bool')
      throw runtimeError(`masked_fill_ only supports boolean masks, but got mask with dtype ${cppType(m)}`);
    if (value.rank !== 0)
      throw runtimeError(
        `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.rank} dimension(s).`,
      );
    checkFits(value, x.dtype);
    const shape = broadcast(x.shape, m.shape);
    const out = contiguousAs(expandTo(x, shape), x.dtype);
    const chosen = expandTo(m, shape).values();
    const data = out.storage.data as Float64Array;
    if (isComplex(x.dtype)) {
      const [re, im = 0] = value.values() as Float64Array;
      for (let i = 0; i < chosen.length; i++) if (chosen[i]) [data[2 * i], data[2 * i + 1]] = [Number(re), im];
      return out;
    }
    const [v] = valuesAs(isComplex(value.dtype) ? part(value, 0) : value, x.dtype) as Float64Array;
    for (let i = 0; i < chosen.length; i++) if (chosen[i]) data[i] = v;
    return out;
  },
  saves: ['mask'],
  grads: {
    input: (c, f) => f.masked_fill(c.grad, c.saved('mask'), 0),
    value: (c, f) => f.sum(f.mul(c.grad, c.saved('mask'))),
  },
  gradName: (_, __, value) => (value.wrapped ? 'MaskedFillBackward0' : 'MaskedFillBackward1'),
  complex: true,
  samples: () => [
    on({ shape: [2, 3] }, { tensor: mask([2, 3], 1, 0, 1, 0, 1, 1) }, 0),
    on({ shape: [2, 3] }, { tensor: mask([3], 1, 0, 1) }, -1.5),
    on({ shape: [3] }, { tensor: mask([2, 1], 1, 0) }, 2),
    on({ shape: [2, 3] }, { tensor: mask([3], 1, 0, 1) }, { tensor: { shape: [] } }),
    on({ shape: [3], dtype: 'int64' }, { tensor: mask([3], 1, 0, 1) }, 7),
    on({ shape: [3] }, { tensor: ints(1, 0, 1) }, 0),
    on({ shape: [3] }, { tensor: mask([3], 1, 0, 1) }, { tensor: { shape: [2] } }),
  ],
});

/** PyTorch's messages name some dtypes as C++ does: `long int`. */
const cppType = (t: Tensor) =>
  ({ int64: 'long int', float32: 'float', uint8: 'unsigned char' })[t.dtype as 'int64'] ?? t.dtype;

op<[Tensor]>({
  schema: 'nonzero(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:argwhere', 'Tensor:argwhere'],
  formula: 'y = the coordinates of the elements that are not 0, a row each',
  complex: true,
  forward: (x) => {
    const columns = nonzeroColumns(x);
    const n = x.rank ? columns[0].count : nonzeroPlaces(x).length;
    const out = Tensor.zeros('int64', [n, x.rank]);
    // A column after the other, as PyTorch lays them.
    columns.forEach((column, d) => {
      (out.storage.data as BigInt64Array).set(column.values() as BigInt64Array, d * n);
    });
    return out.alias([n, x.rank], n && x.rank ? [1, n] : out.strides);
  },
  samples: () => [
    on({ shape: [2, 3], data: [0, 1, 0, 2, 0, 3] }),
    on(mask([3], 1, 0, 1)),
    on({ shape: [], data: [1] }),
    on({ shape: [], data: [0] }),
    on({ shape: [0, 2] }),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'take(Tensor input, Tensor index) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x in a row, at these indices',
  gradient: 'dx = Σ dy of each time it was taken',
  forward: (x, index) => {
    if (index.dtype !== 'int64')
      throw runtimeError(`take(): Expected a long tensor for index, but got ${dtypeLabel(index.dtype)}`);
    if (x.count === 0 && index.count > 0) throw indexError('take(): tried to take from an empty tensor');
    const places = wrapIndices(index, x.count, (i) =>
      indexError(`out of range: tried to access index ${i} on a tensor of ${x.count} elements.`),
    );
    return takePlaces(x, places, [...index.shape]);
  },
  saves: ['index'],
  grads: {
    input: (c, f) => {
      const shape = c.shape('input');
      const count = shape.reduce((n, d) => n * d, 1);
      return f.reshape(f.index_backward(c.grad, [count], [c.saved('index')]), shape);
    },
  },
  complex: ['input'],
  samples: () => [
    on(matrix, { tensor: { shape: [2, 2], dtype: 'int64', data: [0, 5, 5, -1] } }),
    on({ shape: [3, 2], permute: [1, 0] }, { tensor: ints(1, 2) }),
    on(matrix, { tensor: ints(12) }),
    on(matrix, { tensor: { shape: [1], data: [1] } }),
  ],
});
