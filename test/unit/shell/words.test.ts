/** Words of a stranger's recording on a terminal, and Python's strings. */
import { expect, test } from 'vitest';
import { withIterations } from '../../../src/shell/output';
import { harmless, unquoted } from '../../../src/shell/words';

test('a recording cannot speak to the terminal', () => {
  expect(harmless('a\x1b]0;title\x07b\x9b2Jc\rd\te\n')).toBe('a\ufffd]0;title\ufffdb\ufffd2Jc\ufffdd\te\n');
  const line = { tick: 1, iteration: 0, category: 'stdout', text: '\x1b[2Jgone', place: null, ended: true } as const;
  expect(withIterations([line])).toBe('   1 │ \ufffd[2Jgone\n');
});

test.each([
  ["'a\\nb'", 'a\nb'],
  ['"it\'s"', "it's"],
  ["'it\\'s \\\\ \\x41\\u540d\\U0001f600'", "it's \\ A名😀"],
  ["'cut off", null],
  ['3', null],
  ["'", null],
])('%s is %j', (repr, text) => {
  expect(unquoted(repr)).toBe(text);
});
