// What a live picture costs a run: the same training without a view, and with one that follows it.
//   node bench/live.mjs [ROUNDS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  const start = performance.now();
  await session.request('start', { stopOnEntry: false });
  await ended;
  const time = performance.now() - start;
  await session.dispose();
  return { time, pictures };
}

const rounds = Number(process.argv[2] ?? 5);
const ratios = [];
await run(false);
for (let i = 0; i < rounds; i++) {
  // In turns, and the other way round every second time: whatever else the machine does falls on both.
  const first = await run(i % 2 === 1);
  const second = await run(i % 2 === 0);
  const [alone, followed] = i % 2 === 1 ? [second, first] : [first, second];
  ratios.push(followed.time / alone.time);
  console.log(
    `alone ${alone.time.toFixed(0)} ms   followed ${followed.time.toFixed(0)} ms   ${followed.pictures} pictures   ratio ${ratios.at(-1).toFixed(3)}`,
  );
}
const median = [...ratios].sort((a, b) => a - b)[ratios.length >> 1];
console.log(`a live picture costs ${((median - 1) * 100).toFixed(1)} % (median of ${rounds}); the bound is 5 %`);
rmSync(folder, { recursive: true });
