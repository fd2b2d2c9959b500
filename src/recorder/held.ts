/** Elements that are held, by content: those of the latest contents side by side, by their numbers, the few of older ones in a map. */
import type { Data } from '../engine/dtype';

export class Held {
  /** The content that `near` begins with, and how many there are in `far` already. */
  private first = 1;
  private settled = 0;
  private readonly near: (Data | null)[] = [];
  /** 1: nobody else has the array. */
  private readonly own: number[] = [];
  private readonly far = new Map<number, Data>();
  private readonly ownFar = new Set<number>();

  get(id: number): Data | undefined {
    const i = id - this.first;
    return i >= this.settled ? (this.near[i] ?? undefined) : this.far.get(id);
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** Holds an array that others may have. */
  set(id: number, data: Data): void {
    const i = id - this.first;
    if (i < this.settled) {
      this.far.set(id, data);
      this.ownFar.delete(id);
      return;
    }
    while (this.near.length < i) {
      this.near.push(null);
      this.own.push(0);
    }
    this.near[i] = data;
    this.own[i] = 0;
  }

  /** Nobody else has the array. */
  takeOver(id: number): void {
    const i = id - this.first;
    if (i >= this.settled) this.own[i] = 1;
    else this.ownFar.add(id);
  }

  /** Holds it no longer; gives the array if nobody else has it. */
  delete(id: number): Data | null {
    const i = id - this.first;
    if (i >= this.settled) {
      const data = this.own[i] === 1 ? this.near[i] : null;
      if (i < this.near.length) {
        this.near[i] = null;
        this.own[i] = 0;
      }
      return data;
    }
    const data = this.ownFar.delete(id) ? this.far.get(id) : null;
    this.far.delete(id);
    return data ?? null;
  }

  clear(): void {
    this.near.fill(null);
    this.own.fill(0);
    this.far.clear();
    this.ownFar.clear();
  }

  /** Few of the contents before this one are held from now on. */
  settle(id: number): void {
    const to = Math.min(id - this.first, this.near.length);
    for (; this.settled < to; this.settled++) {
      const data = this.near[this.settled];
      if (!data) continue;
      this.far.set(this.first + this.settled, data);
      if (this.own[this.settled] === 1) this.ownFar.add(this.first + this.settled);
      this.near[this.settled] = null;
    }
    // Moving the rest costs as much as the rest is long, so it is done when half is settled.
    if (this.settled * 2 < this.near.length) return;
    this.near.splice(0, this.settled);
    this.own.splice(0, this.settled);
    this.first += this.settled;
    this.settled = 0;
  }
}
