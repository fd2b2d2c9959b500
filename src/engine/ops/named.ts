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

/** What a node's `next_functions` are: one of our node's own edges by its number, or a node that PyTorch has and we do not. */
export type Part = number | { name: string; next: Part[] };

/** Nodes that PyTorch has below linear's last one (`linearGradName`), which is all of linear here. Null for another op's. */
export function linearParts(node: OpNode): Part[] | null {
  if (node.op.name !== 'linear') return null;
  const [x, w, b] = [0, 1, 2];
  const weight: Part = { name: 'TBackward0', next: [w] };
  const viewed = (name: string): Part => ({ name, next: [x] });
  switch (node.name) {
    case 'AddmmBackward0':
      return [b, x, weight];
    case 'MmBackward0':
      return [x, weight];
    case 'ViewBackward0':
      return [{ name: 'AddmmBackward0', next: [b, viewed('ViewBackward0'), weight] }];
    case 'UnsafeViewBackward0':
      return [{ name: 'MmBackward0', next: [viewed('ViewBackward0'), weight] }];
    case 'SqueezeBackward4':
      return [{ name: 'MmBackward0', next: [viewed('UnsqueezeBackward0'), weight] }];
    default:
      return null;
  }
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
