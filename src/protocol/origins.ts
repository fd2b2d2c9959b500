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

export type Measure = 'norm' | 'mean' | 'min' | 'max';

export interface HistoryView {
  name: string;
  /** One point an iteration; of very many iterations, evenly chosen ones. */
  points: { iteration: number; tick: number; value: number | string | null }[];
  /** Index of the last point at or before the cursor; -1 if none. */
  at: number;
  missing: string | null;
}
