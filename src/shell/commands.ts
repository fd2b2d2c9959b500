/** `backstep replay` and `backstep export`: a recording in a terminal, and as a page. */
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { writePage } from '../export/html';
import type { Session } from '../protocol/session';
import { printed, printPlain, withIterations } from './output';
import { Replay } from './replay';
import { factsOf, positive } from './words';

/** Opens a recording, or rejects with words for the user. */
export type Open = (file: string) => Promise<Session>;

interface ReplayOptions {
  at?: string;
  iteration?: string;
  print: string[];
  interactive?: boolean;
  plain?: boolean;
}

async function replay(
  open: Open,
  file: string,
  { at, iteration, print, interactive, plain }: ReplayOptions,
): Promise<void> {
  const number = (option: string, text: string | undefined, what: string): number | null => {
    if (text === undefined) return null;
    const found = positive(text);
    if (found === null)
      throw new Error(`--${option} takes ${what}: a whole number from 1 on, not ${JSON.stringify(text)}.`);
    return found;
  };
  const tick = number('at', at, 'a tick');
  const first = number('iteration', iteration, 'an iteration');
  const session = await open(file);
  try {
    const somewhere = tick !== null || first !== null;
    if (!somewhere && print.length === 0 && !interactive) {
      if (plain) await printPlain(session, (stream, text) => process[stream].write(text));
      else process.stdout.write(withIterations((await printed(session)).lines));
      return;
    }
    const walk = await Replay.open(session, (text) => process.stdout.write(text));
    if (first !== null) await walk.goToIteration(first);
    if (tick !== null) await walk.goTo(tick);
    // An expression without a place is about the run's end.
    if (!somewhere && !interactive) await session.request('seek', { tick: Number.MAX_SAFE_INTEGER });
    if (somewhere || interactive) await walk.show();
    for (const expression of print) {
      await walk.print(expression).catch((error: Error) => {
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 1;
      });
    }
    if (interactive) await converse(walk);
  } finally {
    await session.dispose();
  }
}

/** Reads commands until there are no more, or one of them ends it. */
async function converse(walk: Replay): Promise<void> {
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output: terminal ? process.stdout : undefined, terminal });
  lines.setPrompt('(backstep) ');
  if (terminal) process.stdout.write('Type help for the commands, quit to leave.\n');
  if (terminal) lines.prompt();
  for await (const line of lines) {
    if (!(await walk.command(line))) break;
    if (terminal) lines.prompt();
  }
  lines.close();
}

async function exportPage(open: Open, assets: string, file: string, html: string): Promise<void> {
  const session = await open(file);
  try {
    await session.request('start', { stopOnEntry: true });
    const cursor = await session.request('cursor', {});
    const out = resolve(html);
    const bytes = await writePage(assets, resolve(file), out);
    process.stderr.write(`Exported ${factsOf(cursor, bytes)}: ${out}\n`);
  } finally {
    await session.dispose();
  }
}

/** Adds the commands; `assets` is the folder of our built files. */
export function addRecordingCommands(program: Command, open: Open, assets: string): void {
  program
    .command('replay')
    .description(
      'Walk over a recording: prints what the run printed, with its iterations; or goes somewhere and looks around.',
    )
    .argument('<recording>', 'such as run.backstep')
    .option('--at <tick>', 'go to a tick')
    .option('--iteration <n>', 'go to the beginning of an iteration')
    .option(
      '--print <expression>',
      'print a Python expression there (again for more)',
      (one, all: string[]) => [...all, one],
      [],
    )
    .option('-i, --interactive', 'step both ways by commands, as in gdb or rr')
    .option('--plain', 'only what the run printed, to the streams it went to')
    .action((file: string, options: ReplayOptions) => replay(open, file, options));

  program
    .command('export')
    .description(
      'Make one HTML page of a recording, which steps through it in any browser, without VS Code and without a network.',
    )
    .argument('<recording>', 'such as run.backstep')
    .requiredOption('--html <page>', 'where to write it, such as run.html')
    .action((file: string, { html }: { html: string }) => exportPage(open, assets, file, html));
}
