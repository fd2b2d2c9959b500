/** `backstep run | record | replay | export | branch | compare | dap`: the debugger's rooms without VS Code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { version } from '../package.json';
import { BackstepAdapter } from './debugger/adapter';
import { type BranchConfiguration, branchOf } from './debugger/branches';
import { compareRuns, comparisonText } from './debugger/compare';
import { checkLaunch, isInside } from './debugger/launch';
import { parseEdit, parseLine } from './protocol/branch';
import { isRecording } from './protocol/recordingFile';
import type { Events, LaunchArguments, WatchSpec } from './protocol/session';
import type { Cursor } from './protocol/ticks';
import { openScript, type ScriptSession } from './python/scriptSession';
import { addRecordingCommands } from './shell/commands';
import { factsOf } from './shell/words';

/** What a shell reports for a program ended by Ctrl-C. */
const INTERRUPTED = 130;

/** A script that ended well, in which a watchpoint held. */
const HELD = 3;

/** Our built files lie beside this one. */
const ASSETS = __dirname;

/** What is typed, or comes through a pipe: read when the script asks for it. */
async function* linesOf(input: NodeJS.ReadStream): AsyncGenerator<string, undefined> {
  yield* createInterface({ input });
}

/** Opens a script whose output goes to our own; Ctrl-C interrupts it as Python's does, a second one ends it at once. */
async function openForShell(launch: LaunchArguments): Promise<ScriptSession> {
  const session = await openScript(launch, ASSETS);
  session.on('output', ({ category, text }) => {
    (category === 'stdout' ? process.stdout : process.stderr).write(text);
  });
  const lines = linesOf(process.stdin);
  session.on('input', async () => {
    const { value, done } = await lines.next();
    // A session that is over has no use for it.
    await session.request('input', { text: done ? null : value }).catch(() => {});
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
  return new Promise((done) =>
    session.on('terminated', ({ exitCode }) => {
      // Nobody reads it any more: it would keep the process alive.
      process.stdin.destroy();
      done(exitCode);
    }),
  );
}

/** The script sees one folder only: ours, as with Python, where the script is in it; else the script's own. */
async function check(file: string, args: string[], more: Partial<LaunchArguments>): Promise<LaunchArguments> {
  const launch = await checkLaunch({ program: file, args, ...more });
  return isInside(process.cwd(), launch.program) ? { ...launch, cwd: process.cwd() } : launch;
}

/** A seed as a shell's user writes it. */
function seeded(text: string | undefined): { seed?: number } {
  if (text === undefined) return {};
  if (!/^\d+$/.test(text)) throw new Error(`'${text}' is no seed: it must be a whole number, such as 42.`);
  return { seed: Number(text) };
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

interface RunOptions {
  watch: string[];
  seed?: string;
  figures?: string;
  scratch?: string;
}

/** Writes each figure as it was drawn last, and says what is on it. */
function keepFigures(session: ScriptSession, folder: string): void {
  mkdirSync(folder, { recursive: true });
  session.on('figure', ({ number, title, summary, svg }) => {
    const path = join(folder, `figure-${number}.svg`);
    writeFileSync(path, svg);
    process.stderr.write(`Figure ${number}: ${summary}${title && ` (${title})`}: ${path}\n`);
  });
}

async function run(file: string, args: string[], { watch, seed, figures, scratch }: RunOptions): Promise<void> {
  const more = {
    stopAtEnd: false,
    figures: figures !== undefined,
    ...seeded(seed),
    scratchFolder: scratch && resolve(scratch),
  };
  // Without watchpoints nothing needs to be recorded.
  const launch = await check(file, args, { noDebug: watch.length === 0, ...more });
  if (isRecording(launch.program))
    throw new Error(`${file} is a recording: open it in VS Code, or by "backstep replay". "run" takes a .py file.`);
  const session = await openForShell(launch);
  if (figures !== undefined) keepFigures(session, figures);
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

interface RecordOptions {
  out: string;
  quiet?: boolean;
  watch: string[];
  seed?: string;
}

async function record(file: string, args: string[], { out, quiet = false, watch, seed }: RecordOptions): Promise<void> {
  const path = recordingPath(out);
  const launch = await check(file, args, { stopAtEnd: true, record: path, ...seeded(seed) });
  if (isRecording(launch.program)) throw new Error(`${file} is a recording already.`);
  const session = await openForShell(launch);
  const watches = new Watches(session, watch);
  const onStop = async (stop: Events['stopped']) => {
    if (stop.reason !== 'watchpoint') return;
    await watches.onStop(stop);
    // Whoever opens the recording finds the place.
    await session.request('bookmark', { tick: stop.cursor.tick, note: stop.text ?? '' });
  };
  try {
    await watches.set();
    const cursor = await atEnd(session, basename(file), onStop);
    await save(session, cursor, path, quiet);
    process.exitCode = watches.exitCode(await goOn(session));
  } finally {
    await session.dispose();
  }
}

/** Where a recording is written to, from the run's first second on. By its name it is known as data. */
const recordingPath = (out: string): string => resolve(isRecording(out) ? out : `${out}.backstep`);

/** Runs a script (or opens a recording) to its end, where it rests. Rejects where there is nothing to rest at. */
async function atEnd(
  session: ScriptSession,
  name: string,
  onStop: (stop: Events['stopped']) => Promise<void> = async () => {},
): Promise<Cursor> {
  const ended = new Promise<Cursor>((done, failed) => {
    session.on('stopped', (stop) => {
      if (stop.reason === 'end') done(stop.cursor);
      else
        onStop(stop)
          .then(() => session.request('move', { move: 'continue' }))
          .catch(failed);
    });
    session.on('terminated', () => failed(new Error(`${name} ended before its end could be recorded.`)));
  });
  await session.request('setExceptionFilters', { filters: [] });
  await session.request('start', { stopOnEntry: false });
  return ended;
}

/** Lets a script that rests at its end be over; its exit code. */
async function goOn(session: ScriptSession): Promise<number> {
  const ended = terminated(session);
  await session.request('move', { move: 'continue' });
  return ended;
}

async function save(session: ScriptSession, cursor: Cursor, path: string, quiet: boolean): Promise<void> {
  const { bytes } = await session.request('save', { path });
  if (!quiet) process.stderr.write(`Recorded ${factsOf(cursor, bytes)}: ${path}\n`);
}

interface BranchOptions {
  at?: string;
  iteration?: string;
  set: string[];
  line: string[];
  out?: string;
  seed?: string;
}

/** A number that a user counts from 1, as an index. */
function indexOf(text: string, what: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${text} is no ${what}: they are counted from 1.`);
  return Number(text) - 1;
}

/** A run again from a tick of another one, with an edit: prints what the script prints from there on. */
async function branch(file: string, args: string[], options: BranchOptions): Promise<void> {
  const launch = await check(file, args, { stopAtEnd: true, ...seeded(options.seed) });
  const name = basename(file);
  const out = options.out === undefined ? undefined : recordingPath(options.out);
  const edits = options.set.map((text) => parseEdit(text) ?? { code: text });
  // A script runs once before: there is nothing to leave else.
  const first = await openScript(launch, ASSETS);
  let configuration: BranchConfiguration;
  try {
    const { ticks, iterations } = await atEnd(first, name);
    let tick = options.at === undefined ? ticks - 1 : indexOf(options.at, 'tick');
    if (options.iteration !== undefined) {
      const from = indexOf(options.iteration, 'iteration');
      const { spans } = await first.request('timeline', { from });
      if (!spans[0] || from >= iterations) throw new Error(`${name} has ${count(iterations, 'iteration')}.`);
      tick = spans[0].start;
    }
    if (tick >= ticks) throw new Error(`${name} has ${count(ticks, 'tick')}.`);
    const lines = options.line.map((text) => {
      const found = parseLine(text, first.script);
      if (!found) throw new Error(`'${text}' is not 12:TEXT or FILE.py:12:TEXT.`);
      return { ...found, path: found.path === first.script ? found.path : resolve(found.path) };
    });
    configuration = await branchOf(first, { tick, edits, lines }, '1');
  } finally {
    await first.dispose();
  }
  const session = await openForShell(await checkLaunch({ ...configuration, stopAtEnd: true, record: out }));
  let failed: string | null = null;
  session.on('branched', ({ error }) => {
    failed = error;
  });
  try {
    const cursor = await atEnd(session, configuration.name);
    if (out) await save(session, cursor, out, false);
    const code = await goOn(session);
    process.exitCode = failed ? 2 : code;
  } finally {
    await session.dispose();
  }
}

/** Opens a recording; what is damaged in it is said on stderr. */
async function openRecording(file: string): Promise<ScriptSession> {
  const launch = await checkLaunch({ program: file });
  if (!isRecording(launch.program))
    throw new Error(`${file} is no recording: "backstep record" makes one of a script.`);
  const session = await openScript(launch, ASSETS);
  session.on('output', ({ category, text }) => {
    (category === 'stdout' ? process.stdout : process.stderr).write(text);
  });
  process.stdout.on('error', () => process.exit(1)); // `| head`
  return session;
}

interface CompareOptions {
  json?: boolean;
  seed?: string;
}

/**
 * Two recordings or scripts (which are run once, silently), or one script with two seeds: says where they differ; exit code 0 where they
 * do not, 1 where they do.
 */
async function compare(a: string, b: string | undefined, { json, seed }: CompareOptions): Promise<void> {
  const seeds = seed?.split(',').map((text) => text.trim()) ?? [];
  if (seeds.length > 2) throw new Error(`--seed takes one seed, or two: ${seeds.length} were given.`);
  if (b === undefined && seeds.length < 2)
    throw new Error('Compare with what? Name another script or recording, or two seeds: --seed 1,2.');
  // Both are looked at before either is opened: a session that is open keeps the process alive.
  const launches = await Promise.all(
    [a, b ?? a].map(async (file, i) => {
      const own = seeds[i] ?? seeds[0];
      const launch = await check(file, [], seeded(own));
      return { name: basename(file) + (own === undefined ? '' : ` (seed ${own})`), launch };
    }),
  );
  const runs = await Promise.all(
    launches.map(async ({ name, launch }) => ({ name, session: await openScript(launch, ASSETS) })),
  );
  try {
    for (const { session, name } of runs) await atEnd(session, name);
    const found = await compareRuns(runs[0], runs[1]);
    process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : comparisonText(found));
    process.exitCode = found.same ? 0 : 1;
  } finally {
    for (const { session } of runs) await session.dispose();
  }
}

function dap(): void {
  const adapter = new BackstepAdapter((launch, loading) => openScript(launch, ASSETS, loading));
  // Anything else on stdout would break the protocol's framing.
  console.log = console.error;
  adapter.start(process.stdin, process.stdout);
}

const WATCH_HELP = `say where an expression first holds, such as "nonfinite(p)", "norm(p.grad) > 100" or "rises(loss, 5)", and exit with ${HELD} if it does (may be given again)`;

const SEED_HELP = 'the first seed that the script sets becomes this one, and its others move along';

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
  .option('--seed <number>', SEED_HELP)
  .option('--figures <folder>', "draw matplotlib's figures as SVG into this folder, as they are shown")
  .option('--scratch <folder>', 'put what the script writes there; its own folder stays as it is')
  .passThroughOptions()
  .action(run);

program
  .command('record')
  .description('Run a script and save a recording that VS Code opens and steps through, in both directions.')
  .argument('<file>', 'a Python script')
  .argument('[args...]', "the script's own arguments, after --")
  .requiredOption('-o, --out <recording>', 'the file to write while it runs, such as run.backstep')
  .option('-w, --watch <expression>', WATCH_HELP, collected, [])
  .option('--seed <number>', SEED_HELP)
  .option('-q, --quiet', 'say nothing about the recording')
  .action(record);

const several = (text: string, all: string[]) => [...all, text];

program
  .command('branch')
  .description('Run a script again from a tick of an earlier run, with an edit there: what if?')
  .argument('<file>', 'a recording (its script is run again), or a Python script (run once before)')
  .argument('[args...]', "the script's own arguments, after --")
  .option('--at <tick>', 'the tick to leave at, counted from 1; the last one when left out')
  .option('--iteration <number>', 'the iteration at whose start to leave, counted from 1')
  .option('--set <edit>', 'such as "net.fc.weight[0,0]=0.5" or "lr=0.01"; may be given several times', several, [])
  .option(
    '--line <edit>',
    'another text for a line, such as "12:loss = loss * 2"; may be given several times',
    several,
    [],
  )
  .option('--seed <number>', SEED_HELP)
  .option('-o, --out <recording>', 'the file to write the branch to, such as branch.backstep')
  .action(branch);

addRecordingCommands(program, openRecording, ASSETS);

program
  .command('compare')
  .description('Say where two runs differ: exits with 0 where they are the same, with 1 where they differ.')
  .argument('<a>', 'a recording, or a Python script (which is run once)')
  .argument('[b]', 'another one; the first script again, with two seeds, if left out')
  .option('--seed <numbers>', 'for each run, such as 1,2: the first seed that the script sets becomes this one')
  .option('--json', 'as JSON')
  .action(compare);

program.command('dap').description('Serve the Debug Adapter Protocol on stdin and stdout, for any editor.').action(dap);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`backstep: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
