// A recording, opened by a click: looked at, marked, then debugged. A broken one. And the page that is made of it.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/lib/process.mjs';

/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const file = join(code.folder, 'run.backstep');
  execFileSync(process.execPath, [
    join(root, 'dist/cli.js'),
    'record',
    join(code.folder, 'three_class.py'),
    '-q',
    '-o',
    file,
  ]);
  writeFileSync(join(code.folder, 'broken.backstep'), 'BACKSTEP');
  await code.pick('Control+P', 'run.backstep', 'run.backstep');
  const view = await code.webview();
  await view.locator('.card').first().waitFor({ timeout: 60_000 });
  await shot('recording-opened');
  await view.locator('.slider').focus();
  await code.press('PageUp', 'PageUp', 'ArrowRight', 'ArrowRight', 'ArrowRight');
  await code.command('Backstep: Bookmark This Tick');
  const input = code.page.locator('.quick-input-widget:visible input');
  await input.fill('the loss begins to fall');
  await code.press('Enter');
  await input.waitFor({ state: 'hidden' });
  await view.locator('.slider[aria-valuetext*="the loss begins"]').waitFor();
  await view.locator('canvas.all').click({ button: 'right', position: { x: 300, y: 30 } });
  await code.page.locator('.context-view .action-item, .monaco-menu .action-item').first().waitFor();
  await shot('recording-menu');
  await code.press('Escape');
  await code.command('Backstep: Go to Printed Line');
  await code.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await shot('recording-printed');
  await code.press('Escape');
  await code.pick('Control+P', 'broken.backstep', 'broken.backstep');
  await code.page.waitForTimeout(3000);
  await shot('recording-broken');
  await code.pick('Control+P', 'run.backstep', 'run.backstep');
  await code.command('Backstep: Debug Recording');
  await code.stopped({ timeout: 60_000 });
  await code.page.waitForTimeout(1500);
  await shot('recording-debugged');
};
