/**
 * Python's compiled files, made when Backstep is built: to compile our 200 modules takes three times as long as to run them. They are
 * "unchecked": Python takes them without looking whether the source is newer, since both are written together.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { root } from './process.mjs';

const cache = join(root, 'node_modules/.cache/backstep/bytecode');

const COMPILE = `
import importlib.util, sys
from importlib._bootstrap_external import _code_to_hash_pyc
def compiled(source, path):
    source = source.encode()
    code = compile(source, path, 'exec', dont_inherit=True)
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))
(compiled, sys.implementation.cache_tag)
`;

/** Another build may read it at the same moment. */
function writeWhole(file, data) {
  writeFileSync(`${file}.${process.pid}`, data);
  renameSync(`${file}.${process.pid}`, file);
}

/** Compiles each .py file under `folder`, which Python will find under `library`, into the __pycache__ beside it. */
export async function compilePython(folder, library) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/pyodide/package.json'), 'utf8'));
  mkdirSync(cache, { recursive: true });
  let python; // loaded when something is not in the cache
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.py')) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `${library}/${relative(folder, file).split(sep).join('/')}`;
    const source = readFileSync(file, 'utf8');
    const kept = join(cache, createHash('sha256').update(`${version}\n${path}\n${source}`).digest('hex'));
    if (!existsSync(kept)) {
      if (!python) {
        const { loadPyodide } = await import('pyodide');
        const [compile, tag] = (await loadPyodide()).runPython(COMPILE);
        writeWhole(join(cache, 'tag'), tag);
        python = compile;
      }
      writeWhole(kept, python(source, path).toJs());
    }
    const tag = readFileSync(join(cache, 'tag'), 'utf8');
    const target = join(dirname(file), '__pycache__', `${basename(file, '.py')}.${tag}.pyc`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(kept));
  }
}
