/** Singular values and what is made of them. Gradients: PyTorch's svd_backward, pinv_backward. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { columnMajor, readMatrices, vectors } from '../kernels/lapack/matrix';
import { gesdd } from '../kernels/lapack/svd';
import { type BackwardContext, op, type Sample } from '../op';
import { Tensor } from '../tensor';
import { checkFloat, checkMatrix, double, given, linalgError, matrix, mT, sumOf, times } from './matrices';
import { floatsOnly } from './refusals';

/** Below this, relative to the largest one, a singular value counts as zero. */
const epsilon = (t: Tensor) => (t.dtype === 'float64' ? 2 ** -52 : 2 ** -23);

function svd(A: Tensor, full: boolean): [Tensor, Tensor, Tensor] {
  const a = readMatrices(A);
  const { batch, count, m, n } = a;
  const k = Math.min(m, n);
  const [columns, rows] = full ? [m, n] : [k, k];
  const u = new Float64Array(count * m * columns);
  const s = new Float64Array(count * k);
  const vt = new Float64Array(count * rows * n);
  for (let b = 0; b < count; b++) {
    const one = a.data.subarray(b * m * n, (b + 1) * m * n);
    const finite = one.every(Number.isFinite);
    const found = finite ? gesdd(one, m, n, full, epsilon(A) / 2) : null;
    if (!found) {
      if (one.some(Number.isNaN))
        throw linalgError(
          `linalg.svd: ${batch.length ? `(Batch element ${b}): ` : ''}The algorithm failed to converge because the input matrix contained non-finite values.`,
        );
      u.fill(Number.NaN, b * m * columns, (b + 1) * m * columns);
      s.fill(Number.NaN, b * k, (b + 1) * k);
      vt.fill(Number.NaN, b * rows * n, (b + 1) * rows * n);
      continue;
    }
    u.set(found.u, b * m * columns);
    s.set(found.s, b * k);
    vt.set(found.vt, b * rows * n);
  }
  const sizes = { batch, count };
  return [
    columnMajor(A.dtype, { ...sizes, m, n: columns, data: u }),
    vectors(A.dtype, batch, k, s),
    columnMajor(A.dtype, { ...sizes, m: rows, n, data: vt }),
  ];
}

/** X − Xᵀ. */
const skew = (x: Tensor) => f.sub(x, mT(x));

function gradient(c: BackwardContext): Tensor | null {
  let [dU, dS, dVh] = c.grads;
  const S = c.saved('result1');
  const k = S.shape[S.rank - 1];
  let [U, Vh] = [c.saved('result0'), c.saved('result2')];
  const [m, n] = c.shape('A').slice(-2);
  if (c.attr<boolean>('full_matrices')) {
    U = f.narrow(U, -1, 0, k);
    Vh = f.narrow(Vh, -2, 0, k);
    dU = dU && f.narrow(dU, -1, 0, k);
    dVh = dVh && f.narrow(dVh, -2, 0, k);
  }
  if (!dU && !dS && !dVh) return null;
  const eye = f.eye(k, null, S.dtype);
  if (!dU && !dVh)
    return m >= n ? times(U, f.mul(f.unsqueeze(dS!, -1), Vh)) : times(f.mul(U, f.unsqueeze(dS!, -2)), Vh);
  const across = f.unsqueeze(S, -2);
  const along = f.unsqueeze(S, -1);
  const E = f.add(f.mul(f.sub(across, along), f.add(across, along)), eye);
  const inner = sumOf(
    dU && f.mul(f.div(skew(times(mT(U), dU)), E), across),
    dVh && f.mul(along, f.div(skew(times(Vh, mT(dVh))), E)),
    dS && f.mul(f.unsqueeze(dS, -1), eye),
  )!;
  // What of dU and dV lies outside the space that U and V span.
  if (m > k && dU) {
    const rest = f.div(f.sub(dU, times(U, times(mT(U), dU))), across);
    return times(f.add(times(U, inner), rest), Vh);
  }
  if (n > k && dVh) {
    const rest = f.div(f.sub(dVh, times(times(dVh, mT(Vh)), Vh)), along);
    return times(U, f.add(times(inner, Vh), rest));
  }
  return times(U, times(inner, Vh));
}

op<[Tensor, boolean, boolean]>({
  schema: '_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor Vh)',
  faces: [],
  formula: 'A = U · diag(S) · Vᵀ',
  gradient: 'dA = U · ((skew(Uᵀ·dU)/E)·S + S·(skew(Vᵀ·dV)/E) + diag(dS)) · Vᵀ, E = Sⱼ² − Sᵢ²',
  forward: (A, full, vectorsToo) => {
    const [U, S, Vh] = svd(A, full);
    const none = () => Tensor.zeros(A.dtype, [0]);
    return vectorsToo ? [U, S, Vh] : [none(), S, none()];
  },
  saves: ['result0', 'result1', 'result2'],
  grads: { A: gradient },
  samples: () => [
    given([double(3, 3)]),
    given([double(4, 2)]),
    given([double(2, 3)]),
    { ...given([double(3, 2), true]), kink: true },
  ],
});

function check(A: Tensor): void {
  checkMatrix(A, 'linalg.svd');
  checkFloat(A, 'linalg.svd', true);
  floatsOnly('linalg_svd_cpu', A.dtype);
}
const parts = (A: Tensor, full: boolean): Tensor[] => f._linalg_svd(A, full) as unknown as Tensor[];

const SHAPES = (): Sample[] => [
  given([matrix(3, 3)]),
  given([double(4, 3)]),
  given([double(5, 2)]),
  given([double(2, 5)]),
  given([double(2, 3)]),
  given([double(2, 2, 3)]),
  given([{ shape: [3, 2], permute: [1, 0], dtype: 'float64' }]),
  given([matrix(3, 0)]),
  given([matrix(3)]),
  given([{ shape: [2, 2], dtype: 'int64' }]),
];

op<[Tensor, boolean, string | null]>({
  schema: 'linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)',
  faces: ['torch.linalg:svd'],
  composite: true,
  formula: 'A = U · diag(S) · Vᵀ',
  gradient: 'dA = U · ((skew(Uᵀ·dU)/E)·S + S·(skew(Vᵀ·dV)/E) + diag(dS)) · Vᵀ, E = Sⱼ² − Sᵢ²',
  forward: (A, full, driver) => {
    check(A);
    refuseDriver(driver);
    return parts(A, full);
  },
  samples: () => [
    ...SHAPES().map((s) => ({ ...s, kwargs: { full_matrices: false } })),
    ...SHAPES()
      .slice(1, 5)
      .map((s) => ({ args: s.args, kink: true })),
  ],
});

function refuseDriver(driver: string | null): void {
  if (driver !== null)
    throw runtimeError(
      'torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.',
    );
}

op<[Tensor, string | null]>({
  schema: 'linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor',
  faces: ['torch.linalg:svdvals'],
  composite: true,
  formula: 'the singular values of A, the largest first',
  gradient: 'dA = U · diag(dS) · Vᵀ',
  forward: (A, driver) => {
    check(A);
    refuseDriver(driver);
    return singularValues(A);
  },
  samples: SHAPES,
});

/** The values; the vectors too where a gradient will need them. */
const singularValues = (A: Tensor): Tensor => (f._linalg_svd(A, false, A.requiresGrad) as unknown as Tensor[])[1];

op<[Tensor, boolean, boolean]>({
  schema: 'svd(Tensor input, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'A = U · diag(S) · Vᵀ',
  gradient: 'as of linalg.svd',
  forward: (A, some, vectorsToo) => {
    if (A.rank < 2)
      throw runtimeError('linalg.svd: input should have at least 2 dimensions, but has 1 dimensions instead');
    check(A);
    if (vectorsToo) {
      const [U, S, Vh] = parts(A, !some);
      return [U, S, mT(Vh)];
    }
    const [m, n] = A.shape.slice(-2);
    const batch = A.shape.slice(0, -2);
    const square = (k: number) => f.new_zeros(A, [...batch, k, k]);
    return [square(m), singularValues(A), square(n)];
  },
  samples: () => [given([double(3, 3)]), given([double(3, 2)]), given([double(2, 3), true, false])],
});
