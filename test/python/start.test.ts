/** Python out of its memory snapshot is the Python of a fresh start, and a snapshot that cannot be used is done without. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScript } from '../../src/python/scriptSession';

const DIST = resolve(import.meta.dirname, '../../dist');
const SNAPSHOT = 'python.snapshot';
const FACTS = resolve(import.meta.dirname, '../fixtures/started.py');

const folder = mkdtempSync(join(tmpdir(), 'backstep-start-'));
const zone = process.env.TZ;
afterAll(() => {
  process.env.TZ = zone;
  rmSync(folder, { recursive: true });
});

/** The built files without their snapshot, or with one that is not what was built. */
function assets(name: string, snapshot?: (path: string) => void): string {
  const made = join(folder, name);
  cpSync(join(DIST, 'python'), join(made, 'python'), { recursive: true });
  for (const entry of readdirSync(DIST))
    if (!['python', SNAPSHOT].includes(entry)) symlinkSync(join(DIST, entry), join(made, entry));
  if (snapshot) {
    cpSync(join(DIST, SNAPSHOT), join(made, SNAPSHOT));
    snapshot(join(made, SNAPSHOT));
  }
  return made;
}

async function run(program: string, from = DIST, more: object = {}) {
  const session = await openScript({ program, noDebug: true, ...more }, from);
  let text = '';
  session.on('output', (event) => {
    text += event.text;
  });
  const ended = new Promise((done) => session.on('terminated', done));
  await session.request('start', { stopOnEntry: false });
  await ended;
  const { slow } = session;
  await session.dispose();
  return { text, slow };
}

let without: string;
beforeAll(() => {
  // Half an hour beside full hours, with a summer time.
  process.env.TZ = 'America/St_Johns';
  without = assets('without');
});

test('a script finds the same Python as after a fresh start', { timeout: 240_000 }, async () => {
  const [quick, fresh] = [await run(FACTS), await run(FACTS, without)];
  expect(quick.slow).toBeNull();
  expect(fresh.slow).toContain(SNAPSHOT);
  expect(quick.text.split('\n')).toEqual(fresh.text.split('\n'));
  expect(quick.text).toContain("('UTC-0330', 'UTC-0230')");
  expect(quick.text).toContain('own gradient: tensor([4., 6.])');
  expect(quick.text).not.toContain('could be changed');
});

test('with a seed it draws the same, debugged or not', { timeout: 240_000 }, async () => {
  const more = { seed: 3, args: ['draws'] };
  const texts = [
    await run(FACTS, DIST, more),
    await run(FACTS, without, more),
    await run(FACTS, DIST, { ...more, noDebug: false, stopAtEnd: false }),
    // Where something listens, a module's call takes another line.
  ].map(({ text }) => text.replaceAll(/(?<=module\.py", line )\d+/g, '').split('\n'));
  const drawn = (lines: string[]) => lines.slice(lines.findIndex((line) => line.startsWith('torch:')));
  expect(drawn(texts[0])).toEqual(drawn(texts[1]));
  expect(drawn(texts[0])).toEqual(drawn(texts[2]));
});

test('without one, no two runs draw the same', async () => {
  const program = join(folder, 'draws.py');
  writeFileSync(program, 'import random, os, tempfile\nprint(random.random(), os.urandom(4), tempfile.mktemp())');
  const [a, b] = [await run(program), await run(program)];
  for (const [i, word] of a.text.split(' ').entries()) expect(word).not.toBe(b.text.split(' ')[i]);
});

test("a script's own modules come before Python's of the same name", { timeout: 240_000 }, async () => {
  const own = join(folder, 'own');
  mkdirSync(join(own, 'json'), { recursive: true });
  writeFileSync(join(own, 'random.py'), 'name = "own"');
  writeFileSync(join(own, 'json/__init__.py'), 'name = "own"');
  // Python itself has loaded this one before any script.
  writeFileSync(join(own, 'os.py'), 'name = "own"');
  const program = join(own, 'train.py');
  writeFileSync(
    program,
    'import random, json, os, torch\nprint(random.name, json.name, hasattr(os, "name") and os.sep)',
  );
  const expected = 'own own /\n';
  expect((await run(program)).text).toBe(expected);
  expect((await run(program, without)).text).toBe(expected);
});

test('a snapshot that cannot be used is done without, and said why', { timeout: 240_000 }, async () => {
  const program = join(folder, 'small.py');
  writeFileSync(program, 'import torch\nprint(torch.ones(2))');
  const cut = await run(
    program,
    assets('cut', (path) => truncateSync(path, 20_000_000)),
  );
  expect(cut).toEqual({ text: 'tensor([1., 1.])\n', slow: expect.stringContaining('bytes of') });
  const other = assets('other', (path) => {
    const bytes = readFileSync(path);
    bytes[5] ^= 1;
    writeFileSync(path, bytes);
  });
  expect(await run(program, other)).toEqual({
    text: 'tensor([1., 1.])\n',
    slow: expect.stringContaining('another build'),
  });
});
