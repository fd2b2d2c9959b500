/** The tape as Python sees it: requires_grad, .grad, backward, hooks, grad_fn, and gradients written in Python. */

import { AccumulateGrad } from '../../engine/autograd/accumulate';
import { type BackwardOptions, backward, checkRequiresGrad, currentPass } from '../../engine/autograd/backward';
import { gradEdge } from '../../engine/autograd/edges';
import { linkInplace } from '../../engine/autograd/inplace';
import { type Edge, metaOf, Node } from '../../engine/autograd/node';
import { OpNode } from '../../engine/autograd/opNode';
import { context } from '../../engine/context';
import { DTYPES, isDifferentiable } from '../../engine/dtype';
import { runtimeError, typeError } from '../../engine/errors';
import { linearParts, type Part } from '../../engine/ops/named';
import { sameShape, show } from '../../engine/shape';
import type { Tensor } from '../../engine/tensor';
import { PythonRaised } from './failure';
import { Handles } from './handles';

/** Python functions that JavaScript calls. They never raise: they keep the exception and answer -2. */
export interface Callbacks {
  /** A tensor hook: gradient in; its replacement out, or -1 for none. */
  hook(id: number, grad: number): number;
  /** autograd.Function's backward: gradients in (-1 for none); handles out, as many as the function has inputs. */
  apply(id: number, ...grads: number[]): Iterable<number>;
  /** What an autograd.Function saved is not needed any more. */
  release(id: number): void;
  /** A gradient function's hook: the number of leading gradients that it may replace, then all of them; as many out. */
  nodeHook(id: number, count: number, ...grads: number[]): Iterable<number>;
  /** After a leaf's gradient was added to. 0, or -2. */
  afterwards(id: number): number;
  /** saved_tensors_hooks: a tensor in, a number out; the number in, a tensor out; the number is not needed any more. */
  pack(hooks: number, tensor: number): number;
  unpack(hooks: number, id: number): number;
  free(id: number): void;
  /** Anomaly mode: the place of the forward call; a gradient function that failed. */
  place(): string;
  anomaly(name: string, trace: string | null): void;
}

/** One call of a user's autograd.Function. */
class PythonNode extends Node {
  readonly op = null;

  constructor(
    readonly name: string,
    readonly id_: number,
    private readonly run: (grads: (Tensor | null)[]) => (Tensor | null)[],
    private readonly free: () => void,
  ) {
    super();
  }

  override release(): void {
    this.free();
  }

  apply(grads: (Tensor | null)[]): (Tensor | null)[] {
    return this.run(grads);
  }
}

const RAISED = -2;

export function autogradFunctions(tensors: Handles<Tensor>) {
  const of = (h: number) => tensors.get(h);
  const orNull = (h: number) => (h < 0 ? null : tensors.get(h));
  const nodes = new Handles<Node>();
  let callbacks: Callbacks | null = null;

  function runHook(id: number, grad: Tensor): Tensor | null {
    const answer = callbacks!.hook(id, tensors.add(grad));
    if (answer === RAISED) throw new PythonRaised();
    return orNull(answer);
  }

  const replaced = (answers: Iterable<number>): (Tensor | null)[] => {
    const list = [...answers];
    (answers as { destroy?: () => void }).destroy?.();
    if (list[0] === RAISED) throw new PythonRaised();
    return list.map(orNull);
  };
  const handlesOf = (list: readonly (Tensor | null)[]) => list.map((g) => (g ? tensors.add(g) : -1));
  const checked = (n: number) => {
    if (n === RAISED) throw new PythonRaised();
    return n;
  };
  /** Gradient functions in Python that are running now, by their number. */
  const running = new Map<number, PythonNode>();
  const nodeHooks = new Map<number, () => void>();

  const hookFunctions = new Map<number, { node: Node; nr: number; hook: (grad: Tensor) => Tensor | null }>();

  return {
    /** Python's functions, in the order of `Callbacks`. */
    setCallbacks(...functions: { copy(): never }[]) {
      const names = [
        'hook',
        'apply',
        'release',
        'nodeHook',
        'afterwards',
        'pack',
        'unpack',
        'free',
        'place',
        'anomaly',
      ];
      callbacks = Object.fromEntries(names.map((name, i) => [name, functions[i].copy()])) as unknown as Callbacks;
      return 0;
    },
    requiresGrad: (h: number) => of(h).requiresGrad,
    isLeaf: (h: number) => of(h).isLeaf,
    retainsGrad: (h: number) => of(h).retainsGrad,
    setRequiresGrad(h: number, on: boolean) {
      const t = of(h);
      if (!t.isLeaf && !on)
        throw runtimeError(
          "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
        );
      if (on && t.inference && !context.inferenceMode)
        throw runtimeError('Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.');
      if (on) checkRequiresGrad(t);
      if (t.isLeaf) t.leafRequiresGrad = on;
      return 0;
    },
    /** A handle; -1 for None; -2 where it still is the tensor of handle `known`. */
    grad(h: number, known: number) {
      const { grad } = of(h);
      if (!grad) return -1;
      if (known >= 0 && tensors.get(known) === grad) return -2;
      return tensors.add(grad);
    },
    setGrad(h: number, g: number) {
      const t = of(h);
      const grad = orNull(g);
      if (grad === t) throw runtimeError("can't assign Variable as its own grad");
      if (grad && grad.dtype !== t.dtype)
        throw runtimeError(
          `attempting to assign a gradient with dtype '${DTYPES[grad.dtype].label.toLowerCase()}' to a tensor with grad_dtype '${DTYPES[t.dtype].label}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems that assume they match.`,
        );
      if (grad && !sameShape(grad.shape, t.shape))
        throw runtimeError(
          `attempting to assign a gradient of size '${show(grad.shape)}' to a tensor of size '${show(t.shape)}'. Please ensure that the gradient and the tensor are the same size`,
        );
      const changed = t.grad !== grad;
      t.grad = grad;
      if (changed) context.observer?.ran({ kind: 'grad', tensor: t, cause: 'set' });
      return 0;
    },
    setData(h: number, other: number) {
      const t = of(h);
      const from = of(other);
      if (t.leafRequiresGrad && !isDifferentiable(from.dtype))
        throw runtimeError('data set to a tensor that requires gradients must be floating point or complex dtype');
      t.storage = from.storage;
      t.shape = [...from.shape];
      t.strides = [...from.strides];
      t.offset = from.offset;
      context.observer?.ran({ kind: 'data', tensor: t });
      return 0;
    },
    detachInPlace(h: number) {
      const t = of(h);
      if (t.viewOf)
        throw runtimeError(
          "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution.",
        );
      t.gradFn = null;
      t.leafRequiresGrad = false;
      t.outputNr = 0;
      return 0;
    },
    retainGrad(h: number) {
      const t = of(h);
      if (!t.requiresGrad) throw runtimeError("can't retain_grad on Tensor that has requires_grad=False");
      if (t.isLeaf || t.retainsGrad) return 0;
      const edge = gradEdge(t)!;
      edge.node.retained ??= new Map();
      edge.node.retained.set(edge.nr, t);
      t.retainsGrad = true;
      return 0;
    },
    addHook(h: number, id: number) {
      const t = of(h);
      if (!t.requiresGrad) throw runtimeError("cannot register a hook on a tensor that doesn't require gradient");
      const edge = gradEdge(t)!;
      const hook = (grad: Tensor) => runHook(id, grad);
      edge.node.tensorHooks ??= new Map();
      const list = edge.node.tensorHooks.get(edge.nr) ?? [];
      list.push(hook);
      edge.node.tensorHooks.set(edge.nr, list);
      hookFunctions.set(id, { node: edge.node, nr: edge.nr, hook });
      return 0;
    },
    removeHook(id: number) {
      const known = hookFunctions.get(id);
      hookFunctions.delete(id);
      const list = known?.node.tensorHooks?.get(known.nr);
      if (known && list) list.splice(list.indexOf(known.hook), 1);
      return 0;
    },
    /** register_post_accumulate_grad_hook, of a leaf. */
    addAfterwards(h: number, id: number) {
      const t = of(h);
      if (!t.requiresGrad) throw runtimeError("cannot register a hook on a tensor that doesn't require gradient");
      if (!t.isLeaf) throw runtimeError('post accumulate grad hooks cannot be registered on non-leaf tensors');
      const node = gradEdge(t)!.node as AccumulateGrad;
      const hook = () => void checked(callbacks!.afterwards(id));
      node.afterwards.push(hook);
      nodeHooks.set(id, () => node.afterwards.splice(node.afterwards.indexOf(hook), 1));
      return 0;
    },
    /** Node.register_hook and register_prehook. */
    addNodeHook(n: number, id: number, before: boolean) {
      const node = nodes.get(n);
      const call = (outs: (Tensor | null)[], grads: (Tensor | null)[]) =>
        replaced(callbacks!.nodeHook(id, outs.length, ...handlesOf(outs), ...handlesOf(grads)));
      if (before) {
        const hook = (grads: (Tensor | null)[]) => call(grads, []);
        node.preHooks = [...(node.preHooks ?? []), hook];
        nodeHooks.set(id, () => node.preHooks!.splice(node.preHooks!.indexOf(hook), 1));
      } else {
        node.hooks = [...(node.hooks ?? []), call];
        nodeHooks.set(id, () => node.hooks!.splice(node.hooks!.indexOf(call), 1));
      }
      return 0;
    },
    removeNodeHook(id: number) {
      nodeHooks.get(id)?.();
      nodeHooks.delete(id);
      return 0;
    },
    /** The hooks (a number of Python's) that get what is saved from now on; 0 for none. */
    setSavedHooks(hooks: number) {
      context.savedHooks = hooks
        ? {
            pack: (t) => checked(callbacks!.pack(hooks, tensors.add(t))),
            unpack: (id) => of(checked(callbacks!.unpack(hooks, id))),
            free: (id) => callbacks!.free(id),
          }
        : null;
      return 0;
    },
    setAnomaly(on: boolean, checkNan: boolean) {
      context.anomaly = on
        ? { checkNan, made: () => callbacks!.place(), failed: (name, trace) => callbacks!.anomaly(name, trace) }
        : null;
      return 0;
    },
    /** vmap: which of its levels are going on, and on which a tensor depends. */
    setBatches(bits: number) {
      context.batches = bits;
      return 0;
    },
    batches: (h: number) => of(h).batches & context.batches,
    markBatch(h: number, bit: number) {
      of(h).batches |= bit;
      return 0;
    },
    bumpVersion(h: number) {
      of(h).counter.version++;
      return 0;
    },
    /** Does a gradient of this tensor go to other leaves than these? */
    reachesOthers(h: number, ...leaves: number[]) {
      const known = new Set(leaves.map((l) => gradEdge(of(l))?.node));
      const edge = gradEdge(of(h));
      const seen = new Set<Node>();
      const stack = edge ? [edge.node] : [];
      while (stack.length) {
        const node = stack.pop()!;
        if (seen.has(node)) continue;
        seen.add(node);
        if (node instanceof AccumulateGrad && !known.has(node)) return true;
        for (const e of node.next) if (e) stack.push(e.node);
      }
      return false;
    },
    /** backward() of `n` roots with their gradients (-1: none); then `inputs`, pairs of gradient function and number as -2 - handle, nr. */
    backward(retain: boolean, create: boolean, n: number, ...rest: number[]) {
      const inputs = rest.slice(2 * n);
      const options: BackwardOptions = { retainGraph: retain, createGraph: create, accumulate: true };
      if (inputs.length) options.inputs = targetsOf(inputs);
      backward(rootsOf(n, rest), options);
      return 0;
    },
    /** autograd.grad: the gradients' handles, -1 where there is none. */
    gradOf(retain: boolean, create: boolean, n: number, ...rest: number[]) {
      const inputs = targetsOf(rest.slice(2 * n));
      const found = backward(rootsOf(n, rest), {
        retainGraph: retain,
        createGraph: create,
        accumulate: false,
        inputs,
      });
      return found.map((g) => (g ? tensors.add(g) : -1)).join();
    },
    gradFn(h: number) {
      const t = of(h);
      if (!t.requiresGrad || t.isLeaf) return -1;
      return nodes.add(gradEdge(t)!.node);
    },
    /** Name of a tensor's gradient function, '' for none: what print shows. */
    gradFnName(h: number) {
      const t = of(h);
      return t.isLeaf ? '' : gradEdge(t)!.node.name;
    },
    nodeId: (n: number) => nodes.get(n).id,
    nodeName: (n: number) => nodes.get(n).name,
    /** The next functions as JSON: `[handle, nr]`, null for None, `{name, next}` of one that is a part of ours. */
    nodeNext(n: number) {
      const node = nodes.get(n);
      const edge = (e: Edge | null) => e && [nodes.add(e.node), e.nr];
      const shown = (part: Part): unknown => {
        if (typeof part === 'number') return edge(node.next[part] ?? null);
        const next = part.next.map(shown);
        // A node through which no gradient goes is not there.
        return next.some((found) => found !== null) ? { name: part.name, next } : null;
      };
      const parts = node instanceof OpNode ? linearParts(node) : null;
      if (parts) return JSON.stringify(parts.map(shown));
      const followed = node instanceof OpNode ? node.followed() : node.next;
      return JSON.stringify(followed.map(edge));
    },
    /** The leaf of an AccumulateGrad, or -1. */
    nodeVariable(n: number) {
      const variable = (nodes.get(n) as { variable?: Tensor }).variable;
      return variable ? tensors.add(variable) : -1;
    },
    /** The number of a gradient function that is written in Python, or -1. */
    nodeFunction(n: number) {
      const node = nodes.get(n);
      return node instanceof PythonNode ? node.id_ : -1;
    },
    /** A tensor that was saved, by its name; -1 for none. */
    nodeSaved(n: number, name: string) {
      const node = nodes.get(n);
      if (!(node instanceof OpNode)) return -1;
      const found = node.savedTensor(name === 'self' ? node.op.schema.params[0].name : name);
      return found ? tensors.add(found) : -1;
    },
    /** An argument that was no tensor, as JSON; '' for none. */
    nodeAttribute(n: number, name: string) {
      const node = nodes.get(n);
      if (!(node instanceof OpNode)) return '';
      const sized = /^(.*)_sym_sizes$/.exec(name)?.[1];
      if (sized) {
        const meta = node.call.metas[sized === 'self' ? 0 : (node.op.position.get(sized) ?? -1)];
        return meta && !Array.isArray(meta) ? JSON.stringify(meta.shape) : '';
      }
      const at = node.op.position.get(name) ?? -1;
      const value = node.call.attrs[at];
      if (at < 0 || (value === undefined && node.call.metas[at])) return '';
      const plain = value !== null && typeof value === 'object' && 'kind' in value ? value.value : value;
      return JSON.stringify(plain ?? null, (_, v) => (typeof v === 'bigint' ? Number(v) : v));
    },
    outputNr(h: number) {
      gradEdge(of(h));
      return of(h).outputNr;
    },
    /** What an autograd.Function saved of its own results, with its gradient function again. */
    ownOutput(h: number, id: number, nr: number, n: number) {
      const node = n >= 0 ? nodes.get(n) : running.get(id);
      const t = of(h);
      const made = t.alias([...t.shape], [...t.strides]);
      made.counter = t.counter;
      made.gradFn = node ?? null;
      made.outputNr = nr;
      return tensors.add(made);
    },
    /** Which backward pass is going on: hooks of several tensors tell one from the next. */
    passNumber: () => currentPass().number,
    /** Does it accumulate into every leaf: no autograd.grad, no inputs=. */
    isWholePass: () => currentPass().whole,
    /** How many of these tensors the pass that is going on gives a gradient. */
    willReach: (...handles: number[]) => handles.filter((h) => currentPass().reaches(gradEdge(of(h))!.node)).length,
    releaseNode(n: number) {
      nodes.release(n);
      return 0;
    },
    /** Links outputs to a gradient function written in Python. `inputs` may hold -1 for arguments that are no tensors. */
    linkFunction(name: string, id: number, inputCount: number, ...rest: number[]) {
      const inputs = rest.slice(0, inputCount).map(orNull);
      const outs = rest.slice(inputCount).map(orNull);
      const run = (grads: (Tensor | null)[]) => {
        running.set(id, node);
        try {
          return replaced(callbacks!.apply(id, ...handlesOf(grads)));
        } finally {
          running.delete(id);
        }
      };
      const node: PythonNode = new PythonNode(name, id, run, () => callbacks!.release(id));
      node.next = inputs.map((t) => (t && isDifferentiable(t.dtype) ? gradEdge(t) : null));
      node.outputs = outs.map((t) => (t ? metaOf(t) : { shape: [], strides: [], offset: 0, dtype: 'float32' }));
      outs.forEach((t, i) => {
        if (!t || !isDifferentiable(t.dtype)) return;
        // A view of something that was written in place (mark_dirty) writes its base's history, too.
        if (t.viewOf && inputs.includes(t)) linkInplace(t, node);
        else {
          t.gradFn = node;
          t.outputNr = i;
          if (t.viewOf) t.viewOf.unwritable = 'function';
        }
      });
      return 0;
    },
    gradEnabled: () => context.gradEnabled,
    setGradEnabled(on: boolean) {
      context.gradEnabled = on;
      return 0;
    },
    inferenceMode: () => context.inferenceMode,
    setInferenceMode(on: boolean) {
      context.inferenceMode = on;
      return 0;
    },
  };

  /** Tensors, or places of the graph: -2 - the handle of a gradient function, then which of its outputs. */
  function targetsOf(list: readonly number[]) {
    const out: (Tensor | Edge)[] = [];
    for (let i = 0; i < list.length; i++)
      out.push(list[i] >= 0 ? of(list[i]) : { node: nodes.get(-2 - list[i]), nr: list[++i] });
    return out;
  }

  function rootsOf(n: number, rest: number[]) {
    return rest.slice(0, n).map((h, i) => {
      const tensor = of(h);
      const grad = orNull(rest[n + i]);
      if (!tensor.requiresGrad)
        throw runtimeError(`element ${i} of tensors does not require grad and does not have a grad_fn`);
      if (grad && !sameShape(grad.shape, tensor.shape))
        throw runtimeError(
          `Mismatch in shape: grad_output[${i}] has a shape of torch.Size(${show(grad.shape)}) and output[${i}] has a shape of torch.Size(${show(tensor.shape)}).`,
        );
      if (grad && !isDifferentiable(grad.dtype)) throw typeError('gradients can be Tensors of floating point only');
      return { tensor, grad };
    });
  }
}
