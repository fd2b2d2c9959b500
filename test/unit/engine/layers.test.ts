/** Whole layers by the SIMD kernels against the reference in TypeScript: values and all gradients, on every path that this runtime has. */
import { setFlagsFromString } from 'node:v8';
import { afterEach, describe, expect, test } from 'vitest';
import '../../../src/engine/ops';
import '../../../src/engine/dispatch';
import { formulas as f } from '../../../src/engine/formulas';
import { Tensor } from '../../../src/engine/tensor';
import { canUse, KERNEL_PATHS, type KernelPath, kernelPath, useKernels } from '../../../src/engine/wasm/kernels';
import { gradients, upstream } from './opHarness';

// Node 20 has it behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');
const started = kernelPath();
afterEach(() => useKernels(started));

function drawn(shape: number[], seed: number): Tensor {
  let s = seed * 7919 + 1;
  const length = shape.reduce((a, b) => a * b, 1);
  const next = () => (s = (s * 1103515245 + 12345) % 2 ** 31) / 2 ** 30 - 1;
  return Tensor.of('float32', shape, Float32Array.from({ length }, next));
}

function leaf(shape: number[], seed: number): Tensor {
  const t = drawn(shape, seed);
  t.leafRequiresGrad = true;
  return t;
}

/** Every output and every gradient of `body`, on a path. */
function all(path: KernelPath, body: () => { outs: Tensor[]; leaves: Tensor[] }): Tensor[] {
  useKernels(path, true);
  const { outs, leaves } = body();
  const some = outs.filter((t) => t.requiresGrad);
  const grads = gradients(some, some.map(upstream), leaves);
  return [...outs, ...grads.filter((g) => g !== null)];
}

function expectSame(path: KernelPath, body: () => { outs: Tensor[]; leaves: Tensor[] }, tolerance = 2e-5): void {
  const want = all('plain', body);
  const got = all(path, body);
  expect(got.map((t) => [t.dtype, t.shape, t.strides])).toEqual(want.map((t) => [t.dtype, t.shape, t.strides]));
  got.forEach((t, i) => {
    const [p, q] = [t.values() as Float32Array, want[i].values() as Float32Array];
    const off = [...p.keys()].filter((j) =>
      Number.isFinite(q[j])
        ? !(Math.abs(p[j] - q[j]) <= tolerance * Math.max(1, Math.abs(q[j])))
        : !Object.is(p[j], q[j]),
    );
    expect(off.map((j) => `${i}[${j}]: ${p[j]}, not ${q[j]}`)).toEqual([]);
  });
  // Another time, with the arena at another place: the same bits.
  drawn([3000], 1);
  f.exp(drawn([777], 2));
  expect(all(path, body).map((t) => t.values())).toEqual(got.map((t) => t.values()));
}

describe.each(KERNEL_PATHS.filter((path) => path !== 'plain'))('%s', (path) => {
  const here = canUse(path) ? test : test.skip;

  for (const [steps, batch, input, hidden, layers, both] of [
    [1, 1, 1, 4, 1, false],
    [5, 3, 7, 8, 1, false],
    [4, 2, 5, 12, 2, true],
    [6, 5, 16, 20, 1, true],
    [3, 2, 4, 5, 1, false], // not by the kernels
  ] as [number, number, number, number, number, boolean][])
    for (const first of [true, false])
      here(
        `an LSTM of ${steps} steps, ${batch} x ${input} to ${hidden}${both ? ', both ways' : ''}${first ? ', batch first' : ''}`,
        () =>
          expectSame(path, () => {
            const ways = both ? 2 : 1;
            const x = leaf(first ? [batch, steps, input] : [steps, batch, input], 1);
            const start = [2, 3].map((seed) => leaf([layers * ways, batch, hidden], seed));
            const weights = Array.from({ length: layers * ways }, (_, i) => {
              const from = i < ways ? input : hidden * ways;
              return [[4 * hidden, from], [4 * hidden, hidden], [4 * hidden], [4 * hidden]].map((s, j) =>
                leaf(s, 4 + 4 * i + j),
              );
            }).flat();
            const outs = f.lstm(x, start, weights, true, layers, 0, true, both, first) as unknown as Tensor[];
            return { outs, leaves: [x, ...start, ...weights] };
          }),
      );

  for (const shape of [[1], [5], [3, 4], [7, 10], [2, 3, 17], [40, 64], [3, 1]])
    here(`sums, softmax and layer norm of ${shape}`, () =>
      expectSame(
        path,
        () => {
          const x = leaf(shape, 1);
          const turned = f.transpose(leaf([...shape].reverse(), 2), 0, -1);
          const over = shape.slice(-1);
          const [w, b] = [leaf(over, 3), leaf(over, 4)];
          const outs = [x, turned].flatMap((t) => [
            f.sum(t),
            f.sum(t, [0]),
            f.sum(t, [-1], true),
            f.mean(t),
            f.mean(t, [0], true),
            f.mean(t, [-1]),
            f.softmax(t, -1),
            f.log_softmax(t, -1),
            f.softmax(t, 0),
            f.log_softmax(t, 0),
            f.layer_norm(t, over, w, b),
            f.layer_norm(t, over, w),
            f.layer_norm(t, over, null, b, 0.1),
            f.layer_norm(t, shape, null, null),
          ]);
          return { outs, leaves: [x, w, b] };
        },
        5e-5,
      ),
    );

  here('rows that are not finite', () =>
    expectSame(path, () => {
      const { NaN: none, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
      const x = Tensor.of('float32', [6, 5], new Float32Array(30));
      const rows = [
        [1, none, 2, 3, 4],
        [1, 2, 3, 4, most],
        [1, least, 2, least, 3],
        [least, least, least, least, least],
        [100, 200, -100, 0, 1],
        [3e38, 3e38, 1, 1, 1],
      ];
      (x.storage.data as Float32Array).set(rows.flat());
      return { outs: [f.softmax(x, 1), f.log_softmax(x, 1), f.sum(x, [0]), f.sum(x, [1]), f.mean(x, [1])], leaves: [] };
    }),
  );

  for (const [shape, ...how] of [
    [
      [2, 3, 8, 8],
      [2, 2],
    ],
    [
      [2, 3, 28, 28],
      [2, 2],
    ],
    [
      [1, 9, 7],
      [2, 2],
    ],
    [
      [2, 2, 9, 11],
      [3, 2],
      [2, 1],
      [1, 0],
    ],
    [
      [2, 2, 9, 11],
      [2, 2],
      [1, 1],
      [0, 0],
      [2, 3],
    ],
    [[2, 9, 11], [3, 3], [2, 2], [1, 1], [1, 1], true],
  ] as [number[], ...unknown[]][])
    here(`maxima and sums of ${shape} by windows of ${how[0]}`, () =>
      expectSame(path, () => {
        const x = leaf(shape, 1);
        const whole = f.mul(f.round(f.mul(x, 4)), 0.25); // ties
        const odd = drawn(shape, 2);
        (odd.storage.data as Float32Array).fill(Number.NaN, 3, 9).fill(Number.NEGATIVE_INFINITY, 20, 40);
        const pool = (t: Tensor) => f.max_pool2d_with_indices(t, ...how) as unknown as Tensor[];
        const sums = [[0], [-1], [0, 2], [0, -1], [1, 2], [0, -2, -1]].map((dims) => f.sum(x, dims));
        return { outs: [...pool(x), ...pool(whole), ...pool(odd), ...sums, f.mean(x, [0, -1])], leaves: [x] };
      }),
    );

  for (const [batch, heads, kvHeads, length, keys, size] of [
    [1, 1, 1, 1, 1, 1],
    [2, 2, 2, 5, 5, 8],
    [2, 4, 2, 7, 9, 6],
    [1, 3, 3, 4, 13, 5],
    [2, 2, 1, 33, 17, 16],
  ])
    for (const how of ['plain', 'causal', 'mask', 'turned', 'one side'] as const)
      here(`attention ${batch}x${heads}/${kvHeads}x${length}/${keys}x${size}, ${how}`, () =>
        expectSame(path, () => {
          const turned = how === 'turned';
          const make = (n: number, rows: number, seed: number) => {
            const t = leaf(turned ? [batch, rows, n, size] : [batch, n, rows, size], seed);
            return { t, seen: turned ? f.transpose(t, 1, 2) : t };
          };
          const [q, k, v] = [make(heads, length, 1), make(kvHeads, keys, 2), make(kvHeads, keys, 3)];
          const mask = how === 'mask' ? drawn([length, keys], 4) : null;
          if (mask) {
            f.fill_(f.select(mask, 0, 0), Number.NEGATIVE_INFINITY);
            f.fill_(f.select(mask, 1, 0), Number.NEGATIVE_INFINITY);
          }
          const y = f.scaled_dot_product_attention(
            ...[q.seen, k.seen, v.seen, mask, 0, how === 'causal', null, heads !== kvHeads],
          );
          return { outs: [y], leaves: how === 'one side' ? [q.t] : [q.t, k.t, v.t] };
        }),
      );
});
