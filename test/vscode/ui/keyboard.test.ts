/** A session without a mouse, from opening the script to stepping through a recording of it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

const SCRIPT = `import torch

open("ran.txt", "a").write("x")
w = torch.ones(3, requires_grad=True)
for i in range(3):
    loss = (w * w).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
print("done", loss.item())
`;
const wait = { timeout: 30_000 };

describe('by keyboard', () => {
  let code: Awaited<ReturnType<typeof openVSCode>>;
  let ran: string;

  beforeAll(async () => {
    code = await openVSCode();
    writeFileSync(join(code.folder, 'tiny.py'), SCRIPT);
    ran = join(code.folder, 'ran.txt');
  });
  afterAll(() => code?.close());

  /** What the palette offers for a word. */
  async function offered(word: string): Promise<string[]> {
    const input = code.page.locator('.quick-input-widget:visible input');
    const rows = code.page.locator('.quick-input-list .monaco-list-row');
    // A stop that has just come gives the focus to the editor, which closes the palette: then it is opened again.
    await expect
      .poll(async () => {
        if (!(await input.isVisible())) await code.press('F1');
        await input.fill(`>${word}`, { timeout: 1000 });
        return rows.count();
      }, wait)
      .toBeGreaterThan(0);
    const texts = await rows.locator('.label-name').allTextContents();
    await code.press('Escape');
    await input.waitFor({ state: 'hidden' });
    return texts;
  }

  const status = () => code.page.locator('#backstep\\.backstep\\.backstep\\.cursor').textContent();

  test('the palette offers moves only where there is something to move', async () => {
    await code.open('tiny.py');
    const before = await offered('Backstep: ');
    expect(before).toContain('Backstep: Debug Training');
    expect(before).toContain('Backstep: Open Recording…');
    expect(before.filter((title) => /Tick|Save|Iteration|Step Back|Go to/.test(title))).toEqual([]);
  });

  test('F9, F5, F10, F11 and their Alt twins', async () => {
    await code.goToLine(7);
    await code.press('F9');
    await code.press('F5');
    await code.stopped({ line: 7 });
    await code.press('F11');
    await expect.poll(status, wait).toContain('gradient starts at loss');
    await code.stopped({ line: 7 });
    await code.press('F11');
    await code.stopped({ line: 6 });
    await code.press('Alt+F10');
    await code.stopped({ line: 7 });
    await code.press('Shift+F11');
    await code.stopped({ line: 8 });
    await code.press('F5');
    await code.stopped({ line: 7 });
    await expect.poll(status, wait).toContain('iteration 2 · line 7');
    await code.press('Alt+F5');
    await expect.poll(status, wait).toContain('iteration 1 · line 7');
    await code.stopped({ line: 7 });
    await code.press('Alt+,');
    await expect.poll(status, wait).not.toContain('line 7 of tiny.py');
    await code.stopped({ line: 6 });
    await code.press('Alt+.');
    await expect.poll(status, wait).toContain('line 7 of tiny.py');
    await code.stopped({ line: 7 });
    // The palette's list shows only what fits.
    expect(await offered('Backstep: Step Back One Tick')).toContain('Backstep: Step Back One Tick');
    expect(await offered('Backstep: Save Recording')).toContain('Backstep: Save Recording…');
  });

  test('the network is reached and left, and the timeline walked, by keys', async () => {
    await code.command('Backstep: Show Network');
    const slider = code.webview().getByRole('slider');
    await slider.focus();
    const at = async () => Number(await slider.getAttribute('aria-valuenow'));
    // VS Code gives the focus to the editor at every stop, and the view takes it back. On a busy machine it now and then comes too late for
    // that: then the test does what a user would, and goes back into the view.
    const has = () => slider.evaluate((one) => document.hasFocus() && document.activeElement === one);
    const focused = async () => {
      const kept = async () => {
        if (await has()) return true;
        await slider.focus();
        return has();
      };
      await expect.poll(kept, { ...wait, interval: 500 }).toBe(true);
    };
    await focused();
    const before = await at();
    await code.press('ArrowLeft');
    await expect.poll(at, wait).toBe(before - 1);
    await focused();
    await code.press('Home');
    await expect.poll(at, wait).toBe(0);
    await code.stopped({ line: 1 });
    await focused();
    await code.press('End');
    await expect.poll(at, wait).toBeGreaterThan(before - 1);
    await focused();
  });

  test('Alt+G goes to a tick by its number, from the view as well', async () => {
    await code.press('Alt+G');
    const input = code.page.locator('.quick-input-widget:visible input');
    await input.fill('3');
    await code.press('Enter');
    await code.stopped({ line: 4 });
  });

  test('the recording is saved by command', async () => {
    await code.command('Backstep: Go to End of Recording');
    await code.command('Backstep: Save Recording…');
    const input = code.page.locator('.quick-input-widget:visible input');
    await expect.poll(() => input.inputValue(), wait).toContain('tiny.backstep');
    await code.press('Enter');
    await expect
      .poll(() => code.notifications(), wait)
      .toContainEqual(expect.stringMatching(/^Saved tiny\.backstep \(.*\)\.$/));
    expect(existsSync(join(code.folder, 'tiny.backstep'))).toBe(true);
    await code.press('Shift+F5');
    await code.ended();
    expect(readFileSync(ran, 'utf8')).toBe('x');
  });

  // A recording opens as a picture now, without a debug session (test/dap/replay.test.ts steps through one): to be written anew.
  test.skip('skipped, to be written for the new editor: the recording is opened, and stepped through both ways, and no script runs', async () => {
    await code.command('View: Close All Editors');
    await code.pick('Control+P', 'tiny.backstep', 'tiny.backstep');
    await code.stopped({ line: 1 });
    // The script takes the recording's place and the recording goes beside it: keys pressed before are lost.
    await code.page.locator('.editor-group-container').nth(1).waitFor();
    await code.page.locator('.tab.active', { hasText: 'tiny.py' }).waitFor();
    await code.press('F5');
    await code.stopped({ line: 7 });
    await code.press('F10');
    await code.stopped({ line: 8 });
    await code.press('Alt+F10');
    await code.stopped({ line: 7 });
    await code.webview().locator('.graph .card').first().waitFor(wait);
    const offer = await offered('Backstep: ');
    expect(offer).toContain('Backstep: Step Back One Tick');
    expect(offer).not.toContain('Backstep: Save Recording…');
    await code.press('Shift+F5');
    await code.ended();
    expect(readFileSync(ran, 'utf8')).toBe('x');
  });
});
