/** `backstep run | record | dap`: the debugger's rooms without VS Code. */
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { version } from '../package.json';
import { BackstepAdapter } from './debugger/adapter';
import { checkLaunch, isInside } from './debugger/launch';
import { isRecording } from './protocol/recordingFile';
import type { Events, LaunchArguments, WatchSpec } from './protocol/session';
import { openScript, type ScriptSession } from './python/scriptSession';

/** What a shell reports for a program ended by Ctrl-C. */
const INTERRUPTED = 130;

/** A script that ended well, in which a watchpoint held. */
const HELD = 3;

/** Our built files lie beside this one. */
const ASSETS = __dirname;

/** Opens a script whose output goes to our own; Ctrl-C interrupts it as Python's does, a second one ends it at once. */
async function openForShell(launch: LaunchArguments): Promise<ScriptSession> {
  const session = await openScript(launch, ASSETS);
  session.on('output', ({ category, text }) => {
    (category === 'stdout' ? process.stdout : process.stderr).write(text);
  });
  let interrupted = false;
  process.on('SIGINT', () => {
    if (interrupted) process.exit(INTERRUPTED);
    interrupted = true;
    session.interrupt();
  });
  // `backstep run … | head` closes our output: then there is nobody left to run for.
  process.stdout.on('error', () => process.exit(1));
  return session;
}

function terminated(session: ScriptSession): Promise<number> {
  return new Promise((done) => session.on('terminated', ({ exitCode }) => done(exitCode)));
}

/** The script sees one folder only: ours, as with Python, where the script is in it; else the script's own. */
async function check(file: string, args: string[], more: Partial<LaunchArguments>): Promise<LaunchArguments> {
  const launch = await checkLaunch({ program: file, args, ...more });
  return isInside(process.cwd(), launch.program) ? { ...launch, cwd: process.cwd() } : launch;
}

/** Watchpoints of a run without a debugger: each is told of once, where it first held. */
class Watches {
  /** A watchpoint held. */
  held = false;
  private specs: WatchSpec[];

  constructor(
    private readonly session: ScriptSession,
    expressions: string[],
  ) {
    this.specs = expressions.map((expression) => ({ expression }));
  }

  /** Sets them; throws where one cannot be read. */
  async set(): Promise<void> {
    await this.session.request('setExceptionFilters', { filters: [] });
    if (this.specs.length === 0) return;
    const statuses = await this.session.request('setWatchpoints', { group: 'user', watchpoints: this.specs });
    for (const { message } of statuses) if (message) throw new Error(message);
  }

  /** A stop at a watchpoint: says where, and does not stop there again. */
  async onStop({ watchpoints = [] }: Events['stopped']): Promise<void> {
    this.held = true;
    for (const { expression, text } of watchpoints) {
      process.stderr.write(`Watchpoint: ${text}\n`);
      this.specs = this.specs.filter((spec) => spec.expression !== expression);
    }
    await this.session.request('setWatchpoints', { group: 'user', watchpoints: this.specs });
  }

  /** The script's own code where it failed, else whether a watchpoint held. */
  exitCode(own: number): number {
    return own === 0 && this.held ? HELD : own;
  }
}

async function run(file: string, args: string[], watch: string[]): Promise<void> {
  // Without watchpoints nothing needs to be recorded.
  const launch = await check(file, args, { noDebug: watch.length === 0, stopAtEnd: false });
  if (isRecording(launch.program))
    throw new Error(`${file} is a recording: open it in VS Code. "run" takes a .py file.`);
  const session = await openForShell(launch);
  const watches = new Watches(session, watch);
  const ended = terminated(session);
  const failed = new Promise<never>((_, reject) => {
    session.on('stopped', (stop) => {
      const told = stop.reason === 'watchpoint' ? watches.onStop(stop) : Promise.resolve();
      told.then(() => session.request('move', { move: 'continue' })).catch(reject);
    });
  });
  try {
    if (watch.length > 0) await watches.set();
    await session.request('start', { stopOnEntry: false });
    process.exitCode = watches.exitCode(await Promise.race([ended, failed]));
  } finally {
    await session.dispose();
  }
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

async function record(file: string, args: string[], out: string, quiet: boolean, watch: string[]): Promise<void> {
  const launch = await check(file, args, { stopAtEnd: true });
  if (isRecording(launch.program)) throw new Error(`${file} is a recording already.`);
  const path = resolve(out);
  const session = await openForShell(launch);
  const watches = new Watches(session, watch);
  const ended = terminated(session);
  let saved = false;
  const ending = new Promise<void>((done, failed) => {
    session.on('stopped', (stop) => {
      const { reason, cursor } = stop;
      const finish = async () => {
        if (reason === 'watchpoint') {
          await watches.onStop(stop);
          // Whoever opens the recording finds the place.
          await session.request('bookmark', { tick: cursor.tick, note: stop.text ?? '' });
        }
        if (reason === 'end') {
          const { bytes } = await session.request('save', { path });
          saved = true;
          const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
          const what = `${count(cursor.ticks, 'tick')}, ${count(cursor.iterations, 'iteration')}, ${size}`;
          if (!quiet) process.stderr.write(`Recorded ${what}: ${path}\n`);
        }
        await session.request('move', { move: 'continue' });
      };
      finish().catch(failed);
    });
    ended.then(() => done());
  });
  try {
    await watches.set();
    await session.request('start', { stopOnEntry: false });
    await ending;
    process.exitCode = watches.exitCode(await ended);
  } finally {
    await session.dispose();
  }
  if (!saved) throw new Error(`${basename(file)} ended before anything could be saved.`);
}

function dap(): void {
  const adapter = new BackstepAdapter((launch, loading) => openScript(launch, ASSETS, loading));
  // Anything else on stdout would break the protocol's framing.
  console.log = console.error;
  adapter.start(process.stdin, process.stdout);
}

const WATCH_HELP = `say where an expression first holds, such as "nonfinite(p)", "norm(p.grad) > 100" or "rises(loss, 5)", and exit with ${HELD} if it does (may be given again)`;

/** An option that may be given more than once. */
const collected = (value: string, before: string[]): string[] => [...before, value];

const program = new Command('backstep')
  .description('Runs, records and debugs PyTorch training scripts on an engine of its own; no Python needed.')
  .version(version)
  .enablePositionalOptions() // what follows the script's name belongs to the script
  .showHelpAfterError('(backstep --help shows what there is)');

program
  .command('run')
  .description('Run a script; prints exactly what Python would, and exits with its exit code.')
  .argument('<file>', 'a Python script')
  .argument('[args...]', "the script's own arguments")
  .option('-w, --watch <expression>', WATCH_HELP, collected, [])
  .passThroughOptions()
  .action((file: string, args: string[], { watch }: { watch: string[] }) => run(file, args, watch));

program
  .command('record')
  .description('Run a script and save a recording that VS Code opens and steps through, in both directions.')
  .argument('<file>', 'a Python script')
  .argument('[args...]', "the script's own arguments, after --")
  .requiredOption('-o, --out <recording>', 'where to save, such as run.backstep')
  .option('-w, --watch <expression>', WATCH_HELP, collected, [])
  .option('-q, --quiet', 'say nothing about the recording')
  .action((file: string, args: string[], options: { out: string; quiet?: boolean; watch: string[] }) =>
    record(file, args, options.out, options.quiet ?? false, options.watch),
  );

program.command('dap').description('Serve the Debug Adapter Protocol on stdin and stdout, for any editor.').action(dap);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`backstep: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
