/** Distances and similarities of vectors. Sources: torch.cdist's and torch.nn.functional's documentation, ATen's Distance.cpp. */
import { withGrad } from '../context';
import { isFloat } from '../dtype';
import { runtimeError, valueError } from '../errors';
import { formulas as f } from '../formulas';
import { expandTo } from '../kernels/copy';
import { distanceOf } from '../kernels/distance';
import { dtypeLabel, numbers, resultType } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { broadcast, numel } from '../shape';
import { Tensor } from '../tensor';
import { rename } from './named';
import { notImplemented, singlesOnly } from './refusals';

const on = (a: SampleTensor, b: SampleTensor, ...more: Sample['args']): Sample => ({
  args: [{ tensor: a }, { tensor: b }, ...more],
});
const NORMS = [0, 0.5, 1, 1.5, 2, 3, Number.POSITIVE_INFINITY];

// ---- all pairs of two sets -------------------------------------------------------------------------------------------------

/** Elements of both sets with the batches that they broadcast to; how many batches, and rows in each. */
function sets(x1: Tensor, x2: Tensor) {
  const batch = broadcast(x1.shape.slice(0, -2), x2.shape.slice(0, -2));
  const wide = (t: Tensor) => numbers(expandTo(t, [...batch, ...t.shape.slice(-2)]));
  const [p, m] = x1.shape.slice(-2);
  const r = x2.shape[x2.rank - 2];
  return { batch, a: wide(x1), b: wide(x2), count: numel(batch), p, r, m };
}

/** Calls `visit(pair, row of x1, row of x2)`: the rows by the place where they begin. */
function forEachPair(
  { count, p, r, m }: { count: number; p: number; r: number; m: number },
  visit: (pair: number, row1: number, row2: number) => void,
): void {
  for (let n = 0, pair = 0; n < count; n++)
    for (let i = 0; i < p; i++) for (let j = 0; j < r; j++) visit(pair++, (n * p + i) * m, (n * r + j) * m);
}

op<[Tensor, Tensor, number]>({
  schema: '_cdist_forward(Tensor x1, Tensor x2, float p) -> Tensor',
  faces: [],
  formula: 'yᵢⱼ = (Σ |x1ᵢ − x2ⱼ|ᵖ)^(1/p)',
  gradient: 'dx1ᵢ = Σⱼ sign(x1ᵢ − x2ⱼ) · (|x1ᵢ − x2ⱼ| / yᵢⱼ)ᵖ⁻¹ · dyᵢⱼ',
  forward: (x1, x2, p) => {
    const of = distanceOf(p);
    const all = sets(x1, x2);
    const { batch, a, b, m } = all;
    const out = Tensor.zeros(x1.dtype, [...batch, all.p, all.r]);
    const y = out.storage.data as Float64Array;
    forEachPair(all, (pair, i, j) => {
      y[pair] = of.value(a, i, b, j, m);
    });
    return out;
  },
  saves: ['x1', 'x2', 'result'],
  grads: {
    x1: (c, f) => f._cdist_backward(c.grad, c.saved('x1'), c.saved('x2'), c.attr('p'), c.saved('result')),
    x2: (c, f) => {
      const swapped = (t: Tensor) => f.transpose(t, -1, -2);
      const [dy, y] = [swapped(c.grad), swapped(c.saved('result'))];
      return f._cdist_backward(dy, c.saved('x2'), c.saved('x1'), c.attr('p'), y);
    },
  },
  gradName: 'CdistBackward0',
  samples: () => NORMS.map((p) => on({ shape: [3, 2] }, { shape: [2, 2] }, p)),
});

op<[Tensor, Tensor, Tensor, number, Tensor]>({
  schema: '_cdist_backward(Tensor grad, Tensor x1, Tensor x2, float p, Tensor cdist) -> Tensor',
  faces: [],
  formula: 'dx1ᵢ = Σⱼ sign(x1ᵢ − x2ⱼ) · (|x1ᵢ − x2ⱼ| / yᵢⱼ)ᵖ⁻¹ · dyᵢⱼ',
  gradient: 'none in PyTorch',
  forward: (grad, x1, x2, p, cdist) => {
    const of = distanceOf(p, x1.dtype === 'float32');
    const all = sets(x1, x2);
    const { batch, a, b, m } = all;
    const [g, y] = [numbers(grad), numbers(cdist)];
    const dx = new Float64Array(a.length);
    forEachPair(all, (pair, i, j) => of.slope(a, i, b, j, m, g[pair], y[pair], dx));
    const out = Tensor.zeros(x1.dtype, [...batch, all.p, m]);
    (out.storage.data as Float64Array).set(dx);
    return out;
  },
  ...notImplemented('_cdist_backward', 'grad', 'x1', 'x2', 'cdist'),
  gradName: 'CdistBackwardBackward0',
  samples: () => [
    {
      args: [
        { tensor: { shape: [3, 2] } },
        { tensor: { shape: [3, 2] } },
        { tensor: { shape: [2, 2] } },
        1,
        { tensor: { shape: [3, 2] } },
      ],
    },
  ],
});

op<[Tensor, Tensor]>({
  schema: '_euclidean_dist(Tensor x1, Tensor x2) -> Tensor',
  faces: [],
  formula: 'yᵢⱼ = √(‖x1ᵢ‖² − 2 x1ᵢ·x2ⱼ + ‖x2ⱼ‖²)',
  gradient: 'dx1 = x1 · Σ r − r @ x2,  dx2 = x2 · Σ r − rᵀ @ x1,  r = dy / y, 0 where y is',
  forward: (x1, x2) => {
    const all = sets(x1, x2);
    const { batch, a, b, m } = all;
    const squares = (v: Float64Array) =>
      Float64Array.from({ length: m ? v.length / m : 0 }, (_, i) => dot(v, i * m, v, i * m, m));
    const [n1, n2] = [squares(a), squares(b)];
    const out = Tensor.zeros(x1.dtype, [...batch, all.p, all.r]);
    const y = out.storage.data as Float64Array;
    forEachPair(all, (pair, i, j) => {
      y[pair] = Math.sqrt(Math.max(n1[i / m] - 2 * dot(a, i, b, j, m) + n2[j / m], 0));
    });
    return out;
  },
  saves: ['x1', 'x2', 'result'],
  grads: {
    x1: (c, f) => {
      const x1 = c.saved('x1');
      const r = ratio(c);
      return f.sub(f.mul(x1, f.sum(r, [-1], true)), f.matmul(r, c.saved('x2')));
    },
    x2: (c, f) => {
      const x2 = c.saved('x2');
      const r = f.transpose(ratio(c), -1, -2);
      return f.sub(f.mul(x2, f.sum(r, [-1], true)), f.matmul(r, c.saved('x1')));
    },
  },
  gradName: 'EuclideanDistBackward0',
  samples: () => [on({ shape: [3, 2] }, { shape: [2, 2] }), on({ shape: [2, 3, 2] }, { shape: [2, 2, 2] })],
});

const ratio = (c: BackwardContext) => {
  const y = c.saved('result');
  return f.masked_fill(f.div(c.grad, y), f.eq(y, 0), 0);
};

function dot(a: Float64Array, i: number, b: Float64Array, j: number, m: number): number {
  let s = 0;
  for (let k = 0; k < m; k++) s += a[i + k] * b[j + k];
  return s;
}

/** Where PyTorch computes ‖a − b‖₂ from products: always, never, or (left out) for more than this many rows. */
const MODES: Record<string, (rows: number) => boolean> = {
  use_mm_for_euclid_dist_if_necessary: (rows) => rows > 25,
  use_mm_for_euclid_dist: () => true,
  donot_use_mm_for_euclid_dist: () => false,
};

op<[Tensor, Tensor, number, string]>({
  schema: "cdist(Tensor x1, Tensor x2, float p=2.0, str compute_mode='use_mm_for_euclid_dist_if_necessary') -> Tensor",
  faces: ['torch'],
  composite: true,
  formula: 'yᵢⱼ = (Σ |x1ᵢ − x2ⱼ|ᵖ)^(1/p)',
  gradient: 'dx1ᵢ = Σⱼ sign(x1ᵢ − x2ⱼ) · (|x1ᵢ − x2ⱼ| / yᵢⱼ)ᵖ⁻¹ · dyᵢⱼ',
  forward: (x1, x2, p, mode) => {
    if (!(mode in MODES)) throw valueError(`${mode} is not a valid value for compute_mode`);
    for (const [name, t] of Object.entries({ X1: x1, X2: x2 }))
      if (t.rank < 2) throw runtimeError(`cdist only supports at least 2D tensors, ${name} got: ${t.rank}D`);
    const [m, other] = [x1.shape[x1.rank - 1], x2.shape[x2.rank - 1]];
    if (m !== other) throw runtimeError(`X1 and X2 must have the same number of columns. X1: ${m} X2: ${other}`);
    for (const [name, t] of Object.entries({ X1: x1, X2: x2 }))
      if (!isFloat(t.dtype))
        throw runtimeError(`cdist only supports floating-point dtypes, ${name} got: ${dtypeLabel(t.dtype)}`);
    if (p < 0) throw runtimeError('cdist only supports non-negative p values');
    if (x1.dtype !== x2.dtype)
      throw runtimeError(`expected scalar type ${dtypeLabel(x1.dtype)} but found ${dtypeLabel(x2.dtype)}`);
    singlesOnly('cdist', x1.dtype);
    const [rows1, rows2] = [x1.shape[x1.rank - 2], x2.shape[x2.rank - 2]];
    const batch = broadcast(x1.shape.slice(0, -2), x2.shape.slice(0, -2));
    const count = numel(batch);
    if (p !== 2 || !MODES[mode](Math.max(rows1, rows2)) || m === 0 || count * rows1 * rows2 === 0)
      return f._cdist_forward(x1, x2, p);
    const flat = (t: Tensor, rows: number) => f.view(f.contiguous(f.expand(t, [...batch, rows, m])), [count, rows, m]);
    const y = count === 1 ? f._euclidean_dist(x1, x2) : f._euclidean_dist(flat(x1, rows1), flat(x2, rows2));
    return f.view(y, [...batch, rows1, rows2]);
  },
  samples: () => {
    const [a, b]: SampleTensor[] = [{ shape: [3, 2] }, { shape: [2, 2] }];
    return [
      // Some have no second derivative in PyTorch.
      ...NORMS.map((p) => ({ ...on(a, b, p), kink: true })),
      on(a, b, 2, 'use_mm_for_euclid_dist'),
      on({ shape: [2, 3, 2], dtype: 'float64' }, { shape: [1, 2, 2], dtype: 'float64' }, 2, 'use_mm_for_euclid_dist'),
      on({ shape: [2, 1, 3, 2] }, { shape: [3, 2, 2] }, 3),
      on({ shape: [0, 2] }, b),
      on({ shape: [3, 0] }, { shape: [2, 0] }),
      on(a, { shape: [2, 3] }),
      on(a, { shape: [2] }),
      on(a, b, -1),
      on(a, b, 2, 'never'),
      on({ shape: [3, 2], dtype: 'int64' }, b),
      on(a, { shape: [2, 2], dtype: 'float64' }),
    ];
  },
});

// ---- all pairs of one set --------------------------------------------------------------------------------------------------

/** Calls `visit(pair, row, later row)` for the pairs of n rows of m elements, in pdist's order. */
function forEachOwnPair([n, m]: readonly number[], visit: (pair: number, i: number, j: number) => void): void {
  for (let i = 0, pair = 0; i < n; i++) for (let j = i + 1; j < n; j++) visit(pair++, i * m, j * m);
}

op<[Tensor, number]>({
  schema: '_pdist_forward(Tensor input, float p=2) -> Tensor',
  faces: [],
  formula: 'y = (Σ |xᵢ − xⱼ|ᵖ)^(1/p), for every i < j',
  gradient: 'dxᵢ = Σⱼ sign(xᵢ − xⱼ) · (|xᵢ − xⱼ| / y)ᵖ⁻¹ · dy',
  forward: (x, p) => {
    const of = distanceOf(p);
    const [n, m] = x.shape;
    const a = numbers(x);
    const out = Tensor.zeros(x.dtype, [(n * Math.max(n - 1, 0)) / 2]);
    const y = out.storage.data as Float64Array;
    forEachOwnPair(x.shape, (pair, i, j) => {
      y[pair] = of.value(a, i, a, j, m);
    });
    return out;
  },
  saves: ['input', 'result'],
  grads: { input: (c, f) => f._pdist_backward(c.grad, c.saved('input'), c.attr('p'), c.saved('result')) },
  gradName: 'PdistBackward0',
  samples: () => NORMS.map((p) => ({ args: [{ tensor: { shape: [4, 2] } }, p] })),
});

op<[Tensor, Tensor, number, Tensor]>({
  schema: '_pdist_backward(Tensor grad, Tensor input, float p, Tensor pdist) -> Tensor',
  faces: [],
  formula: 'dxᵢ = Σⱼ sign(xᵢ − xⱼ) · (|xᵢ − xⱼ| / y)ᵖ⁻¹ · dy',
  gradient: 'none in PyTorch',
  forward: (grad, x, p, pdist) => {
    const of = distanceOf(p, x.dtype === 'float32');
    const m = x.shape[1];
    const [a, g, y] = [numbers(x), numbers(grad), numbers(pdist)];
    const dx = new Float64Array(x.count);
    forEachOwnPair(x.shape, (pair, i, j) => {
      of.slope(a, i, a, j, m, g[pair], y[pair], dx);
      of.slope(a, j, a, i, m, g[pair], y[pair], dx);
    });
    const out = Tensor.zeros(x.dtype, [...x.shape]);
    (out.storage.data as Float64Array).set(dx);
    return out;
  },
  ...notImplemented('_pdist_backward', 'grad', 'input', 'pdist'),
  gradName: 'PdistBackwardBackward0',
  samples: () => [{ args: [{ tensor: { shape: [3] } }, { tensor: { shape: [3, 2] } }, 1, { tensor: { shape: [3] } }] }],
});

op<[Tensor, number]>({
  schema: 'pdist(Tensor input, float p=2) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  composite: true,
  formula: 'y = (Σ |xᵢ − xⱼ|ᵖ)^(1/p), for every i < j',
  gradient: 'dxᵢ = Σⱼ sign(xᵢ − xⱼ) · (|xᵢ − xⱼ| / y)ᵖ⁻¹ · dy',
  forward: (x, p) => {
    if (x.rank !== 2) throw runtimeError(`pdist only supports 2D tensors, got: ${x.rank}D`);
    if (!isFloat(x.dtype)) throw runtimeError('pdist only supports floating-point dtypes');
    if (p < 0) throw runtimeError('pdist only supports non-negative p values');
    singlesOnly('pdist', x.dtype);
    return f._pdist_forward(f.contiguous(x), p);
  },
  samples: () => [
    ...NORMS.map((p) => ({ args: [{ tensor: { shape: [4, 2] } }, p], kink: true })),
    { args: [{ tensor: { shape: [1, 2], dtype: 'float64' } }] },
    { args: [{ tensor: { shape: [3] } }] },
    { args: [{ tensor: { shape: [3, 2] } }, -1] },
    { args: [{ tensor: { shape: [3, 2], dtype: 'int64' } }] },
  ],
});

// ---- pairs, row by row -----------------------------------------------------------------------------------------------------

op<[Tensor, Tensor, number, number, boolean]>({
  schema: 'pairwise_distance(Tensor x1, Tensor x2, float p=2, float eps=1e-06, bool keepdim=False) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  composite: true,
  formula: 'y = (Σ |x1 − x2 + eps|ᵖ)^(1/p), over the last dimension',
  gradient: 'dx1 = sign(d) · (|d| / y)ᵖ⁻¹ · dy,  d = x1 − x2 + eps;  dx2 = −dx1',
  forward: (x1, x2, p, eps, keepdim) => {
    const last = Math.max(x1.rank, x2.rank) - 1;
    return rename(f.linalg_vector_norm(f.add(f.sub(x1, x2), eps), p, [last], keepdim), 'NormBackward1');
  },
  samples: () => [
    on({ shape: [2, 3] }, { shape: [2, 3] }),
    on({ shape: [2, 3] }, { shape: [3] }, 1, 0.1, true),
    on({ shape: [3], dtype: 'float64' }, { shape: [3], dtype: 'float64' }, 3),
    on({ shape: [2, 3] }, { shape: [2, 2] }),
  ],
});

op<[Tensor, Tensor, number, number]>({
  schema: 'cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  composite: true,
  formula: 'y = Σ x1 · x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)), over dim',
  gradient: 'dx1 = (x2 / ‖x2‖ − y · x1 / ‖x1‖) / ‖x1‖ · dy, and the same for x2',
  forward: (x1, x2, dim, eps) => {
    const dtype = resultType(x1, x2);
    if (!isFloat(dtype))
      throw runtimeError(`expected common dtype to be floating point, yet common dtype is ${dtypeLabel(dtype)}`);
    const shape = broadcast(x1.shape, x2.shape);
    const unit = (t: Tensor) => {
      const x = f.expand(t.dtype === dtype ? t : f.to_dtype(t, dtype), shape);
      const norm = f.clone(f.linalg_vector_norm(x, 2, [dim], true));
      withGrad(false, () => f.clamp_min_(norm, eps));
      return f.div(x, norm);
    };
    return f.sum(f.mul(unit(x1), unit(x2)), [dim]);
  },
  samples: () => [
    on({ shape: [2, 3] }, { shape: [2, 3] }),
    on({ shape: [2, 3] }, { shape: [3] }, 0),
    on({ shape: [2, 3], dtype: 'float64' }, { shape: [2, 1] }, -1),
    { ...on({ shape: [2, 2], data: [0, 0, 1, 2] }, { shape: [2, 2] }), kink: true },
    on({ shape: [2, 3], dtype: 'int64' }, { shape: [2, 3], dtype: 'int64' }),
    on({ shape: [2, 3] }, { shape: [2, 2] }),
    on({ shape: [2, 3] }, { shape: [2, 3] }, 2),
  ],
});
