/** Layers of an LSTM, and attention, of float32. */
import { gemm } from './gemm';
import { exp4, sigmoid4, sum2, tanh4, upper } from './functions';
import { pack } from './packing';
import { sumColumns32 } from './rows';

/**
 * A layer of an LSTM, as kernels/lstm.ts says; `hidden` is a multiple of 4. x, weights and states lie row-major; bias is the sum of both.
 * `cn` holds c0 at first. `room` is for hidden · 4 hidden, steps · batch · 4 hidden and batch · 4 hidden elements.
 */
export function lstmForward32(
  steps: i32,
  batch: i32,
  input: i32,
  hidden: i32,
  reverse: i32,
  x: usize,
  wih: usize,
  whh: usize,
  bias: usize,
  h0: usize,
  y: usize,
  cn: usize,
  kept: usize,
  room: usize,
): void {
  const across = (hidden as usize) << 2;
  const wide = across << 2;
  const own = (batch as usize) * wide;
  const turned = room;
  const fromInput = turned + (hidden as usize) * wide;
  const gates = fromInput + (steps as usize) * own;
  const from = (input as usize) << 2;
  pack<f32>(whh, 4, across, hidden, 4 * hidden, 4 * hidden, turned);
  gemm<f32>(steps * batch, 4 * hidden, input, x, from, 4, wih, 4, from, fromInput, wide, bias, 0);
  let h = h0;
  for (let k = 0; k < steps; k++) {
    const t = (reverse ? steps - 1 - k : k) as usize;
    gemm<f32>(batch, 4 * hidden, hidden, h, across, 4, turned, wide, 4, gates, wide, fromInput + t * own, wide);
    h = y + t * (batch as usize) * across;
    for (let b = 0; b < batch; b++) {
      let at = gates + (b as usize) * wide;
      let cell = cn + (b as usize) * across;
      let keep = kept + (t * (batch as usize) + (b as usize)) * (wide + across);
      let out = h + (b as usize) * across;
      for (let j = 0; j < hidden; j += 4) {
        const i = sigmoid4(v128.load(at));
        const f = sigmoid4(v128.load(at + across));
        const g = tanh4(v128.load(at + 2 * across));
        const o = sigmoid4(v128.load(at + 3 * across));
        const c = f32x4.add(f32x4.mul(f, v128.load(cell)), f32x4.mul(i, g));
        v128.store(cell, c);
        v128.store(keep, i);
        v128.store(keep + across, f);
        v128.store(keep + 2 * across, g);
        v128.store(keep + 3 * across, o);
        v128.store(keep + wide, c);
        v128.store(out, f32x4.mul(o, tanh4(c)));
        at += 16;
        cell += 16;
        keep += 16;
        out += 16;
      }
    }
  }
}

/** Its gradients. `dh` and `dc` hold those of the last states at first, of the first at the end. No dy where its address is 0. */
export function lstmBackward32(
  steps: i32,
  batch: i32,
  input: i32,
  hidden: i32,
  reverse: i32,
  x: usize,
  wih: usize,
  whh: usize,
  h0: usize,
  c0: usize,
  y: usize,
  kept: usize,
  dy: usize,
  dx: usize,
  dwih: usize,
  dwhh: usize,
  dbias: usize,
  dh: usize,
  dc: usize,
  gates: usize,
): void {
  const across = (hidden as usize) << 2;
  const wide = across << 2;
  const size = (batch as usize) * across;
  const own = (batch as usize) * wide;
  const from = (input as usize) << 2;
  const rows = steps * batch;
  const one = f32x4.splat(1);
  for (let k = steps - 1; k >= 0; k--) {
    const t = (reverse ? steps - 1 - k : k) as usize;
    const earlier = reverse ? t + 1 : t - 1;
    for (let b: usize = 0; b < (batch as usize); b++) {
      let keep = kept + (t * (batch as usize) + b) * (wide + across);
      let last = k === 0 ? c0 + b * across : kept + (earlier * (batch as usize) + b) * (wide + across) + wide;
      let state = dh + b * across;
      let cell = dc + b * across;
      let up = dy + t * size + b * across;
      let at = gates + t * own + b * wide;
      for (let j = 0; j < hidden; j += 4) {
        const i = v128.load(keep);
        const f = v128.load(keep + across);
        const g = v128.load(keep + 2 * across);
        const o = v128.load(keep + 3 * across);
        const u = tanh4(v128.load(keep + wide));
        let d = v128.load(state);
        if (dy) d = f32x4.add(d, v128.load(up));
        const bend = f32x4.mul(f32x4.sub(one, u), f32x4.add(one, u));
        const c = f32x4.add(v128.load(cell), f32x4.mul(f32x4.mul(d, o), bend));
        const slope = f32x4.mul(i, f32x4.sub(one, i));
        v128.store(at, f32x4.mul(f32x4.mul(c, g), slope));
        v128.store(at + across, f32x4.mul(f32x4.mul(c, v128.load(last)), f32x4.mul(f, f32x4.sub(one, f))));
        v128.store(at + 2 * across, f32x4.mul(f32x4.mul(c, i), f32x4.mul(f32x4.sub(one, g), f32x4.add(one, g))));
        v128.store(at + 3 * across, f32x4.mul(f32x4.mul(d, u), f32x4.mul(o, f32x4.sub(one, o))));
        v128.store(cell, f32x4.mul(c, f));
        keep += 16;
        last += 16;
        state += 16;
        cell += 16;
        up += 16;
        at += 16;
      }
    }
    gemm<f32>(batch, hidden, 4 * hidden, gates + t * own, wide, 4, whh, across, 4, dh, across, 0, 0);
  }
  gemm<f32>(rows, input, 4 * hidden, gates, wide, 4, wih, from, 4, dx, from, 0, 0);
  gemm<f32>(4 * hidden, input, rows, gates, 4, wide, x, from, 4, dwih, from, 0, 0);
  // The first step read h0, the others what was the output one step before.
  const first = reverse ? gates + (steps as usize) * own - own : gates;
  gemm<f32>(4 * hidden, hidden, batch, first, 4, wide, h0, across, 4, dwhh, across, 0, 0);
  if (steps > 1) {
    const later = reverse ? gates : gates + own;
    const before = reverse ? y + size : y;
    gemm<f32>(4 * hidden, hidden, rows - batch, later, 4, wide, before, across, 4, dwhh, across, dwhh, across);
  }
  sumColumns32(rows, 4 * hidden, gates, dbias, 1);
}

/** One row of scores as the softmax sees them: scaled, −∞ past `seen`, plus a mask, −∞ in the lanes past the row. Their largest is returned. */
function scoresOf(at: usize, n: i32, seen: i32, scale: f32, mask: usize): f32 {
  const end = at + ((n as usize) << 2);
  for (let j = seen; j < n; j++) store<f32>(at + ((j as usize) << 2), -Infinity);
  const by = f32x4.splat(scale);
  for (let p = at, m = mask; p < end; p += 16, m += 16) {
    const v = f32x4.mul(v128.load(p), by);
    v128.store(p, mask ? f32x4.add(v, v128.load(m)) : v);
  }
  for (let p = end; (p & 15) !== (at & 15); p += 4) store<f32>(p, -Infinity);
  let most = f32x4.splat(-Infinity);
  for (let p = at; p < end; p += 16) most = f32x4.max(most, v128.load(p));
  const pair = f32x4.max(most, upper(most));
  // Min and max of WebAssembly pass NaN on.
  return max<f32>(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
}

/** Fills a row with x · 0, so that what is multiplied with it stays 0. */
function clear(at: usize, n: i32): void {
  const end = at + ((n as usize) << 2);
  for (let p = at; p < end; p += 16) v128.store(p, f32x4.splat(0));
}

/**
 * Attention of every head, as kernels/attention.ts says. Each tensor comes with its steps from batch to batch, head to head and row to row; in a
 * row elements lie side by side. No mask where its address is 0; else it lies row-major. `room` is for a head's scores, rows at multiples of 4.
 */
export function attentionForward32(
  batch: i32,
  heads: i32,
  group: i32,
  length: i32,
  keys: i32,
  size: i32,
  scale: f32,
  causal: i32,
  q: usize,
  qBatch: i32,
  qHead: i32,
  qRow: i32,
  k: usize,
  kBatch: i32,
  kHead: i32,
  kRow: i32,
  v: usize,
  vBatch: i32,
  vHead: i32,
  vRow: i32,
  mask: usize,
  y: usize,
  yBatch: i32,
  yHead: i32,
  yRow: i32,
  logs: usize,
  room: usize,
): void {
  const row = ((keys + 3) & ~3) << 2;
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++) {
      const own = q + ((b * qBatch + h * qHead) << 2);
      const key = k + ((b * kBatch + (h / group) * kHead) << 2);
      const value = v + ((b * vBatch + (h / group) * vHead) << 2);
      const out = y + ((b * yBatch + h * yHead) << 2);
      gemm<f32>(length, keys, size, own, qRow << 2, 4, key, 4, kRow << 2, room, row, 0, 0);
      for (let i = 0; i < length; i++) {
        const at = room + i * row;
        const nr = (b * heads + h) * length + i;
        const seen = causal ? min(i + 1, keys) : keys;
        const most = scoresOf(at, keys, seen, scale, mask ? mask + ((nr * keys) << 2) : 0);
        if (most === -Infinity) {
          clear(at, keys);
          store<f32>(logs + (nr << 2), -Infinity);
          continue;
        }
        const less = f32x4.splat(most);
        let low = f64x2.splat(0);
        let high = f64x2.splat(0);
        const end = at + (keys << 2);
        for (let p = at; p < end; p += 16) {
          const e = exp4(f32x4.sub(v128.load(p), less));
          low = f64x2.add(low, f64x2.promote_low_f32x4(e));
          high = f64x2.add(high, f64x2.promote_low_f32x4(upper(e)));
          v128.store(p, e);
        }
        const sum = sum2(f64x2.add(low, high));
        const by = f32x4.splat(sum as f32);
        for (let p = at; p < end; p += 16) v128.store(p, f32x4.div(v128.load(p), by));
        store<f32>(logs + (nr << 2), ((most as f64) + Math.log(sum)) as f32);
      }
      gemm<f32>(length, size, keys, room, row, 4, value, vRow << 2, 4, out, yRow << 2, 0, 0);
    }
}

/** Its gradients, which lie row-major. `room` is for two heads' scores; no gradient of the logs where its address is 0. */
export function attentionBackward32(
  batch: i32,
  heads: i32,
  group: i32,
  length: i32,
  keys: i32,
  size: i32,
  scale: f32,
  causal: i32,
  q: usize,
  qBatch: i32,
  qHead: i32,
  qRow: i32,
  k: usize,
  kBatch: i32,
  kHead: i32,
  kRow: i32,
  v: usize,
  vBatch: i32,
  vHead: i32,
  vRow: i32,
  mask: usize,
  y: usize,
  yBatch: i32,
  yHead: i32,
  yRow: i32,
  logs: usize,
  g: usize,
  gBatch: i32,
  gHead: i32,
  gRow: i32,
  dlogs: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  room: usize,
): void {
  const row = ((keys + 3) & ~3) << 2;
  const across = size << 2;
  const slopes = room + length * row;
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++) {
      const kv = b * (heads / group) + h / group;
      const own = q + ((b * qBatch + h * qHead) << 2);
      const key = k + ((b * kBatch + (h / group) * kHead) << 2);
      const value = v + ((b * vBatch + (h / group) * vHead) << 2);
      const out = y + ((b * yBatch + h * yHead) << 2);
      const grad = g + ((b * gBatch + h * gHead) << 2);
      gemm<f32>(length, keys, size, own, qRow << 2, 4, key, 4, kRow << 2, room, row, 0, 0);
      gemm<f32>(length, keys, size, grad, gRow << 2, 4, value, 4, vRow << 2, slopes, row, 0, 0);
      for (let i = 0; i < length; i++) {
        const at = room + i * row;
        const slope = slopes + i * row;
        const nr = (b * heads + h) * length + i;
        const log = load<f32>(logs + (nr << 2));
        if (log === -Infinity) {
          clear(at, keys);
          clear(slope, keys);
          continue;
        }
        scoresOf(at, keys, causal ? min(i + 1, keys) : keys, scale, mask ? mask + ((nr * keys) << 2) : 0);
        let along: f64 = dlogs ? -load<f32>(dlogs + (nr << 2)) : 0;
        for (let d = 0; d < size; d++)
          along += (load<f32>(grad + ((i * gRow + d) << 2)) as f64) * (load<f32>(out + ((i * yRow + d) << 2)) as f64);
        const less = f32x4.splat(log);
        const mean = f32x4.splat(along as f32);
        const by = f32x4.splat(scale);
        for (let p: usize = 0; p < ((keys << 2) as usize); p += 16) {
          const w = exp4(f32x4.sub(v128.load(at + p), less));
          v128.store(at + p, w);
          v128.store(slope + p, f32x4.mul(f32x4.mul(w, f32x4.sub(v128.load(slope + p), mean)), by));
        }
      }
      const toKeys = dk + kv * keys * across;
      const toValues = dv + kv * keys * across;
      const more = h % group !== 0;
      const toQuery = dq + (b * heads + h) * length * across;
      gemm<f32>(length, size, keys, slopes, row, 4, key, kRow << 2, 4, toQuery, across, 0, 0);
      gemm<f32>(keys, size, length, slopes, 4, row, own, qRow << 2, 4, toKeys, across, more ? toKeys : 0, across);
      gemm<f32>(keys, size, length, room, 4, row, grad, gRow << 2, 4, toValues, across, more ? toValues : 0, across);
    }
}
