// Backstep beside PyTorch and the engines of JavaScript, in one run. Builds nothing by hand.
//   npm run bench -- [--works W1,W2] [--engines engine,recorded,python,torch,tfjs,jax,js-pytorch] [--rounds 3]
// Prints a table a work, and writes bench/RESULTS.md where no work and no engine was left out.
//   npm run bench -- steps | bridge | long | live | open     the other files of this folder, and what they take
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled } from '../scripts/lib/bundle.mjs';
import { rounds } from './works/run.mjs';

const OTHERS = ['steps', 'bridge', 'long', 'live', 'open'];
const [, , other, ...rest] = process.argv;
if (OTHERS.includes(other)) {
  const args = [join(import.meta.dirname, `${other}.mjs`), ...rest];
  process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);
}

const root = resolve(import.meta.dirname, '..');

/** What a work is, and the goals: medians over PyTorch's, of the engine while recording and of the recorded Python script. */
const WORKS = {
  W1: { what: "the tutorial's step: 500x20-13-8-3, SGD with momentum", recorded: 0.35, python: 0.7 },
  W2: { what: 'tiny: 4x2-8-1, SGD', recorded: 0.03, python: 0.5 },
  W3: { what: 'MLP 784-128-64-10, batch 64, Adam', recorded: 1, python: 1.1 },
  W4: { what: 'MLP 784-1024-1024-10, batch 128, SGD', recorded: 2, python: 2 },
  W5: { what: 'CNN, batch 32, 28x28, 3x3x8, 3x3x16, SGD', recorded: 1, python: 1.2 },
  W6: { what: 'matrix product 256x256x256' },
  W7: {
    what: 'transformer: 2 layers, 64 wide, 4 heads, sequence 32, batch 16, AdamW',
    recorded: 1,
    python: 1.3,
  },
  W8: { what: 'LSTM 64, sequence 32, batch 16, Adam', recorded: 1, python: 1.3 },
};

const ENGINES = {
  engine: "Backstep's engine",
  recorded: 'engine, recording',
  python: 'Python script, recording',
  torch1: 'PyTorch, 1 thread',
  torch: `PyTorch, ${cpus().length} threads`,
};
/** What --engines may say, and what it means. */
const NAMED = { torch: ['torch1', 'torch'] };

const options = {
  works: { type: 'string' },
  engines: { type: 'string' },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '0.5' },
};
const { values } = parseArgs({ options });
const works = values.works?.split(',') ?? Object.keys(WORKS);
const engines = values.engines?.split(',').flatMap((name) => NAMED[name] ?? name) ?? Object.keys(ENGINES);

const time = (ms) => (ms >= 1 ? `${ms.toPrecision(3)} ms` : `${(ms * 1000).toPrecision(3)} µs`);
const loss = (x) => x.toPrecision(6);

/** PyTorch's better thread count, if it was there. */
function judge(found) {
  const times = ['torch1', 'torch'].map((name) => found[name]).filter((one) => one?.median !== undefined);
  return (
    times.length && { median: Math.min(...times.map((t) => t.median)), best: Math.min(...times.map((t) => t.best)) }
  );
}

function* tableOf(work, found) {
  yield `### ${work}: ${WORKS[work].what}`;
  yield '';
  yield `| | median | best | to PyTorch | best to best | goal | ${work === 'W6' ? 'GFLOP/s, best | an element' : 'loss at first | after 20 steps'} |`;
  yield '|---|---|---|---|---|---|---|---|';
  const torch = judge(found);
  for (const [engine, one] of Object.entries(found)) {
    const name = ENGINES[engine] ?? engine;
    if (one.failure) {
      yield `| ${name} | ${one.failure} | | | | | | |`;
      continue;
    }
    const ratio = (which) => (torch ? (one[which] / torch[which]).toPrecision(2) : '');
    const goal = WORKS[work][engine];
    const last = work === 'W6' ? (2 * 256 ** 3) / one.best / 1e6 : one.losses[0];
    const kept = goal === undefined || !torch ? '' : one.median / torch.median <= goal ? 'yes' : 'no';
    yield `| ${name} | ${time(one.median)} | ${time(one.best)} | ${ratio('median')} | ${ratio('best')} | ${
      goal === undefined ? '' : `${goal}: ${kept}`
    } | ${work === 'W6' ? last.toPrecision(3) : loss(last)} | ${loss(one.losses[1])} |`;
  }
  yield '';
}

const lines = [];
const say = (line) => {
  console.log(line);
  lines.push(line);
};

const built = spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
const folder = mkdtempSync(join(tmpdir(), 'backstep-bench-'));
try {
  await bundled('bench/works/engine.ts', (engine) =>
    bundled('src/python/scriptSession.ts', async (session) => {
      const setup = {
        rounds: Number(values.rounds),
        warm: 0.3,
        seconds: Number(values.seconds),
        flags: [],
        folder,
        dist: join(root, 'dist'),
        bundles: { engine, session },
      };
      for (const work of works) for (const line of tableOf(work, await rounds(work, engines, setup))) say(line);
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}
const whole = !values.works && !values.engines;
if (whole) writeFileSync(join(root, 'bench/RESULTS.md'), `${lines.join('\n')}\n`);
