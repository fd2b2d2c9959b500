/** Compiled AssemblyScript as bytes; scripts/lib/kernels.mjs compiles it from the folders assembly/. */
declare module '*.wasm' {
  const bytes: Uint8Array;
  export default bytes;
}
