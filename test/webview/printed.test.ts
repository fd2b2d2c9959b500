/** What was printed: a long list, grey after the cursor, and every line a way to its tick. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrintedLine } from '../../src/protocol/views';
import { launch, missing, open, type View } from './harness';

const MANY = 100_000;
const place = { path: '/home/user/train.py', line: 12 };
/** Ten ticks a line, two lines an iteration. */
const line = (i: number): PrintedLine => ({
  tick: 10 * i,
  iteration: i >> 1,
  category: 'stdout',
  text: `epoch ${i}`,
  place,
  ended: true,
});

describe.skipIf(missing !== null)('what was printed', () => {
  let browser: Browser;
  let view: View;
  beforeAll(async () => {
    browser = await launch();
    view = await open(browser, { script: 'printed', width: 700, height: 300 });
  });
  afterAll(() => browser?.close());

  const texts = (selector: string) => view.page.locator(selector).allTextContents();
  const last = async () => (await texts('.s-line:not(.s-later) code')).at(-1);
  const active = () => view.page.locator('[aria-selected="true"] code').textContent();

  it('says what will be there while there is nothing', async () => {
    expect(await view.news()).toEqual([{ type: 'ready' }]);
    await view.send({ type: 'lines', from: 0, lines: [] });
    expect(await view.page.textContent('.s-empty')).toMatch(/^Nothing is printed yet\./);
    expect(await view.page.isVisible('input')).toBe(false);
  });

  it('holds 100,000 lines and draws those that are seen, grey where they come after the cursor', async () => {
    // Made in the page: what Playwright carries there takes it seconds.
    await view.page.evaluate(
      ({ many, first }) => {
        const lines = Array.from({ length: many }, (_, i) => ({
          ...first,
          tick: 10 * i,
          iteration: i >> 1,
          text: `epoch ${i}`,
        }));
        for (let from = 0; from < many; from += 5000)
          window.postMessage({ type: 'lines', from, lines: lines.slice(from, from + 5000) });
      },
      { many: MANY, first: line(0) },
    );
    await view.send({ type: 'at', tick: 500_004, running: false });
    expect(await last()).toBe(line(50_000).text);
    expect((await texts('.s-line.s-later code'))[0]).toBe(line(50_001).text);
    expect(await view.page.locator('.s-line').count()).toBeLessThan(80);
    const first = (await texts('.s-number')).find((n) => n !== '');
    expect(first).toMatch(/^24,9\d\d$/);
    expect(await view.page.locator('.s-rows').getAttribute('aria-activedescendant')).toBe('printed-50000');
  });

  it('goes to the tick of a line by a click, and by keys', async () => {
    await view.news();
    await view.page.locator('.s-line', { hasText: 'epoch 50003' }).click();
    await view.page.locator('.s-rows').focus();
    await view.page.keyboard.press('ArrowUp');
    await view.page.keyboard.press('Enter');
    await view.page.keyboard.press('End');
    await view.page.keyboard.press(' ');
    await view.page.keyboard.press('Control+c');
    expect(await view.news()).toEqual([
      { type: 'seek', tick: 500_030 },
      { type: 'seek', tick: 500_020 },
      { type: 'seek', tick: 10 * (MANY - 1) },
      { type: 'copy', text: line(MANY - 1).text },
    ]);
  });

  it('shows only what a filter lets through, still grey after the cursor', async () => {
    await view.page.keyboard.press('Control+f');
    await view.page.keyboard.type('EPOCH 5000');
    await view.drawn();
    expect(await view.page.textContent('.s-filter [role="status"]')).toBe('11 of 100,000');
    expect(await texts('.s-line code')).toHaveLength(11);
    expect(await last()).toBe(line(50_000).text);
    await view.page.keyboard.press('ArrowDown');
    expect(await active()).toBe(line(50_000).text);
    await view.page.keyboard.press('Control+f');
    await view.page.keyboard.type('no line says this');
    await view.drawn();
    expect(await view.page.textContent('.s-empty')).toBe('No line contains “no line says this”.');
    await view.page.keyboard.press('Escape');
    await view.drawn();
    expect(await last()).toBe(line(50_000).text);
  });

  it('grows while the script runs, and stays where one reads', async () => {
    const grown = { ...line(0), tick: 10 * MANY, iteration: MANY, text: 'one more' };
    await view.send({ type: 'at', tick: 10 * MANY - 1, running: true });
    expect(await last()).toBe(line(MANY - 1).text);
    await view.send({ type: 'lines', from: MANY, lines: [{ ...grown, text: 'one', ended: false }] });
    await view.send({ type: 'lines', from: MANY, lines: [grown] });
    await view.send({ type: 'at', tick: 10 * MANY, running: true });
    expect((await texts('.s-line code')).slice(-2)).toEqual([line(MANY - 1).text, 'one more']);
    await view.page.locator('.s-rows').evaluate((rows) => rows.scrollTo(0, 0));
    await view.drawn();
    await view.send({ type: 'at', tick: 10 * MANY, running: true });
    expect((await texts('.s-line code'))[0]).toBe(line(0).text);
    expect(view.errors).toEqual([]);
  });
});
