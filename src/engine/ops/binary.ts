/** Binary cross entropy, of probabilities and of logits. Source: torch.nn.functional's documentation, ATen's Loss.cpp. */
import { allocate, DTYPES, isFloat } from '../dtype';
import { runtimeError, valueError } from '../errors';
import { formulas as f } from '../formulas';
import { expandTo } from '../kernels/copy';
import { dtypeLabel, numbers, resultType } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { broadcast, sameShape, show } from '../shape';
import { Tensor } from '../tensor';
import { checkReduction, divisor, reduced } from './loss';
import { refuseGradOf } from './refusals';

const size = (t: Tensor) => `torch.Size(${show(t.shape)})`;

/** Weight and mean: what every gradient here is multiplied with. */
function weighted(c: BackwardContext, g: Tensor): Tensor {
  const all = f.mul(g, c.grad);
  const own = c.has('weight') ? f.mul(all, c.saved('weight')) : all;
  const n = divisor(c);
  return n === 1 ? own : f.div(own, n);
}

const m: SampleTensor = { shape: [2, 3] };
const p: SampleTensor = { shape: [2, 3], range: [0.05, 0.95] };
const weight = (shape: number[]) => ({ tensor: { shape, range: [0.2, 2] as [number, number], requiresGrad: false } });
const run = (a: SampleTensor, b: SampleTensor, kwargs?: Sample['kwargs']): Sample => ({
  args: [{ tensor: a }, { tensor: b }],
  kwargs,
});
const bit: SampleTensor = { shape: [2, 3], data: [0, 1, 1, 0, 1, 0], requiresGrad: false };
const samples = (x: SampleTensor): Sample[] => [
  run(x, bit),
  run(x, p, { reduction: 'sum' }),
  run(x, p, { reduction: 'none' }),
  run(x, p, { weight: weight([3]) }),
  run({ ...x, shape: [3, 2], permute: [1, 0] }, bit),
  run({ ...x, dtype: 'float64' }, { ...p, dtype: 'float64' }),
  run({ ...x, shape: [0] }, { shape: [0] }),
  run(x, { shape: [2] }),
  run(x, { ...bit, dtype: 'int64' }),
  run(x, { ...p, dtype: 'float64' }),
  run(x, p, { reduction: 'average' }),
];

op<[Tensor, Tensor, Tensor | null, string]>({
  schema: "binary_cross_entropy(Tensor input, Tensor target, Tensor? weight=None, str reduction='mean') -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean −w (t · ln x + (1 − t) · ln(1 − x)), logarithms cut off at −100',
  gradient: 'dx = w (x − t) / (x (1 − x)) / n · dy',
  forward: (x, t, w, reduction) => {
    checkReduction(reduction);
    refuseGradOf('binary_cross_entropy', 'weight', w);
    if (!sameShape(x.shape, t.shape))
      throw valueError(
        `Using a target size (${size(t)}) that is different to the input size (${size(x)}) is deprecated. Please ensure they have the same size.`,
      );
    if (x.dtype !== t.dtype)
      throw runtimeError(`Found dtype ${dtypeLabel(t.dtype)} but expected ${dtypeLabel(x.dtype)}`);
    const [a, b] = [x.values() as Float64Array, t.values() as Float64Array];
    const by = w && (expandTo(w, x.shape).values() as Float64Array);
    const out = allocate(x.dtype, a.length) as Float64Array;
    for (let i = 0; i < out.length; i++) {
      if (!(a[i] >= 0 && a[i] <= 1)) throw runtimeError('all elements of input should be between 0 and 1');
      if (!(b[i] >= 0 && b[i] <= 1)) throw runtimeError('all elements of target should be between 0 and 1');
      const loss = (b[i] - 1) * Math.max(Math.log1p(-a[i]), -100) - b[i] * Math.max(Math.log(a[i]), -100);
      out[i] = by ? loss * by[i] : loss;
    }
    return reduced(Tensor.of(x.dtype, [...x.shape], out), reduction);
  },
  saves: ['input', 'target', 'weight'],
  grads: {
    input: (c, f) => {
      const [x, t] = [c.saved('input'), c.saved('target')];
      return weighted(c, f.div(f.sub(x, t), f.clamp_min(f.mul(f.rsub(x, 1), x), 1e-12)));
    },
    target: (c, f) => {
      const x = c.saved('input');
      return weighted(c, f.sub(f.log(f.rsub(x, 1)), f.log(x)));
    },
  },
  samples: () => [
    ...samples(p),
    { ...run({ shape: [4], data: [0, 1, 0, 1] }, { shape: [4], data: [0, 1, 1, 0], requiresGrad: false }), kink: true },
    run({ shape: [2], data: [0.5, 1.5] }, { shape: [2], data: [0, 1] }),
    run({ shape: [2], data: [0.5, 0.5] }, { shape: [2], data: [0, 2] }),
  ],
});

op<[Tensor, Tensor, Tensor | null, string, Tensor | null]>({
  schema:
    "binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight=None, str reduction='mean', Tensor? pos_weight=None) -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = mean −w (p · t · ln σ(x) + (1 − t) · ln(1 − σ(x)))',
  gradient: 'dx = w (σ(x) · (p · t + 1 − t) − p · t) / n · dy',
  forward: (x, t, w, reduction, pos) => {
    checkReduction(reduction);
    refuseGradOf('binary_cross_entropy_with_logits', 'weight', w);
    refuseGradOf('binary_cross_entropy_with_logits', 'pos_weight', pos);
    if (!sameShape(x.shape, t.shape))
      throw valueError(`Target size (${size(t)}) must be the same as input size (${size(x)})`);
    if (isFloat(x.dtype) && !isFloat(t.dtype))
      throw runtimeError(
        `result type ${DTYPES[x.dtype].label} can't be cast to the desired output type ${DTYPES[t.dtype].label}`,
      );
    for (const extra of [pos, w]) if (extra) broadcast(extra.shape, x.shape);
    const dtype = resultType(x, t);
    const [a, b] = [numbers(x), numbers(t)];
    const by = w && numbers(expandTo(w, x.shape));
    const positive = pos && numbers(expandTo(pos, x.shape));
    const out = allocate(dtype, a.length) as Float64Array;
    for (let i = 0; i < out.length; i++) {
      const log = Math.log1p(Math.exp(-Math.abs(a[i]))) + Math.max(-a[i], 0); // −ln σ(x)
      const loss = (1 - b[i]) * a[i] + (positive ? 1 + (positive[i] - 1) * b[i] : 1) * log;
      out[i] = by ? loss * by[i] : loss;
    }
    return reduced(Tensor.of(dtype, [...x.shape], out), reduction);
  },
  saves: ['input', 'target', 'weight', 'pos_weight'],
  grads: {
    input: (c, f) => {
      const [x, t] = [c.saved('input'), c.saved('target')];
      if (!c.has('pos_weight')) return weighted(c, f.sub(f.sigmoid(x), t));
      const pt = f.mul(c.saved('pos_weight'), t);
      return weighted(c, f.sub(f.mul(f.sub(f.add(pt, 1), t), f.sigmoid(x)), pt));
    },
    target: (c, f) => {
      const x = c.saved('input');
      if (!c.has('pos_weight')) return weighted(c, f.neg(x));
      const log = (v: Tensor) => f.log_sigmoid(v);
      return weighted(c, f.sub(log(f.neg(x)), f.mul(c.saved('pos_weight'), log(x))));
    },
  },
  samples: () => [
    ...samples(m),
    run(m, p, { pos_weight: weight([3]) }),
    run(m, p, { pos_weight: weight([3]), weight: weight([2, 1]), reduction: 'sum' }),
    run({ shape: [3], data: [-200, 0, 200] }, { shape: [3], data: [0, 1, 1], requiresGrad: false }),
    run(m, p, { pos_weight: weight([2]) }),
  ],
});
