// `npm run corpus -- FILE ...`: runs scripts by real PyTorch and by Backstep, and compares. See test/corpus/README.md.
import { spawnSync } from 'node:child_process';
import { bundled } from './lib/bundle.mjs';

const { status } = await bundled('test/corpus/run.ts', (file) =>
  spawnSync(process.execPath, [file, ...process.argv.slice(2)], { stdio: 'inherit' }),
);
process.exit(status ?? 1);
