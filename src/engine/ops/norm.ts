/** Norms of vectors. Gradients: PyTorch's norm_backward. */
import { DTYPES, type DType, isDifferentiable, isFloat, promote } from '../dtype';
import { runtimeError } from '../errors';
import { formulas } from '../formulas';
import * as cx from '../kernels/complex';
import { reduceRows } from '../kernels/reduce';
import { type BackwardContext, type Formulas, op, type Sample, type Scalar } from '../op';
import { reduceDims } from '../shape';
import type { Tensor } from '../tensor';
import { dimsSamples } from './reduce';
import { converted, restored } from './reduced';

type Dims = number[] | null;
const INF = Number.POSITIVE_INFINITY;

/** Σ |x|ᵖ to the power 1/p over a row, and its limits for p = ∞, −∞ and 0. */
function rowNorm(p: number, x: Float64Array, from: number, until: number): number {
  let s = p === -INF ? INF : 0;
  if (p === 2) {
    for (let i = from; i < until; i++) s += x[i] * x[i];
    return Math.sqrt(s);
  }
  for (let i = from; i < until; i++) {
    const a = Math.abs(x[i]);
    if (p === INF) s = Math.max(s, a);
    else if (p === -INF) s = Math.min(s, a);
    else if (p === 0) s += Number(a !== 0);
    else s += p === 1 ? a : a ** p;
  }
  return p === 0 || p === 1 || Math.abs(p) === INF ? s : s ** (1 / p);
}

function gradient(c: BackwardContext, f: Formulas): Tensor | null {
  const p = Number(c.attr<Scalar>('ord').value);
  const x = c.saved('x');
  const y = withDims(c, f, c.saved('result'));
  const g = withDims(c, f, c.grad);
  if (p === 0) return null;
  if (p === 1) return f.mul(f.sgn(x), g);
  const zero = f.eq(y, 0);
  // A norm of 0 has the gradient 0; its own gradient is not defined, as in PyTorch.
  const filled = (t: Tensor) => f.masked_fill(t, zero, 0);
  if (p === 2) return f.mul(g, filled(f.div(x, y)));
  const size = f.abs(x);
  if (Math.abs(p) === INF) {
    const there = f.logical_or(f.eq(size, y), f.isnan(size));
    const many = f.sum(there, c.attr('dim'), true);
    const share = f.div(g, many.rank === x.rank ? many : withDims(c, f, many));
    return f.mul(f.sgn(x), f.mul(share, there));
  }
  if (p < 1) {
    const slope = f.masked_fill(f.mul(f.sgn(x), f.pow(size, p - 1)), f.eq(x, 0), 0);
    return f.mul(f.mul(slope, g), f.pow(y, 1 - p));
  }
  const slope = p < 2 ? f.mul(f.sgn(x), f.pow(size, p - 1)) : f.mul(x, f.pow(size, p - 2));
  return f.mul(slope, filled(f.div(g, f.pow(y, p - 1))));
}

/** restored() for an op whose input is called x. */
const withDims = (c: BackwardContext, f: Formulas, t: Tensor) =>
  restored({ shape: () => c.shape('x'), attr: (n: string) => c.attr(n) } as unknown as BackwardContext, f, t);

/** A norm may be computed in a wider dtype, not in a narrower one. */
export function checkNormDtype(x: Tensor, dtype: DType | null, fn: string): void {
  if (!dtype) return;
  if (!isDifferentiable(dtype))
    throw runtimeError(`${fn}: dtype should be floating point or complex, but got ${DTYPES[dtype].label}`);
  if (promote(x.dtype, dtype) !== dtype)
    throw runtimeError(
      `${fn}: the dtype of the input (${DTYPES[x.dtype].label}) should be convertible without narrowing to the specified dtype (${DTYPES[dtype].label})`,
    );
}

const ordSamples = (): Sample[] => [
  ...dimsSamples().map((s) => ({ ...s, args: [s.args[0], 2, ...s.args.slice(1)] })),
  ...[0, 1, 3, 0.5, 1.5].map((p) => ({ args: [{ tensor: { shape: [2, 3] } }, p, 1] })),
  { args: [{ tensor: { shape: [3], data: [0, 0, 0] } }], kink: true },
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((p) => ({ args: [{ tensor: { shape: [2, 3] } }, p, 1] })),
];

function vectorNorm(x: Tensor, ord: Scalar, dim: Dims, keepdim: boolean, dtype: DType | null): Tensor {
  const from = converted(x, dtype);
  if (!isFloat(from.dtype))
    throw runtimeError(
      `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${DTYPES[from.dtype].label}`,
    );
  checkNormDtype(x, dtype, 'linalg.vector_norm');
  const p = Number(ord.value);
  if (x.count === 0 && (p === INF || p < 0))
    throw runtimeError(
      `linalg.vector_norm cannot compute the ${p === INF ? 'inf' : p} norm on an empty tensor because the operation does not have an identity`,
    );
  return reduceRows(from, reduceDims(dim, x.rank), keepdim, from.dtype, (v, i, end) => rowNorm(p, v, i, end));
}

op<[Tensor, Scalar, Dims, boolean, DType | null]>({
  schema:
    'linalg_vector_norm(Tensor x, Scalar ord=2, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch.linalg:vector_norm'],
  formula: 'y = (Σ |x|ᵖ)^(1/p), over dim',
  gradient: 'dx = dy · sign(x) · (|x| / y)ᵖ⁻¹',
  forward: vectorNorm,
  complex: (x, ord, dim, keepdim, dtype) => {
    checkNormDtype(x, dtype, 'linalg.vector_norm');
    return vectorNorm(cx.measure(dtype ? converted(x, dtype) : x, Math.hypot), ord, dim, keepdim, null);
  },
  wirtinger: true,
  saves: ['x', 'result'],
  grads: { x: gradient },
  samples: ordSamples,
});

op<[Tensor, Scalar, Dims, boolean, DType | null]>({
  schema: 'norm(Tensor input, Scalar p=2, int[]? dim=None, bool keepdim=False, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = (Σ |x|ᵖ)^(1/p), over dim',
  gradient: 'dx = dy · sign(x) · (|x| / y)ᵖ⁻¹',
  forward: (x, p, dim, keepdim, dtype) => formulas.linalg_vector_norm(x, p, dim, keepdim, dtype),
  samples: ordSamples,
});

op<[Tensor, string, Dims, boolean, DType | null]>({
  schema:
    "norm_named(Tensor input, str p='fro', int[]? dim=None, bool keepdim=False, ScalarType? dtype=None) -> Tensor",
  faces: ['torch:norm', 'Tensor:norm'],
  composite: true,
  formula: 'y = √(Σ x²), over dim',
  gradient: 'dx = x / y · dy',
  forward: (x, p, dim, keepdim, dtype) => {
    if (p !== 'fro' || (dim && dim.length > 2))
      return formulas.linalg_matrix_norm_named(x, p, dim ?? [-2, -1], keepdim, dtype);
    return formulas.linalg_vector_norm(x, 2, dim, keepdim, dtype);
  },
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, 'fro'] },
    { args: [{ tensor: { shape: [2, 3], dtype: 'float64' } }, 'nuc'] },
    { args: [{ tensor: { shape: [2, 3] } }, 'other'] },
  ],
});
