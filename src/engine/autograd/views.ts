/** Gradients through views that are written in place (PyTorch's CopySlices and AsStridedBackward). */
import { context } from '../context';
import { notYet, runtimeError } from '../errors';
import { formulas } from '../formulas';
import { contiguousStrides } from '../shape';
import { type Geometry, Tensor, writeStrided } from '../tensor';
import { type Edge, metaOf, Node } from './node';

/** A view's place in its base, in elements of a contiguous tensor of the base's shape. */
function within(base: Tensor, view: Tensor): Geometry {
  if (view.lens !== base.lens)
    throw notYet('an in-place write into a view of complex numbers as real ones, where a gradient is needed');
  if (!base.contiguous)
    throw runtimeError(
      'in-place writes into a view of a non-contiguous tensor that needs a gradient are not in Backstep yet',
    );
  return { shape: [...view.shape], strides: [...view.strides], offset: view.offset - base.offset };
}

function contiguousCopy(t: Tensor): Tensor {
  return Tensor.of(t.dtype, [...t.shape], t.values().slice() as Float64Array);
}

const show = (t: Tensor, g: Geometry) => new Tensor(t.storage, g.shape, g.strides, g.offset, t.lens);

/** Gradient of a view made anew after its base was written: scatters into zeros of the base's shape. */
class AsStridedBackward extends Node {
  readonly name = 'AsStridedBackward0';
  readonly op = null;

  constructor(
    private readonly baseMeta: { shape: number[]; dtype: Tensor['dtype'] },
    private readonly place: Geometry,
  ) {
    super();
  }

  apply([grad]: (Tensor | null)[]): (Tensor | null)[] {
    if (!grad) return [null];
    const { shape, strides, offset } = this.place;
    if (context.gradEnabled) {
      const base = this.baseMeta.shape;
      return [formulas.as_strided_backward(grad, shape, strides, offset, base, contiguousStrides(base), 0)];
    }
    const out = Tensor.zeros(this.baseMeta.dtype, this.baseMeta.shape);
    // An expanded view shows an element more than once: its gradients add up.
    writeStrided(show(out, this.place), grad.values(), true);
    return [out];
  }
}

export function asStridedNode(base: Tensor, view: Tensor, edge: Edge): Node {
  const node = new AsStridedBackward(metaOf(base), within(base, view));
  node.next = [edge];
  node.outputs = [metaOf(view)];
  return node;
}

/** Gradient of a base after an in-place op on a view of it: the op's own gradient inside the view, passed through elsewhere. */
export class CopySlices extends Node {
  readonly name = 'CopySlices';
  readonly op = null;
  private readonly place: Geometry;

  constructor(
    base: Tensor,
    baseEdge: Edge | null,
    view: Tensor,
    private readonly inner: Node,
  ) {
    super();
    this.place = within(base, view);
    this.outputs = [metaOf(base)];
    // The inner op's first input is the view itself; its gradient goes into the base's.
    this.next = [baseEdge, ...inner.next.slice(1)];
    // The view's own edge leads nowhere now, but its gradient is wanted where the base's is.
    inner.next = [baseEdge, ...inner.next.slice(1)];
  }

  apply([grad]: (Tensor | null)[]): (Tensor | null)[] {
    if (!grad) return this.next.map(() => null);
    if (context.gradEnabled) return this.applyTracked(grad);
    const whole = contiguousCopy(grad);
    const [own, ...others] = this.inner.apply([contiguousCopy(show(whole, this.place))]);
    const seen = show(whole, this.place);
    writeStrided(seen, (own ?? formulas.zeros_like(seen)).values());
    return [this.next[0] ? whole : null, ...others];
  }

  /** The same in ops, for gradients of gradients. */
  private applyTracked(grad: Tensor): (Tensor | null)[] {
    const { shape, strides, offset } = this.place;
    const whole = formulas.clone(grad, 'contiguous_format');
    const slice = () => formulas.as_strided(whole, shape, strides, offset);
    const [own, ...others] = this.inner.apply([formulas.clone(slice())]);
    formulas.copy_(slice(), own ?? formulas.zeros_like(slice()));
    return [this.next[0] ? whole : null, ...others];
  }

  override release(): void {
    this.inner.release();
  }
}
