/**
 * Strings hash as in a Python with words of 64 bits and `PYTHONHASHSEED=0`, so that sets of strings have its order: Pyodide's own, FNV, has another.
 * Python calls its hash through a pointer that lies in its memory (PyHash_GetFuncDef), which is set before Python begins.
 */
import binary from './assembly/siphash.wasm';

/** Settings of Emscripten's, which become its module: what is used of them. */
interface Library {
  HEAP32: Int32Array;
  instantiateWasm(imports: unknown, ready: Ready): unknown;
  onRuntimeInitialized?: () => void;
  addFunction(f: unknown, signature: string): number;
  _PyHash_GetFuncDef(): number;
}

type Ready = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;

/** For what relies on the order of sets: a snapshot of Python's memory. */
export const HASH: Uint8Array = binary;

/** Sets the hash before Python begins; what is given sets it again, in memory that came from a snapshot. */
export function hashAsSip(settings: object): () => void {
  const library = settings as Library;
  const { instantiateWasm, onRuntimeInitialized } = library;
  let memory: unknown;
  let address = 0;
  library.instantiateWasm = (imports, ready) =>
    instantiateWasm(imports, (instance, module) => {
      memory = instance.exports.memory;
      ready(instance, module);
    });
  const set = () => {
    library.HEAP32[library._PyHash_GetFuncDef() >> 2] = address;
  };
  library.onRuntimeInitialized = () => {
    const env = { memory: memory as WebAssembly.Memory };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(HASH as BufferSource), { env });
    address = library.addFunction(exports.siphash, 'iii');
    set();
    onRuntimeInitialized?.();
  };
  return set;
}
