/** Eigenvalues of symmetric matrices. Gradients: PyTorch's linalg_eig_backward. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { columnMajor, readMatrices, vectors } from '../kernels/lapack/matrix';
import { syev } from '../kernels/lapack/symmetric';
import { op, type Sample } from '../op';
import { Tensor } from '../tensor';
import {
  batchElement,
  checkSquare,
  double,
  given,
  inSomeDirections,
  linalgError,
  matrix,
  mT,
  sumOf,
  times,
} from './matrices';
import { floatsOnly } from './refusals';

function eigh(A: Tensor, upper: boolean): [Tensor, Tensor] {
  const a = readMatrices(A);
  const { batch, count, n } = a;
  const w = new Float64Array(count * n);
  for (let b = 0; b < count; b++) {
    const one = a.data.subarray(b * n * n, (b + 1) * n * n);
    if (!one.every(Number.isFinite)) {
      one.fill(Number.NaN);
      w.fill(Number.NaN, b * n, (b + 1) * n);
    } else if (n > 0 && !syev(a.data, b * n * n, n, upper, w, b * n, A.dtype === 'float64' ? 2 ** -53 : 2 ** -24))
      throw linalgError(
        `linalg.eigh: ${batchElement(batch, b)}The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues (error code: ${n}).`,
      );
  }
  return [vectors(A.dtype, batch, n, w), columnMajor(A.dtype, a)];
}

op<[Tensor, string, boolean]>({
  schema: "_linalg_eigh(Tensor A, str UPLO='L', bool compute_v=True) -> (Tensor eigenvalues, Tensor eigenvectors)",
  faces: [],
  formula: 'A = V · diag(L) · Vᵀ, A symmetric',
  gradient: 'dA = V · (diag(dL) + (Vᵀ·dV)/E) · Vᵀ, E = Lⱼ − Lᵢ',
  forward: (A, uplo, withVectors) => {
    const [L, V] = eigh(A, uplo.toUpperCase() === 'U');
    return [L, withVectors ? V : Tensor.zeros(A.dtype, [0])];
  },
  saves: ['result0', 'result1'],
  grads: {
    A: (c) => {
      const [dL, dV] = c.grads;
      const [L, V] = [c.saved('result0'), c.saved('result1')];
      if (!dV) return dL && times(f.mul(V, f.unsqueeze(dL, -2)), mT(V));
      const eye = f.eye(L.shape[L.rank - 1], null, L.dtype);
      const E = f.add(f.sub(f.unsqueeze(L, -2), f.unsqueeze(L, -1)), eye);
      const inner = f.div(f.mul(times(mT(V), dV), f.rsub(eye, 1)), E);
      const dA = times(V, sumOf(inner, dL && f.mul(f.unsqueeze(dL, -1), eye))!, mT(V));
      return f.mul(f.add(dA, mT(dA)), 0.5);
    },
  },
  samples: () => inSomeDirections([given([double(3, 3)])]),
});

function check(A: Tensor, uplo: string): void {
  checkSquare(A, 'linalg.eigh');
  if (!/^[LUlu]/.test(uplo)) throw runtimeError(`Expected UPLO argument to be 'L' or 'U', but got ${uplo}`);
  floatsOnly('linalg_eigh_cpu', A.dtype);
}

const samples = (): Sample[] =>
  inSomeDirections([
    given([double(2, 2)]),
    given([double(3, 3)]),
    given([double(4, 4), 'U']),
    given([double(2, 3, 3)]),
    given([{ shape: [3, 3], permute: [1, 0], dtype: 'float64' }]),
    given([matrix(1, 1)]),
    given([matrix(0, 0)]),
    given([matrix(3)]),
    given([matrix(2, 3)]),
    given([matrix(2, 2), 'X']),
    given([{ shape: [2, 2], dtype: 'int64' }]),
  ]);

op<[Tensor, string]>({
  schema: "linalg_eigh(Tensor input, str UPLO='L') -> (Tensor eigenvalues, Tensor eigenvectors)",
  faces: ['torch.linalg:eigh'],
  composite: true,
  formula: 'A = V · diag(L) · Vᵀ, A symmetric',
  gradient: 'dA = V · (diag(dL) + (Vᵀ·dV)/E) · Vᵀ, E = Lⱼ − Lᵢ',
  forward: (A, uplo) => {
    check(A, uplo);
    return f._linalg_eigh(A, uplo) as unknown as Tensor[];
  },
  samples,
});

op<[Tensor, string]>({
  schema: "linalg_eigvalsh(Tensor input, str UPLO='L') -> Tensor",
  faces: ['torch.linalg:eigvalsh'],
  composite: true,
  formula: 'the eigenvalues of A, the smallest first',
  gradient: 'dA = V · diag(dL) · Vᵀ',
  forward: (A, uplo) => {
    check(A, uplo);
    return (f._linalg_eigh(A, uplo, A.requiresGrad) as unknown as Tensor[])[0];
  },
  samples,
});
