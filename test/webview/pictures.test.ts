/**
 * The views look as they did when somebody looked at them and approved: test/webview/approved/. After a change that is meant,
 * `node scripts/approve-pictures.mjs` writes the pictures anew; look at them before you commit them.
 */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { looksAsApproved } from './approved';
import { BACKWARD_START, Fixture, PER_ITERATION, UPDATE_START } from './fixture';
import { launch, missing, type Options, open } from './harness';

const APPROVED = 'test/webview/approved';
const ITERATION = 11 * PER_ITERATION;
const PICTURES: [string, number | null, Options][] = [
  ['empty', null, { width: 600, height: 400 }],
  ['forward-dark', 4, {}],
  ['backward-light', BACKWARD_START + 6, { theme: 'light' }],
  ['update-hc', UPDATE_START + 2, { theme: 'hc' }],
  ['backward-narrow-hclight', BACKWARD_START + 6, { theme: 'hclight', width: 420, height: 760 }],
  ['docked-dark', UPDATE_START + 2, { parts: 'numbers', width: 1000, height: 300 }],
];

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
    await looksAsApproved(view.page, join(APPROVED, `${name}.png`), picture);
    await view.page.close();
  });
});
