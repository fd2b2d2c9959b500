// Simplified Chinese, chosen by VS Code's display language. A machine without a Chinese font shows boxes.
export const options = { locale: 'zh-cn' };
/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'three_class.py' }).first().dblclick();
  await page.locator('.codelens-decoration a').first().waitFor({ timeout: 60_000 });
  await code.press('F1');
  await page.locator('.quick-input-widget:visible input').fill('>Backstep: ');
  await page.waitForTimeout(1500);
  await shot('chinese-commands');
  await code.press('Escape');
  await code.toggleBreakpoint(80);
  await code.press('F5');
  await code.stopped({ line: 80, timeout: 60_000 });
  const view = await code.webview();
  await view.locator('.graph .card.bwd').first().waitFor();
  await code.command('View: Toggle Panel Visibility');
  for (const tab of ['tensor', 'optimizer', 'curves']) {
    if (await view.locator(`#tab-${tab}`).isVisible()) await view.locator(`#tab-${tab}`).click();
    await page.waitForTimeout(1500);
    await shot(`chinese-${tab}`);
  }
};
