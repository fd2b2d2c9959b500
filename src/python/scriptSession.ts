/** The host's side of the worker thread: a Session that posts requests to dist/worker.mjs and hears its events. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { currentWords, t } from '../protocol/l10n';
import { isRecording } from '../protocol/recordingFile';
import type {
  EventName,
  Events,
  LaunchArguments,
  RequestName,
  Requests,
  Session,
  SessionCapabilities,
} from '../protocol/session';
import { Control, type FromWorker, type WorkerData } from '../protocol/worker';

/** How long a pause waits for the worker's next safe point before it interrupts what runs, in milliseconds. */
const PAUSE_PATIENCE = 1000;
/** How long the end of a file is waited for, in milliseconds: a script that does not come to a safe point leaves it without one. */
const FINISH_PATIENCE = 10_000;
const SIGINT = 2;
/** The last words of a crashed worker, kept for the error message. */
const STDERR_KEPT = 4000;

interface Pending {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** A script (or a recording) in its own thread. Made by `openScript`. */
export class ScriptSession implements Session {
  capabilities: SessionCapabilities = { live: false, evaluate: false };
  script: string;
  /** Why Python had to be started without its memory snapshot, or null. */
  slow: string | null = null;

  private readonly written: boolean;
  private readonly worker: Worker;
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * Control.LENGTH));
  private readonly interruptByte = new Uint8Array(new SharedArrayBuffer(1));
  private readonly pending = new Map<number, Pending>();
  private readonly listeners: { [N in EventName]?: Set<(event: Events[N]) => void> } = {};
  private readonly ready: Promise<void>;
  private settleReady: { resolve(): void; reject(error: Error): void } | null = null;
  private nextId = 1;
  /** Why no request can be answered any more, or null while the worker lives. */
  private over: Error | null = null;
  private ended = false;
  private stderr = '';

  constructor(launch: LaunchArguments, assets: string) {
    this.script = launch.program;
    this.written = launch.record !== undefined;
    const workerData: WorkerData = {
      launch,
      control: this.control.buffer as SharedArrayBuffer,
      interrupt: this.interruptByte.buffer as SharedArrayBuffer,
      assets,
      words: currentWords(),
    };
    this.ready = new Promise((resolve, reject) => {
      this.settleReady = { resolve, reject };
    });
    // The script must not see the editor's environment; and in `backstep dap`, stdout belongs to the protocol.
    this.worker = new Worker(join(assets, 'worker.mjs'), {
      workerData,
      env: process.env.TZ ? { TZ: process.env.TZ } : {},
      execArgv: [],
      // Python recurses on this stack: it must reach its own limit first (a RecursionError), not the thread's (the end of everything).
      resourceLimits: { stackSizeMb: 64 },
      stdout: true,
      stderr: true,
    });
    this.worker.on('message', (message: FromWorker) => this.onMessage(message));
    this.worker.on('error', (error) => this.onCrash(error));
    this.worker.on('exit', (code) => this.onExit(code));
    this.drain(this.worker.stdout);
    this.drain(this.worker.stderr);
  }

  /** Resolves when the worker has loaded Python (or the recording). */
  whenReady(): Promise<void> {
    return this.ready;
  }

  /** Posts a request to the worker; rejects with words for the user. */
  request<N extends RequestName>(name: N, args: Requests[N][0], signal?: AbortSignal): Promise<Requests[N][1]> {
    if (this.over) return Promise.reject(this.over);
    if (signal?.aborted) return Promise.reject(new Error('cancelled'));
    const id = this.nextId++;
    const answer = new Promise<Requests[N][1]>((resolve, reject) => this.pending.set(id, { resolve, reject }));
    this.worker.postMessage({ id, name, args });
    Atomics.add(this.control, Control.REQUESTS, 1);
    Atomics.notify(this.control, Control.REQUESTS);
    if (name === 'pause') this.interruptUnless(answer);
    // Long work ends between two slices, a Python expression only by an interrupt.
    const cancel = () => {
      void this.request('cancel', { request: id }).catch(() => {});
      if ((name === 'evaluate' || name === 'setExpression') && this.pending.has(id)) this.interruptUnless(answer);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return answer;
  }

  on<N extends EventName>(name: N, listener: (event: Events[N]) => void): { dispose(): void } {
    const listeners = ((this.listeners[name] as Set<typeof listener> | undefined) ??= new Set());
    (this.listeners as Record<EventName, unknown>)[name] = listeners;
    listeners.add(listener);
    return { dispose: () => void listeners.delete(listener) };
  }

  /** Raises KeyboardInterrupt in the script, as Ctrl-C does. */
  interrupt(): void {
    Atomics.store(this.control, Control.INTERRUPTED, 1);
    this.wake();
  }

  /** Takes Python out of what it does, to a safe point. */
  private wake(): void {
    Atomics.store(this.interruptByte, 0, SIGINT);
    Atomics.add(this.control, Control.REQUESTS, 1);
    Atomics.notify(this.control, Control.REQUESTS);
  }

  async dispose(): Promise<void> {
    await this.finish();
    this.end(new Error(t('The session has ended.')));
    await this.worker.terminate();
  }

  /** Where the run is written down, its file gets an end. */
  private async finish(): Promise<void> {
    if (this.over || !this.written || !this.capabilities.live) return;
    const finished = this.request('finish', {}).catch(() => {});
    this.interruptUnless(finished);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FINISH_PATIENCE);
    });
    await Promise.race([finished, late]);
    clearTimeout(timer);
  }

  /** A Python loop answers at its next line; one long call into C does not, and must be interrupted. */
  private interruptUnless(answer: Promise<unknown>): void {
    const timer = setTimeout(() => this.wake(), PAUSE_PATIENCE);
    const settled = () => clearTimeout(timer);
    answer.then(settled, settled);
  }

  private onMessage(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.capabilities = message.capabilities;
        this.script = message.script;
        this.slow = message.slow ?? null;
        this.settleReady?.resolve();
        this.settleReady = null;
        break;
      case 'answer':
        this.pending.get(message.id)?.resolve(message.result as never);
        this.pending.delete(message.id);
        break;
      case 'failure':
        // Id 0 is no request's: before `ready` the worker could not open what it was given, later it ends for this.
        if (message.id === 0 && this.settleReady) this.settleReady.reject(new Error(message.message));
        else if (message.id === 0) this.fail(`Backstep's engine stopped unexpectedly: ${message.message}`);
        this.pending.get(message.id)?.reject(new Error(message.message));
        this.pending.delete(message.id);
        break;
      case 'event':
        this.ended ||= message.name === 'terminated';
        this.emit(message.name, message.event);
        break;
    }
  }

  private emit<N extends EventName>(name: N, event: Events[N]): void {
    const listeners = this.listeners[name] as Set<(event: Events[N]) => void> | undefined;
    for (const listener of listeners ?? []) listener(event);
  }

  private onCrash(error: Error & { code?: string }): void {
    const why =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? t('The script ran out of memory. Use smaller tensors or a smaller batch, or lower "memoryLimit".')
        : `Backstep's engine stopped unexpectedly: ${error.message}`;
    this.fail(why);
  }

  private onExit(code: number): void {
    // A run without a debugger has nothing to wait for once it has ended.
    if (!this.over && !(this.ended && code === 0))
      this.fail(`Backstep's engine stopped unexpectedly (exit code ${code}).`);
  }

  private fail(why: string): void {
    if (this.over) return;
    const text = [why, this.stderr.trim()].filter(Boolean).join('\n');
    this.end(new Error(why));
    this.emit('output', { category: 'stderr', text: `${text}\n`, tick: -1 });
    this.emit('terminated', { exitCode: 1 });
  }

  private end(reason: Error): void {
    this.over ??= reason;
    this.settleReady?.reject(reason);
    for (const { reject } of this.pending.values()) reject(reason);
    this.pending.clear();
  }

  private drain(stream: Readable): void {
    stream.on('data', (data) => {
      this.stderr = (this.stderr + data).slice(-STDERR_KEPT);
    });
  }
}

let compiled: Promise<unknown> | null = null;

/**
 * Compiles Python's program beside the worker's own start, and holds it: V8 gives the same one, with what of it was compiled since, to every
 * worker of this process that compiles these bytes.
 */
function holdPython(assets: string): void {
  compiled ??= readFile(join(assets, 'pyodide/pyodide.asm.wasm'))
    .then((bytes) => WebAssembly.compile(bytes))
    .catch(() => (compiled = null)); // the worker will say why
}

/** Starts a worker for a script or recording; resolves when it is ready for breakpoints. `assets` is our dist folder. */
export async function openScript(
  launch: LaunchArguments,
  assets: string,
  loading?: (text: string) => void,
): Promise<ScriptSession> {
  if (!isRecording(launch.program)) holdPython(assets);
  const session = new ScriptSession(launch, assets);
  const subscription = session.on('loading', ({ text }) => loading?.(text));
  try {
    await session.whenReady();
  } catch (error) {
    await session.dispose();
    throw error;
  } finally {
    subscription.dispose();
  }
  return session;
}
