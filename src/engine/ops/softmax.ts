/** Softmax and its logarithm. Each row's largest element is taken off first, so that nothing overflows. */
import type { DType } from '../dtype';
import { formulas } from '../formulas';
import { alongDim, rowsOf } from '../kernels/reduce';
import { softmaxBackwardFast, softmaxFast } from '../kernels/rowsSimd';
import { type BackwardContext, op, type Sample } from '../op';
import { wrapDim } from '../shape';
import type { Tensor } from '../tensor';
import { converted } from './reduced';
import { floatsOnly } from './refusals';

const F = 'torch.nn.functional';

type Line = (x: Float64Array, from: number, n: number, outs: Float64Array[], at: number) => void;

function largest(x: Float64Array, from: number, n: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = from; i < from + n; i++) if (!(x[i] <= most)) most = x[i];
  return most;
}

const softmaxLine: Line = (x, from, n, [out], at) => {
  const most = largest(x, from, n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += out[at + i] = Math.exp(x[from + i] - most);
  for (let i = 0; i < n; i++) out[at + i] /= sum;
};

const logSoftmaxLine: Line = (x, from, n, [out], at) => {
  const most = largest(x, from, n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.exp(x[from + i] - most);
  const log = Math.log(sum);
  for (let i = 0; i < n; i++) out[at + i] = x[from + i] - most - log;
};

function alongLines(x: Tensor, dim: number, dtype: DType | null, name: string, line: Line): Tensor {
  const from = converted(x, dtype);
  const d = wrapDim(dim, x.rank);
  const last = d >= x.rank - 1;
  floatsOnly(`${name}${last ? '_lastdim' : ''}_kernel_impl`, from.dtype);
  return softmaxFast(from, d, name === 'log_softmax') ?? alongDim(from, dim, [from.dtype], line)[0];
}

/** The same for a gradient and the result it is for, line by line. */
function pairLines(
  grad: Tensor,
  y: Tensor,
  dim: number,
  log: boolean,
  line: (g: Float64Array, y: Float64Array, from: number, n: number, out: Float64Array, at: number) => void,
): Tensor {
  const last = wrapDim(dim, y.rank) >= y.rank - 1;
  const fast = last ? softmaxBackwardFast(grad, y, log) : null;
  if (fast) return fast;
  const results = rowsOf(y, y.rank ? [wrapDim(dim, y.rank)] : [], false).values as Float64Array;
  return alongDim(grad, dim, [grad.dtype], (g, from, n, [out], at) => line(g, results, from, n, out, at))[0];
}

const samples = (): Sample[] => [
  { args: [{ tensor: { shape: [2, 3] } }, 1] },
  { args: [{ tensor: { shape: [2, 3] } }, 0] },
  { args: [{ tensor: { shape: [2, 3, 4] } }, -2] },
  { args: [{ tensor: { shape: [3, 4], permute: [1, 0] } }, -1] },
  { args: [{ tensor: { shape: [5], dtype: 'float64', range: [-50, 50] } }, 0] },
  { args: [{ tensor: { shape: [] } }, 0] },
  { args: [{ tensor: { shape: [0, 3] } }, 1] },
  { args: [{ tensor: { shape: [4], dtype: 'int64' } }, 0], kwargs: { dtype: { dtype: 'float32' } } },
];

op<[Tensor, number, DType | null]>({
  schema: 'softmax(Tensor input, int dim, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor', F, 'torch.special'],
  formula: 'yᵢ = exp(xᵢ) / Σ exp(xₖ), along dim',
  gradient: 'dxᵢ = yᵢ · (dyᵢ − Σ dyₖ · yₖ)',
  forward: (x, dim, dtype) => alongLines(x, dim, dtype, 'softmax', softmaxLine),
  saves: ['result'],
  grads: { input: (c, f) => f._softmax_backward_data(c.grad, c.saved('result'), c.attr('dim')) },
  samples,
});

op<[Tensor, Tensor, number]>({
  schema: '_softmax_backward_data(Tensor grad_output, Tensor output, int dim) -> Tensor',
  faces: [],
  formula: 'dxᵢ = yᵢ · (dyᵢ − Σ dyₖ · yₖ)',
  gradient: 'ddyᵢ = yᵢ · (ddxᵢ − Σ ddxₖ · yₖ),  dy = ddx · (dy − Σ dyₖ · yₖ) − dy · Σ ddxₖ · yₖ',
  forward: (grad, output, dim) =>
    pairLines(grad, output, dim, false, (g, y, from, n, out, at) => {
      let sum = 0;
      for (let i = from; i < from + n; i++) sum += g[i] * y[i];
      for (let i = 0; i < n; i++) out[at + i] = y[from + i] * (g[from + i] - sum);
    }),
  saves: ['grad_output', 'output'],
  grads: {
    grad_output: (c, f) => f._softmax_backward_data(c.grad, c.saved('output'), c.attr('dim')),
    output: (c, f) => {
      const [g, y] = [c.saved('grad_output'), c.saved('output')];
      const sum = (t: Tensor) => f.sum(t, [c.attr<number>('dim')], true);
      return f.sub(f.mul(c.grad, f.sub(g, sum(f.mul(g, y)))), f.mul(g, sum(f.mul(c.grad, y))));
    },
  },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }, 1] }],
});

op<[Tensor, number, DType | null]>({
  schema: 'log_softmax(Tensor input, int dim, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor', F, 'torch.special'],
  formula: 'yᵢ = xᵢ − ln Σ exp(xₖ), along dim',
  gradient: 'dxᵢ = dyᵢ − exp(yᵢ) · Σ dyₖ',
  forward: (x, dim, dtype) => alongLines(x, dim, dtype, 'log_softmax', logSoftmaxLine),
  saves: ['result'],
  grads: { input: (c, f) => f._log_softmax_backward_data(c.grad, c.saved('result'), c.attr('dim')) },
  samples,
});

op<[Tensor, Tensor, number]>({
  schema: '_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim) -> Tensor',
  faces: [],
  formula: 'dxᵢ = dyᵢ − exp(yᵢ) · Σ dyₖ',
  gradient: 'ddyᵢ = ddxᵢ − Σ ddxₖ · exp(yₖ),  dy = −ddx · exp(y) · Σ dyₖ',
  forward: (grad, output, dim) =>
    pairLines(grad, output, dim, true, (g, y, from, n, out, at) => {
      let sum = 0;
      for (let i = from; i < from + n; i++) sum += g[i];
      for (let i = 0; i < n; i++) out[at + i] = g[from + i] - Math.exp(y[from + i]) * sum;
    }),
  saves: ['grad_output', 'output'],
  grads: {
    grad_output: (c, f) => f.sub(c.grad, f.sum(f.mul(c.grad, f.exp(c.saved('output'))), [c.attr<number>('dim')], true)),
    output: (c: BackwardContext, f) => {
      const sum = f.sum(c.saved('grad_output'), [c.attr<number>('dim')], true);
      return f.neg(f.mul(f.mul(c.grad, f.exp(c.saved('output'))), sum));
    },
  },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }, 1] }],
});

op<[Tensor, number, DType | null]>({
  schema: 'softmin(Tensor input, int dim, *, ScalarType? dtype=None) -> Tensor',
  faces: [F],
  composite: true,
  formula: 'yᵢ = exp(−xᵢ) / Σ exp(−xₖ), along dim',
  gradient: 'dxᵢ = −yᵢ · (dyᵢ − Σ dyₖ · yₖ)',
  forward: (x, dim, dtype) => formulas.softmax(formulas.neg(x), dim, dtype),
  samples: () => samples().slice(0, 3),
});
