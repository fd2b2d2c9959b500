import { isComplex, isDifferentiable } from '../dtype';
import { runtimeError } from '../errors';
import { formulas } from '../formulas';
import type { Arg, Op } from '../op';
import { sameShape, show } from '../shape';
import { Tensor } from '../tensor';
import { gradEdge } from './edges';
import {
  type CallShape,
  callShape,
  type Edge,
  FormulaContext,
  isTensorList,
  type Meta,
  metaOf,
  Node,
  Saved,
} from './node';

const camel = (name: string) =>
  name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

const names = new Map<Op, string>();

function defaultName(op: Op): string {
  const { spec, base, name } = op;
  let known = names.get(op);
  if (known === undefined) {
    const made = () => `${camel(base?.name ?? name.replace(/_$/, ''))}Backward0`;
    known = (base && spec.inplaceGradName) || (typeof spec.gradName === 'string' ? spec.gradName : made());
    names.set(op, known);
  }
  return known;
}

/** Can a tensor of shape `from` be broadcast to `to`? */
const expandable = (from: readonly number[], to: readonly number[]) =>
  from.length <= to.length && from.every((d, i) => d === 1 || d === to[to.length - from.length + i]);

const NOTHING: never[] = [];
const edgeOf = (t: Tensor) => (isDifferentiable(t.dtype) ? gradEdge(t) : null);

/** The gradient of one call of one op, made from the op's entry. */
export class OpNode extends Node {
  name: string;
  readonly call: CallShape;
  /** By the numbers of `op.saved`; of a list, each item. */
  private kept: (Saved | (Saved | null)[] | null)[] = NOTHING;
  /** Do saved_tensors_hooks keep one of them? */
  private outside = false;

  constructor(
    readonly op: Op,
    args: readonly Arg[],
    outs: readonly Tensor[],
  ) {
    super();
    const { gradName } = op.spec;
    this.name =
      typeof gradName === 'function' ? (gradName as (...a: readonly Arg[]) => string)(...args) : defaultName(op);
    this.call = callShape(op, args);
    this.outputs = outs.length === 1 ? [metaOf(outs[0])] : outs.map(metaOf);
    const { metas } = this.call;
    let count = 0;
    for (const meta of metas) if (meta !== null) count += Array.isArray(meta) ? meta.length : 1;
    this.next = new Array<Edge | null>(count);
    let at = 0;
    for (let i = 0; i < metas.length; i++) {
      const a = args[i];
      if (metas[i] === null) continue;
      const wanted = op.grads[i] !== undefined;
      if (a instanceof Tensor) this.next[at++] = wanted ? edgeOf(a) : null;
      else for (const t of a as (Tensor | null)[]) if (t !== null) this.next[at++] = wanted ? edgeOf(t) : null;
    }
  }

  /** `next` without the inputs for which the op has no formula (an embedding's indices): PyTorch has no edge there. */
  followed(): (Edge | null)[] {
    const { params } = this.op.schema;
    const lists = params.some(isTensorList);
    if (lists || this.next.length > params.length) return this.next;
    const tensors = params.filter((_, i) => this.call.metas[i] !== null);
    if (tensors.length !== this.next.length) return this.next;
    return this.next.filter((_, i) => this.op.spec.grads?.[tensors[i].name]);
  }

  save(args: readonly Arg[], outs: readonly Tensor[], which: 'inputs' | 'results' | 'both' = 'both'): void {
    const { saved } = this.op;
    if (this.kept === NOTHING && saved.length > 0)
      this.kept = new Array<Saved | (Saved | null)[] | null>(saved.length).fill(null);
    for (let nr = 0; nr < saved.length; nr++) {
      const { param, result } = saved[nr];
      if (result >= 0) {
        if (which !== 'inputs') this.kept[nr] = this.keep(outs[result], this);
      } else if (which !== 'results') {
        const a = args[param];
        if (a instanceof Tensor) this.kept[nr] = this.keep(a, null);
        else if (Array.isArray(a))
          this.kept[nr] = (a as (Tensor | null)[]).map((t) => (t instanceof Tensor ? this.keep(t, null) : null));
      }
    }
  }

  private keep(t: Tensor, owner: Node | null): Saved {
    const saved = new Saved(t, owner);
    if (saved.fromOutside) this.outside = true;
    return saved;
  }

  /** By the name in `op.saved`; an item of a list has its number after a point. */
  private keptAs(name: string): Saved | null {
    const { saved } = this.op;
    for (let nr = 0; nr < saved.length; nr++)
      if (saved[nr].name === name) {
        const found = this.kept[nr];
        return found instanceof Saved ? found : null;
      }
    const [, list, item] = /^(.*)\.(\d+)$/.exec(name) ?? [];
    const found = list && this.kept[saved.findIndex((s) => s.name === list)];
    return Array.isArray(found) ? (found[Number(item)] ?? null) : null;
  }

  /** What was saved under a name (`self`, `result`), for `grad_fn._saved_self`; undefined for none. */
  savedTensor(name: string): Tensor | undefined {
    return this.keptAs(name)?.unpack(this);
  }

  private unpack(name: string): Tensor {
    const saved = this.keptAs(name);
    if (!saved) throw new Error(`${this.name} asks for ${name}, which its entry does not save`);
    return saved.unpack(this);
  }

  apply(grads: (Tensor | null)[]): (Tensor | null)[] {
    return runFormulas(
      this.op,
      this.call,
      grads,
      this.next,
      this.outside ? this.onceEach() : (name) => this.unpack(name),
    );
  }

  /** Hooks on saved tensors are asked once a pass, however often a formula reads one. */
  private onceEach(): (name: string) => Tensor {
    const found = new Map<string, Tensor>();
    return (name) => {
      let t = found.get(name);
      if (!t) found.set(name, (t = this.unpack(name)));
      return t;
    };
  }

  override release(): void {
    for (const s of this.kept)
      if (s instanceof Saved) s.release();
      else if (s) for (const item of s) item?.release();
  }
}

/**
 * An op's gradients from its entry's formulas: one per tensor input, null where not wanted. Used by the tape and by replay, so that
 * both give the same bits. `wanted`: truthy for those that are. Broadcast dimensions are summed away and the input's dtype is restored.
 */
export function runFormulas(
  op: Op,
  call: CallShape,
  grads: readonly (Tensor | null)[],
  wanted: readonly unknown[],
  find: (name: string) => Tensor,
): (Tensor | null)[] {
  const conjugates = !op.spec.wirtinger && !op.spec.view && !Array.isArray(op.spec.complex) && touches(call, grads);
  const c = new FormulaContext(call, conjugates ? grads.map(conj) : grads, find);
  const out = new Array<Tensor | null>(wanted.length);
  let at = 0;
  // Position among the differentiable inputs, for messages.
  let nr = 0;
  const { metas } = call;
  for (let i = 0; i < metas.length; i++) {
    const meta = metas[i];
    if (meta === null) continue;
    const formula = op.grads[i];
    if (Array.isArray(meta)) {
      const any = meta.some((_, i) => wanted[at + i]);
      const list = formula && any ? (formula(c, formulas) as (Tensor | null)[]) : [];
      for (const [i, m] of meta.entries()) {
        const g = list[i] ?? null;
        out[at] = wanted[at] ? fitGrad(op, conjugates ? conj(g) : g, m, nr + i) : null;
        at++;
      }
    } else {
      const g = formula && wanted[at] ? (formula(c, formulas) as Tensor | null) : null;
      out[at++] = fitGrad(op, conjugates ? conj(g) : g, meta, nr);
    }
    if (formula) nr += Array.isArray(meta) ? meta.length : 1;
  }
  return out;
}

const conj = (t: Tensor | null) => (t && isComplex(t.dtype) ? formulas.conj(t) : t);

/** Does a complex number take part in a gradient? */
function touches(call: CallShape, grads: readonly (Tensor | null)[]): boolean {
  for (const g of grads) if (g && isComplex(g.dtype)) return true;
  for (const m of call.metas)
    if (m === null) continue;
    else if (Array.isArray(m) ? m.some((x) => isComplex(x.dtype)) : isComplex(m.dtype)) return true;
  return false;
}

/** Brings a gradient to its input's shape and dtype; a real input's gradient is the real part. */
function fitGrad(op: Op, grad: Tensor | null, meta: Meta, nr: number): Tensor | null {
  if (!grad) return null;
  let g = grad;
  if (!sameShape(g.shape, meta.shape)) {
    if (!expandable(meta.shape, g.shape))
      throw runtimeError(
        `Function ${defaultName(op)} returned an invalid gradient at index ${nr} - got ${show(g.shape)} but expected shape compatible with ${show(meta.shape)}`,
      );
    g = formulas.sum_to_size(g, meta.shape);
  }
  if (isComplex(g.dtype) && !isComplex(meta.dtype)) g = formulas.real(g);
  return g.dtype === meta.dtype ? g : formulas.to_dtype(g, meta.dtype);
}
