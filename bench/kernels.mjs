// How fast the engine's kernels are: GFLOP/s on every way to compute, copying in and out included, beside real PyTorch where it can be
// imported. All take turns, several rounds; the best of each counts, since others may use the machine.
//   npm run bench -- kernels [--rounds 3] [--seconds 0.1] [--only TEXT]
import { spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from '../scripts/lib/bundle.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '0.1' },
    only: { type: 'string', default: '' },
  },
});

const product = (form, m, k, n, count) => ({ kind: 'product', form, m, k, n, ...(count ? { count } : {}) });
const convolution = (way, batch, inner, outer, size) => ({ kind: 'convolution', way, batch, inner, outer, size });
const CASES = [
  // W1's, forward and backward.
  ...[product('NT', 500, 20, 13), product('NN', 500, 13, 20), product('TN', 13, 500, 20), product('NT', 500, 8, 3)],
  // W3's and W4's.
  ...[product('NT', 64, 784, 128), product('TN', 128, 64, 784), product('NT', 128, 784, 1024)],
  ...[product('TN', 1024, 128, 1024), product('NN', 128, 1024, 1024), product('NT', 128, 1024, 10)],
  ...[product('NN', 256, 256, 256), product('NN', 512, 512, 512)],
  // One row; W7's heads.
  ...[product('NT', 1, 1024, 1024), product('NT', 32, 16, 32, 64), product('NN', 32, 32, 16, 64)],
  ...['forward', 'input', 'weight'].flatMap((way) => [convolution(way, 32, 1, 8, 28), convolution(way, 32, 8, 16, 14)]),
];
const sizeOf = (c) =>
  c.kind === 'product' ? (c.count ?? 1) * c.m * c.k * c.n : c.batch * c.inner * c.outer * 9 * c.size ** 2;
const nameOf = (c) =>
  c.kind === 'product'
    ? `${c.form} ${c.count ? `${c.count} · ` : ''}${c.m}x${c.k}x${c.n}`
    : `conv ${c.way} ${c.batch}x${c.inner}x${c.size}x${c.size} to ${c.outer}`;

/** Seconds of one run, the best of many. */
function best(run, times, seconds) {
  let found = Infinity;
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    const start = performance.now();
    for (let i = 0; i < times; i++) run();
    found = Math.min(found, (performance.now() - start) / times / 1000);
  }
  return found;
}

function pytorch() {
  if (spawnSync('python3', ['-c', 'import torch']).status !== 0) return null;
  const child = spawn('python3', [join(import.meta.dirname, 'works/kernels.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return Number((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}

await bundled('bench/works/kernels.ts', async (file) => {
  const engine = await import(pathToFileURL(file).href);
  engine.lendThreads();
  const torch = pytorch();
  const seconds = Number(values.seconds);
  const counts = torch ? [1, cpus().length] : [];
  const columns = [...engine.paths, ...counts.map((n) => `PyTorch, ${n}`)];
  console.log(`GFLOP/s, best of ${values.rounds} rounds; Node ${process.versions.node}, ${cpus()[0].model}`);
  console.log(`${'kernel'.padEnd(34)}${columns.map((c) => c.padStart(12)).join('')}    of the best of PyTorch`);
  for (const c of CASES.filter((c) => nameOf(c).includes(values.only))) {
    const flop = 2 * sizeOf(c);
    const times = Math.max(1, Math.round(1e6 / flop));
    const found = columns.map(() => Infinity);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [i, path] of engine.paths.entries())
        found[i] = Math.min(found[i], best(engine.runner(c, path), times, seconds));
      for (const [i, threads] of counts.entries()) {
        const at = engine.paths.length + i;
        found[at] = Math.min(found[at], await torch.ask({ case: c, threads, times, seconds }));
      }
    }
    const rates = found.map((s) => flop / s / 1e9);
    const rest = rates.slice(engine.paths.length);
    const ratio = rest.length ? (Math.max(...rest) / rates[0]).toFixed(2) : '';
    console.log(`${nameOf(c).padEnd(34)}${rates.map((r) => r.toFixed(1).padStart(12)).join('')}${ratio.padStart(12)}`);
  }
  torch?.end();
});
