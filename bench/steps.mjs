// How long a step, a seek and a picture take over 200 recorded iterations of the tutorial's network, and what recording costs.
//   npm run bench -- steps          (builds nothing by hand; prints medians and worst cases, and ratios within this run)
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundled } from '../scripts/lib/bundle.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
const { openScript } = await bundled('src/python/scriptSession.ts', (file) => import(pathToFileURL(file).href));

const program = join(root, 'bench/tutorial200.py');
const once = (session, name) =>
  new Promise((done) => {
    const subscription = session.on(name, (event) => {
      subscription.dispose();
      done(event);
    });
  });
const timed = async (body) => {
  const start = performance.now();
  await body();
  return performance.now() - start;
};
const sorted = (times) => [...times].sort((a, b) => a - b);
const report = (name, times) => {
  const t = sorted(times);
  console.log(
    `${name.padEnd(46)} median ${t[t.length >> 1].toFixed(1).padStart(7)} ms   worst ${t.at(-1).toFixed(1).padStart(7)} ms   (${t.length})`,
  );
};

async function runWhole(noDebug) {
  const session = await openScript({ program, noDebug, stopAtEnd: false }, dist);
  const ended = once(session, 'terminated');
  const time = await timed(async () => {
    await session.request('start', { stopOnEntry: false });
    await ended;
  });
  await session.dispose();
  return time;
}

const plain = [];
const recorded = [];
for (let round = 0; round < 3; round++) {
  plain.push(await runWhole(true));
  recorded.push(await runWhole(false));
}
report('200 iterations, not recorded', plain);
report('200 iterations, recorded, every line traced', recorded);
console.log(`recording costs ${(sorted(recorded)[1] / sorted(plain)[1]).toFixed(2)} x the time without\n`);

const session = await openScript({ program }, dist);
const end = once(session, 'stopped');
await session.request('start', { stopOnEntry: false });
const { cursor } = await end;
const go = async (name, args) => {
  const stop = once(session, 'stopped');
  await session.request(name, args);
  await stop;
};
const random = (() => {
  let state = 1;
  return (n) => (state = (state * 48271) % 2147483647) % n;
})();
const seeks = [];
const pictures = [];
const tensors = [];
for (let i = 0; i < 200; i++) {
  const tick = random(cursor.ticks);
  seeks.push(await timed(() => go('seek', { tick })));
  pictures.push(
    await timed(async () => {
      const { nodes } = await session.request('picture', {});
      const shown = nodes.find((n) => n.tensor !== null);
      if (shown) tensors.push(await timed(() => session.request('tensor', { tensor: shown.tensor })));
    }),
  );
}
report(`seek to any of ${cursor.ticks} ticks`, seeks);
report('the picture there, all its numbers', pictures);
report('one tensor there: statistics, histogram, grid', tensors);
report('the optimizer panel, first asked', [await timed(() => session.request('update', {}))]);
report('the optimizer panel, then', await Promise.all([1, 2, 3].map(() => timed(() => session.request('update', {})))));
await go('seek', { tick: cursor.ticks >> 1 });
for (const move of [
  'stepBack',
  'next',
  'stepIn',
  'stepBackInto',
  'tickBack',
  'tickForward',
  'iterationBack',
  'iterationForward',
]) {
  const times = [];
  for (let i = 0; i < 40; i++) times.push(await timed(() => go('move', { move })));
  report(move, times);
}
await session.dispose();
