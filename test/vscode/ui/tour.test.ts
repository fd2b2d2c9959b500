import { afterAll, beforeAll, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

let code: Awaited<ReturnType<typeof openVSCode>>;

beforeAll(async () => {
  code = await openVSCode();
});
afterAll(() => code?.close());

const step = (title: string) => code.page.locator('.getting-started-step', { hasText: title }).first();

async function press(title: string, button: string): Promise<void> {
  await step(title).click();
  await step(title).and(code.page.locator('.expanded')).getByRole('button', { name: button, exact: true }).click();
}

const done = (title: string) => step(title).locator('.codicon-getting-started-step-checked').waitFor();
const status = (text: RegExp) => code.page.locator('.statusbar-item', { hasText: text }).waitFor();

test('the tour goes from the gradient to momentum by its buttons, and each step is ticked off when it was done', async () => {
  await code.command('Backstep: Take the Tour');
  await step('A network that learns').waitFor();
  await press('A network that learns', 'Open the Example');
  await code.page.locator('.tab', { hasText: 'three_class.py' }).waitFor();
  await done('A network that learns');
  await press('Stop before the gradient', 'Start, and Stop There');
  await code.stopped({ line: 79 });
  await done('Stop before the gradient');
  await press('Step into the backward pass', 'Step Into');
  await status(/gradient starts at loss/);
  await press('Step into the backward pass', 'Step Into');
  await status(/gradient of/);
  await done('Step into the backward pass');
  await press('Ask where a gradient comes from', 'Why This Gradient');
  await code.page.locator('.quick-input-list .monaco-list-row', { hasText: 'linear1.weight' }).waitFor();
  await code.press('Escape');
  await done('Ask where a gradient comes from');
  await press('Step into the update', 'Step Into the Update');
  await status(/iteration 7 · .*linear1\.weight/);
  await done('Step into the update');
  await press('Watch the momentum', 'Go to the Next Update');
  await status(/iteration 8 · .*linear1\.weight/);
  await code.stopped({ line: 80 });
  await press('Step back', 'Step Back');
  await done('Step back');
  expect(await code.notifications()).toEqual([]);
});
