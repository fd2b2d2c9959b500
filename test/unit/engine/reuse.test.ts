/** Arrays that are used again: a number that somebody can still read never changes. */
import { afterEach, describe, expect, it } from 'vitest';
import '../../../src/engine/ops';
import '../../../src/engine/dispatch';
import { type BackwardOptions, backward } from '../../../src/engine/autograd/backward';
import { context, withGrad } from '../../../src/engine/context';
import { formulas as f } from '../../../src/engine/formulas';
import { giveBack, resultArray } from '../../../src/engine/reuse';
import { Tensor } from '../../../src/engine/tensor';

const N = 40;
const numbers = (t: Tensor) => [...(t.values() as Float32Array)];
const made = (scale: number, shape = [N]): Tensor => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1) * scale);
  return Tensor.of('float32', shape, data);
};
const leaf = (scale: number, shape?: number[]): Tensor => Object.assign(made(scale, shape), { leafRequiresGrad: true });

const OPTIONS: BackwardOptions = { retainGraph: false, createGraph: false, accumulate: true };
const pass = (t: Tensor, options: Partial<BackwardOptions> = {}) =>
  backward([{ tensor: f.sum(t), grad: null }], { ...OPTIONS, ...options });

/** Takes every array that is free, and writes into it. */
function spoil(): void {
  for (let i = 0; i < 50; i++) resultArray('float32', N).fill(-7 as never);
}

afterEach(() => {
  context.observer = null;
  context.savedHooks = null;
  spoil();
});

describe('a backward pass', () => {
  it('uses again what its formulas made for themselves', () => {
    spoil();
    pass(f.tanh(f.mul(f.relu(f.mul(leaf(1), leaf(2))), 3)));
    // A new array is all zeros.
    expect((resultArray('float32', N) as Float32Array).some((v) => v !== 0)).toBe(true);
  });

  it('leaves the gradients of leaves as they are', () => {
    const net = (x: Tensor, w: Tensor) => {
      const h = f.mul(f.relu(f.mul(x, w)), f.sigmoid(w));
      return f.add(f.mul(h, h), f.view(f.add(f.view(h, [8, 5]), f.sum(f.view(x, [8, 5]), [0])), [N]));
    };
    const [x, w] = [leaf(1), leaf(2)];
    context.observer = { ran() {}, willWrite() {}, unused() {} };
    pass(net(x, w));
    const expected = [numbers(x.grad!), numbers(w.grad!)];
    context.observer = null;
    [x.grad, w.grad] = [null, null];
    pass(net(x, w));
    spoil();
    expect([numbers(x.grad!), numbers(w.grad!)]).toEqual(expected);
    pass(net(x, w));
    spoil();
    expect(numbers(x.grad!)).toEqual(expected[0].map((g) => Math.fround(2 * g)));
  });

  it('leaves what autograd.grad gives', () => {
    const x = leaf(1);
    const h = f.mul(x, 2);
    const [first, second] = pass(f.mul(f.exp(h), h), { inputs: [h, x], accumulate: false });
    const [a, b] = [numbers(first!), numbers(second!)];
    spoil();
    expect([numbers(first!), numbers(second!)]).toEqual([a, b]);
    expect(b).toEqual(a.map((v) => Math.fround(2 * v)));
  });

  it('leaves a gradient that a hook has seen, or that retain_grad keeps', () => {
    const x = leaf(1);
    const h = f.mul(x, 2);
    const y = f.exp(h);
    const seen: Tensor[] = [];
    const see = (g: Tensor) => {
      seen.push(g);
      return null;
    };
    h.gradFn!.tensorHooks = new Map([[0, [see]]]);
    y.gradFn!.retained = new Map([[0, y]]);
    const of: (Tensor | null)[] = [];
    const hear = (outs: (Tensor | null)[]) => {
      of.push(...outs);
      return outs;
    };
    y.gradFn!.hooks = [hear];
    pass(f.mul(y, 3));
    const before = [...seen, ...of, y.grad].map((t) => numbers(t!));
    spoil();
    expect([...seen, ...of, y.grad].map((t) => numbers(t!))).toEqual(before);
    expect(before[2][0]).toBe(3);
  });

  it('leaves what a hook on saved tensors makes', () => {
    const x = leaf(1);
    const kept: Tensor[] = [];
    context.savedHooks = {
      pack: (t) => kept.push(t) - 1,
      unpack: (id) => {
        const copy = withGrad(false, () => f.mul(kept[id], 1));
        kept.push(copy);
        return copy;
      },
      free() {},
    };
    const y = f.mul(f.exp(x), f.sin(x));
    context.savedHooks = null;
    pass(y);
    const before = kept.map(numbers);
    spoil();
    expect(kept.map(numbers)).toEqual(before);
  });

  it('leaves a gradient that stands in two places', () => {
    const [x, w] = [leaf(1), leaf(2)];
    const y = f.add(f.mul(x, 1), f.mul(w, 1)); // both summands get the one gradient
    pass(f.mul(y, y));
    const before = [numbers(x.grad!), numbers(w.grad!)];
    expect(before[0]).toEqual(before[1]);
    spoil();
    expect([numbers(x.grad!), numbers(w.grad!)]).toEqual(before);
  });
});

describe('an op in place', () => {
  it('uses the array again that it replaced, but not one that came from outside', () => {
    const t = made(1);
    const given = t.storage.data;
    f.mul_(t, 2);
    const own = t.storage.data;
    f.mul_(t, 2);
    const free = Array.from({ length: 50 }, () => resultArray('float32', N));
    expect(free).toContain(own);
    expect(free).not.toContain(given);
    expect(free).not.toContain(t.storage.data);
  });

  it('leaves what its gradient needs', () => {
    const x = leaf(1);
    const y = f.mul(x, 3);
    f.mul_(y, 1);
    f.sin_(y);
    spoil();
    pass(y);
    const expected = numbers(x).map((v) => 3 * Math.cos(3 * v));
    for (const [i, g] of numbers(x.grad!).entries()) expect(g).toBeCloseTo(expected[i], 4);
  });
});

it('keeps no more arrays of a length than will be asked for', () => {
  const length = 1000;
  const given = new Set(Array.from({ length: 1000 }, () => new Float32Array(length)));
  for (const array of given) giveBack(array);
  const again = Array.from({ length: 1000 }, () => resultArray('float32', length));
  expect(again.filter((array) => given.has(array as Float32Array<ArrayBuffer>))).toHaveLength(256);
});
