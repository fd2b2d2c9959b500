/** A gradient that a Function of the script's own gets wrong is found by small differences; right ones are not blamed. */
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphNode } from '../../src/protocol/views';
import { openScript, type ScriptSession } from '../../src/python/scriptSession';
import { stopped } from './stopped';

const ROOT = resolve(import.meta.dirname, '../..');
let session: ScriptSession;
let parameters: Map<string, number>;

beforeAll(async () => {
  session = await openScript({ program: join(ROOT, 'test/fixtures/wrong_gradient.py') }, join(ROOT, 'dist'));
  await stopped(session, 'start', { stopOnEntry: false });
  const { graph, nodes } = await session.request('picture', {});
  const named = (n: GraphNode) => [n.module ? `${n.module}.${n.label}` : n.label, nodes[n.id].tensor!] as const;
  parameters = new Map(graph!.nodes.filter((n) => n.kind === 'parameter').map(named));
});
afterAll(() => session.dispose());

it('agrees behind the Function, dropout and detach among the way, and differs in front of it', async () => {
  const said: Record<string, boolean> = {};
  for (const tensor of parameters.values()) {
    const [view] = await session.request('checkGradient', { tensor });
    expect(view.missing, view.name).toBeNull();
    expect(view.against).toBe('the loss of iteration 3');
    said[view.name] = view.agrees;
    // Two thirds of what it is.
    if (!view.agrees) expect(Number(view.worst!.gradient) / Number(view.worst!.difference)).toBeCloseTo(2 / 3, 3);
  }
  expect(said).toEqual({
    'first.weight': false,
    'first.bias': false,
    'second.weight': true,
    'second.bias': true,
    'third.weight': true,
    'third.bias': true,
  });
});

it('shows the loss over a plane whose middle is the recorded one, to the bit, with dropout', async () => {
  const { ticks } = await session.request('cursor', {});
  await stopped(session, 'seek', { tick: ticks - 1 });
  for (const axes of [{ kind: 'random', seed: 1 } as const, { kind: 'path' } as const]) {
    const view = await session.request('plane', { axes, n: 5 });
    expect(view.missing).toBeNull();
    expect(view.here.loss).toBe(view.recorded);
    expect(view.path).toHaveLength(3);
    expect(view.path[2].arrows.map((a) => a.role)).toEqual(['gradient', 'velocity', 'step']);
  }
});
