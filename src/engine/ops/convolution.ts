/** Convolution and transposed convolution. Source: torch.nn.functional's documentation, ATen's Convolution.cpp (checks and their words). */

import { joined, part } from '../complex';
import { allocate, type DType, isComplex, isFloat } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import { addBias, type Convolution, convolve, convolveBack, convolveWeight } from '../kernels/convolution';
import { binary, dtypeLabel } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { numel, show } from '../shape';
import { Tensor } from '../tensor';

/** One number for all spatial dimensions, or one each. */
function perDimension(list: number[], name: string, n: number): number[] {
  if (list.length === n) return list;
  if (list.length === 1) return new Array<number>(n).fill(list[0]);
  throw runtimeError(
    `expected ${name} to be a single integer value or a list of ${n} values to match the convolution dimensions, but got ${name}=${show(list)}`,
  );
}

interface Settings {
  stride: number[];
  padding: number[];
  dilation: number[];
  transposed: boolean;
  outputPadding: number[];
  groups: number;
}

/** Settings as the kernels of transposed convolutions name them; an image of one dimension is one of height 1 to them. */
const wide = (list: number[], one: number) => (list.length === 1 ? [one, ...list] : list);
const named = (list: number[], what: string, one: number) =>
  wide(list, one)
    .map((n, d, all) => `${what}_${['depth', 'height', 'width'].slice(-all.length)[d]}: ${n}`)
    .join(' ');

const by = (sizes: number[]) => `(${sizes.join(' x ')})`;

function checkSettings(s: Settings): void {
  if (s.padding.some((p) => p < 0)) throw runtimeError('negative padding is not supported');
  if (s.outputPadding.some((p) => p < 0)) throw runtimeError('negative output_padding is not supported');
  if (s.stride.some((n) => n <= 0)) throw runtimeError('non-positive stride is not supported');
  if (s.dilation.some((n) => n < 0)) throw runtimeError('dilation should be greater than zero');
  if (s.dilation.includes(0)) {
    const { dilation } = s;
    const got = s.transposed ? named(dilation, 'dilation', 1).replaceAll(' d', ', d') : show(dilation);
    throw runtimeError(`dilation should be greater than zero, but got ${got}`);
  }
}

function checkShapes(x: number[], w: number[], bias: Tensor | null, s: Settings): void {
  if (x.length !== w.length)
    throw runtimeError(
      `Expected ${w.length}-dimensional input for ${w.length}-dimensional weight ${show(w)}, but got ${x.length}-dimensional input of size ${show(x)} instead`,
    );
  if (w[0] < s.groups)
    throw runtimeError(
      `Given groups=${s.groups}, expected weight to be at least ${s.groups} at dimension 0, but got weight of size ${show(w)} instead`,
    );
  if (w[0] % s.groups !== 0)
    throw runtimeError(
      `Given groups=${s.groups}, expected weight to be divisible by ${s.groups} at dimension 0, but got weight of size [${show(w)}] instead`,
    );
  const given = s.transposed ? 'Given transposed=1' : `Given groups=${s.groups}`;
  const [takes, gives] = s.transposed ? [w[0], w[1] * s.groups] : [w[1] * s.groups, w[0]];
  if (x[1] !== takes)
    throw runtimeError(
      `${given}, weight of size ${show(w)}, expected input${show(x)} to have ${takes} channels, but got ${x[1]} channels instead`,
    );
  if (bias && !(bias.rank === 1 && bias.shape[0] === gives))
    throw runtimeError(
      `Given ${s.transposed ? 'transposed=1, ' : ''}weight of size ${show(w)}, expected bias to be 1-dimensional with ${gives} elements, but got bias of size ${show(bias.shape)} instead`,
    );
}

/** Sizes of the result's spatial dimensions (torch.nn.Conv2d's and ConvTranspose2d's documentation). */
function outputSizes(x: number[], w: number[], s: Settings): number[] {
  const size = x.slice(2);
  const kernel = w.slice(2).map((k, d) => s.dilation[d] * (k - 1) + 1);
  if (s.transposed) {
    const out = size.map(
      (n, d) => (n - 1) * s.stride[d] - 2 * s.padding[d] + s.dilation[d] * (w[d + 2] - 1) + s.outputPadding[d] + 1,
    );
    if (s.outputPadding.some((p, d) => p >= s.stride[d] && p >= s.dilation[d]))
      throw runtimeError(
        `output padding must be smaller than either stride or dilation, but got ${named(s.outputPadding, 'output_padding', 0)} ${named(s.stride, 'stride', 1)} ${named(s.dilation, 'dilation', 1)}`,
      );
    if (out.some((n) => n < 1))
      throw runtimeError(
        `Given input size per channel: ${by(wide(size, 1))}. Calculated output size per channel: ${by(wide(out, 1))}. Output size is too small`,
      );
    return out;
  }
  const padded = size.map((n, d) => n + 2 * s.padding[d]);
  if (padded.some((n, d) => n === 0 || n < kernel[d]))
    throw runtimeError(
      `Calculated padded input size per channel: ${by(padded)}. Kernel size: ${by(kernel)}. Kernel size can't be greater than actual input size`,
    );
  if (w.slice(2).some((k) => k === 0))
    throw runtimeError(`kernel size should be greater than zero, but got ${named(w.slice(2), 'kernel', 1)}`);
  return padded.map((n, d) => Math.floor((n - kernel[d]) / s.stride[d]) + 1);
}

/** How windows of the weight lie on `image`, which the transposed convolution gives and the plain one takes. */
const geometry = (image: number[], w: number[], windows: number[], s: Settings): Convolution => ({
  batch: image[0],
  groups: s.groups,
  inner: w[1],
  outer: w[0] / s.groups,
  size: image.slice(2),
  kernel: w.slice(2),
  stride: s.stride,
  padding: s.padding,
  dilation: s.dilation,
  out: windows.slice(2),
});

const settings = (
  n: number,
  stride: number[],
  padding: number[],
  dilation: number[],
  transposed: boolean,
  outputPadding: number[],
  groups: number,
): Settings => ({
  stride: perDimension(stride, 'stride', n),
  padding: perDimension(padding, 'padding', n),
  dilation: perDimension(dilation, 'dilation', n),
  transposed,
  outputPadding: perDimension(outputPadding, 'output_padding', n),
  groups,
});

/** float32 weights of a float64 image and the like, in the words of the kernel that PyTorch would ask first. */
function checkDtypes(x: Tensor, w: Tensor, transposed: boolean): void {
  if (x.dtype !== w.dtype)
    throw runtimeError(`expected scalar type ${dtypeLabel(x.dtype)} but found ${dtypeLabel(w.dtype)}`);
  const name = transposed
    ? `slow_conv_transpose${x.rank === 5 ? 3 : 2}d_out_cpu`
    : x.rank === 5
      ? 'compute_columns3d'
      : 'slow_conv2d_cpu';
  if (x.dtype === 'bool' || (transposed && !isFloat(x.dtype) && !isComplex(x.dtype) && x.dtype !== 'int64'))
    throw new TorchError('NotImplementedError', `"${name}" not implemented for '${dtypeLabel(x.dtype)}'`);
}

/**
 * A function that is bilinear in its first two arguments, for complex ones: of their real and imaginary parts. `rest` is what goes on with
 * the real parts, and with the imaginary ones.
 */
function byParts<R extends unknown[]>(forward: (a: Tensor, b: Tensor, ...rest: R) => Tensor) {
  return (a: Tensor, b: Tensor, ...rest: [whole: R, imaginary: R, none: R]): Tensor => {
    const [whole, imaginary, none] = rest;
    const [ar, ai, br, bi] = [part(a, 0), part(a, 1), part(b, 0), part(b, 1)];
    return joined(
      binary(forward(ar, br, ...whole), forward(ai, bi, ...none), (x, y) => x - y),
      binary(forward(ar, bi, ...imaginary), forward(ai, br, ...none), (x, y) => x + y),
    );
  };
}

/** The same for a gradient's kernels, whose further arguments are all settings. */
const bilinear =
  (forward: (...args: BackArgs) => Tensor) =>
  (a: Tensor, b: Tensor, ...rest: BackArgs extends [Tensor, Tensor, ...infer R] ? R : never): Tensor =>
    byParts(forward)(a, b, rest, rest, rest);

type Args = [Tensor, Tensor, Tensor | null, number[], number[], number[], boolean, number[], number];
const SETTINGS = 'int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups';

function convolution(...[x, w, b, stride, padding, dilation, transposed, outputPadding, groups]: Args): Tensor {
  if (groups <= 0) throw runtimeError('non-positive groups is not supported');
  if (w.rank < 3) throw runtimeError('weight should have at least three dimensions');
  const s = settings(w.rank - 2, stride, padding, dilation, transposed, outputPadding, groups);
  checkSettings(s);
  checkShapes(x.shape, w.shape, b, s);
  const sizes = outputSizes(x.shape, w.shape, s);
  checkDtypes(x, w, transposed);
  // No channels in, none out: PyTorch keeps the input's number there.
  const channels = x.shape[1] === 0 ? 0 : transposed ? w.shape[1] * groups : w.shape[0];
  const shape = [x.shape[0], channels, ...sizes];
  if (numel(shape) === 0) return Tensor.of(x.dtype, shape, allocate(x.dtype, 0));
  if (!transposed) return convolve(x, w, b, geometry(x.shape, w.shape, shape, s));
  const y = convolveBack(x, w, geometry(shape, w.shape, x.shape, s));
  if (b) addBias(y, b);
  return y;
}

const image = (...shape: number[]): SampleTensor => ({ shape });
const conv = (x: number[], w: number[], b: number | null, ...rest: Sample['args']): Sample => ({
  args: [{ tensor: image(...x) }, { tensor: image(...w) }, b === null ? null : { tensor: image(b) }, ...rest],
});

op<Args>({
  schema: `convolution(Tensor input, Tensor weight, Tensor? bias, ${SETTINGS}) -> Tensor`,
  faces: ['torch'],
  formula:
    'y[o, i] = Σ w[o, c, k] · x[c, s·i + d·k − p] + b[o];  transposed: y[o, s·i + d·k − p] += w[c, o, k] · x[c, i]',
  gradient:
    'dx = dy convolved with w, transposed;  dw = Σ dy[o, i] · the window of x at i;  db = Σ dy over all but channels',
  forward: convolution,
  complex: (x, w, b, ...rest) => {
    checkDtypes(x, w, rest[3]);
    const of = (bias: Tensor | null) => [bias, ...rest] as Args extends [Tensor, Tensor, ...infer R] ? R : never;
    return byParts(convolution)(x, w, of(b && part(b, 0)), of(b && part(b, 1)), of(null));
  },
  saves: ['input', 'weight'],
  grads: {
    input: (c, f) => f.convolution_backward_input(c.grad, c.saved('weight'), c.shape('input'), ...rest(c)),
    weight: (c, f) => f.convolution_backward_weight(c.grad, c.saved('input'), c.shape('weight'), ...rest(c)),
    bias: (c, f) => f.sum(c.grad, [0, ...c.grad.shape.map((_, d) => d).slice(2)]),
  },
  samples: () => [
    conv([2, 2, 4, 3], [3, 2, 3, 2], 3, [1, 1], [0, 0], [1, 1], false, [0, 0], 1),
    conv([1, 4, 5], [4, 2, 2], null, [2], [1], [2], false, [0], 2),
    conv([1, 2, 3, 2, 3], [1, 2, 2, 1, 2], 1, [2, 1, 1], [1, 0, 1], [1], false, [0], 1),
    conv([2, 3, 2, 2], [3, 1, 2, 3], 2, [2, 3], [1, 1], [1, 2], true, [1, 0], 1),
    conv([1, 2, 3], [2, 1, 2], null, [2], [0], [1], true, [1], 2),
    conv([2, 3, 3], [3, 2, 2, 2], null, [1], [0], [1], false, [0], 1),
    conv([1, 2, 3, 3], [3, 2, 2, 2], null, [1], [0], [1], false, [0], 0),
    conv([1, 2, 3, 3], [3, 2, 2, 2], null, [0], [0], [1], false, [0], 1),
    conv([1, 2, 3, 3], [3, 2, 2, 2], null, [1], [-1], [1], false, [0], 1),
    conv([1, 2, 3, 3], [3, 2, 2, 2], null, [1], [0], [0], false, [0], 1),
    conv([1, 2, 3, 3], [3, 2, 2, 2], null, [1, 1, 1], [0], [1], false, [0], 1),
    conv([1, 2, 3, 3], [2, 2, 2, 2], null, [1], [0], [1], true, [-1], 1),
    conv([1, 2, 3, 3], [2, 2, 2, 2], null, [1], [0], [1], true, [1], 1),
    conv([1, 2, 1, 1], [2, 2, 2, 2], null, [1], [2], [1], true, [0], 1),
  ],
});

const rest = (c: BackwardContext) => [
  c.attr<number[]>('stride'),
  c.attr<number[]>('padding'),
  c.attr<number[]>('dilation'),
  c.attr<boolean>('transposed'),
  c.attr<number[]>('output_padding'),
  c.attr<number>('groups'),
];

type BackArgs = [Tensor, Tensor, number[], number[], number[], number[], boolean, number[], number];

const plain = [[1], [0], [1], false, [0], 1] as const;
const back = (a: number[], b: number[], size: number[]): Sample => ({
  args: [{ tensor: image(...a) }, { tensor: image(...b) }, size, ...(plain as unknown as Sample['args'])],
});

function gradientForInput(...[dy, w, size, ...others]: BackArgs): Tensor {
  const s = settings(w.rank - 2, ...others);
  if (dy.count === 0) return Tensor.zeros(dy.dtype, [...size]);
  return s.transposed
    ? convolve(dy, w, null, geometry(dy.shape, w.shape, size, s))
    : convolveBack(dy, w, geometry(size, w.shape, dy.shape, s));
}

op<BackArgs>({
  schema: `convolution_backward_input(Tensor grad_output, Tensor weight, int[] input_size, ${SETTINGS}) -> Tensor`,
  faces: [],
  gradName: 'ConvolutionBackwardBackward0',
  formula: 'dx[c, s·i + d·k − p] += w[o, c, k] · dy[o, i]',
  gradient: 'ddy = ddx convolved with w;  dw = Σ dy[o, i] · the window of ddx at i',
  forward: gradientForInput,
  complex: bilinear(gradientForInput),
  saves: ['grad_output', 'weight'],
  grads: {
    grad_output: (c, f) => f.convolution(c.grad, c.saved('weight'), null, ...rest(c)),
    weight: (c, f) => f.convolution_backward_weight(c.saved('grad_output'), c.grad, c.shape('weight'), ...rest(c)),
  },
  samples: () => [back([2, 3, 2], [3, 2, 3], [2, 2, 4])],
});

function gradientForWeight(...[dy, x, size, ...others]: BackArgs): Tensor {
  const s = settings(x.rank - 2, ...others);
  if (dy.count === 0 || x.count === 0) return Tensor.zeros(dy.dtype, [...size]);
  return s.transposed
    ? convolveWeight(x, dy, geometry(dy.shape, size, x.shape, s))
    : convolveWeight(dy, x, geometry(x.shape, size, dy.shape, s));
}

op<BackArgs>({
  schema: `convolution_backward_weight(Tensor grad_output, Tensor input, int[] weight_size, ${SETTINGS}) -> Tensor`,
  faces: [],
  gradName: 'ConvolutionBackwardBackward0',
  formula: 'dw[o, c, k] = Σ dy[o, i] · x[c, s·i + d·k − p]',
  gradient: 'ddy = x convolved with ddw;  dx = dy convolved with ddw, transposed',
  forward: gradientForWeight,
  complex: bilinear(gradientForWeight),
  saves: ['grad_output', 'input'],
  grads: {
    grad_output: (c, f) => f.convolution(c.saved('input'), c.grad, null, ...rest(c)),
    input: (c, f) => f.convolution_backward_input(c.saved('grad_output'), c.grad, c.shape('input'), ...rest(c)),
  },
  samples: () => [back([2, 3, 2], [2, 2, 4], [3, 2, 3])],
});

/** C++'s names of dtypes (caffe2's TypeMeta), as the check of a bias prints them. */
const C_NAMES: Record<string, string> = {
  bool: 'bool',
  uint8: 'unsigned char',
  int8: 'signed char',
  int16: 'short int',
  int32: 'int',
  int64: 'long int',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  float32: 'float',
  float64: 'double',
  complex64: 'c10::complex<float>',
  complex128: 'c10::complex<double>',
};
const cName = (d: DType) => C_NAMES[d];

/** One number, as Python's argument parser repeats it for all dimensions. */
const each = (list: number[], n: number) => (list.length === 1 ? new Array<number>(n).fill(list[0]) : list);

/** Runs `body` on a batch: an image without a batch dimension gets one, and loses it again. */
function batched(name: string, n: number, x: Tensor, b: Tensor | null, body: (x: Tensor) => Tensor): Tensor {
  if (x.rank !== n + 1 && x.rank !== n + 2)
    throw runtimeError(
      `Expected ${n + 1}D (unbatched) or ${n + 2}D (batched) input to ${name}, but got input of size: ${show(x.shape)}`,
    );
  if (b && b.dtype !== x.dtype)
    throw runtimeError(`Input type (${cName(x.dtype)}) and bias type (${cName(b.dtype)}) should be the same`);
  return x.rank === n + 2 ? body(x) : f.squeeze_dim(body(f.unsqueeze(x, 0)), 0);
}

/** padding='same': as much as makes the result as large as the image; the odd one at the end, as real zeros. */
function sameConvolution(
  x: Tensor,
  w: Tensor,
  b: Tensor | null,
  stride: number[],
  dilation: number[],
  groups: number,
): Tensor {
  const n = w.rank - 2;
  if (w.rank !== x.rank)
    throw runtimeError(
      n < 1
        ? 'weight should have at least three dimensions'
        : `Expected ${w.rank}-dimensional input for ${w.rank}-dimensional weight${show(w.shape)}, but got ${x.rank}-dimensional input of size ${show(x.shape)} instead`,
    );
  if (groups <= 0) throw runtimeError('non-positive groups is not supported');
  for (const [list, name] of [
    [stride, 'stride'],
    [dilation, 'dilation'],
  ] as const)
    if (list.length !== 1 && list.length !== n) throw runtimeError(`${name} cannot broadcast to ${n} dimensions`);
  if (stride.some((s) => s !== 1)) throw runtimeError("padding='same' is not supported for strided convolutions");
  const d = perDimension(dilation, 'dilation', n);
  const total = d.map((by, i) => by * (w.shape[i + 2] - 1));
  const before = total.map((t) => Math.floor(t / 2));
  const odd = total.map((t, i) => t - 2 * before[i]);
  const more = odd.some((o) => o > 0)
    ? f.constant_pad_nd(
        x,
        [...odd].reverse().flatMap((o) => [0, o]),
      )
    : x;
  return f.convolution(more, w, b, stride, before, dilation, false, [0], groups);
}

const GRADIENT = 'dx = dy convolved with w, transposed;  dw = Σ dy[o, i] · the window of x at i;  db = Σ dy';
const spatial = [1, 2, 3] as const;
const IMAGES = { 1: [1, 2, 5], 2: [1, 2, 4, 3], 3: [1, 1, 3, 2, 2] } as const;
const WEIGHTS = { 1: [2, 2, 3], 2: [2, 2, 3, 2], 3: [2, 1, 2, 1, 2] } as const;

for (const n of spatial) {
  const name = `conv${n}d`;
  // torch.nn.functional has a function of Python's over the two.
  const faces = [`torch:${name}`];
  const [x, w]: number[][] = [[...IMAGES[n]], [...WEIGHTS[n]]];
  op<[Tensor, Tensor, Tensor | null, number[], number[], number[], number]>({
    schema: `${name}(Tensor input, Tensor weight, Tensor? bias=None, int[] stride=1, int[] padding=0, int[] dilation=1, int groups=1) -> Tensor`,
    faces,
    composite: true,
    formula: 'y[o, i] = Σ w[o, c, k] · x[c, s·i + d·k − p] + b[o]',
    gradient: GRADIENT,
    forward: (x, w, b, stride, padding, dilation, groups) =>
      batched(name, n, x, b, (x) =>
        f.convolution(x, w, b, each(stride, n), each(padding, n), each(dilation, n), false, each([0], n), groups),
      ),
    samples: () => [
      conv(x, w, 2),
      conv(x, w, null, 2, 1, 1),
      conv(x.slice(1), w, 2),
      conv(x.slice(2), w, null),
      conv(x, w, 3),
      conv(x, w.with(1, 3), null),
      conv(x, w, null, 1, 0, 5),
      conv(x, w, null, 1, 0, 1, 2),
      { args: [{ tensor: image(...x) }, { tensor: image(...w) }, { tensor: { shape: [2], dtype: 'float64' } }] },
      { args: [{ tensor: image(...x) }, { tensor: { shape: w, dtype: 'float64' } }] },
      { args: [{ tensor: { shape: x, dtype: 'int64' } }, { tensor: { shape: w, dtype: 'int64' } }] },
      { args: [{ tensor: image(...x.with(0, 0)) }, { tensor: image(...w) }] },
    ],
  });
  op<[Tensor, Tensor, Tensor | null, number[], string, number[], number]>({
    schema: `${name}_padding(Tensor input, Tensor weight, Tensor? bias=None, int[] stride=1, str padding='valid', int[] dilation=1, int groups=1) -> Tensor`,
    faces,
    composite: true,
    formula: 'y[o, i] = Σ w[o, c, k] · x[c, s·i + d·k − p] + b[o], p by the word',
    gradient: GRADIENT,
    forward: (x, w, b, stride, padding, dilation, groups) =>
      batched(name, n, x, b, (x) => {
        if (padding === 'same') return sameConvolution(x, w, b, stride, dilation, groups);
        if (padding === 'valid')
          return f.convolution(x, w, b, each(stride, n), each([0], n), each(dilation, n), false, each([0], n), groups);
        throw runtimeError(`Invalid padding string: '${padding}'`);
      }),
    samples: () => [
      conv(x, w, 2, 1, 'same'),
      conv(x, w, null, 1, 'same', 2),
      conv(x.slice(1), w, 2, 1, 'valid'),
      conv(x, w, 2, 2, 'same'),
      conv(x, w, 2, 1, 'some'),
    ],
  });
  const transpose = `conv_transpose${n}d`;
  op<[Tensor, Tensor, Tensor | null, number[], number[], number[], number, number[]]>({
    schema: `${transpose}(Tensor input, Tensor weight, Tensor? bias=None, int[] stride=1, int[] padding=0, int[] output_padding=0, int groups=1, int[] dilation=1) -> Tensor`,
    faces: ['torch', 'torch.nn.functional'],
    composite: true,
    formula: 'y[o, s·i + d·k − p] += w[c, o, k] · x[c, i];  y[o] += b[o]',
    gradient: 'dx = dy convolved with w;  dw = Σ x[c, i] · the window of dy at i;  db = Σ dy',
    forward: (x, w, b, stride, padding, outputPadding, groups, dilation) =>
      batched(transpose, n, x, b, (x) =>
        f.convolution(
          x,
          w,
          b,
          each(stride, n),
          each(padding, n),
          each(dilation, n),
          true,
          each(outputPadding, n),
          groups,
        ),
      ),
    samples: () => {
      const turned = [x[1], 2, ...w.slice(2)];
      return [
        conv(x, turned, 2),
        conv(x, turned, null, 2, 1, 1, 1, 1),
        conv(x.slice(1), turned, null, 2, 0, 0),
        conv(x.slice(2), turned, null),
        conv(x, turned, 3),
        conv(x.with(1, 4), turned, null),
        conv(x, turned, null, 1, 0, 1),
        conv(x, turned, null, 1, 0, -1),
        conv(x, turned, null, 1, 9),
        { args: [{ tensor: { shape: x, dtype: 'int64' } }, { tensor: { shape: turned, dtype: 'int64' } }] },
      ];
    },
  });
}

op<[Tensor, Tensor, Tensor, number]>({
  schema: 'conv_tbc(Tensor input, Tensor weight, Tensor bias, int pad=0) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  composite: true,
  formula: 'y[t, b, o] = Σ w[k, c, o] · x[t + k − pad, b, c] + bias[o]',
  gradient: 'of the convolution',
  forward: (x, w, b, pad) => {
    if (x.rank !== 3) throw runtimeError('Input must have 3 dims: time, batch, in_channel');
    if (w.rank !== 3) throw runtimeError('Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.');
    if (b.rank !== 1) throw runtimeError('Bias must be 1-D');
    if (x.shape[2] !== w.shape[1])
      throw runtimeError('Input dim 2 (input channels) is not == dim 1 in the weight tensor');
    if (b.count !== w.shape[2])
      throw runtimeError('Bias size must equal dim 2 in the weight tensor (output channels).');
    const y = f.conv1d(f.permute(x, [1, 2, 0]), f.permute(w, [2, 1, 0]), b, [1], [pad]);
    return f.permute(y, [2, 0, 1]);
  },
  samples: () => {
    const fixed = (...shape: number[]) => ({ tensor: { shape, requiresGrad: false } });
    return [
      { args: [fixed(3, 2, 4), fixed(2, 4, 5), fixed(5), 1] },
      { args: [fixed(3, 2, 4), fixed(2, 3, 5), fixed(5)] },
    ];
  },
});
