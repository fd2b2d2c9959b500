import type { Tensor } from '../tensor';
import { AccumulateGrad } from './accumulate';
import type { Edge } from './node';
import { asStridedNode } from './views';

/** Where a tensor's gradient goes: its gradient function, or the accumulator of a leaf; null where none is wanted. */
export function gradEdge(t: Tensor): Edge | null {
  refreshView(t);
  if (t.gradFn) return { node: t.gradFn, nr: t.outputNr };
  if (!t.leafRequiresGrad) return null;
  t.accumulator ??= new AccumulateGrad(t);
  return { node: t.accumulator, nr: 0 };
}

/** A view whose base was written in place since gets a gradient function that starts at the base as it is now. */
export function refreshView(t: Tensor): void {
  const view = t.viewOf;
  if (!view || view.attrVersion === t.counter.version) return;
  view.attrVersion = t.counter.version;
  if (!view.base.gradFn) return;
  t.gradFn = asStridedNode(view.base, t, { node: view.base.gradFn, nr: view.base.outputNr });
  t.outputNr = 0;
}
