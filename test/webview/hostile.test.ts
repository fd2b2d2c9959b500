/** Damaged and hostile recordings, by every way in: a message or what is whole, never a crash, a hang, or code run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserNode } from '../../scripts/lib/browserNode.mjs';
import { kernelsPlugin } from '../../scripts/lib/kernels.mjs';
import { writePage } from '../../src/export/html';
import { Printed } from '../../src/feed/printed';
import { PageSession } from '../../src/page/session';
import type { Move, Requests } from '../../src/protocol/session';
import { load, RecordingFileError, read, save } from '../../src/recorder/file';
import { writeNotes } from '../../src/recorder/file/notes';
import type { Recording } from '../../src/recorder/recording';
import { Replay } from '../../src/shell/replay';
import { built, fixture } from '../dap/client';
import { asItGoes, dice } from '../unit/recorder/script';
import { launch, missing } from './harness';

const folder = mkdtempSync(join(tmpdir(), 'backstep-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const assets = resolve(import.meta.dirname, '../../dist');

/** Words that a stranger may have put everywhere that words go. */
const EVIL = `</script><script>window.ran=1</script><img src=x onerror="window.ran=1">"'\`\${window.ran=1}\u2028<!--`;

/** Made by the command line: the tests' own runs have an op of their own, which a page does not know. */
const real = join(folder, 'real.backstep');
beforeAll(() => {
  const cli = join(assets, 'cli.js');
  if (built) execFileSync(process.execPath, [cli, 'record', fixture('train.py'), '-q', '-o', real]);
});

function evilFile(): string {
  const path = join(folder, 'evil.backstep');
  const r = load(real);
  r.sources.set(r.script, `${EVIL}\n${'x'.repeat(200_000)}\n${EVIL}\n`.repeat(3));
  for (const module of r.modules.values()) Object.assign(module, { type: EVIL, extra: EVIL });
  r.bookmarks = [{ tick: 5, note: EVIL }];
  save(r, path);
  return path;
}

/** Files that were damaged by chance, in bytes. */
function damaged(whole: Buffer, n: number): Buffer {
  const random = dice(n + 1);
  const pick = (below: number) => Math.floor(random() * below);
  const bytes = Buffer.from(whole);
  if (n % 3 === 0) return bytes.subarray(0, pick(bytes.length));
  for (let k = pick(6); k >= 0; k--) bytes[pick(bytes.length)] = pick(256);
  return n % 3 === 1 ? bytes : Buffer.concat([bytes, bytes.subarray(pick(bytes.length))]);
}

const outcome = (open: () => Recording): string => {
  try {
    const r = open();
    return `${r.ticks} ticks, ${r.damage}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe.skipIf(!built)('the page’s reader', () => {
  it('says of 150 damaged files what Node’s says', async () => {
    const outfile = join(folder, 'reader.mjs');
    await build({
      stdin: {
        contents:
          "import './src/engine/ops'; export { read } from './src/recorder/file'; export { BrowserBuffer } from './src/page/node/buffer';",
        resolveDir: resolve(import.meta.dirname, '../..'),
      },
      bundle: true,
      format: 'esm',
      outfile,
      logLevel: 'error',
      ...browserNode,
      plugins: [...(browserNode.plugins ?? []), kernelsPlugin],
    });
    const reader = await import(pathToFileURL(outfile).href);
    const whole = readFileSync(real);
    expect(outcome(() => reader.read(reader.BrowserBuffer.from(whole)))).toBe(outcome(() => read(whole)));
    for (let n = 0; n < 150; n++) {
      const bytes = damaged(whole, n);
      expect(
        outcome(() => reader.read(reader.BrowserBuffer.from(bytes))),
        `damage ${n}`,
      ).toBe(outcome(() => read(bytes)));
    }
  });
});

describe('a session and a shell over what is left of a damaged file', () => {
  it('answer everything with an answer or an error in words', async () => {
    const whole = asItGoes(60);
    let opened = 0;
    for (let n = 0; n < 12; n++) {
      let recording: Recording;
      try {
        recording = read(damaged(whole, n));
      } catch (error) {
        expect(error).toBeInstanceOf(RecordingFileError);
        continue;
      }
      opened++;
      const session = new PageSession(recording);
      await session.request('start', { stopOnEntry: true });
      const ask: [keyof Requests, unknown][] = [
        ['seek', { tick: 1e12 }],
        ['picture', {}],
        ['timeline', { from: -5 }],
        ['update', { parameter: 1e9, element: [1e9] }],
        ['tensor', { tensor: -1 }],
        ['outputs', { from: Number.NaN }],
        ['stack', {}],
        ['variables', { ref: 1e9 }],
        ['inlineValues', { path: '/nowhere', from: -1, to: 1e9 }],
        ['source', { path: '/etc/passwd' }],
        ['evaluate', { expression: '__import__("os")', context: 'repl' }],
        ['bookmark', { tick: -1, note: '' }],
        ['save', { path: '/nowhere/x' }],
      ];
      for (const [name, args] of ask)
        await session.request(name, args as never).catch((error) => {
          expect(error).toBeInstanceOf(Error);
          expect(error, name).not.toBeInstanceOf(TypeError);
        });
      for (const move of ['stepBack', 'reverseContinue', 'next', 'continue'] as Move[])
        await session.request('move', { move });
      let said = '';
      const walk = await Replay.open(session, (text) => (said += text));
      for (const command of [
        'n 3',
        'b',
        'w',
        'l',
        'v',
        'p __import__("os")',
        'break 1',
        'c',
        'rc',
        'i 9',
        'goto 7',
        '\u0000',
      ])
        expect(await walk.command(command)).toBe(true);
      expect(said).toContain('tick');
      expect((await new Printed().fill(session)).lines).toBeInstanceOf(Array);
    }
    expect(opened).toBeGreaterThan(3);
  });
});

describe.skipIf(missing !== null || !built)('a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  const open = async (file: string, name: string) => {
    const out = join(folder, 'page.html');
    await writePage(assets, file, out, name);
    const page = await (await browser.newContext({ offline: true })).newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('dialog', (dialog) => errors.push(dialog.message()));
    await page.goto(pathToFileURL(out).href);
    return { page, errors, ran: () => page.evaluate(() => 'ran' in window) };
  };

  it('of a recording full of markup shows it as text, and runs nothing of it', async () => {
    const { page, errors, ran } = await open(evilFile(), EVIL);
    await page.waitForSelector('.card');
    expect(await page.textContent('.s-source .s-line[data-line="1"] code')).toContain('</script><script>window.ran=1');
    await page.keyboard.press('Alt+Shift+Period');
    await page.getByRole('tab', { name: /Bookmarks/ }).click();
    expect(await page.textContent('.s-bookmarks .s-note')).toBe(EVIL);
    expect([await ran(), errors, await page.locator('img').count()]).toEqual([false, [], 0]);
    await page.context().close();
  });

  it.each([
    ['nothing', '', /empty/],
    ['a script', 'alert(1)', /no Backstep recording/],
    ['a beginning', 'BACKSTEP', /cut off/],
  ])('of %s says what is wrong', async (_, text, words) => {
    const path = join(folder, 'bad.backstep');
    writeFileSync(path, text);
    const { page, errors } = await open(path, 'bad');
    await page.waitForSelector('.s-damage');
    expect(await page.textContent('.s-damage')).toMatch(words);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('of a recording whose bookmarks are broken shows the run', async () => {
    const path = evilFile();
    writeNotes(path, [{ tick: 'x', note: 7 } as never]);
    const { page } = await open(path, 'notes');
    await page.waitForSelector('.card');
    expect(await page.textContent('.s-damage')).toMatch(/bookmarks are damaged/);
    await page.context().close();
  });
});
