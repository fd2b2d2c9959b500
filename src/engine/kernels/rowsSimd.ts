/** Sums, softmax and layer norm of float32, row by row, by the SIMD kernels: null where it is not worth the way there, or they cannot. */
import { numel } from '../shape';
import type { Tensor } from '../tensor';
import { type Kernels, kernelsFor } from '../wasm/kernels';
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

/**
 * The sum over the first or the last dimensions of a contiguous tensor, divided by `over`; `kept` elements are left, in this shape.
 */
export function sumFast(t: Tensor, side: 'first' | 'last', shape: number[], over = 1): Tensor | null {
  const kept = numel(shape);
  if (!t.contiguous || kept === 0) return null;
  const kernels = begun([t], CHEAP, kept);
  if (!kernels) return null;
  const x = put(kernels.arena, t);
  const at = room(kernels, kept);
  const summed = t.count / kept;
  if (side === 'first') kernels.sumColumns32(summed, kept, x, at, over);
  else kernels.sumRows32(kept, summed, x, at, over);
  return made(kernels.arena, at, shape);
}

/** Softmax or its logarithm over the last dimension; nothing else is in rows. */
export function softmaxFast(x: Tensor, log: boolean): Tensor | null {
  const n = x.shape[x.rank - 1] ?? 1;
  const kernels = begun([x], DEAR, x.count);
  if (!kernels) return null;
  const from = put(kernels.arena, x);
  const at = room(kernels, x.count);
  kernels[log ? 'logSoftmax32' : 'softmax32'](x.count / n, n, from, at);
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
