import { DTYPES, type DType, isHalf } from '../dtype';
import { roundHalf } from '../half';

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
