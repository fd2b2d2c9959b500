/** Our views as VS Code's: put elsewhere, hidden, there after a reload; what they save; the picture of a run that goes on. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

const wait = { timeout: 30_000 };
const LINE = 79;
const LONG = `import torch

net = torch.nn.Sequential(torch.nn.Linear(20, 64), torch.nn.ReLU(), torch.nn.Linear(64, 3))
optimizer = torch.optim.Adam(net.parameters())
x, y = torch.randn(64, 20), torch.randint(0, 3, (64,))
for step in range(1000000):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
`;

describe('views', () => {
  let code: Awaited<ReturnType<typeof openVSCode>>;

  beforeAll(async () => {
    code = await openVSCode({ file: 'three_class.py' });
    await code.toggleBreakpoint(LINE);
    await code.press('F5');
    await code.stopped({ line: LINE, timeout: 60_000 });
    await (await code.webview()).locator('.graph .card').first().waitFor(wait);
  });
  afterAll(() => code?.close());

  const numbers = () => code.webview('numbers');
  /** What is chosen in the docked view: its tabs, the curves' sections and switches. */
  const chosen = async () =>
    (await numbers()).locator('[aria-selected=true]:visible, [aria-pressed=true]:visible').allTextContents();
  const CURVES = ['Curves', 'Loss', 'Printed', 'Learning rate', 'Gradient norms', 'log'];
  const row = (text: string) => code.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  /** Hides the side bar and shows it again; a view of it is another one then. */
  async function blinkSideBar(): Promise<void> {
    const bar = code.page.locator('.part.auxiliarybar');
    await code.command('View: Toggle Secondary Side Bar Visibility');
    await bar.waitFor({ ...wait, state: 'hidden' });
    await code.command('View: Toggle Secondary Side Bar Visibility');
    await bar.waitFor(wait);
  }

  /** Takes the name that is offered for a file; its path. */
  async function save(): Promise<string> {
    const input = code.page.locator('.quick-input-widget:visible input');
    await expect.poll(() => input.inputValue(), wait).toMatch(/\.(svg|png|csv)$/);
    const path = await input.inputValue();
    await code.press('Enter');
    await code.page.locator('.notifications-toasts', { hasText: `Exported ${path.split('/').pop()}.` }).waitFor(wait);
    await code.command('Notifications: Clear All Notifications');
    return path;
  }

  test('tensors and curves are moved to a side bar, hidden and shown: what was chosen stays', async () => {
    await code.command('Backstep: Show Tensors and Curves');
    let view = await numbers();
    await view.getByRole('tab', { name: 'Curves' }).click();
    await view.getByRole('button', { name: 'Gradient norms' }).click();
    await view.getByRole('button', { name: 'log', exact: true }).click();
    await expect.poll(chosen, wait).toEqual(CURVES);
    await code.command('View: Move View');
    await row('Tensors and Curves').click();
    await row('New Secondary Side Bar Entry').click();
    await code.page.locator('.part.auxiliarybar .composite.title', { hasText: 'Backstep' }).waitFor(wait);
    await expect.poll(chosen, wait).toEqual(CURVES);
    await blinkSideBar();
    await expect.poll(chosen, wait).toEqual(CURVES);
    view = await numbers();
    await view.locator('.curves canvas').first().waitFor(wait);
  });

  test('what is selected in the network is shown there, and stays when it is hidden', async () => {
    const network = await code.webview();
    await network.getByRole('button', { name: /^relu/ }).locator('.face').first().click();
    await (await numbers()).getByRole('tab', { name: 'Tensor' }).click();
    const title = async () => (await numbers()).locator('.inspector h2').textContent();
    await expect.poll(title, wait).toBe('sigma1');
    await blinkSideBar();
    await expect.poll(title, wait).toBe('sigma1');
  });

  test("a node that is pointed at marks its line, and the caret's line its nodes", async () => {
    const network = await code.webview();
    const line = 28;
    await code.command('View: Focus First Editor Group');
    await code.goToLine(line);
    const sigmoid = network.getByRole('button', { name: /^sigmoid/ }).first();
    await expect.poll(() => network.locator('.card.caret').allTextContents(), wait).toHaveLength(2);
    expect(await sigmoid.getAttribute('class')).toContain('caret');
    // What VS Code paints behind a line.
    const top = (await code.lineNumber(line).boundingBox())!.y;
    const painted = () =>
      code.page.evaluate((y) => {
        const found = [...document.querySelectorAll('.editor-instance .view-overlays [class*="ced-"]')];
        return found.filter((one) => Math.abs(one.getBoundingClientRect().y - y) < 3).length;
      }, top);
    const before = await painted();
    await sigmoid.locator('.face').first().hover();
    await expect.poll(painted, wait).toBeGreaterThan(before);
    await network.locator('.timeline').hover();
    await expect.poll(painted, wait).toBe(before);
  });

  test('drawing and curves are saved by the dialog, beside the script', async () => {
    await code.command('Backstep: Save Network Drawing as SVG…');
    const svg = await save();
    expect(svg).toBe(join(code.folder, 'network.svg'));
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg[\s\S]*log_softmax/);
    await code.command('Backstep: Save Network Drawing as PNG…');
    expect(
      readFileSync(await save())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const view = await numbers();
    await view.getByRole('tab', { name: 'Curves' }).click();
    await expect.poll(chosen, wait).toEqual(CURVES);
    await view.getByRole('button', { name: /CSV/ }).click();
    expect(readFileSync(await save(), 'utf8')).toMatch(/^iteration,loss.*\n1,1\.1559/);
    await view.getByRole('button', { name: /SVG/ }).click();
    expect(readFileSync(await save(), 'utf8')).toMatch(/^<svg/);
  });

  test('Check Gradient says what it found, and shows the element', async () => {
    await code.command('Backstep: Check Gradient…');
    await row('output.bias').click();
    const toast = code.page.locator('.notifications-toasts', { hasText: 'The gradient of output.bias agrees with' });
    await toast.waitFor(wait);
    await toast.locator('.monaco-button', { hasText: 'Show the Element' }).click();
    const network = await code.webview();
    await expect.poll(() => network.locator('.inspector h2').textContent(), wait).toBe('output.bias.grad');
  });

  test('a tensor is opened as a table, beside the network', async () => {
    const network = await code.webview();
    await network.locator('button', { hasText: 'Open as table' }).click();
    await code.page.locator('.tab.active', { hasText: 'output.bias.grad.csv' }).waitFor(wait);
    await network.locator('.graph .card').first().waitFor(wait);
    await network.locator('button', { hasText: 'Copy as CSV' }).click();
    const copied = () => code.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied, wait).toMatch(/^-?[\d.e-]+,-?[\d.e-]+,-?[\d.e-]+\s*$/);
  });

  test('after a reload of the window the views are there, and the run can be opened again', async () => {
    await (await numbers()).getByRole('tab', { name: 'Curves' }).click();
    await expect.poll(chosen, wait).toEqual(CURVES);
    await code.reload();
    await (await numbers()).getByRole('button', { name: 'Open Recent Run' }).waitFor(wait);
    await (await code.webview()).getByRole('button', { name: 'Open Recent Run' }).click();
    await row('three_class').click();
    await expect.poll(chosen, wait).toEqual(CURVES);
    // Another editor in front takes nothing away.
    await code.open('three_class.py');
    await (await numbers()).getByRole('tab', { name: 'Tensor' }).click();
    await code.command('Backstep: Go to End of Recording');
    await expect
      .poll(() => code.page.locator('#backstep\\.backstep\\.backstep\\.cursor').textContent(), wait)
      .toContain('iteration 7');
  });

  test('a run that goes on shows its iteration, its rate and what is left, and is paused from the view', async () => {
    await code.command('View: Close All Editors');
    writeFileSync(join(code.folder, 'long.py'), LONG);
    await code.open('long.py');
    await code.press('F5');
    const status = async () => (await code.webview()).locator('.status').textContent();
    await expect
      .poll(status, { timeout: 60_000 })
      .toMatch(/^Running · iteration [\d,]+ · [\d.]+ it\/s · step: [\d,]+ of 1,000,000 · .* left$/);
    await (await code.webview()).getByRole('button', { name: 'Pause', exact: true }).click();
    await code.stopped();
    await expect.poll(status, wait).toMatch(/^iteration [\d,]+ ·/);
    await code.press('Shift+F5');
    await code.ended();
    // Its file has an end.
    await code.command('Backstep: Open Recent Run…');
    await row('long').waitFor(wait);
    expect(await row('long').textContent()).not.toContain('cut off');
    await code.press('Escape');
  });
});
