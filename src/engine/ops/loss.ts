/** Losses of regression. Source: torch.nn.functional's documentation, ATen's Loss.cpp. */
import { isFloat } from '../dtype';
import { runtimeError, TorchError, valueError } from '../errors';
import { formulas as f } from '../formulas';
import { binary, dtypeLabel, type Loop2, resultType, ternary } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { broadcast, numel } from '../shape';
import { Tensor } from '../tensor';

export const REDUCTIONS = ['none', 'mean', 'sum'];

export function checkReduction(reduction: string): void {
  if (!REDUCTIONS.includes(reduction)) throw valueError(`${reduction} is not a valid value for reduction`);
}

/** The sum, the mean, or all of it; sums are kept in float64. */
export function reduced(t: Tensor, reduction: string): Tensor {
  if (reduction === 'none') return t;
  const values = t.values() as Float64Array;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const out = Tensor.zeros(t.dtype, []);
  out.storage.data[0] = (reduction === 'mean' ? sum / values.length : sum) as never;
  return out;
}

/** In ops, for composites. */
export const reducedByOps = (t: Tensor, reduction: string) =>
  reduction === 'none' ? t : reduction === 'mean' ? f.mean(t) : f.sum(t);

/** What a mean divides by; 1 for the other reductions. */
export const divisor = (c: BackwardContext) =>
  c.attr('reduction') === 'mean' ? numel(broadcast(c.shape('input'), c.shape('target'))) : 1;

function checkFloat(name: string, ...tensors: Tensor[]): void {
  const d = resultType(...tensors);
  if (!isFloat(d)) throw new TorchError('NotImplementedError', `"${name}" not implemented for '${dtypeLabel(d)}'`);
}

const m: SampleTensor = { shape: [2, 3] };
const run = (a: SampleTensor, b: SampleTensor, kwargs?: Sample['kwargs']): Sample => ({
  args: [{ tensor: a }, { tensor: b }],
  kwargs,
});
const pairs = (kwargs: Sample['kwargs'] = {}): Sample[] => [
  run(m, m, kwargs),
  run(m, m, { ...kwargs, reduction: 'sum' }),
  run(m, m, { ...kwargs, reduction: 'none' }),
  run({ shape: [3, 2], permute: [1, 0] }, m, kwargs),
  run(m, { shape: [3], dtype: 'float64' }, kwargs),
  run({ shape: [0] }, { shape: [0] }, kwargs),
  run({ shape: [] }, { shape: [] }, kwargs),
  run(m, { shape: [2, 3], dtype: 'int64' }, kwargs),
  run(m, { shape: [2, 2] }, kwargs),
  run(m, m, { ...kwargs, reduction: 'average' }),
];

/** Gradients of a loss of x − t from its derivative there. */
const ofDifference = (derivative: (d: Tensor, c: BackwardContext) => Tensor) => {
  const gradient = (c: BackwardContext) => {
    const d = f.sub(c.saved('input'), c.saved('target'));
    return f.mul(f.mul(derivative(d, c), 1 / divisor(c)), c.grad);
  };
  return { input: gradient, target: (c: BackwardContext) => f.neg(gradient(c)) };
};

const squared = (a: number, b: number) => (a - b) * (a - b);
const squaredLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = (x[i] - y[j]) * (x[i] - y[j]);
};

op<[Tensor, Tensor, string]>({
  schema: "mse_loss(Tensor input, Tensor target, str reduction='mean') -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean (x − t)²',
  gradient: 'dx = 2 (x − t) / n · dy,  dt = −dx',
  forward: (x, t, reduction) => {
    checkReduction(reduction);
    broadcast(x.shape, t.shape);
    checkFloat('mse_cpu', x, t);
    return reduced(binary(x, t, squared, { loop: squaredLoop }), reduction);
  },
  saves: ['input', 'target'],
  grads: {
    input: (c) => f.mse_loss_backward(c.grad, c.saved('input'), c.saved('target'), c.attr('reduction')),
    target: (c) => f.neg(f.mse_loss_backward(c.grad, c.saved('input'), c.saved('target'), c.attr('reduction'))),
  },
  samples: () => [...pairs(), run({ shape: [2], dtype: 'int64' }, { shape: [2], dtype: 'int64' })],
});

/** 2 / n for a mean, 2 for the other reductions. */
const twice = (x: readonly number[], t: readonly number[], reduction: string) =>
  reduction === 'mean' ? 2 / numel(broadcast(x, t)) : 2;

op<[Tensor, Tensor, Tensor, string]>({
  schema: 'mse_loss_backward(Tensor grad_output, Tensor input, Tensor target, str reduction) -> Tensor',
  faces: [],
  formula: 'dx = 2 (x − t) / n · dy',
  gradient: 'ddy = 2 (x − t) / n · ddx,  dx = 2 dy / n · ddx,  dt = −dx',
  forward: (g, x, t, reduction) => {
    const compute = resultType(x, t);
    const k = twice(x.shape, t.shape, reduction);
    if (compute === 'float64') return ternary([x, t, g], compute, (a, b, dy) => k * (a - b) * dy);
    // Each step is rounded, as PyTorch's vectors of float32 are.
    const by = Math.fround(k);
    const { fround } = Math;
    return ternary([x, t, g], compute, (a, b, dy) => fround(by * fround(a - b)) * dy);
  },
  saves: ['grad_output', 'input', 'target'],
  grads: {
    grad_output: (c) => f.mul(f.mul(f.sub(c.saved('input'), c.saved('target')), ofPairs(c)), c.grad),
    input: (c) => f.mul(f.mul(c.saved('grad_output'), ofPairs(c)), c.grad),
    target: (c) => f.neg(f.mul(f.mul(c.saved('grad_output'), ofPairs(c)), c.grad)),
  },
  samples: () =>
    REDUCTIONS.map((reduction) => ({
      args: [{ tensor: reduction === 'none' ? m : { shape: [] } }, { tensor: m }, { tensor: m }, reduction],
    })),
});
const ofPairs = (c: BackwardContext) => twice(c.shape('input'), c.shape('target'), c.attr('reduction'));

op<[Tensor, Tensor, string]>({
  schema: "l1_loss(Tensor input, Tensor target, str reduction='mean') -> Tensor",
  faces: ['torch.nn.functional'],
  composite: true,
  formula: 'y = mean |x − t|',
  gradient: 'dx = sign(x − t) / n · dy,  dt = −dx',
  forward: (x, t, reduction) => {
    checkReduction(reduction);
    return reducedByOps(f.abs(f.sub(x, t)), reduction);
  },
  samples: () => pairs(),
});

op<[Tensor, Tensor, string, number]>({
  schema: "smooth_l1_loss(Tensor input, Tensor target, str reduction='mean', float beta=1.0) -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean of (x − t)² / 2β where |x − t| < β, else |x − t| − β/2',
  gradient: 'dx = clamp((x − t) / β, −1, 1) / n · dy,  dt = −dx',
  forward: (x, t, reduction, beta) => {
    checkReduction(reduction);
    if (beta < 0) throw runtimeError('smooth_l1_loss does not support negative values for beta.');
    broadcast(x.shape, t.shape);
    checkFloat('smooth_l1_cpu', x, t);
    const loss = binary(x, t, (a, b) => {
      const d = Math.abs(a - b);
      return d < beta ? (0.5 * d * d) / beta : d - 0.5 * beta;
    });
    return reduced(loss, reduction);
  },
  saves: ['input', 'target'],
  grads: ofDifference((d, c) => {
    const beta = c.attr<number>('beta');
    return beta === 0 ? f.sign(d) : f.clamp(f.div(d, beta), -1, 1);
  }),
  // With β = 0 PyTorch calls l1_loss.
  gradName: (_, __, reduction, beta) =>
    beta > 0
      ? 'SmoothL1LossBackward0'
      : ({ mean: 'MeanBackward0', sum: 'SumBackward0' }[reduction as string] ?? 'AbsBackward0'),
  samples: () => [
    ...pairs(),
    ...pairs({ beta: 0.5 }).slice(0, 3),
    ...pairs({ beta: 0 }).slice(0, 3),
    run(m, m, { beta: -1 }),
  ],
});

op<[Tensor, Tensor, string, number]>({
  schema: "huber_loss(Tensor input, Tensor target, str reduction='mean', float delta=1.0) -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean of (x − t)² / 2 where |x − t| ≤ δ, else δ (|x − t| − δ/2)',
  gradient: 'dx = clamp(x − t, −δ, δ) / n · dy,  dt = −dx',
  forward: (x, t, reduction, delta) => {
    checkReduction(reduction);
    if (delta <= 0) throw runtimeError('huber_loss does not support non-positive values for delta.');
    broadcast(x.shape, t.shape);
    checkFloat('huber_cpu', x, t);
    if (x.dtype !== t.dtype)
      throw runtimeError(`Found dtype ${dtypeLabel(t.dtype)} but expected ${dtypeLabel(x.dtype)}`);
    const loss = binary(x, t, (a, b) => {
      const d = Math.abs(a - b);
      return d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta);
    });
    return reduced(loss, reduction);
  },
  saves: ['input', 'target'],
  grads: ofDifference((d, c) => f.clamp(d, -c.attr<number>('delta'), c.attr('delta'))),
  samples: () => [...pairs(), ...pairs({ delta: 0.5 }).slice(0, 3), run(m, m, { delta: 0 })],
});
