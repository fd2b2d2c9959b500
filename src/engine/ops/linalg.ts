/** Products of vectors and matrices. Source: PyTorch's "BLAS and LAPACK Operations" page, derivatives.yaml, LinearAlgebra.cpp. */
import { part } from '../complex';
import { context } from '../context';
import { type Data, DTYPES, isComplex, isFloat } from '../dtype';
import { notYet, runtimeError } from '../errors';
import * as cx from '../kernels/complex';
import { expandTo } from '../kernels/copy';
import { binary, dtypeLabel } from '../kernels/elementwise';
import { matmul, matmulIntegers } from '../kernels/matmul';
import { products } from '../kernels/product';
import { op, type Sample, type SampleTensor, type Scalar } from '../op';
import { contiguousStrides, numel, sameShape, show, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { combined, scaledBy } from './matrices';
import { C_TYPE, linearGradName } from './named';

const a23: SampleTensor = { shape: [2, 3] };
const b34: SampleTensor = { shape: [3, 4] };
const v3: SampleTensor = { shape: [3] };
const run = (...tensors: SampleTensor[]): Sample => ({ args: tensors.map((tensor) => ({ tensor })) });
const int = (shape: number[]): SampleTensor => ({ shape, dtype: 'int64' });

/** out[m, n] = a[m, k] · b[k, n], of integers or complex numbers. A transposed b is read where it is. */
function product(a: Tensor, b: Tensor, out: Data): void {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const turned = b.alias([n, k], [b.strides[1], b.strides[0]]);
  if (isComplex(a.dtype)) complexProduct(a, turned, out as Float64Array, m, k, n);
  else matmulIntegers(a.values(), turned.values(), out, m, k, n);
}

/** (a + bi) · (c + di) = (ac − bd) + (ad + bc)i, of matrices. */
function complexProduct(a: Tensor, columns: Tensor, out: Float64Array, m: number, k: number, n: number): void {
  const [re, im] = [0, 1].map((p) => part(a, p as 0 | 1).values() as Float64Array);
  const [x, y] = [0, 1].map((p) => part(columns, p as 0 | 1).values() as Float64Array);
  const times = (u: Float64Array, v: Float64Array) => {
    const made = new Float64Array(m * n);
    matmul(u, v, made, m, k, n);
    return made;
  };
  const [ac, bd, ad, bc] = [times(re, x), times(im, y), times(re, y), times(im, x)];
  for (let i = 0; i < m * n; i++) {
    out[2 * i] = ac[i] - bd[i];
    out[2 * i + 1] = ad[i] + bc[i];
  }
}

function checkInner(a: Tensor, b: Tensor): void {
  if (a.shape[1] !== b.shape[0])
    throw runtimeError(
      `mat1 and mat2 shapes cannot be multiplied (${a.shape[0]}x${a.shape[1]} and ${b.shape[0]}x${b.shape[1]})`,
    );
}

function checkSame(a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype)
    throw runtimeError(`expected m1 and m2 to have the same dtype, but got: ${C_TYPE[a.dtype]} != ${C_TYPE[b.dtype]}`);
  checkKnown(a, 'addmm_impl_cpu_');
}

/** x + a · b needs one dtype. */
function checkAddend(x: Tensor, a: Tensor, b: Tensor): void {
  const other = x.dtype !== b.dtype ? x : a;
  if (other.dtype !== b.dtype)
    throw runtimeError(
      `${other === x ? 'self' : 'mat1'} and mat2 must have the same dtype, but got ${dtypeLabel(other.dtype)} and ${dtypeLabel(b.dtype)}`,
    );
  checkKnown(a, 'addmm_impl_cpu_');
}

function checkKnown(a: Tensor, kernel: string): void {
  if (a.dtype === 'bool') throw notImplemented(kernel, 'Bool');
}
const notImplemented = (kernel: string, dtype: string) => runtimeError(`"${kernel}" not implemented for '${dtype}'`);

/** a · b of matrices, unchecked. */
export function mm(a: Tensor, b: Tensor): Tensor {
  if (isFloat(a.dtype)) return products(a, b);
  const out = Tensor.zeros(a.dtype, [a.shape[0], b.shape[1]]);
  product(a, b, out.storage.data);
  return out;
}

/** x + a · b, where x can be read in the product's shape. */
function plus(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const shape = [a.shape[0], b.shape[1]];
  if (isFloat(a.dtype) && x.rank === 1 && x.shape[0] === shape[1] && x.contiguous) return products(a, b, x);
  const wide = checkedExpand(x, shape);
  const y = mm(a, b);
  return isComplex(y.dtype) ? cx.pairs(y, wide, cx.add) : binary(y, wide, (s, t) => s + t, { big: (s, t) => s + t });
}

op<[Tensor, Tensor]>({
  schema: 'mm(Tensor input, Tensor mat2) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = A · B',
  gradient: 'dA = dy · Bᵀ,  dB = Aᵀ · dy',
  forward: (a, b) => {
    if (a.rank !== 2) throw runtimeError('self must be a matrix');
    if (b.rank !== 2) throw runtimeError('mat2 must be a matrix');
    checkInner(a, b);
    checkSame(a, b);
    return mm(a, b);
  },
  saves: ['input', 'mat2'],
  grads: {
    input: (c, f) => f.mm(c.grad, f.t(c.saved('mat2'))),
    mat2: (c, f) => f.mm(f.t(c.saved('input')), c.grad),
  },
  complex: true,
  samples: () => [
    run(a23, b34),
    run({ shape: [3, 5], permute: [1, 0] }, { shape: [4, 3], permute: [1, 0] }),
    run({ shape: [3, 3], dtype: 'float64' }, { shape: [3, 1], dtype: 'float64' }),
    run({ shape: [0, 3] }, b34),
    run({ shape: [2, 0] }, { shape: [0, 2] }),
    run(int([2, 3]), int([3, 2])),
    run(a23, a23),
    run(a23, v3),
    run(v3, a23),
    run(a23, { shape: [3, 4], dtype: 'float64' }),
  ],
});

/** a[i] · b[i] of batches, unchecked. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  const [batch, m] = a.shape;
  const n = b.shape[2];
  if (isFloat(a.dtype)) return products(a, b);
  const out = Tensor.zeros(a.dtype, [batch, m, n]);
  const size = m * n * DTYPES[a.dtype].parts;
  const page = (t: Tensor, i: number) => t.alias(t.shape.slice(1), t.strides.slice(1), t.offset + i * t.strides[0]);
  for (let i = 0; i < batch; i++) product(page(a, i), page(b, i), out.storage.data.subarray(i * size, (i + 1) * size));
  return out;
}

op<[Tensor, Tensor]>({
  schema: 'bmm(Tensor input, Tensor mat2) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[b] = A[b] · B[b]',
  gradient: 'dA[b] = dy[b] · B[b]ᵀ,  dB[b] = A[b]ᵀ · dy[b]',
  forward: (a, b) => {
    if (a.rank !== 3) throw runtimeError('batch1 must be a 3D tensor');
    if (b.rank !== 3) throw runtimeError('batch2 must be a 3D tensor');
    const [batch, , k] = a.shape;
    if (b.shape[0] !== batch || b.shape[1] !== k)
      throw runtimeError(
        `Expected size for first two dimensions of batch2 tensor to be: ${show([batch, k])} but got: ${show(b.shape.slice(0, 2))}.`,
      );
    if (a.dtype !== b.dtype)
      throw runtimeError(`expected scalar type ${dtypeLabel(a.dtype)} but found ${dtypeLabel(b.dtype)}`);
    checkKnown(a, 'baddbmm_with_gemm');
    return bmm(a, b);
  },
  saves: ['input', 'mat2'],
  grads: {
    input: (c, f) => f.bmm(c.grad, f.transpose(c.saved('mat2'), 1, 2)),
    mat2: (c, f) => f.bmm(f.transpose(c.saved('input'), 1, 2), c.grad),
  },
  complex: true,
  samples: () => [
    run({ shape: [2, 2, 3] }, { shape: [2, 3, 4] }),
    run({ shape: [2, 3, 2], permute: [0, 2, 1] }, { shape: [3, 2, 2], permute: [1, 0, 2] }),
    run({ shape: [2, 2, 3] }, { shape: [2, 2, 3] }),
    run({ shape: [2, 2, 3] }, { shape: [3, 4] }),
    run({ shape: [0, 2, 3] }, { shape: [0, 3, 4] }),
    run({ shape: [1, 2, 3] }, { shape: [1, 3, 4], dtype: 'float64' }),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'mv(Tensor input, Tensor vec) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = A · v',
  gradient: 'dA = dy ⊗ v,  dv = Aᵀ · dy',
  forward: (a, v) => {
    if (a.rank !== 2 || v.rank !== 1)
      throw runtimeError(`vector + matrix @ vector expected, got 1, ${a.rank}, ${v.rank}`);
    if (a.shape[1] !== v.shape[0])
      throw runtimeError(
        `size mismatch, got input (${a.shape[0]}), mat (${a.shape[0]}x${a.shape[1]}), vec (${v.shape[0]})`,
      );
    if (a.dtype !== v.dtype)
      throw runtimeError(`expected scalar type ${dtypeLabel(a.dtype)} but found ${dtypeLabel(v.dtype)}`);
    const y = mm(a, v.alias([v.count, 1], [v.strides[0], 1]));
    return y.alias([a.shape[0]], [1]);
  },
  saves: ['input', 'vec'],
  grads: {
    input: (c, f) => f.outer(c.grad, c.saved('vec')),
    vec: (c, f) => f.mv(f.t(c.saved('input')), c.grad),
  },
  complex: true,
  samples: () => [run(a23, v3), run({ shape: [3, 2], permute: [1, 0] }, v3), run(a23, { shape: [2] }), run(v3, v3)],
});

/** Refuses what is no pair of vectors of one length and dtype, as dot and vdot do. */
export function checkDot(a: Tensor, b: Tensor): void {
  if (a.rank !== 1 || b.rank !== 1)
    throw runtimeError(`1D tensors expected, but got ${a.rank}D and ${b.rank}D tensors`);
  if (a.dtype !== b.dtype)
    throw runtimeError(
      `dot : expected both vectors to have same dtype, but found ${dtypeLabel(a.dtype)} and ${dtypeLabel(b.dtype)}`,
    );
  if (a.count !== b.count)
    throw runtimeError(
      `inconsistent tensor size, expected tensor ${show(a.shape)} and src ${show(b.shape)} to have the same number of elements, but got ${a.count} and ${b.count} elements respectively`,
    );
}

op<[Tensor, Tensor]>({
  schema: 'dot(Tensor input, Tensor tensor) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Σ aᵢ · bᵢ',
  gradient: 'da = dy · b,  db = dy · a',
  forward: (a, b) => {
    checkDot(a, b);
    return mm(a.alias([1, a.count], [1, a.strides[0]]), b.alias([b.count, 1], [b.strides[0], 1])).alias([], []);
  },
  saves: ['input', 'tensor'],
  grads: {
    input: (c, f) => f.mul(c.grad, c.saved('tensor')),
    tensor: (c, f) => f.mul(c.grad, c.saved('input')),
  },
  complex: true,
  samples: () => [
    run(v3, v3),
    run(int([3]), int([3])),
    run({ shape: [0] }, { shape: [0] }),
    run(v3, { shape: [2] }),
    run(v3, a23),
    run(v3, { shape: [3], dtype: 'float64' }),
  ],
});

function addmm(x: Tensor, a: Tensor, b: Tensor, beta: Scalar, alpha: Scalar): Tensor {
  if (a.rank !== 2) throw runtimeError(`mat1 must be a matrix, got ${a.rank}-D tensor`);
  if (b.rank !== 2) throw runtimeError(`mat2 must be a matrix, got ${b.rank}-D tensor`);
  checkInner(a, b);
  const shape = [a.shape[0], b.shape[1]];
  const wide = checkedExpand(x, shape);
  checkAddend(x, a, b);
  return combined(wide, mm(a, b), beta, alpha);
}

export function checkInPlace(x: Tensor, shape: number[]): void {
  if (!sameShape(x.shape, shape))
    throw runtimeError(
      `Bad in-place call: input tensor size ${show(x.shape)} and output tensor size ${show(shape)} should match`,
    );
}

for (const inplace of [false, true])
  op<[Tensor, Tensor, Tensor, Scalar, Scalar]>({
    schema: `addmm${inplace ? '_' : ''}(Tensor input, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor`,
    faces: inplace ? ['Tensor'] : ['torch', 'Tensor'],
    inplaceOnly: inplace,
    formula: 'y = β · x + α · A · B',
    gradient: 'dx = β · dy,  dA = α · dy · Bᵀ,  dB = α · Aᵀ · dy',
    forward: (x, a, b, beta, alpha) => {
      if (inplace && a.rank === 2 && b.rank === 2 && a.shape[1] === b.shape[0])
        checkInPlace(x, [a.shape[0], b.shape[1]]);
      return addmm(x, a, b, beta, alpha);
    },
    saves: ['mat1', 'mat2'],
    grads: {
      input: (c, _f) => scaledBy(c.grad, c.attr('beta')),
      mat1: (c, f) => scaledBy(f.mm(c.grad, f.t(c.saved('mat2'))), c.attr('alpha')),
      mat2: (c, f) => scaledBy(f.mm(f.t(c.saved('mat1')), c.grad), c.attr('alpha')),
    },
    complex: true,
    samples: () => [
      run({ shape: [4] }, a23, b34),
      run({ shape: [2, 1] }, a23, b34),
      { ...run({ shape: [2, 4] }, a23, b34), kwargs: { beta: 0.5, alpha: 2 } },
      run({ shape: [4] }, a23, a23),
      run({ shape: [5] }, a23, b34),
      run({ shape: [4] }, v3, b34),
    ],
  });

function baddbmm(x: Tensor, a: Tensor, b: Tensor, beta: Scalar, alpha: Scalar, inplace: boolean): Tensor {
  if (b.rank < 3) wrapDim(2, b.rank);
  const shape = [a.shape[0], a.rank > 1 ? a.shape[1] : 1, b.shape[2]];
  if (a.rank !== 3) throw runtimeError('batch1 must be a 3D tensor');
  const wide = checkedExpand(x, shape);
  if (inplace && x.dtype !== b.dtype)
    throw runtimeError(
      `Bad in-place call: input tensor dtype ${C_TYPE[x.dtype]} and output tensor dtype ${C_TYPE[b.dtype]} should match`,
    );
  if (inplace) checkInPlace(x, shape);
  if (x.dtype !== a.dtype)
    throw runtimeError(
      `Input dtypes must be the same, got: input ${C_TYPE[x.dtype]}, batch1: ${C_TYPE[a.dtype]}, batch2: ${C_TYPE[b.dtype]}`,
    );
  const wanted = [a.shape[0], a.shape[2]];
  if (!sameShape(b.shape.slice(0, 2), wanted))
    throw runtimeError(
      `Expected size for first two dimensions of batch2 tensor to be: ${show(wanted)} but got: ${show(b.shape.slice(0, 2))}.`,
    );
  if (a.dtype !== b.dtype)
    throw runtimeError(`expected scalar type ${dtypeLabel(a.dtype)} but found ${dtypeLabel(b.dtype)}`);
  checkKnown(a, 'baddbmm_with_gemm');
  return combined(wide, bmm(a, b), beta, alpha);
}

for (const inplace of [false, true])
  op<[Tensor, Tensor, Tensor, Scalar, Scalar]>({
    schema: `baddbmm${inplace ? '_' : ''}(Tensor input, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor`,
    faces: inplace ? ['Tensor'] : ['torch', 'Tensor'],
    inplaceOnly: inplace,
    formula: 'y[b] = β · x[b] + α · A[b] · B[b]',
    gradient: 'dx = β · dy,  dA[b] = α · dy[b] · B[b]ᵀ,  dB[b] = α · A[b]ᵀ · dy[b]',
    forward: (x, a, b, beta, alpha) => baddbmm(x, a, b, beta, alpha, inplace),
    complex: true,
    saves: ['batch1', 'batch2'],
    grads: {
      input: (c, _f) => scaledBy(c.grad, c.attr('beta')),
      batch1: (c, f) => scaledBy(f.bmm(c.grad, f.transpose(c.saved('batch2'), 1, 2)), c.attr('alpha')),
      batch2: (c, f) => scaledBy(f.bmm(f.transpose(c.saved('batch1'), 1, 2), c.grad), c.attr('alpha')),
    },
    samples: () => {
      const [batch1, batch2]: SampleTensor[] = [{ shape: [2, 2, 3] }, { shape: [2, 3, 4] }];
      return [
        run({ shape: [4] }, batch1, batch2),
        run({ shape: [2, 1, 4] }, batch1, batch2),
        { ...run({ shape: [2, 2, 4] }, batch1, batch2), kwargs: { beta: 0.5, alpha: 2 } },
        run({ shape: [2, 2, 4] }, batch1, batch1),
        run({ shape: [5] }, batch1, batch2),
        run({ shape: [4] }, a23, batch2),
        run({ shape: [4] }, batch1, { shape: [2, 3, 4], dtype: 'float64' }),
      ];
    },
  });

/** x as if it had this shape; `expand`'s words if it cannot. */
export function checkedExpand(x: Tensor, shape: number[]): Tensor {
  const lead = shape.length - x.rank;
  for (let i = shape.length - 1; i >= 0; i--) {
    const d = shape[i];
    const own = i < lead ? 1 : x.shape[i - lead];
    if (own !== d && own !== 1)
      throw runtimeError(
        `The expanded size of the tensor (${d}) must match the existing size (${own}) at non-singleton dimension ${i}.  Target sizes: ${show(shape)}.  Tensor sizes: ${show(x.shape)}`,
      );
  }
  return expandTo(x, shape);
}

/** Matrices of floats, of which nobody asks for more than their product: no op needs to be called for it. */
const isPlain = (a: Tensor, b: Tensor): boolean =>
  a.rank === 2 &&
  b.rank === 2 &&
  a.dtype === b.dtype &&
  (a.dtype === 'float32' || a.dtype === 'float64') &&
  context.depth > 0 &&
  !context.gradEnabled &&
  !context.autocast &&
  context.batches === 0;

/** All dimensions but the last as one. */
function asMatrix(x: Tensor): Tensor {
  const rows = numel(x.shape.slice(0, -1));
  const k = x.shape[x.rank - 1];
  return x.contiguous ? x.alias([rows, k], [k, 1]) : Tensor.of(x.dtype, [rows, k], x.values());
}

op<[Tensor, Tensor, Tensor | null]>({
  schema: 'linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor',
  faces: ['torch.nn.functional'],
  formula: 'y = x · Wᵀ + b',
  gradient: 'dx = dy · W,  dW = dyᵀ · x,  db = Σ dy over the rows',
  forward: (x, w, b) => {
    if (x.rank === 0 || w.rank === 0)
      throw runtimeError(`both arguments to linear need to be at least 1D, but they are ${x.rank}D and ${w.rank}D`);
    if (w.rank > 2) throw notYet(`linear with a weight of ${w.rank} dimensions`);
    const matrix = x.rank === 2 ? x : asMatrix(x);
    const wt =
      w.rank === 2
        ? w.alias([w.shape[1], w.shape[0]], [w.strides[1], w.strides[0]])
        : w.alias([w.count, 1], [w.strides[0], 1]);
    checkInner(matrix, wt);
    if (b) checkAddend(b, x, w);
    else checkSame(x, w);
    const y = b ? plus(matrix, wt, b) : mm(matrix, wt);
    if (x.rank === 2 && w.rank === 2) return y;
    const shape = [...x.shape.slice(0, -1), ...w.shape.slice(0, -1)];
    return y.alias(shape, contiguousStrides(shape));
  },
  saves: ['input', 'weight'],
  grads: {
    input: (c, f) => {
      const w = c.saved('weight');
      if (w.rank === 1) return f.mul(f.unsqueeze(c.grad, -1), w);
      if (isPlain(c.grad, w)) return mm(c.grad, w);
      return c.grad.rank === 2 ? f.mm(c.grad, w) : f.matmul(c.grad, w);
    },
    weight: (c, f) => {
      const [x, shape] = [c.saved('input'), c.shape('weight')];
      const g2 = c.grad;
      if (isPlain(g2, x) && shape.length === 2)
        return mm(g2.alias([g2.shape[1], g2.shape[0]], [g2.strides[1], g2.strides[0]]), x);
      if (x.rank === 2 && shape.length === 2) return f.mm(f.t(c.grad), x);
      const rows = numel(x.shape.slice(0, -1));
      const g = f.reshape(c.grad, [rows, shape.length === 1 ? 1 : shape[0]]);
      return f.reshape(f.mm(f.t(g), f.reshape(x, [rows, x.shape[x.rank - 1]])), shape);
    },
    bias: (c) => c.grad,
  },
  gradName: (x, w, b) => linearGradName(x, w, b),
  complex: true,
  samples: () => [
    run(a23, { shape: [4, 3] }, { shape: [4] }),
    run(a23, { shape: [4, 3] }),
    run(v3, { shape: [4, 3] }, { shape: [4] }),
    run(v3, { shape: [4, 3] }),
    run({ shape: [2, 2, 3] }, { shape: [4, 3] }, { shape: [4] }),
    run({ shape: [2, 2, 3] }, { shape: [4, 3] }),
    run({ shape: [2, 2, 3], permute: [1, 0, 2] }, { shape: [4, 3] }, { shape: [4] }),
    run({ shape: [3, 2], permute: [1, 0] }, { shape: [3, 4], permute: [1, 0] }, { shape: [4] }),
    run(a23, v3),
    run({ shape: [0, 3] }, { shape: [4, 3] }, { shape: [4] }),
    run(a23, { shape: [4, 2] }, { shape: [4] }),
    run(a23, { shape: [4, 3] }, { shape: [5] }),
    run({ shape: [2, 2, 3] }, { shape: [4, 2] }),
    run(a23, { shape: [4, 3], dtype: 'float64' }),
    run(int([2, 3]), { shape: [4, 3] }, { shape: [4] }),
  ],
});
