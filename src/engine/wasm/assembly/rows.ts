/** Kernels of float32 that go row by row. Rows lie one after the other; sums are kept in float64. What is written past a row is written next. */
import { exp4, narrow, sum2, upper } from './functions';

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
  for (let j: usize = 0; j < row; j += 16) {
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

/** out[r] = Σ of row r, divided by `over`. */
export function sumRows32(rows: i32, n: i32, x: usize, out: usize, over: f64): void {
  for (let r = 0; r < rows; r++) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let left = n;
    for (; left >= 8; left -= 8) {
      a = add4(a, v128.load(x));
      b = add4(b, v128.load(x + 16));
      x += 32;
    }
    for (; left > 0; left -= 4) {
      a = add4(a, inside(v128.load(x), left, 0));
      x += (min(left, 4) as usize) << 2;
    }
    store<f32>(out, (sum2(f64x2.add(a, b)) / over) as f32);
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
      const e = exp4(f32x4.sub(inside(v128.load(x + j), left, -Infinity), most));
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

/** x − most − ln Σ exp(x − most). */
export function logSoftmax32(rows: i32, n: i32, x: usize, out: usize): void {
  const row = (n as usize) << 2;
  for (let r = 0; r < rows; r++) {
    const most = f32x4.splat(largest(n, x));
    let sum = f64x2.splat(0);
    let left = n;
    for (let j: usize = 0; j < row; j += 16) {
      const d = f32x4.sub(v128.load(x + j), most);
      sum = add4(sum, inside(exp4(d), left, 0));
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
      v128.store(out + j, f32x4.sub(v128.load(g + j), f32x4.mul(exp4(v128.load(y + j)), by)));
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
