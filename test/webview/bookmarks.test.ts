/** Bookmarks on the timeline, and what a view says when there is nothing to show. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fixture, PER_ITERATION } from './fixture';
import { launch, missing, open } from './harness';

describe.skipIf(missing !== null)('the timeline', () => {
  let browser: Browser;
  const fixture = new Fixture(20);
  const marked = 12 * PER_ITERATION;
  beforeAll(async () => {
    browser = await launch();
    fixture.bookmarks = [{ tick: marked, note: 'here it falls <b>' }];
  });
  afterAll(() => browser?.close());

  it('takes a click near a flag for the flag, tells its note, and says which tick its menu is about', async () => {
    const view = await open(browser);
    fixture.tick = 3;
    await view.send(fixture.picture());
    await view.page.waitForSelector('.card');
    await view.news();
    const box = (await view.page.locator('canvas.all').boundingBox())!;
    const x = 56 + ((marked + 0.5) / fixture.ticks) * (box.width - 56 - 12);
    const about = async () => JSON.parse((await view.page.getAttribute('.slider', 'data-vscode-context'))!);
    expect(await about()).toMatchObject({
      webviewSection: 'backstep.tick',
      tick: 3,
      preventDefaultContextMenuItems: true,
    });
    await view.page.mouse.move(box.x + x + 3, box.y + 30);
    expect(await view.page.textContent('.hint')).toContain('here it falls <b>');
    await view.page.mouse.down({ button: 'right' });
    expect(await about()).toMatchObject({ webviewSection: 'backstep.bookmark', tick: marked });
    await view.page.mouse.up({ button: 'right' });
    // Only the line under the pointer is asked for.
    expect((await view.news()).filter(({ type }) => type !== 'stretch')).toEqual([]);
    await view.page.mouse.click(box.x + x + 3, box.y + 30);
    expect((await view.news()).filter(({ type }) => type !== 'stretch')).toEqual([{ type: 'seek', tick: marked }]);
    fixture.tick = marked;
    await view.send(fixture.picture('three-class'));
    expect(await view.page.getAttribute('.slider', 'aria-valuetext')).toContain('bookmark here it falls');
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  it('draws the flag', async () => {
    const view = await open(browser);
    const pixels = async () => view.page.locator('canvas.all').evaluate((c: HTMLCanvasElement) => c.toDataURL());
    const bookmarks = fixture.bookmarks;
    fixture.bookmarks = [];
    fixture.tick = 3;
    await view.send(fixture.picture());
    const without = await pixels();
    fixture.bookmarks = bookmarks;
    await view.send(fixture.picture('three-class'));
    expect(await pixels()).not.toBe(without);
    await view.page.close();
  });

  it('gives its place to words where a recording cannot be shown', async () => {
    const view = await open(browser);
    await view.send({ type: 'notice', title: 'run.backstep cannot be shown', text: 'This recording is cut off.' });
    expect(await view.page.isVisible('text=Press F5')).toBe(false);
    expect(await view.page.textContent('.empty:not([hidden])')).toContain('This recording is cut off.');
    await view.send(fixture.picture());
    await view.page.waitForSelector('.card');
    expect(await view.page.locator('.empty:not([hidden])').count()).toBe(0);
    await view.page.close();
  });
});
