/** CPython (pyodide) in this thread, with our `torch` in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { loadPyodide, type PyodideAPI } from 'pyodide';
import { Bridge } from './bridge';
import { memoryOf } from './bridge/mail';
import { drawFrom } from './entropy';
import { refuseMount, toPython } from './paths';

/** Where our Python files lie in Python's own file system. */
const LIBRARY = '/lib/backstep';

export interface RuntimeOptions {
  /** Folder with pyodide's files; beside this program's own when left out. */
  pyodide?: string;
  /** Folder with our Python files (torch/, _backstep/). */
  library: string;
  /** What the machine's random numbers come from (see entropy.ts); the machine itself when left out. */
  entropy?: string;
  /** One shared byte: 2 written there raises SIGINT in Python. */
  interrupt?: Uint8Array;
}

export interface Runtime {
  readonly python: PyodideAPI;
  readonly bridge: Bridge;
  /** Shows a folder of the machine to the script, at the same path. */
  mount(folder: string): void;
  /** Puts files where that folder would be: of a run that was recorded on another machine. */
  place(folder: string, files: readonly [string, string][]): void;
}

/** Copies our files into Python's memory: nothing that a script does can change those on disk. */
function install(python: PyodideAPI, folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(py|pyc|json)$/.test(entry.name)) continue;
    const source = join(entry.parentPath, entry.name);
    const target = `${LIBRARY}/${relative(folder, source).split(sep).join('/')}`;
    python.FS.mkdirTree(dirname(target));
    python.FS.writeFile(target, readFileSync(source));
  }
}

/** Loads Python. Takes seconds. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  if (options.entropy) drawFrom(options.entropy);
  const python = await loadPyodide({
    ...(options.pyodide ? { indexURL: options.pyodide } : {}),
    // Hash seeds would make the order of sets differ from run to run.
    env: { HOME: '/home/pyodide', PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0' },
    // A script's `import js` finds nothing of Node's.
    jsglobals: { setTimeout, clearTimeout, queueMicrotask } as unknown as typeof globalThis,
  } as Parameters<typeof loadPyodide>[0]);
  if (options.interrupt) {
    options.interrupt[0] = 0;
    python.setInterruptBuffer(options.interrupt);
  }
  install(python, options.library);
  const bridge = new Bridge(memoryOf(python));
  bridge.coveragePage = join(options.library, '..', 'coverage.md');
  python.registerJsModule('_backstep_bridge', bridge.functions);
  python.runPython(`import sys
sys.path.insert(0, '${LIBRARY}')
sys.dont_write_bytecode = True
`);
  python.pyimport('_backstep.wall').close();
  return {
    python,
    bridge,
    mount(folder) {
      const refused = refuseMount(folder);
      if (refused) throw new Error(refused);
      python.FS.mkdirTree(toPython(folder));
      python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, toPython(folder));
    },
    place(folder, files) {
      python.FS.mkdirTree(toPython(folder));
      for (const [path, text] of files) {
        python.FS.mkdirTree(dirname(toPython(path)));
        python.FS.writeFile(toPython(path), text);
      }
    },
  };
}
