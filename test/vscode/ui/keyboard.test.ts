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

  /**
   * Whether the palette offers a command, asked for by its whole title. The list is virtual and renders late, and what resembles the title
   * is listed where the title is not: so it is emptied first, and read as soon as there is something in it.
   */
  async function offers(title: string): Promise<boolean> {
    const input = code.page.locator('.quick-input-widget:visible input');
    const rows = code.page.locator('.quick-input-list .monaco-list-row .label-name');
    // A stop that has just come gives the focus to the editor, which closes the palette: then it is opened again.
    const filled = async (text: string, settled: (texts: string[]) => boolean): Promise<string[]> => {
      let texts: string[] = [];
      const read = async () => {
        if (!(await input.isVisible())) await code.press('F1');
        if ((await input.inputValue()) !== text) await input.fill(text, { timeout: 1000 });
        texts = await rows.allTextContents();
        return settled(texts);
      };
      await expect.poll(read, wait).toBe(true);
      return texts;
    };
    const nothing = (texts: string[]) => texts.join() === 'No matching commands';
    await filled('>qzxjqzxj', nothing);
    const found = await filled(`>${title}`, (texts) => texts.length > 0 && !nothing(texts));
    await code.press('Escape');
    await input.waitFor({ state: 'hidden' });
    return found.includes(title);
  }

  const status = () => code.page.locator('#backstep\\.backstep\\.backstep\\.cursor').textContent();

  test('the palette offers moves only where there is something to move', async () => {
    await code.open('tiny.py');
    expect(await offers('Backstep: Debug Training')).toBe(true);
    expect(await offers('Backstep: Open Recording…')).toBe(true);
    for (const title of ['Step Back One Tick', 'Save Recording…', 'Next Iteration', 'Go to Start of Recording'])
      expect([title, await offers(`Backstep: ${title}`)]).toEqual([title, false]);
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
    expect(await offers('Backstep: Step Back One Tick')).toBe(true);
    expect(await offers('Backstep: Save Recording…')).toBe(true);
  });

  test('the network is reached and left, and the timeline walked, by keys', async () => {
    await code.command('Backstep: Show Network');
    const slider = (await code.webview()).getByRole('slider');
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

  test('the recording is opened, and stepped through both ways, and no script runs', async () => {
    await code.command('View: Close All Editors');
    await code.pick('Control+P', 'tiny.backstep', 'tiny.backstep');
    await (await code.webview()).locator('.graph .card').first().waitFor(wait);
    await code.command('Backstep: Debug Recording');
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
    await (await code.webview()).locator('.graph .card').first().waitFor(wait);
    expect(await offers('Backstep: Step Back One Tick')).toBe(true);
    expect(await offers('Backstep: Save Recording…')).toBe(false);
    await code.press('Shift+F5');
    await code.ended();
    expect(readFileSync(ran, 'utf8')).toBe('x');
  });
});
