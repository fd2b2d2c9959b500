/**
 * Sixteen float32 uniforms to sixteen float32 normals, bit by bit as PyTorch's CPU kernels do it.
 *
 * Box-Muller: u1, u2 -> sqrt(-2 ln(1 - u1)) * (cos, sin)(2 pi u2), where the eight u1 are the first half of the block and
 * the eight u2 the second. PyTorch's AVX2 kernel evaluates ln, sin and cos by the Cephes single-precision polynomials, and
 * its compiler fuses multiplications into the additions that follow them. The last bits are that evaluation's rounding, so
 * it is followed here step by step: every `fma32` below is one fused instruction, every `fround` one rounding.
 */

const fround = Math.fround;

/** a * b + c with one rounding to float32; a, b, c are float32 values of moderate size. */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b; // exact: 24 + 24 bits
  const sum = product + c;
  const rounded = fround(sum);
  const rest = sum - rounded;
  if (rest === 0 || fround(sum + rest) !== sum + rest) return rounded;
  // The sum in double lies exactly between two float32 values; what double rounded away decides.
  const shift = sum - product;
  const lost = product - (sum - shift) + (c - shift);
  if (lost === 0) return rounded;
  const other = sum + rest;
  return lost > 0 === other > rounded ? other : rounded;
}

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

const SQRT_HALF = fround(Math.SQRT1_2);
const LN2_SMALL = fround(-2.1219444e-4);
const LN2_BIG = fround(0.693359375);
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(fround) as [number, number, number, number, number, number, number, number, number];

/** Cephes ln(x) in float32, for x in (0, 1]. */
function log32(x: number): number {
  asFloat[0] = x;
  let exponent = (bits[0]! >>> 23) - 126;
  bits[0] = (bits[0]! & 0x7fffff) | 0x3f000000;
  const mantissa = asFloat[0];
  let m = fround(mantissa - 1);
  if (mantissa < SQRT_HALF) {
    exponent -= 1;
    m = fround(m + mantissa);
  }
  const square = fround(m * m);
  let y = fma32(LOG[0], m, LOG[1]);
  y = fma32(y, m, LOG[2]);
  y = fma32(y, m, LOG[3]);
  y = fma32(y, m, LOG[4]);
  y = fma32(y, m, LOG[5]);
  y = fma32(y, m, LOG[6]);
  y = fma32(y, m, LOG[7]);
  y = fma32(y, m, LOG[8]);
  y = fma32(fround(y * m), square, fround(exponent * LN2_SMALL));
  y = fma32(-square, 0.5, y);
  return fma32(exponent, LN2_BIG, fround(m + y));
}

const FOUR_OVER_PI = fround(4 / Math.PI);
const QUARTER_PI_1 = fround(-0.78515625);
const QUARTER_PI_2 = fround(-2.4187564849853516e-4);
const QUARTER_PI_3 = fround(-3.774894977445941e-8);
const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround) as [number, number, number];
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(fround) as [number, number, number];

const TWO_PI_32 = fround(2 * Math.PI);

function blockAvx2(data: Float32Array, at: number, mean: number, std: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = fround(Math.sqrt(fround(-2 * log32(fround(1 - data[i]!)))));
    const theta = fround(TWO_PI_32 * data[i + 8]!);

    const octant = (Math.trunc(fround(theta * FOUR_OVER_PI)) + 1) & ~1;
    let x = fma32(octant, QUARTER_PI_1, theta);
    x = fma32(octant, QUARTER_PI_2, x);
    x = fma32(octant, QUARTER_PI_3, x);
    const z = fround(x * x);
    let even = fma32(fma32(COS[0], z, COS[1]), z, COS[2]);
    even = fround(fma32(fround(even * z), z, -fround(z * 0.5)) + 1);
    let odd = fma32(fma32(SIN[0], z, SIN[1]), z, SIN[2]);
    odd = fma32(fround(odd * z), x, x);

    const swap = (octant & 2) !== 0;
    const sin = (octant & 4) !== 0 ? -(swap ? even : odd) : swap ? even : odd;
    const cos = (~(octant - 2) & 4) !== 0 ? -(swap ? odd : even) : swap ? odd : even;
    data[i] = fma32(fround(radius * cos), std, mean);
    data[i + 8] = fma32(fround(radius * sin), std, mean);
  }
}

function blockScalar(data: Float32Array, at: number, mean: number, std: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = fround(Math.sqrt(-2 * fround(Math.log(fround(1 - data[i]!)))));
    const theta = fround(2 * Math.PI * data[i + 8]!);
    data[i] = fma32(fround(radius * fround(Math.cos(theta))), std, mean);
    data[i + 8] = fma32(fround(radius * fround(Math.sin(theta))), std, mean);
  }
}

/**
 * Turns the 16 uniforms at `data[at .. at + 16)` into normals, in place. `mean` and `std` are rounded to float32 first, as
 * PyTorch rounds them. Source: NormalFill16 in ATen/native/cpu/DistributionTemplates.h, avx_mathfun.h.
 */
export function boxMuller32(
  data: Float32Array,
  at: number,
  mean: number,
  std: number,
  kernel: 'avx2' | 'scalar',
): void {
  (kernel === 'avx2' ? blockAvx2 : blockScalar)(data, at, fround(mean), fround(std));
}
