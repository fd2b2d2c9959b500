/** VS Code in Simplified Chinese: commands, debugger and views speak it, and nothing that is written on a control is cut off. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

const wait = { timeout: 30_000 };
const LINE = 80;
const manifest: Record<string, string> = JSON.parse(readFileSync('package.nls.zh-cn.json', 'utf8'));
const words: Record<string, string> = JSON.parse(readFileSync('l10n/bundle.l10n.zh-cn.json', 'utf8'));

describe('in Simplified Chinese', () => {
  let code: Awaited<ReturnType<typeof openVSCode>>;
  beforeAll(async () => {
    code = await openVSCode({ locale: 'zh-cn' });
    // Extensions come late in another language: VS Code first asks its gallery, which is not there, for each one's words.
    await code.page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'three_class.py' }).first().dblclick();
  });
  afterAll(() => code?.close());

  test('the CodeLens, the palette, and what the debugger says', async () => {
    const lens = code.page.locator('.codelens-decoration a', { hasText: words['Debug training']! });
    await lens.waitFor({ timeout: 60_000 });
    await code.press('F1');
    await code.page.locator('.quick-input-widget:visible input').fill('>Backstep: ');
    const offered = () => code.page.locator('.quick-input-list .monaco-list-row .label-name').allTextContents();
    await expect.poll(offered, wait).toContainEqual(expect.stringContaining(manifest['command.tour']!));
    await code.press('Escape');
    await code.toggleBreakpoint(LINE);
    await code.press('F5');
    await code.stopped({ line: LINE, timeout: 60_000 });
    const stack = code.page.locator('.debug-call-stack, .debug-pane', { hasText: words['Paused on a breakpoint']! });
    await stack.first().waitFor(wait);
    const status = code.page.locator('#backstep\\.backstep\\.backstep\\.cursor');
    await expect.poll(() => status.textContent(), wait).toContain(words['iteration {0}']!.replace('{0}', '7'));
  });

  test('the views', async () => {
    const view = await code.webview();
    await view.locator('.graph .card.bwd').first().waitFor(wait);
    expect(await view.locator('.legend').textContent()).toContain(words.forward);
    expect(await view.locator('.timeline .status').textContent()).toContain(
      words['iteration {0}']!.replace('{0}', '7'),
    );
    const cut = () =>
      view
        .locator('button:visible, .status:visible, .legend li:visible, h2:visible, th:visible')
        .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent));
    await view.locator('.panels-toggle').click();
    for (const tab of ['tensor', 'optimizer', 'curves']) {
      await view.locator(`#tab-${tab}`).click();
      expect([tab, await cut()]).toEqual([tab, []]);
    }
    expect(await view.locator('#tab-curves').textContent()).toBe(words.Curves);
    expect(await code.notifications()).toEqual([]);
  });
});
