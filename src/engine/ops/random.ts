/** Random tensors: PyTorch's draws, bit by bit (see ../random). Source: "Random sampling" page. */
import { context } from '../context';
import { type DType, type HalfType, isComplex, isDifferentiable, isFloat, isHalf } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { roundHalf } from '../half';
import { contiguousAs, expandTo } from '../kernels/copy';
import { drawn, drawnLike, type Floats, inRows } from '../kernels/draw';
import { dtypeLabel, floatType } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import type { Generator } from '../random/generator';
import * as draw from '../random/index';
import { broadcast } from '../shape';
import { Tensor } from '../tensor';

export const notImplemented = (kernel: string, d: DType) =>
  new TorchError('NotImplementedError', `"${kernel}" not implemented for '${dtypeLabel(d)}'`);

function floating(dtype: DType | null, kernel: string): DType {
  const d = dtype ?? context.defaultDtype;
  if (!isDifferentiable(d)) throw notImplemented(kernel, d);
  return d;
}

/** Each part of a complex normal has half of the variance. */
export const SPREAD = 1 / Math.sqrt(2);

const m: SampleTensor = { shape: [2, 3] };
const float64 = { dtype: { dtype: 'float64' as DType } };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

for (const [name, formula, fill, kernel] of [
  [
    'rand',
    'y ~ U[0, 1)',
    (out: Floats, gen: Generator, half: HalfType | null) => draw.uniform(out, gen, 0, 1, half),
    'check_uniform_bounds',
  ],
  [
    'randn',
    'y ~ N(0, 1)',
    (out: Floats, gen: Generator, half: HalfType | null, whole = true, std = 1) =>
      draw.normal(out, gen, 0, std, whole, half),
    'normal_kernel_cpu',
  ],
] as const) {
  op<[number[], DType | null]>({
    schema: `${name}(int[] size, *, ScalarType? dtype=None, Generator? generator=None) -> Tensor`,
    faces: ['torch'],
    random: true,
    formula,
    forward: (size, dtype) => drawn(floating(dtype, kernel), size, fill),
    complex: (size, dtype) => drawn(dtype!, size, (out: Floats, gen) => fill(out, gen, null, true, SPREAD)),
    samples: () => [
      { args: [[2, 3]] },
      { args: [[5, 7]] },
      { args: [[40]], kwargs: float64 },
      { args: [[3]], kwargs: float64 },
      { args: [[]] },
      { args: [[0]] },
      { args: [[2]], kwargs: { dtype: { dtype: 'int64' } } },
    ],
  });
  op<[Tensor, DType | null]>({
    schema: `${name}_like(Tensor input, *, ScalarType? dtype=None) -> Tensor`,
    faces: ['torch'],
    random: true,
    formula: `${formula}, in x's shape`,
    forward: (x, dtype) =>
      drawnLike(x, floating(dtype ?? x.dtype, kernel), (out: Floats, gen, half) => fill(out, gen, half, inRows(x))),
    complex: (x, dtype) => {
      const to = floating(dtype ?? x.dtype, kernel);
      const std = isComplex(to) ? SPREAD : 1;
      return drawnLike(x, to, (out: Floats, gen, half) => fill(out, gen, half, inRows(x), std));
    },
    samples: () => [
      on(m),
      on({ shape: [4, 5] }),
      on({ shape: [5, 4], permute: [1, 0] }),
      { ...on(m), kwargs: float64 },
      { ...on({ shape: [2], dtype: 'int64' }), kwargs: float64 },
      on({ shape: [2], dtype: 'int64' }),
    ],
  });
}

/** In a shape, or like a tensor. */
export function integers(low: number, high: number, like: number[] | Tensor, dtype: DType | null): Tensor {
  if (low >= high) throw runtimeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
  const fill = (out: never, gen: Generator, half: HalfType | null) => draw.randint(out, gen, low, high, half);
  return like instanceof Tensor ? drawnLike(like, dtype ?? like.dtype, fill) : drawn(dtype ?? 'int64', like, fill);
}

op<[number, number[], DType | null]>({
  schema: 'randint(int high, int[] size, *, ScalarType? dtype=None, Generator? generator=None) -> Tensor',
  faces: ['torch'],
  random: true,
  formula: 'y ~ 0 … high − 1',
  forward: (high, size, dtype) => integers(0, high, size, dtype),
  samples: () => [
    { args: [10, [3, 4]] },
    { args: [2, [5]], kwargs: { dtype: { dtype: 'float32' } } },
    { args: [0, [2]] },
    { args: [2 ** 40, [3]] },
  ],
});

op<[number, number, number[], DType | null]>({
  schema: 'randint_from(int low, int high, int[] size, *, ScalarType? dtype=None, Generator? generator=None) -> Tensor',
  faces: ['torch:randint'],
  random: true,
  formula: 'y ~ low … high − 1',
  forward: (low, high, size, dtype) => integers(low, high, size, dtype),
  samples: () => [{ args: [-5, 5, [3, 4]] }, { args: [3, 3, [2]] }],
});

for (const from of [false, true])
  op<[Tensor, number, number | DType | null, DType | null]>({
    schema: `randint_like${from ? '_from' : ''}(Tensor input, ${from ? 'int low, ' : ''}int high, *, ScalarType? dtype=None) -> Tensor`,
    faces: ['torch:randint_like'],
    random: true,
    formula: `y ~ ${from ? 'low' : '0'} … high − 1, in x's shape`,
    forward: (x, a, b, c) => (from ? integers(a, b as number, x, c) : integers(0, a, x, b as DType | null)),
    samples: () => [on(m, ...(from ? [-2] : []), 7), on({ shape: [3], dtype: 'int64' }, ...(from ? [1] : []), 4)],
  });

/** Up to these, a float dtype holds every integer below. PyTorch asks no such thing of bfloat16. */
const MOST_PERMUTED: Partial<Record<DType, number>> = {
  float16: 2 ** 11 + 1,
  float32: 2 ** 24 + 1,
  float64: 2 ** 53 + 1,
};

op<[number, DType | null]>({
  schema: 'randperm(int n, *, ScalarType? dtype=None, Generator? generator=None) -> Tensor',
  faces: ['torch'],
  random: true,
  formula: 'y = 0 … n − 1 in random order',
  forward: (n, dtype) => {
    const type = dtype ?? 'int64';
    const most = MOST_PERMUTED[type];
    if (most !== undefined && n > most)
      throw runtimeError(`n cannot be greater than ${most} for ${dtypeLabel(type)} type.`);
    return drawn(type, [n], (out, gen) => draw.randperm(out, gen));
  },
  samples: () => [
    { args: [10] },
    { args: [0] },
    { args: [7], kwargs: { dtype: { dtype: 'float32' } } },
    { args: [-1] },
  ],
});

export function bernoulliOf(p: Tensor, dtype: DType, shape: readonly number[]): Tensor {
  if (!isFloat(p.dtype)) throw notImplemented('bernoulli_tensor_cpu_p_', p.dtype);
  if ((p.values() as Floats).some((v) => !(v >= 0 && v <= 1)))
    throw runtimeError(
      'Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)',
    );
  return drawn(dtype, shape, (out, gen) => draw.bernoulliTensor(out, gen, p.values() as Floats));
}

op<[Tensor]>({
  schema: 'bernoulli(Tensor input, *, Generator? generator=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  random: true,
  formula: 'y = 1 with probability x, else 0',
  gradient: 'dx = 0',
  forward: (p) => bernoulliOf(p, p.dtype, p.shape),
  grads: { input: (c) => f.zeros_like(c.grad) },
  samples: () => [
    { ...on({ shape: [4, 3], range: [0, 1] }), kink: true },
    { ...on({ shape: [5], range: [0, 1], dtype: 'float64' }), kink: true },
    on({ shape: [2], data: [0.5, 1.5] }),
  ],
});

op<[Tensor, number, boolean]>({
  schema: 'multinomial(Tensor input, int num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  random: true,
  formula: 'y = indices, each as likely as its weight',
  forward: (p, count, replacement) => {
    if (p.rank !== 1 && p.rank !== 2) throw runtimeError('prob_dist must be 1 or 2 dim');
    if (!isFloat(p.dtype))
      throw runtimeError(`multinomial only supports floating-point dtypes for input, got: ${dtypeLabel(p.dtype)}`);
    if (count <= 0) throw runtimeError('cannot sample n_sample <= 0 samples');
    const categories = p.shape[p.rank - 1];
    if (!replacement && count > categories)
      throw runtimeError('cannot sample n_sample > prob_dist.size(-1) samples without replacement');
    const rows = p.rank === 1 ? 1 : p.shape[0];
    const shape = p.rank === 1 ? [count] : [rows, count];
    const half = isHalf(p.dtype) ? p.dtype : null;
    return drawn('int64', shape, (out, gen) =>
      draw.multinomial(out, gen, p.values() as Floats, rows, replacement, half),
    );
  },
  samples: () => {
    const weights: SampleTensor = { shape: [3, 6], range: [0.01, 1] };
    return [
      on(weights, 4),
      on(weights, 9, true),
      on({ shape: [5], range: [0, 1] }, 1),
      on({ shape: [5], range: [0, 1], dtype: 'float64' }, 3, true),
      on(weights, 9),
      on(weights, 0),
      on({ shape: [2], data: [-1, 1] }, 1),
      on({ shape: [3], data: [0, 0, 1] }, 2),
      on({ shape: [2], dtype: 'int64' }, 1),
    ];
  },
});

/** mean + std · N(0, 1), broadcast. */
function normalOf(mean: Tensor | number, std: Tensor | number): Tensor {
  const tensors = [mean, std].filter((t) => t instanceof Tensor);
  const shape = tensors.reduce<number[]>((s, t) => broadcast(s, t.shape), []);
  const dtype = floatType(tensors[0].dtype);
  const read = (t: Tensor | number) =>
    t instanceof Tensor ? (contiguousAs(expandTo(t, shape), dtype).storage.data as Floats) : null;
  const [means, stds] = [read(mean), read(std)];
  if (stds?.some((s) => s < 0)) throw runtimeError('normal expects all elements of std >= 0.0');
  if (typeof std === 'number' && !(std >= 0)) throw runtimeError(`normal expects std >= 0.0, but found std ${std}`);
  return drawn(dtype, shape, (out: Floats, gen, half) => {
    draw.normal(out, gen, 0, 1, true, half);
    const round = half ? (v: number) => roundHalf(v, half) : dtype === 'float64' ? (v: number) => v : Math.fround;
    for (let i = 0; i < out.length; i++)
      out[i] = round(round(out[i]) * (stds ? stds[i] : (std as number))) + (means ? means[i] : (mean as number));
  });
}
const zeroOf = (name: string) => (c: BackwardContext) => f.zeros(c.shape(name), c.dtype(name));
const spread: SampleTensor = { shape: [2, 3], range: [0.1, 2] };

for (const [name, first, second, gradName, samples] of [
  [
    'normal',
    'Tensor',
    'Tensor',
    'NormalBackward3',
    [on(m, { tensor: spread }), on({ shape: [3] }, { tensor: spread })],
  ],
  ['normal_mean', 'Tensor', 'float', 'NormalBackward1', [on(m, 0.5), on({ shape: [20] }, 2)]],
  ['normal_std', 'float', 'Tensor', 'NormalBackward2', [{ args: [1.5, { tensor: spread }] }]],
] as const)
  op<[Tensor | number, Tensor | number]>({
    schema: `${name}(${first} mean, ${second} std${second === 'float' ? '=1' : ''}, *, Generator? generator=None) -> Tensor`,
    faces: ['torch:normal'],
    random: true,
    formula: 'y ~ N(mean, std²)',
    gradient: 'dmean = 0,  dstd = 0',
    forward: normalOf,
    grads: {
      ...(first === 'Tensor' ? { mean: zeroOf('mean') } : {}),
      ...(second === 'Tensor' ? { std: zeroOf('std') } : {}),
    },
    gradName,
    samples: () => (samples as unknown as Sample[]).map((s) => ({ ...s, kink: true })),
  });

op<[number, number, number[], DType | null]>({
  schema:
    'normal_of_size(float mean, float std, int[] size, *, ScalarType? dtype=None, Generator? generator=None) -> Tensor',
  faces: ['torch:normal'],
  random: true,
  formula: 'y ~ N(mean, std²)',
  forward: (mean, std, size, dtype) =>
    drawn(floating(dtype, 'normal_kernel_cpu'), size, (out, gen, half) => draw.normal(out, gen, mean, std, true, half)),
  samples: () => [{ args: [1, 0.5, [2, 3]] }, { args: [0, 2, [20]], kwargs: float64 }, { args: [0, -1, [2]] }],
});
