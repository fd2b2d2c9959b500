// Writes the pictures that the views are compared with anew, in a harness (test/webview/approved/) and in a real VS Code
// (test/vscode/approved/). Look at them before you commit them. With `webview` or `vscode`, those only.
import { main, root, run } from './lib/process.mjs';
import { ensurePackage } from './package.mjs';

const PARTS = {
  webview: ['test/webview/pictures.test.ts'],
  vscode: ['--config', 'test/vscode/ui/vitest.config.mts', 'look.test.ts'],
};

await main(async () => {
  const asked = process.argv.slice(2);
  for (const [part, args] of Object.entries(PARTS)) {
    if (asked.length > 0 && !asked.includes(part)) continue;
    if (part === 'vscode') await ensurePackage();
    const command = ['node_modules/vitest/vitest.mjs', 'run', ...args];
    await run(process.execPath, command, { cwd: root, env: { ...process.env, BACKSTEP_APPROVE: '1' }, show: true });
  }
});
