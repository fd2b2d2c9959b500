import { describe, expect, test } from 'vitest';
import { changeText, parseEdit, parseLine, withLines } from '../../../src/protocol/branch';

describe('what a branch changes, in words', () => {
  test.each([
    ['lr=0.01', { target: 'lr', value: '0.01' }],
    ['net.fc.weight[0,0] = 0.5', { target: 'net.fc.weight[0,0]', value: '0.5' }],
    ["opt.param_groups[0]['lr']=f(a=1)", { target: "opt.param_groups[0]['lr']", value: 'f(a=1)' }],
    ['w = a == b', { target: 'w', value: 'a == b' }],
  ])('%s is an assignment', (text, edit) => expect(parseEdit(text)).toEqual(edit));

  test.each(['a == b', 'a <= b', 'w += 1', 'f(a=1)', 'lr=', '=3', ''])('%j is none', (text) =>
    expect(parseEdit(text)).toBeNull(),
  );

  test('a line is named by its number, and its file where it is not the script', () => {
    expect(parseLine('12:lr = 0.1', '/w/train.py')).toEqual({ path: '/w/train.py', line: 12, text: 'lr = 0.1' });
    expect(parseLine('/w/net.py:3:x = {1: 2}', '/w/train.py')).toEqual({
      path: '/w/net.py',
      line: 3,
      text: 'x = {1: 2}',
    });
    expect(parseLine('lr = 0.1', '/w/train.py')).toBeNull();
  });

  test('a new text keeps the indentation of the line whose place it takes', () => {
    const sources: [string, string][] = [['/w/a.py', 'for i in range(3):\n    x = 1\n    y = 2\n']];
    const changed = withLines(sources, [{ path: '/w/a.py', line: 2, text: 'x = 5' }]);
    expect(changed).toEqual([['/w/a.py', 'for i in range(3):\n    x = 5\n    y = 2\n']]);
    expect(withLines(sources, [{ path: '/w/a.py', line: 2, text: null }])[0][1]).toBe(
      'for i in range(3):\n    y = 2\n',
    );
    expect(() => withLines(sources, [{ path: '/w/a.py', line: 9, text: 'x' }])).toThrow('has no line 9');
    expect(() => withLines(sources, [{ path: '/w/b.py', line: 1, text: 'x' }])).toThrow('no source of this run');
  });

  test('its name says what was changed', () => {
    const edits = [{ target: 'lr', value: '0.01' }, { code: 'net.eval()' }];
    expect(changeText({ edits, lines: [{ path: '/w/a.py', line: 2, text: '  x = 5' }] })).toBe(
      'lr = 0.01, net.eval(), line 2: x = 5',
    );
  });
});
