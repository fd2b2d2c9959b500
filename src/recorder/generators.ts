/** Generators before random ops. A state of 624 words is kept once in a while; those that follow from it are told by their distance. */
import type { GeneratorSnapshot } from '../engine/random/generator';
import { MT19937 } from '../engine/random/mt19937';

/** A generator at a moment: `twists` refills of the words after a state that is kept. */
export class RandomMark {
  constructor(
    private readonly generators: Generators,
    readonly kept: number,
    readonly twists: number,
    readonly seed: bigint,
    readonly left: number,
    readonly next: number,
    readonly draws: number,
    readonly nextFloat: number | undefined,
    readonly nextDouble: number | undefined,
  ) {}

  /** The generator as it was. */
  snapshot(): GeneratorSnapshot {
    const { seed, left, next, draws, nextFloat, nextDouble } = this;
    const state = this.generators.words(this.kept, this.twists);
    return { engine: { state, seed, left, next, draws }, nextFloat, nextDouble };
  }
}

/** More refills than this are not made again for one answer (about 2 ms a thousand). */
export const FAR = 4000;
const N = 624;

export class Generators {
  readonly states: Uint32Array[] = [];
  /** The newest state seen, and where it stands. */
  private last: { words: Uint32Array; kept: number; twists: number; seed: bigint; draws: number; left: number } | null =
    null;
  private readonly engine = new MT19937(0);
  /** The state made again last. */
  private made: { kept: number; twists: number; words: Uint32Array } | null = null;

  get bytes(): number {
    return this.states.length * (N * 4 + 200);
  }

  mark({ engine, nextFloat, nextDouble }: GeneratorSnapshot): RandomMark {
    const { state, seed, left, next, draws } = engine;
    const at = this.follow(state, seed, draws) ?? this.keep(state);
    this.last = { words: state, ...at, seed, draws, left };
    return new RandomMark(this, at.kept, at.twists, seed, left, next, draws, nextFloat, nextDouble);
  }

  /** The words of a mark. Neighbours follow from each other. */
  words(kept: number, twists: number): Uint32Array {
    const { made } = this;
    const near = made && made.kept === kept && made.twists <= twists ? made : { words: this.states[kept], twists: 0 };
    const words = this.twisted(near.words, twists - near.twists);
    this.made = { kept, twists, words };
    return words;
  }

  /** A state as a number of refills after the one before it; null where it is none (another seed, another generator). */
  private follow(words: Uint32Array, seed: bigint, draws: number): { kept: number; twists: number } | null {
    const { last } = this;
    if (!last || last.seed !== seed || draws < last.draws) return null;
    const beyond = draws - last.draws - (last.left - 1);
    const guess = beyond <= 0 ? 0 : Math.ceil(beyond / N);
    if (last.twists + guess > FAR) return null;
    return same(this.twisted(last.words, guess), words) ? { kept: last.kept, twists: last.twists + guess } : null;
  }

  keep(words: Uint32Array): { kept: number; twists: number } {
    return { kept: this.states.push(words.slice()) - 1, twists: 0 };
  }

  private twisted(words: Uint32Array, times: number): Uint32Array {
    if (times === 0) return words;
    const { engine } = this;
    engine.setState({ seed: 0n, left: 1, next: 0, state: words });
    // One draw refills; 623 more use the words up.
    engine.skip((times - 1) * N + 1);
    return engine.getState().state;
  }
}

function same(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < N; i++) if (a[i] !== b[i]) return false;
  return true;
}
