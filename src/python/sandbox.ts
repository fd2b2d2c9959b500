/**
 * Keeps a script inside Python: what it may see of the machine is its folder, and nothing of Node's. lib/_backstep/wall.py closes
 * Python's own ways out; this file closes those that lead through JavaScript. A wall against accidents and curiosity, not against an
 * attacker who knows pyodide's memory: an untrusted workspace runs nothing at all.
 */
import childProcess from 'node:child_process';

/**
 * No code from text in this thread, neither by a function's constructor nor by eval (which Emscripten offers to C, and so to ctypes): it
 * would lead to the machine. And no other programs: C's system() finds a shell that knows no command.
 */
export function lockRealm(): void {
  const refuse = (): never => {
    throw new Error('scripts cannot run JavaScript');
  };
  const functions = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const f of functions)
    for (let p = Object.getPrototypeOf(f); p && p !== Object.prototype; p = Object.getPrototypeOf(p))
      if (Object.hasOwn(p, 'constructor'))
        Object.defineProperty(p, 'constructor', { value: refuse, writable: false, configurable: false });
  // These two return to C code, through which no error may pass: they do nothing instead.
  Object.defineProperty(globalThis, 'eval', { value: () => undefined, writable: false, configurable: false });
  childProcess.spawnSync = (() => ({
    status: COMMAND_NOT_FOUND,
    signal: null,
  })) as unknown as typeof childProcess.spawnSync;
}

/** A shell's exit code for a command that it does not know. */
const COMMAND_NOT_FOUND = 127;
