/** Losses with margins. Sources: torch.nn.functional's documentation, ATen's LossMultiMargin.cpp, LossMultiLabelMargin.cpp, Loss.cpp. */
import { allocate, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { expandTo } from '../kernels/copy';
import { dtypeLabel, numbers, resultType } from '../kernels/elementwise';
import { op, type Sample, type SampleTensor } from '../op';
import { broadcast, sameShape, show } from '../shape';
import { Tensor } from '../tensor';
import { checkReduction, reduced } from './loss';
import { refuseGradOf, singlesOnly, underivable } from './refusals';

const scores: SampleTensor = { shape: [3, 4] };
const classes = (shape: number[], ...data: number[]): SampleTensor => ({ shape, dtype: 'int64', data });
const on = (a: SampleTensor, b: SampleTensor, reduction?: string, kwargs?: Sample['kwargs']): Sample => ({
  args: [{ tensor: a }, { tensor: b }],
  kwargs: { ...kwargs, ...(reduction && { reduction }) },
});

// ---- soft margin -----------------------------------------------------------------------------------------------------------

const signs: SampleTensor = { shape: [2, 3], data: [1, -1, 1, 1, -1, -1], requiresGrad: false };

op<[Tensor, Tensor, string]>({
  schema: "soft_margin_loss(Tensor input, Tensor target, str reduction='mean') -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean ln(1 + exp(−t · x))',
  gradient: 'dx = −t · σ(−t · x) / n · dy',
  forward: (x, t, reduction) => {
    checkReduction(reduction);
    refuseGradOf('soft_margin_loss', 'target', t);
    const shape = broadcast(x.shape, t.shape);
    if (!isFloat(x.dtype))
      throw runtimeError(`result type Float can't be cast to the desired output type ${dtypeLabel(x.dtype)}`);
    const [a, b] = [numbers(expandTo(x, shape)), numbers(expandTo(t, shape))];
    const out = allocate(x.dtype, a.length) as Float64Array;
    for (let i = 0; i < out.length; i++) out[i] = Math.log1p(Math.exp(-b[i] * a[i]));
    return reduced(Tensor.of(x.dtype, shape, out), reduction);
  },
  saves: ['input', 'target'],
  grads: {
    input: (c, f) => f.soft_margin_loss_backward(c.grad, c.saved('input'), c.saved('target'), c.attr('reduction')),
  },
  samples: () => [
    ...['mean', 'sum', 'none'].map((r) => on({ shape: [2, 3] }, signs, r)),
    on({ shape: [3, 2], permute: [1, 0], dtype: 'float64' }, { ...signs, dtype: 'float64' }),
    on({ shape: [2, 3] }, { ...signs, dtype: 'int64' }),
    on({ shape: [2, 4] }, signs),
    on({ shape: [2, 3] }, { shape: [2, 3] }),
    on({ shape: [2, 3] }, signs, 'average'),
  ],
});

op<[Tensor, Tensor, Tensor, string]>({
  schema: 'soft_margin_loss_backward(Tensor grad_output, Tensor input, Tensor target, str reduction) -> Tensor',
  faces: [],
  formula: 'dx = −t · σ(−t · x) / n · dy',
  gradient: 'ddy = Σ −t · σ(−t · x) / n · ddx,  dx = t² · σ(t · x) · σ(−t · x) / n · dy · ddx',
  forward: (grad, x, t, reduction) => {
    const shape = broadcast(x.shape, t.shape);
    const [a, b] = [numbers(expandTo(x, shape)), numbers(expandTo(t, shape))];
    const g = numbers(expandTo(grad, shape));
    const by = reduction === 'mean' ? 1 / a.length : 1;
    const dtype = resultType(x, t);
    const out = allocate(dtype, a.length) as Float64Array;
    for (let i = 0; i < out.length; i++) out[i] = (-b[i] * g[i] * by) / (1 + Math.exp(b[i] * a[i]));
    return Tensor.of(dtype, shape, out);
  },
  saves: ['grad_output', 'input', 'target'],
  grads: {
    grad_output: (c) => {
      const one = f.ones_like(c.saved('grad_output'));
      const slope = f.soft_margin_loss_backward(one, c.saved('input'), c.saved('target'), c.attr('reduction'));
      return f.mul(slope, c.grad);
    },
    input: (c) => {
      const [x, t] = [c.saved('input'), c.saved('target')];
      const s = f.sigmoid(f.mul(t, x));
      const bend = f.mul(f.mul(f.mul(t, t), s), f.rsub(s, 1));
      const all = f.mul(f.mul(bend, c.saved('grad_output')), c.grad);
      return c.attr('reduction') === 'mean' ? f.div(all, c.grad.count) : all;
    },
  },
  samples: () =>
    ['mean', 'none'].map((r) => ({
      args: [{ tensor: { shape: r === 'none' ? [2, 3] : [] } }, { tensor: { shape: [2, 3] } }, { tensor: signs }, r],
    })),
});

// ---- one class each --------------------------------------------------------------------------------------------------------

/** Rows of scores; one row where there is no batch. */
function rowsOf(x: Tensor): { rows: number; classes: number } {
  const n = x.rank === 0 ? 1 : x.shape[x.rank - 1];
  if (x.rank > 2 || (x.rank > 0 && n === 0))
    throw runtimeError(`Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${show(x.shape)}`);
  return { rows: x.rank === 2 ? x.shape[0] : 1, classes: n };
}

const longs = (t: Tensor) => {
  if (t.dtype !== 'int64') throw runtimeError(`expected scalar type Long but found ${dtypeLabel(t.dtype)}`);
  return numbers(t);
};

function checkClasses(x: Tensor, target: Tensor, weight: Tensor | null): void {
  const { rows, classes: n } = rowsOf(x);
  if (target.rank > 1 || target.count !== rows)
    throw runtimeError(
      `multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [${rows}], but got ${show(target.shape)}. Input has shape ${show(x.shape)}.`,
    );
  if (weight && (weight.rank > 1 || weight.count !== n))
    throw runtimeError(`inconsistent weight size, expected ${n} but got ${show(weight.shape)}`);
  singlesOnly('multi_margin_loss_cpu_kernel', x.dtype);
  for (const k of longs(target)) if (k < 0 || k >= n) throw runtimeError('target out of range');
  if (weight && weight.dtype !== x.dtype)
    throw runtimeError(`expected scalar type ${dtypeLabel(x.dtype)} but found ${dtypeLabel(weight.dtype)}`);
}

type Multi = [x: Tensor, target: Tensor, p: number, margin: number, weight: Tensor | null, reduction: string];

op<Multi>({
  schema:
    "multi_margin_loss(Tensor input, Tensor target, int p=1, float margin=1, Tensor? weight=None, str reduction='mean') -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean over rows of Σ w[t] · max(0, margin − x[t] + x[k])ᵖ / classes, over k ≠ t',
  gradient: 'dx[k] = w[t] · p · max(0, margin − x[t] + x[k])ᵖ⁻¹ / classes / rows · dy,  dx[t] = −Σ dx[k]',
  forward: (x, target, p, margin, weight, reduction) => {
    checkReduction(reduction);
    refuseGradOf('multi_margin_loss', 'weight', weight);
    checkClasses(x, target, weight);
    const { rows, classes: n } = rowsOf(x);
    const [values, t] = [numbers(x), numbers(target)];
    const w = weight && numbers(weight);
    const each = allocate(x.dtype, rows) as Float64Array;
    for (let r = 0; r < rows; r++) {
      const at = r * n;
      let sum = 0;
      for (let k = 0; k < n; k++) {
        if (k === t[r]) continue;
        const z = margin - values[at + t[r]] + values[at + k];
        if (z > 0) sum += p === 1 ? z : z * z;
      }
      each[r] = ((w ? w[t[r]] : 1) * sum) / n;
    }
    if (reduction === 'mean' && rows === 0) return Tensor.zeros(x.dtype, []);
    return reduced(Tensor.of(x.dtype, target.rank > 0 ? [rows] : [], each), reduction);
  },
  saves: ['input', 'target', 'weight'],
  grads: {
    input: (c, f) =>
      f.multi_margin_loss_backward(
        c.grad,
        c.saved('input'),
        c.saved('target'),
        c.attr('p'),
        c.attr('margin'),
        c.has('weight') ? c.saved('weight') : null,
        c.attr('reduction'),
      ),
  },
  samples: () => {
    const t = classes([3], 0, 3, 1);
    const weight = { tensor: { shape: [4], range: [0.2, 2] as [number, number], requiresGrad: false } };
    return [
      on(scores, t),
      on(scores, t, 'mean', { p: 2, margin: 0.5, weight }),
      on(scores, t, 'sum'),
      on(scores, t, 'none', { weight }),
      on({ shape: [4], dtype: 'float64' }, classes([], 2), 'none', { p: 2 }),
      on({ shape: [4] }, classes([1], 2), 'none'),
      on(scores, classes([3], 0, 4, 1)),
      on(scores, classes([2], 0, 1)),
      on({ shape: [3, 0] }, t),
      on(scores, { shape: [3], dtype: 'int32', data: [0, 1, 2] }),
      on({ shape: [3, 4], dtype: 'int64' }, t),
    ];
  },
});

op<[Tensor, ...Multi]>({
  schema:
    'multi_margin_loss_backward(Tensor grad_output, Tensor input, Tensor target, int p, float margin, Tensor? weight, str reduction) -> Tensor',
  faces: [],
  formula: 'dx[k] = w[t] · p · max(0, margin − x[t] + x[k])ᵖ⁻¹ / classes / rows · dy,  dx[t] = −Σ dx[k]',
  gradient: 'none in PyTorch',
  forward: (grad, x, target, p, margin, weight, reduction) => {
    const { rows, classes: n } = rowsOf(x);
    const [values, t, g] = [numbers(x), numbers(target), numbers(grad)];
    const w = weight && numbers(weight);
    const out = Tensor.zeros(x.dtype, [...x.shape]);
    const dx = out.storage.data as Float64Array;
    for (let r = 0; r < rows; r++) {
      const at = r * n;
      const scale = ((w ? w[t[r]] : 1) * g[reduction === 'none' ? r : 0]) / n / (reduction === 'mean' ? rows : 1);
      let sum = 0;
      for (let k = 0; k < n; k++) {
        if (k === t[r]) continue;
        const z = margin - values[at + t[r]] + values[at + k];
        if (z <= 0) continue;
        const d = scale * (p === 1 ? 1 : 2 * z);
        dx[at + k] = d;
        sum -= d;
      }
      dx[at + t[r]] = sum;
    }
    return out;
  },
  ...underivable('multi_margin_loss_backward', 'grad_output', 'input'),
  samples: () => [
    { args: [{ tensor: { shape: [] } }, { tensor: scores }, { tensor: classes([3], 0, 3, 1) }, 1, 1, null, 'mean'] },
  ],
});

// ---- several classes each --------------------------------------------------------------------------------------------------

/** The classes of a row: those before the first negative one. */
function positives(t: Float64Array, at: number, n: number): number[] {
  const out: number[] = [];
  for (let k = 0; k < n && t[at + k] >= 0; k++) out.push(t[at + k]);
  return out;
}

/** Calls `visit(row, class, other, gap)` where the margin between a class of the row and another is less than 1. */
function forEachGap(
  x: Tensor,
  target: Tensor,
  visit: (r: number, own: number, other: number, z: number) => void,
): void {
  const { rows, classes: n } = rowsOf(x);
  const [values, t] = [numbers(x), numbers(target)];
  for (let r = 0; r < rows; r++) {
    const own = positives(t, r * n, n);
    const is = new Uint8Array(n);
    for (const k of own) is[k] = 1;
    for (const k of own)
      for (let j = 0; j < n; j++) {
        if (is[j]) continue;
        const z = 1 - values[r * n + k] + values[r * n + j];
        if (z > 0) visit(r, k, j, z);
      }
  }
}

op<[Tensor, Tensor, string]>({
  schema: "multilabel_margin_loss(Tensor input, Tensor target, str reduction='mean') -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean over rows of Σ max(0, 1 − x[t] + x[k]) / classes, over the row’s classes t and the others k',
  gradient:
    'dx[k] = the number of classes t with 1 − x[t] + x[k] > 0, / classes / rows · dy;  dx[t] = −(the number of k) …',
  forward: (x, target, reduction) => {
    checkReduction(reduction);
    const { rows, classes: n } = rowsOf(x);
    if (!sameShape(target.rank === 0 ? [1] : target.shape, x.rank === 0 ? [1] : x.shape))
      throw runtimeError(`inconsistent target size: ${show(target.shape)} for input of size: ${show(x.shape)}`);
    for (const k of longs(target)) if (k < -1 || k >= n) throw runtimeError("argument #2 'target' is out of range");
    singlesOnly('multilabel_margin_loss_forward_out_frame', x.dtype);
    const each = new Float64Array(rows);
    forEachGap(x, target, (r, _, __, z) => {
      each[r] += z;
    });
    const out = allocate(x.dtype, rows) as Float64Array;
    for (let r = 0; r < rows; r++) out[r] = each[r] / n;
    if (reduction === 'mean' && rows === 0) return Tensor.zeros(x.dtype, []);
    return reduced(Tensor.of(x.dtype, target.rank > 1 ? [rows] : [], out), reduction);
  },
  saves: ['input', 'target'],
  grads: {
    input: (c, f) =>
      f.multilabel_margin_loss_backward(c.grad, c.saved('input'), c.saved('target'), c.attr('reduction')),
  },
  samples: () => {
    const t = classes([3, 4], 0, 2, -1, 1, 3, -1, 0, 0, -1, 1, 2, 3);
    return [
      ...['mean', 'sum', 'none'].map((r) => on(scores, t, r)),
      on({ shape: [4], dtype: 'float64' }, classes([4], 1, 0, -1, 2), 'none'),
      on(scores, classes([2, 4], 0, 2, -1, 1, 3, -1, 0, 0)),
      on({ shape: [4] }, classes([4], 1, 4, -1, 2)),
      on({ shape: [3, 0] }, { shape: [3, 0], dtype: 'int64' }),
      on({ shape: [4] }, { shape: [4], data: [1, 0, -1, 2] }),
    ];
  },
});

op<[Tensor, Tensor, Tensor, string]>({
  schema: 'multilabel_margin_loss_backward(Tensor grad_output, Tensor input, Tensor target, str reduction) -> Tensor',
  faces: [],
  formula:
    'dx[k] = the number of classes t with 1 − x[t] + x[k] > 0, / classes / rows · dy;  dx[t] = −(the number of k) …',
  gradient: 'none in PyTorch',
  forward: (grad, x, target, reduction) => {
    const { rows, classes: n } = rowsOf(x);
    const g = numbers(grad);
    const out = Tensor.zeros(x.dtype, [...x.shape]);
    const dx = new Float64Array(x.count);
    const by = 1 / n / (reduction === 'mean' ? rows : 1);
    forEachGap(x, target, (r, own, other) => {
      const d = g[reduction === 'none' ? r : 0] * by;
      dx[r * n + other] += d;
      dx[r * n + own] -= d;
    });
    (out.storage.data as Float64Array).set(dx);
    return out;
  },
  ...underivable('multilabel_margin_loss_backward', 'grad_output', 'input'),
  samples: () => [
    {
      args: [{ tensor: { shape: [] } }, { tensor: { shape: [4] } }, { tensor: classes([4], 1, 0, -1, 2) }, 'mean'],
    },
  ],
});
