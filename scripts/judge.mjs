// `npm run judge [-- OP ...]`: runs PyTorch's operator database against our torch. See test/judge/README.md.
import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'node_modules/.cache/backstep');
await mkdir(folder, { recursive: true });
const outfile = join(folder, `judge-${process.pid}.mjs`);
// All of it lies two folders below the root: the interpreter and the judge find their files from there.
const from = join(root, 'test/judge');
await esbuild.build({
  entryPoints: [join(from, 'run.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  external: ['pyodide'],
  define: { 'import.meta.dirname': JSON.stringify(from) },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' });
await rm(outfile, { force: true });
process.exit(status ?? 1);
