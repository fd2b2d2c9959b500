/**
 * Convolution and its two gradients as matrix products (im2col), for any number of spatial dimensions. Source: "High Performance
 * Convolutional Neural Networks for Document Processing", Chellapilla et al. 2006; sizes: torch.nn.Conv2d's documentation.
 */
import { allocate, type Data, type DType, isFloat } from '../dtype';
import { contiguousStrides, numel } from '../shape';
import { forEachOffset, Tensor } from '../tensor';
import { convolveBackBySimd, convolveBySimd, convolveWeightBySimd } from './convolutionSimd';
import { valuesAs } from './elementwise';
import { matmul, matmulIntegers } from './matmul';

/** How windows lie on an image: one number a spatial dimension. */
export interface Windows {
  /** The image, without padding. */
  size: number[];
  kernel: number[];
  stride: number[];
  padding: number[];
  dilation: number[];
  /** How many windows there are. */
  out: number[];
}

/** A convolution: x [n, groups · inner, …size] with w [groups · outer, inner, …kernel] gives [n, groups · outer, …out]. */
export interface Convolution extends Windows {
  batch: number;
  groups: number;
  /** Channels of the image a group, and of the windows' results. */
  inner: number;
  outer: number;
}

type Product = (a: Data, bt: Data, c: Data, m: number, k: number, n: number) => void;

/** Elements of one block of unfolded windows: small enough for a processor's cache. */
const BLOCK = 2 ** 17;

/** What all three products share: where windows begin in the padded image, and where their elements are from there. */
class Plan {
  readonly padded: number[];
  readonly image: number;
  readonly room: number;
  readonly positions: number;
  readonly window: number;
  readonly starts: Int32Array;
  readonly offsets: Int32Array;
  readonly step: number;
  private readonly pads: boolean;

  constructor(
    readonly c: Convolution,
    readonly dtype: DType,
  ) {
    this.padded = c.size.map((n, d) => n + 2 * c.padding[d]);
    this.pads = c.padding.some((p) => p !== 0);
    this.image = c.inner * numel(c.size);
    this.room = c.inner * numel(this.padded);
    this.positions = numel(c.out);
    this.window = c.inner * numel(c.kernel);
    const [channel, ...strides] = contiguousStrides([c.inner, ...this.padded]);
    this.starts = placesAt(
      c.out,
      strides.map((s, d) => s * c.stride[d]),
    );
    this.offsets = placesAt([c.inner, ...c.kernel], [channel, ...strides.map((s, d) => s * c.dilation[d])]);
    this.step = Math.max(1, Math.min(this.positions, Math.floor(BLOCK / Math.max(this.window, 1))));
  }

  get product(): Product {
    return (isFloat(this.dtype) ? matmul : matmulIntegers) as Product;
  }

  make(length: number): Float64Array {
    return allocate(this.dtype, length) as Float64Array;
  }

  /** Room to reckon in: float64 for all floats, since a product of float32 elements would convert each of them many times. */
  scratch(length: number): Float64Array {
    return isFloat(this.dtype) ? new Float64Array(length) : this.make(length);
  }

  /** A tensor's elements to reckon with. */
  read(t: Tensor): Float64Array {
    const values = valuesAs(t, this.dtype) as Float64Array;
    return isFloat(this.dtype) && !(values instanceof Float64Array) ? Float64Array.from(values) : values;
  }

  /** The image number `nr` (a batch's group) with its padding around it. */
  padding(x: Float64Array, nr: number): Float64Array {
    const own = x.subarray(nr * this.image, (nr + 1) * this.image);
    if (!this.pads) return own;
    const out = this.scratch(this.room);
    // An integer's zero is a bigint already.
    this.eachRow((from, to, n) => {
      for (let i = 0; i < n; i++) out[to + i] = own[from + i];
    });
    return out;
  }

  /** Takes the padding off again. */
  unpad(padded: Float64Array, x: Float64Array, nr: number): void {
    const own = x.subarray(nr * this.image, (nr + 1) * this.image);
    if (!this.pads) own.set(padded);
    else
      this.eachRow((from, to, n) => {
        for (let i = 0; i < n; i++) own[from + i] = padded[to + i];
      });
  }

  /** Rows of the image and where they lie in the padded one. */
  private eachRow(visit: (from: number, to: number, length: number) => void): void {
    const { size, padding, inner } = this.c;
    const last = size.length - 1;
    const [channel, ...strides] = contiguousStrides([inner, ...this.padded]);
    const n = size[last];
    forEachOffset(
      {
        shape: [inner, ...size.slice(0, last)],
        strides: [channel, ...strides.slice(0, last)],
        offset: padding.reduce((sum, p, d) => sum + p * strides[d], 0),
      },
      (to, row) => visit(row * n, to, n),
    );
  }

  /** Windows from..until as rows of `cols`. */
  unfold(padded: Float64Array, from: number, until: number, cols: Float64Array): void {
    const { starts, offsets, window } = this;
    let at = 0;
    for (let l = from; l < until; l++) {
      const start = starts[l];
      for (let k = 0; k < window; k++) cols[at++] = padded[start + offsets[k]];
    }
  }

  /** The same turned: a row for each element of a window. */
  unfoldTurned(padded: Float64Array, from: number, until: number, cols: Float64Array): void {
    const { starts, offsets, window } = this;
    let at = 0;
    for (let k = 0; k < window; k++) {
      const offset = offsets[k];
      for (let l = from; l < until; l++) cols[at++] = padded[starts[l] + offset];
    }
  }

  /** Adds rows of windows back to where they came from. */
  fold(cols: Float64Array, from: number, until: number, padded: Float64Array): void {
    const { starts, offsets, window } = this;
    let at = 0;
    for (let l = from; l < until; l++) {
      const start = starts[l];
      for (let k = 0; k < window; k++) padded[start + offsets[k]] += cols[at++];
    }
  }
}

/** Row-major places of a geometry. */
function placesAt(shape: number[], strides: number[]): Int32Array {
  const out = new Int32Array(numel(shape));
  forEachOffset({ shape, strides, offset: 0 }, (offset, i) => {
    out[i] = offset;
  });
  return out;
}

/** Rows [rows, columns] of `x` from `at`, turned. */
function turned(x: Float64Array, at: number, rows: number, columns: number, stride: number, out: Float64Array): void {
  for (let j = 0, o = 0; j < columns; j++) for (let i = 0; i < rows; i++) out[o++] = x[at + i * stride + j];
}

/** y[n, o, l] = Σ w[o, k] · window l's element k (+ bias[o]). */
export function convolve(x: Tensor, w: Tensor, bias: Tensor | null, c: Convolution): Tensor {
  const y = convolveBySimd(x, w, bias, c);
  if (y) return y;
  const plain = convolvePlainly(x, w, c);
  if (bias) addBias(plain, bias);
  return plain;
}

/** Adds to each channel its bias. */
export function addBias(y: Tensor, bias: Tensor): void {
  const out = y.storage.data as Float64Array;
  const add = bias.values() as Float64Array;
  const each = numel(y.shape.slice(2));
  for (let i = 0, c = 0; i < out.length; i += each, c = (c + 1) % add.length)
    for (let k = i; k < i + each; k++) out[k] += add[c];
  y.storage.writes++;
}

function convolvePlainly(x: Tensor, w: Tensor, c: Convolution): Tensor {
  const plan = new Plan(c, x.dtype);
  const { positions, window, step, product } = plan;
  const { outer, groups, batch } = c;
  const [image, weight] = [x.values() as Float64Array, plan.read(w)];
  const out = plan.make(batch * groups * outer * positions);
  const cols = plan.scratch(step * window);
  const part = plan.scratch(outer * step);
  for (let nr = 0; nr < batch * groups; nr++) {
    const g = nr % groups;
    const own = weight.subarray(g * outer * window, (g + 1) * outer * window);
    const padded = plan.padding(image, nr);
    for (let from = 0; from < positions; from += step) {
      const until = Math.min(from + step, positions);
      const n = until - from;
      plan.unfold(padded, from, until, cols);
      product(own, cols, part, outer, window, n);
      for (let o = 0; o < outer; o++) out.set(part.subarray(o * n, (o + 1) * n), (nr * outer + o) * positions + from);
    }
  }
  return Tensor.of(x.dtype, [batch, groups * outer, ...c.out], out);
}

/** The gradient for the image, which is also the transposed convolution: dx = each window's w · dy, added up where windows overlap. */
export const convolveBack = (dy: Tensor, w: Tensor, c: Convolution): Tensor =>
  convolveBackBySimd(dy, w, c) ?? convolveBackPlainly(dy, w, c);

function convolveBackPlainly(dy: Tensor, w: Tensor, c: Convolution): Tensor {
  const plan = new Plan(c, dy.dtype);
  const { positions, window, step, product } = plan;
  const { outer, groups, batch } = c;
  const [rising, weight] = [dy.values() as Float64Array, plan.read(w)];
  const out = plan.make(batch * groups * plan.image);
  const cols = plan.scratch(step * window);
  const part = plan.scratch(outer * step);
  const columns = plan.scratch(groups * outer * window);
  for (let g = 0; g < groups; g++) {
    const at = g * outer * window;
    turned(weight, at, outer, window, window, columns.subarray(at, at + outer * window));
  }
  for (let nr = 0; nr < batch * groups; nr++) {
    const g = nr % groups;
    const own = columns.subarray(g * outer * window, (g + 1) * outer * window);
    const padded = plan.scratch(plan.room);
    for (let from = 0; from < positions; from += step) {
      const until = Math.min(from + step, positions);
      const n = until - from;
      turned(rising, nr * outer * positions + from, outer, n, positions, part);
      product(part, own, cols, n, outer, window);
      plan.fold(cols, from, until, padded);
    }
    plan.unpad(padded, out, nr);
  }
  return Tensor.of(dy.dtype, [batch, groups * c.inner, ...c.size], out);
}

/** The gradient for the weight: dw[o, k] = Σ dy[n, o, l] · window l's element k. */
export const convolveWeight = (dy: Tensor, x: Tensor, c: Convolution): Tensor =>
  convolveWeightBySimd(dy, x, c) ?? convolveWeightPlainly(dy, x, c);

function convolveWeightPlainly(dy: Tensor, x: Tensor, c: Convolution): Tensor {
  const plan = new Plan(c, x.dtype);
  const { positions, window, step, product } = plan;
  const { outer, groups, batch } = c;
  const [rising, image] = [valuesAs(dy, x.dtype) as Float64Array, x.values() as Float64Array];
  const sums = plan.make(groups * outer * window);
  const wide = isFloat(x.dtype) ? plan.scratch(sums.length) : sums;
  const cols = plan.scratch(step * window);
  const part = plan.scratch(outer * step);
  const made = plan.scratch(outer * window);
  for (let nr = 0; nr < batch * groups; nr++) {
    const at = (nr % groups) * outer * window;
    const padded = plan.padding(image, nr);
    for (let from = 0; from < positions; from += step) {
      const until = Math.min(from + step, positions);
      const n = until - from;
      plan.unfoldTurned(padded, from, until, cols);
      for (let o = 0; o < outer; o++) {
        const row = (nr * outer + o) * positions;
        part.set(rising.subarray(row + from, row + until), o * n);
      }
      product(part, cols, made, outer, n, window);
      for (let i = 0; i < made.length; i++) wide[at + i] += made[i];
    }
  }
  if (wide !== sums) sums.set(wide);
  return Tensor.of(x.dtype, [groups * outer, c.inner, ...c.kernel], sums);
}

/** The windows of each image as columns: row-major [batch, inner · kernel, positions]. */
export function unfoldWindows(x: Tensor, c: Convolution): Data {
  const plan = new Plan(c, x.dtype);
  const image = x.values() as Float64Array;
  const each = plan.window * plan.positions;
  const out = plan.make(c.batch * each);
  for (let nr = 0; nr < c.batch; nr++)
    plan.unfoldTurned(plan.padding(image, nr), 0, plan.positions, out.subarray(nr * each, (nr + 1) * each));
  return out;
}

/** Columns added back to where their windows were: row-major [batch, inner, size]. */
export function foldWindows(cols: Tensor, c: Convolution): Data {
  const plan = new Plan(c, cols.dtype);
  const { starts, offsets, positions, window } = plan;
  const from = cols.values() as Float64Array;
  const out = plan.make(c.batch * plan.image);
  let at = 0;
  for (let nr = 0; nr < c.batch; nr++) {
    const padded = plan.scratch(plan.room);
    for (let k = 0; k < window; k++) for (let l = 0; l < positions; l++) padded[starts[l] + offsets[k]] += from[at++];
    plan.unpad(padded, out, nr);
  }
  if (cols.dtype === 'bool') for (let i = 0; i < out.length; i++) out[i] = Number(out[i] !== 0);
  return out;
}
