/** The SIMD kernels against the reference in TypeScript, on every path that this runtime has. */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import type { DType } from '../../../src/engine/dtype';
import { type Convolution, convolve, convolveBack, convolveWeight } from '../../../src/engine/kernels/convolution';
import {
  attentionBackwardFast,
  attentionForwardFast,
  lstmBackwardFast,
  lstmForwardFast,
} from '../../../src/engine/kernels/layersSimd';
import { lstmBackward, lstmForward } from '../../../src/engine/kernels/lstm';
import { putByIndex } from '../../../src/engine/kernels/planes';
import { products } from '../../../src/engine/kernels/product';
import { numel } from '../../../src/engine/shape';
import { Tensor } from '../../../src/engine/tensor';
import {
  canUse,
  KERNEL_PATHS,
  type KernelPath,
  kernelPath,
  kernelsFor,
  useKernels,
} from '../../../src/engine/wasm/kernels';
import { machine } from '../../../src/engine/wasm/threads';
import { compile } from '../../../src/python/threads';

// Node 20 has it behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');
// As scripts have them.
machine.compile = compile;
const started = kernelPath();
afterEach(() => useKernels(started));

/** Numbers in -1 … 1, the same in every run. */
function drawn(length: number, seed: number): number[] {
  let s = seed;
  return Array.from({ length }, () => (s = (s * 1103515245 + 12345) % 2 ** 31) / 2 ** 30 - 1);
}

/** A [count, rows, columns] tensor that lies in memory as `order` says: rows of rows, or turned. */
function matrices(dtype: DType, [count, rows, columns]: number[], order: 'rows' | 'turned', seed: number): Tensor {
  const values = drawn(count * rows * columns, seed);
  const data = dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
  const t = Tensor.of(dtype, [count, rows, columns], data);
  if (order === 'rows') return t;
  return t.alias([count, rows, columns], [rows * columns, 1, rows]);
}

const on = <T>(path: KernelPath, body: () => T): T => {
  useKernels(path, true);
  return body();
};

const SHAPES = [
  // count, m, k, n
  [1, 500, 20, 13],
  [1, 500, 13, 8],
  [1, 500, 8, 3],
  [1, 20, 500, 13],
  [1, 1, 300, 7],
  [1, 7, 300, 1],
  [1, 5, 5, 17],
  [3, 6, 9, 10],
  [1, 70, 300, 90],
  [1, 197, 520, 70],
  [1, 67, 64, 1030],
];

const SHARED = [
  [1, 400, 300, 200],
  [1, 64, 784, 128],
  [1, 70, 300, 1100],
  [64, 32, 16, 64],
  [3, 150, 80, 60],
];

const none: number[] = [];
const CONVOLUTIONS: Convolution[] = [
  // The bench's, a strided one with groups, dilation and padding, a 1x1, a depthwise one, one and three dimensions.
  { size: [14, 13], kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1], out: none, inner: 2, outer: 8 },
  { size: [11, 9], kernel: [3, 2], stride: [2, 3], padding: [2, 1], dilation: [2, 1], out: none, inner: 3, outer: 5 },
  { size: [6, 5], kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1], out: none, inner: 7, outer: 9 },
  { size: [9, 10], kernel: [3, 3], stride: [1, 1], padding: [0, 2], dilation: [1, 1], out: none, inner: 1, outer: 1 },
  { size: [40], kernel: [5], stride: [2], padding: [4], dilation: [1], out: none, inner: 3, outer: 4 },
  {
    size: [5, 6, 7],
    kernel: [2, 3, 3],
    stride: [1, 2, 1],
    padding: [1, 0, 1],
    dilation: [1, 1, 2],
    out: none,
    inner: 2,
    outer: 3,
  },
  {
    size: [130, 140],
    kernel: [5, 5],
    stride: [1, 1],
    padding: [0, 0],
    dilation: [1, 1],
    out: none,
    inner: 1,
    outer: 2,
  },
].flatMap((c) =>
  [1, 3].map((groups) => ({
    ...c,
    groups,
    batch: 2,
    out: c.size.map(
      (n, d) => Math.floor((n + 2 * c.padding[d] - c.dilation[d] * (c.kernel[d] - 1) - 1) / c.stride[d]) + 1,
    ),
  })),
);

const shaped = (dtype: DType, shape: number[], seed: number): Tensor =>
  Tensor.of(dtype, shape, matrices(dtype, [1, 1, numel(shape)], 'rows', seed).storage.data);

const LSTM = { steps: 7, batch: 37, input: 24, hidden: 48 };
const ATTENTION = { batch: 3, heads: 6, kvHeads: 3, length: 50, kvLength: 61, size: 24, scale: 0.2, causal: false };

/** Layers that threads share, and their gradients. */
function layers(): Tensor[] {
  const [{ steps, batch, input, hidden }, a] = [LSTM, ATTENTION];
  const made: Tensor[] = [];
  for (const reverse of [false, true]) {
    const s = { ...LSTM, reverse };
    const x = shaped('float32', [steps, batch, input], 1);
    const weights = [input, hidden].map((n) => shaped('float32', [4 * hidden, n], n));
    const biases = [3, 4].map((seed) => shaped('float32', [4 * hidden], seed));
    const states = [5, 6].map((seed) => shaped('float32', [batch, hidden], seed));
    const outs = lstmForwardFast(s, [x, ...weights, ...biases, ...states])!;
    const kept = new Float32Array((outs[3].storage.data as Uint8Array).buffer);
    const dy = shaped('float32', [steps, batch, hidden], 7);
    made.push(...outs, ...lstmBackwardFast(s, [x, ...weights, ...states, outs[0]], kept, dy, states[0], null)!);
  }
  const [q, dy] = [8, 9].map((seed) => shaped('float32', [a.batch, a.heads, a.length, a.size], seed));
  const [k, v] = [10, 11].map((seed) => shaped('float32', [a.batch, a.kvHeads, a.kvLength, a.size], seed));
  const [y, logs] = attentionForwardFast(a, [q, k, v], null, [...q.strides])!;
  return [...made, y, logs, ...attentionBackwardFast(a, [q, k, v, y, logs, dy], null, null)!];
}

const bytes = ({ storage: { data } }: Tensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The largest difference between two results. */
function apart(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const [p, q] = [a.storage.data as Float64Array, b.storage.data as Float64Array];
  return p.reduce((most, v, i) => Math.max(most, Math.abs(v - q[i])), 0);
}

const paths = KERNEL_PATHS.filter((path) => path !== 'plain');

describe.each(paths)('%s', (path) => {
  const here = canUse(path) ? test : test.skip;

  for (const dtype of ['float32', 'float64'] as const)
    for (const a of ['rows', 'turned'] as const)
      for (const b of ['rows', 'turned'] as const)
        here(`products of ${dtype}, a by ${a}, b by ${b}`, () => {
          for (const [count, m, k, n] of SHAPES) {
            const x = matrices(dtype, [count, m, k], a, 1);
            const y = matrices(dtype, [count, k, n], b, 2);
            const bias = Tensor.of(dtype, [n], matrices(dtype, [1, 1, n], 'rows', 3).storage.data);
            for (const plus of [null, bias]) {
              const wanted = on('plain', () => products(x, y, plus));
              const got = on(path, () => products(x, y, plus));
              expect(apart(got, wanted)).toBeLessThan((dtype === 'float32' ? 2 ** -23 : 2 ** -51) * (k + 1));
            }
          }
        });

  for (const dtype of ['float32', 'float64'] as const)
    here(`convolutions of ${dtype}, and their gradients`, () => {
      for (const c of CONVOLUTIONS) {
        const x = shaped(dtype, [c.batch, c.groups * c.inner, ...c.size], 1);
        const w = shaped(dtype, [c.groups * c.outer, c.inner, ...c.kernel], 2);
        const bias = shaped(dtype, [c.groups * c.outer], 3);
        const dy = shaped(dtype, [c.batch, c.groups * c.outer, ...c.out], 4);
        const unit = dtype === 'float32' ? 2 ** -23 : 2 ** -51;
        for (const [terms, body] of [
          [w.count, () => convolve(x, w, bias, c)],
          [w.count, () => convolve(x, w, null, c)],
          [w.count, () => convolveBack(dy, w, c)],
          [c.batch * numel(c.out), () => convolveWeight(dy, x, c)],
        ] as const)
          expect(apart(on(path, body), on('plain', body))).toBeLessThan(unit * (terms + 1));
      }
    });

  here('elements that are put at their places in planes, and add up where they meet', () => {
    const dy = shaped('float32', [2, 3, 4, 5], 1);
    // Places near each other meet; the last row's are none of a plane of 6 x 7.
    const places = BigInt64Array.from({ length: dy.count }, (_, i) => BigInt(i % 20 < 15 ? (i * 5) % 42 : 42 + i));
    places[1] = -1n;
    const index = Tensor.of('int64', [...dy.shape], places);
    const put = () => putByIndex(dy, index, [6, 7], true).storage.data as Float32Array;
    const wanted = new Float32Array(6 * 42);
    for (let i = 0; i < dy.count; i++)
      if (places[i] >= 0n && places[i] < 42n)
        wanted[Math.floor(i / 20) * 42 + Number(places[i])] += (dy.storage.data as Float32Array)[i];
    expect(on(path, put)).toEqual(wanted);
    // What was written since is copied in again.
    places.fill(3n);
    index.storage.writes++;
    expect(on(path, put)[3]).toBeCloseTo((dy.storage.data as Float32Array).slice(0, 20).reduce((a, b) => a + b, 0));
  });

  here('the same bits wherever the operands lie', () => {
    const x = matrices('float32', [1, 37, 300], 'rows', 4);
    const y = matrices('float32', [1, 300, 29], 'turned', 5);
    const first = on(path, () => products(x, y)).storage.data;
    for (let i = 0; i < 40; i++) {
      useKernels(path);
      products(matrices('float32', [1, 30 + i, 50], 'rows', i), matrices('float32', [1, 50, 31], 'rows', i));
      expect(products(x, y).storage.data).toEqual(first);
    }
    // A row is the same alone as among others, and the other forms give the same.
    const row = x.alias([1, 1, 300], [0, 300, 1], 300 * 5);
    expect(on(path, () => products(row, y)).storage.data).toEqual(first.subarray(5 * 29, 6 * 29));
  });

  here('the same bits with other threads', { timeout: 60_000 }, async () => {
    const compute = () => {
      const made = SHARED.map(([count, m, k, n], i) => {
        const x = matrices('float32', [count, m, k], i % 2 ? 'rows' : 'turned', i);
        return products(
          x,
          matrices('float32', [count, k, n], i % 3 ? 'rows' : 'turned', i + 9),
          shaped('float32', [n], i),
        );
      });
      const c = { ...CONVOLUTIONS[0], batch: 37, outer: 16, inner: 8 };
      const x = shaped('float32', [c.batch, c.inner, ...c.size], 1);
      const w = shaped('float32', [c.outer, c.inner, ...c.kernel], 2);
      const dy = shaped('float32', [c.batch, c.outer, ...c.out], 4);
      return [...made, convolve(x, w, null, c), convolveBack(dy, w, c), convolveWeight(dy, x, c), ...layers()];
    };
    useKernels(path);
    const k = kernelsFor(1, 1)!;
    const alone = compute();
    const started: Worker[] = [];
    machine.helpers = 2;
    machine.start = (code, helper) => void started.push(new Worker(code, { eval: true, workerData: helper }));
    k.helpers.again();
    for (let i = 0; i < 30; i++) {
      if (i < 5) await new Promise((done) => setTimeout(done, 100)); // they start
      expect(compute().map((t, nr) => Buffer.compare(bytes(t), bytes(alone[nr])))).toEqual(alone.map(() => 0));
    }
    expect(started.length).toBe(2);
    machine.helpers = 0;
    k.helpers.again();
    await Promise.all(started.map((w) => w.terminate()));
  });

  for (const reverse of [false, true])
    here(`an LSTM with 5 hidden units, ${reverse ? 'from the end' : 'from the beginning'}`, () => {
      useKernels(path);
      const s = { steps: 7, batch: 6, input: 9, hidden: 5, reverse };
      const { steps, batch, input, hidden } = s;
      const [x, wih, whh, h0, c0, dy] = [
        [steps, batch, input],
        [4 * hidden, input],
        [4 * hidden, hidden],
        [batch, hidden],
        [batch, hidden],
        [steps, batch, hidden],
      ].map((shape, seed) => shaped('float32', shape, seed));
      const [bias, none] = [shaped('float32', [4 * hidden], 9), Tensor.zeros('float32', [4 * hidden])];
      const numbers = (t: Tensor) => t.storage.data as Float32Array;
      const like = (t: Tensor) => new Float32Array(t.count);
      const fast = lstmForwardFast(s, [x, wih, whh, bias, none, h0, c0])!;
      const kept = new Float32Array((fast[3].storage.data as Uint8Array).buffer);
      const plain = [like(fast[0]), like(fast[1]), like(fast[2]), new Float32Array(steps * batch * 5 * hidden)];
      lstmForward(s, numbers(x), numbers(wih), numbers(whh), numbers(bias), numbers(h0), numbers(c0), plain);
      const near = (a: Float32Array, b: Float32Array) => {
        expect(a.length).toBe(b.length);
        expect(Math.max(...a.map((v, i) => Math.abs(v - b[i])))).toBeLessThan(5e-6);
      };
      plain.forEach((p, i) => void near(i < 3 ? numbers(fast[i]) : kept, p));
      const back = lstmBackwardFast(s, [x, wih, whh, h0, c0, fast[0]], kept, dy, h0, c0)!;
      const gradients = back.map(like);
      const up = [dy, h0, c0].map(numbers) as [Float32Array, Float32Array, Float32Array];
      lstmBackward(
        s,
        numbers(x),
        numbers(wih),
        numbers(whh),
        numbers(h0),
        numbers(c0),
        plain[0],
        plain[3],
        ...up,
        gradients,
      );
      gradients.forEach((p, i) => void near(numbers(back[i]), p));
    });

  here('what was written since is copied in again', () => {
    useKernels(path);
    const x = matrices('float32', [1, 20, 20], 'rows', 6);
    const y = matrices('float32', [1, 20, 20], 'rows', 7);
    const before = products(x, y).storage.data.slice();
    const { slot } = y.storage;
    expect(slot).not.toBeNull();
    products(x, y);
    expect(y.storage.slot).toBe(slot); // it lay there still
    (y.storage.data as Float32Array).fill(0);
    y.storage.writes++;
    expect(Math.max(...(products(x, y).storage.data as Float32Array))).toBe(0);
    expect(before).not.toEqual(products(x, y).storage.data);
  });

  here('numbers held in float64 for a question are computed with as they are', () => {
    const x = matrices('float32', [1, 20, 20], 'rows', 6);
    const y = Tensor.of('float32', [1, 20, 20], matrices('float64', [1, 20, 20], 'rows', 7).storage.data);
    const wanted = on('plain', () => products(x, y)).storage.data;
    expect(on(path, () => products(x, y)).storage.data).toEqual(wanted);
  });

  here('a result is there for the next kernel, until the ring has come round', () => {
    useKernels(path);
    const arena = kernelsFor(1, 1)!.arena;
    const x = matrices('float32', [1, 20, 20], 'rows', 8);
    const y = products(x, x);
    const { slot } = y.storage;
    products(y, y);
    expect(y.storage.slot).toBe(slot);
    const wanted = products(y, y).storage.data.slice();
    for (let handed = 0; handed < 2 * arena.size; handed += 40_000)
      products(matrices('float32', [1, 100, 2], 'rows', 1), matrices('float32', [1, 2, 100], 'rows', 1));
    expect(products(y, y).storage.data).toEqual(wanted);
    expect(y.storage.slot).not.toBe(slot);
  });
});

test.skipIf(!canUse('relaxed'))('tiles of four vectors give the bits of those of two', () => {
  useKernels('relaxed', true);
  const k = kernelsFor(1, 1)!;
  const all = () =>
    [...SHAPES, [1, 6, 40, 16], [1, 23, 300, 40], [1, 70, 70, 77], [1, 200, 300, 1100]].flatMap(([count, m, kk, n]) =>
      (['rows', 'turned'] as const).map((order) =>
        products(
          matrices('float32', [count, m, kk], order, 1),
          matrices('float32', [count, kk, n], order, 2),
          n > 8 ? Tensor.of('float32', [n], Float32Array.from(drawn(n, 3))) : null,
        ).storage.data.slice(),
      ),
    );
  k.setBroad(true);
  const broad = all();
  k.setBroad(false);
  expect(all()).toEqual(broad);
  k.setBroad(k.broad);
});

test('the reference is always there', () => {
  useKernels('plain');
  expect(kernelsFor(1e9, 1)).toBeNull();
});
