/** What the kernels' module exports (its types for callers: ../kernels.ts). Addresses are in bytes, sizes and strides in elements. */

export {
  convolve32,
  convolve64,
  convolveBack32,
  convolveBack64,
  convolveWeight32,
  convolveWeight64,
  setWindows,
} from './convolution';
export { map32, pairs32, triples32 } from './elementwise';
export { gemm32, gemm64, gemmRoom, setGemmRoom } from './gemm';
// The runtime's compiler must meet these as functions of their own.
export { narrow32, narrow64, wide32, wide64 } from './tiles';
