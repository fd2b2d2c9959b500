/** Least squares. Gradients: PyTorch's linalg_lstsq_backward, by way of the pseudo-inverse. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel } from '../kernels/elementwise';
import { columnMajor, readMatrices, vectors, zeroMatrices } from '../kernels/lapack/matrix';
import { gesdd } from '../kernels/lapack/svd';
import { type BackwardContext, op } from '../op';
import { sameShape } from '../shape';
import { Tensor } from '../tensor';
import { double, given, matrix, mT, sameBatch, times } from './matrices';
import { pinvGradient } from './matrixNorm';
import { floatsOnly } from './refusals';

const DRIVERS = ['gels', 'gelsy', 'gelsd', 'gelss'];
const isVector = (A: Tensor, B: Tensor) =>
  B.rank === 1 || (A.rank - 1 === B.rank && sameShape(B.shape, A.shape.slice(0, -1)));

function check(A: Tensor, B: Tensor, driver: string): boolean {
  const fn = 'torch.linalg.lstsq';
  if (A.rank < 2) throw runtimeError(`${fn}: input must have at least 2 dimensions.`);
  if (B.rank < 1) throw runtimeError(`${fn}: other must have at least 1 dimension.`);
  if (A.dtype !== B.dtype)
    throw runtimeError(
      `${fn}: Expected input and other to have the same dtype, but got input's dtype ${dtypeLabel(A.dtype)} and other's dtype ${dtypeLabel(B.dtype)}`,
    );
  const vector = isVector(A, B);
  const rows = vector ? B.shape[B.rank - 1] : B.shape[B.rank - 2];
  if (A.shape[A.rank - 2] !== rows)
    throw runtimeError(
      vector
        ? `${fn}: input.size(-2) should match other.size(-1)`
        : `${fn}: input.size(-2) should match other.size(-2)`,
    );
  if (!DRIVERS.includes(driver))
    throw runtimeError(`${fn}: parameter \`driver\` should be one of (gels, gelsy, gelsd, gelss)`);
  floatsOnly('linalg_lstsq_cpu', A.dtype);
  return vector;
}

op<[Tensor, Tensor, number | null, string | null]>({
  schema:
    'linalg_lstsq(Tensor input, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)',
  faces: ['torch.linalg:lstsq'],
  formula: 'X with ‖A · X − B‖ least, and ‖X‖ least among those',
  gradient: 'dB = A⁺ᵀ · dX,  dA = that of A⁺ = dX · Bᵀ',
  forward: (A, B, rcond, named) => {
    const driver = named ?? 'gelsy';
    const vector = check(A, B, driver);
    const columns = vector ? B.alias([...B.shape, 1], [...B.strides, 0]) : B;
    const [wideA, wideB, batch] = sameBatch(A, columns);
    const [a, b] = [readMatrices(wideA), readMatrices(wideB)];
    const { count, m, n } = a;
    const [k, nrhs] = [Math.min(m, n), b.n];
    // LAPACK's solution lies in the memory of B, which has as many rows as the larger side.
    const tall = Math.max(m, n);
    const x = zeroMatrices(batch, tall, nrhs);
    const ranks = new Float64Array(count);
    const values = new Float64Array(count * k);
    const residuals = new Float64Array(count * nrhs);
    const eps = A.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
    const cut = driver === 'gels' ? 0 : (rcond ?? eps * Math.max(m, n));
    for (let i = 0; i < count; i++) {
      const page = a.data.slice(i * m * n, (i + 1) * m * n);
      const found = k ? gesdd(page, m, n, false, eps / 2) : null;
      if (!found) continue;
      const { u, s, vt } = found;
      values.set(s, i * k);
      const rank = s.filter((v) => v > cut * s[0]).length;
      ranks[i] = rank;
      for (let c = 0; c < nrhs; c++) {
        const o = (i * nrhs + c) * m;
        let rest = 0;
        for (let j = 0; j < m; j++) rest += b.data[o + j] ** 2;
        for (let r = 0; r < rank; r++) {
          let dot = 0;
          for (let j = 0; j < m; j++) dot += u[r * m + j] * b.data[o + j];
          for (let j = 0; j < n; j++) x.data[(i * nrhs + c) * tall + j] += (dot / s[r]) * vt[j * k + r];
        }
        rest = 0;
        for (let j = 0; j < m; j++) {
          let y = -b.data[o + j];
          for (let q = 0; q < n; q++) y += a.data[i * m * n + q * m + j] * x.data[(i * nrhs + c) * tall + q];
          rest += y * y;
        }
        residuals[i * nrhs + c] = rest;
      }
    }
    const spectral = driver === 'gelsd' || driver === 'gelss';
    const known = m > n && driver !== 'gelsy' && (!spectral || ranks.every((r) => r === n));
    const none = () => Tensor.zeros(A.dtype, [0]);
    const all = columnMajor(A.dtype, x);
    const X = all.alias([...batch, n, nrhs], all.strides);
    const rank = Tensor.zeros('int64', driver === 'gels' ? [0] : batch);
    if (driver !== 'gels') (rank.storage.data as BigInt64Array).set(Array.from(ranks, BigInt));
    return [
      vector ? X.alias(X.shape.slice(0, -1), X.strides.slice(0, -1)) : X,
      known ? vectors(A.dtype, batch, nrhs, residuals) : none(),
      rank,
      spectral ? vectors(A.dtype, batch, k, values) : none(),
    ];
  },
  constants: [3],
  saves: ['input', 'b', 'result0'],
  grads: { input: (c) => gradients(c).dA, b: (c) => gradients(c).dB },
  samples: () => [
    given([double(3, 2), double(3, 2)]),
    given([double(3, 3), double(3)]),
    given([double(2, 3), double(2, 1)]),
    given([double(2, 3, 2), double(2, 3, 1)], { driver: 'gelsd' }),
    given([double(3, 2), double(3, 1)], { driver: 'gels' }),
    given([double(3, 2), double(3, 1)], { driver: 'gelss' }),
    given([matrix(3, 2), matrix(2)]),
    given([matrix(3, 2), matrix(3, 1)], { driver: 'other' }),
  ],
});

function gradients(c: BackwardContext): { dA: Tensor | null; dB: Tensor | null } {
  const [A, given] = [c.saved('input'), c.saved('b')];
  const column = isVector(A, given);
  const wide = (t: Tensor) => (column ? f.unsqueeze(t, -1) : t);
  const [B, X] = [wide(given), wide(c.saved('result0'))];
  const [gX, gL] = c.grads;
  let dA: Tensor | null = null;
  let dB: Tensor | null = null;
  if (gX) {
    const y = f.linalg_pinv(A);
    dB = times(mT(y), wide(gX));
    dA = pinvGradient(times(wide(gX), mT(B)), y, A);
  }
  if (gL && gL.count > 0) {
    const r = f.mul(f.mul(f.sub(times(A, X), B), f.unsqueeze(gL, -2)), 2);
    dA = dA ? f.add(dA, times(r, mT(X))) : times(r, mT(X));
    dB = dB ? f.sub(dB, r) : f.neg(r);
  }
  return { dA, dB: dB && column ? f.squeeze_dim(dB, -1) : dB };
}
