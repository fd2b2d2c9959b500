/** Triangular systems. Gradients: PyTorch's linalg_solve_triangular_backward, triangular_solve_backward. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { columnMajor, readMatrices, rowMajor, turned } from '../kernels/lapack/matrix';
import { solveTriangular, type Triangle } from '../kernels/lapack/triangular';
import { type BackwardContext, op } from '../op';
import type { Tensor } from '../tensor';
import {
  checkMatrix,
  checkSameType,
  checkSquare,
  double,
  given,
  matrix,
  mT,
  sameBatch,
  sumOf,
  times,
} from './matrices';

/** The leading part of A that a triangular solve reads, as a gradient of it is laid. */
const triangle = (t: Tensor, upper: boolean, unit: boolean): Tensor =>
  upper ? f.triu(t, unit ? 1 : 0) : f.tril(t, unit ? -1 : 0);

/** Solves A · X = B for every matrix, one batch shape given. */
function solved(A: Tensor, B: Tensor, rule: Triangle) {
  const a = readMatrices(A);
  const x = readMatrices(B);
  for (let b = 0; b < x.count; b++) solveTriangular(a.data, b * a.m * a.n, a.n, rule, x.data, b * x.m * x.n, x.n);
  return x;
}

const SYSTEM = (left: boolean) => (left ? 'AX = B' : 'XA = B');

op<[Tensor, Tensor, boolean, boolean, boolean]>({
  schema:
    'linalg_solve_triangular(Tensor input, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor',
  faces: ['torch.linalg:solve_triangular'],
  formula: 'X with A · X = B (left) or X · A = B, A triangular',
  gradient: 'dB = A⁻ᵀ · dX,  dA = −dB · Xᵀ, of the triangle',
  forward: (A, B, upper, left, unitriangular) => {
    const fn = 'linalg.solve_triangular';
    checkSquare(A, fn);
    checkMatrix(B, fn, 'B');
    if (A.shape[A.rank - 2] !== B.shape[B.rank - (left ? 2 : 1)])
      throw runtimeError(
        `${fn}: Incompatible shapes of A and B for the equation ${SYSTEM(left)} (${A.shape.slice(-2).join('x')} and ${B.shape.slice(-2).join('x')})`,
      );
    checkSameType(A, B, fn);
    const [a, b] = sameBatch(A, B);
    if (left) return columnMajor(A.dtype, solved(a, b, { upper, transposed: false, unit: unitriangular }));
    // X · A = B is Aᵀ · Xᵀ = Bᵀ; what lies column-major there lies row-major here.
    const x = solved(a, turned(b), { upper, transposed: true, unit: unitriangular });
    return turned(rowMajor(A.dtype, x));
  },
  saves: ['input', 'result'],
  grads: {
    input: (c) => {
      const { upper, left, unit } = options(c);
      const [dB, X] = [dBOf(c), c.saved('result')];
      const dA = left ? times(dB, mT(X)) : times(mT(X), dB);
      return triangle(f.neg(dA), upper, unit);
    },
    B: dBOf,
  },
  samples: () => {
    const upper = { upper: true };
    return [
      given([matrix(3, 3), matrix(3, 2)], upper),
      given([double(3, 3), double(3, 2)], { upper: false }),
      given([double(2, 2), double(3, 2)], { upper: true, left: false }),
      given([double(2, 2), double(3, 2)], { upper: false, left: false, unitriangular: true }),
      given([double(2, 2, 2), double(2, 1)], { upper: true, unitriangular: true }),
      given([double(1, 2, 2), double(3, 1, 2, 1)], upper),
      given(
        [
          { shape: [2, 2], permute: [1, 0] },
          { shape: [3, 2], permute: [1, 0] },
        ],
        upper,
      ),
      given([matrix(0, 0), matrix(0, 2)], upper),
      given([matrix(3, 2), matrix(3, 2)], upper),
      given([matrix(3, 3), matrix(2, 3)], upper),
      given([matrix(3, 3), matrix(2)], upper),
    ];
  },
});

const options = (c: BackwardContext) => ({
  upper: c.attr<boolean>('upper'),
  left: c.attr<boolean>('left'),
  unit: c.attr<boolean>('unitriangular'),
});

function dBOf(c: BackwardContext): Tensor {
  const { upper, left, unit } = options(c);
  return f.linalg_solve_triangular(mT(c.saved('input')), c.grad, !upper, left, unit);
}

op<[Tensor, Tensor, boolean, boolean, boolean]>({
  schema:
    'triangular_solve(Tensor input, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)',
  faces: ['torch', 'Tensor'],
  formula: 'X with A · X = B, or Aᵀ · X = B',
  gradient: 'dB = A⁻ᵀ · dX,  dA = −dB · Xᵀ, of the triangle',
  forward: (B, A, upper, transpose, unit) => {
    const fn = 'torch.triangular_solve';
    for (const [name, t] of [['b', B] as const, ['A', A] as const])
      if (t.rank < 2)
        throw runtimeError(
          `${fn}: Expected ${name} to have at least 2 dimensions, but it has ${t.rank} dimensions instead`,
        );
    checkSquare(A, 'triangular_solve');
    const [n, k] = [A.shape[A.rank - 1], B.shape[B.rank - 2]];
    if (n !== k)
      throw runtimeError(
        `Incompatible matrix sizes for triangular_solve: each A matrix is ${n} by ${n} but each b matrix is ${k} by ${B.shape[B.rank - 1]}`,
      );
    const [a, b] = sameBatch(A, B);
    const solution = columnMajor(A.dtype, solved(a, b, { upper, transposed: transpose, unit }));
    return [solution, columnMajor(A.dtype, readMatrices(a))];
  },
  saves: ['A', 'result'],
  grads: {
    input: oldDB,
    A: (c) => {
      const [x, dB] = [c.saved('result'), oldDB(c)];
      const dA = c.attr<boolean>('transpose') ? times(x, mT(dB)) : times(dB, mT(x));
      return sumOf(triangle(f.neg(dA), c.attr('upper'), c.attr('unitriangular')), c.grads[1]);
    },
  },
  samples: () => [
    given([matrix(3, 2), matrix(3, 3)]),
    given([double(3, 2), double(3, 3), false, true]),
    given([double(3, 2, 1), double(2, 2), true, false, true]),
    given([matrix(2, 2), matrix(3, 3)]),
    given([matrix(2), matrix(3, 3)]),
  ],
});

function oldDB(c: BackwardContext): Tensor {
  const upper = c.attr<boolean>('upper');
  const A = c.saved('A');
  const unit = c.attr<boolean>('unitriangular');
  const dX = c.grads[0] ?? f.zeros_like(c.saved('result'));
  return c.attr<boolean>('transpose')
    ? f.linalg_solve_triangular(A, dX, upper, true, unit)
    : f.linalg_solve_triangular(mT(A), dX, !upper, true, unit);
}
