/** Norms of matrices, condition numbers, ranks, pseudo-inverses. Source: ATen's LinearAlgebra.cpp; gradients: PyTorch's pinv_backward. */

import type { DType } from '../dtype';
import { isComplex } from '../dtype';
import { notYet, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type Scalar } from '../op';
import { show, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { batchOf, checkFloat, checkMatrix, checkSquare, double, given, matrix, mT, times } from './matrices';
import { checkNormDtype } from './norm';

const INF = Number.POSITIVE_INFINITY;
type Dims = number[] | null;

function checkMatrixNorm(A: Tensor, dim: number[], dtype: DType | null): number[] {
  const fn = 'linalg.matrix_norm';
  checkMatrix(A, fn);
  checkFloat(A, fn, true);
  if (dim.length !== 2) throw runtimeError(`${fn}: dim must be a 2-tuple. Got ${dim.join(' ')}`);
  const wrapped = dim.map((d) => wrapDim(d, A.rank));
  if (wrapped[0] === wrapped[1]) throw runtimeError(`${fn}: dims must be different. Got (${dim.join(', ')})`);
  checkNormDtype(A, dtype, fn);
  return wrapped;
}

const as = (A: Tensor, dtype: DType | null) => (dtype && dtype !== A.dtype ? f.to_dtype(A, dtype) : A);

/** The singular values of the matrices in two dimensions; `back` puts a result's dimensions where they were. */
function valuesOf(A: Tensor, dim: number[], keepdim: boolean) {
  const rest = A.shape.map((_, d) => d).filter((d) => !dim.includes(d));
  const order = [...rest, ...dim];
  const S = f.linalg_svdvals(f.permute(A, order));
  const back = (t: Tensor) => {
    if (!keepdim) return t;
    const wide = f.unsqueeze(t, -1);
    return f.permute(
      wide,
      order.map((_, d) => order.indexOf(d)),
    );
  };
  return { S, back };
}

function matrixNorm(A: Tensor, ord: Scalar, dim: number[], keepdim: boolean, dtype: DType | null): Tensor {
  const dims = checkMatrixNorm(A, dim, dtype);
  const p = Number(ord.value);
  if (![1, 2, INF].includes(Math.abs(p))) throw runtimeError(`linalg.matrix_norm: Order ${ord.value} not supported.`);
  const pick = (t: Tensor, d: number, keep: boolean) => (p > 0 ? f.amax(t, [d], keep) : f.amin(t, [d], keep));
  if (Math.abs(p) === 2) {
    const { S, back } = valuesOf(as(A, dtype), dims, keepdim);
    return back(pick(S, -1, keepdim));
  }
  let [sum, most] = dims;
  if (Math.abs(p) === INF) [sum, most] = [most, sum];
  if (!keepdim && sum < most) most--;
  return pick(f.linalg_vector_norm(A, 1, [sum], keepdim, dtype), most, keepdim);
}

function namedNorm(A: Tensor, ord: string, dim: number[], keepdim: boolean, dtype: DType | null): Tensor {
  const dims = checkMatrixNorm(A, dim, dtype);
  if (ord === 'fro') return f.linalg_vector_norm(A, 2, dims, keepdim, dtype);
  if (ord !== 'nuc') throw runtimeError(`linalg.matrix_norm: Order ${ord} not supported.`);
  const { S, back } = valuesOf(as(A, dtype), dims, keepdim);
  return back(f.sum(S, [-1], keepdim));
}

const norms = (name: boolean): Sample[] => {
  const orders = name ? ['fro', 'nuc'] : [1, -1, 2, -2, INF, -INF];
  return [
    ...orders.map((ord) => given([double(3, 3), ord])),
    ...orders.map((ord) => given([double(2, 3, 4), ord], { dim: [0, 2], keepdim: true })),
    given([matrix(2, 3), orders[0]], { dtype: { dtype: 'float64' } }),
    given([matrix(2), orders[0]]),
    given([matrix(2, 2), orders[0]], { dim: [0, 0] }),
    given([matrix(2, 2), name ? 'other' : 3]),
    given([double(2, 2), orders[0]], { dtype: { dtype: 'float32' } }),
    given([{ shape: [2, 2], dtype: 'int64' }, orders[0]]),
  ];
};

op<[Tensor, Scalar, number[], boolean, DType | null]>({
  schema:
    'linalg_matrix_norm(Tensor input, Scalar ord, int[] dim=[-2,-1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch.linalg:matrix_norm'],
  composite: true,
  formula: 'the largest (ord > 0) or smallest: ±1 column sum, ±∞ row sum, ±2 singular value',
  gradient: 'to the largest or smallest one',
  forward: matrixNorm,
  samples: () => norms(false),
});

op<[Tensor, string, number[], boolean, DType | null]>({
  schema:
    "linalg_matrix_norm_named(Tensor input, str ord='fro', int[] dim=[-2,-1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
  faces: ['torch.linalg:matrix_norm'],
  composite: true,
  formula: 'fro: √Σ x²; nuc: the sum of the singular values',
  gradient: 'fro: dy · x / y; nuc: dy · U · Vᵀ',
  forward: namedNorm,
  samples: () => norms(true),
});

function checkNormDims(A: Tensor, dim: Dims): void {
  if (dim) {
    if (dim.length !== 1 && dim.length !== 2)
      throw runtimeError(`linalg.norm: If dim is specified, it must be of length 1 or 2. Got ${show(dim)}`);
  } else if (A.rank !== 1 && A.rank !== 2)
    throw runtimeError(`linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${A.rank}D.`);
}

op<[Tensor, Scalar | null, Dims, boolean, DType | null]>({
  schema:
    'linalg_norm(Tensor input, Scalar? ord=None, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch.linalg:norm'],
  composite: true,
  formula: 'the norm of vectors or matrices',
  gradient: 'as of vector_norm and matrix_norm',
  forward: (A, ord, dim, keepdim, dtype) => {
    if (ord !== null) checkNormDims(A, dim);
    else if (dim) checkNormDims(A, dim);
    if (ord !== null && (dim ? dim.length === 2 : A.rank === 2))
      return matrixNorm(A, ord, dim ?? [0, 1], keepdim, dtype);
    return f.linalg_vector_norm(A, ord ?? 2, dim, keepdim, dtype);
  },
  samples: () => [
    given([double(2, 3)]),
    given([double(2, 3), 1]),
    given([double(2, 3), 2]),
    given([double(3), 3]),
    given([double(2, 3), 2, [1]]),
    given([double(2, 3, 2), INF, [0, 2]]),
    given([matrix(2, 2, 2), 1]),
    given([matrix(2, 2), 1, [0, 1, 1]]),
  ],
});

op<[Tensor, string, Dims, boolean, DType | null]>({
  schema:
    'linalg_norm_named(Tensor input, str ord, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch.linalg:norm'],
  composite: true,
  formula: 'fro: √Σ x²; nuc: the sum of the singular values',
  gradient: 'as of matrix_norm',
  forward: (A, ord, dim, keepdim, dtype) => {
    checkNormDims(A, dim);
    return namedNorm(A, ord, dim ?? [-2, -1], keepdim, dtype);
  },
  samples: () => [
    given([double(2, 3), 'fro']),
    given([double(2, 3), 'nuc']),
    given([matrix(2), 'fro']),
    given([matrix(2, 2, 2), 'nuc']),
  ],
});

function cond2(A: Tensor, p: number): Tensor {
  const S = f.linalg_svdvals(A);
  const k = S.shape[S.rank - 1];
  const [first, last] = [f.narrow(S, -1, 0, 1), f.narrow(S, -1, k - 1, 1)];
  return f.squeeze_dim(p < 0 ? f.div(last, first) : f.div(first, last), -1);
}

function condBy(A: Tensor, norm: (t: Tensor) => Tensor): Tensor {
  const [inverse, info] = f.linalg_inv_ex(A) as unknown as Tensor[];
  const singular = f.gt(f.unsqueeze(f.unsqueeze(info, -1), -1), 0);
  // In place, as PyTorch does it: so its gradient of this is an error too.
  return f.mul(norm(A), norm(f.masked_fill_(inverse, singular, INF)));
}

function checkCond(A: Tensor): void {
  if (A.rank < 2) throw runtimeError('linalg.cond: The input tensor must have at least 2 dimensions.');
}

op<[Tensor, Scalar | null]>({
  schema: 'linalg_cond(Tensor input, Scalar? p=None) -> Tensor',
  faces: ['torch.linalg:cond'],
  composite: true,
  formula: 'y = ‖A‖ · ‖A⁻¹‖',
  gradient: 'of the norms and the inverse',
  forward: (A, ord) => {
    checkCond(A);
    const p = ord === null ? 2 : Number(ord.value);
    if (Math.abs(p) !== 1 && Math.abs(p) !== 2 && Math.abs(p) !== INF)
      throw runtimeError(`linalg.cond got an invalid norm type: ${ord!.value}`);
    if (Math.abs(p) === 2) return A.count === 0 ? f.new_zeros(A, batchOf(A)) : cond2(A, p);
    checkSquare(A, `linalg.cond(ord=${ord!.kind === 'float' && Number.isFinite(p) ? p : p})`);
    if (A.count === 0) return f.new_zeros(A, batchOf(A));
    return condBy(A, (t) => f.linalg_matrix_norm(t, p));
  },
  samples: () => [
    given([double(3, 3)]),
    given([double(3, 2), -2]),
    ...[1, -1, INF, -INF].map((p) => given([double(2, 2, 2), p])),
    given([matrix(0, 0)]),
    given([{ shape: [2, 2], data: [1, 2, 2, 4], requiresGrad: false }, 1]),
    given([matrix(2, 3), 1]),
    given([matrix(2, 2), 3]),
    given([matrix(2)]),
  ],
});

op<[Tensor, string]>({
  schema: 'linalg_cond_named(Tensor input, str p) -> Tensor',
  faces: ['torch.linalg:cond'],
  composite: true,
  formula: 'y = ‖A‖ · ‖A⁻¹‖',
  gradient: 'of the norms and the inverse',
  forward: (A, p) => {
    checkCond(A);
    if (p !== 'fro' && p !== 'nuc') throw runtimeError(`linalg.cond got an invalid norm type: ${p}`);
    checkSquare(A, `linalg.cond(ord=${p})`);
    if (A.count === 0) return f.new_zeros(A, batchOf(A));
    if (p === 'nuc') return f.mul(f.linalg_matrix_norm_named(A, p), f.linalg_matrix_norm_named(f.linalg_inv(A), p));
    return condBy(A, (t) => f.linalg_matrix_norm_named(t, p));
  },
  samples: () => [given([double(2, 2), 'fro']), given([double(2, 2), 'nuc']), given([matrix(2, 2), 'other'])],
});

/** Below this, relative to the largest one, a singular value counts as zero. */
const epsilon = (t: Tensor) => (t.dtype === 'float64' ? 2 ** -52 : 2 ** -23);

/** Which singular values (or sizes of eigenvalues) count as more than zero; rtol is a default only where no atol is given. */
function significant(size: Tensor, A: Tensor, atol: Tensor | null, rtol: Tensor | null): Tensor {
  const wide = (t: Tensor) => (t.rank > 0 ? f.unsqueeze(t, -1) : t);
  const most = f.amax(size, [-1], true);
  const machine = epsilon(A) * Math.max(...A.shape.slice(-2));
  let bound: Tensor;
  if (rtol) bound = f.mul(most, wide(rtol));
  else if (!atol) bound = f.mul(most, machine);
  else bound = f.mul(most, f.where(f.gt(wide(f.to_dtype(atol, size.dtype)), 0), 0, machine));
  return f.gt(size, atol ? f.maximum(f.to_dtype(wide(atol), bound.dtype), bound) : bound);
}

function checkPinv(A: Tensor): void {
  if (isComplex(A.dtype)) throw notYet('linalg.pinv of complex matrices');
  if (A.rank < 2 || (A.dtype !== 'float32' && A.dtype !== 'float64'))
    throw runtimeError(
      `linalg.pinv(${dtypeLabel(A.dtype)}{${show(A.shape)}}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types`,
    );
}

/** Moore and Penrose's inverse by the SVD, or by eigenvalues. One node in PyTorch, whose gradient reads the result. */
op<[Tensor, Tensor | null, Tensor | null, boolean]>({
  schema: 'linalg_pinv(Tensor input, *, Number? atol=None, Number? rtol=None, bool hermitian=False) -> Tensor',
  faces: ['torch.linalg:pinv'],
  composite: true,
  formula: 'y = V · diag(1/S) · Uᵀ, with 1/S = 0 where S is small',
  gradient: 'dA = −yᵀ·dy·yᵀ + (I − A·y)·dyᵀ·y·yᵀ + yᵀ·y·dyᵀ·(I − y·A)',
  forward: (A, atol, rtol, hermitian) => {
    checkPinv(A);
    if (hermitian) checkSquare(A, 'linalg.pinv');
    return f._linalg_pinv(A, pinvOf(f.detach(A), atol, rtol, hermitian));
  },
  samples: () => [
    given([double(3, 2)]),
    given([double(2, 2, 3)]),
    given([matrix(3, 3)]),
    { ...given([double(3, 3)], { hermitian: true }), kink: true },
    given([double(3, 2)], { rtol: 0.1 }),
    given([matrix(0, 3)]),
    given([matrix(3)]),
    given([{ shape: [2, 2], dtype: 'int64' }]),
  ],
});

function pinvOf(A: Tensor, atol: Tensor | null, rtol: Tensor | null, hermitian: boolean): Tensor {
  const [m, n] = A.shape.slice(-2);
  if (A.count === 0) return f.new_zeros(A, [...batchOf(A), n, m]);
  if (hermitian) {
    const [L, Q] = f.linalg_eigh(A) as unknown as Tensor[];
    const inverse = f.where(significant(f.abs(L), A, atol, rtol), f.reciprocal(L), 0);
    return times(f.mul(Q, f.unsqueeze(inverse, -2)), mT(Q));
  }
  const [U, S, Vh] = f.linalg_svd(A, false) as unknown as Tensor[];
  const inverse = f.where(significant(S, A, atol, rtol), f.reciprocal(S), 0);
  return times(f.mul(mT(Vh), f.unsqueeze(inverse, -2)), mT(U));
}

op<[Tensor, Tensor]>({
  schema: '_linalg_pinv(Tensor A, Tensor inverse) -> Tensor',
  faces: [],
  formula: 'y = the pseudo-inverse of A, computed before',
  gradient: 'dA = −yᵀ·dy·yᵀ + (I − A·y)·dyᵀ·y·yᵀ + yᵀ·y·dyᵀ·(I − y·A)',
  forward: (_, y) => Tensor.of(y.dtype, [...y.shape], y.values().slice()),
  saves: ['A', 'result'],
  grads: { A: (c: BackwardContext) => pinvGradient(c.grad, c.saved('result'), c.saved('A')) },
  gradName: 'LinalgPinvBackward0',
  samples: () => [{ ...given([double(3, 2), double(2, 3)]), kink: true }],
});

/** Golub and Pereyra's derivative of the pseudo-inverse (1973). */
export function pinvGradient(dy: Tensor, y: Tensor, A: Tensor): Tensor {
  const [m, n] = A.shape.slice(-2);
  const [g, yt] = [mT(dy), mT(y)];
  if (m <= n) {
    const K = times(g, y);
    const Ky = times(K, yt);
    const first = f.sub(f.neg(mT(times(y, K))), times(times(A, y), Ky));
    return f.add(f.add(first, Ky), times(times(yt, y), f.sub(g, times(K, A))));
  }
  const K = times(y, g);
  const yK = times(yt, K);
  const first = f.add(f.neg(mT(times(K, y))), times(f.sub(g, times(A, K)), times(y, yt)));
  return f.sub(f.add(first, yK), times(times(yK, y), A));
}

op<[Tensor, Tensor, boolean]>({
  schema: 'linalg_pinv_rcond(Tensor input, Number rcond, bool hermitian=False) -> Tensor',
  faces: ['torch.linalg:pinv'],
  composite: true,
  formula: 'y = V · diag(1/S) · Uᵀ, with 1/S = 0 where S ≤ rcond · max S',
  gradient: 'as of pinv',
  forward: (A, rcond, hermitian) => f.linalg_pinv(A, f.zeros([], 'float64'), rcond, hermitian),
  samples: () => [given([double(3, 2), 0.1])],
});

op<[Tensor, number]>({
  schema: 'pinverse(Tensor input, float rcond=1e-15) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = V · diag(1/S) · Uᵀ, with 1/S = 0 where S ≤ rcond · max S',
  gradient: 'as of pinv',
  forward: (A, rcond) => f.linalg_pinv_rcond(A, rcond),
  samples: () => [given([double(3, 2)]), given([matrix(2, 3), 0.2])],
});

op<[Tensor, Tensor | null, Tensor | null, boolean]>({
  schema: 'linalg_matrix_rank(Tensor input, *, Number? atol=None, Number? rtol=None, bool hermitian=False) -> Tensor',
  faces: ['torch.linalg:matrix_rank'],
  composite: true,
  formula: 'how many singular values are not small',
  forward: (A, atol, rtol, hermitian) => rank(A, atol, rtol, hermitian),
  samples: () => [
    given([double(3, 2)]),
    given([{ shape: [2, 2, 2], data: [1, 2, 2, 4, 1, 0, 0, 1] }]),
    given([double(3, 3)], { hermitian: true }),
    given([double(3, 3)], { atol: 1 }),
    given([matrix(0, 3)]),
    given([matrix(3)]),
  ],
});

function rank(A: Tensor, atol: Tensor | null, rtol: Tensor | null, hermitian: boolean): Tensor {
  checkMatrix(A, 'torch.linalg.matrix_rank', 'input');
  if (A.dtype !== 'float32' && A.dtype !== 'float64')
    throw runtimeError("This function doesn't handle types other than float and double");
  if (A.count === 0) return f.zeros(batchOf(A), 'int64');
  const X = f.detach(A);
  const S = hermitian ? f.abs(f.linalg_eigvalsh(X)) : f.linalg_svdvals(X);
  return f.sum(significant(S, A, atol, rtol), [-1]);
}

op<[Tensor, Tensor, boolean]>({
  schema: 'linalg_matrix_rank_tol(Tensor input, Number tol, bool hermitian=False) -> Tensor',
  faces: ['torch.linalg:matrix_rank'],
  composite: true,
  formula: 'how many singular values are more than tol',
  forward: (A, tol, hermitian) => rank(A, tol, f.zeros([], 'float64'), hermitian),
  samples: () => [given([double(3, 3), 1])],
});
