/** A recording gives arrays back that nobody else has: what it holds, and what somebody was shown, never changes. */
import { expect, it } from 'vitest';
import type { Data } from '../../../src/engine/dtype';
import { resultArray } from '../../../src/engine/reuse';
import type { Tensor } from '../../../src/engine/tensor';
import { Replay } from '../../../src/recorder/replay';
import type { Value } from '../../../src/recorder/rows';
import { backwardFrom, bits, given, leaf, noGrad, op, Script } from './script';

/** An MLP with momentum in place; after each step, `look`. */
function train(
  memoryLimit: number,
  steps: number,
  look: (script: Script, step: number, tensors: Tensor[]) => void,
): Script {
  const script = new Script(memoryLimit);
  const x = given([20, 8], (i) => Math.sin(i));
  const [w, u] = [[16, 8] as const, [4, 16] as const].map((shape) => leaf(given([...shape], (i) => Math.cos(i) / 3)));
  const speeds: (Tensor | null)[] = [null, null];
  for (let i = 0; i < steps; i++) {
    script.line(1);
    const y = op('linear', op('tanh', op('linear', x, w)), u);
    backwardFrom(op('mean', op('mul', y, y)));
    noGrad(() => {
      for (const [k, p] of [w, u].entries()) {
        const v = speeds[k];
        if (v) op('add_', op('mul_', v, 0.9), p.grad);
        else speeds[k] = op('clone', p.grad);
        op('add_', p, speeds[k], -0.1);
        p.grad = null;
      }
    });
    look(script, i, [w, speeds[0]!]);
  }
  script.stop();
  return script;
}

const contents = ({ recording }: Script): Value[] =>
  Array.from({ length: recording.pages.counts.value - 1 }, (_, i) => recording.value(i + 1));

it('gives the numbers of every tick that a recording gives which drops nothing', () => {
  const all = contents(train(2 ** 36, 60, () => {}));
  const few = train(2 ** 18, 60, () => {});
  const replay = new Replay();
  const found = contents(few);
  expect(found.filter((v) => v.data === null).length).toBeGreaterThan(100);
  expect(found.map((v) => bits(replay.data(v)))).toEqual(all.map((v) => bits(v.data!)));
});

it('uses the arrays of what it drops again, but not one that somebody was shown', () => {
  const shown = new Map<Data, string>();
  const arrays: Data[] = [];
  train(2 ** 18, 120, (script, step, tensors) => {
    arrays.push(...tensors.map((t) => t.storage.data));
    if (step % 40 > 0) return;
    for (const { data } of contents(script).slice(-30)) if (data) shown.set(data, bits(data));
  });
  expect(new Set(arrays).size).toBeLessThan(arrays.length);
  for (const n of new Set([...shown.keys()].map(({ length }) => length)))
    for (let i = 0; i < 200; i++) (resultArray('float32', n) as Float32Array).fill(7);
  for (const [data, before] of shown) expect(bits(data)).toBe(before);
});
