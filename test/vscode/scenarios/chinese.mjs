// Simplified Chinese, chosen by VS Code's display language.
export const options = { locale: 'zh-cn' };
/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  await code.open('three_class.py');
  await shot('chinese-start');
  await code.toggleBreakpoint(80);
  await code.press('F5');
  await code.stopped({ line: 80 });
  await (await code.webview()).locator('.graph .card.bwd').first().waitFor();
  await page.waitForTimeout(1500);
  await shot('chinese-network');
  await (await code.webview()).locator('#tab-curves').click();
  await page.waitForTimeout(1000);
  await shot('chinese-curves');
  await code.press('F1');
  await page.locator('.quick-input-widget:visible input').fill('>Backstep: ');
  await page.waitForTimeout(1000);
  await shot('chinese-commands');
};
