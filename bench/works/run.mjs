// Runs works on engines, interleaved: each work, each round, each engine in a process of its own.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const here = import.meta.dirname;

/** So long a process may take; some engines need seconds for a step. */
const PATIENCE = 60_000;

/** What a command prints in its last line, as JSON; { failure } where it fails, or takes too long (0: as long as it likes). */
export function output(command, args, patience = PATIENCE) {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [text, errors] = ['', ''];
    child.stdout.on('data', (data) => (text += data));
    child.stderr.on('data', (data) => (errors += data));
    const timer = patience && setTimeout(() => child.kill('SIGKILL'), patience);
    child.on('error', (error) => done({ failure: error.message }));
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') return done({ failure: `not done in ${patience / 1000} s` });
      try {
        done(JSON.parse(text.trim().split('\n').at(-1)));
      } catch {
        done({ failure: errors.trim().split('\n').at(-1) || 'it said nothing' });
      }
    });
  });
}

/** One run of a work on an engine: { losses, times, version } or { failure }. */
function once(engine, work, setup) {
  const { seconds, cpu, missing } = setup;
  if (missing?.[engine]) return { failure: missing[engine] };
  // PyTorch compiles nothing: it is warm at once.
  if (engine === 'torch' || engine === 'torch1') {
    const args = [join(here, 'works.py'), work, '--warm', 0.3, '--seconds', seconds, ...(cpu ? ['--cpu'] : [])];
    return output('python3', [...args, '--threads', engine === 'torch1' ? 1 : 0].map(String));
  }
  const given = { ...setup, engine, work, script: join(here, 'works.py') };
  return output(process.execPath, [join(here, 'child.mjs'), JSON.stringify(given)]);
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[values.length >> 1];

/** All rounds of a work: by engine { losses, median, best, version } (ms a step) or { failure }. */
export async function rounds(work, engines, setup) {
  const found = Object.fromEntries(engines.map((engine) => [engine, []]));
  for (let round = 0; round < setup.rounds; round++)
    for (const engine of engines) {
      // What failed once is not tried again.
      if (found[engine][0]?.failure) continue;
      found[engine].push(await once(engine, work, setup));
    }
  const summed = (runs) => {
    const failed = runs.find((run) => run.failure);
    if (failed) return failed;
    const times = runs.flatMap((run) => run.times);
    return { ...runs[0], median: median(times), best: Math.min(...times) };
  };
  return Object.fromEntries(engines.map((engine) => [engine, summed(found[engine])]));
}
