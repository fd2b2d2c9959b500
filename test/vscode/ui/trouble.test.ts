/** What a user reads when something cannot be done. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../../scripts/lib/process.mjs';
import { copyOfExamples, openVSCode } from '../driver.mjs';

const wait = { timeout: 30_000 };
type Code = Awaited<ReturnType<typeof openVSCode>>;

const dialog = (code: Code) => code.page.locator('.monaco-dialog-box');
const words = (code: Code) => dialog(code).locator('.dialog-message-text, .dialog-message-detail').allTextContents();

describe('bad input', () => {
  let code: Code;
  beforeAll(async () => {
    const folder = copyOfExamples();
    mkdirSync(join(folder, '.vscode'));
    const missing = { type: 'backstep', request: 'launch', name: 'Missing', program: `\${workspaceFolder}/gone.py` };
    const launch = { version: '0.2.0', configurations: [missing] };
    writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(launch));
    writeFileSync(join(folder, 'stranger.backstep'), 'this is no recording of ours');
    code = await openVSCode({ folder });
  });
  afterAll(() => code?.close());

  test('a launch.json that names a file that is not there', async () => {
    await code.command('View: Show Run and Debug');
    await code.page.locator('.start-debug-action-item', { hasText: 'Missing' }).waitFor(); // launch.json was read
    // A window that has just opened may not hear the first key.
    const shown = async () => {
      if (!(await dialog(code).isVisible())) await code.press('F5');
      return dialog(code).isVisible();
    };
    await expect.poll(shown, { ...wait, interval: 3000 }).toBe(true);
    expect((await words(code)).join(' ')).toContain(`There is no file ${join(code.folder, 'gone.py')}.`);
    await code.press('Escape');
    await code.ended();
  });

  test('a recording that is not ours', async () => {
    await code.pick('Control+P', 'stranger.backstep', 'stranger.backstep');
    await (await code.webview()).getByText('This file is no Backstep recording').waitFor(wait);
    expect(await code.page.locator('.debug-toolbar').isVisible()).toBe(false);
  });
});

describe('a workspace that is not trusted', () => {
  let code: Code;
  beforeAll(async () => {
    code = await openVSCode({ trust: false, settings: { 'security.workspace.trust.startupPrompt': 'never' } });
    writeFileSync(join(code.folder, 'mark.py'), 'import torch\nopen("ran.txt", "w")\n');
  });
  afterAll(() => code?.close());

  test('runs nothing until the user trusts it', async () => {
    await code.open('mark.py');
    await code.press('F5');
    await dialog(code).waitFor(wait);
    expect((await words(code)).join(' ')).toMatch(/trust/i);
    await code.press('Escape');
    await dialog(code).waitFor({ state: 'hidden' });
    expect(await code.page.locator('.debug-toolbar').isVisible()).toBe(false);
    expect(existsSync(join(code.folder, 'ran.txt'))).toBe(false);
  });

  test('shows a recording, which is data', async () => {
    execFileSync(process.execPath, [
      join(root, 'dist/cli.js'),
      ...['record', join(code.folder, 'three_class.py'), '-q', '-o', join(code.folder, 'run.backstep')],
    ]);
    await code.pick('Control+P', 'run.backstep', 'run.backstep');
    await (await code.webview()).locator('.card').first().waitFor(wait);
    expect(await code.page.locator('.debug-toolbar').isVisible()).toBe(false);
  });
});
