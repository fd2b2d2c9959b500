/** A notebook: a breakpoint in a cell, F5, and steps through its cells, both ways. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../../scripts/lib/process.mjs';
import { copyOfExamples, openVSCode } from '../driver.mjs';

const wait = { timeout: 60_000 };
let code: Awaited<ReturnType<typeof openVSCode>>;

beforeAll(async () => {
  const folder = copyOfExamples();
  cpSync(join(root, 'test/fixtures/notebook/steps.ipynb'), join(folder, 'steps.ipynb'));
  code = await openVSCode({ folder });
});
afterAll(() => code?.close());

/** The text of the line that the debugger stands on. */
const standing = () =>
  code.page.evaluate(() => {
    if (!document.querySelector('.debug-toolbar .codicon-debug-continue:not(.disabled)')) return '';
    const painted = document.querySelector('.notebookOverlay .debug-top-stack-frame-line');
    const lines = painted?.closest('.monaco-editor')?.querySelectorAll('.view-line') ?? [];
    const top = painted?.getBoundingClientRect().top ?? 0;
    const found = [...lines].find((line) => Math.abs(line.getBoundingClientRect().top - top) < 2);
    // What follows are inline values.
    return found?.textContent?.replaceAll('\u00a0', ' ').trim() ?? '';
  });

test('F5 stops at the breakpoint of a cell, and steps lead through the cells', async () => {
  const { page } = code;
  await code.pick('Control+P', 'steps.ipynb', 'steps.ipynb');
  const line = page.locator('.notebookOverlay .view-line', { hasText: 'optimizer.zero_grad' });
  await line.click(wait);
  await page.keyboard.press('F9');
  await page.locator('.notebookOverlay .codicon-debug-breakpoint').first().waitFor(wait);
  await page.locator('.notebook-toolbar-container', { hasText: 'Debug Training' }).waitFor(wait);
  await page.keyboard.press('F5');
  await expect.poll(standing, wait).toMatch(/^optimizer\.zero_grad\(\)/);
  await page.keyboard.press('Alt+F10');
  await expect.poll(standing, wait).toMatch(/^loss = /);
  // The line that called it is in another cell.
  await page.keyboard.press('Alt+F10');
  await expect.poll(standing, wait).toMatch(/^losses\.append\(step\(\)\)/);
  const values = page.locator('.debug-view-content', { hasText: 'losses' });
  await values.first().waitFor(wait);
  await page.keyboard.press('F5');
  await expect.poll(standing, wait).toMatch(/^optimizer\.zero_grad\(\)/);
  // The line above it says what it made.
  const texts = () => page.locator('.notebookOverlay .view-line').allTextContents();
  await expect
    .poll(async () => (await texts()).join('\n').replaceAll('\u00a0', ' '), wait)
    .toMatch(/mean\(\).*loss \d/);
});
