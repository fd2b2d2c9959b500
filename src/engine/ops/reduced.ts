/** What reductions and their gradients share. */
import type { DType } from '../dtype';
import { valuesAs } from '../kernels/elementwise';
import type { BackwardContext, Formulas } from '../op';
import { reduceDims } from '../shape';
import { Tensor } from '../tensor';

/** `t` as `dtype`; itself where none is asked for. */
export const converted = (t: Tensor, dtype: DType | null | undefined): Tensor =>
  !dtype || dtype === t.dtype ? t : Tensor.of(dtype, [...t.shape], valuesAs(t, dtype));

/** A result, or its gradient, with the reduced dimensions put back as ones, so that it broadcasts against the input. */
export function restored(c: BackwardContext, f: Formulas, t: Tensor): Tensor {
  const rank = c.shape('input').length;
  if (t.rank === rank) return t;
  const dim = c.attr<number | number[] | null>('dim');
  let out = t;
  for (const d of reduceDims(typeof dim === 'number' ? [dim] : dim, rank)) out = f.unsqueeze(out, d);
  return out;
}
