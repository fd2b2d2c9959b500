/** Printed pieces become lines, each with the tick that ended it. */
import { expect, test } from 'vitest';
import { Printed } from '../../../src/feed/printed';
import type { OutputPiece } from '../../../src/protocol/views';

const piece = (tick: number, text: string, category: OutputPiece['category'] = 'stdout'): OutputPiece => ({
  tick,
  iteration: 0,
  category,
  text,
  place: null,
});
const lines = (...outputs: OutputPiece[]) => {
  const printed = new Printed();
  printed.add({ from: 0, total: outputs.length, outputs });
  return printed.lines.map(({ tick, text }) => `${tick}:${text}`);
};

test('pieces of one line are one line, and several lines of one piece are several', () => {
  expect(lines(piece(1, 'loss'), piece(2, ' '), piece(3, '0.5\n'))).toEqual(['3:loss 0.5']);
  expect(lines(piece(1, 'a\nb\n\nc'), piece(2, '\n'))).toEqual(['1:a', '1:b', '1:', '2:c']);
});

test('errors are lines of their own', () => {
  expect(lines(piece(1, 'half'), piece(2, 'oops\n', 'stderr'), piece(3, 'done\n'))).toEqual([
    '1:half',
    '2:oops',
    '3:done',
  ]);
});

test('a progress bar shows what it wrote last, and no line is endless', () => {
  expect(lines(piece(1, '10%\r'), piece(2, '20%\r'), piece(3, '30%\n'))).toEqual(['3:30%']);
  expect(lines(piece(1, 'x'.repeat(1e6)))[0]).toHaveLength(4002);
});

test('what was taken is not taken again', () => {
  const printed = new Printed();
  const all = [piece(1, 'a\n'), piece(2, 'b\n'), piece(3, 'c\n')];
  printed.add({ from: 0, total: 2, outputs: all.slice(0, 2) });
  printed.add({ from: 1, total: 3, outputs: all.slice(1) });
  expect(printed.lines.map((line) => line.text)).toEqual(['a', 'b', 'c']);
});
