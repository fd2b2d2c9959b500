/** The worker thread: Python, engine and recorder, or an opened recording. Blocks while paused, and serves all the same. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { context } from '../engine/context';
import { memory } from '../engine/dtype';
import { withLines } from '../protocol/branch';
import { isRecording } from '../protocol/recordingFile';
import type { EventName, Events, LaunchArguments, SessionCapabilities } from '../protocol/session';
import { Control, type FromWorker, type ToWorker, type WorkerData } from '../protocol/worker';
import { load, save, writeNotes } from '../recorder/file';
import { PythonNeeded } from '../recorder/looking';
import { Recorder } from '../recorder/recorder';
import type { Recording } from '../recorder/recording';
import { type ServerHost, SessionServer } from '../recorder/server';
import { freshEntropy } from './entropy';
import { createEvaluator } from './evaluator';
import { createHost, type HostFunctions, type ScriptHost } from './host';
import { createRuntime } from './runtime';
import { lockRealm } from './sandbox';

const MB = 1024 * 1024;
const DEFAULT_MEMORY = 256;

const data = workerData as WorkerData;
const port = parentPort!;
const control = new Int32Array(data.control);
const interrupt = new Uint8Array(data.interrupt);

const post = (message: FromWorker) => port.postMessage(message);
const emit = <N extends EventName>(name: N, event: Events[N]) => post({ type: 'event', name, event } as FromWorker);

/** Requests are read where the thread is at a safe point; between two of these it may run Python for hours. */
class Inbox {
  private seen = -1;

  constructor(readonly answer: (message: ToWorker) => void) {}

  /** Answers what waits. Costs one atomic read where nothing does. */
  poll(): void {
    const count = Atomics.load(control, Control.REQUESTS);
    if (count === this.seen) return;
    this.seen = count;
    for (let m = receiveMessageOnPort(port); m; m = receiveMessageOnPort(port)) this.answer(m.message as ToWorker);
  }

  /** Answers until `done()` is true. */
  block(done: () => boolean): void {
    for (;;) {
      this.poll();
      if (done()) return;
      Atomics.wait(control, Control.REQUESTS, this.seen);
    }
  }
}

/** Answers a request; false where it has to be asked again once Python is loaded. */
function tryAnswer(server: SessionServer, m: ToWorker): boolean {
  try {
    post({ type: 'answer', id: m.id, result: server.handle(m.name, m.args as never) });
  } catch (error) {
    if (error instanceof PythonNeeded) return false;
    post({ type: 'failure', id: m.id, message: messageOf(error) });
  }
  return true;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function hostOf(recording: Recording, inbox: () => Inbox): ServerHost {
  return {
    emit,
    poll: () => inbox().poll(),
    block: (done) => inbox().block(done),
    save: (path) => save(recording, path),
  };
}

/** Words for a file that is not there or cannot be read; null where it can. */
function refusal(path: string): string | null {
  if (!existsSync(path)) return `There is no file ${path}.`;
  if (statSync(path).isDirectory()) return `${path} is a folder: name the script to run.`;
  return null;
}

const ready = (capabilities: SessionCapabilities, script: string) => post({ type: 'ready', capabilities, script });

/** Loads Python; `folder` is all that a script will see of this machine. */
async function loadHost(
  folder: string | null,
  functions: HostFunctions,
  again?: { entropy: string; files: readonly [string, string][] },
): Promise<ScriptHost> {
  const runtime = await createRuntime({
    pyodide: join(data.assets, 'pyodide/'),
    library: join(data.assets, 'python'),
    interrupt,
    entropy: again?.entropy,
  });
  if (folder !== null && again && !existsSync(folder)) runtime.place(folder, again.files);
  else if (folder !== null) runtime.mount(folder);
  letGo = () => runtime.bridge.letGo();
  const host = createHost(runtime, functions);
  lockRealm();
  return host;
}

/** Nothing of a recording's script runs here. Python is loaded when an expression needs it. */
function openRecording(path: string): void {
  const recording = load(path);
  const idle: ServerHost = {
    emit,
    poll() {},
    block() {},
    save: (to) => save(recording, to),
    keep: (bookmarks) => writeNotes(path, bookmarks),
  };
  const server = new SessionServer(recording, idle, { stopAtEnd: true, recorder: null });
  let python: Promise<void> | null = null;
  const loadPython = async () => {
    emit('loading', { text: 'Loading Python for expressions' });
    const host = await loadHost(null, {
      output: (category, text) => emit('output', { category, text, tick: -1 }),
      uncaught: () => {},
      exit: () => {},
      interrupted: () => false,
    });
    server.evaluator = createEvaluator(host);
  };
  port.on('message', async (m: ToWorker) => {
    if (needsPython(m)) await (python ??= loadPython());
    if (!tryAnswer(server, m)) {
      await (python ??= loadPython());
      tryAnswer(server, m);
    }
  });
  ready({ live: false, evaluate: true }, recording.script);
  if (recording.damage) emit('output', { category: 'stderr', text: `${recording.damage}\n`, tick: -1 });
}

/** Conditions and log points are evaluated while a move searches: too late to load anything. */
const needsPython = (m: ToWorker) =>
  m.name === 'setBreakpoints' && m.args.breakpoints.some((b) => b.condition || b.logMessage);

/** `backstep run`: no recording, no debugger; the script prints what it prints. */
async function runOnly(launch: LaunchArguments, folder: string): Promise<void> {
  const host = await loadHost(folder, {
    output: (category, text) => emit('output', { category, text, tick: -1 }),
    uncaught: () => {},
    exit: (exitCode) => {
      emit('terminated', { exitCode });
      inbox.block(() => false);
    },
    interrupted: () => true,
  });
  let started = false;
  const inbox = new Inbox((m) => {
    if (m.name === 'start') started = true;
    post({ type: 'answer', id: m.id, result: null });
  });
  ready({ live: true, evaluate: false }, launch.program);
  inbox.block(() => started);
  emit('terminated', { exitCode: host.run(launch.program, launch.args ?? [], folder, false) });
}

async function debug(launch: LaunchArguments, folder: string): Promise<void> {
  const recorder = new Recorder({ memoryLimit: (launch.memoryLimit ?? DEFAULT_MEMORY) * MB });
  const { recording } = recorder;
  recording.script = launch.program;
  const { branch } = launch;
  const sources = branch ? withLines(branch.from.sources, branch.lines) : [];
  const texts = new Map(sources);
  const entropy = branch?.from.origin.entropy ?? freshEntropy();
  recording.origin = { entropy, args: launch.args ?? [], folder, edits: [], left: null };
  recording.sources.set(recording.script, texts.get(launch.program) ?? readFileSync(launch.program, 'utf8'));
  let inbox: Inbox;
  const server = new SessionServer(
    recording,
    hostOf(recording, () => inbox),
    { stopAtEnd: launch.stopAtEnd !== false, recorder, branch },
  );
  inbox = new Inbox((m) => void tryAnswer(server, m));
  const functions: HostFunctions = {
    output: (stream, text) => recorder.output(stream, text),
    file: (path, read) => {
      if (!recording.sources.has(path)) recording.sources.set(path, texts.get(path) ?? read());
    },
    uncaught: (type, message, traceback, path, line, frame) => {
      recording.exception = { type, message, traceback, tick: recording.ticks - 1 };
      recorder.raised(type, message, path, line, frame, false);
    },
    exit: (exitCode) => end(exitCode),
    interrupted: () => {
      server.safePoint();
      return false;
    },
  };
  const host = await loadHost(folder, functions, { entropy, files: sources });
  const end = (exitCode: number) => {
    context.observer = null;
    server.ended(exitCode);
    // Still answers, until the host ends the thread.
    inbox.block(() => false);
  };
  server.evaluator = createEvaluator(host);
  ready({ live: true, evaluate: true }, launch.program);
  inbox.block(() => server.hasStarted);
  recorder.attach();
  host.trace(recorder);
  end(host.run(launch.program, launch.args ?? [], folder, true, sources));
}

let letGo = () => {};

/** Tensors may take half of the machine's memory (of the container's, where that is less): beyond, the system would kill the editor. */
function boundMemory(): void {
  const most = Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY) / 2;
  const fits = (bytes: number) => process.memoryUsage().arrayBuffers + bytes <= most;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  memory.allows = (bytes) => {
    if (fits(bytes)) return true;
    // Tensors that are gone may still be counted.
    letGo();
    collect();
    return fits(bytes);
  };
}

async function main(): Promise<void> {
  boundMemory();
  const { launch } = data;
  const refused = launch.branch ? null : refusal(launch.program);
  if (refused) throw new Error(refused);
  if (isRecording(launch.program)) return openRecording(launch.program);
  emit('loading', { text: 'Loading Python' });
  const folder = resolve(launch.cwd ?? dirname(launch.program));
  return launch.noDebug ? runOnly(launch, folder) : debug(launch, folder);
}

main().catch((error) => post({ type: 'failure', id: 0, message: messageOf(error) }));
