/** A recording that is written while the run goes on, and read only where it is looked at. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load, open, read } from '../../../src/recorder/file';
import { DiskTarget, type Target } from '../../../src/recorder/file/bytes';
import { RunWriter, write } from '../../../src/recorder/file/writer';
import type { Recording } from '../../../src/recorder/recording';
import { Replay } from '../../../src/recorder/replay';
import { pictureOf } from '../../../src/recorder/views/picture';
import { bits, MemoryTarget, type Mlp, trainMlp } from './script';

/** A run that is written whenever `when` says so. */
function recorded(
  iterations: number,
  target: Target,
  when: (i: number, r: Recording) => boolean,
  memoryLimit?: number,
) {
  let writer: RunWriter | null = null;
  const failures: string[] = [];
  const m = trainMlp({
    iterations,
    rule: 'sgd',
    dropout: true,
    memoryLimit,
    onIteration: (r) => {
      if (!writer) {
        writer = new RunWriter(r, target, 'run.backstep');
        writer.onFailure = (text) => failures.push(text);
      }
      if (when(r.iterationCount, r)) writer.flush();
    },
  });
  return { m, writer: writer! as RunWriter, failures };
}

const losses = (r: Recording) => [...r.iterations()].map((i) => i.loss);

function weights(r: Recording, replay: Replay, tick: number): string[] {
  return [...r.leaves].map((id) => bits(replay.data(r.useAt(id, tick)!.value)));
}

/** What was copied while the run went on is what the file gives, tick by tick. */
function same(r: Recording, m: Mlp, iterations: number): void {
  const replay = new Replay();
  for (let i = 0; i < iterations; i++)
    for (const [k, { tensor }] of m.params.entries()) {
      const found = replay.tensor(r.useAt(tensor.id, m.seen[i].tick)!).values() as Float32Array;
      expect(Array.from(found)).toEqual(m.seen[i].weights[k]);
    }
}

describe('a run that is written as it goes', () => {
  it('is the same run, whenever it was written', () => {
    for (const every of [1, 7, 1000]) {
      const target = new MemoryTarget();
      const { m, writer } = recorded(40, target, (i) => i % every === 0);
      writer.finish();
      const r = read(target.bytes);
      expect(r.damage).toBeNull();
      expect(r.ticks).toBe(m.script.recording.ticks);
      expect(losses(r)).toEqual(losses(m.script.recording));
      expect([...r.frames()]).toEqual([...m.script.recording.frames()]);
      expect([...r.passes()]).toEqual([...m.script.recording.passes()]);
      expect([...r.optimizers]).toEqual([...m.script.recording.optimizers]);
      same(r, m, 40);
    }
  });

  it('is looked at through the file: what is written is not held in memory', () => {
    const target = new MemoryTarget();
    const { m, writer } = recorded(60, target, (i) => i % 5 === 0, 100_000);
    const { recording } = m.script;
    const without = trainMlp({ iterations: 60, rule: 'sgd', dropout: true, memoryLimit: 100_000 }).script.recording;
    writer.flush();
    const held = recording.pages.shelf.pieces.filter((p) => p.bytes !== null);
    expect(held).toEqual([]);
    expect(recording.pages.shelf.bytes).toBeLessThan(without.pages.shelf.bytes);
    target.readBytes = 0;
    same(recording, m, 60);
    expect(target.readBytes).toBeGreaterThan(0);
    // It can be saved to another file all the same.
    const copy = new MemoryTarget();
    write(recording, copy, { checkpoints: 64e6 });
    same(read(copy.bytes), m, 60);
  });

  it('is the same run where some of its pages were put elsewhere before they were written', () => {
    const parts: Uint8Array[] = [];
    const scratch = {
      write: (bytes: Uint8Array) => parts.push(bytes.slice()) - 1,
      read: (at: number) => parts[at],
    };
    const target = new MemoryTarget();
    let i = 0;
    const { m, writer } = recorded(30, target, (_, r) => {
      const { shelf } = r.pages;
      shelf.seal();
      if (i++ % 3 < 2) shelf.spill(scratch);
      return i % 7 === 0;
    });
    writer.finish();
    expect(parts.length).toBeGreaterThan(5);
    same(m.script.recording, m, 30);
    same(read(target.bytes), m, 30);
  });

  it('goes on where the disk is full, and what is there opens', () => {
    const room = 30_000;
    const target = new MemoryTarget(room);
    const { m, writer, failures } = recorded(40, target, () => true);
    expect(m.script.recording.iterationCount).toBe(40);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(
      /^The recording is no longer written: run\.backstep is not whole: there is no space left on the disk\..* up to tick \d+, can be opened\. The script runs on\.$/,
    );
    writer.flush();
    expect(() => writer.save()).toThrow('run.backstep is not whole: there is no space left on the disk.');
    expect(failures).toHaveLength(1);
    expect(target.size).toBeLessThanOrEqual(room);
    const r = read(target.bytes);
    expect(r.damage).toMatch(/its end is missing/);
    expect(r.iterationCount).toBeGreaterThan(2);
    expect(failures[0]).toContain(`up to tick ${r.ticks},`);
    expect(m.script.recording.file?.complete).toBe(false);
    same(r, m, r.iterationCount - 1);
    // The run itself is whole in memory, and in what was written of it.
    same(m.script.recording, m, 40);
  });

  it('has no more bytes than it may, and the run goes on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstep-writer-'));
    try {
      const path = join(folder, 'run.backstep');
      const target = new DiskTarget(path, 30_000);
      const { m, failures } = recorded(40, target, () => true);
      expect(failures).toHaveLength(1);
      expect(failures[0]).toContain('run.backstep is not whole: it has reached 0.03 MB. What it holds');
      same(m.script.recording, m, 40);
      target.close();
      expect(statSync(path).size).toBeLessThanOrEqual(30_000);
      expect(load(path).iterationCount).toBeGreaterThan(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has its checkpoints so close together that a replay takes milliseconds', () => {
    const target = new MemoryTarget();
    const { m, writer } = recorded(300, target, (i) => i % 10 === 0);
    writer.finish();
    const r = read(target.bytes);
    const costs = Array.from({ length: 60 }, (_, i) => {
      const tick = Math.floor(((i + 0.5) / 60) * r.ticks);
      const replay = new Replay();
      return Math.max(...m.params.map(({ tensor }) => replay.cost(r.useAt(tensor.id, tick)!.value)));
    });
    expect(r.recordCount).toBeGreaterThan(5000);
    // An op is taken for 6 µs.
    expect(Math.max(...costs)).toBeLessThan(8000 / 6);
  });

  it('goes on in a file that was saved in between', () => {
    const target = new MemoryTarget();
    let saved: number[] = [];
    const { m, writer } = recorded(20, target, () => true);
    saved = [writer.save(), writer.save()];
    expect(saved[0]).toBe(saved[1]);
    m.script.recording.bookmarks = [{ tick: 4, note: 'here' }];
    expect(writer.save()).toBeGreaterThan(saved[1]);
    expect(read(target.bytes)).toMatchObject({ bookmarks: [{ tick: 4, note: 'here' }], damage: null });
  });
});

describe('a long recording', () => {
  it('shows its first picture, and any other, after a small part of the file was read', () => {
    const target = new MemoryTarget();
    const { m, writer } = recorded(600, target, (i) => i % 10 === 0, 2_000_000);
    writer.finish();
    target.readBytes = 0;
    const r = open(target);
    const replay = new Replay();
    expect(pictureOf(r, replay, 0, false).cursor.ticks).toBe(m.script.recording.ticks);
    const first = target.readBytes;
    expect(first).toBeLessThan(target.size / 4);
    const tick = r.iteration(400).backward;
    pictureOf(r, replay, tick, false);
    expect(weights(r, replay, tick)).toEqual(weights(m.script.recording, m.replay, tick));
    expect(target.readBytes - first).toBeLessThan(target.size / 4);
  });
});
