// Editor and network point at each other, and the numbers are docked in VS Code's panel.
/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  await code.open('three_class.py');
  await code.toggleBreakpoint(79);
  await code.press('F5');
  await code.stopped({ line: 79 });
  for (let i = 0; i < 4; i++) {
    await code.press('F11');
    await code.stopped();
  }
  await page.waitForTimeout(1000);
  await shot('everyone-inline');
  await code.goToLine(28);
  await page.waitForTimeout(1000);
  await shot('everyone-caret');
  const card = (await code.webview()).locator('.card.op', { hasText: 'relu' }).first();
  await card.hover();
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${process.env.TOUR_PICTURES ?? '/tmp'}/everyone-hover.png` });
  await code.command('Backstep: Show Tensors and Curves in the Panel');
  await page.waitForTimeout(2500);
  await shot('everyone-docked');
};
