// `npm run walk -- FILE ...`: debugs scripts with moves at random, forward and back. See test/corpus/README.md.
import { spawnSync } from 'node:child_process';
import { bundled } from './lib/bundle.mjs';

const { status } = await bundled('test/corpus/walk.ts', (file) =>
  spawnSync(process.execPath, [file, ...process.argv.slice(2)], { stdio: 'inherit' }),
);
process.exit(status ?? 1);
