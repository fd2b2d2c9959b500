/** Progress bars in a Debug Console: a state a second, and how they end. */
import { beforeEach, expect, test } from 'vitest';
import { ProgressLines } from '../../../src/debugger/progressLines';

let now = 0;
let shown: string[] = [];
let lines: ProgressLines;
beforeEach(() => {
  now = 0;
  shown = [];
  lines = new ProgressLines(
    ({ text }) => shown.push(text),
    () => now,
  );
});

const print = (text: string, category: 'stdout' | 'stderr' = 'stdout') => lines.take({ category, text, tick: 1 });

test('a line without a way back goes through as it is printed', () => {
  for (const text of ['a', 'b\n', 'c\r\n', 'two\nlines\n']) print(text);
  expect(shown.join('')).toBe('ab\nc\ntwo\nlines\n'.replace('c\n', 'c\r\n'));
});

test('a bar shows a state a second, and its last one once', () => {
  for (let i = 0; i <= 25; i++) {
    now = i * 100;
    print(`\r${i} of 25`);
  }
  print('\n');
  print('done\n');
  expect(shown).toEqual(['0 of 25\n', '10 of 25\n', '20 of 25\n', '25 of 25\n', 'done\n']);
});

test('a script that stops is shown with its bar as it stands, and says nothing twice', () => {
  for (const text of ['\r1', '\r2', '\r3']) print(text);
  lines.flush();
  lines.flush();
  print('\n');
  expect(shown).toEqual(['1\n', '3\n']);
});

test('end="\\r" is the same from the other side', () => {
  for (const text of ['1\r', '2\r', '3\r']) print(text);
  print('last\n');
  expect(shown).toEqual(['1\n', 'last\n']);
});

test('a bar that wipes itself out leaves no empty line', () => {
  for (const text of ['\r1', '\r2', '\r      \r', 'next\n']) print(text);
  expect(shown).toEqual(['1\n', 'next\n']);
});

test('a bar and prints of another stream do not mix, and a line that was begun is ended first', () => {
  print('begun');
  print('\r1', 'stderr');
  print('x\n');
  print('\r2', 'stderr');
  print('\n', 'stderr');
  expect(shown).toEqual(['begun', '\n1\n', 'x\n', '2\n']);
});
