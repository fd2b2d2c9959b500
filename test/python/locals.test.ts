/** The line tracer writes down what changed: also inside lists, dicts and objects. */

import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Variable } from '../../src/protocol/session';
import { openScript, type ScriptSession } from '../../src/python/scriptSession';
import { stopped } from './stopped';

const ROOT = resolve(import.meta.dirname, '../..');
let session: ScriptSession;

beforeAll(async () => {
  session = await openScript({ program: join(ROOT, 'test/fixtures/changing.py') }, join(ROOT, 'dist'));
  await stopped(session, 'start', { stopOnEntry: false });
});
afterAll(() => session.dispose());

/** What a name showed just before a line ran, opened two levels deep. */
async function at(line: number, name: string): Promise<string> {
  const { tick } = await session.request('findTick', { path: session.script, line });
  if (tick === null) throw new Error(`line ${line} did not run`);
  await stopped(session, 'seek', { tick });
  const [frame] = await session.request('stack', {});
  const [scope] = await session.request('scopes', { frame: frame.id });
  const words = async (v: Variable, depth: number): Promise<string> => {
    const below = v.ref && depth ? await session.request('variables', { ref: v.ref }) : [];
    const inner = await Promise.all(below.map((b) => words(b, depth - 1)));
    return inner.length ? `${v.name}{${inner.join(' ')}}` : `${v.name}=${v.value}`;
  };
  const found = (await session.request('variables', { ref: scope.ref })).find((v) => v.name === name);
  return found ? words(found, 2) : 'nothing';
}

it.each([
  [5, 'items', 'items{[0]=1 [1]=2}'],
  [6, 'items', 'items{[0]=1 [1]=9}'],
  [8, 'nested', "nested{['a']{[0]=1}}"],
  [9, 'nested', "nested{['a']{[0]=1 [1]=2}}"],
  [18, 'meter', 'meter{total=0 seen{[0]=0}}'],
  [19, 'meter', 'meter{total=5 seen{[0]=0 [1]=5}}'],
  [20, 'items', 'nothing'],
])('before line %i, %s was %s', async (line, name, expected) => {
  expect(await at(line, name)).toBe(expected);
});

it('shows at the end what the last line set', async () => {
  const { ticks } = await session.request('cursor', {});
  await stopped(session, 'seek', { tick: ticks - 1 });
  const [frame] = await session.request('stack', {});
  expect(frame.place).toEqual({ path: session.script, line: 21 });
  const [scope] = await session.request('scopes', { frame: frame.id });
  const names = await session.request('variables', { ref: scope.ref });
  expect(names.find((v) => v.name === 'last')?.value).toBe('10');
});
