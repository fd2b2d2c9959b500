/** Values put, or gathered up, at places that an index names. Source: PyTorch's documentation, derivatives.yaml, FunctionsManual.cpp. */
import { quietly } from '../context';
import { type DType, isFloat } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { formulas as fs } from '../formulas';
import { contiguousAs, expandTo, filled, putPlaces } from '../kernels/copy';
import { dtypeLabel, numbers, valuesAs } from '../kernels/elementwise';
import { placesByIndex, placesOfSlices, wrapIndices } from '../kernels/indexing';
import { type BackwardContext, type Formulas, op, type Sample, type SampleTensor, type Scalar } from '../op';
import { broadcast, numel, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { checkIndex, checkScatter, covered } from './gather';

const matrix: SampleTensor = { shape: [3, 4] };
const ints = (shape: number[], ...data: number[]): SampleTensor => ({ shape, dtype: 'int64', data });
const at = (shape: number[], ...data: number[]) => ({ tensor: ints(shape, ...data) });
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

// ---- whole slices ---------------------------------------------------------------------------------------------------

op<[Tensor, number, Tensor, Tensor]>({
  schema: 'index_fill(Tensor input, int dim, Tensor index, Number value) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with y[…, index[k], …] = v',
  gradient: 'dx = dy, 0 where filled;  dv = Σ dy where filled',
  forward: (x, dim, index, value) => {
    if (value.rank !== 0)
      throw runtimeError(
        `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.rank} dimension(s).`,
      );
    const d = wrapDim(dim, x.rank);
    if (index.dtype !== 'int64') throw indexError('index_fill_(): Expected dtype int64 for index.');
    if (index.rank > 1) throw indexError('Index has to be a vector/scalar');
    const size = x.shape[d] ?? 1;
    const along = wrapIndices(index, size, (i) =>
      indexError(`index ${i} is out of bounds for dimension ${d} with size ${size}`),
    );
    const out = contiguousAs(x, x.dtype);
    const places = placesOfSlices(x.shape, d, along);
    const [v] = valuesAs(value, x.dtype);
    putPlaces(out, places, filled(x.dtype, [places.length], v).storage.data, false);
    return out;
  },
  saves: ['index'],
  grads: {
    input: (c, f) => f.index_fill(c.grad, c.attr('dim'), c.saved('index'), 0),
    // A slice counts once, however often it was named.
    value: (c, f) => {
      const once = [...new Set(numbers(c.saved('index')))];
      const index = Tensor.of('int64', [once.length], BigInt64Array.from(once, BigInt));
      return f.sum(f.index_select(c.grad, c.attr('dim'), index));
    },
  },
  gradName: (_, __, ___, value) => (value.wrapped ? 'IndexFillBackward0' : 'IndexFillBackward1'),
  samples: () => [
    on(matrix, 0, at([2], 0, 2), -1),
    on(matrix, 1, at([2], 3, 1), { tensor: { shape: [] } }),
    on(matrix, 1, at([2], 3, -1), -1),
    on(matrix, 0, at([1], 5), 0),
  ],
});

/** What index_copy and index_reduce ask of their arguments. */
function checkSlices(name: string, x: Tensor, d: number, index: Tensor, source: Tensor): void {
  if (index.rank > 1) throw indexError(`${name}(): Index should have dimension 1 or 0 (got ${index.rank})`);
  if (name === 'index_copy_' && index.dtype !== 'int64')
    throw indexError(`${name}(): Expected a long tensor for index, but got ${dtypeLabel(index.dtype)}`);
  if (name === 'index_reduce' && index.dtype !== 'int64' && index.dtype !== 'int32')
    throw runtimeError(`index_reduce(): Expected dtype int32/int64 for index but got: ${dtypeLabel(index.dtype)}`);
  if (x.dtype !== source.dtype)
    throw runtimeError(
      name === 'index_copy_'
        ? `index_copy_(): self and source expected to have the same dtype, but got (self) ${dtypeLabel(x.dtype)} and (source) ${dtypeLabel(source.dtype)}`
        : `index_reduce(): self (${dtypeLabel(x.dtype)}) and source (${dtypeLabel(source.dtype)}) must have the same scalar type`,
    );
  if (name === 'index_copy_') {
    if (source.rank === 0 && index.count !== 1)
      throw indexError(`${name}(): When source is scalar, index should have one element (got ${index.count})`);
    if (source.rank !== x.rank && source.rank !== 0 && x.rank !== 0)
      throw indexError(
        `${name}(): When source and destination are not scalars, their dimensionality must match. Source dimensionality (${source.rank}), destination dimensionality (${x.rank})`,
      );
    const [own, given] = [x.shape.toSpliced(d, 1), source.shape.toSpliced(d, 1)];
    if (own.length !== given.length || own.some((n, i) => n !== given[i]))
      throw runtimeError(
        `${name}(): Source/destination tensor must have same slice shapes. Destination slice shape: ${own.join(' ')} at dimension ${d} and source slice shape: ${given.join(' ')} at dimension 0.`,
      );
    if (source.rank > 0 && index.count !== source.shape[d])
      throw indexError(
        `${name}(): Number of indices (${index.count}) should be equal to source.size(dim) (${source.shape[d]})`,
      );
    return;
  }
  if (index.count !== (source.shape[d] ?? 1))
    throw runtimeError(
      `${name}(): Number of indices (${index.count}) should be equal to source.size(dim): (${source.shape[d] ?? 1}), for dim: ${d}`,
    );
}

op<[Tensor, number, Tensor, Tensor]>({
  schema: 'index_copy(Tensor input, int dim, Tensor index, Tensor source) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with y[…, index[k], …] = source[…, k, …]',
  gradient: 'dx = dy, 0 where overwritten;  dsource[…, k, …] = dy[…, index[k], …]',
  forward: (x, dim, index, source) => {
    const d = wrapDim(dim, x.rank);
    checkSlices('index_copy_', x, d, index, source);
    const size = x.shape[d] ?? 1;
    const along = wrapIndices(index, size, (i) =>
      indexError(`index_copy_(): index ${i} is out of bounds for dimension ${d} with size ${size}`),
    );
    const out = contiguousAs(x, x.dtype);
    putPlaces(out, placesOfSlices(x.shape, d, along), source.values(), false);
    return out;
  },
  saves: ['index'],
  grads: {
    input: (c, f) => f.index_fill(c.grad, c.attr('dim'), c.saved('index'), 0),
    source: (c, f) => {
      const index = c.saved('index');
      if (c.shape('source').length > 0)
        return f.expand(f.index_select(c.grad, c.attr('dim'), index), c.shape('source'));
      return f.index_select(c.grad, c.attr('dim'), index.rank ? f.squeeze_dim(index, 0) : index);
    },
  },
  samples: () => [
    on(matrix, 0, at([2], 0, 2), { tensor: { shape: [2, 4] } }),
    on(matrix, 1, at([1], 3), { tensor: { shape: [3, 1] } }),
    on(matrix, 0, at([1], 7), { tensor: { shape: [1, 4] } }),
    on(matrix, 0, at([2], 0, 1), { tensor: { shape: [1, 4] } }),
  ],
});

// ---- reductions -----------------------------------------------------------------------------------------------------

type Step = (a: number, b: number) => number;
const STEPS: Record<string, Step> = {
  sum: (a, b) => a + b,
  mean: (a, b) => a + b,
  prod: (a, b) => a * b,
  multiply: (a, b) => a * b,
  amax: (a, b) => (Number.isNaN(a) || a > b ? a : b),
  amin: (a, b) => (Number.isNaN(a) || a < b ? a : b),
};
STEPS.add = STEPS.sum;

/** Where nothing of the tensor itself is to take part: what each reduction begins with. */
function neutral(reduce: string, dtype: DType): number | bigint {
  if (reduce === 'prod') return 1;
  if (reduce === 'amax' || reduce === 'amin') {
    const low = reduce === 'amax';
    if (isFloat(dtype)) return low ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const [least, most] = LIMITS[dtype as keyof typeof LIMITS];
    return low ? least : most;
  }
  return 0;
}
const LIMITS = {
  bool: [0, 1],
  uint8: [0, 255],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

/** x with the values reduced into its places; a mean is divided by how many there were. */
function reduceInto(x: Tensor, places: ArrayLike<number>, source: ArrayLike<number>, reduce: string, own: boolean) {
  const out = contiguousAs(x, x.dtype);
  const target = out.storage.data as Float64Array;
  const step = STEPS[reduce];
  if (!own) {
    const start = neutral(reduce, x.dtype);
    const v = (x.dtype === 'int64' ? BigInt(start) : Number(start)) as number;
    for (let i = 0; i < places.length; i++) target[places[i]] = v;
  }
  const counts = reduce === 'mean' ? new Float64Array(x.count).fill(own ? 1 : 0) : null;
  const truth = x.dtype === 'bool';
  for (let i = 0; i < places.length; i++) {
    const v = step(target[places[i]], source[i]);
    target[places[i]] = truth ? Number(v !== 0) : v;
    if (counts) counts[places[i]]++;
  }
  if (counts) {
    const floor = !isFloat(x.dtype);
    for (let i = 0; i < counts.length; i++) {
      const n = Math.max(counts[i], 1);
      if (n === 1) continue;
      if (x.dtype === 'int64') target[i] = floorBig(target[i] as unknown as bigint, BigInt(n)) as unknown as number;
      else target[i] = floor ? Math.floor(target[i] / n) : target[i] / n;
    }
  }
  return out;
}

const floorBig = (a: bigint, n: bigint) => (a < 0n && a % n !== 0n ? a / n - 1n : a / n);

const KINDS = ['sum', 'prod', 'mean', 'amax', 'amin'];

op<[Tensor, number, Tensor, Tensor, string, boolean]>({
  schema:
    'scatter_reduce(Tensor input, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with src reduced (sum, prod, mean, amax, amin) into y[index[i, j], j] (dim 0)',
  gradient: 'sum: dy;  mean: dy / n;  prod: dy · y / x;  amax, amin: dy in equal shares to those that equal y',
  forward: (x, dim, index, src, reduce, own) => {
    const d = checkIndex('scatter', x, dim, index);
    if (!KINDS.includes(reduce))
      throw runtimeError(`reduce argument must be either sum, prod, mean, amax or amin, got ${reduce}`);
    checkScatter(x, d, index, src);
    if (index.count === 0) return contiguousAs(x, x.dtype);
    return reduceInto(x, placesByIndex(x.shape, d, index), covered(src, index) as Float64Array, reduce, own);
  },
  saves: ['input', 'index', 'src', 'result'],
  grads: {
    input: (c, f) => scatterGrads(c, f, places(c, f)).input,
    src: (c, f) => scatterGrads(c, f, places(c, f)).src,
  },
  samples: () =>
    KINDS.flatMap((k) => [
      on({ shape: [3] }, 0, at([4], 0, 0, 2, 0), { tensor: { shape: [4] } }, k),
      {
        ...on(matrix, 0, at([2, 4], 0, 1, 2, 0, 2, 1, 1, 0), { tensor: { shape: [2, 4] } }, k),
        kwargs: { include_self: false },
      },
    ]),
});

interface Places {
  /** Puts zeros where something was reduced into. */
  clear(t: Tensor): Tensor;
  /** What stands at the places. */
  take(t: Tensor): Tensor;
  /** Adds values up at the places of zeros. */
  gatherUp(values: Tensor): Tensor;
  source: Tensor;
}

function places(c: BackwardContext, f: Formulas): Places {
  const [dim, index] = [c.attr('dim'), c.saved('index')];
  const zeros = () => f.zeros(c.shape('input'), c.dtype('input'));
  return {
    clear: (t) => f.scatter_value(t, dim, index, 0),
    take: (t) => f.gather(t, dim, index),
    gatherUp: (v) => f.scatter_add(zeros(), dim, index, v),
    source: c.saved('src'),
  };
}

function slices(c: BackwardContext, f: Formulas): Places {
  const [dim, index] = [c.attr('dim'), c.saved('index')];
  const zeros = () => f.zeros(c.shape('input'), c.dtype('input'));
  return {
    clear: (t) => f.index_fill(t, dim, index, 0),
    take: (t) => f.index_select(t, dim, index),
    gatherUp: (v) => f.index_add(zeros(), dim, index, v),
    source: c.saved('source'),
  };
}

/** The gradients of both arguments of scatter_reduce and index_reduce (FunctionsManual.cpp has one rule a reduction). */
function scatterGrads(c: BackwardContext, f: Formulas, p: Places): { input: Tensor | null; src: Tensor | null } {
  const reduce = c.attr<string>('reduce');
  const own = c.attr<boolean>('include_self');
  const [grad, x, src] = [c.grad, c.saved('input'), p.source];
  const mask = (t: Tensor) => (own ? t : p.clear(t));
  if (reduce === 'sum') return { input: mask(grad), src: p.take(grad) };
  if (reduce === 'mean') {
    const start = own ? f.ones_like(grad) : f.zeros_like(grad);
    const n = f.clamp_min(f.add(start, p.gatherUp(f.ones_like(src))), 1);
    return { input: mask(f.div(grad, n)), src: p.take(f.div(grad, n)) };
  }
  if (reduce === 'prod') {
    // Products without one factor, by division where it is not zero, else by leaving it out.
    const ones = f.masked_fill(x, f.eq(x, 0), 1);
    const forSelf = f.div(f.mul(grad, productOf(c, f, ones, src)), ones);
    const zero = f.eq(src, 0);
    const single = f.logical_and(zero, f.eq(p.take(p.gatherUp(f.to_dtype(zero, grad.dtype))), 1));
    const without = productOf(c, f, x, f.masked_fill(src, single, 1));
    const divided = f.div(p.take(f.mul(grad, c.saved('result'))), f.masked_fill(src, zero, 1));
    return { input: mask(forSelf), src: f.where(single, p.take(f.mul(grad, without)), divided) };
  }
  const value = p.take(c.saved('result'));
  const ofSrc = f.to_dtype(f.eq(src, value), grad.dtype);
  const ofSelf = f.to_dtype(f.eq(x, c.saved('result')), grad.dtype);
  const n = f.add(mask(ofSelf), p.gatherUp(ofSrc));
  const share = f.div(grad, n);
  return { input: mask(f.mul(ofSelf, share)), src: f.mul(ofSrc, p.take(share)) };
}

/** The product again, of other factors: with gradients of its own. */
function productOf(c: BackwardContext, f: Formulas, x: Tensor, src: Tensor): Tensor {
  const name = c.has('src') ? 'scatter_reduce' : 'index_reduce';
  return f[name](x, c.attr('dim'), c.saved('index'), src, 'prod', c.attr('include_self'));
}

op<[Tensor, number, Tensor, Tensor, string, boolean]>({
  schema:
    'index_reduce(Tensor input, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with source[…, k, …] reduced (prod, mean, amax, amin) into y[…, index[k], …]',
  gradient: 'mean: dy / n;  prod: dy · y / x;  amax, amin: dy in equal shares to those that equal y',
  forward: (x, dim, index, source, reduce, own) => {
    if (!KINDS.includes(reduce) || reduce === 'sum')
      throw runtimeError(`index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${reduce}.`);
    const d = wrapDim(dim, x.rank);
    checkSlices('index_reduce', x, d, index, source);
    const size = x.shape[d] ?? 1;
    const along = wrapIndices(
      index,
      size,
      (i) => runtimeError(`index ${i} is out of bounds for dimension ${d} with size ${size}`),
      false,
    );
    return reduceInto(x, placesOfSlices(x.shape, d, along), source.values() as Float64Array, reduce, own);
  },
  saves: ['input', 'index', 'source', 'result'],
  grads: {
    input: (c, f) => scatterGrads(c, f, slices(c, f)).input,
    source: (c, f) => scatterGrads(c, f, slices(c, f)).src,
  },
  samples: () => KINDS.slice(1).map((k) => on(matrix, 0, at([3], 0, 2, 0), { tensor: { shape: [3, 4] } }, k)),
});

/** scatter(…, reduce='add'): older than scatter_reduce, without a gradient of src. */
op<[Tensor, number, Tensor, Tensor, string]>({
  schema: 'scatter_with_reduce(Tensor input, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor',
  faces: ['torch:scatter', 'Tensor:scatter'],
  inplace: true,
  formula: 'y = x with src added to, or multiplied into, y[index[i, j], j] (dim 0)',
  forward: (x, dim, index, src, reduce) => scatterReduced(x, dim, index, src, reduce),
  samples: () => [
    {
      ...on({ shape: [3], requiresGrad: false }, 0, at([3], 0, 0, 2), { tensor: { shape: [3], requiresGrad: false } }),
      kwargs: { reduce: 'add' },
    },
    {
      ...on({ shape: [3], requiresGrad: false }, 0, at([3], 0, 0, 2), { tensor: { shape: [3], requiresGrad: false } }),
      kwargs: { reduce: 'multiply' },
    },
  ],
});

op<[Tensor, number, Tensor, Scalar, string]>({
  schema: 'scatter_value_reduce(Tensor input, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor',
  faces: ['torch:scatter', 'Tensor:scatter'],
  inplace: true,
  formula: 'y = x with v added to, or multiplied into, y[index[i, j], j] (dim 0)',
  forward: (x, dim, index, value, reduce) =>
    scatterReduced(x, dim, index, filled(x.dtype, index.shape, value.value), reduce),
  samples: () => [{ ...on({ shape: [3], requiresGrad: false }, 0, at([3], 0, 0, 2), 1.5), kwargs: { reduce: 'add' } }],
});

function scatterReduced(x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: string): Tensor {
  const d = checkIndex('scatter', x, dim, index);
  if (reduce !== 'add' && reduce !== 'multiply') throw runtimeError('reduce argument must be either add or multiply.');
  checkScatter(x, d, index, src);
  if (index.count === 0) return contiguousAs(x, x.dtype);
  return reduceInto(x, placesByIndex(x.shape, d, index), covered(src, index) as Float64Array, reduce, true);
}

// ---- single elements ------------------------------------------------------------------------------------------------

op<[Tensor, Tensor, Tensor, boolean]>({
  schema: 'put(Tensor input, Tensor index, Tensor source, bool accumulate=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x in a row with y[index[k]] = source[k]',
  gradient: 'dx = dy, 0 where overwritten;  dsource[k] = dy[index[k]]',
  forward: (x, index, source, accumulate) => {
    if (index.dtype !== 'int64')
      throw runtimeError(`put_(): Expected a long tensor for index, but got ${dtypeLabel(index.dtype)}`);
    if (x.dtype !== source.dtype)
      throw runtimeError(
        `put_(): self and source expected to have the same dtype, but got self.dtype = ${dtypeLabel(x.dtype)} and source.dtype = ${dtypeLabel(source.dtype)}`,
      );
    if (source.count !== index.count)
      throw indexError(
        `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.count}, index.numel() = ${index.count}`,
      );
    if (x.count === 0 && index.count > 0) throw indexError('put_(): Tried to put elements into an empty tensor');
    const found = wrapIndices(index, x.count, (i) =>
      indexError(`out of range: tried to access index ${i} on a tensor of ${x.count} elements.`),
    );
    const out = contiguousAs(x, x.dtype);
    putPlaces(out, found, source.values(), accumulate);
    return out;
  },
  saves: ['index'],
  grads: {
    input: (c, f) =>
      c.attr('accumulate')
        ? c.grad
        : f.put(c.grad, c.saved('index'), f.zeros(c.shape('source'), c.dtype('source')), false),
    source: (c, f) => f.reshape(f.take(c.grad, c.saved('index')), c.shape('source')),
  },
  samples: () => [
    on(matrix, at([3], 0, 5, -1), { tensor: { shape: [3] } }),
    on(matrix, at([3], 0, 0, 2), { tensor: { shape: [3] } }, true),
    on(matrix, at([1], 99), { tensor: { shape: [1] } }),
    on(matrix, at([2], 0, 1), { tensor: { shape: [1] } }),
  ],
});

op<[Tensor, Tensor, Tensor]>({
  schema: 'masked_scatter(Tensor input, Tensor mask, Tensor source) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with the elements of source, one after another, where mask',
  gradient: 'dx = dy, 0 where mask;  dsource = the dy where mask, in a row',
  forward: (x, mask, source) => {
    if (x.dtype !== source.dtype)
      throw runtimeError(
        `masked_scatter: expected self and source to have same dtypes but got ${dtypeLabel(x.dtype)} and ${dtypeLabel(source.dtype)}`,
      );
    if (mask.dtype !== 'bool')
      throw runtimeError(
        `masked_scatter_ only supports boolean masks, but got mask with dtype ${dtypeLabel(mask.dtype)}`,
      );
    const shape = broadcast(x.shape, mask.shape);
    const out = contiguousAs(expandTo(x, shape), x.dtype);
    const chosen = expandTo(mask, shape).values();
    const values = source.values() as Float64Array;
    const target = out.storage.data as Float64Array;
    let next = 0;
    for (let i = 0; i < chosen.length; i++) {
      if (!chosen[i]) continue;
      if (next === values.length) throw runtimeError('Number of elements of source < number of ones in mask');
      target[i] = values[next++];
    }
    return out;
  },
  saves: ['mask'],
  grads: {
    input: (c, f) => f.masked_fill(c.grad, c.saved('mask'), 0),
    source: (c, f) => f.masked_scatter_backward(c.grad, c.saved('mask'), c.shape('source')),
  },
  samples: () => [
    on({ shape: [2, 2] }, { tensor: { shape: [2, 2], dtype: 'bool', data: [1, 0, 1, 1] } }, { tensor: { shape: [4] } }),
    on({ shape: [2, 2] }, { tensor: { shape: [2], dtype: 'bool', data: [0, 1] } }, { tensor: { shape: [2] } }),
    on({ shape: [2, 2] }, { tensor: { shape: [2], dtype: 'bool', data: [1, 1] } }, { tensor: { shape: [2] } }),
  ],
});

op<[Tensor, Tensor, number[]]>({
  schema: 'masked_scatter_backward(Tensor grad_output, Tensor mask, int[] sizes) -> Tensor',
  faces: [],
  composite: true,
  formula: 'y = the g where mask, in a row, then zeros',
  gradient: 'dg = dy, one after another, where mask',
  forward: (grad, mask, sizes) => {
    const count = numel(sizes);
    const chosen = fs.masked_select(grad, fs.expand(mask, grad.shape));
    const rest = count - chosen.count;
    return fs.view(rest > 0 ? fs.cat([chosen, fs.zeros([rest], grad.dtype)]) : fs.slice(chosen, 0, 0, count), sizes);
  },
  samples: () => [on({ shape: [2] }, { tensor: { shape: [2], dtype: 'bool', data: [0, 1] } }, [3])],
});

/** Indices below 0 as those that they stand for. */
const countedFromEnd = (indices: Tensor, size: number): Tensor =>
  numbers(indices).some((i) => i < 0) ? fs.where(fs.lt(indices, 0), fs.add(indices, size), indices) : indices;

op<[Tensor, Tensor, number | null]>({
  schema: 'take_along_dim(Tensor input, Tensor indices, int? dim=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y[i, j] = x[indices[i, j], j] (dim 0), broadcast',
  gradient: 'dx[indices[i, j], j] = Σ dy[i, j], else 0',
  forward: (x, indices, dim) => {
    if (indices.dtype !== 'int64')
      throw runtimeError(
        `torch.take_along_dim(): dtype of indices should be Long but got ${dtypeLabel(indices.dtype)}`,
      );
    if (dim === null)
      return fs.gather(
        fs.view(fs.contiguous(x), [-1]),
        0,
        countedFromEnd(fs.view(fs.contiguous(indices), [-1]), x.count),
      );
    if (x.rank !== indices.rank)
      throw runtimeError(
        `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${x.rank} dimensions for input, and ${indices.rank} dimensions for indices`,
      );
    const d = wrapDim(dim, x.rank);
    const wrapped = countedFromEnd(indices, x.shape[d] ?? 1);
    const whole = broadcast(x.shape.with(d, 1), indices.shape.with(d, 1));
    return fs.gather(fs.expand(x, whole.with(d, x.shape[d])), d, fs.expand(wrapped, whole.with(d, indices.shape[d])));
  },
  samples: () => [
    on(matrix, at([1, 4], 0, 2, 1, 0), 0),
    on(matrix, at([3, 1], 3, 0, 1), 1),
    on(matrix, at([2], 11, 0)),
  ],
});

op<[Tensor, number, number]>({
  schema: 'nonzero_static(Tensor input, *, int size, int fill_value=-1) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = the coordinates of so many elements that are not 0, a row each, then rows of fill_value',
  forward: (x, size, fill) => {
    if (size < 0) throw runtimeError("nonzero_static: 'size' must be an non-negative integer");
    const found = quietly(() => fs.nonzero(x));
    const out = filled('int64', [size, x.rank], BigInt(fill));
    const n = Math.min(size * x.rank, found.count);
    (out.storage.data as BigInt64Array).set((found.values() as BigInt64Array).subarray(0, n));
    return out;
  },
  samples: () => [
    { ...on({ shape: [4], data: [0, 1, 0, 2], requiresGrad: false }), kwargs: { size: 3 } },
    { ...on({ shape: [4], data: [0, 1, 0, 2], requiresGrad: false }), kwargs: { size: 1 } },
  ],
});
