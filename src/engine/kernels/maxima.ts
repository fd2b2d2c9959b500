/** The largest element of each window of an image, and where it is. */
import { allocate } from '../dtype';
import { numel } from '../shape';
import { Tensor } from '../tensor';
import { maximaFast } from './rowsSimd';

/** The windows along one dimension: places from, from + step … below until. */
export interface Range {
  from: Int32Array;
  until: Int32Array;
  step: number;
}

/**
 * Values and places (int64, row-major in a plane) of the maxima over the last dimensions of x; NaN counts as the largest. `rangesOf` gives
 * the windows of plane number p, where they differ from plane to plane.
 */
export function maxima(
  x: Tensor,
  ranges: readonly Range[],
  rangesOf?: (p: number) => readonly Range[],
): [Tensor, Tensor] {
  const fast = ranges.length === 2 && rangesOf === undefined ? maximaFast(x, ranges) : null;
  if (fast) return fast;
  const lead = x.shape.slice(0, x.rank - ranges.length);
  const size = x.shape.slice(lead.length);
  const out = ranges.map((r) => r.from.length);
  const planes = numel(lead);
  const values = allocate(x.dtype, planes * numel(out)) as Float64Array;
  const places = new BigInt64Array(values.length);
  // Their lower halves: a bigint for each would cost more than its window.
  const lower = new Int32Array(places.buffer);
  const source = x.values() as Float64Array;
  const [, height, width] = threeOf(size, 1);
  const plane = numel(size);
  const one: Range = { from: Int32Array.of(0), until: Int32Array.of(1), step: 1 };
  let at = 0;
  for (let p = 0; p < planes; p++) {
    const [deep, high, wide] = threeOf(rangesOf?.(p) ?? ranges, one);
    const base = p * plane;
    for (let a = 0; a < deep.from.length; a++)
      for (let b = 0; b < high.from.length; b++)
        for (let c = 0; c < wide.from.length; c++) {
          let place = (deep.from[a] * height + high.from[b]) * width + wide.from[c];
          let best = Number.NEGATIVE_INFINITY;
          for (let i = deep.from[a]; i < deep.until[a]; i += deep.step)
            for (let j = high.from[b]; j < high.until[b]; j += high.step) {
              const row = (i * height + j) * width;
              for (let k = wide.from[c]; k < wide.until[c]; k += wide.step) {
                const v = source[base + row + k];
                if (v > best || Number.isNaN(v)) {
                  best = v;
                  place = row + k;
                }
              }
            }
          // (An int64 plane's best is one of its bigints: windows are never empty there.)
          values[at] = best;
          lower[2 * at++] = place;
        }
  }
  const shape = [...lead, ...out];
  return [Tensor.of(x.dtype, shape, values), Tensor.of('int64', [...shape], places)];
}

function threeOf<T>(list: readonly T[], one: T): T[] {
  return [...new Array<T>(3 - list.length).fill(one), ...list];
}
