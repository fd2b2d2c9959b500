/** `backstep run` and `backstep record` as a shell sees them. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, Client, fixture } from './client';

const cli = join(import.meta.dirname, '../../dist/cli.js');

function backstep(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe.skipIf(!built)('backstep', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstep-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('run prints what the script prints, and ends with its exit code', async () => {
    expect(await backstep('run', fixture('lines.py'))).toEqual({ code: 0, stdout: 'z 20\n', stderr: '' });
    expect(await backstep('run', fixture('exits.py'), '--epochs', '2')).toEqual({
      code: 3,
      stdout: "args ['--epochs', '2']\n",
      stderr: 'oops\n',
    });
  });

  test("run shows Python's own traceback", async () => {
    const { code, stderr } = await backstep('run', fixture('raises.py'));
    expect(code).toBe(1);
    expect(stderr).toBe(`Traceback (most recent call last):
  File "${fixture('raises.py')}", line 14, in <module>
    fail(10)
    ~~~~^^^^
  File "${fixture('raises.py')}", line 7, in fail
    return values[n]
           ~~~~~~^^^
IndexError: list index out of range
`);
  });

  test('run --watch says where each expression first holds, and exits with a code of its own', async () => {
    const script = fixture('norms.py');
    const watch = (...expressions: string[]) => expressions.flatMap((e) => ['--watch', e]);
    const found = await backstep('run', ...watch('norm(p.grad) > 1e4', 'nonfinite(p)', 'rises(loss, 1)'), script);
    expect(found).toMatchObject({ code: 3, stdout: 'end 12\n' });
    expect(found.stderr.split('\n').slice(0, -1)).toEqual([
      expect.stringMatching(
        /^Watchpoint: rises\(loss, 1\): it is \S+ in iteration 5 \(norms\.py:13\)\. Before, in iteration 4/,
      ),
      expect.stringMatching(/^Watchpoint: norm\(\S+\.grad\) > 10000: it is \S+ in iteration 5/),
    ]);
  });

  test('run --watch ends as the script does where nothing holds, and refuses what is no expression', async () => {
    const script = fixture('norms.py');
    expect(await backstep('run', '-w', 'nonfinite(p)', script)).toMatchObject({ code: 0, stderr: '' });
    const wrong = await backstep('run', '-w', 'norm(p.grad >', script);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('is not complete');
  });

  test('record --watch keeps the places as bookmarks', async () => {
    const out = join(folder, 'watched.backstep');
    const { code, stderr } = await backstep('record', fixture('norms.py'), '-o', out, '-w', 'norm(p.grad) > 1e4');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^Watchpoint: norm.* in iteration 5.*Recorded/s);
  });

  test.each([
    [['run', '/nowhere.py'], 'There is no file /nowhere.py.'],
    [['run', import.meta.filename], 'neither a Python script'],
    [['record', fixture('lines.py')], "required option '-o, --out <recording>' not specified"],
    [['dance'], "unknown command 'dance'"],
  ])('%j fails with words', async (args, words) => {
    const { code, stderr } = await backstep(...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
  });

  test('record saves a recording that opens and steps both ways', async () => {
    const out = join(folder, 'train.backstep');
    const { code, stdout, stderr } = await backstep('record', fixture('train.py'), '-o', out);
    expect({ code, stdout: stdout.split('\n').at(-2) }).toEqual({ code: 0, stdout: 'done' });
    expect(stderr).toMatch(/^Recorded \d+ ticks, 5 iterations, .*train\.backstep\n$/);
    const client = new Client();
    await client.start();
    await client.stopped({ program: out, stopOnEntry: true, breakpoints: [] });
    await client.breakAt(fixture('train.py'), [{ line: 27 }]);
    expect(await client.go('continue')).toMatchObject({ reason: 'breakpoint', line: 27, file: 'train.py' });
    expect(await client.value('net.output.weight.grad')).toContain('float32 [2, 4]');
    expect(await client.go('stepBack')).toMatchObject({ line: 26 });
    await client.stop();
  });

  test('branch runs on from an iteration of a script with an edit, and prints what comes then', async () => {
    const out = join(folder, 'branch.backstep');
    const script = fixture('branching.py');
    const first = await backstep('record', script, '-o', join(folder, 'first.backstep'), '-q');
    const there = first.stdout.trim().split('\n');
    const from = join(folder, 'first.backstep');
    const { code, stdout, stderr } = await backstep('branch', from, '--iteration', '4', '--set', 'lr=0.01', '-o', out);
    const here = stdout.trim().split('\n');
    expect({ code, lines: here.length, first: here[0] }).toEqual({ code: 0, lines: 6, first: there[3] });
    expect(here[1]).not.toBe(there[4]);
    expect(stderr).toMatch(
      /^Branched at iteration 4, tick \d+ \(line 14\): lr = 0\.01\. Up to here all is as in the first run\./,
    );
    // A branch is a recording like any other, its own branches included.
    const again = await backstep('branch', out, '--iteration', '6', '--set', 'step=step');
    expect(again).toMatchObject({ code: 0, stdout: `${here.slice(2).join('\n')}\n` });
    expect(again.stderr).toContain('Up to here all is as in the first run.');
  });

  test('branch says where a script does not do the same each time', async () => {
    const { code, stderr } = await backstep('branch', fixture('clock.py'), '--iteration', '3', '--set', 'w=2.0');
    expect(code).toBe(0);
    expect(stderr).toContain(
      'not the same place as in the first run: the losses up to here are others; other values in w',
    );
  });

  test('branch says what is wrong with what it was asked', async () => {
    const out = join(folder, 'asked.backstep');
    await backstep('record', fixture('branching.py'), '-o', out, '-q');
    const wrong: [string[], string][] = [
      [['--set', 'lr=0.1', '--iteration', '99'], 'asked.backstep has 8 iterations.'],
      [['--set', 'lr=0.1', '--at', '0'], '0 is no tick: they are counted from 1.'],
      [['--iteration', '2'], 'Say what the branch changes'],
      [['--line', 'lr=3'], "'lr=3' is not 12:TEXT"],
      [['--line', '99:x'], 'has no line 99'],
      [['--iteration', '2', '--set', 'foo.bar=3'], "foo.bar = 3 was not done: NameError: name 'foo' is not defined"],
    ];
    for (const [args, words] of wrong) {
      const { code, stderr } = await backstep('branch', out, ...args);
      expect({ args, code, said: stderr.includes(words) || stderr }).toEqual({ args, code: 2, said: true });
    }
  });

  test('compare says where two runs differ first, and by how much', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((name) => join(folder, `${name}.backstep`));
    const script = fixture('train.py');
    await backstep('record', script, '-o', one, '-q');
    await backstep('record', script, '-o', two, '-q');
    const same = await backstep('compare', one, two);
    expect(same.stdout).toContain('The two runs are the same: every line, every op, every result bit by bit.');
    expect(same.code).toBe(0);
    await backstep('branch', one, '--iteration', '3', '--set', 'opt.lr=0.2', '-o', three);
    const other = await backstep('compare', one, three);
    expect(other.code).toBe(1);
    expect(other.stdout).toMatch(/The first value that differs: (linear1|output)\.\w+, made by \w+ in iteration 3:/);
    expect(other.stdout).toMatch(/A {2}.*train\.py:27 {2}opt\.step\(\) {2}\(tick \d+\)/);
    expect(other.stdout).toMatch(/The loss differs first in iteration 4: 0\.\d+ in A, 0\.\d+ in B\./);
    expect(other.stdout).toMatch(/linear1\.weight {2}··\S+ {2}from iteration 3; at the end/);
    const json = JSON.parse((await backstep('compare', one, three, '--json')).stdout);
    expect(json).toMatchObject({
      same: false,
      structure: null,
      iterations: [5, 5],
      values: { iteration: 2, shape: null },
    });
    expect(json.values.norm).toBeGreaterThan(0);
  });

  test('compare sets two versions of a script side by side: the line that differs, and the first value', async () => {
    const text = await readFile(fixture('train.py'), 'utf8');
    const [one, two] = [join(folder, 'one.py'), join(folder, 'two.py')];
    await writeFile(one, text);
    await writeFile(two, text.replace('torch.manual_seed(0)', 'torch.manual_seed(1)'));
    const { code, stdout } = await backstep('compare', one, two);
    expect(code).toBe(1);
    expect(stdout).toContain('Another line, first in iteration 1:');
    expect(stdout).toMatch(/B {2}two\.py:4 {2}torch\.manual_seed\(1\)/);
    expect(stdout).toMatch(/The first value that differs: X, made by rand in iteration 1:/);
  });

  test('compare sets one script beside itself with another seed; its own seeds move along', async () => {
    const script = fixture('train.py');
    const { code, stdout } = await backstep('compare', script, '--seed', '1,2');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^A {2}train\.py \(seed 1\) .*\nB {2}train\.py \(seed 2\)/);
    expect(stdout).not.toContain('Another line');
    expect(stdout).toMatch(/The first value that differs: X, made by rand in iteration 1:/);
  });

  test('compare says what is missing to compare with', async () => {
    const script = fixture('train.py');
    expect((await backstep('compare', script)).stderr).toMatch(/two seeds: --seed 1,2/);
    expect((await backstep('compare', script, '--seed', 'x,2')).stderr).toMatch(/'x' is no seed/);
  });

  test('a seed is what a script that seeds itself has, and what one that does not draws from', async () => {
    const script = join(folder, 'seeds.py');
    const own =
      'torch.manual_seed(0)\ng = torch.Generator()\ng.manual_seed(5)\nprint(torch.initial_seed(), g.initial_seed())';
    await writeFile(script, `import random, torch\nprint(torch.rand(1).item(), random.random())\n${own}\n`);
    const [one, again, other] = await Promise.all(['7', '7', '8'].map((n) => backstep('run', '--seed', n, script)));
    expect(one!.stdout).toMatch(/\n7 12\n$/);
    expect(again!.stdout).toBe(one!.stdout);
    expect(other!.stdout).toMatch(/\n8 13\n$/);
    expect(other!.stdout.split('\n')[0]).not.toBe(one!.stdout.split('\n')[0]);
  });

  test('a branch of a run with a seed has that seed', async () => {
    const [one, two] = ['seeded', 'branched'].map((name) => join(folder, `${name}.backstep`));
    await backstep('record', fixture('train.py'), '--seed', '3', '-o', one!, '-q');
    const { stderr, code } = await backstep('branch', one!, '--iteration', '3', '--set', 'opt.lr=0.2', '-o', two!);
    expect(code).toBe(0);
    expect(stderr).toContain('Up to here all is as in the first run');
    const client = new Client();
    await client.start();
    await client.initializeRequest();
    const launch = client.send('launch', { program: one, seed: 4 });
    await expect(launch).rejects.toThrow(/it has the seed that it was made with/);
    await client.stop();
  });

  test.each(['bad.backstep', 'BAD.BACKSTEP'])(
    '%s is data by its name: one that is not ours says so and is not run',
    async (name) => {
      const path = join(folder, name);
      await writeFile(path, "open('ran', 'w')");
      const client = new Client();
      await client.start();
      await client.initializeRequest();
      await expect(client.send('launch', { program: path })).rejects.toThrow(/no Backstep recording/i);
      await client.stop();
    },
  );
});
