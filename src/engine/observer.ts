import type { Node } from './autograd/node';
import type { Arg, Op } from './op';
import type { GeneratorSnapshot } from './random/generator';
import type { Storage } from './storage';
import type { Tensor } from './tensor';

/** What the one dispatch point and the backward pass tell of. */
export type OpEvent =
  | {
      /** `update` where the op wrote its first argument in place. */
      kind: 'forward' | 'update';
      op: Op;
      args: readonly Arg[];
      outs: readonly Tensor[];
      /** The gradient function that was linked, if any. */
      node: Node | null;
      /** The generator before a random op drew from it. */
      random: GeneratorSnapshot | null;
      /** Milliseconds that the engine took for it. */
      took: number;
    }
  | {
      kind: 'backward';
      node: Node;
      /** Gradients that came in, one an output of the forward op. */
      grads: readonly (Tensor | null)[];
      /** Gradients that went out, one a tensor input. */
      outs: readonly (Tensor | null)[];
      /** Milliseconds that the engine took for it. */
      took: number;
    }
  /** `tensor.grad` is now `tensor.grad`: first accumulation, assignment, or None again. */
  | { kind: 'grad'; tensor: Tensor; cause: 'accumulate' | 'set' }
  /** `tensor.data = …`: the tensor now shows other memory. */
  | { kind: 'data'; tensor: Tensor }
  /** backward() began or ended; sums of gradients between the two are `forward` events of `add`. */
  | { kind: 'pass'; state: 'begin' | 'end'; roots: readonly Tensor[] };

export interface Observer {
  /**
   * This storage is about to be written in place: keep what it holds, if that is wanted. Where it is `replaced`, it gets another array, and the
   * one that it has now stays as it is, and where it is `alone`, nobody has that afterwards but the observer. Called at any depth.
   */
  willWrite(storage: Storage, replaced?: boolean, alone?: boolean): void;
  /** Nobody uses this storage any more: the observer, which has heard of it, may give its array back (reuse.ts) once it does not need it. */
  unused(storage: Storage): void;
  ran(event: OpEvent): void;
}
