/**
 * Functions of float32 elements. Those of two float64 lanes are computed wider than they are kept, so that each result is the nearest float32 or the
 * one beside it, whatever the build. Polynomials were fitted at Chebyshev's nodes; their relative errors are below 2^-29.
 */
import { madd } from './lanes';

/** Adding it leaves a whole number in the lowest bits. */
const WHOLE: f64 = 6755399441055744;

/** Far beyond what a float32's exponential can be. */
const LIMIT: f64 = 300;

/** x, but not so large that its exponential would leave float64. NaN stays. */
// @ts-expect-error: decorator
@inline
function bounded(x: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, f64x2.splat(LIMIT)), f64x2.splat(-LIMIT));
}

/** eʳ − 1 for |r| ≤ ½ ln 2. */
// @ts-expect-error: decorator
@inline
function small(r: v128): v128 {
  let p = madd<f64>(f64x2.splat(0.00019899285575896282), r, f64x2.splat(0.0013941118895837));
  p = madd<f64>(p, r, f64x2.splat(0.00833329846980059));
  p = madd<f64>(p, r, f64x2.splat(0.04166635277111221));
  p = madd<f64>(p, r, f64x2.splat(0.16666666719028936));
  p = madd<f64>(p, r, f64x2.splat(0.5000000047146057));
  return madd<f64>(f64x2.mul(r, r), p, r);
}

/** eˣ − less, by eˣ = 2ᵏ · eʳ; exact near 0 where `less` is 1. */
// @ts-expect-error: decorator
@inline
function power(given: v128, less: f64): v128 {
  const x = bounded(given);
  const t = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), f64x2.splat(WHOLE));
  const k = f64x2.sub(t, f64x2.splat(WHOLE));
  const r = f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.6931471805599453)));
  const scale = i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52);
  const rest = less === 0 ? scale : f64x2.sub(scale, f64x2.splat(less));
  return f64x2.add(f64x2.mul(scale, small(r)), rest);
}

// @ts-expect-error: decorator
@inline
export function exp(x: v128): v128 {
  const y = v128.andnot(power(x, 0), f64x2.lt(x, f64x2.splat(-LIMIT)));
  return v128.bitselect(f64x2.splat(Infinity), y, f64x2.gt(x, f64x2.splat(LIMIT)));
}

/** eˣ − 1. */
// @ts-expect-error: decorator
@inline
export function expm1(x: v128): v128 {
  return power(x, 1);
}

// @ts-expect-error: decorator
@inline
export function tanh(x: v128): v128 {
  const t = power(f64x2.add(x, x), 1);
  const y = f64x2.div(t, f64x2.add(t, f64x2.splat(2)));
  // The sign of 0.
  return v128.or(y, v128.and(x, f64x2.splat(-0.0)));
}

/** 1 + e⁻ˣ, each step rounded to float32, as PyTorch's are. */
// @ts-expect-error: decorator
@inline
export function underSigmoid(x: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.add(f32x4.splat(1), f32x4.demote_f64x2_zero(exp(f64x2.neg(x)))));
}

// @ts-expect-error: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f64x2.div(f64x2.splat(1), underSigmoid(x));
}

/** ln x, by x = 2ᵏ · m and ln m = 2 artanh((m − 1) / (m + 1)). */
// @ts-expect-error: decorator
@inline
export function log(x: v128): v128 {
  // 1/√2 ≤ m < √2.
  const from = i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd));
  const k = i64x2.shr_s(from, 52);
  const m = i64x2.sub(x, i64x2.shl(k, 52));
  const whole = f64x2.sub(i64x2.add(k, i64x2.splat(0x4338000000000000)), f64x2.splat(WHOLE));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const w = f64x2.mul(s, s);
  let p = madd<f64>(f64x2.splat(0.29925789477683334), w, f64x2.splat(0.3997479907642563));
  p = madd<f64>(p, w, f64x2.splat(0.6666681579183185));
  p = madd<f64>(p, w, f64x2.splat(1.9999999986257677));
  const y = f64x2.add(f64x2.mul(s, p), f64x2.mul(whole, f64x2.splat(0.6931471805599453)));
  const zero = f64x2.splat(0);
  const fit = v128.and(f64x2.gt(x, zero), f64x2.lt(x, f64x2.splat(Infinity)));
  // ln 0 = −∞, ln ∞ = ∞, else NaN.
  const limit = v128.bitselect(f64x2.splat(-Infinity), f64x2.add(x, f64x2.splat(Infinity)), f64x2.eq(x, zero));
  const other = v128.bitselect(f64x2.splat(NaN), limit, f64x2.lt(x, zero));
  return v128.bitselect(y, other, fit);
}

/** ln(1 + eˣ). */
// @ts-expect-error: decorator
@inline
export function softplus(x: v128): v128 {
  const u = exp(f64x2.neg(f64x2.abs(x)));
  let p = madd<f64>(f64x2.splat(-0.0012525852620659762), u, f64x2.splat(0.008925603861739712));
  p = madd<f64>(p, u, f64x2.splat(-0.029800145490202278));
  p = madd<f64>(p, u, f64x2.splat(0.06350289738777211));
  p = madd<f64>(p, u, f64x2.splat(-0.1008180479257159));
  p = madd<f64>(p, u, f64x2.splat(0.13403457249133155));
  p = madd<f64>(p, u, f64x2.splat(-0.1644481781513311));
  p = madd<f64>(p, u, f64x2.splat(0.19963546159118528));
  p = madd<f64>(p, u, f64x2.splat(-0.24996389178843487));
  p = madd<f64>(p, u, f64x2.splat(0.33333145512337686));
  p = madd<f64>(p, u, f64x2.splat(-0.4999999612139627));
  p = madd<f64>(p, u, f64x2.splat(0.9999999998657495));
  return f64x2.add(f64x2.max(x, f64x2.splat(0)), f64x2.mul(u, p));
}

/** The standard normal distribution: Φ(x), where `bell` is exp(−x²/2). */
// @ts-expect-error: decorator
@inline
export function normal(x: v128, bell: v128): v128 {
  const z = f64x2.pmin(f64x2.mul(f64x2.abs(x), f64x2.splat(0.7071067811865476)), f64x2.splat(11));
  const t = f64x2.div(f64x2.splat(1), madd<f64>(z, f64x2.splat(0.33), f64x2.splat(1)));
  let p = madd<f64>(f64x2.splat(0.030613944169103277), t, f64x2.splat(-0.16764514647398857));
  p = madd<f64>(p, t, f64x2.splat(0.33072788250511453));
  p = madd<f64>(p, t, f64x2.splat(-0.3086033009883276));
  p = madd<f64>(p, t, f64x2.splat(0.2809820473221233));
  p = madd<f64>(p, t, f64x2.splat(-0.047354572600688774));
  p = madd<f64>(p, t, f64x2.splat(0.11401530492904256));
  p = madd<f64>(p, t, f64x2.splat(0.08002621475281976));
  p = madd<f64>(p, t, f64x2.splat(0.09423910697913111));
  p = madd<f64>(p, t, f64x2.splat(0.09299493244219488));
  p = madd<f64>(p, t, f64x2.splat(3.5872966555108885e-6));
  const tail = f64x2.mul(p, bell);
  return v128.bitselect(tail, f64x2.sub(f64x2.splat(1), tail), f64x2.lt(x, f64x2.splat(0)));
}

/** exp(−x²/2). */
// @ts-expect-error: decorator
@inline
export function bell(x: v128): v128 {
  return exp(f64x2.mul(f64x2.mul(x, x), f64x2.splat(-0.5)));
}

/** The argument of GELU's tanh: √(2/π) · (x + 0.044715 x³). */
// @ts-expect-error: decorator
@inline
export function cubed(x: v128): v128 {
  const x2 = f64x2.mul(x, x);
  return f64x2.mul(f64x2.mul(x, f64x2.splat(0.7978845608028654)), madd<f64>(x2, f64x2.splat(0.044715), f64x2.splat(1)));
}

/** The upper two of four float32 lanes, as the lower ones. */
@inline
export function upper(x: v128): v128 {
  return i64x2.shuffle(x, x, 1, 1);
}

/** Four float32 lanes out of two by two float64 ones. */
@inline
export function narrow(low: v128, high: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Both float64 lanes' sum. */
@inline
export function sum2(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/**
 * The exponential of four float32 lanes, by float64: for softmax and cross entropy, whose rounding a training goes on with for hundreds of steps. By
 * the faster one below, gradients part from PyTorch's in the second digit after 200 (test/fixtures/exact/scaled.py).
 */
export function nearestExp4(x: v128): v128 {
  return narrow(exp(f64x2.promote_low_f32x4(x)), exp(f64x2.promote_low_f32x4(upper(x))));
}

/*
 * Functions of four float32 lanes, computed in float32, for LSTM and attention, where PyTorch's own are no nearer. Of the exact values they miss, in units of the last place: exp 1, tanh 1.5, sigmoid 2.5
 * at most, as measured on both builds.
 * Source of the polynomial and of ln 2 in two parts: expf of the Cephes Mathematical Library, Moshier 1992.
 */

/** Of x within float32's exponents: k, the nearest whole number to x / ln 2. */
function whole4(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
}

/** eʳ − 1, for r = x − k ln 2. */
function rest4(x: v128, k: v128): v128 {
  let r = madd<f32>(k, f32x4.splat(-0.693359375), x);
  r = madd<f32>(k, f32x4.splat(2.12194440e-4), r);
  let p = madd<f32>(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd<f32>(p, r, f32x4.splat(8.3334519073e-3));
  p = madd<f32>(p, r, f32x4.splat(4.1665795894e-2));
  p = madd<f32>(p, r, f32x4.splat(1.6666665459e-1));
  p = madd<f32>(p, r, f32x4.splat(5.0000001201e-1));
  return madd<f32>(f32x4.mul(r, r), p, r);
}

/** 2ᵏ, for a whole k of float32's exponents. */
function power4(k: v128): v128 {
  return i32x4.shl(i32x4.add(k, i32x4.splat(127)), 23);
}

export function exp4(given: v128): v128 {
  // Min and max of WebAssembly pass NaN on.
  const x = f32x4.max(f32x4.min(given, f32x4.splat(89)), f32x4.splat(-104));
  const k = whole4(x);
  const y = f32x4.add(rest4(x, k), f32x4.splat(1));
  // In two steps, since the result may be smaller than what has an exponent.
  const n = i32x4.trunc_sat_f32x4_s(k);
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(y, power4(half)), power4(i32x4.sub(n, half)));
}

/** 1 / (1 + e⁻ˣ), by an exponential that is never more than 1: eˣ / (1 + eˣ) where x is negative. */
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  const sign = f32x4.splat(-0.0);
  const e = exp4(v128.or(x, sign));
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** 1 − 2 / (e²ˣ + 1), and a polynomial near 0. Source: tanhf of the same library. */
export function tanh4(given: v128): v128 {
  const sign = f32x4.splat(-0.0);
  const size = v128.andnot(given, sign);
  const x = f32x4.min(f32x4.add(size, size), f32x4.splat(20));
  const k = whole4(x);
  const scale = power4(i32x4.trunc_sat_f32x4_s(k));
  const e = madd<f32>(scale, rest4(x, k), scale);
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  const z = f32x4.mul(given, given);
  let p = madd<f32>(f32x4.splat(-5.70498872745e-3), z, f32x4.splat(2.06390887954e-2));
  p = madd<f32>(p, z, f32x4.splat(-5.37397155531e-2));
  p = madd<f32>(p, z, f32x4.splat(1.33314422036e-1));
  p = madd<f32>(p, z, f32x4.splat(-3.33332819422e-1));
  const near = madd<f32>(f32x4.mul(z, size), p, size);
  const y = v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.625)));
  return v128.or(y, v128.and(given, sign));
}
