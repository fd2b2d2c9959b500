/**
 * Keeps a recording within a bound. Contents that can be replayed go first, oldest first; then the checkpoints are thinned to every 2nd,
 * 4th … iteration; then data that came from Python is left out, oldest first: what was computed from it cannot be shown any more.
 */
import type { Recording, Value } from './recording';

/** What a content costs beside its elements, in bytes. */
const EACH = 400;
/** The part of the bound that contents and structure may take; the rest is for what is being looked at, and for garbage. */
const PART = 0.6;
/** Less than this in all is never left out. */
const LEAST = 32 * 1024 * 1024;
/** Iterations between two looks at what the structure takes. */
const LOOK = 64;

export class Memory {
  held = 0;
  /** True once checkpoints had to be thinned: far ticks take longer to reach. */
  thinned = false;
  /** Checkpoints are kept at iterations that this divides. */
  spacing = 1;
  /** Data of iterations before this one was left out, where nothing later used it. */
  leftOut = 0;
  /** Droppable contents by the iteration that made them. */
  private readonly passing = new Map<number, number[]>();
  /** Contents that later iterations used: the checkpoints. */
  private readonly carried = new Map<number, number[]>();
  /** Roots by the iteration that they came in. */
  private readonly roots = new Map<number, number[]>();
  private oldest = 0;
  private structure = 0;

  constructor(
    private readonly recording: Recording,
    readonly limit: number,
  ) {}

  /** Bytes of everything that is kept. */
  get used(): number {
    return this.held + this.structure;
  }

  add(value: Value): void {
    this.held += value.data!.byteLength + EACH;
    put(value.producerIndex >= 0 ? this.passing : this.roots, value.iteration, value.id);
  }

  /** A later iteration uses this content: it is part of the checkpoint at that iteration's edge. */
  carry(value: Value): void {
    const { checkpoints } = this.recording;
    if (checkpoints.has(value.id) || !value.data) return;
    checkpoints.add(value.id);
    if (value.producerIndex >= 0) put(this.carried, value.iteration, value.id);
  }

  /** Called at an iteration's edge, the place to drop what is over the bound. */
  iterationEnded(ended: number): void {
    const { recording } = this;
    if (ended % LOOK === 0) this.structure = recording.pages.bytes + recording.generators.bytes;
    const bound = Math.max(0, this.limit * PART - this.structure);
    while (this.held > bound && this.oldest < ended) this.dropPassing(this.oldest++);
    while (this.held > bound && this.spacing * 2 < recording.iterationCount) {
      this.spacing *= 2;
      this.thinned = true;
      for (const [iteration, ids] of this.carried)
        if (iteration < ended && iteration % this.spacing !== 0) {
          this.drop(ids);
          this.carried.delete(iteration);
        }
    }
    while (this.held > Math.max(LEAST, bound) && this.leftOut < ended - 1) this.dropRoots(this.leftOut++);
  }

  private dropPassing(iteration: number): void {
    const { checkpoints } = this.recording;
    const keep = iteration % this.spacing === 0;
    this.drop((this.passing.get(iteration) ?? []).filter((id) => !keep || !checkpoints.has(id)));
    this.passing.delete(iteration);
    if (!keep) this.carried.delete(iteration);
  }

  /** Data that only its own iteration used. */
  private dropRoots(iteration: number): void {
    const { checkpoints } = this.recording;
    this.drop((this.roots.get(iteration) ?? []).filter((id) => !checkpoints.has(id)));
    this.roots.delete(iteration);
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
