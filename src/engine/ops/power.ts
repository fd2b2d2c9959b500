/** Powers. Gradients: PyTorch's derivatives.yaml. */

import { complexType, isComplex, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import * as cx from '../kernels/complex';
import { binary, resultType, unary } from '../kernels/elementwise';
import { fast, squareLoop } from '../kernels/hotLoops';
import { power } from '../kernels/special';
import { type BackwardContext, type Formulas, op } from '../op';
import type { Tensor } from '../tensor';
import { refuse } from './refusals';
import { ofTypes, oneInput, pairs, wholePairs } from './samples';

function squared(x: Tensor): Tensor {
  const times = <T extends number | bigint>(v: T) => (v * v) as T;
  return unary(x, x.dtype === 'bool' ? 'int64' : x.dtype, times, times, squareLoop, fast.square);
}

function raise(a: Tensor, b: Tensor): Tensor {
  const d = resultType(a, b);
  if (!isFloat(d) && b.wrapped && Number(b.values()[0]) < 0)
    throw runtimeError('Integers to negative integer powers are not allowed.');
  refuse('pow', ['bool'], d);
  if (b.wrapped && Number(b.values()[0]) === 2 && isFloat(a.dtype)) return squared(a);
  return binary(a, b, isFloat(d) ? power : (x, y) => Math.trunc(power(x, y)), { big: wholePower });
}

/** aᵇ for tensors b: no power is computed otherwise than others, and float32's logarithm shows. */
const general = (a: Tensor, b: Tensor) =>
  cx.powBy(complexType(resultType(a, b)) === 'complex64' ? Math.fround : (v) => v);

/** dy · y · ln a, but 0 where a = 0 and b ≥ 0. */
function exponentGrad(c: BackwardContext, f: Formulas, base: Tensor): Tensor {
  const e = c.saved('exponent');
  const number = base.wrapped && !isComplex(base.dtype) ? Number(base.values()[0]) : 0;
  // Not as a tensor, which would be of the default dtype.
  if (number !== 0) return f.mul(c.grad, f.mul(c.saved('result'), Math.log(number)));
  const atZero = f.logical_and(f.eq(base, 0), f.ge(isComplex(e.dtype) ? f.real(e) : e, 0));
  return f.mul(c.grad, f.mul(c.saved('result'), f.log(f.where(atZero, 1, base))));
}

op<[Tensor, Tensor]>({
  schema: 'pow(Tensor input, Number exponent) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = aᵇ',
  gradient: 'da = dy · b · aᵇ⁻¹ (0 where b = 0),  db = dy · y · ln a (0 where a = 0 and b ≥ 0)',
  forward: raise,
  saves: ['input', 'exponent', 'result'],
  grads: {
    input: (c, f) => {
      const [x, e] = [c.saved('input'), c.saved('exponent')];
      if (!e.wrapped || isComplex(e.dtype))
        return f.where(f.eq(e, 0), 0, f.mul(c.grad, f.mul(f.pow(x, f.sub(e, 1)), e)));
      const k = Number(e.values()[0]);
      if (k === 0) return f.zeros_like(c.grad);
      return f.mul(c.grad, f.mul(k === 2 ? x : f.pow(x, k - 1), k));
    },
    exponent: (c, f) => exponentGrad(c, f, c.saved('input')),
  },
  gradName: (_, b) => (b.wrapped ? 'PowBackward0' : 'PowBackward1'),
  complex: (a, b) => cx.pairs(a, b, b.wrapped ? cx.pow : general(a, b)),
  samples: () => [
    ...pairs([-1, 2], [0.5, 2]),
    ...[0, 1, 2, 3, -1].map((e) => ({ args: [{ tensor: { shape: [4] } }, e] })),
    { args: [{ tensor: { shape: [4], range: [0.5, 2] } }, 0.5] },
    {
      args: [
        { tensor: { shape: [3], data: [0, 0, 2], requiresGrad: false } },
        { tensor: { shape: [3], data: [0, 2, 0], requiresGrad: false } },
      ],
    },
    wholePairs()[2],
    { args: [{ tensor: { shape: [4], dtype: 'int64' } }, { tensor: { shape: [4], dtype: 'int64' } }] },
    { args: [{ tensor: { shape: [4], dtype: 'int64' } }, 0.5] },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'pow_number(Number self, Tensor exponent) -> Tensor',
  faces: ['torch:pow'],
  formula: 'y = aᵇ, a a number',
  gradient: 'db = dy · y · ln a (0 where a = 0 and b ≥ 0)',
  forward: raise,
  saves: ['self', 'exponent', 'result'],
  grads: { exponent: (c, f) => exponentGrad(c, f, c.saved('self')) },
  gradName: 'PowBackward2',
  complex: (a, b) => cx.pairs(a, b, general(a, b)),
  samples: () => [
    { args: [2, { tensor: { shape: [3] } }] },
    { args: [0, { tensor: { shape: [3], range: [0.5, 1] } }] },
    { args: [2, { tensor: { shape: [4], dtype: 'int64' } }] },
    { args: [0.5, { tensor: { shape: [4], dtype: 'int64' } }] },
    { args: [2, { tensor: { shape: [3], dtype: 'float64' } }] },
  ],
});

/** xʸ in int64; a negative power leaves the integer part of the fraction. */
function wholePower(x: bigint, y: bigint): bigint {
  if (y >= 0n) return x ** y;
  if (x === 1n) return 1n;
  if (x === -1n) return y % 2n === 0n ? 1n : -1n;
  return 0n;
}

op<[Tensor]>({
  schema: 'square(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x²',
  gradient: 'dx = 2 · dy · x',
  forward: (x) => squared(x),
  saves: ['input'],
  grads: { input: (c, f) => f.mul(c.grad, f.mul(c.saved('input'), 2)) },
  gradName: 'PowBackward0',
  complex: (x) => cx.map(x, cx.square),
  samples: () => [...oneInput(), ...ofTypes(['int64', 'bool'])],
});
