/** Elements that are held, by content: those of the latest contents side by side, by their numbers, the few of older ones in a map. */
import type { Data } from '../engine/dtype';

export class Held {
  private first = 1;
  private readonly near: (Data | null)[] = [];
  /** 1: nobody else has the array. */
  private readonly own: number[] = [];
  private readonly far = new Map<number, Data>();
  private readonly ownFar = new Set<number>();

  get(id: number): Data | undefined {
    const i = id - this.first;
    return i >= 0 ? (this.near[i] ?? undefined) : this.far.get(id);
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** Holds an array that others may have. */
  set(id: number, data: Data): void {
    const i = id - this.first;
    if (i < 0) {
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
    if (i >= 0) this.own[i] = 1;
    else this.ownFar.add(id);
  }

  /** Holds it no longer; gives the array if nobody else has it. */
  delete(id: number): Data | null {
    const i = id - this.first;
    if (i >= 0) {
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
    const count = Math.min(id - this.first, this.near.length);
    if (count <= 0) return;
    for (let i = 0; i < count; i++) {
      const data = this.near[i];
      if (!data) continue;
      this.far.set(this.first + i, data);
      if (this.own[i] === 1) this.ownFar.add(this.first + i);
    }
    this.near.splice(0, count);
    this.own.splice(0, count);
    this.first += count;
  }
}
