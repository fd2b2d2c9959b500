/** Interpolation of images. Source: torch.nn.functional.interpolate's documentation; checks and their words: ATen's UpSample*.cpp. */
import { isFloat, isHalf } from '../dtype';
import { notYet, runtimeError, TorchError } from '../errors';
import { dtypeLabel } from '../kernels/elementwise';
import { type Interpolation, interpolation } from '../kernels/interpolation';
import { resample, turnedLine } from '../kernels/resample';
import { type BackwardContext, op, type Sample } from '../op';
import { show } from '../shape';
import type { Tensor } from '../tensor';

interface Mode {
  /** PyTorch's op, without the number of dimensions. */
  name: string;
  kind: Interpolation;
  ranks: number[];
  /** Does it take align_corners? */
  aligns: boolean;
  /** The kernel that PyTorch names when it refuses a dtype, by number of dimensions. */
  kernel: (n: number) => string;
  words: string;
}

const nearest = (n: number) => (n === 2 ? 'upsample_nearest2d_channels_last' : 'compute_indices_weights_nearest');
const linear = () => 'compute_indices_weights_linear';
const smooth = () => 'compute_index_ranges_weights';

const MODES: Mode[] = [
  {
    name: 'upsample_nearest',
    kind: 'nearest',
    ranks: [1, 2, 3],
    aligns: false,
    kernel: nearest,
    words: 'x[⌊i · n/m⌋]',
  },
  {
    name: '_upsample_nearest_exact',
    kind: 'nearest-exact',
    ranks: [1, 2, 3],
    aligns: false,
    kernel: nearest,
    words: 'x[⌊(i + ½) · n/m⌋]',
  },
  {
    name: 'upsample_linear',
    kind: 'linear',
    ranks: [1],
    aligns: true,
    kernel: linear,
    words: 'x between its 2 neighbours',
  },
  {
    name: 'upsample_bilinear',
    kind: 'linear',
    ranks: [2],
    aligns: true,
    kernel: () => 'upsample_bilinear2d_channels_last',
    words: 'x between its 4 neighbours',
  },
  {
    name: 'upsample_trilinear',
    kind: 'linear',
    ranks: [3],
    aligns: true,
    kernel: linear,
    words: 'x between its 8 neighbours',
  },
  {
    name: 'upsample_bicubic',
    kind: 'cubic',
    ranks: [2],
    aligns: true,
    kernel: () => 'compute_indices_weights_cubic',
    words: 'a cubic through 16 neighbours',
  },
  {
    name: '_upsample_bilinear2d_aa',
    kind: 'linear-aa',
    ranks: [2],
    aligns: true,
    kernel: smooth,
    words: 'x under a triangle filter',
  },
  {
    name: '_upsample_bicubic2d_aa',
    kind: 'cubic-aa',
    ranks: [2],
    aligns: true,
    kernel: smooth,
    words: 'x under a cubic filter',
  },
  {
    name: '_upsample_lanczos2d_aa',
    kind: 'lanczos-aa',
    ranks: [2],
    aligns: true,
    kernel: smooth,
    words: "x under Lanczos' filter",
  },
];

const AXES = ['D', 'H', 'W'];

function check(shape: number[], out: number[], n: number): void {
  if (out.length !== n) throw runtimeError(`It is expected output_size equals to ${n}, but got size ${out.length}`);
  if (shape.length !== n + 2)
    throw runtimeError(`It is expected input_size equals to ${n + 2}, but got size ${shape.length}`);
  const size = shape.slice(2);
  const named = (list: number[]) => `(${list.map((v, d) => `${AXES.slice(-n)[d]}: ${v}`).join(', ')})`;
  if ([...size, ...out].some((v) => v <= 0))
    throw runtimeError(
      `Input and output sizes should be greater than 0, but got input ${named(size)} ${n === 1 ? 'and ' : ''}output ${named(out)}`,
    );
  if (shape[1] === 0)
    throw runtimeError(`Non-empty ${n + 2}D data tensor expected but got a tensor with sizes ${show(shape)}`);
}

const camel = (name: string) =>
  name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).replace(/(\d)d$/, '$1D'))
    .join('');

type Scales = (number | null)[];

for (const mode of MODES)
  for (const n of mode.ranks) {
    const { kind, aligns } = mode;
    const name = /2d/.test(mode.name) ? mode.name : `${mode.name}${n}d`;
    const scaleNames = n === 1 ? ['scales'] : ['scales_d', 'scales_h', 'scales_w'].slice(-n);
    const scales = scaleNames.map((s) => `float? ${s}=None`).join(', ');
    const rest = (c: BackwardContext) => [
      ...(aligns ? [c.attr('align_corners')] : []),
      ...scaleNames.map((s) => c.attr(s)),
    ];
    /** align_corners and the scales, of an op's last arguments. */
    const read = (others: (boolean | number | null)[]) => ({
      align: aligns ? (others[0] as boolean) : false,
      scale: (aligns ? others.slice(1) : others) as Scales,
    });
    const lines = (t: Tensor, size: number[], out: number[], others: (boolean | number | null)[]) => {
      const { align, scale } = read(others);
      return size.map((s, d) => interpolation(kind, s, out[d], align, scale[d], t.dtype));
    };
    const gradName = `${camel(name)}Backward`;
    const shape = [1, 2, 2, 3, 4].toSpliced(2, 3 - n);
    const align = (v: boolean) => (aligns ? [v] : []);
    const on = (...args: Sample['args']): Sample => ({ args: [{ tensor: { shape } }, ...args] });
    op<[Tensor, number[], ...(boolean | number | null)[]]>({
      schema: `${name}(Tensor input, int[] output_size, ${aligns ? 'bool align_corners, ' : ''}${scales}) -> Tensor`,
      faces: [`torch._C._nn:${name}`],
      formula: `y[i] = ${mode.words}`,
      gradient: 'dx = Σ dy · the weight that x had in y',
      gradName: `${gradName}0`,
      forward: (x, out, ...others) => {
        check(x.shape, out, n);
        const whole = kind.startsWith('nearest') && x.dtype === 'uint8';
        if (x.dtype === 'uint8' && n === 2 && !whole) throw notYet(`${name} of torch.uint8`);
        if ((!whole && !isFloat(x.dtype)) || (kind.endsWith('-aa') && isHalf(x.dtype)))
          throw new TorchError(
            'NotImplementedError',
            `"${mode.kernel(n)}" not implemented for '${dtypeLabel(x.dtype)}'`,
          );
        return resample(x, lines(x, x.shape.slice(2), out, others));
      },
      grads: {
        input: (c, f) => f[`${name}_backward`](c.grad, c.attr('output_size'), c.shape('input'), ...rest(c)),
      },
      samples: () => [
        on([3, 5, 7].slice(0, n), ...align(false)),
        on([4, 3, 2].slice(0, n), ...align(true)),
        on([4, 6, 8].slice(-n), ...align(false), ...new Array<number>(n).fill(2)),
        on([1, 2, 3].slice(0, n), ...align(false), ...new Array<number>(n).fill(0.7)),
        on([0, 2, 3].slice(0, n), ...align(false)),
        on([2, 2, 2, 2], ...align(false)),
        { args: [{ tensor: { shape: shape.slice(1) } }, [2, 2, 2].slice(-n), ...align(false)] },
        { args: [{ tensor: { shape: shape.with(1, 0) } }, [2, 2, 2].slice(-n), ...align(false)] },
        { args: [{ tensor: { shape: shape.with(2, 0) } }, [2, 2, 2].slice(-n), ...align(false)] },
        { args: [{ tensor: { shape, dtype: 'int64' } }, [2, 2, 2].slice(-n), ...align(false)] },
      ],
    });
    op<[Tensor, number[], number[], ...(boolean | number | null)[]]>({
      schema: `${name}_backward(Tensor grad_output, int[] output_size, int[] input_size, ${aligns ? 'bool align_corners, ' : ''}${scales}) -> Tensor`,
      faces: [],
      formula: 'dx = Σ dy · the weight that x had in y',
      gradient: `ddy = ddx, interpolated as x was`,
      gradName: `${gradName}Backward0`,
      forward: (g, out, size, ...others) => resample(g, lines(g, size.slice(2), out, others).map(turnedLine)),
      grads: { grad_output: (c, f) => f[name](c.grad, c.attr('output_size'), ...rest(c)) },
      samples: () => [
        {
          args: [
            { tensor: { shape: [1, 1, 3, 3, 3].toSpliced(2, 3 - n) } },
            [3, 3, 3].slice(-n),
            [1, 1, 2, 2, 2].toSpliced(2, 3 - n),
            ...align(false),
          ],
        },
      ],
    });
  }
