/** Tables that rows of the file refer to by position: names, geometries. */
export class Table<T> {
  readonly items: T[] = [];
  private readonly index = new Map<string, number>();

  constructor(private readonly keyOf: (item: T) => string) {}

  add(item: T): number {
    const key = this.keyOf(item);
    let at = this.index.get(key);
    if (at === undefined) {
      at = this.items.push(item) - 1;
      this.index.set(key, at);
    }
    return at;
  }
}
