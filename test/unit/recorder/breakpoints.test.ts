/** Breakpoints over a recording: Python says what a condition is. */
import { expect, it } from 'vitest';
import { Breakpoints, type EvaluateAt } from '../../../src/recorder/breakpoints';
import { hitCountHolds } from '../../../src/recorder/hitCount';
import { Recorder } from '../../../src/recorder/recorder';

it('leaves it to Python whether a condition is true: a tensor of one element is its value', () => {
  const recorder = new Recorder({ memoryLimit: 1e6 });
  recorder.enterFrame(0, null, '<module>', '/a.py', 1);
  for (let i = 0; i < 4; i++) recorder.line(0, '/a.py', 1 + (i % 2), null);
  const breakpoints = new Breakpoints(recorder.recording);
  breakpoints.set('/a.py', [{ line: 2, condition: 'loss < 0.5' }], null);
  const asked: string[] = [];
  const hits = [1, 3].map((tick) =>
    breakpoints.hits(tick, (expression, at) => {
      asked.push(expression);
      return { k: 'prim', type: 'bool', repr: at === 3 ? 'True' : 'False' };
    }),
  );
  expect(asked).toEqual(['bool((loss < 0.5))', 'bool((loss < 0.5))']);
  expect(hits.map((h) => h.length)).toEqual([0, 1]);
});

it('marks what is known: conditions are asked nearest to the cursor first, as long as there is time', () => {
  const recorder = new Recorder({ memoryLimit: 1e6 });
  recorder.enterFrame(0, null, '<module>', '/a.py', 1);
  for (let i = 0; i < 8; i++) recorder.line(0, '/a.py', 1 + (i % 2), null);
  const breakpoints = new Breakpoints(recorder.recording);
  breakpoints.set(
    '/a.py',
    [
      { line: 2, condition: 'loss < 0.5' },
      { line: 1, hitCondition: '% 2' },
    ],
    null,
  );
  const asked: number[] = [];
  const evaluate: EvaluateAt = (_, at) => {
    asked.push(at);
    return { k: 'prim', type: 'bool', repr: at === 3 ? 'True' : 'False' };
  };
  const known = (within: number) =>
    [...breakpoints.known(0, 8, { tick: 5, evaluate, within })].map(({ tick, open }) => (open ? -tick : tick));
  // Lines 1 are at 0, 2, 4, 6: every second of them. Of the condition nothing is known.
  expect(known(0)).toEqual([-1, -3, -5, -7, 2, 6]);
  expect(known(1000)).toEqual([3, 2, 6]);
  expect(asked).toEqual([5, 3, 7, 1]);
  expect(known(1000)).toEqual([3, 2, 6]);
  expect(asked.length).toBe(4);
  // One that cannot be asked stays open, and is no error here.
  breakpoints.set('/a.py', [{ line: 2, condition: 'nobody' }], null);
  const fails = () => {
    throw new Error('nobody is not defined');
  };
  expect([...breakpoints.known(2, 4, { tick: 5, evaluate: fails, within: 1000 })]).toEqual([
    { tick: 3, name: 'a.py:2', open: true },
  ]);
});

it.each([
  ['3', 3, true],
  ['3', 4, false],
  ['>= 3', 4, true],
  ['% 2', 4, true],
  ['% 2', 5, false],
  ['often', 1, null],
])('hit count %s at the %i-th time: %s', (text, hits, expected) => {
  expect(hitCountHolds(text, hits)).toBe(expected);
});
