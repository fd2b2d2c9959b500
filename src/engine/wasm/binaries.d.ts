/** The kernels' modules as bytes; scripts/lib/kernels.mjs compiles them from assembly/. */
declare module '*.wasm' {
  const bytes: Uint8Array;
  export default bytes;
}
