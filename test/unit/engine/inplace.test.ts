/** In-place ops and what the tape has saved. Texts and numbers: PyTorch 2.13. */
import { describe, expect, it } from 'vitest';
import '../../../src/engine/ops';
import '../../../src/engine/dispatch';
import { backward } from '../../../src/engine/autograd/backward';
import { formulas as f } from '../../../src/engine/formulas';
import { Tensor } from '../../../src/engine/tensor';

function leaf(...values: number[]): Tensor {
  const t = Tensor.of('float64', [values.length], Float64Array.from(values));
  t.leafRequiresGrad = true;
  return t;
}

const run = (t: Tensor) =>
  backward([{ tensor: f.sum(t), grad: null }], { retainGraph: false, createGraph: false, accumulate: true });

describe('an in-place op', () => {
  it('keeps a copy of what it overwrites where its gradient needs it', () => {
    const x = leaf(0.5, 2);
    const y = f.mul(x, 3);
    f.sin_(y);
    run(y);
    expect([...(x.grad!.values() as Float64Array)]).toEqual([3 * Math.cos(1.5), 3 * Math.cos(6)]);
  });

  it('is refused by the gradient of an op that had saved the tensor as its input', () => {
    const x = leaf(1, 2, 3);
    const y = f.mul(x, 1);
    const z = f.sin(y);
    f.add_(y, 1);
    expect(() => run(z)).toThrow(
      'one of the variables needed for gradient computation has been modified by an inplace operation: [torch.DoubleTensor [3]], which is output 0 of Add, is at version 1; expected version 0 instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False).',
    );
  });

  it('is refused where the gradient needs the result it overwrote', () => {
    const y = f.exp(leaf(1, 2, 3));
    f.add_(y, 1);
    expect(() => run(y)).toThrow('which is output 0 of Exp, is at version 1; expected version 0 instead.');
  });

  it('may overwrite a result that only the exponent’s gradient would need', () => {
    const x = leaf(1, 2);
    const y = f.pow(x, 2);
    f.add_(y, 1);
    run(y);
    expect([...(x.grad!.values() as Float64Array)]).toEqual([2, 4]);
  });
});

describe('an in-place op on all of a tensor', () => {
  const numbers = (t: Tensor) => [...(t.values() as Float64Array)];
  const four = () => Tensor.of('float64', [4], Float64Array.of(1, 2, 3, 4));

  it('leaves the array of before as it was', () => {
    const t = f.repeat(four(), [8]);
    const before = t.storage.data;
    f.mul_(t, 2);
    expect(t.storage.data).not.toBe(before);
    expect([...(before as Float64Array)].slice(0, 4)).toEqual([1, 2, 3, 4]);
  });

  it('is seen by every view and alias, and theirs by it', () => {
    const t = four();
    const [turned, part, alias] = [f.view(t, [2, 2]), f.slice(t, 0, 1, 3), f.detach(t)];
    f.mul_(t, 2);
    expect(numbers(turned)).toEqual([2, 4, 6, 8]);
    expect(numbers(part)).toEqual([4, 6]);
    f.add_(turned, 1); // all of the memory, by another shape
    f.mul_(part, 10); // a part of it
    for (const seen of [t, turned, alias]) expect(numbers(seen)).toEqual([3, 50, 70, 9]);
    f.t_(turned);
    f.mul_(turned, 2); // all of it, in another order
    expect(numbers(t)).toEqual([6, 100, 140, 18]);
  });

  it('never takes the array of an argument', () => {
    const [t, source] = [four(), f.mul(four(), 3)];
    f.copy_(t, source);
    f.mul_(source, 2);
    expect(numbers(t)).toEqual([3, 6, 9, 12]);
    f.copy_(t, f.view(source, [4]));
    f.zero_(source);
    expect(numbers(t)).toEqual([6, 12, 18, 24]);
    f.add_(t, t);
    expect(numbers(t)).toEqual([12, 24, 36, 48]);
  });

  it('converts where the dtypes differ', () => {
    const t = Tensor.of('float32', [2], Float32Array.of(1, 2));
    f.add_(t, Tensor.of('float64', [2], Float64Array.of(0.5, 0.25)));
    expect(t.storage.data).toEqual(Float32Array.of(1.5, 2.25));
  });
});
