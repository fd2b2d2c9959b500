/** Draws with a parameter an element: Poisson, binomial, gamma, Dirichlet. PyTorch's draws, bit by bit (../random/rejection). */
import { type DType, isFloat } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { contiguousAs, expandTo } from '../kernels/copy';
import { drawn, type Floats } from '../kernels/draw';
import { binary, dtypeLabel, ternary } from '../kernels/elementwise';
import { betaSlope, gammaSlope } from '../kernels/reparameterize';
import { op, type Sample, type SampleTensor } from '../op';
import * as rejection from '../random/rejection';
import { broadcast } from '../shape';
import type { Tensor } from '../tensor';
import { notImplemented } from './random';
import { raiseUnderivable } from './refusals';

const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args], kink: true });
const shapes = (range: [number, number]): Sample[] => [
  on({ shape: [4, 5], range }),
  on({ shape: [7], range, dtype: 'float64' }),
  on({ shape: [0] }),
];

const withoutGradient = (s: Sample): Sample => ({
  ...s,
  args: s.args.map((a) =>
    a !== null && typeof a === 'object' && 'tensor' in a ? { tensor: { ...a.tensor, requiresGrad: false } } : a,
  ),
});

/** The smallest normal number of a dtype, and the largest below 1: what a sample is kept within. */
const limits = (d: DType) => (d === 'float64' ? [2 ** -1022, 1 - 2 ** -53] : [2 ** -126, 1 - 2 ** -24]);
const rounding = (d: DType) => (d === 'float64' ? (v: number) => v : Math.fround);

op<[Tensor]>({
  schema: 'poisson(Tensor input, Generator? generator=None) -> Tensor',
  faces: ['torch'],
  random: true,
  formula: 'y ~ Poisson(x)',
  gradient: 'dx = 0',
  forward(rates) {
    if (!isFloat(rates.dtype)) throw notImplemented('poisson_cpu', rates.dtype);
    const x = rates.values() as Floats;
    return drawn(rates.dtype, rates.shape, (out: Floats, gen) => {
      for (let i = 0; i < out.length; i++) out[i] = rejection.poisson(x[i], gen);
    });
  },
  grads: { input: (c) => f.zeros_like(c.grad) },
  samples: () => [
    ...shapes([0, 9]),
    ...shapes([9, 60]),
    on({ shape: [2], data: [1, -1] }),
    on({ shape: [2], dtype: 'int64' }),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'binomial(Tensor count, Tensor prob, Generator? generator=None) -> Tensor',
  faces: ['torch'],
  random: true,
  formula: 'y ~ Binomial(count, prob)',
  gradient: 'PyTorch has none',
  forward(count, prob) {
    for (const [name, t] of [
      ['count', count],
      ['prob', prob],
    ] as const)
      if (!isFloat(t.dtype))
        throw new TorchError(
          'ValueError',
          `binomial only supports floating-point dtypes for ${name}, got: ${dtypeLabel(t.dtype)}`,
        );
    if (count.dtype !== prob.dtype)
      throw runtimeError(`Found dtype ${dtypeLabel(prob.dtype)} but expected ${dtypeLabel(count.dtype)}`);
    const shape = broadcast(count.shape, prob.shape);
    const [n, p] = [count, prob].map((t) => contiguousAs(expandTo(t, shape), count.dtype).storage.data as Floats);
    return drawn(count.dtype, shape, (out: Floats, gen) => {
      for (let i = 0; i < out.length; i++) out[i] = rejection.binomial(n[i], p[i], gen);
    });
  },
  grads: { count: raiseUnderivable('binomial'), prob: raiseUnderivable('binomial') },
  samples: () => [
    on({ shape: [20], data: Array.from({ length: 20 }, (_, i) => i * 3) }, { tensor: { shape: [20], range: [0, 1] } }),
    on({ shape: [1], data: [200] }, { tensor: { shape: [3, 4], range: [0.02, 0.98] } }),
    on(
      { shape: [3], dtype: 'float64', data: [5, 50, 500] },
      { tensor: { shape: [3], dtype: 'float64', range: [0, 1] } },
    ),
    on({ shape: [2], dtype: 'int64' }, { tensor: { shape: [2] } }),
  ],
});

op<[Tensor]>({
  schema: '_standard_gamma(Tensor self, Generator? generator=None) -> Tensor',
  faces: ['torch'],
  random: true,
  formula: 'y ~ Gamma(x, 1)',
  gradient: 'dx = dy · −(∂F(y; x)/∂x) / F′(y)',
  saves: ['self', 'result'],
  grads: { self: (c, f) => f.mul(c.grad, f._standard_gamma_grad(c.saved('self'), c.saved('result'))) },
  forward(alpha) {
    if (!isFloat(alpha.dtype)) throw notImplemented('gamma_cpu', alpha.dtype);
    const x = alpha.values() as Floats;
    const [least] = limits(alpha.dtype);
    const round = rounding(alpha.dtype);
    return drawn(alpha.dtype, alpha.shape, (out: Floats, gen) => {
      for (let i = 0; i < out.length; i++) out[i] = Math.max(least, rejection.gamma(x[i], gen, round));
    });
  },
  // Its gradient is compared with PyTorch's, which is a fit to three digits, in test/golden/face/distributions.py.
  samples: () => [...shapes([0.05, 1]), ...shapes([1, 20]), on({ shape: [2], dtype: 'int64' })].map(withoutGradient),
});

op<[Tensor]>({
  schema: '_sample_dirichlet(Tensor self, Generator? generator=None) -> Tensor',
  faces: ['torch'],
  random: true,
  formula: 'y ~ Dirichlet(x)',
  gradient: 'PyTorch has none: torch.distributions.Dirichlet has',
  grads: { self: raiseUnderivable('_sample_dirichlet') },
  forward(alpha) {
    if (!isFloat(alpha.dtype)) throw notImplemented('dirichlet', alpha.dtype);
    const x = alpha.values() as Floats;
    const [least, most] = limits(alpha.dtype);
    const width = alpha.shape[alpha.rank - 1] ?? 1;
    return drawn(alpha.dtype, alpha.shape, (out: Floats, gen) => {
      const draws = Float64Array.from(x, (v) => rejection.gamma(v, gen, (r) => r));
      for (let row = 0; row < draws.length; row += width) {
        let sum = 0;
        for (let i = row; i < row + width; i++) sum += draws[i];
        for (let i = row; i < row + width; i++) out[i] = Math.min(most, Math.max(least, draws[i] / sum));
      }
    });
  },
  samples: () => [...shapes([0.1, 3]), on({ shape: [3, 2, 4], range: [0.5, 5] })],
});

/** Numbers are compared in test/golden/face/distributions.py: PyTorch's are fits to three digits. */
const none = { tensor: { shape: [0], requiresGrad: false } };

op<[Tensor, Tensor]>({
  schema: '_standard_gamma_grad(Tensor self, Tensor output) -> Tensor',
  faces: ['torch'],
  formula: 'dy/dα of y ~ Gamma(α, 1)',
  forward: (alpha, y) => binary(alpha, y, gammaSlope),
  samples: () => [{ args: [none, none] }],
});

op<[Tensor, Tensor, Tensor]>({
  schema: '_dirichlet_grad(Tensor x, Tensor alpha, Tensor total) -> Tensor',
  faces: ['torch'],
  formula: 'dx/dα of x ~ Beta(α, total − α), over 1 − x',
  forward: (x, alpha, total) => ternary([x, alpha, total], x.dtype, (v, a, t) => betaSlope(a, t - a, v) / (1 - v)),
  samples: () => [{ args: [none, none, none] }],
});
