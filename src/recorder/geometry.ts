/** Does a geometry stay inside of its memory? What runs here always does; what a file claims is asked. */
import { DTYPES, type DType, isComplex, isDifferentiable, type Lens, seenAs } from '../engine/dtype';
import { numel } from '../engine/shape';

export interface Geometry {
  shape: readonly number[];
  strides: readonly number[];
  offset: number;
  lens: Lens;
}

/** Elements that a storage must have for a geometry, as the geometry counts them. */
export function extent({ shape, strides, offset }: Geometry): number {
  if (numel(shape as number[]) === 0) return 0;
  let end = offset;
  for (let d = 0; d < shape.length; d++) end += (shape[d] - 1) * strides[d];
  return end + 1;
}

/** Is there room for a geometry in a content, and can it be read so? */
export function fits(g: Geometry, { dtype, length }: { dtype: DType; length: number }): boolean {
  if (g.lens !== '' && !isDifferentiable(dtype)) return false;
  if (g.lens === (isComplex(dtype) ? 'complex' : 'real') || (g.lens === 'conj' && !isComplex(dtype))) return false;
  return extent(g) * DTYPES[seenAs(dtype, g.lens)].parts <= length * DTYPES[dtype].parts;
}
