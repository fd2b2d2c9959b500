/** Products of matrices of floats: by the SIMD kernels where the work is worth the way there, else by the reference in TypeScript. */
import { DTYPES, isHalf } from '../dtype';
import { resultArray } from '../reuse';
import { Tensor } from '../tensor';
import { doWork, type Kernels, kernelsFor, PARAMETERS, WORK } from '../wasm/kernels';
import { matmul } from './matmul';

/** Multiply-adds below which copying in and out costs more than SIMD wins. */
const WORTH = 256;

/** The elements of the memory that a tensor shows: the first, and how many from there on. */
function reach(t: Tensor): [number, number] {
  let length = 1;
  for (let d = 0; d < t.rank; d++) length += (t.shape[d] - 1) * t.strides[d];
  return [t.offset, length];
}

/** What is copied in for a tensor: all of its Storage, so that other views find it there too, unless that is much more. */
export function copied(t: Tensor): [number, number] {
  const [first, length] = reach(t);
  const whole = t.storage.data.length;
  return whole <= 2 * length ? [0, whole] : [first, length];
}

/** Are its elements in an array of its dtype? A question about other numbers may hold them in float64. */
export const isHeld = (t: Tensor): boolean => t.storage.data instanceof DTYPES[t.dtype].array;

/** y[i] = a[i] · b[i] (+ bias) of [count, m, k] and [count, k, n], strided in any way. Float tensors of one dtype. */
export function products(a: Tensor, b: Tensor, bias: Tensor | null = null): Tensor {
  const [count, m, k] = a.shape;
  const n = b.shape[2];
  const fast = kernelsFor(count * m * n * k, WORTH);
  const held = fast !== null && isHeld(a) && isHeld(b) && (bias === null || isHeld(bias));
  return (held ? bySimd(fast, a, b, bias) : null) ?? plainly(a, b, bias);
}

function bySimd(kernels: Kernels, a: Tensor, b: Tensor, bias: Tensor | null): Tensor | null {
  const { arena } = kernels;
  const [count, m, k] = a.shape;
  const n = b.shape[2];
  const like = a.storage.data;
  const size = like.BYTES_PER_ELEMENT;
  const [[a0, aLength], [b0, bLength]] = [copied(a), copied(b)];
  const [p0, pLength] = bias ? copied(bias) : [0, 0];
  const length = count * m * n;
  if (!arena.begin((aLength + bLength + pLength + length) * size, 4)) return null;
  const atA = arena.input(a.storage, a0, aLength) + (a.offset - a0) * size;
  const atB = arena.input(b.storage, b0, bLength) + (b.offset - b0) * size;
  const atBias = bias ? arena.input(bias.storage, p0, pLength) + (bias.offset - p0) * size : 0;
  const at = arena.room(length * size);
  const { integers } = arena;
  const p = PARAMETERS / 4;
  integers[p] = count;
  integers[p + 1] = m;
  integers[p + 2] = n;
  integers[p + 3] = k;
  integers[p + 4] = atA;
  integers[p + 5] = a.strides[0];
  integers[p + 6] = a.strides[1];
  integers[p + 7] = a.strides[2];
  integers[p + 8] = atB;
  integers[p + 9] = b.strides[0];
  integers[p + 10] = b.strides[1];
  integers[p + 11] = b.strides[2];
  integers[p + 12] = at;
  integers[p + 13] = atBias;
  doWork(kernels, size === 4 ? WORK.products : WORK.products + 1, count * m * n * k);
  const y = Tensor.of(a.dtype, [count, m, n], arena.take(at, length, like));
  // A half's numbers are rounded after this.
  if (!isHalf(a.dtype)) arena.note(y.storage, at);
  return y;
}

function plainly(a: Tensor, b: Tensor, bias: Tensor | null): Tensor {
  const [count, m, k] = a.shape;
  const n = b.shape[2];
  const out = resultArray(a.dtype, count * m * n) as Float64Array;
  const page = (t: Tensor, nr: number, rows: number, columns: number, row: number, column: number) =>
    t.alias([rows, columns], [row, column], t.offset + nr * t.strides[0]).values() as Float64Array;
  for (let nr = 0; nr < count; nr++) {
    const c = out.subarray(nr * m * n, (nr + 1) * m * n);
    matmul(page(a, nr, m, k, a.strides[1], a.strides[2]), page(b, nr, n, k, b.strides[2], b.strides[1]), c, m, k, n);
    if (bias) {
      const plus = bias.values() as Float64Array;
      for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) c[i * n + j] += plus[j];
    }
  }
  return Tensor.of(a.dtype, [count, m, n], out);
}
