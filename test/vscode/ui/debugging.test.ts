/** The tutorial's program by mouse: started, stepped back, seen as a network, dragged through time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

const wait = { timeout: 30_000 };

describe('the tutorial by mouse', () => {
  let code: Awaited<ReturnType<typeof openVSCode>>;
  let line: (text: string, nth?: number) => number;

  beforeAll(async () => {
    code = await openVSCode({ file: 'three_class.py', viewport: { width: 1600, height: 1100 } });
    const lines = readFileSync(join(code.folder, 'three_class.py'), 'utf8').split('\n');
    line = (text, nth = 0) => [...lines.entries()].filter(([, one]) => one.includes(text))[nth]![0] + 1;
  });
  afterAll(() => code?.close());

  const toolbar = (icon: string) => code.page.locator(`.debug-toolbar .codicon-${icon}`).first();
  /** A card of the network: by its op, and the module it is of. */
  const card = async (op: string, module = '') =>
    (await code.webview()).getByRole('button', { name: new RegExp(`^${op}${module && ` (of|in) ${module}`},`) });
  const classOf = async (op: string, module = '') => (await card(op, module)).first().getAttribute('class');
  const variable = (name: string) =>
    code.page.locator('.debug-variables .monaco-list-row', { hasText: new RegExp(`^${name}\\b`) }).first();

  test('a title button and a CodeLens offer it; the CodeLens starts it', async () => {
    const { page } = code;
    await page.locator('.editor-actions .action-label[aria-label*="Debug Training"]').first().waitFor();
    await code.toggleBreakpoint(line('loss.backward()', 1));
    await code.goToLine(1);
    await page.locator('.codelens-decoration a', { hasText: 'Debug training' }).click();
    expect(await code.stopped()).toEqual({ line: line('loss.backward()', 1) });
    await (await code.webview()).locator('.graph .card').first().waitFor(wait);
  });

  test('the network stands at the forward pass: values are there, gradients are not', async () => {
    await expect.poll(() => classOf('linear', 'output'), wait).toMatch(/fwd/);
    expect(await classOf('relu', 'linear1')).toMatch(/fwd/);
    expect(await classOf('relu', 'linear1')).not.toMatch(/bwd/);
    expect(await classOf('linear1.weight')).not.toMatch(/upd/);
  });

  test('stepping into backward() lights the ops one by one, and Step Back takes the light away', async () => {
    for (let i = 0; i < 4; i++) {
      await toolbar('debug-step-into').click();
      await code.stopped();
    }
    await expect.poll(() => classOf('linear', 'output'), wait).toMatch(/bwd.*cursor/);
    expect(await code.stopped()).toEqual({ line: line('zhat = self.output(sigma2)') });
    expect(await classOf('relu', 'linear1')).not.toMatch(/bwd/);
    await toolbar('debug-step-back').click();
    await code.stopped({ line: line('loss = criterion(net(X / 100)') });
    await expect.poll(() => classOf('linear', 'output'), wait).not.toMatch(/bwd/);
    await toolbar('debug-step-out').click();
    await code.stopped({ line: line('optimizer.step()') });
    await expect.poll(() => classOf('relu', 'linear1'), wait).toMatch(/bwd/);
    await toolbar('debug-step-over').click();
    await code.stopped({ line: line('if epoch % 5 == 4') });
    await expect.poll(() => classOf('linear1.weight'), wait).toMatch(/upd/);
    await toolbar('debug-reverse-continue').click();
    await code.stopped({ line: line('loss.backward()', 1) });
    await expect.poll(() => classOf('linear1.weight'), wait).not.toMatch(/upd|bwd/);
  });

  test('a click on a node shows its numbers, and its line in the editor', async () => {
    await (await card('relu', 'linear1')).locator('.face').first().click();
    const view = await code.webview();
    await expect.poll(() => view.locator('.inspector h2').textContent(), wait).toBe('sigma1');
    expect(await view.locator('.inspector .facts').textContent()).toContain('500 × 13');
    await view.locator('.inspector .histogram .bin').first().waitFor(wait);
    const current = code.page.locator('.editor-instance .active-line-number').first();
    await expect.poll(() => current.textContent(), wait).toBe(String(line('torch.relu')));
  });

  test('the timeline is dragged to a tick: line, variables and network follow', async () => {
    const { page } = code;
    // Closed, for Training to come into sight: a tree that was just laid out anew may miss a click.
    const globals = variable('Globals');
    const isOpen = () => globals.getAttribute('aria-expanded');
    await expect
      .poll(async () => {
        if ((await isOpen()) === 'true') await globals.click();
        return isOpen();
      }, wait)
      .toBe('false');
    await variable('Training').click();
    await expect.poll(() => variable('tick').textContent(), wait).toMatch(/\d+ of \d+/);
    const before = await variable('tick').textContent();
    const bar = (await (await code.webview()).locator('canvas.all').boundingBox())!;
    const y = bar.y + bar.height / 2;
    const x = (part: number) => bar.x + 56 + (bar.width - 66) * part;
    await page.mouse.move(x(0.99), y);
    await page.mouse.down();
    for (const part of [0.9, 0.7, 0.5]) await page.mouse.move(x(part), y);
    await page.mouse.up();
    const slider = (await code.webview()).locator('[role="slider"]');
    const max = Number(await slider.getAttribute('aria-valuemax'));
    await expect
      .poll(async () => Math.abs(Number(await slider.getAttribute('aria-valuenow')) / max - 0.5), wait)
      .toBeLessThan(0.02);
    await expect.poll(() => variable('tick').textContent(), wait).not.toBe(before);
    const tick = Number(await slider.getAttribute('aria-valuenow'));
    const at = Number(/\d+/.exec((await variable('tick').textContent())!)![0]);
    expect(Math.abs(at - tick)).toBeLessThan(2); // counted from 1 there
    const top = page.locator('.debug-call-stack .monaco-list-row .line-number').first();
    expect(await code.stopped()).toEqual({ line: Number.parseInt((await top.textContent())!, 10) });
  });

  test('the optimizer panel shows weight, gradient, velocity and the step taken for a chosen parameter', async () => {
    // The second of SGD's iterations: the first has no velocity to multiply yet.
    const status = code.page.locator('#backstep\\.backstep\\.backstep\\.cursor');
    for (const iteration of [7, 8]) {
      await code.press('F5');
      await expect.poll(() => status.textContent(), wait).toContain(`iteration ${iteration} · line`);
      await code.stopped({ line: line('loss.backward()', 1) });
    }
    await code.press('F10');
    await code.stopped({ line: line('optimizer.step()') });
    await code.press('F10');
    await code.stopped({ line: line('if epoch % 5 == 4') });
    const view = await code.webview();
    await view.getByRole('tab', { name: 'Optimizer' }).click();
    const picker = view.locator('select#parameter');
    const option = picker.locator('option', { hasText: /output\.bias/ }).last();
    await picker.selectOption((await option.getAttribute('value'))!);
    const roles = async () => (await view.locator('table.terms tbody th').allTextContents()).join();
    await expect.poll(roles, wait).toBe('weight,gradient,velocity before,velocity,step taken,new weight');
    await expect.poll(() => view.locator('.optimizer .rule').textContent(), wait).toContain('SGD');
    const numbers = await view.locator('table.terms tbody td.number').allTextContents();
    expect(
      numbers.every((text) => /^[−-]?[\d.]+(e[−-]?\d+)?$/.test(text.trim())),
      numbers.join(' '),
    ).toBe(true);
    expect(await view.locator('.optimizer .steps li.done').count()).toBe(3);
  });

  test('stop ends it', async () => {
    await toolbar('debug-stop').click();
    await code.ended();
    expect(await code.notifications()).toEqual([]);
  });
});
