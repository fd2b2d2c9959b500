// Runs a TypeScript file of the tests' outside of vitest.
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { kernelsPlugin } from './kernels.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Bundles `entry` (from the root, two folders below it) beside node_modules, so that it finds pyodide; gives its file to `use`, then deletes it. `more` are options of esbuild's. */
export async function bundled(entry, use, more = {}) {
  const folder = join(root, 'node_modules/.cache/backstep');
  await mkdir(folder, { recursive: true });
  const file = join(root, entry);
  const outfile = join(folder, `${process.pid}-${Date.now()}.mjs`);
  await esbuild.build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: 'esm',
    // Newer ones may write what the oldest Node that we run on does not know.
    target: 'node20',
    platform: 'node',
    external: ['pyodide'],
    plugins: [kernelsPlugin],
    // What it reads lies beside it.
    define: { 'import.meta.dirname': JSON.stringify(dirname(file)) },
    logLevel: 'warning',
    ...more,
  });
  try {
    return await use(outfile);
  } finally {
    await rm(outfile, { force: true });
  }
}
