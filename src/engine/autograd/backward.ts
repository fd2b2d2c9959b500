/** The backward pass: walks the tape from the roots, later ops first, and accumulates into leaves. */
import { begun, context, withGrad } from '../context';
import { isComplex, isDifferentiable } from '../dtype';
import { runtimeError } from '../errors';
import { formulas } from '../formulas';
import { follow } from '../reuse';
import { sameShape, show } from '../shape';
import type { Storage } from '../storage';
import type { Tensor } from '../tensor';
import { AccumulateGrad } from './accumulate';
import { gradEdge } from './edges';
import { type Edge, type Node, Waiting } from './node';
import { OpNode } from './opNode';
import { Spares } from './spares';

export interface BackwardOptions {
  retainGraph: boolean;
  createGraph: boolean;
  /** Gradients of these are returned (autograd.grad) or alone accumulated (backward(inputs=)). */
  inputs?: readonly (Tensor | Edge)[];
  /** Add to `.grad` of leaves; false for autograd.grad. */
  accumulate: boolean;
}

/** Nodes that are ready, latest first (AccumulateGrad before all), as PyTorch's ready queue. A binary heap. */
class ReadyQueue {
  private readonly heap: Node[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(node: Node): void {
    const { heap } = this;
    heap.push(node);
    let i = heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent].sequence >= heap[i].sequence) break;
      [heap[parent], heap[i]] = [heap[i], heap[parent]];
      i = parent;
    }
  }

  pop(): Node {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    heap[0] = last;
    for (let i = 0; ; ) {
      let best = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && heap[child].sequence > heap[best].sequence) best = child;
      if (best === i) return top;
      [heap[best], heap[i]] = [heap[i], heap[best]];
      i = best;
    }
  }
}

/** Notes at every node that can be reached how many edges lead into it. Gives these nodes. */
function waitingNodes(roots: readonly Node[], pass: number): Node[] {
  const found: Node[] = [];
  for (const root of roots) {
    root.waiting = new Waiting(pass, root.waiting);
    found.push(root);
  }
  for (let i = 0; i < found.length; i++) {
    const { next } = found[i];
    for (let k = 0; k < next.length; k++) {
      const edge = next[k];
      if (edge === null) continue;
      const { node } = edge;
      if (node.waiting === null || node.waiting.pass !== pass) {
        node.waiting = new Waiting(pass, node.waiting);
        found.push(node);
      }
      node.waiting.edges++;
    }
  }
  return found;
}

/** The nodes from which one of the targets can be reached: only they need to run. */
function leadingTo(targets: ReadonlySet<Node>, roots: readonly Node[]): Set<Node> {
  const leads = new Map<Node, boolean>();
  const stack: { node: Node; i: number }[] = roots.map((node) => ({ node, i: 0 }));
  while (stack.length) {
    const top = stack[stack.length - 1];
    // A leaf's accumulator runs where it is a target; any other target's gradient is taken before it would run.
    if (top.i === 0 && !leads.has(top.node))
      leads.set(top.node, top.node instanceof AccumulateGrad && targets.has(top.node));
    const edge = top.node.next[top.i++];
    if (edge === undefined) {
      stack.pop();
      const parent = stack[stack.length - 1];
      if (parent && leads.get(top.node)) leads.set(parent.node, true);
    } else if (edge) {
      if (targets.has(edge.node)) leads.set(top.node, true);
      const known = leads.get(edge.node);
      if (known === undefined) stack.push({ node: edge.node, i: 0 });
      else if (known) leads.set(top.node, true);
    }
  }
  return new Set([...leads].filter(([, yes]) => yes).map(([node]) => node));
}

const add = (a: Tensor, b: Tensor) => formulas.add(a, b);

/** Adds a gradient to a leaf's `.grad`, in place where PyTorch does it in place. */
function accumulate(variable: Tensor, grad: Tensor, createGraph: boolean): void {
  if (variable.grad === null) {
    // PyTorch takes over a gradient that nobody else holds, and copies one that somebody does.
    variable.grad =
      createGraph || (!grad.storage.shared && grad.contiguous && !grad.conjugated)
        ? grad
        : formulas.clone(grad, 'contiguous_format');
    if (!createGraph && variable.grad.gradFn) variable.grad = variable.grad.alias(grad.shape, grad.strides);
    context.observer?.ran({ kind: 'grad', tensor: variable, cause: 'accumulate' });
  } else if (createGraph) {
    variable.grad = add(variable.grad, grad);
    context.observer?.ran({ kind: 'grad', tensor: variable, cause: 'accumulate' });
  } else formulas.add_(variable.grad, grad);
}

/**
 * Runs the tape from `roots` (tensors with the gradients that start there) and returns the gradients of `inputs`, null for those that
 * take no part. Source: torch/csrc/autograd/engine.cpp's order, so that sums of gradients have PyTorch's rounding.
 */
export function backward(
  roots: readonly { tensor: Tensor; grad: Tensor | null }[],
  options: BackwardOptions,
): (Tensor | null)[] {
  for (const { tensor } of roots) rootEdge(tensor);
  context.observer?.ran({ kind: 'pass', state: 'begin', roots: roots.map((r) => r.tensor) });
  try {
    return withGrad(options.createGraph, () => {
      const starts = roots.map(({ tensor, grad }) => ({ edge: rootEdge(tensor), grad: rootGrad(tensor, grad) }));
      return walk(starts, options);
    });
  } finally {
    context.observer?.ran({ kind: 'pass', state: 'end', roots: roots.map((r) => r.tensor) });
  }
}

function rootEdge(t: Tensor): Edge {
  const edge = gradEdge(t);
  if (!edge) throw runtimeError('element 0 of tensors does not require grad and does not have a grad_fn');
  return edge;
}

function rootGrad(t: Tensor, grad: Tensor | null): Tensor {
  if (grad) {
    if (!sameShape(grad.shape, t.shape))
      throw runtimeError(
        `Mismatch in shape: grad_output[0] has a shape of torch.Size(${show(grad.shape)}) and output[0] has a shape of torch.Size(${show(t.shape)}).`,
      );
    return grad;
  }
  if (t.count !== 1) throw runtimeError('grad can be implicitly created only for scalar outputs');
  if (isComplex(t.dtype))
    throw runtimeError(`grad can be implicitly created only for real scalar outputs but got torch.${t.dtype}`);
  return formulas.ones_like(t);
}

/** The backward passes that are going on (a hook may start one), outermost first. */
const passes: { number: number; whole: boolean; reaches(node: Node): boolean }[] = [];
let passCount = 0;
/** The innermost of them; outside of all, one that reaches nothing. */
export const currentPass = () => passes[passes.length - 1] ?? { number: 0, whole: true, reaches: () => false };

function walk(starts: readonly { edge: Edge; grad: Tensor }[], options: BackwardOptions): (Tensor | null)[] {
  const depth = passes.length;
  const number = ++passCount;
  const roots: Node[] = [];
  for (const { edge } of starts) if (!roots.includes(edge.node)) roots.push(edge.node);
  const reached = waitingNodes(roots, number);
  try {
    return walkAll(starts, roots, number, options);
  } catch (error) {
    follow(null);
    throw error;
  } finally {
    passes.length = depth;
    for (const node of reached) node.waiting = node.waiting!.outer;
  }
}

/** A gradient has come to one of a node's outputs. */
function arrive({ node, nr }: Edge, grad: Tensor | null, spares: Spares | null): void {
  const at = node.waiting!;
  if (at.grads === null) {
    at.grads = [null];
    for (let i = 1; i < node.outputs.length; i++) at.grads.push(null);
  }
  if (grad === null) return;
  const before = at.grads[nr];
  if (before === null || before === undefined) at.grads[nr] = grad;
  else {
    spares?.begin();
    const sum = add(before, grad);
    spares?.ended([before, grad], [sum]);
    at.grads[nr] = sum;
  }
}

function walkAll(
  starts: readonly { edge: Edge; grad: Tensor }[],
  roots: readonly Node[],
  number: number,
  options: BackwardOptions,
): (Tensor | null)[] {
  const { createGraph, inputs } = options;
  const targets = inputs?.map((t) => {
    const edge = 'node' in t ? t : gradEdge(t);
    if (!edge) throw runtimeError('One of the differentiated Tensors does not require grad');
    return edge;
  });
  const needed = targets ? leadingTo(new Set(targets.map((e) => e.node)), roots) : null;
  passes.push({
    number,
    whole: options.accumulate && !inputs,
    reaches: (node) => node.waiting?.pass === number && (!needed || needed.has(node)),
  });
  const captured: (Tensor | null)[] = targets?.map(() => null) ?? [];
  const queue = new ReadyQueue();
  const spares = createGraph || context.depth > 0 || context.anomaly ? null : new Spares();

  for (const { edge, grad } of starts) {
    grad.storage.shared = true;
    arrive(edge, grad, spares);
  }
  for (const node of roots) if (node.waiting!.edges === 0) queue.push(node);

  while (queue.size) {
    const node = queue.pop();
    const own = node.waiting!;
    let grads = own.grads ?? [];
    own.grads = null;
    if (node.tensorHooks || node.retained || node.preHooks || node.hooks) spares?.keep(grads);
    grads = applyHooks(node, grads);
    for (let i = 0; targets && i < targets.length; i++) {
      const edge = targets[i];
      if (edge.node !== node) continue;
      captured[i] = grads[edge.nr];
      spares?.keep(grads);
      if (grads[edge.nr]) grads[edge.nr]!.storage.shared = true;
    }
    if (needed && !needed.has(node)) continue;
    if (node.preHooks) for (const hook of node.preHooks) grads = hook(grads);
    if (node instanceof AccumulateGrad) {
      const wanted = options.accumulate && (!targets || targets.some((e) => e.node === node));
      spares?.keep(grads);
      if (wanted && grads[0]) {
        accumulate(node.variable, grads[0], createGraph);
        for (const hook of node.hooks ?? []) hook([], grads);
        for (const hook of node.afterwards) hook();
      }
      continue;
    }
    const some = holdsAny(grads);
    const began = begun();
    // What is not an op's own formulas may keep what it likes.
    const spare = spares !== null && node instanceof OpNode ? spares : null;
    if (!spare) spares?.keep(grads);
    let outs: (Tensor | null)[];
    if (some) {
      spare?.begin();
      outs = runNode(node, grads);
      spare?.ended(grads, outs);
    } else outs = node.next.map(() => null);
    // Hooks are the script's own time.
    const took = context.observer ? performance.now() - began : 0;
    if (node.hooks) {
      spares?.keep(outs);
      for (const hook of node.hooks) outs = hook(outs, grads);
    }
    if (some && context.observer && context.depth === 0)
      context.observer.ran({ kind: 'backward', node, grads, outs, took });
    const { next } = node;
    for (let i = 0; i < next.length; i++) {
      const edge = next[i];
      const out = outs[i] ?? null;
      if (out !== null && (holds(grads, grads.length, out.storage) || holds(outs, i, out.storage)))
        out.storage.shared = true;
      if (edge === null) continue;
      arrive(edge, out, spares);
      if (--edge.node.waiting!.edges === 0) queue.push(edge.node);
    }
    if (!options.retainGraph) node.release();
  }
  return captured;
}

function holdsAny(tensors: readonly (Tensor | null)[]): boolean {
  for (const t of tensors) if (t) return true;
  return false;
}

/** Does one of the first `n` tensors show this memory? */
function holds(tensors: readonly (Tensor | null)[], n: number, storage: Storage): boolean {
  for (let i = 0; i < n; i++) if (tensors[i]?.storage === storage) return true;
  return false;
}

/** A gradient function's own computation; in anomaly mode its failure, or a NaN out of it, names the forward call. */
function runNode(node: Node, grads: (Tensor | null)[]): (Tensor | null)[] {
  context.depth++;
  try {
    const outs = node.apply(grads);
    if (context.anomaly?.checkNan) checkNans(node, outs);
    return outs;
  } catch (error) {
    context.anomaly?.failed(node.name, node.trace);
    throw error;
  } finally {
    context.depth--;
  }
}

function checkNans(node: Node, outs: readonly (Tensor | null)[]): void {
  const bad = outs.findIndex((g) => g !== null && isDifferentiable(g.dtype) && hasNan(g));
  if (bad >= 0) throw runtimeError(`Function '${node.name}' returned nan values in its ${bad}th output.`);
}

const hasNan = (t: Tensor) => (t.values() as Float64Array).some(Number.isNaN);

/** register_hook's functions and retain_grad, in PyTorch's order: hooks first, then `.grad` keeps what they gave. */
function applyHooks(node: Node, grads: (Tensor | null)[]): (Tensor | null)[] {
  if (!node.tensorHooks && !node.retained) return grads;
  const out = [...grads];
  for (const [nr, hooks] of node.tensorHooks ?? [])
    for (const hook of hooks) {
      if (!out[nr]) continue;
      out[nr]!.storage.shared = true;
      out[nr] = hook(out[nr]!) ?? out[nr];
    }
  for (const [nr, tensor] of node.retained ?? []) {
    if (!out[nr]) continue;
    out[nr]!.storage.shared = true;
    tensor.grad = tensor.grad ? add(tensor.grad, out[nr]!) : out[nr];
    context.observer?.ran({ kind: 'grad', tensor, cause: 'accumulate' });
  }
  return out;
}

/** Is this dtype one that can require a gradient? Raises PyTorch's error if not. */
export function checkRequiresGrad(t: Tensor): void {
  if (!isDifferentiable(t.dtype)) throw runtimeError('only Tensors of floating point dtype can require gradients');
}
