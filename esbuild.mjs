// Builds everything that is shipped, into dist/. `--watch` rebuilds on change, `--minify` is for packaging.
// Each kind of program gets the form its host can load: the extension and the CLI are CommonJS for Node,
// the worker is an ES module (pyodide is one), the view is a plain script for a browser frame.
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { writeCoverage } from './scripts/coverage.mjs';
import { browserNode } from './scripts/lib/browserNode.mjs';
import { bundled } from './scripts/lib/bundle.mjs';
import { compilePython } from './scripts/lib/bytecode.mjs';
import { kernelsPlugin } from './scripts/lib/kernels.mjs';
import { run } from './scripts/lib/process.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');

/** What pyodide loads at run time. Its other files are for browsers and for reading. */
const PYODIDE_FILES = [
  'pyodide.mjs',
  'pyodide.asm.mjs',
  'pyodide.asm.wasm',
  'python_stdlib.zip',
  'pyodide-lock.json',
  'package.json',
];

/** Pyodide finds its own files beside itself, so it is not bundled: dist/worker.mjs imports dist/pyodide/pyodide.mjs. */
const pyodideBeside = {
  name: 'pyodide-beside',
  setup(build) {
    build.onResolve({ filter: /^pyodide$/ }, () => ({ path: './pyodide/pyodide.mjs', external: true }));
  },
};

const node = { platform: 'node', target: 'node20' };
/** The exported page runs the recorder in a browser. It is minified always: it lies in every page. */
const page = { platform: 'browser', target: 'es2022', format: 'iife', minify: true, ...browserNode };

const PROGRAMS = [
  { in: 'src/extension/extension.ts', out: 'extension', ...node, format: 'cjs', external: ['vscode'] },
  { in: 'src/cli.ts', out: 'cli', ...node, format: 'cjs', banner: { js: '#!/usr/bin/env node' } },
  { in: 'src/python/worker.ts', out: 'worker', ...node, format: 'esm', outExtension: { '.js': '.mjs' } },
  { in: 'src/python/pngThread.ts', out: 'png', ...node, format: 'esm', outExtension: { '.js': '.mjs' } },
  { in: 'webview/main.ts', out: 'webview', platform: 'browser', target: 'es2022', format: 'iife' },
  { in: 'webview/printed/main.ts', out: 'printed', platform: 'browser', target: 'es2022', format: 'iife' },
  { in: 'webview/figures/main.ts', out: 'figures', platform: 'browser', target: 'es2022', format: 'iife' },
  { in: 'webview/main.css', out: 'webview', platform: 'browser', target: 'es2022' },
  { in: 'src/page/main.ts', out: 'page', ...page },
  { in: 'src/page/page.css', out: 'page', platform: 'browser', target: 'es2022' },
];

async function options(program, { minify, watch }) {
  const { in: input, out, ...rest } = program;
  return {
    absWorkingDir: root,
    entryPoints: [{ in: input, out }],
    outdir: 'dist',
    bundle: true,
    minify,
    sourcemap: !minify,
    metafile: true,
    legalComments: 'none', // the licences are gathered in THIRD_PARTY_NOTICES.md
    define: { 'process.env.NODE_ENV': minify ? '"production"' : '"development"' },
    logLevel: 'warning',
    ...rest,
    plugins: [
      pyodideBeside,
      kernelsPlugin,
      ...(rest.plugins ?? []),
      ...(watch ? [reporter()] : []),
      ...(watch && out === 'worker' ? [snapshotAfter] : []),
    ],
  };
}

/** The engine's ops may be others than before. */
const snapshotAfter = {
  name: 'snapshot-after',
  setup(build) {
    build.onEnd(() => void again(() => {}));
  },
};

let remaking = Promise.resolve();

/** Does what Python's memory depends on, then keeps that anew; one after the other. */
function again(work) {
  remaking = remaking.then(work).then(takeSnapshot).catch(console.error);
  return remaking;
}

let building = 0;

/** The two lines are what .vscode/tasks.json waits for: all programs are built again. */
function reporter() {
  return {
    name: 'reporter',
    setup(build) {
      build.onStart(() => {
        if (building++ === 0) console.log('[watch] building');
      });
      build.onEnd(() => {
        if (--building === 0) console.log('[watch] ready');
      });
    },
  };
}

async function copyPython(from, to) {
  const entries = await readdir(join(root, from), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(py|json|csv|gz)$/.test(entry.name));
  for (const file of files) {
    const source = join(file.parentPath, file.name);
    const target = join(to, relative(join(root, from), source));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  }
  await compilePython(to, PYTHON_LIBRARY);
}

/** Where Python finds our modules (LIBRARY in src/python/runtime.ts): the compiled files name it in tracebacks. */
const PYTHON_LIBRARY = '/lib/backstep';

/** Copies big files only when they changed: the 10 MB of WebAssembly need not be written at every build. */
async function copyIfNewer(from, to) {
  const [source, target] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (target && target.size === source.size && target.mtimeMs >= source.mtimeMs) return;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

/** Starts Python once and keeps its memory (src/python/snapshot.ts), unless the one that is kept still fits. */
async function takeSnapshot() {
  const keep = join(root, 'node_modules/.cache/backstep/snapshot');
  try {
    await bundled('src/python/makeSnapshot.ts', (file) => run(process.execPath, [file, dist, keep]));
  } catch (error) {
    await rm(join(dist, 'python.snapshot'), { force: true }); // it may be of other files
    throw error;
  }
}

async function copyAssets() {
  const modules = join(root, 'node_modules');
  await Promise.all(
    PYODIDE_FILES.map((file) => copyIfNewer(join(modules, 'pyodide', file), join(dist, 'pyodide', file))),
  );
  await copyIfNewer(join(modules, '@resvg/resvg-wasm/index_bg.wasm'), join(dist, 'png/resvg.wasm'));
  await copyIfNewer(join(modules, 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf'), join(dist, 'png/DejaVuSans.ttf'));
  await copyIfNewer(join(modules, 'elkjs/lib/elk-worker.min.js'), join(dist, 'elk-worker.min.js'));
  await rm(join(dist, 'python'), { recursive: true, force: true }); // a deleted module must not live on
  await copyPython('src/python/lib', join(dist, 'python'));
}

/** Bundles all programs once, and notes which packages went into them: THIRD_PARTY_NOTICES.md names them. */
export async function build({ minify = false } = {}) {
  const results = await Promise.all(
    PROGRAMS.map(async (program) => esbuild.build(await options(program, { minify, watch: false }))),
  );
  await copyAssets();
  // An engine in the middle of an edit; what is packed has both.
  const without = (what) => (error) => {
    if (minify) throw error;
    console.warn(`dist/${what} was not written: ${error.message}`);
  };
  await takeSnapshot().catch(without('python.snapshot'));
  await writeCoverage().catch(without('coverage.md'));
  const packages = new Set(['pyodide', 'elkjs', '@resvg/resvg-wasm', 'dejavu-fonts-ttf']);
  const written = new Set();
  for (const result of results) {
    for (const output of Object.keys(result.metafile.outputs)) written.add(relative('dist', output));
    for (const input of Object.keys(result.metafile.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (name) packages.add(name);
    }
  }
  await mkdir(join(root, '.vscode-test'), { recursive: true });
  await writeFile(join(root, '.vscode-test/bundled.json'), `${JSON.stringify([...packages].sort())}\n`);
  await prune(written);
}

/** Removes what an earlier build left at the top of dist/ (sourcemaps, renamed programs): all of dist/ gets packaged. */
async function prune(written) {
  const kept = new Set([...written, 'elk-worker.min.js', 'coverage.md', 'python.snapshot']);
  for (const entry of await readdir(dist, { withFileTypes: true })) {
    if (entry.isFile() && !kept.has(entry.name)) await rm(join(dist, entry.name), { force: true });
  }
}

async function watch() {
  await copyAssets();
  for (const program of PROGRAMS) {
    const context = await esbuild.context(await options(program, { minify: false, watch: true }));
    await context.watch();
  }
  // esbuild watches what it bundles; the Python package is only copied.
  const { watch: watchFolder } = await import('node:fs');
  const copy = () => copyPython('src/python/lib', join(dist, 'python'));
  watchFolder(join(root, 'src/python/lib'), { recursive: true }, () => void again(copy));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  if (process.argv.includes('--watch')) await watch();
  else {
    await build({ minify: process.argv.includes('--minify') }).catch((error) => {
      // esbuild has printed the errors with their places already.
      if (!error.errors) console.error(error);
      process.exit(1);
    });
    console.log(`built dist/ in ${Math.round(performance.now() - started)} ms`);
  }
}
