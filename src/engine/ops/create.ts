/** Tensors from nothing and from others: factories, copies, casts, fills. Source: PyTorch's "Creation Ops" page. */
import { context } from '../context';
import { complexType, DTYPES, type DType, isComplex, isFloat, isHalf } from '../dtype';
import { runtimeError, valueError } from '../errors';
import { formulas as f } from '../formulas';
import { roundHalf } from '../half';
import { checkFits } from '../kernels/convert';
import { contiguousAs, denseAs, expandTo, filled } from '../kernels/copy';
import { dtypeLabel, valuesAs } from '../kernels/elementwise';
import { op, type Sample, type SampleTensor, type Scalar } from '../op';
import { fma64 } from '../random/float64';
import { broadcast, numel, sameShape, show } from '../shape';
import { Tensor } from '../tensor';

const like: SampleTensor = { shape: [2, 3] };
const sizes = (): Sample[] => [
  { args: [[2, 3]] },
  { args: [[]] },
  { args: [[0, 2]] },
  { args: [[2]], kwargs: { dtype: { dtype: 'int64' } } },
  { args: [[2, -1]] },
];
const likes = (...more: number[]): Sample[] => [
  { args: [{ tensor: like }, ...more] },
  { args: [{ tensor: { shape: [3], dtype: 'int64' } }, ...more] },
  { args: [{ tensor: like }, ...more], kwargs: { dtype: { dtype: 'float64' } } },
];
const resized = (...more: number[]): Sample[] => [
  { args: [{ tensor: like }, [4], ...more] },
  { args: [{ tensor: { shape: [3], dtype: 'int64' } }, [2, 2], ...more] },
  { args: [{ tensor: like }, [2], ...more], kwargs: { dtype: { dtype: 'int64' } } },
];

function checkSize(size: readonly number[], name = ''): number[] {
  const bad = size.find((d) => d < 0);
  if (bad !== undefined && name === 'zeros') throw runtimeError('zeros: Dimension size must be non-negative.');
  if (bad !== undefined) throw runtimeError(`Trying to create tensor with negative dimension ${bad}: ${show(size)}`);
  return [...size];
}

for (const [name, value, what] of [
  ['zeros', 0, '0'],
  ['ones', 1, '1'],
  // PyTorch leaves memory as it was; zeros are one such content, and the same at every run.
  ['empty', 0, '0 (PyTorch: whatever was there)'],
] as const) {
  op<[number[], DType | null]>({
    schema: `${name}(int[] size, *, ScalarType? dtype=None) -> Tensor`,
    faces: ['torch'],
    formula: `y = ${what}`,
    complex: true,
    forward: (size, dtype) => filled(dtype ?? context.defaultDtype, checkSize(size, name), value),
    samples: sizes,
  });
  op<[Tensor, DType | null]>({
    schema: `${name}_like(Tensor input, *, ScalarType? dtype=None) -> Tensor`,
    faces: ['torch'],
    formula: `y = ${what}, in x's shape`,
    complex: true,
    forward: (x, dtype) => filled(dtype ?? x.dtype, x.shape, value),
    samples: likes,
  });
  op<[Tensor, number[], DType | null]>({
    schema: `new_${name}(Tensor input, int[] size, *, ScalarType? dtype=None) -> Tensor`,
    faces: ['Tensor'],
    formula: `y = ${what}, in x's dtype`,
    complex: true,
    forward: (x, size, dtype) => filled(dtype ?? x.dtype, checkSize(size), value),
    samples: resized,
  });
}

const scalarType = (s: Scalar): DType =>
  s.kind === 'complex'
    ? complexType(context.defaultDtype)
    : s.kind === 'float'
      ? context.defaultDtype
      : s.kind === 'int'
        ? 'int64'
        : 'bool';

op<[number[], Scalar, DType | null]>({
  schema: 'full(int[] size, Scalar fill_value, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = v',
  forward: (size, v, dtype) => filled(dtype ?? scalarType(v), checkSize(size), v.value, v.imag),
  complex: true,
  samples: () => [
    { args: [[2, 3], 1.5] },
    { args: [[2], 7] },
    { args: [[2], true] },
    { args: [[], 2], kwargs: { dtype: { dtype: 'float64' } } },
  ],
});

op<[Tensor, Scalar, DType | null]>({
  schema: 'full_like(Tensor input, Scalar fill_value, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: "y = v, in x's shape",
  forward: (x, v, dtype) => filled(dtype ?? x.dtype, x.shape, v.value, v.imag),
  complex: true,
  samples: () => likes(2),
});

op<[Tensor, number[], Scalar, DType | null]>({
  schema: 'new_full(Tensor input, int[] size, Scalar fill_value, *, ScalarType? dtype=None) -> Tensor',
  faces: ['Tensor'],
  formula: "y = v, in x's dtype",
  forward: (x, size, v, dtype) => filled(dtype ?? x.dtype, checkSize(size), v.value, v.imag),
  complex: true,
  samples: () => resized(3),
});

/**
 * PyTorch (aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp) takes two vectors in one turn, adds up within each from its first element,
 * which has the range's dtype, and multiplies and adds in one rounding; what is left is counted from the start.
 */
function floatRange(out: Float32Array | Float64Array, from: number, by: number): void {
  const lanes = out instanceof Float32Array ? 8 : 4;
  const whole = out.length - (out.length % (2 * lanes));
  if (Number.isInteger(from) && Number.isInteger(by)) {
    for (let i = 0; i < out.length; i++) out[i] = from + by * i;
    return;
  }
  for (let i = 0; i < whole; i++) {
    const lane = i % lanes;
    out[i] = lane === 0 ? fma64(by, i, from) : fma64(by, lane, out[i - lane]);
  }
  for (let i = whole; i < out.length; i++) out[i] = fma64(by, i, from);
}

function arange(start: Scalar, end: Scalar, step: Scalar, dtype: DType | null): Tensor {
  const all = [start, end, step];
  const type = dtype ?? (all.some((s) => s.kind === 'float') ? context.defaultDtype : 'int64');
  const numbers = all.map((s) => Number(s.value));
  // int64 counts its steps in whole numbers, the others as the numbers were given.
  const [from, to, by] = type === 'int64' ? numbers.map(Math.trunc) : numbers;
  // Integers are counted from a whole number in whole steps.
  const own = isFloat(type) ? (v: number) => v : Math.trunc;
  if (by === 0 && numbers[2] !== 0) throw valueError('step must be nonzero');
  if (by === 0) throw runtimeError('step must be nonzero');
  if (!Number.isFinite(from) || !Number.isFinite(to)) {
    const words = [from, to].map((v) => String(v).replace('Infinity', 'inf').replace('NaN', 'nan'));
    throw runtimeError(`unsupported range: ${words.join(' -> ')}`);
  }
  if ((by > 0 && from > to) || (by < 0 && from < to))
    throw runtimeError('upper bound and lower bound inconsistent with step sign');
  const out = Tensor.zeros(type, [Math.ceil((to - from) / by)]);
  const data = out.storage.data;
  if (type === 'float32' || type === 'float64') floatRange(data as Float32Array | Float64Array, from, by);
  else
    for (let i = 0; i < data.length; i++)
      data[i] = (type === 'int64' ? BigInt(from + i * by) : own(from) + i * own(by)) as never;
  return out;
}
const int = (value: number): Scalar => ({ kind: 'int', value });

op<[Scalar, DType | null]>({
  schema: 'arange(Scalar end, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = 0, 1, … below end',
  forward: (end, dtype) => arange(int(0), end, int(1), dtype),
  samples: () => [
    { args: [4] },
    { args: [2.5] },
    { args: [-1] },
    { args: [3], kwargs: { dtype: { dtype: 'float64' } } },
  ],
});

op<[Scalar, Scalar, Scalar, DType | null]>({
  schema: 'arange_from(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch:arange'],
  formula: 'y = start + i · step, below end',
  forward: arange,
  samples: () => [
    { args: [1, 5] },
    { args: [0, 1, 0.1] },
    { args: [5, 0, -2] },
    { args: [0, 5, 0] },
    { args: [0, 5, -1] },
    { args: [1, 2, 0.25], kwargs: { dtype: { dtype: 'float64' } } },
  ],
});

/** linspace and logspace take numbers, or tensors of one number. */
export function checkEnds(fn: string, ends: Record<string, Tensor>): void {
  const given = Object.entries(ends).filter(([, t]) => !t.wrapped);
  if (given.every(([, t]) => t.rank === 0)) return;
  const ranks = given.map(([name, t]) => `${name} with ${t.rank} dimension(s)`).join(' and ');
  throw runtimeError(`${fn} only supports 0-dimensional start and end tensors, but got ${ranks}.`);
}

/** linspace between complex ends; both parts go in equal steps. */
function complexSteps(start: Tensor, end: Tensor, steps: number, dtype: DType | null): Tensor {
  const own = complexType(context.defaultDtype);
  if (dtype && !isComplex(dtype))
    throw runtimeError(
      `torch.linspace(): inferred dtype c10::complex<${own === 'complex128' ? 'double' : 'float'}> can't be safely cast to passed dtype ${DTYPES[dtype].label}`,
    );
  const to = dtype ?? own;
  const round = to === 'complex128' ? (v: number) => v : Math.fround;
  const out = Tensor.zeros(to, [steps]);
  const data = out.storage.data as Float64Array;
  const [from, until] = [start, end].map((t) => (valuesAs(t, to) as Float64Array).map(round));
  for (const part of [0, 1]) {
    const step = steps > 1 ? round(round(until[part] - from[part]) / (steps - 1)) : 0;
    for (let i = 0; i < steps; i++)
      data[2 * i + part] =
        i < Math.floor(steps / 2) || steps === 1
          ? from[part] + round(step * i)
          : until[part] - round(step * (steps - i - 1));
  }
  return out;
}

op<[Tensor, Tensor, number, DType | null]>({
  complex: true,
  schema: 'linspace(Number start, Number end, int steps, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = start + i · (end − start) / (steps − 1)',
  forward: (start, end, steps, dtype) => {
    checkEnds('linspace', { start, end });
    if (steps < 0) throw runtimeError('number of steps must be non-negative');
    if ([start, end].some((t) => isComplex(t.dtype)) || (dtype && isComplex(dtype)))
      return complexSteps(start, end, steps, dtype);
    const out = Tensor.zeros(dtype ?? context.defaultDtype, [steps]);
    const data = out.storage.data;
    const half = isHalf(out.dtype) ? out.dtype : null;
    const round = half ? (v: number) => roundHalf(v, half) : out.dtype === 'float32' ? Math.fround : (v: number) => v;
    // Integers go from a whole number to a whole number, in float64 steps.
    const own = isFloat(out.dtype) ? round : Math.trunc;
    const from = own(Number(start.values()[0]));
    const to = own(Number(end.values()[0]));
    const step = steps > 1 ? round(round(to - from) / (steps - 1)) : 0;
    const at =
      half || !isFloat(out.dtype) || !Number.isFinite(step)
        ? (by: number, i: number, end: number) => end + round(by * i)
        : fma64;
    // From both ends to the middle, as PyTorch does; its compiler makes one rounding of multiplying and adding.
    for (let i = 0; i < steps; i++) {
      const v = i < Math.floor(steps / 2) || steps === 1 ? at(step, i, from) : at(-step, steps - i - 1, to);
      data[i] = (out.dtype === 'int64' ? BigInt(Math.trunc(v)) : v) as never;
    }
    return out;
  },
  samples: () => [
    { args: [0, 1, 5] },
    { args: [-1, 1, 4] },
    { args: [3, 3.5, 1] },
    { args: [0, 1, 0] },
    { args: [0, 10, 7], kwargs: { dtype: { dtype: 'float64' } } },
    { args: [0, 1, -1] },
    { args: [{ tensor: { shape: [], data: [1], dtype: 'int64' } }, 2.5, 4] },
    { args: [{ tensor: { shape: [2], requiresGrad: false } }, 2.5, 4] },
  ],
});

op<[number, number | null, DType | null]>({
  schema: 'eye(int n, int? m=None, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y[i, j] = 1 where i = j, else 0',
  forward: (n, m, dtype) => {
    const columns = m ?? n;
    for (const [name, size] of Object.entries({ n, m: columns }))
      if (size < 0) throw runtimeError(`${name} must be greater or equal to 0, got ${size}`);
    const out = Tensor.zeros(dtype ?? context.defaultDtype, [n, columns]);
    const one = out.dtype === 'int64' ? 1n : 1;
    for (let i = 0; i < Math.min(n, columns); i++)
      out.storage.data[(i * columns + i) * DTYPES[out.dtype].parts] = one as never;
    return out;
  },
  complex: true,
  samples: () => [
    { args: [3] },
    { args: [2, 3] },
    { args: [2], kwargs: { dtype: { dtype: 'int64' } } },
    { args: [-1] },
  ],
});

op<[Tensor, string | null]>({
  schema: 'clone(Tensor input, *, str? memory_format=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = x',
  gradient: 'dx = dy',
  forward: (x, format) => inFormat(x, format),
  grads: { input: (c) => c.grad },
  complex: true,
  wirtinger: true,
  samples: () => [
    { args: [{ tensor: like }] },
    { args: [{ tensor: { shape: [2, 3], permute: [1, 0] } }] },
    { args: [{ tensor: { shape: [2], dtype: 'bool' } }] },
  ],
});

/** A copy whose memory is in this order: rows, as x is (preserve_format), or the channel innermost. */
function inFormat(x: Tensor, format: string | null): Tensor {
  if (format === 'contiguous_format') return contiguousAs(x, x.dtype);
  const rank = format === 'channels_last' ? 4 : format === 'channels_last_3d' ? 5 : null;
  if (rank === null) return denseAs(x, x.dtype);
  if (x.rank !== rank) throw runtimeError(`required rank ${rank} tensor to use ${format} format`);
  const inner = <T>(list: readonly T[]) => [list[0], ...list.slice(2), list[1]];
  const copy = contiguousAs(x.alias(inner(x.shape), inner(x.strides)), x.dtype);
  const outer = <T>(list: readonly T[]) => [list[0], list[rank - 1], ...list.slice(1, -1)];
  return copy.alias(outer(copy.shape), outer(copy.strides));
}

op<[Tensor, string | null]>({
  schema: 'contiguous(Tensor input, *, str? memory_format=None) -> Tensor',
  faces: ['Tensor'],
  composite: true,
  formula: 'y = x, in row-major order: x itself where it is so already',
  gradient: 'dx = dy',
  forward(x, format) {
    if (format === 'preserve_format')
      throw runtimeError('preserve memory format is unsupported by the contiguous operator');
    return (format ?? 'contiguous_format') === 'contiguous_format' && x.contiguous
      ? x
      : f.clone(x, format ?? 'contiguous_format');
  },
  samples: () => [{ args: [{ tensor: like }] }, { args: [{ tensor: { shape: [2, 3], permute: [1, 0] } }] }],
});

op<[Tensor, DType]>({
  schema: 'to_dtype(Tensor input, ScalarType dtype) -> Tensor',
  faces: ['torch.ops.aten:to'],
  formula: 'y = x as another dtype',
  gradient: "dx = dy as x's dtype",
  forward: (x, dtype) => denseAs(x, dtype),
  grads: { input: (c) => c.grad },
  gradName: 'ToCopyBackward0',
  complex: true,
  wirtinger: true,
  samples: () => [
    { args: [{ tensor: like }, { dtype: 'float64' }] },
    { args: [{ tensor: { shape: [2, 3], permute: [1, 0], dtype: 'float64' } }, { dtype: 'float32' }] },
    { args: [{ tensor: { shape: [4], data: [-1.5, 0, 0.5, 2.9] } }, { dtype: 'int64' }] },
    { args: [{ tensor: { shape: [4], data: [-1.5, 0, 0.5, 2.9] } }, { dtype: 'bool' }] },
    { args: [{ tensor: { shape: [4], data: [-1.5, 0, 200, 2.9] } }, { dtype: 'uint8' }] },
    { args: [{ tensor: { shape: [3], dtype: 'int64' } }, { dtype: 'float32' }] },
    { args: [{ tensor: { shape: [3], dtype: 'int64', data: [300, -1, 5] } }, { dtype: 'int8' }] },
    { args: [{ tensor: { shape: [3], dtype: 'bool' } }, { dtype: 'int64' }] },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'copy_(Tensor input, Tensor src, bool non_blocking=False) -> Tensor',
  faces: ['Tensor'],
  inplaceOnly: true,
  formula: 'x ← s, broadcast',
  gradient: 'ds = dy,  dx = 0',
  forward: (x, src) => {
    const shape = broadcast(x.shape, src.shape);
    if (!sameShape(shape, x.shape))
      throw runtimeError(`output with shape ${show(x.shape)} doesn't match the broadcast shape ${show(shape)}`);
    return expandTo(src, shape);
  },
  grads: { input: (c, f) => f.zeros_like(c.grad), src: (c) => c.grad },
  gradName: 'CopyBackwards',
  complex: true,
  wirtinger: true,
  samples: () => [
    { args: [{ tensor: like }, { tensor: like }] },
    { args: [{ tensor: like }, { tensor: { shape: [3], dtype: 'float64' } }] },
    { args: [{ tensor: like }, { tensor: { shape: [3, 2], permute: [1, 0] } }] },
    { args: [{ tensor: { shape: [3], dtype: 'int64' } }, { tensor: { shape: [3] } }] },
    { args: [{ tensor: like }, { tensor: { shape: [2] } }] },
    { args: [{ tensor: { shape: [3] } }, { tensor: like }] },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'fill_(Tensor input, Number value) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplaceOnly: true,
  formula: 'x ← v',
  gradient: 'dv = Σ dy,  dx = 0',
  forward: (x, v) => {
    if (v.rank !== 0)
      throw runtimeError(`fill_ only supports 0-dimension value tensor but got tensor with ${v.rank} dimensions.`);
    if (v.wrapped) checkFits(v, x.dtype);
    return expandTo(v, x.shape);
  },
  grads: { input: (c, f) => f.zeros_like(c.grad), value: (c) => c.grad },
  gradName: (_, v) => (v.wrapped ? 'FillBackward2' : 'FillBackward3'),
  complex: true,
  wirtinger: true,
  samples: () => [
    { args: [{ tensor: like }, 1.5] },
    { args: [{ tensor: like }, { tensor: { shape: [] } }] },
    { args: [{ tensor: { shape: [2], dtype: 'int64' } }, 3] },
    { args: [{ tensor: like }, { tensor: { shape: [3] } }] },
  ],
});

op<[Tensor]>({
  schema: 'zero_(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplaceOnly: true,
  formula: 'x ← 0',
  gradient: 'dx = 0',
  forward: (x) => Tensor.zeros(x.dtype, [...x.shape]),
  grads: { input: (c, f) => f.zeros_like(c.grad) },
  complex: true,
  wirtinger: true,
  samples: () => [{ args: [{ tensor: like }] }, { args: [{ tensor: { shape: [2], dtype: 'int64' } }] }],
});

/** Keeps the elements (of the last two dimensions) that `keep` chooses by column − row. */
function triangle(x: Tensor, name: string, keep: (columnMinusRow: number) => boolean): Tensor {
  if (x.rank < 2) throw runtimeError(`${name}: input tensor must have at least 2 dimensions`);
  const out = contiguousAs(x, x.dtype);
  const [rows, columns] = x.shape.slice(-2);
  const { data } = out.storage;
  const zero = x.dtype === 'int64' ? 0n : 0;
  for (let i = 0; i < numel(x.shape); i++)
    if (!keep((i % columns) - (Math.floor(i / columns) % rows))) data[i] = zero as never;
  return out;
}

for (const [name, keep, which] of [
  ['tril', (d: number, k: number) => d <= k, '≤'],
  ['triu', (d: number, k: number) => d >= k, '≥'],
] as const)
  op<[Tensor, number]>({
    schema: `${name}(Tensor input, int diagonal=0) -> Tensor`,
    faces: ['torch', 'Tensor'],
    inplace: true,
    formula: `y[i, j] = x[i, j] where j − i ${which} k, else 0`,
    gradient: `dx[i, j] = dy[i, j] where j − i ${which} k, else 0`,
    forward: (x, k) => triangle(x, name, (d) => keep(d, k)),
    grads: { input: (c, f) => f[name](c.grad, c.attr('diagonal')) },
    complex: ['input'],
    samples: () => [
      { args: [{ tensor: { shape: [3, 4] } }] },
      { args: [{ tensor: { shape: [2, 3, 3] } }, 1] },
      { args: [{ tensor: { shape: [3, 3], dtype: 'int64' } }, -1] },
      { args: [{ tensor: { shape: [3] } }] },
    ],
  });

op<[Tensor[], string]>({
  schema: "meshgrid(Tensor[] tensors, *, str indexing='ij') -> Tensor[]",
  faces: ['torch'],
  composite: true,
  formula: 'yₖ[i₀, i₁, …] = xₖ[iₖ]',
  gradient: 'dxₖ = Σ dyₖ over the other dimensions',
  forward: (tensors, indexing) => {
    if (tensors.length === 0) throw runtimeError('meshgrid expects a non-empty TensorList');
    if (indexing !== 'ij' && indexing !== 'xy')
      throw runtimeError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`);
    const { dtype } = tensors[0];
    for (const t of tensors) {
      if (t.rank > 1)
        throw runtimeError(`torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${show(t.shape)}`);
      if (t.dtype !== dtype)
        throw runtimeError(`torch.meshgrid expects all tensors to have the same dtype, but got ${dtypeLabel(t.dtype)}`);
    }
    const swap = indexing === 'xy' && tensors.length > 1;
    const order = swap ? [tensors[1], tensors[0], ...tensors.slice(2)] : tensors;
    const shape = order.map((t) => t.count);
    const grids = order.map((t, i) =>
      f.expand(
        f.view(
          t,
          shape.map((_, d) => (d === i ? -1 : 1)),
        ),
        shape,
      ),
    );
    return swap ? [grids[1], grids[0], ...grids.slice(2)] : grids;
  },
  samples: () => [
    { args: [{ tensors: [{ shape: [2] }, { shape: [3] }] }], kwargs: { indexing: 'ij' } },
    { args: [{ tensors: [{ shape: [2] }, { shape: [3] }, { shape: [2] }] }], kwargs: { indexing: 'xy' } },
    { args: [{ tensors: [{ shape: [2] }] }], kwargs: { indexing: 'xyz' } },
  ],
});
