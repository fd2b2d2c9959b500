/** Tensors filled at random, in place: PyTorch's draws, bit by bit (see ../random). Source: "In-place random sampling". */
import { type DType, type HalfType, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { expandTo } from '../kernels/copy';
import { drawnLike, type Floats } from '../kernels/draw';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import type { Generator } from '../random/generator';
import * as draw from '../random/index';
import { broadcast } from '../shape';
import type { Tensor } from '../tensor';
import { bernoulliOf, integers, notImplemented, SPREAD } from './random';

const m: SampleTensor = { shape: [2, 3] };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

/** x filled anew: nothing of its old content flows on. */
const zeroGradient = { input: (c: BackwardContext) => f.zeros_like(c.grad) };

interface Fill {
  name: string;
  params: string;
  formula: string;
  fill(out: never, gen: Generator, args: number[], contiguous: boolean, half: HalfType | null): unknown;
  /** Refuses integers, in the words of this kernel. */
  floats?: (d: DType) => Error;
  gradName?: string;
  face?: string;
  samples: Sample['args'][];
}

const FILLS: Fill[] = [
  {
    name: 'uniform_',
    params: ', float from=0.0, float to=1.0',
    formula: 'x ← U[from, to)',
    fill: (out: Floats, gen, [from, to], _, half) => draw.uniform(out, gen, from, to, half),
    floats: (d) => notImplemented('check_uniform_bounds', d),
    samples: [[], [-0.5, 2], [2, 1]],
  },
  {
    name: 'normal_',
    params: ', float mean=0.0, float std=1.0',
    formula: 'x ← N(mean, std²)',
    fill: (out: Floats, gen, [mean, std], contiguous, half) => draw.normal(out, gen, mean, std, contiguous, half),
    floats: (d) => notImplemented('normal_kernel_cpu', d),
    samples: [[], [1.5, 0.25], [0, -1]],
  },
  {
    name: 'exponential_',
    params: ', float lambd=1.0',
    formula: 'x ← Exp(λ)',
    fill: (out: Floats, gen, [lambda]) => draw.exponential(out, gen, lambda),
    floats: () =>
      runtimeError(
        'Exponential distribution is a continuous probability distribution. dtype must be a floating point but you specified Long',
      ),
    samples: [[], [1.3], [-1]],
  },
  {
    name: 'log_normal_',
    params: ', float mean=1.0, float std=2.0',
    formula: 'x ← exp N(mean, std²)',
    fill: (out: Floats, gen, [mean, std]) => draw.logNormal(out, gen, mean, std),
    samples: [[0.3, 0.4]],
  },
  {
    name: 'cauchy_',
    params: ', float median=0.0, float sigma=1.0',
    formula: 'x ← Cauchy(median, σ)',
    fill: (out: Floats, gen, [median, sigma]) => draw.cauchy(out, gen, median, sigma),
    samples: [[], [0.3, 0.4]],
  },
  {
    name: 'geometric_',
    params: ', float p',
    formula: 'x ← trials up to the first success',
    fill: (out: Floats, gen, [p]) => draw.geometric(out, gen, p),
    samples: [[0.3], [1.5]],
  },
  {
    name: 'bernoulli_',
    params: ', float p=0.5',
    formula: 'x ← 1 with probability p, else 0',
    fill: (out: Floats, gen, [p]) => draw.bernoulli(out, gen, p),
    gradName: 'BernoulliBackward2',
    samples: [[], [0.25], [2]],
  },
];

for (const { name, params, formula, fill, floats, gradName, samples } of FILLS)
  op<[Tensor, ...number[]]>({
    schema: `${name}(Tensor input${params}, *, Generator? generator=None) -> Tensor`,
    faces: ['Tensor'],
    inplaceOnly: true,
    random: true,
    formula,
    gradient: 'dx = 0',
    forward: (x, ...args) => {
      if (floats && !isFloat(x.dtype)) throw floats(x.dtype);
      return drawnLike(x, x.dtype, (out, gen, half) => fill(out, gen, args, x.contiguous, half));
    },
    complex:
      name === 'uniform_' || name === 'normal_'
        ? (x, ...args) => {
            const [a, b] = name === 'normal_' ? [args[0], args[1] * SPREAD] : args;
            return drawnLike(x, x.dtype, (out, gen) => fill(out, gen, [a, b], x.contiguous, null));
          }
        : undefined,
    grads: zeroGradient,
    gradName,
    samples: () => [
      ...samples.map((args) => on(m, ...args)),
      on({ shape: [5, 4], permute: [1, 0] }, ...samples[0]),
      on({ shape: [20] }, ...samples[0]),
      // exp of float64 differs from the C library's in the last bit, now and then.
      ...(name === 'log_normal_' ? [] : [on({ shape: [20], dtype: 'float64' }, ...samples[0])]),
      ...(floats ? [on({ shape: [2], dtype: 'int64' })] : []),
    ],
  });

op<[Tensor]>({
  schema: 'random_(Tensor input, *, Generator? generator=None) -> Tensor',
  faces: ['Tensor'],
  inplaceOnly: true,
  random: true,
  formula: "x ← integers of the dtype's range",
  gradient: 'dx = 0',
  forward: (x) => drawnLike(x, x.dtype, (out, gen, half) => draw.randomFull(out, gen, x.dtype === 'bool', half)),
  grads: zeroGradient,
  gradName: 'RandomBackward2',
  samples: () => [on(m), on({ shape: [3], dtype: 'int64' }), on({ shape: [4], dtype: 'bool' })],
});

op<[Tensor, number]>({
  schema: 'random_to_(Tensor input, int to, *, Generator? generator=None) -> Tensor',
  faces: ['Tensor:random_'],
  inplaceOnly: true,
  random: true,
  formula: 'x ← 0 … to − 1',
  gradient: 'dx = 0',
  forward: (x, to) => integers(0, to, x, x.dtype),
  grads: zeroGradient,
  gradName: 'RandomBackward1',
  samples: () => [on(m, 6), on({ shape: [3], dtype: 'int64' }, 100), on(m, 0)],
});

op<[Tensor, number, number | null]>({
  schema: 'random_from_(Tensor input, int from, int? to, *, Generator? generator=None) -> Tensor',
  faces: ['Tensor:random_'],
  inplaceOnly: true,
  random: true,
  formula: 'x ← from … to − 1',
  gradient: 'dx = 0',
  forward: (x, from, to) =>
    to === null
      ? drawnLike(x, x.dtype, (out, gen, half) => draw.randint(out, gen, from, null, half))
      : integers(from, to, x, x.dtype),
  grads: zeroGradient,
  gradName: 'RandomBackward0',
  samples: () => [on(m, -3, 6), on({ shape: [3], dtype: 'int64' }, 100, 1000)],
});

op<[Tensor, Tensor]>({
  schema: 'bernoulli_by_(Tensor input, Tensor p, *, Generator? generator=None) -> Tensor',
  faces: ['Tensor:bernoulli_'],
  inplaceOnly: true,
  random: true,
  formula: 'x ← 1 with probability p, else 0',
  gradient: 'dx = 0,  dp = 0',
  forward: (x, p) => {
    broadcast(x.shape, p.shape);
    return bernoulliOf(expandTo(p, x.shape), x.dtype, x.shape);
  },
  grads: { ...zeroGradient, p: (c, f) => f.zeros(c.shape('p'), c.dtype('p')) },
  gradName: 'BernoulliBackward1',
  samples: () => [
    on(m, { tensor: { shape: [3], range: [0, 1] } }),
    on({ shape: [3], dtype: 'int64' }, { tensor: { shape: [3], range: [0, 1], requiresGrad: false } }),
  ],
});
