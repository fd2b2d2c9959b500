/**
 * int64 elements, which are bigints, to and from numbers: by their two halves of 32 bits, since a bigint an element costs much more. Not so where
 * V8 keeps few elements with the object: to show their memory as another array it moves them out first.
 */
const FEW = 8;

/** The elements as numbers (exact up to 2**53, the nearest beyond). */
export function fromBigs(v: BigInt64Array): Float64Array {
  const out = new Float64Array(v.length);
  if (out.length <= FEW) {
    for (let i = 0; i < out.length; i++) out[i] = Number(v[i]);
    return out;
  }
  const halves = new Int32Array(v.buffer, v.byteOffset, 2 * v.length);
  for (let i = 0; i < out.length; i++) out[i] = halves[2 * i + 1] * 4294967296 + (halves[2 * i] >>> 0);
  return out;
}

/** Whole numbers of 32 bits as int64 elements. */
export function toBigs(v: ArrayLike<number>, out: BigInt64Array = new BigInt64Array(v.length)): BigInt64Array {
  const halves = new Int32Array(out.buffer, out.byteOffset, 2 * out.length);
  for (let i = 0; i < v.length; i++) {
    halves[2 * i] = v[i];
    halves[2 * i + 1] = v[i] < 0 ? -1 : 0;
  }
  return out;
}

/** Whole numbers below 2**53 in size as int64 elements. */
export function bigsOf(v: ArrayLike<number>): BigInt64Array {
  const out = new BigInt64Array(v.length);
  const halves = new Int32Array(out.buffer);
  for (let i = 0; i < v.length; i++) {
    const high = Math.floor(v[i] / 4294967296);
    halves[2 * i] = v[i] - high * 4294967296;
    halves[2 * i + 1] = high;
  }
  return out;
}
