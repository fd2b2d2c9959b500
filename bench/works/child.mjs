// One work on one engine, in a process of its own: prints a line of JSON, as works.py does.
//   node child.mjs '{"engine": "engine", "work": "W1", "warm": 0.3, "seconds": 0.5, …}'      (bench.mjs says what else)
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { measure, ownTime } from './measure.mjs';

const given = JSON.parse(process.argv[2]);
const load = (file) => import(pathToFileURL(file).href);

/** The engine alone, or heard by a recorder. */
async function engine(recording) {
  const { trainer, read, record, lendThreads } = await load(given.bundles.engine);
  lendThreads();
  return measure(trainer(given.work, recording ? record() : null), read, given);
}

/** works.py by a session as F5 makes it: traced line by line, recorded in memory and to a file. */
async function python() {
  const { openScript } = await load(given.bundles.session);
  const record = join(given.folder, `${process.pid}.backstep`);
  const args = [given.work, '--warm', String(given.warm), '--seconds', String(given.seconds)];
  // recordLimit: what extension/recentRuns.ts gives a run of its own.
  const launch = { program: given.script, args, stopAtEnd: false, record, recordLimit: 500 };
  const session = await openScript(launch, given.dist);
  let text = '';
  let used = 0;
  session.on('output', (event) => {
    text += event.text;
    if (event.text.startsWith('measuring')) used = ownTime();
  });
  const ended = new Promise((done) => session.on('terminated', ({ exitCode }) => done(exitCode)));
  await session.request('start', { stopOnEntry: false });
  const exitCode = await ended;
  used = ownTime() - used;
  await session.dispose();
  rmSync(record, { force: true });
  if (exitCode !== 0) throw new Error(text.trim().split('\n').at(-1));
  const found = JSON.parse(text.trim().split('\n').at(-1));
  // The script knows the wall's clock alone.
  return given.cpu ? { ...found, times: [(used / found.steps) * 1000] } : found;
}

const OWN = { engine: () => engine(false), recorded: () => engine(true), python };

/** An engine from npm: its file beside this one exports `trainer(work, backend)`, or words where it cannot do a work. */
async function library() {
  const [name, backend] = given.engine.split(':');
  const { open } = await import(`./${name}.mjs`);
  const { trainer, read, version } = await open(given.libraries, backend);
  return { ...measure(trainer(given.work), read, given), version };
}

try {
  console.log(JSON.stringify(await (OWN[given.engine] ?? library)()));
} catch (error) {
  console.log(JSON.stringify({ failure: error.message.split('\n')[0] }));
}
process.exit();
