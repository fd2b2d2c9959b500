import { describe, expect, test } from 'vitest';
import { compareRuns, comparisonText } from '../../../src/debugger/compare';
import type { RequestName, Requests, Session } from '../../../src/protocol/session';
import { SessionServer } from '../../../src/recorder/server';
import { backwardFrom, given, leaf, noGrad, op, Script } from '../recorder/script';

const SOURCE = [
  'w = weights()',
  'y = x @ w',
  'loss = y.sum()',
  'loss.backward()',
  'w -= lr * w.grad',
  'extra = y.exp()',
].join('\n');

const LR = 0.1;

/** A few iterations; what is asked for makes a run of another kind. */
function run({ later = LR, source = SOURCE, extra = false, twice = false, iterations = 4 } = {}): Session {
  const script = new Script(1 << 30, source);
  const w = leaf(given([3], (i) => i + 1));
  const x = given([3], (i) => 0.5 - i);
  for (let i = 0; i < iterations; i++) {
    script.line(2, { w });
    let y = op('mul', x, w);
    if (twice && i === 2) y = op('tanh', y);
    script.line(3);
    const loss = op('sum', op('mul', y, y));
    if (extra && i === 2) {
      script.line(6);
      op('exp', y);
    }
    script.line(4);
    w.grad = null;
    backwardFrom(loss);
    script.line(5);
    noGrad(() => op('add_', w, w.grad, -(i < 2 ? LR : later)));
  }
  script.stop();
  const server = new SessionServer(
    script.recording,
    { emit() {}, poll() {}, block() {}, save: () => 0 },
    { stopAtEnd: true, recorder: null },
  );
  return {
    capabilities: { live: false, evaluate: false },
    script: script.recording.script,
    request: async <N extends RequestName>(name: N, args: Requests[N][0]) => server.handle(name, args),
    on: () => ({ dispose() {} }),
    dispose: async () => {},
  };
}

const compare = (a: Session, b: Session) => compareRuns({ name: 'a', session: a }, { name: 'b', session: b });

describe('two runs', () => {
  test('of the same script are the same', async () => {
    const found = await compare(run(), run());
    expect(found).toMatchObject({ same: true, structure: null, values: null, loss: null, iterations: [4, 4] });
    expect(comparisonText(found)).toContain('The two runs are the same');
  });

  test('differ first where a weight was written with another rate, by so much', async () => {
    const found = await compare(run(), run({ later: 0.2 }));
    expect(found).toMatchObject({ same: false, structure: null, values: { iteration: 2, elements: 3, shape: null } });
    expect(found.values).toMatchObject({ name: 'w', a: { op: 'add_', line: 'train.py:5', text: 'w -= lr * w.grad' } });
    expect(found.values!.different).toBeGreaterThan(0);
    expect(found.values!.largest!.a).not.toBe(found.values!.largest!.b);
    expect(found.loss!.iteration).toBe(3);
    const [w] = found.parameters;
    expect(w.name).toBe('w');
    expect(w.norms.slice(0, 2)).toEqual([0, 0]);
    expect(w.norms[2]).toBeCloseTo(found.values!.norm, 6);
    expect(w.norms[3]).toBeGreaterThan(0);
  });

  test('another text of a line is said, and does not hide the first value that differs', async () => {
    const found = await compare(run(), run({ later: 0.3, source: SOURCE.replace('y.sum()', 'y.sum() * 1') }));
    expect(found.structure).toMatchObject({
      iteration: 0,
      a: { text: 'loss = y.sum()' },
      b: { text: 'loss = y.sum() * 1' },
    });
    expect(found.values).toMatchObject({ iteration: 2, name: 'w' });
    expect(comparisonText(found)).toContain('Another line, first in iteration 1:');
  });

  test('an op that one of them has is told as such, and the next iteration is compared again', async () => {
    const found = await compare(run(), run({ extra: true, later: 0.1 }));
    expect(found).toMatchObject({ same: false, values: null, loss: null, structure: { iteration: 2 } });
    expect(found.structure!.b!.text).toBe('extra = y.exp()');
  });

  test('an op that one of them has does not hide what it changes', async () => {
    const found = await compare(run(), run({ twice: true }));
    expect(found.structure).toMatchObject({ iteration: 2, b: { op: 'tanh' } });
    expect(found.values).toMatchObject({ iteration: 2, a: { op: 'mul', line: 'train.py:3' } });
    expect(found.loss!.iteration).toBe(2);
  });

  test('one that is longer is told as such', async () => {
    const found = await compare(run({ iterations: 3 }), run());
    expect(found).toMatchObject({ same: false, values: null, structure: { iteration: 3, a: null } });
    expect(comparisonText(found)).toContain('One run is longer, first in iteration 4');
  });
});
