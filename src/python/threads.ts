import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { machine } from '../engine/wasm/threads';

/**
 * V8's switches for the kernels, with those that undo them: pairs of 128-bit vectors in registers of 256 bits, which makes products nearly twice as
 * fast, to the same bits; by the optimizing compiler, at once, so that nothing else is compiled this way.
 */
const FLAGS = [
  ['--experimental-wasm-revectorize', '--no-experimental-wasm-revectorize'],
  ['--no-liftoff', '--liftoff'],
  ['--no-wasm-lazy-compilation', '--wasm-lazy-compilation'],
];

/**
 * May V8's switches be set? Only where it was tried: plain Node with a V8 no older than that. Elsewhere (Electron) they may be sealed, and
 * setting one would end the process.
 */
function maySetFlags(): boolean {
  const [major, minor] = process.versions.v8.split('.').map(Number);
  return process.arch === 'x64' && !process.versions.electron && (major > 13 || (major === 13 && minor >= 6));
}

/** Compiles kernels as this runtime computes them fastest. */
export function compile(bytes: BufferSource): WebAssembly.Module {
  if (!maySetFlags()) return new WebAssembly.Module(bytes);
  for (const [on] of FLAGS) setFlagsFromString(on);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    for (const [, off] of FLAGS) setFlagsFromString(off);
  }
}

/** The engine on this thread may use the machine as this runtime allows: other cores for large works, and wider registers. */
export function lendThreads(): void {
  machine.compile = compile;
  machine.helpers = availableParallelism() - 1;
  machine.start = (code, helper) => void new Worker(code, { eval: true, workerData: helper }).unref();
}
