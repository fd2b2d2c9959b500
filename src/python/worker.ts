/** The worker thread: Python, engine and recorder, or an opened recording. Blocks while paused, and serves all the same. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { context } from '../engine/context';
import { memory } from '../engine/dtype';
import { computeAs, kernelPath } from '../engine/wasm/kernels';
import { withLines } from '../protocol/branch';
import { setWords, t } from '../protocol/l10n';
import { cellOf } from '../protocol/notebook';
import { isRecording } from '../protocol/recordingFile';
import type { EventName, Events, LaunchArguments, SessionCapabilities } from '../protocol/session';
import { Control, type FromWorker, type ToWorker, type WorkerData } from '../protocol/worker';
import { load, type RunWriter, record, save, writeNotes } from '../recorder/file';
import { PythonNeeded } from '../recorder/looking';
import { Recorder } from '../recorder/recorder';
import type { Recording } from '../recorder/recording';
import { SessionServer } from '../recorder/server';
import type { ServerHost } from '../recorder/serverHost';
import { entropyOf, freshEntropy } from './entropy';
import { createEvaluator } from './evaluator';
import { createHost, type HostFunctions, type ScriptHost } from './host';
import { Inbox } from './inbox';
import { lockRealm } from './sandbox';
import { ScratchFile } from './scratch';
import { lendThreads } from './threads';

const MB = 1024 * 1024;
const DEFAULT_MEMORY = 256;

const data = workerData as WorkerData;
setWords(data.words);
const port = parentPort!;
const control = new Int32Array(data.control);
const interrupt = new Uint8Array(data.interrupt);

const post = (message: FromWorker) => port.postMessage(message);
const emit = <N extends EventName>(name: N, event: Events[N]) => post({ type: 'event', name, event } as FromWorker);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** `writer`: of the file that the run is written to while it goes on. */
function hostOf(recording: Recording, inbox: () => Inbox, writer: () => Writing | null): ServerHost {
  return {
    emit,
    poll: () => {
      writer()?.writer.tick();
      inbox().poll();
    },
    block: (done) => {
      writer()?.writer.flush();
      inbox().block(done);
    },
    interrupted: () => inbox().interrupted(),
    accept: () => inbox().accept(),
    save: (path) => {
      const own = writer();
      return own?.path === path ? own.writer.save() : save(recording, path);
    },
    typed: (line) => typed.give(line),
    finish: () => writer()?.writer.finish(),
  };
}

interface Writing {
  path: string;
  writer: RunWriter;
}

function beginWriting(recording: Recording, path: string, limit?: number): Writing {
  const writer = record(recording, path, basename(path), limit === undefined ? undefined : limit * 1e6);
  writer.onFailure = (text) => emit('output', { category: 'stderr', text: `${text}\n`, tick: recording.ticks - 1 });
  return { path, writer };
}

/** What is typed for a script that asks: lines, in their order. */
class Typed {
  private readonly lines: (string | null)[] = [];

  give(line: string | null): void {
    this.lines.push(line);
  }

  /** The next line; asks for it where there is none yet, and serves until it comes. */
  wait(inbox: Inbox): string | null {
    if (this.lines.length === 0) emit('input', {});
    inbox.block(() => this.lines.length > 0);
    return this.lines.shift()!;
  }
}

const typed = new Typed();

/** Words for a file that is not there or cannot be read; null where it can. */
function refusal(path: string): string | null {
  if (!existsSync(path)) return t('There is no file {0}.', path);
  if (statSync(path).isDirectory()) return t('{0} is a folder: name the script to run.', path);
  return null;
}

const ready = (capabilities: SessionCapabilities, script: string, slow: string | null = null) =>
  post({ type: 'ready', capabilities, script, slow });

/** Loads Python; `folder` is all that a script will see of this machine. */
async function loadHost(
  folder: string | null,
  functions: HostFunctions,
  again?: { entropy: string; files: readonly [string, string][] },
): Promise<ScriptHost> {
  const { scratchFolder } = data.launch;
  const host = await createHost({ assets: data.assets, interrupt, entropy: again?.entropy }, functions);
  const { runtime } = host;
  if (folder !== null && again && !existsSync(folder)) runtime.place(folder, again.files);
  else if (folder !== null) runtime.mount(folder, scratchFolder);
  letGo = () => runtime.bridge.letGo();
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
    interrupted: () => inbox.interrupted(),
    accept: () => inbox.accept(),
    save: (to) => save(recording, to),
    keep: (bookmarks) => writeNotes(path, bookmarks),
  };
  const server = new SessionServer(recording, idle, { stopAtEnd: true, recorder: null });
  let python: Promise<void> | null = null;
  const loadPython = async () => {
    emit('working', {
      title: t('Loading Python for expressions'),
      text: t('It runs nothing of the script.'),
      percent: 0,
    });
    const host = await loadHost(null, {
      output: (category, text) => emit('output', { category, text, tick: server.timeline.tick }),
      uncaught: () => {},
      exit: () => {},
      input: () => null,
      interrupted: () => false,
    });
    server.evaluator = createEvaluator(host);
    emit('working', null);
  };
  const needed = (error: unknown) => error instanceof PythonNeeded;
  const answer = async (m: ToWorker) => {
    const work = () => server.handle(m.name, m.args as never);
    if (needsPython(m)) await (python ??= loadPython());
    if (inbox.answer(m, work, needed)) return;
    await (python ??= loadPython());
    inbox.answer(m, work);
  };
  const inbox: Inbox = new Inbox(port, control, (m) => void answer(m));
  port.on('message', (m: ToWorker) => inbox.hear(m));
  ready({ live: false, evaluate: true }, recording.script);
  if (recording.damage) emit('output', { category: 'stderr', text: `${recording.damage}\n`, tick: -1 });
}

/** Conditions and log points are evaluated while a move searches: too late to load anything. */
const needsPython = (m: ToWorker) =>
  m.name === 'setBreakpoints' && m.args.breakpoints.some((b) => b.condition || b.logMessage);

/** `backstep run`: no recording, no debugger; the script prints what it prints. */
async function runOnly(launch: LaunchArguments, folder: string): Promise<void> {
  const host = await loadHost(
    folder,
    {
      output: (category, text) => emit('output', { category, text, tick: -1 }),
      figure: launch.figures ? (figure) => emit('figure', { ...figure, tick: -1 }) : undefined,
      input: () => typed.wait(inbox),
      uncaught: () => {},
      exit: (exitCode) => {
        emit('terminated', { exitCode });
        inbox.block(() => false);
      },
      interrupted: () => true,
    },
    launch.seed === undefined ? undefined : { entropy: entropyOf(launch.seed), files: [] },
  );
  let started = false;
  const inbox = new Inbox(port, control, (m) => {
    if (m.name === 'start') started = true;
    if (m.name === 'input') typed.give(m.args.text);
    inbox.answer(m, () => null);
  });
  ready({ live: true, evaluate: false }, launch.program, host.runtime.slow);
  inbox.block(() => started);
  const { program, args = [], seed } = launch;
  host.install(host.cellsOf(program));
  emit('terminated', { exitCode: host.run(program, args, folder, false, seed) });
}

async function debug(launch: LaunchArguments, folder: string): Promise<void> {
  const recorder = new Recorder({
    memoryLimit: (launch.memoryLimit ?? DEFAULT_MEMORY) * MB,
    scratch: new ScratchFile(),
  });
  const { recording } = recorder;
  recording.script = launch.program;
  const { branch } = launch;
  const sources = branch ? withLines(branch.from.sources, branch.lines) : [];
  const texts = new Map(sources);
  const seed = branch ? branch.from.origin.seed : launch.seed;
  const entropy = branch?.from.origin.entropy ?? (seed === undefined ? freshEntropy() : entropyOf(seed));
  if (branch) computeAs(branch.from.origin.kernels);
  recording.origin = { entropy, args: launch.args ?? [], kernels: kernelPath(), folder, edits: [], left: null };
  if (seed !== undefined) recording.origin.seed = seed;
  let inbox: Inbox;
  let writing: Writing | null = null;
  const server = new SessionServer(
    recording,
    hostOf(
      recording,
      () => inbox,
      () => writing,
    ),
    { stopAtEnd: launch.stopAtEnd !== false, recorder, branch },
  );
  inbox = new Inbox(port, control, (m) => {
    inbox.answer(m, () => server.handle(m.name, m.args as never));
    // The script must not go on behind its end.
    if (m.name === 'finish') inbox.block(() => false);
  });
  const functions: HostFunctions = {
    output: (stream, text) => recorder.output(stream, text),
    said: (category, text) => emit('output', { category, text, tick: server.timeline.tick }),
    figure: (figure) => {
      const tick = recorder.figure(figure);
      if (launch.figures) emit('figure', { ...figure, tick });
    },
    input: () => typed.wait(inbox),
    file: (path, read) => {
      if (recording.sources.has(path)) return;
      recording.sources.set(path, texts.get(path) ?? read());
      emit('source', { path });
    },
    uncaught: (type, message, traceback, path, line, frame) => {
      recording.exception = { type, message, traceback, tick: recording.ticks - 1 };
      recorder.raised(type, message, path, line, frame, false);
    },
    exit: (exitCode) => end(exitCode),
    interrupted: () => {
      server.safePoint();
      return inbox.cancelled || Atomics.exchange(control, Control.INTERRUPTED, 0) === 1;
    },
  };
  const host = await loadHost(folder, functions, { entropy, files: sources });
  if (!branch) sources.push(...host.cellsOf(launch.program));
  host.install(sources);
  const cells = sources.filter(([path]) => cellOf(path)?.notebook === launch.program);
  for (const [path, text] of cells) recording.sources.set(path, text);
  if (cells.length === 0)
    recording.sources.set(launch.program, texts.get(launch.program) ?? readFileSync(launch.program, 'utf8'));
  const end = (exitCode: number) => {
    context.observer = null;
    recorder.flushEdits();
    writing?.writer.finish();
    server.ended(exitCode);
    // Still answers, until the host ends the thread.
    inbox.block(() => false);
  };
  server.evaluator = createEvaluator(host);
  if (launch.record) writing = beginWriting(recording, launch.record, launch.recordLimit);
  ready({ live: true, evaluate: true }, launch.program, host.runtime.slow);
  inbox.block(() => server.hasStarted);
  recorder.attach();
  host.trace(recorder);
  end(host.run(launch.program, launch.args ?? [], folder, true, seed));
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
  lendThreads();
  const { launch } = data;
  const refused = launch.branch ? null : refusal(launch.program);
  if (refused) throw new Error(refused);
  if (isRecording(launch.program)) return openRecording(launch.program);
  emit('loading', { text: t('Loading Python') });
  const folder = resolve(launch.cwd ?? dirname(launch.program));
  return launch.noDebug ? runOnly(launch, folder) : debug(launch, folder);
}

main().catch((error) => post({ type: 'failure', id: 0, message: messageOf(error) }));
