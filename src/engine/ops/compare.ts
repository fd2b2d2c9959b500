/** Comparisons. Nothing flows back through them. */

import { DTYPES } from '../dtype';
import { runtimeError } from '../errors';
import * as cx from '../kernels/complex';
import { binary, type Loop2, numbers, unary } from '../kernels/elementwise';
import { eqLoop, geLoop, gtLoop, leLoop, ltLoop, neLoop } from '../kernels/hotLoops';
import { op, type Sample } from '../op';
import { sameShape } from '../shape';
import type { Tensor } from '../tensor';
import { boolPair, exactly, ofTypes, pairs, wholePairs, withoutGrad } from './samples';

const INF = Number.POSITIVE_INFINITY;

const special = (): Sample[] => exactly([Number.NaN, INF, -INF, 0, 1.5]);

const comparisons: [name: string, sign: string, f: (a: number, b: number) => boolean, loop: Loop2, alias: string[]][] =
  [
    ['eq', '=', (a, b) => a === b, eqLoop, []],
    ['ne', '≠', (a, b) => a !== b, neLoop, ['not_equal']],
    ['lt', '<', (a, b) => a < b, ltLoop, ['less']],
    ['le', '≤', (a, b) => a <= b, leLoop, ['less_equal']],
    ['gt', '>', (a, b) => a > b, gtLoop, ['greater']],
    ['ge', '≥', (a, b) => a >= b, geLoop, ['greater_equal']],
  ];
for (const [name, sign, f, loop, alias] of comparisons)
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor input, Number other) -> Tensor`,
    faces: ['torch', 'Tensor', ...alias.flatMap((a) => [`torch:${a}`, `Tensor:${a}`])],
    inplace: true,
    formula: `y = (a ${sign} b)`,
    gradient: '0, and only where it is written in place of a',
    forward: (a, b) => binary(a, b, (x, y) => Number(f(x, y)), { to: 'bool', loop }),
    complex:
      name === 'eq' || name === 'ne'
        ? (a, b) =>
            cx.pairs(
              a,
              b,
              (p, q, r, s) => {
                cx.z.re = Number((p === r && q === s) === (name === 'eq'));
              },
              'bool',
            )
        : undefined,
    grads: { input: (c, f) => f.zeros_like(c.grad), other: (c, f) => f.zeros_like(c.grad) },
    gradName: (_, b) => `${name.charAt(0).toUpperCase()}${name.slice(1)}Backward${b.wrapped ? 0 : 1}`,
    samples: () => [
      // In place of integers PyTorch's own gradient fails.
      ...pairs().map((s, i) => (i === 5 ? withoutGrad([s])[0] : s)),
      ...wholePairs(),
      boolPair(),
      { args: [{ tensor: { shape: [3], data: [1, 2, Number.NaN] } }, { tensor: { shape: [3], data: [1, 3, 0] } }] },
    ],
  });

const tests: [name: string, words: string, f: (x: number) => boolean][] = [
  ['isnan', 'x is NaN', Number.isNaN],
  ['isinf', 'x is infinite', (x) => x === INF || x === -INF],
  ['isfinite', 'x is finite', Number.isFinite],
];
for (const [name, words, f] of tests)
  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = (${words})`,
    forward: (x) => unary(x, 'bool', (v) => Number(f(v))),
    complex: (x) => cx.measure(x, (a, b) => Number(name === 'isfinite' ? f(a) && f(b) : f(a) || f(b)), 'bool'),
    samples: () => [...special(), ...ofTypes(['int64', 'bool'])],
  });

type Tolerance = [a: Tensor, b: Tensor, rtol: number, atol: number, equalNan: boolean];

function checkTolerance(...[a, b, rtol, atol]: Tolerance): void {
  if (a.dtype !== b.dtype) throw runtimeError(`${DTYPES[a.dtype].label} did not match ${DTYPES[b.dtype].label}`);
  for (const [name, value] of Object.entries({ rtol, atol }))
    if (value < 0) throw runtimeError(`${name} must be greater than or equal to zero, but got ${value}`);
}

function isClose(...[a, b, rtol, atol, equalNan]: Tolerance): Tensor {
  checkTolerance(a, b, rtol, atol, equalNan);
  const close = (x: number, y: number) =>
    x === y ||
    (equalNan && Number.isNaN(x) && Number.isNaN(y)) ||
    (Number.isFinite(x - y) && Math.abs(x - y) <= atol + Math.abs(rtol * y));
  return binary(a, b, (x, y) => Number(close(x, y)), { to: 'bool' });
}

/** The same of complex numbers: their distance counts. */
function isCloseComplex(...[a, b, rtol, atol, equalNan]: Tolerance): Tensor {
  checkTolerance(a, b, rtol, atol, equalNan);
  const nan = (x: number, y: number) => Number.isNaN(x) || Number.isNaN(y);
  const close = (p: number, q: number, r: number, s: number) => {
    if ((p === r && q === s) || (equalNan && nan(p, q) && nan(r, s))) return true;
    const away = Math.hypot(p - r, q - s);
    return Number.isFinite(away) && away <= atol + rtol * Math.hypot(r, s);
  };
  return cx.pairs(
    a,
    b,
    (p, q, r, s) => {
      cx.z.re = Number(close(p, q, r, s));
    },
    'bool',
  );
}

op<Tolerance>({
  schema: 'isclose(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = (|a − b| ≤ atol + rtol · |b|)',
  forward: isClose,
  complex: isCloseComplex,
  samples: () => [
    {
      args: [
        { tensor: { shape: [4], data: [1, 1, Number.NaN, INF] } },
        { tensor: { shape: [4], data: [1.000001, 1.1, Number.NaN, INF] } },
      ],
    },
    {
      args: [{ tensor: { shape: [1], data: [Number.NaN] } }, { tensor: { shape: [1], data: [Number.NaN] } }],
      kwargs: { equal_nan: true },
    },
    wholePairs()[0],
  ],
});

op<Tolerance>({
  schema: 'allclose(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> bool',
  faces: ['torch', 'Tensor'],
  formula: 'y = isclose(a, b) everywhere',
  forward: (...args) => numbers(isClose(...args)).every((v) => v !== 0),
  complex: (...args) => numbers(isCloseComplex(...args)).every((v) => v !== 0),
  samples: () => [
    { args: [{ tensor: { shape: [2], data: [1, 2] } }, { tensor: { shape: [2], data: [1.000001, 2] } }] },
    { args: [{ tensor: { shape: [2], data: [1, 2] } }, { tensor: { shape: [2], data: [1.1, 2] } }] },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'equal(Tensor input, Tensor other) -> bool',
  faces: ['torch', 'Tensor'],
  formula: 'y = same shape and same elements',
  forward: (a, b) => {
    if (!sameShape(a.shape, b.shape)) return false;
    const y = numbers(b);
    return numbers(a).every((v, i) => v === y[i]);
  },
  complex: true,
  samples: () => [
    { args: [{ tensor: { shape: [2], data: [1, 2] } }, { tensor: { shape: [2], data: [1, 2] } }] },
    { args: [{ tensor: { shape: [2], data: [1, 2] } }, { tensor: { shape: [2], data: [1, 3] } }] },
    { args: [{ tensor: { shape: [2], data: [1, 2] } }, { tensor: { shape: [3] } }] },
  ],
});
