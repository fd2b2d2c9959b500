/** Exponentials, logarithms, trigonometry. Gradients: PyTorch's derivatives.yaml. */
import { isComplex } from '../dtype';
import * as cx from '../kernels/complex';
import { binary, floatType, type Loop1, resultType, unary } from '../kernels/elementwise';
import { expLoop, fast, sigmoidGradLoop, sigmoidLoop, sqrtLoop, tanhGradLoop, tanhLoop } from '../kernels/hotLoops';
import type { Fast } from '../kernels/simd';
import { erf, erfc, sigmoid } from '../kernels/special';
import { type BackwardContext, type Formulas, op } from '../op';
import type { Tensor } from '../tensor';
import { raiseNotImplemented } from './refusals';
import { exactly, ofTypes, oneInput, pairs, withoutGrad } from './samples';

interface Elementary {
  formula: string;
  gradient: string;
  value: (x: number) => number;
  /** The function of complex numbers, where there is one. */
  complex?: cx.Complex1;
  loop?: Loop1;
  /** By the SIMD kernels. */
  fast?: Fast;
  /** The derivative, in terms of x or of y, whichever is cheaper; `saves` says which. */
  saves: 'input' | 'result';
  slope: (v: Tensor, f: Formulas) => Tensor;
  /** Where its samples are drawn from. */
  range?: [number, number];
  alias?: string;
  special?: boolean;
  gradName?: string;
  /** False where PyTorch has no gradient for the in-place twin. */
  inplace?: boolean;
}

/** A float-valued function of one number: integers become the default dtype. */
export function elementary(name: string, e: Elementary): void {
  const names = [name, ...(e.alias ? [e.alias] : [])];
  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: [
      ...names.flatMap((n) => (n === name ? ['torch', 'Tensor'] : [`torch:${n}`, `Tensor:${n}`])),
      ...(e.special ? ['torch.special'] : []),
    ],
    inplace: e.inplace ?? true,
    formula: `y = ${e.formula}`,
    gradient: `dx = ${e.gradient}`,
    forward: (x) => unary(x, floatType(x.dtype), e.value, undefined, e.loop, e.fast),
    complex: e.complex && ((x) => cx.map(x, e.complex!)),
    saves: [e.saves],
    grads: { input: (c: BackwardContext, f: Formulas) => f.mul(c.grad, e.slope(c.saved(e.saves), f)) },
    gradName: e.gradName,
    samples: () => [...oneInput(e.range), ...ofTypes(['int64', 'bool'])],
  });
  if (e.inplace === false) writtenWithoutGradient(name, e);
}

/** The in-place twin of a function whose in-place gradient PyTorch refuses. */
function writtenWithoutGradient(name: string, e: Elementary): void {
  op<[Tensor]>({
    schema: `${name}_(Tensor input) -> Tensor`,
    faces: ['Tensor', ...(e.alias ? [`Tensor:${e.alias}_`] : [])],
    inplaceOnly: true,
    formula: `x ← ${e.formula}`,
    gradient: 'none: PyTorch refuses to differentiate it',
    forward: (x) => unary(x, floatType(x.dtype), e.value, undefined, e.loop, e.fast),
    grads: {
      input: raiseNotImplemented(`inplace version of ${name}`),
    },
    gradName: `${name[0].toUpperCase()}${name.slice(1)}Backward1`,
    samples: () => withoutGrad(oneInput(e.range)),
  });
}

const positive: [number, number] = [0.25, 3];
const inside: [number, number] = [-0.9, 0.9];
/** √(1 − x²), √(x² + 1) and the like, as tensors. */
const oneMinusSquare = (x: Tensor, f: Formulas) => f.rsub(f.mul(x, x), 1);
const onePlusSquare = (x: Tensor, f: Formulas) => f.add(f.mul(x, x), 1);

elementary('exp', {
  formula: 'eˣ',
  gradient: 'dy · y',
  complex: cx.exp,
  value: Math.exp,
  loop: expLoop,
  fast: fast.exp,
  saves: 'result',
  slope: (y) => y,
});
elementary('exp2', {
  formula: '2ˣ',
  gradient: 'dy · y · ln 2',
  complex: cx.exp2,
  value: (x) => 2 ** x,
  saves: 'result',
  slope: (y, f) => f.mul(y, Math.LN2),
  special: true,
});
elementary('expm1', {
  formula: 'eˣ − 1',
  gradient: 'dy · (y + 1)',
  complex: cx.expm1,
  value: Math.expm1,
  saves: 'result',
  slope: (y, f) => f.add(y, 1),
  special: true,
});
elementary('log', {
  formula: 'ln x',
  gradient: 'dy / x',
  complex: cx.log,
  value: Math.log,
  fast: fast.log,
  saves: 'input',
  slope: (x, f) => f.reciprocal(x),
  range: positive,
});
elementary('log2', {
  formula: 'log₂ x',
  gradient: 'dy / (x · ln 2)',
  complex: cx.logOf(Math.LN2),
  value: Math.log2,
  saves: 'input',
  slope: (x, f) => f.reciprocal(f.mul(x, Math.LN2)),
  range: positive,
});
elementary('log10', {
  formula: 'log₁₀ x',
  gradient: 'dy / (x · ln 10)',
  complex: cx.logOf(Math.LN10),
  value: Math.log10,
  saves: 'input',
  slope: (x, f) => f.reciprocal(f.mul(x, Math.LN10)),
  range: positive,
});
elementary('log1p', {
  formula: 'ln(1 + x)',
  gradient: 'dy / (1 + x)',
  complex: cx.log1p,
  value: Math.log1p,
  gradName: 'Log1PBackward0',
  saves: 'input',
  slope: (x, f) => f.reciprocal(f.add(x, 1)),
  range: positive,
  special: true,
});
elementary('sqrt', {
  formula: '√x',
  gradient: 'dy / (2 · y)',
  complex: cx.sqrt,
  value: Math.sqrt,
  loop: sqrtLoop,
  fast: fast.sqrt,
  saves: 'result',
  slope: (y, f) => f.reciprocal(f.mul(y, 2)),
  range: positive,
});
elementary('rsqrt', {
  formula: '1 / √x',
  gradient: '−½ · dy · y³',
  complex: cx.rsqrt,
  value: (x) => 1 / Math.sqrt(x),
  fast: fast.rsqrt,
  saves: 'result',
  slope: (y, f) => f.mul(f.mul(f.mul(y, y), y), -0.5),
  range: positive,
});
elementary('sin', {
  formula: 'sin x',
  gradient: 'dy · cos x',
  complex: cx.sin,
  value: Math.sin,
  saves: 'input',
  slope: (x, f) => f.cos(x),
});
elementary('cos', {
  formula: 'cos x',
  gradient: '−dy · sin x',
  complex: cx.cos,
  value: Math.cos,
  saves: 'input',
  slope: (x, f) => f.neg(f.sin(x)),
});
elementary('tan', {
  formula: 'tan x',
  gradient: 'dy · (1 + y²)',
  complex: cx.tan,
  value: Math.tan,
  saves: 'result',
  slope: onePlusSquare,
  range: [-1.2, 1.2],
});
elementary('asin', {
  formula: 'arcsin x',
  gradient: 'dy / √(1 − x²)',
  complex: cx.asin,
  value: Math.asin,
  saves: 'input',
  slope: (x, f) => f.rsqrt(oneMinusSquare(x, f)),
  range: inside,
  alias: 'arcsin',
});
elementary('acos', {
  formula: 'arccos x',
  gradient: '−dy / √(1 − x²)',
  complex: cx.acos,
  value: Math.acos,
  saves: 'input',
  slope: (x, f) => f.neg(f.rsqrt(oneMinusSquare(x, f))),
  range: inside,
  alias: 'arccos',
});
elementary('atan', {
  formula: 'arctan x',
  gradient: 'dy / (x² + 1)',
  complex: cx.atan,
  value: Math.atan,
  saves: 'input',
  slope: (x, f) => f.reciprocal(onePlusSquare(x, f)),
  alias: 'arctan',
});
elementary('sinh', {
  formula: 'sinh x',
  gradient: 'dy · cosh x',
  complex: cx.sinh,
  value: Math.sinh,
  saves: 'input',
  slope: (x, f) => f.cosh(x),
});
elementary('cosh', {
  formula: 'cosh x',
  gradient: 'dy · sinh x',
  complex: cx.cosh,
  value: Math.cosh,
  saves: 'input',
  slope: (x, f) => f.sinh(x),
});
elementary('asinh', {
  formula: 'arsinh x',
  gradient: 'dy / √(x² + 1)',
  complex: cx.asinh,
  value: Math.asinh,
  saves: 'input',
  slope: (x, f) => f.rsqrt(onePlusSquare(x, f)),
  alias: 'arcsinh',
  inplace: false,
});
elementary('acosh', {
  formula: 'arcosh x',
  gradient: 'dy / √(x² − 1)',
  complex: cx.acosh,
  value: Math.acosh,
  saves: 'input',
  // √(x² − 1) is the product of the roots where x is real and at least 1, not everywhere.
  slope: (x, f) =>
    isComplex(x.dtype) ? f.mul(f.rsqrt(f.add(x, 1)), f.rsqrt(f.sub(x, 1))) : f.rsqrt(f.sub(f.mul(x, x), 1)),
  range: [1.1, 3],
  alias: 'arccosh',
  inplace: false,
});
elementary('atanh', {
  formula: 'artanh x',
  gradient: 'dy / (1 − x²)',
  complex: cx.atanh,
  value: Math.atanh,
  saves: 'input',
  slope: (x, f) => f.reciprocal(oneMinusSquare(x, f)),
  range: inside,
  alias: 'arctanh',
  inplace: false,
});
elementary('erf', {
  formula: '2/√π · ∫₀ˣ exp(−t²) dt',
  gradient: 'dy · 2/√π · exp(−x²)',
  value: erf,
  saves: 'input',
  slope: (x, f) => f.mul(f.exp(f.neg(f.mul(x, x))), 2 / Math.sqrt(Math.PI)),
  special: true,
});
elementary('erfc', {
  formula: '1 − erf x',
  gradient: '−dy · 2/√π · exp(−x²)',
  value: erfc,
  saves: 'input',
  slope: (x, f) => f.mul(f.exp(f.neg(f.mul(x, x))), -2 / Math.sqrt(Math.PI)),
  special: true,
});

op<[Tensor]>({
  schema: 'tanh(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.nn.functional'],
  inplace: true,
  formula: 'y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)',
  gradient: 'dx = dy · (1 − y²)',
  forward: (x) => unary(x, floatType(x.dtype), Math.tanh, undefined, tanhLoop, fast.tanh),
  saves: ['result'],
  grads: { input: (c, f) => f.tanh_backward(c.grad, c.saved('result')) },
  complex: (x) => cx.map(x, cx.tanh),
  samples: () => [...oneInput(), ...ofTypes(['int64', 'bool'])],
});

op<[Tensor]>({
  schema: 'sigmoid(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.nn.functional', 'torch.special:expit'],
  inplace: true,
  formula: 'y = σ(x) = 1 / (1 + e⁻ˣ)',
  gradient: 'dx = dy · y · (1 − y)',
  forward: (x) => unary(x, floatType(x.dtype), sigmoid, undefined, sigmoidLoop, fast.sigmoid),
  saves: ['result'],
  grads: { input: (c, f) => f.sigmoid_backward(c.grad, c.saved('result')) },
  complex: (x) => cx.map(x, cx.sigmoid),
  samples: () => [...oneInput(), ...ofTypes(['int64', 'bool']), ...exactly([-100, 100, -20, 0])],
});

op<[Tensor, Tensor]>({
  schema: 'tanh_backward(Tensor grad_output, Tensor output) -> Tensor',
  faces: [],
  formula: 'dx = dy · (1 − y²)',
  gradient: 'ddy = ddx · (1 − y²),  dy = −2 · ddx · dy · y',
  forward: (g, y) => binary(g, y, (d, v) => d * (1 - v * v), { loop: tanhGradLoop, fast: fast.tanhGrad }),
  saves: ['grad_output', 'output'],
  grads: {
    grad_output: (c, f) => f.tanh_backward(c.grad, c.saved('output')),
    output: (c, f) => f.mul(f.mul(f.mul(c.grad, c.saved('grad_output')), c.saved('output')), -2),
  },
  complex: (g, y) =>
    cx.pairs(g, y, (a, b, c, d) => {
      cx.square(c, d);
      cx.mul(a, b, 1 - cx.z.re, -cx.z.im);
    }),
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }] }],
});

op<[Tensor, Tensor]>({
  schema: 'sigmoid_backward(Tensor grad_output, Tensor output) -> Tensor',
  faces: [],
  formula: 'dx = dy · y · (1 − y)',
  gradient: 'ddy = ddx · y · (1 − y),  dy = ddx · dy · (1 − 2y)',
  forward: (g, y) => binary(g, y, (d, v) => d * (1 - v) * v, { loop: sigmoidGradLoop, fast: fast.sigmoidGrad }),
  saves: ['grad_output', 'output'],
  grads: {
    grad_output: (c, f) => f.sigmoid_backward(c.grad, c.saved('output')),
    output: (c, f) => f.mul(f.mul(c.grad, c.saved('grad_output')), f.rsub(f.mul(c.saved('output'), 2), 1)),
  },
  complex: (g, y) =>
    cx.pairs(g, y, (a, b, c, d) => {
      cx.mul(1 - c, -d, c, d);
      cx.mul(a, b, cx.z.re, cx.z.im);
    }),
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }] }],
});

op<[Tensor, Tensor]>({
  schema: 'atan2(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:arctan2', 'Tensor:arctan2'],
  inplace: true,
  formula: 'y = the angle of the point (b, a)',
  gradient: 'da = dy · b / (a² + b²),  db = −dy · a / (a² + b²)',
  forward: (a, b) => binary(a, b, Math.atan2, { compute: floatType(resultType(a, b)) }),
  saves: ['input', 'other'],
  grads: {
    input: (c, f) => f.mul(c.grad, f.div(c.saved('other'), squares(c, f))),
    other: (c, f) => f.mul(c.grad, f.div(f.neg(c.saved('input')), squares(c, f))),
  },
  samples: () => pairs([0.5, 2]).filter((s) => typeof s.args[1] === 'object'),
});

const squares = (c: BackwardContext, f: Formulas) =>
  f.add(f.mul(c.saved('input'), c.saved('input')), f.mul(c.saved('other'), c.saved('other')));
