import type { DType } from './dtype';
import type { Observer } from './observer';
import { Generator } from './random/generator';
import type { Tensor } from './tensor';

/** Anomaly mode: what was going on when a gradient function was made, and who hears of one that fails. */
export interface Anomaly {
  checkNan: boolean;
  made(): string;
  failed(name: string, trace: string | null): void;
}

/** saved_tensors_hooks: what is kept for the gradient is given away, and asked for again by number. */
export interface SavedHooks {
  pack(t: Tensor): number;
  unpack(id: number): Tensor;
  free(id: number): void;
}

/** The engine's state of the moment. One engine a thread. */
export const context = {
  gradEnabled: true,
  inferenceMode: false,
  defaultDtype: 'float32' as DType,
  /** Which ways attention may go: as one op, out of other ops (torch.nn.attention.sdpa_kernel). */
  attention: { fused: true, composed: true },
  /** PyTorch's default CPU generator. */
  generator: new Generator(),
  /** Hears every op; null while nobody records. */
  observer: null as Observer | null,
  anomaly: null as Anomaly | null,
  savedHooks: null as SavedHooks | null,
  /** torch.autocast: the lower dtype, and casts of weights that are used again. */
  autocast: null as { dtype: DType; cache: Map<Tensor, Tensor> | null } | null,
  /** A bit for each vmap that is going on: tensors that depend on its sample carry it (`Tensor.batches`). */
  batches: 0,
  /** > 0 while an op's own gradient formulas run: their ops are part of one backward tick, not ticks of their own. */
  depth: 0,
};

/** When an op began, in milliseconds, where somebody wants to know how long it takes; 0 where nobody does. */
export const begun = (): number => (context.observer && context.depth === 0 ? performance.now() : 0);

/** Runs `body` with the gradient mode set, and puts the old one back whatever happens. */
export function withGrad<T>(enabled: boolean, body: () => T): T {
  const before = context.gradEnabled;
  context.gradEnabled = enabled;
  try {
    return body();
  } finally {
    context.gradEnabled = before;
  }
}

/** Runs `body` unseen by the observer: formulas inside a backward tick, replay, a debugger's own looks. */
export function unobserved<T>(body: () => T): T {
  context.depth++;
  try {
    return body();
  } finally {
    context.depth--;
  }
}

/** Runs `body` as a part of one op: its own ops are neither recorded nor differentiated. */
export const quietly = <T>(body: () => T): T => unobserved(() => withGrad(false, body));
