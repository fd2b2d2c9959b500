import type { GeneratorSnapshot } from '../../engine/random/generator';
import { Damage, index, list, maybe, num, text, whole } from './check';

/** A generator as it was before a random op. */
export function generatorOf(row: unknown, words: readonly Uint8Array[]): GeneratorSnapshot {
  const [at, seed, left, next, draws, nextFloat, nextDouble] = list(row, 'a generator', 7);
  const state = new Uint32Array(new Uint8Array(words[index(at, words.length, 'a generator')]).buffer);
  const number = text(seed, 'a seed');
  if (!/^\d{1,20}$/.test(number)) throw new Damage('a seed');
  return {
    engine: {
      state,
      seed: BigInt(number),
      left: whole(left, 'a generator', 1, 624),
      next: whole(next, 'a generator', 0, 624),
      draws: whole(draws, 'a generator'),
    },
    nextFloat: maybe(nextFloat, (v) => num(v, 'a generator')) ?? undefined,
    nextDouble: maybe(nextDouble, (v) => num(v, 'a generator')) ?? undefined,
  };
}
