/** N forward, M back, N forward: whatever training moves is, bit by bit, what the script itself said it was. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import '../../src/engine/ops';
import { openScript, type ScriptSession } from '../../src/python/scriptSession';
import { load } from '../../src/recorder/file';
import type { Recording } from '../../src/recorder/recording';
import { Replay } from '../../src/recorder/replay';

const ROOT = resolve(import.meta.dirname, '../..');
const ASSETS = resolve(ROOT, 'dist');
const PROGRAM = resolve(ROOT, 'test/fixtures/walk/states.py');
const SEED = Number(process.env.WALK_SEED ?? 1);

/** What the script said, and the tick at which it did. */
interface Told {
  tick: number;
  state: Record<string, number[] | number | null>;
  names: Record<string, string>;
  generator: number[];
}

function random(seed: number): (n: number) => number {
  let state = seed * 7919 + 1;
  return (n) => (state = (state * 48271) % 2147483647) % n;
}

/** JSON has no NaN; -0 is not 0. */
const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((v, i) => Object.is(v, b[i]));

/** The tensor of `net.0.weight`, where a frame calls the network so. */
function tensorOf(r: Recording, tick: number, frame: number, path: string): number | null {
  const [variable, ...names] = path.split('.');
  const owned = names.pop()!;
  const root = r.nameAt(frame, variable, tick);
  let m = root?.k === 'module' ? r.modules.get(root.id) : undefined;
  for (const name of names) m = r.modules.get(m?.children.get(name) ?? -1);
  return m?.parameters.get(owned) ?? m?.buffers.get(owned) ?? null;
}

/** Everything that differs from what was told. */
function differences(r: Recording, replay: Replay, told: Told): string[] {
  const frame = r.frame(r.frameAt(told.tick))?.parent ?? -1;
  const found: string[] = [];
  for (const [key, value] of Object.entries(told.state)) {
    const [path, part] = key.split(' ');
    const tensor = tensorOf(r, told.tick, frame, path);
    if (tensor === null) {
      found.push(`${key} has no tensor`);
      continue;
    }
    let of: number | null = tensor;
    if (part === 'grad') of = r.gradAt(tensor, told.tick);
    else if (part) {
      const state = r.statesAt(tensor, told.tick).find(([name]) => name === part)?.[1];
      if (state && 'number' in state) {
        if (!Object.is(state.number, value)) found.push(`${key} at ${told.tick}: ${state.number}, not ${value}`);
        continue;
      }
      of = state?.tensor ?? null;
    }
    const use = of === null ? null : r.useAt(of, told.tick);
    if (!use || value === null) {
      if (use || value !== null) found.push(`${key} at ${told.tick}: ${use ? 'is there' : 'is not there'}`);
      continue;
    }
    const now = Array.from(replay.tensor(use).values(), Number);
    if (!same(now, [value].flat()))
      found.push(`${key} at ${told.tick}: ${now.slice(0, 3)}, not ${[value].flat().slice(0, 3)}`);
  }
  for (const [name, text] of Object.entries(told.names)) {
    const value = r.nameAt(frame, name, told.tick);
    if (value && 'repr' in value && value.repr !== text && !value.repr.includes('...'))
      found.push(`${name} at ${told.tick}: ${value.repr}, not ${text}`);
  }
  // The generator is written down where something is drawn next.
  for (let t = told.tick; t < r.ticks; t++) {
    const mark = r.recordAt(t)?.random;
    if (!mark) continue;
    const words = Array.from(mark.snapshot().engine.state.subarray(0, 8));
    const bytes = Buffer.from(told.generator);
    const there = Array.from({ length: 624 }, (_, i) => bytes.readUInt32LE(24 + 8 * i));
    if (!same(words, there.slice(0, 8))) found.push(`the generator at ${told.tick}`);
    break;
  }
  return found;
}

async function run(program: string, memoryLimit: number): Promise<{ session: ScriptSession; told: Told[] }> {
  const session = await openScript({ program: PROGRAM, args: [program], memoryLimit }, ASSETS);
  const told: Told[] = [];
  session.on('output', ({ text, tick }) => {
    if (text.startsWith('@')) told.push({ tick, ...JSON.parse(text.slice(1)) });
  });
  const ended = new Promise((done) => session.on('stopped', done));
  await session.request('start', { stopOnEntry: false });
  await ended;
  return { session, told };
}

const PROGRAMS = ['mlp', 'cnn', 'lstm', 'transformer', 'gan', 'lbfgs', 'function'];
/** Everything held, which few programs are enough for; and next to nothing, so that most is computed again. */
const limits = (program: string) => (['mlp', 'transformer'].includes(program) ? [256, 0.2] : [0.2]);

describe.skipIf(!existsSync(join(ASSETS, 'worker.mjs')))('what training moves', () => {
  test.each(PROGRAMS.flatMap((p) => limits(p).map((mb) => [p, mb] as const)))(
    '%s, in %s MB',
    { timeout: 120_000 },
    async (program, mb) => {
      const { session, told } = await run(program, mb);
      const folder = mkdtempSync(join(tmpdir(), 'backstep-states-'));
      try {
        expect(told.length).toBeGreaterThan(3);
        const pick = random(SEED);
        // In the session: there and back over ticks that were told.
        const stop = () =>
          new Promise<void>((done) => {
            const heard = session.on('stopped', () => {
              heard.dispose();
              done();
            });
          });
        const at = async (t: Told) => {
          const stopped = stop();
          await session.request('seek', { tick: t.tick });
          await stopped;
          const frame = (await session.request('stack', {}))[1].id;
          const nets = [...new Set(Object.keys(t.state).map((key) => key.slice(0, key.indexOf('.'))))];
          const frames = await session.request('stack', {});
          const owner = frames[frames.length - 2]?.id ?? frame;
          for (const net of nets) {
            const expression = `[p.detach().reshape(-1).tolist() for p in ${net}.parameters()]`;
            const expected = Object.entries(t.state)
              .filter(([key]) => key.startsWith(`${net}.`) && `${key} grad` in t.state)
              .map(([, value]) => value);
            for (const [i, value] of expected.entries()) {
              const { value: text } = await session.request('evaluate', {
                expression: `${expression}[${i}] == ${JSON.stringify(value)}`,
                frame: owner,
                context: 'watch',
              });
              expect(text, `${net}'s parameter ${i} at ${t.tick}`).toBe('True');
            }
          }
          for (const [name, expression] of [
            ['lr', "opt.param_groups[0]['lr']"],
            ['rate', 'scheduler.get_last_lr()'],
          ])
            if (t.names[name] !== undefined) {
              const { value } = await session.request('evaluate', { expression, frame: owner, context: 'watch' });
              expect(value, expression).toBe(t.names[name]);
            }
        };
        for (let i = 0; i < 3; i++) await at(told[pick(told.length)]);
        // Saved and opened again: all of it, in any order.
        const path = join(folder, 'run.backstep');
        await session.request('save', { path });
        const r = load(path);
        const replay = new Replay(100_000);
        for (let i = 0; i < told.length; i++) {
          expect(differences(r, replay, told[pick(told.length)]).join('\n')).toBe('');
          if (pick(3) === 0) replay.forget();
        }
      } finally {
        rmSync(folder, { recursive: true });
        await session.dispose();
      }
    },
  );
});
