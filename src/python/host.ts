/** `_backstep_host`: what Python's runner, tracer and evaluator (lib/_backstep) may call besides the engine. None of it throws into Python. */
import type { PyodideAPI } from 'pyodide';
import type { Tensor } from '../engine/tensor';
import type { Past } from '../recorder/evaluator';
import type { TraceSink } from '../recorder/sink';
import type { Bridge } from './bridge';
import { Lines, type StartOfLines } from './lines';
import { toHost, toPython } from './paths';
import { Painter } from './png';
import { createRuntime, type Runtime, type RuntimeOptions } from './runtime';

export interface HostFunctions {
  output(stream: 'stdout' | 'stderr', text: string): void;
  /** The same of an expression of the debugger's, which is no part of the run. */
  said?(stream: 'stdout' | 'stderr', text: string): void;
  /** An exception ended the script; `frame` is -1 where no line of the user's was running. */
  uncaught(type: string, message: string, traceback: string, path: string, line: number, frame: number): void;
  /** os._exit(): the script ends here, and nothing of it runs any more. */
  exit(code: number): void;
  /** Shows a figure; nobody looks at any where it is left out. */
  figure?(view: FigureJson): void;
  /** The next line of what is typed, without its end; null at the end of it. */
  input(): string | null;
  /** Code of a file runs for the first time. */
  file?(path: string, read: () => string): void;
  /** SIGINT arrived: true where it shall stop the script. */
  interrupted(): boolean;
}

/** A list of pairs out of Python. */
interface Rows {
  toJs(): [string, string][];
  destroy(): void;
}

/** What lib/matplotlib says of a figure. */
export interface FigureJson {
  number: number;
  title: string;
  summary: string;
  svg: string;
}

/** Python, connected to a recorder or to nobody. */
export interface ScriptHost {
  readonly runtime: Runtime;
  /** Hears lines, modules and optimizers from now on. */
  trace(sink: TraceSink): void;
  /** A notebook's code cells, each with the path that stands for it; none for another file, which Python reads itself. */
  cellsOf(file: string): [string, string][];
  /** Texts by path, in place of what the files hold. */
  install(sources: readonly [string, string][]): void;
  /** Runs a script to its end; its exit code. */
  run(script: string, args: readonly string[], folder: string, debug: boolean, seed?: number): number;
  /** Runs `body`, for which Python's questions about the past are answered by `past`. */
  within<T>(past: Past, body: () => T): T;
  /** Runs `body`, in which Python answers the debugger. */
  asking<T>(body: () => T): T;
  /** Tensors that an evaluation gave and the recording may not know, by engine id. */
  readonly looked: Map<number, Tensor>;
}

/** What an expression that is answered now sees of the past, and what it has looked at. */
class Answering {
  past: Past | null = null;
  /** How many answers are under way, one within the other. */
  depth = 0;
  readonly looked = new Map<number, Tensor>();
}

/** The module `_backstep_host`. */
function hostModule(
  bridge: Bridge,
  python: () => PyodideAPI,
  functions: HostFunctions,
  answering: Answering,
  assets: string,
) {
  const painter = new Painter(assets);
  const png = (svg: string, scale: number): Uint8Array | string => {
    try {
      return painter.png(svg, scale);
    } catch (error) {
      return (error as Error).message;
    }
  };
  const { tensors } = bridge;
  const sink = () => bridge.recorder;
  const tensor = (handle: number) => tensors.get(handle);
  const files = new Set<string>();
  const paths: string[] = [];
  const know = (path: string) => {
    if (files.has(path)) return;
    files.add(path);
    functions.file?.(toHost(path), () => text(path));
  };
  const lines = new Lines(python, sink, (handle) => tensor(handle).id);
  const text = (path: string) => python().FS.readFile(path, { encoding: 'utf8' }) as string;
  return {
    output: (stream: 'stdout' | 'stderr', text: string) =>
      answering.depth > 0 && functions.said ? functions.said(stream, text) : functions.output(stream, text),
    figures: () => functions.figure !== undefined && answering.depth === 0,
    figure: (json: string) => functions.figure?.(JSON.parse(json)),
    /** Bytes; what went wrong where it is a text. */
    png,
    // null would be a JsNull in Python.
    read_line: () => (answering.depth > 0 ? undefined : (functions.input() ?? undefined)),
    uncaught: functions.uncaught,
    exit: functions.exit,
    interrupted: functions.interrupted,
    tensor_id: (handle: number) => tensor(handle).id,
    looked: (handle: number) => void answering.looked.set(tensor(handle).id, tensor(handle)),
    /** A number for a file's path, which `line` gets in its place. */
    file: (path: string) => paths.push(toHost(path)) - 1,
    /** A line of which Python tells by itself: those of the tracer go by `start_lines`. */
    line: (frame: number, file: number, line: number) => sink()?.line(frame, paths[file], line, null),
    /** Makes the function that hears of lines. */
    start_lines: (...told: StartOfLines) => lines.start(...told),
    /** A number for code whose fast locals have these names; as JSON, and with true for each that may lie in a cell. */
    code: (name: string, path: string, line: number, names: string, boxed: string) => {
      know(path);
      return lines.code({ name, path: toHost(path), line, names: JSON.parse(names), boxed: JSON.parse(boxed) });
    },
    /** A frame in which nothing ran. */
    enter_frame: (frame: number, parent: number, name: string, path: string, line: number) => {
      know(path);
      sink()?.enterFrame(frame, parent < 0 ? null : parent, name, toHost(path), line);
    },
    /** A frame goes on as another object. */
    move_frame: (frame: number, address: number, code: number) => lines.move(frame, address, code),
    finish: (frame: number) => sink()?.finish(frame, lines.changesOf(frame)),
    raised: (type: string, message: string, path: string, line: number, frame: number) =>
      sink()?.raised(type, message, toHost(path), line, frame, null),
    past_tensor: (id: number) => {
      const t = answering.past?.tensorAt(id);
      return t ? tensors.add(t) : -1;
    },
    past_module: (id: number) => {
      const { past } = answering;
      const m = past?.moduleAt(id);
      const types = Object.fromEntries(m?.children.map(([name, child]) => [name, past?.moduleAt(child)?.type]) ?? []);
      return JSON.stringify({ extra: '', children: [], parameters: [], buffers: [], ...m, types });
    },
  };
}

/** Nobody listens: Python's start calls none of these. */
const NOBODY: HostFunctions = { output() {}, uncaught() {}, exit() {}, input: () => null, interrupted: () => false };

/** For who makes a snapshot. */
export const alone = (assets: string): RuntimeOptions => ({
  assets,
  host: (bridge, python) => hostModule(bridge, python, NOBODY, new Answering(), assets),
});

/** Loads Python, which will call `functions`. */
export async function createHost(options: Omit<RuntimeOptions, 'host'>, functions: HostFunctions): Promise<ScriptHost> {
  const answering = new Answering();
  const host: RuntimeOptions['host'] = (bridge, python) =>
    hostModule(bridge, python, functions, answering, options.assets);
  const runtime = await createRuntime({ ...options, host });
  const { bridge } = runtime;
  // An expression may print before, or without, a script.
  runtime.python.pyimport('_backstep.streams').install();
  const runner = runtime.python.pyimport('_backstep.runner');
  return {
    runtime,
    looked: answering.looked,
    trace: (listener) => {
      bridge.recorder = listener;
      // torch is imported already: expressions needed it.
      runtime.python.pyimport('torch._trace').connect();
    },
    cellsOf: (file) => {
      if (!file.endsWith('.ipynb')) return [];
      const found = runtime.python.pyimport('_backstep.notebook').cells(toPython(file)) as Rows;
      const cells = found.toJs();
      found.destroy();
      return cells.map(([path, text]) => [toHost(path), text]);
    },
    install: (sources) => {
      const texts = runtime.python.toPy(new Map(sources.map(([path, text]) => [toPython(path), text])));
      runtime.python.pyimport('_backstep.sources').install(texts);
    },
    run: (script, args, folder, debug, seed) =>
      runner.run(toPython(script), runtime.python.toPy([...args]), toPython(folder), debug, seed) as number,
    asking: (body) => {
      answering.depth++;
      try {
        return body();
      } finally {
        answering.depth--;
      }
    },
    within: (past, body) => {
      answering.past = past;
      try {
        return body();
      } finally {
        answering.past = null;
      }
    },
  };
}
