// The optimizer's pages over a real training: the pipeline, the velocity, the loss over a plane.
export const options = {
  settings: { 'debug.internalConsoleOptions': 'neverOpen', 'editor.minimap.enabled': false, 'editor.fontSize': 12 },
};

/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  await code.open('three_class.py');
  await code.press('F5');
  await code.stopped({ line: 85, timeout: 60_000 });
  const view = await code.webview();
  const tab = view.locator('#tab-optimizer');
  if (await tab.isVisible()) await tab.click();
  for (const name of ['rule', 'past', 'plane']) {
    await view.locator(`#page-tab-${name}`).click();
    if (name === 'plane') await view.locator('.plane-map').waitFor({ timeout: 60_000 });
    await page.waitForTimeout(800);
    await shot(`optimizer-${name}`);
  }
};
