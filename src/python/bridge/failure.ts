import { TorchError } from '../../engine/errors';

/** What a bridge function answers when it failed; Python then asks `error()` why. */
export const FAILED = -1;
/** The result is the first tensor argument itself. */
export const SAME = -2;

/** A Python exception that passed through JavaScript: Python kept it and raises it again. */
export class PythonRaised extends Error {
  override name = 'PythonRaised';
}

/** `Type\nmessage`, for Python to raise. No JavaScript stack ever goes along. */
export function describe(error: unknown): string {
  if (error instanceof TorchError) return `${error.python}\n${error.message}`;
  if (error instanceof PythonRaised) return 'PythonRaised\n';
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError) {
    if (/call stack/i.test(message)) return 'RecursionError\nmaximum recursion depth exceeded';
    if (/allocation|array length|buffer length|invalid.*length/i.test(message))
      return "RuntimeError\n[enforce fail at alloc_cpu.cpp:127] data. DefaultCPUAllocator: can't allocate memory: the tensor is too large for Backstep's engine";
    // The generators check their arguments in PyTorch's words.
    return `RuntimeError\n${message}`;
  }
  return `RuntimeError\ninternal error in Backstep: ${message}`;
}
