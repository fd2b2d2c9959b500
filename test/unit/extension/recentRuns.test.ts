/** Which sessions get a file of their own to write to. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const state = vi.hoisted(() => ({ isTrusted: true, recentRuns: 10 }));
vi.mock('vscode', () => ({
  Disposable: { from: () => ({ dispose() {} }) },
  Uri: { joinPath: ({ fsPath }: { fsPath: string }, name: string) => ({ fsPath: `${fsPath}/${name}` }) },
  workspace: {
    get isTrusted() {
      return state.isTrusted;
    },
    getConfiguration: () => ({ get: () => state.recentRuns }),
  },
}));

import { RecentRuns } from '../../../src/extension/recentRuns';

const nothing = () => ({ dispose() {} });
const runs = { onDidOpen: nothing, onDidClose: nothing, all: [] };
const recentIn = (folder: string) => new RecentRuns(runs as never, { info() {} } as never, { fsPath: folder } as never);

let storage: string;
beforeEach(() => {
  Object.assign(state, { isTrusted: true, recentRuns: 10 });
  storage = mkdtempSync(join(tmpdir(), 'backstep-storage-'));
});
afterEach(() => rmSync(storage, { recursive: true, force: true }));

test('a session without "record" gets a file in the storage, another one at each restart', () => {
  const recent = recentIn(storage);
  const { record, recordLimit } = recent.keep('1', { program: '/w/train.py' });
  expect(dirname(record!)).toBe(join(storage, 'runs'));
  expect(basename(record!)).toMatch(/^train-[\d-]+\.backstep$/);
  expect(recordLimit).toBe(500);
  // Nothing was written into the first.
  const again = recent.keep('1', { program: '/w/train.py' });
  expect(existsSync(again.record!)).toBe(true);
  recent.ended('1');
  expect(existsSync(again.record!)).toBe(false);
});

test('a branch has its number in the name', () => {
  const launch = { program: '/w/train.py', branch: { id: '1.2' } as never };
  expect(basename(recentIn(storage).keep('1', launch).record!)).toMatch(/^train branch 1\.2-/);
});

test.each([
  ['with a file of its own', { record: '/w/run.backstep' }, {}],
  ['without debugging', { noDebug: true }, {}],
  ['of a recording', { program: '/w/run.backstep' }, {}],
  ['in a workspace that is not trusted', {}, { isTrusted: false }],
  ['where no runs are to be kept', {}, { recentRuns: 0 }],
])('a session %s is as it was', (_, more, set) => {
  Object.assign(state, set);
  const launch = { program: '/w/train.py', ...more };
  expect(recentIn(storage).keep('1', launch)).toBe(launch);
  expect(existsSync(join(storage, 'runs'))).toBe(false);
});

test('where nothing can be written it is recorded in memory, silently', () => {
  const launch = { program: '/w/train.py' };
  expect(recentIn('/dev/null').keep('1', launch)).toBe(launch);
});
