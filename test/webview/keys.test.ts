/** Keys pressed faster than pictures come, and what the timeline says of what was thinned. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainMlp } from '../unit/recorder/script';
import { Fixture, PER_ITERATION, WHOLE } from './fixture';
import { launch, missing, open, type View } from './harness';
import { Recorded } from './recorded';

describe.skipIf(missing !== null)('the timeline', () => {
  let browser: Browser;
  const fixture = new Fixture(20);
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function begin(tick: number): Promise<View> {
    Object.assign(fixture, { tick, moves: 0, info: WHOLE });
    const view = await open(browser, { elk: false });
    await view.send(fixture.picture());
    await view.page.focus('[role="slider"]');
    await view.news();
    return view;
  }
  const moved = async (view: View) =>
    (await view.news()).flatMap((m): (number | string)[] =>
      m.type === 'seek' ? [m.tick] : m.type === 'move' ? [m.move] : [],
    );
  async function picture(view: View, tick: number, moves: number): Promise<void> {
    Object.assign(fixture, { tick, moves });
    await view.send(fixture.picture('three-class'));
  }

  it('counts every key: a picture of before the last one is no answer to it', async () => {
    const view = await begin(10);
    await view.page.keyboard.press('ArrowRight');
    expect(await moved(view)).toEqual([11]);
    // A bookmark was set elsewhere, or a step before this one is drawn late.
    await picture(view, 10, 0);
    await view.page.keyboard.press('ArrowRight');
    expect(await moved(view)).toEqual([]);
    await picture(view, 11, 1);
    expect(await moved(view)).toEqual([12]);
    await picture(view, 12, 2);
    await view.page.keyboard.press('ArrowLeft');
    expect(await moved(view)).toEqual([11]);
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  it('loses no key to the failure of something else, and lets go where the move failed', async () => {
    const view = await begin(10);
    await view.page.keyboard.press('ArrowRight');
    await view.send({ type: 'error', text: 'no such tensor' });
    await view.page.keyboard.press('ArrowRight');
    await picture(view, 11, 1);
    expect(await moved(view)).toEqual([11, 12]);
    await view.send({ type: 'error', text: 'the session has ended', moves: 2 });
    await view.page.keyboard.press('ArrowRight');
    expect(await moved(view)).toEqual([12]);
    await view.page.close();
  });

  it('ends thirty steps on after thirty keys, however quick they and the pictures are', async () => {
    const { recording } = trainMlp({ iterations: 3, samples: 20, rule: 'sgd' }).script;
    const view = await open(browser, { elk: false });
    const recorded = new Recorded(recording, view);
    const at = async () => (await recorded.session.request('picture', {})).cursor.tick;
    const { start } = recording.iteration(1);
    await recorded.go(start);
    await view.page.focus('[role="slider"]');
    // All before anything is answered.
    await view.page.evaluate(() => {
      for (let i = 0; i < 30; i++)
        document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    });
    await recorded.settle();
    expect(await at()).toBe(start + 30);
    // With pictures on their way all the time, some of them of before the key.
    let pressed = false;
    const keys = (async () => {
      for (let i = 0; i < 30; i++) await view.page.keyboard.press('ArrowLeft');
      pressed = true;
    })();
    while (!pressed) {
      await view.send({ ...recorded.pictureNow(), moves: 0 });
      await recorded.settle();
    }
    await keys;
    await recorded.settle();
    expect(await at()).toBe(start);
    expect(await view.page.getAttribute('[role="slider"]', 'aria-valuenow')).toBe(String(start));
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  it('keeps the order of ticks and iterations', async () => {
    const view = await begin(10);
    await view.page.keyboard.press('ArrowRight');
    await view.page.keyboard.press('ArrowRight');
    await view.page.keyboard.press('PageUp');
    await view.page.keyboard.press('ArrowRight');
    expect(await moved(view)).toEqual([11, 12, 'iterationForward', 'tickForward']);
    await picture(view, 11, 1);
    await view.page.keyboard.press('ArrowRight');
    expect(await moved(view)).toEqual(['tickForward']);
    await picture(view, PER_ITERATION + 2, 5);
    await view.page.keyboard.press('ArrowRight');
    expect(await moved(view)).toEqual([PER_ITERATION + 3]);
    await view.page.close();
  });

  it('says what was thinned, where, and how more is kept', async () => {
    const view = await begin(10);
    expect(await view.page.isVisible('text=thinned')).toBe(false);
    const pixels = async () => view.page.locator('canvas.all').evaluate((c: HTMLCanvasElement) => c.toDataURL());
    const whole = await pixels();
    const thinned = ['Weights are kept at every 4th iteration.', 'Data of iterations before 9 was left out.'];
    fixture.info = { ...WHOLE, checkpointEvery: 4, leftOutBefore: 8, thinned };
    await view.send(fixture.picture('three-class'));
    expect(await pixels()).not.toBe(whole);
    await view.page.click('button.thinned');
    expect(await view.page.locator('.bound li').allTextContents()).toEqual(thinned);
    await view.page.click('text=Keep more than 256 MB…');
    expect(await view.news()).toContainEqual({ type: 'bound' });
    const box = (await view.page.locator('canvas.all').boundingBox())!;
    await view.page.mouse.move(box.x + 100, box.y + 30);
    expect(await view.page.textContent('.hint')).toContain('its data was left out');
    // A recording from disk was made under a bound that nothing here can change.
    fixture.info = { ...fixture.info, limit: 0 };
    await view.send(fixture.picture('three-class'));
    expect(await view.page.isVisible('text=Keep more than')).toBe(false);
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  it('draws the loss pale after the cursor', async () => {
    const view = await begin(0);
    /** How much of the right half of the plot is as bright as the curve. */
    const bright = () =>
      view.page.locator('canvas.all').evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d')!.getImageData(width / 2, height / 3, width / 2 - 40, height / 2 - 10);
        let most = 0;
        for (let i = 0; i < data.length; i += 4) most = Math.max(most, data[i + 3]! * data[i]!);
        return most;
      });
    const pale = await bright();
    await picture(view, fixture.ticks - 1, 0);
    expect(await bright()).toBeGreaterThan(1.2 * pale);
    await view.page.close();
  });
});
