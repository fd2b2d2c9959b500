/** Elementwise kernels against PyTorch's own numbers, and against the reference in TypeScript, on every path that this runtime has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterEach, describe, expect, test } from 'vitest';
import '../../../src/engine/ops';
import '../../../src/engine/dispatch';
import { formulas as f } from '../../../src/engine/formulas';
import { Tensor } from '../../../src/engine/tensor';
import { canUse, KERNEL_PATHS, type KernelPath, kernelPath, useKernels } from '../../../src/engine/wasm/kernels';
import { gradients } from './opHarness';

// Node 20 has it behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');
const started = kernelPath();
afterEach(() => useKernels(started));

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/elementwise.json'), 'utf8'));
const floats = (text: string) => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
const x = floats(golden.x);

/** How many float32 lie between two numbers; what is no number must be none in both. */
function steps(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Number.POSITIVE_INFINITY;
  const [p, q] = new Int32Array(Float32Array.of(a, b).buffer).map((n) => (n < 0 ? -(n & 0x7fffffff) : n));
  return Math.abs(p - q);
}

interface Function {
  op: (t: Tensor) => Tensor;
  /** Steps of float32 that the value may be off; a number if it is this close. */
  off: number;
  near: number;
}

const unary = (op: (t: Tensor) => Tensor, off = 2, near = 0): Function => ({ op, off, near });
// Where exp(-x) overflows, PyTorch's sigmoid is 0 already: below 1e-36. Its GELU takes 1 + erf, which is 0 from −5.6 on.
const FUNCTIONS: Record<string, Function> = {
  exp: unary(f.exp),
  tanh: unary(f.tanh),
  sigmoid: unary(f.sigmoid, 2, 1e-36),
  log: unary(f.log),
  sqrt: unary(f.sqrt),
  rsqrt: unary(f.rsqrt),
  reciprocal: unary(f.reciprocal),
  silu: unary(f.silu, 2, 1e-36),
  softplus: unary(f.softplus),
  log_sigmoid: unary(f.log_sigmoid),
  gelu: unary(f.gelu, 3, 1e-6),
  'gelu tanh': unary((t) => f.gelu(t, 'tanh'), 3, 1e-6),
  leaky_relu: unary((t) => f.leaky_relu(t, 0.2)),
  elu: unary((t) => f.elu(t, 0.7)),
  hardtanh: unary((t) => f.hardtanh(t, -1, 1)),
  hardsigmoid: unary(f.hardsigmoid),
  hardswish: unary(f.hardswish),
};

/** The places where two arrays differ by more than that. */
const wrong = (got: Tensor, want: Float32Array, off: (want: number, got: number, i: number) => boolean) =>
  [...(got.values() as Float32Array)].flatMap((v, i) => (off(want[i], v, i) ? [`${x[i]}: ${v}, not ${want[i]}`] : []));

describe.each([...KERNEL_PATHS])('PyTorch’s numbers, %s', (path) => {
  const here = canUse(path) ? test : test.skip;
  for (const [name, { op, off, near }] of Object.entries(FUNCTIONS))
    here(name, () => {
      useKernels(path, true);
      const leaf = Tensor.of('float32', [x.length], x.slice());
      leaf.leafRequiresGrad = true;
      const y = op(leaf);
      const [g] = gradients([y], [f.ones_like(y)], [leaf]);
      const { value, gradient } = golden.functions[name];
      // PyTorch's GELU of ∞ is 0 · ∞, and so are its gradients far out.
      // Gradients of its hard functions and ELU at NaN depend on the place in the tensor, and its hardswish multiplies before it divides.
      const skip = (i: number) =>
        (name.startsWith('gelu') && Math.abs(x[i]) > 1e4) ||
        ((name.startsWith('hard') || name === 'elu') && Number.isNaN(x[i])) ||
        (name === 'hardswish' && x[i] > 5e37);
      expect(wrong(y, floats(value), (a, b, i) => !skip(i) && !(Math.abs(a - b) <= near) && steps(a, b) > off)).toEqual(
        [],
      );
      expect(
        wrong(
          g!,
          floats(gradient),
          (a, b, i) => !skip(i) && !(Math.abs(a - b) <= 2e-6 * Math.max(Math.abs(a), 1)) && steps(a, b) > 8,
        ),
      ).toEqual([]);
    });
});

/** Numbers that are the same in every run, some of them special. */
function drawn(length: number, seed: number, special: boolean): Float32Array {
  const odd = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-42, 3e38];
  let s = seed * 7919 + 1;
  const next = () => (s = (s * 1103515245 + 12345) % 2 ** 31);
  return Float32Array.from({ length }, () => {
    const n = next();
    return special && n % 11 === 0 ? odd[(n >> 8) % odd.length] : (n / 2 ** 30 - 1) * 4;
  });
}

const tensor = (shape: number[], seed: number, special = false) =>
  Tensor.of(
    'float32',
    shape,
    drawn(
      shape.reduce((a, b) => a * b, 1),
      seed,
      special,
    ),
  );

const on = (path: KernelPath, body: () => Tensor): Tensor => {
  useKernels(path, true);
  return body();
};

/** Close to float32's rounding of the sum of `size`; what is no finite number is the same. */
function expectClose(got: Tensor, want: Tensor, tolerance = 2e-6): void {
  expect(got.shape).toEqual(want.shape);
  expect(got.dtype).toBe(want.dtype);
  const [p, q] = [got.values() as Float32Array, want.values() as Float32Array];
  const off = [...p.keys()].filter((i) => {
    if (!Number.isFinite(q[i])) return !Object.is(p[i], q[i]);
    return !(Math.abs(p[i] - q[i]) <= tolerance * Math.max(1, Math.abs(q[i])));
  });
  expect(off.map((i) => `${i}: ${p[i]}, not ${q[i]}`)).toEqual([]);
}

const PAIRS: [number[], number[]][] = [
  [[5], [5]],
  [[], []],
  [[1], [7]],
  [[7], []],
  [[3, 5], [5]],
  [
    [3, 5],
    [3, 1],
  ],
  [
    [3, 1],
    [1, 6],
  ],
  [[8, 2], [2]],
  [
    [2, 3, 4, 5],
    [4, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [2, 3, 4],
    [1, 3, 1],
  ],
  [
    [67, 31],
    [67, 31],
  ],
  [[0, 3], [3]],
];

const BINARY: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  add: f.add,
  sub: f.sub,
  mul: f.mul,
  div: f.div,
  'add with alpha': (a, b) => f.add(a, b, 0.3),
  'sub with alpha': (a, b) => f.sub(a, b, 0.3),
  threshold_backward: (a, b) => f.threshold_backward(a, b, 0.5),
  tanh_backward: f.tanh_backward,
  sigmoid_backward: f.sigmoid_backward,
  silu_backward: f.silu_backward,
  gelu_backward: f.gelu_backward,
  'gelu_backward, tanh': (a, b) => f.gelu_backward(a, b, 'tanh'),
  softplus_backward: (a, b) => f.softplus_backward(a, b, 2, 3),
  log_sigmoid_backward: f.log_sigmoid_backward,
  leaky_relu_backward: (a, b) => f.leaky_relu_backward(a, b, 0.2),
  elu_backward: (a, b) => f.elu_backward(a, b, 0.7),
  hardtanh_backward: (a, b) => f.hardtanh_backward(a, b, -0.5, 0.7),
  hardsigmoid_backward: f.hardsigmoid_backward,
  hardswish_backward: f.hardswish_backward,
  'clamp from below': (a, b) => f.clamp(a, b),
  'clamp from above': (a, b) => f.clamp(a, null, b),
};

describe.each(KERNEL_PATHS.filter((path) => path !== 'plain'))('the reference, %s', (path) => {
  const here = canUse(path) ? test : test.skip;
  const same = (body: () => Tensor) => expectClose(on(path, body), on('plain', body));

  for (const [name, { op }] of Object.entries({
    ...FUNCTIONS,
    relu: unary(f.relu),
    relu6: unary(f.relu6),
    clamp: unary((t) => f.clamp(t, -0.3, 0.4)),
    abs: unary(f.abs),
    neg: unary(f.neg),
  }))
    here(name, () => {
      for (const n of [1, 2, 3, 4, 5, 17, 1001]) same(() => op(tensor([n], n)));
      same(() => op(f.transpose(tensor([5, 7], 1), 0, 1)));
      same(() => op(f.slice(tensor([50], 2), 0, 3, 20)));
    });

  for (const [name, op] of Object.entries(BINARY))
    here(name, () => {
      const special = /^(add|sub|mul|div|thr)/.test(name) && !name.includes('alpha');
      PAIRS.forEach(([a, b], i) => {
        same(() => op(tensor(a, i, special), tensor(b, i + 100, special)));
        same(() => op(tensor(b, i, special), tensor(a, i + 100, special)));
      });
      same(() => op(f.transpose(tensor([5, 7], 1), 0, 1), f.slice(tensor([50, 5], 2), 0, 3, 10)));
    });

  here('three tensors, and with numbers', () => {
    for (const shape of [[1], [5], [3, 7], [40, 31]]) {
      const [a, b, c] = [1, 2, 3].map((seed) => tensor(shape, seed));
      same(() => f.addcmul(a, b, c, 0.3));
      same(() => f.addcdiv(a, b, f.add(f.abs(c), 0.5), -0.3));
      for (const weight of [0.1, 0.5, 0.9, 1, -2]) same(() => f.lerp(a, b, weight));
      same(() => f.lerp(a, b, c));
      same(() => f.addcmul(a, f.select(b, 0, 0), c, 2));
      same(() => f.mul(a, 0.7));
      same(() => f.rsub(a, 0.7));
      same(() => f.add(a, 3));
    }
  });

  here('in place, and an operand that is the result too', () => {
    for (const n of [5, 37, 1000]) {
      const written = (write: (t: Tensor) => unknown) => () => {
        const t = tensor([n], n);
        write(t);
        return t;
      };
      same(written((t) => f.mul_(t, t)));
      same(written((t) => f.add_(t, t, 2)));
      same(written((t) => f.addcmul_(t, t, t, 0.5)));
      same(written((t) => f.sigmoid_(f.slice(t, 0, 1, 4))));
      same(written((t) => f.mul_(f.slice(t, 0, 0, 2), f.slice(t, 0, 2, 4))));
    }
  });

  here('a write is seen by what reads next', () => {
    const t = tensor([100], 1);
    useKernels(path, true);
    const before = f.exp(t).values().slice();
    f.mul_(t, 0.5);
    f.zero_(f.slice(t, 0, 10, 20));
    same(() => f.exp(t));
    expect(f.exp(t).values()).not.toEqual(before);
  });
});
