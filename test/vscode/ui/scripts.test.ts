/** What scripts from elsewhere do: they plot, they ask, and they go on for a minute. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

const wait = { timeout: 60_000 };
let code: Awaited<ReturnType<typeof openVSCode>>;

const PLOTS = `import matplotlib.pyplot as plt
import torch
plt.plot(torch.arange(3.0)); plt.title('first'); plt.show()
plt.figure()
for i in range(3):
    plt.clf(); plt.plot(torch.arange(i + 2.0)); plt.title(f'step {i}')
    plt.pause(0.01)
print('drawn')
`;
const ASKS = `import torch
name = input('name? ')
print('hello', name, torch.ones(2).sum().item())
`;
const LONG = `import torch
w = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=1e-6)
for step in range(10_000_000):
    loss = ((w - 1) ** 2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print('step', step)
`;

beforeAll(async () => {
  code = await openVSCode();
  for (const [name, text] of [
    ['plots', PLOTS],
    ['asks', ASKS],
    ['long', LONG],
  ])
    writeFileSync(join(code.folder, `${name}.py`), text!);
});
afterAll(() => code?.close());

const consoleText = async () => (await code.page.locator('.repl .monaco-list-row').allTextContents()).join('\n');
const stop = async () => {
  await code.press('Shift+F5');
  await code.ended();
};
afterEach(async () => {
  if (await code.page.locator('.debug-toolbar').isVisible()) await stop();
});

test('figures have a tab of their own, and are as they were at the cursor', async () => {
  await code.open('plots.py');
  await code.press('F5');
  await code.stopped({ line: 8, ...wait });
  const captions = async () => (await code.webview('figures')).locator('figcaption .title').allTextContents();
  await expect.poll(captions, wait).toEqual(['Figure 1: first', 'Figure 2: step 2']);
  const image = (await code.webview('figures')).getByRole('img', { name: 'Figure 1: first: 1 line' });
  await expect.poll(() => image.evaluate((i) => (i as HTMLImageElement).naturalWidth), wait).toBeGreaterThan(100);
  // Over the last print and pause: what was drawn before them. A key that comes while a step is under way is not heard.
  const stepped = async () => {
    const found = await captions();
    if (found[1] === 'Figure 2: step 2') await code.press('Alt+F10');
    return found;
  };
  await expect.poll(stepped, { ...wait, interval: 2000 }).toEqual(['Figure 1: first', 'Figure 2: step 1']);
  await code.press('Alt+F5');
  await code.stopped({ line: 1, ...wait });
  await expect.poll(captions, wait).toEqual([]);
});

test('input() reads what is typed in the Debug Console', async () => {
  await code.open('asks.py');
  await code.press('F5');
  await expect.poll(consoleText, wait).toContain('The script waits for a line: type it here.');
  await code.command('Debug Console: Focus on Debug Console View');
  await code.page.keyboard.type('Ada');
  await code.press('Enter');
  await expect.poll(consoleText, wait).toContain('hello Ada 2.0');
  await code.stopped({ line: 3, ...wait });
});

test('a script that goes on says how far it is, can be paused, and is stopped at once', async () => {
  await code.open('long.py');
  await code.press('F5');
  await expect.poll(consoleText, wait).toContain('step 100');
  await expect.poll(() => code.statusBar(), wait).toMatch(/iteration [\d,]+/);
  await code.press('F6');
  await code.stopped(wait);
  await code.press('Alt+F10');
  await code.stopped(wait);
  await code.press('F5');
  await code.page.locator('.debug-toolbar .codicon-debug-pause:not(.disabled)').waitFor(wait);
  const began = Date.now();
  await stop();
  expect(Date.now() - began).toBeLessThan(20_000);
});
