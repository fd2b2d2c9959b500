// What it costs to write a run down while it goes on, how large the file is, and how soon it shows a picture.
//   node bench/open.mjs 1e3 1e4 1e5        the tutorial's network, that many iterations each
//   node bench/open.mjs --large            batches of 2 MB from Python: a file of about 200 MB
//   --plain                                recorded without writing as well, for the ratio
//   --memory 256                           the bound, in MB
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const args = process.argv.slice(2);
const memory = args.includes('--memory') ? Number(args[args.indexOf('--memory') + 1]) : 256;
const large = args.includes('--large');
const lengths = large ? [100] : args.filter((a, i) => /^\d+(e\d+)?$/.test(a) && args[i - 1] !== '--memory').map(Number);
if (!args.includes('--built')) spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'backstep-bench-'));
const bundle = join(folder, 'session.mjs');
const entry = join(root, 'src/python/scriptSession.ts');
await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile: bundle });
const { openScript } = await import(pathToFileURL(bundle).href);

const LARGE = `
import os
import torch
w = torch.ones(1, requires_grad=True)
for i in range(200):
    X = torch.frombuffer(bytearray(os.urandom(2_000_000)), dtype=torch.uint8)
    loss = (X.float() * w).mean()
    loss.backward()
    w.data -= 0.01 * w.grad
    w.grad = None
`;
const tutorial = readFileSync(join(root, 'bench/tutorial200.py'), 'utf8');

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
const spread = (times) => {
  const t = [...times].sort((a, b) => a - b);
  return `${t[t.length >> 1].toFixed(0)} / ${t.at(-1).toFixed(0)}`;
};

/** Milliseconds of a run, from its first line to its end. */
async function record(program, file) {
  const session = await openScript({ program, memoryLimit: memory, ...(file ? { record: file } : {}) }, dist);
  const end = once(session, 'stopped');
  const begun = performance.now();
  await session.request('start', { stopOnEntry: false });
  const { cursor } = await end;
  const time = performance.now() - begun;
  await session.dispose();
  return { time, cursor };
}

console.log(`${large ? 'batches of 2 MB from Python' : "the tutorial's network"}, bound ${memory} MB; times in ms`);
console.log('iterations    ticks   written/it  written/not  file MB  first picture  seek+tensor (median / worst)');
for (const iterations of lengths) {
  const program = join(folder, `run${iterations}.py`);
  const file = join(folder, `run${iterations}.backstep`);
  writeFileSync(program, (large ? LARGE : tutorial).replace('range(200)', `range(${iterations})`));
  const plain = args.includes('--plain') ? await record(program, null) : null;
  const { time, cursor } = await record(program, file);
  const begun = performance.now();
  const session = await openScript({ program: file }, dist);
  const stopped = once(session, 'stopped');
  await session.request('start', { stopOnEntry: true });
  await stopped;
  const { nodes } = await session.request('picture', {});
  const first = performance.now() - begun;
  const tensors = Object.values(nodes).flatMap((n) => (n.tensor ? [n.tensor] : []));
  const times = [];
  for (let i = 0; i < 40; i++) {
    const from = performance.now();
    const there = once(session, 'stopped');
    await session.request('seek', { tick: random(cursor.ticks) });
    await there;
    const { nodes: here } = await session.request('picture', {});
    const tensor = Object.values(here).find((n) => n.tensor)?.tensor ?? tensors[0];
    if (tensor) await session.request('tensor', { tensor });
    times.push(performance.now() - from);
  }
  await session.dispose();
  const columns = [
    String(iterations).padStart(10),
    String(cursor.ticks).padStart(8),
    (time / iterations).toFixed(2).padStart(12),
    (plain ? (time / plain.time).toFixed(2) : '').padStart(12),
    (statSync(file).size / 1e6).toFixed(1).padStart(8),
    first.toFixed(0).padStart(14),
    spread(times).padStart(13),
  ];
  console.log(columns.join(' '));
}
rmSync(folder, { recursive: true });
