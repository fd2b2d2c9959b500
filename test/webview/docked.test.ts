/** The numbers as a view of VS Code's own: the same page without network and timeline, about what is chosen in any view. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BACKWARD_START, Fixture, NODE, PER_ITERATION } from './fixture';
import { launch, missing, type Options, open, type View } from './harness';

if (missing) console.warn(`The docked view is not tested: ${missing}`);

describe.skipIf(missing)('docked', () => {
  let browser: Browser;
  const fixture = new Fixture(20);
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function show(options: Options): Promise<View> {
    const view = await open(browser, options);
    fixture.tick = 11 * PER_ITERATION + BACKWARD_START + 6;
    await view.send(fixture.picture());
    return view;
  }
  const chosen = async (view: View) =>
    (await view.news()).flatMap((message) => (message.type === 'select' ? [message.selection] : []));
  const selection = { node: NODE.w1, ref: null, parameter: null, element: null };

  test('it has the panels, low as it is, and nothing else', async () => {
    const view = await show({ parts: 'numbers', width: 900, height: 260 });
    const seen = async (selector: string) => view.page.isVisible(selector);
    expect([await seen('.side'), await seen('.graph-panel'), await seen('.timeline'), await seen('.divider')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    // One voice is enough: the network's view speaks.
    expect(await view.page.textContent('.spoken')).toBe('');
    expect(view.errors).toEqual([]);
    await view.page.close();
  });

  test('numbers that are docked are not shown a second time under the network', async () => {
    const network = await show({});
    await network.page.waitForSelector('.card');
    const numbers = () => network.page.isVisible('.side');
    expect(await numbers()).toBe(true);
    await network.send({ type: 'docked', visible: true });
    expect(await numbers()).toBe(false);
    await network.page.click(`[data-key="n${NODE.w1}"]`);
    await network.drawn();
    expect(await numbers()).toBe(false);
    await network.send({ type: 'docked', visible: false });
    expect(await numbers()).toBe(true);
    await network.page.close();
  });

  test('what is chosen in the network is told, and shown where it is heard, which is no news', async () => {
    const network = await show({});
    await network.page.waitForSelector('.card');
    await network.news();
    await network.page.click(`[data-key="n${NODE.w1}"]`);
    await network.drawn();
    expect(await chosen(network)).toEqual([expect.objectContaining({ node: NODE.w1, ref: null })]);
    const docked = await show({ parts: 'numbers', width: 400 });
    await docked.news();
    await docked.send({ type: 'selected', selection });
    const news = await docked.news();
    expect(news.filter(({ type }) => type === 'select')).toEqual([]);
    expect(news).toContainEqual(
      expect.objectContaining({ type: 'inspect', ref: expect.objectContaining({ part: 'value' }) }),
    );
    for (const view of [network, docked]) {
      expect(view.errors).toEqual([]);
      await view.page.close();
    }
  });
});
