/** Layers of an LSTM, and attention, of float32. */
import { exp4, sigmoid4, sum2, tanh4, upper } from './functions';
import { gemm, setProduct } from './gemm';
import { LSTM_BACKWARD, LSTM_FORWARD, PRODUCTS, work } from './jobs';
import { pack } from './packing';
import { sumColumns32 } from './rows';

/**
 * A layer of an LSTM, as kernels/lstm.ts says; `hidden` is a multiple of 4. x, weights and states lie row-major; bias is the sum of both.
 * `cn` holds c0 at first. `room` is for hidden · 4 hidden and two times steps · batch · 4 hidden elements. `at`: where the numbers of the works
 * it is made of may lie; the rows of a batch know nothing of each other, so `helpers` may do some of them. Gives how often it looked whether
 * they were done.
 */
export function lstmForward32(
  at: usize,
  helpers: i32,
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
): i32 {
  const turned = room;
  const fromInput = turned + ((hidden * hidden) << 4);
  const gates = fromInput + ((steps * batch * hidden) << 4);
  pack<f32>(whh, 4, (hidden as usize) << 2, hidden, 4 * hidden, 4 * hidden, turned);
  setProduct(at, steps * batch, 4 * hidden, input, x, input, 1, wih, 1, input, fromInput, bias);
  const looks = work(PRODUCTS, at, helpers);
  setLstm(at, steps, batch, hidden, reverse);
  store<usize>(at, turned, WEIGHT);
  store<usize>(at, fromInput, FROM);
  store<usize>(at, gates, GATES);
  store<usize>(at, h0, FIRST);
  store<usize>(at, y, OUT);
  store<usize>(at, cn, CELL);
  store<usize>(at, kept, KEPT);
  return looks + work(LSTM_FORWARD, at, helpers);
}

/** What a work on the rows of an LSTM's batch is: five numbers, then addresses. */
const STEPS = 0;
const BATCH = 4;
const HIDDEN = 8;
const REVERSE = 12;
const WEIGHT = 16;
const FROM = 20;
const GATES = 24;
const FIRST = 28;
const OUT = 32;
const CELL = 36;
const KEPT = 40;
const STATE = 44;
const UP = 48;
const FIRST_CELL = 52;

function setLstm(at: usize, steps: i32, batch: i32, hidden: i32, reverse: i32): void {
  store<i32>(at, steps, STEPS);
  store<i32>(at, batch, BATCH);
  store<i32>(at, hidden, HIDDEN);
  store<i32>(at, reverse, REVERSE);
}

/** Rows of a piece: fewer make slow products. */
function lstmShare(at: usize): i32 {
  return max(8, (load<i32>(at, BATCH) + 3) >> 2);
}

export function lstmPieces(at: usize): i32 {
  const share = lstmShare(at);
  return (load<i32>(at, BATCH) + share - 1) / share;
}

/** All steps of some rows of the batch; of all where `piece` is negative. */
export function lstmForwardPiece(at: usize, piece: i32): void {
  const steps = load<i32>(at, STEPS);
  const batch = load<i32>(at, BATCH);
  const hidden = load<i32>(at, HIDDEN);
  const first = piece < 0 ? 0 : piece * lstmShare(at);
  const end = piece < 0 ? batch : min(batch, first + lstmShare(at));
  const across = (hidden as usize) << 2;
  const wide = across << 2;
  const own = (batch as usize) * wide;
  const skip = first as usize;
  const turned = load<usize>(at, WEIGHT);
  const cn = load<usize>(at, CELL);
  const kept = load<usize>(at, KEPT);
  let h = load<usize>(at, FIRST);
  for (let k = 0; k < steps; k++) {
    const t = (load<i32>(at, REVERSE) ? steps - 1 - k : k) as usize;
    const from = load<usize>(at, FROM) + t * own + skip * wide;
    const gates = load<usize>(at, GATES) + t * own + skip * wide;
    gemm<f32>(end - first, 4 * hidden, hidden, h + skip * across, across, 4, turned, wide, 4, gates, wide, from, wide);
    h = load<usize>(at, OUT) + t * (batch as usize) * across;
    for (let b = first; b < end; b++) {
      let from = gates + ((b - first) as usize) * wide;
      let cell = cn + (b as usize) * across;
      let keep = kept + (t * (batch as usize) + (b as usize)) * (wide + across);
      let out = h + (b as usize) * across;
      for (let j = 0; j < hidden; j += 4) {
        const i = sigmoid4(v128.load(from));
        const f = sigmoid4(v128.load(from + across));
        const g = tanh4(v128.load(from + 2 * across));
        const o = sigmoid4(v128.load(from + 3 * across));
        const c = f32x4.add(f32x4.mul(f, v128.load(cell)), f32x4.mul(i, g));
        v128.store(cell, c);
        v128.store(keep, i);
        v128.store(keep + across, f);
        v128.store(keep + 2 * across, g);
        v128.store(keep + 3 * across, o);
        v128.store(keep + wide, c);
        v128.store(out, f32x4.mul(o, tanh4(c)));
        from += 16;
        cell += 16;
        keep += 16;
        out += 16;
      }
    }
  }
}

/**
 * Its gradients. `dh` and `dc` hold those of the last states at first, of the first at the end. No dy where its address is 0. `room` is for
 * steps · batch · 5 hidden elements.
 */
export function lstmBackward32(
  at: usize,
  helpers: i32,
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
  room: usize,
): i32 {
  const rows = steps * batch;
  const gates = room;
  const before = gates + ((rows * hidden) << 4);
  setLstm(at, steps, batch, hidden, reverse);
  store<usize>(at, whh, WEIGHT);
  store<usize>(at, gates, GATES);
  store<usize>(at, c0, FIRST_CELL);
  store<usize>(at, dh, STATE);
  store<usize>(at, dc, CELL);
  store<usize>(at, kept, KEPT);
  store<usize>(at, dy, UP);
  let looks = work(LSTM_BACKWARD, at, helpers);
  // What each step read of the step before: the first one h0.
  const size = ((batch * hidden) as usize) << 2;
  const others = size * ((steps - 1) as usize);
  memory.copy(before + (reverse ? 0 : size), y + (reverse ? size : 0), others);
  memory.copy(before + (reverse ? others : 0), h0, size);
  setProduct(at, rows, input, 4 * hidden, gates, 4 * hidden, 1, wih, input, 1, dx, 0);
  looks += work(PRODUCTS, at, helpers);
  setProduct(at, 4 * hidden, input, rows, gates, 1, 4 * hidden, x, input, 1, dwih, 0);
  looks += work(PRODUCTS, at, helpers);
  setProduct(at, 4 * hidden, hidden, rows, gates, 1, 4 * hidden, before, hidden, 1, dwhh, 0);
  looks += work(PRODUCTS, at, helpers);
  sumColumns32(rows, 4 * hidden, gates, dbias, 1);
  return looks;
}

/** The gradients at the gates, for all steps of some rows of the batch; of all where `piece` is negative. */
export function lstmBackwardPiece(at: usize, piece: i32): void {
  const steps = load<i32>(at, STEPS);
  const batch = load<i32>(at, BATCH) as usize;
  const hidden = load<i32>(at, HIDDEN);
  const reverse = load<i32>(at, REVERSE);
  const first = (piece < 0 ? 0 : piece * lstmShare(at)) as usize;
  const end = piece < 0 ? batch : min(batch, first + (lstmShare(at) as usize));
  const across = (hidden as usize) << 2;
  const wide = across << 2;
  const kept = load<usize>(at, KEPT);
  const c0 = load<usize>(at, FIRST_CELL);
  const dy = load<usize>(at, UP);
  const dh = load<usize>(at, STATE);
  const dc = load<usize>(at, CELL);
  const one = f32x4.splat(1);
  for (let k = steps - 1; k >= 0; k--) {
    const t = (reverse ? steps - 1 - k : k) as usize;
    const earlier = reverse ? t + 1 : t - 1;
    const gates = load<usize>(at, GATES) + t * batch * wide;
    for (let b = first; b < end; b++) {
      let keep = kept + (t * batch + b) * (wide + across);
      let last = k === 0 ? c0 + b * across : kept + (earlier * batch + b) * (wide + across) + wide;
      let state = dh + b * across;
      let cell = dc + b * across;
      let up = dy + (t * batch + b) * across;
      let to = gates + b * wide;
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
        v128.store(to, f32x4.mul(f32x4.mul(c, g), slope));
        v128.store(to + across, f32x4.mul(f32x4.mul(c, v128.load(last)), f32x4.mul(f, f32x4.sub(one, f))));
        v128.store(to + 2 * across, f32x4.mul(f32x4.mul(c, i), f32x4.mul(f32x4.sub(one, g), f32x4.add(one, g))));
        v128.store(to + 3 * across, f32x4.mul(f32x4.mul(d, u), f32x4.mul(o, f32x4.sub(one, o))));
        v128.store(cell, f32x4.mul(c, f));
        keep += 16;
        last += 16;
        state += 16;
        cell += 16;
        up += 16;
        to += 16;
      }
    }
    const own = gates + first * wide;
    const to = dh + first * across;
    gemm<f32>((end - first) as i32, hidden, 4 * hidden, own, wide, 4, load<usize>(at, WEIGHT), across, 4, to, across, 0, 0);
  }
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
 * Attention of every head, as kernels/attention.ts says. Its numbers lie at `at`: room for a thread's scores (rows at multiples of 4; a head's,
 * for the gradients two heads'), bytes of it, then what the names below say. Each tensor comes with its steps from batch to batch, head to head
 * and row to row; in a row elements lie side by side. No mask where its address is 0; else it lies row-major. The heads that share keys and values
 * are computed together, so pieces of these know nothing of each other.
 */
const ROOM = 0;
const ROOM_EACH = 4;
const COUNT = 8;
const HEADS = 12;
const GROUP = 16;
/** About so many pieces: threads do not run equally fast. */
const PIECES = 8;

function keysOf(at: usize): i32 {
  return load<i32>(at, COUNT) * (load<i32>(at, HEADS) / load<i32>(at, GROUP));
}

function attentionShare(at: usize): i32 {
  return (keysOf(at) + PIECES - 1) / PIECES;
}

export function attentionPieces(at: usize): i32 {
  const share = attentionShare(at);
  return (keysOf(at) + share - 1) / share;
}

/** Some of the heads, by a thread; all where `piece` is negative. */
export function attentionForwardPiece(at: usize, piece: i32, thread: i32): void {
  const first = piece < 0 ? 0 : piece * attentionShare(at);
  const end = piece < 0 ? keysOf(at) : min(keysOf(at), first + attentionShare(at));
  const room = load<usize>(at, ROOM) + (thread as usize) * load<usize>(at, ROOM_EACH);
  const heads = load<i32>(at, 12);
  const group = load<i32>(at, 16);
  const length = load<i32>(at, 20);
  const keys = load<i32>(at, 24);
  const size = load<i32>(at, 28);
  const scale = load<f32>(at, 32);
  const causal = load<i32>(at, 36);
  const q = load<usize>(at, 40);
  const qBatch = load<i32>(at, 44);
  const qHead = load<i32>(at, 48);
  const qRow = load<i32>(at, 52);
  const k = load<usize>(at, 56);
  const kBatch = load<i32>(at, 60);
  const kHead = load<i32>(at, 64);
  const kRow = load<i32>(at, 68);
  const v = load<usize>(at, 72);
  const vBatch = load<i32>(at, 76);
  const vHead = load<i32>(at, 80);
  const vRow = load<i32>(at, 84);
  const mask = load<usize>(at, 88);
  const y = load<usize>(at, 92);
  const yBatch = load<i32>(at, 96);
  const yHead = load<i32>(at, 100);
  const yRow = load<i32>(at, 104);
  const logs = load<usize>(at, 108);
  const row = ((keys + 3) & ~3) << 2;
  for (let nr = first * group; nr < end * group; nr++) {
    const b = nr / heads;
    const h = nr % heads;
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

/** Its gradients, which lie row-major; no gradient of the logs where its address is 0. */
export function attentionBackwardPiece(at: usize, piece: i32, thread: i32): void {
  const first = piece < 0 ? 0 : piece * attentionShare(at);
  const end = piece < 0 ? keysOf(at) : min(keysOf(at), first + attentionShare(at));
  const room = load<usize>(at, ROOM) + (thread as usize) * load<usize>(at, ROOM_EACH);
  const heads = load<i32>(at, 12);
  const group = load<i32>(at, 16);
  const length = load<i32>(at, 20);
  const keys = load<i32>(at, 24);
  const size = load<i32>(at, 28);
  const scale = load<f32>(at, 32);
  const causal = load<i32>(at, 36);
  const q = load<usize>(at, 40);
  const qBatch = load<i32>(at, 44);
  const qHead = load<i32>(at, 48);
  const qRow = load<i32>(at, 52);
  const k = load<usize>(at, 56);
  const kBatch = load<i32>(at, 60);
  const kHead = load<i32>(at, 64);
  const kRow = load<i32>(at, 68);
  const v = load<usize>(at, 72);
  const vBatch = load<i32>(at, 76);
  const vHead = load<i32>(at, 80);
  const vRow = load<i32>(at, 84);
  const mask = load<usize>(at, 88);
  const y = load<usize>(at, 92);
  const yBatch = load<i32>(at, 96);
  const yHead = load<i32>(at, 100);
  const yRow = load<i32>(at, 104);
  const logs = load<usize>(at, 108);
  const g = load<usize>(at, 112);
  const gBatch = load<i32>(at, 116);
  const gHead = load<i32>(at, 120);
  const gRow = load<i32>(at, 124);
  const dlogs = load<usize>(at, 128);
  const dq = load<usize>(at, 132);
  const dk = load<usize>(at, 136);
  const dv = load<usize>(at, 140);
  const row = ((keys + 3) & ~3) << 2;
  const across = size << 2;
  const slopes = room + length * row;
  for (let nr = first * group; nr < end * group; nr++) {
    const b = nr / heads;
    const h = nr % heads;
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
