// `npm run coverage-page` writes COVERAGE.md: which of PyTorch's names are there. `--check` only says whether it is stale.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { coveragePage } from './lib/coverage.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'COVERAGE.md');

/** The tests' interpreter, bundled beside node_modules so that it finds pyodide. */
async function interpreter() {
  const folder = join(root, 'node_modules/.cache/backstep');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `interpreter-${process.pid}.mjs`);
  const from = join(root, 'test/python');
  await esbuild.build({
    entryPoints: [join(from, 'interpreter.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['pyodide'],
    define: { 'import.meta.dirname': JSON.stringify(from) },
    logLevel: 'warning',
  });
  try {
    const { startInterpreter } = await import(pathToFileURL(outfile).href);
    return await startInterpreter();
  } finally {
    await rm(outfile, { force: true });
  }
}

/** Node would print the whole of pyodide's source with an uncaught error. */
async function report() {
  try {
    const { python } = await interpreter();
    return JSON.parse(python.runPython('from torch import _coverage; _coverage.report()'));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

const text = coveragePage(await report());
const old = await readFile(page, 'utf8').catch(() => '');
if (old === text) console.log('COVERAGE.md is up to date');
else if (process.argv.includes('--check')) {
  console.error('COVERAGE.md is stale: npm run coverage-page');
  process.exitCode = 1;
} else {
  await writeFile(page, text);
  console.log('COVERAGE.md written');
}
