// What VS Code's user waits for: activation, and F5 up to the first stop, in the real VS Code with the packaged .vsix.
//   node bench/vscode.mjs
import { execFileSync } from 'node:child_process';
import { runHost } from '../test/vscode/run-host.mjs';

execFileSync(process.execPath, ['scripts/package.mjs'], { stdio: 'inherit' });
const { failed } = await runHost({ from: 'bench/host' });
process.exit(failed ? 1 : 0);
