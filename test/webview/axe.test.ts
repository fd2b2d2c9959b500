/** Everyone can use it: axe finds nothing serious in any theme, every control has a tooltip, and 200 % or a narrow panel hides nothing. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trainMlp } from '../unit/recorder/script';
import { BACKWARD_START, Fixture, PER_ITERATION, UPDATE_START } from './fixture';
import { launch, missing, type Options, open, type View } from './harness';
import { everyView, Recorded } from './recorded';
import { serious } from './serious';
import { THEMES } from './themes';

const ITERATION = 11 * PER_ITERATION;
const PLACES = { forward: 4, backward: BACKWARD_START + 6, update: UPDATE_START + 2 };

if (missing) console.warn(`Accessibility is not tested: ${missing}`);

describe.skipIf(missing)('for everyone', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function at(place: keyof typeof PLACES, options: Options): Promise<View> {
    const view = await open(browser, options);
    const fixture = new Fixture(20);
    fixture.tick = ITERATION + PLACES[place];
    await view.send(fixture.picture());
    await view.page.waitForSelector('.card');
    for (const message of await view.news()) {
      if (message.type === 'inspect' && message.ref)
        await view.send({ type: 'tensor', tensor: fixture.tensor(message.ref) });
      if (message.type === 'optimizer' && message.open)
        await view.send({ type: 'update', update: fixture.update(message.parameter, message.element) });
    }
    await view.drawn();
    return view;
  }

  test.each(Object.keys(THEMES))('axe finds nothing serious in the theme %s', async (theme) => {
    const empty = await open(browser, { theme });
    expect(await serious(empty.page)).toEqual([]);
    await empty.page.close();
    const view = await at('update', { theme });
    expect(await serious(view.page)).toEqual([]);
    await view.page.close();
  });

  test.each(['forward', 'backward'] as const)('axe finds nothing serious in the %s pass', async (place) => {
    const view = await at(place, {});
    expect(await serious(view.page)).toEqual([]);
    await view.page.close();
  });

  test.each(Object.keys(THEMES))('axe finds nothing serious in what was printed, in the theme %s', async (theme) => {
    const view = await open(browser, { theme, script: 'printed' });
    const place = { path: '/w/train.py', line: 3 };
    const line = (tick: number) => ({ tick, iteration: 0, category: 'stdout' as const, text: `loss ${tick}`, place });
    await view.send({ type: 'lines', from: 0, lines: [line(1), line(5)] });
    await view.send({ type: 'at', tick: 3, running: false });
    expect(await serious(view.page)).toEqual([]);
    await view.page.close();
  });

  test('the name of a card has what is written on it as its title', async () => {
    const view = await at('backward', {});
    const cards = await view.page.evaluate(() =>
      [...document.querySelectorAll('.card')].map((card) => [
        card.querySelector('.title, .name')?.textContent ?? '',
        card.getAttribute('aria-label') ?? '',
      ]),
    );
    expect(cards.length).toBeGreaterThan(5);
    for (const [title, name] of cards) expect(name).toContain(title);
    await view.page.close();
  });

  test('every control says what it does', async () => {
    const view = await at('update', {});
    const silent = await view.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, select, input, summary, [role=separator]')]
        .filter((node) => node.offsetParent !== null)
        .filter((node) => !node.title && !node.closest('[title], label'))
        .map((node) => node.outerHTML.slice(0, 120)),
    );
    expect(silent).toEqual([]);
    await view.page.close();
  });

  // 200 % of a view of 1000 x 800 is a view of 500 x 400 to the page.
  test.each([
    [500, 400],
    [320, 700],
    [260, 500],
  ])('nothing is cut off in a view of %i x %i', async (width, height) => {
    const view = await at('backward', { width, height });
    const cut = await view.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, select, input, [role=slider]')]
        .filter((node) => node.offsetParent !== null && !node.closest('svg'))
        .filter((node) => {
          const { left, right } = node.getBoundingClientRect();
          return left < -1 || right > innerWidth + 1;
        })
        .map((node) => node.outerHTML.slice(0, 120)),
    );
    expect(cut).toEqual([]);
    expect(await view.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await view.page.close();
  });

  test.each([300, 420, 1100])(
    'every panel says what it does and cuts nothing off, %i wide',
    async (width) => {
      const { recording } = trainMlp({ iterations: 4, samples: 20, rule: 'sgd' }).script;
      const view = await open(browser, { width, height: 900 });
      const found = new Map<string, string>();
      await everyView(new Recorded(recording, view), async (where) => {
        const here = await view.page.evaluate(() => {
          const shown = [
            ...document.querySelectorAll<HTMLElement>('button, select, input, summary, [role=tab], [role=slider]'),
          ]
            .filter((node) => node.offsetParent !== null && !node.closest('svg'))
            .map((node) => ({ node, text: node.outerHTML.slice(0, 140) }));
          const silent = shown
            .filter(({ node }) => !node.title && !node.ariaLabel && !node.closest('[title], label'))
            .map(({ text }) => `silent: ${text}`);
          const cut = shown
            .filter(({ node }) => !node.closest('.scroll, .heatmap, .lines, table'))
            .filter(
              ({ node }) =>
                node.getBoundingClientRect().left < -1 || node.getBoundingClientRect().right > innerWidth + 1,
            )
            .map(({ text }) => `cut off: ${text}`);
          const wide = document.documentElement.scrollWidth > innerWidth ? ['wider than the view'] : [];
          return [...silent, ...cut, ...wide];
        });
        for (const text of here) if (!found.has(text)) found.set(text, where);
      });
      expect(Object.fromEntries(found)).toEqual({});
      await view.page.close();
    },
    60_000,
  );

  test.each(Object.keys(THEMES))(
    'axe finds nothing serious in any panel, in the theme %s',
    async (theme) => {
      const { recording } = trainMlp({ iterations: 4, samples: 20, rule: 'sgd' }).script;
      const view = await open(browser, { theme });
      const found = new Map<string, string>();
      await everyView(new Recorded(recording, view), async (where) => {
        for (const text of await serious(view.page)) if (!found.has(text)) found.set(text, where);
      });
      expect(Object.fromEntries(found)).toEqual({});
      await view.page.close();
    },
    120_000,
  );

  test('nothing moves by itself where the user wants no motion', async () => {
    const { recording } = trainMlp({ iterations: 4, samples: 20, rule: 'sgd' }).script;
    const view = await open(browser, { calm: true });
    const recorded = new Recorded(recording, view);
    const moving = () =>
      view.page.evaluate(() => [
        ...document
          .getAnimations()
          .filter((a) => a.playState === 'running' && Number(a.effect?.getComputedTiming().duration) > 0)
          .map((a) => (a as CSSAnimation).animationName),
        // d3 keeps what a transition has to do on its element.
        ...[...document.querySelectorAll('*')]
          .filter((node) => '__transition' in node)
          .map((node) => node.outerHTML.slice(0, 80)),
      ]);
    const { start, backward, update } = recording.iteration(2);
    for (const tick of [start + 3, backward + 4, update + 2, backward + 6]) {
      await recorded.go(tick);
      expect(await moving()).toEqual([]);
    }
    await view.page.click('[data-path="linear1"] .head');
    await view.page.waitForSelector('[data-key="m:linear1"]');
    expect(await moving()).toEqual([]);
    await view.page.keyboard.press('+');
    expect(await moving()).toEqual([]);
    await view.page.close();
  });

  test('a screen reader hears each move', async () => {
    const view = await at('backward', {});
    expect(await view.page.locator('.spoken').textContent()).toMatch(
      /^iteration 12, backward, .+, gradient norm [\d.e−]+$/,
    );
    await view.page.close();
  });
});
