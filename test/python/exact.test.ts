/** `backstep run` prints what Python with PyTorch prints. Golden texts: python3 test/golden/scripts.py. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { firstDifference, type Tolerance } from './compareText';

const ROOT = resolve(import.meta.dirname, '../..');
const exact: Tolerance = { relative: 0, lastDigit: false };
const printed: Tolerance = { relative: 1e-3, lastDigit: true };
const within = (relative: number): Tolerance => ({ relative, lastDigit: false });

const SCRIPTS: [string, string, (line: string) => Tolerance][] = [
  ['examples/three_class.py', 'the example, as printed', () => printed],
  ['test/fixtures/exact/bits.py', 'data, labels, weights and draws bit by bit', () => exact],
  [
    'test/fixtures/exact/tutorial.py',
    "the tutorial's 20 iterations to 1e-5",
    (line) => ({ ...within(1e-5), toLargest: line.startsWith('gradient') }),
  ],
  [
    'test/fixtures/exact/scaled.py',
    '200 iterations to 1e-4 in float32 and 1e-10 in float64',
    (line) => within(line.startsWith('torch.float64') ? 1e-10 : 1e-4),
  ],
  ['test/fixtures/exact/images.py', 'convolutions, pooling and an autoencoder, as printed', () => printed],
  ['test/fixtures/exact/char_rnn.py', 'RNN, LSTM and GRU to 1e-5', () => within(1e-5)],
  ['test/fixtures/exact/seq2seq.py', 'packed GRU and attention to 1e-5', () => within(1e-5)],
  ['test/fixtures/exact/nano_gpt.py', 'a GPT to 1e-5', () => within(1e-5)],
  ['test/fixtures/exact/transformer.py', 'nn.Transformer to 1e-5', () => within(1e-5)],
  ['test/fixtures/exact/next_functions.py', "PyTorch's nodes behind a grad_fn", () => exact],
  ['test/fixtures/exact/missing_files.py', "Linux's numbers of errors", () => exact],
  ['test/fixtures/packages/pandas_tables.py', 'tables as pandas prints them', () => exact],
  ['test/fixtures/packages/pandas_training.py', "pandas' columns become tensors", () => exact],
  ['test/fixtures/packages/small.py', 'six, and arrays of axes', () => exact],
  ['test/fixtures/packages/scipy_parts.py', "scipy's functions to twelve digits", () => exact],
  ['test/fixtures/packages/matlab_files.py', "MATLAB's files as scipy reads them", () => exact],
  ['test/fixtures/packages/pictures.py', "PIL's pictures and torchvision's transforms, to the last bit", () => exact],
  ['test/fixtures/packages/folders.py', "pictures in folders, and of noise, with torchvision's data sets", () => exact],
  ['test/fixtures/packages/networks.py', "torchvision's networks: layers, first weights, outputs", () => printed],
  ['test/fixtures/packages/pylab_names.py', "pylab's names, scipy's filters, distances and matrices", () => exact],
  ['test/fixtures/packages/numpy_views.py', 'arrays that have no name of their own', () => exact],
  ['test/fixtures/exact/sets.py', 'sets of strings in the order of PYTHONHASHSEED=0', () => exact],
  ['test/fixtures/exact/logistic.py', 'logistic regression, an MLP, hooks and errors, as printed', () => printed],
];

async function run(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(ROOT, 'dist/cli.js'),
    'run',
    join(ROOT, script),
  ]);
  return stdout;
}

describe('backstep run', () => {
  test.each(SCRIPTS)('%s: %s', async (script, _, toleranceOf) => {
    const golden = readFileSync(join(ROOT, 'test/golden/scripts', `${basename(script, '.py')}.txt`), 'utf8');
    expect(firstDifference(await run(script), golden, toleranceOf)).toBeNull();
  });
});

describe('the comparison itself', () => {
  test('sees a number that is off, a word that is other, a line that is missing', () => {
    expect(firstDifference('loss 1.10', 'loss 1.12', () => printed)).toContain('line 1');
    expect(firstDifference('loss 1.1001', 'loss 1.1002', () => printed)).toBeNull();
    expect(firstDifference('epoch 3', 'epoch 4', () => printed)).toContain('line 1');
    expect(firstDifference('a\nb', 'a', () => printed)).toContain('line 2');
    expect(firstDifference('1.00001', '1.0', () => within(1e-6))).toContain('line 1');
  });
});
