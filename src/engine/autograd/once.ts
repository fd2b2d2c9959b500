import type { BackwardContext } from '../op';

const known = new WeakMap<BackwardContext, unknown>();

/** For an op whose gradients are made together: `make` runs once a backward step, and each formula takes its part. */
export function once<T>(c: BackwardContext, make: () => T): T {
  if (!known.has(c)) known.set(c, make());
  return known.get(c) as T;
}
