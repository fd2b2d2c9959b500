/**
 * The views look as they did when somebody looked at them and approved: test/webview/approved/. After a change that is meant,
 * `node scripts/approve-pictures.mjs` writes the pictures anew; look at them before you commit them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BACKWARD_START, Fixture, PER_ITERATION, UPDATE_START } from './fixture';
import { launch, missing, type Options, open } from './harness';

const APPROVED = 'test/webview/approved';
const REJECTED = 'test-results/pictures';
const approving = process.env.BACKSTEP_APPROVE === '1';
/** A channel that is further off is another colour; another machine's fonts move edges, but not so many pixels. */
const CHANNEL = 48;
const SHARE = 0.04;

const ITERATION = 11 * PER_ITERATION;
const PICTURES: [string, number | null, Options][] = [
  ['empty', null, { width: 600, height: 400 }],
  ['forward-dark', 4, {}],
  ['backward-light', BACKWARD_START + 6, { theme: 'light' }],
  ['update-hc', UPDATE_START + 2, { theme: 'hc' }],
  ['backward-narrow-hclight', BACKWARD_START + 6, { theme: 'hclight', width: 420, height: 760 }],
  ['docked-dark', UPDATE_START + 2, { parts: 'numbers', width: 1000, height: 300 }],
];

/** The share of pixels that differ; 1 where the sizes do. Decoded by the browser. */
function difference(page: Page, a: Buffer, b: Buffer): Promise<number> {
  return page.evaluate(
    async ([one, other, channel]) => {
      const read = async (base64: string) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, bitmap.width, bitmap.height);
      };
      const [left, right] = [await read(one), await read(other)];
      if (left.width !== right.width || left.height !== right.height) return 1;
      let differ = 0;
      for (let i = 0; i < left.data.length; i += 4) {
        const off = [0, 1, 2].some((c) => Math.abs(left.data[i + c]! - right.data[i + c]!) > channel);
        if (off) differ++;
      }
      return differ / (left.data.length / 4);
    },
    [a.toString('base64'), b.toString('base64'), CHANNEL] as const,
  );
}

if (missing) console.warn(`Pictures are not compared: ${missing}`);

describe.skipIf(missing)('pictures', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test.each(PICTURES)('%s looks as approved', async (name, tick, options) => {
    const view = await open(browser, { width: 900, height: 700, ...options });
    if (tick !== null) {
      const fixture = new Fixture(20);
      fixture.tick = ITERATION + tick;
      await view.send(fixture.picture());
      if (!options.parts) await view.page.waitForSelector('.card');
      for (const message of await view.news()) {
        if (message.type === 'inspect' && message.ref)
          await view.send({ type: 'tensor', tensor: fixture.tensor(message.ref) });
        if (message.type === 'optimizer' && message.open)
          await view.send({ type: 'update', update: fixture.update(message.parameter, message.element) });
      }
    }
    await view.drawn();
    const picture = await view.page.screenshot({ animations: 'disabled', caret: 'hide' });
    const path = join(APPROVED, `${name}.png`);
    if (approving) {
      mkdirSync(APPROVED, { recursive: true });
      writeFileSync(path, picture);
    }
    expect(existsSync(path), `${path}: approve it with node scripts/approve-pictures.mjs`).toBe(true);
    const differ = await difference(view.page, readFileSync(path), picture);
    if (differ > SHARE) {
      mkdirSync(REJECTED, { recursive: true });
      writeFileSync(join(REJECTED, `${name}.png`), picture);
    }
    expect(differ, `${name}: see ${REJECTED}`).toBeLessThanOrEqual(SHARE);
    await view.page.close();
  });
});
