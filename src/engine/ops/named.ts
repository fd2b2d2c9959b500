/** Names of gradient functions that follow from how PyTorch builds an op out of others. */
import { OpNode } from '../autograd/opNode';
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
