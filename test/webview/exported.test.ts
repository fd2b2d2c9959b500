/** The exported page, from disk, with no network: a real script's recording, stepped through in a browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePage } from '../../src/export/html';
import { openScript, type ScriptSession } from '../../src/python/scriptSession';
import { built, fixture } from '../dap/client';
import { launch, missing } from './harness';

const assets = join(import.meta.dirname, '../../dist');
const why = missing ?? (built ? null : 'run `node esbuild.mjs` first');
if (why) console.warn(`The exported page is not tested: ${why}`);

describe.skipIf(why)('an exported page', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  /** The same recording in a session of its own: what the page must say. */
  let session: ScriptSession;
  const errors: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstep-page-'));
    const recording = join(folder, 'train.backstep');
    const script = await openScript({ program: fixture('train.py'), stopAtEnd: true }, assets);
    const end = new Promise((done) => script.on('stopped', ({ reason }) => reason === 'end' && done(null)));
    await script.request('start', { stopOnEntry: false });
    await end;
    await script.request('bookmark', { tick: 20, note: 'here it begins' });
    await script.request('save', { path: recording });
    await script.dispose();
    session = await openScript({ program: recording }, assets);
    await session.request('start', { stopOnEntry: true });
    const out = join(folder, 'train.html');
    const bytes = await writePage(assets, recording, out);
    expect(bytes).toBeLessThan(2.5e6);
    browser = await launch();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, offline: true });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('request', (request) => asked.push(request.url().slice(0, 60)));
    await page.goto(pathToFileURL(out).href);
    await page.waitForSelector('.card');
  });
  afterAll(async () => {
    await session?.dispose();
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  const tick = async () => Number(await page.locator('#script').getAttribute('data-tick'));
  const line = async () => Number(await page.locator('.s-source .s-line.s-current').getAttribute('data-line'));
  const arrive = async (press: () => Promise<void>) => {
    const before = await tick();
    await press();
    await expect.poll(tick).not.toBe(before);
  };

  test('shows the network, the script and what it printed', async () => {
    expect(await page.title()).toBe('train.py, recorded by Backstep');
    expect(await page.locator('.card').count()).toBeGreaterThan(3);
    expect(await page.locator('.s-source .s-line').count()).toBeGreaterThan(20);
    expect(await page.locator('.s-steps button').count()).toBe(8);
    await page.getByRole('tab', { name: 'Output' }).click();
    expect(await page.locator('.s-output .s-line').last().textContent()).toContain('done');
  });

  test('asks nobody for anything', () => {
    expect(asked.filter((url) => !/^(file|blob|data):/.test(url))).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("steps by VS Code's keys, forward and backward, to the ticks and lines that VS Code would stop at", async () => {
    const moves = [
      ['F10', 'next'],
      ['F10', 'next'],
      ['F11', 'stepIn'],
      ['Alt+Period', 'tickForward'],
      ['Alt+Shift+Period', 'iterationForward'],
      ['F10', 'next'],
      ['Alt+F10', 'stepBack'],
      ['Alt+Comma', 'tickBack'],
      ['Shift+F11', 'stepOut'],
      ['Alt+F11', 'stepBackInto'],
      ['Alt+Shift+F11', 'stepBackOut'],
      ['Alt+Shift+Comma', 'iterationBack'],
    ] as const;
    for (const [key, move] of moves) {
      const stopped = new Promise((done) => {
        const one = session.on('stopped', ({ cursor }) => {
          one.dispose();
          done(cursor);
        });
      });
      await session.request('move', { move });
      const cursor = (await stopped) as { tick: number; place: { line: number } };
      await page.keyboard.press(key);
      await expect.poll(tick).toBe(cursor.tick);
      expect([key, await tick(), await line()]).toEqual([key, cursor.tick, cursor.place.line]);
    }
  });

  test('has the very numbers of the recording', async () => {
    await page.locator('.slider').focus();
    await page.keyboard.press('End');
    const { ticks } = await session.request('cursor', {});
    await expect.poll(tick).toBe(ticks - 1);
    await session.request('seek', { tick: ticks - 1 });
    const timeline = await session.request('timeline', { from: 0 });
    const loss = timeline.spans.findLast((span) => span.loss !== null)!.loss as number;
    await expect.poll(() => page.locator('.loss-now').textContent()).toContain(loss.toPrecision(4).slice(0, 5));
    const [frame] = await session.request('stack', {});
    const [scope] = await session.request('scopes', { frame: frame!.id });
    const names = await session.request('variables', { ref: scope!.ref });
    await page.getByRole('tab', { name: 'Variables' }).click();
    const values = () =>
      page
        .locator('.s-variables > .s-names')
        .first()
        .evaluate((list) =>
          [...list.children].map(
            (row) => row.querySelector(':scope > summary > .s-value, :scope > .s-value')?.textContent,
          ),
        );
    await expect.poll(values).toEqual(names.map(({ value }) => value));
  });

  test('goes to the tick that printed a line, and greys what is not printed yet', async () => {
    await page.getByRole('tab', { name: 'Output' }).click();
    const lines = page.locator('.s-output .s-line');
    await lines.nth(1).click();
    const { outputs } = await session.request('outputs', { from: 0 });
    const ends = outputs.filter(({ text }) => text.endsWith('\n'));
    await expect.poll(tick).toBe(ends[1]!.tick);
    await expect.poll(() => page.locator('.s-output .s-line.s-later').count()).toBe(ends.length - 2);
  });

  test('stops at a breakpoint, in both directions', async () => {
    const at = page.locator('.s-source .s-line[data-line="27"] .s-number');
    await at.click();
    await expect.poll(() => at.getAttribute('aria-pressed')).toBe('true');
    await arrive(() => page.keyboard.press('F5'));
    expect(await line()).toBe(27);
    await arrive(() => page.keyboard.press('Alt+F5'));
    expect(await line()).toBe(27);
    await at.click();
  });

  test('goes to a bookmark, and shows its note', async () => {
    await page.getByRole('tab', { name: 'Bookmarks (1)' }).click();
    const mark = page.locator('.s-bookmarks button');
    expect(await mark.textContent()).toContain('here it begins');
    await mark.click();
    await expect.poll(tick).toBe(20);
  });

  test('has had no error', () => {
    expect(errors).toEqual([]);
  });
});
