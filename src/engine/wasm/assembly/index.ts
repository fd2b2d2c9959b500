/** What the kernels' module exports (its types for callers: ../kernels.ts). Addresses are in bytes, sizes and strides in elements. */
export { setWindows } from './convolution';
export { map32, pairs32, triples32 } from './elementwise';
export { gemmRoom } from './gemm';
export { serve, setThread, work } from './jobs';
// The runtime's compiler must meet these as functions of their own.
export { narrow32, narrow64, wide32, wide64 } from './tiles';
