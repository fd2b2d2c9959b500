/** A quick selection of PyTorch's operator database: what was as in PyTorch stays so. The whole of it: `npm run judge`. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Court, readCase } from './court';
import { failing, knownFailures, selection } from './selection';

let court: Court;
beforeAll(async () => {
  court = await Court.open();
});

describe('the selection of PyTorch’s operator database', () => {
  const known = knownFailures();
  const counted = { failures: 0, missing: 0, mended: [] as string[] };

  test.each(selection().map((s) => [s.head.op, s] as const))('%s', (op, selected) => {
    const { fails, why } = failing(court, selected);
    const before = known[op] ?? [];
    if (before === 'not there') {
      if (fails === 'not there') counted.missing++;
      else counted.mended.push(op);
      return;
    }
    if (fails === 'not there') throw new Error(`${op} is not there any more`);
    expect(fails.filter((f) => !before.includes(f)).map((f) => `${f}: ${why.get(f)}`)).toEqual([]);
    counted.failures += fails.length;
    if (fails.length < before.length) counted.mended.push(op);
  });

  test('what is known to fail is counted', () => {
    console.log(`known failures: ${counted.failures}; ops not there: ${counted.missing}`);
    if (counted.mended.length)
      console.log(`better than known.json says (npm run judge -- --known): ${counted.mended.length} ops`);
  });
});

test('the judge sees what is wrong', () => {
  const number = (v: number) => Buffer.from(Float64Array.of(v).buffer).toString('base64');
  const judged = (want: number, tolerance: [number, number]) =>
    court.judge(
      { op: 'neg', tolerances: { float64: tolerance } },
      readCase(
        JSON.stringify({
          id: 'float64/0',
          steps: [['torch.neg', [{ $: 0 }], []]],
          result: [{ r: [0, 0] }],
          want: [{ $: 1 }],
          noncontiguous: false,
          variants: [],
          t: [
            ['float64', [], number(1), null, 0, false],
            ['float64', [], number(want)],
          ],
        }),
      ),
    )[0].why;
  expect(judged(-1, [0, 0])).toBeNull();
  expect(judged(-1.001, [0, 1e-2])).toBeNull();
  expect(judged(-1.001, [1e-7, 1e-7])).toBe('result is -1, in PyTorch -1.001');
  expect(judged(Number.NEGATIVE_INFINITY, [1e-7, 1e-7])).toBe('result is -1, in PyTorch -Infinity');
  expect(judged(Number.NaN, [1e-7, 1e-7])).toBe('result is -1, in PyTorch NaN');
});
