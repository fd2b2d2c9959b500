/** Which of the runs that nobody saved are kept, and which are deleted. */
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunFolder } from '../../../src/extension/runFolder';
import { pointer } from '../../../src/recorder/file/pointer';

const BOUNDS = { runs: 3, bytes: 1000 };
/** No process has this number. */
const GONE = 2 ** 30;

let path: string;
let folder: RunFolder;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'backstep-runs-')), 'storage', 'runs');
  folder = new RunFolder(path);
});
afterEach(() => rmSync(join(path, '../..'), { recursive: true, force: true }));

const at = (n: number) => new Date(2026, 10, 23, 14, 0, n);
const kept = () =>
  readdirSync(path)
    .filter((name) => name.endsWith('.backstep'))
    .map((name) => name.slice(0, name.indexOf('-')))
    .sort();

/** A run of so many bytes that was begun, and ended. */
function ran(name: string, n: number, bytes = 10, by = folder): string {
  const file = by.begin(name, BOUNDS, at(n));
  truncateSync(file, bytes);
  utimesSync(file, at(n), at(n));
  by.ended(file);
  return file;
}

it('keeps the newest, as many as it may, and deletes the others when a session starts', () => {
  for (const [n, name] of ['a', 'b', 'c', 'd'].entries()) ran(name, n);
  expect(kept()).toEqual(['b', 'c', 'd']);
  folder.begin('e', BOUNDS);
  expect(kept()).toEqual(['c', 'd', 'e']);
});

it('keeps no more bytes than it may, however few runs they are', () => {
  ran('a', 0, 400);
  ran('b', 1, 500);
  ran('c', 2, 501);
  folder.begin('d', BOUNDS);
  // b does not fit beside c, a does.
  expect(kept()).toEqual(['a', 'c', 'd']);
  expect(basename(ran('huge', 3, 5000))).toBe('huge-2026-11-23-140003.backstep');
  folder.begin('e', BOUNDS);
  expect(kept()).not.toContain('huge');
});

it('deletes nothing that is written or shown, here or in another window', () => {
  const shown = ran('shown', 0);
  folder.show([shown, '/elsewhere/other.backstep']);
  const other = new RunFolder(path, process.ppid);
  other.begin('theirs', BOUNDS, at(1));
  folder.begin('ours', BOUNDS, at(2));
  for (let n = 3; n < 9; n++) ran(`r${n}`, n);
  expect(kept()).toEqual(expect.arrayContaining(['ours', 'shown', 'theirs']));
  expect(folder.list().map(({ name }) => name)).not.toContain('theirs');
  folder.show([]);
  ran('last', 10);
  expect(kept()).not.toContain('shown');
});

it('forgets what a window used that crashed', () => {
  const crashed = new RunFolder(path, GONE);
  truncateSync(crashed.begin('crashed', BOUNDS, at(0)), 10);
  expect(folder.list()).toMatchObject([{ name: 'crashed', whole: false, bytes: 10 }]);
  expect(existsSync(join(path, `${GONE}.uses`))).toBe(false);
});

it('lists runs with their script, when they began and whether they came to their end', () => {
  const whole = ran('train branch 1.2', 1);
  writeFileSync(whole, pointer(5));
  ran('train', 2);
  writeFileSync(join(path, 'notes.txt'), 'not ours');
  writeFileSync(join(path, 'else.backstep'), 'not ours');
  expect(folder.list()).toEqual([
    expect.objectContaining({ name: 'train', begun: at(2), whole: false }),
    expect.objectContaining({ name: 'train branch 1.2', begun: at(1), whole: true, stopped: false, bytes: 25 }),
  ]);
});

it('has a file of its own for each run, and none for one of which nothing was written', () => {
  const files = [1, 2].map(() => folder.begin('a/..\\b', BOUNDS, at(0)));
  expect(files.map((file) => basename(file))).toEqual([
    'a_.._b-2026-11-23-140000.backstep',
    'a_.._b-2026-11-23-140000-2.backstep',
  ]);
  for (const file of files) folder.ended(file);
  expect(readdirSync(path)).toEqual([]);
  expect(folder.list()).toEqual([]);
});

it('tells a run that the user stopped', () => {
  writeFileSync(ran('train', 0), pointer(5, true));
  expect(folder.list()).toMatchObject([{ name: 'train', whole: true, stopped: true }]);
});

it('says so where it cannot be written, and lists nothing', () => {
  const none = new RunFolder('/dev/null/runs');
  expect(() => none.begin('a', BOUNDS)).toThrow();
  expect(none.list()).toEqual([]);
});
