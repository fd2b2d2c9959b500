/** Activations and their gradients. Source: torch.nn.functional's documentation; kernels and derivatives as in ATen. */
import { DTYPES } from '../dtype';
import { runtimeError, valueError } from '../errors';
import { formulas } from '../formulas';
import * as cx from '../kernels/complex';
import { binary, unary } from '../kernels/elementwise';
import { fast, reluLoop, thresholdGradLoop } from '../kernels/hotLoops';
import type { Fast } from '../kernels/simd';
import { sigmoid, softplus } from '../kernels/special';
import { type BackwardContext, type Formulas, op, type Sample, type Scalar } from '../op';
import type { Tensor } from '../tensor';
import { floatsOnly, refuse, underivable } from './refusals';
import { exactly, ofTypes, oneInput } from './samples';

const F = 'torch.nn.functional';
const num = (s: Scalar) => Number(s.value);

op<[Tensor]>({
  schema: 'relu(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', F],
  inplace: true,
  formula: 'y = max(x, 0)',
  gradient: 'dx = dy where y > 0, else 0',
  forward: (x) => {
    if (x.dtype === 'bool') throw runtimeError('Boolean inputs not supported for relu');
    return unary(
      x,
      x.dtype,
      // biome-ignore lint/complexity/useMathMinMax: NaN stays NaN and -0 stays -0, as in PyTorch
      (v) => (v < 0 ? 0 : v),
      (v) => (v < 0n ? 0n : v),
      reluLoop,
      fast.relu,
    );
  },
  saves: ['result'],
  grads: { input: (c, f) => f.threshold_backward(c.grad, c.saved('result'), 0) },
  samples: () => [...oneInput(), ...exactly([Number.NaN, 0, -0]), ...ofTypes(['int64'])],
});

op<[Tensor, Tensor, Scalar]>({
  schema: 'threshold_backward(Tensor grad_output, Tensor input, Scalar threshold) -> Tensor',
  faces: [],
  formula: 'dx = dy where x > threshold, else 0',
  gradient: 'ddy = ddx where x > threshold, else 0;  dx = 0',
  forward: (g, x, threshold) => {
    const t = num(threshold);
    return binary(g, x, (dy, v) => (v <= t ? 0 : dy), {
      loop: thresholdGradLoop(t),
      fast: fast.thresholdGrad(t),
    });
  },
  saves: ['input'],
  grads: {
    grad_output: (c, f) => f.threshold_backward(c.grad, c.saved('input'), c.attr('threshold')),
    input: (c, f) => f.zeros_like(c.saved('input')),
  },
  samples: () => [{ args: [{ tensor: { shape: [4] } }, { tensor: { shape: [4] } }, 0.5] }],
});

interface Activation {
  name: string;
  /** Arguments after the input, as in a schema; all of them Scalars. */
  params?: string;
  faces?: string[];
  /** Refuses what PyTorch refuses before it computes. */
  check?: (x: Tensor, ...p: number[]) => void;
  /** The kernel that PyTorch's message names when given integers; left out where it takes them. */
  kernel?: string;
  inplace?: boolean;
  formula: string;
  gradient: string;
  value: (x: number, ...p: number[]) => number;
  /** The value of a complex number, where PyTorch has it. */
  complex?: cx.Complex1;
  slope: (x: number, ...p: number[]) => number;
  /** Value and gradient by the SIMD kernels; null where they cannot with these numbers. */
  fast?: (...p: number[]) => readonly [Fast, Fast] | null;
  /** The slope's own derivative, for double backward; left out where it is 0. */
  bend?: (x: Tensor, f: Formulas, ...p: number[]) => Tensor;
  inplaceGradName?: string;
  /** PyTorch has no derivative of the gradient. */
  once?: boolean;
  samples?: Sample[];
}

/** An activation of one input and its gradient as an op of its own, `<name>_backward`. */
function activation(a: Activation): void {
  const params = a.params ? `, ${a.params}` : '';
  const names = [...params.matchAll(/Scalar (\w+)/g)].map((m) => m[1]);
  const back = `${a.name}_backward`;
  const attrs = (c: BackwardContext) => names.map((n) => c.attr<Scalar>(n));
  op<[Tensor, ...Scalar[]]>({
    schema: `${a.name}(Tensor input${params}) -> Tensor`,
    faces: a.faces ?? [F],
    inplace: a.inplace,
    formula: `y = ${a.formula}`,
    gradient: `dx = ${a.gradient}`,
    forward: (x, ...p) => {
      if (a.kernel) floatsOnly(a.kernel, x.dtype);
      const k = p.map(num);
      a.check?.(x, ...k);
      return unary(x, x.dtype, (v) => a.value(v, ...k), undefined, undefined, a.fast?.(...k)?.[0]);
    },
    ...(a.complex && { complex: (x: Tensor) => cx.map(x, a.complex!) }),
    saves: ['input'],
    grads: { input: (c, f) => f[back](c.grad, c.saved('input'), ...attrs(c)) },
    inplaceGradName: a.inplaceGradName,
    samples: () => [
      ...oneInput([-4, 4]),
      ...(a.samples ?? []),
      ...exactly([0, -100, 100]),
      ...(a.kernel ? [] : ofTypes(['int64'])),
    ],
  });
  op<[Tensor, Tensor, ...Scalar[]]>({
    schema: `${back}(Tensor grad_output, Tensor input${params}) -> Tensor`,
    faces: [],
    formula: `dx = ${a.gradient}`,
    gradient: 'ddy = ddx · the slope,  dx = ddx · dy · the slope’s slope',
    forward: (g, x, ...p) => {
      const k = p.map(num);
      const f = (dy: number, v: number) => {
        const s = a.slope(v, ...k);
        return s === 0 ? 0 : dy * s;
      };
      return binary(g, x, f, { fast: a.fast?.(...k)?.[1] });
    },
    saves: ['grad_output', 'input'],
    ...(a.once && underivable(back, 'grad_output', 'input')),
    ...(!a.once && {
      grads: {
        grad_output: (c: BackwardContext, f: Formulas) => f[back](c.grad, c.saved('input'), ...attrs(c)),
        input: (c: BackwardContext, f: Formulas) =>
          a.bend
            ? f.mul(f.mul(c.grad, c.saved('grad_output')), a.bend(c.saved('input'), f, ...attrs(c).map(num)))
            : f.zeros_like(c.saved('input')),
      },
    }),
    samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3], range: [-4, 4] } }] }],
  });
}

const noBools = (x: Tensor) => {
  if (x.dtype === 'bool') throw runtimeError('Bool inputs not supported for hardtanh');
};

const with_ = (...more: number[]): Sample => ({ args: [{ tensor: { shape: [2, 3], range: [-4, 4] } }, ...more] });

activation({
  name: 'leaky_relu',
  inplaceGradName: 'LeakyReluBackward1',
  faces: [F, 'torch._C._nn'],
  params: 'Scalar negative_slope=0.01',
  kernel: 'leaky_relu_cpu',
  inplace: true,
  formula: 'x where x > 0, else negative_slope · x',
  gradient: 'dy where x > 0, else negative_slope · dy',
  value: (x, slope) => (x > 0 ? x : x * slope),
  slope: (x, slope) => (x > 0 ? 1 : slope),
  fast: (slope) => [fast.leaky(slope), fast.leakyGrad(slope)],
  samples: [with_(0.2)],
});

activation({
  name: 'elu',
  inplaceGradName: 'EluBackward1',
  faces: [F, 'torch._C._nn'],
  params: 'Scalar alpha=1, Scalar scale=1, Scalar input_scale=1',
  kernel: 'elu_cpu',
  inplace: true,
  formula: 'scale · x where x > 0, else scale · alpha · (exp(input_scale · x) − 1)',
  gradient: 'dy · scale where x > 0, else dy · input_scale · scale · alpha · exp(input_scale · x)',
  value: (x, alpha, scale, k) => (x <= 0 ? Math.expm1(x * k) * alpha * scale : x * scale),
  slope: (x, alpha, scale, k) => (x > 0 ? scale : k * alpha * scale * Math.exp(x * k)),
  fast: (alpha, scale, k) => (k === 1 ? [fast.elu(alpha * scale, scale), fast.eluGrad(alpha * scale, scale)] : null),
  bend: (x, f, alpha, scale, k) => f.where(f.gt(x, 0), 0, f.mul(f.exp(f.mul(x, k)), k * k * alpha * scale)),
  samples: [with_(0.5)],
});

const SELU = [1.6732632423543772, 1.0507009873554805, 1] as const;

op<[Tensor]>({
  schema: 'selu(Tensor input) -> Tensor',
  faces: ['torch', F],
  inplace: true,
  formula: 'y = 1.0507 · (x where x > 0, else 1.6733 · (eˣ − 1))',
  gradient: 'dx = dy · 1.0507 where x > 0, else dy · 1.7581 · eˣ',
  forward: (x) => {
    floatsOnly('elu_cpu', x.dtype);
    return unary(x, x.dtype, (v) => (v <= 0 ? Math.expm1(v) * SELU[0] * SELU[1] : v * SELU[1]));
  },
  saves: ['input'],
  grads: { input: (c, f) => f.elu_backward(c.grad, c.saved('input'), ...SELU) },
  gradName: 'EluBackward0',
  inplaceGradName: 'EluBackward1',
  samples: () => oneInput(),
});

op<[Tensor, Scalar]>({
  schema: 'celu(Tensor input, Scalar alpha=1.0) -> Tensor',
  faces: ['torch', F],
  inplace: true,
  formula: 'y = x where x > 0, else alpha · (exp(x / alpha) − 1)',
  gradient: 'dx = dy where x > 0, else dy · exp(x / alpha)',
  forward: (x, alpha) => {
    if (num(alpha) === 0) throw runtimeError('ZeroDivisionError: alpha cannot be 0 for CELU');
    floatsOnly('elu_cpu', x.dtype);
    const a = num(alpha);
    return unary(x, x.dtype, (v) => (v <= 0 ? Math.expm1(v / a) * a : v));
  },
  saves: ['input'],
  grads: {
    input: (c, f) => {
      const a = num(c.attr('alpha'));
      return f.elu_backward(c.grad, c.saved('input'), a, 1, 1 / a);
    },
  },
  inplaceGradName: 'CeluBackward1',
  samples: () => [...oneInput(), with_(2)],
});

activation({
  name: 'silu',
  faces: [F, 'torch._C._nn'],
  kernel: 'silu_cpu',
  inplace: true,
  formula: 'x · σ(x)',
  gradient: 'dy · σ(x) · (1 + x · (1 − σ(x)))',
  value: (x) => x * sigmoid(x),
  // x / (1 + e⁻ˣ)
  complex: (re, im) => {
    cx.exp(-re, -im);
    cx.div(re, im, 1 + cx.z.re, cx.z.im);
  },
  slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)),
  fast: () => [fast.silu, fast.siluGrad],
  bend: (x, f) => {
    const s = f.sigmoid(x);
    const ds = f.mul(s, f.rsub(s, 1));
    return f.mul(ds, f.add(f.mul(x, f.rsub(f.mul(s, 2), 1)), 2));
  },
});

activation({
  name: 'mish',
  faces: [F, 'torch._C._nn'],
  kernel: 'mish_cpu',
  inplace: true,
  formula: 'x · tanh(softplus(x))',
  gradient: 'dy · (t + x · σ(x) · (1 − t²)), t = tanh(softplus(x))',
  value: (x) => x * Math.tanh(softplus(x)),
  slope: (x) => {
    const t = Math.tanh(softplus(x));
    return t + x * sigmoid(x) * (1 - t * t);
  },
  bend: (x, f) => {
    const t = f.tanh(f.softplus(x));
    const s = f.sigmoid(x);
    const dt = f.mul(s, f.rsub(f.mul(t, t), 1));
    const ddt = f.mul(dt, f.sub(f.rsub(s, 1), f.mul(f.mul(t, s), 2)));
    return f.add(f.mul(dt, 2), f.mul(x, ddt));
  },
});

activation({
  name: 'softplus',
  params: 'Scalar beta=1, Scalar threshold=20',
  kernel: 'softplus_cpu',
  formula: 'ln(1 + exp(beta · x)) / beta; x where beta · x > threshold',
  gradient: 'dy · σ(beta · x); dy where beta · x > threshold',
  value: (x, beta, threshold) => (x * beta > threshold ? x : softplus(x * beta) / beta),
  slope: (x, beta, threshold) => (x * beta > threshold ? 1 : sigmoid(x * beta)),
  fast: (...p) => [fast.softplus(p[0], p[1]), fast.softplusGrad(p[0], p[1])],
  bend: (x, f, beta, threshold) => {
    const s = f.sigmoid(f.mul(x, beta));
    return f.where(f.gt(f.mul(x, beta), threshold), 0, f.mul(f.mul(s, f.rsub(s, 1)), beta));
  },
  samples: [with_(2, 1)],
});

activation({
  name: 'log_sigmoid',
  faces: [`${F}:logsigmoid`, 'torch._C._nn'],
  kernel: 'log_sigmoid_cpu',
  formula: 'ln σ(x)',
  gradient: 'dy · (1 − σ(x))',
  value: (x) => -softplus(-x),
  slope: (x) => sigmoid(-x),
  fast: () => [fast.logSigmoid, fast.logSigmoidGrad],
  bend: (x, f) => {
    const s = f.sigmoid(x);
    return f.mul(s, f.sub(s, 1));
  },
});

activation({
  name: 'hardtanh',
  check: (x, low, high) => {
    if (low > high) throw valueError('min_val cannot be greater than max_val');
    noBools(x);
  },
  faces: [F, 'torch._C._nn'],
  params: 'Scalar min_val=-1, Scalar max_val=1',
  inplace: true,
  formula: 'x, but no less than min_val and no more than max_val',
  gradient: 'dy where min_val < x < max_val, else 0',
  value: (x, low, high) => Math.min(Math.max(x, low), high),
  slope: (x, low, high) => (x > low && x < high ? 1 : 0),
  fast: (low, high) => [fast.limit(low, high), fast.limitGrad(low, high)],
  samples: [with_(-2, 0.5)],
});

op<[Tensor]>({
  schema: 'relu6(Tensor input) -> Tensor',
  faces: [F, 'torch._C._nn'],
  inplace: true,
  formula: 'y = min(max(x, 0), 6)',
  gradient: 'dx = dy where 0 < x < 6, else 0',
  forward: (x) => {
    noBools(x);
    return unary(x, x.dtype, (v) => Math.min(Math.max(v, 0), 6), undefined, undefined, fast.limit(0, 6));
  },
  saves: ['input'],
  grads: { input: (c, f) => f.hardtanh_backward(c.grad, c.saved('input'), 0, 6) },
  gradName: 'HardtanhBackward0',
  samples: () => [...oneInput([-4, 10]), ...exactly([-1, 0, 6, 7]), ...ofTypes(['int64'])],
});

activation({
  name: 'hardsigmoid',
  once: true,
  faces: [F, 'torch._C._nn'],
  kernel: 'hardsigmoid_cpu',
  inplace: true,
  formula: 'min(max(x + 3, 0), 6) / 6',
  gradient: 'dy / 6 where −3 < x < 3, else 0',
  value: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  slope: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
  fast: () => [fast.hardSigmoid, fast.hardSigmoidGrad],
});

activation({
  name: 'hardswish',
  faces: [F, 'torch._C._nn'],
  kernel: 'hardswish_cpu',
  inplace: true,
  formula: 'x · min(max(x + 3, 0), 6) / 6',
  gradient: 'dy · (x / 3 + ½) where −3 < x < 3, dy above, 0 below',
  value: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  slope: (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
  fast: () => [fast.hardSwish, fast.hardSwishGrad],
  bend: (x, f) => f.where(f.lt(f.abs(x), 3), 1 / 3, f.zeros_like(x)),
});

activation({
  name: 'softshrink',
  check: (x, lambd) => {
    if (lambd >= 0) return;
    const most = x.dtype === 'float32' ? '3.40282e+38' : '1.79769e+308';
    throw runtimeError(
      `lambda must be in range [0, ${most}] for input dtype ${DTYPES[x.dtype].label}, but found ${lambd}`,
    );
  },
  params: 'Scalar lambd=0.5',
  kernel: 'softshrink_cpu',
  formula: 'x − lambd above lambd, x + lambd below −lambd, 0 between',
  gradient: 'dy where |x| > lambd, else 0',
  value: (x, lambd) => (x > lambd ? x - lambd : x < -lambd ? x + lambd : x * 0),
  slope: (x, lambd) => (Math.abs(x) <= lambd ? 0 : 1),
  samples: [with_(1)],
});

activation({
  name: 'hardshrink',
  params: 'Scalar lambd=0.5',
  faces: ['torch', 'Tensor', F],
  kernel: 'hardshrink_cpu',
  formula: 'x where |x| > lambd, else 0',
  gradient: 'dy where |x| > lambd, else 0',
  value: (x, lambd) => (Math.abs(x) <= lambd ? 0 : x),
  slope: (x, lambd) => (Math.abs(x) <= lambd ? 0 : 1),
  samples: [with_(1)],
});

op<[Tensor, Scalar, Scalar]>({
  schema: 'threshold(Tensor input, Scalar threshold, Scalar value) -> Tensor',
  faces: ['torch', F],
  inplace: true,
  formula: 'y = x where x > threshold, else value',
  gradient: 'dx = dy where x > threshold, else 0',
  forward: (x, threshold, value) => {
    refuse('threshold_cpu', ['bool'], x.dtype);
    const [t, instead] = [num(threshold), num(value)];
    return unary(x, x.dtype, (v) => (v <= t ? instead : v));
  },
  saves: ['input'],
  grads: { input: (c, f) => f.threshold_backward(c.grad, c.saved('input'), c.attr('threshold')) },
  inplaceGradName: 'ThresholdBackward1',
  samples: () => [...oneInput(undefined, 0.1, 0.2), ...ofTypes(['int64'], 2, 7)],
});

op<[Tensor]>({
  schema: 'softsign(Tensor input) -> Tensor',
  faces: [F],
  composite: true,
  formula: 'y = x / (1 + |x|)',
  gradient: 'dx = dy / (1 + |x|)²',
  forward: (x) => formulas.div(x, formulas.add(formulas.abs(x), 1)),
  samples: () => oneInput(),
});

op<[Tensor]>({
  schema: 'tanhshrink(Tensor input) -> Tensor',
  faces: [F],
  composite: true,
  formula: 'y = x − tanh(x)',
  gradient: 'dx = dy · tanh²(x)',
  forward: (x) => formulas.sub(x, formulas.tanh(x)),
  samples: () => oneInput(),
});
