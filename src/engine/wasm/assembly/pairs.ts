/** float32 elements two at a time, in float64 lanes. */

/** Two elements. */
export function widened(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/** Puts as many of two elements as there are. */
export function putNarrow(at: usize, x: v128, count: i32): void {
  const y = f32x4.demote_f64x2_zero(x);
  if (count > 1) v128.store64_lane(at, y, 0);
  else v128.store32_lane(at, y, 0);
}
