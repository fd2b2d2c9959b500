import type { Tensor } from '../tensor';
import { metaOf, Node } from './node';

/** Adds what arrives to a leaf's `.grad`. The backward pass itself does the adding (see backward.ts): here is only the place. */
export class AccumulateGrad extends Node {
  readonly name = 'AccumulateGrad';
  readonly op = null;
  /** register_post_accumulate_grad_hook's functions. */
  afterwards: (() => void)[] = [];

  constructor(readonly variable: Tensor) {
    super();
    this.sequence = Number.POSITIVE_INFINITY;
    this.outputs = [metaOf(variable)];
  }

  apply(): (Tensor | null)[] {
    return [];
  }
}
