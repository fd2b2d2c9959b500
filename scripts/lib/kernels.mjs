// What is written in AssemblyScript, compiled once for each text of it: the engine's SIMD kernels (src/engine/wasm/assembly), one module with
// fused multiply-add (relaxed SIMD), one for runtimes that have plain SIMD only; and Python's hash (src/python/assembly). They are bundled into the programs as bytes, so that the engine has
// no file to look for, and works in a browser.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './process.mjs';

const cache = join(root, 'node_modules/.cache/backstep');

const OPTIONS = [
  ...['--runtime', 'stub', '--use', 'abort='],
  ...['--importMemory', '--noExportMemory', '--initialMemory', '1'],
  ...['-O3', '--noAssert', '--converge'],
  // Vectors cross functions, not the border to JavaScript.
  ...['--disableWarning', '112'],
];
const ENGINE = {
  file: 'src/engine/wasm/assembly/index.ts',
  options: ['--sharedMemory', '--maximumMemory', '65536', '--enable', 'simd', '--enable', 'threads'],
};
const BUILDS = {
  simd: ENGINE,
  relaxed: { ...ENGINE, options: [...ENGINE.options, '--enable', 'relaxed-simd'] },
  siphash: { file: 'src/python/assembly/siphash.ts', options: [] },
};

const sources = (build) => {
  const folder = dirname(join(root, BUILDS[build].file));
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
};

/** Compiles a build, or takes what was compiled of the same text before. Throws with the compiler's words. */
async function compile(build) {
  const hash = createHash('sha256').update(JSON.stringify([OPTIONS, BUILDS[build]]));
  for (const name of [...sources(build), join(root, 'node_modules/assemblyscript/package.json')])
    hash.update(name.slice(root.length)).update(readFileSync(name));
  const file = join(cache, `assembly-${build}-${hash.digest('hex').slice(0, 16)}.wasm`);
  if (existsSync(file)) return readFileSync(file);
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stdout, stderr, binary } = await toMemory(asc, BUILDS[build]);
  if (error) throw new Error(`${BUILDS[build].file} does not compile\n${stdout}${stderr}`);
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, binary);
  renameSync(`${file}.${process.pid}`, file); // another build may be reading it
  return binary;
}

async function toMemory(asc, { file, options }) {
  let binary;
  const { error, stdout, stderr } = await asc.main(
    [file, '--outFile', 'out.wasm', '--baseDir', root, ...OPTIONS, ...options],
    {
      writeFile: (_, contents) => {
        binary = Buffer.from(contents);
      },
    },
  );
  return { error, stdout, stderr, binary };
}

const compiled = {};

/** The bytes of a build, by its name in BUILDS. */
export const kernels = (build) => (compiled[build] ??= compile(build));

/** The same as JavaScript. (What esbuild would make of it, Node 20 does not know.) */
const moduleOf = async (build) => {
  const text = (await kernels(build)).toString('base64');
  return `export default Uint8Array.from(atob('${text}'), (c) => c.charCodeAt(0));`;
};

const IMPORT = /\/assembly\/(simd|relaxed|siphash)\.wasm$/;

/** For esbuild: `import bytes from './assembly/simd.wasm'`. */
export const kernelsPlugin = {
  name: 'kernels',
  setup(build) {
    build.onResolve({ filter: IMPORT }, ({ path }) => ({ path: basename(path, '.wasm'), namespace: 'kernels' }));
    build.onLoad({ filter: /.*/, namespace: 'kernels' }, async ({ path }) => ({
      contents: await moduleOf(path),
      watchFiles: sources(path),
    }));
  },
};

/** The same for vite. */
export const kernelsForVite = {
  name: 'kernels',
  enforce: 'pre',
  resolveId: (path) => (IMPORT.test(path) ? `\0kernels:${basename(path, '.wasm')}` : undefined),
  load: async (id) => {
    if (!id.startsWith('\0kernels:')) return;
    return moduleOf(id.slice('\0kernels:'.length));
  },
};
