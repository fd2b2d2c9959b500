// `npm run judge [-- OP ...]`: runs PyTorch's operator database against our torch. See test/judge/README.md.
import { spawnSync } from 'node:child_process';
import { bundled } from './lib/bundle.mjs';

const { status } = await bundled('test/judge/run.ts', (file) =>
  spawnSync(process.execPath, [file, ...process.argv.slice(2)], { stdio: 'inherit' }),
);
process.exit(status ?? 1);
