// What a live picture costs a run: the same training without a view, and with one that follows it.
//   node bench/live.mjs [ROUNDS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'backstep-live-'));
const program = join(folder, 'train.py');
writeFileSync(
  program,
  `import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(128, 64), torch.randint(0, 10, (128,))
for i in range(600):
    loss = torch.nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
`,
);
const bundle = async (entry, name) => {
  const outfile = join(folder, name);
  await build({ entryPoints: [join(root, entry)], bundle: true, platform: 'node', format: 'esm', outfile });
  return import(pathToFileURL(outfile).href);
};
const { openScript } = await bundle('src/python/scriptSession.ts', 'session.mjs');
const { Feed } = await bundle('src/feed/feed.ts', 'feed.mjs');

/** Milliseconds of processor time of each thread (Linux): what else the machine does is not in it. */
function cpu() {
  const of = (thread) => Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  try {
    return new Map(readdirSync('/proc/self/task').map((thread) => [thread, of(thread)]));
  } catch {
    return null;
  }
}

/** The script's thread is the one that worked most. */
function workOf(before, after) {
  if (!before || !after) return Number.NaN;
  return Math.max(...[...after].map(([thread, ms]) => ms - (before.get(thread) ?? 0)));
}

async function run(followed) {
  const session = await openScript({ program, stopAtEnd: false }, dist);
  let pictures = 0;
  if (followed) {
    const feed = new Feed((message) => {
      if (message.type === 'running' && message.picture) pictures++;
    });
    feed.attach(session);
    session.on('progress', (event) => void feed.grow(event));
  }
  const ended = new Promise((done) => session.on('terminated', done));
  const before = cpu();
  const start = performance.now();
  await session.request('start', { stopOnEntry: false });
  await ended;
  const time = performance.now() - start;
  const work = workOf(before, cpu());
  await session.dispose();
  return { time, work, pictures };
}

const rounds = Number(process.argv[2] ?? 5);
const ratios = [];
const works = [];
await run(false);
for (let i = 0; i < rounds; i++) {
  // In turns, and the other way round every second time: whatever else the machine does falls on both.
  const first = await run(i % 2 === 1);
  const second = await run(i % 2 === 0);
  const [alone, followed] = i % 2 === 1 ? [second, first] : [first, second];
  ratios.push(followed.time / alone.time);
  works.push(followed.work / alone.work);
  console.log(
    `alone ${alone.time.toFixed(0)} ms   followed ${followed.time.toFixed(0)} ms   ${followed.pictures} pictures   ratio ${ratios.at(-1).toFixed(3)}, of the thread's own time ${works.at(-1).toFixed(3)}`,
  );
}
const percent = (of) => ((of.sort((a, b) => a - b)[of.length >> 1] - 1) * 100).toFixed(1);
console.log(
  `a live picture costs ${percent(ratios)} %, ${percent(works)} % of the thread's own time (medians of ${rounds}); the bound is 5 %`,
);
rmSync(folder, { recursive: true });
