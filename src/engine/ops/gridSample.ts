/** grid_sample and affine_grid. Source: torch.nn.functional's documentation; checks and their words: ATen's GridSamplerUtils.h. */
import { allocate, isFloat, isHalf } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { roundHalf } from '../half';
import { dtypeLabel } from '../kernels/elementwise';
import { type Sampling, sampleGrid, spreadGrid } from '../kernels/gridSample';
import { placeRounding } from '../kernels/interpolation';
import { type BackwardContext, op, type Sample } from '../op';
import { numel, show } from '../shape';
import { Tensor } from '../tensor';

type Settings = [mode: number, padding: number, align: boolean];

function check(x: Tensor, grid: Tensor): void {
  const say = (words: string) => runtimeError(`grid_sampler(): ${words}`);
  const sizes = `input with sizes ${show(x.shape)} and grid with sizes ${show(grid.shape)}`;
  if (x.shape[0] !== grid.shape[0]) throw say(`expected grid and input to have same batch size, but got ${sizes}`);
  if (grid.shape[grid.rank - 1] !== x.rank - 2)
    throw say(
      `expected grid to have size ${x.rank - 2} in last dimension, but got grid with sizes ${show(grid.shape)}`,
    );
  const empty = x.shape.indexOf(0, 2);
  if (empty > 0)
    throw say(
      `expected input to have non-empty spatial dimensions, but input has sizes ${show(x.shape)} with dimension ${empty} being empty`,
    );
}

function checkRank(x: Tensor, grid: Tensor, n: number, mode: number): void {
  if (x.rank !== n + 2 || grid.rank !== n + 2)
    throw runtimeError(
      `grid_sampler(): expected ${n + 2}D input and grid with same number of dimensions, but got input with sizes ${show(x.shape)} and grid with sizes ${show(grid.shape)}`,
    );
  if (n === 3 && mode === 2) throw runtimeError('grid_sampler(): bicubic interpolation only supports 4D input');
  if (!isFloat(x.dtype))
    throw new TorchError(
      'NotImplementedError',
      `"${n === 2 ? 'grid_sampler_2d_cpu_kernel_impl' : 'grid_sampler3d_cpu'}" not implemented for '${dtypeLabel(x.dtype)}'`,
    );
  if (x.dtype !== grid.dtype)
    throw runtimeError(`expected scalar type ${dtypeLabel(x.dtype)} but found ${dtypeLabel(grid.dtype)}`);
}

const settingsOf = (c: BackwardContext): Settings => [
  c.attr('interpolation_mode'),
  c.attr('padding_mode'),
  c.attr('align_corners'),
];

const sampling = (mode: number, padding: number, align: boolean, orders: readonly number[]): Sampling => ({
  mode,
  padding,
  align,
  orders,
});

/** The gradient for a grid: for each coordinate, the samples' derivative by it, times their gradients. */
function gridGrad(c: BackwardContext, g: Tensor, x: Tensor, grid: Tensor, orders: number[]): Tensor {
  const each = orders.map((_, axis) => {
    const slope = f.grid_sample_slope(x, grid, ...settingsOf(c), orders.with(axis, orders[axis] + 1));
    return f.sum(f.mul(g, slope), [1]);
  });
  return f.stack(each, -1);
}

const SETTINGS = 'int interpolation_mode, int padding_mode, bool align_corners';
const FORMULA = 'y[i] = x at grid[i], between its neighbours';
const GRADIENT = 'dx = Σ dy · the weight that x had;  dgrid = Σ dy · the slope of x there';

const samplesOf = (n: number): Sample[] => {
  const x = [1, 2, 3, 4, 3].slice(0, n + 2);
  const grid = [1, 2, 2, 1].slice(0, n + 1);
  const at = (shape: number[], range: [number, number] = [-1.4, 1.4]) => ({ tensor: { shape: [...shape, n], range } });
  const modes = n === 2 ? [0, 1, 2] : [0, 1];
  return [
    ...modes.flatMap((mode) =>
      [0, 1, 2].flatMap((padding) =>
        [false, true].map((align) => ({ args: [{ tensor: { shape: x } }, at(grid), mode, padding, align] })),
      ),
    ),
    { args: [{ tensor: { shape: x } }, at(grid.with(0, 2)), 0, 0, false] },
    { args: [{ tensor: { shape: x } }, { tensor: { shape: [...grid, n + 1] } }, 0, 0, false] },
    { args: [{ tensor: { shape: x.with(2, 0) } }, at(grid), 0, 0, false] },
    { args: [{ tensor: { shape: x } }, { tensor: { shape: [...grid, n], dtype: 'float64' } }, 0, 0, false] },
    { args: [{ tensor: { shape: x.slice(0, -1) } }, { tensor: { shape: [...grid, n - 1] } }, 0, 0, false] },
  ];
};

for (const n of [2, 3] as const) {
  const orders = new Array<number>(n).fill(0);
  op<[Tensor, Tensor, ...Settings]>({
    schema: `grid_sampler_${n}d(Tensor input, Tensor grid, ${SETTINGS}) -> Tensor`,
    faces: ['torch'],
    formula: FORMULA,
    gradient: GRADIENT,
    gradName: `GridSampler${n}DBackward0`,
    forward: (x, grid, mode, padding, align) => {
      check(x, grid);
      checkRank(x, grid, n, mode);
      return sampleGrid(x, grid, sampling(mode, padding, align, orders));
    },
    saves: ['input', 'grid'],
    grads: {
      input: (c, f) => f.grid_sample_spread(c.grad, c.saved('grid'), c.shape('input'), ...settingsOf(c), orders),
      grid: (c) => gridGrad(c, c.grad, c.saved('input'), c.saved('grid'), orders),
    },
    samples: () => samplesOf(n),
  });
}

op<[Tensor, Tensor, ...Settings, number[]]>({
  schema: `grid_sample_slope(Tensor input, Tensor grid, ${SETTINGS}, int[] orders) -> Tensor`,
  faces: [],
  formula: 'y[i] = the derivative of x at grid[i], of an order a coordinate',
  gradient: GRADIENT,
  gradName: (x: Tensor) => `GridSampler${x.rank - 2}DBackwardBackward0`,
  forward: (x, grid, mode, padding, align, orders) => sampleGrid(x, grid, sampling(mode, padding, align, orders)),
  saves: ['input', 'grid'],
  grads: {
    input: (c, f) =>
      f.grid_sample_spread(c.grad, c.saved('grid'), c.shape('input'), ...settingsOf(c), c.attr('orders')),
    grid: (c) => gridGrad(c, c.grad, c.saved('input'), c.saved('grid'), c.attr('orders')),
  },
  samples: () => [
    {
      args: [
        { tensor: { shape: [1, 2, 3, 4] } },
        { tensor: { shape: [1, 2, 1, 2], range: [-1, 1] } },
        2,
        1,
        false,
        [1, 0],
      ],
    },
    {
      args: [
        { tensor: { shape: [1, 1, 3, 3] } },
        { tensor: { shape: [1, 2, 1, 2], range: [-1, 1] } },
        0,
        0,
        true,
        [0, 1],
      ],
    },
  ],
});

op<[Tensor, Tensor, number[], ...Settings, number[]]>({
  schema: `grid_sample_spread(Tensor grad_output, Tensor grid, int[] size, ${SETTINGS}, int[] orders) -> Tensor`,
  faces: [],
  formula: 'dx = Σ dy · the weight that x had in y',
  gradient: 'ddy = ddx at grid;  dgrid = Σ dy · the slope of ddx there',
  gradName: (g: Tensor) => `GridSampler${g.rank - 2}DBackwardBackward0`,
  forward: (g, grid, size, mode, padding, align, orders) =>
    spreadGrid(g, grid, size, sampling(mode, padding, align, orders)),
  saves: ['grad_output', 'grid'],
  grads: {
    grad_output: (c, f) => f.grid_sample_slope(c.grad, c.saved('grid'), ...settingsOf(c), c.attr('orders')),
    grid: (c) => gridGrad(c, c.saved('grad_output'), c.grad, c.saved('grid'), c.attr('orders')),
  },
  samples: () => [
    {
      args: [
        { tensor: { shape: [1, 2, 2, 1] } },
        { tensor: { shape: [1, 2, 1, 2], range: [-1, 1] } },
        [1, 2, 3, 3],
        0,
        0,
        false,
        [0, 0],
      ],
    },
  ],
});

op<[Tensor, Tensor, ...Settings]>({
  schema: `grid_sampler(Tensor input, Tensor grid, ${SETTINGS}) -> Tensor`,
  faces: ['torch'],
  composite: true,
  formula: FORMULA,
  gradient: GRADIENT,
  forward: (x, grid, ...settings) => {
    check(x, grid);
    return x.rank === 4 ? f.grid_sampler_2d(x, grid, ...settings) : f.grid_sampler_3d(x, grid, ...settings);
  },
  samples: () => [samplesOf(2)[0], samplesOf(3)[1], ...samplesOf(3).slice(-5)],
});

/** The corners' coordinates: [places, rank + 1], the last one 1. */
function baseGrid(size: number[], align: boolean, like: Tensor): Float64Array {
  const spatial = size.slice(2);
  const rank = spatial.length;
  const { dtype } = like;
  const round = isHalf(dtype) ? (v: number) => roundHalf(v, dtype) : placeRounding(dtype);
  const lines = spatial.map((n) => {
    const step = n > 1 ? round(2 / (n - 1)) : 0;
    // (torch.linspace goes from both ends to the middle.)
    const whole = (i: number) =>
      n <= 1 ? 0 : i < n / 2 ? round(-1 + round(step * i)) : round(1 - round(step * (n - 1 - i)));
    return Array.from({ length: n }, (_, i) => (align ? whole(i) : round(round(whole(i) * (n - 1)) / n)));
  });
  const out = new Float64Array(numel(spatial) * (rank + 1));
  const at = new Array<number>(rank).fill(0);
  for (let i = 0; i < out.length; i += rank + 1) {
    for (let d = 0; d < rank; d++) out[i + d] = lines[rank - 1 - d][at[rank - 1 - d]];
    out[i + rank] = 1;
    for (let d = rank - 1; d >= 0 && ++at[d] === spatial[d]; d--) at[d] = 0;
  }
  return out;
}

const AFFINE = 'theta · (x, y, 1) for each place of an image';

op<[Tensor, number[], boolean]>({
  schema: 'affine_grid_generator(Tensor theta, int[] size, bool align_corners) -> Tensor',
  faces: ['torch'],
  formula: `y = ${AFFINE}`,
  gradient: 'dtheta = Σ dy · (x, y, 1)ᵀ',
  forward: (theta, size, align) => {
    if (size.length !== 4 && size.length !== 5)
      throw runtimeError('AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.');
    const rank = size.length - 2;
    if (theta.shape[0] !== size[0])
      throw runtimeError(
        `Expected size for first two dimensions of batch2 tensor to be: [${size[0]}, ${rank + 1}] but got: [${theta.shape[0]}, ${rank + 1}].`,
      );
    const base = baseGrid(size, align, theta);
    const places = numel(size.slice(2));
    const t = theta.values() as Float64Array;
    const out = allocate(theta.dtype, size[0] * places * rank) as Float64Array;
    for (let n = 0, at = 0; n < size[0]; n++)
      for (let p = 0; p < places; p++)
        for (let r = 0; r < rank; r++) {
          let sum = 0;
          for (let k = 0; k <= rank; k++) sum += base[p * (rank + 1) + k] * t[(n * rank + r) * (rank + 1) + k];
          out[at++] = sum;
        }
    return Tensor.of(theta.dtype, [size[0], ...size.slice(2), rank], out);
  },
  grads: { theta: (c, f) => f.affine_grid_generator_backward(c.grad, c.attr('size'), c.attr('align_corners')) },
  samples: () => [
    { args: [{ tensor: { shape: [2, 2, 3] } }, [2, 1, 3, 2], false] },
    { args: [{ tensor: { shape: [1, 2, 3] } }, [1, 1, 4, 3], true] },
    { args: [{ tensor: { shape: [1, 3, 4] } }, [1, 1, 2, 1, 3], true] },
    { args: [{ tensor: { shape: [1, 3, 4] } }, [1, 1, 2, 3, 2], false] },
    { args: [{ tensor: { shape: [1, 2, 3] } }, [1, 4, 3], true] },
    { args: [{ tensor: { shape: [1, 2, 3] } }, [2, 1, 4, 3], true] },
  ],
});

op<[Tensor, number[], boolean]>({
  schema: 'affine_grid_generator_backward(Tensor grad, int[] size, bool align_corners) -> Tensor',
  faces: [],
  formula: 'dtheta = Σ dy · (x, y, 1)ᵀ',
  gradient: `ddy = ${AFFINE}, of ddtheta`,
  gradName: 'TransposeBackward0',
  forward: (g, size, align) => {
    const rank = size.length - 2;
    const base = baseGrid(size, align, g);
    const places = numel(size.slice(2));
    const from = g.values() as Float64Array;
    const sums = new Float64Array(size[0] * rank * (rank + 1));
    for (let n = 0, at = 0; n < size[0]; n++)
      for (let p = 0; p < places; p++)
        for (let r = 0; r < rank; r++, at++)
          for (let k = 0; k <= rank; k++) sums[(n * rank + r) * (rank + 1) + k] += base[p * (rank + 1) + k] * from[at];
    const out = allocate(g.dtype, sums.length);
    out.set(sums as never);
    return Tensor.of(g.dtype, [size[0], rank, rank + 1], out);
  },
  grads: { grad: (c, f) => f.affine_grid_generator(c.grad, c.attr('size'), c.attr('align_corners')) },
  samples: () => [{ args: [{ tensor: { shape: [1, 2, 3, 2] } }, [1, 1, 2, 3], false] }],
});
