// From the command to the first line: with Python's memory snapshot and without, in turns. The ratio is within this run.
//   node bench/start.mjs [ROUNDS]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundled } from '../scripts/lib/bundle.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'backstep-start-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const program = join(folder, 'first.py');
writeFileSync(program, 'import torch\nprint(torch.ones(2))\n');
// The built files, but the snapshot. A program finds its others beside where it really lies.
const without = join(folder, 'dist');
mkdirSync(without);
for (const entry of readdirSync(dist, { withFileTypes: true })) {
  if (entry.name === 'python.snapshot') continue;
  if (entry.isDirectory()) symlinkSync(join(dist, entry.name), join(without, entry.name));
  else cpSync(join(dist, entry.name), join(without, entry.name));
}

function command(assets) {
  const start = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, [join(assets, 'cli.js'), 'run', program], {
    encoding: 'utf8',
  });
  if (!stdout.startsWith('tensor')) throw new Error(stderr || stdout);
  return performance.now() - start;
}

const { openScript } = await bundled('src/python/scriptSession.ts', (file) => import(pathToFileURL(file).href));

/** A debugged script up to its first line: what F5 waits for, but the editor's own part. */
async function firstStop(assets) {
  const start = performance.now();
  const session = await openScript({ program }, assets);
  const stopped = new Promise((done) => session.on('stopped', done));
  await session.request('start', { stopOnEntry: true });
  await stopped;
  const time = performance.now() - start;
  await session.dispose();
  return time;
}

const rounds = Number(process.argv[2] ?? 5);
const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];
for (const [name, measure] of [
  ['backstep run, to its end', command],
  ['a session, to its first stop', firstStop],
]) {
  const times = { quick: [], slow: [] };
  for (let i = 0; i < rounds; i++) {
    times.quick.push(await measure(dist));
    times.slow.push(await measure(without));
  }
  const [quick, slow] = [median(times.quick), median(times.slow)];
  console.log(
    `${name.padEnd(30)} ${quick.toFixed(0).padStart(5)} ms from the snapshot, ${slow.toFixed(0).padStart(5)} ms without: ${(slow / quick).toFixed(1)} times as fast (medians of ${rounds})`,
  );
}
process.exit(0);
