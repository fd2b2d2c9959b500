/** LU and what is solved with it. Gradients: PyTorch's plu_backward, linalg_lu_solve_LU, lu_unpack_backward. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { expandTo } from '../kernels/copy';
import { getrf, getrs, rowOrder } from '../kernels/lapack/lu';
import {
  columnMajor,
  type Matrices,
  readExactly,
  readMatrices,
  rowMajor,
  turned,
  zeroMatrices,
} from '../kernels/lapack/matrix';
import { type BackwardContext, op, type Sample } from '../op';
import { broadcast, show } from '../shape';
import { Tensor } from '../tensor';
import {
  batchElement,
  batchOf,
  checkMatrix,
  checkSameType,
  checkSquare,
  double,
  given,
  matrix,
  mT,
  sumOf,
  times,
} from './matrices';
import { floatsOnly } from './refusals';

export interface Factored {
  lu: Tensor;
  pivots: Tensor;
  info: Tensor;
}

/** P · L · U = A of every matrix, L and U packed in one. */
export function factored(A: Tensor): Factored {
  const a = readExactly(A);
  const { batch, count, m, n } = a;
  const k = Math.min(m, n);
  const pivots = Tensor.zeros('int32', [...batch, k]);
  const info = Tensor.zeros('int32', batch);
  for (let b = 0; b < count; b++)
    info.storage.data[b] = getrf(a.data, b * m * n, m, n, pivots.storage.data as Int32Array, b * k);
  return { lu: columnMajor(A.dtype, a), pivots, info };
}

/** X of A · X = B (or Aᵀ) from A's factors, as columns; the leading dimensions must agree. */
export function solvedBy(lu: Tensor, pivots: Tensor, B: Tensor, transposed: boolean): Matrices {
  const a = readMatrices(lu);
  const x = readMatrices(B);
  const p = pivots.values() as Int32Array;
  for (let b = 0; b < x.count; b++)
    getrs(a.data, b * a.m * a.n, a.n, p, b * a.n, transposed, x.data, b * x.m * x.n, x.n);
  return x;
}

function checkLu(A: Tensor, pivot: boolean, fn: string): void {
  if (A.rank < 2)
    throw runtimeError(`${fn}: Expected tensor with 2 or more dimensions. Got size: ${show(A.shape)} instead`);
  if (!pivot) throw runtimeError('linalg.lu_factor: LU without pivoting is not implemented on the CPU');
  floatsOnly('lu_cpu', A.dtype);
}

/** The first matrix whose factor has a zero on U's diagonal is an error where errors are asked for. */
export function checkLuInfo(info: Tensor, fn: string): void {
  const found = info.values() as Int32Array;
  const nr = found.findIndex((v) => v !== 0);
  if (nr >= 0)
    throw runtimeError(
      `${fn}: ${batchElement(info.shape, nr)}U[${found[nr]},${found[nr]}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)`,
    );
}

/** dA of A = P · L · U, from the gradients of L's strict lower and U's upper triangle. */
function luGradient(dL: Tensor | null, dU: Tensor | null, P: Tensor, L: Tensor, U: Tensor): Tensor | null {
  const [m, n] = [L.shape[L.rank - 2], U.shape[U.rank - 1]];
  const k = Math.min(m, n);
  const square = (l: Tensor, u: Tensor, dl: Tensor | null, du: Tensor | null): Tensor => {
    const inner = sumOf(dl && f.tril(times(mT(l), dl), -1), du && f.triu(times(du, mT(u))))!;
    return f.linalg_solve_triangular(mT(u), f.linalg_solve_triangular(mT(l), inner, true, true, true), false, false);
  };
  if (!dL && !dU) return null;
  if (m === n) return times(P, square(L, U, dL, dU));
  if (m > n) {
    const top = (t: Tensor) => f.narrow(t, -2, 0, k);
    const rest = (t: Tensor) => f.narrow(t, -2, k, m - k);
    // The lower rows: L₂ = A₂ · U⁻¹.
    const d2 = dL && f.linalg_solve_triangular(mT(U), rest(dL), false, false);
    const du = sumOf(dU, d2 && f.neg(f.triu(times(mT(rest(L)), d2))));
    const d1 = square(top(L), U, dL && top(dL), du);
    return times(P, f.cat([d1, d2 ?? f.zeros_like(rest(L))], -2));
  }
  const left = (t: Tensor) => f.narrow(t, -1, 0, k);
  const rest = (t: Tensor) => f.narrow(t, -1, k, n - k);
  // The columns on the right: U₂ = L⁻¹ · A₂.
  const d2 = dU && f.linalg_solve_triangular(mT(L), rest(dU), true, true, true);
  const dl = sumOf(dL, d2 && f.neg(f.tril(times(d2, mT(rest(U))), -1)));
  const d1 = square(L, left(U), dl, dU && left(dU));
  return times(P, f.cat([d1, d2 ?? f.zeros_like(rest(U))], -1));
}

/** P, L and U of packed factors, as ops; without gradients. */
const unpacked = (c: BackwardContext, lu: string, pivots: string) =>
  f.lu_unpack(c.saved(lu), c.saved(pivots)) as unknown as [Tensor, Tensor, Tensor];

const samples = (): Sample[] => [
  given([matrix(3, 3)]),
  given([double(3, 3)]),
  given([double(2, 3, 2)]),
  given([double(2, 4)]),
  given([{ shape: [3, 3], permute: [1, 0], dtype: 'float64' }]),
  given([matrix(0, 3)]),
  given([matrix(3)]),
  given([{ shape: [2, 2], dtype: 'int64' }]),
];

op<[Tensor, boolean, boolean]>({
  schema:
    'linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor pivots, Tensor info)',
  faces: ['torch.linalg:lu_factor_ex'],
  formula:
    'A = P · L · U with partial pivoting; L and U packed in one matrix, pivots: the row that each row was exchanged with',
  gradient: 'dA = P · L⁻ᵀ · (tril(Lᵀ·dL, −1) + triu(dU·Uᵀ)) · U⁻ᵀ',
  forward: (A, pivot, check) => {
    checkLu(A, pivot, 'torch.lu_factor');
    const { lu, pivots, info } = factored(A);
    if (check) checkLuInfo(info, 'torch.linalg.lu_factor_ex');
    return [lu, pivots, info];
  },
  saves: ['result0', 'result1'],
  grads: {
    A: (c) => {
      const [P, L, U] = unpacked(c, 'result0', 'result1');
      const [m, n] = c.shape('A').slice(-2);
      const k = Math.min(m, n);
      return luGradient(f.tril(f.narrow(c.grad, -1, 0, k), -1), f.triu(f.narrow(c.grad, -2, 0, k)), P, L, U);
    },
  },
  samples: () => [...samples(), given([matrix(2, 2)], { pivot: false })],
});

op<[Tensor, boolean]>({
  schema: 'linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)',
  faces: ['torch.linalg:lu_factor'],
  composite: true,
  formula: 'A = P · L · U with partial pivoting; L and U packed in one matrix',
  gradient: 'as of lu_factor_ex',
  forward: (A, pivot) => {
    const [lu, pivots, info] = f.linalg_lu_factor_ex(A, pivot) as unknown as Tensor[];
    checkLuInfo(info, 'torch.linalg.lu_factor');
    return [lu, pivots];
  },
  samples: () => [given([double(3, 3)]), given([{ shape: [2, 2], data: [1, 2, 2, 4] }])],
});

op<[Tensor, boolean]>({
  schema: 'linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)',
  faces: ['torch.linalg:lu'],
  formula: 'A = P · L · U with partial pivoting',
  gradient: 'dA = P · L⁻ᵀ · (tril(Lᵀ·dL, −1) + triu(dU·Uᵀ)) · U⁻ᵀ',
  forward: (A, pivot) => {
    checkLu(A, pivot, 'linalg.lu');
    const { lu, pivots } = factored(A);
    return unpack(lu, pivots, true, true);
  },
  constants: [0],
  saves: ['result0', 'result1', 'result2'],
  grads: {
    A: (c) =>
      luGradient(
        c.grads[1] && f.tril(c.grads[1], -1),
        c.grads[2] && f.triu(c.grads[2]),
        c.saved('result0'),
        c.saved('result1'),
        c.saved('result2'),
      ),
  },
  samples,
});

/** P, L and U as matrices of their own. */
function unpack(lu: Tensor, pivots: Tensor, data: boolean, withP: boolean): Tensor[] {
  const a = readMatrices(lu);
  const { batch, count, m, n } = a;
  const k = Math.min(m, n);
  const none = () => Tensor.zeros(lu.dtype, [0]);
  const [P, L, U] = [zeroMatrices(batch, m, withP ? m : 0), zeroMatrices(batch, m, k), zeroMatrices(batch, k, n)];
  const p = pivots.values() as Int32Array;
  for (let b = 0; b < count; b++) {
    if (withP)
      rowOrder(p, b * k, k, m).forEach((j, i) => {
        P.data[b * m * m + j * m + i] = 1;
      });
    for (let j = 0; j < n; j++)
      for (let i = 0; i < m; i++) {
        const v = a.data[b * m * n + j * m + i];
        if (i > j) L.data[b * m * k + j * m + i] = v;
        else U.data[b * k * n + j * k + i] = v;
      }
    for (let i = 0; i < k; i++) L.data[b * m * k + i * m + i] = 1;
  }
  const shown = (part: Matrices) => rowMajor(lu.dtype, part);
  return [withP ? shown(P) : none(), data ? shown(L) : none(), data ? shown(U) : none()];
}

op<[Tensor, Tensor, boolean, boolean]>({
  schema:
    'lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)',
  faces: ['torch'],
  formula: 'P, L and U of packed factors: L has ones on its diagonal',
  gradient: 'd(LU) = tril(dL, −1) + triu(dU)',
  forward: (lu, pivots, data, withP) => {
    if (withP && pivots.dtype !== 'int32')
      throw runtimeError(
        'torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this function is intended to be used with the output produced by torch.linalg.lu_factor',
      );
    checkMatrix(lu, 'torch.lu_unpack', 'LU_data');
    return unpack(lu, pivots, data, withP);
  },
  constants: [0],
  grads: {
    LU_data: (c) => {
      const [, dL, dU] = c.grads;
      const [m, n] = c.shape('LU_data').slice(-2);
      const wide = (t: Tensor, rows: number, columns: number) => {
        const [r, k] = t.shape.slice(-2);
        const batch = t.shape.slice(0, -2);
        const more = (shape: number[]) => f.new_zeros(t, [...batch, ...shape]);
        const tall = r < rows ? f.cat([t, more([rows - r, k])], -2) : t;
        return k < columns ? f.cat([tall, more([rows, columns - k])], -1) : tall;
      };
      return sumOf(dL && wide(f.tril(dL, -1), m, n), dU && wide(f.triu(dU), m, n));
    },
  },
  samples: () => {
    const pivots = { shape: [2], dtype: 'int32' as const, data: [2, 2] };
    return [
      given([double(2, 2), pivots]),
      given([double(3, 2), pivots]),
      given([double(2, 3), pivots, true, false]),
      given([double(2, 2), { shape: [2], dtype: 'int64', data: [2, 2] }]),
    ];
  },
});

op<[Tensor, Tensor, Tensor, boolean, boolean]>({
  schema: 'linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor',
  faces: ['torch.linalg:lu_solve'],
  formula: 'X with A · X = B (left) or X · A = B, A given by its factors',
  gradient: 'dB = A⁻ᵀ · dX,  d(LU) = tril(Pᵀ·dA·Uᵀ, −1) + triu(Lᵀ·Pᵀ·dA) with dA = −dB · Xᵀ',
  forward: (LU, pivots, B, left, adjoint) => {
    const fn = 'linalg.lu_solve';
    checkSquare(LU, fn, 'LU');
    checkMatrix(B, fn, 'B');
    if (LU.dtype !== B.dtype) checkSameType(LU, B, fn);
    if (pivots.dtype !== 'int32') throw runtimeError(`${fn}: pivots should be a Tensor of scalar type torch.int32`);
    const n = LU.shape[LU.rank - 1];
    if (B.shape[B.rank - (left ? 2 : 1)] !== n)
      throw runtimeError(
        `${fn}: Incompatible shapes of A and B for the equation ${left ? 'AX = B' : 'XA = B'} (${n}x${n} and ${B.shape.slice(-2).join('x')})`,
      );
    if (pivots.shape[pivots.rank - 1] !== n)
      throw runtimeError(`${fn}: Number of pivots per batch should be same as the dimension of the matrix`);
    if (show(pivots.shape.slice(0, -1)) !== show(batchOf(LU)))
      throw runtimeError(
        `${fn}: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape ${show(pivots.shape)} instead`,
      );
    const batch = broadcast(batchOf(LU), batchOf(B));
    const wide = (t: Tensor, own: number) => expandTo(t, [...batch, ...t.shape.slice(-own)]);
    const [lu, p, b] = [wide(LU, 2), wide(pivots, 1), wide(B, 2)];
    if (left) return columnMajor(B.dtype, solvedBy(lu, p, b, adjoint));
    return turned(columnMajor(B.dtype, solvedBy(lu, p, turned(b), !adjoint)));
  },
  saves: ['LU', 'pivots', 'result'],
  grads: {
    LU: (c) => {
      const [left, adjoint] = [c.attr<boolean>('left'), c.attr<boolean>('adjoint')];
      const [P, L, U] = unpacked(c, 'LU', 'pivots');
      const [X, dB] = [c.saved('result'), luSolveB(c)];
      const dA =
        left === adjoint ? (left ? times(X, mT(dB)) : times(mT(X), dB)) : left ? times(dB, mT(X)) : times(mT(dB), X);
      const turnedP = times(mT(P), f.neg(dA));
      return f.add(f.tril(times(turnedP, mT(U)), -1), f.triu(times(mT(L), turnedP)));
    },
    B: luSolveB,
  },
  samples: () => {
    const pivots = { shape: [2], dtype: 'int32' as const, data: [2, 2] };
    const a: Sample['args'][0] = { tensor: { shape: [2, 2], dtype: 'float64', data: [2, 0.5, 0.25, 1.5] } };
    return [
      given([a, pivots, double(2, 3)]),
      given([a, pivots, double(2, 3)], { adjoint: true }),
      given([a, pivots, double(3, 2)], { left: false }),
      given([a, pivots, double(2, 3, 2)], { left: false, adjoint: true }),
      given([a, pivots, double(3, 2)]),
      given([a, { shape: [1], dtype: 'int32', data: [1] }, double(2, 3)]),
    ];
  },
});

function luSolveB(c: BackwardContext): Tensor {
  const [left, adjoint] = [c.attr<boolean>('left'), c.attr<boolean>('adjoint')];
  return f.linalg_lu_solve(c.saved('LU'), c.saved('pivots'), c.grad, left, !adjoint);
}

op<[Tensor, Tensor, Tensor]>({
  schema: 'lu_solve(Tensor input, Tensor LU_data, Tensor LU_pivots) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'X with A · X = B, A given by its factors',
  gradient: 'as of linalg.lu_solve',
  forward: (B, lu, pivots) => f.linalg_lu_solve(lu, pivots, B),
  samples: () => [
    given([
      double(2, 3),
      { shape: [2, 2], dtype: 'float64', data: [2, 0.5, 0.25, 1.5] },
      { shape: [2], dtype: 'int32', data: [2, 2] },
    ]),
  ],
});
