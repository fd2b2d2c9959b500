// What a long run costs to record, and how near any of its ticks is: the tutorial's network, or an MLP of 100,000 parameters.
//   node bench/long.mjs 100 1000 10000           the tutorial's, that many iterations each
//   node bench/long.mjs --wide 1000 10000        the MLP
//   --memory 256                                 the bound, in MB
//   --script FILE                                another script that says range(200)
// Each run has a process of its own. Memory is what the process took at its peak, less the peak of the same script without recording
// (of 10,000 iterations at most: without recording it does not grow), and what is alive after a garbage collection.
import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const args = process.argv.slice(2);
const after = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : null);
const wide = args.includes('--wide');
const script = after('--script');
const memory = Number(after('--memory') ?? (wide ? 512 : 256));
const MB = 1024 * 1024;

const once = (session, name) =>
  new Promise((done) => {
    const subscription = session.on(name, (event) => {
      subscription.dispose();
      done(event);
    });
  });

// ---- one run, in a process of its own -------------------------------------------------------------------------

/** Loaded before the worker's own code: collects garbage and tells what is left, when it is asked to. */
const HOOK = `
const { workerData } = require('node:worker_threads');
const { asked } = workerData;
const wait = Atomics.wait;
Atomics.wait = (...args) => {
  const woken = wait(...args);
  if (Atomics.load(asked, 0) === 1) {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    asked[1] = heapUsed;
    asked[2] = external;
    if (process.env.SNAPSHOT) require('node:v8').writeHeapSnapshot(process.env.SNAPSHOT);
    Atomics.store(asked, 0, 0);
  }
  return woken;
};
`;

/** Lets the worker load HOOK first, and share numbers with it. */
async function watched(folder) {
  const hook = join(folder, 'hook.cjs');
  writeFileSync(hook, HOOK);
  (await import('node:v8')).setFlagsFromString('--expose-gc');
  const threads = (await import('node:worker_threads')).default;
  const flags = new Int32Array(new SharedArrayBuffer(12));
  threads.Worker = class extends threads.Worker {
    constructor(file, { workerData, env, ...options }) {
      const snapshot = process.env.SNAPSHOT ? { SNAPSHOT: process.env.SNAPSHOT } : {};
      super(file, {
        ...options,
        env: { ...env, ...snapshot },
        workerData: { ...workerData, asked: flags },
        execArgv: ['--require', hook],
      });
    }
  };
  (await import('node:module')).default.syncBuiltinESMExports();
  return async (session) => {
    Atomics.store(flags, 0, 1);
    while (Atomics.load(flags, 0) === 1) await session.request('cursor', {});
    return { heap: flags[1], external: flags[2] };
  };
}

async function child({ bundle, program, iterations, plain, folder }) {
  const alive = await watched(folder);
  const { openScript } = await import(pathToFileURL(bundle).href);
  const session = await openScript({ program, noDebug: plain, memoryLimit: memory }, dist);
  const half = { at: 0, iterations: 0 };
  session.on('progress', ({ cursor }) => {
    if (!half.at && cursor.iterations >= iterations / 2)
      Object.assign(half, { at: performance.now(), iterations: cursor.iterations });
  });
  const end = once(session, plain ? 'terminated' : 'stopped');
  const start = performance.now();
  await session.request('start', { stopOnEntry: false });
  const stop = await end;
  const time = performance.now() - start;
  const peak = process.resourceUsage().maxRSS * 1024;
  if (plain) return { time, peak };
  const slower = half.at
    ? (start + time - half.at) / (iterations - half.iterations) / ((half.at - start) / half.iterations)
    : 1;
  const left = await alive(session);
  const info = await session.request('info', {});
  const times = await looks(session, stop.cursor.ticks, stop.cursor.iterations);
  const looked = process.resourceUsage().maxRSS * 1024;
  return { time, peak, looked, slower, ...left, info, times, ticks: stop.cursor.ticks };
}

const random = (() => {
  let state = 1;
  return (n) => (state = (state * 48271) % 2147483647) % n;
})();

/** Milliseconds of what a user does at ticks all over the run. */
async function looks(session, ticks, iterations) {
  const go = async (name, request) => {
    const stop = once(session, 'stopped');
    await session.request(name, request);
    return stop;
  };
  const { graph, nodes } = await session.request('picture', {});
  const weights = graph.nodes.filter((n) => n.kind === 'parameter').map((n) => nodes[n.id].tensor);
  const times = { seek: [], picture: [], step: [], back: [], update: [] };
  const timed = async (list, body) => {
    const begun = performance.now();
    await body();
    list.push(performance.now() - begun);
  };
  // As the view does: everything once, then what is new.
  await timed((times.timeline = []), () => session.request('timeline', { from: 0 }));
  const { structure } = await session.request('picture', {});
  for (let i = 0; i < 60; i++) {
    const tensor = weights[i % weights.length];
    await timed(times.seek, async () => {
      await go('seek', { tick: random(ticks) });
      await session.request('tensor', { tensor });
    });
    await timed(times.picture, () => session.request('picture', { have: structure }));
    for (const [list, move] of [
      [times.step, 'stepIn'],
      [times.back, 'stepBackInto'],
    ])
      await timed(list, async () => {
        await go('move', { move });
        await session.request('picture', { have: structure });
        await session.request('timeline', { from: iterations - 1 });
      });
    await timed(times.update, () => session.request('update', { parameter: tensor }));
  }
  return times;
}

// ---- all runs ---------------------------------------------------------------------------------------------------

const spread = (times) => {
  const t = [...times].sort((a, b) => a - b);
  return `${t[t.length >> 1].toFixed(1)} / ${t.at(-1).toFixed(0)}`;
};

function scriptOf(iterations) {
  const tutorial = readFileSync(script ?? join(root, 'bench/tutorial200.py'), 'utf8');
  const mlp = tutorial
    .replace('(500, 20)', '(32, 64)')
    .replace('(500,)', '(32,)')
    .replace(
      /nn\.Sequential\(.*\)\n/,
      'nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 300), nn.ReLU(), nn.Linear(300, 21))\n',
    );
  return (wide ? mlp : tutorial).replace('range(200)', `range(${iterations})`);
}

const COLUMNS = [
  ['iterations', 10],
  ['ticks', 9],
  ['plain/it', 9],
  ['recorded/it', 12],
  ['2nd half/1st', 13],
  ['peak', 6],
  ['looked', 7],
  ['alive', 6],
  ['structure', 10],
  ['contents', 9],
  ['every', 7],
  ['left out', 9],
  ['timeline', 12],
  ['seek+tensor', 13],
  ['picture', 13],
  ['step', 13],
  ['back', 13],
  ['update panel', 13],
];
const line = (cells) => COLUMNS.map(([, width], i) => String(cells[i]).padStart(width)).join(' ');

async function main() {
  const lengths = args
    .filter((a, i) => /^\d+(e\d+)?$/.test(a) && !['--memory', '--script'].includes(args[i - 1]))
    .map(Number);
  if (!args.includes('--built')) spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'backstep-bench-'));
  const bundle = join(folder, 'session.mjs');
  await build({
    entryPoints: [join(root, 'src/python/scriptSession.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
  });
  const run = (iterations, plain) =>
    new Promise((done, failed) => {
      const program = join(folder, `run${iterations}.py`);
      writeFileSync(program, scriptOf(iterations));
      const process = fork(import.meta.filename, args, { env: { ...globalThis.process.env, BENCH_CHILD: '1' } });
      process.on('message', (told) => done(told));
      process.on('exit', (code) => failed(new Error(`the run of ${iterations} iterations ended with ${code}`)));
      process.send({ bundle, program, iterations, plain, folder });
    });
  const what = script ? basename(script) : wide ? 'MLP of 100,000 parameters' : "the tutorial's network";
  console.log(
    `${what}, bound ${memory} MB; times in ms (median / worst of 60), memory in MB beyond the run without recording`,
  );
  console.log(line(COLUMNS.map(([name]) => name)));
  for (const iterations of lengths) {
    const few = Math.min(iterations, 10_000);
    const plain = await run(few, true);
    const r = await run(iterations, false);
    const mb = (bytes) => (bytes / MB).toFixed(0);
    console.log(
      line([
        iterations,
        r.ticks,
        (plain.time / few).toFixed(2),
        (r.time / iterations).toFixed(2),
        r.slower.toFixed(2),
        mb(r.peak - plain.peak),
        mb(r.looked - plain.peak),
        mb(r.heap + r.external),
        mb(r.info.structure),
        mb(r.info.contents),
        r.info.checkpointEvery,
        r.info.leftOutBefore,
        ...['timeline', 'seek', 'picture', 'step', 'back', 'update'].map((name) => spread(r.times[name])),
      ]),
    );
  }
  rmSync(folder, { recursive: true });
}

if (process.env.BENCH_CHILD)
  process.once('message', async (task) => {
    process.send(await child(task), () => process.exit());
  });
else await main();
