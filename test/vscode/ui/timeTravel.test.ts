/** Questions backward by mouse and palette: watchpoints, where a number comes from, branches, comparisons, and what was printed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

/** Each step makes w three times as large: its norm passes 100 in iteration 4. */
const SCRIPT = `import torch

w = torch.tensor([1.0, -2.0], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=2.0)
for i in range(6):
    optimizer.zero_grad()
    loss = (w * w).sum()
    loss.backward()
    optimizer.step()
    print("loss", loss.item())
`;
const wait = { timeout: 30_000 };

describe('a run that went wrong', () => {
  let code: Awaited<ReturnType<typeof openVSCode>>;

  beforeAll(async () => {
    code = await openVSCode();
    writeFileSync(join(code.folder, 'wrong.py'), SCRIPT);
    await code.open('wrong.py');
    await code.command('View: Show Run and Debug');
    await code.press('F5');
    await code.stopped({ timeout: 60_000 });
    await (await code.webview()).locator('.graph .card').first().waitFor(wait);
  });
  afterAll(() => code?.close());

  const status = () => code.page.locator('#backstep\\.backstep\\.backstep\\.cursor').textContent();
  const at = (text: string | RegExp) => expect.poll(status, wait).toMatch(text);
  const variable = (name: string) =>
    code.page.locator('.debug-variables .monaco-list-row', { hasText: new RegExp(`^${name}\\b`) }).first();

  /** The question that is on the screen, by its title. */
  async function asked(title: string): Promise<void> {
    await code.page.locator('.quick-input-widget:visible .quick-input-title', { hasText: title }).waitFor(wait);
  }
  const choose = (row: string) =>
    code.page.locator('.quick-input-list .monaco-list-row', { hasText: row }).first().click();
  /** Takes an entry of the menu of w, once the view shows w as it is here: what is drawn anew closes a menu. A click that comes as it opens is not heard. */
  async function menu(value: string, entry: string): Promise<void> {
    await expect.poll(() => variable('w').textContent(), wait).toContain(value);
    await variable('w').click({ button: 'right' });
    const item = code.page.locator('.monaco-menu .action-item', { hasText: entry });
    await item.waitFor(wait);
    const taken = async () => {
      await item.click({ timeout: 1000 }).catch(() => {});
      return item.isHidden();
    };
    await expect.poll(taken, { ...wait, interval: 300 }).toBe(true);
  }
  const notification = (text: string) => code.page.locator('.notifications-toasts', { hasText: text });
  /** One of Backstep's views by what is in it. */
  async function view(selector: string) {
    const find = async () => {
      for (const frame of code.page.frames())
        if (
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      return null;
    };
    await expect.poll(async () => (await find()) !== null, wait).toBe(true);
    return (await find())!;
  }

  test('a watchpoint from the palette, and Reverse to where it began', async () => {
    await code.command('Backstep: Add Watchpoint…');
    await asked('Add Watchpoint');
    await choose('A norm is above a bound');
    await asked('Of which tensor?');
    await choose('Any parameter');
    await asked('A norm is above a bound');
    await code.page.locator('.quick-input-widget:visible input').fill('100');
    await code.press('Enter');
    const toast = notification('Watching norm(p) > 100');
    await toast.waitFor(wait);
    await toast.locator('.monaco-button', { hasText: 'Reverse' }).click();
    await at(/iteration 4 · update of w.*norm\(p\) > 100/);
    await code.stopped({ line: 9 });
  });

  test('Go to Last Write from the menu of a variable', async () => {
    await variable('Op add_').waitFor(wait);
    await variable('Parameters').click();
    await menu('-162…81', 'Go to Last Write');
    await at(/iteration 3 · update of w/);
  });

  test('a watchpoint from the menu of a variable', async () => {
    await menu('-27…54', 'Add Watchpoint');
    await asked('Watch w');
    await choose('A norm is above a bound');
    await asked('A norm is above a bound');
    await code.page.locator('.quick-input-widget:visible input').fill('15');
    await code.press('Enter');
    await notification('> 15: Continue and Reverse').waitFor(wait);
    // A toast stays for ten seconds, or as long as the pointer is over it: the last test wants to see none.
    await code.command('Notifications: Clear All Notifications');
    await code.press('Alt+F5');
    await at(/iteration 2 · update of w.*> 15/);
  });

  test('Why This Gradient lists terms, and goes to one', async () => {
    await code.command('Backstep: Go to End of Recording');
    await at(/iteration 6/);
    await code.command('Backstep: Why This Gradient');
    await asked('Why the Gradient of');
    await choose('w');
    await asked('the sum of');
    const row = code.page.locator('.quick-input-list .monaco-list-row').first();
    expect(await row.textContent()).toContain('gradient of mul');
    await row.click();
    await at(/iteration 6 · gradient of mul/);
  });

  test('Show History plots a tensor over the iterations', async () => {
    await code.command('Backstep: Show History');
    await asked('History of');
    await choose('w');
    const frame = await view('.past svg');
    expect(await frame.locator('.past figcaption').textContent()).toContain('norm(w)');
  });

  test('a branch stands beside the run that it left, and is compared with it', async () => {
    await code.command('Backstep: Branch from Here');
    await asked('Branch from Here: iteration 6');
    await code.page.locator('.quick-input-widget:visible input').fill('w.grad[0] = 0');
    await code.press('Enter');
    const frame = await view('.runs li:nth-child(2)');
    await expect
      .poll(() => frame.locator('.runs button[aria-pressed="true"]').textContent(), wait)
      .toContain('branch 1');
    await code.stopped();
    await frame.locator('.runs button').first().click();
    await expect
      .poll(() => frame.locator('.runs button[aria-pressed="true"]').textContent(), wait)
      .toBe('Debug training: wrong.py');
    await code.command('Backstep: Compare with Another Run…');
    await code.page.locator('.tab', { hasText: 'wrong.py branch 1' }).waitFor(wait);
    const text = () => code.page.locator('.editor-instance .view-lines').last().textContent();
    await expect.poll(text, wait).toMatch(/w\.grad|differ/);
  });

  test('what was printed is grey after the cursor, and a click on a line goes to its tick', async () => {
    await code.command('Backstep: Show Printed Output');
    const frame = await view('.s-output .s-line');
    const line = (n: number) => frame.locator('.s-line').nth(n);
    await line(1).click();
    await at(/iteration 2 · prints/);
    await expect.poll(() => frame.locator('.s-line.s-later').count(), wait).toBeGreaterThan(2);
    expect(await line(1).getAttribute('class')).not.toContain('s-later');
    expect(await code.notifications()).toEqual([]);
  });
});
