import { describe, expect, it } from 'vitest';
import { TorchError } from '../../../src/engine/errors';
import { formulas } from '../../../src/engine/formulas';
import type { Scalar } from '../../../src/engine/op';
import '../../../src/engine/ops';
import { Tensor } from '../../../src/engine/tensor';
import { compareWithDifferences, gradients, projectionOf, upstream } from './opHarness';

const f = formulas;
const I: Scalar = { kind: 'complex', value: 0.3, imag: 1.2 };

/** Numbers off the branch cuts, none twice. */
function make(shape: number[], seed: number, complex = true): Tensor {
  const parts = complex ? 2 : 1;
  const data = Float64Array.from(
    { length: shape.reduce((n, d) => n * d, parts) },
    (_, i) => 0.35 + Math.abs(Math.sin(seed + i * 2.3)) * 0.9,
  );
  const t = Tensor.of(complex ? 'complex128' : 'float64', shape, data);
  t.leafRequiresGrad = true;
  return t;
}

const elementary =
  'exp exp2 expm1 log log2 log10 log1p sqrt rsqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid reciprocal neg square sgn abs angle conj real imag resolve_conj'.split(
    ' ',
  );
const cases: [name: string, body: (x: Tensor, y: Tensor, r: Tensor) => Tensor][] = [
  ...elementary.map((name): [string, (x: Tensor) => Tensor] => [name, (x) => f[name](x)]),
  ['a product with a real tensor', (x, _, r) => f.mul(x, r)],
  ['a product with a number', (x) => f.mul(x, I)],
  ['a product of a real tensor with a number', (_, __, r) => f.mul(r, I)],
  ['div', (x, y) => f.div(x, y)],
  ['a real tensor over a complex one', (x, _, r) => f.div(r, x)],
  ['sub', (x, y) => f.sub(x, y, 0.5)],
  ['addcdiv', (x, y, r) => f.addcdiv(r, x, y, 0.5)],
  ['lerp', (x, y) => f.lerp(x, y, 0.25)],
  ['pow', (x, y) => f.pow(x, y)],
  ['pow of a number', (x) => f.pow_number(I, x)],
  ['pow to a number', (x) => f.pow(x, 3)],
  ['pow to a complex number', (x) => f.pow(x, I)],
  ['pow of a real tensor', (x, _, r) => f.pow(r, x)],
  ['sum', (x) => f.sum(x, [1])],
  ['mean', (x) => f.mean(x)],
  ['prod', (x) => f.prod(x, 1)],
  ['var', (x) => f.var(x, [0])],
  ['std', (x) => f.std(x)],
  ['cumsum', (x) => f.cumsum(x, 1)],
  ['cumprod', (x) => f.cumprod(x, 1)],
  ['vector_norm 2', (x) => f.linalg_vector_norm(x)],
  ['vector_norm 1', (x) => f.linalg_vector_norm(x, 1, [0])],
  ['vector_norm 3', (x) => f.linalg_vector_norm(x, 3)],
  ['matmul', (x, y) => f.matmul(x, f.adjoint(y))],
  ['matmul with conj', (x, y) => f.matmul(f.conj(x), f.t(y))],
  ['bmm', (x, y) => f.matmul(f.unsqueeze(x, 0), f.unsqueeze(f.t(y), 0))],
  ['linear', (x, y) => f.linear(x, y, f.select(f.t(x), 0, 0))],
  ['where', (x, y, r) => f.where(f.gt(r, 0.8), x, y)],
  ['cat', (x, _, r) => f.cat([x, r], 0)],
  ['index', (x) => f.index(x, [Tensor.of('int64', [3], BigInt64Array.of(0n, 1n, 0n))])],
  ['masked_fill', (x, _, r) => f.masked_fill(x, f.gt(r, 0.8), I)],
  ['flip and roll', (x) => f.roll(f.flip(x, [0]), [1], [1])],
  ['tril', (x) => f.tril(x)],
  ['complex', (_, __, r) => f.complex(r, f.mul(r, 2))],
  ['polar', (_, __, r) => f.polar(r, f.mul(r, 2))],
  ['view_as_real', (x) => f.view_as_real(x)],
  ['the real part of conj', (x) => f.add(f.real(f.conj(x)), f.imag(f.conj(x)))],
  ['a real tensor made complex', (_, __, r) => f.to_dtype(r, 'complex128')],
  ['|x|² by hand', (x) => f.real(f.mul(x, f.conj(x)))],
];

describe.each(cases)('%s of complex numbers', (_, body) => {
  const inputs = () => [make([2, 3], 1), make([2, 3], 5), make([2, 3], 9, false)];

  it('has the gradients that finite differences of both parts give', () => {
    const leaves = inputs();
    const run = () => [body(leaves[0], leaves[1], leaves[2])];
    const outs = run();
    const used = gradients(outs, projectionOf(outs), leaves);
    expect(compareWithDifferences(run, leaves, used)).toBeNull();
  });

  it('has such second gradients', () => {
    const leaves = inputs();
    const outs = [body(leaves[0], leaves[1], leaves[2])];
    const rising = outs.map(upstream);
    for (const t of rising) t.leafRequiresGrad = true;
    const first = (createGraph: boolean) =>
      gradients([body(leaves[0], leaves[1], leaves[2])], rising, leaves, createGraph);
    const tracked = first(true).map((g) => g?.requiresGrad === true);
    if (!tracked.some(Boolean)) return;
    const run = (createGraph: boolean) => first(createGraph).filter((__, i) => tracked[i]) as Tensor[];
    const made = run(true);
    const all = [...leaves, ...rising];
    expect(compareWithDifferences(() => run(false), all, gradients(made, projectionOf(made), all))).toBeNull();
  });
});

describe('memory of complex numbers', () => {
  it('is seen through views of its parts and of its conjugates', () => {
    const x = Tensor.of('complex128', [2], Float64Array.of(1, 2, 3, 4));
    f.mul_(f.real(x), 10);
    f.add_(f.conj(x), I);
    expect([...(x.values() as Float64Array)]).toEqual([10.3, 0.8, 30.3, 2.8]);
    const pairs = Tensor.of('float64', [2, 2], Float64Array.of(1, 2, 3, 4));
    f.mul_(f.view_as_complex(pairs), I);
    expect([...(pairs.values() as Float64Array)].map((v) => Number(v.toFixed(9)))).toEqual([-2.1, 1.8, -3.9, 4.8]);
  });

  it('is refused where an op has no answer', () => {
    const x = Tensor.of('complex128', [1], Float64Array.of(1, 2));
    expect(() => f.floor(x)).toThrow('floor is not supported for complex inputs');
    expect(() => f.lt(x, x)).toThrow('"lt_cpu" not implemented for \'ComplexDouble\'');
    expect(() => f.logspace(0, 1, 3, 'complex64')).toThrow(TorchError);
  });
});
