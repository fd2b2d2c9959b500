/** What the line tracer does not do: describe anew what it has described, run ops while it looks, listen where nobody's lines are. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import '../../src/engine/ops';
import { load } from '../../src/recorder/file';
import type { Recording } from '../../src/recorder/recording';

const folder = mkdtempSync(join(tmpdir(), 'backstep-described-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCRIPT = `
import sys
import torch

class Config:
    def __init__(self):
        self.rate = 0.5
        self.names = ['a']
    def __repr__(self):
        told.append(1)
        return 'Config'

def step(config):
    return config.rate

told = []
config = Config()
for i in range(5):
    step(config)
before = len(told)
config.names.append('b')
step(config)
step(config)
print(before, len(told))

v, w = torch.ones(2), torch.zeros(2)
by_tensor = {v: [1], w: [2]}
optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(2))])
optimizer.param_groups[0]['params'][0].grad = v
optimizer.step()

def rate(optimizer):
    return optimizer.param_groups[0]['lr']

rate(optimizer)

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.size = 3

Net()

def again(a):
    del a
    b = 1
    return b

for i in range(600):
    again(i % 300)

monitoring = sys.monitoring
tool = 4
lines = monitoring.events.LINE
print(monitoring.get_events(tool) & lines, monitoring.get_local_events(tool, torch.optim.Adam.step.__code__),
      monitoring.get_local_events(tool, step.__code__) & lines == lines)
`;
let printed: string[];
let recording: Recording;

beforeAll(() => {
  const script = join(folder, 'train.py');
  writeFileSync(script, SCRIPT);
  const cli = resolve(import.meta.dirname, '../../dist/cli.js');
  const file = join(folder, 'run.backstep');
  printed = execFileSync(process.execPath, [cli, 'record', script, '-o', file], { encoding: 'utf8' }).split('\n');
  recording = load(file);
});

it('describes an object when it has changed, whatever frames see it', () => {
  expect(printed[0]).toBe('3 4');
});

it('hears lines of the script alone', () => {
  expect(printed[1]).toBe('0 0 True');
});

it('runs no op to describe what holds tensors, and makes no text of their elements', () => {
  const ops = Array.from({ length: recording.recordCount }, (_, i) => recording.record(i).name);
  expect(ops.filter((name) => /^(lt|gt|eq|any|bool|item)/.test(name))).toEqual([]);
  const all = Array.from(
    { length: recording.ticks },
    (_, tick) => recording.namesAt(recording.frameAt(tick), tick)?.value,
  );
  const names = all.join();
  expect(names).toContain('"repr":"defaultdict of 1"');
  expect(names).toContain('"repr":"dict of 2"');
  expect(names).not.toContain('tensor(');
});

/** What the lines of a function's calls, one after the other, said of its names. */
const saidIn = (name: string) =>
  Array.from({ length: recording.ticks }, (_, tick) => tick)
    .filter((tick) => recording.kindAt(tick) === 'line' && recording.frame(recording.frameAt(tick))?.name === name)
    .map((tick) => {
      const said = recording.namesAt(recording.frameAt(tick), tick);
      return said?.tick === tick ? JSON.parse(said.value) : null;
    });

it('shows a module as one as soon as it is', () => {
  expect(saidIn('Net.__init__').map((said) => said?.self?.k)).toEqual(['object', 'module']);
});

it('has a text by its number as it was told, however many there are', () => {
  const said = saidIn('again');
  expect(said.length).toBe(1800);
  for (let i = 0; i < 600; i++) {
    expect(said[3 * i].a.repr).toBe(String(i % 300));
    expect(said[3 * i + 1]).toEqual({ a: null });
    expect(said[3 * i + 2].b.repr).toBe('1');
  }
});
