/**
 * Elementwise kernels of float32. They read and write whole vectors, up to three elements past the end: what lies there is nobody's (slots end
 * at cache lines), or is written next (rows go upward).
 */
import { bell, cubed, exp, expm1, log, narrow, normal, sigmoid, softplus, tanh, underSigmoid, upper } from './functions';
import * as k from './kinds';
import { madd } from './lanes';

/** A function of two float64 lanes. */
// @ts-expect-error: decorator
@inline
function wide1(kind: i32, x: v128, p: f64, q: f64): v128 {
  if (kind === k.EXP) return exp(x);
  if (kind === k.LOG) return log(x);
  if (kind === k.TANH) return tanh(x);
  if (kind === k.SIGMOID) return sigmoid(x);
  if (kind === k.SILU) return f64x2.div(x, underSigmoid(x));
  if (kind === k.GELU) return f64x2.mul(x, normal(x, bell(x)));
  if (kind === k.GELU_TANH) {
    const one = f64x2.splat(1);
    return f64x2.mul(f64x2.mul(f64x2.splat(0.5), x), f64x2.add(one, tanh(cubed(x))));
  }
  if (kind === k.SOFTPLUS) {
    const scaled = f64x2.mul(x, f64x2.splat(p));
    const y = f64x2.div(softplus(scaled), f64x2.splat(p));
    return v128.bitselect(x, y, f64x2.gt(scaled, f64x2.splat(q)));
  }
  if (kind === k.ELU) {
    const low = f64x2.mul(expm1(x), f64x2.splat(p));
    return v128.bitselect(low, f64x2.mul(x, f64x2.splat(q)), f64x2.le(x, f64x2.splat(0)));
  }
  return f64x2.neg(softplus(f64x2.neg(x))); // LOG_SIGMOID
}

// @ts-expect-error: decorator
@inline
function one(kind: i32, x: v128, p: v128, q: v128): v128 {
  if (kind === k.NEG) return f32x4.neg(x);
  if (kind === k.ABS) return f32x4.abs(x);
  // −0 and NaN stay.
  if (kind === k.RELU) return v128.andnot(x, f32x4.lt(x, f32x4.splat(0)));
  if (kind === k.SQUARE) return f32x4.mul(x, x);
  if (kind === k.SQRT) return f32x4.sqrt(x);
  if (kind === k.RSQRT) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (kind === k.RECIPROCAL) return f32x4.div(f32x4.splat(1), x);
  if (kind === k.LEAKY) return v128.bitselect(x, f32x4.mul(x, p), f32x4.gt(x, f32x4.splat(0)));
  // Min and max of WebAssembly pass NaN on.
  if (kind === k.LIMIT) return f32x4.min(f32x4.max(x, p), q);
  const six = f32x4.splat(6);
  const ramp = f32x4.min(f32x4.max(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0)), six);
  return f32x4.div(kind === k.HARD_SWISH ? f32x4.mul(x, ramp) : ramp, six);
}

@inline
function each1(kind: i32, n: i32, x: usize, out: usize, p: f64, q: f64): void {
  const end = out + ((n as usize) << 2);
  const first = f32x4.splat(p as f32);
  const second = f32x4.splat(q as f32);
  while (out < end) {
    v128.store(out, one(kind, v128.load(x), first, second));
    x += 16;
    out += 16;
  }
}

// @ts-expect-error: decorator
@inline
function eachWide1(kind: i32, n: i32, x: usize, out: usize, p: f64, q: f64): void {
  const end = out + ((n as usize) << 2);
  while (out < end) {
    const v = v128.load(x);
    const low = wide1(kind, f64x2.promote_low_f32x4(v), p, q);
    const high = wide1(kind, f64x2.promote_low_f32x4(upper(v)), p, q);
    v128.store(out, narrow(low, high));
    x += 16;
    out += 16;
  }
}

/** out[i] = the function `kind` of x[i]; p and q are its numbers, if it has any. */
export function map32(kind: i32, n: i32, x: usize, out: usize, p: f64, q: f64): void {
  switch (kind) {
    case k.NEG:
      return each1(k.NEG, n, x, out, p, q);
    case k.ABS:
      return each1(k.ABS, n, x, out, p, q);
    case k.RELU:
      return each1(k.RELU, n, x, out, p, q);
    case k.SQUARE:
      return each1(k.SQUARE, n, x, out, p, q);
    case k.SQRT:
      return each1(k.SQRT, n, x, out, p, q);
    case k.RSQRT:
      return each1(k.RSQRT, n, x, out, p, q);
    case k.RECIPROCAL:
      return each1(k.RECIPROCAL, n, x, out, p, q);
    case k.EXP:
      return eachWide1(k.EXP, n, x, out, p, q);
    case k.LOG:
      return eachWide1(k.LOG, n, x, out, p, q);
    case k.TANH:
      return eachWide1(k.TANH, n, x, out, p, q);
    case k.SIGMOID:
      return eachWide1(k.SIGMOID, n, x, out, p, q);
    case k.SILU:
      return eachWide1(k.SILU, n, x, out, p, q);
    case k.GELU:
      return eachWide1(k.GELU, n, x, out, p, q);
    case k.GELU_TANH:
      return eachWide1(k.GELU_TANH, n, x, out, p, q);
    case k.SOFTPLUS:
      return eachWide1(k.SOFTPLUS, n, x, out, p, q);
    case k.LOG_SIGMOID:
      return eachWide1(k.LOG_SIGMOID, n, x, out, p, q);
    case k.ELU:
      return eachWide1(k.ELU, n, x, out, p, q);
    case k.LEAKY:
      return each1(k.LEAKY, n, x, out, p, q);
    case k.LIMIT:
      return each1(k.LIMIT, n, x, out, p, q);
    case k.HARD_SIGMOID:
      return each1(k.HARD_SIGMOID, n, x, out, p, q);
    case k.HARD_SWISH:
      return each1(k.HARD_SWISH, n, x, out, p, q);
  }
}

// @ts-expect-error: decorator
@inline
function two(kind: i32, x: v128, y: v128, p: v128, q: v128): v128 {
  if (kind === k.ADD) return f32x4.add(x, y);
  if (kind === k.SUB) return f32x4.sub(x, y);
  if (kind === k.MUL) return f32x4.mul(x, y);
  if (kind === k.DIV) return f32x4.div(x, y);
  if (kind === k.ADD_SCALED) return madd<f32>(p, y, x);
  if (kind === k.THRESHOLD_GRAD) return v128.andnot(x, f32x4.le(y, p));
  if (kind === k.LARGER) return v128.bitselect(x, y, v128.or(f32x4.gt(x, y), f32x4.ne(x, x)));
  if (kind === k.SMALLER) return v128.bitselect(x, y, v128.or(f32x4.lt(x, y), f32x4.ne(x, x)));
  if (kind === k.LEAKY_GRAD) return v128.bitselect(x, f32x4.mul(x, p), f32x4.gt(y, f32x4.splat(0)));
  if (kind === k.LIMIT_GRAD) return v128.and(x, v128.and(f32x4.gt(y, p), f32x4.lt(y, q)));
  const three = f32x4.splat(3);
  if (kind === k.HARD_SIGMOID_GRAD)
    return v128.and(f32x4.mul(x, f32x4.splat(1.0 / 6.0)), f32x4.lt(f32x4.abs(y), three));
  if (kind === k.HARD_SWISH_GRAD) {
    const bent = f32x4.mul(x, f32x4.add(f32x4.div(y, three), f32x4.splat(0.5)));
    return v128.andnot(v128.bitselect(x, bent, f32x4.ge(y, three)), f32x4.le(y, f32x4.neg(three)));
  }
  const one = f32x4.splat(1);
  // 1 − y² without cancellation.
  if (kind === k.TANH_GRAD) return f32x4.mul(x, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
  return f32x4.mul(f32x4.mul(x, f32x4.sub(one, y)), y); // SIGMOID_GRAD
}

/** dy · the slope at x, of two float64 lanes; 0 where the slope is. */
// @ts-expect-error: decorator
@inline
function slope(kind: i32, x: v128, p: f64, q: f64): v128 {
  const one = f64x2.splat(1);
  if (kind === k.SILU_GRAD) {
    const s = sigmoid(x);
    return f64x2.mul(s, f64x2.add(one, f64x2.mul(x, f64x2.sub(one, s))));
  }
  if (kind === k.GELU_GRAD) {
    const b = bell(x);
    return f64x2.add(normal(x, b), f64x2.mul(f64x2.mul(x, b), f64x2.splat(0.3989422804014327)));
  }
  if (kind === k.GELU_TANH_GRAD) {
    const half = f64x2.splat(0.5);
    const t = tanh(cubed(x));
    const du = madd<f64>(f64x2.mul(x, x), f64x2.splat(3 * 0.044715 * 0.7978845608028654), f64x2.splat(0.7978845608028654));
    const bend = f64x2.mul(f64x2.mul(f64x2.mul(half, x), f64x2.sub(one, f64x2.mul(t, t))), du);
    return f64x2.add(f64x2.mul(half, f64x2.add(one, t)), bend);
  }
  if (kind === k.SOFTPLUS_GRAD) {
    const scaled = f64x2.mul(x, f64x2.splat(p));
    return v128.bitselect(one, sigmoid(scaled), f64x2.gt(scaled, f64x2.splat(q)));
  }
  if (kind === k.ELU_GRAD)
    return v128.bitselect(f64x2.splat(q), f64x2.mul(exp(x), f64x2.splat(p)), f64x2.gt(x, f64x2.splat(0)));
  return sigmoid(f64x2.neg(x)); // LOG_SIGMOID_GRAD
}

/** x[i · dx] with y[i · dy]; a step is 4 bytes or 0. */
// @ts-expect-error: decorator
@inline
function each2(kind: i32, n: i32, x: usize, dx: usize, y: usize, dy: usize, out: usize, p: f64, q: f64): void {
  const end = out + ((n as usize) << 2);
  const param = f32x4.splat(p as f32);
  const other = f32x4.splat(q as f32);
  if (dx !== 0 && dy !== 0)
    while (out < end) {
      v128.store(out, two(kind, v128.load(x), v128.load(y), param, other));
      x += 16;
      y += 16;
      out += 16;
    }
  else if (dx !== 0) {
    const still = v128.load32_splat(y);
    while (out < end) {
      v128.store(out, two(kind, v128.load(x), still, param, other));
      x += 16;
      out += 16;
    }
  } else {
    const still = v128.load32_splat(x);
    while (out < end) {
      v128.store(out, two(kind, still, dy !== 0 ? v128.load(y) : v128.load32_splat(y), param, other));
      y += dy << 2;
      out += 16;
    }
  }
}

// @ts-expect-error: decorator
@inline
function eachSlope(kind: i32, n: i32, g: usize, dg: usize, x: usize, dx: usize, out: usize, p: f64, q: f64): void {
  const end = out + ((n as usize) << 2);
  while (out < end) {
    const v = dx !== 0 ? v128.load(x) : v128.load32_splat(x);
    const dy = dg !== 0 ? v128.load(g) : v128.load32_splat(g);
    const low = f64x2.mul(f64x2.promote_low_f32x4(dy), slope(kind, f64x2.promote_low_f32x4(v), p, q));
    const high = f64x2.mul(f64x2.promote_low_f32x4(upper(dy)), slope(kind, f64x2.promote_low_f32x4(upper(v)), p, q));
    v128.store(out, narrow(low, high));
    g += dg << 2;
    x += dx << 2;
    out += 16;
  }
}

function run2(kind: i32, n: i32, x: usize, dx: usize, y: usize, dy: usize, out: usize, p: f64, q: f64): void {
  switch (kind) {
    case k.ADD:
      return each2(k.ADD, n, x, dx, y, dy, out, p, q);
    case k.SUB:
      return each2(k.SUB, n, x, dx, y, dy, out, p, q);
    case k.MUL:
      return each2(k.MUL, n, x, dx, y, dy, out, p, q);
    case k.DIV:
      return each2(k.DIV, n, x, dx, y, dy, out, p, q);
    case k.ADD_SCALED:
      return each2(k.ADD_SCALED, n, x, dx, y, dy, out, p, q);
    case k.THRESHOLD_GRAD:
      return each2(k.THRESHOLD_GRAD, n, x, dx, y, dy, out, p, q);
    case k.TANH_GRAD:
      return each2(k.TANH_GRAD, n, x, dx, y, dy, out, p, q);
    case k.SIGMOID_GRAD:
      return each2(k.SIGMOID_GRAD, n, x, dx, y, dy, out, p, q);
    case k.LEAKY_GRAD:
      return each2(k.LEAKY_GRAD, n, x, dx, y, dy, out, p, q);
    case k.LIMIT_GRAD:
      return each2(k.LIMIT_GRAD, n, x, dx, y, dy, out, p, q);
    case k.HARD_SIGMOID_GRAD:
      return each2(k.HARD_SIGMOID_GRAD, n, x, dx, y, dy, out, p, q);
    case k.HARD_SWISH_GRAD:
      return each2(k.HARD_SWISH_GRAD, n, x, dx, y, dy, out, p, q);
    case k.LARGER:
      return each2(k.LARGER, n, x, dx, y, dy, out, p, q);
    case k.SMALLER:
      return each2(k.SMALLER, n, x, dx, y, dy, out, p, q);
    case k.ELU_GRAD:
      return eachSlope(k.ELU_GRAD, n, x, dx, y, dy, out, p, q);
    case k.SILU_GRAD:
      return eachSlope(k.SILU_GRAD, n, x, dx, y, dy, out, p, q);
    case k.GELU_GRAD:
      return eachSlope(k.GELU_GRAD, n, x, dx, y, dy, out, p, q);
    case k.GELU_TANH_GRAD:
      return eachSlope(k.GELU_TANH_GRAD, n, x, dx, y, dy, out, p, q);
    case k.SOFTPLUS_GRAD:
      return eachSlope(k.SOFTPLUS_GRAD, n, x, dx, y, dy, out, p, q);
    case k.LOG_SIGMOID_GRAD:
      return eachSlope(k.LOG_SIGMOID_GRAD, n, x, dx, y, dy, out, p, q);
  }
}

/**
 * `rows` runs of n elements: out[r, i] = the function `kind` of x[r · xRow + i · dx] and y[r · yRow + i · dy]. Rows in elements, steps 1 or 0.
 */
export function pairs32(
  kind: i32,
  rows: i32,
  n: i32,
  x: usize,
  xRow: i32,
  dx: i32,
  y: usize,
  yRow: i32,
  dy: i32,
  out: usize,
  p: f64,
  q: f64,
): void {
  for (let r = 0; r < rows; r++) {
    run2(kind, n, x, (dx as usize) << 2, y, (dy as usize) << 2, out, p, q);
    x += (xRow as usize) << 2;
    y += (yRow as usize) << 2;
    out += (n as usize) << 2;
  }
}

/** x + p · (a ∘ b), or lerp with its weight p. */
// @ts-expect-error: decorator
@inline
function three(kind: i32, x: v128, a: v128, b: v128, p: v128): v128 {
  if (kind === k.ADD_PRODUCT) return madd<f32>(f32x4.mul(p, a), b, x);
  return f32x4.add(x, f32x4.div(f32x4.mul(p, a), b));
}

// @ts-expect-error: decorator
@inline
function each3(kind: i32, n: i32, x: usize, a: usize, b: usize, out: usize, p: f64): void {
  const end = out + ((n as usize) << 2);
  const param = f32x4.splat(p as f32);
  while (out < end) {
    v128.store(out, three(kind, v128.load(x), v128.load(a), v128.load(b), param));
    x += 16;
    a += 16;
    b += 16;
    out += 16;
  }
}

/** out[i] = the function `kind` of x[i], a[i], b[i] and the number p. LERP has no b. */
export function triples32(kind: i32, n: i32, x: usize, a: usize, b: usize, out: usize, p: f64): void {
  if (kind === k.ADD_PRODUCT) each3(k.ADD_PRODUCT, n, x, a, b, out, p);
  else if (kind === k.ADD_QUOTIENT) each3(k.ADD_QUOTIENT, n, x, a, b, out, p);
  else {
    const end = out + ((n as usize) << 2);
    // From the nearer end, as PyTorch does.
    const near = Math.abs(p) < 0.5;
    const weight = f32x4.splat((near ? p : p - 1) as f32);
    while (out < end) {
      const from = v128.load(x);
      const to = v128.load(a);
      v128.store(out, madd<f32>(weight, f32x4.sub(to, from), near ? from : to));
      x += 16;
      a += 16;
      out += 16;
    }
  }
}
