/** Products of Householder's reflections. Gradients: each reflection's own, taken apart again from the left. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { dtypeLabel } from '../kernels/elementwise';
import { columnMajor, readMatrices, rowMajor, turned, zeroMatrices } from '../kernels/lapack/matrix';
import { orgqr, reflect } from '../kernels/lapack/qr';
import { type BackwardContext, op } from '../op';
import { sameShape, show } from '../shape';
import type { Tensor } from '../tensor';
import { batchOf, double, given, matrix, mT, times } from './matrices';

function check(a: Tensor, tau: Tensor, fn: string): void {
  if (a.rank < 2) throw runtimeError(`${fn}: input must have at least 2 dimensions.`);
  const [m, n] = a.shape.slice(-2);
  if (m < n) throw runtimeError(`${fn}: input.shape[-2] must be greater than or equal to input.shape[-1]`);
  if (n < (tau.shape[tau.rank - 1] ?? 0))
    throw runtimeError(`${fn}: input.shape[-1] must be greater than or equal to tau.shape[-1]`);
  if (a.rank - tau.rank !== 1)
    throw runtimeError(
      `${fn}: Expected tau to have one dimension less than input, but got tau.ndim equal to ${tau.rank} and input.ndim is equal to ${a.rank}`,
    );
  if (!sameShape(batchOf(a), tau.shape.slice(0, -1)))
    throw runtimeError(
      `${fn}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got ${show(tau.shape.slice(0, -1))}`,
    );
  if (a.dtype !== tau.dtype)
    throw runtimeError(`${fn}: tau dtype ${dtypeLabel(tau.dtype)} does not match input dtype ${dtypeLabel(a.dtype)}`);
}

/** The gradients of the vectors (below the diagonal of `a`) and of τ, from that of Q = H₁ · … · H_k. */
function reflectionGradients(a: Tensor, tau: Tensor, dQ: Tensor): { dA: Tensor | null; dTau: Tensor | null } {
  if (a.count === 0) return { dA: null, dTau: null };
  const k = tau.shape[tau.rank - 1];
  const [m, n] = a.shape.slice(-2);
  const V = f.add(f.tril(f.narrow(a, -1, 0, k), -1), f.eye(m, k, a.dtype));
  const v = Array.from({ length: k }, (_, i) => f.narrow(V, -1, i, 1));
  const t = Array.from({ length: k }, (_, i) => f.unsqueeze(f.narrow(tau, -1, i, 1), -1));
  // after[i] = Hᵢ · … · H_k of the identity's columns.
  const after: Tensor[] = new Array(k + 1);
  after[k] = f.expand(f.eye(m, dQ.shape[dQ.rank - 1], a.dtype), dQ.shape);
  for (let i = k - 1; i >= 0; i--)
    after[i] = f.sub(after[i + 1], f.mul(t[i], times(v[i], times(mT(v[i]), after[i + 1]))));
  let g = dQ;
  const [dv, dt]: Tensor[][] = [[], []];
  for (let i = 0; i < k; i++) {
    const next = after[i + 1];
    const [row, up] = [times(mT(v[i]), next), times(mT(v[i]), g)];
    dt.push(f.neg(f.sum(f.mul(row, up), [-1])));
    dv.push(f.mul(f.neg(t[i]), f.add(times(g, mT(row)), times(next, mT(up)))));
    g = f.sub(g, f.mul(t[i], times(v[i], up)));
  }
  if (k === 0) return { dA: null, dTau: null };
  const dV = f.tril(f.cat(dv, -1), -1);
  const dA = k < n ? f.cat([dV, f.new_zeros(a, [...batchOf(a), m, n - k])], -1) : dV;
  return { dA, dTau: f.cat(dt, -1) };
}

for (const [name, faces] of [
  ['linalg_householder_product', ['torch.linalg:householder_product']],
  ['orgqr', ['torch', 'Tensor']],
] as const) {
  const [input, tau] = name === 'orgqr' ? ['input', 'input2'] : ['input', 'tau'];
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor ${input}, Tensor ${tau}) -> Tensor`,
    faces: [...faces],
    formula: 'Q = H₁ · H₂ · …, Hᵢ = I − τᵢ · vᵢ · vᵢᵀ; vᵢ is below the diagonal of column i',
    gradient: 'dτᵢ = −vᵢᵀ·dQᵢ·Qᵢ₊₁ᵀ·vᵢ,  dvᵢ = −τᵢ · (dQᵢ·Qᵢ₊₁ᵀ + Qᵢ₊₁·dQᵢᵀ)·vᵢ',
    forward: (a, t) => {
      check(a, t, 'torch.linalg.householder_product');
      const { data, batch, count, m, n } = readMatrices(a);
      const factors = Float64Array.from(t.values() as Float64Array);
      const k = t.shape[t.rank - 1];
      const q = zeroMatrices(batch, m, n);
      for (let b = 0; b < count; b++) orgqr(data, b * m * n, m, k, factors, b * k, q.data, b * m * n, n);
      return columnMajor(a.dtype, q);
    },
    saves: [input, tau],
    grads: {
      [input]: (c: BackwardContext) => reflectionGradients(c.saved(input), c.saved(tau), c.grad).dA,
      [tau]: (c: BackwardContext) => reflectionGradients(c.saved(input), c.saved(tau), c.grad).dTau,
    },
    gradName: 'LinalgHouseholderProductBackward0',
    samples: () => [
      given([double(3, 2), double(2)]),
      given([double(3, 3), double(2)]),
      given([double(2, 3, 2), double(2, 2)]),
      given([matrix(3, 0), matrix(0)]),
      given([matrix(2, 3), matrix(2)]),
      given([matrix(3, 2), matrix(3)]),
      given([matrix(3), matrix(3)]),
      given([matrix(3, 2), double(2)]),
    ],
  });
}

op<[Tensor, Tensor, Tensor, boolean, boolean]>({
  schema: 'ormqr(Tensor input, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Q · C (left) or C · Q, or with Qᵀ; Q the product of reflections',
  gradient: 'dC = Qᵀ · dy, and those of the reflections',
  forward: (a, tau, other, left, transpose) => {
    const fn = 'torch.ormqr';
    if (a.rank < 2) throw runtimeError(`${fn}: input must have at least 2 dimensions.`);
    if (other.rank < 2) throw runtimeError(`${fn}: other must have at least 2 dimensions.`);
    const side = left ? -2 : -1;
    const size = other.shape[other.rank + side];
    const [m, n] = a.shape.slice(-2);
    const k = tau.shape[tau.rank - 1];
    if (size < k) throw runtimeError(`${fn}: other.shape[${side}] must be greater than or equal to tau.shape[-1]`);
    if (size !== m) throw runtimeError(`${fn}: other.shape[${side}] must be equal to input.shape[-2]`);
    if (k > n) throw runtimeError(`${fn}: tau.shape[-1] must be equal to min(other.shape[${side}], input.shape[-1])`);
    if (a.rank - tau.rank !== 1)
      throw runtimeError(
        `${fn}: Expected tau to have one dimension less than input, but got tau.ndim equal to ${tau.rank} and input.ndim is equal to ${a.rank}`,
      );
    if (a.rank !== other.rank)
      throw runtimeError(
        `${fn}: Expected other to have the same number of dimensions as input, but got other.ndim equal to ${other.rank} and input.ndim is equal to ${a.rank}`,
      );
    for (const [name, t, own] of [
      ['tau', tau, tau.shape.slice(0, -1)],
      ['other', other, batchOf(other)],
    ] as const) {
      if (!sameShape(own, batchOf(a)))
        throw runtimeError(
          `${fn}: Expected batch dimensions of ${name} to be equal to input.shape[:-2], but got ${show(own)}`,
        );
      if (t.dtype !== a.dtype)
        throw runtimeError(
          `${fn}: Expected input and ${name} to have the same dtype, but input has dtype ${dtypeLabel(a.dtype)} and ${name} has dtype ${dtypeLabel(t.dtype)}`,
        );
    }
    const v = readMatrices(a);
    const factors = Float64Array.from(tau.values() as Float64Array);
    const c = readMatrices(left ? other : turned(other));
    // C · Q is (Qᵀ · Cᵀ)ᵀ.
    const forwards = left === transpose;
    for (let b = 0; b < c.count; b++)
      for (let s = 0; s < k; s++) {
        const i = forwards ? s : k - 1 - s;
        reflect(v.data, b * m * n + i * m + i, m - i, factors[b * k + i], c.data, b * c.m * c.n + i, c.n, c.m);
      }
    return left ? columnMajor(a.dtype, c) : turned(rowMajor(a.dtype, c));
  },
  saves: ['input', 'input2', 'input3'],
  grads: {
    input: (c) => ormqrGradients(c).dA,
    input2: (c) => ormqrGradients(c).dTau,
    input3: (c) => f.ormqr(c.saved('input'), c.saved('input2'), c.grad, c.attr('left'), !c.attr<boolean>('transpose')),
  },
  samples: () => [
    given([double(3, 2), double(2), double(3, 4)]),
    given([double(3, 2), double(2), double(3, 2), true, true]),
    given([double(3, 2), double(2), double(2, 3), false]),
    given([double(2, 3, 2), double(2, 2), double(2, 2, 3), false, true]),
    given([matrix(3, 2), matrix(2), matrix(2, 2)]),
    given([matrix(3, 2), matrix(2), matrix(3)]),
  ],
});

function ormqrGradients(c: BackwardContext) {
  const [left, transpose] = [c.attr<boolean>('left'), c.attr<boolean>('transpose')];
  const [g, C] = [c.grad, c.saved('input3')];
  const dQ = left ? (transpose ? times(C, mT(g)) : times(g, mT(C))) : transpose ? times(mT(g), C) : times(mT(C), g);
  return reflectionGradients(c.saved('input'), c.saved('input2'), dQ);
}
