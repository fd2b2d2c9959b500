/** Sequences of different lengths in one tensor: padded, and packed (torch.nn.utils.rnn). Source: that page, ATen's PackedSequence.cpp. */
import { indexError, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { takePlaces } from '../kernels/copy';
import { type BackwardContext, op, type SampleTensor, type Scalar } from '../op';
import { numel } from '../shape';
import { Tensor } from '../tensor';

const integers = (t: Tensor) => Array.from(t.values(), Number);

const indices = (values: readonly number[]) =>
  Tensor.of(
    'int64',
    [values.length],
    BigInt64Array.from(values, (v) => BigInt(v)),
  );

/** How many of the sequences are longer than t, for every t. */
const batchSizes = (lengths: readonly number[]) =>
  Array.from({ length: lengths[0] }, (_, t) => lengths.filter((l) => l > t).length);

/** Rows of a packed sequence, as places in [steps, batch] or [batch, steps]. */
function packedRows(sizes: readonly number[], steps: number, batch: number, batchFirst: boolean): number[] {
  const rows: number[] = [];
  for (let t = 0; t < Math.min(steps, sizes.length); t++)
    for (let b = 0; b < sizes[t]; b++) rows.push(batchFirst ? b * steps + t : t * batch + b);
  return rows;
}

function rowsOf(shape: readonly number[], sizes: readonly number[], batchFirst: boolean): number[] {
  const [steps, batch] = batchFirst ? [shape[1], shape[0]] : shape;
  return packedRows(sizes, steps, batch, batchFirst);
}

op<[Tensor, Tensor, boolean]>({
  schema: '_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor data, Tensor batch_sizes)',
  faces: [],
  formula: 'data = the rows of the sequences that are still running, step after step; batch_sizes = how many they are',
  gradient: 'dx at a row of data = its gradient, 0 in the padding',
  forward: (x, lengthsTensor, batchFirst) => {
    if (x.rank < 2)
      throw indexError(
        `Dimension out of range (expected to be in range of [${-Math.max(x.rank, 1)}, ${Math.max(x.rank, 1) - 1}], but got 1)`,
      );
    const batch = x.shape[batchFirst ? 0 : 1];
    const lengths = integers(lengthsTensor);
    if (x.count === 0) throw runtimeError('Cannot pack empty tensors.');
    if (lengths.length !== batch)
      throw runtimeError(
        `Expected \`len(lengths)\` to be equal to batch_size, but got ${lengths.length} (batch_size=${batch})`,
      );
    if (lengths[batch - 1] <= 0)
      throw runtimeError(
        "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
      );
    if (lengths.some((l, i) => i > 0 && l > lengths[i - 1]))
      throw runtimeError(
        '`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.',
      );
    const sizes = batchSizes(lengths);
    const rows = rowsOf(x.shape, sizes, batchFirst);
    const inner = x.shape.slice(2);
    const run = numel(inner);
    const places = rows.flatMap((r) => Array.from({ length: run }, (_, i) => r * run + i));
    return [takePlaces(x, places, [rows.length, ...inner]), indices(sizes)];
  },
  saves: ['result1'],
  grads: { input: unpackedGradient },
  gradName: 'PackPaddedSequenceBackward0',
  samples: () => [
    { args: [padded, { tensor: { ...lengths, data: [3, 1] } }, false] },
    { args: [padded, { tensor: { ...lengths, data: [2, 1, 1], shape: [3] } }, true] },
  ],
});

const padded = { tensor: { shape: [3, 2, 2] } as SampleTensor };
const lengths: SampleTensor = { shape: [2], dtype: 'int64' };

function unpackedGradient(c: BackwardContext): Tensor {
  const shape = c.shape('input');
  const rows = rowsOf(shape, integers(c.saved('result1')), c.attr('batch_first'));
  const zeros = f.zeros([shape[0] * shape[1], ...shape.slice(2)], c.grad.dtype);
  return f.reshape(f.index_add(zeros, 0, indices(rows), c.grad), shape);
}

op<[Tensor, Tensor, boolean, Scalar, number]>({
  schema:
    '_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar padding_value, int total_length) -> (Tensor, Tensor)',
  faces: [],
  composite: true,
  formula: 'y[t, b] = the row of data of sequence b at step t; padding_value after its end',
  gradient: 'd data = dy at the row’s step and sequence',
  forward: (data, sizesTensor, batchFirst, value, total) => {
    const sizes = integers(sizesTensor);
    const [batch, inner] = [sizes[0], data.shape.slice(1)];
    if (total < sizes.length && total > 0)
      throw runtimeError(
        `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${total} and max sequence length being ${sizes.length}`,
      );
    const steps = Math.max(total, sizes.length);
    const out = f.full([steps, batch, ...inner], value, data.dtype);
    let offset = 0;
    for (let from = 0; from < sizes.length; ) {
      // Steps with as many sequences are one rectangle.
      const size = sizes[from];
      let to = from;
      while (to < sizes.length && sizes[to] === size) to++;
      const rows = f.narrow(data, 0, offset, (to - from) * size);
      const part = f.narrow(f.narrow(out, 0, from, to - from), 1, 0, size);
      f.copy_(part, f.view(rows, [to - from, size, ...inner]));
      offset += (to - from) * size;
      from = to;
    }
    const found = Array.from({ length: batch }, (_, b) => sizes.filter((s) => s > b).length);
    return [batchFirst ? f.transpose(out, 0, 1) : out, indices(found)];
  },
  samples: () => [
    { args: [{ tensor: { shape: [4, 2] } }, { tensor: { ...lengths, shape: [3], data: [2, 1, 1] } }, false, 0, 4] },
    { args: [{ tensor: { shape: [4] } }, { tensor: { ...lengths, data: [2, 2] } }, true, -1, 2] },
  ],
});

op<[Tensor[], boolean, number, string]>({
  schema:
    'pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0.0, str padding_side="right") -> Tensor',
  faces: ['torch._C._nn'],
  composite: true,
  formula: 'y[t, k] = xₖ[t]; padding_value after its end (or before its start)',
  gradient: 'dxₖ[t] = dy[t, k]',
  forward: (sequences, batchFirst, value, side) => {
    if (sequences.length === 0) throw runtimeError('received an empty list of sequences');
    if (side !== 'left' && side !== 'right')
      throw runtimeError(`Expected padding_side to be one of left or right, but got ${side}.`);
    const [first] = sequences;
    if (first.rank === 0) throw runtimeError('ArrayRef: invalid slice, N = 1; size = 0');
    const inner = first.shape.slice(1);
    const long = Math.max(...sequences.map((t) => t.shape[0]));
    const lead = batchFirst ? [sequences.length, long] : [long, sequences.length];
    const out = f.full([...lead, ...inner], { kind: 'float', value }, first.dtype);
    for (const [k, t] of sequences.entries()) {
      const [n] = t.shape;
      const start = side === 'left' ? long - n : 0;
      const part = batchFirst ? f.narrow(f.select(out, 0, k), 0, start, n) : f.select(f.narrow(out, 0, start, n), 1, k);
      f.copy_(part, t);
    }
    return out;
  },
  samples: () => {
    const list = { tensors: [{ shape: [2, 3] }, { shape: [4, 3] }] as SampleTensor[] };
    return [
      { args: [list] },
      { args: [list, true, -1.5] },
      { args: [list, true, 0, 'left'] },
      { args: [list, false, 0, 'middle'] },
      { args: [{ tensors: [] }] },
      { args: [{ tensors: [{ shape: [2] }, { shape: [1], dtype: 'float64' }] }] },
    ];
  },
});
