/** Other shapes of the same memory. Source: PyTorch's "Tensor Views" page and derivatives.yaml. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { op, type Sample, type SampleTensor } from '../op';
import { inferSize, numel, show, viewStrides, wrapDim } from '../shape';
import type { Tensor } from '../tensor';

const matrix: SampleTensor = { shape: [2, 3] };
const turned: SampleTensor = { shape: [3, 2], permute: [1, 0] };
const cube: SampleTensor = { shape: [2, 3, 2] };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

op<[Tensor, number[]]>({
  schema: 'view(Tensor input, int[] size) -> Tensor',
  faces: ['Tensor'],
  view: true,
  formula: 'y = x in another shape',
  gradient: "dx = dy in x's shape",
  forward: (x, size) => {
    const shape = inferSize(size, x.count);
    const strides = viewStrides(x.shape, x.strides, shape);
    if (!strides)
      throw runtimeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
      );
    return x.alias(shape, strides);
  },
  grads: { input: (c, f) => f.reshape(c.grad, c.shape('input')) },
  samples: () => [
    on(matrix, [3, 2]),
    on(matrix, [-1]),
    on(matrix, [1, 2, 3, 1]),
    on({ shape: [] }, [1]),
    on({ shape: [0, 3] }, [3, 0]),
    on(turned, [2, 3, 1]),
    on(turned, [6]),
    on(matrix, [4, -1]),
    on(matrix, [5]),
    on(matrix, [-1, -1]),
    on({ shape: [3, 2, 2], permute: [0, 2, 1] }, [3, 1, 2, 2]),
  ],
});

op<[Tensor, number[]]>({
  schema: 'reshape(Tensor input, int[] shape) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x in another shape, copied only where the memory does not allow a view',
  gradient: "dx = dy in x's shape",
  forward: (x, size) => {
    const shape = inferSize(size, x.count);
    return viewStrides(x.shape, x.strides, shape)
      ? f.view(x, shape)
      : f._unsafe_view(f.clone(x, 'contiguous_format'), shape);
  },
  samples: () => [
    on(matrix, [3, 2]),
    on(turned, [6]),
    on(matrix, [-1, 1]),
    on(matrix, [4]),
    on({ shape: [0] }, [-1, 0]),
  ],
});

op<[Tensor, number[]]>({
  schema: '_unsafe_view(Tensor input, int[] size) -> Tensor',
  faces: ['torch.ops.aten'],
  formula: 'y = x in another shape, where nobody else sees x',
  gradient: "dx = dy in x's shape",
  forward: (x, size) => x.alias(inferSize(size, x.count), viewStrides(x.shape, x.strides, inferSize(size, x.count))!),
  grads: { input: (c, f) => f.reshape(c.grad, c.shape('input')) },
  complex: true,
  wirtinger: true,
  samples: () => [on(matrix, [3, 2])],
});

const swapped = <T>(list: readonly T[], a: number, b: number): T[] => {
  const out = [...list];
  [out[a], out[b]] = [out[b], out[a]];
  return out;
};

op<[Tensor, number, number]>({
  schema: 'transpose(Tensor input, int dim0, int dim1) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:swapdims', 'Tensor:swapdims'],
  view: true,
  inplace: true,
  inplaceGradName: 'TransposeBackward1',
  formula: 'y[…, j, …, i, …] = x[…, i, …, j, …]',
  gradient: 'dx = dy with the same two dimensions exchanged',
  forward: (x, dim0, dim1) => {
    const [a, b] = [wrapDim(dim0, x.rank), wrapDim(dim1, x.rank)];
    return x.rank === 0 ? x.alias([], []) : x.alias(swapped(x.shape, a, b), swapped(x.strides, a, b));
  },
  grads: { input: (c, f) => f.transpose(c.grad, c.attr('dim0'), c.attr('dim1')) },
  samples: () => [on(matrix, 0, 1), on(cube, -1, 0), on(cube, 1, 1), on({ shape: [] }, 0, -1), on(matrix, 0, 2)],
});

op<[Tensor, number, number]>({
  schema: 'swapaxes(Tensor input, int axis0, int axis1) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  inplace: true,
  inplaceGradName: 'TransposeBackward1',
  formula: 'y[…, j, …, i, …] = x[…, i, …, j, …]',
  gradient: 'dx = dy with the same two dimensions exchanged',
  forward: (x, axis0, axis1) => {
    const [a, b] = [wrapDim(axis0, x.rank), wrapDim(axis1, x.rank)];
    return x.rank === 0 ? x.alias([], []) : x.alias(swapped(x.shape, a, b), swapped(x.strides, a, b));
  },
  grads: { input: (c, f) => f.transpose(c.grad, c.attr('axis0'), c.attr('axis1')) },
  gradName: 'TransposeBackward0',
  samples: () => [on(matrix, 0, 1), on(cube, -1, 0)],
});

op<[Tensor]>({
  schema: 't(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  inplace: true,
  inplaceGradName: 'TBackward1',
  formula: 'y[i, j] = x[j, i]',
  gradient: 'dx = dyᵀ',
  forward: (x) => {
    if (x.rank > 2) throw runtimeError(`t() expects a tensor with <= 2 dimensions, but self is ${x.rank}D`);
    if (x.rank < 2) return x.alias([...x.shape], [...x.strides]);
    return x.alias([x.shape[1], x.shape[0]], [x.strides[1], x.strides[0]]);
  },
  grads: { input: (c, f) => f.t(c.grad) },
  samples: () => [on(matrix), on({ shape: [3] }), on({ shape: [] }), on(cube)],
});

op<[Tensor, number[]]>({
  schema: 'permute(Tensor input, int[] dims) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  formula: 'dimension k of y is dimension dims[k] of x',
  gradient: 'dx = dy with the dimensions put back',
  forward: (x, dims) => {
    if (dims.length !== x.rank)
      throw runtimeError(
        `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${x.rank} is not equal to len(dims) = ${dims.length}`,
      );
    const order = dims.map((d) => wrapDim(d, x.rank));
    if (new Set(order).size !== order.length) throw runtimeError('permute(): duplicate dims are not allowed.');
    return x.alias(
      order.map((d) => x.shape[d]),
      order.map((d) => x.strides[d]),
    );
  },
  grads: {
    input: (c, f) => {
      const dims = c.attr<number[]>('dims').map((d) => wrapDim(d, c.shape('input').length));
      return f.permute(
        c.grad,
        dims.map((_, i) => dims.indexOf(i)),
      );
    },
  },
  samples: () => [on(cube, [2, 0, 1]), on(matrix, [-1, 0]), on(matrix, [0]), on(matrix, [0, 0]), on({ shape: [] }, [])],
});

function moveDims(rank: number, source: readonly number[], destination: readonly number[]): number[] {
  if (source.length !== destination.length)
    throw runtimeError(
      `movedim: Invalid source or destination dims: source (${show(source)} dims) should contain the same number of dims as destination (${show(destination)} dims)`,
    );
  const from = source.map((d) => wrapDim(d, rank));
  const to = destination.map((d) => wrapDim(d, rank));
  if (new Set(from).size !== from.length) throw runtimeError(`movedim: repeated dim in \`source\` (${show(source)})`);
  if (new Set(to).size !== to.length)
    throw runtimeError(`movedim: repeated dim in \`destination\` (${show(destination)})`);
  const rest = Array.from({ length: rank }, (_, d) => d).filter((d) => !from.includes(d));
  return Array.from({ length: rank }, (_, d) => (to.includes(d) ? from[to.indexOf(d)] : rest.shift()!));
}

op<[Tensor, number[], number[]]>({
  schema: 'movedim(Tensor input, int[] source, int[] destination) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:moveaxis', 'Tensor:moveaxis'],
  composite: true,
  formula: 'y = x with dimensions moved',
  gradient: 'dx = dy with the dimensions put back',
  forward: (x, source, destination) => f.permute(x, moveDims(x.rank, source, destination)),
  samples: () => [on(cube, [0], [2]), on(cube, [0, 1], [-1, 0]), on(cube, [0, 0], [1, 2])],
});

/** x without the dimensions that `drop` names; only those of size 1 go. */
function squeezed(x: Tensor, drop: (d: number) => boolean): Tensor {
  const kept = x.shape.map((_, d) => d).filter((d) => x.shape[d] !== 1 || !drop(d));
  return x.alias(
    kept.map((d) => x.shape[d]),
    kept.map((d) => x.strides[d]),
  );
}
const ones: SampleTensor = { shape: [1, 3, 1, 2] };

op<[Tensor]>({
  schema: 'squeeze(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  inplace: true,
  inplaceGradName: 'SqueezeBackward3',
  formula: 'y = x without its dimensions of size 1',
  gradient: "dx = dy in x's shape",
  forward: (x) => squeezed(x, () => true),
  grads: { input: (c, f) => f.reshape(c.grad, c.shape('input')) },
  samples: () => [on(ones), on(matrix), on({ shape: [1] })],
});

op<[Tensor, number]>({
  schema: 'squeeze_dim(Tensor input, int dim) -> Tensor',
  faces: ['torch:squeeze', 'Tensor:squeeze'],
  view: true,
  inplace: true,
  inplaceGradName: 'SqueezeBackward4',
  formula: 'y = x without this dimension, if its size is 1',
  gradient: "dx = dy in x's shape",
  forward: (x, dim) => {
    const at = wrapDim(dim, x.rank);
    return squeezed(x, (d) => d === at);
  },
  grads: { input: (c, f) => f.reshape(c.grad, c.shape('input')) },
  gradName: 'SqueezeBackward1',
  samples: () => [on(ones, 0), on(ones, -2), on(ones, 1), on({ shape: [] }, 0), on(ones, 4)],
});

op<[Tensor, number[]]>({
  schema: 'squeeze_dims(Tensor input, int[] dim) -> Tensor',
  faces: ['torch:squeeze', 'Tensor:squeeze'],
  view: true,
  inplace: true,
  inplaceGradName: 'SqueezeBackward5',
  formula: 'y = x without those of these dimensions whose size is 1',
  gradient: "dx = dy in x's shape",
  forward: (x, dim) => {
    const dims = dim.map((d) => wrapDim(d, x.rank));
    return squeezed(x, (d) => dims.includes(d));
  },
  grads: { input: (c, f) => f.reshape(c.grad, c.shape('input')) },
  gradName: 'SqueezeBackward2',
  samples: () => [on(ones, [0, 2]), on(ones, [0, 1])],
});

op<[Tensor, number]>({
  schema: 'unsqueeze(Tensor input, int dim) -> Tensor',
  faces: ['torch', 'Tensor'],
  view: true,
  inplace: true,
  inplaceGradName: 'UnsqueezeBackward1',
  formula: 'y = x with a new dimension of size 1',
  gradient: 'dx = dy without that dimension',
  forward: (x, dim) => {
    const at = wrapDim(dim, x.rank + 1);
    const step = at < x.rank ? x.shape[at] * x.strides[at] : 1;
    return x.alias(x.shape.toSpliced(at, 0, 1), x.strides.toSpliced(at, 0, step));
  },
  grads: { input: (c, f) => f.squeeze_dim(c.grad, c.attr('dim')) },
  samples: () => [on(matrix, 0), on(matrix, -1), on(turned, 1), on({ shape: [] }, 0), on(matrix, 3)],
});

op<[Tensor, number[]]>({
  schema: 'expand(Tensor input, int[] size, *, bool implicit=False) -> Tensor',
  faces: ['Tensor', 'torch:broadcast_to', 'Tensor:broadcast_to'],
  view: true,
  formula: 'y = x repeated along dimensions of size 1, without a copy',
  gradient: 'dx = Σ dy over what was repeated',
  forward: (x, size) => {
    const lead = size.length - x.rank;
    if (lead < 0)
      throw runtimeError(
        `expand(${x.typeName}{${show(x.shape)}}, size=${show(size)}): the number of sizes provided (${size.length}) must be greater or equal to the number of dimensions in the tensor (${x.rank})`,
      );
    const strides: number[] = [];
    const shape: number[] = [];
    // From the last dimension on: so PyTorch finds the first that does not fit.
    for (let i = size.length - 1; i >= 0; i--) {
      const d = size[i];
      const own = i < lead ? 1 : x.shape[i - lead];
      if (d === -1 && i < lead)
        throw runtimeError(
          `The expanded size of the tensor (${d}) isn't allowed in a leading, non-existing dimension ${i}`,
        );
      const wanted = d === -1 ? own : d;
      if (own !== wanted && own !== 1)
        throw runtimeError(
          `The expanded size of the tensor (${wanted}) must match the existing size (${own}) at non-singleton dimension ${i}.  Target sizes: ${show(size)}.  Tensor sizes: ${show(x.shape)}`,
        );
      strides[i] = i < lead ? 0 : own === wanted ? x.strides[i - lead] : 0;
      shape[i] = wanted;
    }
    return x.alias(shape, strides);
  },
  grads: { input: (c) => c.grad },
  samples: () => [
    on({ shape: [3] }, [2, 3]),
    on({ shape: [2, 1] }, [4, 2, 3]),
    on({ shape: [2, 1] }, [-1, 3]),
    on(matrix, [2, 3]),
    on(matrix, [3, 3]),
    on(matrix, [3]),
    on(matrix, [-1, 2, 3]),
    on({ shape: [] }, [2]),
  ],
});

op<[Tensor, Tensor]>({
  schema: 'expand_as(Tensor input, Tensor other) -> Tensor',
  faces: ['Tensor'],
  composite: true,
  formula: "y = x in the other's shape, repeated",
  gradient: 'dx = Σ dy over what was repeated',
  forward: (x, other) => f.expand(x, other.shape),
  samples: () => [on({ shape: [3] }, { tensor: matrix })],
});

for (const name of ['view', 'reshape'])
  op<[Tensor, Tensor]>({
    schema: `${name}_as(Tensor input, Tensor other) -> Tensor`,
    faces: ['Tensor'],
    composite: true,
    formula: "y = x in the other's shape",
    gradient: "dx = dy in x's shape",
    forward: (x, other) => f[name](x, other.shape),
    samples: () => [on(matrix, { tensor: { shape: [3, 2] } })],
  });

op<[Tensor, number, number]>({
  schema: 'flatten(Tensor input, int start_dim=0, int end_dim=-1) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x with some dimensions made one',
  gradient: "dx = dy in x's shape",
  forward: (x, start, end) => {
    const [a, b] = [wrapDim(start, x.rank), wrapDim(end, x.rank)];
    if (a > b) throw runtimeError('flatten() has invalid args: start_dim cannot come after end_dim');
    if (x.rank === 0) return f.reshape(x, [1]);
    if (a === b) return x;
    return f.reshape(x, [...x.shape.slice(0, a), numel(x.shape.slice(a, b + 1)), ...x.shape.slice(b + 1)]);
  },
  samples: () => [
    on(cube),
    on(cube, 1),
    on(turned),
    on({ shape: [] }),
    on(cube, 0, 1),
    on(cube, 2, 1),
    on({ shape: [3] }),
  ],
});

op<[Tensor]>({
  schema: 'ravel(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x as one row',
  gradient: "dx = dy in x's shape",
  forward: (x) => f.view(f.contiguous(x), [-1]),
  samples: () => [on(cube), on(turned)],
});

op<[Tensor, number, number[]]>({
  schema: 'unflatten(Tensor input, int dim, int[] sizes) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x with one dimension made several',
  gradient: "dx = dy in x's shape",
  forward: (x, dim, sizes) => {
    const at = wrapDim(dim, x.rank);
    if (sizes.length === 0) throw runtimeError('unflatten: sizes must be non-empty');
    const own = x.shape[at];
    const known = numel(sizes.filter((d) => d !== -1));
    const inferred = sizes.map((d) => (d === -1 ? own / known : d));
    if (numel(inferred) !== own || !inferred.every(Number.isInteger))
      throw runtimeError(
        `unflatten: Provided sizes ${show(sizes)} don't multiply up to the size of dim ${at} (${own}) in the input tensor`,
      );
    return f.view(x, x.shape.toSpliced(at, 1, ...inferred));
  },
  samples: () => [on({ shape: [2, 6] }, 1, [2, 3]), on({ shape: [6] }, -1, [-1, 2]), on({ shape: [6] }, 0, [4, 2])],
});
