/** The functions of torch.special. Gradients: PyTorch's derivatives.yaml. */
import { TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { binary, dtypeLabel, floatType, resultType, unary } from '../kernels/elementwise';
import * as bessel from '../kernels/functions/bessel';
import { gammainc } from '../kernels/functions/gamma';
import { erfcx, logNdtr, ndtri } from '../kernels/functions/normal';
import { FAMILIES, polynomial } from '../kernels/functions/polynomials';
import { zeta } from '../kernels/gammaFunctions';
import { erfinv } from '../kernels/special';
import { type BackwardContext, type Formulas, op } from '../op';
import type { Tensor } from '../tensor';
import { rename } from './named';
import { raiseNotImplemented } from './refusals';
import { exactly, ofTypes, oneInput, pairs, withoutGrad } from './samples';

op<[Tensor]>({
  schema: 'erfinv(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.special'],
  inplace: true,
  formula: 'y with erf y = x',
  gradient: 'dx = dy · √π/2 · exp(y²)',
  forward: (x) => {
    const to = floatType(x.dtype);
    const round = to === 'float64' ? (v: number) => v : Math.fround;
    return unary(x, to, (v) => erfinv(v, round));
  },
  saves: ['input'],
  grads: {
    input: (c, f) => f.mul(f.mul(f.exp(f.square(f.erfinv(c.saved('input')))), Math.sqrt(Math.PI) / 2), c.grad),
  },
  samples: () => [...oneInput([-0.95, 0.95]), ...ofTypes(['int64', 'bool']), ...exactly([-1, 1, 0, 2, 0.999999, 0.71])],
});

interface Special {
  /** The name of the argument. */
  arg?: string;
  faces: string[];
  inplace?: boolean;
  formula: string;
  gradient?: string;
  value: (x: number) => number;
  /** dx from dy, x and, where it is asked for, y, which is saved only then (what is not saved may be written in place). */
  grad?: (g: Tensor, x: Tensor, f: Formulas, y: Tensor) => Tensor;
  gradName?: string;
  range?: [number, number];
  /** Numbers where the function does something of its own. */
  at?: number[];
}

/** A float-valued function of one number; integers become the default dtype. */
function special(name: string, s: Special): void {
  const { grad, arg = 'input' } = s;
  const plain = [...oneInput(s.range), ...ofTypes(['int64', 'bool']), ...(s.at ? exactly(s.at) : [])];
  op<[Tensor]>({
    schema: `${name}(Tensor ${arg}) -> Tensor`,
    faces: s.faces,
    inplace: s.inplace,
    formula: `y = ${s.formula}`,
    gradient: s.gradient && `dx = ${s.gradient}`,
    forward: (x) => unary(x, floatType(x.dtype), s.value),
    saves: grad ? [arg, ...(grad.length > 3 ? ['result'] : [])] : [],
    grads: grad
      ? {
          [arg]: (c: BackwardContext, f: Formulas) =>
            grad(c.grad, c.saved(arg), f, grad.length > 3 ? c.saved('result') : c.grad),
        }
      : undefined,
    gradName: s.gradName,
    samples: () => (grad ? plain : withoutGrad(plain)),
  });
}

const EVERYWHERE = ['torch', 'Tensor'];
const HALF_LOG_2PI = Math.sqrt(2 * Math.PI);

special('sinc', {
  faces: [...EVERYWHERE, 'torch.special'],
  inplace: true,
  formula: 'sin(πx) / (πx)',
  gradient: 'dy · (πx · cos(πx) − sin(πx)) / (πx²)',
  value: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
  grad: (g, x, f) => {
    const z = f.mul(x, Math.PI);
    const square = f.mul(f.mul(x, x), Math.PI);
    const slope = f.div(f.sub(f.mul(z, f.cos(z)), f.sin(z)), square);
    return f.where(f.eq(square, 0), 0, f.mul(g, slope));
  },
  at: [0, 1, 0.5],
});
special('i0', {
  faces: [...EVERYWHERE, 'torch.special'],
  inplace: true,
  formula: 'I₀(x), the modified Bessel function',
  gradient: 'dy · I₁(x)',
  value: (x) => bessel.besselI(0, x),
  grad: (g, x, f) => f.mul(g, f.special_i1(x)),
  at: [0, 30, -30, 3],
});
special('special_i0e', {
  faces: ['torch.special:i0e'],
  formula: 'exp(−|x|) · I₀(x)',
  gradient: 'dy · (exp(−|x|)·I₁(x) − sign(x) · y)',
  value: (x) => bessel.scaledI(0, x),
  grad: (g, x, f, y) => f.mul(g, f.sub(f.special_i1e(x), f.mul(f.sgn(x), y))),
  gradName: 'SpecialI0EBackward0',
  at: [0, 30, -300, 3],
});
special('special_i1', {
  faces: ['torch.special:i1'],
  formula: 'I₁(x), the modified Bessel function',
  gradient: 'dy · (I₀(x) − y / x), ½ at 0',
  value: (x) => bessel.besselI(1, x),
  grad: (g, x, f, y) => {
    const small = f.le(f.abs(x), epsilonOf(x));
    const safe = f.where(small, epsilonOf(x), x);
    return f.mul(g, f.where(small, 0.5, f.sub(f.i0(safe), f.div(y, safe))));
  },
  at: [0, 30, -30, 3],
});
special('special_i1e', {
  faces: ['torch.special:i1e'],
  formula: 'exp(−|x|) · I₁(x)',
  gradient: 'dy · (exp(−|x|)·I₀(x) − y · (sign(x) + 1/x)), ½ at 0',
  value: (x) => bessel.scaledI(1, x),
  grad: (g, x, f, y) => {
    const small = f.le(f.abs(x), epsilonOf(x));
    const safe = f.where(small, epsilonOf(x), x);
    const slope = f.sub(f.special_i0e(safe), f.mul(y, f.add(f.sgn(safe), f.reciprocal(safe))));
    return f.mul(g, f.where(small, 0.5, slope));
  },
  gradName: 'SpecialI1EBackward0',
  at: [0, 30, -300, 3],
});
special('special_erfcx', {
  faces: ['torch.special:erfcx'],
  formula: 'exp(x²) · erfc(x)',
  gradient: 'dy · (2x · y − 2/√π)',
  value: erfcx,
  grad: (g, x, f, y) => f.mul(g, f.sub(f.mul(f.mul(x, y), 2), 2 / Math.sqrt(Math.PI))),
  at: [-30, -3, 0, 2.2, 30],
});
special('special_entr', {
  faces: ['torch.special:entr'],
  formula: '−x · ln x; 0 at 0, −∞ below',
  gradient: '−dy · (1 + ln x)',
  value: (x) => (x > 0 ? -x * Math.log(x) : x === 0 ? 0 : Number.isNaN(x) ? x : Number.NEGATIVE_INFINITY),
  grad: (g, x, f) => f.mul(g, f.sub(f.neg(f.log(x)), 1)),
  range: [0.2, 3],
  at: [-1, 0, 1, 2],
});
special('special_ndtri', {
  faces: ['torch.special:ndtri'],
  formula: 'the x of which a share of p lies below, in a normal distribution',
  gradient: 'dy · √(2π) · exp(½ · y²)',
  value: ndtri,
  grad: (g, _, f, y) => f.mul(g, f.mul(f.exp(f.div(f.square(y), 2)), HALF_LOG_2PI)),
  range: [0.05, 0.95],
  at: [0, 1, 0.5, 2, 1e-30],
});
special('special_log_ndtr', {
  faces: ['torch.special:log_ndtr'],
  formula: 'ln Φ(x), Φ the normal distribution',
  gradient: 'dy · √(2/π) / erfcx(−x/√2)',
  value: logNdtr,
  grad: (g, x, f) => f.mul(f.div(g, f.special_erfcx(f.div(x, -Math.SQRT2))), Math.sqrt(2 / Math.PI)),
  at: [-40, -1, 0, 10],
});

const epsilonOf = (x: Tensor) => (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23);

op<[Tensor]>({
  schema: 'special_ndtr(Tensor input) -> Tensor',
  faces: ['torch.special:ndtr'],
  composite: true,
  formula: 'y = Φ(x) = ½ · (1 + erf(x/√2))',
  gradient: 'dx = dy · exp(−½x²) / √(2π)',
  forward: (x) => rename(f.mul(f.add(f.erf(f.mul(x, Math.SQRT1_2)), 1), 0.5), 'MulBackward1'),
  samples: () => [...oneInput(), ...ofTypes(['int64'])],
});

for (const [name, value] of Object.entries({
  bessel_j0: (x: number) => bessel.besselJ(0, x),
  bessel_j1: (x: number) => bessel.besselJ(1, x),
  bessel_y0: (x: number) => bessel.besselY(0, x),
  bessel_y1: (x: number) => bessel.besselY(1, x),
  modified_bessel_i0: (x: number) => bessel.besselI(0, x),
  modified_bessel_i1: (x: number) => bessel.besselI(1, x),
  modified_bessel_k0: (x: number) => bessel.besselK(0, x),
  modified_bessel_k1: (x: number) => bessel.besselK(1, x),
  scaled_modified_bessel_k0: (x: number) => bessel.scaledK(0, x),
  scaled_modified_bessel_k1: (x: number) => bessel.scaledK(1, x),
  spherical_bessel_j0: bessel.sphericalJ0,
  airy_ai: bessel.airyAi,
}))
  special(`special_${name}`, {
    arg: /^(scaled|spherical|airy)/.test(name) ? 'x' : 'input',
    faces: [`torch.special:${name}`],
    formula: `${name.replaceAll('_', ' ')} of x`,
    value,
    range: [0.1, 10],
    at: [0, 0.3, 2, 8, 24, 26, 50, -1],
  });

op<[Tensor, number | null]>({
  schema: 'logit(Tensor input, float? eps=None) -> Tensor',
  faces: [...EVERYWHERE, 'torch.special'],
  inplace: true,
  formula: 'y = ln(x / (1 − x)), x kept within eps … 1 − eps',
  gradient: 'dx = dy / (x · (1 − x)), 0 outside eps … 1 − eps',
  forward: (x, eps) => {
    const to = floatType(x.dtype);
    const [low, high] = [eps ?? -1, 1 - (eps ?? -1)];
    return unary(x, to, (v) => {
      const z = eps === null ? v : v < low ? low : Math.min(v, high);
      return z === 1 ? Number.POSITIVE_INFINITY : Math.log(z / (1 - z));
    });
  },
  saves: ['input'],
  grads: {
    input: (c, f) => {
      const [x, eps] = [c.saved('input'), c.attr<number | null>('eps')];
      const [low, high] = eps === null ? [0, 1] : [eps, 1 - eps];
      const inside = f.logical_and(f.ge(x, low), f.le(x, high));
      const slope = f.div(c.grad, f.mul(x, f.rsub(x, 1)));
      return f.where(inside, slope, eps === null ? Number.NaN : 0);
    },
  },
  samples: () => [
    ...oneInput([0.1, 0.9]),
    ...ofTypes(['int64']),
    ...exactly([0, 1, -0.5, 2, 0.5]),
    ...exactly([0, 1, 0.5, 0.05], 0.1),
  ],
});

op<[Tensor, number]>({
  schema: 'polygamma_of(Tensor input, int n) -> Tensor',
  faces: ['Tensor:polygamma'],
  composite: true,
  formula: 'y = the nth derivative of ψ(x)',
  gradient: 'dx = dy · the derivative of order n + 1',
  forward: (x, n) => f.polygamma(n, x),
  samples: () => [{ args: [{ tensor: { shape: [4], range: [0.5, 3] } }, 1] }],
});

for (const upper of [false, true]) {
  const name = upper ? 'igammac' : 'igamma';
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    faces: [...EVERYWHERE, `torch.special:gammainc${upper ? 'c' : ''}`],
    inplace: true,
    formula: upper ? 'y = 1/Γ(a) · ∫ₓ^∞ tᵃ⁻¹ e⁻ᵗ dt' : 'y = 1/Γ(a) · ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt',
    gradient: `dx = ${upper ? '−' : ''}dy · xᵃ⁻¹ · e⁻ˣ / Γ(a); none in a`,
    forward: (a, x) => {
      const to = resultType(a, x);
      if (floatType(to) !== to)
        throw new TorchError('NotImplementedError', `"${name}" not implemented for '${dtypeLabel(to)}'`);
      return binary(a, x, (p, q) => gammainc(p, q, upper));
    },
    saves: ['input', 'other'],
    grads: {
      input: raiseNotImplemented(`${name}: input`),
      other: (c, f) => {
        const [a, x] = [c.saved('input'), c.saved('other')];
        const power = f.mul(f.sub(a, 1), f.log(x));
        const slope = f.mul(f.exp(f.sub(f.sub(power, x), f.lgamma(a))), c.grad);
        return upper ? f.neg(slope) : slope;
      },
    },
    samples: () => [
      {
        args: [
          { tensor: { shape: [2, 3], range: [0.2, 5], requiresGrad: false } },
          { tensor: { shape: [3], range: [0.2, 6] } },
        ],
      },
      {
        args: [
          { tensor: { shape: [6], dtype: 'float64', data: [0, 1, 3, 200, 0.01, 2], requiresGrad: false } },
          { tensor: { shape: [6], dtype: 'float64', data: [1, 0, 20, 190, 0.001, -1], requiresGrad: false } },
        ],
      },
    ],
  });
}

/** PyTorch's signatures with a number first or second are overloads with names of their own. */
const overload = (a: Tensor, b: Tensor) => (a.wrapped ? 1 : b.wrapped ? 2 : 0);

op<[Tensor, Tensor]>({
  schema: 'xlogy(Number self, Number other) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.special'],
  inplace: true,
  formula: 'y = a · ln b, 0 where a = 0',
  gradient: 'da = ln b · dy, 0 where a = 0 and b ≤ 0;  db = a / b · dy',
  forward: (a, b) =>
    binary(a, b, (x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)), {
      compute: floatType(resultType(a, b)),
    }),
  saves: ['self', 'other'],
  grads: {
    self: (c, f) => {
      const [a, b] = [c.saved('self'), c.saved('other')];
      return f.masked_fill(f.mul(c.grad, f.log(b)), f.logical_and(f.eq(a, 0), f.le(b, 0)), 0);
    },
    other: (c, f) => f.div(f.mul(c.grad, c.saved('self')), c.saved('other')),
  },
  gradName: (a, b) => `XlogyBackward${overload(a, b)}`,
  samples: () => [
    ...pairs([0.2, 3]),
    {
      args: [{ tensor: { shape: [4], data: [0, 0, 1, 0] } }, { tensor: { shape: [4], data: [0, -1, 0, Number.NaN] } }],
      kink: true,
    },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'special_xlog1py(Number self, Number other) -> Tensor',
  faces: ['torch.special:xlog1py'],
  formula: 'y = a · ln(1 + b), 0 where a = 0',
  gradient: 'da = ln(1 + b) · dy, 0 where a = 0 and b ≤ −1;  db = a / (b + 1) · dy',
  forward: (a, b) =>
    binary(a, b, (x, y) => (Number.isNaN(y) ? y : x === 0 ? 0 : x * Math.log1p(y)), {
      compute: floatType(resultType(a, b)),
    }),
  saves: ['self', 'other'],
  grads: {
    self: (c, f) => {
      const [a, b] = [c.saved('self'), c.saved('other')];
      return f.masked_fill(f.mul(c.grad, f.log1p(b)), f.logical_and(f.eq(a, 0), f.le(b, -1)), 0);
    },
    other: (c, f) => f.div(f.mul(c.grad, c.saved('self')), f.add(c.saved('other'), 1)),
  },
  gradName: (a, b) => `SpecialXlog1PyBackward${overload(a, b)}`,
  samples: () => pairs([0.2, 3]),
});

op<[Tensor, Tensor]>({
  schema: 'special_zeta(Number self, Number other) -> Tensor',
  faces: ['torch.special:zeta'],
  formula: 'y = Σ 1/(q + k)ˢ, k ≥ 0',
  gradient: 'dq = −dy · s · ζ(s + 1, q); none in s',
  forward: (s, q) => binary(s, q, zeta, { compute: floatType(resultType(s, q)) }),
  saves: ['self', 'other'],
  grads: {
    self: raiseNotImplemented('zeta'),
    other: (c, f) => {
      const [s, q] = [c.saved('self'), c.saved('other')];
      return f.mul(c.grad, f.mul(f.neg(s), f.special_zeta(f.add(s, 1), q)));
    },
  },
  gradName: (a, b) => `SpecialZetaBackward${overload(a, b)}`,
  samples: () => [
    {
      args: [
        { tensor: { shape: [2, 3], range: [1.5, 5], requiresGrad: false } },
        { tensor: { shape: [3], range: [0.5, 4] } },
      ],
    },
    { args: [2, { tensor: { shape: [3], range: [0.5, 4] } }] },
    { args: [{ tensor: { shape: [4], data: [1, 0.5, 2, 3], requiresGrad: false } }, 1.5] },
  ],
});

for (const [name, family] of Object.entries(FAMILIES))
  op<[Tensor, Tensor]>({
    schema: `special_${name}(Number x, Number n) -> Tensor`,
    faces: [`torch.special:${name}`],
    formula: family.formula,
    forward: (x, n) => {
      const compute = floatType(resultType(x, n));
      return binary(x, n, (v, k) => polynomial(family, v, k, compute !== 'float64'), { compute });
    },
    samples: () =>
      withoutGrad([
        {
          args: [{ tensor: { shape: [4, 1] } }, { tensor: { shape: [5], dtype: 'int64', data: [-1, 0, 1, 2, 7] } }],
        },
        { args: [{ tensor: { shape: [3], data: [-1, 0, 1] } }, 10] },
        { args: [0.5, { tensor: { shape: [3], dtype: 'float64', data: [1, 3, 9] } }] },
        { args: [{ tensor: { shape: [3], dtype: 'int64' } }, 3] },
      ]),
  });
