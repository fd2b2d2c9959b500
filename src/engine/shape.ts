/** Shapes and strides: pure arithmetic on number arrays. */
import { indexError, runtimeError } from './errors';

export function numel(shape: readonly number[]): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i], 1);
  }
  return strides;
}

export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i];
  }
  return true;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `[2, 3]`, as PyTorch's messages print sizes. */
export const show = (shape: readonly number[]) => `[${shape.join(', ')}]`;

/**
 * The shape two tensors broadcast to (https://pytorch.org/docs/stable/notes/broadcasting.html).
 * Raises RuntimeError in PyTorch's words.
 */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const n = Math.max(a.length, b.length);
  const out = new Array<number>(n);
  for (let i = n - 1; i >= 0; i--) {
    const p = a.length - n + i;
    const q = b.length - n + i;
    const x = p < 0 ? 1 : a[p];
    const y = q < 0 ? 1 : b[q];
    if (x !== y && x !== 1 && y !== 1)
      throw runtimeError(
        `The size of tensor a (${x}) must match the size of tensor b (${y}) at non-singleton dimension ${i}`,
      );
    out[i] = x === 1 ? y : x;
  }
  return out;
}

/** A dimension given as -n … n-1, as 0 … n-1. Raises IndexError in PyTorch's words. */
export function wrapDim(dim: number, rank: number): number {
  const n = Math.max(rank, 1);
  if (dim < -n || dim >= n)
    throw indexError(`Dimension out of range (expected to be in range of [${-n}, ${n - 1}], but got ${dim})`);
  return dim < 0 ? dim + n : dim;
}

/** Dimensions to reduce over: all of them when none is given. Sorted, wrapped; a repeated one is refused as PyTorch does. */
export function reduceDims(dim: readonly number[] | null | undefined, rank: number): number[] {
  if (!dim || dim.length === 0) return Array.from({ length: rank }, (_, i) => i);
  if (rank > 64) throw runtimeError('only tensors with up to 64 dims are supported');
  const dims = dim.map((d) => wrapDim(d, rank));
  dims.forEach((d, i) => {
    if (dims.indexOf(d) !== i) throw runtimeError(`dim ${d} appears multiple times in the list of dims`);
  });
  return rank === 0 ? [] : dims.sort((x, y) => x - y);
}

/** Fills in a -1 of view and reshape. Raises RuntimeError in PyTorch's words. */
export function inferSize(shape: readonly number[], count: number): number[] {
  const holes = shape.filter((d) => d === -1).length;
  const bad = () => runtimeError(`shape '${show(shape)}' is invalid for input of size ${count}`);
  if (holes > 1) throw runtimeError('only one dimension can be inferred');
  const negative = shape.find((d) => d < -1);
  if (negative !== undefined) throw runtimeError(`invalid shape dimension ${negative}`);
  const known = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
  if (holes === 0) {
    if (known !== count) throw bad();
    return [...shape];
  }
  if (known === 0 && count !== 0) throw bad();
  if (known === 0)
    throw runtimeError(
      `cannot reshape tensor of 0 elements into shape ${show(shape)} because the unspecified dimension size -1 can be any value and is ambiguous`,
    );
  if (count % known !== 0) throw bad();
  return shape.map((d) => (d === -1 ? count / known : d));
}

/** Strides that show a strided tensor as another shape without a copy, or null if there are none (at::detail::computeStride). */
export function viewStrides(
  shape: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): number[] | null {
  const count = numel(shape);
  if (count === 0 || isContiguous(shape, strides)) return contiguousStrides(to);
  const out = new Array<number>(to.length).fill(0);
  let j = to.length - 1;
  let chunkBase = strides[shape.length - 1];
  let tensorCount = 1;
  let viewCount = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    tensorCount *= shape[i];
    const chunkEnds = i === 0 || (shape[i - 1] !== 1 && strides[i - 1] !== tensorCount * chunkBase);
    if (!chunkEnds) continue;
    while (j >= 0 && (viewCount < tensorCount || to[j] === 1)) {
      out[j] = viewCount * chunkBase;
      viewCount *= to[j];
      j--;
    }
    if (viewCount !== tensorCount) return null;
    if (i > 0) {
      chunkBase = strides[i - 1];
      tensorCount = 1;
      viewCount = 1;
    }
  }
  return j === -1 ? out : null;
}
