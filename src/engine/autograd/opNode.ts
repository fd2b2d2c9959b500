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

/** The gradient of one call of one op, made from the op's entry. */
export class OpNode extends Node {
  name: string;
  readonly call: CallShape;
  private saved = new Map<string, Saved>();

  constructor(
    readonly op: Op,
    args: readonly Arg[],
    outs: readonly Tensor[],
    edge: ((t: Tensor) => Edge | null) | null,
  ) {
    super();
    const { gradName } = op.spec;
    this.name =
      typeof gradName === 'function' ? (gradName as (...a: readonly Arg[]) => string)(...args) : defaultName(op);
    this.call = callShape(op, args);
    for (const o of outs) this.outputs.push(metaOf(o));
    const { params } = op.schema;
    const grads = op.spec.grads ?? {};
    for (let i = 0; i < params.length; i++) {
      const a = args[i];
      const wanted = grads[params[i].name] !== undefined;
      if (a instanceof Tensor) this.next.push(wanted ? this.edgeOf(a, edge) : null);
      else if (isTensorList(params[i]))
        for (const t of a as (Tensor | null)[]) if (t !== null) this.next.push(wanted ? this.edgeOf(t, edge) : null);
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

  private edgeOf(t: Tensor, edge: ((t: Tensor) => Edge | null) | null): Edge | null {
    if (!isDifferentiable(t.dtype)) return null;
    return edge ? edge(t) : gradEdge(t);
  }

  save(args: readonly Arg[], outs: readonly Tensor[], which: 'inputs' | 'results' | 'both' = 'both'): void {
    for (const { name, param, result } of this.op.saved) {
      if (result >= 0) {
        if (which !== 'inputs') this.saved.set(name, new Saved(outs[result], this));
      } else if (which !== 'results') {
        const a = args[param];
        if (a instanceof Tensor) this.saved.set(name, new Saved(a, null));
        else if (Array.isArray(a))
          for (const [i, t] of a.entries()) if (t instanceof Tensor) this.saved.set(`${name}.${i}`, new Saved(t, null));
      }
    }
  }

  /** What was saved under a name (`self`, `result`), for `grad_fn._saved_self`; undefined for none. */
  savedTensor(name: string): Tensor | undefined {
    return this.saved.get(name)?.unpack(this);
  }

  private unpack(name: string): Tensor {
    const saved = this.saved.get(name);
    if (!saved) throw new Error(`${this.name} asks for ${name}, which its entry does not save`);
    return saved.unpack(this);
  }

  apply(grads: (Tensor | null)[]): (Tensor | null)[] {
    const wanted = this.next.map((e) => e !== null);
    // Hooks on saved tensors are asked once a pass, however often a formula reads one.
    let found: Map<string, Tensor> | null = null;
    return runFormulas(this.op, this.call, grads, wanted, (name) => {
      found ??= new Map();
      let t = found.get(name);
      if (!t) found.set(name, (t = this.unpack(name)));
      return t;
    });
  }

  override release(): void {
    for (const s of this.saved.values()) s.release();
  }
}

/**
 * An op's gradients from its entry's formulas: one per tensor input, null where not wanted. Used by the tape and by replay, so that
 * both give the same bits. Broadcast dimensions are summed away and the input's dtype is restored.
 */
export function runFormulas(
  op: Op,
  call: CallShape,
  grads: readonly (Tensor | null)[],
  wanted: readonly boolean[],
  find: (name: string) => Tensor,
): (Tensor | null)[] {
  const conjugates = !op.spec.wirtinger && !op.spec.view && !Array.isArray(op.spec.complex) && touches(call, grads);
  const conj = (t: Tensor | null) => (t && isComplex(t.dtype) ? formulas.conj(t) : t);
  const c = new FormulaContext(call, conjugates ? grads.map(conj) : grads, find);
  const finished = (t: Tensor | null) => (conjugates ? conj(t) : t);
  const out: (Tensor | null)[] = [];
  // Position among the differentiable inputs, for messages.
  let nr = 0;
  const { params } = op.schema;
  for (let i = 0; i < params.length; i++) {
    const p = params[i];
    const meta = call.metas[i];
    if (!meta) continue;
    const formula = op.spec.grads?.[p.name];
    if (Array.isArray(meta)) {
      const any = meta.some((_, i) => wanted[out.length + i]);
      const list = formula && any ? (formula(c, formulas) as (Tensor | null)[]) : [];
      for (const [i, m] of meta.entries())
        out.push(wanted[out.length] ? fitGrad(op, finished(list[i] ?? null), m, nr + i) : null);
    } else
      out.push(
        formula && wanted[out.length] ? fitGrad(op, finished(formula(c, formulas) as Tensor | null), meta, nr) : null,
      );
    if (formula) nr += Array.isArray(meta) ? meta.length : 1;
  }
  return out;
}

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
