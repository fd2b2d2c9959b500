/** Convolution and its gradients by the SIMD kernels (wasm/assembly/convolution.ts). Null where they cannot, or it is not worth the way. */
import { isFloat, isHalf } from '../dtype';
import { numel } from '../shape';
import { Storage } from '../storage';
import { Tensor } from '../tensor';
import { type Kernels, kernelsFor } from '../wasm/kernels';
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

function kernelsOf(c: Convolution, ...tensors: (Tensor | null)[]): Kernels | null {
  const [first] = tensors as Tensor[];
  if (c.size.length > 3 || !isFloat(first.dtype)) return null;
  if (!tensors.every((t) => t === null || (t.dtype === first.dtype && isHeld(t)))) return null;
  const work = c.batch * c.groups * c.outer * numel(c.out) * c.inner * numel(c.kernel);
  return kernelsFor(work, WORTH);
}

/** Tells the kernels how the windows lie; gives the elements of a block of them. */
function setWindows(k: Kernels, c: Convolution): number {
  const { size, kernel, stride, padding, dilation, out } = c;
  k.arena.integers.set(
    [
      ...[c.batch, c.groups, c.inner, c.outer],
      ...[
        three(size, 1),
        three(kernel, 1),
        three(stride, 1),
        three(padding, 0),
        three(dilation, 1),
        three(out, 1),
      ].flat(),
    ],
    k.parameters / 4,
  );
  return k.setWindows(k.parameters);
}

/** Runs a kernel on `inputs` (addresses in that order), then its result's, then room. */
function compute(
  k: Kernels,
  dtype: Tensor['dtype'],
  shape: number[],
  inputs: (Rows | null)[],
  room: number[],
  run: (inputs: number[], out: number, room: number[]) => void,
): Tensor | null {
  const { arena } = k;
  const count = numel(shape);
  const like = (inputs[0] as Rows).storage.data;
  const size = like.BYTES_PER_ELEMENT;
  const elements = inputs.reduce((n, i) => n + (i?.length ?? 0), 0) + count + room.reduce((n, r) => n + r, 0);
  if (!arena.begin(elements * size, inputs.length + room.length + 1)) return null;
  const from = inputs.map((i) => (i ? arena.input(i.storage, i.first, i.length) : 0));
  const out = arena.room(count * size);
  run(
    from,
    out,
    room.map((n) => arena.room(n * size)),
  );
  const y = Tensor.of(dtype, shape, arena.take(out, count, like));
  // A half's numbers are rounded after this.
  if (!isHalf(dtype)) arena.note(y.storage, out);
  return y;
}

/** y[n, o, l] = Σ w[o, k] · window l's element k (+ bias[o]). */
export function convolveBySimd(x: Tensor, w: Tensor, bias: Tensor | null, c: Convolution): Tensor | null {
  const k = kernelsOf(c, x, w, bias);
  if (!k) return null;
  const shape = [c.batch, c.groups * c.outer, ...c.out];
  const inputs = [rowsOf(x), rowsOf(w), bias && rowsOf(bias)];
  return compute(k, x.dtype, shape, inputs, [setWindows(k, c)], ([atX, atW, atBias], y, [cols]) =>
    (isSingle(x) ? k.convolve32 : k.convolve64)(atX, atW, atBias, y, cols),
  );
}

/** dx = each window's w · dy, added up where windows overlap. */
export function convolveBackBySimd(dy: Tensor, w: Tensor, c: Convolution): Tensor | null {
  const k = kernelsOf(c, dy, w);
  if (!k) return null;
  const shape = [c.batch, c.groups * c.inner, ...c.size];
  return compute(k, dy.dtype, shape, [rowsOf(dy), rowsOf(w)], [setWindows(k, c)], ([atDy, atW], dx, [cols]) =>
    (isSingle(dy) ? k.convolveBack32 : k.convolveBack64)(atDy, atW, dx, cols),
  );
}

/** dw[o, k] = Σ dy[n, o, l] · window l's element k. */
export function convolveWeightBySimd(dy: Tensor, x: Tensor, c: Convolution): Tensor | null {
  const k = kernelsOf(c, x, dy);
  if (!k) return null;
  const shape = [c.groups * c.outer, c.inner, ...c.kernel];
  const room = [numel(shape), setWindows(k, c)];
  return compute(k, x.dtype, shape, [rowsOf(dy), rowsOf(x)], room, ([atDy, atX], dw, [made, cols]) =>
    (isSingle(x) ? k.convolveWeight32 : k.convolveWeight64)(atDy, atX, dw, made, cols),
  );
}

const isSingle = (t: Tensor): boolean => t.storage.data.BYTES_PER_ELEMENT === 4;
