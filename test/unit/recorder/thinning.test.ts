/** A loop without tensor ops may run for ever: what it leaves behind is bounded, and its latest line is right. */
import { expect, it } from 'vitest';
import { Recorder } from '../../../src/recorder/recorder';

const prim = (value: number) => ({ k: 'prim', type: 'int', repr: String(value) });

it('keeps only the latest line of a very long loop, with the names of then', () => {
  const recorder = new Recorder({ memoryLimit: 1e6 });
  const { recording } = recorder;
  const thinned: number[] = [];
  recorder.onThinned = (tick) => thinned.push(tick);
  recorder.enterFrame(0, null, '<module>', '/loop.py', 1);
  const lines = 100_500;
  for (let i = 0; i < lines; i++)
    recorder.line(0, '/loop.py', 2 + (i % 2), JSON.stringify(i % 2 ? { s: prim(i) } : { i: prim(i) }));
  expect(recording.ticks).toBe(100_000);
  expect(recording.linesLeftOut).toBe(500);
  expect(thinned).toEqual([99_999]);
  const deltas = recording.namesBefore(0, recording.ticks);
  expect(deltas.length).toBeLessThanOrEqual(100_000);
  expect(JSON.parse(deltas[deltas.length - 1].value)).toEqual({ s: prim(lines - 1), i: prim(lines - 2) });
  expect(recording.placeAt(99_999)).toEqual({ path: '/loop.py', line: 3 });

  // Something happens: lines are kept again.
  recorder.output('stdout', 'done\n');
  recorder.line(0, '/loop.py', 4, null);
  expect(recording.ticks).toBe(100_002);
});

it('forgets the frames of calls whose lines were left out', () => {
  const recorder = new Recorder({ memoryLimit: 1e6 });
  recorder.enterFrame(0, null, '<module>', '/loop.py', 1);
  for (let i = 0; i < 100_001; i++) recorder.line(0, '/loop.py', 2, null);
  for (let i = 1; i < 1000; i++) {
    recorder.enterFrame(i, 0, 'f', '/loop.py', 7);
    recorder.line(i, '/loop.py', 8, null);
    recorder.leaveFrame(i);
    recorder.line(0, '/loop.py', 2, null);
  }
  expect([...recorder.recording.frames()].length).toBe(1);
});
