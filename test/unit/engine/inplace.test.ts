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
