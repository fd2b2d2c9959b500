/** Parts of a tensor, seen in its own memory. Source: PyTorch's "Tensor Views" page and derivatives.yaml. */
import { DTYPES, isInteger } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { placesOf, putPlaces, sliceGeometry, takePlaces } from '../kernels/copy';
import { op, type Sample, type SampleTensor } from '../op';
import { contiguousStrides, show, wrapDim } from '../shape';
import { type Geometry, Tensor } from '../tensor';

const matrix: SampleTensor = { shape: [2, 3] };
const turned: SampleTensor = { shape: [3, 2], permute: [1, 0] };
const cube: SampleTensor = { shape: [2, 3, 2] };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

/** Zeros of `sizes` with the gradient where the view looked: the gradient of select, slice and as_strided. */
function scattered(grad: Tensor, sizes: number[], places: Int32Array, add = false): Tensor {
  const out = Tensor.zeros(grad.dtype, [...sizes]);
  putPlaces(out, places, grad.values(), add);
  return out;
}

op<[Tensor, number, number]>({
  schema: 'select(Tensor input, int dim, int index) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  formula: 'y = x[…, index, …]',
  gradient: 'dx[…, index, …] = dy, else 0',
  forward: (x, dim, index) => {
    if (x.rank === 0) throw indexError('select() cannot be applied to a 0-dim tensor.');
    const at = wrapDim(dim, x.rank);
    const size = x.shape[at];
    if (index < -size || index >= size)
      throw indexError(`select(): index ${index} out of range for tensor of size ${show(x.shape)} at dimension ${at}`);
    const i = index < 0 ? index + size : index;
    return x.alias(x.shape.toSpliced(at, 1), x.strides.toSpliced(at, 1), x.offset + i * x.strides[at]);
  },
  grads: { input: (c, f) => f.select_backward(c.grad, c.shape('input'), c.attr('dim'), c.attr('index')) },
  samples: () => [on(matrix, 0, 1), on(cube, 1, -1), on(turned, 0, 0), on(matrix, 0, 2), on({ shape: [] }, 0, 0)],
});

op<[Tensor, number[], number, number]>({
  schema: 'select_backward(Tensor grad, int[] sizes, int dim, int index) -> Tensor',
  faces: ['torch.ops.aten'],
  formula: 'y[…, index, …] = g, else 0',
  gradient: 'dg = dy[…, index, …]',
  forward: (grad, sizes, dim, index) => {
    const at = wrapDim(dim, sizes.length);
    const i = index < 0 ? index + sizes[at] : index;
    return scattered(grad, sizes, placesOf(sliceGeometry(sizes, at, i, 1, 1)));
  },
  grads: { grad: (c, f) => f.select(c.grad, c.attr('dim'), c.attr('index')) },
  gradName: 'SelectBackwardBackward0',
  complex: ['grad'],
  samples: () => [on({ shape: [3] }, [2, 3], 0, 1), on({ shape: [2, 2] }, [2, 3, 2], 1, -1)],
});

/** Start, length and step of Python's slice over `size` elements. */
export function sliceRange(size: number, start: number | null, end: number | null, step: number) {
  const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + size : v, 0), size);
  const from = clamp(start ?? 0);
  const to = Math.max(clamp(end ?? size), from);
  return { from, length: Math.ceil((to - from) / step) };
}

op<[Tensor, number, number | null, number | null, number]>({
  schema: 'slice(Tensor input, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor',
  faces: ['torch.ops.aten'],
  view: true,
  formula: 'y = x[…, start:end:step, …]',
  gradient: 'dx[…, start:end:step, …] = dy, else 0',
  forward: (x, dim, start, end, step) => {
    if (x.rank === 0) throw indexError('slice() cannot be applied to a 0-dim tensor.');
    const at = wrapDim(dim, x.rank);
    if (step <= 0) throw runtimeError('slice step must be positive');
    const { from, length } = sliceRange(x.shape[at], start, end, step);
    return x.alias(x.shape.with(at, length), x.strides.with(at, x.strides[at] * step), x.offset + from * x.strides[at]);
  },
  grads: {
    input: (c, f) =>
      f.slice_backward(c.grad, c.shape('input'), c.attr('dim'), c.attr('start'), c.attr('end'), c.attr('step')),
  },
  samples: () => [
    on({ shape: [5, 2] }, 0, 1, 4),
    on({ shape: [2, 5] }, 1, null, null, 2),
    on({ shape: [5] }, 0, -3, 100),
    on({ shape: [5] }, 0, 3, 1),
    on(turned, -1, 1),
    on({ shape: [5] }, 0, 0, 5, 0),
    on({ shape: [] }, 0),
  ],
});

op<[Tensor, number[], number, number | null, number | null, number]>({
  schema: 'slice_backward(Tensor grad, int[] sizes, int dim, int? start, int? end, int step) -> Tensor',
  faces: [],
  formula: 'y[…, start:end:step, …] = g, else 0',
  gradient: 'dg = dy[…, start:end:step, …]',
  forward: (grad, sizes, dim, start, end, step) => {
    const at = wrapDim(dim, sizes.length);
    const { from, length } = sliceRange(sizes[at], start, end, step);
    return scattered(grad, sizes, placesOf(sliceGeometry(sizes, at, from, step, length)));
  },
  grads: { grad: (c, f) => f.slice(c.grad, c.attr('dim'), c.attr('start'), c.attr('end'), c.attr('step')) },
  complex: ['grad'],
  samples: () => [on({ shape: [2, 2] }, [2, 4], 1, 1, null, 2)],
});

op<[Tensor, number, Tensor, number]>({
  schema: 'narrow_tensor(Tensor input, int dim, Tensor start, int length) -> Tensor',
  faces: ['torch:narrow', 'Tensor:narrow'],
  composite: true,
  formula: 'y = x[…, start … start + length − 1, …]',
  gradient: 'dx = dy there, else 0',
  forward: (x, dim, start, length) => {
    if (start.rank !== 0 || !isInteger(start.dtype)) throw runtimeError('start must be an 0-dim integral Tensor.');
    return f.narrow(x, dim, Number(start.values()[0]), length);
  },
  samples: () => [
    { args: [{ tensor: matrix }, 1, { tensor: { shape: [], dtype: 'int64', data: [1] } }, 2] },
    { args: [{ tensor: matrix }, 1, { tensor: { shape: [1], dtype: 'int64', data: [1] } }, 2] },
  ],
});

op<[Tensor, number, number, number]>({
  schema: 'narrow(Tensor input, int dim, int start, int length) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x[…, start:start+length, …]',
  gradient: 'dx[…, start:start+length, …] = dy, else 0',
  forward: (x, dim, start, length) => {
    if (x.rank === 0) throw runtimeError('narrow() cannot be applied to a 0-dim tensor.');
    if (length < 0) throw runtimeError('narrow(): length must be non-negative.');
    const size = x.shape[wrapDim(dim, x.rank)];
    if (start < -size || start > size)
      throw indexError(`start out of range (expected to be in range of [${-size}, ${size}], but got ${start})`);
    const from = start < 0 ? start + size : start;
    if (from > size - length)
      throw runtimeError(`start (${from}) + length (${length}) exceeds dimension size (${size}).`);
    return f.slice(x, dim, from, from + length, 1);
  },
  samples: () => [on(cube, 1, 1, 2), on(cube, -2, -2, 1), on(cube, 0, 1, 2), on(cube, 0, 3, 1), on(cube, 0, 0, -1)],
});

/** Views of consecutive pieces along a dimension. */
function pieces(x: Tensor, dim: number, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const offset = x.offset + start * x.strides[dim];
    start += size;
    return x.alias(x.shape.with(dim, size), [...x.strides], offset);
  });
}

/** The pieces' gradients one after another; zeros for a piece that took no part in the loss. */
const joined = (grads: readonly (Tensor | null)[], shape: number[], dim: number, sizes: readonly number[]) =>
  f.cat(
    grads.map((g, i) => g ?? f.zeros(shape.with(dim, sizes[i]), grads.find((o) => o !== null)!.dtype)),
    dim,
  );

/** Sizes of pieces of `size` each, the last one smaller. */
const evenly = (total: number, size: number): number[] =>
  total === 0 ? [0] : Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min(size, total - i * size));

op<[Tensor, number, number]>({
  schema: 'split(Tensor input, int split_size, int dim=0) -> Tensor[]',
  faces: ['Tensor', 'torch'],
  view: true,
  formula: 'yₖ = the k-th piece of x, of this size',
  gradient: 'dx = the dyₖ one after another',
  forward: (x, size, dim) => {
    if (x.rank === 0) throw runtimeError('split expects at least a 1-dimensional tensor');
    if (size < 0) throw runtimeError(`split expects split_size be non-negative, but got split_size=${size}`);
    const at = wrapDim(dim, x.rank);
    if (size === 0 && x.shape[at] !== 0)
      throw runtimeError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${x.shape[at]}`);
    return pieces(x, at, evenly(x.shape[at], size));
  },
  grads: {
    input: (c) => {
      const shape = c.shape('input');
      const dim = wrapDim(c.attr('dim'), shape.length);
      return joined(c.grads, shape, dim, evenly(shape[dim], c.attr('split_size')));
    },
  },
  samples: () => [
    on({ shape: [5, 2] }, 2),
    on(cube, 1, -1),
    on({ shape: [0] }, 2),
    on(matrix, -1),
    on(matrix, 0),
    on({ shape: [] }, 1),
  ],
});

op<[Tensor, number[], number]>({
  schema: 'split_with_sizes(Tensor input, int[] split_sizes, int dim=0) -> Tensor[]',
  faces: ['torch', 'Tensor', 'torch:split', 'Tensor:split'],
  view: true,
  formula: 'yₖ = the k-th piece of x, of size split_sizesₖ',
  gradient: 'dx = the dyₖ one after another',
  forward: (x, sizes, dim) => {
    if (x.rank === 0) throw runtimeError('split expects at least a 1-dimensional tensor');
    const at = wrapDim(dim, x.rank);
    if (sizes.some((s) => s < 0))
      throw runtimeError(
        `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${show(sizes)}`,
      );
    if (sizes.reduce((a, b) => a + b, 0) !== x.shape[at])
      throw runtimeError(
        `split_with_sizes expects split_sizes to sum exactly to ${x.shape[at]} (input tensor's size at dimension ${at}), but got split_sizes=${show(sizes)}`,
      );
    return pieces(x, at, sizes);
  },
  grads: {
    input: (c) => {
      const shape = c.shape('input');
      return joined(c.grads, shape, wrapDim(c.attr('dim'), shape.length), c.attr<number[]>('split_sizes'));
    },
  },
  samples: () => [on({ shape: [5, 2] }, [2, 3]), on(cube, [1, 0, 1], 2), on(matrix, [1, 2]), on(matrix, [-1, 3])],
});

op<[Tensor, number, number]>({
  schema: 'chunk(Tensor input, int chunks, int dim=0) -> Tensor[]',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'yₖ = the k-th of at most so many equal pieces of x',
  gradient: 'dx = the dyₖ one after another',
  forward: (x, chunks, dim) => {
    if (x.rank === 0) throw runtimeError('chunk expects at least a 1-dimensional tensor');
    if (chunks <= 0) throw runtimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
    const size = x.shape[wrapDim(dim, x.rank)];
    const each = Math.ceil(size / chunks);
    return each === 0
      ? (f.split_with_sizes(x, new Array<number>(chunks).fill(0), dim) as unknown as Tensor[])
      : (f.split(x, each, dim) as unknown as Tensor[]);
  },
  samples: () => [on({ shape: [5, 2] }, 2), on(cube, 5, 1), on({ shape: [0, 2] }, 2), on(matrix, 0)],
});

op<[Tensor, number]>({
  schema: 'unbind(Tensor input, int dim=0) -> Tensor[]',
  faces: ['torch', 'Tensor'],
  view: true,
  formula: 'yₖ = x[…, k, …]',
  gradient: 'dx = the dyₖ stacked',
  forward: (x, dim) => {
    if (x.rank === 0) throw indexError('Dimension specified as 0 but tensor has no dimensions');
    const at = wrapDim(dim, x.rank);
    return Array.from({ length: x.shape[at] }, (_, i) =>
      x.alias(x.shape.toSpliced(at, 1), x.strides.toSpliced(at, 1), x.offset + i * x.strides[at]),
    );
  },
  grads: {
    input: (c, f) => {
      const dim = wrapDim(c.attr('dim'), c.shape('input').length);
      const some = c.grads.find((g) => g !== null)!;
      return f.stack(
        c.grads.map((g) => g ?? f.zeros_like(some)),
        dim,
      );
    },
  },
  samples: () => [on(matrix), on(cube, -1), on({ shape: [3] }), on({ shape: [] })],
});

op<[Tensor]>({
  schema: 'detach(Tensor input) -> Tensor',
  faces: ['Tensor', 'torch'],
  formula: 'y = x, as if it had no history',
  forward: (x) => {
    const out = x.alias([...x.shape], [...x.strides]);
    // A write through either is seen by autograd's checks on both.
    out.counter = x.counter;
    return out;
  },
  complex: true,
  samples: () => [on(matrix), on(turned)],
});

op<[Tensor]>({
  schema: 'alias(Tensor input) -> Tensor',
  faces: ['torch.ops.aten'],
  view: true,
  formula: 'y = x',
  gradient: 'dx = dy',
  forward: (x) => x.alias([...x.shape], [...x.strides]),
  grads: { input: (c) => c.grad },
  samples: () => [on(matrix), on(turned)],
});

/** Refuses a geometry that looks beyond the memory, in PyTorch's words. */
export function checkStrided(x: Tensor, size: number[], stride: number[], start: number): void {
  if (size.length !== stride.length) throw runtimeError('mismatch in length of strides and shape');
  const last = size.some((d) => d === 0) ? -1 : size.reduce((at, d, i) => at + (d - 1) * stride[i], start);
  if (last < x.storage.data.length / DTYPES[x.dtype].parts) return;
  const { bytes, length } = x.storage;
  const each = length ? bytes / length : 4;
  throw runtimeError(
    `setStorage: sizes ${show(size)}, strides ${show(stride)}, storage offset ${start}, and itemsize ${each} requiring a storage size of ${(last + 1) * each} are out of bounds for storage of size ${bytes}`,
  );
}

op<[Tensor, number[], number[], number | null]>({
  schema: 'as_strided(Tensor input, int[] size, int[] stride, int? storage_offset=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  inplace: true,
  inplaceGradName: 'AsStridedBackward1',
  formula: 'y[i, j, …] = memory[offset + i · stride₀ + j · stride₁ + …]',
  gradient: 'dx = dy added up where y looked',
  forward: (x, size, stride, offset) => {
    const start = offset ?? x.offset;
    checkStrided(x, size, stride, start);
    return x.alias([...size], [...stride], start);
  },
  grads: {
    input: (c, f) => {
      const x = c.geometry('input');
      const offset = c.attr<number | null>('storage_offset') ?? x.offset;
      return f.as_strided_backward(
        c.grad,
        ...[c.attr('size'), c.attr('stride'), offset],
        ...[x.shape, x.strides, x.offset],
      );
    },
  },
  samples: () => [
    on(matrix, [2, 2], [1, 2]),
    on({ shape: [6] }, [3, 2], [1, 1], 1),
    on({ shape: [6] }, [2], [0]),
    on({ shape: [6] }, [3, 3], [2, 1]),
  ],
});

/** How often each element of a memory is shown. */
function timesShown(g: Geometry, length: number): Uint32Array {
  const times = new Uint32Array(length);
  for (const place of placesOf(g)) times[place]++;
  return times;
}

const extent = (g: Geometry) =>
  g.shape.includes(0) ? 0 : g.shape.reduce((last, d, i) => last + (d - 1) * g.strides[i], g.offset) + 1;

type Strided = [size: number[], stride: number[], offset: number];
const geometryOf = ([shape, strides, offset]: Strided): Geometry => ({ shape, strides, offset });

/**
 * From the gradient of a view (`size`, `stride`, `offset`) through the memory that it shows to that of what it was taken from. Elements
 * that the latter shows several times share theirs (PyTorch's as_strided_backward).
 */
op<[Tensor, ...Strided, ...Strided, boolean]>({
  schema:
    'as_strided_backward(Tensor grad, int[] size, int[] stride, int offset, int[] to_size, int[] to_stride, int to_offset, bool back=False) -> Tensor',
  faces: [],
  formula: 'y = the gradient, added up in memory and seen by the other geometry',
  gradient: 'the same way back',
  forward: (grad, size, stride, offset, toSize, toStride, toOffset, back) => {
    const [from, to] = [geometryOf([size, stride, offset]), geometryOf([toSize, toStride, toOffset])];
    const memory = Tensor.zeros(grad.dtype, [Math.max(extent(from), extent(to))]);
    putPlaces(memory, placesOf(from), grad.values(), true);
    const times = timesShown(back ? from : to, memory.count);
    const data = memory.storage.data as Float64Array;
    for (let i = 0; i < data.length; i++) if (times[i] > 1) data[i] /= times[i];
    return takePlaces(memory, placesOf(to), toSize);
  },
  grads: {
    grad: (c, f) =>
      f.as_strided_backward(
        c.grad,
        ...[c.attr('to_size'), c.attr('to_stride'), c.attr('to_offset')],
        ...[c.attr('size'), c.attr('stride'), c.attr('offset')],
        !c.attr('back'),
      ),
  },
  complex: ['grad'],
  samples: () => [
    on({ shape: [3, 2] }, [3, 2], [1, 1], 1, [6], [1], 0),
    on({ shape: [3] }, [3], [1], 0, [2, 2], [0, 1], 0),
  ],
});

op<[Tensor, number, number, number]>({
  schema: 'diagonal(Tensor input, int offset=0, int dim1=0, int dim2=1) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  formula: 'y[…, i] = x[i, i + offset]',
  gradient: 'dx[i, i + offset] = dy[…, i], else 0',
  forward: (x, offset, dim1, dim2) => {
    const g = diagonalOf(x.shape, x.strides, offset, dim1, dim2);
    return x.alias(g.shape, g.strides, x.offset + g.offset);
  },
  grads: {
    input: (c, f) => f.diagonal_backward(c.grad, c.shape('input'), c.attr('offset'), c.attr('dim1'), c.attr('dim2')),
  },
  samples: () => [
    on({ shape: [3, 3] }),
    on(matrix, 1),
    on(matrix, -1),
    on(cube, 0, 2, 1),
    on(matrix, 5),
    on(matrix, 0, 1, 1),
  ],
});

export function diagonalOf(shape: number[], strides: number[], offset: number, dim1: number, dim2: number) {
  const [a, b] = [wrapDim(dim1, shape.length), wrapDim(dim2, shape.length)];
  if (a === b) throw runtimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  const length = Math.max(Math.min(shape[a] + Math.min(offset, 0), shape[b] - Math.max(offset, 0)), 0);
  const start = length === 0 ? 0 : offset >= 0 ? offset * strides[b] : -offset * strides[a];
  const kept = shape.map((_, d) => d).filter((d) => d !== a && d !== b);
  return {
    shape: [...kept.map((d) => shape[d]), length],
    strides: [...kept.map((d) => strides[d]), strides[a] + strides[b]],
    offset: start,
  };
}

op<[Tensor, number[], number, number, number]>({
  schema: 'diagonal_backward(Tensor grad, int[] sizes, int offset, int dim1, int dim2) -> Tensor',
  faces: ['torch.ops.aten'],
  formula: 'y[i, i + offset] = g[…, i], else 0',
  gradient: 'dg = the diagonal of dy',
  forward: (grad, sizes, offset, dim1, dim2) =>
    scattered(grad, sizes, placesOf(diagonalOf(sizes, contiguousStrides(sizes), offset, dim1, dim2))),
  grads: { grad: (c, f) => f.diagonal(c.grad, c.attr('offset'), c.attr('dim1'), c.attr('dim2')) },
  gradName: 'DiagonalBackwardBackward0',
  complex: ['grad'],
  samples: () => [on({ shape: [2] }, [2, 3], 1, 0, 1)],
});

/** Geometry of unfold: windows of `size` along a dimension, `step` apart, laid out along a new last one. */
function windows(x: { shape: number[]; strides: number[] }, dim: number, size: number, step: number) {
  const rank = x.shape.length;
  const d = wrapDim(dim, rank);
  const length = rank ? x.shape[d] : 1;
  if (size > length) throw runtimeError(`maximum size for tensor at dimension ${d} is ${length} but size is ${size}`);
  if (size < 0) throw runtimeError(`size is ${size} but must be >= 0`);
  if (step <= 0) throw runtimeError(`step is ${step} but must be > 0`);
  const stride = rank ? x.strides[d] : 1;
  if (rank === 0) return { shape: [size], strides: [stride] };
  return {
    shape: [...x.shape.with(d, Math.floor((length - size) / step) + 1), size],
    strides: [...x.strides.with(d, stride * step), stride],
  };
}

op<[Tensor, number, number, number]>({
  schema: 'unfold(Tensor input, int dimension, int size, int step) -> Tensor',
  faces: ['Tensor'],
  view: true,
  formula: 'y[…, i, …, k] = x[…, i · step + k, …]',
  gradient: 'dx = Σ dy over the windows that show it',
  forward: (x, dim, size, step) => {
    const g = windows(x, dim, size, step);
    return x.alias(g.shape, g.strides);
  },
  grads: {
    input: (c, f) => f.unfold_backward(c.grad, c.shape('input'), c.attr('dimension'), c.attr('size'), c.attr('step')),
  },
  samples: () => [
    on({ shape: [5] }, 0, 2, 1),
    on({ shape: [2, 6] }, 1, 3, 2),
    on(cube, 1, 3, 1),
    on({ shape: [] }, 0, 1, 1),
    on({ shape: [3] }, 0, 4, 1),
    on({ shape: [3] }, 0, 2, 0),
  ],
});

op<[Tensor, number[], number, number, number]>({
  schema: 'unfold_backward(Tensor grad_in, int[] input_sizes, int dim, int size, int step) -> Tensor',
  faces: [],
  formula: 'y = g added up where the windows look',
  gradient: 'dg = the windows of dy',
  forward: (grad, sizes, dim, size, step) => {
    const g = windows({ shape: sizes, strides: contiguousStrides(sizes) }, dim, size, step);
    return scattered(grad, sizes, placesOf({ ...g, offset: 0 }), true);
  },
  complex: ['grad_in'],
  grads: { grad_in: (c, f) => f.unfold(c.grad, c.attr('dim'), c.attr('size'), c.attr('step')) },
  gradName: 'UnfoldBackwardBackward0',
  samples: () => [on({ shape: [4, 2] }, [5], 0, 2, 1)],
});
