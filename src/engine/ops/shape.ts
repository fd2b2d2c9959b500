/** Tensors joined, repeated and turned: what cannot be a view. Source: PyTorch's "Indexing, Slicing, Joining, Mutating Ops". */
import { allocate, type Data, DTYPES } from '../dtype';
import { indexError, runtimeError, TorchError, valueError } from '../errors';
import { formulas as f } from '../formulas';
import { placesOf, takePlaces } from '../kernels/copy';
import { resultType, valuesAs } from '../kernels/elementwise';
import { op, type Sample, type SampleTensor } from '../op';
import { contiguousStrides, numel, sameShape, show, wrapDim } from '../shape';
import { Tensor } from '../tensor';

const matrix: SampleTensor = { shape: [2, 3] };
const turned: SampleTensor = { shape: [3, 2], permute: [1, 0] };
const cube: SampleTensor = { shape: [2, 3, 2] };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });
const list = (...tensors: SampleTensor[]) => ({ tensors });

/** An empty tensor of one dimension joins anything: PyTorch keeps that from its youth. */
const skipped = (shape: readonly number[]) => shape.length === 1 && shape[0] === 0;

function checkCat(tensors: readonly Tensor[], dim: number): { at: number; kept: Tensor[] } {
  if (tensors.length === 0) throw valueError('torch.cat(): expected a non-empty list of Tensors');
  tensors.forEach((t, i) => {
    if (t.rank === 0) throw runtimeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`);
  });
  const kept = tensors.filter((t) => !skipped(t.shape));
  const first = kept[0] ?? tensors[0];
  const at = wrapDim(dim, first.rank);
  tensors.forEach((t, i) => {
    if (skipped(t.shape)) return;
    if (t.rank !== first.rank)
      throw runtimeError(`Tensors must have same number of dimensions: got ${first.rank} and ${t.rank}`);
    t.shape.forEach((d, k) => {
      if (k !== at && d !== first.shape[k])
        throw runtimeError(
          `Sizes of tensors must match except in dimension ${at}. Expected size ${first.shape[k]} but got size ${d} for tensor number ${i} in the list.`,
        );
    });
  });
  return { at, kept };
}

op<[Tensor[], number]>({
  schema: 'cat(Tensor[] tensors, int dim=0) -> Tensor',
  faces: ['torch', 'torch:concat', 'torch:concatenate'],
  formula: 'y = the xₖ one after another',
  gradient: 'dxₖ = its piece of dy',
  forward: (tensors, dim) => {
    const { at, kept } = checkCat(tensors, dim);
    const dtype = resultType(...tensors);
    if (kept.length === 0) return Tensor.zeros(dtype, [0]);
    const shape = kept[0].shape.with(
      at,
      kept.reduce((n, t) => n + t.shape[at], 0),
    );
    const out = allocate(dtype, numel(shape)) as Float64Array;
    const inner = numel(shape.slice(at + 1));
    const stride = inner * shape[at];
    let start = 0;
    for (const t of kept) {
      const run = t.shape[at] * inner;
      const values = valuesAs(t, dtype) as Float64Array;
      for (let i = 0; i * run < values.length; i++)
        out.set(values.subarray(i * run, (i + 1) * run), i * stride + start);
      start += run;
    }
    return Tensor.of(dtype, shape, out as Data);
  },
  grads: {
    tensors: (c, f) => {
      const shapes = c.shapes('tensors');
      const rank = (shapes.find((s) => !skipped(s)) ?? shapes[0]).length;
      const at = wrapDim(c.attr('dim'), rank);
      let start = 0;
      return shapes.map((s) => {
        if (skipped(s)) return f.zeros(s, c.grad.dtype);
        start += s[at];
        return f.slice(c.grad, at, start - s[at], start);
      });
    },
  },
  complex: ['tensors'],
  samples: () => [
    { args: [list(matrix, { shape: [1, 3] })] },
    { args: [list(matrix, turned), 1] },
    { args: [list(cube, cube, cube), -2] },
    { args: [list({ shape: [0] }, matrix)] },
    { args: [list({ shape: [2], dtype: 'int64' }, { shape: [1] })] },
    { args: [list({ shape: [2] }, { shape: [1], dtype: 'float64' })] },
    { args: [list(matrix, { shape: [2, 4] })] },
    { args: [list(matrix, { shape: [3] })] },
    { args: [list({ shape: [] }, { shape: [1] })] },
    { args: [list(matrix), 2] },
  ],
});

op<[Tensor[], number]>({
  schema: 'stack(Tensor[] tensors, int dim=0) -> Tensor',
  faces: ['torch'],
  formula: 'y[…, k, …] = xₖ',
  gradient: 'dxₖ = dy[…, k, …]',
  forward: (tensors, dim) => {
    if (tensors.length === 0) throw runtimeError('stack expects a non-empty TensorList');
    const [first] = tensors;
    const at = wrapDim(dim, first.rank + 1);
    tensors.forEach((t, i) => {
      if (!sameShape(t.shape, first.shape))
        throw runtimeError(
          `stack expects each tensor to be equal size, but got ${show(first.shape)} at entry 0 and ${show(t.shape)} at entry ${i}`,
        );
    });
    const dtype = resultType(...tensors);
    const shape = first.shape.toSpliced(at, 0, tensors.length);
    const out = allocate(dtype, numel(shape)) as Float64Array;
    const run = numel(first.shape.slice(at));
    tensors.forEach((t, k) => {
      const values = valuesAs(t, dtype) as Float64Array;
      if (run === 1) for (let i = 0, o = k; i < values.length; i++, o += tensors.length) out[o] = values[i];
      else
        for (let i = 0; i * run < values.length; i++)
          out.set(values.subarray(i * run, (i + 1) * run), (i * tensors.length + k) * run);
    });
    return Tensor.of(dtype, shape, out as Data);
  },
  grads: {
    tensors: (c, f) => {
      const dim = wrapDim(c.attr('dim'), c.grad.rank);
      return c.shapes('tensors').map((_, i) => f.select(c.grad, dim, i));
    },
  },
  complex: ['tensors'],
  samples: () => [
    { args: [list(matrix, matrix)] },
    { args: [list(matrix, turned), 1] },
    { args: [list(matrix, matrix, matrix), -1] },
    { args: [list({ shape: [] }, { shape: [] })] },
    { args: [list({ shape: [2], dtype: 'int64' }, { shape: [2] })] },
    { args: [list(matrix, { shape: [3] })] },
    { args: [list(matrix), 3] },
  ],
});

/** x with at least so many dimensions, as atleast_1d, _2d and _3d give them. */
function atLeast(x: Tensor, rank: number): Tensor {
  if (x.rank >= rank) return x;
  if (x.rank === 0) return f.reshape(x, new Array<number>(rank).fill(1));
  let y = x;
  if (y.rank === 1 && rank > 1) y = f.unsqueeze(y, 0);
  return rank === 3 ? f.unsqueeze(y, -1) : y;
}

for (const [name, formula, forward] of [
  [
    'hstack',
    'side by side',
    (all: Tensor[]) =>
      f.cat(
        all.map((t) => atLeast(t, 1)),
        all.length && atLeast(all[0], 1).rank === 1 ? 0 : 1,
      ),
  ],
  [
    'vstack',
    'one below the other',
    (all: Tensor[]) =>
      f.cat(
        all.map((t) => atLeast(t, 2)),
        0,
      ),
  ],
  [
    'dstack',
    'one behind the other',
    (all: Tensor[]) =>
      f.cat(
        all.map((t) => atLeast(t, 3)),
        2,
      ),
  ],
  [
    'column_stack',
    'side by side, rows as columns',
    (all: Tensor[]) =>
      f.cat(
        all.map((t) => (t.rank <= 1 ? f.reshape(t, [t.count, 1]) : t)),
        1,
      ),
  ],
] as const)
  op<[Tensor[]]>({
    schema: `${name}(Tensor[] tensors) -> Tensor`,
    faces: name === 'vstack' ? ['torch', 'torch:row_stack'] : ['torch'],
    composite: true,
    formula: `y = the xₖ ${formula}`,
    gradient: 'dxₖ = its piece of dy',
    forward: (all) => {
      if (all.length === 0) throw runtimeError(`${name} expects a non-empty TensorList`);
      return forward(all);
    },
    samples: () => [
      { args: [list(matrix, matrix)] },
      { args: [list({ shape: [3] }, { shape: [3] })] },
      { args: [list({ shape: [] }, { shape: [] })] },
      { args: [list(cube, cube)] },
      { args: [list()] },
    ],
  });

for (const rank of [1, 2, 3])
  op<[Tensor]>({
    schema: `atleast_${rank}d(Tensor input) -> Tensor`,
    faces: ['torch'],
    composite: true,
    formula: `y = x with at least ${rank} dimension${rank > 1 ? 's' : ''}`,
    gradient: "dx = dy in x's shape",
    forward: (x) => atLeast(x, rank),
    samples: () => [on({ shape: [] }), on({ shape: [3] }), on(matrix), on(cube)],
  });

op<[Tensor, number[]]>({
  schema: 'repeat(Tensor input, int[] repeats) -> Tensor',
  faces: ['Tensor'],
  formula: 'y = x, so many times along each dimension',
  gradient: 'dx = Σ dy over the copies',
  forward: (x, repeats) => {
    if (repeats.length < x.rank)
      throw runtimeError('Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor');
    const bad = repeats.find((r) => r < 0);
    const own = [...new Array<number>(repeats.length - x.rank).fill(1), ...x.shape];
    const shape = own.map((d, i) => d * repeats[i]);
    if (bad !== undefined)
      throw runtimeError(`Trying to create tensor with negative dimension ${shape.find((d) => d < 0)}: ${show(shape)}`);
    const strides = contiguousStrides(own);
    // Dimensions [r₀, d₀, r₁, d₁, …], of which the r do not move.
    const places = placesOf({
      shape: own.flatMap((d, i) => [repeats[i], d]),
      strides: strides.flatMap((s) => [0, s]),
      offset: 0,
    });
    return takePlaces(x, places, shape);
  },
  grads: {
    input: (c, f) => {
      const repeats = c.attr<number[]>('repeats');
      const own = [...new Array<number>(repeats.length - c.shape('input').length).fill(1), ...c.shape('input')];
      const split = f.reshape(
        c.grad,
        own.flatMap((d, i) => [repeats[i], d]),
      );
      return f.reshape(
        f.sum_to_size(
          split,
          own.flatMap((d) => [1, d]),
        ),
        c.shape('input'),
      );
    },
  },
  complex: ['input'],
  samples: () => [
    on(matrix, [2, 1]),
    on(matrix, [3, 1, 2]),
    on({ shape: [] }, [3]),
    on(turned, [1, 2]),
    on(matrix, [0, 2]),
    on(matrix, [2]),
    on({ shape: [2], dtype: 'bool' }, [2]),
  ],
});

op<[Tensor, number[]]>({
  schema: 'tile(Tensor input, int[] dims) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x, so many times along each dimension, counted from the last',
  gradient: 'dx = Σ dy over the copies',
  forward: (x, dims) => f.repeat(x, [...new Array<number>(Math.max(x.rank - dims.length, 0)).fill(1), ...dims]),
  samples: () => [on(matrix, [2]), on(matrix, [2, 1, 2])],
});

op<[Tensor, number[]]>({
  schema: 'flip(Tensor input, int[] dims) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[…, i, …] = x[…, n − 1 − i, …]',
  gradient: 'dx = dy turned back',
  forward: (x, dims) => {
    const at = dims.map((d) => wrapDim(d, x.rank));
    at.forEach((d, i) => {
      if (at.indexOf(d) !== i) throw runtimeError(`dim ${d} appears multiple times in the list of dims`);
    });
    const strides = contiguousStrides(x.shape);
    let offset = 0;
    for (const d of x.rank === 0 || x.count === 0 ? [] : at) {
      offset += (x.shape[d] - 1) * strides[d];
      strides[d] *= -1;
    }
    return takePlaces(x, placesOf({ shape: x.shape, strides, offset }), [...x.shape]);
  },
  grads: { input: (c, f) => f.flip(c.grad, c.attr('dims')) },
  complex: ['input'],
  samples: () => [
    on(matrix, [0]),
    on(cube, [-1, 0]),
    on(turned, [1]),
    on(matrix, []),
    on(matrix, [0, 0]),
    on(matrix, [2]),
  ],
});
for (const [name, dim, need] of [
  ['fliplr', 1, 2],
  ['flipud', 0, 1],
] as const)
  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: ['torch', 'Tensor'],
    composite: true,
    formula: dim ? 'y[i, j] = x[i, n − 1 − j]' : 'y[i] = x[n − 1 − i]',
    gradient: 'dx = dy turned back',
    forward: (x) => {
      if (x.rank < need) throw runtimeError(`Input must be >= ${need}-d.`);
      return f.flip(x, [dim]);
    },
    samples: () => [on(matrix), on(cube)],
  });

/** Where each element of a rolled tensor was. */
function rolledPlaces(shape: readonly number[], by: readonly number[]): Int32Array {
  let places = new Int32Array(1);
  // From the last dimension to the first: the places of one more dimension are those before, once for each of its steps.
  for (let d = shape.length - 1; d >= 0; d--) {
    const [n, inner] = [shape[d], places];
    places = new Int32Array(n * inner.length);
    for (let i = 0; i < n; i++) {
      const from = ((((i - by[d]) % n) + n) % n) * inner.length;
      for (let k = 0; k < inner.length; k++) places[i * inner.length + k] = from + inner[k];
    }
  }
  return places;
}

op<[Tensor, number[], number[]]>({
  schema: 'roll(Tensor input, int[] shifts, int[] dims=[]) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y[i] = x[(i − shift) mod n]',
  gradient: 'dx = dy rolled back',
  forward: (x, shifts, dims) => {
    if (shifts.length === 0) throw runtimeError('`shifts` required');
    if (dims.length === 0) {
      if (shifts.length !== 1)
        throw runtimeError(`shifts and dimensions must align. shifts: ${shifts.length}, dims:${dims.length}`);
      const n = x.count;
      return takePlaces(x, rolledPlaces([n], shifts), [...x.shape]);
    }
    if (dims.length !== shifts.length)
      throw runtimeError(`shifts and dimensions must align. shifts: ${shifts.length}, dims:${dims.length}`);
    if (x.rank === 0) throw indexError(`Dimension specified as ${dims[0]} but tensor has no dimensions`);
    const by = new Array<number>(x.rank).fill(0);
    dims.forEach((d, i) => {
      by[wrapDim(d, x.rank)] += shifts[i];
    });
    return takePlaces(x, rolledPlaces(x.shape, by), [...x.shape]);
  },
  grads: {
    input: (c, f) =>
      f.roll(
        c.grad,
        c.attr<number[]>('shifts').map((s) => -s),
        c.attr('dims'),
      ),
  },
  complex: ['input'],
  samples: () => [
    on(matrix, [1]),
    on(matrix, [-2], [1]),
    on(cube, [1, 2], [0, -2]),
    on(turned, [4], [0]),
    on(matrix, [1, 2], [0]),
  ],
});

/** index[k] = i, repeats[i] times in a row. */
function repeated(repeats: Tensor, size: number | null): Tensor {
  if (repeats.rank !== 1) throw runtimeError('repeat_interleave only accept 1D vector as repeat');
  if (repeats.dtype !== 'int64' && repeats.dtype !== 'int32')
    throw new TorchError(
      'NotImplementedError',
      `"repeat_interleave_cpu" not implemented for '${DTYPES[repeats.dtype].label}'`,
    );
  const counts = Array.from(repeats.values(), Number);
  if (counts.some((n) => n < 0)) throw runtimeError('repeats can not be negative');
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (size !== null && size !== total) throw runtimeError('allocated size does not match required size');
  const out = Tensor.zeros(repeats.dtype, [total]);
  const data = out.storage.data as Float64Array;
  let at = 0;
  counts.forEach((n, i) => {
    data.fill((repeats.dtype === 'int64' ? BigInt(i) : i) as number, at, (at += n));
  });
  return out;
}

const counts = (...data: number[]) => ({ tensor: { shape: [data.length], dtype: 'int64' as const, data } });

op<[Tensor, number | null]>({
  schema: 'repeat_interleave_indices(Tensor repeats, *, int? output_size=None) -> Tensor',
  faces: ['torch:repeat_interleave'],
  formula: 'y = each i, repeatsᵢ times in a row',
  forward: repeated,
  samples: () => [{ args: [counts(1, 2, 0, 3)] }, { args: [counts(1, -2)] }, { args: [on({ shape: [2] }).args[0]] }],
});

op<[Tensor, Tensor, number | null, number | null]>({
  schema: 'repeat_interleave_tensor(Tensor input, Tensor repeats, int? dim=None, *, int? output_size=None) -> Tensor',
  faces: ['torch:repeat_interleave', 'Tensor:repeat_interleave'],
  composite: true,
  formula: 'y = each element (or slice) of x, as often in a row as repeats says',
  gradient: 'dx = Σ dy over the copies',
  forward: (x, repeats, dim, size) => {
    const y = dim === null ? f.flatten(x) : x.rank === 0 ? f.reshape(x, [1]) : x;
    const at = wrapDim(dim ?? 0, y.rank);
    const n = y.shape[at];
    if (repeats.rank > 1) throw runtimeError('repeats must be 0-dim or 1-dim tensor');
    if (repeats.count !== 1 && repeats.shape[0] !== n)
      throw runtimeError(
        `repeats must have the same size as input along dim, but got repeats.size(0) = ${repeats.shape[0]} and input.size(${at}) = ${n}`,
      );
    const each = repeats.count === 1 ? f.expand(f.reshape(repeats, [1]), [n]) : repeats;
    return f.index_select(y, at, f.repeat_interleave_indices(each, size));
  },
  samples: () => [
    { args: [...on(matrix).args, counts(1, 0, 2), 1] },
    { args: [...on(matrix).args, counts(2)] },
    { args: [...on(matrix).args, counts(1, 2), 1] },
    { args: [...on(matrix).args, counts(2, 1), 0], kwargs: { output_size: 4 } },
  ],
});

op<[Tensor, number, number | null, number | null]>({
  schema: 'repeat_interleave(Tensor input, int repeats, int? dim=None, *, int? output_size=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = each element (or slice) of x, so many times in a row',
  gradient: 'dx = Σ dy over the copies',
  forward: (x, repeats, dim, size) => {
    const y = dim === null ? f.flatten(x) : x;
    if (repeats < 0) throw runtimeError('Repeats must be non-negative');
    const at = wrapDim(dim ?? 0, y.rank);
    const made = y.shape[at] * repeats;
    if (size !== null && size !== made)
      throw runtimeError(`repeat_interleave: Invalid output_size, expected ${made} but got ${size}`);
    const spread = f.expand(f.unsqueeze(y, at + 1), y.shape.toSpliced(at + 1, 0, repeats));
    return f.view(f.clone(spread, 'contiguous_format'), y.shape.with(at, made));
  },
  complex: ['input'],
  samples: () => [
    on(matrix, 2),
    on(matrix, 3, 0),
    on(cube, 2, -1),
    on(matrix, -1),
    { ...on(matrix, 2, 1), kwargs: { output_size: 7 } },
  ],
});
