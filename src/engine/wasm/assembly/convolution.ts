/**
 * Convolution and its two gradients as matrix products (im2col), a block of windows at a time. Up to three spatial dimensions; fewer are ones
 * in front. Source: "High Performance Convolutional Neural Networks for Document Processing", Chellapilla et al. 2006.
 */
import { gemm } from './gemm';

let batch: i32 = 0;
let groups: i32 = 0;
/** Channels a group, of the image and of the windows' results. */
let inner: i32 = 0;
let outer: i32 = 0;
let sizeD: i32 = 0;
let sizeH: i32 = 0;
let sizeW: i32 = 0;
let kernelD: i32 = 0;
let kernelH: i32 = 0;
let kernelW: i32 = 0;
let strideD: i32 = 0;
let strideH: i32 = 0;
let strideW: i32 = 0;
let padD: i32 = 0;
let padH: i32 = 0;
let padW: i32 = 0;
let dilationD: i32 = 0;
let dilationH: i32 = 0;
let dilationW: i32 = 0;
let outD: i32 = 0;
let outH: i32 = 0;
let outW: i32 = 0;

/** Elements of an image's group, of a window, of the windows' results; rows of windows in a block. */
let image: i32 = 0;
let window: i32 = 0;
let positions: i32 = 0;
let rows: i32 = 0;
/** A window is one element, and there is one for each: nothing needs to be unfolded. */
let single: bool = false;

/** Elements of a block of unfolded windows: small enough for the second cache. */
const BLOCK = 2 ** 16;

/** What a job is beside its windows: addresses of the operands, and room for blocks, so many bytes for each thread. */
const X: usize = 88;
const W: usize = 92;
const BIAS: usize = 96;
const Y: usize = 100;
const COLS: usize = 104;
const COLS_EACH: usize = 108;
const MADE: usize = 112;

/** About so many pieces a batch is shared in. A weight's gradient is the sum of its pieces, whether they are shared or not. */
const PIECES = 8;
/** Elements of a weight at most whose gradient is summed in pieces: each needs room. */
const SUMMED = 2 ** 16;

/** Takes 22 numbers, in the order above. Returns the elements of room that a block of unfolded windows needs. */
export function setWindows(at: usize): i32 {
  batch = load<i32>(at);
  groups = load<i32>(at, 4);
  inner = load<i32>(at, 8);
  outer = load<i32>(at, 12);
  sizeD = load<i32>(at, 16);
  sizeH = load<i32>(at, 20);
  sizeW = load<i32>(at, 24);
  kernelD = load<i32>(at, 28);
  kernelH = load<i32>(at, 32);
  kernelW = load<i32>(at, 36);
  strideD = load<i32>(at, 40);
  strideH = load<i32>(at, 44);
  strideW = load<i32>(at, 48);
  padD = load<i32>(at, 52);
  padH = load<i32>(at, 56);
  padW = load<i32>(at, 60);
  dilationD = load<i32>(at, 64);
  dilationH = load<i32>(at, 68);
  dilationW = load<i32>(at, 72);
  outD = load<i32>(at, 76);
  outH = load<i32>(at, 80);
  outW = load<i32>(at, 84);
  image = inner * sizeD * sizeH * sizeW;
  window = inner * kernelD * kernelH * kernelW;
  positions = outD * outH * outW;
  rows = min(outD * outH, max(1, BLOCK / (window * outW)));
  single = kernelD * kernelH * kernelW === 1 && strideD * strideH * strideW === 1 && padD + padH + padW === 0;
  return single ? 0 : window * rows * outW;
}

/** The windows of rows from … until, as columns: a row for each element of a window. */
function unfold<T>(x: usize, from: i32, until: i32, cols: usize): void {
  const size = sizeof<T>();
  const plane = sizeH * sizeW;
  let to = cols;
  for (let c = 0; c < inner; c++)
    for (let d = 0; d < kernelD; d++)
      for (let h = 0; h < kernelH; h++)
        for (let w = 0; w < kernelW; w++) {
          // The first and last window in a row whose element is inside the image.
          const shift = w * dilationW - padW;
          const low = min(outW, max(0, (strideW - 1 - shift) / strideW));
          const high = max(low, min(outW, (sizeW - 1 - shift + strideW) / strideW));
          for (let r = from; r < until; r++) {
            const od = r / outH;
            const z = od * strideD - padD + d * dilationD;
            const y = (r - od * outH) * strideH - padH + h * dilationH;
            const end = to + (outW as usize) * size;
            if ((z as u32) >= (sizeD as u32) || (y as u32) >= (sizeH as u32)) {
              for (; to < end; to += size) store<T>(to, 0 as T);
              continue;
            }
            for (let i = 0; i < low; i++, to += size) store<T>(to, 0 as T);
            const stop = to + ((high - low) as usize) * size;
            let src = x + ((c * sizeD * plane + z * plane + y * sizeW + low * strideW + shift) as usize) * size;
            if (strideW === 1) {
              for (; to + 16 <= stop; to += 16, src += 16) v128.store(to, v128.load(src));
              for (; to < stop; to += size, src += size) store<T>(to, load<T>(src));
            } else {
              const step = (strideW as usize) * size;
              for (; to < stop; to += size, src += step) store<T>(to, load<T>(src));
            }
            for (; to < end; to += size) store<T>(to, 0 as T);
          }
        }
}

/** Adds columns back to where their windows were. */
function fold<T>(cols: usize, from: i32, until: i32, x: usize): void {
  const size = sizeof<T>();
  const plane = sizeH * sizeW;
  let src = cols;
  for (let c = 0; c < inner; c++)
    for (let d = 0; d < kernelD; d++)
      for (let h = 0; h < kernelH; h++)
        for (let w = 0; w < kernelW; w++) {
          const shift = w * dilationW - padW;
          const low = min(outW, max(0, (strideW - 1 - shift) / strideW));
          const high = max(low, min(outW, (sizeW - 1 - shift + strideW) / strideW));
          for (let r = from; r < until; r++, src += (outW as usize) * size) {
            const od = r / outH;
            const z = od * strideD - padD + d * dilationD;
            const y = (r - od * outH) * strideH - padH + h * dilationH;
            if ((z as u32) >= (sizeD as u32) || (y as u32) >= (sizeH as u32)) continue;
            let at = src + (low as usize) * size;
            const stop = src + (high as usize) * size;
            let to = x + ((c * sizeD * plane + z * plane + y * sizeW + low * strideW + shift) as usize) * size;
            if (strideW === 1) {
              for (; at + 16 <= stop; at += 16, to += 16) v128.store(to, v128.add<T>(v128.load(to), v128.load(at)));
              for (; at < stop; at += size, to += size) store<T>(to, (load<T>(to) + load<T>(at)) as T);
            } else {
              const step = (strideW as usize) * size;
              for (; at < stop; at += size, to += step) store<T>(to, (load<T>(to) + load<T>(at)) as T);
            }
          }
        }
}

/** y[n, o, l] = Σ w[o, k] · window l's element k (+ bias[o]), for the images first … end. */
function convolve<T>(first: i32, end: i32, x: usize, w: usize, bias: usize, y: usize, cols: usize): void {
  const size = sizeof<T>();
  const across = (positions as usize) * size;
  const each = (window as usize) * size;
  for (let nr = first * groups; nr < end * groups; nr++) {
    const g = nr % groups;
    const own = w + ((g * outer) as usize) * each;
    const from = x + ((nr * image) as usize) * size;
    const to = y + ((nr * outer) as usize) * across;
    if (bias)
      for (let o = 0; o < outer; o++) {
        const value = load<T>(bias + ((g * outer + o) as usize) * size);
        const stop = to + ((o + 1) as usize) * across;
        for (let at = to + (o as usize) * across; at < stop; at += size) store<T>(at, value);
      }
    for (let r = 0; r < outD * outH; r += rows) {
      const until = min(r + rows, outD * outH);
      const n = (until - r) * outW;
      const at = to + ((r * outW) as usize) * size;
      let b = from + ((r * outW) as usize) * size;
      let bRow = across;
      if (!single) {
        unfold<T>(from, r, until, cols);
        b = cols;
        bRow = (n as usize) * size;
      }
      gemm<T>(outer, n, window, own, each, size, b, bRow, size, at, across, bias ? at : 0, across);
    }
  }
}

/** The gradient for the image, which is also the transposed convolution: dx = each window's w · dy, added up where windows overlap. */
function convolveBack<T>(first: i32, end: i32, dy: usize, w: usize, dx: usize, cols: usize): void {
  const size = sizeof<T>();
  const across = (positions as usize) * size;
  const each = (window as usize) * size;
  const whole = ((groups * image) as usize) * size;
  if (!single) memory.fill(dx + (first as usize) * whole, 0, ((end - first) as usize) * whole);
  for (let nr = first * groups; nr < end * groups; nr++) {
    const own = w + (((nr % groups) * outer) as usize) * each;
    const to = dx + ((nr * image) as usize) * size;
    const from = dy + ((nr * outer) as usize) * across;
    for (let r = 0; r < outD * outH; r += rows) {
      const until = min(r + rows, outD * outH);
      const n = (until - r) * outW;
      const begin = ((r * outW) as usize) * size;
      const c = single ? to + begin : cols;
      gemm<T>(
        window,
        n,
        outer,
        own,
        size,
        each,
        from + begin,
        across,
        size,
        c,
        single ? across : (n as usize) * size,
        0,
        0,
      );
      if (!single) fold<T>(cols, r, until, to);
    }
  }
}

/** The part of the weight's gradient that these images give, turned: made[g][k, o] = Σ window l's element k · dy[n, o, l]. */
function convolveWeight<T>(first: i32, end: i32, dy: usize, x: usize, made: usize, cols: usize): void {
  const size = sizeof<T>();
  const across = (positions as usize) * size;
  const block = ((window * outer) as usize) * size;
  for (let nr = first * groups; nr < end * groups; nr++) {
    const from = x + ((nr * image) as usize) * size;
    const own = dy + ((nr * outer) as usize) * across;
    const c = made + ((nr % groups) as usize) * block;
    const cRow = (outer as usize) * size;
    for (let r = 0; r < outD * outH; r += rows) {
      const until = min(r + rows, outD * outH);
      const n = (until - r) * outW;
      const begin = ((r * outW) as usize) * size;
      let a = from + begin;
      let aRow = across;
      if (!single) {
        unfold<T>(from, r, until, cols);
        a = cols;
        aRow = (n as usize) * size;
      }
      const more = nr >= (first + 1) * groups || r > 0;
      gemm<T>(window, outer, n, a, aRow, size, own + begin, size, across, c, cRow, more ? c : 0, cRow);
    }
  }
}

/** Images of a piece. */
function shareOf(summed: bool): i32 {
  return summed && groups * outer * window > SUMMED ? batch : (batch + PIECES - 1) / PIECES;
}

/** Pieces of a job whose windows are set; `summed`: it is a weight's gradient. */
export function convolutionPieces(summed: bool): i32 {
  const share = shareOf(summed);
  return (batch + share - 1) / share;
}

/** One piece of a convolution (kind 0), of its gradient for the image (1) or for the weight (2), in the room of this thread. */
export function convolutionPiece<T>(kind: i32, at: usize, piece: i32, thread: i32): void {
  const share = shareOf(kind === 2);
  const first = piece * share;
  const end = min(first + share, batch);
  const x = load<usize>(at, X);
  const w = load<usize>(at, W);
  const y = load<usize>(at, Y);
  const cols = load<usize>(at, COLS) + (thread as usize) * load<usize>(at, COLS_EACH);
  if (kind === 0) convolve<T>(first, end, x, w, load<usize>(at, BIAS), y, cols);
  else if (kind === 1) convolveBack<T>(first, end, x, w, y, cols);
  else {
    const made = load<usize>(at, MADE) + ((piece * groups * outer * window) as usize) * sizeof<T>();
    convolveWeight<T>(first, end, x, w, made, cols);
  }
}

/** Adds the pieces of a weight's gradient up, and turns them. */
export function finishWeight<T>(at: usize): void {
  const size = sizeof<T>();
  const made = load<usize>(at, MADE);
  const pieces = convolutionPieces(true);
  const whole = ((groups * outer * window) as usize) * size;
  let to = load<usize>(at, Y);
  for (let g = 0; g < groups; g++)
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < window; k++, to += size) {
        let from = made + ((g * window * outer + k * outer + o) as usize) * size;
        let sum = load<T>(from);
        for (let p = 1; p < pieces; p++) sum = (sum + load<T>((from += whole))) as T;
        store<T>(to, sum);
      }
}
