/** CPython (pyodide) in this thread, with our `torch` in it. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadPyodide, type PyodideAPI } from 'pyodide';
import { Bridge, interfaceTable } from './bridge';
import { memoryOf } from './bridge/mail';
import { drawFrom } from './entropy';
import { HASH, hashAsSip } from './hash';
import { mountLibrary } from './library';
import { refuseMount, toPython } from './paths';
import { writeInto } from './scratchFolder';
import { heapSize, interfaceHash, type Modules, named, nameOf, pack, unpack } from './snapshot';

/** Where our Python files lie in Python's own file system. */
const LIBRARY = '/lib/backstep';

/** Its file among our built ones. */
export const SNAPSHOT = 'python.snapshot';

export interface RuntimeOptions {
  /** Folder of our built files: pyodide/, python/ (torch, _backstep) and the snapshot. */
  assets: string;
  /** `_backstep_host` for Python. */
  host(bridge: Bridge, python: () => PyodideAPI): Record<string, unknown>;
  /** What the machine's random numbers come from (see entropy.ts); the machine itself when left out. */
  entropy?: string;
  /** One shared byte: 2 written there raises SIGINT in Python. */
  interrupt?: Uint8Array;
}

export interface Runtime {
  readonly python: PyodideAPI;
  readonly bridge: Bridge;
  /** Why Python was started the slow way, or null where it came from the snapshot. */
  readonly slow: string | null;
  /** Shows a folder of the machine to the script, at the same path; what it writes there lands in `scratch`, if that is given. */
  mount(folder: string, scratch?: string): void;
  /** Puts files where that folder would be: of a run that was recorded on another machine. */
  place(folder: string, files: readonly [string, string][]): void;
}

/** Python and the engine's side of it, not connected yet. */
interface Started {
  python: PyodideAPI;
  bridge: Bridge;
  modules: Modules;
}

/** What a script sees of an environment: nothing of the machine's. A snapshot holds it. */
const ENVIRONMENT = {
  HOME: '/home/pyodide',
  LANG: 'C.UTF-8',
  _: 'python3',
  PYTHONDONTWRITEBYTECODE: '1',
  // Hash seeds would make the order of sets differ from run to run.
  PYTHONHASHSEED: '0',
};

/** Pyodide's program, whose Python hashes as our hash.ts. */
async function createModule(assets: string, settings: object): Promise<CLibrary> {
  const { default: create } = await import(pathToFileURL(join(assets, 'pyodide/pyodide.asm.mjs')).href);
  const setHash = hashAsSip(settings);
  const c: CLibrary = await create(settings);
  const { restoreSnapshot } = c.API;
  c.API.restoreSnapshot = (bytes) => {
    const restored = restoreSnapshot(bytes);
    setHash();
    return restored;
  };
  return c;
}

/** `_loadSnapshot` and the like, which pyodide's types do not have. */
const load = (assets: string, more: object): Promise<PyodideAPI> =>
  loadPyodide({
    indexURL: join(assets, 'pyodide/'),
    env: ENVIRONMENT,
    // A script's `import js` finds nothing of Node's.
    jsglobals: { setTimeout, clearTimeout, queueMicrotask } as unknown as typeof globalThis,
    createPyodideModule: (settings: object) => createModule(assets, settings),
    ...more,
  } as object as Parameters<typeof loadPyodide>[0]);

function modulesOf({ assets, host }: RuntimeOptions, python: () => PyodideAPI) {
  const bridge = new Bridge(() => memoryOf(python()));
  bridge.coveragePage = join(assets, 'coverage.md');
  const modules: Modules = { _backstep_bridge: bridge.functions, _backstep_host: host(bridge, python) };
  return { bridge, modules };
}

/** Python from its first instruction. */
async function start(options: RuntimeOptions, more = {}): Promise<Started> {
  let python: PyodideAPI;
  const { bridge, modules } = modulesOf(options, () => python);
  python = await load(options.assets, more);
  mountLibrary(python, join(options.assets, 'python'), LIBRARY);
  for (const [name, functions] of Object.entries(modules)) python.registerJsModule(name, functions);
  python.runPython(`import sys; sys.path.insert(0, '${LIBRARY}')`);
  python.pyimport('_backstep.start').prepare();
  return { python, bridge, modules };
}

/** The same out of the snapshot; throws where there is none that fits. */
async function resume(options: RuntimeOptions): Promise<Started> {
  let python: PyodideAPI;
  const { bridge, modules } = modulesOf(options, () => python);
  const snapshot = unpack(join(options.assets, SNAPSHOT), interfaceHash(modules, interfaceTable(), HASH));
  const loading = load(options.assets, {
    _loadSnapshot: snapshot,
    _snapshotDeserializer: (name: Parameters<typeof named>[1]) => named(modules, name),
    createPyodideModule: async (settings: object) => {
      const [c, bytes] = await Promise.all([createModule(options.assets, settings), snapshot]);
      // Pyodide copies the snapshot into the memory that Python begins with, which may be less than Python had grown to.
      if (c.HEAPU8.length < heapSize(bytes)) c.growMemory(heapSize(bytes));
      return c;
    },
  });
  // Pyodide looks at the snapshot late: that it is missing must not go unheard until then.
  [python] = await Promise.all([loading, snapshot]);
  setZone(python);
  mountLibrary(python, join(options.assets, 'python'), LIBRARY);
  return { python, bridge, modules };
}

/** What a snapshot's Python may rely on; one for another table of ops or other functions cannot be used. */
export const interfaceOf = (options: RuntimeOptions): Buffer =>
  interfaceHash(modulesOf(options, () => nobody()).modules, interfaceTable(), HASH);

const nobody = (): never => {
  throw new Error('Python is not there yet');
};

/** C keeps the time zone of the machine that made the snapshot. */
function setZone(python: PyodideAPI): void {
  const { _module: c } = python as unknown as { _module: CLibrary };
  const [standard, summer] = c.HEAPU32.subarray(c._tzname / 4, c._tzname / 4 + 2);
  if (standard && summer) c.__tzset_js(c._timezone, c._daylight, standard, summer);
}

/** Python's memory, addresses there, and functions of Emscripten's. */
interface CLibrary {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  growMemory(bytes: number): void;
  API: { restoreSnapshot(bytes: Uint8Array): unknown };
  _tzname: number;
  _timezone: number;
  _daylight: number;
  __tzset_js(timezone: number, daylight: number, standard: number, summer: number): void;
}

/** Starts Python once, for the file SNAPSHOT. */
export async function makeSnapshot(options: RuntimeOptions): Promise<Uint8Array> {
  const { python, bridge, modules } = await start(options, { _makeSnapshot: true });
  if (bridge.tensors.size > 0) throw new Error('torch keeps tensors that were made while it was imported');
  const serializer = (object: unknown) => nameOf(modules, object);
  const { makeMemorySnapshot } = python as unknown as { makeMemorySnapshot(o: object): Uint8Array };
  return pack(makeMemorySnapshot({ serializer }), interfaceHash(modules, interfaceTable(), HASH));
}

/** Loads Python: a third of a second, or some seconds without the snapshot. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  let slow: string | null = null;
  const { python, bridge } = await resume(options).catch((error) => {
    slow = error instanceof Error ? error.message : String(error);
    return start(options);
  });
  if (options.interrupt) {
    options.interrupt[0] = 0;
    python.setInterruptBuffer(options.interrupt);
  }
  if (options.entropy) drawFrom(options.entropy);
  python.pyimport('_backstep.start').begin();
  return {
    python,
    bridge,
    slow,
    mount(folder, scratch) {
      const refused = refuseMount(folder);
      if (refused) throw new Error(refused);
      python.FS.mkdirTree(toPython(folder));
      python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, toPython(folder));
      if (scratch !== undefined) writeInto(python, folder, scratch);
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
