/** A notebook prints what IPython prints: cells.txt and shown.txt are
 * `MPLBACKEND=agg python3 ../../corpus/driver.py cells.ipynb`, run beside them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Interpreter, startInterpreter } from './interpreter';

const fixtures = join(import.meta.dirname, '../fixtures/notebook');

let interpreter: Interpreter;
beforeAll(async () => {
  interpreter = await startInterpreter();
  interpreter.python.registerJsModule('_backstep_host', { figures: () => false, png: () => new Uint8Array() });
  interpreter.python.FS.mkdirTree('/work');
});

const RUN = `from _backstep import notebook
names = {'__name__': '__main__'}
for cell in notebook.program(PATH):
    exec(cell, names)`;

function run(name: string, text: string) {
  interpreter.python.FS.writeFile(`/work/${name}`, text);
  return interpreter.run(RUN.replace('PATH', JSON.stringify(`/work/${name}`)));
}

const read = (name: string) => readFileSync(join(fixtures, name), 'utf8');
const book = (...cells: string[]) =>
  JSON.stringify({ cells: cells.map((source) => ({ cell_type: 'code', source })), nbformat: 4 });

test('a cell shows its last value as IPython does', () => {
  expect(run('cells.ipynb', read('cells.ipynb'))).toBe(read('cells.txt'));
});

test('values are broken into lines as IPython breaks them', () => {
  // Where an object lies in memory is chance.
  const placed = (text: string) => text.replace(/0x[0-9a-f]+/g, '0x…');
  expect(placed(run('shown.ipynb', read('shown.ipynb')))).toBe(placed(read('shown.txt')));
});

test('an error ends it', () => {
  expect(run('fails.ipynb', read('fails.ipynb'))).toBe('ZeroDivisionError: division by zero\n');
});

test.each([
  ['!ls\n1', '1\n'],
  ['x = %pwd\n2', '2\n'],
  ['for i in range(2):\n    !echo $i\n3', '3\n'],
  ['%time y = 4\ny', '4\n'],
  ['%time 4', '4\n'],
  ['%timeit 4', ''],
  ['torch?\n5', '5\n'],
  ['%%html\n<b>no</b>', ''],
  ['get_ipython().run_line_magic("matplotlib", "inline")\n6', '6\n'],
  ['f"{1:%}" # %', "'100.000000%'\n"],
  ['7; # quiet', ''],
  ['"ü"; ', ''],
])('%j', (cell, printed) => {
  expect(run('one.ipynb', book('import torch', cell))).toBe(printed);
});

test('a written file can be imported', () => {
  expect(
    run('writes.ipynb', book('import os; os.chdir("/work")', '%%writefile own.py\na = 1', 'open("own.py").read()')),
  ).toBe("'a = 1\\n'\n");
});
