// What a long run costs to record, and how near any of its ticks is: the tutorial's network, or an MLP of 100,000 parameters.
//   node bench/long.mjs 100 1000 10000           the tutorial's, that many iterations each
//   node bench/long.mjs --wide 1000 10000        the MLP
//   --memory 256                                 the bound, in MB
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const args = process.argv.slice(2);
const wide = args.includes('--wide');
const memory = args.includes('--memory') ? Number(args[args.indexOf('--memory') + 1]) : wide ? 512 : 256;
const lengths = args.filter((a, i) => /^\d+(e\d+)?$/.test(a) && args[i - 1] !== '--memory').map(Number);
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
const { openScript } = await import(pathToFileURL(bundle).href);

const tutorial = readFileSync(join(root, 'bench/tutorial200.py'), 'utf8');
const mlp = tutorial
  .replace('(500, 20)', '(32, 64)')
  .replace('(500,)', '(32,)')
  .replace(
    /nn\.Sequential\(.*\)\n/,
    'nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 300), nn.ReLU(), nn.Linear(300, 21))\n',
  );

const once = (session, name) =>
  new Promise((done) => {
    const subscription = session.on(name, (event) => {
      subscription.dispose();
      done(event);
    });
  });
const random = (() => {
  let state = 1;
  return (n) => (state = (state * 48271) % 2147483647) % n;
})();
const MB = 1024 * 1024;
const rss = () => process.memoryUsage().rss / MB;
const spread = (times) => {
  const t = [...times].sort((a, b) => a - b);
  return `${t[t.length >> 1].toFixed(1).padStart(6)} ${t.at(-1).toFixed(0).padStart(5)}`;
};

/** Runs the script; returns the session at its end, milliseconds, and the memory that the process took since Python was loaded. */
async function record(iterations, noDebug) {
  const program = join(folder, `run${iterations}.py`);
  writeFileSync(program, (wide ? mlp : tutorial).replace('range(200)', `range(${iterations})`));
  const session = await openScript({ program, noDebug, memoryLimit: memory }, dist);
  const base = rss();
  let peak = base;
  const half = { at: 0, iterations: 0 };
  const watch = setInterval(() => {
    peak = Math.max(peak, rss());
  }, 50);
  session.on('progress', ({ cursor }) => {
    if (!half.at && cursor.iterations >= iterations / 2)
      Object.assign(half, { at: performance.now(), iterations: cursor.iterations });
  });
  const end = once(session, noDebug ? 'terminated' : 'stopped');
  const start = performance.now();
  await session.request('start', { stopOnEntry: false });
  const { cursor } = await end;
  const stop = performance.now();
  clearInterval(watch);
  const slower = half.at
    ? (stop - half.at) / (iterations - half.iterations) / ((half.at - start) / half.iterations)
    : 1;
  return { session, cursor, time: stop - start, base, peak, end: rss(), slower };
}

console.log(
  `${wide ? 'MLP of 100,000 parameters' : "the tutorial's network"}, bound ${memory} MB; times in ms, memory in MB beyond what the process had`,
);
console.log(
  'iterations    ticks  plain/it  recorded/it  2nd half/1st   memory  peak   seek+tensor     picture        step         back',
);
for (const iterations of lengths) {
  const plain = iterations <= 10_000 ? await record(iterations, true) : null;
  await plain?.session.dispose();
  const { session, cursor, time, base, peak, end, slower } = await record(iterations, false);
  const go = async (name, args) => {
    const stop = once(session, 'stopped');
    await session.request(name, args);
    return stop;
  };
  const { nodes } = await session.request('picture', {});
  const { graph } = await session.request('picture', {});
  const weights = graph.nodes.filter((n) => n.kind === 'parameter').map((n) => nodes[n.id].tensor);
  const times = { seek: [], picture: [], step: [], back: [] };
  const timed = async (list, body) => {
    const begun = performance.now();
    await body();
    list.push(performance.now() - begun);
  };
  for (let i = 0; i < 60; i++) {
    const tick = random(cursor.ticks);
    await timed(times.seek, async () => {
      await go('seek', { tick });
      await session.request('tensor', { tensor: weights[i % weights.length] });
    });
    await timed(times.picture, () => session.request('picture', {}));
    for (const [list, move] of [
      [times.step, 'stepIn'],
      [times.back, 'stepBackInto'],
    ])
      await timed(list, async () => {
        await go('move', { move });
        await session.request('picture', {});
      });
  }
  const per = (t) => (t / iterations).toFixed(2);
  console.log(
    [
      String(iterations).padStart(10),
      String(cursor.ticks).padStart(8),
      (plain ? per(plain.time) : '').padStart(9),
      per(time).padStart(12),
      slower.toFixed(2).padStart(13),
      (end - base).toFixed(0).padStart(8),
      (peak - base).toFixed(0).padStart(5),
      ...Object.values(times).map((t) => spread(t).padStart(13)),
    ].join(' '),
  );
  await session.dispose();
}
rmSync(folder, { recursive: true });
