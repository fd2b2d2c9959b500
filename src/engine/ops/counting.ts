/** How many of what: bins, histograms, places in an order. Source: PyTorch's documentation. */

import { quietly } from '../context';
import { DTYPES, isFloat, isInteger } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import { formulas as fs } from '../formulas';
import { dtypeLabel, numbers } from '../kernels/elementwise';
import { toBigs } from '../kernels/wholes';
import { op, type Sample, type SampleTensor } from '../op';
import { numel, show } from '../shape';
import { Tensor } from '../tensor';
import { floatsOnly } from './refusals';

const ints = (...data: number[]): SampleTensor => ({ shape: [data.length], dtype: 'int64', data });
const floats = (...data: number[]): SampleTensor => ({ shape: [data.length], data, requiresGrad: false });
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

op<[Tensor, Tensor | null, number]>({
  schema: 'bincount(Tensor input, Tensor? weights=None, int minlength=0) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[k] = how often k occurs in x, or the sum of its weights',
  forward: (x, weights, minlength) => {
    if (!isInteger(x.dtype))
      throw new TorchError('NotImplementedError', `"bincount_cpu" not implemented for '${DTYPES[x.dtype].label}'`);
    if (minlength < 0) throw runtimeError('minlength should be >= 0');
    if (x.rank === 1 && x.count === 0) return Tensor.zeros('int64', [minlength]);
    const v = numbers(x);
    if (x.rank !== 1 || v.some((k) => k < 0))
      throw runtimeError('bincount only supports 1-d non-negative integral inputs.');
    if (weights && (weights.rank !== 1 || weights.count !== x.count))
      throw runtimeError('weights should be 1-d and have the same length as input');
    const size = Math.max(minlength, v.reduce((a, b) => Math.max(a, b), -1) + 1);
    if (!weights) {
      const out = Tensor.zeros('int64', [size]);
      const counts = new Int32Array(size);
      for (let i = 0; i < v.length; i++) counts[v[i]]++;
      toBigs(counts, out.storage.data as BigInt64Array);
      return out;
    }
    const out = Tensor.zeros(weights.dtype === 'float32' ? 'float32' : 'float64', [size]);
    const w = numbers(weights);
    const target = out.storage.data as Float64Array;
    for (let i = 0; i < v.length; i++) target[v[i]] += w[i];
    return out;
  },
  samples: () => [
    on(ints(0, 2, 2, 1)),
    on(ints(0, 2, 2), { tensor: floats(0.5, 1, 2) }),
    on(ints(1), null, 4),
    on(ints()),
    on(ints(-1)),
    on(floats(1)),
  ],
});

/** Places in a row in order: how many stand before each value (or before and at it). */
function search(sorted: Tensor, input: Tensor, right: boolean, int32: boolean, sorter: Tensor | null = null): Tensor {
  const out = Tensor.zeros(int32 ? 'int32' : 'int64', [...input.shape]);
  const row = sorted.rank ? sorted.shape[sorted.rank - 1] : 1;
  const [edges, values] = [numbers(sorted), numbers(input)];
  const order = sorter ? numbers(sorter) : null;
  const perRow = sorted.rank === 1 ? values.length : (input.shape[input.rank - 1] ?? 1);
  for (let i = 0; i < values.length; i++) {
    const base = sorted.rank === 1 ? 0 : Math.floor(i / perRow) * row;
    let [low, high] = [0, row];
    while (low < high) {
      const mid = (low + high) >> 1;
      const edge = edges[base + (order ? order[base + mid] : mid)];
      const before = right ? !(edge > values[i]) : !(edge >= values[i]);
      if (before) low = mid + 1;
      else high = mid;
    }
    out.storage.data[i] = (int32 ? low : BigInt(low)) as never;
  }
  return out;
}

function checkSearch(
  sorted: Tensor,
  input: Tensor,
  right: boolean,
  side: string | null,
  sorter: Tensor | null,
  number: boolean,
) {
  if (side !== null && side !== 'left' && side !== 'right')
    throw runtimeError(`torch.searchsorted(): side can only be 'left' or 'right' but got ${side}`);
  if (side === 'left' && right)
    throw runtimeError(
      "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True",
    );
  if (sorter) {
    if (sorter.shape.length !== sorted.shape.length || sorter.shape.some((n, i) => n !== sorted.shape[i]))
      throw runtimeError(
        `torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor ${show(sorted.shape)} and got sorter tensor ${show(sorter.shape)}`,
      );
    if (sorter.dtype !== 'int64')
      throw runtimeError(
        `torch.searchsorted(): sorter must be a tensor of long dtype but got dtype ${dtypeLabel(sorter.dtype)}`,
      );
    const n = sorted.shape[sorted.rank - 1];
    if (numbers(sorter).some((i) => i < 0 || i >= n))
      throw runtimeError('torch.searchsorted(): sorter index out of range');
  }
  if (!number && input.rank === 0 && input.count !== 1)
    throw runtimeError('torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1');
  if (sorted.rank === 0)
    throw runtimeError('torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension');
  if (sorted.rank !== 1 && number)
    throw runtimeError(
      `torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${sorted.rank}) and input value's dim(${input.rank}) numel(${input.count})`,
    );
  const lead = (t: Tensor) => t.shape.slice(0, -1);
  if (sorted.rank !== 1 && (input.rank !== sorted.rank || lead(input).some((n, i) => n !== sorted.shape[i])))
    throw runtimeError(
      `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${show(sorted.shape)} and input value tensor ${show(input.shape)}`,
    );
  if (sorted.dtype !== input.dtype && !number && !(input.wrapped || (input.rank === 0 && input.count === 1)))
    throw runtimeError(
      `torch.searchsorted(): boundary tensor and input value tensor should have same dtype, but got boundary tensor dtype ${dtypeLabel(sorted.dtype)} and input value tensor dtype ${dtypeLabel(input.dtype)}`,
    );
}

for (const [name, input, number] of [
  ['searchsorted', 'Tensor input', false],
  ['searchsorted_number', 'Number self', true],
] as const)
  op<[Tensor, Tensor, boolean, boolean, string | null, Tensor | null]>({
    schema: `${name}(Tensor sorted_sequence, ${input}, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor`,
    faces: ['torch:searchsorted'],
    formula: 'y = how many of the sorted ones stand before x',
    forward: (sorted, x, int32, right, side, sorter) => {
      checkSearch(sorted, x, right, side, sorter, x.wrapped);
      return search(sorted, x, right || side === 'right', int32, sorter);
    },
    samples: () =>
      number
        ? [{ ...on(floats(1, 3, 5), 3.5), kwargs: { side: 'right' } }]
        : [
            on(ints(1, 3, 5), { tensor: ints(0, 3, 6) }),
            { ...on(ints(1, 3, 5), { tensor: ints(0, 3, 6) }), kwargs: { right: true } },
            on(
              { shape: [2, 2], data: [1, 3, 2, 4], requiresGrad: false },
              { tensor: { shape: [2, 1], data: [2, 5], requiresGrad: false } },
            ),
            on({ shape: [2, 2], data: [1, 3, 2, 4], requiresGrad: false }, { tensor: floats(2) }),
          ],
  });

for (const [name, input, number] of [
  ['bucketize', 'Tensor input', false],
  ['bucketize_number', 'Number self', true],
] as const)
  op<[Tensor, Tensor, boolean, boolean]>({
    schema: `${name}(${input}, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor`,
    faces: ['torch:bucketize'],
    formula: 'y = the bucket that x falls into: how many boundaries stand before it',
    forward: (x, boundaries, int32, right) => {
      if (boundaries.rank !== 1)
        throw runtimeError(`boundaries tensor must be 1 dimension, but got dim(${boundaries.rank})`);
      checkSearch(boundaries, x, right, null, null, x.wrapped);
      return search(boundaries, x, right, int32);
    },
    samples: () =>
      number
        ? [{ args: [1.5, { tensor: floats(1, 2) }] }]
        : [
            on(floats(0, 1, 2.5), { tensor: floats(1, 2) }),
            { ...on(floats(0, 1, 2.5), { tensor: floats(1, 2) }), kwargs: { right: true, out_int32: true } },
          ],
  });

/** Ends of a range, made from the elements where they are not given. */
function rangeOf(name: string, x: Float64Array, low: number, high: number): [number, number] {
  let [a, b] = [low, high];
  if (a === b && x.length) {
    a = x.reduce((p, q) => (p < q || Number.isNaN(p) ? p : q));
    b = x.reduce((p, q) => (p > q || Number.isNaN(p) ? p : q));
  }
  if (!Number.isFinite(a) || !Number.isFinite(b))
    throw runtimeError(
      `${name}: range of [${a === Number.POSITIVE_INFINITY ? 'inf' : a === Number.NEGATIVE_INFINITY ? '-inf' : a}, ${b === Number.POSITIVE_INFINITY ? 'inf' : b === Number.NEGATIVE_INFINITY ? '-inf' : b}] is not finite`.replace(
        /NaN/g,
        'nan',
      ),
    );
  if (a > b)
    throw runtimeError(
      name === 'torch.histc' ? 'torch.histc: max must be larger than min' : `${name}: max must be larger than min`,
    );
  return a === b ? [a - 1, b + 1] : [a, b];
}

op<[Tensor, number, { value: number | bigint }, { value: number | bigint }]>({
  schema: 'histc(Tensor input, int bins=100, Scalar min=0, Scalar max=0) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[k] = how many x fall into the k-th of so many equal bins from min to max',
  forward: (x, bins, min, max) => {
    floatsOnly('histogram_cpu', x.dtype);
    if (bins <= 0) throw runtimeError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension 0`);
    const v = numbers(x);
    const [low, high] = rangeOf('torch.histc', v, Number(min.value), Number(max.value));
    const out = Tensor.zeros(x.dtype, [bins]);
    const target = out.storage.data as Float64Array;
    for (const e of v) {
      if (!(e >= low && e <= high)) continue;
      target[Math.min(Math.floor(((e - low) * bins) / (high - low)), bins - 1)]++;
    }
    return out;
  },
  samples: () => [
    on(floats(1, 2, 1, 4), 4, 0, 3),
    on(floats(1, 2, 1, 4), 3),
    on(floats(1, 2), 0),
    on(floats(1, 2), 2, 3, 1),
  ],
});

/** Counts of points, a row of coordinates each, in the boxes between edges. The last box has its upper edge too. */
function countBoxes(
  points: Float64Array,
  edges: Float64Array[],
  weight: Float64Array | null,
  uniform: boolean,
): Float64Array {
  const sizes = edges.map((e) => e.length - 1);
  const out = new Float64Array(numel(sizes));
  const dims = edges.length;
  for (let p = 0; p * dims < points.length; p++) {
    let at = 0;
    for (let d = 0; d < dims && at >= 0; d++) {
      const [e, v] = [edges[d], points[p * dims + d]];
      const last = e.length - 1;
      if (!(v >= e[0] && v <= e[last])) {
        at = -1;
        break;
      }
      let k: number;
      if (uniform) {
        k = Math.floor(((v - e[0]) * last) / (e[last] - e[0]));
        // The division is not exact: look at the neighbours too.
        k = Math.min(Math.max(k, 0), last - 1);
        if (k > 0 && v < e[k]) k--;
        else if (k < last - 1 && v >= e[k + 1]) k++;
      } else {
        let [a, b] = [0, e.length];
        while (a < b) {
          const mid = (a + b) >> 1;
          if (e[mid] <= v) a = mid + 1;
          else b = mid;
        }
        k = a - 1;
      }
      at = at * sizes[d] + Math.min(k, last - 1);
    }
    if (at >= 0) out[at] += weight ? weight[p] : 1;
  }
  return out;
}

/** Equal bins over a range, or over what the points take up. */
function evenEdges(
  name: string,
  x: Tensor,
  points: Float64Array,
  dims: number,
  bins: readonly number[],
  range: readonly number[] | null,
): Tensor[] {
  if (range && range.length !== 2 * dims)
    throw runtimeError(
      `${name}(): for a ${dims}-dimensional histogram range should have ${2 * dims} elements, but got ${range.length}`,
    );
  return bins.map((n, d) => {
    if (n <= 0) throw runtimeError(`${name}(): bins must be > 0, but got ${n} for dimension ${d}`);
    let [low, high] = range ? [range[2 * d], range[2 * d + 1]] : [0, 1];
    if (!range && points.length) {
      [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = d; i < points.length; i += dims) {
        low = Math.min(low, points[i]);
        high = Math.max(high, points[i]);
      }
    }
    if (!Number.isFinite(low) || !Number.isFinite(high))
      throw runtimeError(`${name}(): dimension ${d}'s range [${low}, ${high}] is not finite`);
    if (low > high)
      throw runtimeError(`${name}(): min should not exceed max, but got min ${low} max ${high} for dimension ${d}`);
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    return quietly(() => fs.linspace(low, high, n + 1, x.dtype));
  });
}

function histogram(
  name: string,
  x: Tensor,
  edges: Tensor[],
  uniform: boolean,
  weight: Tensor | null,
  density: boolean,
): Tensor {
  const dims = edges.length;
  if (weight) {
    if (weight.dtype !== x.dtype)
      throw runtimeError(
        `${name}(): if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(${dtypeLabel(x.dtype)}), and weight(${dtypeLabel(weight.dtype)})`,
      );
    const lead = dims === 1 && name === 'torch.histogram' ? x.shape : x.shape.slice(0, -1);
    if (weight.shape.length !== lead.length || weight.shape.some((n, i) => n !== lead[i]))
      throw runtimeError(
        `${name}(): if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape ${show(x.shape)} and weight with shape ${show(weight.shape)}`,
      );
  }
  const lists = edges.map((e) => numbers(e));
  const counts = countBoxes(numbers(x), lists, weight ? numbers(weight) : null, uniform);
  const sizes = lists.map((e) => e.length - 1);
  if (density) {
    const total = counts.reduce((a, b) => a + b, 0);
    for (let i = 0; i < counts.length; i++) {
      let [size, at] = [1, i];
      for (let d = dims - 1; d >= 0; d--) {
        const k = at % sizes[d];
        at = Math.floor(at / sizes[d]);
        size *= lists[d][k + 1] - lists[d][k];
      }
      counts[i] /= total * size;
    }
  }
  const out = Tensor.zeros(x.dtype, sizes);
  (out.storage.data as Float64Array).set(counts);
  return out;
}

const refuseKinds = (x: Tensor) => {
  if (!isFloat(x.dtype))
    throw new TorchError('NotImplementedError', `"histogramdd" not implemented for '${DTYPES[x.dtype].label}'`);
};

op<[Tensor, number, number[] | null, Tensor | null, boolean]>({
  schema:
    'histogram_bins(Tensor input, int bins=100, *, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)',
  faces: ['torch:histogram', 'Tensor:histogram'],
  formula: 'y[k] = how many x fall into the k-th of so many equal bins, and the edges of the bins',
  forward: (x, bins, range, weight, density) => {
    const points = numbers(x);
    const edges = evenEdges('torch.histogram', x, points, 1, [bins], range);
    refuseKinds(x);
    return [histogram('torch.histogram', x, edges, true, weight, density), edges[0]];
  },
  samples: () => [
    on(floats(1, 2, 1, 4), 4),
    { ...on(floats(1, 2, 1, 4), 3), kwargs: { range: [0, 3], density: true } },
    { ...on(floats(1, 2, 1), 2), kwargs: { weight: { tensor: floats(0.5, 1, 2) } } },
  ],
});

op<[Tensor, Tensor, Tensor | null, boolean]>({
  schema:
    'histogram_edges(Tensor input, Tensor bins, *, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)',
  faces: ['torch:histogram', 'Tensor:histogram'],
  formula: 'y[k] = how many x fall between the k-th edge and the next, and the edges',
  forward: (x, bins, weight, density) => {
    if (bins.rank !== 1)
      throw runtimeError(
        `torch.histogram(): bins tensor should have one dimension, but got ${bins.rank} dimensions in the bins tensor for dimension 0`,
      );
    if (bins.dtype !== x.dtype)
      throw runtimeError(
        `torch.histogram(): input tensor and bins tensors should have the same dtype, but got input with dtype ${dtypeLabel(x.dtype)} and bins for dimension 0 with dtype ${dtypeLabel(bins.dtype)}`,
      );
    refuseKinds(x);
    return [histogram('torch.histogram', x, [bins], false, weight, density), bins];
  },
  samples: () => [on(floats(1, 2, 1, 4), { tensor: floats(0, 1.5, 3, 4) })],
});

function pointsOf(x: Tensor): number {
  if (x.rank < 2)
    throw runtimeError(`torch.histogramdd(): input tensor should have at least 2 dimensions, but got ${x.rank}`);
  return x.shape[x.rank - 1];
}

op<[Tensor, number[], number[] | null, Tensor | null, boolean]>({
  schema:
    '_histogramdd_even(Tensor input, int[] bins, *, float[]? range=None, Tensor? weight=None, bool density=False) -> Tensor[]',
  faces: [],
  formula: 'y = how many points fall into each box of an even grid, and the edges along each dimension',
  forward: (x, bins, range, weight, density) => {
    const dims = pointsOf(x);
    const all = bins.length === 1 ? new Array<number>(dims).fill(bins[0]) : bins;
    if (all.length !== dims)
      throw runtimeError('histogramdd: The size of bins must be equal to the innermost dimension of the input.');
    const edges = evenEdges('torch.histogramdd', x, numbers(x), dims, all, range);
    return [histogram('torch.histogramdd', x, edges, true, weight, density), ...edges];
  },
  samples: () => [on({ shape: [3, 2], data: [0, 1, 1, 0, 2, 2], requiresGrad: false }, [2, 3])],
});

op<[Tensor, Tensor[], Tensor | null, boolean]>({
  schema: '_histogramdd_edges(Tensor input, Tensor[] bins, *, Tensor? weight=None, bool density=False) -> Tensor[]',
  faces: [],
  formula: 'y = how many points fall into each box between the edges, and the edges',
  forward: (x, bins, weight, density) => {
    const dims = pointsOf(x);
    if (bins.length !== dims)
      throw runtimeError('histogramdd: The size of bins must be equal to the innermost dimension of the input.');
    return [histogram('torch.histogramdd', x, bins, false, weight, density), ...bins];
  },
  samples: () => [
    on({ shape: [3, 2], data: [0, 1, 1, 0, 2, 2], requiresGrad: false }, { tensors: [floats(0, 1, 2), floats(0, 2)] }),
  ],
});
