/** Attention of every head of every batch, and its gradient (see the reference in kernels/attention.ts). float32. */
import { exp } from './functions';
import { gemm } from './gemm';
import { putNarrow, widened } from './pairs';

/** scores = q·kᵀ · scale + mask; −∞ where a query must not look, scaled too as in PyTorch. */
function scoresOf(at: usize, scale: f32, head: i32, q: usize, k: usize, scores: usize): void {
  const L = load<i32>(at, 12);
  const S = load<i32>(at, 16);
  const D = load<i32>(at, 20);
  const causal = load<i32>(at, 24) !== 0;
  const mask = load<usize>(at, 40);
  const row = (D as usize) * 4;
  const across = (S as usize) * 4;
  gemm<f32>(L, S, D, q, row, 4, k, 4, row, scores, across, 0, 0);
  const none = -Infinity * scale;
  let from = mask ? mask + ((head * L) as usize) * across : 0;
  let s = scores;
  for (let i = 0; i < L; i++)
    for (let j = 0; j < S; j++, s += 4) {
      let score = causal && j > i ? (none as f32) : load<f32>(s) * scale;
      if (mask) {
        score += load<f32>(from);
        from += 4;
      }
      store<f32>(s, score);
    }
}

/** Takes 14 numbers: batch, heads, heads of the key, lengths, size, causal; addresses of q, k, v, mask (0: none), y, logs; room. */
export function attentionForward(at: usize, scale: f32): void {
  const heads = load<i32>(at, 4);
  const shared = load<i32>(at, 8);
  const L = load<i32>(at, 12);
  const S = load<i32>(at, 16);
  const D = load<i32>(at, 20);
  const scores = load<usize>(at, 52);
  const row = (D as usize) * 4;
  const across = (S as usize) * 4;
  const group = heads / shared;
  for (let head = 0; head < load<i32>(at) * heads; head++) {
    const own = (head as usize) * (L as usize);
    const kv = (((head / heads) * shared + (head % heads) / group) * S) as usize;
    scoresOf(at, scale, head, load<usize>(at, 28) + own * row, load<usize>(at, 32) + kv * row, scores);
    for (let i = 0; i < L; i++) {
      const s = scores + (i as usize) * across;
      let most: f32 = -Infinity;
      for (let j = 0; j < S; j++) {
        const score = load<f32>(s + (j as usize) * 4);
        // NaN stays.
        if (!(score <= most)) most = score;
      }
      const none = most === -Infinity;
      let sums = f64x2.splat(0);
      for (let j = 0; j < S; j += 2) {
        const e = s + (j as usize) * 4;
        let w = exp(f64x2.sub(widened(e), f64x2.splat(most as f64)));
        if (none) w = f64x2.splat(0);
        putNarrow(e, w, S - j);
        if (j + 1 === S) w = f64x2.replace_lane(w, 1, 0);
        sums = f64x2.add(sums, w);
      }
      const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
      if (!none)
        for (let j = 0; j < S; j += 2) {
          const e = s + (j as usize) * 4;
          putNarrow(e, f64x2.div(widened(e), f64x2.splat(sum)), S - j);
        }
      store<f32>(
        load<usize>(at, 48) + (own + (i as usize)) * 4,
        none ? most : (((most as f64) + Math.log(sum)) as f32),
      );
    }
    const v = load<usize>(at, 36) + kv * row;
    gemm<f32>(L, D, S, scores, across, 4, v, row, 4, load<usize>(at, 44) + own * row, row, 0, 0);
  }
}

/** Takes 20 numbers: as above up to logs, then addresses of dy, dlogs (0: none), dq, dk, dv (both 0 at first), and of room twice. */
export function attentionBackward(at: usize, scale: f32): void {
  const heads = load<i32>(at, 4);
  const shared = load<i32>(at, 8);
  const L = load<i32>(at, 12);
  const S = load<i32>(at, 16);
  const D = load<i32>(at, 20);
  const dlogs = load<usize>(at, 56);
  const weights = load<usize>(at, 72);
  const slopes = load<usize>(at, 76);
  const row = (D as usize) * 4;
  const across = (S as usize) * 4;
  const group = heads / shared;
  for (let head = 0; head < load<i32>(at) * heads; head++) {
    const own = (head as usize) * (L as usize);
    const kv = ((((head / heads) * shared + (head % heads) / group) * S) as usize) * row;
    const q = load<usize>(at, 28) + own * row;
    const k = load<usize>(at, 32) + kv;
    const y = load<usize>(at, 44) + own * row;
    const dy = load<usize>(at, 52) + own * row;
    scoresOf(at, scale, head, q, k, weights);
    gemm<f32>(L, S, D, dy, row, 4, load<usize>(at, 36) + kv, 4, row, slopes, across, 0, 0);
    for (let i = 0; i < L; i++) {
      const nr = i as usize;
      let along: f64 = dlogs ? -(load<f32>(dlogs + (own + nr) * 4) as f64) : 0;
      for (let d = nr * row; d < (nr + 1) * row; d += 4)
        along += (load<f32>(dy + d) as f64) * (load<f32>(y + d) as f64);
      const log = load<f32>(load<usize>(at, 48) + (own + nr) * 4);
      const none = log === -Infinity;
      for (let j = 0; j < S; j += 2) {
        const o = nr * across + (j as usize) * 4;
        let w = exp(f64x2.sub(widened(weights + o), f64x2.splat(log as f64)));
        if (none) w = f64x2.splat(0);
        putNarrow(weights + o, w, S - j);
        const slope = f64x2.sub(widened(slopes + o), f64x2.splat(along));
        putNarrow(slopes + o, f64x2.mul(f64x2.mul(w, slope), f64x2.splat(scale as f64)), S - j);
      }
    }
    gemm<f32>(L, D, S, slopes, across, 4, k, row, 4, load<usize>(at, 60) + own * row, row, 0, 0);
    const dk = load<usize>(at, 64) + kv;
    const dv = load<usize>(at, 68) + kv;
    gemm<f32>(S, D, L, slopes, 4, across, q, row, 4, dk, row, dk, row);
    gemm<f32>(S, D, L, weights, 4, across, dy, row, 4, dv, row, dv, row);
  }
}
