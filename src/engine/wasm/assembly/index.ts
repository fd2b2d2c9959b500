/** What the kernels' module exports (its types for callers: ../kernels.ts). Addresses are in bytes, sizes and strides in elements. */
export { setWindows } from './convolution';
export { map32, pairs32, triples32 } from './elementwise';
export { gemmRoom, setBroad } from './gemm';
export { serve, setThread, work } from './jobs';
export { lstmBackward32, lstmForward32 } from './layers';
export {
  addAt32,
  layerNorm32,
  layerNormBackward32,
  logSoftmax32,
  logSoftmaxBackward32,
  maxima32,
  softmax32,
  softmaxBackward32,
  softmaxColumns32,
  sumColumns32,
  sumRows32,
} from './rows';
// The runtime's compiler must meet these as functions of their own.
export { broad32, broadLow32, narrow32, narrow64, tall32, tall64, wide32, wide64 } from './tiles';
