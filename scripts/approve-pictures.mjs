// Writes the pictures that the views are compared with anew: test/webview/approved/. Look at them before you commit them.
import { main, root, run } from './lib/process.mjs';

await main(async () => {
  const command = ['node_modules/vitest/vitest.mjs', 'run', 'test/webview/pictures.test.ts'];
  await run(process.execPath, command, { cwd: root, env: { ...process.env, BACKSTEP_APPROVE: '1' }, show: true });
});
