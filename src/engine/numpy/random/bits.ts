/** Where numpy's generators get their bits from. */
import { MT19937 } from '../../random/mt19937';

export interface Bits {
  next32(): number;
  /** 64 bits: the low half in `low`, the high half in `high`. */
  next64(): void;
  low: number;
  high: number;
  /** A number in [0, 1) with 53 random bits. */
  double(): number;
}

/** numpy's SeedSequence: words of any number and quality become as many good ones as are asked for. */
export class SeedSequence {
  private readonly pool = new Uint32Array(4);
  private hash = 0x43b0d7e5;

  constructor(entropy: readonly number[]) {
    const { pool } = this;
    for (let i = 0; i < 4; i++) pool[i] = this.mixed(entropy[i] ?? 0);
    for (let from = 0; from < 4; from++)
      for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], this.mixed(pool[from]));
    for (let from = 4; from < entropy.length; from++)
      for (let to = 0; to < 4; to++) pool[to] = mix(pool[to], this.mixed(entropy[from]));
  }

  private mixed(word: number): number {
    let v = (word ^ this.hash) >>> 0;
    this.hash = Math.imul(this.hash, 0x931e8875) >>> 0;
    v = Math.imul(v, this.hash) >>> 0;
    return (v ^ (v >>> 16)) >>> 0;
  }

  words(n: number): Uint32Array {
    const out = new Uint32Array(n);
    let hash = 0x8b51f9dd;
    for (let i = 0; i < n; i++) {
      let v = (this.pool[i % 4] ^ hash) >>> 0;
      hash = Math.imul(hash, 0x58f38ded) >>> 0;
      v = Math.imul(v, hash) >>> 0;
      out[i] = v ^ (v >>> 16);
    }
    return out;
  }
}

function mix(x: number, y: number): number {
  const v = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) >>> 0;
  return (v ^ (v >>> 16)) >>> 0;
}

/** The Mersenne Twister as numpy reads it. */
export class Twister implements Bits {
  low = 0;
  high = 0;
  private readonly engine = new MT19937(0);

  /** np.random.seed(int): Knuth's recurrence, as PyTorch's. */
  seed(seed: number): void {
    this.engine.seed(seed);
  }

  /** np.random.seed([words]): Matsumoto and Nishimura's init_by_array. */
  seedByArray(key: readonly number[]): void {
    const { state } = new MT19937(19650218).getState();
    let i = 1;
    let j = 0;
    for (let k = Math.max(624, key.length); k > 0; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525)) + key[j] + j;
      if (++i >= 624) {
        state[0] = state[623];
        i = 1;
      }
      if (++j >= key.length) j = 0;
    }
    for (let k = 623; k > 0; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941)) - i;
      if (++i >= 624) {
        state[0] = state[623];
        i = 1;
      }
    }
    state[0] = 0x80000000;
    this.set(state, 624);
  }

  /** The 624 words, and how many of them are used up. */
  get(): { words: Uint32Array; used: number } {
    const { state, next } = this.engine.getState();
    return { words: state, used: next === 0 ? 624 : next };
  }

  set(words: Uint32Array, used: number): void {
    this.engine.setState({
      seed: 0n,
      state: words,
      left: used === 0 ? 624 : 625 - used,
      next: used === 624 ? 0 : used,
    });
  }

  next32(): number {
    return this.engine.random();
  }

  next64(): void {
    this.high = this.engine.random();
    this.low = this.engine.random();
  }

  double(): number {
    const a = this.engine.random() >>> 5;
    const b = this.engine.random() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }
}

const WORD = 4294967296;
/** 0x2360ed051fc65da44385df649fccf645, lowest word first. */
const FACTOR = [0x9fccf645, 0x4385df64, 0x1fc65da4, 0x2360ed05];

/** O'Neill's PCG XSL RR 128/64: numpy's default_rng. Numbers of 128 bits are four words, lowest first. */
export class Pcg64 implements Bits {
  low = 0;
  high = 0;
  readonly state = new Float64Array(4);
  readonly increment = new Float64Array(4);
  /** The half of a 64-bit draw that nobody has had yet; -1 for none. */
  spare = -1;
  private readonly product = new Float64Array(4);

  /** From eight words: the state's and the stream's 64-bit halves, the high half first, as numpy seeds it. */
  seed(words: ArrayLike<number>): void {
    const order = [2, 3, 0, 1];
    const from = (at: number) => order.map((k) => words[at + k]);
    const stream = from(4);
    for (let k = 3; k >= 0; k--) this.increment[k] = ((stream[k] << 1) | (k ? stream[k - 1] >>> 31 : 1)) >>> 0;
    this.state.fill(0);
    this.step();
    let carry = 0;
    from(0).forEach((w, k) => {
      const v = this.state[k] + w + carry;
      this.state[k] = v % WORD;
      carry = v >= WORD ? 1 : 0;
    });
    this.step();
    this.spare = -1;
  }

  private step(): void {
    const { state, product, increment } = this;
    product.set(increment);
    for (let i = 0; i < 4; i++) {
      const [al, ah] = [state[i] & 0xffff, (state[i] / 65536) | 0];
      const a1 = ah & 0xffff;
      let carry = 0;
      for (let j = 0; i + j < 4; j++) {
        const bl = FACTOR[j] & 0xffff;
        const bh = FACTOR[j] >>> 16;
        // a · b = high · 2^32 + low, by halves of 16 bits: nothing exceeds 2^53.
        const middle = (a1 * bl + al * bh) * 65536 + al * bl;
        const over = Math.floor(middle / WORD);
        const sum = product[i + j] + (middle - over * WORD) + carry;
        const up = Math.floor(sum / WORD);
        product[i + j] = sum - up * WORD;
        carry = a1 * bh + over + up;
      }
    }
    state.set(product);
  }

  next64(): void {
    this.step();
    const [a, b, c, d] = this.state;
    const low = (a ^ c) >>> 0;
    const high = (b ^ d) >>> 0;
    const turn = d >>> 26;
    const by = turn & 31;
    const [x, y] = turn & 32 ? [high, low] : [low, high];
    this.low = by ? ((x >>> by) | (y << (32 - by))) >>> 0 : x;
    this.high = by ? ((y >>> by) | (x << (32 - by))) >>> 0 : y;
  }

  next32(): number {
    if (this.spare >= 0) {
      const v = this.spare;
      this.spare = -1;
      return v;
    }
    this.next64();
    this.spare = this.high;
    return this.low;
  }

  double(): number {
    this.next64();
    return (this.high * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }
}
