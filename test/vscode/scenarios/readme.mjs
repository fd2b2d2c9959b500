// The pictures of README.md, into media/:
//   node scripts/screenshot.mjs --size 1440x900 --out media readme
export const options = {
  settings: { 'debug.internalConsoleOptions': 'neverOpen', 'editor.minimap.enabled': false, 'editor.fontSize': 12 },
};

/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  // The view is there from the first stop on.
  const status = async () => (await code.webview()).locator('.status').textContent();
  // A step is over when the view says another tick, and the editor stands there too.
  const step = async (key, times = 1) => {
    for (let i = 0; i < times; i++) {
      const before = await status();
      await code.press(key);
      while ((await status()) === before) await page.waitForTimeout(20);
      await page.waitForTimeout(200);
      await code.stopped();
    }
  };
  const calm = () => page.waitForTimeout(1200);
  await code.open('three_class.py');
  await code.press('F5');
  await code.stopped({ line: 85, timeout: 60_000 });
  // Back from the end into the middle of the training, and there into the backward pass.
  await step('Alt+Shift+Comma', 12);
  await code.toggleBreakpoint(79);
  await code.press('F5');
  await code.stopped({ line: 79 });
  await step('F11', 9);
  await calm();
  await shot('screenshot');
  await step('Shift+F11');
  await step('F11', 6);
  await calm();
  await shot('optimizer');
};
