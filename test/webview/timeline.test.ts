/** The timeline bar: zoom, marks, what the pointer tells, and playing both ways. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { IterationSpan } from '../../src/protocol/views';
import type { FromWebview } from '../../src/protocol/webview';
import { nextTick, Player } from '../../webview/timeline/play';
import { inSight } from '../../webview/timeline/scale';
import { BACKWARD_START, Fixture, PER_ITERATION } from './fixture';
import { launch, missing, open, type View } from './harness';

const span = (iteration: number, start: number, end: number): IterationSpan => ({
  iteration,
  start,
  backward: start + 2,
  update: start + 4,
  end,
  loss: 1,
});
const spans = [span(0, 0, 10), span(1, 10, 16), span(2, 16, 26)];

describe('where playing goes', () => {
  const next = (tick: number, direction: 1 | -1, by: 'tick' | 'op' | 'iteration', stretches = [] as never[]) =>
    nextTick(tick, direction, by, 26, spans, stretches);

  test('by ticks, to the ends', () => {
    expect([next(3, 1, 'tick'), next(3, -1, 'tick'), next(25, 1, 'tick'), next(0, -1, 'tick')]).toEqual([
      4,
      2,
      null,
      null,
    ]);
  });

  test('by ops, over lines and prints', () => {
    const stretch = { from: 0, to: 10, kinds: 'llfflobbuu', at: [], lines: [], marks: [] };
    const go = (tick: number, direction: 1 | -1) => nextTick(tick, direction, 'op', 10, spans, [stretch]);
    expect([go(0, 1), go(3, 1), go(6, -1), go(2, -1), go(9, 1)]).toEqual([2, 6, 3, null, null]);
  });

  test('by iterations, at the same part of each', () => {
    expect([next(3, 1, 'iteration'), next(9, 1, 'iteration'), next(13, -1, 'iteration')]).toEqual([13, 15, 3]);
    expect([next(20, 1, 'iteration'), next(25, 1, 'iteration'), next(2, -1, 'iteration')]).toEqual([25, null, 0]);
  });

  test('the player stops at the end', () => {
    vi.useFakeTimers();
    let left = 3;
    const player = new Player(
      () => --left > 0,
      () => {},
    );
    player.play(1, 10);
    vi.advanceTimersByTime(250);
    expect([left, player.playing]).toEqual([1, true]);
    vi.advanceTimersByTime(1000);
    expect([left, player.playing]).toEqual([0, false]);
    vi.useRealTimers();
  });
});

test('spans in sight', () => {
  const axis = { left: 0, right: 100 };
  expect(inSight(spans, { from: 0, to: 26, ...axis })).toEqual([0, 3]);
  expect(inSight(spans, { from: 11, to: 16, ...axis })).toEqual([1, 2]);
  expect(inSight([], { from: 0, to: 1, ...axis })).toEqual([0, 0]);
});

describe.skipIf(missing)('the bar', () => {
  let browser: Browser;
  const fixture = new Fixture(40);
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function started(tick: number): Promise<View> {
    const view = await open(browser, { width: 1000, height: 700 });
    fixture.tick = tick;
    await view.send(fixture.picture());
    await view.page.waitForTimeout(250);
    await serve(view);
    return view;
  }
  async function serve(view: View): Promise<FromWebview[]> {
    const news = await view.news();
    for (const m of news)
      if (m.type === 'stretch') await view.send({ type: 'stretch', stretch: fixture.stretch(m.from, m.to) });
    return news;
  }

  test('the wheel zooms about the pointer, 0 shows all again', async () => {
    const view = await started(20 * PER_ITERATION);
    const box = (await view.page.locator('canvas.all').boundingBox())!;
    await view.page.mouse.move(box.x + 56 + (box.width - 68) / 2, box.y + 40);
    expect(await view.page.getByText('whole run').isVisible()).toBe(false);
    for (let i = 0; i < 4; i++) await view.page.mouse.wheel(0, -120);
    await view.page.waitForTimeout(300);
    const asked = (await serve(view)).filter((m) => m.type === 'stretch').at(0)!;
    const middle = (asked.from + asked.to) / 2;
    expect(asked.to - asked.from).toBeLessThan(0.3 * fixture.ticks);
    expect(Math.abs(middle - fixture.ticks / 2)).toBeLessThan(0.02 * fixture.ticks);
    await view.page.locator('.slider').focus();
    await view.page.keyboard.press('0');
    await view.drawn();
    expect(await view.page.getByText('whole run').isVisible()).toBe(false);
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  test('what is in sight follows the cursor', async () => {
    const view = await started(20 * PER_ITERATION);
    await view.page.locator('.slider').focus();
    for (let i = 0; i < 4; i++) await view.page.keyboard.press('+');
    await view.page.waitForTimeout(250);
    await serve(view);
    fixture.tick = 2 * PER_ITERATION;
    await view.send(fixture.picture('three-class'));
    await view.page.waitForTimeout(250);
    const asked = (await serve(view)).filter((m) => m.type === 'stretch').at(0)!;
    expect(asked.from).toBeLessThanOrEqual(fixture.tick);
    expect(asked.to).toBeGreaterThan(fixture.tick);
    await view.page.close();
  });

  test('the pointer tells iteration, tick, loss, the line and what is marked', async () => {
    const tick = 20 * PER_ITERATION + BACKWARD_START;
    fixture.marks = [{ tick, kind: 'breakpoint', text: 'three_class.py:32' }];
    const view = await started(tick);
    const box = (await view.page.locator('canvas.strip').boundingBox())!;
    const cell = (box.width - 68) / PER_ITERATION;
    await view.page.mouse.move(box.x + 56 + (BACKWARD_START + 0.5) * cell, box.y + 20);
    const text = await view.page.locator('.hint').textContent();
    expect(text).toContain(`iteration 21 · tick ${tick + 1} · loss 1.`);
    expect(text).toContain('breakpoint three_class.py:32');
    expect(text).toContain('three_class.py:32 loss.backward()');
    fixture.marks = [];
    await view.page.close();
  });

  test('Space plays and pauses, Shift+Space plays backward; the user’s move stops it', async () => {
    const view = await started(20 * PER_ITERATION);
    const seeks = (news: FromWebview[]) => news.filter((m) => m.type === 'seek').map((m) => m.tick);
    await view.page.selectOption('.player select:nth-of-type(2)', '30');
    await view.page.locator('.slider').focus();
    await view.page.keyboard.press(' ');
    for (let i = 0; i < 3; i++) {
      await view.page.waitForTimeout(120);
      const [tick] = seeks(await view.news()).slice(-1);
      if (tick !== undefined) fixture.tick = tick;
      await view.send(fixture.picture('three-class'));
    }
    expect(fixture.tick).toBeGreaterThan(20 * PER_ITERATION);
    expect(await view.page.getAttribute('[data-play="1"]', 'aria-pressed')).toBe('true');
    await view.page.keyboard.press(' ');
    expect(await view.page.getAttribute('[data-play="1"]', 'aria-pressed')).toBe('false');
    // One may have been waiting for the last to land.
    for (let i = 0; i < 2; i++) {
      const [tick] = seeks(await view.news()).slice(-1);
      if (tick !== undefined) fixture.tick = tick;
      await view.send(fixture.picture('three-class'));
    }
    await view.news();
    await view.page.waitForTimeout(200);
    expect(seeks(await view.news())).toEqual([]);
    await view.page.keyboard.press('Shift+Space');
    await view.page.waitForTimeout(200);
    expect(seeks(await view.news())[0]).toBeLessThan(fixture.tick);
    await view.page.keyboard.press('ArrowRight');
    expect(await view.page.getAttribute('[data-play="-1"]', 'aria-pressed')).toBe('false');
    await view.page.close();
  });
});
