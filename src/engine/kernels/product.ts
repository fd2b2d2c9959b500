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

/** Where the elements of a matrix lie, or of each of a batch of them. */
interface Matrices {
  count: number;
  rows: number;
  columns: number;
  /** Strides: from matrix to matrix, row to row, column to column. */
  next: number;
  row: number;
  column: number;
}

function matricesOf({ shape, strides, rank }: Tensor): Matrices {
  const [rows, columns, row, column] = [shape[rank - 2], shape[rank - 1], strides[rank - 2], strides[rank - 1]];
  return rank === 2
    ? { count: 1, rows, columns, next: 0, row, column }
    : { count: shape[0], rows, columns, next: strides[0], row, column };
}

/**
 * y = a · b (+ bias) of matrices [m, k] and [k, n], or of each of a batch, [count, m, k] and [count, k, n]; strided in any way. Float tensors
 * of one dtype.
 */
export function products(a: Tensor, b: Tensor, bias: Tensor | null = null): Tensor {
  const [left, right] = [matricesOf(a), matricesOf(b)];
  const work = left.count * left.rows * right.columns * left.columns;
  const fast = kernelsFor(work, WORTH);
  const held = fast !== null && isHeld(a) && isHeld(b) && (bias === null || isHeld(bias));
  return (held ? bySimd(fast, a, left, b, right, bias) : null) ?? plainly(a, left, b, right, bias, work);
}

function bySimd(
  kernels: Kernels,
  a: Tensor,
  left: Matrices,
  b: Tensor,
  right: Matrices,
  bias: Tensor | null,
): Tensor | null {
  const { arena } = kernels;
  const { count, rows: m, columns: k } = left;
  const n = right.columns;
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
  integers[p + 5] = left.next;
  integers[p + 6] = left.row;
  integers[p + 7] = left.column;
  integers[p + 8] = atB;
  integers[p + 9] = right.next;
  integers[p + 10] = right.row;
  integers[p + 11] = right.column;
  integers[p + 12] = at;
  integers[p + 13] = atBias;
  doWork(kernels, size === 4 ? WORK.products : WORK.products + 1, count * m * n * k);
  const y = Tensor.of(a.dtype, resultShape(a, n), arena.take(at, length, like));
  // A half's numbers are rounded after this.
  if (!isHalf(a.dtype)) arena.note(y.storage, at);
  return y;
}

const resultShape = ({ shape, rank }: Tensor, n: number): number[] =>
  rank === 2 ? [shape[0], n] : [shape[0], shape[1], n];

function plainly(a: Tensor, left: Matrices, b: Tensor, right: Matrices, bias: Tensor | null, work: number): Tensor {
  const out = resultArray(a.dtype, left.count * left.rows * right.columns) as Float64Array;
  if (work < WORTH) small(a, left, b, right, out);
  else byPages(a, left, b, right, out);
  if (bias) {
    const plus = bias.values() as Float64Array;
    const n = right.columns;
    for (let i = 0; i < out.length; i += n) for (let j = 0; j < n; j++) out[i + j] += plus[j];
  }
  return Tensor.of(a.dtype, resultShape(a, right.columns), out);
}

function byPages(a: Tensor, left: Matrices, b: Tensor, right: Matrices, out: Float64Array): void {
  const { count, rows: m, columns: k } = left;
  const n = right.columns;
  const page = (
    t: Tensor,
    nr: number,
    { next }: Matrices,
    rows: number,
    columns: number,
    row: number,
    column: number,
  ) => t.alias([rows, columns], [row, column], t.offset + nr * next).values() as Float64Array;
  for (let nr = 0; nr < count; nr++) {
    const c = count === 1 ? out : out.subarray(nr * m * n, (nr + 1) * m * n);
    const rowsOfA = page(a, nr, left, m, k, left.row, left.column);
    matmul(rowsOfA, page(b, nr, right, n, k, right.column, right.row), c, m, k, n);
  }
}

/** The same sums as matmul's, of elements where they lie: to lay few of them out costs more than to walk to them. */
function small(a: Tensor, left: Matrices, b: Tensor, right: Matrices, out: Float64Array): void {
  const [x, y] = [a.storage.data as Float64Array, b.storage.data as Float64Array];
  let at = 0;
  for (let nr = 0; nr < left.count; nr++)
    for (let i = 0; i < left.rows; i++)
      for (let j = 0; j < right.columns; j++) {
        let p = a.offset + nr * left.next + i * left.row;
        let q = b.offset + nr * right.next + j * right.column;
        let sum = 0;
        for (let l = 0; l < left.columns; l++, p += left.column, q += right.row) sum += x[p] * y[q];
        out[at++] = sum;
      }
}
