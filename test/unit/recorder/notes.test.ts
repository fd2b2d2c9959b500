/** Bookmarks: kept beside the run, in the recording's file, whether it is written now or was long ago. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Events, Requests } from '../../../src/protocol/session';
import { load, save } from '../../../src/recorder/file';
import { writeNotes } from '../../../src/recorder/file/notes';
import { SessionServer } from '../../../src/recorder/server';
import { trainMlp } from './script';

const folder = mkdtempSync(join(tmpdir(), 'backstep-notes-'));
const path = join(folder, 'run.backstep');
afterAll(() => rmSync(folder, { recursive: true }));

const run = trainMlp({ iterations: 5 }).script.recording;
const marks = [
  { tick: 3, note: 'first op' },
  { tick: 40, note: 'loss 名 jumps' },
];

describe('bookmarks in a file', () => {
  beforeAll(() => {
    save(run, path);
  });

  it('are written with the run, and come back', () => {
    run.bookmarks = [...marks];
    save(run, path);
    expect(load(path)).toMatchObject({ bookmarks: marks, damage: null });
    run.bookmarks = [];
  });

  it('are put into a file that is there, again and again, and leave the run as it was', () => {
    save(run, path);
    const before = readFileSync(path);
    writeNotes(path, marks);
    expect(load(path)).toMatchObject({ bookmarks: marks, damage: null, ticks: run.ticks });
    writeNotes(path, marks.slice(1));
    expect(load(path)).toMatchObject({ bookmarks: marks.slice(1), damage: null });
    for (let n = 0; n < 20; n++) writeNotes(path, [{ tick: n, note: 'x'.repeat(1000 - 40 * n) }]);
    expect(load(path).bookmarks).toEqual([{ tick: 19, note: 'x'.repeat(240) }]);
    // All but the pointer behind them, which goes behind the bookmarks.
    const own = before.subarray(0, before.length - 25);
    expect(readFileSync(path).subarray(0, own.length).equals(own)).toBe(true);
    expect(statSync(path).size - before.length).toBeLessThan(300);
  });

  it('are put into a run that was cut off between two parts, and nowhere else', () => {
    save(run, path);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 5));
    expect(() => writeNotes(path, marks)).toThrow(/not whole/);
    expect(readFileSync(path).length).toBe(whole.length - 5);
    writeFileSync(path, 'no recording');
    expect(() => writeNotes(path, marks)).toThrow(/no Backstep recording/);
  });

  it('that are out of the run, or too many, or not ours, are left out or said to be broken', () => {
    save(run, path);
    writeNotes(path, [...marks, { tick: run.ticks, note: 'past the end' }]);
    expect(load(path).bookmarks).toEqual(marks);
    writeNotes(path, [{ tick: 'here', note: 5 } as never]);
    const opened = load(path);
    expect(opened.bookmarks).toEqual([]);
    expect(opened.damage).toMatch(/bookmarks/);
    expect(opened.ticks).toBe(run.ticks);
  });

  it('in a file that must not be written say so', () => {
    save(run, path);
    chmodSync(path, 0o444);
    if (process.getuid?.() !== 0) expect(() => writeNotes(path, marks)).toThrow(/cannot be written/);
    chmodSync(path, 0o644);
    expect(() => writeNotes(folder, marks)).toThrow(/cannot be written/);
  });
});

describe('a session', () => {
  const kept: unknown[] = [];
  const events: Events['bookmarks'][] = [];
  const recording = trainMlp({ iterations: 3 }).script.recording;
  const server = new SessionServer(
    recording,
    {
      emit: (name, event) => {
        if (name === 'bookmarks') events.push(event as Events['bookmarks']);
      },
      poll() {},
      block() {},
      save: () => 0,
      keep: (bookmarks) => void kept.push(bookmarks),
    },
    { stopAtEnd: true, recorder: null },
  );
  const ask = <N extends 'bookmark' | 'timeline' | 'seek' | 'outputs'>(name: N, args: Requests[N][0]) =>
    server.handle(name, args);

  it('marks the cursor or another tick, with a note, keeps it and tells', () => {
    ask('seek', { tick: 12 });
    ask('bookmark', { note: 'here' });
    ask('bookmark', { tick: 4, note: '' });
    const all = [
      { tick: 4, note: '' },
      { tick: 12, note: 'here' },
    ];
    expect(ask('timeline', { from: 0 }).bookmarks).toEqual(all);
    expect(kept.at(-1)).toEqual(all);
    expect(events.at(-1)).toEqual({ bookmarks: all });
    ask('bookmark', { tick: 12, note: 'changed' });
    expect(ask('bookmark', { tick: 4, note: null })).toEqual([{ tick: 12, note: 'changed' }]);
  });

  it('refuses what is no place in the run, and notes that are no notes', () => {
    const before = recording.bookmarks;
    expect(() => ask('bookmark', { tick: 1e9, note: '' })).toThrow(/tick/);
    expect(() => ask('bookmark', { tick: 1, note: 'x'.repeat(20_000) })).toThrow(/long/);
    expect(recording.bookmarks).toEqual(before);
  });

  it('shows no mark that could not be kept', () => {
    const full = new SessionServer(
      trainMlp({ iterations: 1 }).script.recording,
      {
        emit() {},
        poll() {},
        block() {},
        save: () => 0,
        keep: () => {
          throw new Error('no room');
        },
      },
      { stopAtEnd: true, recorder: null },
    );
    expect(() => full.handle('bookmark', { tick: 1, note: '' })).toThrow('no room');
    expect(full.handle('timeline', { from: 0 }).bookmarks).toEqual([]);
  });

  it('tells what was printed, and at which ticks', () => {
    recording.pages.addOutput({ tick: 2, stream: 'stdout', text: 'loss 1\n' });
    recording.pages.addOutput({ tick: 9, stream: 'stderr', text: 'hm\n' });
    expect(ask('outputs', { from: 0 })).toMatchObject({
      total: 2,
      outputs: [
        { tick: 2, category: 'stdout', text: 'loss 1\n', iteration: 0 },
        { tick: 9, category: 'stderr', text: 'hm\n' },
      ],
    });
    expect(ask('outputs', { from: 1 })).toMatchObject({ from: 1, total: 2, outputs: [{ tick: 9 }] });
    expect(ask('outputs', { from: 99 })).toMatchObject({ total: 2, outputs: [] });
  });
});
