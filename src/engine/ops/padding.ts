/** Padding. Source: torch.nn.functional.pad's documentation; checks and their words: ATen's PadNd.cpp, ReflectionPad.cpp. */
import { joined, part } from '../complex';
import { runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { filled, placesOf, putPlaces, sliceGeometry } from '../kernels/copy';
import { dtypeLabel } from '../kernels/elementwise';
import { addInPlanes, planePlaces, takeInPlanes } from '../kernels/planes';
import { op, type Sample, type SampleTensor, type Scalar } from '../op';
import { show } from '../shape';
import type { Tensor } from '../tensor';

const cube: SampleTensor = { shape: [2, 3, 4] };
const ints: SampleTensor = { shape: [2, 3], dtype: 'int64' };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

/** [before, after] a dimension, of PyTorch's list that begins with the last one. */
const pairs = (pad: number[], rank: number): [number, number][] =>
  Array.from({ length: rank }, (_, d) => {
    const at = 2 * (rank - 1 - d);
    return at < pad.length ? [pad[at], pad[at + 1]] : [0, 0];
  });

/** The part of `x` that is left when negative padding cuts it, and where that lies in the result. */
function constantPad(x: Tensor, pad: number[], value: number | bigint): Tensor {
  if (pad.length % 2) throw runtimeError(`Length of pad must be even but instead it equals ${pad.length}`);
  if (pad.length > 2 * x.rank)
    throw runtimeError(
      `Length of pad should be no more than twice the number of dimensions of the input. Pad length is ${pad.length}while the input has ${x.rank}dimensions.`,
    );
  const by = pairs(pad, x.rank);
  const shape = x.shape.map((n, d) => n + by[d][0] + by[d][1]);
  const kept = x.shape.map((n, d) => n + Math.min(by[d][0], 0) + Math.min(by[d][1], 0));
  if (kept.some((n) => n < 0)) throw runtimeError('narrow(): length must be non-negative.');
  const out = filled(x.dtype, shape, value);
  if (kept.includes(0)) return out;
  let from = x;
  let to = { shape, strides: out.strides, offset: 0 };
  for (const [d, [before]] of by.entries()) {
    const cut = Math.max(-before, 0);
    from = from.alias(from.shape.with(d, kept[d]), [...from.strides], from.offset + cut * from.strides[d]);
    const here = sliceGeometry(shape, d, Math.max(before, 0), 1, kept[d]);
    to = { ...to, shape: to.shape.with(d, kept[d]), offset: to.offset + here.offset };
  }
  putPlaces(out, placesOf(to), from.values(), false);
  return out;
}

op<[Tensor, number[], Scalar]>({
  schema: 'constant_pad_nd(Tensor input, int[] pad, Scalar value=0) -> Tensor',
  faces: ['torch'],
  formula: 'y = x with a border of one value (negative: cut off)',
  gradient: 'dx = dy without the border',
  forward: (x, pad, { value }) => constantPad(x, pad, value),
  complex: (x, pad, { value, imag }) =>
    joined(constantPad(part(x, 0), pad, value), constantPad(part(x, 1), pad, imag ?? 0)),
  grads: {
    input: (c, f) =>
      f.constant_pad_nd(
        c.grad,
        c.attr<number[]>('pad').map((p) => -p),
      ),
  },
  samples: () => [
    on(cube, [1, 2]),
    on(cube, [1, 0, 0, 2, 1, 1], 1.5),
    on(cube, [-1, 2, 1, -1]),
    on(cube, [-1, -2]),
    on(cube, [-2, -2]),
    on(cube, [-4, 1]),
    on(cube, [-5, 0]),
    on(cube, [-6, 1]),
    on(cube, []),
    on(ints, [1, 1], 2),
    on({ shape: [2], dtype: 'bool' }, [1, 1], 1),
    on(ints, [1]),
    on(ints, [1, 1, 1, 1, 1, 1]),
  ],
});

/** Which element place j of a dimension of size n shows, that is padded by `before` and `after`. */
type IndexOf = (j: number, n: number, before: number, after: number) => number;

const RULES: Record<'reflection' | 'replication' | 'circular', IndexOf> = {
  reflection: (j, n, before) => {
    const i = j - before;
    return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
  },
  replication: (j, n, before) => Math.min(Math.max(j - before, 0), n - 1),
  // The ring is of what negative padding leaves.
  circular: (j, n, before, after) => {
    const ring = n + Math.min(before, 0) + Math.min(after, 0);
    return ((((j - Math.max(before, 0)) % ring) + ring) % ring) + Math.max(-before, 0);
  },
};

function placesUnder(size: number[], pad: number[], rule: IndexOf): { places: Int32Array; out: number[] } {
  const by = pairs(pad, size.length);
  const out = size.map((n, d) => n + by[d][0] + by[d][1]);
  const indices = out.map((n, d) => Int32Array.from({ length: n }, (_, j) => rule(j, size[d], ...by[d])));
  return { places: planePlaces(size, indices), out };
}

const NAMES = { 1: ['W'], 2: ['H', 'W'], 3: ['D', 'H', 'W'] } as const;

function checkBorder(kind: 'reflection' | 'replication', n: 1 | 2 | 3, x: Tensor, pad: number[]): void {
  const name = `${kind}_pad${n}d`;
  if (pad.length !== 2 * n)
    throw runtimeError(
      `padding size is expected to be ${2 * n}${kind === 'reflection' ? `, but got: ${pad.length}` : ''}`,
    );
  const rank = x.rank;
  const wrongRank = rank !== n + 1 && rank !== n + 2;
  if (wrongRank || x.shape.slice(rank === n + 2 ? 1 : 0).includes(0))
    throw runtimeError(
      `Expected ${n + 1}D or ${n + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${show(x.shape)}`,
    );
  const size = x.shape.slice(-n);
  const by = pairs(pad, n);
  if (kind === 'reflection')
    // The last dimension is looked at first.
    for (let d = n - 1; d >= 0; d--)
      if (by[d].some((p) => p >= size[d]))
        throw runtimeError(
          `Argument #${4 + 2 * (n - 1 - d)}: Padding size should be less than the corresponding input dimension, but got: padding (${by[d].join(', ')}) at dimension ${rank - n + d} of input ${show(x.shape)}`,
        );
  const out = size.map((s, d) => s + by[d][0] + by[d][1]);
  if (out.every((s) => s < 1)) {
    const named = (list: number[], ...between: string[]) =>
      list.map((v, d) => `${NAMES[n][d]}: ${v}${between[d] ?? ''}`).join('');
    const comma = n === 3 ? [' ', ', '] : n === 2 ? [', ', kind === 'replication' ? ' ' : ''] : [];
    throw runtimeError(
      `input (${named(size, ...comma)}) is too small. Calculated output ${named(out, ...(n > 1 ? [' ', n > 2 ? ' ' : ''] : []))}`,
    );
  }
  if (x.dtype === 'bool')
    throw new TorchError('NotImplementedError', `"${name}" not implemented for '${dtypeLabel(x.dtype)}'`);
}

for (const kind of ['reflection', 'replication'] as const)
  for (const n of [1, 2, 3] as const) {
    const name = `${kind}_pad${n}d`;
    const camel = `${kind[0].toUpperCase()}${kind.slice(1)}Pad${n}DBackward`;
    const rule = RULES[kind];
    const shapes = [
      [2, 4],
      [2, 3, 4],
      [1, 2, 3, 2],
    ][n - 1];
    const all = (p: number[]) => [...p, ...new Array<number>(2 * n - p.length).fill(1)];
    op<[Tensor, number[]]>({
      schema: `${name}(Tensor input, int[] padding) -> Tensor`,
      faces: [`torch._C._nn:${name}`],
      formula:
        kind === 'reflection'
          ? 'y = x, and around it x mirrored at its edges'
          : 'y = x, and around it the values of its edges',
      gradient: 'dx = Σ dy over the places that show x',
      forward: (x, pad) => {
        checkBorder(kind, n, x, pad);
        const { places, out } = placesUnder(x.shape.slice(-n), pad, rule);
        return takeInPlanes(x, places, out);
      },
      complex: ['input'],
      gradName: `${camel}0`,
      grads: {
        input: (c, f) => f[`${name}_backward`](c.grad, c.shape('input'), c.attr('padding')),
      },
      samples: () => [
        on({ shape: shapes }, all([1, 1])),
        on({ shape: [1, ...shapes] }, all([0, 1])),
        on({ shape: shapes }, all([-1, 1])),
        on({ shape: shapes.with(0, 0) }, all([1])),
        on({ shape: shapes }, all([7, 1])),
        on({ shape: shapes, dtype: 'int64' }, all([1])),
        on({ shape: shapes }, [1]),
        on({ shape: [3] }, all([1])),
      ],
    });
    op<[Tensor, number[], number[]]>({
      schema: `${name}_backward(Tensor grad_output, int[] size, int[] padding) -> Tensor`,
      faces: [],
      complex: ['grad_output'],
      gradName: `${camel}Backward0`,
      formula: 'dx = Σ dy over the places that show x',
      gradient: 'ddy = ddx, padded as x was',
      forward: (g, size, pad) => addInPlanes(g, placesUnder(size.slice(-n), pad, rule).places, size.slice(-n)),
      grads: { grad_output: (c, f) => f[name](c.grad, c.attr('padding')) },
      samples: () => [
        {
          args: [{ tensor: { shape: shapes.map((s, d) => (d < shapes.length - n ? s : s + 2)) } }, shapes, all([1, 1])],
        },
      ],
    });
  }

function checkCircular(x: Tensor, pad: number[]): void {
  const n = x.rank - 2;
  const size = x.shape.slice(2);
  if (pad.length !== 2 * n) throw runtimeError(`Invalid padding size, expected ${2 * n} but got ${pad.length}`);
  for (const [d, [before, after]] of pairs(pad, n).entries()) {
    if (before > size[d] || after > size[d]) throw runtimeError('Padding value causes wrapping around more than once.');
    if (size[d] + before + after < 0) throw runtimeError('Negative padding value is resulting in an empty dimension');
  }
}

op<[Tensor, number[]]>({
  schema: '_pad_circular(Tensor input, int[] pad) -> Tensor',
  faces: [],
  formula: 'y = x, and around it x again, as on a ring',
  gradient: 'dx = Σ dy over the places that show x',
  complex: ['input'],
  gradName: 'CopySlices',
  forward: (x, pad) => {
    const n = pad.length / 2;
    const wide = x.rank === n + 1 ? x.alias([1, ...x.shape], [0, ...x.strides]) : x;
    checkCircular(wide, pad);
    const { places, out } = placesUnder(x.shape.slice(-n), pad, RULES.circular);
    return takeInPlanes(x, places, out);
  },
  grads: { input: (c, f) => f._pad_circular_backward(c.grad, c.shape('input'), c.attr('pad')) },
  samples: () => [on(cube, [1, 2]), on({ shape: [1, 1, 2, 3] }, [1, 2, 0, -1])],
});

op<[Tensor, number[], number[]]>({
  schema: '_pad_circular_backward(Tensor grad_output, int[] size, int[] pad) -> Tensor',
  faces: [],
  complex: ['grad_output'],
  formula: 'dx = Σ dy over the places that show x',
  gradient: 'ddy = ddx, padded as x was',
  forward: (g, size, pad) => {
    const own = size.slice(-pad.length / 2);
    return addInPlanes(g, placesUnder(own, pad, RULES.circular).places, own);
  },
  grads: { grad_output: (c, f) => f._pad_circular(c.grad, c.attr('pad')) },
  samples: () => [{ args: [{ tensor: { shape: [2, 5] } }, [2, 3], [1, 1]] }],
});

const MODES: Record<string, string> = { reflect: 'reflection', replicate: 'replication', circular: 'circular' };

op<[Tensor, number[], string, number | null]>({
  schema: "pad(Tensor input, int[] pad, str mode='constant', float? value=None) -> Tensor",
  faces: ['torch.nn.functional', 'torch._C._nn'],
  composite: true,
  formula: 'y = x with a border, of one value or of its own',
  gradient: 'dx = Σ dy over the places that show x',
  forward: (x, pad, mode, value) => {
    if (pad.length % 2) throw runtimeError('Padding length must be divisible by 2');
    if (pad.length > 2 * x.rank)
      throw runtimeError(
        `Padding length should be less than or equal to two times the input dimension but got padding length ${pad.length} and input of dimension ${x.rank}`,
      );
    if (mode === 'constant') return f.constant_pad_nd(x, pad, { kind: 'float', value: value ?? 0 });
    if (value) throw runtimeError(`Padding mode "${mode}" doesn't take in value argument`);
    const n = pad.length / 2;
    if (!(mode in MODES)) throw new TorchError('NotImplementedError', `Unrecognised padding mode ${mode}`);
    if (n < 1 || n > 3 || (x.rank !== n + 1 && x.rank !== n + 2))
      throw new TorchError(
        'NotImplementedError',
        `Padding size ${pad.length} is not supported for ${x.rank}D input tensor.
Supported combinations for non-constant padding:
  - 2D or 3D input: padding size = 2 (pads last dimension)
  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)
  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)`,
      );
    return mode === 'circular' ? f._pad_circular(x, pad) : f[`${MODES[mode]}_pad${n}d`](x, pad);
  },
  samples: () => [
    on(cube, [1, 2]),
    on(cube, [1, 2], 'constant', 1.5),
    on(ints, [1, 1], 'constant', 2.5),
    on(cube, [1, 2], 'reflect'),
    on(cube, [1, 2, 1, 1], 'replicate'),
    on(cube, [3, 1], 'circular'),
    on(cube, [1, 2, -1, 1], 'circular'),
    on(cube, [5, 0], 'circular'),
    on(cube, [-3, -2], 'circular'),
    on(cube, [1, 2], 'wrap'),
    on(cube, [1, 2], 'reflect', 1.5),
    on(cube, [1]),
    on(ints, [1, 1, 1, 1], 'replicate'),
    on(ints, [1, 1, 1, 1, 1, 1]),
    on({ shape: [3], dtype: 'bool' }, [1, 1]),
    on({ shape: [2, 3], dtype: 'bool' }, [1, 1], 'reflect'),
  ],
});
