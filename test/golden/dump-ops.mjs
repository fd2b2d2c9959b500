// Prints every op with its samples as JSON, for ops.py: `node test/golden/dump-ops.mjs`.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { kernelsPlugin } from '../../scripts/lib/kernels.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Each family of ops notes where in the table it begins: a module's body runs in one piece. */
const families = {
  name: 'families',
  setup(build) {
    build.onLoad({ filter: /src\/engine\/ops\/.*\.ts$/ }, async ({ path }) => ({
      contents: `import { allOps as __ops } from '../op';\n(globalThis.__families ??= []).push([${JSON.stringify(basename(path, '.ts'))}, __ops().length]);\n${await readFile(path, 'utf8')}`,
      loader: 'ts',
    }));
  },
};

const entry = `
import './src/engine/ops';
import './src/engine/dispatch';
import { dump } from './test/golden/samples';
export default () => dump((o) => globalThis.__families.filter(([, start]) => start <= o.index).at(-1)[0]);
`;

const built = await esbuild.build({
  stdin: { contents: entry, resolveDir: root, loader: 'ts' },
  absWorkingDir: root,
  bundle: true,
  write: false,
  format: 'esm',
  target: 'node20',
  platform: 'node',
  plugins: [families, kernelsPlugin],
  logLevel: 'error',
});
const source = Buffer.from(built.outputFiles[0].contents).toString('base64');
const { default: text } = await import(`data:text/javascript;base64,${source}`);
process.stdout.write(text());
