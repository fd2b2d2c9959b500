import { afterAll, beforeAll, expect, test } from 'vitest';
import { openVSCode } from '../driver.mjs';

let code: Awaited<ReturnType<typeof openVSCode>>;

beforeAll(async () => {
  code = await openVSCode();
});
afterAll(() => code?.close());

test('a user finds Backstep among the installed extensions', async () => {
  await code.command('Extensions: Show Installed Extensions');
  const item = code.page.locator('.extensions-viewlet .extension-list-item', { hasText: 'Backstep' });
  await item.waitFor();
  expect(await item.count()).toBe(1);
});

test('nothing complains when a window opens', async () => {
  expect(await code.notifications()).toEqual([]);
});
