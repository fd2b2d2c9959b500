/** What is found by putting elements in order. Source: PyTorch's documentation, derivatives.yaml, ATen's Sorting.cpp. */
import { quietly } from '../context';
import { isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as fs } from '../formulas';
import { numbers } from '../kernels/elementwise';
import { alongDim, reduceRows } from '../kernels/reduce';
import { compare, ordered } from '../kernels/sort';
import { op, type Sample } from '../op';
import { contiguousStrides, numel, reduceDims, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { checkDim, dropped, spreadEvenly, toPlace, valuesAndPlaces } from './extremes';
import { dimSamples } from './reduce';
import { refuse, refuseGrad } from './refusals';
import { exactly, ofTypes } from './samples';

const withDim = (): Sample[] => dimSamples().filter((s) => s.args.length > 1);

/**
 * Where the k-th smallest of a row is, by Hoare's quickselect with the median of three as the pivot: of equal elements PyTorch gives the
 * one that this very course of exchanges leaves at k.
 */
function selected(x: Float64Array, from: number, n: number, k: number): number {
  const at = Int32Array.from({ length: n }, (_, i) => i);
  const value = (i: number) => x[from + at[i]];
  const after = (a: number, b: number) => (Number.isNaN(a) && !Number.isNaN(b)) || a > b;
  const exchange = (i: number, j: number) => {
    [at[i], at[j]] = [at[j], at[i]];
  };
  let [left, right] = [0, n - 1];
  while (right > left + 1) {
    exchange(left + Math.floor((right - left) / 2), left + 1);
    if (after(value(left + 1), value(right))) exchange(left + 1, right);
    if (after(value(left), value(right))) exchange(left, right);
    if (after(value(left + 1), value(left))) exchange(left + 1, left);
    const pivot = value(left);
    let [i, j] = [left + 1, right];
    for (;;) {
      do i++;
      while (after(pivot, value(i)));
      do j--;
      while (after(value(j), pivot));
      if (j < i) break;
      exchange(i, j);
    }
    exchange(left, j);
    if (j <= k) left = i;
    if (j >= k) right = j - 1;
  }
  if (right === left + 1 && after(value(left), value(right))) exchange(left, right);
  return at[k];
}

op<[Tensor, number, number, boolean]>({
  schema: 'kthvalue(Tensor input, int k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)',
  faces: ['torch', 'Tensor'],
  formula: 'y = the k-th smallest x over dim, and where it is',
  gradient: 'dx = dy at the index, else 0',
  forward: (x, k, dim, keepdim) => {
    const n = x.rank ? x.shape[wrapDim(dim, x.rank)] : 1;
    wrapDim(dim, x.rank);
    if (x.rank) checkDim('kthvalue()', x, [wrapDim(dim, x.rank)]);
    if (k < 1 || k > n)
      throw runtimeError(`kthvalue(): selected number k out of range for dimension ${wrapDim(dim, x.rank)}`);
    refuse('kthvalue_cpu', ['bool'], x.dtype);
    const outs = alongDim(
      x,
      dim,
      [x.dtype, 'int64'],
      (v, from, length, [values, indices], at) => {
        const place = selected(v, from, length, k - 1);
        values[at] = v[from + place];
        indices[at] = BigInt(place) as unknown as number;
      },
      1,
    );
    return outs.map((o) => dropped(o, dim, keepdim));
  },
  saves: ['result1'],
  grads: { input: toPlace },
  samples: () => [
    { args: [{ tensor: { shape: [2, 4] } }, 2] },
    { args: [{ tensor: { shape: [4, 2] } }, 3, 0, true] },
    { args: [{ tensor: { shape: [] } }, 1] },
    { args: [{ tensor: { shape: [3] } }, 4] },
  ],
});

op<[Tensor, number, boolean]>({
  schema: 'mode(Tensor input, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)',
  faces: ['torch', 'Tensor'],
  formula: 'y = the most frequent x over dim (the smallest of equally frequent ones), and its last place',
  gradient: 'dx = dy at the index, else 0',
  forward: (x, dim, keepdim) => {
    const dtypes = valuesAndPlaces(x, dim);
    if (x.rank) checkDim('mode()', x, [wrapDim(dim, x.rank)]);
    const outs = alongDim(
      x,
      dim,
      dtypes,
      (v, from, n, [values, indices], at) => {
        const order = ordered(v, from, n, false);
        let [best, most, run] = [0, 0, 0];
        for (let i = 0; i < n; i++) {
          run =
            i > 0 && compare(v[from + order[i]], v[from + order[i - 1]]) === 0 && !Number.isNaN(v[from + order[i]])
              ? run + 1
              : 1;
          if (run > most) [best, most] = [order[i], run];
        }
        values[at] = v[from + best];
        indices[at] = BigInt(best) as unknown as number;
      },
      1,
    );
    return outs.map((o) => dropped(o, dim, keepdim));
  },
  saves: ['result1'],
  grads: { input: toPlace },
  samples: () => [
    { args: [{ tensor: { shape: [6], dtype: 'int64', data: [2, 0, 2, 1, 0, 2] } }] },
    { args: [{ tensor: { shape: [2, 3], data: [1, 2, 2, 3, 3, 1] } }, 1], kink: true },
    { args: [{ tensor: { shape: [2, 3], data: [1, 2, 2, 1, 3, 1] } }, 0, true], kink: true },
  ],
});

/** Where the lower of the two middle ones is, NaN left out; the first NaN where there is nothing else. */
function nanMedianPlace(x: Float64Array, from: number, n: number): number {
  const order = ordered(x, from, n, false).filter((i) => !Number.isNaN(x[from + i]));
  return from + (order.length ? order[(order.length - 1) >> 1] : 0);
}

op<[Tensor]>({
  schema: 'nanmedian(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = the middle x in order of size, NaN left out; the lower one of two',
  gradient: 'dx = dy to the middle one, in equal shares where there are several',
  forward: (x) => {
    refuse('median_cpu', ['bool'], x.dtype);
    return reduceRows(x, reduceDims(null, x.rank), false, x.dtype, (v, i, end) =>
      end > i ? v[nanMedianPlace(v, i, end - i)] : isFloat(x.dtype) ? Number.NaN : -(2n ** 63n),
    );
  },
  saves: ['input', 'result'],
  grads: { input: spreadEvenly },
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }] },
    ...ofTypes(['int64']),
    ...exactly([1, Number.NaN, 3]),
    ...exactly([Number.NaN, Number.NaN]),
  ],
});

op<[Tensor, number, boolean]>({
  schema: 'nanmedian_dim(Tensor input, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)',
  faces: ['torch:nanmedian', 'Tensor:nanmedian'],
  formula: 'y = the middle x over dim in order of size, NaN left out, and where it is',
  gradient: 'dx = dy at the index, else 0',
  forward: (x, dim, keepdim) => {
    refuse('median_cpu', ['bool'], x.dtype);
    const dtypes = valuesAndPlaces(x, dim);
    checkDim('median()', x, x.rank ? [wrapDim(dim, x.rank)] : []);
    const outs = alongDim(
      x,
      dim,
      dtypes,
      (v, from, n, [values, indices], at) => {
        const place = nanMedianPlace(v, from, n);
        values[at] = v[place];
        indices[at] = BigInt(place - from) as unknown as number;
      },
      1,
    );
    return outs.map((o) => dropped(o, dim, keepdim));
  },
  saves: ['result1'],
  grads: { input: toPlace },
  gradName: 'NanmedianBackward1',
  samples: () => [
    ...withDim(),
    { args: [{ tensor: { shape: [2, 2], data: [1, Number.NaN, 3, 2], requiresGrad: false } }, 1] },
  ],
});

const MODES = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];

function quantileOf(name: string, x: Tensor, q: Tensor, dim: number | null, keepdim: boolean, mode: string): Tensor {
  const ignoreNan = name === 'nanquantile';
  if (!MODES.includes(mode))
    throw runtimeError(
      `quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${mode}`,
    );
  if (x.count === 0) throw runtimeError('quantile() input tensor must be non-empty');
  if (q.rank > 1) throw runtimeError('quantile() q must be a scalar or 1D tensor');
  if (!isFloat(x.dtype)) throw runtimeError('quantile() input tensor must be either float or double dtype');
  if (x.dtype !== q.dtype) throw runtimeError('quantile() q tensor must be same dtype as the input tensor');
  if (numbers(q).some((v) => !(v >= 0 && v <= 1)))
    throw runtimeError('quantile() q values must be in the range [0, 1]');
  const d = dim === null ? 0 : wrapDim(dim, x.rank);
  const reduced = dim === null ? x.shape.map(() => 1) : x.shape.map((n, i) => (i === d ? 1 : n));
  let outShape = dim === null ? (keepdim ? reduced : []) : keepdim ? reduced : x.shape.toSpliced(d, 1);
  if (q.rank > 0) outShape = [q.count, ...outShape];
  const first = (t: unknown) => (t as Tensor[])[0];
  let sorted: Tensor;
  if (dim === null) sorted = first(fs.sort(fs.flatten(x)));
  else if (d === x.rank - 1) sorted = first(fs.sort(x));
  else sorted = first(fs.sort(fs.transpose(fs.unsqueeze(x, -1), d, -1)));
  const points = q.rank === 0 ? fs.unsqueeze(q, 0) : q;
  // The rank of each quantile among the sorted ones.
  const length = sorted.rank ? sorted.shape[sorted.rank - 1] : 1;
  const inShape = [...(q.rank > 0 ? outShape.slice(1) : outShape), length];
  if (x.rank > 0) sorted = fs.view(fs.contiguous(sorted), inShape);
  else sorted = fs.view(sorted, inShape);
  let ranks: Tensor;
  if (ignoreNan) {
    const kept = fs.sum(fs.logical_not(fs.isnan(sorted)), [-1], true);
    ranks = fs.mul(points, fs.sub(kept, 1));
    ranks = fs.masked_fill(ranks, fs.lt(ranks, 0), 0);
  } else {
    const bad = fs.any(fs.isnan(sorted), -1, true);
    const shape = inShape.with(inShape.length - 1, points.count);
    ranks = fs.masked_fill(fs.expand(fs.mul(points, length - 1), shape), fs.expand(bad, shape), length - 1);
  }
  if (mode === 'lower') ranks = fs.floor(ranks);
  else if (mode === 'higher') ranks = fs.ceil(ranks);
  else if (mode === 'nearest') ranks = fs.round(ranks);
  const below = fs.to_dtype(ranks, 'int64');
  let values = fs.gather(sorted, -1, below);
  if (mode === 'linear' || mode === 'midpoint') {
    const weights = mode === 'midpoint' ? fs.full_like(ranks, 0.5) : fs.sub(ranks, below);
    const above = fs.gather(sorted, -1, fs.to_dtype(fs.ceil(ranks), 'int64'));
    values = fs.lerp(values, above, weights);
  }
  // In place, as PyTorch does it: the gradient function's name shows.
  if (q.rank === 0) return fs.squeeze_dim_(values, -1);
  return fs.squeeze_dim_(fs.transpose_(fs.unsqueeze_(values, 0), 0, -1), -1);
}

for (const name of ['quantile', 'nanquantile']) {
  const without = name === 'nanquantile' ? ', NaN left out' : '';
  op<[Tensor, Tensor, number | null, boolean, string]>({
    schema: `${name}(Tensor input, Tensor q, int? dim=None, bool keepdim=False, *, str interpolation='linear') -> Tensor`,
    faces: ['torch', 'Tensor'],
    composite: true,
    formula: `y = the value below which a share q of the x over dim lies${without}`,
    gradient: 'dx = dy to the neighbours, by how close they are',
    forward: (x, q, dim, keepdim, mode) => quantileOf(name, x, q, dim, keepdim, mode),
    samples: () => [
      { args: [{ tensor: { shape: [2, 5] } }, { tensor: { shape: [2], data: [0.25, 0.6], requiresGrad: false } }, 1] },
      { args: [{ tensor: { shape: [2, 5] } }, { tensor: { shape: [], data: [0.25], requiresGrad: false } }] },
    ],
  });
  op<[Tensor, number, number | null, boolean, string]>({
    schema: `${name}_scalar(Tensor input, float q, int? dim=None, bool keepdim=False, *, str interpolation='linear') -> Tensor`,
    faces: [`torch:${name}`, `Tensor:${name}`],
    composite: true,
    formula: `y = the value below which a share q of the x over dim lies${without}`,
    gradient: 'dx = dy to the neighbours, by how close they are',
    forward: (x, q, dim, keepdim, mode) => {
      if (!(q >= 0 && q <= 1)) throw runtimeError(`quantile() q must be in the range [0, 1] but got ${q}`);
      return quantileOf(name, x, Tensor.of(x.dtype, [], typed(x, q)), dim, keepdim, mode);
    },
    samples: () => [
      { args: [{ tensor: { shape: [2, 5] } }, 0.3, 0] },
      ...MODES.map((interpolation) => ({ args: [{ tensor: { shape: [5] } }, 0.3], kwargs: { interpolation } })),
      { args: [{ tensor: { shape: [2, 5] } }, 1.5] },
    ],
  });
}

const typed = (x: Tensor, v: number) => (x.dtype === 'float64' ? Float64Array.of(v) : Float32Array.of(v));

op<[Tensor]>({
  schema: 'msort(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x in order along its first dimension',
  gradient: 'dx = dy, put back to where each was',
  forward: (x) => (fs.sort(x, 0, false) as unknown as Tensor[])[0],
  samples: () => [{ args: [{ tensor: { shape: [3, 2] } }] }],
});

op<[Tensor, number | null, boolean]>({
  schema: 'aminmax(Tensor input, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)',
  faces: ['torch', 'Tensor'],
  formula: 'y = the smallest x and the largest, over dim',
  gradient: 'dx = dy to the smallest and the largest, in equal shares where there are several',
  forward: (x, dim, keepdim) => {
    if (dim === null && x.count === 0)
      throw runtimeError('aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.');
    const dims = reduceDims(dim === null ? null : [dim], x.rank);
    checkDim('aminmax', x, dims);
    return quietly(() => [fs.amin(x, dims, keepdim), fs.amax(x, dims, keepdim)]);
  },
  saves: ['input', 'result0', 'result1'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      const dim = c.attr<number | null>('dim');
      const part = (grad: Tensor | null, y: Tensor) => {
        if (!grad) return null;
        const back = (t: Tensor) => (dim === null || c.attr('keepdim') || x.rank === 0 ? t : f.unsqueeze(t, dim));
        const there = f.eq(x, back(y));
        const many = dim === null ? f.sum(there) : f.sum(there, [dim], true);
        return f.mul(there, f.div(back(grad), many));
      };
      const [low, high] = [part(c.grads[0], c.saved('result0')), part(c.grads[1], c.saved('result1'))];
      return low && high ? f.add(low, high) : (low ?? high);
    },
  },
  samples: (): Sample[] => [
    { args: [{ tensor: { shape: [2, 3] } }] },
    { args: [{ tensor: { shape: [2, 3] } }], kwargs: { dim: 1 } },
    { args: [{ tensor: { shape: [2, 3] } }], kwargs: { dim: 0, keepdim: true } },
  ],
});

// ---- different ones -------------------------------------------------------------------------------------------------

/** Slices of x along dim, as rows of numbers in row-major order. */
function slicesOf(x: Tensor, dim: number): { rows: Float64Array; count: number; length: number; rest: number[] } {
  const rest = x.shape.toSpliced(dim, 1);
  const strides = x.strides.toSpliced(dim, 1);
  const turned = x.alias([x.shape[dim], ...rest], [x.strides[dim], ...strides]);
  return { rows: turned.values() as Float64Array, count: x.shape[dim], length: numel(rest), rest };
}

function sliceOrder(rows: Float64Array, length: number, a: number, b: number): number {
  for (let k = 0; k < length; k++) {
    const by = compare(rows[a * length + k], rows[b * length + k]);
    if (by !== 0) return by;
  }
  return 0;
}

/** Slices `kept` of x, along dim; laid out in memory with dim in front, as PyTorch leaves them. */
function pick(x: Tensor, dim: number, kept: number[]): Tensor {
  return quietly(() => {
    const front = fs.contiguous(fs.movedim(x, [dim], [0]));
    return fs.movedim(fs.index_select(front, 0, whole(kept)), [0], [dim]);
  });
}

const whole = (values: number[]) => Tensor.of('int64', [values.length], BigInt64Array.from(values, BigInt));

op<[Tensor, number, boolean, boolean, boolean]>({
  schema:
    'unique_dim(Tensor input, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor output, Tensor inverse_indices, Tensor counts)',
  faces: ['torch.ops.aten'],
  formula:
    'y = the different slices of x along dim in order, where each slice is among them, and how often each occurs',
  forward: (x, dim, _sorted, _inverse, _counts) => {
    refuseGrad('unique_dim', x);
    const d = wrapDim(dim, x.rank);
    const empty = x.shape.filter((n) => n === 0).length;
    if (x.shape[d] === 0) {
      if (empty !== 1)
        throw runtimeError('Number of zero sized dimensions is more than one, so unique cannot be applied ');
      return [Tensor.zeros(x.dtype, [...x.shape]), Tensor.zeros('int64', [0]), Tensor.zeros('int64', [0])];
    }
    if (empty !== 0)
      throw runtimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
    const { rows, count, length } = slicesOf(x, d);
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => sliceOrder(rows, length, a, b) || a - b);
    return grouped(x, d, order, (a, b) => sliceOrder(rows, length, a, b) === 0 && !hasNan(rows, length, a));
  },
  samples: () => [
    { args: [{ tensor: { shape: [3, 2], dtype: 'int64', data: [1, 2, 0, 1, 1, 2] } }, 0, true, true, true] },
    { args: [{ tensor: { shape: [2, 3], dtype: 'int64', data: [1, 2, 1, 0, 1, 0] } }, 1, true, true, true] },
  ],
});

const hasNan = (rows: Float64Array, length: number, a: number) => {
  for (let k = 0; k < length; k++) if (Number.isNaN(rows[a * length + k])) return true;
  return false;
};

/** One of each run of equal slices in `order`. */
function grouped(x: Tensor, d: number, order: number[], same: (a: number, b: number) => boolean): Tensor[] {
  const kept: number[] = [];
  const counts: number[] = [];
  const inverse = new Array<number>(order.length);
  order.forEach((at, i) => {
    if (i > 0 && same(order[i - 1], at)) counts[counts.length - 1]++;
    else {
      kept.push(at);
      counts.push(1);
    }
    inverse[at] = kept.length - 1;
  });
  return [pick(x, d, kept), whole(inverse), whole(counts)];
}

op<[Tensor, boolean, boolean, number | null]>({
  schema:
    'unique_consecutive(Tensor input, bool return_inverse=False, bool return_counts=False, int? dim=None) -> (Tensor output, Tensor inverse_indices, Tensor counts)',
  faces: ['torch.ops.aten'],
  formula: 'y = x without what equals the one before it, where each is in y, and how long each run is',
  forward: (x, _inverse, _counts, dim) => {
    refuseGrad(dim === null ? 'unique_consecutive' : 'unique_dim_consecutive', x);
    if (dim === null) {
      const row = Tensor.of(x.dtype, [x.count], x.values());
      const v = row.values() as Float64Array;
      const order = Array.from({ length: v.length }, (_, i) => i);
      const [out, inverse, counts] = grouped(row, 0, order, (a, b) => v[a] === v[b]);
      return [out, inverse.alias([...x.shape], contiguousStrides(x.shape)), counts];
    }
    const d = wrapDim(dim, x.rank);
    const empty = x.shape.filter((n) => n === 0).length;
    if (x.shape[d] === 0) {
      if (empty !== 1)
        throw runtimeError('Number of zero sized dimensions is more than one, so unique cannot be applied ');
      return [Tensor.zeros(x.dtype, [...x.shape]), Tensor.zeros('int64', [0]), Tensor.zeros('int64', [0])];
    }
    if (empty !== 0)
      throw runtimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
    const { rows, count, length } = slicesOf(x, d);
    const order = Array.from({ length: count }, (_, i) => i);
    return grouped(x, d, order, (a, b) => sliceOrder(rows, length, a, b) === 0 && !hasNan(rows, length, a));
  },
  samples: () => [
    { args: [{ tensor: { shape: [6], dtype: 'int64', data: [1, 1, 2, 2, 1, 1] } }, true, true] },
    { args: [{ tensor: { shape: [3, 2], dtype: 'int64', data: [1, 2, 1, 2, 0, 1] } }, true, true, 0] },
  ],
});

function isIn(elements: Tensor, others: Tensor, invert: boolean): Tensor {
  const there = new Set<number>(numbers(others));
  const v = numbers(elements);
  const out = Tensor.zeros('bool', [...elements.shape]);
  for (let i = 0; i < v.length; i++)
    out.storage.data[i] = Number((there.has(v[i]) && !Number.isNaN(v[i])) !== invert) as never;
  return out;
}

const few = (...data: number[]) => ({ tensor: { shape: [data.length], dtype: 'int64' as const, data } });

for (const [name, params, sample] of [
  ['isin', 'Tensor elements, Tensor test_elements', { args: [few(1, 2, 3, 4), few(2, 5)] }],
  ['isin_in_number', 'Tensor elements, Number test_element', { args: [few(1, 2, 3), 2], kwargs: { invert: true } }],
  ['isin_number', 'Number element, Tensor test_elements', { args: [2, few(1, 2, 3)] }],
] as const)
  op<[Tensor, Tensor, boolean, boolean]>({
    schema: `${name}(${params}, *, bool assume_unique=False, bool invert=False) -> Tensor`,
    faces: ['torch:isin'],
    formula: 'y = (x is among the others)',
    forward: (elements, others, _unique, invert) => isIn(elements, others, invert),
    samples: () => [sample as unknown as Sample],
  });
