/**
 * The engine's SIMD kernels (assembly/, AssemblyScript): the module that this runtime can run, and the memory it works in.
 *
 * Three ways to compute: `relaxed` (SIMD with fused multiply-add), `simd`, and `plain`, which is TypeScript and the reference for both. The best
 * that the runtime has is taken at the first use; the environment variable BACKSTEP_KERNELS names another.
 */
import { Arena } from './arena';
import relaxed from './assembly/relaxed.wasm';
import simd from './assembly/simd.wasm';

export type KernelPath = 'plain' | 'simd' | 'relaxed';
export const KERNEL_PATHS: readonly KernelPath[] = ['relaxed', 'simd', 'plain'];

/** `count` products c[i][m, n] = a[i][m, k] · b[i][k, n]; strides in elements, addresses in bytes; no bias where its address is 0. */
type Gemm = (
  count: number,
  m: number,
  n: number,
  k: number,
  a: number,
  aNext: number,
  aRow: number,
  aStep: number,
  b: number,
  bNext: number,
  bStep: number,
  bColumn: number,
  c: number,
  bias: number,
) => void;

type Convolve = (x: number, w: number, bias: number, y: number, cols: number) => void;
type ConvolveBack = (dy: number, w: number, dx: number, cols: number) => void;
type ConvolveWeight = (dy: number, x: number, dw: number, made: number, cols: number) => void;

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

/** What the module exports (assembly/index.ts). */
interface Exports {
  map32(kind: number, n: number, x: number, out: number, p: number, q: number): void;
  pairs32: Pairs;
  triples32(kind: number, n: number, x: number, a: number, b: number, out: number, p: number): void;
  gemm32: Gemm;
  gemm64: Gemm;
  gemmRoom(): number;
  setGemmRoom(at: number): void;
  setWindows(parameters: number): number;
  convolve32: Convolve;
  convolve64: Convolve;
  convolveBack32: ConvolveBack;
  convolveBack64: ConvolveBack;
  convolveWeight32: ConvolveWeight;
  convolveWeight64: ConvolveWeight;
}

export interface Kernels extends Exports {
  path: KernelPath;
  arena: Arena;
  /** Where numbers are put that are too many for arguments: up to 64. */
  parameters: number;
}

/** The first page is the module's own; then parameters, then the products' panels. */
const PARAMETERS = 65536;
const PANELS = PARAMETERS + 256;
const RING = PARAMETERS + 4 * 2 ** 20;

const made = new Map<KernelPath, Kernels | null>();
let arena: Arena | undefined;
/** Undefined: not chosen yet. */
let chosen: Kernels | null | undefined;

/** The kernels of a path; null where it has none or the runtime cannot run them. */
function make(path: KernelPath): Kernels | null {
  if (path === 'plain') return null;
  try {
    const module = new WebAssembly.Module((path === 'relaxed' ? relaxed : simd) as BufferSource);
    arena ??= new Arena(RING);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
    const own = exports as unknown as Exports;
    own.setGemmRoom(PANELS);
    return { ...own, path, arena, parameters: PARAMETERS };
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
