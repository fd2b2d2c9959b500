/** Elements of recorded tensors: which one, where it lies, which matters most. */
import type { TensorUse } from './recording';
import type { Replay } from './replay';
import { valuesOf } from './views/common';

/** Index of the i-th element in row-major order. */
export function elementAt(shape: readonly number[], i: number): number[] {
  const at: number[] = [];
  let left = i;
  for (let d = shape.length - 1; d >= 0; d--) {
    at.unshift(left % shape[d]);
    left = Math.floor(left / shape[d]);
  }
  return at;
}

/** Number of an element in row-major order. */
export const flatAt = (shape: readonly number[], element: readonly number[]): number =>
  element.reduce((sum, i, d) => sum * shape[d] + i, 0);

/** Position in the memory of the i-th element in row-major order. */
export function positionOf({ shape, strides, offset }: TensorUse, i: number): number {
  let at = offset;
  for (let d = shape.length - 1, left = i; d >= 0; d--) {
    at += (left % shape[d]) * strides[d];
    left = Math.floor(left / shape[d]);
  }
  return at;
}

/** The element that was asked for, if the tensor has it. */
export const inside = ({ shape }: TensorUse, element: number[] | undefined): number[] | null =>
  element && element.length === shape.length && element.every((i, d) => i >= 0 && i < shape[d]) ? element : null;

/** Number of the element that matters most: the first NaN, else the largest. */
export function largestOf(values: ArrayLike<number | bigint>): number {
  let best = 0;
  for (let i = 1; i < values.length && !Number.isNaN(Number(values[best])); i++)
    if (!(Math.abs(Number(values[i])) <= Math.abs(Number(values[best])))) best = i;
  return best;
}

/** The element that matters most. */
export const largest = (replay: Replay, use: TensorUse): number[] =>
  elementAt(use.shape, largestOf(valuesOf(replay, use)));
