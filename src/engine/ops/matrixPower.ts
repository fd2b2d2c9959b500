/** Powers, exponentials and chains of matrices, and systems of tensors. Source: ATen's LinearAlgebra.cpp. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { expm } from '../kernels/lapack/expm';
import { readMatrices, rowMajor } from '../kernels/lapack/matrix';
import { op } from '../op';
import { numel, show } from '../shape';
import type { Tensor } from '../tensor';
import { checkFloat, checkSquare, double, given, matrix, mT } from './matrices';
import { C_TYPE, rename } from './named';

for (const [name, faces] of [
  ['linalg_matrix_power', ['torch.linalg:matrix_power']],
  ['matrix_power', ['torch', 'Tensor']],
] as const)
  op<[Tensor, number]>({
    schema: `${name}(Tensor input, int n) -> Tensor`,
    faces: [...faces],
    composite: true,
    formula: 'y = A · A · … · A, n times; of A⁻¹ where n is negative',
    gradient: 'of the products',
    forward: (A, n) => {
      checkSquare(A, 'linalg.matrix_power');
      if (n === 0) return f.copy_(f.clone(A), f.eye(A.shape[A.rank - 1], null, A.dtype));
      if (n === 1) return f.clone(A);
      const base = n < 0 ? f.linalg_inv(A) : A;
      return power(base, Math.abs(n));
    },
    samples: () => [
      ...[0, 1, 2, 3, 5, -1, -2].map((n) => given([double(2, 2), n])),
      given([double(2, 2, 2), 3]),
      given([{ shape: [2, 2], dtype: 'int64' }, 4]),
      given([matrix(2, 3), 2]),
      given([matrix(2), 2]),
    ],
  });

function power(A: Tensor, n: number): Tensor {
  if (n === 1) return A;
  if (n === 2) return f.matmul(A, A);
  if (n === 3) return f.matmul(f.matmul(A, A), A);
  let [z, result]: [Tensor | null, Tensor | null] = [null, null];
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    z = z ? f.matmul(z, z) : A;
    if (left % 2) result = result ? f.matmul(result, z) : z;
  }
  return result!;
}

op<[Tensor]>({
  schema: 'linalg_matrix_exp(Tensor input) -> Tensor',
  faces: ['torch.linalg:matrix_exp'],
  formula: 'y = I + A + A²/2! + A³/3! + …',
  gradient: 'the upper right block of exp [[Aᵀ, dy], [0, Aᵀ]]',
  forward: (A) => {
    checkSquare(A, 'linalg.matrix_exp');
    checkFloat(A, 'linalg.matrix_exp', true);
    const a = readMatrices(A);
    const n = a.n;
    for (let b = 0; b < a.count; b++) a.data.set(expm(a.data.subarray(b * n * n, (b + 1) * n * n), n), b * n * n);
    return rowMajor(A.dtype, a);
  },
  saves: ['input'],
  grads: {
    input: (c) => {
      const At = mT(c.saved('input'));
      const n = At.shape[At.rank - 1];
      const block = f.cat([f.cat([At, c.grad], -1), f.cat([f.zeros_like(At), At], -1)], -2);
      return f.narrow(f.narrow(f.linalg_matrix_exp(block), -2, 0, n), -1, n, n);
    },
  },
  samples: () => [
    given([double(3, 3)]),
    given([matrix(2, 2)]),
    given([double(2, 2, 2)]),
    given([double(1, 1)]),
    given([matrix(0, 0)]),
    given([matrix(3)]),
    given([matrix(2, 3)]),
    given([{ shape: [2, 2], dtype: 'int64' }]),
  ],
});

op<[Tensor]>({
  schema: 'matrix_exp(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = I + A + A²/2! + A³/3! + …',
  gradient: 'as of linalg.matrix_exp',
  forward: (A) => f.linalg_matrix_exp(A),
  samples: () => [given([double(2, 2)])],
});

/** Where to split each product of the chain so that fewest multiplications are needed (Cormen et al., 15.2). */
function splits(sizes: number[]): number[][] {
  const n = sizes.length - 1;
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const split = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++)
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i][j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const q = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
        if (q < cost[i][j]) {
          cost[i][j] = q;
          split[i][j] = k;
        }
      }
    }
  return split;
}

op<[Tensor[]]>({
  schema: 'linalg_multi_dot(Tensor[] tensors) -> Tensor',
  faces: ['torch.linalg:multi_dot'],
  composite: true,
  formula: 'y = A · B · C · …, in the order that needs fewest multiplications',
  gradient: 'of the products',
  forward: (tensors) => {
    const n = tensors.length;
    const fail = (words: string) => runtimeError(`multi_dot(): ${words}`);
    if (n < 2) throw fail(`expected at least 2 tensors but got ${n}`);
    const [first, last] = [tensors[0], tensors[n - 1]];
    const ends: [string, Tensor][] = [
      ['first', first],
      ['last', last],
    ];
    for (const [name, t] of ends)
      if (t.rank !== 1 && t.rank !== 2) throw fail(`the ${name} tensor must be 1D or 2D but got ${t.rank}D`);
    const list = [...tensors];
    if (first.rank === 1) list[0] = f.unsqueeze(first, 0);
    if (last.rank === 1) list[n - 1] = f.unsqueeze(last, -1);
    for (let i = 1; i < n - 1; i++)
      if (list[i].rank !== 2) throw fail(`tensor ${i} must be 2D but got ${list[i].rank}D`);
    list.forEach((t, i) => {
      if (t.dtype !== first.dtype)
        throw fail(
          `all tensors must have be the same dtype but tensor 0 is ${C_TYPE[first.dtype]} and tensor ${i} ${C_TYPE[t.dtype]}`,
        );
      if (i && t.shape[0] !== list[i - 1].shape[1])
        throw fail(
          `tensors ${i - 1} and ${i} with shapes ${show(tensors[i - 1].shape)} and ${show(tensors[i].shape)} cannot be multiplied`,
        );
    });
    const split = splits([list[0].shape[0], ...list.map((t) => t.shape[1])]);
    const chain = (i: number, j: number): Tensor =>
      i === j ? list[i] : f.mm(chain(i, split[i][j]), chain(split[i][j] + 1, j));
    const y = chain(0, n - 1);
    const shape = [...(first.rank === 1 ? [] : [y.shape[0]]), ...(last.rank === 1 ? [] : [y.shape[1]])];
    return f.view(y, shape);
  },
  samples: () => [
    { args: [{ tensors: [double(2, 3), double(3, 2)] }] },
    { args: [{ tensors: [double(2, 3), double(3, 4), double(4, 2)] }] },
    { args: [{ tensors: [double(2), double(2, 3), double(3)] }] },
    { args: [{ tensors: [double(2), double(2, 3), double(3, 1), double(1, 2)] }] },
    { args: [{ tensors: [matrix(2)] }] },
    { args: [{ tensors: [matrix(2, 2), matrix(3)] }] },
    { args: [{ tensors: [matrix(2, 2), double(2, 2)] }] },
  ],
});

op<[Tensor, number]>({
  schema: 'linalg_tensorinv(Tensor input, int ind=2) -> Tensor',
  faces: ['torch.linalg:tensorinv'],
  composite: true,
  formula: 'y = the inverse of A as a matrix: its first ind dimensions are the rows',
  gradient: 'of the inverse',
  forward: (A, ind) => {
    if (ind <= 0) throw runtimeError(`Expected a strictly positive integer for 'ind', but got ${ind}`);
    const [lead, rest] = [A.shape.slice(0, ind), A.shape.slice(ind)];
    if (numel(lead) !== numel(rest))
      throw runtimeError(
        `Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got ${numel(rest)} != ${numel(lead)}`,
      );
    const [inverse, info] = f.linalg_inv_ex(f.reshape(A, [numel(rest), numel(lead)])) as unknown as Tensor[];
    if ((info.values() as Int32Array)[0] !== 0)
      throw runtimeError('Failed to invert the input tensor, because it is singular.');
    return rename(f.reshape(inverse, [...rest, ...lead]), 'ReshapeAliasBackward0');
  },
  samples: () => [given([double(2, 2, 4)]), given([double(3, 3), 1]), given([matrix(2, 3)]), given([matrix(2, 2), 0])],
});

op<[Tensor, Tensor, number[] | null]>({
  schema: 'linalg_tensorsolve(Tensor input, Tensor other, int[]? dims=None) -> Tensor',
  faces: ['torch.linalg:tensorsolve'],
  composite: true,
  formula: 'X with tensordot(A, X) = B',
  gradient: 'of solve',
  forward: (A, B, dims) => {
    const moved = dims
      ? f.movedim(
          A,
          dims,
          dims.map((_, i) => A.rank - dims.length + i),
        )
      : A;
    const shape = moved.shape.slice(B.rank);
    const [rows, count] = [numel(moved.shape.slice(0, B.rank)), numel(shape)];
    if (rows !== count)
      throw runtimeError(
        `Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got ${count} != ${rows}`,
      );
    return f.reshape(f.linalg_solve(f.reshape(moved, [count, count]), f.flatten(B)), shape);
  },
  samples: () => [
    given([double(2, 3, 6), double(2, 3)]),
    given([double(2, 4, 2), double(2, 2)], { dims: [1] }),
    given([matrix(2, 3), matrix(2)]),
  ],
});

op<[Tensor, number, number, number]>({
  schema: 'linalg_diagonal(Tensor A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor',
  faces: ['torch.linalg:diagonal'],
  composite: true,
  formula: 'y = the elements on a diagonal, as a view',
  gradient: 'dx = dy on the diagonal',
  forward: (A, offset, dim1, dim2) => f.diagonal(A, offset, dim1, dim2),
  samples: () => [
    given([matrix(2, 3, 3)]),
    given([matrix(3, 4)], { offset: 1 }),
    given([matrix(2, 3, 4)], { dim1: 0, dim2: 1 }),
  ],
});

/** Powers of x in the last dimension, from the 0th. */
function vander(x: Tensor, n: number): Tensor {
  const ones = f.new_ones(x, [...x.shape, 1]);
  if (n === 1) return ones;
  const powers = f.cumprod(f.expand(f.unsqueeze(x, -1), [...x.shape, n - 1]), -1);
  return f.cat([f.to_dtype(ones, powers.dtype), powers], -1);
}

op<[Tensor, number | null]>({
  schema: 'linalg_vander(Tensor x, *, int? N=None) -> Tensor',
  faces: ['torch.linalg:vander'],
  composite: true,
  formula: "Vandermonde's matrix: y[i, j] = xᵢʲ",
  gradient: 'dxᵢ = Σ j · xᵢʲ⁻¹ · dy[i, j]',
  forward: (x, n) => {
    if (x.dtype === 'bool')
      throw runtimeError('linalg.vander supports floating point, complex, and integer tensors, but got Bool');
    const columns = n ?? x.shape[x.rank - 1] ?? 1;
    if (columns <= 1) throw runtimeError('N must be greater than 1.');
    return vander(x.rank ? x : f.unsqueeze(x, 0), columns);
  },
  samples: () => [
    given([double(3)]),
    given([double(2, 3)], { N: 4 }),
    given([{ shape: [3], dtype: 'int64' }]),
    given([matrix()]),
    given([matrix(2)], { N: 1 }),
  ],
});
