/**
 * `npm run walk -- FILE ...`: debugs each script with a hundred moves at random, forward and back, looking at what a user would look at, then lets
 * it run to its end. No error, no hang, and the same printed output as without a debugger. See README.md.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Events, Move, Session } from '../../src/protocol/session';
import { openScript } from '../../src/python/scriptSession';
import { random } from '../random';

const ASSETS = resolve(import.meta.dirname, '../../dist');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    moves: { type: 'string', default: '100' },
    /** Seconds that a script may take to its end, plain or walked. */
    limit: { type: 'string', default: '300' },
    assets: { type: 'string', default: ASSETS },
  },
});
const SEED = Number(values.seed);
const LIMIT = Number(values.limit) * 1000;
/** A stop that does not come in so many milliseconds is a hang; what runs far is paused before. */
const PATIENCE = 60_000;
const PAUSE_AFTER = 1000;

const MOVES: readonly Move[] = [
  ...(['next', 'next', 'next', 'stepIn', 'stepIn', 'stepOut', 'tickForward', 'iterationForward', 'continue'] as const),
  ...(['stepBack', 'stepBack', 'stepBackInto', 'stepBackOut', 'tickBack', 'iterationBack', 'reverseContinue'] as const),
];

/** What no message for a user holds. */
const INTERNAL =
  /\bundefined\b|\[object |TypeError: Cannot|is not a function|is not iterable|Cannot read prop|\.m?[jt]s:\d+|engine stopped/;

class Hang extends Error {}
/** It would go on for longer than was asked for. */
class Slow extends Error {}

/** Where an object lies in memory, and how long something took, is another in each run. */
const plainText = (text: string): string =>
  text.replace(/0x[0-9a-f]+/g, '0x').replace(/\d+(\.\d+)?(e-\d+)? ?(ms|s|sec|seconds|it\/s|s\/it)\b/g, 'TIME');

function within<T>(work: Promise<T>, limit: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Hang(what)), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What a script prints, and how it ended. */
class Listening {
  printed = '';
  readonly errors: string[] = [];
  readonly ended: Promise<void>;

  constructor(session: Session) {
    session.on('output', ({ category, text }) => {
      if (category === 'stdout') this.printed += text;
      else if (INTERNAL.test(text)) this.errors.push(text);
    });
    // Nobody is there to type.
    session.on('input', () => void session.request('input', { text: '' }));
    this.ended = new Promise((done) => session.on('terminated', () => done()));
  }
}

async function plainRun(program: string): Promise<string> {
  const session = await openScript(
    { program, noDebug: true, stopAtEnd: false, seed: SEED, figures: true },
    values.assets,
  );
  try {
    const heard = new Listening(session);
    await session.request('start', { stopOnEntry: false });
    await within(heard.ended, LIMIT, '').catch(() => {
      throw new Slow('takes too long without a debugger');
    });
    return heard.printed;
  } finally {
    await session.dispose();
  }
}

async function walk(program: string): Promise<{ printed: string; ticks: number }> {
  const session = await openScript({ program, seed: SEED, figures: true }, values.assets);
  const roll = random(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)]!;
  const story: string[] = [];
  const heard = new Listening(session);
  const stops: Events['stopped'][] = [];
  let wake = () => {};
  session.on('stopped', (stop) => {
    stops.push(stop);
    wake();
  });
  let stop!: Events['stopped'];
  const ask = async <T>(work: Promise<T>): Promise<T | null> =>
    within(work, PATIENCE, `no answer: ${story.slice(-6).join(' · ')}`).catch((error: Error) => {
      if (error instanceof Hang || INTERNAL.test(error.message))
        throw new Error(`${error.message} (${story.slice(-6).join(' · ')})`);
      return null;
    });
  /** The next stop; pauses what goes on. */
  const rests = async (limit = PATIENCE, pause = PAUSE_AFTER) => {
    const timer = setTimeout(() => void session.request('pause', {}).catch(() => {}), pause);
    const came = new Promise<void>((done) => {
      wake = done;
      if (stops.length > 0) done();
    });
    await within(came, limit, `no stop: ${story.slice(-6).join(' · ')}`).finally(() => clearTimeout(timer));
    stop = stops.pop()!;
    stops.length = 0;
  };
  const look = async () => {
    const frames = (await ask(session.request('stack', {}))) ?? [];
    const frame = frames.length > 0 ? pick(frames) : null;
    for (const scope of (frame && (await ask(session.request('scopes', { frame: frame.id })))) ?? []) {
      const found = (await ask(session.request('variables', { ref: scope.ref }))) ?? [];
      const open = found.filter(({ ref }) => ref > 0);
      if (open.length === 0) continue;
      const one = pick(open);
      await ask(session.request('variables', { ref: one.ref }));
      if (one.evaluateName)
        await ask(session.request('evaluate', { expression: one.evaluateName, context: 'hover', frame: frame!.id }));
    }
    if (roll() < 0.3) await ask(session.request('picture', {}));
    const place = frames[0]?.place;
    if (place && roll() < 0.3)
      await ask(session.request('inlineValues', { path: place.path, from: 1, to: place.line }));
  };
  try {
    await session.request('setExceptionFilters', { filters: [] });
    await session.request('start', { stopOnEntry: true });
    await rests();
    for (let i = 0; i < Number(values.moves); i++) {
      const { cursor } = stop;
      const dice = roll();
      if (dice < 0.06) {
        const tick = Math.floor(roll() * cursor.ticks);
        story.push(`${cursor.tick} seek ${tick}`);
        if ((await ask(session.request('seek', { tick }))) !== null || stops.length > 0) await rests();
      } else if (dice < 0.1 && cursor.place) {
        const { path, line } = cursor.place;
        story.push(`breakpoint ${basename(path)}:${line}`);
        await ask(session.request('setBreakpoints', { path, breakpoints: [{ line }] }));
        continue;
      } else {
        // At the end of a script there is nothing to continue.
        const move = pick(stop.reason === 'end' ? MOVES.filter((m) => /[bB]ack|reverse/.test(m)) : MOVES);
        story.push(`${cursor.tick} ${move}`);
        await within(session.request('move', { move }), PATIENCE, `no answer: ${story.slice(-6).join(' · ')}`);
        await rests();
      }
      if (roll() < 0.4) await look();
      if (heard.errors.length > 0) throw new Error(heard.errors[0]);
    }
    for (const path of (await ask(session.request('sources', {}))) ?? [])
      await ask(session.request('setBreakpoints', { path, breakpoints: [] }));
    const until = Date.now() + LIMIT;
    while (stop.reason !== 'end') {
      story.push(`${stop.cursor.tick} to the end`);
      if (Date.now() >= until) throw new Slow('every move was fine; its end takes too long');
      await session.request('move', { move: 'continue' });
      // Where the time is over, it must be possible to pause it.
      await rests(Math.max(1, until - Date.now()) + PATIENCE, Math.max(1, until - Date.now()));
    }
    await look();
    return { printed: heard.printed, ticks: stop.cursor.ticks };
  } finally {
    await session.dispose();
  }
}

/** Runs in a copy of the script's folder, so that what one run writes no other one reads. */
async function inCopy<T>(file: string, use: (program: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'backstep-walk-'));
  try {
    const folder = dirname(resolve(file));
    cpSync(folder, home, { recursive: true });
    return await use(join(home, relative(folder, resolve(file))));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const firstDifference = (a: string, b: string): string => {
  const [x, y] = [a.split('\n'), b.split('\n')];
  const at = x.findIndex((line, i) => line !== y[i]);
  return at < 0
    ? `${y.length - x.length} more lines`
    : `line ${at + 1}: ${JSON.stringify(x[at])}, walked ${JSON.stringify(y[at])}`;
};

let failed = 0;
let slow = 0;
for (const file of positionals) {
  if (!existsSync(file) || !statSync(file).isFile()) throw new Error(`There is no file ${file}`);
  const began = performance.now();
  const say = (verdict: string) =>
    console.log(
      `${verdict.padEnd(6)} ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${basename(file)}`,
    );
  try {
    const plain = await inCopy(file, plainRun);
    const { printed, ticks } = await inCopy(file, walk);
    const same = plainText(plain) === plainText(printed);
    say(same ? 'same' : 'DIFFERS');
    if (!same) {
      failed++;
      console.log(`       ${firstDifference(plainText(plain), plainText(printed))}; ${ticks} ticks`);
    }
  } catch (error) {
    if (error instanceof Slow) slow++;
    else failed++;
    say(error instanceof Slow ? 'slow' : 'FAILS');
    console.log(`       ${(error as Error).message.slice(0, 600)}`);
  }
}
console.log(`${positionals.length - failed - slow} of ${positionals.length} (seed ${SEED}), ${slow} too slow`);
process.exit(failed ? 1 : 0);
