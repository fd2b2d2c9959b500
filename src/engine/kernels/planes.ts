/** Images as planes: the last dimensions, one plane for each place in those before. Elements of planes taken and put back by place. */
import { allocate } from '../dtype';
import { contiguousStrides, numel } from '../shape';
import { Tensor } from '../tensor';
import { addByIndexFast } from './rowsSimd';

/** Row-major places in a plane of `size` for each combination of one index a dimension. */
export function planePlaces(size: readonly number[], indices: readonly Int32Array[]): Int32Array {
  const strides = contiguousStrides(size);
  let places = Int32Array.of(0);
  for (const [d, along] of indices.entries()) {
    const next = new Int32Array(places.length * along.length);
    let at = 0;
    for (const p of places) for (const i of along) next[at++] = p + i * strides[d];
    places = next;
  }
  return places;
}

/** The same elements of every plane, as planes of size `out`. */
export function takeInPlanes(x: Tensor, places: Int32Array, out: readonly number[]): Tensor {
  const lead = x.shape.slice(0, x.rank - out.length);
  const plane = numel(x.shape.slice(lead.length));
  const source = x.values() as Float64Array;
  const values = allocate(x.dtype, numel(lead) * places.length) as Float64Array;
  for (let at = 0, base = 0; at < values.length; base += plane)
    for (let i = 0; i < places.length; i++) values[at++] = source[base + places[i]];
  return Tensor.of(x.dtype, [...lead, ...out], values);
}

/** What takeInPlanes took, added back to planes of `size`. */
export function addInPlanes(g: Tensor, places: Int32Array, size: readonly number[]): Tensor {
  const lead = g.shape.slice(0, g.rank - size.length);
  const plane = numel(size);
  const source = g.values() as Float64Array;
  const values = allocate(g.dtype, numel(lead) * plane) as Float64Array;
  for (let at = 0, base = 0; at < source.length; base += plane)
    for (let i = 0; i < places.length; i++) values[base + places[i]] += source[at++];
  return Tensor.of(g.dtype, [...lead, ...size], values);
}

/** Places as numbers, which are the even elements: below 2³¹, a bigint's lower half says it all, and costs no bigint. */
function lowerHalves(index: Tensor): Int32Array {
  const places = index.values() as BigInt64Array;
  return new Int32Array(places.buffer, places.byteOffset, 2 * places.length);
}

/** Puts each element of g at its place in a plane of `size`; adds where several meet, or lets the last one stay. */
export function putByIndex(g: Tensor, index: Tensor, size: readonly number[], add: boolean): Tensor {
  const fast = add ? addByIndexFast(g, index, size) : null;
  if (fast) return fast;
  const rank = size.length;
  const plane = numel(size);
  const each = numel(index.shape.slice(index.rank - rank));
  const source = g.values() as Float64Array;
  const places = lowerHalves(index);
  const lead = index.shape.slice(0, index.rank - rank);
  const values = allocate(g.dtype, numel(lead) * plane) as Float64Array;
  for (let at = 0, base = 0; at < source.length; base += plane)
    for (let i = 0; i < each; i++, at++) {
      const to = base + places[2 * at];
      if (add) values[to] += source[at];
      else values[to] = source[at];
    }
  return Tensor.of(g.dtype, [...lead, ...size], values);
}
