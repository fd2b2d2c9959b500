/** Numbers out of printed lines: one curve for each number of a pattern. */
import { expect, test } from 'vitest';
import { PrintedNumbers } from '../../../src/feed/numbers';
import type { PrintedLine } from '../../../src/protocol/views';

const place = { path: '/train.py', line: 12 };
const curvesOf = (...texts: string[]) => {
  const numbers = new PrintedNumbers();
  const lines = texts.map(
    (text, i): PrintedLine => ({ tick: 10 * i, iteration: i, category: 'stdout', text, place, ended: true }),
  );
  numbers.add(lines);
  return numbers.curves();
};
const brief = (...texts: string[]) => curvesOf(...texts).map(({ name, values }) => `${name}: ${values.join(' ')}`);

test('each named number of a pattern is a curve, a counter is none', () => {
  expect(brief('epoch 1 acc 0.5 loss: 1.25', 'epoch 2 acc 0.75 loss: 1e-3')).toEqual([
    'acc: 0.5 0.75',
    'loss: 1.25 0.001',
  ]);
  expect(brief('[3/10] train loss=0.5, val/acc = 91.5%', '[4/10] train loss=0.25, val/acc = 93%')).toEqual([
    'train loss: 0.5 0.25',
    'val/acc: 91.5 93',
  ]);
  expect(brief('seen 64', 'seen 128', 'seen 192', 'seen 256')).toEqual([]);
  expect(brief('Epoch 1: 0.5', 'Epoch 2: 0.25')).toEqual([]);
});

test('points stand where they were printed', () => {
  expect(curvesOf('acc 0.5', 'hello', 'acc tensor(0.75)', 'acc 0.9')).toMatchObject([
    { name: 'acc', iterations: [0, 3], ticks: [0, 30], values: [0.5, 0.9] },
  ]);
});

test('nan and inf are numbers too; what is part of a name or of a version is none', () => {
  expect(brief('loss nan', 'loss -inf', 'loss inf', 'loss 3')).toEqual(['loss: nan -inf inf 3']);
  expect(brief('fc1 ready 1.2.3', 'fc1 ready 1.2.3')).toEqual([]);
  expect(brief('finance -0.5', 'finance -1.5')).toEqual(['finance: -0.5 -1.5']);
});

test('a line that has not ended is waited for; what was read is not read again', () => {
  const numbers = new PrintedNumbers();
  const line = (text: string, ended: boolean): PrintedLine => ({
    tick: 1,
    iteration: 0,
    category: 'stdout',
    text,
    place,
    ended,
  });
  expect(numbers.add([line('acc 1', true), line('acc 2', false)])).toBe(true);
  expect(numbers.curves()).toEqual([]);
  numbers.add([line('acc 1', true), line('acc 25', true)]);
  expect(numbers.curves()[0]!.values).toEqual([1, 25]);
  expect(numbers.add([line('acc 1', true), line('acc 25', true)])).toBe(false);
});
