/** An optimizer's step that crosses once per group: the numbers and the record of Python's own rule. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import '../../src/engine/ops';
import { openScript } from '../../src/python/scriptSession';
import { load } from '../../src/recorder/file';
import type { Recording } from '../../src/recorder/recording';
import { Replay } from '../../src/recorder/replay';
import type { TensorUse } from '../../src/recorder/rows';

const ROOT = resolve(import.meta.dirname, '../..');

/** What a step did, op by op: its arguments (tensors by the order in which they appear), numbers as they were given. */
function stepOf(r: Recording, replay: Replay, start: number, end: number): string[] {
  const found: string[] = [];
  const tensors: number[] = [];
  const told = (use: TensorUse | null) => {
    if (!use) return 'none';
    const { wrapped, tensor, shape } = use;
    if (wrapped) return replay.tensor(use).dtype + replay.tensor(use).values().join();
    if (!tensors.includes(tensor)) tensors.push(tensor);
    return `tensor ${tensors.indexOf(tensor)} [${shape}]`;
  };
  for (let t = start; t < end; t++) {
    const record = r.recordAt(t);
    if (!record) continue;
    const args = record.args.map((a) =>
      'use' in a ? told(a.use) : 'uses' in a ? a.uses.map(told).join() : JSON.stringify(a.attr),
    );
    found.push(`${record.kind} ${record.name} ${args.join(', ')} -> ${record.outs.map(told).join()}`);
  }
  return found;
}

it('records the same ops with the same arguments, and computes the same bits', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstep-updates-'));
  try {
    const file = join(folder, 'run.backstep');
    const launch = { program: join(ROOT, 'test/fixtures/whole_updates.py'), record: file, stopAtEnd: false };
    const session = await openScript(launch, join(ROOT, 'dist'));
    let text = '';
    session.on('output', (e) => (text += e.text));
    const ended = new Promise((done) => session.on('terminated', done));
    await session.request('start', { stopOnEntry: false });
    await ended;
    await session.dispose();
    const lines = text.trim().split('\n');
    expect(lines.filter((line) => !line.endsWith(' the same') || line.includes('not the same'))).toEqual([]);
    expect(lines).toHaveLength(22);
    const r = load(file);
    const replay = new Replay();
    const steps = [...r.passes()].filter((p) => p.kind === 'step');
    expect(steps).toHaveLength(22 * 2 * 5);
    for (let run = 0; run < steps.length; run += 10)
      for (let i = run; i < run + 5; i++) {
        const whole = stepOf(r, replay, steps[i].start, steps[i].end);
        expect(whole.length).toBeGreaterThan(0);
        // No tick of it is a line, which the subclass's own are.
        expect(whole).toHaveLength(steps[i].end - steps[i].start);
        expect(whole, lines[run / 10]).toEqual(stepOf(r, replay, steps[i + 5].start, steps[i + 5].end));
      }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
