/** Running sums and products. */

import { type DType, isFloat } from '../dtype';
import { formulas as f } from '../formulas';
import * as cx from '../kernels/complex';
import { numbers } from '../kernels/elementwise';
import { alongDim } from '../kernels/reduce';
import { op, type Sample } from '../op';
import { wrapDim } from '../shape';
import type { Tensor } from '../tensor';
import { dimSamples } from './reduce';
import { converted } from './reduced';
import { ofTypes } from './samples';

/** Runs along dim; what it has gathered so far is kept in float64, or exactly for int64. */
function scan(x: Tensor, dim: number, start: 0 | 1, f: (sum: number, v: number) => number, back = false): Tensor {
  const from = isFloat(x.dtype) ? x : converted(x, 'int64');
  const first = (isFloat(from.dtype) ? start : BigInt(start)) as number;
  const [out] = alongDim(from, dim, [from.dtype], (v, i, n, [o], at) => {
    let sum = first;
    if (back) for (let k = n - 1; k >= 0; k--) o[at + k] = sum = f(sum, v[i + k]);
    else for (let k = 0; k < n; k++) o[at + k] = sum = f(sum, v[i + k]);
  });
  return out;
}

// + and · serve numbers and bigints alike.
const plus = (a: number, b: number) => a + b;
const times = (a: number, b: number) => a * b;

const scans = (): Sample[] => [...dimSamples().filter((s) => s.args.length > 1 && !s.kwargs), ...ofTypes(['int64'], 0)];

op<[Tensor, number, DType | null]>({
  schema: 'cumsum(Tensor input, int dim, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'yᵢ = Σ xₖ, k ≤ i, along dim',
  gradient: 'dxᵢ = Σ dyₖ, k ≥ i',
  forward: (x, dim, dtype) => converted(scan(converted(x, dtype), dim, 0, plus), dtype),
  grads: { input: (c, f) => f._reversed_cumsum(c.grad, c.attr('dim')) },
  complex: ['input'],
  samples: scans,
});

op<[Tensor, number]>({
  schema: '_reversed_cumsum(Tensor input, int dim) -> Tensor',
  faces: [],
  formula: 'yᵢ = Σ xₖ, k ≥ i, along dim',
  gradient: 'dxᵢ = Σ dyₖ, k ≤ i',
  forward: (x, dim) => scan(x, dim, 0, plus, true),
  grads: { input: (c, f) => f.cumsum(c.grad, c.attr('dim')) },
  complex: ['input'],
  samples: () => dimSamples().filter((s) => s.args.length > 1 && !s.kwargs),
});

op<[Tensor, number, DType | null]>({
  schema: 'cumprod(Tensor input, int dim, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'yᵢ = Π xₖ, k ≤ i, along dim',
  gradient: 'dxᵢ = Σ dyₖ · yₖ / xᵢ, k ≥ i',
  forward: (x, dim, dtype) => converted(scan(converted(x, dtype), dim, 1, times), dtype),
  saves: ['input', 'result'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      const dim = c.attr('dim');
      if (numbers(x).includes(0)) return f._cumprod_backward(c.grad, x, dim);
      return f.div(f._reversed_cumsum(f.mul(c.grad, c.saved('result')), dim), x);
    },
  },
  complex: (x, dim, dtype) => {
    const from = converted(x, dtype);
    const [out] = alongDim(from, dim, [from.dtype], (v, i, n, [o], at) => {
      cx.add(1, 0, 0, 0);
      for (let k = 0; k < n; k++) {
        cx.mul(cx.z.re, cx.z.im, v[2 * (i + k)], v[2 * (i + k) + 1]);
        o[2 * (at + k)] = cx.z.re;
        o[2 * (at + k) + 1] = cx.z.im;
      }
    });
    return out;
  },
  samples: () => [...scans(), { args: [{ tensor: { shape: [4], data: [2, 0, 3, 0.5] } }, 0] }],
});

/**
 * cumprod's gradient where there are zeros, by which one cannot divide: for each i, the products that leave out xᵢ. Written in ops, so
 * that it has a gradient itself.
 */
op<[Tensor, Tensor, number]>({
  schema: '_cumprod_backward(Tensor grad_output, Tensor input, int dim) -> Tensor',
  faces: [],
  composite: true,
  formula: 'dxᵢ = Σ dyₖ · Π xⱼ, k ≥ i, j ≤ k, j ≠ i',
  forward: (grad, x, dim) => {
    if (x.rank === 0) return grad;
    const d = wrapDim(dim, x.rank);
    const n = x.shape[d];
    const one = f.ones_like(f.narrow(x, d, 0, 1));
    const slopes = Array.from({ length: n }, (_, i) => {
      const after = i + 1 < n ? f.cat([one, f.cumprod(f.narrow(x, d, i + 1, n - i - 1), d)], d) : one;
      const without = i > 0 ? f.mul(f.prod(f.narrow(x, d, 0, i), d, true), after) : after;
      return f.sum(f.mul(f.narrow(grad, d, i, n - i), without), [d], true);
    });
    return f.cat(slopes, d);
  },
  samples: () => [{ args: [{ tensor: { shape: [4] } }, { tensor: { shape: [4], data: [2, 0, 3, 0.5] } }, 0] }],
});
