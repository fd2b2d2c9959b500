/** Figures are recorded with their tick: a step back shows a figure as it was, in a run and in its file. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openScript, type ScriptSession } from '../../src/python/scriptSession';

const ROOT = resolve(import.meta.dirname, '../..');
const ASSETS = join(ROOT, 'dist');
const folder = mkdtempSync(join(tmpdir(), 'backstep-figures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const titles = async (session: ScriptSession) =>
  (await session.request('figures', {})).map(({ number, title }) => `${number} ${title}`);

const stop = (session: ScriptSession) => new Promise<void>((done) => session.on('stopped', () => done()));

async function inThePast(session: ScriptSession): Promise<void> {
  expect(await titles(session)).toEqual(['1 first', '2 step 2']);
  const { outputs } = await session.request('outputs', { from: 0 });
  const lines = outputs.map(({ category, text }) => `${category} ${text.trim()}`);
  expect(lines.slice(0, 3)).toEqual([
    'console Figure 1: first (1 line)',
    'stdout one',
    'console Figure 2: step 0 (1 line)',
  ]);
  const ticks = outputs.filter(({ text }) => text.startsWith('Figure 2')).map(({ tick }) => tick);
  expect(ticks).toHaveLength(3);
  await session.request('seek', { tick: ticks[1]! });
  expect(await titles(session)).toEqual(['1 first', '2 step 1']);
  expect((await session.request('cursor', {})).label).toBe('draws Figure 2: step 1 (1 line)');
  await session.request('seek', { tick: ticks[0]! - 1 });
  const [first] = await session.request('figures', {});
  expect((await session.request('figure', { output: first!.output })).svg).toMatch(/^<svg .*first.*<\/svg>/s);
  await session.request('seek', { tick: 0 });
  expect(await titles(session)).toEqual([]);
  expect(await session.request('figure', { output: 1 })).toEqual({ svg: '' }); // what was printed
}

test.skipIf(!existsSync(join(ASSETS, 'worker.mjs')))(
  'a figure is as it was at the cursor, also in a recording',
  async () => {
    const record = join(folder, 'run.backstep');
    const live = await openScript({ program: join(ROOT, 'test/fixtures/draws_figures.py'), record }, ASSETS);
    try {
      const ended = stop(live);
      await live.request('start', { stopOnEntry: false });
      await ended;
      await inThePast(live);
    } finally {
      await live.dispose();
    }
    const recorded = await openScript({ program: record }, ASSETS);
    try {
      const started = stop(recorded);
      await recorded.request('start', { stopOnEntry: true });
      await started;
      await recorded.request('seek', { tick: Number.MAX_SAFE_INTEGER });
      await inThePast(recorded);
    } finally {
      await recorded.dispose();
    }
  },
);

test.skipIf(!existsSync(join(ASSETS, 'png.mjs')))('savefig() writes what the name says', async () => {
  const program = join(folder, 'saves.py');
  const lines = [
    'import io, os, matplotlib.pyplot as plt',
    "fig = plt.figure(figsize=(4, 3)); plt.plot([1, 2]); plt.title('A < B')",
    "plt.savefig('a.png'); plt.savefig('b.png', dpi=50); plt.savefig('c'); plt.savefig('d.svg'); plt.savefig('e.pdf')",
    'kept = io.BytesIO(); plt.savefig(kept); print(kept.getvalue()[1:4], sorted(os.listdir()))',
  ];
  writeFileSync(program, lines.join('\n'));
  const session = await openScript({ program, noDebug: true, stopAtEnd: false }, ASSETS);
  let printed = '';
  session.on('output', ({ text }) => (printed += text));
  const ended = new Promise<void>((done) => session.on('terminated', () => done()));
  await session.request('start', { stopOnEntry: false });
  await ended;
  await session.dispose();
  expect(printed).toContain('e.pdf.svg in place of e.pdf');
  expect(printed).toMatch(/b'PNG' \['a.png', 'b.png', 'c.png', 'd.svg', 'e.pdf.svg'/);
  const size = (name: string) => {
    const bytes = readFileSync(join(folder, name));
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  };
  expect(size('a.png')).toEqual([400, 300]);
  expect(size('b.png')).toEqual([200, 150]);
  expect(readFileSync(join(folder, 'd.svg'), 'utf8')).toContain('A &lt; B');
});
