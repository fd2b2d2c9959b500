/** Walks over a recording by words, as gdb and rr do. Knows a Session and a way to write; the terminal is the command line's. */

import type { Printed } from '../feed/printed';
import type { Events, Move, Session } from '../protocol/session';
import type { Cursor } from '../protocol/ticks';
import type { Bookmark } from '../protocol/views';
import { lineText, printed } from './output';
import { fileName, harmless, positive, unquoted } from './words';

/** Steps at one command: a run is longer than that, and a mistyped count must not take for ever. */
const MOST_STEPS = 100_000;
const AROUND = 5;

interface Command {
  names: string[];
  /** What help says: the arguments, and what it does. */
  takes?: string;
  help: string;
  run(argument: string): Promise<void> | void;
}

export class Replay {
  private readonly breakpoints = new Map<string, number[]>();
  private readonly texts = new Map<string, string[] | null>();
  private prints!: Printed;
  private stop: Events['stopped'] | null = null;
  private last = '';
  private over = false;

  private constructor(
    private readonly session: Session,
    private readonly write: (text: string) => void,
  ) {}

  /** A walk that begins at the recording's first tick. */
  static async open(session: Session, write: (text: string) => void): Promise<Replay> {
    const walk = new Replay(session, write);
    session.on('stopped', (event) => (walk.stop = event));
    await session.request('start', { stopOnEntry: true });
    walk.prints = await printed(session);
    return walk;
  }

  /** One line that a user typed; an empty one does the last again. False once it is over. */
  async command(line: string): Promise<boolean> {
    const text = line.trim() === '' ? this.last : line.trim();
    if (text === '') return true;
    this.last = text;
    const [name = '', ...rest] = text.split(/\s+/);
    const found = this.commands.find(({ names }) => names.includes(name));
    try {
      if (found) await found.run(text.slice(name.length).trim() || rest.join(' '));
      else this.say(`There is no command '${name.slice(0, 40)}': help lists what there is.`);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
    return !this.over;
  }

  /** Goes to a tick, counted from 1. */
  async goTo(tick: number): Promise<void> {
    const { ticks } = await this.session.request('cursor', {});
    if (tick > ticks) this.say(`The run has ${ticks} ticks: this is the last.`);
    await this.session.request('seek', { tick: tick - 1 });
  }

  /** Goes to the beginning of an iteration, counted from 1. */
  async goToIteration(iteration: number): Promise<void> {
    const { spans } = await this.session.request('timeline', { from: iteration - 1 });
    const span = spans.find((s) => s.iteration === iteration - 1);
    const { iterations } = await this.session.request('cursor', {});
    if (!span) throw new Error(`There is no iteration ${iteration}: the run has ${iterations} iterations.`);
    await this.session.request('seek', { tick: span.start });
  }

  /** Says where the cursor is: the tick, the line, and why it stopped there. */
  async show(): Promise<void> {
    const cursor = await this.session.request('cursor', {});
    const { tick, ticks, iteration, iterations, phase, place, kind, label } = cursor;
    const why = { 'start of recording': 'the start of the recording', end: 'the end of the recording' } as Record<
      string,
      string
    >;
    const reason = why[this.stop?.reason ?? ''];
    this.say(
      [`tick ${tick + 1} of ${ticks}`, `iteration ${iteration + 1} of ${iterations}`, phase, reason]
        .filter(Boolean)
        .join(' · '),
    );
    if (place) {
      const text = (await this.lines(place.path))?.[place.line - 1]?.trim() ?? '';
      this.say(`  ${fileName(place.path)}:${place.line}  ${text}`);
    }
    if (kind !== 'line' && label) this.say(`  ${label}`);
  }

  /** An expression's value at the cursor, tensors as PyTorch prints them. Rejects with Python's own words. */
  async print(expression: string): Promise<void> {
    const found = await this.session.request('evaluate', { expression, context: 'watch' });
    const whole = found.tensor
      ? await this.session.request('evaluate', { expression: `str(${expression})`, context: 'watch' }).catch(() => null)
      : null;
    this.say(`${expression} = ${(whole && unquoted(whole.value)) ?? found.value}`);
  }

  private say(text: string): void {
    this.write(`${harmless(text)}\n`);
  }

  private async moves(move: Move, argument: string): Promise<void> {
    const times = argument === '' ? 1 : positive(argument);
    if (times === null) return this.say('How often? A whole number from 1 on.');
    const before = await this.session.request('cursor', {});
    for (let n = 0; n < Math.min(times, MOST_STEPS); n++) {
      await this.session.request('move', { move });
      if (this.stop?.reason !== 'step') break;
    }
    const after = await this.session.request('cursor', {});
    this.passed(before, after);
    if (this.stop?.text) this.say(this.stop.text);
    await this.show();
  }

  /** What the script printed between two places, going forward. */
  private passed(from: Cursor, to: Cursor): void {
    for (const line of this.prints.lines) if (line.tick > from.tick && line.tick <= to.tick) this.say(lineText(line));
  }

  private async lines(path: string): Promise<string[] | null> {
    if (!this.texts.has(path)) {
      const text = await this.session.request('source', { path }).catch(() => null);
      this.texts.set(path, text?.text.split(/\r\n?|\n/) ?? null);
    }
    return this.texts.get(path) ?? null;
  }

  private async where(): Promise<void> {
    const frames = await this.session.request('stack', {});
    for (const [i, { name, place }] of frames.entries())
      this.say(`#${i}  ${name}${place ? `  at ${place.path}:${place.line}` : ''}`);
  }

  private async list(): Promise<void> {
    const { place } = await this.session.request('cursor', {});
    const lines = place && (await this.lines(place.path));
    if (!place || !lines) return this.say('The text of the script is not in the recording.');
    const from = Math.max(1, place.line - AROUND);
    for (let n = from; n <= Math.min(lines.length, place.line + AROUND); n++)
      this.say(`${n === place.line ? '→' : ' '} ${String(n).padStart(5)} ${lines[n - 1]}`);
  }

  private async locals(): Promise<void> {
    const [frame] = await this.session.request('stack', {});
    if (!frame) return;
    for (const { ref, name, expensive } of await this.session.request('scopes', { frame: frame.id })) {
      if (expensive) continue;
      this.say(`${name}:`);
      for (const v of await this.session.request('variables', { ref })) this.say(`  ${v.name} = ${v.value}`);
    }
  }

  private async breakAt(argument: string): Promise<void> {
    const found = /^(?:(.+):)?([1-9]\d{0,8})$/.exec(argument);
    if (!found) return this.say('break takes a line, or FILE:LINE.');
    const [, file, line] = found;
    const cursor = await this.session.request('cursor', {});
    const path = file === undefined ? (cursor.place?.path ?? this.session.script) : await this.pathOf(file);
    const lines = [...(this.breakpoints.get(path) ?? []), Number(line)];
    const set = await this.session.request('setBreakpoints', { path, breakpoints: lines.map((n) => ({ line: n })) });
    const kept = set.filter((b) => b.verified).map((b) => b.line);
    this.breakpoints.set(path, kept);
    const made = set.at(-1);
    const count = [...this.breakpoints.values()].reduce((sum, all) => sum + all.length, 0);
    if (made?.verified) this.say(`Breakpoint ${count} at ${fileName(path)}:${made.line}`);
    else this.say(made?.message ?? `Nothing ran on line ${line} of ${fileName(path)}.`);
  }

  /** A script's path from its name's end. */
  private async pathOf(file: string): Promise<string> {
    const frames = await this.session.request('stack', {});
    const known = [
      this.session.script,
      ...frames.flatMap(({ place }) => place?.path ?? []),
      ...this.breakpoints.keys(),
    ];
    return known.find((path) => path === file || path.endsWith(`/${file}`) || path.endsWith(`\\${file}`)) ?? file;
  }

  private async unbreak(): Promise<void> {
    for (const path of this.breakpoints.keys()) await this.session.request('setBreakpoints', { path, breakpoints: [] });
    this.breakpoints.clear();
    this.say('No breakpoints are left.');
  }

  private async marks(): Promise<Bookmark[]> {
    return (await this.session.request('timeline', { from: Number.MAX_SAFE_INTEGER })).bookmarks;
  }

  private readonly commands: Command[] = [
    ...(
      [
        [['n', 'next'], 'next', 'run this line, over what it calls'],
        [['s', 'step'], 'stepIn', 'step into what this line calls'],
        [['f', 'finish'], 'stepOut', 'run to the end of this call'],
        [['c', 'continue'], 'continue', 'run on to the next breakpoint, or the end'],
        [['b', 'rn', 'reverse-next'], 'stepBack', 'back to the line before, over what it called'],
        [['rs', 'reverse-step'], 'stepBackInto', 'back into what the line before called'],
        [['rf', 'reverse-finish'], 'stepBackOut', 'back to where this call was made'],
        [['rc', 'reverse-continue'], 'reverseContinue', 'run back to the last breakpoint, or the start'],
        [['t', 'tick'], 'tickForward', 'one tick forward: a line, an op, a gradient, a write'],
        [['rt', 'reverse-tick'], 'tickBack', 'one tick back'],
        [['i', 'iteration'], 'iterationForward', 'to the next iteration'],
        [['ri', 'reverse-iteration'], 'iterationBack', 'to the iteration before'],
      ] as [string[], Move, string][]
    ).map(([names, move, help]) => ({ names, takes: '[TIMES]', help, run: (a: string) => this.moves(move, a) })),
    {
      names: ['g', 'goto'],
      takes: 'TICK',
      help: 'go to a tick',
      run: async (argument) => {
        const tick = positive(argument);
        if (tick === null) return this.say('goto takes a tick: a whole number from 1 on.');
        await this.goTo(tick);
        await this.show();
      },
    },
    {
      names: ['iter'],
      takes: 'N',
      help: 'go to the beginning of an iteration',
      run: async (argument) => {
        const iteration = positive(argument);
        if (iteration === null) return this.say('iter takes an iteration: a whole number from 1 on.');
        await this.goToIteration(iteration);
        await this.show();
      },
    },
    {
      names: ['p', 'print'],
      takes: 'EXPR',
      help: 'a Python expression, with the values of this moment',
      run: (argument) =>
        argument === '' ? this.say('print takes an expression, such as loss.item().') : this.print(argument),
    },
    { names: ['w', 'where', 'bt', 'backtrace'], help: 'the calls that led here', run: () => this.where() },
    { names: ['l', 'list'], help: 'the script around this line', run: () => this.list() },
    { names: ['v', 'locals'], help: 'the variables here', run: () => this.locals() },
    { names: ['break'], takes: '[FILE:]LINE', help: 'set a breakpoint', run: (argument) => this.breakAt(argument) },
    { names: ['delete'], help: 'take all breakpoints away', run: () => this.unbreak() },
    {
      names: ['mark'],
      takes: '[NOTE]',
      help: 'bookmark this tick, in the recording itself',
      run: async (argument) => {
        await this.session.request('bookmark', { note: argument });
        this.say('Bookmarked.');
      },
    },
    {
      names: ['unmark'],
      help: "take this tick's bookmark away",
      run: async () => {
        await this.session.request('bookmark', { note: null });
      },
    },
    {
      names: ['marks'],
      help: 'list the bookmarks',
      run: async () => {
        const marks = await this.marks();
        for (const { tick, note } of marks) this.say(`  tick ${tick + 1}  ${note}`);
        if (marks.length === 0) this.say('There are no bookmarks.');
      },
    },
    { names: ['h', 'help', '?'], help: 'this list', run: () => this.help() },
    {
      names: ['q', 'quit', 'exit'],
      help: 'leave',
      run: () => {
        this.over = true;
      },
    },
  ];

  private help(): void {
    for (const { names, takes = '', help } of this.commands)
      this.say(`  ${`${names.join(', ')} ${takes}`.trimEnd().padEnd(34)} ${help}`);
    this.say('  An empty line does the last command again.');
  }
}
