import { DTYPES, type DType, isComplex, isFloat, isHalf } from '../dtype';
import { runtimeError } from '../errors';
import { roundHalf } from '../half';
import type { Tensor } from '../tensor';

/**
 * How one element becomes another dtype's (C's casts), or null where storing it in a typed array does that by itself.
 * Elements of int64 are bigints on either side.
 */
export function converter(from: DType, to: DType): ((v: number) => number) | null {
  if (from === to) return null;
  const big = from === 'int64';
  if (isHalf(to)) return big ? (v) => roundHalf(Number(v), to) : (v) => roundHalf(v, to);
  if (to === 'bool') return (v) => (big ? Number((v as unknown as bigint) !== 0n) : Number(v !== 0));
  if (to === 'int64')
    return (v) => {
      const whole = Math.trunc(v);
      // C leaves the cast of NaN and infinities open; x86 gives the smallest int64.
      return (Number.isFinite(whole) ? BigInt.asIntN(64, BigInt(whole)) : -(2n ** 63n)) as unknown as number;
    };
  if (big)
    return DTYPES[to].kind === 'int'
      ? (v) => Number(BigInt.asIntN(32, v as unknown as bigint))
      : (v) => Number(v as unknown as bigint);
  return null;
}

/** As C++ names them, which some messages do. */
const C_NAME: Partial<Record<DType, string>> = {
  uint8: 'uint8_t',
  int8: 'int8_t',
  int16: 'short',
  int32: 'int',
  int64: 'int64_t',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  float32: 'float',
  float64: 'double',
};
/** The lowest and the highest number that a scalar may be. A negative one becomes an unsigned one by wrapping around. */
const LIMITS: Partial<Record<DType, readonly [number, number]>> = {
  uint8: [-255, 255],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  int64: [-(2 ** 63), 2 ** 63 - 1],
  float16: [-65504, 65504],
  bfloat16: [-3.3895313892515355e38, 3.3895313892515355e38],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
};

/** Refuses a number (a tensor without dimensions) that another dtype cannot be (c10::checked_convert). */
export function checkFits(value: Tensor, to: DType): void {
  if (to === 'bool' || isComplex(to)) return;
  const values = value.values();
  const v = Number(values[0]);
  const imag = isComplex(value.dtype) ? Number(values[1]) : 0;
  const [low, high] = LIMITS[to] ?? [-Number.MAX_VALUE, Number.MAX_VALUE];
  const fits = isFloat(to) ? !Number.isFinite(v) || (v >= low && v <= high) : v >= low && v <= high;
  if (!fits || imag !== 0) throw runtimeError(`value cannot be converted to type ${C_NAME[to]} without overflow`);
}
