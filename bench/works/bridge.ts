/** What bench/bridge.mjs measures. */
export { defaultsOf, run, wrapNumber } from '../../src/engine/dispatch';
export { opNamed } from '../../src/engine/op';
export { startInterpreter } from '../../test/python/interpreter';
