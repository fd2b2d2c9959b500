/** The largest, the smallest, the middle one. Gradients go to where the value came from (PyTorch's FunctionsManual.cpp). */
import { type DType, isFloat } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { alongDim, reduceRows } from '../kernels/reduce';
import { type BackwardContext, type Formulas, op, type Sample } from '../op';
import { reduceDims, wrapDim } from '../shape';
import { Tensor } from '../tensor';
import { dimSamples, dimsSamples } from './reduce';
import { restored } from './reduced';
import { refuse } from './refusals';
import { exactly, ofTypes } from './samples';

/** NaN beats all; elements may be bigints. */
const beats = { max: (a: number, b: number) => a > b, min: (a: number, b: number) => a < b };
const isNaNLike = (v: number) => Number.isNaN(v);

/** Where the extreme one of a row is; the first of equal ones, the first NaN. */
function placeOf(x: Float64Array, from: number, until: number, better: (a: number, b: number) => boolean): number {
  let best = from;
  for (let i = from; i < until; i++) {
    if (isNaNLike(x[i])) return i;
    if (better(x[i], x[best])) best = i;
  }
  return best;
}

export function checkDim(name: string, x: Tensor, dims: readonly number[]): void {
  for (const d of dims)
    if (x.shape[d] === 0) throw indexError(`${name}: Expected reduction dim ${d} to have non-zero size.`);
}

function checkWhole(name: string, x: Tensor): void {
  if (x.count === 0)
    throw runtimeError(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    );
}

/** Spreads a gradient evenly over the elements that equal the value (evenly_distribute_backward). */
export function spreadEvenly(c: BackwardContext, f: Formulas): Tensor {
  const x = c.saved('input');
  const y = c.saved('result');
  const there = f.eq(x, y);
  const mask = Number(f.isnan(y).values()[0]) ? f.isnan(x) : there;
  return f.where(mask, f.div(c.grad, f.sum(mask)), 0);
}

export const valuesAndPlaces = (x: Tensor, dim: number): [DType, DType] => {
  wrapDim(dim, x.rank);
  return [x.dtype, 'int64'];
};

/** A row's place into the outputs' values and indices. */
const put = (x: Float64Array, from: number, place: number, outs: Float64Array[], at: number) => {
  outs[0][at] = x[place];
  outs[1][at] = BigInt(place - from) as unknown as number;
};

export const dropped = (t: Tensor, dim: number, keepdim: boolean): Tensor =>
  keepdim || t.rank === 0
    ? t
    : Tensor.of(
        t.dtype,
        t.shape.filter((_, d) => d !== wrapDim(dim, t.rank)),
        t.values(),
      );

export const toPlace = (c: BackwardContext, f: Formulas) =>
  c.grads[0]
    ? f.value_selecting_reduction_backward(
        c.grads[0],
        c.attr('dim'),
        c.saved('result1'),
        c.shape('input'),
        c.attr('keepdim') ?? true,
      )
    : null;

const someInts = (): Sample[] => [
  ...ofTypes(['int64', 'int32', 'bool']),
  ...exactly([1, 3, 3, 2]),
  ...exactly([1, Number.NaN, 3]),
];
const tied: Sample = { args: [{ tensor: { shape: [2, 3], data: [1, 3, 3, 2, 2, 0] } }, 1], kink: true };
const tiedWhole: Sample = { args: [tied.args[0]], kink: true };
const withDim = () => [...dimSamples().filter((s) => s.args.length > 1), tied];

for (const name of ['max', 'min'] as const) {
  const word = name === 'max' ? 'largest' : 'smallest';
  const Name = name === 'max' ? 'Max' : 'Min';
  const better = beats[name];

  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = the ${word} x`,
    gradient: `dx = dy to the ${word}, in equal shares where there are several`,
    forward: (x) => {
      checkWhole(name, x);
      return reduceRows(x, reduceDims(null, x.rank), false, x.dtype, (v, i, end) => v[placeOf(v, i, end, better)]);
    },
    saves: ['input', 'result'],
    grads: { input: spreadEvenly },
    gradName: `${Name}Backward1`,
    samples: () => [...dimSamples().filter((s) => s.args.length === 1 && !isEmpty(s)), ...someInts(), tiedWhole],
  });

  op<[Tensor, number, boolean]>({
    schema: `${name}_dim(Tensor input, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)`,
    faces: [`torch:${name}`, `Tensor:${name}`],
    formula: `y = the ${word} x over dim, and where it is`,
    gradient: 'dx = dy at the index, else 0',
    forward: (x, dim, keepdim) => {
      const dtypes = valuesAndPlaces(x, dim);
      checkDim(`${name}()`, x, x.rank ? [wrapDim(dim, x.rank)] : []);
      const outs = alongDim(x, dim, dtypes, (v, i, n, o, at) => put(v, i, placeOf(v, i, i + n, better), o, at), 1);
      return outs.map((o) => dropped(o, dim, keepdim));
    },
    saves: ['result1'],
    grads: { input: toPlace },
    gradName: `${Name}Backward0`,
    samples: withDim,
  });

  op<[Tensor, number[], boolean]>({
    schema: `a${name}(Tensor input, int[] dim=[], bool keepdim=False) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = the ${word} x, over dim`,
    gradient: `dx = dy to the ${word}, in equal shares where there are several`,
    forward: (x, dim, keepdim) => {
      const dims = reduceDims(dim, x.rank);
      if (dim.length === 0) checkWhole(`a${name}`, x);
      else checkDim(`a${name}()`, x, dims);
      return reduceRows(x, dims, keepdim, x.dtype, (v, i, end) => v[placeOf(v, i, end, better)]);
    },
    saves: ['input', 'result'],
    grads: {
      input: (c, f) => {
        const there = f.eq(c.saved('input'), restored(c, f, c.saved('result')));
        const many = f.sum(there, c.attr('dim'), true);
        return f.where(there, f.div(restored(c, f, c.grad), many), 0);
      },
    },
    samples: () => [...dimsSamples().filter((s) => !isEmpty(s)), ...someInts(), tied],
  });

  op<[Tensor, number | null, boolean]>({
    schema: `arg${name}(Tensor input, int? dim=None, bool keepdim=False) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = where the ${word} x is, over dim; without dim, counted row by row`,
    forward: (x, dim, keepdim) => {
      if (x.dtype === 'bool') throw runtimeError(`arg${name}(): does not support bool input`);
      const dims = reduceDims(dim === null ? null : [dim], x.rank);
      if (dim === null && x.count === 0)
        throw indexError(`arg${name}(): Expected reduction dim to be specified for input.numel() == 0.`);
      checkDim(`arg${name}()`, x, dims);
      return reduceRows(x, dims, keepdim, 'int64', (v, i, end) => BigInt(placeOf(v, i, end, better) - i));
    },
    samples: () => [
      ...dimSamples().filter((s) => !isEmpty(s)),
      ...ofTypes(['int64', 'int32']),
      ...exactly([1, 3, 3, 2]),
      ...exactly([1, Number.NaN, 3]),
      tied,
    ],
  });
}

function isEmpty(s: Sample): boolean {
  return (s.args[0] as { tensor: { shape: number[] } }).tensor.shape.includes(0);
}

/** Puts each line's gradient to the places it was taken from. */
op<[Tensor, number, Tensor, number[], boolean]>({
  schema:
    'value_selecting_reduction_backward(Tensor grad, int dim, Tensor indices, int[] sizes, bool keepdim) -> Tensor',
  faces: [],
  formula: 'dx = dy at the indices, else 0',
  gradient: 'ddy = ddx at the indices',
  forward: (grad, dim, indices, sizes, keepdim) => {
    const out = Tensor.zeros(grad.dtype, [...sizes]);
    const d = wrapDim(dim, sizes.length);
    const shape = sizes.map((n, i) => (i === d ? (keepdim ? (indices.shape[d] ?? 1) : 1) : n));
    const lead = (t: Tensor) => Tensor.of(t.dtype, shape, t.values());
    const [dy, at] = [lead(grad).values() as Float64Array, lead(indices).values() as BigInt64Array];
    const inner = sizes.slice(d + 1).reduce((n, k) => n * k, 1);
    const [k, n] = [shape[d] ?? 1, sizes[d] ?? 1];
    const target = out.storage.data as Float64Array;
    for (let i = 0; i < dy.length; i++) {
      const outer = Math.floor(i / (k * inner));
      target[(outer * n + Number(at[i])) * inner + (i % inner)] += dy[i];
    }
    return out;
  },
  saves: ['indices'],
  grads: {
    grad: (c, f) => {
      const dim = c.attr<number>('dim');
      const at = c.saved('indices');
      if (c.attr('keepdim') || c.shape('grad').length === c.attr<number[]>('sizes').length)
        return f.gather(c.grad, dim, at);
      return f.squeeze_dim(f.gather(c.grad, dim, f.unsqueeze(at, dim)), dim);
    },
  },
  samples: () => [
    {
      args: [{ tensor: { shape: [2] } }, 1, { tensor: { shape: [2], dtype: 'int64', data: [2, 0] } }, [2, 3], false],
    },
  ],
});

/** Where the lower of the two middle ones of a row is; the first NaN where there is one. */
function medianPlace(x: Float64Array, from: number, n: number): number {
  const order = Array.from({ length: n }, (_, i) => from + i);
  const nan = order.find((i) => isNaNLike(x[i]));
  if (nan !== undefined) return nan;
  order.sort((a, b) => (x[a] < x[b] ? -1 : x[a] > x[b] ? 1 : a - b));
  return order[(n - 1) >> 1];
}

op<[Tensor]>({
  schema: 'median(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  formula: 'y = the middle x in order of size; the lower one of two',
  gradient: 'dx = dy to the middle one, in equal shares where there are several',
  forward: (x) => {
    refuse('median_cpu', ['bool'], x.dtype);
    return reduceRows(x, reduceDims(null, x.rank), false, x.dtype, (v, i, end) =>
      end > i ? v[medianPlace(v, i, end - i)] : isFloat(x.dtype) ? Number.NaN : -(2n ** 63n),
    );
  },
  saves: ['input', 'result'],
  grads: { input: spreadEvenly },
  gradName: 'MedianBackward0',
  samples: () => [
    ...dimSamples().filter((s) => s.args.length === 1 && !isEmpty(s)),
    { args: [{ tensor: { shape: [0], requiresGrad: false } }] },
    ...ofTypes(['int64']),
    ...exactly([1, Number.NaN, 3]),
    tiedWhole,
  ],
});

op<[Tensor, number, boolean]>({
  schema: 'median_dim(Tensor input, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)',
  faces: ['torch:median', 'Tensor:median'],
  formula: 'y = the middle x over dim in order of size, and where it is; the lower one of two',
  gradient: 'dx = dy at the index, else 0',
  forward: (x, dim, keepdim) => {
    refuse('median_cpu', ['bool'], x.dtype);
    const dtypes = valuesAndPlaces(x, dim);
    checkDim('median()', x, x.rank ? [wrapDim(dim, x.rank)] : []);
    const outs = alongDim(x, dim, dtypes, (v, i, n, o, at) => put(v, i, medianPlace(v, i, n), o, at), 1);
    return outs.map((o) => dropped(o, dim, keepdim));
  },
  saves: ['result1'],
  grads: { input: toPlace },
  gradName: 'MedianBackward1',
  samples: () => dimSamples().filter((s) => s.args.length > 1),
});
