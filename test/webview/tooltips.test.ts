/** Keys: what a control does by mouse and by key, its tooltip says, as the platform writes it. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyText } from '../../webview/keys';
import { trainMlp } from '../unit/recorder/script';
import { launch, missing, open, type View } from './harness';
import { Recorded } from './recorded';

if (missing) console.warn(`Keys in tooltips are not tested: ${missing}`);

test('a key is written as VS Code writes it on the platform', () => {
  const both = (keys: string) => [keyText(keys, false), keyText(keys, true)];
  expect(both('F5')).toEqual(['F5', 'F5']);
  expect(both('Mod+F')).toEqual(['Ctrl+F', '⌘F']);
  expect(both('Shift+Alt+.')).toEqual(['Shift+Alt+.', '⇧⌥.']);
  expect(both('Shift+Mod+Z')).toEqual(['Ctrl+Shift+Z', '⇧⌘Z']);
});

/** What VS Code's keys do, by the moves of the timeline. */
const MOVES: Record<string, string> = {
  reverseContinue: 'workbench.action.debug.reverseContinue',
  iterationBack: 'backstep.previousIteration',
  tickBack: 'backstep.tickBack',
  tickForward: 'backstep.tickForward',
  iterationForward: 'backstep.nextIteration',
};

/** A key, where it is pressed, the control that does the same, and what of the page tells that it was done. */
const GRAPH = '.graph [data-key][tabindex="0"]';
const KEYS: [key: string, where: string, control: string, said?: string][] = [
  ['ArrowLeft', '.slider', '[data-move="tickBack"]', '←'],
  ['ArrowRight', '.slider', '[data-move="tickForward"]', '→'],
  ['Control+ArrowLeft', '.slider', '[data-move="iterationBack"]', 'Ctrl+←'],
  ['Control+ArrowRight', '.slider', '[data-move="iterationForward"]', 'Ctrl+→'],
  ['f', GRAPH, '.below button:text-is("Fit")', 'F'],
  ['.', GRAPH, '.below button:text-is("Now")'],
  ['/', GRAPH, '.below button:text-is("Find")'],
  ['Control+f', GRAPH, '.below button:text-is("Find")', 'Ctrl+F'],
  ['e', GRAPH, '.below button[aria-controls="graph-exports"]', 'E'],
  ['+', GRAPH, '.below button:text-is("+")'],
  ['-', GRAPH, '.below button:text-is("−")'],
];

describe.skipIf(missing)('keys in tooltips', () => {
  let browser: Browser;
  let view: View;
  let recorded: Recorded;
  const title = async (selector: string) => (await view.page.locator(selector).first().getAttribute('title')) ?? '';

  beforeAll(async () => {
    browser = await launch();
    const { recording } = trainMlp({ iterations: 4, samples: 80, rule: 'sgd' }).script;
    view = await open(browser, { width: 1100, height: 1000 });
    recorded = new Recorded(recording, view);
  });
  afterAll(() => browser?.close());

  const middle = () => recorded.recording.iteration(2).backward + 3;
  /** The page as it was at the start, somewhere in the middle, near to the network. */
  async function begin(): Promise<void> {
    await view.page.keyboard.press('Escape');
    await view.page.keyboard.press('Escape');
    await recorded.go(middle());
    await view.page.locator('.graph .card').first().waitFor();
    await view.page.locator('.below button:text-is("Fit")').click();
    for (let i = 0; i < 6; i++) await view.page.locator('.below button:text-is("+")').click();
    await view.page.locator(GRAPH).focus();
    await view.page.keyboard.press('Home');
  }
  /** What can be seen of an action. */
  async function seen(act: () => Promise<void>): Promise<unknown> {
    await begin();
    recorded.asked.length = 0;
    await act();
    await recorded.settle();
    // A tick further is asked for by its number where it is known.
    const by: Record<number, string> = { [-1]: 'tickBack', 1: 'tickForward' };
    const moves = recorded.asked.flatMap((m) =>
      m.type === 'seek' ? [by[m.tick - middle()]] : m.type === 'move' ? [m.move] : [],
    );
    const page = await view.page.evaluate(() => [
      document.querySelector<HTMLElement>('.search')!.hidden,
      document.querySelector<HTMLElement>('.exports')!.hidden,
      document.querySelector('.viewport, .graph g')!.getAttribute('transform'),
      document.querySelector('.graph [aria-pressed="true"]')?.getAttribute('data-key') ?? null,
    ]);
    return moves.length > 0 ? moves : page;
  }

  test.each(KEYS)('%s', async (key, where, control, said = key) => {
    const byKey = await seen(async () => {
      await view.page.locator(where).first().focus();
      await view.page.keyboard.press(key);
    });
    const byMouse = await seen(() => view.page.locator(control).first().click());
    const nothing = await seen(async () => {});
    expect(byKey).toEqual(byMouse);
    // The op that is running is in sight by itself.
    if (key !== '.') expect(byKey).not.toEqual(nothing);
    const words = / \(([^()]*)\)$/.exec(await title(control))?.[1] ?? '';
    expect(words.split(/ or | on the timeline|, | while debugging/)).toContain(said);
  });

  test("VS Code's keys, as package.json binds them", async () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
    const bindings: { command: string; key: string }[] = contributes.keybindings;
    for (const [move, command] of Object.entries(MOVES)) {
      const key = bindings.find((one) => one.command === command)!.key;
      const said = keyText(
        ['shift', 'alt']
          .filter((name) => key.split('+').includes(name))
          .map((name) => `${name[0]!.toUpperCase()}${name.slice(1)}+`)
          .join('') + key.split('+').at(-1)!.toUpperCase(),
        false,
      );
      expect([move, await title(`[data-move="${move}"]`)]).toEqual([
        move,
        expect.stringContaining(`${said} while debugging)`),
      ]);
    }
    expect(await title('[data-move="continue"]')).toContain('(F5 while debugging)');
  });

  test('every control has a tooltip or says in words what it is', async () => {
    await begin();
    const without = await view.page.locator('button, select, input').evaluateAll((all) =>
      all.flatMap((one) => {
        const { title } = one as HTMLElement;
        const labelled = one.closest('label')?.textContent || document.querySelector(`label[for="${one.id || '-'}"]`);
        return title || labelled || one.getAttribute('role') === 'menuitem' ? [] : [one.outerHTML.slice(0, 120)];
      }),
    );
    expect(without).toEqual([]);
  });
});
