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
