/** Names of gradient functions that follow from how PyTorch builds an op out of others. */

import { OpNode } from '../autograd/opNode';
import type { DType } from '../dtype';
import type { Tensor } from '../tensor';

/** Gives the last op of a composite the name that PyTorch's C++ overload has. */
export function rename(t: Tensor, name: string): Tensor {
  if (t.gradFn instanceof OpNode) t.gradFn.name = name;
  return t;
}

/** linear is one op here, several there: its last one's name. */
export function linearGradName(x: Tensor, w: Tensor, b: Tensor | null): string {
  if (w.rank === 1) return 'MvBackward0';
  if (x.rank === 2) return b ? 'AddmmBackward0' : 'MmBackward0';
  if (x.rank === 1) return b ? 'ViewBackward0' : 'SqueezeBackward4';
  if (!b) return 'UnsafeViewBackward0';
  return x.contiguous ? 'ViewBackward0' : 'AddBackward0';
}

/** C++'s name of a dtype, as LAPACK-like checks print it. */
export const C_TYPE: Record<DType, string> = {
  bool: 'bool',
  uint8: 'unsigned char',
  int8: 'signed char',
  int16: 'short int',
  int32: 'int',
  int64: 'long int',
  float32: 'float',
  float64: 'double',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  complex64: 'c10::complex<float>',
  complex128: 'c10::complex<double>',
};
