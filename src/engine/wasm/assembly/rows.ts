/** Kernels of float32 that go row by row. Rows lie one after the other; sums are kept in float64. What is written past a row is written next. */
import { nearestExp4, narrow, sum2, upper } from './functions';

/** The lanes that are still in the row; `fill` in the others. */
@inline
function inside(v: v128, left: i32, fill: f32): v128 {
  if (left >= 4) return v;
  return v128.bitselect(v, f32x4.splat(fill), i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3)));
}

@inline
function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(upper(v));
}

/** Σ of four lanes of each of two sums. */
@inline
function add4(sum: v128, v: v128): v128 {
  return f64x2.add(sum, f64x2.add(low(v), high(v)));
}

/** out[j] = Σ over rows of x[r, j], divided by `over`. */
export function sumColumns32(rows: i32, n: i32, x: usize, out: usize, over: f64): void {
  const by = f64x2.splat(over);
  const row = (n as usize) << 2;
  let j: usize = 0;
  // A whole line of the cache at a time.
  for (; j + 64 <= row; j += 64) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    let g = a;
    let h = a;
    let at = x + j;
    for (let r = 0; r < rows; r++) {
      const p = v128.load(at);
      const q = v128.load(at, 16);
      const s = v128.load(at, 32);
      const t = v128.load(at, 48);
      a = f64x2.add(a, low(p));
      b = f64x2.add(b, high(p));
      c = f64x2.add(c, low(q));
      d = f64x2.add(d, high(q));
      e = f64x2.add(e, low(s));
      f = f64x2.add(f, high(s));
      g = f64x2.add(g, low(t));
      h = f64x2.add(h, high(t));
      at += row;
    }
    v128.store(out + j, narrow(f64x2.div(a, by), f64x2.div(b, by)));
    v128.store(out + j, narrow(f64x2.div(c, by), f64x2.div(d, by)), 16);
    v128.store(out + j, narrow(f64x2.div(e, by), f64x2.div(f, by)), 32);
    v128.store(out + j, narrow(f64x2.div(g, by), f64x2.div(h, by)), 48);
  }
  for (; j < row; j += 16) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let at = x + j;
    for (let r = 0; r < rows; r++) {
      const v = v128.load(at);
      a = f64x2.add(a, low(v));
      b = f64x2.add(b, high(v));
      at += row;
    }
    v128.store(out + j, narrow(f64x2.div(a, by), f64x2.div(b, by)));
  }
}

/** out[r] = Σ over groups g and places i of x[g, r, i], divided by `over`; x is [groups, rows, n]. */
export function sumRows32(groups: i32, rows: i32, n: i32, x: usize, out: usize, over: f64): void {
  const row = (n as usize) << 2;
  const next = (rows as usize) * row;
  for (let r = 0; r < rows; r++) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    for (let g = 0; g < groups; g++) {
      let at = x + (g as usize) * next;
      let left = n;
      for (; left >= 8; left -= 8) {
        a = add4(a, v128.load(at));
        b = add4(b, v128.load(at + 16));
        at += 32;
      }
      for (; left > 0; left -= 4) {
        a = add4(a, inside(v128.load(at), left, 0));
        at += 16;
      }
    }
    store<f32>(out, (sum2(f64x2.add(a, b)) / over) as f32);
    x += row;
    out += 4;
  }
}

/** The largest of a row; NaN where there is one. */
function largest(n: i32, x: usize): f32 {
  let most = f32x4.splat(-Infinity);
  for (let left = n; left > 0; left -= 4) {
    most = f32x4.max(most, inside(v128.load(x), left, -Infinity));
    x += 16;
  }
  const pair = f32x4.max(most, upper(most));
  return max<f32>(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
}

/** exp(x − most) of each row, divided by its sum. */
export function softmax32(rows: i32, n: i32, x: usize, out: usize): void {
  const row = (n as usize) << 2;
  for (let r = 0; r < rows; r++) {
    const most = f32x4.splat(largest(n, x));
    let sum = f64x2.splat(0);
    let left = n;
    for (let j: usize = 0; j < row; j += 16) {
      const e = nearestExp4(f32x4.sub(inside(v128.load(x + j), left, -Infinity), most));
      sum = add4(sum, inside(e, left, 0));
      v128.store(out + j, e);
      left -= 4;
    }
    const by = f32x4.splat(sum2(sum) as f32);
    for (let j: usize = 0; j < row; j += 16) v128.store(out + j, f32x4.div(v128.load(out + j), by));
    x += row;
    out += row;
  }
}

/**
 * The softmax (or its logarithm) of the columns of [groups, rows, n], walked row by row. `room` holds the largest (float32) and the sum
 * (float64) of each column.
 */
export function softmaxColumns32(groups: i32, rows: i32, n: i32, log: i32, x: usize, out: usize, room: usize): void {
  const row = (n as usize) << 2;
  const sums = room + ((row + 15) & ~15);
  for (let g = 0; g < groups; g++) {
    const end = x + (rows as usize) * row;
    for (let j: usize = 0; j < row; j += 16) {
      v128.store(room + j, f32x4.splat(-Infinity));
      v128.store(sums + (j << 1), f64x2.splat(0));
      v128.store(sums + (j << 1), f64x2.splat(0), 16);
    }
    for (let at = x; at < end; at += row)
      for (let j: usize = 0; j < row; j += 16)
        v128.store(room + j, f32x4.max(v128.load(room + j), v128.load(at + j)));
    // What is written past a row is written again with the next one.
    let to = out;
    for (let at = x; at < end; at += row) {
      for (let j: usize = 0; j < row; j += 16) {
        const d = f32x4.sub(v128.load(at + j), v128.load(room + j));
        const e = nearestExp4(d);
        const sum = sums + (j << 1);
        v128.store(sum, f64x2.add(v128.load(sum), low(e)));
        v128.store(sum, f64x2.add(v128.load(sum, 16), high(e)), 16);
        v128.store(to + j, log ? d : e);
      }
      to += row;
    }
    for (let j: usize = 0; j < row; j += 16) {
      const sum = sums + (j << 1);
      if (log)
        for (let k: usize = 0; k < 16; k += 4) store<f32>(room + j + k, Math.log(load<f64>(sum + (k << 1))) as f32);
      else v128.store(room + j, narrow(v128.load(sum), v128.load(sum, 16)));
    }
    for (; out < to; out += row) {
      let left = n;
      for (let j: usize = 0; j < row; j += 16) {
        const v = v128.load(out + j);
        const by = v128.load(room + j);
        // Past the row, what is subtracted is 0 and what divides is 1: the next row begins there.
        v128.store(out + j, log ? f32x4.sub(v, inside(by, left, 0)) : f32x4.div(v, inside(by, left, 1)));
        left -= 4;
      }
    }
    x = end;
  }
}

/** x − most − ln Σ exp(x − most). */
export function logSoftmax32(rows: i32, n: i32, x: usize, out: usize): void {
  const row = (n as usize) << 2;
  for (let r = 0; r < rows; r++) {
    const most = f32x4.splat(largest(n, x));
    let sum = f64x2.splat(0);
    let left = n;
    for (let j: usize = 0; j < row; j += 16) {
      const d = f32x4.sub(v128.load(x + j), most);
      sum = add4(sum, inside(nearestExp4(d), left, 0));
      v128.store(out + j, d);
      left -= 4;
    }
    const less = f32x4.splat(Math.log(sum2(sum)) as f32);
    for (let j: usize = 0; j < row; j += 16) v128.store(out + j, f32x4.sub(v128.load(out + j), less));
    x += row;
    out += row;
  }
}

/** y · (g − Σ g · y). */
export function softmaxBackward32(rows: i32, n: i32, g: usize, y: usize, out: usize): void {
  const row = (n as usize) << 2;
  for (let r = 0; r < rows; r++) {
    let sum = f64x2.splat(0);
    let left = n;
    for (let j: usize = 0; j < row; j += 16) {
      const p = inside(v128.load(g + j), left, 0);
      const q = inside(v128.load(y + j), left, 0);
      sum = f64x2.add(sum, f64x2.add(f64x2.mul(low(p), low(q)), f64x2.mul(high(p), high(q))));
      left -= 4;
    }
    const less = f32x4.splat(sum2(sum) as f32);
    for (let j: usize = 0; j < row; j += 16)
      v128.store(out + j, f32x4.mul(v128.load(y + j), f32x4.sub(v128.load(g + j), less)));
    g += row;
    y += row;
    out += row;
  }
}

/** g − exp(y) · Σ g. */
export function logSoftmaxBackward32(rows: i32, n: i32, g: usize, y: usize, out: usize): void {
  const row = (n as usize) << 2;
  for (let r = 0; r < rows; r++) {
    let sum = f64x2.splat(0);
    let left = n;
    for (let j: usize = 0; j < row; j += 16) {
      sum = add4(sum, inside(v128.load(g + j), left, 0));
      left -= 4;
    }
    const by = f32x4.splat(sum2(sum) as f32);
    for (let j: usize = 0; j < row; j += 16)
      v128.store(out + j, f32x4.sub(v128.load(g + j), f32x4.mul(nearestExp4(v128.load(y + j)), by)));
    g += row;
    y += row;
    out += row;
  }
}

/** Each row by its own mean and variance, times weight, plus bias (either may be missing: address 0). Mean and 1/√(variance + eps) are kept. */
export function layerNorm32(
  rows: i32,
  n: i32,
  x: usize,
  weight: usize,
  bias: usize,
  eps: f64,
  out: usize,
  means: usize,
  rstds: usize,
): void {
  const row = (n as usize) << 2;
  for (let r = 0; r < rows; r++) {
    let sum = f64x2.splat(0);
    let left = n;
    for (let j: usize = 0; j < row; j += 16) {
      sum = add4(sum, inside(v128.load(x + j), left, 0));
      left -= 4;
    }
    const mean = sum2(sum) / (n as f64);
    const mu = f64x2.splat(mean);
    let squares: f64 = 0;
    left = n;
    let total = f64x2.splat(0);
    let j: usize = 0;
    for (; left >= 4; left -= 4) {
      const v = v128.load(x + j);
      const a = f64x2.sub(low(v), mu);
      const b = f64x2.sub(high(v), mu);
      total = f64x2.add(total, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
      j += 16;
    }
    for (; j < row; j += 4) {
      const d = (load<f32>(x + j) as f64) - mean;
      squares += d * d;
    }
    squares += sum2(total);
    const rstd = 1 / Math.sqrt(squares / (n as f64) + eps);
    const by = f64x2.splat(rstd);
    for (j = 0; j < row; j += 16) {
      const v = v128.load(x + j);
      let a = f64x2.mul(f64x2.sub(low(v), mu), by);
      let b = f64x2.mul(f64x2.sub(high(v), mu), by);
      if (weight) {
        const w = v128.load(weight + j);
        a = f64x2.mul(a, low(w));
        b = f64x2.mul(b, high(w));
      }
      if (bias) {
        const w = v128.load(bias + j);
        a = f64x2.add(a, low(w));
        b = f64x2.add(b, high(w));
      }
      v128.store(out + j, narrow(a, b));
    }
    store<f32>(means, mean as f32);
    store<f32>(rstds, rstd as f32);
    means += 4;
    rstds += 4;
    x += row;
    out += row;
  }
}

/** Its gradients. `room` is for two rows of float64, at multiples of four. */
export function layerNormBackward32(
  rows: i32,
  n: i32,
  g: usize,
  x: usize,
  means: usize,
  rstds: usize,
  weight: usize,
  dx: usize,
  dw: usize,
  db: usize,
  room: usize,
): void {
  const row = (n as usize) << 2;
  const wide = (((n + 3) & ~3) as usize) << 3;
  memory.fill(room, 0, 2 * wide);
  for (let r = 0; r < rows; r++) {
    const mu = f64x2.splat(load<f32>(means) as f64);
    const rs = f64x2.splat(load<f32>(rstds) as f64);
    let s = f64x2.splat(0);
    let d = f64x2.splat(0);
    let left = n;
    let dots = room;
    let sums = room + wide;
    for (let j: usize = 0; j < row; j += 16) {
      const dy = inside(v128.load(g + j), left, 0);
      const v = inside(v128.load(x + j), left, 0);
      let a = low(dy);
      let b = high(dy);
      const p = f64x2.mul(f64x2.sub(low(v), mu), rs);
      const q = f64x2.mul(f64x2.sub(high(v), mu), rs);
      v128.store(dots, f64x2.add(v128.load(dots), f64x2.mul(a, p)));
      v128.store(dots + 16, f64x2.add(v128.load(dots + 16), f64x2.mul(b, q)));
      v128.store(sums, f64x2.add(v128.load(sums), a));
      v128.store(sums + 16, f64x2.add(v128.load(sums + 16), b));
      if (weight) {
        const w = inside(v128.load(weight + j), left, 0);
        a = f64x2.mul(a, low(w));
        b = f64x2.mul(b, high(w));
      }
      s = f64x2.add(s, f64x2.add(a, b));
      d = f64x2.add(d, f64x2.add(f64x2.mul(a, p), f64x2.mul(b, q)));
      dots += 32;
      sums += 32;
      left -= 4;
    }
    const less = f64x2.splat(sum2(s) / (n as f64));
    const bend = f64x2.splat(sum2(d) / (n as f64));
    for (let j: usize = 0; j < row; j += 16) {
      const dy = v128.load(g + j);
      const v = v128.load(x + j);
      let a = low(dy);
      let b = high(dy);
      if (weight) {
        const w = v128.load(weight + j);
        a = f64x2.mul(a, low(w));
        b = f64x2.mul(b, high(w));
      }
      const p = f64x2.mul(f64x2.sub(low(v), mu), rs);
      const q = f64x2.mul(f64x2.sub(high(v), mu), rs);
      a = f64x2.mul(rs, f64x2.sub(f64x2.sub(a, less), f64x2.mul(p, bend)));
      b = f64x2.mul(rs, f64x2.sub(f64x2.sub(b, less), f64x2.mul(q, bend)));
      v128.store(dx + j, narrow(a, b));
    }
    means += 4;
    rstds += 4;
    g += row;
    x += row;
    dx += row;
  }
  for (let j: usize = 0; j < row; j += 16) {
    const at = room + (j << 1);
    v128.store(dw + j, narrow(v128.load(at), v128.load(at + 16)));
    v128.store(db + j, narrow(v128.load(at + wide), v128.load(at + wide + 16)));
  }
}

/** Takes candidates over the best so far, and their places: what is larger, and NaN. */
@inline
function isOver(v: v128, best: v128): v128 {
  return v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
}

/** Four windows of 2 x 2 side by side: the largest elements and their places (int64). */
@inline
function square(x: usize, row: usize, first: i32, width: i32, value: usize, place: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + 16);
  const c = v128.load(x + row);
  const d = v128.load(x + row + 16);
  let best = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
  let at = i32x4.splat(0);
  let v = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  let over = isOver(v, best);
  best = v128.bitselect(v, best, over);
  at = v128.bitselect(i32x4.splat(1), at, over);
  v = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
  over = isOver(v, best);
  best = v128.bitselect(v, best, over);
  at = v128.bitselect(i32x4.splat(width), at, over);
  v = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
  over = isOver(v, best);
  v128.store(value, v128.bitselect(v, best, over));
  at = v128.bitselect(i32x4.splat(width + 1), at, over);
  at = i32x4.add(at, i32x4.add(i32x4.splat(first), i32x4(0, 2, 4, 6)));
  v128.store(place, i64x2.extend_low_i32x4_s(at));
  v128.store(place + 16, i64x2.extend_high_i32x4_s(at));
}

/**
 * The largest element of each window of planes, and its place in the plane (int64); NaN counts as the largest. `high` and `wide` hold, for each
 * window's row and column, where it begins and ends; in it every `down`th row and `right`th column counts. `pairs`: windows of 2 x 2 side by side.
 */
export function maxima32(
  planes: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  high: usize,
  wide: usize,
  down: i32,
  right: i32,
  pairs: i32,
  x: usize,
  values: usize,
  places: usize,
): void {
  const row = (width as usize) << 2;
  for (let p = 0; p < planes; p++) {
    for (let b = 0; b < outHeight; b++) {
      const top = load<i32>(high + ((b as usize) << 3));
      const bottom = load<i32>(high + ((b as usize) << 3), 4);
      if (pairs)
        for (let c = 0; c < outWidth; c += 4) {
          const first = top * width + 2 * c;
          const to = c as usize;
          square(x + ((first as usize) << 2), row, first, width, values + (to << 2), places + (to << 3));
        }
      else
        for (let c = 0; c < outWidth; c++) {
          const left = load<i32>(wide + ((c as usize) << 3));
          const end = load<i32>(wide + ((c as usize) << 3), 4);
          let best: f32 = -Infinity;
          let place = top * width + left;
          for (let j = top; j < bottom; j += down)
            for (let i = left; i < end; i += right) {
              const at = j * width + i;
              const v = load<f32>(x + ((at as usize) << 2));
              if (v > best || v !== v) {
                best = v;
                place = at;
              }
            }
          store<f32>(values + ((c as usize) << 2), best);
          store<i64>(places + ((c as usize) << 3), place as i64);
        }
      values += (outWidth as usize) << 2;
      places += (outWidth as usize) << 3;
    }
    x += (height as usize) * row;
  }
}

/** Adds `each` elements of g a plane at their places (int64) in planes of `size` elements, all 0 before. A place outside is left out. */
export function addAt32(planes: i32, each: i32, size: i32, g: usize, places: usize, out: usize): void {
  const plane = (size as usize) << 2;
  memory.fill(out, 0, (planes as usize) * plane);
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < each; i++) {
      const place = load<u64>(places);
      if (place < (size as u64)) {
        const to = out + ((place as usize) << 2);
        store<f32>(to, load<f32>(to) + load<f32>(g));
      }
      g += 4;
      places += 8;
    }
    out += plane;
  }
}
