/** Keeps what is held within a bound: drops contents that can be replayed, oldest first, and thins the checkpoints when that is not enough. */
import type { Recording, Value } from './recording';

export class Memory {
  held = 0;
  /** True once checkpoints had to be thinned: far ticks take longer to reach. */
  thinned = false;
  /** Droppable contents by the iteration that made them. */
  private readonly passing: Value[][] = [];
  /** Contents that later iterations used: the checkpoints. */
  private readonly carried: Value[][] = [];
  private oldest = 0;
  /** Checkpoints are kept at iterations that this divides. */
  private spacing = 1;

  constructor(readonly limit: number) {}

  add(value: Value): void {
    this.held += value.data!.byteLength;
    if (value.producer) (this.passing[value.iteration] ??= []).push(value);
  }

  /** A later iteration uses this content: it is part of the checkpoint at that iteration's edge. */
  carry(value: Value): void {
    if (value.carried || !value.producer) return;
    value.carried = true;
    (this.carried[value.iteration] ??= []).push(value);
  }

  /** Called at an iteration's edge, the place to drop what is over the bound. */
  iterationEnded(recording: Recording, ended: number): void {
    const before = recording.iterations.length;
    while (this.held > this.limit && this.oldest < ended) this.dropPassing(this.oldest++);
    while (this.held > this.limit && this.spacing * 2 < before) {
      this.spacing *= 2;
      this.thinned = true;
      for (let i = 0; i < ended; i++) if (i % this.spacing !== 0) this.drop(this.carried[i]);
    }
  }

  private dropPassing(iteration: number): void {
    this.drop(this.passing[iteration]?.filter((v) => !v.carried || iteration % this.spacing !== 0));
    delete this.passing[iteration];
  }

  private drop(values: readonly Value[] | undefined): void {
    for (const v of values ?? []) {
      if (!v.data) continue;
      this.held -= v.data.byteLength;
      v.data = null;
    }
  }
}
