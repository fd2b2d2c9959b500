import { context } from '../context';
import { runtimeError } from '../errors';
import type { Tensor } from '../tensor';
import { gradEdge } from './edges';
import { metaOf, type Node } from './node';
import { asStridedNode, CopySlices } from './views';

/** Refuses in-place writes that autograd could not follow, in PyTorch's words. */
export function checkInplace(self: Tensor): void {
  if (self.inference && !context.inferenceMode)
    throw runtimeError(
      'Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.',
    );
  if (!context.gradEnabled) return;
  if (self.leafRequiresGrad && !self.gradFn)
    throw runtimeError('a leaf Variable that requires grad is being used in an in-place operation.');
  const base = self.viewOf?.base;
  if (base?.leafRequiresGrad && !base.gradFn)
    throw runtimeError('a view of a leaf Variable that requires grad is being used in an in-place operation.');
}

/** After an in-place op: the tensor, or the base of the view that was written, takes the op's gradient function. */
export function linkInplace(self: Tensor, node: Node): void {
  const view = self.viewOf;
  if (!view) {
    self.gradFn = node;
    self.outputNr = 0;
    return;
  }
  const { base } = view;
  const slices = new CopySlices(base, gradEdge(base), self, node);
  base.gradFn = slices;
  base.outputNr = 0;
  self.gradFn = asStridedNode(base, self, { node: slices, nr: 0 });
  self.outputNr = 0;
  node.outputs = [metaOf(self)];
  view.attrVersion = self.counter.version;
}
