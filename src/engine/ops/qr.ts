/** QR by Householder's reflections. Gradients: PyTorch's linalg_qr_backward (Walter & Lehmann 2010; Roberts & Roberts 2020). */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { columnMajor, readMatrices, vectors, zeroMatrices } from '../kernels/lapack/matrix';
import { geqrf, orgqr } from '../kernels/lapack/qr';
import { type BackwardContext, op, type Sample } from '../op';
import { Tensor } from '../tensor';
import { checkFloat, checkMatrix, double, given, matrix, mT, sumOf, times } from './matrices';
import { raiseNotImplemented } from './refusals';

/** The factored matrices, R above and vectors below, and their τ. */
function factored(A: Tensor) {
  const a = readMatrices(A);
  const { count, m, n } = a;
  const k = Math.min(m, n);
  const tau = new Float64Array(count * k);
  for (let b = 0; b < count; b++) geqrf(a.data, b * m * n, m, n, tau, b * k);
  return { a, tau, k };
}

function qr(A: Tensor, mode: string): [Tensor, Tensor] {
  const { a, tau, k } = factored(A);
  const { batch, count, m, n } = a;
  const rows = mode === 'complete' ? m : k;
  const r = zeroMatrices(batch, rows, n);
  for (let b = 0; b < count; b++)
    for (let j = 0; j < n; j++)
      for (let i = 0; i <= Math.min(j, k - 1); i++) r.data[b * rows * n + j * rows + i] = a.data[b * m * n + j * m + i];
  if (mode === 'r') return [Tensor.zeros(A.dtype, [0]), columnMajor(A.dtype, r)];
  const q = zeroMatrices(batch, m, rows);
  for (let b = 0; b < count; b++) orgqr(a.data, b * m * n, m, k, tau, b * k, q.data, b * m * rows, rows);
  return [columnMajor(A.dtype, q), columnMajor(A.dtype, r)];
}

/** dA of A = QR with R square. */
function tallGradient(q: Tensor, r: Tensor, dq: Tensor | null, dr: Tensor | null): Tensor | null {
  const inner = sumOf(dr && times(dr, mT(r)), dq && f.neg(times(mT(q), dq)));
  if (!inner) return null;
  const upper = f.triu(inner);
  // X + Xᵀ with the diagonal once.
  const both = f.add(upper, mT(f.triu(upper, 1)));
  const sum = sumOf(dq, times(q, both))!;
  return f.linalg_solve_triangular(mT(r), sum, false, false);
}

function gradient(c: BackwardContext): Tensor | null {
  const mode = c.attr<string>('mode');
  const [dq, dr] = c.grads;
  if (mode === 'r')
    throw runtimeError(
      "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr.",
    );
  const [q, r] = [c.saved('result0'), c.saved('result1')];
  const [m, n] = c.shape('A').slice(-2);
  if (mode === 'complete' && m > n)
    throw runtimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.");
  if (m >= n) return tallGradient(q, r, dq, dr);
  // A = [X | Y] with X square: X = QU, Y = QV, R = [U | V].
  const [u, v] = [f.narrow(r, -1, 0, m), f.narrow(r, -1, m, n - m)];
  const du = dr && f.narrow(dr, -1, 0, m);
  const dv = dr && f.narrow(dr, -1, m, n - m);
  const dx = tallGradient(q, u, sumOf(dq, dv && times(q, v, mT(dv))), du);
  if (!dx) return null;
  return f.cat([dx, dv ? times(q, dv) : f.zeros_like(times(q, v))], -1);
}

const samples = (): Sample[] => [
  given([matrix(3, 2)]),
  given([double(3, 3)]),
  given([double(2, 4)]),
  given([double(2, 3, 2)]),
  given([{ shape: [2, 4], permute: [1, 0], dtype: 'float64' }]),
  given([matrix(0, 3)]),
  given([matrix(3, 0)]),
];

op<[Tensor, string]>({
  schema: "linalg_qr(Tensor A, str mode='reduced') -> (Tensor Q, Tensor R)",
  faces: ['torch.linalg:qr'],
  formula: 'A = Q · R, QᵀQ = I, R upper triangular',
  gradient: 'dA = (dQ + Q · sym(triu(dR·Rᵀ − Qᵀ·dQ))) · R⁻ᵀ',
  forward: (A, mode) => {
    checkMatrix(A, 'linalg.qr');
    checkFloat(A, 'linalg.qr');
    if (!['reduced', 'complete', 'r'].includes(mode))
      throw runtimeError(
        `qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`,
      );
    return qr(A, mode);
  },
  saves: ['result0', 'result1'],
  grads: { A: gradient },
  samples: () => [
    ...samples(),
    given([double(3, 2), 'complete']),
    given([double(3, 2), 'r']),
    given([double(2, 3), 'complete']),
    given([matrix(3)]),
    given([matrix(2, 2), 'other']),
    given([{ shape: [2, 2], dtype: 'int64' }]),
  ],
});

op<[Tensor, boolean]>({
  schema: 'qr(Tensor input, bool some=True) -> (Tensor Q, Tensor R)',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'A = Q · R, QᵀQ = I, R upper triangular',
  gradient: 'as of linalg.qr',
  forward: (A, some) => f.linalg_qr(A, some ? 'reduced' : 'complete'),
  samples: () => [given([double(3, 2)]), given([{ shape: [3, 2], requiresGrad: false }, false])],
});

op<[Tensor]>({
  schema: 'geqrf(Tensor input) -> (Tensor a, Tensor tau)',
  faces: ['torch', 'Tensor'],
  formula: 'A = Q · R: R in the upper triangle, the vectors of the reflections H = I − τ·v·vᵀ below it',
  gradient: 'none in PyTorch',
  forward: (A) => {
    checkMatrix(A, 'torch.geqrf', 'input');
    const { a, tau, k } = factored(A);
    return [columnMajor(A.dtype, a), vectors(A.dtype, a.batch, k, tau)];
  },
  grads: { input: raiseNotImplemented('geqrf') },
  samples: () => samples().map((s) => withoutGradient(s)),
});

/** The same, but nothing asks for a gradient. */
function withoutGradient({ args }: Sample): Sample {
  return { args: args.map((a) => ({ tensor: { ...(a as { tensor: object }).tensor, requiresGrad: false } }) as never) };
}
