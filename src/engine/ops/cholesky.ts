/** Cholesky's factor and what is solved with it. Gradients: PyTorch's cholesky_backward (Murray 2016), cholesky_solve_backward. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel } from '../kernels/elementwise';
import { potrf } from '../kernels/lapack/cholesky';
import { columnMajor, readMatrices, rowMajor, turned } from '../kernels/lapack/matrix';
import { solveTriangular } from '../kernels/lapack/triangular';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { Tensor } from '../tensor';
import {
  batchElement,
  checkFloat,
  checkSquare,
  double,
  given,
  inSomeDirections,
  linalgError,
  matrix,
  mT,
  sameBatch,
  times,
} from './matrices';
import { floatsOnly } from './refusals';

/** L of A's lower triangle (or U of its upper one) and, for each matrix, the first minor that is not positive. */
function factored(A: Tensor, upper: boolean): { L: Tensor; info: Tensor } {
  // U of A is L of A turned, turned back.
  const a = readMatrices(upper ? turned(A) : A);
  const { batch, count, n } = a;
  const info = Tensor.zeros('int32', batch);
  for (let b = 0; b < count; b++) {
    info.storage.data[b] = potrf(a.data, b * n * n, n);
    for (let j = 1; j < n; j++) a.data.fill(0, b * n * n + j * n, b * n * n + j * n + j);
  }
  return { L: upper ? turned(rowMajor(A.dtype, a)) : columnMajor(A.dtype, a), info };
}

function refuseIndefinite(info: Tensor, fn: string): void {
  const found = info.values() as Int32Array;
  const nr = found.findIndex((v) => v !== 0);
  if (nr >= 0)
    throw linalgError(
      `${fn}: ${batchElement(info.shape, nr)}The factorization could not be completed because the input is not positive-definite (the leading minor of order ${found[nr]} is not positive-definite).`,
    );
}

function gradient(name: string) {
  return (c: BackwardContext): Tensor => {
    const upper = c.attr<boolean>('upper');
    const saved = c.saved(name);
    const [L, dL] = upper ? [mT(saved), mT(c.grad)] : [saved, c.grad];
    const inner = times(mT(L), dL);
    const both = f.mul(f.add(f.tril(inner), mT(f.tril(inner, -1))), 0.5);
    const left = f.linalg_solve_triangular(mT(L), both, true, true);
    return f.linalg_solve_triangular(L, left, false, false);
  };
}

/** Positive definite: 2·I plus something small. */
const positive = (
  n: number,
  dtype: 'float32' | 'float64' = 'float64',
  more: Partial<SampleTensor> = {},
): SampleTensor => ({
  shape: [n, n],
  dtype,
  data: Array.from({ length: n * n }, (_, i) => {
    const [r, c] = [Math.floor(i / n), i % n];
    return r === c ? 2 + r / 2 : 0.5 / (1 + Math.min(r, c)) - 0.75;
  }),
  ...more,
});
const negative: SampleTensor = { shape: [2, 2], data: [1, 0, 0, -1] };
const oneNegative: SampleTensor = { shape: [2, 2, 2], data: [1, 0, 0, 1, -1, 0, 0, 1] };

const samples = (): Sample[] => [
  given([positive(3)]),
  given([positive(2, 'float32')]),
  given([positive(3, 'float64', { permute: [1, 0] })]),
  given([matrix(0, 0)]),
  given([matrix(3)]),
  given([matrix(2, 3)]),
  given([{ shape: [2, 2], dtype: 'int64' }]),
];

op<[Tensor, boolean, boolean]>({
  schema: 'linalg_cholesky_ex(Tensor input, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)',
  faces: ['torch.linalg:cholesky_ex'],
  formula: 'A = L · Lᵀ, L lower triangular; info: the first leading minor that is not positive, or 0',
  gradient: 'dA = L⁻ᵀ · sym(tril(Lᵀ·dL)) · L⁻¹',
  forward: (A, upper, check) => {
    checkSquare(A, 'linalg.cholesky');
    checkFloat(A, 'linalg.cholesky', true);
    floatsOnly('cholesky_cpu', A.dtype);
    const { L, info } = factored(A, upper);
    if (check) refuseIndefinite(info, 'linalg.cholesky_ex');
    return [L, info];
  },
  saves: ['result0'],
  grads: { input: gradient('result0') },
  samples: () =>
    inSomeDirections([...samples(), given([positive(3)], { upper: true }), given([negative], { check_errors: true })]),
});

op<[Tensor, boolean]>({
  schema: 'linalg_cholesky(Tensor input, *, bool upper=False) -> Tensor',
  faces: ['torch.linalg:cholesky'],
  composite: true,
  formula: 'A = L · Lᵀ, L lower triangular',
  gradient: 'dA = L⁻ᵀ · sym(tril(Lᵀ·dL)) · L⁻¹',
  forward: (A, upper) => {
    const [L, info] = f.linalg_cholesky_ex(A, upper) as unknown as Tensor[];
    refuseIndefinite(info, 'linalg.cholesky');
    return L;
  },
  samples: () =>
    inSomeDirections([
      given([positive(3)]),
      given([positive(3)], { upper: true }),
      given([negative]),
      given([oneNegative]),
    ]),
});

op<[Tensor, boolean]>({
  schema: 'cholesky(Tensor input, bool upper=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'A = L · Lᵀ, L lower triangular',
  gradient: 'dA = L⁻ᵀ · sym(tril(Lᵀ·dL)) · L⁻¹',
  forward: (A, upper) => {
    checkSquare(A, 'cholesky');
    floatsOnly('cholesky_cpu', A.dtype);
    const { L, info } = factored(A, upper);
    refuseIndefinite(info, 'cholesky');
    return L.count === 0 ? Tensor.zeros(A.dtype, [...A.shape]) : L;
  },
  saves: ['result'],
  grads: { input: gradient('result') },
  samples: () =>
    inSomeDirections([given([positive(3)]), given([positive(3), true]), given([negative]), given([matrix(3)])]),
});

/** X of (L · Lᵀ) · X = B. */
function solved(L: Tensor, B: Tensor, upper: boolean): Tensor {
  const [l, b] = sameBatch(L, B);
  const a = readMatrices(l);
  const x = readMatrices(b);
  for (let i = 0; i < x.count; i++)
    for (const transposed of [upper, !upper])
      solveTriangular(a.data, i * a.m * a.n, a.n, { upper, transposed, unit: false }, x.data, i * x.m * x.n, x.n);
  return columnMajor(B.dtype, x);
}

op<[Tensor, Tensor, boolean]>({
  schema: 'cholesky_solve(Tensor input, Tensor input2, bool upper=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'X with L · Lᵀ · X = B',
  gradient: 'dB = (L·Lᵀ)⁻¹ · dX,  dL = −(dB·Xᵀ + X·dBᵀ) · L',
  forward: (B, L, upper) => {
    if (B.rank < 2) throw runtimeError(`b should have at least 2 dimensions, but has ${B.rank} dimensions instead`);
    if (L.rank < 2) throw runtimeError(`u should have at least 2 dimensions, but has ${L.rank} dimensions instead`);
    checkSquare(L, 'cholesky_solve');
    const [n, k] = [L.shape[L.rank - 1], B.shape[B.rank - 2]];
    if (n !== k)
      throw runtimeError(
        `Incompatible matrix sizes for cholesky_solve: each A matrix is ${n} by ${n} but each b matrix is ${k} by ${B.shape[B.rank - 1]}`,
      );
    if (L.dtype !== B.dtype)
      throw runtimeError(
        `Expected b and A to have the same dtype, but found b of type ${dtypeLabel(B.dtype)} and A of type ${dtypeLabel(L.dtype)} instead`,
      );
    return solved(L, B, upper);
  },
  saves: ['input2', 'result'],
  grads: {
    input: solveB,
    input2: (c) => {
      const [L, X] = [c.saved('input2'), c.saved('result')];
      const half = times(solveB(c), mT(X));
      const both = f.neg(f.add(half, mT(half)));
      return c.attr<boolean>('upper') ? times(L, both) : times(both, L);
    },
  },
  samples: () =>
    inSomeDirections([
      given([double(3, 2), positive(3)]),
      given([double(2, 3, 1), positive(3), true]),
      given([matrix(3), positive(3, 'float32')]),
      given([matrix(2, 1), positive(3, 'float32')]),
    ]),
});

function solveB(c: BackwardContext): Tensor {
  return f.cholesky_solve(c.grad, c.saved('input2'), c.attr('upper'));
}

op<[Tensor, boolean]>({
  schema: 'cholesky_inverse(Tensor input, bool upper=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = (L · Lᵀ)⁻¹',
  gradient: 'dL = −y · (dy + dyᵀ) · y · L',
  forward: (L, upper) => {
    checkSquare(L, 'cholesky_inverse');
    const n = L.shape[L.rank - 1];
    const a = readMatrices(L);
    const eye = Tensor.zeros(L.dtype, [...L.shape]);
    for (let b = 0; b < a.count; b++)
      for (let i = 0; i < n; i++) {
        (eye.storage.data as Float64Array)[b * n * n + i * (n + 1)] = 1;
        if (a.data[b * n * n + i * (n + 1)] === 0)
          throw linalgError(
            `cholesky_inverse: ${batchElement(a.batch, b)}The diagonal element ${i + 1} is zero, the inversion could not be completed because the input matrix is singular.`,
          );
      }
    return solved(L, eye, upper);
  },
  saves: ['input', 'result'],
  grads: {
    input: (c) => {
      const [L, y] = [c.saved('input'), c.saved('result')];
      const inner = f.neg(times(y, times(f.add(c.grad, mT(c.grad)), y)));
      return c.attr<boolean>('upper') ? times(L, inner) : times(inner, L);
    },
  },
  samples: () =>
    inSomeDirections([
      given([positive(3)]),
      given([positive(3), true]),
      given([{ shape: [2, 2], data: [1, 0, 2, 0] }]),
      given([matrix(2, 3)]),
    ]),
});
