/** Losses of classification and of distributions. Source: torch.nn.functional's documentation, ATen's LossNLL.cpp and Loss.cpp. */
import { allocate, isFloat } from '../dtype';
import { indexError, runtimeError, valueError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel, numbers } from '../kernels/elementwise';
import { op, type Sample, type SampleTensor } from '../op';
import { resultArray } from '../reuse';
import { numel, sameShape, show } from '../shape';
import { Tensor } from '../tensor';
import { checkReduction, reducedByOps } from './loss';
import { rename } from './named';
import { refuseGradOf } from './refusals';

/** nll_loss's view of its arguments: batches of classes of places. */
interface Classes {
  batch: number;
  classes: number;
  inner: number;
  /** Class of each [batch, place]; -1 where it is ignored. Until the next call. */
  target: Int32Array;
  weight: Float64Array | null;
}

/** Room for the classes: an array of its own each time would cost more than to read them. */
let room = new Int32Array(0);

function readClasses(shape: number[], target: Tensor, weight: Tensor | null, ignore: number): Classes {
  const [batch, classes] = shape.length === 1 ? [1, shape[0]] : shape;
  const values = target.values();
  if (room.length < values.length) room = new Int32Array(values.length);
  const chosen = room.length === values.length ? room : room.subarray(0, values.length);
  // Of int64, the lower and the higher half.
  const [step, halves] =
    values instanceof BigInt64Array && values.length > 8
      ? [2, new Int32Array(values.buffer, values.byteOffset, 2 * values.length)]
      : [1, numbers(target)];
  for (let i = 0; i < chosen.length; i++) {
    const t = halves[step * i];
    if (t >= 0 && t < classes && t !== ignore && (step === 1 || halves[2 * i + 1] === 0)) chosen[i] = t;
    else if (Number(values[i]) === ignore) chosen[i] = -1;
    else throw indexError(`Target ${values[i]} is out of bounds.`);
  }
  return { batch, classes, inner: numel(shape.slice(2)), target: chosen, weight: weight && numbers(weight) };
}

/** How many targets count, each by its weight. */
function totalOf({ target, weight }: Classes): number {
  let total = 0;
  if (weight) for (let i = 0; i < target.length; i++) total += target[i] < 0 ? 0 : weight[target[i]];
  else for (let i = 0; i < target.length; i++) total += target[i] < 0 ? 0 : 1;
  return total;
}

/** Where the element of a target's class lies. */
const placeOf = (t: Int32Array, i: number, classes: number, inner: number) =>
  inner === 1 ? i * classes + t[i] : (Math.floor(i / inner) * classes + t[i]) * inner + (i % inner);

function checkNll(x: Tensor, target: Tensor, weight: Tensor | null): void {
  const rank = x.rank;
  if (rank === 0) throw valueError('Expected 1 or more dimensions (got 0)');
  if (rank === 1 && target.rank === 1 && target.count !== 1)
    throw valueError(`For 1D input, 1D target must have size 1, but got target size: ${target.count}`);
  if (rank !== 1 && x.shape[0] !== target.shape[0])
    throw valueError(`Expected input batch_size (${x.shape[0]}) to match target batch_size (${target.shape[0] ?? 0}).`);
  if (target.dtype !== 'int64' && target.dtype !== 'uint8')
    throw runtimeError(`expected target dtype to be Long or Byte, but got ${dtypeLabel(target.dtype)}`);
  if (rank <= 2 && target.rank > 1) throw runtimeError('0D or 1D target tensor expected, multi-target not supported');
  if (rank > 2) {
    const wanted = [x.shape[0], ...x.shape.slice(2)];
    if (!sameShape(target.shape, wanted))
      throw runtimeError(
        rank === 4 && target.rank === 3
          ? `size mismatch (got input: ${show(x.shape)} , target: ${show(target.shape)}`
          : rank === 4
            ? `only batches of spatial targets supported (3D tensors) but got targets of dimension: ${target.rank}`
            : `Expected target size ${show(wanted)}, got ${show(target.shape)}`,
      );
  }
  const classes = x.shape[rank === 1 ? 0 : 1];
  if (weight && (weight.rank !== 1 || weight.count !== classes))
    throw runtimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${show(weight.shape)}`,
    );
  if (weight && weight.dtype !== x.dtype)
    throw runtimeError(`expected scalar type ${dtypeLabel(x.dtype)} but found ${dtypeLabel(weight.dtype)}`);
}

const logp: SampleTensor = { shape: [3, 4] };
const labels = (shape: number[], ...data: number[]): SampleTensor => ({ shape, dtype: 'int64', data });
const weights = (n: number): { tensor: SampleTensor } => ({
  tensor: { shape: [n], range: [0.2, 2], requiresGrad: false },
});
const run = (a: SampleTensor, b: SampleTensor, kwargs?: Sample['kwargs']): Sample => ({
  args: [{ tensor: a }, { tensor: b }],
  kwargs,
});
const t3 = labels([3], 0, 3, 1);
const image: SampleTensor = { shape: [2, 3, 1, 2] };
const imageLabels = labels([2, 1, 2], 0, 2, 1, 1);

const classSamples = (): Sample[] => [
  run(logp, t3),
  run(logp, t3, { reduction: 'sum' }),
  run(logp, t3, { reduction: 'none' }),
  run(logp, t3, { weight: weights(4) }),
  run(logp, t3, { weight: weights(4), reduction: 'none' }),
  run(logp, labels([3], 0, -100, 1)),
  run(logp, t3, { ignore_index: 3, weight: weights(4) }),
  // 0 / 0: the loss is NaN, its gradient 0.
  { ...run(logp, labels([3], -100, -100, -100)), kink: true },
  run({ ...logp, dtype: 'float64' }, t3),
  run({ shape: [4, 3], permute: [1, 0] }, t3),
  run({ shape: [4] }, labels([], 2)),
  run({ shape: [2, 3, 2] }, labels([2, 2], 0, 2, 1, 1)),
  run({ shape: [2, 3, 2] }, labels([2, 2], 0, 2, 1, 1), { reduction: 'none' }),
  run(image, imageLabels, { weight: weights(3) }),
  run(image, imageLabels, { reduction: 'none' }),
  { ...run({ shape: [0, 4] }, labels([0])), kink: true },
  run(logp, { shape: [3], dtype: 'uint8', data: [0, 3, 1] }),
  run(logp, { shape: [3], requiresGrad: false }),
  run(logp, { shape: [3], dtype: 'int32', data: [0, 1, 2] }),
  run(logp, labels([3], 0, 5, 1)),
  run(logp, labels([3], 0, -1, 1)),
  run(logp, labels([2], 0, 1)),
  run(logp, labels([3, 1], 0, 1, 2)),
  run(logp, t3, { weight: weights(3) }),
  run({ shape: [2, 3, 2] }, labels([2, 3], 0, 0, 0, 0, 0, 0)),
  run(image, labels([2, 2, 2], 0, 0, 0, 0, 0, 0, 0, 0)),
  run({ shape: [3] }, labels([2], 0, 1)),
  run(logp, t3, { reduction: 'average' }),
];

op<[Tensor, Tensor, Tensor | null, number, string]>({
  schema:
    "nll_loss(Tensor input, Tensor target, Tensor? weight=None, int ignore_index=-100, str reduction='mean') -> Tensor",
  faces: ['torch.nn.functional'],
  formula: 'y = Σ −w[t] · x[t] / Σ w[t]',
  gradient: 'dx[t] = −w[t] / Σ w[t] · dy, else 0',
  forward: (x, target, weight, ignore, reduction) => {
    checkReduction(reduction);
    checkNll(x, target, weight);
    refuseGradOf(x.rank <= 2 ? 'nll_loss_forward' : 'nll_loss2d_forward', 'weight', weight);
    const read = readClasses(x.shape, target, weight, ignore);
    const { classes, inner, target: t, weight: w } = read;
    const n = Math.min(read.batch * inner, t.length);
    const values = x.values() as Float64Array;
    const each = reduction === 'none' ? (allocate(x.dtype, t.length) as Float64Array) : null;
    const rounded = x.dtype === 'float64' ? (v: number) => v : Math.fround;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      if (t[i] < 0) continue;
      const v = -values[placeOf(t, i, classes, inner)];
      const loss = w ? rounded(v * w[t[i]]) : v;
      if (each) each[i] = loss;
      sum += loss;
    }
    if (each) return Tensor.of(x.dtype, [...target.shape], each);
    const out = Tensor.zeros(x.dtype, []);
    out.storage.data[0] = (reduction === 'mean' ? sum / totalOf(read) : sum) as never;
    return out;
  },
  saves: ['input', 'target', 'weight'],
  grads: {
    input: (c, f) =>
      f.nll_loss_backward(
        c.grad,
        c.saved('input'),
        c.saved('target'),
        c.has('weight') ? c.saved('weight') : null,
        c.attr('ignore_index'),
        c.attr('reduction'),
      ),
  },
  gradName: (x, _, __, ___, reduction) =>
    x.rank <= 2 ? 'NllLossBackward0' : reduction === 'none' && x.rank !== 4 ? 'ViewBackward0' : 'NllLoss2DBackward0',
  samples: classSamples,
});

op<[Tensor, Tensor, Tensor, Tensor | null, number, string]>({
  schema:
    'nll_loss_backward(Tensor grad_output, Tensor input, Tensor target, Tensor? weight, int ignore_index, str reduction) -> Tensor',
  faces: [],
  formula: 'y[t] = −w[t] / Σ w[t] · g, else 0',
  gradient: 'dg = Σ −w[t] · dy[t] / Σ w[t],  dx = 0',
  forward: (grad, { shape: sizes }, target, weight, ignore, reduction) => {
    const read = readClasses(sizes, target, weight, ignore);
    const { classes, inner, target: t, weight: w } = read;
    const g = grad.values() as Float64Array;
    const data = resultArray(grad.dtype, numel(sizes)) as Float64Array;
    data.fill(0);
    const total = reduction === 'mean' ? totalOf(read) : 1;
    const step = reduction === 'none' ? 1 : 0;
    for (let i = 0; i < t.length; i++)
      if (t[i] >= 0) data[placeOf(t, i, classes, inner)] = (-(w ? w[t[i]] : 1) * g[step * i]) / total;
    return Tensor.of(grad.dtype, [...sizes], data);
  },
  saves: ['target', 'weight'],
  grads: {
    grad_output: (c, f) =>
      f.nll_loss(
        c.grad,
        c.saved('target'),
        c.has('weight') ? c.saved('weight') : null,
        c.attr('ignore_index'),
        c.attr('reduction'),
      ),
    // As in PyTorch, where the scores get a second gradient of zeros.
    input: (c, f) => f.zeros(c.shape('input'), c.dtype('input')),
  },
  samples: () => [
    { args: [{ tensor: { shape: [] } }, { tensor: { shape: [3, 4] } }, { tensor: t3 }, weights(4), -100, 'mean'] },
  ],
});

/** Weights along the class dimension. */
const byClass = (w: Tensor, rank: number, dim: number) =>
  f.view(
    w,
    Array.from({ length: rank }, (_, d) => (d === dim ? -1 : 1)),
  );

/** Classes given as probabilities, one an element of x. */
function ofProbabilities(x: Tensor, target: Tensor, weight: Tensor | null, reduction: string, smoothing: number) {
  const dim = x.rank === 1 ? 0 : 1;
  const classes = x.shape[dim];
  if (!isFloat(target.dtype))
    throw runtimeError(
      `Expected floating point type for target with class probabilities, got ${dtypeLabel(target.dtype)}`,
    );
  if (weight && (weight.rank !== 1 || weight.count !== classes))
    throw runtimeError(
      `cross_entropy: weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${show(weight.shape)}`,
    );
  const logs = f.log_softmax(x, dim);
  const t = smoothing > 0 ? f.add(f.mul(target, 1 - smoothing), smoothing / classes) : target;
  const each = f.mul(logs, t);
  const weighted = weight ? f.mul(each, byClass(weight, x.rank, dim)) : each;
  if (reduction === 'none') return f.neg(f.sum(weighted, [dim]));
  const loss = f.neg(f.sum(weighted));
  return reduction === 'mean' ? rename(f.div(loss, x.count / classes), 'DivBackward1') : loss;
}

/** A part of every label's weight given to all classes alike. */
function smoothed(x: Tensor, target: Tensor, weight: Tensor | null, ignore: number, reduction: string, part: number) {
  const dim = x.rank === 1 ? 0 : 1;
  const logs = f.log_softmax(x, dim);
  const nll = f.nll_loss(logs, target, weight, ignore, reduction);
  const ignored = f.eq(target, ignore);
  const all = f.neg(f.sum(weight ? f.mul(logs, byClass(weight, x.rank, dim)) : logs, [dim]));
  const smooth = f.masked_fill(all, ignored, 0);
  const spread = reduction === 'none' ? smooth : f.sum(smooth);
  const count = () => {
    const kept = f.logical_not(ignored);
    return weight ? f.sum(f.gather(weight, 0, f.flatten(f.masked_select(target, kept)))) : f.sum(kept);
  };
  const mean = reduction === 'mean' ? f.div(spread, count()) : spread;
  return f.add(f.mul(nll, 1 - part), f.mul(mean, part / x.shape[dim]));
}

op<[Tensor, Tensor, Tensor | null, number, string, number]>({
  schema:
    "cross_entropy(Tensor input, Tensor target, Tensor? weight=None, int ignore_index=-100, str reduction='mean', float label_smoothing=0.0) -> Tensor",
  faces: ['torch.nn.functional'],
  composite: true,
  formula: 'y = mean −log softmax(x)[t]',
  gradient: 'dx = (softmax(x) − onehot(t)) / n · dy',
  forward: (x, target, weight, ignore, reduction, smoothing) => {
    checkReduction(reduction);
    if (smoothing < 0 || smoothing > 1)
      throw runtimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${smoothing}`);
    if (sameShape(x.shape, target.shape)) {
      if (ignore >= 0) throw runtimeError('ignore_index is not supported for floating point target');
      return ofProbabilities(x, target, weight, reduction, smoothing);
    }
    if (smoothing > 0) return smoothed(x, target, weight, ignore, reduction, smoothing);
    return f.nll_loss(f.log_softmax(x, x.rank === 1 ? 0 : 1), target, weight, ignore, reduction);
  },
  samples: () => {
    const p: SampleTensor = { shape: [3, 4], range: [0.1, 1] };
    const some = ['mean', 'sum', 'none'];
    return [
      ...classSamples(),
      ...some.map((reduction) => run(logp, p, { reduction })),
      ...some.map((reduction) => run(logp, p, { reduction, label_smoothing: 0.1, weight: weights(4) })),
      ...some.map((reduction) => run(logp, labels([3], 0, -100, 1), { reduction, label_smoothing: 0.1 })),
      ...some.map((reduction) =>
        run(logp, labels([3], 0, -100, 1), { reduction, label_smoothing: 0.2, weight: weights(4) }),
      ),
      run({ shape: [4] }, { shape: [4], range: [0.1, 1] }),
      run(logp, { shape: [3, 4], dtype: 'int64' }),
      run(logp, t3, { label_smoothing: 1.5 }),
      run(logp, p, { ignore_index: 1 }),
      run(logp, p, { weight: weights(3) }),
    ];
  },
});

op<[Tensor, Tensor, string, boolean]>({
  schema: "kl_div(Tensor input, Tensor target, str reduction='mean', bool log_target=False) -> Tensor",
  faces: ['torch.nn.functional'],
  composite: true,
  formula: 'y = mean t · (ln t − x)',
  gradient: 'dx = −t / n · dy,  dt = (ln t + 1 − x) / n · dy',
  forward: (x, target, reduction, log) => {
    if (reduction !== 'batchmean') checkReduction(reduction);
    const each = log ? f.mul(f.exp(target), f.sub(target, x)) : f.sub(f.xlogy(target, target), f.mul(target, x));
    if (reduction !== 'batchmean') return reducedByOps(each, reduction);
    const sum = f.sum(each);
    return x.rank ? f.div(sum, x.shape[0]) : sum;
  },
  samples: () =>
    ['mean', 'sum', 'none', 'batchmean'].flatMap((reduction) => [
      run({ shape: [2, 3] }, { shape: [2, 3], range: [0.1, 1] }, { reduction }),
      run({ shape: [2, 3] }, { shape: [2, 3] }, { reduction, log_target: true }),
    ]),
});
