/** A tensor in pieces. Source: PyTorch's "Indexing, Slicing, Joining, Mutating Ops" (tensor_split, hsplit, …), derivatives.yaml. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { numbers } from '../kernels/elementwise';
import { type OpSpec, op, opNamed, type Sample } from '../op';
import { wrapDim } from '../shape';
import type { Tensor } from '../tensor';

const on = (shape: number[], ...args: Sample['args']): Sample => ({ args: [{ tensor: { shape } }, ...args] });
const many = (t: unknown) => t as Tensor[];

function bySections(x: Tensor, sections: number, dim: number): Tensor[] {
  if (x.rank === 0)
    throw runtimeError('tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims');
  const at = wrapDim(dim, x.rank);
  if (sections <= 0) throw runtimeError(`number of sections must be larger than 0, got ${sections}`);
  const size = x.shape[at];
  const each = Math.floor(size / sections);
  const longer = size % sections;
  let start = 0;
  return Array.from({ length: sections }, (_, i) => {
    const from = start;
    start += each + (i < longer ? 1 : 0);
    return f.slice(x, at, from, start, 1);
  });
}

function byIndices(x: Tensor, indices: readonly number[], dim: number): Tensor[] {
  if (x.rank === 0)
    throw runtimeError('tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims');
  const at = wrapDim(dim, x.rank);
  let start = 0;
  return [...indices, x.shape[at]].map((end) => {
    const from = start;
    start = end;
    return f.slice(x, at, from, end, 1);
  });
}

op<[Tensor, number, number]>({
  schema: 'tensor_split(Tensor input, int sections, int dim=0) -> Tensor[]',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'yₖ = the k-th of so many pieces of x; the first ones are longer where they cannot be equal',
  gradient: 'dx = the dyₖ one after another',
  forward: bySections,
  samples: () => [on([5, 2], 2), on([2, 3], 4, 1), on([2], 0), on([], 1)],
});

op<[Tensor, number[], number]>({
  schema: 'tensor_split_indices(Tensor input, int[] indices, int dim=0) -> Tensor[]',
  faces: ['torch:tensor_split', 'Tensor:tensor_split'],
  composite: true,
  formula: 'yₖ = x from one of the indices to the next',
  gradient: 'dx = the dyₖ one after another',
  forward: byIndices,
  samples: () => [on([5, 2], [1, 3]), on([2, 3], [2, 1, 9], -1)],
});

op<[Tensor, Tensor, number]>({
  schema: 'tensor_split_tensor(Tensor input, Tensor tensor_indices_or_sections, int dim=0) -> Tensor[]',
  faces: ['torch:tensor_split', 'Tensor:tensor_split'],
  composite: true,
  formula: 'yₖ = a piece of x; the tensor says how many, or where they end',
  gradient: 'dx = the dyₖ one after another',
  forward: (x, where, dim) => {
    if (where.dtype !== 'int64')
      throw runtimeError(
        `tensor_split expected tensor_indices_or_sections to have dtype of long, but got ${where.dtype}`,
      );
    if (where.rank > 1)
      throw runtimeError(
        `tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with ${where.rank} dims`,
      );
    const values = Array.from(numbers(where));
    return where.rank === 0 ? bySections(x, values[0], dim) : byIndices(x, values, dim);
  },
  samples: () => [on([5], { tensor: { shape: [2], dtype: 'int64', data: [1, 3] } })],
});

const SPLITS: [name: string, least: number, dim: (rank: number) => number][] = [
  ['hsplit', 1, (rank) => (rank === 1 ? 0 : 1)],
  ['vsplit', 2, () => 0],
  ['dsplit', 3, () => 2],
];
for (const [name, least, dimOf] of SPLITS) {
  const check = (x: Tensor) => {
    if (x.rank < least)
      throw runtimeError(
        `torch.${name} requires a tensor with at least ${least} dimension, but got a tensor with ${x.rank} dimensions!`,
      );
    return dimOf(x.rank);
  };
  op<[Tensor, number]>({
    schema: `${name}(Tensor input, int sections) -> Tensor[]`,
    faces: ['torch', 'Tensor'],
    composite: true,
    formula: 'yₖ = the k-th of so many equal pieces of x',
    gradient: 'dx = the dyₖ one after another',
    forward: (x, sections) => {
      const dim = check(x);
      const size = x.shape[dim];
      if (sections === 0 || size % sections !== 0)
        throw runtimeError(
          `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${size} is not divisible by the split_size ${sections}!`,
        );
      return many(f.tensor_split(x, sections, dim));
    },
    samples: () => [on([4, 2, 2], 2), on([3, 3, 3], 2), on([], 1)],
  });
  op<[Tensor, number[]]>({
    schema: `${name}_indices(Tensor input, int[] indices) -> Tensor[]`,
    faces: [`torch:${name}`, `Tensor:${name}`],
    composite: true,
    formula: 'yₖ = x from one of the indices to the next',
    gradient: 'dx = the dyₖ one after another',
    forward: (x, indices) => many(f.tensor_split_indices(x, indices, check(x))),
    samples: () => [on([4, 3, 2], [1])],
  });
}

/** split without the ties of a view: its pieces may be written in place. */
for (const [name, from] of [
  ['unsafe_split', 'split'],
  ['unsafe_split_with_sizes', 'split_with_sizes'],
]) {
  const base = opNamed(from);
  const spec = base.spec as unknown as OpSpec<readonly unknown[]>;
  op({
    ...spec,
    schema: base.schema.text.replace(`${from}(`, `${name}(`),
    faces: ['torch', 'Tensor'],
    view: false,
    samples: () => spec.samples().slice(0, 2),
  });
}

op<[Tensor, number, number]>({
  schema: 'unsafe_chunk(Tensor input, int chunks, int dim=0) -> Tensor[]',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'yₖ = the k-th of at most so many equal pieces of x',
  gradient: 'dx = the dyₖ one after another',
  forward: (x, chunks, dim) => {
    if (x.rank === 0) throw runtimeError('chunk expects at least a 1-dimensional tensor');
    if (chunks <= 0) throw runtimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
    const each = Math.ceil(x.shape[wrapDim(dim, x.rank)] / chunks);
    return many(
      each === 0 ? f.unsafe_split_with_sizes(x, new Array<number>(chunks).fill(0), dim) : f.unsafe_split(x, each, dim),
    );
  },
  samples: () => [on([5, 2], 2)],
});
