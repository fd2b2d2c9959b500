// Backstep beside PyTorch and the engines of JavaScript, in one run. Builds nothing by hand.
//   npm run bench -- [--works W1,W2] [--engines engine,recorded,python,torch,tfjs,jax,js-pytorch] [--rounds 3] [--seconds 0.5]
//   npm run bench -- --growth       how cost grows with batch and with parameters
//   npm run bench -- --memory       100,000 iterations without recording: does memory hold steady?   (--iterations 100000)
//   --cpu       by the time that a process had a core, not by the clock on the wall: for a busy machine, and one thread
// Without a choice it does all of this, and writes bench/RESULTS.md.
//   npm run bench -- kernels | steps | bridge | long | live | open     the other files of this folder, and what they take
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { bundled } from '../scripts/lib/bundle.mjs';
import { engines as javascript, vscodeNode } from './works/libraries.mjs';
import { output, rounds } from './works/run.mjs';
import { growthTable, recordingCost, workTable } from './works/tables.mjs';

const OTHERS = ['kernels', 'steps', 'bridge', 'long', 'live', 'open'];
const [, , other, ...rest] = process.argv;
if (OTHERS.includes(other)) {
  const args = [join(import.meta.dirname, `${other}.mjs`), ...rest];
  process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);
}

const root = resolve(import.meta.dirname, '..');

/** What a work is, and the goals: medians over PyTorch's, of the engine while recording and of the recorded Python script; and what recording may cost the engine. */
const WORKS = {
  W1: { what: "the tutorial's step: 500x20-13-8-3, SGD with momentum", recorded: 0.35, python: 0.7, recording: 1.15 },
  W2: { what: 'tiny: 4x2-8-1, SGD', recorded: 0.03, python: 0.5, recording: 2 },
  W3: { what: 'MLP 784-128-64-10, batch 64, Adam', recorded: 1, python: 1.1, recording: 1.15 },
  W4: { what: 'MLP 784-1024-1024-10, batch 128, SGD', recorded: 2, python: 2 },
  W5: { what: 'CNN, batch 32, 28x28, 3x3x8, 3x3x16, SGD', recorded: 1, python: 1.2, recording: 1.15 },
  W6: { what: 'matrix product 256x256x256' },
  W7: { what: 'transformer: 2 layers, 64 wide, 4 heads, sequence 32, batch 16, AdamW', recorded: 1, python: 1.3 },
  W8: { what: 'LSTM 64, sequence 32, batch 16, Adam', recorded: 1, python: 1.3 },
};

const OWN = { engine: "Backstep's engine", recorded: 'engine, recording', python: 'Python script, recording' };
const PYTORCH = { torch1: 'PyTorch, 1 thread', torch: `PyTorch, ${cpus().length} threads` };
const JAVASCRIPT = {
  'tfjs:wasm': 'tfjs, wasm',
  'tfjs:cpu': 'tfjs, cpu',
  jax: 'jax-js, wasm, jit',
  'js-pytorch': 'js-pytorch',
};
const ENGINES = { ...OWN, ...PYTORCH, ...JAVASCRIPT };
/** What --engines may say for several. */
const SEVERAL = { torch: Object.keys(PYTORCH), tfjs: ['tfjs:wasm', 'tfjs:cpu'] };

/** Seconds until V8 has compiled what a step runs: shorter, and medians are those of a cold engine. */
const WARM = 1.5;

const BATCHES = [50, 500, 5000, 50_000];
/** Widths of an MLP of three layers, for 1e2 to 1e7 parameters. */
const WIDTHS = [4, 20, 68, 220, 704, 2233];

const options = {
  works: { type: 'string' },
  engines: { type: 'string' },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '0.5' },
  cpu: { type: 'boolean' },
  growth: { type: 'boolean' },
  memory: { type: 'boolean' },
  iterations: { type: 'string', default: '100000' },
};
const { values } = parseArgs({ options });
const whole = !values.works && !values.engines && !values.cpu && !values.growth && !values.memory;
const engines = values.engines?.split(',').flatMap((name) => SEVERAL[name] ?? name) ?? Object.keys(ENGINES);
const works = values.works?.split(',') ?? (values.growth || values.memory ? [] : Object.keys(WORKS));
for (const [given, known] of [
  [engines, ENGINES],
  [works, WORKS],
])
  for (const name of given)
    if (!(name in known)) throw new Error(`There is no ${name}: there are ${Object.keys(known).join(', ')}.`);

const lines = [];
const say = (line = '') => {
  console.log(line);
  lines.push(line);
};

/** Where and when, and with what. */
function heading() {
  const [{ model }] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GB`;
  const load = loadavg()[0].toFixed(1);
  say('# How fast is it?');
  say();
  const machine = `${cpus().length} x ${model}, ${memory}, Node ${process.version} (V8 ${process.versions.v8})`;
  const count = values.rounds === '1' ? 'one round' : `${values.rounds} rounds`;
  const clock = values.cpu ? "the processor's time of the process (--cpu, not the wall's)" : "the wall's time";
  say(
    `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}, load ${load} at the start.`,
  );
  say();
  say(
    `A step's time is ${clock}: median and best of batches of about 10 ms, over ${count} in which the engines took turns,`,
  );
  say("each in a process of its own. Ratios are to PyTorch eager's better thread count. All start from the same");
  say('numbers: the losses say that the work was the same.');
  say();
}

function versions(found) {
  const known = new Map([['engine', manifest.version]]);
  // A script on Backstep is told the version of PyTorch that it stands for.
  for (const one of found)
    for (const [engine, { version }] of Object.entries(one))
      if (version && engine !== 'python') known.set(engine, version);
  say(`Versions: ${[...known].map(([engine, version]) => `${ENGINES[engine]} ${version}`).join(', ')}.`);
  say();
}

async function growth(setup) {
  const some = engines.filter((engine) => engine in OWN || engine in PYTORCH);
  const at = async (work, label) => [label, await rounds(work, some, { ...setup, rounds: 1 })];
  say('## How cost grows');
  say();
  const batches = [];
  for (const n of BATCHES) batches.push(await at(`W1/${n}`, n.toLocaleString('en')));
  for (const line of growthTable('W1, by its batch', batches, some, ENGINES)) say(line);
  const nets = [];
  for (const n of WIDTHS) nets.push(await at(`mlp/${n}`, (2 * n * n + 12 * n + 10).toLocaleString('en')));
  for (const line of growthTable('MLP of three layers, batch 64, SGD, by its parameters', nets, some, ENGINES))
    say(line);
}

async function memory({ bundles }) {
  const iterations = Number(values.iterations);
  const args = ['--expose-gc', join(root, 'bench/works/memory.mjs'), JSON.stringify({ bundles, iterations })];
  const { failure, settled, peak, end } = await output(process.execPath, args, 0);
  say('## Memory');
  say();
  const mb = (x) => `${x.toFixed(1)} MB`;
  say(
    failure ??
      `${iterations.toLocaleString('en')} iterations of W1 on the engine without recording: alive ${mb(settled.alive)} after the first 1,000, ${mb(end.alive)} at the end; the process took ${mb(settled.rss)} then, ${mb(end.rss)} at the end, ${mb(peak)} at most.`,
  );
  say();
}

/** Where the engines of JavaScript are; words where they cannot be had. */
function installed() {
  if (!engines.some((engine) => engine in JAVASCRIPT)) return {};
  try {
    return { libraries: javascript(root) };
  } catch (error) {
    return { missing: Object.fromEntries(Object.keys(JAVASCRIPT).map((engine) => [engine, error.message])) };
  }
}

/** Everything runs on VS Code's Node, as the extension does; on this one where that cannot be had, which the heading says. */
function onVSCodeNode() {
  const node = vscodeNode(root);
  if (node === process.execPath) return;
  process.exit(spawnSync(node, [process.argv[1], ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
}
try {
  onVSCodeNode();
} catch (error) {
  console.error(error.message);
}

if (spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' }).status !== 0) process.exit(1);
const folder = mkdtempSync(join(tmpdir(), 'backstep-bench-'));

async function bench(bundles) {
  const [count, seconds] = [Number(values.rounds), Number(values.seconds)];
  const setup = {
    rounds: count,
    warm: WARM,
    seconds,
    cpu: values.cpu,
    folder,
    dist: join(root, 'dist'),
    bundles,
    ...installed(),
  };
  heading();
  const all = [];
  for (const work of works) {
    const found = await rounds(work, engines, setup);
    all.push(found);
    for (const line of workTable(`${work}: ${WORKS[work].what}`, found, ENGINES, WORKS[work], work === 'W6')) say(line);
    const cost = recordingCost(found, WORKS[work].recording);
    if (cost && work !== 'W6') say(`${cost}\n`);
  }
  if (all.length) versions(all);
  if (whole || values.growth) await growth(setup);
  if (whole || values.memory) await memory(setup);
  if (whole) writeFileSync(join(root, 'bench/RESULTS.md'), `${lines.join('\n').trim()}\n`);
}

try {
  await bundled('bench/works/engine.ts', (engine) =>
    bundled('src/python/scriptSession.ts', (session) => bench({ engine, session })),
  );
} finally {
  rmSync(folder, { recursive: true });
}
