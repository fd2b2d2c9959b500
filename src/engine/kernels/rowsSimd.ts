/** Sums, softmax and layer norm of float32, row by row, by the SIMD kernels: null where it is not worth the way there, or they cannot. */
import { numel } from '../shape';
import { Tensor } from '../tensor';
import { type Kernels, kernelsFor } from '../wasm/kernels';
import type { Range } from './maxima';
import { EACH, isFloat32, made, needs, PAST, put } from './simd';

/** Elements from which on a sum, and what takes exponentials, is worth the way there. */
const CHEAP = 512;
const DEAR = 32;

/** The kernels, where they can read all of these, and the ring has room for them and `length` elements in `outs` arrays. */
function begun(ts: readonly Tensor[], worth: number, length: number, outs = 1): Kernels | null {
  const kernels = kernelsFor(ts[0].count, worth);
  if (!kernels || !ts.every(isFloat32)) return null;
  const bytes = (ts.reduce((sum, t) => sum + needs(t), 0) + length) * EACH + outs * PAST;
  return kernels.arena.begin(bytes, ts.length + outs) ? kernels : null;
}

const room = ({ arena }: Kernels, length: number): number => arena.room(length * EACH + PAST);

/** Is a sum over some dimensions of t done by the kernels, if they can? */
export const isMuchToSum = (t: Tensor): boolean => t.contiguous && kernelsFor(t.count, CHEAP) !== null;

/**
 * The sum of a contiguous tensor over all dimensions but those from `from` to before `until`, divided by `over`, in this shape.
 */
export function sumFast(t: Tensor, from: number, until: number, shape: number[], over = 1): Tensor | null {
  const kept = numel(shape);
  if (!t.contiguous || kept === 0) return null;
  const kernels = begun([t], CHEAP, kept);
  if (!kernels) return null;
  const x = put(kernels.arena, t);
  const at = room(kernels, kept);
  const groups = numel(t.shape.slice(0, from));
  const length = numel(t.shape.slice(until));
  if (length === 1) kernels.sumColumns32(groups, kept, x, at, over);
  else kernels.sumRows32(groups, kept, length, x, at, over);
  return made(kernels.arena, at, shape);
}

/** Softmax or its logarithm over dimension `dim`. */
export function softmaxFast(x: Tensor, dim: number, log: boolean): Tensor | null {
  const n = x.shape[dim] ?? 1;
  const inner = numel(x.shape.slice(dim + 1));
  // The largest and the sum of each column: float32 and float64, at multiples of four.
  const own = inner > 1 ? 3 * (inner + 3) : 0;
  const kernels = begun([x], DEAR, x.count + own, 2);
  if (!kernels) return null;
  const from = put(kernels.arena, x);
  const at = room(kernels, x.count);
  const groups = x.count / n / inner;
  if (inner > 1) kernels.softmaxColumns32(groups, n, inner, Number(log), from, at, room(kernels, own));
  else kernels[log ? 'logSoftmax32' : 'softmax32'](groups, n, from, at);
  return made(kernels.arena, at, [...x.shape]);
}

/** Their gradients, of the gradient and the result. */
export function softmaxBackwardFast(g: Tensor, y: Tensor, log: boolean): Tensor | null {
  const n = y.shape[y.rank - 1] ?? 1;
  const kernels = begun([g, y], DEAR, y.count);
  if (!kernels) return null;
  const [from, other] = [g, y].map((t) => put(kernels.arena, t));
  const at = room(kernels, y.count);
  kernels[log ? 'logSoftmaxBackward32' : 'softmaxBackward32'](y.count / n, n, from, other, at);
  return made(kernels.arena, at, [...y.shape]);
}

type Given = Tensor | null;
const those = (...ts: Given[]): Tensor[] => ts.filter((t) => t !== null);

/** Layer norm over the last `length` elements: the result, and mean and 1/√(variance + eps) of each row, in `stats`' shape. */
export function layerNormFast(
  x: Tensor,
  length: number,
  weight: Given,
  bias: Given,
  eps: number,
  stats: number[],
): [Tensor, Tensor, Tensor] | null {
  const rows = numel(stats);
  const kernels = begun([x, ...those(weight, bias)], DEAR, x.count + 2 * rows, 3);
  if (!kernels) return null;
  const { arena } = kernels;
  const [from, w, b] = [x, weight, bias].map((t) => (t ? put(arena, t) : 0));
  const [at, mean, rstd] = [x.count, rows, rows].map((n) => room(kernels, n));
  kernels.layerNorm32(rows, length, from, w, b, eps, at, mean, rstd);
  return [made(arena, at, [...x.shape]), made(arena, mean, stats), made(arena, rstd, [...stats])];
}

/** The gradients of x, weight and bias, the last two in `shape`. */
export function layerNormBackwardFast(
  g: Tensor,
  x: Tensor,
  mean: Tensor,
  rstd: Tensor,
  weight: Given,
  shape: number[],
): [Tensor, Tensor, Tensor] | null {
  const length = numel(shape);
  // Two rows of float64, at multiples of four.
  const own = 4 * (length + 3);
  const kernels = begun([x, g, mean, rstd, ...those(weight)], DEAR, x.count + 2 * length + own, 4);
  if (!kernels) return null;
  const { arena } = kernels;
  const [dy, from, mu, rs, w] = [g, x, mean, rstd, weight].map((t) => (t ? put(arena, t) : 0));
  const [dx, dw, db, extra] = [x.count, length, length, own].map((n) => room(kernels, n));
  kernels.layerNormBackward32(x.count / length, length, dy, from, mu, rs, w, dx, dw, db, extra);
  return [made(arena, dx, [...x.shape]), made(arena, dw, [...shape]), made(arena, db, [...shape])];
}

/** kernels/maxima.ts by the kernels, over the last two dimensions: of windows from, until, in steps. */
export function maximaFast(x: Tensor, [high, wide]: readonly Range[]): [Tensor, Tensor] | null {
  const shape = [...x.shape.slice(0, -2), high.from.length, wide.from.length];
  const n = numel(shape);
  const [height, width] = x.shape.slice(-2);
  const ranges = 2 * (shape.at(-2)! + shape.at(-1)!);
  if (n === 0) return null;
  const kernels = begun([x], DEAR, 3 * n + ranges + 16, 4);
  if (!kernels) return null;
  const { arena } = kernels;
  const from = put(arena, x);
  const at = [high, wide].map((range) => {
    const place = room(kernels, 2 * range.from.length);
    range.from.forEach((begin, i) => {
      arena.integers[place / 4 + 2 * i] = begin;
      arena.integers[place / 4 + 2 * i + 1] = range.until[i];
    });
    return place;
  });
  const isPair = (range: Range, size: number) =>
    range.step === 1 && range.from.every((begin, i) => begin === 2 * i && range.until[i] === begin + 2) && size >= 2;
  const pairs = isPair(high, height) && isPair(wide, width);
  const [values, places] = [n, 2 * n + 8].map((length) => room(kernels, length));
  const sizes = [x.count / (height * width), height, width, shape.at(-2)!, shape.at(-1)!];
  kernels.maxima32(...sizes, at[0], at[1], high.step, wide.step, Number(pairs), from, values, places);
  const index = Tensor.of('int64', [...shape], arena.take(places, n, arena.longs));
  arena.note(index.storage, places);
  return [made(arena, values, shape), index];
}

/** Bytes of a place. */
const PLACE = BigInt64Array.BYTES_PER_ELEMENT;

/** kernels/planes.ts' putByIndex by the kernels, where what meets is added. */
export function addByIndexFast(g: Tensor, index: Tensor, size: readonly number[]): Tensor | null {
  const shape = [...index.shape.slice(0, index.rank - size.length), ...size];
  const [n, plane] = [shape, size].map(numel);
  const kernels = kernelsFor(n, DEAR);
  if (!kernels || !isFloat32(g) || !index.contiguous || !(index.storage.data instanceof BigInt64Array)) return null;
  // `put` takes a single element as a float.
  if (g.count !== index.count || g.count < 2) return null;
  const { arena } = kernels;
  if (!arena.begin((needs(g) + n) * EACH + needs(index) * PLACE + PAST, 3)) return null;
  const from = put(arena, g);
  const places = put(arena, index, PLACE);
  const at = room(kernels, n);
  kernels.addAt32(n / plane, g.count / (n / plane), plane, from, places, at);
  return made(arena, at, shape, n);
}
