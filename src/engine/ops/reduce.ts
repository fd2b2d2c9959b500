/** Sums and their kin. Sums are kept in float64. Gradients: PyTorch's derivatives.yaml and FunctionsManual.cpp. */

import { part } from '../complex';
import { allocate, DTYPES, type DType, isComplex, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { formulas } from '../formulas';
import * as cx from '../kernels/complex';
import { binary, floatType, numbers } from '../kernels/elementwise';
import { alongDim, reducedShape, reduceRows, rowsOf } from '../kernels/reduce';
import { isMuchToSum, sumFast } from '../kernels/rowsSimd';
import { type BackwardContext, op, type Sample, type Scalar } from '../op';
import { numel, reduceDims, show, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { converted, restored } from './reduced';
import { ofTypes, oneInput } from './samples';

type Dims = number[] | null;

export const dimSamples = (range?: [number, number]): Sample[] => [
  ...oneInput(range),
  { args: [{ tensor: { shape: [2, 3], range } }, 0] },
  { args: [{ tensor: { shape: [2, 3], range } }, 1], kwargs: { keepdim: true } },
  { args: [{ tensor: { shape: [2, 3, 4], range } }, -2] },
  { args: [{ tensor: { shape: [3, 4], permute: [1, 0], range } }, 0] },
  { args: [{ tensor: { shape: [], range } }, 0] },
];
export const dimsSamples = (range?: [number, number]): Sample[] => [
  ...dimSamples(range),
  { args: [{ tensor: { shape: [2, 3, 4], range } }, [0, 2]] },
  { args: [{ tensor: { shape: [2, 3, 4], range } }, [0, 1]], kwargs: { keepdim: true } },
];
const emptyRow: Sample = { args: [{ tensor: { shape: [0, 3] } }, 0] };

/** Elements that are walked in any order at the same cost. */
const FEW = 512;

/** Sums over the leading dimensions of a contiguous tensor, row by row without turning it (the gradient of a bias). */
function sumLeading(t: Tensor, k: number, keepdim: boolean, to: DType): Tensor {
  const inner = numel(t.shape.slice(k));
  const x = t.values() as Float64Array;
  const out = allocate(to, inner) as Float64Array;
  const shape = keepdim ? t.shape.map((n, d) => (d < k ? 1 : n)) : t.shape.slice(k);
  if (x.length <= FEW)
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let at = i; at < x.length; at += inner) sum += x[at];
      out[i] = sum;
    }
  else {
    const sums = new Float64Array(inner);
    for (let at = 0; at < x.length; at += inner) for (let i = 0; i < inner; i++) sums[i] += x[at + i];
    out.set(sums);
  }
  return Tensor.of(to, shape, out);
}

/** Where the dimensions that are left lie side by side: by the SIMD kernels. */
function quickSum(t: Tensor, dims: number[], keepdim: boolean, over?: number): Tensor | null {
  if (!isMuchToSum(t)) return null;
  const kept = t.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const from = kept[0] ?? 0;
  if (kept.some((d, i) => d !== from + i)) return null;
  return sumFast(t, from, from + kept.length, reducedShape(t.shape, dims, keepdim), over);
}

export function sumOf(t: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const dims = reduceDims(dim, t.rank);
  const to = isFloat(t.dtype) ? t.dtype : 'int64';
  if (t.dtype === 'int64')
    return reduceRows(t, dims, keepdim, to, (x, i, end) => {
      const big = x as unknown as BigInt64Array;
      let s = 0n;
      for (; i < end; i++) s += big[i];
      return s;
    });
  const fast = to === 'float32' ? quickSum(t, dims, keepdim) : null;
  if (fast) return fast;
  const leading = dims.length < t.rank && dims.every((d, i) => d === i);
  if (to !== 'int64' && leading && t.contiguous) return sumLeading(t, dims.length, keepdim, to);
  const whole = to === 'int64';
  return reduceRows(t, dims, keepdim, to, (x, i, end) => {
    const s = sumRange(x, i, end);
    return whole ? BigInt(s) : s;
  });
}

function sumRange(x: Float64Array, from: number, until: number): number {
  let s = 0;
  for (let i = from; i < until; i++) s += x[i];
  return s;
}

op<[Tensor, Dims, boolean, DType | null]>({
  schema: 'sum(Tensor input, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Σ x, over dim',
  gradient: 'dx = dy, to each element of the sum',
  forward: (x, dim, keepdim, dtype) => converted(sumOf(converted(x, dtype), dim, keepdim), dtype),
  grads: { input: (c, f) => f.expand(restored(c, f, c.grad), c.shape('input')) },
  gradName: (_, dim) => (dim ? 'SumBackward1' : 'SumBackward0'),
  complex: ['input'],
  samples: () => [
    ...dimsSamples(),
    ...ofTypes(['int64', 'int32', 'bool']),
    emptyRow,
    { args: [{ tensor: { shape: [4], dtype: 'int64' } }], kwargs: { dtype: { dtype: 'float64' } } },
  ],
});

const lengthOf = (c: BackwardContext) => {
  const shape = c.shape('input');
  return numel(reduceDims(c.attr<Dims>('dim'), shape.length).map((d) => shape[d]));
};

op<[Tensor, Dims, boolean, DType | null]>({
  schema: 'mean(Tensor input, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Σ x / n, over dim',
  gradient: 'dx = dy / n',
  forward: (x, dim, keepdim, dtype) => {
    const from = converted(x, dtype);
    if (!isFloat(from.dtype))
      throw runtimeError(
        `mean(): could not infer output dtype. ${dtype ? 'Optional dtype' : 'Input dtype'} must be either a floating point or complex dtype. Got: ${DTYPES[from.dtype].label}`,
      );
    const dims = reduceDims(dim, x.rank);
    const over = numel(dims.map((d) => x.shape[d]));
    const fast = from.dtype === 'float32' ? quickSum(from, dims, keepdim, over) : null;
    return fast ?? reduceRows(from, dims, keepdim, from.dtype, (v, i, end) => sumRange(v, i, end) / (end - i));
  },
  grads: { input: (c, f) => f.div(f.expand(restored(c, f, c.grad), c.shape('input')), lengthOf(c)) },
  gradName: (_, dim) => (dim ? 'MeanBackward1' : 'MeanBackward0'),
  complex: ['input'],
  samples: () => [...dimsSamples(), emptyRow],
});

op<[Tensor, number[]]>({
  schema: 'sum_to_size(Tensor input, int[] size) -> Tensor',
  faces: ['Tensor'],
  composite: true,
  formula: 'y = Σ x, over the dimensions in which size is 1 or missing',
  gradient: 'dx = dy, to each element of the sum',
  forward: (x, size) => {
    const lead = x.rank - size.length;
    const dims: number[] = [];
    let fits = lead >= 0;
    for (let d = 0; d < x.rank; d++) {
      const [to, n] = [d < lead ? 1 : size[d - lead], x.shape[d]];
      if (d < lead || (to === 1 && n !== 1)) dims.push(d);
      else if (to !== n) fits = false;
    }
    if (!fits) throw runtimeError(`size {${show(size)}} is not expandable to size {${show(x.shape)}}.`);
    if (size.length === 0) return formulas.sum(x);
    if (dims.length === 0) return x;
    // Where only missing dimensions are summed, the rest is of this size.
    if (dims.length === lead) return formulas.sum(x, dims);
    const sum = formulas.sum(x, dims, true);
    return lead > 0 ? formulas.view(sum, size) : sum;
  },
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, [1, 3]] },
    { args: [{ tensor: { shape: [2, 3, 4] } }, [3, 1]] },
    { args: [{ tensor: { shape: [2, 3] } }, []] },
  ],
});

/** var, and its root. */
function variance(name: 'var' | 'std', finish: (v: number) => number): void {
  const forward = (x: Tensor, dim: Dims, correction: number, keepdim: boolean) => {
    if (!isFloat(x.dtype)) throw runtimeError('std and var only support floating point and complex dtypes');
    return reduceRows(x, reduceDims(dim, x.rank), keepdim, x.dtype, (v, i, end) => {
      const mean = sumRange(v, i, end) / (end - i);
      let s = 0;
      for (let k = i; k < end; k++) s += (v[k] - mean) ** 2;
      return finish(s / Math.max(0, end - i - correction));
    });
  };
  const root = name === 'std';
  op<[Tensor, Dims, Scalar | null, boolean]>({
    schema: `${name}(Tensor input, int[]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = ${root ? '√(' : ''}Σ (x − mean)² / (n − correction)${root ? ')' : ''}, over dim`,
    gradient: root ? 'dx = dy · (x − mean) / (y · (n − correction))' : 'dx = dy · 2 · (x − mean) / (n − correction)',
    forward: (x, dim, correction, keepdim) => forward(x, dim, Number(correction?.value ?? 1), keepdim),
    // The spread of complex numbers is that of their real and of their imaginary parts.
    complex: (x, dim, correction, keepdim) => {
      const [re, im] = ([0, 1] as const).map((p) => forward(part(x, p), dim, Number(correction?.value ?? 1), keepdim));
      return binary(re, im, root ? Math.hypot : (a, b) => a + b);
    },
    wirtinger: true,
    saves: ['input', 'result'],
    grads: {
      input: (c, f) => {
        const x = c.saved('input');
        const y = root ? c.saved('result') : null;
        const dv = y ? f.where(f.eq(y, 0), 0, f.div(c.grad, f.mul(y, 2))) : c.grad;
        const free = lengthOf(c) - Number(c.attr<Scalar | null>('correction')?.value ?? 1);
        const away = f.sub(x, f.mean(x, c.attr('dim'), true));
        return f.mul(f.mul(restored(c, f, dv), 2 / free), away);
      },
    },
    samples: () => [
      ...dimsSamples().filter((s) => !('tensor' in (s.args[0] as object)) || !isTiny(s)),
      { args: [{ tensor: { shape: [2, 3] } }, 1], kwargs: { correction: 0 } },
    ],
  });
  op<[Tensor, boolean]>({
    schema: `${name}_unbiased(Tensor input, bool unbiased) -> Tensor`,
    faces: [`torch:${name}`, `Tensor:${name}`],
    composite: true,
    formula: `y = ${name} with correction 1 if unbiased, else 0`,
    gradient: `dx as ${name}'s`,
    forward: (x, unbiased) => formulas[name](x, null, unbiased ? 1 : 0),
    samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, false] }],
  });
  op<[Tensor, Dims, boolean, boolean]>({
    schema: `${name}_dim(Tensor input, int[]? dim, bool unbiased=True, bool keepdim=False) -> Tensor`,
    faces: [`torch:${name}`, `Tensor:${name}`],
    composite: true,
    formula: `y = ${name} with correction 1 if unbiased, else 0`,
    gradient: `dx as ${name}'s`,
    forward: (x, dim, unbiased, keepdim) => formulas[name](x, dim, unbiased ? 1 : 0, keepdim),
    samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, 1, false, true] }],
  });
}

/** Of a single element, whose variance is NaN with a warning. */
const isTiny = (s: Sample) => {
  const first = s.args[0] as { tensor: { shape: number[] } };
  return numel(first.tensor.shape) <= 1;
};

variance('var', (v) => v);
variance('std', Math.sqrt);

op<[Tensor, number[], boolean]>({
  schema: 'logsumexp(Tensor input, int[] dim, bool keepdim=False) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.special'],
  formula: 'y = ln Σ eˣ, over dim',
  gradient: 'dx = dy · exp(x − y)',
  forward: (x, dim, keepdim) => {
    const to = floatType(x.dtype);
    const from = x.dtype === 'int64' ? converted(x, 'float64') : x;
    return reduceRows(from, reduceDims(dim, x.rank), keepdim, to, (v, i, end) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let k = i; k < end; k++) most = Math.max(most, v[k]);
      if (!Number.isFinite(most)) return most;
      let s = 0;
      for (let k = i; k < end; k++) s += Math.exp(v[k] - most);
      return most + Math.log(s);
    });
  },
  saves: ['input', 'result'],
  grads: {
    input: (c, f) => f.mul(restored(c, f, c.grad), f.exp(f.sub(c.saved('input'), restored(c, f, c.saved('result'))))),
  },
  samples: () => [...dimsSamples().filter((s) => s.args.length > 1), ...ofTypes(['int64'], 0)],
});

/** What of complex numbers is not 0. */
const nonzero = (x: Tensor) => cx.measure(x, (a, b) => Number(a !== 0 || b !== 0), 'bool');

const countNonzero = (x: Tensor, dim: Dims) =>
  reduceRows(x, reduceDims(dim, x.rank), false, 'int64', (v, i, end) => {
    let s = 0n;
    for (; i < end; i++) if (Number(v[i]) !== 0) s++;
    return s;
  });

op<[Tensor, Dims]>({
  schema: 'count_nonzero(Tensor input, int[]? dim=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = how many elements are not 0, over dim',
  forward: countNonzero,
  complex: (x, dim) => countNonzero(nonzero(x), dim),
  samples: () => [
    { args: [{ tensor: { shape: [2, 3], dtype: 'int64', data: [0, 1, 2, 0, 0, 3] } }] },
    { args: [{ tensor: { shape: [2, 3], dtype: 'float32', data: [0, 1, 2, 0, 0, 3] } }, 0] },
    { args: [{ tensor: { shape: [0] } }] },
  ],
});

for (const [name, sign, start] of [
  ['all', '∧', 1],
  ['any', '∨', 0],
] as const) {
  const gather = (x: Tensor, dim: Dims, keepdim: boolean) =>
    reduceRows(x, reduceDims(dim, x.rank), keepdim, x.dtype === 'uint8' ? 'uint8' : 'bool', (v, i, end) => {
      for (; i < end; i++) if ((Number(v[i]) === 0) === (start === 1)) return 1 - start;
      return start;
    });
  op<[Tensor, Dims, boolean]>({
    schema: `${name}(Tensor input, int[]? dim=None, bool keepdim=False) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = ${sign} x, over dim, where anything but 0 is true`,
    forward: gather,
    complex: (x, dim, keepdim) => gather(nonzero(x), dim, keepdim),
    samples: () => [
      ...ofTypes(['bool', 'int64', 'float32', 'uint8']),
      { args: [{ tensor: { shape: [2, 3], dtype: 'bool', data: [1, 1, 1, 0, 0, 1] } }, 1] },
      { args: [{ tensor: { shape: [2, 3], dtype: 'bool', data: [1, 0, 1, 0, 0, 1] } }, 0], kwargs: { keepdim: true } },
      { args: [{ tensor: { shape: [0] } }] },
    ],
  });
}

op<[Tensor, number | null, boolean, DType | null]>({
  schema: 'prod(Tensor input, int? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = Π x, over dim',
  gradient: 'dxᵢ = dy · Π of the others',
  forward: (x, dim, keepdim, dtype) => {
    const from = converted(x, dtype);
    const dims = reduceDims(dim === null ? null : [dim], x.rank);
    if (isFloat(from.dtype))
      return reduceRows(from, dims, keepdim, from.dtype, (v, i, end) => {
        let p = 1;
        for (; i < end; i++) p *= v[i];
        return p;
      });
    const out = reduceRows(from, dims, keepdim, 'int64', (v, i, end) => {
      let p = 1n;
      for (; i < end; i++) p = BigInt.asIntN(64, p * BigInt(v[i]));
      return p;
    });
    return converted(out, dtype);
  },
  saves: ['input', 'result'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      const g = restored(c, f, c.grad);
      if (hasZero(x)) return f.mul(g, f._products_of_others(x, dimsAttr(c)));
      return f.div(f.mul(g, restored(c, f, c.saved('result'))), x);
    },
  },
  gradName: (_, dim) => (dim === null ? 'ProdBackward0' : 'ProdBackward1'),
  complex: (x, dim, keepdim, dtype) => {
    const from = asRows(converted(x, dtype), dim === null ? null : [dim]);
    const [out] = alongDim(
      from,
      dim ?? 0,
      [from.dtype],
      (v, i, n, [o], at) => productOf(v, i, i + n, -1, -1, o, at),
      1,
    );
    const dims = reduceDims(dim === null ? null : [dim], x.rank);
    return Tensor.of(from.dtype, reducedShape(x.shape, dims, keepdim), out.storage.data);
  },
  samples: () => [
    ...dimSamples(),
    ...ofTypes(['int64', 'bool', 'int32']),
    { args: [{ tensor: { shape: [2, 3], data: [0, 2, 3, 0, 0, 4] } }, 1] },
    { args: [{ tensor: { shape: [3], data: [0, 2, 3] } }] },
  ],
});

const hasZero = (x: Tensor) => numbers(isComplex(x.dtype) ? cx.measure(x, Math.hypot) : x).includes(0);

const dimsAttr = (c: BackwardContext) => {
  const dim = c.attr<number | null>('dim');
  return dim === null ? null : [dim];
};

/** For each place of a row, the product over all of the row but the places left out. */
function productBut(x: Float64Array, from: number, until: number, a: number, b: number): number {
  let p = 1;
  for (let i = from; i < until; i++) if (i !== a && i !== b) p *= x[i];
  return p;
}

/** The product of complex numbers of a row, places a and b left out, as element `at` of `out`. */
function productOf(
  x: Float64Array,
  from: number,
  until: number,
  a: number,
  b: number,
  out: Float64Array,
  at: number,
): void {
  let [re, im] = [1, 0];
  for (let i = from; i < until; i++) {
    if (i === a || i === b) continue;
    cx.mul(re, im, x[2 * i], x[2 * i + 1]);
    re = cx.z.re;
    im = cx.z.im;
  }
  out[2 * at] = re;
  out[2 * at + 1] = im;
}

/** The rows that prod multiplies: along dim, or all elements as one. */
const asRows = (x: Tensor, dim: Dims): Tensor => (dim ? x : Tensor.of(x.dtype, [x.count], x.values()));

function eachInRow(
  x: Tensor,
  dim: Dims,
  f: (v: Float64Array, i: number, from: number, until: number) => number,
): Tensor {
  const [out] = alongDim(asRows(x, dim), dim?.[0] ?? 0, [x.dtype], (v, from, n, [o], at) => {
    for (let i = 0; i < n; i++) o[at + i] = f(v, from + i, from, from + n);
  });
  return Tensor.of(x.dtype, [...x.shape], out.values());
}

/** Each element's share in prod's gradient when there are zeros, by which one cannot divide. */
op<[Tensor, Dims]>({
  schema: '_products_of_others(Tensor input, int[]? dim=None) -> Tensor',
  faces: [],
  formula: 'yᵢ = Π xₖ, k ≠ i',
  gradient: 'dxⱼ = Σᵢ dyᵢ · Π xₖ, k ≠ i, j',
  forward: (x, dim) => eachInRow(x, dim, (v, i, from, until) => productBut(v, from, until, i, i)),
  saves: ['input'],
  grads: { input: (c, f) => f._products_of_others_backward(c.grad, c.saved('input'), c.attr('dim')) },
  complex: (x, dim) => {
    const [out] = alongDim(asRows(x, dim), dim?.[0] ?? 0, [x.dtype], (v, from, n, [o], at) => {
      for (let i = 0; i < n; i++) productOf(v, from, from + n, from + i, -1, o, at + i);
    });
    return Tensor.of(x.dtype, [...x.shape], out.values());
  },
  samples: () => [
    { args: [{ tensor: { shape: [2, 3], data: [0, 2, 3, 0, 0, 4] } }, [1]] },
    { args: [{ tensor: { shape: [3], data: [0, 2, 3] } }] },
  ],
});

op<[Tensor, Tensor, Dims]>({
  schema: '_products_of_others_backward(Tensor grad_output, Tensor input, int[]? dim=None) -> Tensor',
  faces: [],
  formula: 'dxⱼ = Σᵢ dyᵢ · Π xₖ, k ≠ i, j',
  forward: (grad, x, dim) => {
    const rows = asRows(grad, dim);
    const dy = rowsOf(rows, [wrapDim(dim?.[0] ?? 0, rows.rank)], false).values as Float64Array;
    return eachInRow(x, dim, (v, j, from, until) => {
      let s = 0;
      for (let i = from; i < until; i++) if (i !== j) s += dy[i] * productBut(v, from, until, i, j);
      return s;
    });
  },
  samples: () => [{ args: [{ tensor: { shape: [3] } }, { tensor: { shape: [3], data: [0, 2, 3] } }] }],
});
