/** Keeps what is held within a bound: drops contents that can be replayed, oldest first, and thins the checkpoints when that is not enough. */
import type { Recording, Value } from './recording';

/** What a content costs beside its elements, in bytes. */
const EACH = 256;

export class Memory {
  held = 0;
  /** True once checkpoints had to be thinned: far ticks take longer to reach. */
  thinned = false;
  /** Checkpoints are kept at iterations that this divides. */
  spacing = 1;
  /** Droppable contents by the iteration that made them. */
  private readonly passing = new Map<number, number[]>();
  /** Contents that later iterations used: the checkpoints. */
  private readonly carried = new Map<number, number[]>();
  private oldest = 0;

  constructor(
    private readonly recording: Recording,
    readonly limit: number,
  ) {}

  add(value: Value): void {
    this.held += value.data!.byteLength + EACH;
    if (value.producerIndex >= 0) put(this.passing, value.iteration, value.id);
  }

  /** A later iteration uses this content: it is part of the checkpoint at that iteration's edge. */
  carry(value: Value): void {
    if (value.producerIndex < 0 || this.recording.checkpoints.has(value.id) || !value.data) return;
    this.recording.checkpoints.add(value.id);
    put(this.carried, value.iteration, value.id);
  }

  /** Called at an iteration's edge, the place to drop what is over the bound. */
  iterationEnded(ended: number): void {
    while (this.held > this.limit && this.oldest < ended) this.dropPassing(this.oldest++);
    while (this.held > this.limit && this.spacing * 2 < this.recording.iterationCount) {
      this.spacing *= 2;
      this.thinned = true;
      for (const [iteration, ids] of this.carried)
        if (iteration < ended && iteration % this.spacing !== 0) {
          this.drop(ids);
          this.carried.delete(iteration);
        }
    }
  }

  private dropPassing(iteration: number): void {
    const keep = iteration % this.spacing === 0;
    this.drop((this.passing.get(iteration) ?? []).filter((id) => !keep || !this.recording.checkpoints.has(id)));
    this.passing.delete(iteration);
    if (!keep) this.carried.delete(iteration);
  }

  private drop(ids: readonly number[]): void {
    const { store, checkpoints } = this.recording;
    for (const id of ids) {
      const data = store.get(id);
      checkpoints.delete(id);
      if (!data) continue;
      this.held -= data.byteLength + EACH;
      store.delete(id);
    }
  }
}

function put(map: Map<number, number[]>, key: number, id: number): void {
  const list = map.get(key);
  if (list) list.push(id);
  else map.set(key, [id]);
}
