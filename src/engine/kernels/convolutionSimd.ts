/** Convolution and its gradients by the SIMD kernels (wasm/assembly/convolution.ts). Null where they cannot, or it is not worth the way. */
import { isFloat, isHalf } from '../dtype';
import { numel } from '../shape';
import { Storage } from '../storage';
import { Tensor } from '../tensor';
import { doWork, kernelsFor, PARAMETERS, WORK } from '../wasm/kernels';
import { MOST_HELPERS } from '../wasm/threads';
import type { Convolution } from './convolution';
import { isHeld } from './product';

/** Multiply-adds below which copying in and out costs more than SIMD wins. */
const WORTH = 1024;

/** What a kernel reads in row-major order. */
interface Rows {
  storage: Storage;
  first: number;
  length: number;
}

function rowsOf(t: Tensor): Rows {
  const length = t.count;
  if (t.contiguous) return { storage: t.storage, first: t.offset, length };
  return { storage: new Storage(t.dtype, t.values()), first: 0, length };
}

/** Up to three spatial dimensions; those that are not there are 1 in front. */
const three = (list: readonly number[], one: number) => [...new Array<number>(3 - list.length).fill(one), ...list];

/** Multiply-adds. */
const workOf = (c: Convolution): number => c.batch * c.groups * c.outer * numel(c.out) * c.inner * numel(c.kernel);

/** A weight's gradient of up to so many elements is summed in so many pieces, each of which needs room (assembly/convolution.ts). */
const SUMMED = 2 ** 16;
const PIECES = 8;

/** Runs one of the three kernels: inputs x, w (or dy, x) and bias, which are read in row-major order. */
function compute(kind: number, c: Convolution, inputs: (Tensor | null)[], shape: number[]): Tensor | null {
  const [first] = inputs as Tensor[];
  if (c.size.length > 3 || !isFloat(first.dtype)) return null;
  if (!inputs.every((t) => t === null || (t.dtype === first.dtype && isHeld(t)))) return null;
  const k = kernelsFor(workOf(c), WORTH);
  if (!k) return null;
  const { arena } = k;
  const like = first.storage.data;
  const size = like.BYTES_PER_ELEMENT;
  const { size: image, kernel, stride, padding, dilation, out } = c;
  const windows = [
    three(image, 1),
    three(kernel, 1),
    three(stride, 1),
    three(padding, 0),
    three(dilation, 1),
    three(out, 1),
  ];
  arena.integers.set([c.batch, c.groups, c.inner, c.outer, ...windows.flat()], PARAMETERS / 4);
  // A block of windows for each thread, from one cache line to the next.
  const cols = Math.ceil((k.setWindows(PARAMETERS) * size) / 64) * 64;
  const count = numel(shape);
  const made = kind === WORK.convolveWeight ? (count > SUMMED ? 1 : PIECES) * count * size : 0;
  const rows = inputs.map((t) => t && rowsOf(t));
  const read = rows.reduce((n, r) => n + (r?.length ?? 0), 0);
  const threads = MOST_HELPERS + 1;
  if (!arena.begin((read + count) * size + made + threads * cols, 6)) return null;
  const [x, w, bias] = rows.map((r) => (r ? arena.input(r.storage, r.first, r.length) : 0));
  const y = arena.room(count * size);
  // Growing the ring made other views of it.
  arena.integers.set([x, w, bias ?? 0, y, arena.room(threads * cols), cols, arena.room(made)], PARAMETERS / 4 + 22);
  doWork(k, size === 4 ? kind : kind + 1, workOf(c));
  const result = Tensor.of(first.dtype, shape, arena.take(y, count, like));
  // A half's numbers are rounded after this.
  if (!isHalf(first.dtype)) arena.note(result.storage, y);
  return result;
}

/** y[n, o, l] = Σ w[o, k] · window l's element k (+ bias[o]). */
export const convolveBySimd = (x: Tensor, w: Tensor, bias: Tensor | null, c: Convolution): Tensor | null =>
  compute(WORK.convolve, c, [x, w, bias], [c.batch, c.groups * c.outer, ...c.out]);

/** dx = each window's w · dy, added up where windows overlap. */
export const convolveBackBySimd = (dy: Tensor, w: Tensor, c: Convolution): Tensor | null =>
  compute(WORK.convolveBack, c, [dy, w], [c.batch, c.groups * c.inner, ...c.size]);

/** dw[o, k] = Σ dy[n, o, l] · window l's element k. */
export const convolveWeightBySimd = (dy: Tensor, x: Tensor, c: Convolution): Tensor | null =>
  compute(WORK.convolveWeight, c, [dy, x], [c.groups * c.outer, c.inner, ...c.kernel]);
