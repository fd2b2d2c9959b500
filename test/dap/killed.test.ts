/** A run that is ended from outside, or loses its file: what was recorded so far opens. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkLaunch } from '../../src/debugger/launch';
import { load } from '../../src/recorder/file';
import { Replay } from '../../src/recorder/replay';
import { pictureOf } from '../../src/recorder/views/picture';
import '../../src/engine/ops';
import { built, Client } from './client';

const cli = join(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'backstep-killed-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Trains on and on, and says how far it is and when that is. */
const SCRIPT = `
import time
import torch
net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(16, 3))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
X, y = torch.rand(32, 8), torch.randint(0, 3, (32,))
begun = time.time()
i = 0
while True:
    loss = torch.nn.functional.cross_entropy(net(X), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    i += 1
    if i % 10 == 0:
        print(i, round(time.time() - begun, 3), loss.item(), flush=True)
`;

interface Line {
  iteration: number;
  time: number;
  loss: number;
}
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => /^\d+ [\d.]+ \S+$/.test(line))
    .map((line) => line.split(' ').map(Number))
    .map(([iteration, time, loss]) => ({ iteration, time, loss }));

/** Records the script, and does something to it at a line that it prints. */
function recorded(out: string, at: (line: Line, child: ReturnType<typeof spawn>) => void) {
  const script = join(folder, 'on.py');
  writeFileSync(script, SCRIPT);
  return new Promise<{ said: Line[]; stderr: string; signal: string | null }>((done) => {
    const child = spawn(process.execPath, [cli, 'record', script, '-o', out]);
    let text = '';
    let stderr = '';
    let seen = 0;
    child.stdout.on('data', (data) => {
      text += data;
      const lines = linesOf(text.slice(0, text.lastIndexOf('\n') + 1));
      for (const line of lines.slice(seen)) at(line, child);
      seen = lines.length;
    });
    child.stderr.on('data', (data) => (stderr += data));
    child.on('close', (_, signal) => done({ said: linesOf(text), stderr, signal }));
  });
}

describe.skipIf(!built)('a recording whose run', () => {
  test('was killed opens, up to about a second before', async () => {
    const out = join(folder, 'killed.backstep');
    const { said, signal } = await recorded(out, ({ time }, child) => time > 4 && child.kill('SIGKILL'));
    expect(signal).toBe('SIGKILL');
    const r = load(out);
    expect(r.damage).toMatch(/its end is missing.*shown up to iteration \d+/);
    const printed = linesOf([...r.outputs()].map((o) => o.text).join(''));
    expect(printed).toEqual(said.slice(0, printed.length));
    expect(said.at(-1)!.time - printed.at(-1)!.time).toBeLessThan(2);
    // Its ticks are there, with their values.
    const replay = new Replay();
    for (const part of [0, 0.3, 0.7, 1]) {
      const tick = Math.floor(part * (r.ticks - 1));
      expect(pictureOf(r, replay, tick, false).cursor.tick).toBe(tick);
    }
    const iteration = printed.at(-1)!.iteration - 1;
    expect(r.iteration(iteration).loss).toBeCloseTo(printed.at(-1)!.loss, 12);
    expect(Math.abs(r.iterationCount - printed.at(-1)!.iteration)).toBeLessThan(12);
    const { code, stdout, stderr } = await replayed(out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('not whole') });
    expect(stdout).toContain(`${printed.at(-1)!.iteration} ${printed.at(-1)!.time}`);
  });

  test('was interrupted by Ctrl-C is whole', async () => {
    const out = join(folder, 'interrupted.backstep');
    const { said, stderr } = await recorded(out, ({ iteration }, child) => iteration === 30 && child.kill('SIGINT'));
    expect(stderr).toContain('KeyboardInterrupt');
    const r = load(out);
    expect(r.damage).toBeNull();
    expect(r.exception?.type).toBe('KeyboardInterrupt');
    expect(linesOf([...r.outputs()].map((o) => o.text).join(''))).toEqual(said);
  });

  test.each(['while it runs', 'while it is paused', 'in a long call'])(
    'was stopped by its user %s is whole',
    async (when) => {
      const client = new Client();
      await client.start();
      const program = join(folder, 'stopped.py');
      writeFileSync(
        program,
        SCRIPT.replace(
          'i += 1',
          `i += 1\n    if i == 20 and ${when === 'in a long call' ? 'True' : 'False'}: time.sleep(100)`,
        ),
      );
      const record = join(folder, 'stopped.backstep');
      const begun = new Promise<void>((done) => client.on('output', () => done()));
      await client.begin({ program, record });
      await begun;
      if (when === 'while it is paused') await client.go('pause');
      await client.send('disconnect', {});
      await client.stop();
      const r = load(record);
      expect(r.damage).toBeNull();
      expect(r.origin.stopped).toBe(r.ticks - 1);
      expect(r.iterationCount).toBeGreaterThanOrEqual(10);
      const replay = new Client();
      await replay.start();
      await replay.stopped({ program: record, stopOnEntry: true });
      expect((await replay.go('continue')).description).toContain('was stopped here');
      await replay.stop();
    },
  );

  test('lost its file runs on, and says so once', async () => {
    const out = join(folder, 'lost.backstep');
    let lost = 0;
    const { stderr, said } = await recorded(out, ({ time }, child) => {
      if (lost === 0 && existsSync(out)) rmSync(out);
      lost ||= time;
      if (time > lost + 3) child.kill('SIGINT');
    });
    expect(said.at(-1)!.time).toBeGreaterThan(lost + 2.9);
    expect(stderr.match(/no longer written: lost\.backstep is not whole: the file was deleted/g)).toHaveLength(1);
  });

  test('has nowhere to be written to is not begun', async () => {
    const out = join(folder, 'nowhere/out.backstep');
    const { said, stderr } = await recorded(out, () => {});
    expect(said).toEqual([]);
    expect(stderr).toMatch(/cannot be written to .*out\.backstep/);
  });
});

function replayed(file: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [cli, 'replay', file]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

describe('"record" in a launch', () => {
  const program = join(import.meta.dirname, '../fixtures/train.py');

  test('is a recording beside the script, or one with a path', async () => {
    const { record } = await checkLaunch({ program, record: 'run.backstep' });
    expect(record).toBe(join(import.meta.dirname, '../fixtures/run.backstep'));
    expect((await checkLaunch({ program, record: join(folder, 'a.BACKSTEP') })).record).toBe(
      join(folder, 'a.BACKSTEP'),
    );
  });

  test.each(['train.py', '', 7])('is refused where it is %j: a script must not be overwritten', async (record) => {
    await expect(checkLaunch({ program, record: record as string })).rejects.toThrow(/"record" is .*run\.backstep/);
  });
});
