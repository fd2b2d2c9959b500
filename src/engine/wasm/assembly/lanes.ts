/** What differs between the two builds: a fused multiply-add where the runtime has relaxed SIMD, a product and a sum where it has not. */

/** a · b + c in each lane. */
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}
