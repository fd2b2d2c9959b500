import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
export default async (code, shot) => {
  copyFileSync('/tmp/d/tiny.py', join(code.folder, 'tiny.py'));
  await code.open('tiny.py');
  await code.toggleBreakpoint(15);
  await code.press('F5');
  await code.stopped({ line: 15 });
  const view = code.webview();
  await shot('a1');
  await view.locator('svg').first().waitFor({ timeout: 20_000 });
  await shot('a2');
  for (let i = 0; i < 3; i++) {
    await code.press('F11');
    await code.stopped();
  }
  await shot('a3');
};
