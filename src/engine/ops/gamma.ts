/** The gamma function's logarithm and its derivatives. Source: PyTorch's torch.special page; gradients: derivatives.yaml. */
import { DTYPES, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { floatType, unary } from '../kernels/elementwise';
import { digamma, lgamma, polygamma } from '../kernels/gammaFunctions';
import { op, type Sample } from '../op';
import type { Tensor } from '../tensor';
import { exactly, ofTypes, oneInput } from './samples';

const positive = (): Sample[] => [...oneInput([0.3, 4]), ...ofTypes(['int64'])];

op<[Tensor]>({
  schema: 'lgamma(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.special:gammaln'],
  inplace: true,
  formula: 'y = ln |Γ(x)|',
  gradient: 'dx = dy · ψ(x)',
  forward: (x) => unary(x, floatType(x.dtype), lgamma),
  saves: ['input'],
  grads: { input: (c, f) => f.mul(c.grad, f.digamma(c.saved('input'))) },
  samples: () => [...positive(), ...oneInput([-1.8, -1.2]), ...exactly([0.001, 12, 200, -0.5])],
});

op<[Tensor]>({
  schema: 'digamma(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.special', 'torch.special:psi'],
  inplace: true,
  formula: 'y = ψ(x) = Γ′(x) / Γ(x)',
  gradient: 'dx = dy · ψ′(x)',
  forward: (x) => unary(x, floatType(x.dtype), digamma),
  saves: ['input'],
  grads: { input: (c, f) => f.mul(c.grad, f.polygamma(1, c.saved('input'))) },
  samples: () => [...positive(), ...oneInput([-1.8, -1.2]), ...exactly([0.001, 12, 200, -0.5])],
});

op<[number, Tensor]>({
  schema: 'polygamma(int n, Tensor input) -> Tensor',
  faces: ['torch', 'torch.special'],
  formula: 'y = ψ⁽ⁿ⁾(x)',
  gradient: 'dx = dy · ψ⁽ⁿ⁺¹⁾(x)',
  forward(n, x) {
    if (n < 0) throw runtimeError('polygamma(n, x) does not support negative n.');
    return unary(x, floatType(x.dtype), (v) => polygamma(n, v));
  },
  saves: ['input'],
  grads: { input: (c, f) => f.mul(c.grad, f.polygamma(c.attr<number>('n') + 1, c.saved('input'))) },
  samples: () => [0, 1, 2, 3].flatMap((n) => positive().map((s) => ({ ...s, args: [n, ...s.args] }))),
});

op<[Tensor, number]>({
  schema: 'polygamma_(Tensor input, int n) -> Tensor',
  faces: ['Tensor'],
  inplaceOnly: true,
  formula: 'y = ψ⁽ⁿ⁾(x)',
  gradient: 'dx = dy · ψ⁽ⁿ⁺¹⁾(x)',
  forward(x, n) {
    if (n < 0) throw runtimeError('polygamma(n, x) does not support negative n.');
    if (!isFloat(x.dtype))
      throw runtimeError(
        `result type ${DTYPES[floatType(x.dtype)].label} can't be cast to the desired output type ${DTYPES[x.dtype].label}`,
      );
    return unary(x, floatType(x.dtype), (v) => polygamma(n, v));
  },
  saves: ['input'],
  grads: { input: (c, f) => f.mul(c.grad, f.polygamma(c.attr<number>('n') + 1, c.saved('input'))) },
  gradName: 'PolygammaBackward1',
  samples: () => [0, 1].flatMap((n) => positive().map((s) => ({ ...s, args: [...s.args, n] }))),
});

op<[Tensor, number]>({
  schema: 'mvlgamma(Tensor input, int p) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.special:multigammaln'],
  inplace: true,
  formula: 'y = p(p − 1)/4 · ln π + Σᵢ ln Γ(x − i/2), i = 0 … p − 1',
  gradient: 'dx = dy · Σᵢ ψ(x − i/2)',
  forward(x, p) {
    if (p < 1) throw runtimeError('p has to be greater than or equal to 1');
    const constant = ((p * (p - 1)) / 4) * Math.log(Math.PI);
    return unary(x, floatType(x.dtype), (v) => {
      let sum = constant;
      for (let i = 0; i < p; i++) sum += lgamma(v - i / 2);
      return sum;
    });
  },
  saves: ['input'],
  grads: {
    input(c, f) {
      const x = c.saved('input');
      let slope = f.digamma(x);
      for (let i = 1; i < c.attr<number>('p'); i++) slope = f.add(slope, f.digamma(f.sub(x, i / 2)));
      return f.mul(c.grad, slope);
    },
  },
  samples: () => oneInput([2, 5]).map((s) => ({ ...s, args: [...s.args, 3] })),
});
