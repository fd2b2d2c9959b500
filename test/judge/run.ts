/**
 * `npm run judge [-- OP ... --dtype DTYPE]`: our torch before PyTorch's own operator database. See README.md.
 * The parent has PyTorch write the cases (export.py) and gives ops to children, each one Python on our engine.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createReadStream, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Check, Court, type Head, readCase } from './court';
import { reportPage } from './report';
import { add, all, emptyResult, isMissing, KINDS, type OpResult, total } from './results';
import { failing, select, selection, writeKnown } from './selection';

const here = import.meta.dirname;
/** What export.py ends with then. */
const NO_SUCH_NAME = 3;
/** A child that says nothing for so long hangs. */
const PATIENCE = 120_000;

// ---- the child ------------------------------------------------------------------------------------------------------

async function judgeFile(court: Court, op: string, path: string): Promise<OpResult> {
  const result = emptyResult(op);
  const found: Check[][] = [];
  let head: Head | null = null;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (!line) continue;
    if (!head) {
      head = JSON.parse(line) as Head;
      continue;
    }
    const c = readCase(line);
    const checks = c.unwritable === undefined ? court.judge(head, c) : [];
    if (c.unwritable === undefined) found.push(checks);
    add(result, c, checks);
    process.send?.({ alive: `${op} ${c.id}` });
  }
  if (isMissing(found)) return { ...emptyResult(op), missing: true, unwritable: result.unwritable };
  return result;
}

async function child(): Promise<void> {
  const court = await Court.open();
  process.on('message', async ({ op, path }: { op: string; path: string }) => {
    process.send?.({ result: await judgeFile(court, op, path) });
  });
  process.send?.({ ready: true });
}

// ---- the parent -----------------------------------------------------------------------------------------------------

interface Answer {
  folder: string;
  names: string[];
}

/** Has PyTorch write the cases that are not written yet. */
function cases(ops: string[]): Answer {
  const python = process.env.PYTHON ?? 'python3';
  try {
    const out = execFileSync(python, [join(here, 'export.py'), ...ops], {
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(out.toString().trim().split('\n').at(-1)!) as Answer;
  } catch (error) {
    const { status } = error as { status?: number };
    if (status !== NO_SUCH_NAME)
      console.error(`\nThe judge needs PyTorch 2.13 for ${python} (pip install torch==2.13.0 numpy expecttest).`);
    process.exit(status ?? 1);
  }
}

/** Gives every op to a child; one that dies or hangs over an op is replaced, and the op says so. */
async function judgeAll({ folder, names }: Answer, jobs: number, done: (r: OpResult) => void): Promise<OpResult[]> {
  const results = new Map<string, OpResult>();
  const queue = [...names];
  const worker = async (): Promise<void> => {
    while (queue.length) {
      await new Promise<void>((resolve) => {
        const process_: ChildProcess = fork(process.argv[1], ['child'], {
          execArgv: ['--max-old-space-size=3000'],
          stdio: 'inherit',
        });
        let current: string | null = null;
        let last = '';
        let clock: NodeJS.Timeout;
        const wait = () => {
          clearTimeout(clock);
          clock = setTimeout(() => process_.kill('SIGKILL'), PATIENCE);
        };
        const next = () => {
          current = queue.shift() ?? null;
          if (current === null) process_.kill();
          else process_.send({ op: current, path: join(folder, `${current}.jsonl`) });
        };
        process_.on('message', (m: { ready?: true; alive?: string; result?: OpResult }) => {
          wait();
          if (m.alive) last = m.alive;
          if (m.result) {
            results.set(m.result.op, m.result);
            done(m.result);
          }
          if (m.ready || m.result) next();
        });
        process_.on('exit', () => {
          clearTimeout(clock);
          if (current !== null) {
            const crash = `the process ended or hung after ${last.startsWith(current) ? last : `${current}, before its first sample`}`;
            const result = { ...emptyResult(current), crash };
            results.set(current, result);
            done(result);
          }
          resolve();
        });
        wait();
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, names.length) }, worker));
  return names.map((name) => results.get(name)!);
}

const fraction = (c?: { passed: number; all: number }) => (c ? `${c.passed}/${c.all}` : '-');

/** A line an op, and its first failure of each kind (every one with --verbose). */
function show(r: OpResult, verbose: boolean): void {
  if (r.missing) {
    console.log(`- ${r.op}: not there`);
    return;
  }
  if (!r.samples.all && !r.kinds.errors && !r.crash) {
    console.log(`- ${r.op}: no samples`);
    return;
  }
  const kinds = KINDS.filter((kind) => r.kinds[kind]).map((kind) => `${kind} ${fraction(r.kinds[kind])}`);
  console.log(`${all(r) ? '✓' : '✗'} ${r.op}: ${fraction(r.samples)} samples (${kinds.join(', ')})`);
  if (r.crash) console.log(`    ${r.crash}`);
  const told = new Set<string>();
  for (const { id, kind, call, why } of r.failures) {
    if (told.has(kind) && !verbose) continue;
    told.add(kind);
    console.log(`    ${kind} ${id}: ${call}\n      ${why}`);
  }
  const lost = Object.entries(r.unwritable);
  if (lost.length && verbose) console.log(lost.map(([why, n]) => `    not written: ${n} with ${why}`).join('\n'));
}

/** Writes down what of the committed selection fails now. */
async function known(): Promise<void> {
  const court = await Court.open();
  const found = Object.fromEntries(selection().map((s) => [s.head.op, failing(court, s).fails]));
  writeKnown(found);
  const lists = Object.values(found);
  const count = lists.reduce((n, f) => n + (f === 'not there' ? 0 : f.length), 0);
  console.log(`known.json: ${count} failures, ${lists.filter((f) => f === 'not there').length} ops not there`);
}

async function parent(): Promise<void> {
  const args = process.argv.slice(2);
  const flag = (name: string) => args.includes(name);
  if (flag('--select')) {
    const { folder, names } = cases([]);
    select(folder, names);
  }
  if (flag('--select') || flag('--known')) return known();
  const at = args.indexOf('--dtype');
  const dtype = at < 0 ? [] : args.splice(at, 2);
  const ops = args.filter((a) => !a.startsWith('--'));
  const answer = cases([...ops, ...dtype]);
  const few = answer.names.length <= 4;
  const quiet = ops.length === 0 && !dtype.length && !flag('--verbose');
  let n = 0;
  const results = await judgeAll(answer, few ? 1 : Math.min(2, availableParallelism()), (r) => {
    n++;
    if (quiet) process.stderr.write(`\r${n} of ${answer.names.length}  ${r.op.padEnd(60)}`);
    else show(r, flag('--verbose'));
  });
  const there = results.filter((r) => !r.missing);
  console.log(
    `\n${results.length} ops: ${there.filter(all).length} as PyTorch, ${there.filter((r) => !all(r)).length} with differences, ` +
      `${results.length - there.length} not there`,
  );
  console.log(
    `samples ${fraction(total(there, (r) => r.samples))}; ${KINDS.map((k) => `${k} ${fraction(total(there, (r) => r.kinds[k]))}`).join(', ')}`,
  );
  const json = process.env.BACKSTEP_JUDGE_JSON;
  if (json) writeFileSync(json, JSON.stringify(results));
  if (ops.length === 0 && !dtype.length) {
    writeFileSync(join(here, 'REPORT.md'), reportPage(results));
    console.log('test/judge/REPORT.md written');
  }
}

await (process.argv[2] === 'child' ? child() : parent());
