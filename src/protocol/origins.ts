/** Where a number comes from: who wrote it, what its gradient is made of, and what it was before. */
import type { Place } from './ticks';

export interface WriteView {
  tick: number;
  /** `update of linear1.weight: …` */
  text: string;
}

/** What one use of a tensor adds to its gradient. */
export interface GradientTerm {
  /** Tick of the gradient of that use; of a gradient that was there before, the tick that wrote it. */
  tick: number;
  /** `gradient of linear in linear1` */
  text: string;
  /** The gradient's formula in words, from the op's entry. */
  formula: string | null;
  place: Place | null;
  /** At the chosen element. */
  value: number | string;
  norm: number | null;
  /** Where the op sums over the batch: what each sample adds, by its index there (the first dimension; for a layer over time the second). They add up to `value`. */
  samples: { index: number; value: number | string }[] | null;
}

export interface GradientView {
  /** `linear1.weight.grad` */
  name: string;
  /** Where the backward pass had made it. */
  tick: number;
  element: number[];
  value: number | string | null;
  norm: number | null;
  terms: GradientTerm[];
  /** What the terms do not explain: a hook changed it. Null where they add up. */
  rest: number | string | null;
  /** Why there is nothing to show, in words. */
  missing: string | null;
}

export interface ExplainQuestion {
  /** Tick of an op, or of its gradient. */
  tick: number;
  /** Of its result; where the gradient (or the value) is largest, if left out. */
  element?: number[];
  /** Number of the argument among those that are tensors, and its element: where its gradient is largest, if left out. */
  argument?: number;
  /** Or the argument that is this tensor. */
  tensor?: number;
  at?: number[];
}

/** One number that a result was computed from. */
export interface ExplainFactor {
  /** `weight[0, 3]` */
  name: string;
  argument: number;
  element: number[];
  value: number | string;
  /** How much the result moves for a small step of this: ∂y/∂x. */
  slope: number | string;
}

/** One path of a gradient through an op: what came in at an element of the result, times how much that element depends on the argument's. */
export interface ExplainTerm {
  /** Number of the result that the gradient came in at, and the element there. */
  result: number;
  element: number[];
  upstream: number | string;
  local: number | string;
  product: number | string;
}

export interface ExplainArgument {
  tensor: number | null;
  /** The op's own name for it, and the script's: `weight`, `linear1.weight`. */
  role: string;
  name: string;
  shape: number[];
  /** False where no gradient goes. */
  grad: boolean;
}

/** A step of the chain rule: from the gradient of what an op gave to that of what it was given. */
export interface ChainFactor {
  /** Where the gradient of this op ran. */
  tick: number;
  /** `∂loss/∂zhat`: of what by what. */
  of: string;
  by: string;
  op: string;
  place: Place | null;
  /** Norm of the gradient that came in, and of what went on. */
  upstream: number | null;
  downstream: number | null;
  /** Other ways from here to the loss, which are added. */
  others: number;
}

export interface ExplainView {
  /** `linear in linear1` */
  op: string;
  tick: number;
  place: Place | null;
  formula: string;
  gradient: string | null;
  arguments: ExplainArgument[];
  result: {
    name: string;
    shape: number[];
    element: number[];
    value: number | string;
    /** The largest ones, of the sum where there is one; `more` are left out. */
    factors: ExplainFactor[];
    more: number;
    /** The result is the sum of value times slope over these arguments (`linear`, `add`, `mean` …): the terms can be written out. Empty where it is not. */
    sums: number[];
  } | null;
  /** Of the chosen argument at the chosen element. Null before the gradient ran, or where none goes. */
  flow: {
    argument: number;
    element: number[];
    value: number | string;
    terms: ExplainTerm[];
    more: number;
    /** Sum of all terms, those left out among them; null where the gradient cannot be taken apart. */
    sum: number | string | null;
  } | null;
  /** Why no gradient went through it up to the cursor, in words. Null where one did. */
  still: string | null;
  /** From the loss to the chosen argument, along the largest gradient. */
  chain: ChainFactor[];
  missing: string | null;
}

export type Measure = 'norm' | 'mean' | 'min' | 'max';

export interface HistoryView {
  name: string;
  /** One point an iteration; of very many iterations, evenly chosen ones. */
  points: { iteration: number; tick: number; value: number | string | null }[];
  /** Index of the last point at or before the cursor; -1 if none. */
  at: number;
  missing: string | null;
}
