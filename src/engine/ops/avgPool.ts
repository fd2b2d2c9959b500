/** Average pooling, over windows and adaptive. Source: PyTorch's "Pooling functions"; ATen's AveragePool2d.cpp, AdaptiveAveragePooling.cpp. */
import { isFloat, isHalf } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel } from '../kernels/elementwise';
import { divideBy, type Line, lineOf, resample, turnedLine } from '../kernels/resample';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { show, wrapDim } from '../shape';
import type { Tensor } from '../tensor';
import { checkEmpty, checkRank, evenly, oneSide, type Pooling, perSide, poolSizes } from './windows';

const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

/** Sums over windows along each dimension, and what they are divided by. */
interface Averages {
  lines: Line[];
  divisors: number[][];
}

const summed = (size: number, windows: [number, number][]): Line =>
  lineOf(size, windows.length, (j) => {
    const [from, until] = windows[j];
    return Array.from({ length: Math.max(until - from, 0) }, (_, i) => [from + i, 1] as const);
  });

function averages(size: number[], out: number[], p: Pooling, countPadding: boolean, divisor: number | null): Averages {
  const lines: Line[] = [];
  const divisors: number[][] = [];
  for (const [d, n] of size.entries()) {
    const windows = Array.from({ length: out[d] }, (_, j) => {
      const from = j * p.stride[d] - p.padding[d];
      const until = Math.min(from + p.kernel[d], n + p.padding[d]);
      return { whole: until - from, inside: [Math.max(from, 0), Math.min(until, n)] as [number, number] };
    });
    lines.push(
      summed(
        n,
        windows.map((w) => w.inside),
      ),
    );
    divisors.push(
      // An empty window's sum is 0, whatever it is divided by.
      windows.map(({ whole, inside: [from, until] }) =>
        divisor ? 1 : countPadding ? whole : Math.max(until - from, 1),
      ),
    );
  }
  if (divisor) divisors[0] = divisors[0].map((d) => d * divisor);
  return { lines, divisors };
}

function adaptive(size: number[], out: number[]): Averages {
  const windows = size.map((n, d) => evenly(n, out[d]));
  return {
    lines: windows.map((w, d) => summed(size[d], w)),
    divisors: windows.map((w) => w.map(([from, until]) => until - from)),
  };
}

const average = (x: Tensor, { lines, divisors }: Averages) => resample(x, lines, (sums) => divideBy(sums, divisors));

/** The gradient: each result's share, added up where its window was. */
function spread(g: Tensor, { lines, divisors }: Averages): Tensor {
  const shares = resample(
    g,
    g.shape.slice(-lines.length).map((n) => lineOf(n, n, (j) => [[j, 1]])),
    (values) => divideBy(values, divisors),
  );
  return resample(shares, lines.map(turnedLine));
}

type Args = [Tensor, number[], number[], number[], boolean, boolean, number | null];
type BackArgs = [Tensor, number[], number[], number[], number[], boolean, boolean, number | null];

function pooling(n: number, kernelSize: number[], stride: number[], padding: number[], ceil: boolean): Pooling {
  const kernel = perSide(kernelSize, 'kernel_size', 'avg_pool', n);
  return {
    kernel,
    stride: perSide(stride, 'stride', 'avg_pool', n, kernel),
    padding: perSide(padding, 'padding', 'avg_pool', n),
    dilation: new Array<number>(n).fill(1),
    ceil,
  };
}

const GRADIENT = 'dx = Σ dy / size of the window, over the windows that x is in';

for (const n of [2, 3] as const) {
  const name = `avg_pool${n}d`;
  const shape = [2, 1, 3, 5, 4].slice(3 - n);
  const settings = 'bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None';
  const rest = (c: BackwardContext) =>
    ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad', 'divisor_override'].map((what) =>
      c.attr(what),
    );
  op<Args>({
    schema: `${name}(Tensor input, int[] kernel_size, int[] stride=[], int[] padding=0, ${settings}) -> Tensor`,
    faces: [`torch._C._nn:${name}`, `torch.nn.functional:${name}`],
    formula: 'y[i] = mean of x in window i',
    gradient: GRADIENT,
    gradName: `AvgPool${n}DBackward0`,
    forward: (x, kernel, stride, padding, ceil, countPadding, divisor) => {
      const p = pooling(n, kernel, stride, padding, ceil);
      if (divisor === 0) throw runtimeError('divisor must be not zero');
      // PyTorch asks for the channels first.
      if (n === 2) wrapDim(-3, x.rank);
      const out = poolSizes(x, p, 'avg_pool', n);
      if ((x.dtype !== 'int64' && !isFloat(x.dtype)) || (n === 3 && isHalf(x.dtype)))
        throw new TorchError(
          'NotImplementedError',
          `"${n === 2 ? name : `${name}_out_frame`}" not implemented for '${dtypeLabel(x.dtype)}'`,
        );
      return average(x, averages(x.shape.slice(-n), out, p, countPadding, divisor));
    },
    grads: { input: (c, f) => f[`${name}_backward`](c.grad, c.shape('input'), ...rest(c)) },
    samples: () => [
      on({ shape }, [2]),
      on({ shape: shape.slice(1) }, 2, 1, 1, false, false),
      on({ shape }, 2, 2, 1, true),
      on({ shape }, 3, 1, 1, true, true, 5),
      on({ shape: shape.with(0, 0) }, 2),
      on({ shape, dtype: 'int64' }, 2),
      on({ shape, dtype: 'bool' }, 2),
      on({ shape: shape.slice(2) }, 2),
      on({ shape }, [2, 2, 2, 2]),
      on({ shape }, 2, [1, 1, 1, 1]),
      on({ shape }, 2, 1, [1, 1, 1, 1]),
      on({ shape }, 2, 0),
      on({ shape }, 2, 1, 2),
      on({ shape }, 9),
      on({ shape }, 2, 1, 0, false, true, 0),
    ],
  });
  op<BackArgs>({
    schema: `${name}_backward(Tensor grad_output, int[] size, int[] kernel_size, int[] stride, int[] padding, ${settings}) -> Tensor`,
    faces: [],
    gradName: `AvgPool${n}DBackwardBackward0`,
    formula: GRADIENT,
    gradient: 'ddy = mean of ddx in each window',
    forward: (g, size, kernel, stride, padding, ceil, countPadding, divisor) => {
      const p = pooling(n, kernel, stride, padding, ceil);
      return spread(g, averages(size.slice(-n), g.shape.slice(-n), p, countPadding, divisor));
    },
    grads: { grad_output: (c, f) => f[name](c.grad, ...rest(c)) },
    samples: () => [on({ shape: [1, 2, 2, 2].slice(3 - n) }, [1, 3, 3, 3].slice(3 - n), 2, 1, 0, false, true, null)],
  });
  const even = `_adaptive_avg_pool${n}d`;
  op<[Tensor, number[]]>({
    schema: `${even}(Tensor input, int[] output_size) -> Tensor`,
    faces: [],
    formula: 'y[i] = mean of x in part i of as many as output_size',
    gradient: 'dx = Σ dy / size of the part, over the parts that x is in',
    gradName: `AdaptiveAvgPool${n}DBackward0`,
    forward: (x, out) => {
      const fn = even.slice(1);
      if (x.rank !== n + 1 && x.rank !== n + 2)
        throw runtimeError(`${fn}(): Expected ${n + 1}D or ${n + 2}D tensor, but got ${show(x.shape)}`);
      const empty = x.shape.indexOf(0, n === 2 ? x.rank - 2 : 1);
      if (empty > 0)
        throw runtimeError(
          `${fn}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${show(x.shape)} with dimension ${empty} being empty`,
        );
      if (!isFloat(x.dtype))
        throw new TorchError(
          'NotImplementedError',
          `"${n === 2 ? fn : `${fn}_cpu`}" not implemented for '${dtypeLabel(x.dtype)}'`,
        );
      return average(x, adaptive(x.shape.slice(-n), out));
    },
    grads: { input: (c, f) => f[`${even}_backward`](c.grad, c.shape('input')) },
    samples: () => [on({ shape }, [2, 3, 2].slice(3 - n)), on({ shape: shape.slice(1) }, [1, 2, 0].slice(3 - n))],
  });
  op<[Tensor, number[]]>({
    schema: `${even}_backward(Tensor grad_output, int[] size) -> Tensor`,
    faces: [],
    gradName: `AdaptiveAvgPool${n}DBackwardBackward0`,
    formula: 'dx = Σ dy / size of the part, over the parts that x is in',
    gradient: 'ddy = mean of ddx in each part',
    forward: (g, size) => {
      checkEmpty(g, `${even.slice(1)}_backward`);
      return spread(g, adaptive(size.slice(-n), g.shape.slice(-n)));
    },
    grads: {
      grad_output: (c, f) =>
        f[even](
          c.grad,
          c.grad.shape.slice(-n).map((_, d) => outOf(c, d, n)),
        ),
    },
    samples: () => [on({ shape: [1, 2, 2, 3].slice(3 - n) }, [1, 3, 4, 4].slice(3 - n))],
  });
  op<[Tensor, number[]]>({
    schema: `adaptive_avg_pool${n}d(Tensor input, int[] output_size) -> Tensor`,
    faces: ['torch._C._nn'],
    composite: true,
    formula: 'y[i] = mean of x in part i of as many as output_size',
    gradient: 'dx = Σ dy / size of the part, over the parts that x is in',
    forward: (x, given) => {
      const fn = `adaptive_avg_pool${n}d`;
      const out = given.length === 1 ? new Array<number>(n).fill(given[0]) : given;
      if (out.length !== n) throw runtimeError(`${fn}: output_size must be ${n}`);
      if (out.some((o) => o < 0))
        throw runtimeError(
          `${fn}: elements of output_size must be greater than or equal to 0 but received {${n === 2 ? out.join(', ') : `${out[0]}, ${out[1]},${out[2]}`}}`,
        );
      // One part a plane is a plain mean.
      if (out.every((o) => o === 1)) return f.mean(x, [-1, -2, -3].slice(0, n), true);
      return f[even](x, out);
    },
    samples: () => [
      on({ shape }, 2),
      on({ shape }, 1),
      on({ shape: shape.slice(1) }, [2, 3, 2].slice(3 - n)),
      on({ shape }, [0, 1, 1].slice(3 - n)),
      on({ shape }, -1),
      on({ shape }, [1, 1, 1, 1]),
      on({ shape: shape.slice(2) }, 2),
      on({ shape: shape.with(2, 0) }, 2),
      on({ shape: shape.with(1, 0) }, 2),
      on({ shape, dtype: 'int64' }, 2),
    ],
  });
}

/** The size of the gradient whose gradient is asked for: the pooled one. */
const outOf = (c: BackwardContext, d: number, n: number) => c.shape('grad_output').slice(-n)[d];

const line = [2, 3, 7];

op<[Tensor, number[], number[], number[], boolean, boolean]>({
  schema:
    'avg_pool1d(Tensor input, int[] kernel_size, int[] stride=[], int[] padding=0, bool ceil_mode=False, bool count_include_pad=True) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  composite: true,
  formula: 'y[i] = mean of x in window i',
  gradient: GRADIENT,
  forward: (x, kernel, stride, padding, ceil, countPadding) => {
    const s = stride.length ? stride : kernel;
    checkRank(x, 'avg_pool1d');
    oneSide(kernel, 'kernel_size', 'avg_pool1d');
    oneSide(s, 'stride', 'avg_pool1d');
    oneSide(padding, 'padding', 'avg_pool1d');
    const y = f.avg_pool2d(f.unsqueeze(x, -2), [1, kernel[0]], [1, s[0]], [0, padding[0]], ceil, countPadding);
    return f.squeeze_dim(y, -2);
  },
  samples: () => [
    on({ shape: line }, 2),
    on({ shape: line.slice(1) }, 3, 2, 1, true, false),
    on({ shape: [7] }, 2),
    on({ shape: line }, [2, 2]),
    on({ shape: line }, 2, [1, 1]),
    on({ shape: line }, 2, 1, [1, 1]),
    on({ shape: line }, 9),
    on({ shape: line, dtype: 'int64' }, 2),
  ],
});

op<[Tensor, number[]]>({
  schema: 'adaptive_avg_pool1d(Tensor input, int[] output_size) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  composite: true,
  formula: 'y[i] = mean of x in part i of as many as output_size',
  gradient: 'dx = Σ dy / size of the part, over the parts that x is in',
  forward: (x, out) => {
    checkRank(x, 'adaptive_avg_pool1d');
    oneSide(out, 'output_size', 'adaptive_avg_pool1d');
    return f.squeeze_dim(f.adaptive_avg_pool2d(f.unsqueeze(x, -2), [1, out[0]]), -2);
  },
  samples: () => [
    on({ shape: line }, 3),
    on({ shape: [3, 4] }, 1),
    on({ shape: [4] }, 2),
    on({ shape: line }, [2, 2]),
    on({ shape: line }, -2),
  ],
});
