/**
 * Normalization by mean and variance: of a layer, of groups of channels, of a batch. Sources: torch.nn's documentation; Ba et al. 2016,
 * Wu and He 2018, Ioffe and Szegedy 2015; signatures as in native_functions.yaml.
 */
import { once } from '../autograd/once';
import { allocate, DTYPES, type DType, realType } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel } from '../kernels/elementwise';
import {
  channelRuns,
  groupRuns,
  moments,
  normalizeRows,
  normalizeRowsBackward,
  normalizeRuns,
  normalizeRunsBackward,
} from '../kernels/normalize';
import { layerNormBackwardFast, layerNormFast } from '../kernels/rowsSimd';
import { type BackwardContext, op, type Sample, type SampleArg } from '../op';
import { numel, sameShape, show } from '../shape';
import { Tensor } from '../tensor';
import { type Normalized, secondGrads } from './normalizationSecond';
import { floatsOnly, refuseGradOf } from './refusals';

const floats = (t: Tensor) => t.values() as Float32Array | Float64Array;
const make = (dtype: DType, shape: readonly number[]) => {
  const data = allocate(dtype, numel(shape)) as Float32Array;
  return { data, tensor: Tensor.of(dtype, [...shape], data) };
};

/** 1 / √(variance + eps) of every group. */
function rstdOf(squares: Float64Array, size: number, eps: number): Float64Array {
  return squares.map((s) => 1 / Math.sqrt(s / size + eps));
}

/** Parameters have the input's dtype; or float32 where it is a shorter float. */
function checkDtypes(kernel: string, input: Tensor, params: readonly (Tensor | null)[]): void {
  floatsOnly(kernel, input.dtype);
  for (const p of params)
    if (p && p.dtype !== input.dtype) {
      if (DTYPES[input.dtype].size < 4 && p.dtype === 'float32') continue;
      throw runtimeError(
        DTYPES[p.dtype].size < DTYPES[input.dtype].size
          ? 'mixed dtype (CPU): all inputs must share same datatype.'
          : `mixed dtype (CPU): expect parameter to have scalar type of Float`,
      );
    }
}

/** Two names of the same three gradients: of the input, the weight, the bias. */
const parts = (backward: (c: BackwardContext) => Tensor) => ({
  input: (c: BackwardContext) => (c.grads[0] ? (once(c, () => backward(c)) as unknown as Tensor[])[0] : null),
  weight: (c: BackwardContext) => (c.grads[0] ? (once(c, () => backward(c)) as unknown as Tensor[])[1] : null),
  bias: (c: BackwardContext) =>
    c.grads[0] ? (once(c, () => backward(c)) as unknown as Tensor[])[c.has('weight') ? 2 : 1] : null,
});

/** What a backward op gives: of the input, and of the weight and bias that there are. */
function gradTensors(input: Tensor, shape: readonly number[], weight: boolean, bias: boolean) {
  const dx = make(input.dtype, input.shape);
  const dw = make(input.dtype, shape);
  const db = make(input.dtype, shape);
  const tensors = [dx.tensor, ...(weight ? [dw.tensor] : []), ...(bias ? [db.tensor] : [])];
  return { dx: dx.data, dw: dw.data, db: db.data, tensors };
}

const x = (shape: number[], more: object = {}): SampleArg => ({ tensor: { shape, ...more } });
const positive = (shape: number[]): SampleArg => ({ tensor: { shape, range: [0.3, 2], requiresGrad: false } });
const plain = (shape: number[]): SampleArg => ({ tensor: { shape, requiresGrad: false } });

// ---- layer norm ----------------------------------------------------------------------------------------------------------

/** Raises what PyTorch raises for a shape to normalize over. */
export function checkNormalizedShape(
  shape: readonly number[],
  over: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
  star = '*, ',
): void {
  if (over.length === 0)
    throw runtimeError(
      'Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []',
    );
  for (const [name, p] of Object.entries({ weight, bias }))
    if (p && !sameShape(p.shape, over))
      throw runtimeError(
        `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${show(p.shape)} and normalized_shape = ${show(over)}`,
      );
  if (shape.length < over.length || !sameShape(shape.slice(shape.length - over.length), over))
    throw runtimeError(
      `Given normalized_shape=${show(over)}, expected input with shape [${star}${over.join(', ')}], but got input of size${show(shape)}`,
    );
}

const layerSamples = (): Sample[] => [
  { args: [x([2, 3]), [3], x([3]), x([3]), 1e-5] },
  { args: [x([2, 3, 4]), [3, 4], x([3, 4]), null, 0.1] },
  { args: [x([2, 3, 4]), [4], null, x([4]), 1e-5] },
  { args: [x([4, 3], { permute: [1, 0], dtype: 'float64' }), [4], null, null, 1e-5] },
  { args: [x([0, 3]), [3], x([3]), x([3]), 1e-5] },
  { args: [x([2, 3]), [], null, null, 1e-5] },
  { args: [x([2, 3]), [2], null, null, 1e-5] },
  { args: [x([2, 3]), [3], x([2]), null, 1e-5] },
  { args: [x([2, 3]), [3], null, x([2]), 1e-5] },
  { args: [x([2, 3]), [3], x([3], { dtype: 'float64' }), null, 1e-5] },
  { args: [x([2, 3], { dtype: 'int64' }), [3], null, null, 1e-5] },
];

op<[Tensor, number[], Tensor | null, Tensor | null, number]>({
  schema:
    'native_layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)',
  faces: ['torch'],
  formula: 'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² of each row x',
  gradient: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  forward: (input, over, weight, bias, eps) => {
    checkNormalizedShape(input.shape, over, weight, bias);
    checkDtypes('LayerNormKernelImpl', input, [weight, bias]);
    const lead = input.shape.slice(0, input.rank - over.length);
    const length = numel(over);
    const rows = numel(lead);
    const shape = [...lead, ...over.map(() => 1)];
    const fast = layerNormFast(input, length, weight, bias, eps, shape);
    if (fast) return fast;
    const values = floats(input);
    const { mean, squares } = moments(values, groupRuns(rows, 1, length, 1));
    const rstd = rstdOf(squares, length, eps);
    const out = make(input.dtype, input.shape);
    normalizeRows(values, out.data, length, mean, rstd, weight && floats(weight), bias && floats(bias));
    const stats = [mean, rstd].map((v) => {
      const t = make(input.dtype, shape);
      if (length > 0) t.data.set(v);
      return t.tensor;
    });
    return [out.tensor, ...stats];
  },
  saves: ['input', 'weight', 'result1', 'result2'],
  constants: [1, 2],
  grads: parts((c) =>
    f.native_layer_norm_backward(
      c.grad,
      c.saved('input'),
      c.attr('normalized_shape'),
      c.saved('result1'),
      c.saved('result2'),
      c.has('weight') ? c.saved('weight') : null,
      c.has('bias'),
      c.attr('eps'),
    ),
  ),
  samples: layerSamples,
});

op<[Tensor, Tensor, number[], Tensor, Tensor, Tensor | null, boolean]>({
  schema:
    'native_layer_norm_backward(Tensor grad_out, Tensor input, int[] normalized_shape, Tensor mean, Tensor rstd, Tensor? weight, bool bias, float eps) -> (Tensor, Tensor, Tensor)',
  faces: [],
  formula: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  gradient: 'the derivative of that, with x̂ and σ as functions of x',
  forward: (grad, input, over, mean, rstd, weight, bias) => {
    const fast = layerNormBackwardFast(grad, input, mean, rstd, weight, over);
    if (fast) return [fast[0], ...(weight ? [fast[1]] : []), ...(bias ? [fast[2]] : [])];
    const out = gradTensors(input, over, weight !== null, bias);
    const [mu, rs] = [floats(mean), floats(rstd)];
    normalizeRowsBackward(floats(grad), floats(input), numel(over), mu, rs, weight && floats(weight), out);
    return out.tensors;
  },
  saves: ['grad_out', 'input', 'weight'],
  grads: secondGrads((c): Normalized => {
    const over = c.attr<number[]>('normalized_shape');
    const length = numel(over);
    const rows = numel(c.shape('input').slice(0, -over.length));
    return { split: [rows, length], weight: [1, length], over: [1] };
  }),
  samples: () =>
    [true, false].map((affine) => ({
      args: [x([2, 3]), x([2, 3]), [3], plain([2, 1]), plain([2, 1]), affine ? x([3]) : null, affine, 0.1],
      // Its mean and rstd are inputs of their own here, and functions of x in the formula.
      kink: true,
    })),
});

op<[Tensor, number[], Tensor | null, Tensor | null, number]>({
  schema:
    'layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05) -> Tensor',
  faces: ['torch.nn.functional', 'torch'],
  composite: true,
  formula: 'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² over normalized_shape',
  gradient: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  forward: (input, over, weight, bias, eps) =>
    (f.native_layer_norm(input, over, weight, bias, eps) as unknown as Tensor[])[0],
  samples: () => layerSamples().slice(0, 6),
});

op<[Tensor, number[], Tensor | null, number | null]>({
  schema: 'rms_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor',
  faces: ['torch.nn.functional', 'torch'],
  composite: true,
  formula: 'y = x / √(mean(x²) + eps) · w, over normalized_shape',
  gradient: 'dx = (u − y · mean(u · y)) / √(mean(x²) + eps),  u = dy · w',
  forward: (input, over, weight, eps) => {
    checkNormalizedShape(input.shape, over, weight, null, '*');
    floatsOnly('rms_norm', input.dtype);
    // A float shorter than float32 is squared and averaged in float32.
    const short = DTYPES[input.dtype].size < 4;
    const from = short ? f.to_dtype(input, 'float32') : input;
    const dims = over.map((_, i) => i - over.length);
    const least = eps ?? (DTYPES[realType(from.dtype)].size === 8 ? 2 ** -52 : 2 ** -23);
    const y = f.mul(from, f.rsqrt(f.add(f.mean(f.pow(from, 2), dims, true), least)));
    const scaled = weight ? f.mul(y, weight) : y;
    return scaled.dtype === input.dtype ? scaled : f.to_dtype(scaled, input.dtype);
  },
  samples: () => [
    { args: [x([2, 3]), [3], x([3]), 1e-5] },
    { args: [x([2, 3, 4], { dtype: 'float64' }), [3, 4]] },
    { args: [x([2, 3]), []] },
    { args: [x([2, 3]), [2]] },
    { args: [x([2, 3]), [3], x([2])] },
  ],
});

// ---- group norm ----------------------------------------------------------------------------------------------------------

const groupSamples = (): Sample[] => [
  { args: [x([2, 4, 3]), x([4]), x([4]), 2, 4, 3, 2, 1e-5] },
  { args: [x([2, 4]), x([4]), null, 2, 4, 1, 1, 0.1] },
  { args: [x([2, 4, 2, 2]), null, null, 2, 4, 4, 4, 1e-5] },
  { args: [x([4, 2, 3], { permute: [1, 0, 2], dtype: 'float64' }), null, null, 2, 4, 3, 2, 1e-5] },
  { args: [x([0, 4, 3]), x([4]), x([4]), 0, 4, 3, 2, 1e-5] },
];

/** `parts`, for an op whose mean and rstd have gradients, too: dμ/dx = 1/n, d rstd/dx = −rstd³ (x − μ) / n. */
function withStatistics(backward: (c: BackwardContext) => Tensor) {
  const usual = parts(backward);
  return {
    ...usual,
    input: (c: BackwardContext) => {
      const [, byMean, byRstd] = c.grads;
      let dx = usual.input(c);
      if (!byMean && !byRstd) return dx;
      const [n, groups] = [c.attr<number>('N'), c.attr<number>('group')];
      const count = (c.attr<number>('C') / groups) * c.attr<number>('HxW');
      const x = f.reshape(c.saved('input'), [n, groups, count]);
      const wide = (t: Tensor) => f.unsqueeze(t, -1);
      const add = (g: Tensor) => {
        const own = f.reshape(g, c.shape('input'));
        dx = dx ? f.add(dx, own) : own;
      };
      if (byMean) add(f.expand(f.div(wide(byMean), count), x.shape));
      if (byRstd) {
        const far = f.sub(x, f.mean(x, [2], true));
        const variance = f.mean(f.mul(far, far), [2], true);
        const rstd = f.rsqrt(f.add(variance, c.attr<number>('eps')));
        add(f.mul(f.mul(f.pow(rstd, 3), far), f.div(wide(byRstd), -count)));
      }
      return dx;
    },
  };
}

op<[Tensor, Tensor | null, Tensor | null, number, number, number, number, number]>({
  schema:
    'native_group_norm(Tensor input, Tensor? weight, Tensor? bias, int N, int C, int HxW, int group, float eps) -> (Tensor, Tensor, Tensor)',
  faces: ['torch'],
  formula: 'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² of each group of channels of each example',
  gradient: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  forward: (input, weight, bias, n, channels, inner, groups, eps) => {
    checkGroups(input, weight, bias, channels, groups);
    if (!input.contiguous)
      throw runtimeError(
        'Expected X.is_contiguous(memory_format) to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)',
      );
    checkDtypes('GroupNormKernelImpl', input, [weight, bias]);
    const runs = groupRuns(n, channels, inner, groups);
    const values = floats(input);
    const { mean, squares } = moments(values, runs);
    const rstd = rstdOf(squares, runs.size, eps);
    const out = make(input.dtype, input.shape);
    normalizeRuns(values, out.data, runs, mean, rstd, weight && floats(weight), bias && floats(bias));
    const stats = [mean, rstd].map((v) => {
      const t = make(input.dtype, [n, groups]);
      t.data.set(v);
      return t.tensor;
    });
    return [out.tensor, ...stats];
  },
  saves: ['input', 'weight', 'result1', 'result2'],
  grads: withStatistics((c) =>
    f.native_group_norm_backward(
      c.grad,
      c.saved('input'),
      c.saved('result1'),
      c.saved('result2'),
      c.has('weight') ? c.saved('weight') : null,
      c.has('bias'),
      c.attr('N'),
      c.attr('C'),
      c.attr('HxW'),
      c.attr('group'),
      c.attr('eps'),
    ),
  ),
  samples: groupSamples,
});

op<[Tensor, Tensor, Tensor, Tensor, Tensor | null, boolean, number, number, number, number]>({
  schema:
    'native_group_norm_backward(Tensor grad_out, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, bool bias, int N, int C, int HxW, int group, float eps) -> (Tensor, Tensor, Tensor)',
  faces: [],
  formula: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  gradient: 'the derivative of that, with x̂ and σ as functions of x',
  forward: (grad, input, mean, rstd, weight, bias, n, channels, inner, groups) => {
    const out = gradTensors(input, [channels], weight !== null, bias);
    const runs = groupRuns(n, channels, inner, groups);
    const [mu, rs] = [floats(mean), floats(rstd)];
    normalizeRunsBackward(floats(grad), floats(input), runs, mu, rs, weight && floats(weight), false, out);
    return out.tensors;
  },
  saves: ['grad_out', 'input', 'weight'],
  grads: secondGrads((c): Normalized => {
    const [n, channels, inner, groups] = ['N', 'C', 'HxW', 'group'].map((name) => c.attr<number>(name));
    const each = channels / groups;
    return { split: [n, groups, each, inner], weight: [1, groups, each, 1], over: [2, 3] };
  }),
  samples: () => [
    {
      args: [x([2, 4, 3]), x([2, 4, 3]), plain([2, 2]), plain([2, 2]), x([4]), true, 2, 4, 3, 2, 0.1],
      kink: true,
    },
  ],
});

function checkGroups(input: Tensor, weight: Tensor | null, bias: Tensor | null, channels: number, groups: number) {
  if (groups <= 0) throw runtimeError(`Expected num groups to be greater than 0, got ${groups}`);
  if (channels % groups)
    throw runtimeError(
      `Expected number of channels in input to be divisible by num_groups, but got input of shape ${show(input.shape)} and num_groups=${groups}`,
    );
  for (const [name, p] of Object.entries({ weight, bias }))
    if (p && (p.rank !== 1 || p.count !== channels))
      throw runtimeError(
        // (PyTorch shows the weight's shape for the bias, too.)
        `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ${show(weight?.shape ?? [0])} and input of shape ${show(input.shape)}`,
      );
}

op<[Tensor, number, Tensor | null, Tensor | null, number]>({
  schema: 'group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² of each group of channels of each example',
  gradient: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  forward: (input, groups, weight, bias, eps) => {
    const [n, channels] = input.shape;
    checkGroups(input, weight, bias, channels, groups);
    const inner = numel(input.shape.slice(2));
    return (
      f.native_group_norm(f.contiguous(input), weight, bias, n, channels, inner, groups, eps) as unknown as Tensor[]
    )[0];
  },
  samples: () => [
    { args: [x([2, 4, 3]), 2, x([4]), x([4])] },
    { args: [x([4, 2, 3], { permute: [1, 0, 2], dtype: 'float64' }), 2] },
    { args: [x([2, 4, 3]), 3] },
    { args: [x([2, 4, 3]), 2, x([3])] },
    { args: [x([2, 4, 3]), 2, null, x([3])] },
    { args: [x([2, 4, 3], { dtype: 'int64' }), 2] },
  ],
});

// ---- batch norm ----------------------------------------------------------------------------------------------------------

/** Runs of a batch-norm input: (N, C) or (N, C, …). */
const batchRuns = (shape: readonly number[]) => channelRuns(shape[0], shape[1], numel(shape.slice(2)));

type Batch = [
  input: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  training: boolean,
  momentum: number,
  eps: number,
];

const batchSamples = (): Sample[] => [
  { args: [x([3, 2]), x([2]), x([2]), plain([2]), positive([2]), true, 0.1, 1e-5] },
  { args: [x([2, 3, 2]), x([3]), null, null, null, true, 0.1, 0.1] },
  { args: [x([2, 2, 1, 2]), null, x([2]), plain([2]), positive([2]), false, 0.1, 1e-5] },
  { args: [x([2, 3], { permute: [1, 0], dtype: 'float64' }), null, null, null, null, true, 0.3, 1e-5] },
  { args: [x([3, 2]), x([2]), x([2]), plain([2]), positive([2]), false, 0.1, 1e-5] },
];

op<Batch>({
  schema:
    'native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor, Tensor)',
  // torch.native_batch_norm is this and the update of the running statistics.
  faces: [],
  formula:
    'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² of each channel over the batch (outside training the running ones)',
  gradient:
    'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w (outside training u / √(σ² + eps));  dw = Σ dy · x̂;  db = Σ dy',
  forward: (input, weight, bias, runningMean, runningVar, training, _, eps) => {
    checkDtypes('batch_norm', input, [weight, bias, runningMean, runningVar]);
    const runs = batchRuns(input.shape);
    const values = floats(input);
    const made = training ? moments(values, runs) : null;
    const mean = made ? made.mean : Float64Array.from(floats(runningMean!));
    const rstd = made
      ? rstdOf(made.squares, runs.size, eps)
      : Float64Array.from(floats(runningVar!), (v) => 1 / Math.sqrt(v + eps));
    const out = make(input.dtype, input.shape);
    normalizeRuns(values, out.data, runs, mean, rstd, weight && floats(weight), bias && floats(bias));
    // Outside training PyTorch gives no statistics. The last one is the variance that the running one learns from.
    const unbiased = made?.squares.map((s) => s / (runs.size - 1));
    const stats = (made ? [mean, rstd, unbiased!] : [[], [], []]).map((v) => {
      const t = make(input.dtype, [v.length]);
      t.data.set(v);
      return t.tensor;
    });
    return [out.tensor, ...stats];
  },
  saves: ['input', 'weight', 'running_mean', 'running_var', 'result1', 'result2'],
  constants: [1, 2, 3],
  grads: parts((c) => {
    const maybe = (name: string) => (c.has(name) ? c.saved(name) : null);
    return f.native_batch_norm_backward(
      c.grad,
      c.saved('input'),
      maybe('weight'),
      c.has('bias'),
      maybe('running_mean'),
      maybe('running_var'),
      c.saved('result1'),
      c.saved('result2'),
      c.attr('training'),
      c.attr('eps'),
    );
  }),
  samples: batchSamples,
});

op<[Tensor, Tensor, Tensor | null, boolean, Tensor | null, Tensor | null, Tensor, Tensor, boolean, number]>({
  schema:
    'native_batch_norm_backward(Tensor grad_out, Tensor input, Tensor? weight, bool bias, Tensor? running_mean, Tensor? running_var, Tensor save_mean, Tensor save_invstd, bool train, float eps) -> (Tensor, Tensor, Tensor)',
  faces: [],
  formula:
    'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w (outside training u / √(σ² + eps));  dw = Σ dy · x̂;  db = Σ dy',
  gradient: 'the derivative of that, with x̂ and σ as functions of x (in training)',
  forward: (grad, input, weight, bias, runningMean, runningVar, saveMean, saveInvstd, train, eps) => {
    const out = gradTensors(input, [input.shape[1]], weight !== null, bias);
    const mean = floats(train ? saveMean : runningMean!);
    const rstd = train ? floats(saveInvstd) : Float64Array.from(floats(runningVar!), (v) => 1 / Math.sqrt(v + eps));
    const runs = batchRuns(input.shape);
    normalizeRunsBackward(floats(grad), floats(input), runs, mean, rstd, weight && floats(weight), !train, out);
    return out.tensors;
  },
  saves: ['grad_out', 'input', 'weight', 'running_mean', 'running_var'],
  grads: secondGrads((c): Normalized => {
    const [n, channels, ...inner] = c.shape('input');
    const known = (name: string) => f.reshape(c.saved(name), [1, channels, 1]);
    return {
      split: [n, channels, numel(inner)],
      weight: [1, channels, 1],
      over: [0, 2],
      fixed: c.attr<boolean>('train') ? undefined : { mean: known('running_mean'), variance: known('running_var') },
    };
  }),
  samples: () => [
    {
      args: [x([3, 2]), x([3, 2]), x([2]), true, plain([2]), positive([2]), plain([2]), positive([2]), true, 0.1],
      kink: true,
    },
    { args: [x([3, 2]), x([3, 2]), x([2]), true, plain([2]), positive([2]), plain([0]), plain([0]), false, 0.1] },
  ],
});

op<[Tensor, Tensor, number]>({
  schema: 'running_average_(Tensor input, Tensor batch, float momentum) -> Tensor',
  faces: [],
  inplaceOnly: true,
  formula: 'running = (1 − momentum) · running + momentum · batch',
  forward: (running, batch, momentum) => {
    const [a, b] = [floats(running), floats(batch)];
    const out = make(running.dtype, running.shape);
    for (let i = 0; i < out.data.length; i++) out.data[i] = momentum * b[i] + (1 - momentum) * a[i];
    return out.tensor;
  },
  samples: () => [{ args: [plain([3]), plain([3]), 0.1] }],
});

/** native_batch_norm, and what it does to the running statistics. */
function batchNorm(...args: Batch): Tensor[] {
  const [input, weight, bias, runningMean, runningVar, training, momentum, eps] = args;
  // Training does not look at the running statistics: its gradient does not mind what becomes of them.
  refuseGradOf('native_batch_norm', 'running_mean', runningMean);
  refuseGradOf('native_batch_norm', 'running_var', runningVar);
  const known = training ? [null, null] : [runningMean, runningVar];
  const outs = f.native_batch_norm(input, weight, bias, ...known, training, momentum, eps) as unknown as Tensor[];
  if (training && runningMean) f.running_average_(runningMean, outs[1], momentum);
  if (training && runningVar) f.running_average_(runningVar, outs[3], momentum);
  return outs.slice(0, 3);
}

op<Batch>({
  schema:
    'native_batch_norm_with_update(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)',
  faces: ['torch:native_batch_norm'],
  composite: true,
  formula:
    'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² of each channel over the batch (outside training the running ones)',
  gradient: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  forward: (...args) => {
    const [input, ...params] = args.slice(0, 5) as [Tensor, ...(Tensor | null)[]];
    for (const p of params)
      if (p && p.dtype !== input.dtype && DTYPES[input.dtype].size >= 4)
        throw runtimeError(`expected scalar type ${dtypeLabel(input.dtype)} but found ${dtypeLabel(p.dtype)}`);
    return batchNorm(...args);
  },
  samples: batchSamples,
});

op<Batch>({
  schema:
    'batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula:
    'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² of each channel over the batch (outside training the running ones)',
  gradient: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  forward: (input, weight, bias, runningMean, runningVar, training, momentum, eps) => {
    const channels = input.rank < 2 ? 0 : input.shape[1];
    for (const [name, t] of Object.entries({ running_mean: runningMean, running_var: runningVar, weight, bias })) {
      if (t && t.count !== channels)
        if (input.count > 0 || input.rank > 1)
          throw runtimeError(`${name} should contain ${channels} elements not ${t.count}`);
      if (!t && name.startsWith('running') && !training)
        throw runtimeError(`${name} must be defined in evaluation mode`);
    }
    if (input.count === 0) {
      let out = f.clone(input);
      if (weight) out = f.mul(out, f.select(weight, 0, 0));
      return bias ? f.add(out, f.select(bias, 0, 0)) : out;
    }
    checkDtypes('batch_norm', input, [weight, bias, runningMean, runningVar]);
    return batchNorm(input, weight, bias, runningMean, runningVar, training, momentum, eps)[0];
  },
  samples: () => [
    ...batchSamples().map(({ args }) => ({ args: [...args, false] })),
    { args: [x([3, 2]), null, null, plain([3]), plain([3]), false, 0.1, 1e-5, false] },
    { args: [x([3, 2]), null, null, null, null, false, 0.1, 1e-5, false] },
    { args: [x([3, 2]), x([3]), null, null, null, true, 0.1, 1e-5, false] },
    { args: [x([3, 2]), x([2], { dtype: 'float64' }), null, null, null, true, 0.1, 1e-5, false] },
    { args: [x([3, 2], { dtype: 'int64' }), null, null, null, null, true, 0.1, 1e-5, false] },
    { args: [x([0, 2]), x([2]), x([2]), null, null, true, 0.1, 1e-5, false] },
  ],
});

op<[Tensor, Tensor | null, Tensor | null, Tensor | null, Tensor | null, boolean, number, number]>({
  schema:
    'instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = (x − μ) / √(σ² + eps) · w + b, with mean μ and variance σ² of each channel of each example',
  gradient: 'dx = (u − mean(u) − x̂ · mean(u · x̂)) / √(σ² + eps),  u = dy · w;  dw = Σ dy · x̂;  db = Σ dy',
  forward: (input, weight, bias, runningMean, runningVar, useInput, momentum, eps) => {
    if (!useInput && !(runningMean && runningVar))
      throw runtimeError('Expected running_mean and running_var to be defined when use_input_stats is false');
    const [n, channels, ...inner] = input.shape;
    // Every example's channels are channels of one example.
    const each = (t: Tensor | null) => t && f.repeat(t, [n]);
    const [mean, variance] = [each(runningMean), each(runningVar)];
    const out = f.batch_norm(
      f.view(f.contiguous(input), [1, n * channels, ...inner]),
      each(weight),
      each(bias),
      mean,
      variance,
      useInput,
      momentum,
      eps,
      false,
    );
    const keep = (to: Tensor | null, all: Tensor | null) =>
      to && useInput && f.copy_(to, f.mean(f.view(all, [n, channels]), [0], false));
    keep(runningMean, mean);
    keep(runningVar, variance);
    return f.view(out, input.shape);
  },
  samples: () => [
    { args: [x([2, 3, 4]), x([3]), x([3]), plain([3]), positive([3]), true, 0.1, 1e-5, false] },
    { args: [x([2, 3, 4]), null, null, plain([3]), positive([3]), false, 0.1, 1e-5, false] },
    { args: [x([2, 3, 2, 2]), null, null, null, null, true, 0.1, 1e-5, false] },
    { args: [x([2, 3, 4]), null, null, null, null, false, 0.1, 1e-5, false] },
    { args: [x([2, 3, 4]), x([2]), null, null, null, true, 0.1, 1e-5, false] },
  ],
});
