/**
 * `npm run corpus -- FILE ...`: runs each script by real PyTorch and by Backstep under the same seeds, and prints how far they agree. See README.md.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compareTexts, differing, sameStructure, type Value, withinChaos, withinSpread } from './compare';

const here = import.meta.dirname;
const root = join(here, '../..');
const DRIVER = '__corpus__.py';
/** Runs the driver with other first weights (nudge.py). */
const NUDGE = '__corpus_nudge__.py';
/** Kept of what a script prints. */
const MOST = 20_000_000;

interface Run {
  out: string;
  err: string;
  code: number | null;
  seconds: number;
  /** Of the processor, which is what is bounded: what else runs on the machine does not count. Null where the system does not tell. */
  cpu: number | null;
  values: Record<string, Value>;
}

interface Script {
  name: string;
  file: string;
  /** Is copied, so that what one run writes no other one reads. */
  folder: string;
  /** Repository and path, for the list. */
  from?: string;
}

type Verdict = 'same' | 'near' | 'spread' | 'order' | 'chaotic' | 'differs' | 'fails' | 'slow' | 'no judge';

interface Result {
  script: Script;
  verdict: Verdict;
  note: string;
  /** Seconds of the processor. */
  ours: number | null;
  theirs: number | null;
  /** Of PyTorch's last variables, those that are others in Backstep. */
  variables: string[];
}

const PASSED: readonly Verdict[] = ['same', 'near', 'spread', 'order'];
/** PyTorch too prints something else as soon as a rounding is another one: neither passed nor failed. */
const UNDECIDED: readonly Verdict[] = ['no judge', 'chaotic'];

/** Seconds of the processor that a running process has taken (Linux only). */
function cpuOf(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // utime and stime, in hundredths.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

/** A run is over when it has taken `limit` seconds of the processor, or ten times as long by the clock. */
function execute(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv, limit: number): Promise<Run> {
  return new Promise((done) => {
    const began = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { out: '', err: '' };
    child.stdout.on('data', (data) => {
      if (text.out.length < MOST) text.out += data;
    });
    child.stderr.on('data', (data) => {
      if (text.err.length < MOST) text.err += data;
    });
    let cpu: number | null = null;
    const timer = setInterval(() => {
      cpu = cpuOf(child.pid) ?? cpu;
      if ((cpu ?? 0) > limit || performance.now() - began > 10_000 * limit) child.kill('SIGKILL');
    }, 250);
    child.on('close', (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1000;
      const written = join(cwd, '__corpus__.json');
      const values = existsSync(written) ? JSON.parse(readFileSync(written, 'utf8').replace(/\bNaN\b/g, 'null')) : {};
      done({ ...text, code, seconds, cpu, values });
    });
  });
}

/** Runs a script in a copy of its folder. */
async function inCopy<T>(script: Script, use: (file: string, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'backstep-corpus-'));
  try {
    cpSync(script.folder, folder, { recursive: true });
    const file = join(folder, relative(script.folder, script.file));
    cpSync(join(here, 'driver.py'), join(dirname(file), DRIVER));
    cpSync(join(here, 'nudge.py'), join(dirname(file), NUDGE));
    return await use(basename(file), dirname(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const byBackstep = (script: Script, cli: string, limit: number) =>
  inCopy(script, (file, folder) => execute(process.execPath, [cli, 'run', DRIVER, file], folder, process.env, limit));

/** Real PyTorch's answer; it is asked once for a text. */
async function byPyTorch(script: Script, python: string, other: NodeJS.ProcessEnv, limit: number): Promise<Run> {
  const cache = join(root, 'node_modules/.cache/backstep/corpus');
  const text = [readFileSync(script.file), readFileSync(join(here, 'driver.py')), Object.values(other).join(), python];
  const hash = createHash('sha256');
  if (other.CORPUS_NUDGE) text.push(readFileSync(join(here, 'nudge.py')));
  for (const part of text) hash.update(part).update('\0');
  const kept = join(cache, `${script.name}.${hash.digest('hex').slice(0, 16)}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PYTHONHASHSEED: '0',
    MPLBACKEND: 'agg',
    OMP_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    PYTHONWARNINGS: 'ignore',
    PYTHONUNBUFFERED: '1',
    ...other,
  };
  const run = await inCopy(script, (file, folder) =>
    execute(python, [other.CORPUS_NUDGE ? NUDGE : DRIVER, file], folder, env, limit),
  );
  mkdirSync(cache, { recursive: true });
  if (run.code !== null) writeFileSync(kept, JSON.stringify(run));
  return run;
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
const short = (text: string, most = 110) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** Other ways in which PyTorch may compute the same script: no vectors, and those of an older machine. */
const OTHERS = [{ ATEN_CPU_CAPABILITY: 'default' }, { ATEN_CPU_CAPABILITY: 'avx2' }];

/** As it is, but for half of the first weights, one unit in the last place up. */
const NUDGES = [{ CORPUS_NUDGE: '1' }, { CORPUS_NUDGE: '2' }];

async function judge(script: Script, python: string, limit: number): Promise<Result> {
  const ask = (other: NodeJS.ProcessEnv) => byPyTorch(script, python, other, 5 * limit);
  const theirs = await ask({});
  const result = (verdict: Verdict, note = '', variables: string[] = []): Result => ({
    script,
    verdict,
    note,
    ours: ours?.cpu ?? null,
    theirs: theirs.cpu ?? null,
    variables,
  });
  let ours: Run | null = null;
  if (theirs.code !== 0) return result('no judge', short(lastLine(theirs.err)));
  ours = await byBackstep(script, options.backstep, limit);
  if (process.env.CORPUS_KEEP) {
    mkdirSync(process.env.CORPUS_KEEP, { recursive: true });
    const keep = (name: string, text: string) =>
      writeFileSync(join(process.env.CORPUS_KEEP!, `${script.name}.${name}`), text);
    keep('ours.txt', ours.out);
    keep('theirs.txt', theirs.out);
    keep('err.txt', ours.err);
  }
  if (ours.code === null) return result('slow', `not over after ${limit} s of the processor`);
  if (ours.code !== 0) return result('fails', short(lastLine(ours.err)));
  const text = compareTexts(ours.out, theirs.out);
  if (text.agreement !== 'differs' && differing(ours.values, [theirs.values]).length === 0)
    return result(text.agreement);
  const runs = [theirs];
  for (const other of OTHERS) {
    const run = await ask(other);
    if (run.code === 0) runs.push(run);
  }
  const variables = differing(
    ours.values,
    runs.map(({ values }) => values),
  );
  const difference =
    text.line === null ? '' : `line ${text.line + 1}: ${short(text.ours, 70)} | PyTorch: ${short(text.theirs, 70)}`;
  const spread = withinSpread(
    ours.out,
    runs.map(({ out }) => out),
  );
  if ((text.agreement !== 'differs' || spread) && variables.length === 0)
    return result(text.agreement === 'differs' ? 'spread' : text.agreement, difference);
  const hashed = await ask({ PYTHONHASHSEED: '1' });
  const moved = compareTexts(hashed.out, theirs.out);
  if (
    hashed.code === 0 &&
    moved.agreement === 'differs' &&
    moved.line! <= (text.line ?? Number.POSITIVE_INFINITY) &&
    sameStructure(ours.out, theirs.out)
  )
    return result('order', difference);
  for (const nudge of NUDGES) {
    const run = await ask(nudge);
    if (run.code === 0) runs.push(run);
  }
  const chaotic = withinChaos(
    ours.out,
    runs.map(({ out }) => out),
  );
  const values = runs.map((run) => run.values);
  if (chaotic && differing(ours.values, values).length === 0) return result('chaotic', difference, variables);
  return result('differs', difference, variables);
}

/** `id repository commit path others`, tab by tab; the files lie in FOLDER/id/path. */
function listed(list: string, folder: string): Script[] {
  const rows = readFileSync(list, 'utf8').split('\n');
  return rows
    .filter((row) => row && !row.startsWith('#'))
    .map((row) => row.split('\t'))
    .map(([id, repository, , path]) => ({
      name: id,
      file: join(resolve(folder), id, path),
      folder: join(resolve(folder), id),
      from: `${repository}: ${path}`,
    }));
}

const seconds = (found: number | null) => (found === null ? '' : `${found.toFixed(1)} s`);

function table(results: Result[]): string {
  const rows = results.map(({ script, verdict, note, ours, theirs, variables }) => [
    script.from ?? script.name,
    verdict,
    seconds(ours),
    seconds(theirs),
    variables.length > 0 ? short(variables.join(', '), 60) : '',
    note,
  ]);
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('`', "'");
  const lines = [
    ['script', 'result', 'Backstep', 'PyTorch', 'variables that differ', 'note'],
    Array(6).fill('---'),
    ...rows,
  ];
  return lines.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'string' },
    folder: { type: 'string' },
    only: { type: 'string' },
    python: { type: 'string', default: process.env.PYTHON ?? 'python3' },
    backstep: { type: 'string', default: join(root, 'dist/cli.js') },
    limit: { type: 'string', default: '120' },
    write: { type: 'string' },
  },
});

const scripts: Script[] = positionals.map((file) => ({
  name: basename(file),
  file: resolve(file),
  folder: dirname(resolve(file)),
}));
if (options.list) scripts.push(...listed(options.list, options.folder ?? dirname(options.list)));
const chosen = options.only
  ? scripts.filter(({ name }) => options.only!.split(',').some((part) => name.includes(part)))
  : scripts;
if (chosen.length === 0) {
  console.error(
    'npm run corpus -- FILE ... | --list TSV --folder FOLDER [--only NAME,...] [--python PYTHON] [--backstep CLI] [--limit SECONDS] [--write FILE]',
  );
  process.exit(2);
}

const results: Result[] = [];
for (const script of chosen) {
  const result = await judge(script, options.python, Number(options.limit));
  results.push(result);
  const variables = result.variables.length > 0 ? ` [${short(result.variables.join(', '), 60)}]` : '';
  console.log(
    `${result.verdict.padEnd(8)} ${script.name} (${seconds(result.ours)}; PyTorch ${seconds(result.theirs)}) ${result.note}${variables}`,
  );
}
const passed = results.filter(({ verdict }) => PASSED.includes(verdict)).length;
const judged = results.filter(({ verdict }) => !UNDECIDED.includes(verdict)).length;
const chaotic = results.filter(({ verdict }) => verdict === 'chaotic').length;
const beside = chaotic > 0 ? `; ${chaotic} more ${chaotic === 1 ? 'is' : 'are'} chaotic` : '';
const summary = `${passed} of ${judged} end with the same output${beside}`;
console.log(`\n${table(results)}\n\n${summary}.`);
if (options.write)
  writeFileSync(
    options.write,
    `# Public scripts under PyTorch and under Backstep\n\n${summary}. How this is measured: README.md.\n\n${table(results)}\n`,
  );
process.exitCode = passed === judged ? 0 : 1;
