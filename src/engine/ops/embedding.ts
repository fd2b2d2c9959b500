/** Tables of vectors, and sums of their rows. Sources: torch.nn.functional's documentation, ATen's Embedding.cpp and EmbeddingBag.cpp. */
import { DTYPES } from '../dtype';
import { indexError, notYet, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { contiguousAs, takePlaces } from '../kernels/copy';
import { numbers } from '../kernels/elementwise';
import { placesOfSlices, wrapIndices } from '../kernels/indexing';
import { op, type Sample, type SampleTensor } from '../op';
import { Tensor } from '../tensor';
import { notImplemented, underivable } from './refusals';

const matrix: SampleTensor = { shape: [3, 4] };
const ints = (shape: number[], ...data: number[]): SampleTensor => ({ shape, dtype: 'int64', data });
const at = (shape: number[], ...data: number[]) => ({ tensor: ints(shape, ...data) });
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

op<[Tensor, number]>({
  schema: 'one_hot(Tensor input, int num_classes=-1) -> Tensor',
  faces: ['torch.nn.functional'],
  formula: 'y[…, c] = 1 where c = x[…], else 0',
  forward: (x, classes) => {
    if (x.dtype !== 'int64') throw runtimeError('one_hot is only applicable to index tensor of type LongTensor.');
    const values = Array.from(x.values() as BigInt64Array, Number);
    if (values.length === 0 && classes <= 0)
      throw runtimeError('Can not infer total number of classes from empty tensor.');
    if (values.some((v) => v < 0)) throw runtimeError('Class values must be non-negative.');
    const most = values.reduce((a, b) => Math.max(a, b), -1);
    if (classes !== -1 && most >= classes) throw runtimeError('Class values must be smaller than num_classes.');
    const n = classes === -1 ? most + 1 : classes;
    const out = Tensor.zeros('int64', [...x.shape, n]);
    values.forEach((v, i) => {
      out.storage.data[i * n + v] = 1n as never;
    });
    return out;
  },
  samples: () => [
    on(ints([3], 0, 2, 1)),
    on(ints([2, 2], 0, 2, 1, 0), 4),
    on(ints([2], 0, 5), 3),
    on(ints([2], 0, -1)),
    on(ints([2], 0, 1), 0),
    on({ shape: [2], data: [0, 1] }),
    on(ints([0]), 3),
    on(ints([0])),
  ],
});

/** Raises PyTorch's error for indices that are no whole numbers of 32 or 64 bits. */
function checkIndices(op: string, nr: number, name: string, t: Tensor): void {
  if (t.dtype !== 'int64' && t.dtype !== 'int32')
    throw runtimeError(
      `Expected tensor for argument #${nr} '${name}' to have one of the following scalar types: Long, Int; but got ${t.typeName} instead (while checking arguments for ${op})`,
    );
}

/** How often each index occurs. */
function frequencies(index: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows);
  for (const k of index) out[k]++;
  return out;
}

const refuseSparse = (sparse: boolean, name: string, weight: Tensor) => {
  if (sparse && weight.requiresGrad) throw notYet(`torch.nn.functional.${name}(sparse=True): a sparse gradient`);
};

op<[Tensor, Tensor, number, boolean, boolean]>({
  schema:
    'embedding(Tensor weight, Tensor indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor',
  faces: ['torch'],
  formula: 'y[…] = W[indices[…]]',
  gradient: 'dW[k] = Σ dy where the index is k; 0 for padding_idx',
  forward: (weight, indices, _, __, sparse) => {
    if (weight.rank !== 2) throw runtimeError("'weight' must be 2-D");
    refuseSparse(sparse, 'embedding', weight);
    checkIndices('embedding', 1, 'indices', indices);
    const along = wrapIndices(indices, weight.shape[0], () => indexError('index out of range in self'), false);
    return takePlaces(weight, placesOfSlices(weight.shape, 0, along), [...indices.shape, weight.shape[1]]);
  },
  complex: ['weight'],
  saves: ['indices'],
  grads: {
    weight: (c, f) =>
      f.embedding_dense_backward(
        c.grad,
        c.saved('indices'),
        c.shape('weight')[0],
        c.attr('padding_idx'),
        c.attr('scale_grad_by_freq'),
      ),
  },
  samples: () => [
    on(matrix, at([3], 0, 2, 0)),
    on(matrix, at([2, 2], 0, 1, 1, 1)),
    // The gradient of the padding row, and of a frequency, is what it is by decree.
    { ...on(matrix, at([3], 0, 2, 0), 0), kink: true },
    { ...on(matrix, at([4], 0, 2, 0, 1), -1, true), kink: true },
    on(matrix, at([], 1)),
    on(matrix, at([1], 3)),
    on(matrix, { tensor: { shape: [1], data: [0] } }),
    on({ shape: [3] }, at([1], 0)),
  ],
});

op<[Tensor, Tensor, number, number, boolean]>({
  schema:
    'embedding_dense_backward(Tensor grad_output, Tensor indices, int num_weights, int padding_idx, bool scale_grad_by_freq) -> Tensor',
  faces: [],
  formula: 'dW[k] = Σ dy where the index is k; 0 for padding_idx',
  gradient: 'ddy[…] = ddW[indices[…]]; 0 where the index is padding_idx',
  forward: (grad, indices, rows, padding, byFrequency) => {
    const width = grad.shape[grad.rank - 1];
    const [g, index] = [grad.values() as Float64Array, numbers(indices)];
    const count = byFrequency ? frequencies(index, rows) : null;
    const sums = new Float64Array(rows * width);
    for (let i = 0; i < index.length; i++) {
      const k = index[i];
      if (k === padding) continue;
      const by = count ? 1 / count[k] : 1;
      for (let d = 0; d < width; d++) sums[k * width + d] += g[i * width + d] * by;
    }
    const out = Tensor.zeros(grad.dtype, [rows, width]);
    (out.storage.data as Float64Array).set(sums);
    return out;
  },
  complex: ['grad_output'],
  saves: ['indices'],
  grads: {
    grad_output: (c, f) => {
      const indices = c.saved('indices');
      const g = f.embedding(c.grad, indices);
      const padding = c.attr<number>('padding_idx');
      const kept = padding < 0 ? g : f.masked_fill(g, f.unsqueeze(f.eq(indices, padding), -1), 0);
      if (!c.attr<boolean>('scale_grad_by_freq')) return kept;
      const count = frequencies(numbers(indices), c.attr('num_weights'));
      const each = Float64Array.from(numbers(indices), (k) => 1 / count[k]);
      return f.mul(kept, f.to_dtype(Tensor.of('float64', [...indices.shape, 1], each), kept.dtype));
    },
  },
  samples: () => [
    { args: [{ tensor: { shape: [3, 2] } }, at([3], 0, 2, 0), 3, -1, false] },
    { args: [{ tensor: { shape: [3, 2] } }, at([3], 0, 2, 0), 3, 0, true] },
  ],
});

op<[Tensor, Tensor, number, number]>({
  schema: 'embedding_renorm_(Tensor input, Tensor indices, float max_norm, float norm_type) -> Tensor',
  faces: ['torch'],
  inplaceOnly: true,
  formula: 'W[k] = W[k] · max_norm / ‖W[k]‖ₚ where that norm is more than max_norm, for every index k',
  forward: (weight, indices, maxNorm, p) => {
    checkIndices('embedding_renorm_', 2, 'indices', indices);
    const width = weight.shape[1];
    const out = contiguousAs(weight, weight.dtype);
    const data = out.storage.data as Float64Array;
    for (const k of new Set(
      wrapIndices(indices, weight.shape[0], () => indexError('index out of range in self'), false),
    )) {
      let sum = 0;
      for (let d = 0; d < width; d++) {
        const size = Math.abs(data[k * width + d]);
        if (p === Number.POSITIVE_INFINITY) sum = Math.max(sum, size);
        else sum += p === 2 ? size * size : size ** p;
      }
      const norm = p === Number.POSITIVE_INFINITY ? sum : p === 2 ? Math.sqrt(sum) : sum ** (1 / p);
      if (norm <= maxNorm) continue;
      for (let d = 0; d < width; d++) data[k * width + d] *= maxNorm / (norm + 1e-7);
    }
    return out;
  },
  samples: () =>
    [2, 1].map((p) => ({ args: [{ tensor: { ...matrix, requiresGrad: false } }, at([3], 0, 2, 0), 0.5, p] })),
});

// ---- bags ----------------------------------------------------------------------------------------------------------------

const SUM = 0;
const MEAN = 1;
const MAX = 2;

type Bags = [
  weight: Tensor,
  indices: Tensor,
  offsets: Tensor,
  byFrequency: boolean,
  mode: number,
  sparse: boolean,
  perSample: Tensor | null,
  lastOffset: boolean,
  padding: number,
];

/** Raises PyTorch's errors; gives where each bag begins, and where the last one ends. */
function checkBags(...[weight, indices, offsets, , mode, , perSample, lastOffset]: Bags): Float64Array {
  checkIndices('embedding_bag', 1, 'indices', indices);
  checkIndices('embedding_bag', 1, 'offsets', offsets);
  if (DTYPES[weight.dtype].kind !== 'float')
    throw runtimeError(
      `Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, Float, Double; but got ${weight.typeName} instead (while checking arguments for embedding_bag)`,
    );
  const starts = numbers(offsets);
  if (lastOffset && starts.length < 1) throw runtimeError('include_last_offset: number of offset should be at least 1');
  if (starts.length > 0 && starts[0] !== 0)
    throw runtimeError(
      `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${starts[0]}\n[ ${offsets.typeName}{} ]`,
    );
  const last = starts[starts.length - 1];
  if (last > indices.count)
    throw runtimeError(
      `offsets[-1] can not be greater than input's length ${indices.count} but got offsets[-1] of ${last}`,
    );
  if (perSample && mode !== SUM) throw runtimeError("embedding_bag: per_sample_weights only supported with mode='sum'");
  if (perSample && perSample.dtype !== weight.dtype)
    throw runtimeError(
      `Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 'per_sample_weights'; but type ${weight.typeName} does not equal ${perSample.typeName} (while checking arguments for embedding_bag)`,
    );
  if (perSample && (perSample.rank !== 1 || perSample.count !== indices.count))
    throw runtimeError('expected per_sample_weights to be 1D of the same size as indices');
  return Float64Array.from([...(lastOffset ? starts.subarray(0, -1) : starts), indices.count]);
}

const whole = (shape: number[], data: ArrayLike<number>) =>
  Tensor.of(
    'int64',
    shape,
    BigInt64Array.from(data, (v) => BigInt(v)),
  );

op<Bags>({
  schema:
    '_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)',
  faces: [],
  formula: 'y[b] = the sum (or mean, or largest) of W[k] over the indices k of bag b',
  gradient: 'dW[k] = Σ dy[b] over the bags b that k is in',
  forward: (...args) => {
    const [weight, indices, , , mode, sparse, perSample, , padding] = args;
    refuseSparse(sparse, 'embedding_bag', weight);
    const starts = checkBags(...args);
    const [rows, width] = weight.shape;
    const bags = starts.length - 1;
    const index = wrapIndices(
      indices,
      rows,
      (k, i) =>
        runtimeError(
          // PyTorch has a kernel of its own for the commonest case.
          mode === SUM && weight.dtype === 'float32' && padding < 0
            ? `Index ${i} of input takes value ${k} which is not in the valid range [0, ${rows})`
            : 'Expected i < index_size to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)',
        ),
      false,
    );
    const [w, by] = [weight.values() as Float64Array, perSample && numbers(perSample)];
    const y = new Float64Array(bags * width);
    const bagOf = new Int32Array(index.length);
    const sizes = new Int32Array(bags);
    const places = new Int32Array(mode === MAX ? bags * width : 0).fill(-1);
    for (let b = 0; b < bags; b++) {
      for (let i = starts[b]; i < starts[b + 1]; i++) {
        bagOf[i] = b;
        const k = index[i];
        if (k === padding) continue;
        const first = sizes[b]++ === 0;
        for (let d = 0; d < width; d++) {
          const v = w[k * width + d];
          const o = b * width + d;
          if (mode !== MAX) y[o] += by ? v * by[i] : v;
          else if (first || v > y[o]) {
            y[o] = v;
            places[o] = k;
          }
        }
      }
      if (mode === MEAN && sizes[b] > 0) for (let d = 0; d < width; d++) y[b * width + d] /= sizes[b];
    }
    const out = Tensor.zeros(weight.dtype, [bags, width]);
    (out.storage.data as Float64Array).set(y);
    return [
      out,
      whole([index.length], bagOf),
      whole([bags], sizes),
      whole(mode === MAX ? [bags, width] : [bags], mode === MAX ? places : sizes),
    ];
  },
  saves: ['weight', 'indices', 'per_sample_weights', 'result1', 'result2', 'result3'],
  grads: {
    weight: (c, f) =>
      f._embedding_bag_backward(
        c.grad,
        c.saved('indices'),
        c.saved('result1'),
        c.saved('result2'),
        c.saved('result3'),
        c.shape('weight')[0],
        c.attr('scale_grad_by_freq'),
        c.attr('mode'),
        c.has('per_sample_weights') ? c.saved('per_sample_weights') : null,
        c.attr('padding_idx'),
      ),
    per_sample_weights: (c, f) =>
      f._embedding_bag_per_sample_weights_backward(
        c.grad,
        c.saved('weight'),
        c.saved('indices'),
        c.saved('result1'),
        c.attr('padding_idx'),
      ),
  },
  gradName: 'EmbeddingBagBackward0',
  samples: () => [SUM, MEAN, MAX].map((mode) => on(matrix, at([5], 0, 2, 2, 1, 0), at([3], 0, 2, 3), false, mode)),
});

op<[Tensor, Tensor, Tensor, Tensor, Tensor, number, boolean, number, Tensor | null, number]>({
  schema:
    '_embedding_bag_backward(Tensor grad, Tensor indices, Tensor offset2bag, Tensor bag_size, Tensor maximum_indices, int num_weights, bool scale_grad_by_freq, int mode, Tensor? per_sample_weights, int padding_idx) -> Tensor',
  faces: [],
  formula: 'dW[k] = Σ dy[b] over the bags b that k is in (for the mean, divided by their sizes)',
  gradient: 'none in PyTorch',
  forward: (grad, indices, offset2bag, bagSize, maximum, rows, byFrequency, mode, perSample, padding) => {
    const width = grad.shape[1];
    const g = grad.values() as Float64Array;
    const dw = new Float64Array(rows * width);
    if (mode === MAX) {
      const places = numbers(maximum);
      for (let o = 0; o < places.length; o++) if (places[o] >= 0) dw[places[o] * width + (o % width)] += g[o];
    } else {
      const [index, bag, size] = [numbers(indices), numbers(offset2bag), numbers(bagSize)];
      const by = perSample && numbers(perSample);
      const count = byFrequency ? frequencies(index, rows) : null;
      for (let i = 0; i < index.length; i++) {
        const k = index[i];
        if (k === padding) continue;
        let scale = by ? by[i] : 1;
        if (mode === MEAN) scale /= size[bag[i]];
        if (count) scale /= count[k];
        for (let d = 0; d < width; d++) dw[k * width + d] += g[bag[i] * width + d] * scale;
      }
    }
    const out = Tensor.zeros(grad.dtype, [rows, width]);
    (out.storage.data as Float64Array).set(dw);
    return out;
  },
  ...notImplemented('_embedding_bag_backward', 'grad', 'per_sample_weights'),
  gradName: 'EmbeddingBagBackwardBackward0',
  samples: () => [
    {
      args: [
        { tensor: { shape: [2, 3] } },
        at([3], 0, 1, 0),
        at([3], 0, 0, 1),
        at([2], 2, 1),
        at([2], 2, 1),
        2,
        false,
        0,
        null,
        -1,
      ],
    },
  ],
});

op<[Tensor, Tensor, Tensor, Tensor, number]>({
  schema:
    '_embedding_bag_per_sample_weights_backward(Tensor grad, Tensor weight, Tensor indices, Tensor offset2bag, int padding_idx) -> Tensor',
  faces: [],
  formula: 'ds[i] = dy[b] · W[k], for the i-th index k, which is in bag b',
  gradient: 'none in PyTorch',
  forward: (grad, weight, indices, offset2bag, padding) => {
    const width = weight.shape[1];
    const [g, w, index, bag] = [grad, weight, indices, offset2bag].map((t) => numbers(t));
    const out = Tensor.zeros(grad.dtype, [index.length]);
    for (let i = 0; i < index.length; i++) {
      if (index[i] === padding) continue;
      let s = 0;
      for (let d = 0; d < width; d++) s += g[bag[i] * width + d] * w[index[i] * width + d];
      (out.storage.data as Float64Array)[i] = s;
    }
    return out;
  },
  ...underivable('_embedding_bag_per_sample_weights_backward', 'grad', 'weight'),
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, { tensor: matrix }, at([3], 0, 1, 0), at([3], 0, 0, 1), -1] },
  ],
});

op<Bags>({
  schema:
    'embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int? padding_idx=None) -> (Tensor, Tensor, Tensor, Tensor)',
  faces: ['torch'],
  composite: true,
  formula: 'y[b] = the sum (mode 0), mean (1) or largest (2) of W[k] over the indices k of bag b',
  gradient: 'dW[k] = Σ dy[b] over the bags b that k is in',
  forward: (...args) => {
    const rows = args[0].shape[0];
    const padding = args[8] as number | null;
    if (padding !== null && (padding < -rows || padding >= rows))
      throw runtimeError(
        `padding_idx must be within the number of embeddings, ${-rows} through ${rows - 1}, but got ${padding}`,
      );
    const skipped = padding === null ? -1 : padding < 0 ? padding + rows : padding;
    return f._embedding_bag(...args.slice(0, 8), skipped) as unknown as Tensor[];
  },
  samples: () => [
    { ...on(matrix, at([5], 0, 2, 2, 1, 0), at([3], 0, 2, 3), false, MAX), kink: true },
    { ...on(matrix, at([5], 0, 2, 2, 1, 0), at([2], 0, 2), false, MEAN), kink: true },
    on(matrix, at([2], 0, 2), at([2], 1, 2)),
    on(matrix, at([2], 0, 2), at([2], 0, 3)),
    on(matrix, at([2], 0, 3), at([1], 0)),
    on(matrix, { tensor: { shape: [1], data: [0] } }, at([1], 0)),
  ],
});
