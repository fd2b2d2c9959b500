// Does the engine's memory hold steady? W1 for many iterations, not recorded: in a process of its own, with --expose-gc.
//   node --expose-gc memory.mjs '{"bundles": {"engine": …}, "iterations": 100000}'
import { pathToFileURL } from 'node:url';

const { bundles, iterations } = JSON.parse(process.argv[2]);
const { trainer } = await import(pathToFileURL(bundles.engine).href);

/** MB: what the process takes, and what is alive. */
function now() {
  // What a collection finds dead is counted off after it: the last of several tells what is alive.
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss: rss / 1e6, alive: (heapUsed + external) / 1e6 };
}

const step = trainer('W1', null);
let [settled, peak] = [null, 0];
for (let i = 1; i <= iterations; i++) {
  step();
  if (i === 1000) settled = now();
  else if (i % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss() / 1e6);
}
console.log(JSON.stringify({ settled, peak, end: now() }));
