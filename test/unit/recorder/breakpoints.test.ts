/** Breakpoints over a recording: Python says what a condition is. */
import { expect, it } from 'vitest';
import { Breakpoints } from '../../../src/recorder/breakpoints';
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
