import { runtimeError } from '../errors';
import { alongDim } from '../kernels/reduce';
import { ordered } from '../kernels/sort';
import { toBigs } from '../kernels/wholes';
import { type BackwardContext, type Formulas, op, type Sample } from '../op';
import { wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { dimSamples } from './reduce';
import { refuseGrad } from './refusals';
import { exactly, ofTypes } from './samples';

/** The first k in order along dim: values and indices. */
function firstInOrder(x: Tensor, dim: number, descending: boolean, k?: number): Tensor[] {
  return alongDim(
    x,
    dim,
    [x.dtype, 'int64'],
    (v, from, n, [values, indices], at) => {
      const places = ordered(v, from, n, descending).subarray(0, k ?? n);
      for (let i = 0; i < places.length; i++) values[at + i] = v[from + places[i]];
      toBigs(places, indices.subarray(at, at + places.length) as unknown as BigInt64Array);
    },
    k,
  );
}

const toPlaces = (c: BackwardContext, f: Formulas) =>
  c.grads[0]
    ? f.value_selecting_reduction_backward(c.grads[0], c.attr('dim'), c.saved('result1'), c.shape('input'), true)
    : null;

op<[Tensor, number, boolean, boolean]>({
  schema: 'sort(Tensor input, int dim=-1, bool descending=False, bool stable=False) -> (Tensor values, Tensor indices)',
  faces: ['torch', 'Tensor'],
  formula: 'y = x in order along dim, and where each was',
  gradient: 'dx = dy, put back to where each was',
  forward: (x, dim, descending) => firstInOrder(x, dim, descending),
  saves: ['result1'],
  grads: { input: toPlaces },
  samples: () => [
    ...dimSamples().filter((s) => !s.kwargs),
    { args: [{ tensor: { shape: [2, 3] } }], kwargs: { descending: true } },
    ...exactly([2, Number.NaN, -1, 2, 0]),
    ...ofTypes(['int64', 'bool']),
  ],
});

op<[Tensor, number, boolean, boolean]>({
  schema: 'argsort(Tensor input, int dim=-1, bool descending=False, bool stable=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = where the elements of x in order along dim are',
  forward: (x, dim, descending) => firstInOrder(x, dim, descending)[1],
  samples: (): Sample[] => [
    { args: [{ tensor: { shape: [2, 3] } }, 0] },
    { args: [{ tensor: { shape: [2, 3] } }], kwargs: { descending: true } },
    { args: [{ tensor: { shape: [5], data: [2, 1, 2, 1, 0], dtype: 'int64' } }], kwargs: { stable: true } },
  ],
});

op<[Tensor, number, number, boolean, boolean]>({
  schema:
    'topk(Tensor input, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)',
  faces: ['torch', 'Tensor'],
  formula: 'y = the k largest (or smallest) x along dim, and where they are',
  gradient: 'dx = dy at the indices, else 0',
  forward: (x, k, dim, largest) => {
    const n = x.rank ? x.shape[wrapDim(dim, x.rank)] : 1;
    wrapDim(dim, x.rank);
    if (x.dtype === 'bool') throw runtimeError('topk does not support bool dtypes on CPU');
    if (k < 0 || k > n) throw runtimeError('selected index k out of range');
    return firstInOrder(x, dim, largest, k);
  },
  saves: ['result1'],
  grads: { input: toPlaces },
  samples: () => [
    { args: [{ tensor: { shape: [2, 4] } }, 2] },
    { args: [{ tensor: { shape: [4, 2] } }, 3, 0] },
    { args: [{ tensor: { shape: [5] } }, 2], kwargs: { largest: false } },
    { args: [{ tensor: { shape: [] } }, 1] },
    { args: [{ tensor: { shape: [3], data: [1, Number.NaN, 2], requiresGrad: false } }, 1] },
  ],
});

op<[Tensor, boolean, boolean, boolean]>({
  schema:
    '_unique2(Tensor input, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor output, Tensor inverse_indices, Tensor counts)',
  faces: ['torch'],
  formula: 'y = the different x in order, where each x is among them, and how often each occurs',
  // As in PyTorch, an output that was not asked for may be empty; it costs nothing to give it where the elements are sorted anyway.
  forward: (x, _, wantInverse, wantCounts) => {
    refuseGrad('_unique2', x);
    const source = x.values() as Float64Array;
    const places = ordered(source, 0, source.length, false);
    const found: number[] = [];
    const counts: bigint[] = [];
    const inverse = new BigInt64Array(source.length);
    for (const i of places) {
      if (found.length && source[i] === found[found.length - 1]) counts[counts.length - 1]++;
      else {
        found.push(source[i]);
        counts.push(1n);
      }
      inverse[i] = BigInt(found.length - 1);
    }
    const values = Tensor.zeros(x.dtype, [found.length]);
    (values.storage.data as Float64Array).set(found);
    return [
      values,
      wantInverse || wantCounts ? Tensor.of('int64', [...x.shape], inverse) : Tensor.zeros('int64', [0]),
      wantCounts ? Tensor.of('int64', [counts.length], BigInt64Array.from(counts)) : Tensor.zeros('int64', [0]),
    ];
  },
  samples: () => [
    { args: [{ tensor: { shape: [6], dtype: 'int64', data: [2, 0, 2, 1, 0, 2] } }, true, true, true] },
    { args: [{ tensor: { shape: [2, 3], dtype: 'int64' } }, true, true, true] },
    { args: [{ tensor: { shape: [4], data: [1.5, -1, 1.5, 0], requiresGrad: false } }, true, true, true] },
    { args: [{ tensor: { shape: [0] } }, true, true, true] },
    { args: [{ tensor: { shape: [0], requiresGrad: false } }, true, true, true] },
  ],
});
