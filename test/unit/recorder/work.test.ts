import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Events } from '../../../src/protocol/session';
import { Interrupted, type Interruption, Work } from '../../../src/recorder/work';

let told: Events['working'][];
let asked: Interruption | null;
let work: Work;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  told = [];
  asked = null;
  work = new Work({ emit: (_, event) => void told.push(event as Events['working']), interrupted: () => asked });
});
afterEach(() => void vi.useRealTimers());

const slice = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('what is done within half a second is not told', () => {
  work.during('History', () => {
    for (let i = 0; i < 4; i++) {
      slice(100);
      work.at(i / 4, () => `${i} of 4`);
    }
  });
  expect(told).toEqual([]);
});

test('what takes longer is told a few times a second, and its end', () => {
  const found = work.during('History', () => {
    for (let i = 0; i < 100; i++) {
      slice(20);
      work.at(i / 100, () => `${i} of 100`);
    }
    return 7;
  });
  expect(found).toBe(7);
  expect(told[0]).toEqual({ title: 'History', text: '24 of 100', percent: 24 });
  expect(told.at(-1)).toBeNull();
  expect(told.length).toBeGreaterThan(5);
  expect(told.length).toBeLessThan(12);
});

test('ops that are computed again are counted, unless what needs them counts itself', () => {
  work.during('Computing again', () => {
    slice(600);
    work.replaying(3, 9);
  });
  expect(told[0]).toEqual({ title: 'Computing again', text: 'Computing again: 3 of 9 ops', percent: 33 });
  told.length = 0;
  work.during('History', () => {
    work.at(0, () => 'first');
    slice(600);
    work.replaying(3, 9);
    work.at(0.5, () => 'second');
  });
  expect(told).toEqual([{ title: 'History', text: 'second', percent: 50 }, null]);
});

test('a cancel ends anything, also in the midst of a replay; a pause ends a move only', () => {
  asked = 'cancel';
  expect(() => work.during('History', () => work.at(0, () => ''))).toThrow(Interrupted);
  expect(() => work.during('History', () => work.replaying(1, 2))).toThrow(Interrupted);
  asked = 'pause';
  expect(work.during('History', () => work.at(0, () => ''))).toBeUndefined();
  expect(() =>
    work.during(
      'Searching',
      () => work.at(0, () => ''),
      () => {},
    ),
  ).toThrow(Interrupted);
});

test('outside of a request nothing is interrupted: a running script looks at its watchpoints in peace', () => {
  asked = 'cancel';
  work.at(0, () => '');
  work.replaying(1, 2);
  expect(told).toEqual([]);
});
