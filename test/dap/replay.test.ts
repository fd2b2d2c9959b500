/** `backstep replay` and `backstep export` as a shell sees them. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, fixture } from './client';

const cli = join(import.meta.dirname, '../../dist/cli.js');

function backstep(args: string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

describe.skipIf(!built)('backstep replay', () => {
  let folder: string;
  let out: string;
  let printed: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstep-'));
    out = join(folder, 'train.backstep');
    const recorded = await backstep(['record', fixture('train.py'), '-q', '-o', out]);
    printed = recorded.stdout;
  });
  afterAll(() => rm(folder, { recursive: true }));
  const replay = (...args: string[]) => backstep(['replay', out, ...args]);
  /** What an interactive session says to some commands. */
  const talk = async (...commands: string[]) =>
    (await backstep(['replay', out, '-i'], `${commands.join('\n')}\n`)).stdout;

  test('prints what the run printed, with the iteration of each line; plainly if that is wanted', async () => {
    expect(await replay('--plain')).toEqual({ code: 0, stdout: printed, stderr: '' });
    const { stdout } = await replay();
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^.*?│ /, ''))).toEqual(printed.trimEnd().split('\n'));
    expect(lines[0]).toMatch(/^ +1 │ /);
    expect(lines.at(-1)).toMatch(/^ +│ done/);
  });

  test('goes to a tick or an iteration, and prints expressions there', async () => {
    const { stdout, code } = await replay(
      '--iteration',
      '3',
      '--print',
      'epoch',
      '--print',
      'lr if "lr" in dir() else 7',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tick \d+ of \d+ · iteration 3 of 5 · forward\n {2}train\.py:\d+ +\S/);
    expect(stdout).toMatch(/\nepoch = 2\n/);
    expect((await replay('--at', '1')).stdout).toMatch(/^tick 1 of/);
    expect((await replay('--at', '+1')).stderr).toMatch(/--at.*tick/);
    expect((await replay('--iteration', '99')).stderr).toMatch(/has 5 iterations/);
    const wrong = await replay('--print', 'nothing_of_this_name');
    expect([wrong.code, wrong.stderr]).toEqual([1, "NameError: name 'nothing_of_this_name' is not defined\n"]);
  });

  test('prints a tensor as PyTorch does', async () => {
    const { stdout } = await replay('--print', 'net.output.bias');
    expect(stdout).toMatch(/net\.output\.bias = tensor\(\[.*requires_grad=True\)/);
    // One that the expression makes.
    expect((await replay('--print', 'net.output.bias[0]')).stdout).toMatch(/net\.output\.bias\[0\] = float32 {2}-?\d/);
  });

  test('steps both ways, as a debugger in a shell does', async () => {
    const said = await talk('i 2', 'n', 'n', 'b', 'where', 'p epoch', '', 'q');
    const ticks = [...said.matchAll(/^tick (\d+)/gm)].map(([, tick]) => Number(tick));
    expect(ticks).toHaveLength(5); // the start, and after i, n, n, b
    expect(ticks[0]).toBe(1);
    expect(ticks[4]).toBe(ticks[2]);
    expect(said).toMatch(/#0 +<module> +at .*train\.py:\d+/);
    expect(said.match(/^epoch = 2$/gm)).toHaveLength(2); // the empty line repeats
  });

  test('prints what a step passes, runs to breakpoints in both directions, and lists the script around the cursor', async () => {
    const said = await talk('break 27', 'c', 'l', 'c', 'rc', 'rc', 'delete', 'c', 'q');
    expect(said).toMatch(/Breakpoint 1 at train\.py:27/);
    expect(said).toMatch(/^→ +27 /m);
    expect(said).toMatch(/start of the recording/);
    expect(said).toMatch(/end of the recording/);
    expect(said).toContain('done\n');
  });

  test('keeps bookmarks in the file', async () => {
    expect(await talk('goto 30', 'mark it begins here', 'marks', 'q')).toMatch(/tick 30.*it begins here/);
    expect(await talk('marks', 'goto 30', 'unmark', 'marks')).toMatch(/tick 30.*it begins here[\s\S]*no bookmarks/);
  });

  test('says what it does not understand, and what there is', async () => {
    const said = await talk('dance', 'goto', 'goto x', 'p', 'break nowhere', 'n -1', 'help', 'goto 99999999');
    expect(said).toMatch(/no command 'dance'/i);
    expect(said).toMatch(/goto takes a tick/i);
    expect(said).toMatch(/reverse-continue/);
    expect(said).toMatch(/tick 2\d\d of/);
  });

  test.each([
    ['empty.backstep', '', /empty/],
    ['other.backstep', 'import os; os.abort()', /no Backstep recording/],
    ['cut.backstep', 'BACKSTEP', /cut off/],
  ])('%s is refused in words', async (name, text, words) => {
    const path = join(folder, name);
    await writeFile(path, text);
    for (const command of ['replay', 'export']) {
      const more = command === 'export' ? ['--html', join(folder, 'never.html')] : [];
      const { code, stderr, stdout } = await backstep([command, path, ...more]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(words);
    }
  });

  test('a recording that is cut off is replayed as far as it is whole', async () => {
    const bytes = await readFile(out);
    const cut = join(folder, 'half.backstep');
    await writeFile(cut, bytes.subarray(0, bytes.length - 20));
    const { code, stderr, stdout } = await backstep(['replay', cut]);
    expect([code, stdout.includes('done')]).toEqual([0, true]);
    expect(stderr).toMatch(/not whole/);
  });

  test('export writes a page, and says how large it is', async () => {
    const html = join(folder, 'train.html');
    const { code, stderr } = await backstep(['export', out, '--html', html]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Exported \d+ ticks, 5 iterations, [\d.]+ MB: .*train\.html\n$/);
    const text = await readFile(html, 'utf8');
    expect(text).toMatch(/^<!DOCTYPE html>/);
    const script = await backstep(['export', fixture('train.py'), '--html', html]);
    expect(script.stderr).toMatch(/is no recording/);
  });
});
