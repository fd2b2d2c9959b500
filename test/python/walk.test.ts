/** Random walks over real scripts: whatever is asked, wherever the cursor is, the same tick shows the same values. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Move, RequestName, Requests, StopReason, Variable } from '../../src/protocol/session';
import type { Cursor } from '../../src/protocol/ticks';
import { openScript, type ScriptSession } from '../../src/python/scriptSession';
import { random } from '../random';

const ROOT = resolve(import.meta.dirname, '../..');
const ASSETS = process.env.WALK_ASSETS ?? resolve(ROOT, 'dist');
const SEED = Number(process.env.WALK_SEED ?? 1);
const STEPS = Number(process.env.WALK_STEPS ?? 100);
/** In MB. */
const MEMORY = Number(process.env.WALK_MEMORY ?? 256);

/** What no answer and no message for a user may hold. */
const INTERNAL =
  /\bundefined\b|\[object |TypeError: Cannot|is not a function|is not iterable|Cannot read prop|\.m?[jt]s:\d+|<unprintable/;

const NEAR: Move[] = [
  'next',
  'stepIn',
  'stepOut',
  'tickForward',
  'stepBack',
  'stepBackInto',
  'stepBackOut',
  'tickBack',
];
const FAR: Move[] = ['iterationForward', 'iterationBack', 'reverseContinue', 'continue'];
const BACK = new Set<Move>(['stepBack', 'stepBackInto', 'stepBackOut', 'tickBack', 'iterationBack', 'reverseContinue']);

interface Stopped {
  reason: StopReason;
  cursor: Cursor;
}

class Walk {
  printed = '';
  /** What was not the same when seen again. */
  readonly differences: string[] = [];
  /** Texts of what was seen at a tick, by what was looked at. */
  private readonly seen = new Map<string, string>();
  private readonly stops: Stopped[] = [];
  private readonly waiting: ((stop: Stopped) => void)[] = [];
  private readonly random = random(SEED);
  private readonly story: string[] = [];
  private lines: number[] = [];
  /** A value was set: there are other references now. */
  private stale = false;
  cursor!: Cursor;
  ended = false;

  constructor(
    private readonly session: ScriptSession,
    private readonly expressions: readonly string[],
  ) {
    session.on('stopped', (stop) => {
      const next = this.waiting.shift();
      if (next) next(stop);
      else this.stops.push(stop);
    });
    session.on('output', ({ category, text }) => {
      if (category === 'stdout') this.printed += text;
      expect(text, this.where()).not.toMatch(INTERNAL);
    });
  }

  private where(): string {
    return `seed ${SEED}: ${this.story.slice(-12).join(' · ')}`;
  }

  private roll(n: number): number {
    return Math.floor(this.random() * n);
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.roll(list.length)];
  }

  /** Asks; a refusal is fine (null), if it is in words for the user. */
  async ask<N extends RequestName>(name: N, args: Requests[N][0]): Promise<Requests[N][1] | null> {
    try {
      const answer = await this.session.request(name, args);
      expect(JSON.stringify(answer), `${name} ${JSON.stringify(args)} ${this.where()}`).not.toMatch(INTERNAL);
      return answer;
    } catch (error) {
      const { message } = error as Error;
      expect(message, `${name} ${JSON.stringify(args)} ${this.where()}`).not.toMatch(INTERNAL);
      if (name !== 'evaluate') throw new Error(`${name} ${JSON.stringify(args)}: ${message}; ${this.where()}`);
      return null;
    }
  }

  private nextStop(): Promise<Stopped> {
    const early = this.stops.shift();
    if (early) return Promise.resolve(early);
    return new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`No stop came. ${this.where()}`)), 20_000);
      this.waiting.push((stop) => {
        clearTimeout(timer);
        done(stop);
      });
    });
  }

  /** The cursor rests: it is in range, and the recording only grew. */
  private async rested(): Promise<Stopped> {
    const stop = await this.nextStop();
    const { cursor } = stop;
    expect(cursor.tick, this.where()).toBeGreaterThanOrEqual(0);
    expect(cursor.tick, this.where()).toBeLessThan(cursor.ticks);
    expect(cursor.iteration, this.where()).toBeLessThan(cursor.iterations);
    expect(cursor.ticks, this.where()).toBeGreaterThanOrEqual(this.cursor?.ticks ?? 0);
    expect(await this.ask('cursor', {})).toEqual(cursor);
    this.cursor = cursor;
    this.ended ||= stop.reason === 'end';
    return stop;
  }

  async start(): Promise<void> {
    const path = this.session.script;
    this.lines = (await this.ask('breakpointLines', { path, from: 1, to: 1000 })) ?? [];
    await this.ask('start', { stopOnEntry: true });
    expect((await this.rested()).reason).toBe('entry');
  }

  async move(move: Move, pause = false): Promise<void> {
    const before = this.cursor.tick;
    this.story.push(`${before} ${move}${pause ? ' pause' : ''}`);
    const moved = this.ask('move', { move });
    if (pause) await this.ask('pause', {});
    await moved;
    const { reason, cursor } = await this.rested();
    if (BACK.has(move) && before > 0) expect(cursor.tick, this.where()).toBeLessThan(before);
    if (!BACK.has(move) && !this.ended) expect(cursor.tick, `${reason} ${this.where()}`).toBeGreaterThan(before);
  }

  private async seek(tick: number): Promise<void> {
    this.story.push(`${this.cursor.tick} seek ${tick}`);
    await this.ask('seek', { tick });
    await this.rested();
    expect(this.cursor.tick).toBe(Math.min(Math.max(tick, 0), this.cursor.ticks - 1));
  }

  private async breakpoints(): Promise<void> {
    const path = this.session.script;
    const lines = [...new Set(Array.from({ length: this.roll(4) }, () => this.pick(this.lines)))];
    const breakpoints = lines.map((line) => {
      const kind = this.roll(4);
      if (kind === 0)
        return { line, condition: this.pick(['loss.item() > 0.2', 'loss < 0.7', 'nothing', 'k ==', 'True']) };
      if (kind === 1) return { line, hitCondition: this.pick(['2', '>= 2', '% 3', 'x']) };
      if (kind === 2) return { line, logMessage: this.pick(['here', '{loss}', '{loss:.3f} {nothing}', '{']) };
      return { line };
    });
    this.story.push(`breakpoints ${JSON.stringify(breakpoints)}`);
    const found = await this.ask('setBreakpoints', { path, breakpoints });
    expect(found).toHaveLength(breakpoints.length);
  }

  /** The same look at the same tick shows the same. */
  private same(what: string, text: string): void {
    // An iteration is known to have begun a line or two after it did.
    const key = `${this.cursor.tick} (iteration ${this.cursor.iteration}) ${what}`;
    const before = this.seen.get(key);
    if (before === undefined) this.seen.set(key, text);
    else if (before !== text) this.differences.push(`${key}\n  first ${before}\n  now   ${text}\n  ${this.where()}`);
  }

  private async open(path: string, ref: number, depth: number): Promise<void> {
    if (this.stale) return;
    const found: Variable[] = (await this.ask('variables', { ref })) ?? [];
    // The Training scope counts what is recorded so far.
    const text = found.map((v) => `${v.name}: ${v.type} = ${v.value.replace(/ of \d+$/, '')}`);
    this.same(path, text.join('\n'));
    for (const v of found) {
      if (v.ref === 0 || depth === 0 || this.random() > 0.3) continue;
      await this.open(`${path} / ${v.name}`, v.ref, depth - 1);
      if (v.indexed && !this.stale) await this.ask('variables', { ref: v.ref, start: 0, count: 3 });
    }
    const own = found.find((v) => v.settable && ['int', 'float', 'bool'].includes(v.type));
    if (own && this.cursor.live && this.random() < 0.1) {
      this.story.push(`${this.cursor.tick} set ${path}.${own.name}`);
      await this.ask('setVariable', { ref, name: own.name, value: own.value });
      this.cursor = (await this.ask('cursor', {})) as Cursor;
      this.stale = true;
    }
  }

  private async variables(): Promise<void> {
    this.stale = false;
    const frames = (await this.ask('stack', {})) ?? [];
    this.same('stack', frames.map((f) => `${f.name} ${f.place?.line}`).join('\n'));
    for (const [nr, frame] of frames.entries()) {
      if (nr > 0 && this.random() < 0.5) continue;
      for (const scope of (await this.ask('scopes', { frame: frame.id })) ?? []) {
        await this.open(`${frame.name}#${frames.length - nr} ${scope.name}`, scope.ref, 3);
      }
    }
  }

  private async picture(): Promise<void> {
    const picture = (await this.ask('picture', {}))!;
    const done = picture.nodes.filter((n) => n.forward && n.tensor !== null);
    const text = (n: (typeof done)[number]) =>
      `${n.tensor} ${n.backward} ${n.updated} ${n.value} ${n.grad} ${n.valueNorm} ${n.gradNorm} ${n.bad}`;
    // A tensor that is written in place is the result of several nodes.
    for (const tensor of new Set(done.map((n) => n.tensor)))
      this.same(
        `picture ${tensor}`,
        done
          .filter((n) => n.tensor === tensor)
          .map(text)
          .join('\n'),
      );
    const some = done.length ? this.pick(done).tensor : null;
    if (some === null) return;
    const part = this.pick(['value', 'grad'] as const);
    const { name, ...tensor } = (await this.ask('tensor', { tensor: some, part }))!;
    this.same(`tensor ${some} ${part}`, JSON.stringify(tensor));
  }

  private async update(): Promise<void> {
    const view = (await this.ask('update', {}))!;
    const parameter = view.parameters.length ? this.pick(view.parameters).tensor : undefined;
    const { terms, at } = (await this.ask('update', { parameter }))!;
    // Once the iteration has an update, that is shown, also before it ran.
    this.same(
      `update ${parameter} ${this.ended}`,
      JSON.stringify([at, terms.map(({ role, value, norm }) => [role, value, norm])]),
    );
  }

  private async look(): Promise<void> {
    const path = this.session.script;
    switch (this.roll(8)) {
      case 0:
      case 1:
        return this.variables();
      case 2:
        return this.picture();
      case 3:
        return this.update();
      case 4: {
        const expression = this.pick(this.expressions);
        const context = this.pick(['hover', 'watch', 'repl'] as const);
        const found = await this.ask('evaluate', { expression, context });
        this.cursor = (await this.ask('cursor', {})) as Cursor;
        if (found) this.same(`${expression}`, `${found.type} ${found.value}`);
        return;
      }
      case 5:
        this.same('inline', JSON.stringify(await this.ask('inlineValues', { path, from: 1, to: 1000 })));
        return;
      case 6: {
        const line = this.pick(this.lines);
        await this.ask('findTick', { path, line });
        await this.ask('nodesAt', { path, line });
        await this.ask('completions', { text: 'loss.', column: 5 });
        await this.ask('pause', {});
        return;
      }
      default: {
        const spans = (await this.ask('timeline', { from: this.roll(3) }))!.spans;
        for (const s of spans) expect(s.start <= s.backward && s.backward <= s.update && s.update <= s.end).toBe(true);
        await this.ask('graph', {});
      }
    }
  }

  async wander(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      const dice = this.random();
      if (dice < 0.3) await this.move(this.pick(NEAR));
      else if (dice < 0.36) await this.move(this.pick(FAR.slice(0, this.ended ? 3 : 4)), this.random() < 0.5);
      else if (dice < 0.42) await this.seek(this.roll(this.cursor.ticks + 2) - 1);
      else if (dice < 0.46) await this.breakpoints();
      else await this.look();
    }
  }

  async toEnd(): Promise<void> {
    await this.ask('setBreakpoints', { path: this.session.script, breakpoints: [] });
    while (!this.ended) await this.move('continue');
  }

  async losses(): Promise<(number | string)[]> {
    return (await this.ask('timeline', { from: 0 }))!.spans.flatMap((s) => s.loss ?? []);
  }
}

async function plainRun(program: string): Promise<string> {
  const session = await openScript({ program, noDebug: true, stopAtEnd: false }, ASSETS);
  let printed = '';
  session.on('output', ({ category, text }) => {
    if (category === 'stdout') printed += text;
  });
  const ended = new Promise((done) => session.on('terminated', done));
  await session.request('start', { stopOnEntry: false });
  await ended;
  await session.dispose();
  return printed;
}

const SCRIPTS: [string, string[]][] = [
  [
    'mlp',
    [
      'loss',
      'self.net.layers[0].weight.grad',
      'trainer.optimizer',
      'len(trainer.history)',
      'trainer.net.layers[-1].bias.data.mul_(1)',
      '1/0',
      'nope',
      'x[0',
      'trainer.config',
    ],
  ],
  [
    'byhand',
    [
      'w.grad',
      'loss * 2',
      'v',
      'seen[-1]',
      'w.data.mul_(1)',
      'w.sum().backward()',
      'names',
      'value',
      '[p.norm() for p in (w, b)]',
    ],
  ],
  [
    'gan',
    [
      'd',
      'g',
      'adam.state_dict()["param_groups"][0]["lr"]',
      'generator[1].running_mean',
      'fake.mean()',
      'real.data.mul_(1)',
      'critic',
      'nothing',
    ],
  ],
  [
    'images',
    [
      'places',
      'warped[0, 0]',
      'lazy.weight.shape',
      'down[0](images)',
      'columns.grad_fn',
      'F.max_pool2d(images, 2)',
      'turn',
    ],
  ],
  [
    'nets',
    [
      'loss',
      'small.norm.running_mean',
      'small.norm.num_batches_tracked',
      'first.param_groups[0]["lr"]',
      'reader.lstm.weight_hh_l0.grad',
      'second.state_dict()["state"][0]["exp_avg"]',
      'small.conv.weight.grad.norm()',
      'picked',
      'nothing',
    ],
  ],
  ['closures', ['w', 'w.grad', 'calls[-1]', 'optimizer.state[w]["func_evals"]', 'guess', 'Cube', 'step']],
  ['values', ['endless', 'leaving', 'shut', 'odd', 'itself', '变量', 'shut.value', 'shut == 1', 'i']],
];

describe.skipIf(!existsSync(resolve(ASSETS, 'worker.mjs')))('a random walk', () => {
  test.each(SCRIPTS)('over %s.py', { timeout: 120_000 }, async (name, expressions) => {
    const program = resolve(ROOT, `test/fixtures/walk/${name}.py`);
    const plain = plainRun(program);
    const session = await openScript({ program, memoryLimit: MEMORY }, ASSETS);
    try {
      const walk = new Walk(
        session,
        expressions.filter((e) => !e.includes('backward')),
      );
      await walk.start();
      await walk.wander(STEPS);
      await walk.toEnd();
      await walk.wander(STEPS / 2);
      expect(walk.differences.slice(0, 5).join('\n\n')).toBe('');
      expect(walk.printed).toBe(await plain);
      const printed = walk.printed.split('\n').filter((line) => line.startsWith('loss '));
      expect(await walk.losses()).toEqual(printed.map((line) => Number(line.slice(5))));
    } finally {
      await session.dispose();
    }
  });
});
