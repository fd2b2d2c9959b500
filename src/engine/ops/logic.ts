/** Choosing by a mask, logic on truth values, logic on bits. */

import type { DType } from '../dtype';
import { allocate, DTYPES, isComplex } from '../dtype';
import { runtimeError } from '../errors';
import * as cx from '../kernels/complex';
import { binary, forEachRun, resultType, unary, valuesAs } from '../kernels/elementwise';
import { type BackwardContext, type Formulas, op, type Sample } from '../op';
import { broadcast, numel } from '../shape';
import { Tensor } from '../tensor';
import { refuse } from './refusals';
import { boolPair, ofTypes, pairs, wholePairs } from './samples';

function choose(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  if (condition.dtype !== 'bool' && condition.dtype !== 'uint8')
    throw runtimeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${DTYPES[condition.dtype].label}`,
    );
  const dtype = resultType(a, b);
  const shape = broadcast(broadcast(condition.shape, a.shape), b.shape);
  const mask = condition.values() as Uint8Array;
  const x = valuesAs(a, dtype) as Float64Array;
  const y = valuesAs(b, dtype) as Float64Array;
  const out = allocate(dtype, numel(shape)) as Float64Array;
  forEachRun(shape, [condition.shape, a.shape, b.shape], (o, n, [c, i, j], [dc, di, dj]) => {
    for (let k = 0; k < n; k++) out[o + k] = mask[c + k * dc] ? x[i + k * di] : y[j + k * dj];
  });
  return Tensor.of(dtype, shape, out);
}

const chosen = (sign: boolean) => (c: BackwardContext, f: Formulas) =>
  sign ? f.where(c.saved('condition'), c.grad, 0) : f.where(c.saved('condition'), 0, c.grad);

const mask = { tensor: { shape: [2, 3], dtype: 'bool' as DType, data: [1, 0, 1, 0, 0, 1] } };

op<[Tensor, Tensor, Tensor]>({
  schema: 'where(Tensor condition, Number input, Number other) -> Tensor',
  faces: ['torch'],
  formula: 'y = a where the condition holds, else b',
  gradient: 'da = dy where the condition holds, else 0;  db the other way round',
  forward: choose,
  saves: ['condition'],
  grads: { input: chosen(true), other: chosen(false) },
  complex: ['input', 'other'],
  samples: () => [
    { args: [mask, { tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }] },
    { args: [mask, { tensor: { shape: [3] } }, { tensor: { shape: [] } }] },
    { args: [mask, { tensor: { shape: [2, 3] } }, 0.5] },
    { args: [mask, { tensor: { shape: [3, 2], permute: [1, 0] } }, { tensor: { shape: [2, 3], dtype: 'float64' } }] },
    { args: [mask, { tensor: { shape: [3], dtype: 'int64' } }, 0] },
  ],
});

op<[Tensor, Tensor, Tensor]>({
  schema: 'where_self(Tensor input, Tensor condition, Number other) -> Tensor',
  faces: ['Tensor:where'],
  formula: 'y = x where the condition holds, else b',
  gradient: 'dx = dy where the condition holds, else 0;  db the other way round',
  forward: (a, condition, b) => choose(condition, a, b),
  saves: ['condition'],
  grads: { input: chosen(true), other: chosen(false) },
  gradName: 'WhereBackward0',
  complex: ['input', 'other'],
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, mask, { tensor: { shape: [3] } }] },
    { args: [{ tensor: { shape: [2, 3] } }, mask, 0] },
  ],
});

const logical: [name: string, sign: string, f: (a: boolean, b: boolean) => boolean][] = [
  ['logical_and', '∧', (a, b) => a && b],
  ['logical_or', '∨', (a, b) => a || b],
  ['logical_xor', '⊻', (a, b) => a !== b],
];
/** What is not 0. */
const truth = (x: Tensor) => (isComplex(x.dtype) ? cx.measure(x, (a, b) => Number(a !== 0 || b !== 0), 'bool') : x);

for (const [name, sign, f] of logical)
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    faces: ['torch', 'Tensor'],
    inplace: true,
    formula: `y = a ${sign} b, where anything but 0 is true`,
    forward: (a, b) => binary(a, b, (x, y) => Number(f(x !== 0, y !== 0)), { to: 'bool' }),
    complex: (a, b) => binary(truth(a), truth(b), (x, y) => Number(f(x !== 0, y !== 0)), { to: 'bool' }),
    samples: () => [boolPair(), ...pairs().filter((s) => typeof s.args[1] === 'object'), ...wholePairs().slice(0, 2)],
  });

op<[Tensor]>({
  schema: 'logical_not(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = ¬x, where anything but 0 is true',
  forward: (x) => unary(x, 'bool', (v) => Number(v === 0)),
  complex: (x) => unary(truth(x), 'bool', (v) => Number(v === 0)),
  samples: () => ofTypes(['bool', 'int64', 'float32', 'float64']),
});

type Bits = [name: string, sign: string, f: (a: number, b: number) => number, big: (a: bigint, b: bigint) => bigint];
const bitwise: Bits[] = [
  ['and', '∧', (a, b) => a & b, (a, b) => a & b],
  ['or', '∨', (a, b) => a | b, (a, b) => a | b],
  ['xor', '⊻', (a, b) => a ^ b, (a, b) => a ^ b],
];
for (const [name, sign, f, big] of bitwise) {
  const forward = (a: Tensor, b: Tensor) => {
    refuse(`bitwise_${name}_cpu`, ['float'], resultType(a, b));
    return binary(a, b, f, { big });
  };
  op<[Tensor, Tensor]>({
    schema: `bitwise_${name}(Tensor input, Number other) -> Tensor`,
    faces: ['torch', 'Tensor', `Tensor:__${name}__`],
    inplace: true,
    formula: `y = a ${sign} b, bit by bit`,
    forward,
    samples: () => [...wholePairs(), boolPair()],
  });
  op<[Tensor, Tensor]>({
    schema: `bitwise_${name}_number(Number self, Tensor other) -> Tensor`,
    faces: [`torch:bitwise_${name}`],
    formula: `y = a ${sign} b, bit by bit, a a number`,
    forward,
    samples: () => [{ args: [6, { tensor: { shape: [4], dtype: 'int64' } }] }],
  });
}

op<[Tensor]>({
  schema: 'bitwise_not(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x with every bit turned over; for bools, ¬x',
  forward: (x) => {
    refuse('bitwise_not_cpu', ['float'], x.dtype);
    if (x.dtype === 'bool') return unary(x, 'bool', (v) => 1 - v);
    return unary(
      x,
      x.dtype,
      (v) => ~v,
      (v) => ~v,
    );
  },
  samples: () => ofTypes(['bool', 'int64', 'uint8', 'int32']),
});

const small = (): Sample[] => [
  {
    args: [
      { tensor: { shape: [3], dtype: 'int64', data: [1, -5, 9] } },
      { tensor: { shape: [3], dtype: 'int64', data: [0, 1, 3] } },
    ],
  },
  { args: [{ tensor: { shape: [3], dtype: 'int64', data: [1, -5, 9] } }, 1] },
];
for (const [name, sign] of [
  ['left', '<<'],
  ['right', '>>'],
] as const)
  op<[Tensor, Tensor]>({
    schema: `bitwise_${name}_shift(Tensor input, Number other) -> Tensor`,
    faces: ['torch', 'Tensor', `Tensor:__${name === 'left' ? 'l' : 'r'}shift__`],
    inplace: true,
    formula: `y = a ${sign} b`,
    forward: (a, b) => {
      refuse(`${name[0]}shift_cpu`, ['bool', 'float'], resultType(a, b));
      return name === 'left'
        ? binary(a, b, (x, y) => x << y, { big: (x, y) => x << y })
        : binary(a, b, (x, y) => x >> y, { big: (x, y) => x >> y });
    },
    samples: small,
  });
