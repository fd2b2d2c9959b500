/** Max pooling: over windows, adaptive, fractional, and unpooling. Source: PyTorch's "Pooling functions" and the ATen files of their names. */
import { context } from '../context';
import { isFloat } from '../dtype';
import { indexError, runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel, numbers } from '../kernels/elementwise';
import { placeRounding } from '../kernels/interpolation';
import { maxima, type Range } from '../kernels/maxima';
import { putByIndex } from '../kernels/planes';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { numel, sameShape, show } from '../shape';
import type { Tensor } from '../tensor';
import { checkEmpty, checkRank, evenly, oneSide, type Pooling, perSide, poolSizes } from './windows';

const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });
const places = (shape: number[], data: number[]) => ({ tensor: { shape, dtype: 'int64' as const, data } });

function refuse(name: string, t: Tensor): never {
  throw new TorchError('NotImplementedError', `"${name}" not implemented for '${dtypeLabel(t.dtype)}'`);
}

/** What a gradient of places gives back: the elements of g at them. As PyTorch's max_pool_double_backward, in ops. */
function pick(g: Tensor, index: Tensor, n: number): Tensor {
  if (index.count === 0) return f.zeros(index.shape, g.dtype);
  const lead = index.shape.slice(0, index.rank - n);
  const flat = f.reshape(g, [...lead, numel(g.shape.slice(-n))]);
  return f.reshape(f.gather(flat, -1, f.reshape(index, [...lead, numel(index.shape.slice(-n))])), index.shape);
}

const windowsOf = (size: number[], out: number[], p: Pooling): Range[] =>
  out.map((m, d) => {
    const from = new Int32Array(m);
    const until = new Int32Array(m);
    for (let j = 0; j < m; j++) {
      const start = j * p.stride[d] - p.padding[d];
      until[j] = Math.min(start + (p.kernel[d] - 1) * p.dilation[d] + 1, size[d]);
      from[j] = start < 0 ? start + Math.ceil(-start / p.dilation[d]) * p.dilation[d] : start;
    }
    return { from, until, step: p.dilation[d] };
  });

type PoolArgs = [Tensor, number[], number[], number[], number[], boolean];
const SETTINGS = 'int[] kernel_size, int[] stride=[], int[] padding=0, int[] dilation=1, bool ceil_mode=False';

const FORMULA = 'y[i] = the largest x in window i;  second result: where it is';
const GRADIENT = 'dx = dy where x was the largest of its window, else 0';

for (const n of [2, 3] as const) {
  const name = `max_pool${n}d_with_indices`;
  const shape = [2, 1, 3, 5, 4].slice(3 - n);
  const rest = (c: BackwardContext) =>
    ['kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode'].map((what) => c.attr(what));
  const samples = (): Sample[] => [
    on({ shape }, [2]),
    on({ shape: shape.slice(1) }, 2, 1, 1),
    on({ shape }, 2, 2, 0, 2, false),
    on({ shape }, 2, 2, 1, 1, true),
    on({ shape: shape.with(0, 0) }, 2),
    on({ shape: shape.slice(2) }, 2),
    on({ shape }, [2, 2, 2, 2]),
    on({ shape }, 2, 0),
    on({ shape }, 2, 1, 2),
    on({ shape }, 2, 1, -1),
    on({ shape }, 9),
    on({ shape: shape.with(1, 0) }, 2),
    on({ shape, dtype: 'int64' }, 2),
    on({ shape, dtype: 'bool' }, 2),
  ];
  op<PoolArgs>({
    schema: `${name}(Tensor input, ${SETTINGS}) -> (Tensor, Tensor)`,
    faces: [`torch._C._nn:${name}`],
    formula: FORMULA,
    gradient: GRADIENT,
    gradName: `MaxPool${n}DWithIndicesBackward0`,
    forward: (x, kernelSize, stride, padding, dilation, ceil) => {
      const kernel = perSide(kernelSize, 'kernel_size', 'max_pool', n);
      const p: Pooling = {
        kernel,
        stride: perSide(stride, 'stride', 'max_pool', n, kernel),
        padding: perSide(padding, 'padding', 'max_pool', n),
        dilation: perSide(dilation, 'dilation', 'max_pool', n),
        ceil,
      };
      const out = poolSizes(x, p, 'max_pool', n);
      if (x.dtype === 'bool') refuse(`max_pool${n}d`, x);
      return maxima(x, windowsOf(x.shape.slice(-n), out, p));
    },
    saves: ['input', 'result1'],
    grads: {
      input: (c, f) => f[`${name}_backward`](c.grad, c.saved('input'), ...rest(c), c.saved('result1')),
    },
    samples,
  });
  op<[Tensor, Tensor, number[], number[], number[], number[], boolean, Tensor]>({
    schema: `${name}_backward(Tensor grad_output, Tensor input, int[] kernel_size, int[] stride, int[] padding, int[] dilation, bool ceil_mode, Tensor indices) -> Tensor`,
    faces: [],
    gradName: `MaxPool${n}DWithIndicesBackwardBackward0`,
    formula: GRADIENT,
    gradient: 'ddy = ddx at the places of the maxima',
    forward: (g, x, ...others) => putByIndex(g, others[5], x.shape.slice(-n), true),
    saves: ['indices'],
    grads: { grad_output: (c) => pick(c.grad, c.saved('indices'), n) },
    samples: () =>
      n === 2
        ? [
            on(
              { shape: [1, 2, 2] },
              { tensor: { shape: [1, 3, 3] } },
              2,
              1,
              0,
              1,
              false,
              places([1, 2, 2], [0, 1, 4, 4]),
            ),
          ]
        : [
            on(
              { shape: [1, 1, 1, 2] },
              { tensor: { shape: [1, 1, 2, 3] } },
              [1, 2, 2],
              1,
              0,
              1,
              false,
              places([1, 1, 1, 2], [0, 1]),
            ),
          ],
  });
  op<PoolArgs>({
    schema: `max_pool${n}d(Tensor input, ${SETTINGS}) -> Tensor`,
    faces: ['torch'],
    composite: true,
    formula: 'y[i] = the largest x in window i',
    gradient: GRADIENT,
    forward: (...args) => (f[name](...args) as unknown as Tensor[])[0],
    samples,
  });
}

const line = [2, 3, 7];
const lines = (): Sample[] => [
  on({ shape: line }, 2),
  on({ shape: line.slice(1) }, 3, 2, 1, 1, true),
  on({ shape: line }, 2, 1, 0, 3),
  on({ shape: [7] }, 2),
  on({ shape: line }, [2, 2]),
  on({ shape: line }, 2, [1, 1]),
  on({ shape: line }, 2, 0),
  on({ shape: line }, 0),
  on({ shape: line }, 2, 1, 2),
  on({ shape: line }, 2, 1, -1),
  on({ shape: line }, 9),
  on({ shape: line, dtype: 'int64' }, 2),
];

op<PoolArgs>({
  schema: `max_pool1d_with_indices(Tensor input, ${SETTINGS}) -> (Tensor, Tensor)`,
  faces: ['torch'],
  composite: true,
  formula: FORMULA,
  gradient: GRADIENT,
  forward: (x, kernel, stride, padding, dilation, ceil) => {
    const s = stride.length ? stride : kernel;
    checkRank(x, 'max_pool1d');
    for (const [list, what] of [
      [kernel, 'kernel_size'],
      [s, 'stride'],
      [padding, 'padding'],
      [dilation, 'dilation'],
    ] as const)
      oneSide(list, what, 'max_pool1d');
    const [y, index] = f.max_pool2d_with_indices(
      f.unsqueeze(x, -2),
      [1, kernel[0]],
      [1, s[0]],
      [0, padding[0]],
      [1, dilation[0]],
      ceil,
    ) as unknown as Tensor[];
    return [f.squeeze_dim(y, -2), f.squeeze_dim(index, -2)];
  },
  samples: lines,
});

function checkMaxPool1d(
  x: Tensor,
  kernel: number[],
  stride: number[],
  padding: number[],
  dilation: number[],
  ceil: boolean,
) {
  const say = (words: string) => runtimeError(`max_pool1d() ${words}`);
  if (x.rank < 2 || x.rank > 3 || x.shape.slice(x.rank - 2).includes(0))
    throw runtimeError(
      `max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:${show(x.shape)}`,
    );
  const one = (list: number[], what: string, words: string) => {
    if (list.length !== 1) throw say(`${what} must be ${words} ints of size 1 but got size ${list.length}`);
  };
  one(kernel, 'kernel_size', 'an int, list of ints or tuple of');
  if (stride.length) one(stride, 'stride', 'None, an int, list of ints, or tuple of');
  one(padding, 'padding', 'an int, list of ints, or tuple of');
  one(dilation, 'dilation', 'an int, list of ints or tuple of');
  const [k, s, p, d] = [kernel[0], stride[0] ?? kernel[0], padding[0], dilation[0]];
  for (const [v, what] of [
    [k, 'kernel_size'],
    [s, 'stride'],
  ] as const)
    if (v <= 0) throw say(`${what} must be greater than zero, but got ${v}`);
  if (p < 0) throw say(`padding must be non-negative, but got ${p}`);
  if (p > k / 2) throw say(`padding should be at most half of kernel size, but got padding=${p} and kernel_size=${k}`);
  if (d <= 0) throw say(`dilation must be greater than zero, but got ${d}`);
  const n = x.shape[x.rank - 1];
  let out = Math.floor((n + 2 * p - d * (k - 1) - 1 + (ceil ? s - 1 : 0)) / s) + 1;
  if (ceil && (out - 1) * s >= n + p) out--;
  if (out <= 0) throw say(`Invalid computed output size: ${out}`);
}

op<PoolArgs>({
  schema: `max_pool1d(Tensor input, ${SETTINGS}) -> Tensor`,
  faces: ['torch'],
  composite: true,
  formula: 'y[i] = the largest x in window i',
  gradient: GRADIENT,
  forward: (...args) => {
    checkMaxPool1d(...args);
    if (!isFloat(args[0].dtype)) refuse('max_pool1d_impl', args[0]);
    return (f.max_pool1d_with_indices(...args) as unknown as Tensor[])[0];
  },
  samples: lines,
});

for (const n of [2, 3] as const) {
  const name = `adaptive_max_pool${n}d`;
  const shape = [2, 1, 3, 5, 4].slice(3 - n);
  const many = [1, 3, 2].slice(3 - n);
  op<[Tensor, number[]]>({
    schema: `${name}(Tensor input, int[] output_size) -> (Tensor, Tensor)`,
    faces: ['torch._C._nn'],
    formula: 'y[i] = the largest x in part i of as many as output_size;  second result: where it is',
    gradient: 'dx = dy where x was the largest of its part, else 0',
    gradName: `AdaptiveMaxPool${n}DBackward0`,
    forward: (x, given) => {
      if (x.rank !== n + 1 && x.rank !== n + 2)
        throw runtimeError(`${name}(): Expected ${n + 1}D or ${n + 2}D tensor, but got: ${show(x.shape)}`);
      const empty = x.shape.indexOf(0, 1);
      if (empty > 0)
        throw runtimeError(
          `${name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${show(x.shape)} with dimension ${empty} being empty`,
        );
      const out = given.length === 1 ? new Array<number>(n).fill(given[0]) : given;
      if (out.length !== n) throw runtimeError(`${name}(): internal error: output_size.size() must be ${n}`);
      const bad = out.find((o) => o < 0);
      if (bad !== undefined)
        throw runtimeError(
          `Trying to create tensor with negative dimension ${bad}: ${show([...x.shape.slice(0, -n), ...out])}`,
        );
      if (!isFloat(x.dtype)) refuse(n === 2 ? name : `${name}_cpu`, x);
      const ranges = x.shape.slice(-n).map((size, d) => {
        const parts = evenly(size, out[d]);
        return { from: Int32Array.from(parts, (p) => p[0]), until: Int32Array.from(parts, (p) => p[1]), step: 1 };
      });
      return maxima(x, ranges);
    },
    saves: ['result1'],
    grads: {
      input: (c, f) => f[`${name}_backward`](c.grad, c.shape('input'), c.saved('result1')),
    },
    samples: () => [
      on({ shape }, many),
      on({ shape: shape.slice(1) }, 2),
      on({ shape }, many.with(0, 0)),
      on({ shape: shape.slice(2) }, 2),
      on({ shape: shape.with(2, 0) }, 2),
      on({ shape }, [1, 1, 1, 1]),
      on({ shape }, -1),
      on({ shape, dtype: 'int64' }, 2),
    ],
  });
  op<[Tensor, number[], Tensor]>({
    schema: `${name}_backward(Tensor grad_output, int[] size, Tensor indices) -> Tensor`,
    faces: [],
    gradName: `AdaptiveMaxPool${n}DBackwardBackward0`,
    formula: GRADIENT,
    gradient: 'ddy = ddx at the places of the maxima',
    forward: (g, size, index) => {
      checkEmpty(g, `${name}_backward`);
      return putByIndex(g, index, size.slice(-n), true);
    },
    saves: ['indices'],
    grads: { grad_output: (c) => pick(c.grad, c.saved('indices'), n) },
    samples: () =>
      n === 2
        ? [on({ shape: [1, 2, 2] }, [1, 3, 3], places([1, 2, 2], [0, 1, 4, 4]))]
        : [on({ shape: [1, 1, 1, 2] }, [1, 1, 2, 3], places([1, 1, 1, 2], [0, 1]))],
  });
}

op<[Tensor, number[]]>({
  schema: 'adaptive_max_pool1d(Tensor input, int[] output_size) -> (Tensor, Tensor)',
  faces: ['torch'],
  composite: true,
  formula: 'y[i] = the largest x in part i of as many as output_size;  second result: where it is',
  gradient: 'dx = dy where x was the largest of its part, else 0',
  forward: (x, out) => {
    checkRank(x, 'adaptive_max_pool1d');
    oneSide(out, 'output_size', 'adaptive_max_pool1d');
    const empty = x.shape.indexOf(0, 1);
    if (empty > 0)
      throw runtimeError(
        `adaptive_max_pool1d(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${show(x.shape)} with dimension ${empty} being empty`,
      );
    const [y, index] = f.adaptive_max_pool2d(f.unsqueeze(x, -2), [1, out[0]]) as unknown as Tensor[];
    return [f.squeeze_dim(y, -2), f.squeeze_dim(index, -2)];
  },
  samples: () => [
    on({ shape: line }, 3),
    on({ shape: [3, 4] }, 2),
    on({ shape: [4] }, 2),
    on({ shape: line }, [2, 2]),
    on({ shape: [2, 0] }, 2),
    on({ shape: line }, -2),
  ],
});

/**
 * Where windows of fractional max pooling begin: "Fractional Max-Pooling", Graham 2014, as ATen computes it: in the input's dtype, from one
 * random number a plane and dimension.
 */
function beginnings(sample: number, size: number, out: number, pool: number, round: (v: number) => number): Int32Array {
  const from = new Int32Array(out);
  if (out > 1) {
    const alpha = round((size - pool) / round(out - 1));
    const first = Math.trunc(round(sample * alpha));
    for (let i = 0; i < out - 1; i++) from[i] = Math.trunc(round(round(i + sample) * alpha)) - first;
  }
  if (out > 0) from[out - 1] = size - pool;
  return from;
}

const AXES = { 2: ['height', 'width'], 3: ['time', 'height', 'width'] } as const;

for (const n of [2, 3] as const) {
  const name = `fractional_max_pool${n}d`;
  const shape = [2, 1, 4, 5, 4].slice(3 - n);
  const samplesOf = (batch = 2): Sample['args'][number] => ({
    tensor: {
      shape: [batch, 1, n],
      data: Array.from({ length: batch * n }, (_, i) => ((i * 7 + 3) % 16) / 16),
      requiresGrad: false,
    },
  });
  const drawn = (...shape: number[]): Sample['args'][number] => ({ tensor: { shape, requiresGrad: false } });
  op<[Tensor, number[], number[], Tensor]>({
    schema: `${name}(Tensor input, int[] kernel_size, int[] output_size, Tensor random_samples) -> (Tensor, Tensor)`,
    faces: ['torch._C._nn'],
    formula: 'y[i] = the largest x in window i, of windows at random distances;  second result: where it is',
    gradient: GRADIENT,
    gradName: `FractionalMaxPool${n}DBackward0`,
    forward: (x, kernelSize, outputSize, random) => {
      const side = (list: number[], what: string) => {
        if (list.length === n) return list;
        if (list.length === 1) return new Array<number>(n).fill(list[0]);
        throw runtimeError(`${name}: ${what} must either be a single Int or tuple of ${n === 3 ? 'three ' : ''}Ints`);
      };
      const kernel = side(kernelSize, 'kernel_size');
      const out = side(outputSize, 'output_size');
      checkFractional(n, x, kernel, out, random);
      const size = x.shape.slice(-n);
      const round = placeRounding(x.dtype);
      const drawn = numbers(random);
      const ranges = (p: number): Range[] =>
        size.map((s, d) => {
          // Of two numbers a plane, the first is the width's; of three, the first is the depth's.
          const from = beginnings(drawn[p * n + (n === 2 ? 1 - d : d)], s, out[d], kernel[d], round);
          return { from, until: from.map((at) => at + kernel[d]), step: 1 };
        });
      const shape = size.map((_, d) => ({ from: new Int32Array(out[d]), until: new Int32Array(out[d]), step: 1 }));
      return maxima(x, shape, ranges);
    },
    saves: ['result1'],
    grads: { input: (c, f) => f[`${name}_backward`](c.grad, c.shape('input'), c.saved('result1')) },
    samples: () => [
      on({ shape }, 2, 3, samplesOf()),
      on({ shape: shape.slice(1) }, 2, new Array(n).fill(2), samplesOf()),
      on({ shape }, 2, 5, samplesOf()),
      on({ shape }, 2, [2, 2, 2, 2], samplesOf()),
      on({ shape }, [1, 2, 2, 2], 2, samplesOf()),
      on({ shape }, 2, 2, samplesOf(1)),
      on({ shape }, 2, 2, drawn(2, 1, 4)),
      on({ shape }, 2, 2, drawn(2, 2, n)),
      on({ shape }, 2, 2, drawn(2, 2)),
      on({ shape }, 2, 2, { tensor: { shape: [2, 1, n] } }),
      on({ shape }, 2, 2, { tensor: { shape: [2, 1, n], dtype: 'float64', requiresGrad: false } }),
      on({ shape: shape.with(1, 0) }, 2, 2, samplesOf()),
    ],
  });
  op<[Tensor, number[], Tensor]>({
    schema: `${name}_backward(Tensor grad_output, int[] size, Tensor indices) -> Tensor`,
    faces: [],
    gradName: `FractionalMaxPool${n}DBackwardBackward0`,
    formula: GRADIENT,
    gradient: 'ddy = ddx at the places of the maxima',
    forward: (g, size, index) => putByIndex(g, index, size.slice(-n), true),
    saves: ['indices'],
    grads: { grad_output: (c) => pick(c.grad, c.saved('indices'), n) },
    samples: () =>
      n === 2
        ? [on({ shape: [1, 2, 2] }, [1, 3, 3], places([1, 2, 2], [0, 1, 4, 4]))]
        : [on({ shape: [1, 1, 1, 2] }, [1, 1, 2, 3], places([1, 1, 1, 2], [0, 1]))],
  });
}

function checkFractional(n: 2 | 3, x: Tensor, kernel: number[], out: number[], random: Tensor): void {
  if (random.requiresGrad && context.gradEnabled)
    throw runtimeError(
      `The function 'fractional_max_pool${n}d' is not differentiable with respect to argument 'random_samples'. This input cannot have requires_grad True.`,
    );
  const fn = n === 2 ? 'fractional_max_pool2d()' : 'fractional_max_pool3d_out()';
  if (x.rank !== n + 1 && x.rank !== n + 2)
    throw x.rank <= n
      ? indexError(`Dimension out of range (expected to be in range of [${-x.rank}, ${x.rank - 1}], but got ${-n - 1})`)
      : runtimeError(`${fn}: Expected ${n + 1}D or ${n + 2}D tensor, but got: ${show(x.shape)}`);
  const batched = x.rank === n + 2;
  const empty = x.shape.indexOf(0, batched ? 1 : 0);
  if (empty >= 0)
    throw runtimeError(
      `${fn}: Expected input to have non-zero size for non-batch dimensions, but got${show(x.shape)} with dimension ${empty} being empty.`,
    );
  const size = x.shape.slice(-n);
  for (const [d, axis] of AXES[n].entries())
    if (out[d] + kernel[d] - 1 > size[d] - (n === 3 ? 1 : 0))
      throw runtimeError(`${fn}: pool ${axis} ${kernel[d]} too large relative to input ${axis} ${size[d]}`);
  const bad = out.find((o) => o < 0);
  if (bad !== undefined)
    throw runtimeError(
      `Trying to create tensor with negative dimension ${bad}: ${show([...x.shape.slice(0, -n), ...out])}`,
    );
  if (random.dtype !== x.dtype) throw runtimeError('Expect _random_samples to have the same dtype as input');
  if (random.rank !== 3) throw runtimeError(`Expect _random_samples to have 3 dimensions, got ${random.rank}`);
  if (random.shape[0] < (batched ? x.shape[0] : 1))
    throw runtimeError('Expect _random_samples.size(0) no less then input batch size.');
  if (random.shape[1] !== x.shape[x.rank - n - 1])
    throw runtimeError('Expect _random_samples.size(1) equals to input channel size.');
  if (random.shape[2] !== n)
    throw runtimeError(`Expect _random_samples.size(2) equals to ${n}; got ${random.shape[2]}.`);
}

const WORDS = { 2: 'two elements (height, width)', 3: 'three elements (depth, height, width)' } as const;

function checkUnpool(n: 2 | 3, x: Tensor, index: Tensor, size: number[]): void {
  if (index.dtype !== 'int64')
    throw runtimeError(
      `elements in indices should be type int64${n === 2 ? ` but got: ${dtypeLabel(index.dtype)}` : ''}`,
    );
  const rank = () => {
    if (x.rank !== n + 1 && x.rank !== n + 2)
      throw runtimeError(
        `Input to max_unpooling${n}d should be a ${n + 1}d or ${n + 2}d Tensor, but got a tensor with ${x.rank} dimensions.`,
      );
  };
  const sized = () => {
    if (size.length !== n)
      throw runtimeError(`There should be exactly ${WORDS[n]} in output_size, but got ${size.length} elements.`);
  };
  if (n === 2) {
    sized();
    rank();
  } else {
    rank();
    sized();
  }
  if (!sameShape(x.shape, index.shape))
    throw runtimeError(
      `Expected shape of indices to be same as that of the input tensor (${show(x.shape)}) but got indices tensor with shape: ${show(index.shape)}`,
    );
  const empty = x.shape.indexOf(0, 1);
  if (empty > 0)
    throw runtimeError(
      `max_unpooling${n}d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, but got ${show(x.shape)} with dimension ${empty} being empty.`,
    );
  if (!isFloat(x.dtype)) refuse(`max_unpool${n}d`, x);
  const plane = BigInt(numel(size));
  for (const i of index.values() as BigInt64Array)
    if (i < 0n || i >= plane)
      throw runtimeError(`Found an invalid max index: ${i} (output volumes are of size ${size.join('x')})`);
}

const UNPOOL = 'y[place of x] = x, else 0';

op<[Tensor, Tensor, number[]]>({
  schema: 'max_unpool2d(Tensor input, Tensor indices, int[] output_size) -> Tensor',
  faces: ['torch._C._nn'],
  formula: UNPOOL,
  gradient: 'dx = dy at the place of x',
  gradName: 'MaxUnpool2DBackward0',
  forward: (x, index, size) => {
    checkUnpool(2, x, index, size);
    return putByIndex(x, index, size, false);
  },
  saves: ['indices'],
  grads: { input: (c) => pick(c.grad, c.saved('indices'), 2) },
  samples: () => [
    on({ shape: [1, 2, 2, 2] }, places([1, 2, 2, 2], [0, 3, 8, 5, 1, 2, 4, 7]), [3, 3]),
    on({ shape: [1, 2, 2] }, places([1, 2, 2], [0, 3, 8, 5]), [3, 3]),
    on({ shape: [1, 2, 2] }, places([1, 2, 2], [0, 3, 9, 5]), [3, 3]),
    on({ shape: [1, 2, 2] }, places([1, 2, 1], [0, 3]), [3, 3]),
    on({ shape: [1, 2, 2] }, places([1, 2, 2], [0, 3, 8, 5]), [3]),
    on({ shape: [2, 2] }, places([2, 2], [0, 3, 8, 5]), [3, 3]),
    on({ shape: [1, 2, 2] }, { tensor: { shape: [1, 2, 2] } }, [3, 3]),
    on({ shape: [1, 0, 2] }, places([1, 0, 2], []), [3, 3]),
    on({ shape: [1, 1, 1], dtype: 'int64' }, places([1, 1, 1], [0]), [3, 3]),
  ],
});

op<[Tensor, Tensor, number[], number[], number[]]>({
  schema: 'max_unpool3d(Tensor input, Tensor indices, int[] output_size, int[] stride, int[] padding) -> Tensor',
  faces: ['torch._C._nn'],
  formula: UNPOOL,
  gradient: 'dx = dy at the place of x',
  gradName: 'MaxUnpool3DBackward0',
  forward: (x, index, size, stride, padding) => {
    if (index.dtype === 'int64' && (x.rank === 4 || x.rank === 5) && size.length === 3) {
      for (const [list, what] of [
        [stride, 'stride'],
        [padding, 'padding'],
      ] as const)
        if (list.length !== 3)
          throw runtimeError(`There should be exactly ${WORDS[3]} in ${what}, but got: ${list.length} elements.`);
      if (sameShape(x.shape, index.shape) && stride.some((s) => s <= 0))
        throw runtimeError(`strides should be greater than zero, but got stride: ${show(stride)}`);
    }
    checkUnpool(3, x, index, size);
    return putByIndex(x, index, size, false);
  },
  saves: ['indices'],
  grads: { input: (c) => pick(c.grad, c.saved('indices'), 3) },
  samples: () => {
    const x = { shape: [1, 1, 2, 2] };
    const at = places([1, 1, 2, 2], [0, 3, 11, 5]);
    return [
      on(x, at, [2, 2, 3], [1, 1, 1], [0, 0, 0]),
      on(x, at, [2, 2, 2], [1, 1, 1], [0, 0, 0]),
      on(x, at, [2, 2], [1, 1, 1], [0, 0, 0]),
      on(x, at, [2, 2, 3], [1, 1], [0, 0, 0]),
      on(x, at, [2, 2, 3], [1, 1, 1], [0]),
      on(x, at, [2, 2, 3], [1, 0, 1], [0, 0, 0]),
      on(x, { tensor: x }, [2, 2, 3], [1, 1, 1], [0, 0, 0]),
      on({ shape: [1, 2, 2] }, places([1, 2, 2], [0, 1, 2, 3]), [2, 2, 3], [1, 1, 1], [0, 0, 0]),
    ];
  },
});
