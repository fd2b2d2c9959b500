/** Ticks of a stretch one by one, and its marks. */
import { expect, it } from 'vitest';
import type { TickMark } from '../../../src/protocol/views';
import { stretchOf } from '../../../src/recorder/views/stretch';
import { trainMlp } from './script';

const { script } = trainMlp({ iterations: 3, samples: 4 });
const r = script.recording;

it('tells every tick by a letter and its line', () => {
  const { kinds, at, lines, from, to } = stretchOf(r, 0, 1e9, []);
  expect([from, to, kinds.length, at.length]).toEqual([0, r.ticks, r.ticks, r.ticks]);
  for (let tick = 0; tick < r.ticks; tick++) {
    expect(kinds[tick]).toBe(r.kindAt(tick)[0]);
    expect(lines[at[tick]]?.place ?? null).toEqual(r.placeAt(tick));
  }
});

it('tells of very many marks one where they cannot be told apart, of each kind', () => {
  const marks = Array.from(
    { length: 5000 },
    (_, i): TickMark => ({
      tick: i % r.ticks,
      kind: i % 2 ? 'breakpoint' : 'watchpoint',
      text: 'x',
    }),
  );
  const { marks: found } = stretchOf(r, 3, r.ticks, marks);
  expect(found.length).toBeLessThanOrEqual(2 * r.ticks);
  expect(found.every(({ tick }) => tick >= 3)).toBe(true);
  expect(found.map(({ tick }) => tick)).toEqual(found.map(({ tick }) => tick).sort((a, b) => a - b));
});
