/** Arithmetic, elementwise and broadcast. Formulas: PyTorch's derivatives.yaml and API documentation. */

import { context } from '../context';
import { isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { binary, resultType, unary } from '../kernels/elementwise';
import { type Formulas, op, type Sample, type Scalar } from '../op';
import type { Tensor } from '../tensor';

const n = (s: Scalar) => Number(s.value);

/** Same shapes, broadcast both ways, a number, integers with floats. */
export const pairs = (): Sample[] => [
  { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }] },
  { args: [{ tensor: { shape: [2, 1, 3] } }, { tensor: { shape: [4, 1] } }] },
  { args: [{ tensor: { shape: [] } }, { tensor: { shape: [3] } }] },
  { args: [{ tensor: { shape: [3, 2], permute: [1, 0] } }, { tensor: { shape: [2, 3] } }] },
  { args: [{ tensor: { shape: [4] } }, 1.5] },
  { args: [{ tensor: { shape: [4], dtype: 'int64' } }, { tensor: { shape: [4], dtype: 'float64' } }] },
  { args: [{ tensor: { shape: [0, 3] } }, { tensor: { shape: [3] } }] },
];

/** alpha must be an integer where the result is one; PyTorch's words. */
function checkAlpha(a: Tensor, b: Tensor, alpha: Scalar): void {
  const d = resultType(a, b);
  if (!isFloat(d) && alpha.kind === 'float')
    throw runtimeError('For integral input tensors, argument alpha must not be a floating point number.');
}

op<[Tensor, Tensor, Scalar]>({
  schema: 'add(Tensor self, Number other, *, Scalar alpha=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a + alpha · b',
  gradient: 'da = dy,  db = alpha · dy',
  forward: (a, b, alpha) => {
    checkAlpha(a, b, alpha);
    const k = n(alpha);
    if (k === 1) return binary(a, b, (x, y) => x + y, { big: (x, y) => x + y });
    return binary(a, b, (x, y) => x + k * y, { big: (x, y) => x + BigInt(k) * y });
  },
  grads: {
    self: (c) => c.grad,
    other: (c, f) => scaled(c.grad, c.attr('alpha'), f),
  },
  samples: () => [
    ...pairs(),
    { args: [{ tensor: { shape: [3] } }, { tensor: { shape: [3] } }], kwargs: { alpha: 0.5 } },
  ],
});

const scaled = (grad: Tensor, alpha: Scalar, f: Formulas, sign = 1) =>
  n(alpha) * sign === 1 ? grad : f.mul(grad, n(alpha) * sign);

op<[Tensor, Tensor, Scalar]>({
  schema: 'sub(Tensor self, Number other, *, Scalar alpha=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a − alpha · b',
  gradient: 'da = dy,  db = −alpha · dy',
  forward: (a, b, alpha) => {
    if (a.dtype === 'bool' || b.dtype === 'bool')
      throw runtimeError(
        a.dtype === b.dtype
          ? 'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.'
          : 'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
      );
    checkAlpha(a, b, alpha);
    const k = n(alpha);
    return binary(a, b, (x, y) => x - k * y, { big: (x, y) => x - BigInt(k) * y });
  },
  grads: {
    self: (c) => c.grad,
    other: (c, f) => scaled(c.grad, c.attr('alpha'), f, -1),
  },
  samples: pairs,
});

op<[Tensor, Tensor]>({
  schema: 'mul(Tensor self, Number other) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:multiply', 'Tensor:multiply'],
  inplace: true,
  formula: 'y = a · b',
  gradient: 'da = dy · b,  db = dy · a',
  forward: (a, b) => binary(a, b, (x, y) => x * y, { big: (x, y) => x * y }),
  saves: ['self', 'other'],
  grads: {
    self: (c, f) => f.mul(c.grad, c.saved('other')),
    other: (c, f) => f.mul(c.grad, c.saved('self')),
  },
  samples: pairs,
});

op<[Tensor, Tensor]>({
  schema: 'div(Tensor self, Number other) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:true_divide', 'Tensor:true_divide'],
  inplace: true,
  formula: 'y = a / b',
  gradient: 'da = dy / b,  db = −dy · a / b²',
  forward: (a, b) => {
    const d = resultType(a, b);
    return binary(a, b, (x, y) => x / y, { compute: isFloat(d) ? d : context.defaultDtype });
  },
  saves: ['self', 'other'],
  grads: {
    self: (c, f) => f.div(c.grad, c.saved('other')),
    other: (c, f) => f.mul(f.neg(c.grad), f.div(f.div(c.saved('self'), c.saved('other')), c.saved('other'))),
  },
  samples: () => pairs().map((s) => ({ ...s, args: [s.args[0], nonzero(s.args[1])] })),
});

const nonzero = (a: Sample['args'][number]): Sample['args'][number] =>
  typeof a === 'object' && a !== null && 'tensor' in a ? { tensor: { ...a.tensor, range: [0.5, 2] } } : a;

op<[Tensor]>({
  schema: 'neg(Tensor self) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:negative', 'Tensor:negative'],
  inplace: true,
  formula: 'y = −x',
  gradient: 'dx = −dy',
  forward: (x) => {
    if (x.dtype === 'bool')
      throw runtimeError(
        'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
      );
    return unary(
      x,
      x.dtype,
      (v) => -v,
      (v) => -v,
    );
  },
  grads: { self: (c, f) => f.neg(c.grad) },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }] }, { args: [{ tensor: { shape: [3], dtype: 'int64' } }] }],
});
