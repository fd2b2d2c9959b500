/**
 * numpy's dtype rules where they differ from PyTorch's: an array's dtype counts whatever its rank, a Python number's gives way (NEP 50), and
 * integers become float64 where a float is needed. `wrapped` marks a Python number here too.
 */
import { type Data, DTYPES, type DType, isComplex, isFloat, isHalf, isInteger, realType } from '../dtype';
import { TorchError, typeError } from '../errors';
import { roundHalves } from '../half';
import { valuesAs } from '../kernels/elementwise';
import { bigsOf } from '../kernels/wholes';
import type { Tensor } from '../tensor';

/** The float dtype that holds an integer dtype's numbers, as numpy's ufuncs choose it: the smallest that is safe. */
export function floatFor(d: DType): DType {
  if (isFloat(d) || isComplex(d)) return d;
  if (d === 'bool' || d === 'uint8' || d === 'int8') return 'float16';
  return d === 'int16' ? 'float32' : 'float64';
}

const larger = (a: DType, b: DType) => (DTYPES[a].size >= DTYPES[b].size ? a : b);

/** np.promote_types. */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b || b === 'bool') return a;
  if (a === 'bool') return b;
  if (isInteger(a) && isInteger(b)) {
    if ((a === 'uint8' && b === 'int8') || (a === 'int8' && b === 'uint8')) return 'int16';
    return larger(a, b);
  }
  const real = larger(realType(floatFor(a)), realType(floatFor(b)));
  if (!isComplex(a) && !isComplex(b)) return real;
  return real === 'float64' ? 'complex128' : 'complex64';
}

/** What an array's dtype becomes beside a Python number of dtype `weak`. */
function beside(d: DType, weak: DType): DType {
  if (weak === 'bool') return d;
  if (isInteger(weak)) return d === 'bool' ? 'int64' : d;
  if (isFloat(weak)) return isFloat(d) || isComplex(d) ? d : 'float64';
  if (isComplex(d)) return d;
  return isFloat(d) && d !== 'float64' ? 'complex64' : 'complex128';
}

const BOUNDS: Partial<Record<DType, readonly [bigint, bigint]>> = {
  uint8: [0n, 255n],
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
};

/** Raises numpy's OverflowError where a Python int does not fit the dtype that it gives way to. */
export function checkWeak(t: Tensor, to: DType): void {
  const bounds = BOUNDS[to];
  if (!t.wrapped || !bounds || t.dtype !== 'int64') return;
  const v = (t.values() as BigInt64Array)[0];
  if (v < bounds[0] || v > bounds[1])
    throw new TorchError('OverflowError', `Python integer ${v} out of bounds for ${to}`);
}

/** np.result_type of two operands. */
export function pairType(a: Tensor, b: Tensor): DType {
  if (a.wrapped === b.wrapped) return promoteTypes(a.dtype, b.dtype);
  return a.wrapped ? beside(b.dtype, a.dtype) : beside(a.dtype, b.dtype);
}

/** An array's elements in row-major order as another dtype (astype); for reading only. */
export function valuesOf(t: Tensor, dtype: DType): Data {
  if (dtype === 'int64' && t.dtype !== 'int64' && !isComplex(t.dtype)) {
    const v = t.values() as Float64Array;
    let safe = true;
    for (let i = 0; i < v.length && safe; i++) safe = Math.abs(v[i]) < 2 ** 53;
    if (safe) return bigsOf(isFloat(t.dtype) ? v.map(Math.trunc) : v);
  }
  const found = valuesAs(t, dtype);
  if (isHalf(dtype) && t.dtype !== dtype) roundHalves(found as Float32Array, dtype);
  return found;
}

/** The dtype that a sum or a product of this one has: small integers are added up as int64. */
export const sumType = (d: DType): DType => (DTYPES[d].kind === 'bool' || isInteger(d) ? 'int64' : d);

const KINDS = ['bool', 'int', 'float', 'complex'];

/** May a ufunc's result be written into an array of dtype `to` (casting rule 'same_kind')? */
export function checkCast(ufunc: string, from: DType, to: DType): void {
  if (
    KINDS.indexOf(DTYPES[from].kind) > KINDS.indexOf(DTYPES[to].kind) ||
    (to === 'uint8' && isInteger(from) && from !== 'uint8')
  )
    throw typeError(
      `Cannot cast ufunc '${ufunc}' output from dtype('${from}') to dtype('${to}') with casting rule 'same_kind'`,
    );
}
