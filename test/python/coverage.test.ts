import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { coveragePage } from '../../scripts/lib/coverage.mjs';
import { startInterpreter } from './interpreter';

test('COVERAGE.md is what the code offers (npm run coverage-page)', async () => {
  const { python } = await startInterpreter();
  const found = JSON.parse(python.runPython('from torch import _coverage; _coverage.report()'));
  expect(readFileSync(join(import.meta.dirname, '../../COVERAGE.md'), 'utf8')).toBe(coveragePage(found));
});
