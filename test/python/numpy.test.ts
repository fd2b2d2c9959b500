import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Interpreter, startInterpreter } from './interpreter';

const golden = join(import.meta.dirname, '../golden');
const folder = join(golden, 'numpy/programs');
const programs = readdirSync(folder).filter((file) => file.endsWith('.py'));

let interpreter: Interpreter;
beforeAll(async () => {
  interpreter = await startInterpreter();
  interpreter.python.FS.writeFile('/lib/backstep/statements.py', readFileSync(join(golden, 'statements.py')));
});

/** Programs of test/golden/numpy, statement by statement: the same text, value or exception as under real numpy. */
describe.each(programs)('%s says what numpy says', (file) => {
  const source = readFileSync(join(folder, file), 'utf8');
  const expected = JSON.parse(readFileSync(join(folder, file.replace('.py', '.json')), 'utf8')) as string[][];
  let found: string[][];
  beforeAll(() => {
    interpreter.python.globals.set('source', source);
    found = JSON.parse(interpreter.python.runPython('import json, statements; json.dumps(statements.run(source))'));
  });
  test.each(expected.map(([statement, text], i) => ({ statement, text, i })))('$statement', ({ text, i }) => {
    expect(found[i][1]).toBe(text);
  });
});

test('an operand that nobody else holds lives as long as its call', () => {
  expect(
    interpreter.run(`import numpy as np, torch
q = np.arange(12.0).reshape(3, 4)
for i in range(700):
    for k in range(i % 7):
        q + k
    assert np.argmax(q[1]) == 3 and np.repeat(q[0], [[1, 1], [1, 1]])[3] == 3 and len(np.unique(q[:, :2])) == 6
    assert np.bincount([1, 1], weights=[0.5, 0.5])[1] == 1 and np.add(q, 1, where=[[True]], out=q * 1)[0, 0] == 1
    assert not torch.ones(1, 2, 3, 4).is_contiguous(memory_format=torch.channels_last)
print('done')`),
  ).toBe('done\n');
});
