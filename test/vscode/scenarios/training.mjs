// The tutorial's program: at the forward pass, inside backward(), inside step(), and back.
/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  await code.open('three_class.py');
  await code.toggleBreakpoint(61);
  await code.press('F5');
  await code.stopped({ line: 61 });
  const view = code.webview();
  await view.locator('svg').first().waitFor({ timeout: 20_000 });
  await shot('1-at-breakpoint');
  for (let i = 0; i < 8; i++) {
    await code.press('F11');
    await code.stopped();
  }
  await shot('2-in-backward');
};
