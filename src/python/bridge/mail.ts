/**
 * How a call crosses from Python: as doubles in Python's own memory. To pass an argument to a JavaScript function costs Pyodide 0.2 µs,
 * to write it there 0.04 µs. The first number is the op's index and how many numbers follow it (COUNT * n + index); then each argument as
 * torch/_wrappers.py wrote it. None is NaN where a number could stand, text is a number from `intern`.
 */
const COUNT = 65536;
/** Complex numbers that a call may have. */
const PAIRS = 1024;

/** Pyodide's own memory; the view is made anew when it grows. */
export const memoryOf = (python: object): ArrayBuffer =>
  (python as { _module: { HEAPF64: Float64Array<ArrayBuffer> } })._module.HEAPF64.buffer;

export class Mail {
  /** How many numbers follow the first. */
  count = 0;
  private address = 0;
  private view = new Float64Array(0);
  private readonly interned: (string | bigint)[] = [];
  private at = 0;
  private readonly pairs = new Float64Array(2 * PAIRS);
  private nextPair = 0;

  constructor(readonly memory: () => ArrayBuffer) {}

  moved(address: number): number {
    this.address = address;
    this.view = new Float64Array(0);
    return 0;
  }

  /** The next call's op; then `next` gives its arguments one by one. */
  open(): number {
    const buffer = this.memory();
    if (this.view.buffer !== buffer) this.view = new Float64Array(buffer, this.address);
    const head = this.view[0];
    this.count = Math.floor(head / COUNT);
    this.at = 0;
    return head % COUNT;
  }

  get done(): boolean {
    return this.at >= this.count;
  }

  next(): number {
    return this.view[++this.at];
  }

  intern(value: string | bigint): number {
    return this.interned.push(value) - 1;
  }

  /** A complex number for the next call; its place is used again soon. */
  pair(re: number, im: number): number {
    const nr = this.nextPair++ % PAIRS;
    this.pairs[2 * nr] = re;
    this.pairs[2 * nr + 1] = im;
    return nr;
  }

  pairAt(nr: number): [number, number] {
    return [this.pairs[2 * nr], this.pairs[2 * nr + 1]];
  }

  internedAt(nr: number): string | bigint {
    return this.interned[nr];
  }
}
