/** Kernels over several arrays at once: all are copied in, and the results out into arrays that are there already. */
import { type Kernels, kernelsFor, PARAMETERS } from '../wasm/kernels';

type Floats = Float32Array | Float64Array;

/** Multiply-adds below which copying in and out costs more than SIMD wins. */
const WORTH = 4096;

/**
 * Runs a kernel that takes `numbers`, then addresses: of the inputs (0 for null), of the outputs (`both`: with what they hold), of room for so
 * many elements each. False where there are no kernels, or not for these elements.
 */
export function overArrays(
  work: number,
  numbers: number[],
  inputs: (Floats | null)[],
  outputs: Floats[],
  room: number[],
  run: (k: Kernels, at: number) => void,
  both = false,
): boolean {
  const all = [...inputs, ...outputs];
  if (!all.every((a) => a === null || a instanceof Float32Array)) return false;
  const k = kernelsFor(work, WORTH);
  if (!k) return false;
  const { arena } = k;
  const length = all.reduce((n, a) => n + (a?.length ?? 0), 0) + room.reduce((n, r) => n + r, 0);
  if (!arena.begin(4 * length, all.length + room.length)) return false;
  const from = inputs.map((a) => (a ? arena.copyIn(a as Float32Array) : 0));
  const to = outputs.map((a) => (both ? arena.copyIn(a as Float32Array) : arena.room(4 * a.length)));
  arena.integers.set([...numbers, ...from, ...to, ...room.map((n) => arena.room(4 * n))], PARAMETERS / 4);
  run(k, PARAMETERS);
  for (const [i, a] of outputs.entries()) arena.copyOut(to[i], a as Float32Array);
  return true;
}
