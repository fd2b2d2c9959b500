import { expect, test } from 'vitest';
import { expressionAt } from '../../../src/extension/expressions';

/** The expression under the caret `|` in a line. */
function at(marked: string): string | null {
  const column = marked.indexOf('|');
  const line = marked.replace('|', '');
  const found = expressionAt(line, column);
  return found && line.slice(found.start, found.end);
}

test.each([
  ['net.linear1.wei|ght.grad', 'net.linear1.weight'],
  ['net.lin|ear1.weight.grad', 'net.linear1'],
  ['n|et.linear1', 'net'],
  ['net.linear1.weight.gra|d', 'net.linear1.weight.grad'],
  ['loss = criterion(zh|at, y.long())', 'zhat'],
  ["v = state['moment|um']", "state['momentum']"],
  ['x = rows[i].he|ad', 'rows[i].head'],
  ['w = (a + |b)', 'b'],
  ['print(f"{x}", lo|ss)', 'loss'],
])('over %s it is %s', (marked, expected) => {
  expect(at(marked)).toBe(expected);
});

test.each(['for| x in y:', '# the lo|ss', 'print("the lo|ss")', 'x = 1|2', 'f(x).gr|ad', ' | '])(
  'over %s there is nothing to evaluate',
  (marked) => {
    expect(at(marked)).toBeNull();
  },
);
