/** Running maxima, minima and log-sums. Source: PyTorch's documentation, derivatives.yaml, FunctionsManual.cpp. */
import { isFloat } from '../dtype';
import type { formulas as fs } from '../formulas';
import { alongDim } from '../kernels/reduce';
import { op, type Sample } from '../op';
import { wrapDim } from '../shape';
import type { Tensor } from '../tensor';
import { dimSamples } from './reduce';
import { floatsOnly } from './refusals';
import { exactly, ofTypes } from './samples';

const withDim = (): Sample[] => dimSamples().filter((s) => s.args.length > 1 && !s.kwargs);

for (const [name, sign, word, beats] of [
  ['cummax', '≤', 'largest', (a: number, b: number) => a >= b],
  ['cummin', '≤', 'smallest', (a: number, b: number) => a <= b],
] as const)
  op<[Tensor, number]>({
    schema: `${name}(Tensor input, int dim) -> (Tensor values, Tensor indices)`,
    faces: ['torch', 'Tensor'],
    formula: `yᵢ = the ${word} xₖ, k ${sign} i, along dim, and where it is`,
    gradient: 'dx = Σ dy of each place that it was taken for',
    forward: (x, dim) => {
      wrapDim(dim, x.rank);
      return alongDim(x, dim, [x.dtype, 'int64'], (v, from, n, [values, indices], at) => {
        let best = 0;
        for (let k = 0; k < n; k++) {
          const now = v[from + k];
          // The last one of equals; from a NaN on, NaN.
          if (Number.isNaN(now) || (!Number.isNaN(v[from + best]) && beats(now, v[from + best]))) best = k;
          values[at + k] = v[from + best];
          indices[at + k] = BigInt(best) as unknown as number;
        }
      });
    },
    saves: ['result1'],
    grads: {
      input: (c, f) =>
        c.grads[0]
          ? f.scatter_add(f.zeros(c.shape('input'), c.dtype('input')), c.attr('dim'), c.saved('result1'), c.grads[0])
          : null,
    },
    samples: () => [...withDim(), ...ofTypes(['int64', 'bool'], 0), ...exactly([1, 3, 3, Number.NaN, 5], 0)],
  });

op<[Tensor, number]>({
  schema: 'logcumsumexp(Tensor input, int dim) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'yᵢ = log Σ exp(xₖ), k ≤ i, along dim',
  gradient: 'dxᵢ = Σ dyₖ · exp(xᵢ − yₖ), k ≥ i',
  forward: (x, dim) => {
    floatsOnly('logcumsumexp_out_cpu', x.dtype);
    const [out] = alongDim(x, dim, [x.dtype], (v, from, n, [o], at) => {
      let sum = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < n; k++) {
        const now = v[from + k];
        const [high, low] = now > sum ? [now, sum] : [sum, now];
        if (Number.isNaN(now) || Number.isNaN(sum)) sum = Number.NaN;
        else if (high !== low || Number.isFinite(high)) sum = high + Math.log1p(Math.exp(low - high));
        o[at + k] = sum;
      }
    });
    return out;
  },
  saves: ['input', 'result'],
  grads: {
    input: (c, f) => {
      const { grad } = c;
      const [x, y, dim] = [c.saved('input'), c.saved('result'), c.attr<number>('dim')];
      if (grad.count === 0) return f.zeros_like(x);
      // In logarithms, the positive and the negative part of the gradient apart.
      const size = f.log(f.abs(grad));
      const least = isFloat(grad.dtype) && grad.dtype === 'float64' ? -Number.MAX_VALUE : -3.4028234663852886e38;
      const part = (where: Tensor) => f.exp(f.add(backward(f, f.sub(f.where(where, size, least), y), dim), x));
      return f.sub(part(f.gt(grad, 0)), part(f.lt(grad, 0)));
    },
  },
  samples: () => [...withDim(), ...exactly([1, Number.NEGATIVE_INFINITY, 2], 0)],
});

const backward = (f: typeof fs, t: Tensor, dim: number) => f.flip(f.logcumsumexp(f.flip(t, [dim]), dim), [dim]);
