/** Products that PyTorch composes of others: matmul for every rank, outer. Source: ATen's LinearAlgebra.cpp. */
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { op, type Sample, type SampleTensor } from '../op';
import { broadcast, numel } from '../shape';
import type { Tensor } from '../tensor';
import { rename } from './named';

const a23: SampleTensor = { shape: [2, 3] };
const b34: SampleTensor = { shape: [3, 4] };
const v3: SampleTensor = { shape: [3] };
const run = (...tensors: SampleTensor[]): Sample => ({ args: tensors.map((tensor) => ({ tensor })) });
const int = (shape: number[]): SampleTensor => ({ shape, dtype: 'int64' });

op<[Tensor, Tensor]>({
  schema: 'outer(Tensor input, Tensor vec2) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:ger', 'Tensor:ger'],
  composite: true,
  formula: 'y[i, j] = aᵢ · bⱼ',
  gradient: 'da = dy · b,  db = dyᵀ · a',
  forward: (a, b) => {
    if (a.rank !== 1) throw runtimeError(`outer: Expected 1-D argument self, but got ${a.rank}-D`);
    if (b.rank !== 1) throw runtimeError(`outer: Expected 1-D argument vec2, but got ${b.rank}-D`);
    return f.mul(f.reshape(a, [a.count, 1]), b);
  },
  samples: () => [run(v3, { shape: [2] }), run(int([2]), v3), run(a23, v3), run(v3, a23)],
});

/** Can the leading dimensions of t be made one without a copy? */
function foldable(t: Tensor): boolean {
  for (let d = 0; d < t.rank - 2; d++) if (t.strides[d] !== t.strides[d + 1] * t.shape[d + 1]) return false;
  return true;
}

/** PyTorch's should_fold: one matrix product in place of a batch of them. */
function shouldFold(a: Tensor, b: Tensor): boolean {
  const larger = a.rank >= b.rank;
  const [big, small] = larger ? [a, b] : [b, a];
  if (!(big.rank >= 3 && small.rank <= 2)) return false;
  if (small.requiresGrad) return true;
  if (a.rank === 2) return false;
  if (big.count === 0) return true;
  return foldable(larger ? a : f.transpose(b, -1, -2));
}

function folded(a: Tensor, b: Tensor): Tensor {
  const larger = a.rank >= b.rank;
  const t1 = larger ? a : f.transpose(b, -1, -2);
  const t2 = larger ? b : a.rank === 2 ? f.t(a) : a;
  const lead = t1.shape.slice(0, -1);
  const flat = f.reshape(t1, [numel(lead), t1.shape[t1.rank - 1]]);
  if (t2.rank === 1) return f._unsafe_view(f.mv(flat, t2), lead);
  const y = f._unsafe_view(f.mm(flat, t2), [...lead, t2.shape[1]]);
  return larger ? y : f.contiguous(f.transpose(y, -1, -2));
}

function batched(a: Tensor, b: Tensor): Tensor {
  const [n, m1] = a.rank > 1 ? a.shape.slice(-2) : [1, a.shape[0]];
  const [m2, p] = b.rank > 1 ? b.shape.slice(-2) : [b.shape[0], 1];
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = broadcast(batchA, batchB);
  const count = numel(batch);
  const left = f.reshape(f.expand(a.rank > 1 ? a : f.unsqueeze(a, 0), [...batch, n, m1]), [count, n, m1]);
  const wide = b.rank > 1 ? b : f.unsqueeze(b, 1);
  const right = f.reshape(f.expand(wide, [...batch, m2, p]), [count, m2, p]);
  const shape = [...batch, ...(a.rank > 1 ? [n] : []), ...(b.rank > 1 ? [p] : [])];
  return f._unsafe_view(f.bmm(left, right), shape);
}

op<[Tensor, Tensor]>({
  schema: 'matmul(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.linalg'],
  composite: true,
  formula: 'y = A · B; batches of matrices, vectors as rows on the left and columns on the right',
  gradient: 'dA = dy · Bᵀ,  dB = Aᵀ · dy',
  forward: (a, b) => {
    if (a.rank === 0 || b.rank === 0)
      throw runtimeError(`both arguments to matmul need to be at least 1D, but they are ${a.rank}D and ${b.rank}D`);
    if (a.rank === 1 && b.rank === 1) return f.dot(a, b);
    if (a.rank === 2 && b.rank === 1) return f.mv(a, b);
    if (a.rank === 1 && b.rank === 2) return rename(f.squeeze_dim(f.mm(f.unsqueeze(a, 0), b), 0), 'SqueezeBackward4');
    if (a.rank === 2 && b.rank === 2) return f.mm(a, b);
    return shouldFold(a, b) ? folded(a, b) : batched(a, b);
  },
  samples: () => [
    run(v3, v3),
    run(a23, v3),
    run(v3, b34),
    run(a23, b34),
    run({ shape: [2, 2, 3] }, v3),
    run({ shape: [2, 2, 3] }, b34),
    run(a23, { shape: [2, 3, 2] }),
    run(v3, { shape: [2, 3, 2] }),
    run({ shape: [2, 2, 3] }, { shape: [2, 3, 2] }),
    run({ shape: [2, 1, 2, 3] }, { shape: [2, 3, 2] }),
    run({ shape: [2, 2, 3] }, { shape: [3, 2], requiresGrad: false }),
    run({ shape: [2, 2, 3], permute: [1, 0, 2] }, { shape: [3, 2], requiresGrad: false }),
    run({ shape: [2, 3], requiresGrad: false }, { shape: [2, 3, 2] }),
    run(int([2, 2]), int([2, 2])),
    run(a23, a23),
    run(v3, { shape: [2, 2] }),
    run(a23, { shape: [] }),
    run({ shape: [2, 2, 3] }, { shape: [3, 3, 2] }),
    run({ shape: [2, 2, 3] }, { shape: [2, 4, 2] }),
    run({ shape: [2, 2, 3] }, { shape: [4, 2] }),
    run(a23, { shape: [3, 4], dtype: 'float64' }),
  ],
});
