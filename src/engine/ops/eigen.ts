/** Eigenvalues of symmetric and of general real matrices. Gradients: PyTorch's linalg_eig_backward. */
import { allocate, complexType, type Data, isFloat, realType } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel } from '../kernels/elementwise';
import { geev } from '../kernels/lapack/eig';
import { columnMajor, readMatrices, turned, vectors } from '../kernels/lapack/matrix';
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

/** Eigenvalues and vectors of real matrices, as complex numbers. */
function eig(A: Tensor): [Tensor, Tensor] {
  const { batch, count, n, data } = readMatrices(A);
  const to = complexType(A.dtype);
  const [w, v] = [allocate(to, count * n), allocate(to, count * n * n)] as Float64Array[];
  for (let b = 0; b < count; b++) {
    const one = data.subarray(b * n * n, (b + 1) * n * n);
    if (!one.every(Number.isFinite))
      throw runtimeError('torch.linalg.eig: input tensor should not contain infs or NaNs.');
    const found = geev(one, n);
    if (!found)
      throw linalgError(
        `linalg.eig: ${batchElement(batch, b)}The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues (error code: ${n}).`,
      );
    const { re, im, vectors: x } = found;
    for (let j = 0; j < n; j++) {
      w[2 * (b * n + j)] = re[j];
      w[2 * (b * n + j) + 1] = im[j];
      const first = im[j] < 0 ? j - 1 : j;
      const at = 2 * (b * n + j) * n;
      for (let i = 0; i < n; i++) {
        v[at + 2 * i] = x[first * n + i];
        v[at + 2 * i + 1] = im[j] ? Math.sign(im[j]) * x[(first + 1) * n + i] : 0;
      }
    }
  }
  const V = Tensor.of(to, [...batch, n, n], v as Data);
  return [Tensor.of(to, [...batch, n], w as Data), turned(V)];
}

/** X with A · X = B for complex matrices, by the real system of twice the size. */
function complexSolve(A: Tensor, B: Tensor): Tensor {
  const [a, b] = [f.real(A), f.imag(A)];
  const whole = f.cat([f.cat([a, f.neg(b)], -1), f.cat([b, a], -1)], -2);
  const x = f.linalg_solve(whole, f.cat([f.real(B), f.imag(B)], -2));
  const n = A.shape[A.rank - 1];
  return f.complex(f.narrow(x, -2, 0, n), f.narrow(x, -2, n, n));
}

function checkEig(A: Tensor, fn: string): void {
  checkSquare(A, fn);
  if (A.dtype !== 'float32' && A.dtype !== 'float64') {
    if (isFloat(A.dtype)) floatsOnly('linalg_eig_out_cpu', A.dtype);
    throw runtimeError(`Unknown Complex ScalarType for ${dtypeLabel(A.dtype)}`);
  }
}

op<[Tensor]>({
  schema: 'linalg_eig(Tensor input) -> (Tensor eigenvalues, Tensor eigenvectors)',
  faces: ['torch.linalg:eig'],
  formula: 'A = V · diag(L) · V⁻¹',
  gradient: 'dA = V⁻ᴴ · (diag(dL) + (Vᴴ·dV − Vᴴ·V · diag(Re(Vᴴ·dV))) / E) · Vᴴ, E = conj(Lⱼ − Lᵢ)',
  forward: (A) => {
    checkEig(A, 'linalg.eig');
    return eig(A);
  },
  wirtinger: true,
  saves: ['result0', 'result1'],
  grads: {
    input: (c) => {
      const [dL, dV] = c.grads;
      const [L, V] = [c.saved('result0'), c.saved('result1')];
      const Vh = mT(f.conj(V));
      const eye = f.eye(L.shape[L.rank - 1], null, realType(L.dtype));
      let inner = dL && f.mul(f.unsqueeze(dL, -1), eye);
      if (dV) {
        const VhdV = times(Vh, dV);
        const diagonal = f.diagonal(VhdV, 0, -2, -1);
        const imag = f.imag(f.clone(diagonal));
        if ((imag.values() as Float64Array).some((v) => Math.abs(v) > (imag.dtype === 'float64' ? 1e-8 : 1e-2)))
          throw runtimeError(
            'linalg_eig_backward: The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. The specified loss function depends on this quantity, so it is ill-defined.',
          );
        const E = f.add(f.conj(f.sub(f.unsqueeze(L, -2), f.unsqueeze(L, -1))), eye);
        const off = f.sub(VhdV, f.mul(times(Vh, V), f.unsqueeze(f.real(diagonal), -2)));
        inner = sumOf(f.mul(f.div(off, E), f.rsub(eye, 1)), inner);
      }
      return inner && f.real(complexSolve(Vh, times(inner, Vh)));
    },
  },
  samples: () => [
    given([{ shape: [2, 2], dtype: 'float64', data: [2, 1, 1, 3], requiresGrad: false }]),
    given([matrix(3)]),
    given([matrix(2, 3)]),
    given([{ shape: [2, 2], dtype: 'int64' }]),
  ],
});

op<[Tensor]>({
  schema: 'linalg_eigvals(Tensor input) -> Tensor',
  faces: ['torch.linalg:eigvals'],
  composite: true,
  formula: 'the eigenvalues of A',
  gradient: 'dA = V⁻ᴴ · diag(dL) · Vᴴ',
  forward: (A) => {
    // PyTorch goes by way of eig where a gradient will need the vectors.
    checkEig(A, A.requiresGrad ? 'linalg.eig' : 'linalg.eigvals');
    return (f.linalg_eig(A) as unknown as Tensor[])[0];
  },
  samples: () => [
    given([{ shape: [2, 2], dtype: 'float64', data: [2, 1, 1, 3], requiresGrad: false }]),
    given([matrix(2, 3)]),
  ],
});
