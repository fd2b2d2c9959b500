/** The four operations and their kin, elementwise and broadcast. Formulas: PyTorch's derivatives.yaml and API documentation. */

import { context } from '../context';
import { DTYPES, isComplex, isFloat } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import * as cx from '../kernels/complex';
import { type BinaryRule, binary, floatType, resultType, ternary, unary } from '../kernels/elementwise';
import { addLoop, addScaledLoop, divLoop, fast, mulLoop, negLoop, subLoop } from '../kernels/hotLoops';
import type { Fast } from '../kernels/simd';
import { floorDiv, floorMod } from '../kernels/special';
import { type BackwardContext, type Formulas, op, type Sample, type Scalar } from '../op';
import type { Tensor } from '../tensor';
import { refuseComplexFactor } from './matrices';
import { raiseUnderivable, refuse } from './refusals';
import { boolPair, ofTypes, oneInput, pairs, wholePairs, withoutGrad } from './samples';

const n = (s: Scalar): number => Number(s.value);

/** a + sign · alpha · b of complex numbers. */
function scaledSum(alpha: Scalar, sign: 1 | -1): cx.Complex2 {
  const k = n(alpha) * sign;
  const i = (alpha.imag ?? 0) * sign;
  if (i !== 0) return (a, b, c, d) => cx.add(a, b, k * c - i * d, k * d + i * c);
  return k === 1 ? cx.add : (a, b, c, d) => cx.add(a, b, k * c, k * d);
}

/** alpha must be an integer where the result is one; PyTorch's words. */
function checkAlpha(a: Tensor, b: Tensor, alpha: Scalar): void {
  const d = resultType(a, b);
  if (!isComplex(d) && alpha.kind === 'complex')
    throw runtimeError('For non-complex input tensors, argument alpha must not be a complex number.');
  if (!isFloat(d) && !isComplex(d) && alpha.kind === 'float')
    throw runtimeError('For integral input tensors, argument alpha must not be a floating point number.');
}

const scaled = (grad: Tensor, alpha: Scalar, f: Formulas, sign = 1) =>
  alpha.imag
    ? f.mul(grad, { ...alpha, value: n(alpha) * sign, imag: alpha.imag * sign })
    : n(alpha) * sign === 1
      ? grad
      : n(alpha) * sign === -1
        ? f.neg(grad)
        : f.mul(grad, n(alpha) * sign);

const withAlpha = (alpha: number): Sample => ({
  args: [{ tensor: { shape: [3] } }, { tensor: { shape: [3] } }],
  kwargs: { alpha },
});

// What does not depend on the call is made once.
const plus = (x: number, y: number) => x + y;
const addRule: BinaryRule = { big: (x, y) => x + y, loop: addLoop, fast: fast.add, single: true };
const times = (x: number, y: number) => x * y;
const mulRule: BinaryRule = { big: (x, y) => x * y, loop: mulLoop, fast: fast.mul, single: true };

op<[Tensor, Tensor, Scalar]>({
  schema: 'add(Tensor input, Number other, *, Scalar alpha=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a + alpha · b',
  gradient: 'da = dy,  db = alpha · dy',
  forward: (a, b, alpha) => {
    checkAlpha(a, b, alpha);
    const k = n(alpha);
    if (k === 1) return binary(a, b, plus, addRule);
    return binary(a, b, (x, y) => x + k * y, {
      big: (x, y) => x + BigInt(k) * y,
      loop: addScaledLoop(k),
      fast: fast.addScaled(k),
      single: true,
    });
  },
  loop: (_, __, alpha) => (alpha.imag ? null : n(alpha) === 1 ? addLoop : addScaledLoop(n(alpha))),
  grads: {
    input: (c) => c.grad,
    other: (c, f) => scaled(c.grad, c.attr('alpha'), f),
  },
  complex: (a, b, alpha) => {
    checkAlpha(a, b, alpha);
    return cx.pairs(a, b, scaledSum(alpha, 1));
  },
  samples: () => [...pairs(), ...wholePairs(), boolPair(), withAlpha(0.5)],
});

function refuseBools(a: Tensor, b: Tensor): void {
  if (a.dtype !== 'bool' && b.dtype !== 'bool') return;
  throw runtimeError(
    a.dtype === b.dtype
      ? 'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.'
      : 'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  );
}

function subtract(a: Tensor, b: Tensor, alpha: Scalar): Tensor {
  refuseBools(a, b);
  checkAlpha(a, b, alpha);
  const k = n(alpha);
  const loop = k === 1 ? subLoop : addScaledLoop(-k);
  return binary(a, b, (x, y) => x - k * y, {
    big: (x, y) => x - BigInt(k) * y,
    loop,
    fast: k === 1 ? fast.sub : fast.addScaled(-k),
    single: true,
  });
}

op<[Tensor, Tensor, Scalar]>({
  schema: 'sub(Tensor input, Number other, *, Scalar alpha=1) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:subtract', 'Tensor:subtract'],
  inplace: true,
  formula: 'y = a − alpha · b',
  gradient: 'da = dy,  db = −alpha · dy',
  forward: subtract,
  grads: {
    input: (c) => c.grad,
    other: (c, f) => scaled(c.grad, c.attr('alpha'), f, -1),
  },
  complex: (a, b, alpha) => {
    refuseBools(a, b);
    checkAlpha(a, b, alpha);
    return cx.pairs(a, b, scaledSum(alpha, -1));
  },
  samples: () => [...pairs(), ...wholePairs(), withAlpha(0.5)],
});

op<[Tensor, Tensor, Scalar]>({
  schema: 'rsub(Tensor input, Number other, *, Scalar alpha=1) -> Tensor',
  faces: ['torch'],
  formula: 'y = b − alpha · a',
  gradient: 'da = −alpha · dy,  db = dy',
  forward: (a, b, alpha) => subtract(b, a, alpha),
  grads: {
    input: (c, f) => scaled(c.grad, c.attr('alpha'), f, -1),
    other: (c) => c.grad,
  },
  gradName: (_, b) => (b.wrapped ? 'RsubBackward1' : 'RsubBackward0'),
  complex: (a, b, alpha) => {
    refuseBools(a, b);
    checkAlpha(a, b, alpha);
    return cx.pairs(b, a, scaledSum(alpha, -1));
  },
  samples: () => [...pairs(), ...wholePairs()],
});

op<[Tensor, Tensor]>({
  schema: 'mul(Tensor input, Number other) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:multiply', 'Tensor:multiply'],
  inplace: true,
  formula: 'y = a · b',
  gradient: 'da = dy · b,  db = dy · a',
  forward: (a, b) => binary(a, b, times, mulRule),
  loop: () => mulLoop,
  saves: ['input', 'other'],
  grads: {
    input: (c, f) => f.mul(c.grad, c.saved('other')),
    other: (c, f) => f.mul(c.grad, c.saved('input')),
  },
  complex: (a, b) => cx.pairs(a, b, cx.mul),
  samples: () => [...pairs(), ...wholePairs(), boolPair()],
});

/** int64 division that rounds toward −∞, or toward 0. */
const wholeDiv = (x: bigint, y: bigint, floor: boolean): bigint => {
  if (y === 0n) throw runtimeError('ZeroDivisionError');
  const q = x / y;
  return floor && x % y !== 0n && x < 0n !== y < 0n ? q - 1n : q;
};

const floorRule: BinaryRule = { big: (x, y) => wholeDiv(x, y, true), single: true };

function floorDivide(a: Tensor, b: Tensor): Tensor {
  refuse('div_floor_cpu', ['bool'], resultType(a, b));
  const whole = !isFloat(resultType(a, b));
  return binary(a, b, whole ? (x, y) => (y === 0 ? divideByZero() : floorDiv(x, y)) : floorDiv, floorRule);
}

function divideByZero(): never {
  throw runtimeError('ZeroDivisionError');
}

function truncDivide(a: Tensor, b: Tensor): Tensor {
  const d = resultType(a, b);
  refuse('div_trunc_cpu', ['bool'], d);
  const f = (x: number, y: number) => (y === 0 && !isFloat(d) ? divideByZero() : Math.trunc(x / y));
  return binary(a, b, f, { big: (x, y) => wholeDiv(x, y, false), single: true });
}

function quotient(a: Tensor, b: Tensor): Tensor {
  const d = resultType(a, b);
  return binary(a, b, (x, y) => x / y, {
    compute: isFloat(d) ? d : context.defaultDtype,
    loop: divLoop,
    fast: fast.div,
    single: true,
  });
}

const byNumerator = (c: BackwardContext, f: Formulas) => f.div(c.grad, c.saved('other'));
const byDenominator = (c: BackwardContext, f: Formulas) => {
  const other = c.saved('other');
  return f.mul(f.neg(c.grad), f.div(f.div(c.saved('input'), other), other));
};

op<[Tensor, Tensor, string | null]>({
  schema: 'div(Tensor input, Number other, *, str? rounding_mode=None) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:divide', 'Tensor:divide'],
  inplace: true,
  formula: 'y = a / b, rounded as rounding_mode says',
  gradient: 'da = dy / b,  db = −dy · a / b²;  0 where rounded',
  forward: (a, b, mode) => {
    if (mode === 'floor') return floorDivide(a, b);
    if (mode === 'trunc') return truncDivide(a, b);
    if (mode)
      throw runtimeError(`div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${mode}'`);
    return quotient(a, b);
  },
  saves: ['input', 'other'],
  grads: {
    input: (c, f) => (c.attr('rounding_mode') ? f.zeros_like(c.grad) : byNumerator(c, f)),
    other: (c, f) => (c.attr('rounding_mode') ? f.zeros_like(c.grad) : byDenominator(c, f)),
  },
  gradName: (_, __, mode) => (mode ? 'DivBackward2' : 'DivBackward0'),
  complex: (a, b, mode) => {
    if (mode)
      throw new TorchError(
        'NotImplementedError',
        `"div_${mode}_cpu" not implemented for '${DTYPES[resultType(a, b)].label}'`,
      );
    return cx.pairs(a, b, cx.div);
  },
  samples: () => [
    ...pairs([0.5, 2]),
    ...wholePairs(),
    ...['floor', 'trunc'].flatMap((rounding_mode) =>
      [...pairs([0.5, 2]).slice(0, 2), ...wholePairs()].map((s) => ({ ...s, kwargs: { rounding_mode } })),
    ),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'true_divide(Tensor input, Number other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a / b',
  gradient: 'da = dy / b,  db = −dy · a / b²',
  forward: quotient,
  saves: ['input', 'other'],
  grads: { input: byNumerator, other: byDenominator },
  gradName: 'DivBackward0',
  complex: (a, b) => cx.pairs(a, b, cx.div),
  samples: () => pairs([0.5, 2]),
});

op<[Tensor, Tensor]>({
  schema: 'floor_divide(Tensor input, Number other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = ⌊a / b⌋',
  gradient: 'none: PyTorch refuses to differentiate it',
  forward: floorDivide,
  grads: { input: raiseUnderivable('floor_divide'), other: raiseUnderivable('floor_divide') },
  gradName: 'NotImplemented',
  samples: () => withoutGrad([...pairs([0.5, 2]), ...wholePairs()]),
});

function remainder(a: Tensor, b: Tensor): Tensor {
  const d = resultType(a, b);
  refuse('remainder_cpu', ['bool'], d);
  const big = (x: bigint, y: bigint) => (y === 0n ? divideByZero() : x - y * wholeDiv(x, y, true));
  return binary(a, b, (x, y) => (y === 0 && !isFloat(d) ? divideByZero() : floorMod(x, y)), { big });
}

op<[Tensor, Tensor]>({
  schema: 'remainder(Tensor input, Number other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a − b · ⌊a / b⌋',
  gradient: 'da = dy,  db = −dy · ⌊a / b⌋',
  forward: remainder,
  saves: ['input', 'other'],
  grads: {
    input: (c) => c.grad,
    other: (c, f) => f.mul(f.neg(c.grad), f.div(c.saved('input'), c.saved('other'), 'floor')),
  },
  gradName: (_, b) => (b.wrapped ? 'RemainderBackward0' : 'RemainderBackward1'),
  samples: () => [...pairs([0.7, 1.4]), ...wholePairs()],
});

op<[Tensor, Tensor]>({
  schema: 'remainder_number(Number self, Tensor other) -> Tensor',
  faces: ['torch:remainder'],
  formula: 'y = a − b · ⌊a / b⌋, a a number',
  gradient: 'none: PyTorch refuses to differentiate it',
  forward: remainder,
  grads: { other: raiseUnderivable('remainder') },
  gradName: 'NotImplemented',
  samples: () => [
    { args: [7, { tensor: { shape: [3], dtype: 'int64', data: [2, -3, 4] } }] },
    { args: [7, { tensor: { shape: [3], requiresGrad: false } }] },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'fmod(Tensor input, Number other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a − b · trunc(a / b)',
  gradient: 'da = dy,  db = −dy · trunc(a / b)',
  forward: (a, b) => {
    const d = resultType(a, b);
    refuse('fmod_cpu', ['bool'], d);
    const big = (x: bigint, y: bigint) => (y === 0n ? divideByZero() : x % y);
    return binary(a, b, (x, y) => (y === 0 && !isFloat(d) ? divideByZero() : x % y), { big });
  },
  saves: ['input', 'other'],
  grads: {
    input: (c) => c.grad,
    other: (c, f) => f.mul(f.neg(c.grad), f.div(c.saved('input'), c.saved('other'), 'trunc')),
  },
  gradName: (_, b) => (b.wrapped ? 'FmodBackward0' : 'FmodBackward1'),
  samples: () => [...pairs([0.7, 1.4]), ...wholePairs()],
});

op<[Tensor]>({
  schema: 'neg(Tensor input) -> Tensor',
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
      negLoop,
      fast.neg,
    );
  },
  grads: { input: (c, f) => f.neg(c.grad) },
  complex: (x) => cx.map(x, cx.negative),
  samples: () => [...oneInput(), ...ofTypes(['int64', 'uint8'])],
});

op<[Tensor]>({
  schema: 'reciprocal(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = 1 / x',
  gradient: 'dx = −dy · y²',
  forward: (x) => unary(x, floatType(x.dtype), (v) => 1 / v, undefined, undefined, fast.reciprocal),
  saves: ['result'],
  grads: { input: (c, f) => f.mul(f.neg(c.grad), f.mul(c.saved('result'), c.saved('result'))) },
  complex: (x) => cx.map(x, cx.reciprocal),
  samples: () => [...oneInput([0.5, 2]), ...ofTypes(['int64'])],
});

/** torch.lerp and its kin take one dtype only. */
function sameDtypes(a: Tensor, named: Record<string, Tensor>): void {
  for (const [name, t] of Object.entries(named))
    if (!t.wrapped && t.dtype !== a.dtype)
      throw runtimeError(`expected dtype ${dtypeWord(a)} for \`${name}\` but got dtype ${dtypeWord(t)}`);
}

const dtypeWord = (t: Tensor) =>
  ({ float32: 'float', float64: 'double', int64: 'long int', float16: 'c10::Half', bfloat16: 'c10::BFloat16' })[
    t.dtype as string
  ] ?? t.dtype;

op<[Tensor, Tensor, Tensor]>({
  schema: 'lerp(Tensor input, Tensor end, Number weight) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a + w · (b − a)',
  gradient: 'da = dy · (1 − w),  db = dy · w,  dw = dy · (b − a)',
  forward: (a, b, w) => {
    sameDtypes(a, { end: b, weight: w });
    refuse(`lerp_kernel_${w.wrapped ? 'scalar' : 'tensor'}`, ['bool', 'int'], a.dtype);
    const f = (x: number, y: number, t: number) => (Math.abs(t) < 0.5 ? x + t * (y - x) : y - (y - x) * (1 - t));
    return ternary([a, b, w], a.dtype, f, w.wrapped ? fast.lerp(Number(w.values()[0])) : undefined);
  },
  complex: (a, b, w) => {
    sameDtypes(a, { end: b, weight: w });
    return cx.pairs(a, cx.pairs(w, cx.pairs(b, a, scaledSum({ kind: 'int', value: 1 }, -1)), cx.mul), cx.add);
  },
  saves: ['input', 'end', 'weight'],
  grads: {
    input: (c, f) => f.mul(c.grad, f.rsub(c.saved('weight'), 1)),
    end: (c, f) => f.mul(c.grad, c.saved('weight')),
    weight: (c, f) => f.mul(c.grad, f.sub(c.saved('end'), c.saved('input'))),
  },
  gradName: (_, __, w) => (w.wrapped ? 'LerpBackward0' : 'LerpBackward1'),
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [3] } }, 0.25] },
    { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }, 0.75] },
    { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [] } }, { tensor: { shape: [2, 1] } }] },
  ],
});

/** input + value · (a ∘ b), with the rounding of each step that the result's dtype has. */
function addComposed(
  parts: [Tensor, Tensor, Tensor],
  value: Scalar,
  f: (a: number, b: number) => number,
  quick: (k: number) => Fast,
): Tensor {
  const d = resultType(...parts);
  const k = isFloat(d) ? n(value) : Math.trunc(n(value));
  return ternary(parts, d, (x, a, b) => x + k * f(a, b), quick(k));
}

function composedComplex([x, a, b]: [Tensor, Tensor, Tensor], value: Scalar, by: cx.Complex2): Tensor {
  refuseComplexFactor(resultType(x, a, b), value);
  return cx.pairs(x, cx.pairs(a, b, by), scaledSum(value, 1));
}

const threeTensors = (range?: [number, number]): Sample[] => [
  { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3], range } }] },
  {
    args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 1] } }, { tensor: { shape: [3], range } }],
    kwargs: { value: 0.5 },
  },
  {
    args: [
      { tensor: { shape: [3], dtype: 'float64' } },
      { tensor: { shape: [3], dtype: 'float64' } },
      { tensor: { shape: [], dtype: 'float64', range } },
    ],
    kwargs: { value: -2 },
  },
];

op<[Tensor, Tensor, Tensor, Scalar]>({
  schema: 'addcmul(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x + value · a · b',
  gradient: 'dx = dy,  da = dy · value · b,  db = dy · value · a',
  forward: (x, a, b, value) => addComposed([x, a, b], value, (p, q) => p * q, fast.addProduct),
  complex: (x, a, b, value) => composedComplex([x, a, b], value, cx.mul),
  saves: ['tensor1', 'tensor2'],
  grads: {
    input: (c) => c.grad,
    tensor1: (c, f) => f.mul(c.grad, f.mul(c.saved('tensor2'), c.attr('value'))),
    tensor2: (c, f) => f.mul(c.grad, f.mul(c.saved('tensor1'), c.attr('value'))),
  },
  samples: () => [...threeTensors(), { args: [1, 2, 3].map(() => ({ tensor: { shape: [4], dtype: 'int64' } })) }],
});

op<[Tensor, Tensor, Tensor, Scalar]>({
  schema: 'addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x + value · a / b',
  gradient: 'dx = dy,  da = dy · value / b,  db = −dy · value · a / b²',
  forward: (x, a, b, value) => {
    if (!isFloat(a.dtype) && !isFloat(b.dtype))
      throw runtimeError(
        'Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.',
      );
    return addComposed([x, a, b], value, (p, q) => p / q, fast.addQuotient);
  },
  complex: (x, a, b, value) => composedComplex([x, a, b], value, cx.div),
  saves: ['tensor1', 'tensor2'],
  grads: {
    input: (c) => c.grad,
    tensor1: (c, f) => f.mul(c.grad, f.mul(f.reciprocal(c.saved('tensor2')), c.attr('value'))),
    tensor2: (c, f) => {
      const b = c.saved('tensor2');
      return f.mul(f.neg(c.grad), f.div(f.mul(c.saved('tensor1'), c.attr('value')), f.mul(b, b)));
    },
  },
  samples: () => threeTensors([0.5, 2]),
});
