/** Systems of equations, inverses, determinants. Gradients: PyTorch's linalg_solve_backward, linalg_det_backward and their kin. */
import { context } from '../context';
import type { DType } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { expandTo } from '../kernels/copy';
import { columnMajor, type Floats, readExactly, rowMajor, turned } from '../kernels/lapack/matrix';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { broadcast, sameShape } from '../shape';
import { Tensor } from '../tensor';
import { factored, solvedBy } from './lu';
import {
  batchElement,
  batchOf,
  checkFloat,
  checkMatrix,
  checkSameType,
  checkSquare,
  double,
  given,
  linalgError,
  matrix,
  mT,
  times,
} from './matrices';
import { floatsOnly } from './refusals';

/** Is B a vector for each matrix of A, not a matrix? */
const isVector = (A: Tensor, B: Tensor) =>
  B.rank === 1 || (A.rank - 1 === B.rank && sameShape(B.shape, A.shape.slice(0, -1)));

op<[Tensor, Tensor, boolean, boolean]>({
  schema:
    '_linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)',
  faces: [],
  formula: 'X with A · X = B (left) or X · A = B',
  gradient: 'dB = A⁻ᵀ · dX,  dA = −dB · Xᵀ',
  forward: (A, B, left) => {
    const vector = isVector(A, B);
    const columns = vector ? B.alias([...B.shape, 1], [...B.strides, 0]) : B;
    const batch = broadcast(batchOf(A), batchOf(columns));
    const { lu, pivots, info } = factored(A);
    const wide = (t: Tensor, own: number) => expandTo(t, [...batch, ...t.shape.slice(t.rank - own)]);
    const b = wide(columns, 2);
    const [l, p] = [wide(lu, 2), wide(pivots, 1)];
    const x = left
      ? columnMajor(A.dtype, solvedBy(l, p, b, false))
      : turned(rowMajor(A.dtype, solvedBy(l, p, turned(b), true)));
    return [vector ? vectorsLaidAsMatrix(A.dtype, x) : x, info];
  },
  saves: ['A', 'B', 'result0'],
  grads: {
    A: (c) => {
      const [vector, left] = [isVector(c.saved('A'), c.saved('B')), c.attr<boolean>('left')];
      const column = (t: Tensor) => (vector ? f.unsqueeze(t, -1) : t);
      const [dB, X] = [column(solveB(c)), column(c.saved('result0'))];
      return f.neg(left ? times(dB, mT(X)) : times(mT(X), dB));
    },
    B: solveB,
  },
  samples: () => [given([double(3, 3), double(3, 2)]), given([double(2, 3, 3), double(2, 3)])],
});

/** Solutions of one column each, as PyTorch lays them: the last two dimensions as a matrix with its columns one after the other. */
function vectorsLaidAsMatrix(dtype: DType, x: Tensor): Tensor {
  const t = Tensor.of(dtype, x.shape.slice(0, -1), x.values());
  return t.rank < 2 ? t : columnMajor(dtype, readExactly(t));
}

function solveB(c: BackwardContext): Tensor {
  const [A, left] = [c.saved('A'), c.attr<boolean>('left')];
  const column = isVector(A, c.saved('B'));
  const dX = column ? f.unsqueeze(c.grad, -1) : c.grad;
  const dB = f.linalg_solve(mT(A), dX, left);
  return column ? f.squeeze_dim(dB, -1) : dB;
}

function checkSolve(A: Tensor, B: Tensor, left: boolean): void {
  const fn = 'linalg.solve';
  checkFloat(A, fn);
  checkSameType(A, B, fn);
  checkSquare(A, fn);
  const vector = isVector(A, B);
  if (!vector) checkMatrix(B, fn, 'B');
  const b = vector ? [...B.shape, 1] : B.shape;
  const n = A.shape[A.rank - 1];
  const rows = b[b.length - (left ? 2 : 1)];
  if (rows !== n || (vector && !left))
    throw runtimeError(
      `${fn}: Incompatible shapes of A and B for the equation ${left ? 'AX = B' : 'XA = B'} (${n}x${n} and ${b.slice(-2).join('x')})`,
    );
}

const SOLVE_SAMPLES = (): Sample[] => [
  given([matrix(3, 3), matrix(3, 2)]),
  given([double(3, 3), double(3)]),
  given([double(2, 3, 3), double(2, 3)]),
  given([double(2, 2, 2), double(2, 3)]),
  given([double(2, 2), double(3, 2, 1)]),
  given([double(2, 2), double(3, 2)], { left: false }),
  given([
    { shape: [2, 2], permute: [1, 0] },
    { shape: [3, 2], permute: [1, 0] },
  ]),
  given([matrix(0, 0), matrix(0, 2)]),
  given([matrix(2, 2), matrix(3, 1)]),
  given([matrix(2, 3), matrix(3)]),
  given([matrix(2, 2), double(2)]),
  given([matrix(2), matrix(2)]),
  given([
    { shape: [2, 2], dtype: 'int64' },
    { shape: [2], dtype: 'int64' },
  ]),
];
const singular: SampleTensor = { shape: [2, 2], data: [1, 2, 2, 4] };
const oneSingular: SampleTensor = { shape: [2, 2, 2], data: [1, 0, 0, 1, 1, 2, 2, 4] };

/** The first matrix that could not be inverted, as an error. */
function refuseSingular(info: Tensor, words: (place: string, pivot: number) => string): void {
  const found = info.values() as Int32Array;
  const nr = found.findIndex((v) => v !== 0);
  if (nr >= 0) throw linalgError(words(batchElement(info.shape, nr), found[nr]));
}

op<[Tensor, Tensor, boolean, boolean]>({
  schema:
    'linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)',
  faces: ['torch.linalg:solve_ex'],
  composite: true,
  formula: 'X with A · X = B (left) or X · A = B; info: the first zero pivot, or 0',
  gradient: 'dB = A⁻ᵀ · dX,  dA = −dB · Xᵀ',
  forward: (A, B, left, check) => {
    checkSolve(A, B, left);
    const [x, info] = f._linalg_solve_ex(A, B, left) as unknown as Tensor[];
    if (check)
      refuseSingular(
        info,
        (at) => `torch.linalg.solve_ex: ${at}The solver failed because the input matrix is singular.`,
      );
    return [x, info];
  },
  samples: () => [given([double(2, 2, 2), double(2, 1)]), given([singular, matrix(2)], { check_errors: true })],
});

op<[Tensor, Tensor, boolean]>({
  schema: 'linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor',
  faces: ['torch.linalg:solve'],
  composite: true,
  formula: 'X with A · X = B (left) or X · A = B',
  gradient: 'dB = A⁻ᵀ · dX,  dA = −dB · Xᵀ',
  forward: (A, B, left) => {
    checkSolve(A, B, left);
    const [x, info] = f._linalg_solve_ex(A, B, left) as unknown as Tensor[];
    refuseSingular(info, (at) => `torch.linalg.solve: ${at}The solver failed because the input matrix is singular.`);
    return x;
  },
  samples: () => [...SOLVE_SAMPLES(), given([singular, matrix(2)]), given([oneSingular, matrix(2, 1)])],
});

op<[Tensor, boolean]>({
  schema: 'linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)',
  faces: ['torch.linalg:inv_ex'],
  formula: 'y = A⁻¹; info: the first zero pivot, or 0',
  gradient: 'dA = −A⁻ᵀ · dy · A⁻ᵀ',
  forward: (A, check) => {
    const fn = 'linalg.inv';
    checkSquare(A, fn);
    checkFloat(A, fn);
    const { lu, pivots, info } = factored(A);
    const eye = Tensor.zeros(A.dtype, [...A.shape]);
    const n = A.shape[A.rank - 1];
    const data = eye.storage.data as Floats;
    for (let i = 0; i < data.length; i++) if (Math.floor((i % (n * n)) / n) === i % n) data[i] = 1;
    const inverse = columnMajor(A.dtype, solvedBy(lu, pivots, eye, false));
    if (check) refuseSingular(info, inversionFailed('linalg.inv_ex'));
    return [inverse, info];
  },
  saves: ['result0'],
  grads: {
    A: (c) => {
      const y = mT(c.saved('result0'));
      return f.neg(times(y, times(c.grad, y)));
    },
  },
  samples: () => [
    given([matrix(3, 3)]),
    given([double(2, 3, 3)]),
    given([{ shape: [3, 3], permute: [1, 0], dtype: 'float64' }]),
    given([matrix(0, 0)]),
    given([{ ...singular, requiresGrad: false }]),
    given([singular], { check_errors: true }),
    given([matrix(3)]),
    given([matrix(2, 3)]),
    given([{ shape: [2, 2], dtype: 'int64' }]),
  ],
});

const inversionFailed = (fn: string) => (at: string, pivot: number) =>
  `${fn}: ${at}The diagonal element ${pivot} is zero, the inversion could not be completed because the input matrix is singular.`;

op<[Tensor]>({
  schema: 'linalg_inv(Tensor A) -> Tensor',
  faces: ['torch.linalg:inv'],
  composite: true,
  formula: 'y = A⁻¹',
  gradient: 'dA = −A⁻ᵀ · dy · A⁻ᵀ',
  forward: inverse,
  samples: () => [given([double(2, 2)]), given([singular]), given([oneSingular])],
});

op<[Tensor]>({
  schema: 'inverse(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = A⁻¹',
  gradient: 'dA = −A⁻ᵀ · dy · A⁻ᵀ',
  forward: inverse,
  samples: () => [given([matrix(2, 2)]), given([singular])],
});

function inverse(A: Tensor): Tensor {
  const [y, info] = f.linalg_inv_ex(A) as unknown as Tensor[];
  refuseSingular(info, inversionFailed('linalg.inv'));
  return y;
}

/** Sign and logarithm of |det|, or the product itself, of each factored matrix. */
function diagonals(lu: Tensor, pivots: Tensor, each: (diagonal: number[], swapped: boolean) => void): void {
  const n = lu.shape[lu.rank - 1];
  const flat = turned(lu).values() as Float64Array;
  const p = pivots.values() as Int32Array;
  const count = batchOf(lu).reduce((a, b) => a * b, 1);
  for (let b = 0; b < count; b++) {
    const diagonal = Array.from({ length: n }, (_, i) => flat[b * n * n + i * (n + 1)]);
    let odd = false;
    for (let i = 0; i < n; i++) if (p[b * n + i] !== i + 1) odd = !odd;
    each(diagonal, odd);
  }
}

/** PyTorch factors the matrix turned where its rows lie one after the other: LAPACK reads columns. */
const factoredForDet = (A: Tensor) => factored(A.contiguous ? turned(A) : A);

op<[Tensor]>({
  schema: '_linalg_det(Tensor A) -> (Tensor result, Tensor LU, Tensor pivots)',
  faces: [],
  formula: 'y = det A = the product of U’s diagonal, with the sign of the row exchanges',
  gradient: 'dA = dy · det A · A⁻ᵀ',
  forward: (A) => {
    const { lu, pivots } = factoredForDet(A);
    const out: number[] = [];
    diagonals(lu, pivots, (d, odd) => out.push(d.reduce((a, b) => a * b, odd ? -1 : 1)));
    const result = Tensor.zeros(A.dtype, batchOf(A));
    (result.storage.data as Floats).set(out);
    return [result, lu, pivots];
  },
  constants: [1, 2],
  saves: ['A', 'result0', 'result1', 'result2'],
  grads: { A: detGradient },
  samples: () => [given([double(3, 3)]), given([double(2, 2, 2)])],
});

/** d · I for each matrix. */
const scaledEye = (d: Tensor, like: Tensor): Tensor =>
  f.mul(f.unsqueeze(f.unsqueeze(d, -1), -1), f.eye(like.shape[like.rank - 1], null, like.dtype));

function detGradient(c: BackwardContext): Tensor {
  const [A, det] = [c.saved('A'), c.saved('result0')];
  const eps = A.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
  const d = scaledEye(f.mul(c.grad, det), A);
  if (!context.gradEnabled) {
    const lu = c.saved('result1');
    const zero = f.eq(f.diagonal(lu, 0, -2, -1), 0);
    const safe = f.add(lu, f.mul(f.unsqueeze(f.mul(zero, eps), -1), f.eye(A.shape[A.rank - 1], null, A.dtype)));
    return f.linalg_lu_solve(safe, c.saved('result2'), d, true, !A.contiguous);
  }
  // A second gradient needs a path: through solve where the determinant is not near 0, else through the SVD (the adjugate).
  const near = f.lt(f.abs(det), 100 * eps);
  const some = (near.values() as Uint8Array).some((v) => v !== 0);
  if (!some) return f.linalg_solve(mT(A), d);
  if (A.rank === 2) return adjugate(A, c.grad);
  const far = f.logical_not(near);
  const pick = (t: Tensor, mask: Tensor) => f.index(t, [mask]);
  const out = f.index_put(f.zeros_like(A), [near], adjugate(pick(A, near), pick(c.grad, near)));
  return f.index_put(out, [far], f.linalg_solve(mT(pick(A, far)), pick(d, far)));
}

/** The gradient of det from U, S and V: the products of all singular values but one. */
function adjugate(A: Tensor, grad: Tensor): Tensor {
  const [U, S, Vh] = f.linalg_svd(A) as unknown as Tensor[];
  const sign = f.mul(f.mul(f.linalg_det(U), f.linalg_det(Vh)), grad);
  const others = f.mul(f.unsqueeze(sign, -1), f._products_of_others(S, [-1]));
  return times(f.mul(U, f.unsqueeze(others, -2)), Vh);
}

const DET_SAMPLES = (): Sample[] => [
  given([matrix(3, 3)]),
  given([double(2, 3, 3)]),
  given([{ shape: [3, 3], permute: [1, 0], dtype: 'float64' }]),
  given([double(1, 1)]),
  given([matrix(0, 0)]),
  given([matrix(3)]),
  given([matrix(2, 3)]),
  given([{ shape: [2, 2], dtype: 'int64' }]),
];

for (const [name, faces] of [
  ['linalg_det', ['torch.linalg:det']],
  ['det', ['torch', 'Tensor']],
] as const)
  op<[Tensor]>({
    schema: `${name}(Tensor ${name === 'det' ? 'input' : 'A'}) -> Tensor`,
    faces: [...faces],
    composite: true,
    formula: 'y = det A',
    gradient: 'dA = dy · det A · A⁻ᵀ',
    forward: (A) => {
      checkSquare(A, 'linalg.det');
      checkFloat(A, 'linalg.det', true);
      floatsOnly('lu_cpu', A.dtype);
      return (f._linalg_det(A) as unknown as Tensor[])[0];
    },
    samples: () => [
      ...DET_SAMPLES(),
      { ...given([singular]), kink: true },
      { ...given([{ shape: [3, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 9] }]), kink: true },
    ],
  });

op<[Tensor]>({
  schema: '_linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet, Tensor LU, Tensor pivots)',
  faces: [],
  formula: 'the sign of det A and ln |det A|',
  gradient: 'dA = d(ln |det A|) · A⁻ᵀ',
  forward: (A) => {
    const { lu, pivots } = factoredForDet(A);
    const [signs, logs]: number[][] = [[], []];
    diagonals(lu, pivots, (d, odd) => {
      signs.push(d.reduce((s, v) => s * (v === 0 ? 0 : Math.sign(v)), odd ? -1 : 1));
      logs.push(d.reduce((s, v) => s + Math.log(Math.abs(v)), 0));
    });
    const tensor = (values: number[]) => {
      const t = Tensor.zeros(A.dtype, batchOf(A));
      (t.storage.data as Floats).set(values);
      return t;
    };
    return [tensor(signs), tensor(logs), lu, pivots];
  },
  constants: [2, 3],
  saves: ['A', 'result2', 'result3'],
  grads: {
    A: (c) => {
      const d = c.grads[1];
      if (!d) return null;
      const A = c.saved('A');
      const wide = scaledEye(d, A);
      return context.gradEnabled
        ? f.linalg_solve(mT(A), wide)
        : f.linalg_lu_solve(c.saved('result2'), c.saved('result3'), wide, true, !A.contiguous);
    },
  },
  samples: () => [given([double(3, 3)])],
});

for (const [name, faces] of [
  ['linalg_slogdet', ['torch.linalg:slogdet']],
  ['slogdet', ['torch', 'Tensor']],
] as const)
  op<[Tensor]>({
    schema: `${name}(Tensor ${name === 'slogdet' ? 'input' : 'A'}) -> (Tensor sign, Tensor logabsdet)`,
    faces: [...faces],
    composite: true,
    formula: 'the sign of det A and ln |det A|',
    gradient: 'dA = d(ln |det A|) · A⁻ᵀ',
    forward: (A) => slogdet(A, 'linalg.slogdet'),
    samples: () => [...DET_SAMPLES(), given([{ ...singular, requiresGrad: false }])],
  });

function slogdet(A: Tensor, fn: string): Tensor[] {
  checkSquare(A, fn);
  checkFloat(A, fn);
  return (f._linalg_slogdet(A) as unknown as Tensor[]).slice(0, 2);
}

op<[Tensor]>({
  schema: 'logdet(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = ln det A; NaN where det A < 0',
  gradient: 'dA = dy · A⁻ᵀ',
  forward: (A) => {
    const [sign, log] = slogdet(A, 'logdet');
    return f.where(f.eq(sign, -1), Number.NaN, log);
  },
  samples: () =>
    DET_SAMPLES()
      .slice(0, 6)
      .map((s) => ({ ...s, kink: true })),
});
