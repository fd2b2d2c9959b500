/** ReLU with a random slope. Source: Xu et al. 2015; draws as in ATen's Activation.cpp. */
import { context } from '../context';
import { allocate } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { binary, numbers, unary } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type Scalar } from '../op';
import { uniform } from '../random/index';
import { Tensor } from '../tensor';
import { floatsOnly } from './refusals';
import { oneInput } from './samples';

const num = (s: Scalar) => Number(s.value);
const slope = (lower: Scalar, upper: Scalar) => (num(lower) + num(upper)) / 2;

type Args = [x: Tensor, lower: Scalar, upper: Scalar, training: boolean];

op<[Tensor, Scalar, Scalar]>({
  schema: 'rrelu_noise(Tensor input, Scalar lower, Scalar upper) -> Tensor',
  faces: [],
  random: true,
  formula: 'n = 1 where x > 0, else a draw from [lower, upper)',
  forward: (x, lower, upper) => {
    floatsOnly('rrelu_with_noise_out_cpu', x.dtype);
    const values = numbers(x);
    const below = values.reduce((n, v) => n + Number(v <= 0), 0);
    // One draw a negative element, always of 64 bits.
    const draws = uniform(new Float64Array(below), context.generator, num(lower), num(upper));
    const out = allocate(x.dtype, values.length) as Float64Array;
    let at = 0;
    for (let i = 0; i < out.length; i++) out[i] = values[i] <= 0 ? draws[at++] : 1;
    return Tensor.of(x.dtype, [...x.shape], out);
  },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, 0.1, 0.3] }],
});

op<[Tensor, Tensor | null, Scalar, Scalar, boolean]>({
  schema:
    'rrelu_with_noise(Tensor input, Tensor? noise, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False) -> Tensor',
  faces: [],
  inplace: true,
  formula: 'y = x where x > 0, else a · x; a is drawn from [lower, upper) in training, and their mean else',
  gradient: 'dx = dy where x > 0, else a · dy',
  forward: (x, noise, lower, upper, training) => {
    if (training && noise) return binary(x, noise, (v, n) => v * n);
    floatsOnly('leaky_relu_cpu', x.dtype);
    const a = slope(lower, upper);
    return unary(x, x.dtype, (v) => (v > 0 ? v : v * a));
  },
  saves: ['input', 'noise'],
  grads: { input: (c, f) => f.rrelu_with_noise_backward(c.grad, c.saved('input'), ...rest(c)) },
  inplaceGradName: 'RreluWithNoiseBackward1',
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3], requiresGrad: false } }, 0.1, 0.3, true] },
    { args: [{ tensor: { shape: [2, 3] } }, null] },
  ],
});

const rest = (c: BackwardContext) => [
  c.has('noise') ? c.saved('noise') : null,
  c.attr('lower'),
  c.attr('upper'),
  c.attr('training'),
];

op<[Tensor, Tensor, Tensor | null, Scalar, Scalar, boolean]>({
  schema:
    'rrelu_with_noise_backward(Tensor grad_output, Tensor input, Tensor? noise, Scalar lower, Scalar upper, bool training) -> Tensor',
  faces: [],
  formula: 'dx = dy where x > 0, else a · dy',
  gradient: 'ddy = ddx where x > 0, else a · ddx;  dx = 0',
  forward: (g, x, noise, lower, upper, training) => {
    // (Where the bounds are all but equal PyTorch takes their mean.)
    if (training && noise && num(upper) - num(lower) > 1e-6) return binary(g, noise, (dy, n) => dy * n);
    const a = slope(lower, upper);
    return binary(g, x, (dy, v) => (v > 0 ? dy : dy * a));
  },
  saves: ['input', 'noise'],
  grads: {
    grad_output: (c, f) => f.rrelu_with_noise_backward(c.grad, c.saved('input'), ...rest(c)),
    input: (c, f) => f.zeros_like(c.saved('input')),
  },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }, null, 0.1, 0.3, false] }],
});

function rrelu(name: 'rrelu_with_noise' | 'rrelu_with_noise_', ...[x, lower, upper, training]: Args): Tensor {
  if (num(lower) > num(upper)) throw runtimeError('Lower bound should be less than or equal to the upper bound');
  const noise = training ? f.rrelu_noise(x, lower, upper) : null;
  return f[name](x, noise, lower, upper, training);
}

const samples = (): Sample[] => [
  ...oneInput(),
  { args: [{ tensor: { shape: [2, 3] } }, 0.3, 0.1] },
  { args: [{ tensor: { shape: [3], dtype: 'int64' } }] },
];

op<Args>({
  schema: 'rrelu(Tensor input, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = x where x > 0, else a · x; a is drawn from [lower, upper) in training, and their mean else',
  gradient: 'dx = dy where x > 0, else a · dy',
  forward: (...args) => rrelu('rrelu_with_noise', ...args),
  samples: () => [...samples(), { args: [{ tensor: { shape: [4, 5] } }, 0.1, 0.4, true], kink: true }],
});

op<Args>({
  schema: 'rrelu_(Tensor input, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  composite: true,
  formula: 'x = x where x > 0, else a · x; a is drawn from [lower, upper) in training, and their mean else',
  gradient: 'dx = dy where x > 0, else a · dy',
  forward: (...args) => rrelu('rrelu_with_noise_', ...args),
  samples: () => [{ args: [{ tensor: { shape: [2, 3], requiresGrad: false } }] }],
});
