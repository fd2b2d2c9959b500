/** scikit-learn's face over real numpy gives scikit-learn's own numbers, bit by bit. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const golden = join(import.meta.dirname, '../golden/sklearn');
const library = join(import.meta.dirname, '../../src/python/lib');
const python = process.env.PYTHON ?? 'python3';

const ask = (...folder: string[]) =>
  execFileSync(python, ['-B', join(golden, 'ask.py'), ...folder], { stdio: 'pipe', maxBuffer: 1e9 })
    .toString()
    .trim()
    .split('\n');

test('the same bits', () => {
  let theirs: string[];
  try {
    theirs = ask();
  } catch {
    return console.log('not run: python3 has no scikit-learn here');
  }
  const questions = readFileSync(join(golden, 'questions.txt'), 'utf8').trim().split('\n');
  const ours = ask(library);
  expect(questions.filter((_, i) => ours[i] !== theirs[i])).toEqual([]);
  expect(ours).toHaveLength(questions.length);
});
