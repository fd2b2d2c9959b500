/** Our views in VS Code's own themes: axe finds nothing serious, and they look as they did when somebody approved of it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { looksAsApproved } from '../../webview/approved';
import { serious } from '../../webview/serious';
import { openVSCode } from '../driver.mjs';

const wait = { timeout: 30_000 };
const LINE = 80;
/** Name, setting, and what VS Code calls its kind. */
const THEMES = [
  ['light', 'Default Light Modern', 'vscode-light'],
  ['dark', 'Default Dark Modern', 'vscode-dark'],
  ['hc-dark', 'Default High Contrast', 'vscode-high-contrast'],
  ['hc-light', 'Default High Contrast Light', 'vscode-high-contrast-light'],
] as const;

/** What the list of themes says. */
const LABELS = {
  light: 'Light Modern',
  dark: 'Dark Modern',
  'hc-dark': 'Dark High Contrast',
  'hc-light': 'Light High Contrast',
};

describe('looks', () => {
  let code: Awaited<ReturnType<typeof openVSCode>>;

  // One window: the theme is switched as a user does.
  beforeAll(async () => {
    code = await openVSCode({ file: 'three_class.py', theme: THEMES[0][1], reducedMotion: true });
    await code.toggleBreakpoint(LINE);
    await code.press('F5');
    await code.stopped({ line: LINE, timeout: 60_000 });
    await (await code.webview()).locator('.graph .card.bwd').first().waitFor(wait);
    await code.command('Backstep: Show Tensors and Curves');
    const numbers = await code.webview('numbers');
    await numbers.getByRole('tab', { name: 'Curves' }).click();
    await numbers.locator('.curves canvas').first().waitFor(wait);
  });
  afterAll(() => code?.close());

  test.each(THEMES)('in the theme %s', async (name, _, kind) => {
    if ((await (await code.webview()).locator('body').getAttribute('data-vscode-theme-kind')) !== kind) {
      await code.command('Preferences: Color Theme');
      await code.page.locator('.quick-input-widget:visible input').fill(LABELS[name]);
      await code.page.locator('.quick-input-list .monaco-list-row', { hasText: LABELS[name] }).first().click();
    }
    await code.page.mouse.move(0, 0);
    const blank = await code.browser.newPage();
    for (const view of ['network', 'numbers'] as const) {
      const frame = await code.webview(view);
      await expect.poll(() => frame.locator('body').getAttribute('data-vscode-theme-kind'), wait).toBe(kind);
      expect(await serious(frame)).toEqual([]);
      const picture = () => frame.locator('.app').screenshot({ animations: 'disabled', caret: 'hide' });
      // A picture is taken when it has come to rest.
      let last = await picture();
      const rests = async () => {
        const before = last;
        last = await picture();
        return last.equals(before);
      };
      await expect.poll(rests, { ...wait, interval: 300 }).toBe(true);
      await looksAsApproved(blank, join('test/vscode/approved', `${view}-${name}.png`), last);
    }
    await blank.close();
  });
});
