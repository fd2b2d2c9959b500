/** Sums without NaN, means with variances, products over chosen dimensions. Source: PyTorch's documentation, derivatives.yaml. */
import { quietly } from '../context';
import { DTYPES, type DType, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as fs } from '../formulas';
import { type BackwardContext, type Formulas, op, type Sample, type SampleTensor, type Scalar } from '../op';
import { numel, reduceDims } from '../shape';
import type { Tensor } from '../tensor';
import { normBackward } from './pairs';
import { dimsSamples } from './reduce';
import { restored } from './reduced';
import { exactly, ofTypes } from './samples';

type Dims = number[] | null;
const matrix: SampleTensor = { shape: [2, 3] };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

op<[Tensor, Dims, boolean, DType | null]>({
  schema: 'nansum(Tensor input, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Σ x over dim, NaN left out',
  gradient: 'dx = dy, 0 where x is NaN',
  forward: (x, dim, keepdim, dtype) =>
    quietly(() => fs.sum(isFloat(x.dtype) ? fs.masked_fill(x, fs.isnan(x), 0) : x, dim, keepdim, dtype)),
  saves: ['input'],
  grads: {
    input: (c, f) =>
      f.mul(f.expand(restored(c, f, c.grad), c.shape('input')), f.logical_not(f.isnan(c.saved('input')))),
  },
  samples: () => [...dimsSamples(), ...ofTypes(['int64', 'bool']), ...exactly([1, Number.NaN, 2])],
});

op<[Tensor, Dims, boolean, DType | null]>({
  schema: 'nanmean(Tensor input, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = the mean of x over dim, NaN left out',
  gradient: 'dx = dy / n, 0 where x is NaN',
  forward: (x, dim, keepdim, dtype) => {
    if (!isFloat(x.dtype))
      throw runtimeError(
        `nanmean(): expected input to have floating point or complex dtype but got ${DTYPES[x.dtype].label}`,
      );
    const count = fs.sum(fs.logical_not(fs.isnan(x)), dim, keepdim);
    return fs.div(fs.nansum(x, dim, keepdim, dtype), count);
  },
  samples: () => [on(matrix), on(matrix, [1], true), ...exactly([1, Number.NaN, 2]), ...ofTypes(['int64'])],
});

/** Mean and variance (or its root) at once. */
for (const name of ['var', 'std'] as const) {
  const root = name === 'std';
  const grads = {
    input: (c: BackwardContext, f: Formulas) => {
      const x = c.saved('input');
      const shape = c.shape('input');
      const dim = c.attr<Dims>('dim');
      const n = numel(reduceDims(dim, shape.length).map((d) => shape[d]));
      const [spread, mean] = c.grads;
      let g: Tensor | null = null;
      if (spread) {
        const y = root ? c.saved('result0') : null;
        const dv = y ? f.masked_fill(f.div(spread, f.mul(y, 2)), f.eq(y, 0), 0) : spread;
        const free = n - Number(c.attr<Scalar | null>('correction')?.value ?? 1);
        g = f.mul(f.mul(restored(c, f, dv), 2 / free), f.sub(x, f.mean(x, dim, true)));
      }
      if (!mean) return g;
      const even = f.div(f.expand(restored(c, f, mean), shape), n);
      return g ? f.add(g, even) : even;
    },
  };
  op<[Tensor, Dims, Scalar | null, boolean]>({
    schema: `${name}_mean(Tensor input, int[]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)`,
    faces: ['torch'],
    formula: `y = ${root ? 'the root of the variance' : 'the variance'} of x and its mean, over dim`,
    gradient: `dx = that of ${name} and that of mean`,
    forward: (x, dim, correction, keepdim) => {
      if (!isFloat(x.dtype)) throw runtimeError(`${name}_mean only support floating point and complex dtypes`);
      return quietly(() => [fs[name](x, dim, correction, keepdim), fs.mean(x, dim, keepdim)]);
    },
    saves: ['input', 'result0'],
    grads,
    samples: () => [on(matrix), on(matrix, [1]), { ...on(matrix, [0]), kwargs: { correction: 0, keepdim: true } }],
  });
  op<[Tensor, boolean]>({
    schema: `${name}_mean_unbiased(Tensor input, bool unbiased) -> (Tensor, Tensor)`,
    faces: [`torch:${name}_mean`],
    composite: true,
    formula: `y = ${name} with correction 1 if unbiased, else 0, and the mean`,
    gradient: `dx = that of ${name} and that of mean`,
    forward: (x, unbiased) => fs[`${name}_mean`](x, null, unbiased ? 1 : 0) as unknown as Tensor[],
    samples: () => [on(matrix, false)],
  });
  op<[Tensor, Dims, boolean, boolean]>({
    schema: `${name}_mean_dim(Tensor input, int[]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)`,
    faces: [`torch:${name}_mean`],
    composite: true,
    formula: `y = ${name} with correction 1 if unbiased, else 0, and the mean`,
    gradient: `dx = that of ${name} and that of mean`,
    forward: (x, dim, unbiased, keepdim) =>
      fs[`${name}_mean`](x, dim, unbiased ? 1 : 0, keepdim) as unknown as Tensor[],
    samples: () => [on(matrix, 1, false, true)],
  });
}

function distGrad(c: BackwardContext, f: Formulas): Tensor {
  const away = f.sub(c.saved('input'), c.saved('other'));
  const p = Number(c.attr<Scalar>('p').value);
  return p === 0 ? f.zeros_like(away) : normBackward(f, c.grad, away, p, c.saved('result'));
}

op<[Tensor, Tensor, Scalar]>({
  schema: 'dist(Tensor input, Tensor other, Scalar p=2) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = (Σ |a − b|ᵖ)^(1/p)',
  gradient: 'da = dy · sign(a − b) · (|a − b| / y)ᵖ⁻¹ = −db',
  forward: (a, b, p) => quietly(() => fs.linalg_vector_norm(fs.sub(a, b), p)),
  complex: true,
  wirtinger: true,
  saves: ['input', 'other', 'result'],
  grads: { input: (c, f) => distGrad(c, f), other: (c, f) => f.neg(distGrad(c, f)) },
  samples: () => [on(matrix, { tensor: matrix }), on(matrix, { tensor: { shape: [3] } }, 1)],
});
