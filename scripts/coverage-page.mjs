// `npm run coverage-page` writes COVERAGE.md: which of PyTorch's names are there. `--check` only says whether it is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundled } from './lib/bundle.mjs';
import { coveragePage } from './lib/coverage.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'COVERAGE.md');

const interpreter = () =>
  bundled('test/python/interpreter.ts', async (file) => {
    const { startInterpreter } = await import(pathToFileURL(file).href);
    return startInterpreter();
  });

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
