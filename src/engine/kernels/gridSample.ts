/**
 * Sampling images at places that a grid names, and the derivatives by those places. Source: torch.nn.functional.grid_sample's
 * documentation; rounding as in ATen's GridSampler. "Spatial Transformer Networks", Jaderberg et al. 2015.
 *
 * A sample is a sum over neighbours of a product of weights, one weight a dimension. So is its derivative by a coordinate: with that
 * dimension's weights differentiated. `orders` says how often each coordinate of the grid is differentiated by.
 */
import { allocate } from '../dtype';
import { contiguousStrides, numel } from '../shape';
import { Tensor } from '../tensor';
import { placeRounding } from './interpolation';

export interface Sampling {
  /** 0 bilinear, 1 nearest, 2 bicubic. */
  mode: number;
  /** 0 zeros, 1 border, 2 reflection. */
  padding: number;
  align: boolean;
  orders: readonly number[];
}

type Round = (v: number) => number;

/** Neighbours of one coordinate: their places (-1: outside, counts as zero) and weights. */
interface Taps {
  count: number;
  place: Int32Array;
  weight: Float64Array;
}

/** Mirrors a coordinate at the image's edges until it is inside: where it lands, and which way it goes there. */
function reflect(at: number, size: number, align: boolean, round: Round): [number, number] {
  const low = align ? 0 : -0.5;
  const span = align ? size - 1 : size;
  if (span === 0) return [0, 0];
  const away = round(at - low);
  const distance = Math.abs(away);
  const rest = distance % span;
  const odd = Math.floor(distance / span) % 2 !== 0;
  const sign = (away < 0 ? -1 : 1) * (odd ? -1 : 1);
  return [round((odd ? span - rest : rest) + low), sign];
}

/** A coordinate brought inside by the padding mode, and its derivative by what it was. */
function inside(at: number, size: number, { padding, align }: Sampling, round: Round): [number, number] {
  if (padding === 0) return [at, 1];
  const [to, sign] = padding === 2 ? reflect(at, size, align, round) : [at, 1];
  if (to <= 0) return [0, 0];
  if (to >= size - 1) return [size - 1, 0];
  return [to, sign];
}

/** cₙ of c₀ + c₁x + c₂x² + c₃x³: Keys' cubic kernel with a = −¾, for |x| ≤ 1 and 1 < |x| ≤ 2. */
const NEAR = [1, 0, -2.25, 1.25];
const FAR = [3, -6, 3.75, -0.75];

/** The `order`th derivative of a polynomial. */
function derivative(coefficients: readonly number[], order: number, x: number): number {
  let sum = 0;
  for (let n = coefficients.length - 1; n >= order; n--) {
    let c = coefficients[n];
    for (let k = 0; k < order; k++) c *= n - k;
    sum = sum * x + c;
  }
  return sum;
}

function fill(taps: Taps, value: number, size: number, s: Sampling, order: number, round: Round): void {
  const scale = s.align ? (size - 1) / 2 : size / 2;
  const at = s.align ? round(round(value + 1) * scale) : round(round(round(value + 1) * scale) - 0.5);
  const valid = (i: number) => (i >= 0 && i < size ? i : -1);
  if (s.mode === 2) {
    const first = Math.floor(at);
    const t = round(at - first);
    const factor = scale ** order;
    taps.count = 4;
    for (let k = 0; k < 4; k++) {
      const side = k < 2 ? 1 : -1;
      const x = [t + 1, t, 1 - t, 2 - t][k];
      taps.weight[k] = derivative(k === 0 || k === 3 ? FAR : NEAR, order, x) * side ** order * factor;
      taps.place[k] = valid(Math.trunc(inside(first - 1 + k, size, s, round)[0]));
    }
    return;
  }
  const [to, slope] = inside(at, size, s, round);
  if (s.mode === 1) {
    taps.count = order > 0 ? 0 : 1;
    // Halves go to the even neighbour.
    const near = Math.round(to);
    taps.place[0] = valid(near - to === 0.5 && near % 2 !== 0 ? near - 1 : near);
    taps.weight[0] = 1;
    return;
  }
  const first = Math.floor(to);
  const t = round(to - first);
  taps.count = order > 1 ? 0 : 2;
  taps.place[0] = valid(first);
  taps.place[1] = valid(first + 1);
  const factor = scale * slope;
  taps.weight[0] = order === 0 ? round(1 - t) : -factor;
  taps.weight[1] = order === 0 ? t : factor;
}

/** Calls `visit` for each place of the grid with its neighbours in a plane: how many, where, with which weights. */
function eachPlace(
  grid: Tensor,
  size: readonly number[],
  s: Sampling,
  visit: (image: number, place: number, count: number, places: Int32Array, weights: Float64Array) => void,
): void {
  const rank = size.length;
  const round = placeRounding(grid.dtype);
  const values = grid.values() as Float64Array;
  const strides = contiguousStrides(size);
  const per = numel(grid.shape.slice(1, -1));
  const taps: Taps[] = size.map(() => ({ count: 0, place: new Int32Array(4), weight: new Float64Array(4) }));
  const places = new Int32Array(4 ** rank);
  const weights = new Float64Array(4 ** rank);
  for (let image = 0, at = 0; image < grid.shape[0]; image++)
    for (let p = 0; p < per; p++, at += rank) {
      let count = 1;
      places[0] = 0;
      weights[0] = 1;
      for (let d = 0; d < rank; d++) {
        // A grid's first coordinate is the last dimension's.
        const axis = rank - 1 - d;
        const own = taps[d];
        fill(own, values[at + axis], size[d], s, s.orders[axis], round);
        // Each neighbour so far, with each of this dimension: from the last on, so that none is overwritten too early.
        for (let i = count - 1; i >= 0; i--)
          for (let k = own.count - 1; k >= 0; k--) {
            const to = i * own.count + k;
            const out = places[i] < 0 || own.place[k] < 0;
            weights[to] = weights[i] * own.weight[k];
            places[to] = out ? -1 : places[i] + own.place[k] * strides[d];
          }
        count *= own.count;
      }
      visit(image, p, count, places, weights);
    }
}

/** Samples [n, c, …] of images [n, c, …size] at a grid [n, …, rank]. */
export function sampleGrid(x: Tensor, grid: Tensor, s: Sampling): Tensor {
  const [n, channels, ...size] = x.shape;
  const out = grid.shape.slice(1, -1);
  const [plane, per] = [numel(size), numel(out)];
  const source = x.values() as Float64Array;
  const values = allocate(x.dtype, n * channels * per) as Float64Array;
  eachPlace(grid, size, s, (image, p, count, places, weights) => {
    for (let c = 0; c < channels; c++) {
      const base = (image * channels + c) * plane;
      let sum = 0;
      for (let k = 0; k < count; k++) if (places[k] >= 0) sum += weights[k] * source[base + places[k]];
      values[(image * channels + c) * per + p] = sum;
    }
  });
  return Tensor.of(x.dtype, [n, channels, ...out], values);
}

/** The images' gradient: each sample's, spread over the neighbours that it was made of. */
export function spreadGrid(g: Tensor, grid: Tensor, shape: readonly number[], s: Sampling): Tensor {
  const [n, channels, ...size] = shape;
  const [plane, per] = [numel(size), numel(g.shape.slice(2))];
  const source = g.values() as Float64Array;
  const sums = new Float64Array(n * channels * plane);
  eachPlace(grid, size, s, (image, p, count, places, weights) => {
    for (let c = 0; c < channels; c++) {
      const base = (image * channels + c) * plane;
      const v = source[(image * channels + c) * per + p];
      for (let k = 0; k < count; k++) if (places[k] >= 0) sums[base + places[k]] += weights[k] * v;
    }
  });
  const values = allocate(g.dtype, sums.length);
  values.set(sums as never);
  return Tensor.of(g.dtype, [...shape], values);
}
