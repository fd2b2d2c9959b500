/** x + a · b in all its shapes, and products that PyTorch composes. Source: ATen's LinearAlgebra.cpp, Linear.cpp, derivatives.yaml. */
import { allocate, isComplex, isFloat } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import * as cx from '../kernels/complex';
import { expandTo } from '../kernels/copy';
import { binary, dtypeLabel, numbers } from '../kernels/elementwise';
import { type BackwardContext, type Formulas, op, type SampleTensor, type Scalar } from '../op';
import { broadcast, show, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { checkDot, checkedExpand, checkInPlace, mm } from './linalg';
import { combined, double, given, matrix, scaledBy } from './matrices';

interface Addition {
  name: string;
  /** Names of the two factors. */
  args: [string, string];
  formula: string;
  gradient: string;
  /** The product, checked; x broadcasts to its shape. */
  product(x: Tensor, a: Tensor, b: Tensor): Tensor;
  /** Integers refuse β and α that are floats. */
  wholeFactors?: boolean;
  /** PyTorch's checks of the in-place twin. */
  inPlace?(x: Tensor, a: Tensor, b: Tensor): void;
  da(g: Tensor, a: Tensor, b: Tensor, f: Formulas): Tensor;
  db(g: Tensor, a: Tensor, b: Tensor, f: Formulas): Tensor;
  samples: [SampleTensor, SampleTensor, SampleTensor][];
  /** The sample that broadcasts where PyTorch's in-place twin resizes: Backstep refuses. */
  wide?: number;
}

function refuseFractions(beta: Scalar, alpha: Scalar): void {
  for (const [name, s] of [['beta', beta] as const, ['alpha', alpha] as const])
    if (s.kind === 'float')
      throw runtimeError(`For integral input tensors, argument ${name} must not be a floating point number.`);
}

/** x + a · b with factors β and α, and its in-place twin, which does not broadcast. */
function addition(d: Addition): void {
  const [first, second] = d.args;
  for (const inplace of [false, true])
    op<[Tensor, Tensor, Tensor, Scalar, Scalar]>({
      schema: `${d.name}${inplace ? '_' : ''}(Tensor input, Tensor ${first}, Tensor ${second}, *, Scalar beta=1, Scalar alpha=1) -> Tensor`,
      faces: inplace ? ['Tensor'] : ['torch', 'Tensor'],
      inplaceOnly: inplace,
      formula: d.formula,
      gradient: d.gradient,
      forward: (x, a, b, beta, alpha) => {
        if (d.wholeFactors && !isFloat(a.dtype)) refuseFractions(beta, alpha);
        if (inplace) d.inPlace?.(x, a, b);
        const y = d.product(x, a, b);
        return combined(checkedExpand(x, y.shape), y, beta, alpha);
      },
      complex: true,
      saves: d.args,
      grads: {
        input: (c) => scaledBy(c.grad, c.attr('beta')),
        [first]: (c: BackwardContext, f: Formulas) =>
          scaledBy(d.da(c.grad, c.saved(first), c.saved(second), f), c.attr('alpha')),
        [second]: (c: BackwardContext, f: Formulas) =>
          scaledBy(d.db(c.grad, c.saved(first), c.saved(second), f), c.attr('alpha')),
      },
      samples: () => [
        ...d.samples.filter((_, i) => !inplace || i !== d.wide).map((s) => given(s)),
        given(d.samples[0], { beta: 0.5, alpha: 2 }),
        given(
          d.samples[0].map((t) => ({ ...t, dtype: 'int64' as const })),
          { beta: 2, alpha: 3 },
        ),
      ],
    });
}

function checkBatches(a: Tensor, b: Tensor): void {
  if (a.rank !== 3) throw runtimeError('batch1 must be a 3D tensor');
  if (b.rank !== 3) throw runtimeError('batch2 must be a 3D tensor');
}

addition({
  name: 'addbmm',
  args: ['batch1', 'batch2'],
  formula: 'y = β · x + α · Σ A[b] · B[b], over b',
  gradient: 'dx = β · dy,  dA[b] = α · dy · B[b]ᵀ,  dB[b] = α · A[b]ᵀ · dy',
  product: (x, a, b) => {
    checkBatches(a, b);
    checkedExpand(x, [a.shape[1], b.shape[2]]);
    if (a.shape[0] !== b.shape[0])
      throw runtimeError(`batch1 and batch2 must have same number of batches, got ${a.shape[0]} and ${b.shape[0]}`);
    if (a.shape[2] !== b.shape[1])
      throw runtimeError(
        `Incompatible matrix sizes for bmm (${a.shape[1]}x${a.shape[2]} and ${b.shape[1]}x${b.shape[2]})`,
      );
    const [n, m, k] = a.shape;
    // One product: the batches of A side by side, those of B one below the other.
    const side = a.alias([m, n, k], [a.strides[1], a.strides[0], a.strides[2]]);
    const left = Tensor.of(a.dtype, [m, n * k], side.values());
    return mm(left, Tensor.of(b.dtype, [n * k, b.shape[2]], b.values()));
  },
  da: (g, a, b, f) => f.bmm(f.expand(f.unsqueeze(g, 0), [a.shape[0], ...g.shape]), f.transpose(b, 1, 2)),
  db: (g, a, _, f) => f.bmm(f.transpose(a, 1, 2), f.expand(f.unsqueeze(g, 0), [a.shape[0], ...g.shape])),
  samples: [
    [matrix(2, 4), matrix(2, 2, 3), matrix(2, 3, 4)],
    [double(4), double(2, 2, 3), double(2, 3, 4)],
    [matrix(2, 4), matrix(3, 2, 3), matrix(2, 3, 4)],
    [matrix(3), matrix(2, 2, 3), matrix(2, 3, 4)],
  ],
  wide: 1,
});

addition({
  name: 'addmv',
  args: ['mat', 'vec'],
  formula: 'y = β · x + α · A · v',
  gradient: 'dx = β · dy,  dA = α · dy ⊗ v,  dv = α · Aᵀ · dy',
  product: (x, a, v) => {
    if (a.rank !== 2 || v.rank !== 1 || x.rank > 1)
      throw runtimeError(`vector + matrix @ vector expected, got ${x.rank}, ${a.rank}, ${v.rank}`);
    if (a.shape[1] !== v.shape[0] || (x.count !== a.shape[0] && x.count !== 1))
      throw runtimeError(
        `size mismatch, got input (${x.count}), mat (${a.shape[0]}x${a.shape[1]}), vec (${v.shape[0]})`,
      );
    if (x.dtype !== a.dtype || a.dtype !== v.dtype)
      throw runtimeError(
        `addmv input tensors must have the same dtype, but got ${[x, a, v]
          .map((t) => dtypeLabel(t.dtype))
          .join(', ')
          .replace(/, (\w+)$/, ', and $1')}`,
      );
    return mm(a, v.alias([v.count, 1], [v.strides[0], 1])).alias([a.shape[0]], [1]);
  },
  inPlace: (x, a, v) => {
    if (x.rank < 2 && a.rank === 2 && v.rank === 1 && a.shape[1] === v.count && x.count === 1)
      checkInPlace(x, [a.shape[0]]);
  },
  da: (g, _, v, f) => f.outer(g, v),
  db: (g, a, _, f) => f.mv(f.t(a), g),
  samples: [
    [matrix(2), matrix(2, 3), matrix(3)],
    [double(1), double(2, 3), double(3)],
    [matrix(), matrix(2, 3), matrix(3)],
    [matrix(3), matrix(2, 3), matrix(3)],
    [matrix(2), matrix(2, 3), matrix(2, 3)],
    [matrix(2), double(2, 3), matrix(3)],
  ],
});

addition({
  name: 'addr',
  wholeFactors: true,
  args: ['vec1', 'vec2'],
  formula: 'y = β · x + α · u ⊗ v',
  gradient: 'dx = β · dy,  du = α · dy · v,  dv = α · dyᵀ · u',
  product: (x, a, b) => {
    if (a.rank !== 1) throw runtimeError(`addr: Expected 1-D argument vec1, but got ${a.rank}-D`);
    if (b.rank !== 1) throw runtimeError(`addr: Expected 1-D argument vec2, but got ${b.rank}-D`);
    checkedExpand(x, [a.count, b.count]);
    const column = a.alias([a.count, 1], [a.strides[0], 0]);
    if (isComplex(a.dtype) || isComplex(b.dtype)) return cx.pairs(column, b, cx.mul);
    return binary(column, b, (s, t) => s * t, { big: (s, t) => s * t });
  },
  inPlace: (x, a, b) => {
    if (a.rank !== 1 || b.rank !== 1) return;
    if (x.rank !== 2) throw runtimeError(`2D tensor expected, got ${x.rank}D tensor for input`);
    if (x.shape[0] !== a.count || x.shape[1] !== b.count)
      throw runtimeError(`size mismatch, input: ${show(x.shape)}, v1: ${show(a.shape)}, v2: ${show(b.shape)}`);
  },
  da: (g, _, b, f) => f.mv(g, b),
  db: (g, a, _, f) => f.mv(f.t(g), a),
  samples: [
    [matrix(2, 3), matrix(2), matrix(3)],
    [double(3), double(2), double(3)],
    [matrix(3), matrix(2, 2), matrix(3)],
    [matrix(2, 2), matrix(2), matrix(3)],
  ],
});

op<[Tensor, Tensor]>({
  schema: 'vdot(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Σ conj(aᵢ) · bᵢ',
  gradient: 'da = conj(dy) · b,  db = dy · a',
  forward: (a, b) => {
    checkDot(a, b);
    const left = isComplex(a.dtype) ? a.conj() : a;
    return mm(left.alias([1, a.count], [1, a.strides[0]]), b.alias([b.count, 1], [b.strides[0], 1])).alias([], []);
  },
  complex: true,
  wirtinger: true,
  saves: ['input', 'other'],
  grads: {
    input: (c, f) => f.mul(f.conj(c.grad), c.saved('other')),
    other: (c, f) => f.mul(c.grad, c.saved('input')),
  },
  samples: () => [given([matrix(3), matrix(3)]), given([matrix(2), matrix(3)]), given([matrix(2, 2), matrix(3)])],
});

op<[Tensor, Tensor, number[], number[]]>({
  schema: '_tensordot(Tensor input, Tensor other, int[] dims_self, int[] dims_other) -> Tensor',
  faces: [],
  composite: true,
  formula: 'y = Σ over the paired dimensions of a · b',
  gradient: 'da = dy · b and db = dy · a, over the dimensions of the other',
  forward: (a, b, first, second) => {
    if (first.length !== second.length) throw runtimeError('both dimension lists should have same length');
    if (a.dtype !== b.dtype) throw runtimeError('both inputs should have same dtype');
    let [x, y] = [a, b];
    const d1 = first.map((d) => wrapDim(d, a.rank));
    const d2 = second.map((d) => wrapDim(d, b.rank));
    d1.forEach((d, i) => {
      const [s1, s2] = [x.shape[d], y.shape[d2[i]]];
      if (s2 === 1) x = f.sum(x, [d], true, a.dtype);
      else if (s1 === 1) y = f.sum(y, [d2[i]], true, a.dtype);
      else if (s1 !== s2)
        throw runtimeError(
          `contracted dimensions need to match, but first has size ${s1} in dim ${first[i]} and second has size ${s2} in dim ${second[i]}`,
        );
    });
    const free = (t: Tensor, dims: number[]) => t.shape.map((_, d) => d).filter((d) => !dims.includes(d));
    const [f1, f2] = [free(x, d1), free(y, d2)];
    const size = (t: Tensor, dims: number[]) => dims.reduce((n, d) => n * t.shape[d], 1);
    const inner = size(x, d1);
    const left = f.reshape(f.permute(x, [...f1, ...d1]), [size(x, f1), inner]);
    const right = f.reshape(f.permute(y, [...d2, ...f2]), [inner, size(y, f2)]);
    return f.reshape(f.mm(left, right), [...f1.map((d) => x.shape[d]), ...f2.map((d) => y.shape[d])]);
  },
  samples: () => [
    given([double(2, 3), double(3, 4), [1], [0]]),
    given([double(2, 3, 4), double(4, 2), [2, 0], [0, 1]]),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'inner(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = Σ over the last dimensions of a · b',
  gradient: 'da = dy · b,  db = dyᵀ · a',
  forward: (a, b) => {
    if (a.rank === 0 || b.rank === 0) return f.mul(a, b);
    if (a.shape[a.rank - 1] !== b.shape[b.rank - 1])
      throw runtimeError(
        `inner() the last dimension must match on both input tensors but got shapes ${show(a.shape)} and ${show(b.shape)}`,
      );
    return f._tensordot(a, b, [-1], [-1]);
  },
  samples: () => [
    given([matrix(2, 3), matrix(4, 3)]),
    given([matrix(3), matrix(3)]),
    given([matrix(2, 3), matrix()]),
    given([matrix(2, 3), matrix(3, 2)]),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'kron(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: "Kronecker's product: each element of a times the whole of b",
  gradient: 'da = Σ dy · b over the blocks,  db = Σ dy · a',
  forward: (a, b) => {
    const rank = Math.max(a.rank, b.rank);
    const wide = (t: Tensor) => [...new Array<number>(rank - t.rank).fill(1), ...t.shape];
    const [p, q] = [wide(a), wide(b)];
    const left = f.reshape(
      a,
      p.flatMap((d) => [d, 1]),
    );
    const right = f.reshape(
      b,
      q.flatMap((d) => [1, d]),
    );
    return f._unsafe_view(
      f.mul(left, right),
      p.map((d, i) => d * q[i]),
    );
  },
  samples: () => [given([matrix(2, 3), matrix(3, 2)]), given([double(2), double(2, 2)]), given([matrix(), matrix(2)])],
});

/** The trilinear form of a Bilinear layer: one op in PyTorch too. */
op<[Tensor, Tensor, Tensor]>({
  schema: '_trilinear(Tensor i1, Tensor i2, Tensor i3) -> Tensor',
  faces: [],
  formula: 'y[n, o] = Σ x₁[n, i] · W[o, i, j] · x₂[n, j]',
  gradient: 'each from dy and the other two',
  forward: (a, w, b) => {
    const [n, k, o, l] = [a.shape[0], a.shape[1], w.shape[0], b.shape[1]];
    const [x, m, y] = [a, w, b].map(numbers);
    const out = allocate(a.dtype, n * o) as Float64Array;
    for (let r = 0; r < n; r++)
      for (let c = 0; c < o; c++) {
        let sum = 0;
        for (let i = 0; i < k; i++) {
          let row = 0;
          for (let j = 0, at = (c * k + i) * l; j < l; j++) row += m[at + j] * y[r * l + j];
          sum += x[r * k + i] * row;
        }
        out[r * o + c] = (a.dtype === 'int64' ? BigInt(sum) : sum) as number;
      }
    return Tensor.of(a.dtype, [n, o], out);
  },
  saves: ['i1', 'i2', 'i3'],
  grads: {
    i1: (c, f) => f.einsum('no,oij,nj->ni', [c.grad, c.saved('i2'), c.saved('i3')]),
    i2: (c, f) => f.einsum('no,ni,nj->oij', [c.grad, c.saved('i1'), c.saved('i3')]),
    i3: (c, f) => f.einsum('no,oij,ni->nj', [c.grad, c.saved('i2'), c.saved('i1')]),
  },
  samples: () => [given([double(2, 3), double(4, 3, 2), double(2, 2)])],
});

op<[Tensor, Tensor, Tensor, Tensor | null]>({
  schema: 'bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor',
  faces: ['torch.nn.functional', 'torch'],
  composite: true,
  formula: 'y[o] = x₁ᵀ · W[o] · x₂ + b[o]',
  gradient: 'dx₁ = Σ dy[o] · W[o] · x₂,  dx₂ = Σ dy[o] · W[o]ᵀ · x₁,  dW[o] = dy[o] · x₁ ⊗ x₂,  db = dy',
  forward: (a, b, w, bias) => {
    if (w.rank !== 3) throw runtimeError(`bilinear(): weight must be a 3-D tensor, but got ${w.rank}-D tensor`);
    if (bias && bias.rank !== 1)
      throw runtimeError(`bilinear(): bias must be a 1-D tensor, but got ${bias.rank}-D tensor`);
    if (a.rank !== b.rank) throw runtimeError(`bilinear(): input dimensions do not match: got ${a.rank} and ${b.rank}`);
    for (let i = 0; i < a.rank - 1; i++)
      if (a.shape[i] !== b.shape[i])
        throw runtimeError(
          `bilinear(): input batch dimensions do not match at dim ${i}: got ${a.shape[i]} and ${b.shape[i]}`,
        );
    for (const [nr, t] of [a, b].entries())
      if (t.shape[t.rank - 1] !== w.shape[nr + 1])
        throw runtimeError(
          `bilinear(): input${nr + 1} size does not match weight size: got ${t.shape[t.rank - 1]} but expected ${w.shape[nr + 1]}`,
        );
    if (bias && bias.shape[0] !== w.shape[0])
      throw runtimeError(
        `bilinear(): bias size does not match weight size: got ${bias.shape[0]} but expected ${w.shape[0]}`,
      );
    const rows = (t: Tensor) => f.reshape(t, [a.shape.slice(0, -1).reduce((n, d) => n * d, 1), t.shape[t.rank - 1]]);
    const y = f.reshape(f._trilinear(rows(a), w, rows(b)), [...a.shape.slice(0, -1), w.shape[0]]);
    return bias ? f.add(y, bias) : y;
  },
  samples: () => [
    given([double(2, 3), double(2, 4), double(5, 3, 4), double(5)]),
    given([matrix(2, 2, 3), matrix(2, 2, 2), matrix(2, 3, 2)]),
    given([matrix(3), matrix(4), matrix(5, 3, 4), matrix(5)]),
    given([matrix(2, 3), matrix(2, 3), matrix(5, 3, 4)]),
    given([matrix(2, 3), matrix(3, 4), matrix(5, 3, 4)]),
  ],
});

/** Where a cross product runs when no dimension is given: the first one of three. */
function crossDim(a: Tensor, b: Tensor): number {
  const shape = broadcast(a.shape, b.shape);
  const found = shape.indexOf(3);
  if (found < 0) throw runtimeError('no dimension of size 3 in input');
  return found;
}

op<[Tensor, Tensor, number]>({
  schema: 'linalg_cross(Tensor input, Tensor other, *, int dim=-1) -> Tensor',
  faces: ['torch.linalg:cross'],
  formula: 'y = a × b, along dim',
  gradient: 'da = b × dy,  db = dy × a',
  complex: true,
  forward: (a, b, dim) => {
    if (a.rank !== b.rank) throw runtimeError('linalg.cross: inputs must have the same number of dimensions.');
    const [p, q] = [a.shape[wrapDim(dim, a.rank)], b.shape[wrapDim(dim, b.rank)]];
    if (p !== 3 || q !== 3)
      throw runtimeError(`linalg.cross: inputs dimension ${dim} must have length 3. Got ${p} and ${q}`);
    if (a.dtype !== b.dtype)
      throw runtimeError(`expected scalar type ${dtypeLabel(a.dtype)} but found ${dtypeLabel(b.dtype)}`);
    if (a.dtype === 'bool') throw new TorchError('NotImplementedError', `"cross" not implemented for 'Bool'`);
    return cross(a, b, wrapDim(dim, a.rank));
  },
  saves: ['input', 'other'],
  grads: {
    input: (c, f) => f.linalg_cross(c.saved('other'), c.grad, c.attr('dim')),
    other: (c, f) => f.linalg_cross(c.grad, c.saved('input'), c.attr('dim')),
  },
  samples: () => [
    given([matrix(2, 3), matrix(2, 3)]),
    given([double(1, 3), double(2, 3)]),
    given([double(3, 2), double(3, 2)], { dim: 0 }),
    given([
      { shape: [3], dtype: 'int64' },
      { shape: [3], dtype: 'int64' },
    ]),
    given([matrix(2, 2), matrix(2, 2)]),
    given([matrix(3), matrix(2, 3)]),
  ],
});

function cross(a: Tensor, b: Tensor, d: number): Tensor {
  const shape = broadcast(a.shape, b.shape);
  const at = (t: Tensor, i: number) => {
    const wide = expandTo(t, shape);
    return wide.alias(
      shape.filter((_, k) => k !== d),
      wide.strides.filter((_, k) => k !== d),
      wide.offset + i * wide.strides[d],
    );
  };
  const complex = isComplex(a.dtype);
  const times = (x: Tensor, y: Tensor) =>
    complex ? cx.pairs(x, y, cx.mul) : binary(x, y, (s, t) => s * t, { big: (s, t) => s * t });
  const minus = (x: Tensor, y: Tensor) =>
    complex
      ? cx.pairs(x, y, (p, q, r, s) => cx.add(p, q, -r, -s))
      : binary(x, y, (s, t) => s - t, { big: (s, t) => s - t });
  const parts = [0, 1, 2].map((i) => {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    return minus(times(at(a, j), at(b, k)), times(at(a, k), at(b, j)));
  });
  // A complex element is two numbers side by side.
  const inner = shape.slice(d + 1).reduce((n, s) => n * s, complex ? 2 : 1);
  const out = allocate(
    a.dtype,
    shape.reduce((n, s) => n * s, 1),
  ) as Float64Array;
  for (const [i, part] of parts.entries()) {
    const v = part.values() as Float64Array;
    for (let k = 0; k < v.length; k++) out[(Math.floor(k / inner) * 3 + i) * inner + (k % inner)] = v[k];
  }
  return Tensor.of(a.dtype, shape, out);
}

op<[Tensor, Tensor, number | null]>({
  schema: 'cross(Tensor input, Tensor other, int? dim=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = a × b, along dim, or the first dimension of three',
  gradient: 'da = b × dy,  db = dy × a',
  forward: (a, b, dim) => {
    if (dim === null && a.rank !== b.rank)
      throw runtimeError('linalg.cross: inputs must have the same number of dimensions.');
    return f.linalg_cross(a, b, dim ?? crossDim(a, b));
  },
  samples: () => [
    given([matrix(3, 2), matrix(3, 2)]),
    given([double(2, 3), double(2, 3), 1]),
    given([matrix(2, 2), matrix(2, 2)]),
  ],
});

op<[Tensor, Tensor, number]>({
  schema: 'linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor',
  faces: ['torch.linalg:vecdot'],
  composite: true,
  formula: 'y = Σ conj(aᵢ) · bᵢ, along dim',
  gradient: 'da = dy · b,  db = dy · a',
  forward: (a, b, dim) => {
    if (!isFloat(a.dtype) && !isComplex(a.dtype))
      throw runtimeError(
        `linalg.vecdot: Expected a floating point or complex tensor as input. Got ${dtypeLabel(a.dtype)}`,
      );
    if (a.dtype !== b.dtype)
      throw runtimeError(
        `linalg.vecdot: Expected x and y to have the same dtype, but found x of type ${dtypeLabel(a.dtype)} and y of type ${dtypeLabel(b.dtype)} instead`,
      );
    return a.rank === 1 && b.rank === 1 ? f.vdot(a, b) : f.sum(f.mul(f.conj(a), b), [dim]);
  },
  samples: () => [
    given([matrix(2, 3), matrix(2, 3)]),
    given([double(2, 3), double(1, 3)], { dim: 0 }),
    given([matrix(2, 3), matrix(2, 2)]),
  ],
});
