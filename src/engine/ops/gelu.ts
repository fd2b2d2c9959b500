/** GELU, exact and by its approximation with tanh. Source: torch.nn.functional's documentation. */
import { runtimeError } from '../errors';
import { binary, unary } from '../kernels/elementwise';
import { fast } from '../kernels/hotLoops';
import { normalCdf, normalPdf } from '../kernels/special';
import { type Formulas, op } from '../op';
import type { Tensor } from '../tensor';
import { floatsOnly } from './refusals';
import { exactly, oneInput } from './samples';

const F = 'torch.nn.functional';

/** √(2/π) and the cube's factor of GELU's approximation by tanh. */
const K = Math.sqrt(2 / Math.PI);
const CUBE = 0.044715;

const gelus = {
  none: {
    value: (x: number) => x * normalCdf(x),
    slope: (x: number) => normalCdf(x) + x * normalPdf(x),
    fast: [fast.gelu, fast.geluGrad],
  },
  tanh: {
    value: (x: number) => 0.5 * x * (1 + Math.tanh(K * (x + CUBE * x * x * x))),
    slope: (x: number) => {
      const t = Math.tanh(K * (x + CUBE * x * x * x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * K * (1 + 3 * CUBE * x * x);
    },
    fast: [fast.geluTanh, fast.geluTanhGrad],
  },
};

function geluOf(approximate: string) {
  if (approximate !== 'none' && approximate !== 'tanh')
    throw runtimeError('approximate argument must be either none or tanh.');
  return gelus[approximate];
}

op<[Tensor, string]>({
  schema: "gelu(Tensor input, *, str approximate='none') -> Tensor",
  faces: [F, 'torch._C._nn'],
  formula: 'y = x · Φ(x), Φ the normal distribution; tanh: y = ½ x · (1 + tanh(√(2/π) · (x + 0.044715 x³)))',
  gradient: 'dx = dy · (Φ(x) + x · φ(x))',
  forward: (x, approximate) => {
    const { value, fast } = geluOf(approximate);
    floatsOnly('GeluKernelImpl', x.dtype);
    return unary(x, x.dtype, value, undefined, undefined, fast[0]);
  },
  saves: ['input'],
  grads: { input: (c, f) => f.gelu_backward(c.grad, c.saved('input'), c.attr('approximate')) },
  samples: () => [
    ...oneInput([-4, 4]),
    ...exactly([-8, -20, 0, 20]),
    { args: [{ tensor: { shape: [2, 3] } }], kwargs: { approximate: 'tanh' } },
  ],
});

op<[Tensor, Tensor, string]>({
  schema: "gelu_backward(Tensor grad_output, Tensor input, *, str approximate='none') -> Tensor",
  faces: [],
  formula: 'dx = dy · (Φ(x) + x · φ(x))',
  gradient: 'ddy = ddx · (Φ(x) + x · φ(x)),  dx = ddx · dy · φ(x) · (2 − x²)',
  forward: (g, x, approximate) => {
    const { slope, fast } = geluOf(approximate);
    return binary(g, x, (dy, v) => dy * slope(v), { fast: fast[1] });
  },
  saves: ['grad_output', 'input'],
  grads: {
    grad_output: (c, f) => f.gelu_backward(c.grad, c.saved('input'), c.attr('approximate')),
    input: (c, f) => {
      const bend = c.attr('approximate') === 'none' ? bendOfGelu : bendOfTanhGelu;
      return f.mul(f.mul(c.grad, c.saved('grad_output')), bend(c.saved('input'), f));
    },
  },
  samples: () =>
    ['none', 'tanh'].map((approximate) => ({
      args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3], range: [-4, 4] } }],
      kwargs: { approximate },
    })),
});

const bendOfGelu = (x: Tensor, f: Formulas) => {
  const square = f.mul(x, x);
  return f.mul(f.mul(f.exp(f.mul(square, -0.5)), 0.3989422804014327), f.rsub(square, 2));
};

/** With u = √(2/π) · (x + 0.044715 x³) and t = tanh u: (1 − t²) · (u′ − x · t · u′² + ½ x · u″). */
const bendOfTanhGelu = (x: Tensor, f: Formulas) => {
  const square = f.mul(x, x);
  const t = f.tanh(f.mul(f.mul(x, f.add(f.mul(square, CUBE), 1)), K));
  const du = f.mul(f.add(f.mul(square, 3 * CUBE), 1), K);
  const ddu = f.mul(x, 6 * CUBE * K);
  const sum = f.add(f.sub(du, f.mul(f.mul(x, t), f.mul(du, du))), f.mul(f.mul(x, ddu), 0.5));
  return f.mul(f.rsub(f.mul(t, t), 1), sum);
};
