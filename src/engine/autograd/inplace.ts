import { context } from '../context';
import { runtimeError } from '../errors';
import type { Tensor } from '../tensor';
import { gradEdge, refreshView } from './edges';
import { metaOf, type Node, shortName } from './node';
import { asStridedNode, CopySlices } from './views';

/** Refuses in-place writes that autograd could not follow, in PyTorch's words. */
export function checkInplace(self: Tensor, tracked: boolean): void {
  if (self.inference && !context.inferenceMode)
    throw runtimeError(
      'Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.',
    );
  if (!context.gradEnabled || !tracked) return;
  if (self.viewOf?.unwritable) throw refusal(self, self.viewOf.unwritable);
  if (self.leafRequiresGrad && !self.gradFn)
    throw runtimeError('a leaf Variable that requires grad is being used in an in-place operation.');
  const base = self.viewOf?.base;
  if (base?.leafRequiresGrad && !base.gradFn)
    throw runtimeError('a view of a leaf Variable that requires grad is being used in an in-place operation.');
}

/** Why a view may not be written in place, after what it is. */
const UNWRITABLE = {
  many: 'This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.',
  no_grad:
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).",
  function:
    'This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function.',
};

function refusal(self: Tensor, why: keyof typeof UNWRITABLE): Error {
  refreshView(self);
  const what = self.gradFn
    ? `Output ${self.outputNr} of ${shortName(self.gradFn)} is a view and is being modified inplace.`
    : 'A view was created in no_grad mode and is being modified inplace with grad mode enabled.';
  return runtimeError(`${what} ${UNWRITABLE[why]}`);
}

/** retain_grad() keeps the gradient of what the tensor holds now, also after a write. */
function moveRetained(self: Tensor, to: Node): void {
  if (!self.retainsGrad) return;
  self.gradFn?.retained?.delete(self.outputNr);
  to.retained ??= new Map();
  to.retained.set(0, self);
}

/** After an in-place op: the tensor, or the base of the view that was written, takes the op's gradient function. */
export function linkInplace(self: Tensor, node: Node): void {
  const view = self.viewOf;
  if (!view) {
    moveRetained(self, node);
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

/** After a view op in place: the same memory in another shape. */
export function linkReshaped(self: Tensor, node: Node): void {
  moveRetained(self, node);
  self.gradFn = node;
  self.outputNr = 0;
  if (self.viewOf) self.viewOf.attrVersion = self.counter.version;
}
