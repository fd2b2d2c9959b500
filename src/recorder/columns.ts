/** Growing typed arrays: a recording's ticks are columns of these. */
type Numbers = Uint8Array | Int32Array | Float64Array;

export class Column<A extends Numbers> {
  private items: A;
  private used = 0;

  constructor(
    private readonly make: new (length: number) => A,
    room = 1024,
  ) {
    this.items = new make(room);
  }

  get length(): number {
    return this.used;
  }

  push(value: number): void {
    if (this.used === this.items.length) {
      const grown = new this.make(this.items.length * 2);
      grown.set(this.items);
      this.items = grown;
    }
    this.items[this.used++] = value;
  }

  at(index: number): number {
    return this.items[index];
  }

  set(index: number, value: number): void {
    this.items[index] = value;
  }

  pop(): void {
    this.used--;
  }

  clear(): void {
    this.used = 0;
  }

  /** Forgets all but the first items. */
  truncate(length: number): void {
    this.used = Math.min(this.used, length);
  }

  /** Index of the last of ascending items that is <= `limit`; -1 if none. */
  lastAtOrBefore(limit: number): number {
    let low = 0;
    let high = this.used;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle] <= limit) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.items.byteLength;
  }

  toArray(from = 0, to = this.used): A {
    return this.items.slice(from, Math.min(to, this.used)) as A;
  }
}

/** A column of few numbers: it sets no room aside. */
export class ShortColumn {
  private readonly items: number[] = [];

  get length(): number {
    return this.items.length;
  }

  push(value: number): void {
    this.items.push(value);
  }

  at(index: number): number {
    return this.items[index];
  }

  set(index: number, value: number): void {
    this.items[index] = value;
  }

  toArray(): number[] {
    return [...this.items];
  }
}

/** Index of the last of the ascending `items` that is <= `limit`; -1 if none. */
export function lastAtOrBefore(items: readonly number[], limit: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
