/** How `backstep run` ends: exit codes, Python's own tracebacks, words for what is not there. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'backstep-endings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ending {
  code: number;
  stdout: string;
  stderr: string;
}

function run(source: string, ...args: string[]): Promise<Ending> {
  const script = join(folder, 'train.py');
  writeFileSync(script, source);
  return new Promise((done) => {
    execFile(process.execPath, [cli, 'run', script, ...args], { cwd: folder }, (error, stdout, stderr) => {
      const readable = stderr.replaceAll(folder, '…').replace(/^.*npm warn.*\n/gm, '');
      done({ code: error ? Number(error.code) : 0, stdout, stderr: readable });
    });
  });
}

describe('the end of a script', () => {
  test('is quiet, with its arguments seen', async () => {
    const found = await run('import sys\nprint(sys.argv[1:], __name__, __file__ == sys.argv[0])', '--epochs', '3');
    expect(found).toEqual({ code: 0, stdout: "['--epochs', '3'] __main__ True\n", stderr: '' });
  });
  test('may be sys.exit', async () => {
    expect(await run('import sys\nprint("a", end="")\nsys.exit(3)')).toEqual({ code: 3, stdout: 'a', stderr: '' });
    expect(await run('import os\nprint("a")\nos._exit(3)')).toEqual({ code: 3, stdout: 'a\n', stderr: '' });
    expect(await run('import os\nos.abort()')).toEqual({ code: 134, stdout: '', stderr: '' });
    expect(await run('raise SystemExit("no data")')).toEqual({ code: 1, stdout: '', stderr: 'no data\n' });
  });
  test('may be os._exit, from which nothing returns', async () => {
    const source = 'import os\ntry:\n    print(1)\n    os._exit(4)\nfinally:\n    print(2)';
    expect(await run(source)).toEqual({ code: 4, stdout: '1\n', stderr: '' });
  });
  test('calls what atexit knows, last', async () => {
    const found = await run('import atexit\natexit.register(print, "bye")\nprint(1)\n1 / 0');
    expect(found).toMatchObject({ code: 1, stdout: '1\nbye\n' });
    expect(found.stderr).toContain('ZeroDivisionError');
  });
  test("may be an exception: Python's own traceback, without our frames", async () => {
    const found = await run('import torch\n\ndef f(x):\n    return x + torch.ones(3)\n\nprint(1)\nf(torch.ones(2))\n');
    expect(found.code).toBe(1);
    expect(found.stdout).toBe('1\n');
    expect(found.stderr).toBe(`Traceback (most recent call last):
  File "…/train.py", line 7, in <module>
    f(torch.ones(2))
    ~^^^^^^^^^^^^^^^
  File "…/train.py", line 4, in f
    return x + torch.ones(3)
           ~~^~~~~~~~~~~~~~~
RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0
`);
  });
  test('may be a syntax error', async () => {
    const found = await run('x = 1\nif x = 2:\n    pass\n');
    expect(found.code).toBe(1);
    expect(found.stderr).toBe(`  File "…/train.py", line 2
    if x = 2:
       ^^^^^
SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?
`);
  });
  test('may be a module that is not there', async () => {
    const found = await run('import polars as pl\n');
    expect(found.code).toBe(1);
    expect(found.stderr).toBe(`Traceback (most recent call last):
  File "…/train.py", line 1, in <module>
    import polars as pl
ModuleNotFoundError: No module named 'polars'
Backstep runs scripts on its own engine, without installed packages: polars is not there. Modules beside the script, the standard library and torch can be imported.
`);
  });
  test('may be a name of torch that is not there yet', async () => {
    const found = await run('import torch\nx = torch.sspaddmm(torch.ones(4), 2)\n');
    expect(found.code).toBe(1);
    expect(found.stderr).toMatch(
      /^AttributeError: torch\.sspaddmm is not in Backstep yet \(train\.py:2\)\. Close to it: torch\.addmm\. What is there: .*coverage\.md$/m,
    );
  });
});
