/** Sliding windows as rows, and back; pixels from and to channels. Source: torch.nn.Unfold, Fold, PixelShuffle, ChannelShuffle's documentation. */

import { isFloat } from '../dtype';
import { indexError, runtimeError, TorchError } from '../errors';
import { type Convolution, foldWindows, unfoldWindows } from '../kernels/convolution';
import { contiguousAs } from '../kernels/copy';
import { dtypeLabel } from '../kernels/elementwise';
import { type BackwardContext, op, type Sample, type SampleTensor } from '../op';
import { contiguousStrides, numel, show } from '../shape';
import { Tensor } from '../tensor';
import { underivable } from './refusals';

const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

interface Settings {
  kernel: number[];
  dilation: number[];
  padding: number[];
  stride: number[];
}

function two(list: number[], name: string): number[] {
  if (list.length !== 2) throw runtimeError(`It is expected ${name} equals to 2, but got size ${list.length}`);
  return list;
}

function settings(kernel: number[], dilation: number[], padding: number[], stride: number[]): Settings {
  return {
    kernel: two(kernel, 'kernel_size'),
    dilation: two(dilation, 'dilation'),
    padding: two(padding, 'padding'),
    stride: two(stride, 'stride'),
  };
}

function checkSettings(s: Settings): void {
  for (const [list, what, name] of [
    [s.kernel, 'kernel size', 'kernel'],
    [s.dilation, 'dilation', 'dilation'],
  ] as const)
    if (list.some((v) => v <= 0))
      throw runtimeError(
        `${what} should be greater than zero, but got ${name}_height: ${list[0]} ${name}_width: ${list[1]}`,
      );
  if (s.padding.some((p) => p < 0))
    throw runtimeError(
      `padding should be non-negative, but got pad_height: ${s.padding[0]} pad_width: ${s.padding[1]}`,
    );
  if (s.stride.some((p) => p <= 0))
    throw runtimeError(
      `stride should be greater than zero, but got stride_height: ${s.stride[0]} stride_width: ${s.stride[1]}`,
    );
}

const blocks = (size: number[], s: Settings) =>
  size.map((n, d) => Math.floor((n + 2 * s.padding[d] - (s.dilation[d] * (s.kernel[d] - 1) + 1)) / s.stride[d]) + 1);

const round = (list: number[]) => `(${list.join(', ')})`;

const geometry = (batch: number, channels: number, size: number[], out: number[], s: Settings): Convolution => ({
  ...s,
  batch,
  groups: 1,
  inner: channels,
  outer: 1,
  size,
  out,
});

/** For both directions: a float or a bool; PyTorch has no kernel for integers. */
function checkDtype(t: Tensor, name: string): void {
  if (!isFloat(t.dtype) && t.dtype !== 'bool')
    throw new TorchError('NotImplementedError', `"${name}" not implemented for '${dtypeLabel(t.dtype)}'`);
}

const rest = (c: BackwardContext) => ['kernel_size', 'dilation', 'padding', 'stride'].map((what) => c.attr(what));
type Lists = [number[], number[], number[], number[]];
const SETTINGS = 'int[] kernel_size, int[] dilation, int[] padding, int[] stride';
const plain = [
  [2, 2],
  [1, 1],
  [0, 0],
  [1, 1],
];

op<[Tensor, ...Lists]>({
  schema: `im2col(Tensor input, ${SETTINGS}) -> Tensor`,
  faces: ['torch._C._nn'],
  formula: 'column i of y = the window of x at i',
  gradient: 'dx = Σ dy over the windows that x is in',
  complex: ['input'],
  gradName: 'Im2ColBackward0',
  forward: (x, ...lists) => {
    const s = settings(...lists);
    checkSettings(s);
    // PyTorch asks for the third dimension first.
    if (x.rank < 3)
      throw x.rank === 2
        ? indexError('Dimension out of range (expected to be in range of [-2, 1], but got 2)')
        : indexError(
            `Dimension out of range (expected to be in range of [${-Math.max(x.rank, 1)}, ${Math.max(x.rank, 1) - 1}], but got 1)`,
          );
    if (x.rank > 4 || x.shape.slice(x.rank - 3).includes(0))
      throw runtimeError(
        `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${show(x.shape)}`,
      );
    const size = x.shape.slice(-2);
    const out = blocks(size, s);
    if (out.some((n) => n < 1))
      throw runtimeError(
        `Given input with spatial size ${round(size)}, kernel_size=${round(s.kernel)}, dilation=${round(s.dilation)}, padding=${round(s.padding)}, calculated shape of the array of sliding blocks as ${round(out)}, but its components must be at least one.`,
      );
    checkDtype(x, 'im2col_out_cpu');
    const lead = x.shape.slice(0, -3);
    const channels = x.shape[x.rank - 3];
    const data = unfoldWindows(x, geometry(numel(lead), channels, size, out, s));
    return Tensor.of(x.dtype, [...lead, channels * numel(s.kernel), numel(out)], data);
  },
  grads: { input: (c, f) => f.col2im(c.grad, c.shape('input').slice(-2), ...rest(c)) },
  samples: () => [
    on({ shape: [2, 2, 3, 4] }, ...plain),
    on({ shape: [1, 4, 5] }, [2, 3], [2, 1], [1, 0], [1, 2]),
    on({ shape: [0, 1, 2, 2] }, ...plain),
    on({ shape: [1, 3, 3], dtype: 'bool' }, ...plain),
    on({ shape: [1, 3, 3], dtype: 'int64' }, ...plain),
    on({ shape: [1, 0, 3, 3] }, ...plain),
    on({ shape: [3, 3] }, ...plain),
    on({ shape: [1, 3, 3] }, [4, 4], [1, 1], [0, 0], [1, 1]),
    on({ shape: [1, 3, 3] }, [0, 1], [1, 1], [0, 0], [1, 1]),
    on({ shape: [1, 3, 3] }, [1, 1], [0, 1], [0, 0], [1, 1]),
    on({ shape: [1, 3, 3] }, [1, 1], [1, 1], [-1, 0], [1, 1]),
    on({ shape: [1, 3, 3] }, [1, 1], [1, 1], [0, 0], [1, 0]),
    on({ shape: [1, 3, 3] }, [1, 1, 1], [1, 1], [0, 0], [1, 1]),
  ],
});

op<[Tensor, number[], ...Lists]>({
  schema: `col2im(Tensor input, int[] output_size, ${SETTINGS}) -> Tensor`,
  faces: ['torch._C._nn'],
  formula: 'y = Σ of the windows in the columns of x, where they were',
  gradient: 'column i of dx = the window of dy at i',
  complex: ['input'],
  gradName: 'Col2ImBackward0',
  forward: (x, size, ...lists) => {
    two(size, 'output_size');
    const s = settings(...lists);
    checkSettings(s);
    if (x.rank < 2 || x.rank > 3 || x.shape.slice(x.rank - 2).includes(0))
      throw runtimeError(
        `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${show(x.shape)}`,
      );
    const rows = x.rank - 2;
    const each = numel(s.kernel);
    if (x.shape[rows] % each)
      throw runtimeError(
        `Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${x.shape[rows]} and kernel_size=${round(s.kernel)}.`,
      );
    const out = blocks(size, s);
    const given = `Given output_size=${round(size)}, kernel_size=${round(s.kernel)}, dilation=${round(s.dilation)}, padding=${round(s.padding)}, stride=${round(s.stride)}, `;
    if (x.shape[rows + 1] !== numel(out))
      throw runtimeError(
        `${given}expected size of input's dimension 2 to match the calculated number of sliding blocks ${out.join(' * ')} = ${numel(out)}, but got input.size(2)=${x.shape[rows + 1]}.`,
      );
    if (out.some((n) => n < 1))
      throw runtimeError(
        `${given}calculated shape of the array of sliding blocks as ${round(out)}, which is too small (non-positive)`,
      );
    if (size.some((n) => n < 1))
      throw runtimeError(`Expected output spatial size to be positive, but got: output_size=${round(size)}.`);
    checkDtype(x, 'col2im_out_cpu');
    const lead = x.shape.slice(0, -2);
    const channels = x.shape[rows] / each;
    const data = foldWindows(x, geometry(numel(lead), channels, size, out, s));
    return Tensor.of(x.dtype, [...lead, channels, ...size], data);
  },
  grads: { input: (c, f) => f.im2col(c.grad, ...rest(c)) },
  samples: () => [
    on({ shape: [2, 8, 6] }, [3, 4], ...plain),
    on({ shape: [6, 6] }, [4, 5], [2, 3], [2, 1], [1, 0], [2, 1]),
    on({ shape: [4, 4], dtype: 'bool' }, [3, 3], ...plain),
    on({ shape: [4, 4], dtype: 'int64' }, [3, 3], ...plain),
    on({ shape: [0, 4, 4] }, [3, 3], ...plain),
    on({ shape: [1, 0, 4] }, [3, 3], ...plain),
    on({ shape: [4] }, [3, 3], ...plain),
    on({ shape: [5, 4] }, [3, 3], ...plain),
    on({ shape: [4, 5] }, [3, 3], ...plain),
    on({ shape: [4, 4] }, [3, 3, 3], ...plain),
    on({ shape: [4, 4] }, [3, 3], [2, 2, 2], [1, 1], [0, 0], [1, 1]),
    on({ shape: [4, 4] }, [3, 3], [2, 2], [1, 1], [0, 0], [0, 1]),
  ],
});

/** The elements of x in the order that another shape and permutation of it gives. */
function rearranged(x: Tensor, split: number[], order: number[], shape: number[]): Tensor {
  const own = x.contiguous ? x : contiguousAs(x, x.dtype);
  const strides = contiguousStrides(split);
  const turned = own.alias(
    order.map((d) => split[d]),
    order.map((d) => strides[d]),
  );
  const values = turned.values();
  return Tensor.of(x.dtype, shape, values.buffer === x.storage.data.buffer ? values.slice() : values);
}

op<[Tensor, number]>({
  schema: 'pixel_shuffle(Tensor input, int upscale_factor) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  complex: ['input'],
  formula: 'y[c, r·i + a, r·j + b] = x[r²·c + r·a + b, i, j]',
  gradient: 'dx = dy with its pixels put back into channels',
  forward: (x, r) => {
    if (x.rank < 3)
      throw runtimeError(
        `pixel_shuffle expects input to have at least 3 dimensions, but got input with ${x.rank} dimension(s)`,
      );
    if (r <= 0) throw runtimeError(`pixel_shuffle expects a positive upscale_factor, but got ${r}`);
    const [c, h, w] = x.shape.slice(-3);
    if (c % (r * r))
      throw runtimeError(
        `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${c} is not divisible by ${r * r}`,
      );
    const lead = x.shape.slice(0, -3);
    const out = c / (r * r);
    return rearranged(x, [numel(lead), out, r, r, h, w], [0, 1, 4, 2, 5, 3], [...lead, out, h * r, w * r]);
  },
  grads: { input: (c, f) => f.pixel_unshuffle(c.grad, c.attr('upscale_factor')) },
  samples: () => [
    on({ shape: [1, 8, 2, 3] }, 2),
    on({ shape: [9, 1, 2] }, 3),
    on({ shape: [2, 2] }, 2),
    on({ shape: [7, 2, 2] }, 2),
    on({ shape: [4, 2, 2] }, 0),
    on({ shape: [2, 2, 4], permute: [2, 0, 1], dtype: 'int64' }, 2),
  ],
});

op<[Tensor, number]>({
  schema: 'pixel_unshuffle(Tensor input, int downscale_factor) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  complex: ['input'],
  formula: 'y[r²·c + r·a + b, i, j] = x[c, r·i + a, r·j + b]',
  gradient: 'dx = dy with its channels put back into pixels',
  forward: (x, r) => {
    if (x.rank < 3)
      throw runtimeError(
        `pixel_unshuffle expects input to have at least 3 dimensions, but got input with ${x.rank} dimension(s)`,
      );
    if (r <= 0) throw runtimeError(`pixel_unshuffle expects a positive downscale_factor, but got ${r}`);
    const [c, h, w] = x.shape.slice(-3);
    for (const [side, n, d] of [
      ['height', h, -2],
      ['width', w, -1],
    ] as const)
      if (n % r)
        throw runtimeError(
          `pixel_unshuffle expects ${side} to be divisible by downscale_factor, but input.size(${d})=${n} is not divisible by ${r}`,
        );
    const lead = x.shape.slice(0, -3);
    const split = [numel(lead), c, h / r, r, w / r, r];
    return rearranged(x, split, [0, 1, 3, 5, 2, 4], [...lead, c * r * r, h / r, w / r]);
  },
  grads: { input: (c, f) => f.pixel_shuffle(c.grad, c.attr('downscale_factor')) },
  samples: () => [
    on({ shape: [1, 2, 4, 2] }, 2),
    on({ shape: [1, 3, 6] }, 3),
    on({ shape: [2, 2] }, 2),
    on({ shape: [1, 3, 4] }, 2),
    on({ shape: [1, 4, 3] }, 2),
    on({ shape: [1, 4, 4] }, 0),
  ],
});

function shuffled(x: Tensor, groups: number): Tensor {
  if (x.rank <= 2)
    throw runtimeError(`channel_shuffle expects input with > 2 dims, but got input with sizes ${show(x.shape)}`);
  if (groups <= 0)
    throw runtimeError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`);
  const [n, c, ...size] = x.shape;
  if (c % groups)
    throw runtimeError(`Number of channels must be divisible by groups. Got ${c} channels and ${groups} groups.`);
  return rearranged(x, [n, groups, c / groups, numel(size)], [0, 2, 1, 3], [...x.shape]);
}

op<[Tensor, number]>({
  schema: 'channel_shuffle(Tensor input, int groups) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  complex: ['input'],
  formula: 'y = x with the channels of its groups dealt out in turn',
  gradient: 'dx = dy with its channels dealt back',
  forward: shuffled,
  grads: {
    input: (c, f) => {
      const channels = c.shape('input')[1];
      return channels === 0 ? c.grad : f.channel_shuffle(c.grad, channels / c.attr<number>('groups'));
    },
  },
  samples: () => [
    on({ shape: [1, 6, 2, 2] }, 2),
    on({ shape: [2, 4, 2] }, 4),
    on({ shape: [0, 4, 2] }, 2),
    on({ shape: [4, 2] }, 2),
    on({ shape: [1, 4, 2] }, 3),
    on({ shape: [1, 4, 2] }, 0),
  ],
});

op<[Tensor, number]>({
  schema: 'native_channel_shuffle(Tensor input, int groups) -> Tensor',
  faces: ['torch', 'torch.nn.functional'],
  formula: 'y = x with the channels of its groups dealt out in turn',
  gradient: 'none: PyTorch refuses it',
  forward: shuffled,
  ...underivable('native_channel_shuffle', 'input'),
  samples: () => [on({ shape: [1, 4, 2], requiresGrad: false }, 2), on({ shape: [1, 4, 2] }, 2)],
});
