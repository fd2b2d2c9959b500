import { context } from '../context';
import type { Data } from '../dtype';
import { follow, giveBack, isReused } from '../reuse';
import type { Tensor } from '../tensor';

type Gradients = readonly (Tensor | null)[];

/** Does one of these show the memory of an array, and how many do? */
function showing(tensors: Gradients, { buffer }: Data): number {
  let count = 0;
  for (const t of tensors) if (t && isReused(t.storage.data) && t.storage.data.buffer === buffer) count++;
  return count;
}

/**
 * The arrays that come free in a backward pass: what a gradient formula made and did not give out, and a gradient once the
 * node that it came to has run. Whatever else may have seen a gradient (a leaf, a hook, the caller) is told to `keep`.
 */
export class Spares {
  /** Memory of gradients on their way that formulas made, and of which one gradient alone knows. */
  private readonly passing = new Set<ArrayBufferLike>();

  /** Somebody else holds these, or may. */
  keep(grads: Gradients): void {
    if (this.passing.size > 0) for (const g of grads) if (g) this.leave(g);
  }

  private leave(g: Tensor): boolean {
    const { data } = g.storage;
    return isReused(data) && this.passing.delete(data.buffer);
  }

  private readonly made: Float32Array[] = [];
  private before: Float32Array[] | null = null;

  /** Result arrays are this pass's from now on, until `ended`. */
  begin(): void {
    this.made.length = 0;
    this.before = follow(this.made);
  }

  /** What was made since, made `outs` of `grads`, that nobody uses afterwards. */
  ended(grads: Gradients, outs: Gradients): void {
    const { made } = this;
    // Python ran in between (`follow(null)`): it may hold anything.
    const quiet = follow(this.before) === made;
    for (const g of grads) {
      if (!g || !this.leave(g) || !quiet) continue;
      const { storage } = g;
      const count = showing(outs, storage.data);
      if (count === 1) this.passing.add(storage.data.buffer);
      else if (count > 1) continue;
      else if (storage.note === null) giveBack(storage.data);
      else context.observer?.unused(storage);
    }
    if (!quiet) return;
    for (let i = 0; i < made.length; i++) {
      const count = showing(outs, made[i]);
      if (count === 0) giveBack(made[i]);
      else if (count === 1) this.passing.add(made[i].buffer);
    }
  }
}
