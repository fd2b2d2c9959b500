/** Generators: number 0 is PyTorch's default one. */
import { context } from '../../engine/context';
import { Generator } from '../../engine/random/generator';
import { Handles } from './handles';

export function randomFunctions() {
  const generators = new Handles<Generator>();
  generators.add(context.generator);
  return {
    generators,
    functions: {
      newGenerator: () => generators.add(new Generator()),
      releaseGenerator(g: number) {
        generators.release(g);
        return 0;
      },
      manualSeed(g: number, seed: number | bigint) {
        generators.get(g).manualSeed(seed);
        return 0;
      },
      initialSeed: (g: number) => generators.get(g).initialSeed(),
      random64: (g: number) => generators.get(g).random64(),
      rngState: (g: number) => generators.get(g).getState(),
      setRngState(g: number, state: Uint8Array) {
        generators.get(g).setState(state);
        return 0;
      },
    },
  };
}
