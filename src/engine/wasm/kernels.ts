/**
 * The engine's SIMD kernels (assembly/, AssemblyScript): the module that this runtime can run, and the memory it works in.
 *
 * Three ways to compute: `relaxed` (SIMD with fused multiply-add), `simd`, and `plain`, which is TypeScript and the reference for both. The best
 * that the runtime has is taken at the first use; the environment variable BACKSTEP_KERNELS names another.
 */
import { Arena } from './arena';
import relaxed from './assembly/relaxed.wasm';
import simd from './assembly/simd.wasm';
import { Helpers, MOST_HELPERS, machine } from './threads';

export type KernelPath = 'plain' | 'simd' | 'relaxed';
export const KERNEL_PATHS: readonly KernelPath[] = ['relaxed', 'simd', 'plain'];

/** Kinds of work that are done in pieces (assembly/jobs.ts), of float32 elements; of float64 products and convolutions are one more. */
export const WORK = {
  products: 0,
  convolve: 2,
  convolveBack: 4,
  convolveWeight: 6,
  attentionForward: 12,
  attentionBackward: 14,
} as const;

/** `rows` runs of n elements; `next` from row to row, `step` (0 or 1) in a row, for each input. */
type Pairs = (
  kind: number,
  rows: number,
  n: number,
  x: number,
  xNext: number,
  xStep: number,
  y: number,
  yNext: number,
  yStep: number,
  out: number,
  p: number,
  q: number,
) => void;

type Tile = (k: number, a: number, b: number, c: number, plus: number, plusRow: number) => void;

/** What the module exports (assembly/index.ts). Addresses are in bytes. */
interface Exports {
  /** Does a work whose numbers lie at `at`, with so many helpers; gives how often it looked whether they were done. */
  work(kind: number, at: number, helpers: number): number;
  setThread(nr: number, shared: number, room: number): void;
  map32(kind: number, n: number, x: number, out: number, p: number, q: number): void;
  pairs32: Pairs;
  triples32(kind: number, n: number, x: number, a: number, b: number, out: number, p: number): void;
  sumColumns32(rows: number, n: number, x: number, out: number, over: number): void;
  sumRows32(groups: number, rows: number, n: number, x: number, out: number, over: number): void;
  softmax32(rows: number, n: number, x: number, out: number): void;
  softmaxColumns32(...numbers: number[]): void;
  logSoftmax32(rows: number, n: number, x: number, out: number): void;
  softmaxBackward32(rows: number, n: number, g: number, y: number, out: number): void;
  logSoftmaxBackward32(rows: number, n: number, g: number, y: number, out: number): void;
  // What their many arguments are: assembly/rows.ts and layers.ts.
  addAt32(planes: number, each: number, size: number, g: number, places: number, out: number): void;
  maxima32(...numbers: number[]): void;
  layerNorm32(...numbers: number[]): void;
  layerNormBackward32(...numbers: number[]): void;
  /** These two are made of works: they take a place for numbers and helpers, and give how often they looked. */
  lstmForward32(at: number, helpers: number, ...numbers: number[]): number;
  lstmBackward32(at: number, helpers: number, ...numbers: number[]): number;
  gemmRoom(): number;
  /** Tiles over k of two and of four vectors' width (assembly/tiles.ts). */
  tall32: Tile;
  broad32: Tile;
  setBroad(on: boolean): void;
  /** Takes the first 22 numbers of a convolution; gives the elements of room for a block of windows. */
  setWindows(at: number): number;
}

export interface Kernels extends Exports {
  path: KernelPath;
  /** Products go by tiles of four vectors' width. */
  broad: boolean;
  arena: Arena;
  helpers: Helpers;
}

/** The first page is the module's own; then the numbers of works, what threads share, and the threads' rooms. */
export const PARAMETERS = 65536;
const SHARED = PARAMETERS + 512;
const ROOMS = PARAMETERS + 1024;
const ROOM = 2.5 * 2 ** 20;
const RING = ROOMS + (MOST_HELPERS + 1) * ROOM;
const roomOf = (thread: number) => ROOMS + thread * ROOM;

/** Multiply-adds from which on other threads are asked to help: below, waking them takes longer than they save. */
const SHARED_WORK = 2 ** 20;

/** Does works of so many multiply-adds in all, with the helpers that are worth it: `run` gives how often it looked whether they were done. */
export function withHelpers(k: Kernels, size: number, run: (helpers: number) => number): void {
  const helpers = size >= SHARED_WORK ? k.helpers.ready : 0;
  const looks = run(helpers);
  if (helpers > 0) k.helpers.waited(looks, size);
}

/** Does a work whose numbers lie at PARAMETERS. */
export const doWork = (k: Kernels, kind: number, size: number): void =>
  withHelpers(k, size, (helpers) => k.work(kind, PARAMETERS, helpers));

/**
 * Are broad tiles the better ones? That is so where the runtime computes with two vectors at once, which nothing says but the clock. They do twice
 * the work of tall ones in half more time there, and in three times as much elsewhere. Results are the same to the bit.
 */
function prefersBroad({ tall32, broad32 }: Exports, room: number): boolean {
  const now = () => globalThis.performance?.now() ?? 0;
  const took = (tile: Tile) => {
    let best = Infinity;
    for (let nr = 0; nr < 8; nr++) {
      const start = now();
      for (let i = 0; i < 16; i++) tile(256, room, room + 32768, room + 65536, 0, 0);
      best = Math.min(best, now() - start);
    }
    return best;
  };
  return took(broad32) < 2 * took(tall32);
}

const made = new Map<KernelPath, Kernels | null>();
let arena: Arena | undefined;
/** Undefined: not chosen yet. */
let chosen: Kernels | null | undefined;

/** The kernels of a path; null where it has none or the runtime cannot run them. */
function make(path: KernelPath): Kernels | null {
  if (path === 'plain') return null;
  try {
    const module = machine.compile((path === 'relaxed' ? relaxed : simd) as BufferSource);
    arena ??= new Arena(RING);
    const { memory } = arena;
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const own = exports as unknown as Exports;
    if (own.gemmRoom() > ROOM) throw new Error('a thread has too little room');
    own.setThread(0, SHARED, roomOf(0));
    const broad = path === 'relaxed' && prefersBroad(own, roomOf(0));
    own.setBroad(broad);
    return { ...own, path, broad, arena, helpers: new Helpers(module, memory, SHARED, roomOf, broad) };
  } catch {
    return null; // no SIMD of this kind, no shared memory, or a page that may not compile
  }
}

function kernelsOf(path: KernelPath): Kernels | null {
  if (!made.has(path)) made.set(path, make(path));
  return made.get(path) as Kernels | null;
}

function choose(): Kernels | null {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const asked = process?.env?.BACKSTEP_KERNELS as KernelPath | undefined;
  if (asked && KERNEL_PATHS.includes(asked) && canUse(asked)) return kernelsOf(asked);
  return kernelsOf('relaxed') ?? kernelsOf('simd');
}

const current = (): Kernels | null => (chosen === undefined ? (chosen = choose()) : chosen);

/** Tests take the kernels for the smallest work too. */
let always = false;

/**
 * The kernels to compute with; null: in TypeScript. A work that is smaller than what is worth the way to them and back (both in one measure,
 * multiply-adds or elements) stays in TypeScript.
 */
export const kernelsFor = (work: number, worth: number): Kernels | null =>
  work >= worth || (always && work > 0) ? current() : null;

/** How numbers are computed here. */
export const kernelPath = (): KernelPath => current()?.path ?? 'plain';

/** Can this runtime go that way? */
export const canUse = (path: KernelPath): boolean => path === 'plain' || kernelsOf(path) !== null;

/** Computes as a run did that is replayed, where this runtime can. Before there was a choice, all was plain. */
export function computeAs(path: KernelPath = 'plain'): void {
  if (canUse(path)) useKernels(path);
}

/** Computes this way from now on: a test, or the replay of what was computed so. `small`: even what is not worth it. */
export function useKernels(path: KernelPath, small = false): void {
  if (!canUse(path)) throw new Error(`this runtime has no ${path} kernels`);
  chosen = kernelsOf(path);
  always = small;
}
