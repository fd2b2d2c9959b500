/**
 * Separable linear maps of images: each dimension of the result is a weighted sum along the same dimension of the input. Averages over
 * windows and every interpolation are such maps; their gradients are the maps turned around.
 */
import { allocate } from '../dtype';
import { numel } from '../shape';
import { Tensor } from '../tensor';
import { numbers } from './elementwise';

/** result[j] = Σ weights[e] · input[places[e]], e from starts[j] until starts[j + 1]. */
export interface Line {
  from: number;
  to: number;
  starts: Int32Array;
  places: Int32Array;
  weights: Float64Array;
}

/** A line from what each of its results is made of: [place, weight] pairs. */
export function lineOf(from: number, to: number, parts: (j: number) => readonly (readonly [number, number])[]): Line {
  const starts = new Int32Array(to + 1);
  const places: number[] = [];
  const weights: number[] = [];
  for (let j = 0; j < to; j++) {
    for (const [place, weight] of parts(j)) {
      places.push(place);
      weights.push(weight);
    }
    starts[j + 1] = places.length;
  }
  return { from, to, starts, places: Int32Array.from(places), weights: Float64Array.from(weights) };
}

/** The gradient's map: what flows back from each result to the input. */
export function turnedLine({ from, to, starts, places, weights }: Line): Line {
  const back: [number, number][][] = Array.from({ length: from }, () => []);
  for (let j = 0; j < to; j++) for (let e = starts[j]; e < starts[j + 1]; e++) back[places[e]].push([j, weights[e]]);
  return lineOf(to, from, (p) => back[p]);
}

function along(x: ArrayLike<number>, outer: number, inner: number, line: Line): Float64Array {
  const { from, to, starts, places, weights } = line;
  const out = new Float64Array(outer * to * inner);
  if (inner === 1) {
    for (let o = 0, at = 0, base = 0; o < outer; o++, base += from)
      for (let j = 0; j < to; j++) {
        let sum = 0;
        for (let e = starts[j]; e < starts[j + 1]; e++) sum += weights[e] * x[base + places[e]];
        out[at++] = sum;
      }
    return out;
  }
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < to; j++) {
      const at = (o * to + j) * inner;
      for (let e = starts[j]; e < starts[j + 1]; e++) {
        const weight = weights[e];
        const base = (o * from + places[e]) * inner;
        for (let i = 0; i < inner; i++) out[at + i] += weight * x[base + i];
      }
    }
  return out;
}

/** Maps the last dimensions of x, a line each; sums are kept in float64 and handed to `finish` before they become x's dtype again. */
export function resample(x: Tensor, lines: readonly Line[], finish?: (sums: Float64Array) => void): Tensor {
  const lead = x.shape.slice(0, x.rank - lines.length);
  const sizes = x.shape.slice(lead.length);
  let values: ArrayLike<number> = numbers(x);
  for (let d = lines.length - 1; d >= 0; d--) {
    values = along(values, numel(lead) * numel(sizes.slice(0, d)), numel(sizes.slice(d + 1)), lines[d]);
    sizes[d] = lines[d].to;
  }
  const sums = values as Float64Array;
  finish?.(sums);
  const out = allocate(x.dtype, sums.length);
  if (out instanceof BigInt64Array) for (let i = 0; i < sums.length; i++) out[i] = BigInt(Math.trunc(sums[i]));
  else out.set(sums as never);
  return Tensor.of(x.dtype, [...lead, ...sizes], out);
}

/** Divides the elements of planes by the product of one number a dimension. */
export function divideBy(values: Float64Array, divisors: readonly (readonly number[])[]): void {
  let all = [1];
  for (const d of divisors) all = all.flatMap((a) => d.map((b) => a * b));
  for (let i = 0; i < values.length; i += all.length) for (let k = 0; k < all.length; k++) values[i + k] /= all[k];
}
