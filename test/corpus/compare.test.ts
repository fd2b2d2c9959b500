/** The rules of the corpus runner. */
import { describe, expect, test } from 'vitest';
import { compareTexts, differing, sameStructure, type Value, withinChaos, withinSpread } from './compare';

const run = (...losses: number[]) => losses.map((loss, i) => `epoch ${i + 1} loss ${loss}`).join('\n');

describe('text', () => {
  test('is the same, near, or differs at a line', () => {
    expect(compareTexts('<A object at 0x12>', '<A object at 0x34>').agreement).toBe('same');
    expect(compareTexts('loss 1.1001', 'loss 1.1002').agreement).toBe('near');
    expect(compareTexts(' [0.99889386]', ' [0.9988939 ]').agreement).toBe('near');
    expect(compareTexts('a\nloss 1.1', 'a\nloss 1.3')).toMatchObject({
      agreement: 'differs',
      line: 1,
      numbersOnly: true,
    });
    expect(
      compareTexts("OrderedDict({'a': tensor([1.]),\n 'b.c': 2})", "OrderedDict([('a', tensor([1.])),\n ('b.c', 2)])")
        .agreement,
    ).toBe('same');
    expect(compareTexts('cat 1', 'dog 1')).toMatchObject({ agreement: 'differs', numbersOnly: false });
  });
});

describe('the spread of PyTorch', () => {
  const theirs = [run(1.0, 0.5, 0.25, 0.125), run(1.0, 0.5, 0.26, 0.15)];

  test('excuses what is no larger, from where PyTorch itself differs', () => {
    expect(withinSpread(run(1.0, 0.5, 0.245, 0.12), theirs)).toBe(true);
    // Near to another of PyTorch's runs than the first.
    expect(withinSpread(run(1.0, 0.5, 0.265, 0.16), theirs)).toBe(true);
  });

  test('excuses no number that is farther off', () => {
    expect(withinSpread(run(1.0, 0.5, 0.25, 0.5), theirs)).toBe(false);
    expect(withinSpread(run(1.0, 0.5, 0.4, 0.125), theirs)).toBe(false);
  });

  test('excuses nothing before, no word, and no line that is missing', () => {
    expect(withinSpread(run(1.0, 0.7, 0.25, 0.125), theirs)).toBe(false);
    expect(withinSpread(run(1.0, 0.5, 0.25, 0.125).replace('epoch 4', 'step 4'), theirs)).toBe(false);
    expect(withinSpread(run(1.0, 0.5, 0.25), theirs)).toBe(false);
    expect(withinSpread(run(1.0, 0.5, Number.NaN, 0.125), theirs)).toBe(false);
  });

  test('of a variable is measured by its largest element', () => {
    const of = (...values: number[]): Record<string, Value> => ({
      w: { tensor: 'torch.float32', shape: [values.length], values: values.map(String) },
    });
    expect(differing(of(10, 1e-5), [of(10, 2e-5)])).toEqual([]);
    expect(differing(of(10, 1), [of(10, 1.1)])).toEqual(['w']);
    expect(differing(of(10, 1), [of(10, 1.1), of(10, 1.2)])).toEqual([]);
    expect(differing(of(10, 2), [of(10, 1.1), of(10, 1.2)])).toEqual(['w']);
    expect(differing({}, [of(10)])).toEqual(['w']);
  });
});

test('the order of a set leaves the structure', () => {
  expect(sameStructure("['i', 'like'] -> ['dog'] 0.12", "['i', 'hate'] -> ['milk'] 0.99")).toBe(true);
  expect(sameStructure("['i', 'like'] -> ['dog']", "['i', 'hate', 'milk']")).toBe(false);
});

describe('chaos', () => {
  const theirs = [run(1.0, 0.5, 0.25), run(1.0, 0.5, 0.35)];

  test('excuses what is as far from where PyTorch differs from itself by rounding, and nothing before', () => {
    expect(withinChaos(run(1.0, 0.5, 0.42), theirs)).toBe(true);
    expect(withinChaos(run(1.0, 0.7, 0.25), theirs)).toBe(false);
    expect(withinChaos(run(1.0, 0.5, 2.5), theirs)).toBe(false);
  });

  test('other words only from the line on where the words of PyTorch are others', () => {
    const words = ['a b\nhello\n1', 'a b\nhallo\n1'];
    expect(withinChaos('a b\nhullo\n2', words)).toBe(true);
    expect(withinChaos('a c\nhello\n1', words)).toBe(false);
    expect(withinChaos('a b\nhello there\n1', words)).toBe(false);
  });
});
