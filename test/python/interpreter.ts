/** One Python with our torch in it, for the tests of a file. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { loadPyodide, type PyodideAPI } from 'pyodide';
import { Bridge } from '../../src/python/bridge';
import { memoryOf } from '../../src/python/bridge/mail';

const root = join(import.meta.dirname, '../..');
const library = join(root, 'src/python/lib');

export interface Interpreter {
  python: PyodideAPI;
  bridge: Bridge;
  /** Runs a program as a file train.py; what it printed, and the last line of its traceback. */
  run(source: string): string;
  /** The value of an expression that gives JSON-able data. */
  json<T>(expression: string): T;
}

export async function startInterpreter(): Promise<Interpreter> {
  const python = await loadPyodide({ env: { BACKSTEP_COVERAGE: 'COVERAGE.md' } });
  for (const entry of readdirSync(library, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(py|json)$/.test(entry.name)) continue;
    const source = join(entry.parentPath, entry.name);
    const target = `/lib/backstep/${relative(library, source)}`;
    python.FS.mkdirTree(dirname(target));
    python.FS.writeFile(target, readFileSync(source));
  }
  const bridge = new Bridge(() => memoryOf(python));
  python.registerJsModule('_backstep_bridge', bridge.functions);
  python.runPython(`
import sys, json
sys.path.insert(0, '/lib/backstep')
import contextlib, io
def __run(source):
    import traceback
    out = io.StringIO()
    scope = {'__name__': '__main__'}
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(source, '/work/train.py', 'exec'), scope)
        except BaseException as error:
            out.write(''.join(traceback.format_exception_only(error)))
    return out.getvalue()
`);
  const run = python.globals.get('__run') as (source: string) => string;
  return {
    python,
    bridge,
    run,
    json: <T>(expression: string) => JSON.parse(run(`import torch, json\nprint(json.dumps(${expression}))`)) as T,
  };
}
