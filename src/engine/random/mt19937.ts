/**
 * The Mersenne Twister as PyTorch runs it (at::mt19937).
 *
 * MT19937 of Matsumoto and Nishimura with 32-bit words, seeded by Knuth's multiplicative recurrence. PyTorch keeps, beside
 * the 624 words, `left` (draws until the next twist, plus one) and `next` (index of the next word); both are kept here
 * under the same names so that `torch.get_rng_state()` is a plain copy.
 */

const N = 624;
const M = 397;
const TWIST = 0x9908b0df;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;

/** Everything that decides the following draws. `seed` is what `torch.initial_seed()` shows: an unsigned 64-bit number. */
export interface MT19937State {
  seed: bigint;
  left: number;
  next: number;
  state: Uint32Array;
}

/** A state together with the number of draws made up to it. */
export interface MT19937Snapshot extends MT19937State {
  draws: number;
}

export class MT19937 {
  /** 32-bit draws since seeding or `setState`; `restore` puts back the count of the snapshot. */
  draws = 0;
  private seedValue = 0n;
  private left = 1;
  private next = 0;
  private readonly words = new Uint32Array(N);

  /** A new engine; PyTorch's own default seed for an explicit `torch.Generator()` is 67280421310721. */
  constructor(seed: number | bigint = 5489) {
    this.seed(seed);
  }

  /** Starts over from `seed`, read modulo 2^64 (so -1 is 2^64 - 1, as in `torch.manual_seed`). Only its low 32 bits matter. */
  seed(seed: number | bigint): void {
    this.seedValue = BigInt.asUintN(64, BigInt(seed));
    const words = this.words;
    words[0] = Number(this.seedValue & 0xffffffffn);
    for (let j = 1; j < N; j++) {
      const previous = words[j - 1]!;
      words[j] = Math.imul(1812433253, previous ^ (previous >>> 30)) + j;
    }
    this.left = 1;
    this.next = 0;
    this.draws = 0;
  }

  /** The seed last given, as an unsigned 64-bit number. */
  get initialSeed(): bigint {
    return this.seedValue;
  }

  /** The next draw: an integer in [0, 2^32). */
  random(): number {
    if (--this.left === 0) this.twist();
    this.draws++;
    let y = this.words[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** Two draws as one integer in [0, 2^64): the first is the high word. */
  random64(): bigint {
    const high = this.random();
    const low = this.random();
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** Two draws, of which the low 53 bits of `random64()` are kept: an exact integer in [0, 2^53). */
  random53(): number {
    const high = this.random();
    return (high & 0x1fffff) * 4294967296 + this.random();
  }

  /** Passes over `count` draws, as if `random()` had been called that often; about 1 ns a draw. */
  skip(count: number): void {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`cannot skip ${count} draws`);
    this.draws += count;
    let rest = count;
    while (rest > this.left - 1) {
      rest -= this.left;
      this.twist();
      this.next = 1;
    }
    this.left -= rest;
    this.next += rest;
  }

  /** A copy of the full state. */
  getState(): MT19937State {
    return { seed: this.seedValue, left: this.left, next: this.next, state: this.words.slice() };
  }

  /** Takes over a state, with PyTorch's check and message. `draws` begins at zero. */
  setState(from: MT19937State): void {
    const valid = from.left > 0 && from.left <= N && from.next >= 0 && from.next <= N && from.state.length === N;
    if (!valid) throw new RangeError('Invalid mt19937 state');
    this.seedValue = BigInt.asUintN(64, from.seed);
    this.left = from.left;
    this.next = from.next;
    this.words.set(from.state);
    this.draws = 0;
  }

  /** The state and the count of draws: 2.5 kB, one copy. */
  snapshot(): MT19937Snapshot {
    return { ...this.getState(), draws: this.draws };
  }

  /** Back to a snapshot, which stays valid and may be restored any number of times. */
  restore(snapshot: MT19937Snapshot): void {
    this.setState(snapshot);
    this.draws = snapshot.draws;
  }

  /** An independent engine that will draw the same numbers. */
  clone(): MT19937 {
    const copy = new MT19937(0);
    copy.restore(this.snapshot());
    return copy;
  }

  private twist(): void {
    const w = this.words;
    for (let j = 0; j < N; j++) {
      const a = w[j]!;
      const b = w[j + 1 === N ? 0 : j + 1]!;
      const mixed = ((a & UPPER) | (b & LOWER)) >>> 1;
      w[j] = w[j + M < N ? j + M : j + M - N]! ^ mixed ^ (b & 1 ? TWIST : 0);
    }
    this.left = N;
    this.next = 0;
  }
}
