import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { machine } from '../engine/wasm/threads';

/** Large works of the engine on this thread may use the machine's other cores. */
export function lendThreads(): void {
  machine.helpers = availableParallelism() - 1;
  machine.start = (code, helper) => void new Worker(code, { eval: true, workerData: helper }).unref();
}
