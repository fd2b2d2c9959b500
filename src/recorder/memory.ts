/**
 * Keeps a recording within a bound. A run is cut into stretches: iterations, or so many ops of a long one. Contents that only their own
 * stretch used go first, oldest first: they can be replayed. What the next stretch used is the checkpoint at its edge, kept packed; of
 * these, every 2nd, 4th … is kept as memory gets short. Then data that came from Python is left out, oldest first: what was computed from
 * it cannot be shown any more. The
 * structure itself stays: past its part of the bound it lies in a file (see store/shelf.ts).
 */

import { Column } from './columns';
import type { Recording } from './recording';
import type { Scratch } from './store/shelf';
import { Slabs } from './store/slabs';

/** What a content costs beside its elements, in bytes. */
const EACH = 400;
/** The part of the bound that contents and structure may take; the rest is for what is being looked at, and for garbage. */
const PART = 0.4;
/**
 * The part that contents may take which their stretch alone used: the latest ones, which most looks are at. Few, so that what is computed next
 * finds their memory in the processor's caches; those of a stretch are computed again in the time that it took.
 */
const PASSING = 1 / 200;
/** The part that structure may take in memory; beyond, settled pages go into a scratch file. */
const STRUCTURE = 1 / 8;
/** Less than this in all is never left out. */
const LEAST = 4 * 1024 * 1024;
/** Stretches between two looks at what the structure takes. */
const LOOK = 64;
/** Ops in a stretch at most. */
const OPS = 1024;
/** More ops than this are not to be run again for a value, if there is anything else that can give way. */
export const FAR = 8192;

export class Memory {
  /** Bytes of contents: of those that only their stretch used or that are not looked through yet, and of the others. */
  private passing = 0;
  private kept = 0;
  /** Bytes of `kept` that the script itself holds. */
  private shared = 0;
  /** Checkpoints are kept at stretches that this divides. */
  spacing = 1;
  /** Data of iterations before this one was left out, where nothing later used it. */
  leftOut = 0;
  /** Bytes of the structure, as they were when it was last looked at. */
  structure = 0;
  /** The most ops that a stretch had. */
  longest = 0;
  /** By stretch: its first content, and its iteration. */
  private readonly first = new Column(Float64Array);
  private readonly iteration = new Column(Float64Array);
  /** Contents before this one are of earlier stretches. */
  private from = 1;
  private firstOp = 0;
  /** Stretches before this one are looked through. */
  private oldest = 0;
  /** Held contents that a later stretch than their own used, and the last that did. */
  private readonly lastUse = new Map<number, number>();
  /** Held contents that nothing can recompute, in the order they came. */
  private readonly roots = new Set<number>();
  /** Parts of checkpoints that are too large to be packed, in the order they were made. */
  private readonly large = new Set<number>();
  /** Held contents that can be recomputed and were used long after they were made. */
  private readonly pinned = new Set<number>();

  constructor(
    private readonly recording: Recording,
    readonly limit: number,
    private readonly scratch: Scratch | null = null,
  ) {
    this.begin();
  }

  /** Bytes of the contents that are held. */
  get held(): number {
    return this.passing + this.kept + this.recording.slabs.bytes;
  }

  /** Bytes of everything that is kept. */
  get used(): number {
    return this.held - this.shared + this.structure;
  }

  /** Ops that are run again for a value, about, at most. */
  get far(): number {
    return this.spacing * this.longest;
  }

  private get bound(): number {
    return this.limit * PART;
  }

  /** The stretch that is going on. */
  get stretch(): number {
    return this.first.length - 1;
  }

  add(id: number, bytes: number, root: boolean): void {
    this.passing += bytes + EACH;
    if (root) this.roots.add(id);
  }

  /** Is a content of an earlier stretch? Then its uses count. */
  isOld(id: number): boolean {
    return id < this.from;
  }

  /** A content of an earlier stretch is used; `again` gives its elements, which the script still has, if they were dropped. */
  use(id: number, root: boolean, again: () => void): void {
    const { store, checkpoints } = this.recording;
    if (!store.has(id)) {
      again();
      this.kept += store.get(id)!.byteLength + EACH;
      if (root) this.roots.add(id);
      else this.pinned.add(id);
    }
    checkpoints.add(id);
    this.lastUse.set(id, this.stretch);
  }

  /** An op is about to be written down: one more may be too many for its stretch. */
  op(): void {
    if (this.recording.recordCount - this.firstOp >= OPS) this.edge();
  }

  /** The edge of a stretch (of an iteration, mostly), the place to drop what is over the bound. */
  edge(): void {
    const { recording } = this;
    this.longest = Math.max(this.longest, recording.recordCount - this.firstOp);
    this.begin();
    // The last stretch's contents are not looked through before the next one has had the time to use them.
    const last = this.stretch - 1;
    if (this.stretch % LOOK === 0) this.look();
    const { oldest } = this;
    while ((this.used > this.bound || this.passing > this.limit * PASSING) && this.oldest < last)
      this.pass(this.oldest++);
    if (this.oldest > oldest) recording.store.settle(this.first.at(this.oldest));
    if (this.used <= this.bound) return;
    this.look();
    this.unpin(2 * this.spacing + LOOK);
    const thinTo = (most: number) => {
      while (this.used > this.bound && this.spacing * 2 < this.stretch && this.spacing * 2 * this.longest <= most)
        this.thin();
    };
    thinTo(FAR);
    this.leaveOut(last);
    thinTo(Number.POSITIVE_INFINITY);
    if (this.used > this.bound) this.unpin(1);
  }

  private begin(): void {
    const { recording } = this;
    this.from = recording.pages.counts.value;
    this.firstOp = recording.recordCount;
    this.first.push(this.from);
    this.iteration.push(recording.iterationCount - 1);
  }

  /** What the structure takes, and what is shared with the script: contents from long ago that were used just now. */
  private look(): void {
    const { recording, stretch } = this;
    const bytes = () => recording.structureBytes + this.first.bytes + this.iteration.bytes;
    this.structure = bytes();
    if (this.scratch && this.structure > this.limit * STRUCTURE) {
      recording.pages.shelf.spill(this.scratch);
      this.structure = bytes();
    }
    this.shared = 0;
    const window = this.first.at(this.oldest);
    for (const [id, used] of this.lastUse)
      if (id < window && used >= stretch - LOOK && !this.large.has(id))
        this.shared += recording.store.get(id)?.byteLength ?? 0;
  }

  /** Looks a stretch through: what nobody else used goes, what the next one used is packed away. */
  private pass(stretch: number): void {
    const { store, slabs } = this.recording;
    const end = this.first.at(stretch + 1);
    for (let id = this.first.at(stretch); id < end; id++) {
      const data = store.get(id);
      if (!data) continue;
      const bytes = data.byteLength + EACH;
      this.passing -= bytes;
      const used = this.lastUse.get(id) ?? -1;
      if (used < 0 && !this.roots.has(id)) {
        // Most of them: nothing else knows of it.
        this.recording.forget(id);
        continue;
      }
      this.kept += bytes;
      if (this.roots.has(id)) continue;
      if (used > stretch + 1) this.pinned.add(id);
      else if (stretch % this.spacing !== 0) this.drop(id);
      else if (data.byteLength > Slabs.LARGEST) this.large.add(id);
      else {
        slabs.add(id, data);
        this.drop(id);
      }
    }
  }

  private thin(): void {
    this.spacing *= 2;
    const keep = (id: number) => this.stretchOf(id) % this.spacing === 0;
    this.recording.slabs.thin(keep);
    for (const id of this.large) if (!keep(id)) this.drop(id);
  }

  /** Drops contents that were used late, and not in the last stretches. */
  private unpin(stretches: number): void {
    for (const id of this.pinned) {
      if (this.used <= this.bound) return;
      if ((this.lastUse.get(id) ?? -1) < this.stretch - stretches) this.drop(id);
    }
  }

  /** Leaves out data that came from Python, if nothing used it lately. */
  private leaveOut(last: number): void {
    for (const id of this.roots) {
      if (this.used <= Math.max(LEAST, this.bound)) return;
      const stretch = this.stretchOf(id);
      if (stretch >= last) return;
      const used = this.lastUse.get(id);
      if (used !== undefined && used >= last - LOOK) continue;
      this.drop(id);
      this.leftOut = Math.max(this.leftOut, this.iteration.at(used ?? stretch) + 1);
    }
  }

  private drop(id: number): void {
    const { store, checkpoints } = this.recording;
    const data = store.get(id);
    if (data) this.kept -= data.byteLength + EACH;
    this.recording.forget(id);
    checkpoints.delete(id);
    this.lastUse.delete(id);
    this.roots.delete(id);
    this.large.delete(id);
    this.pinned.delete(id);
  }

  private stretchOf(id: number): number {
    return this.first.lastAtOrBefore(id);
  }
}
