/** Short-time Fourier transforms. Source: PyTorch's pages of torch.stft and torch.istft; D. W. Griffin and J. S. Lim, 1984. */
import { DTYPES, isComplex, isFloat } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { op, type Sample } from '../op';
import type { Tensor } from '../tensor';

type Flag = boolean | null;

/** A call as PyTorch's errors show it. */
function shown(head: string, values: Record<string, unknown>): string {
  const text = (v: unknown) => (v === null ? 'None' : typeof v === 'boolean' ? Number(v) : v);
  return `${head}, ${Object.entries(values)
    .map(([name, v]) => `${name}=${text(v)}`)
    .join(', ')})`;
}
const sizes = (t: Tensor) => `[${t.shape.join(', ')}]`;
const typeOf = (t: Tensor) => `torch.${DTYPES[t.dtype].label}Tensor`;
const windowOf = (w: Tensor | null) => w && `${typeOf(w)}{${sizes(w)}}`;

/** Frame by frame: the window times the signal from m · hop on, transformed. */
function frames(
  x: Tensor,
  n: number,
  hop: number,
  length: number,
  window: Tensor | null,
  normalized: boolean,
  onesided: Flag,
  complexOut: Flag,
  aligned: Flag,
): Tensor {
  const call = () =>
    shown(`stft(${typeOf(x)}${sizes(x)}`, {
      n_fft: n,
      hop_length: hop,
      win_length: length,
      window: windowOf(window),
      normalized,
      onesided,
      return_complex: complexOut,
      align_to_window: aligned,
    });
  const complex = complexOut ?? (isComplex(x.dtype) || (window !== null && isComplex(window.dtype)));
  if (!complex && complexOut === null)
    throw runtimeError(
      'stft requires the return_complex parameter be given for real inputs, and will further require that return_complex=True in a future PyTorch release.',
    );
  const wrong = (words: string) => runtimeError(`${call()} : ${words}`);
  if (!isFloat(x.dtype) && !isComplex(x.dtype)) throw wrong('expected a tensor of floating point or complex values');
  if (x.rank > 2 || x.rank < 1) throw wrong('expected a 1D or 2D tensor');
  let input = x.rank === 1 ? f.unsqueeze(x, 0) : x;
  const [batch, points] = input.shape;
  if (n <= 0 || n > points) throw wrong(`expected 0 < n_fft < ${points}, but got n_fft=${n}`);
  if (hop <= 0) throw wrong(`expected hop_length > 0, but got hop_length=${hop}`);
  if (length <= 0 || length > n) throw wrong(`expected 0 < win_length <= n_fft, but got win_length=${length}`);
  if (window && (window.rank !== 1 || window.shape[0] !== length))
    throw wrong(
      `expected a 1D window tensor of size equal to win_length=${length}, but got window with size ${sizes(window)}`,
    );
  const size = aligned ? length : n;
  const count = 1 + Math.floor((points - size) / hop);
  const [down, right] = input.strides;
  input = f.as_strided(input, [batch, count, size], [down, hop * right, right]);
  const shape = centered(window, length, n, input);
  if (shape) input = f.mul(input, shape);
  const full = isComplex(input.dtype);
  const half = onesided ?? !full;
  if (full && half) throw runtimeError('Cannot have onesided output if window or input is complex');
  const scale = normalized ? 1 : 0;
  const out = full ? f._fft_c2c(input, [2], scale, true) : f._fft_r2c(input, [2], scale, half);
  f.transpose_(out, 1, 2);
  if (x.rank === 1) f.squeeze_dim_(out, 0);
  return complex ? out : f.view_as_real(out);
}

/** The window in the middle of n points, zeros around it; null where none is needed. */
function centered(window: Tensor | null, length: number, n: number, like: Tensor): Tensor | null {
  if (length === n) return window;
  const left = Math.floor((n - length) / 2);
  return f.constant_pad_nd(window ?? f.new_ones(like, [length]), [left, n - length - left]);
}

const SIGNAL: Sample['args'][0] = { tensor: { shape: [10], dtype: 'float64' } };
const WINDOW: Sample['args'][0] = { tensor: { shape: [4], dtype: 'float64', data: [0.25, 1, 0.75, 0.5] } };
const complexOut = { return_complex: true };

type StftArgs = [
  Tensor,
  number,
  number | null,
  number | null,
  Tensor | null,
  boolean,
  string,
  boolean,
  Flag,
  Flag,
  Flag,
];
op<StftArgs>({
  schema:
    "stft(Tensor input, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, str pad_mode='reflect', bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor",
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y[k, m] = Σ window[j] · x[m · hop + j] · exp(−2πi · jk / n)',
  gradient: 'of the transforms, added up where the frames overlap',
  forward: (x, n, hop, length, window, center, mode, normalized, onesided, complex, aligned) => {
    if (center && aligned !== null) throw runtimeError('stft align_to_window should only be set when center = false');
    let input = x;
    if (center) {
      const wide = f.view(x, [...new Array<number>(Math.max(0, 3 - x.rank)).fill(1), ...x.shape]);
      const padded = f.pad(wide, [n >> 1, n >> 1], mode);
      input = f.view(padded, padded.shape.slice(padded.rank - x.rank));
    }
    return frames(input, n, hop ?? n >> 2, length ?? n, window, normalized, onesided, complex, aligned);
  },
  samples: (): Sample[] => [
    { args: [SIGNAL, 4], kwargs: complexOut },
    { args: [{ tensor: { shape: [2, 9] } }, 4, 2], kwargs: { return_complex: false } },
    { args: [SIGNAL, 4, 2, 4, WINDOW], kwargs: { ...complexOut, normalized: true } },
    { args: [SIGNAL, 6, 2, 4, WINDOW, false], kwargs: { ...complexOut, onesided: false } },
    { args: [{ tensor: { shape: [8], dtype: 'complex128' } }, 4, 3], kwargs: { center: false } },
    { args: [SIGNAL, 4], kwargs: { ...complexOut, pad_mode: 'constant' } },
    { args: [SIGNAL, 4] },
    { args: [SIGNAL, 24], kwargs: complexOut },
    { args: [SIGNAL, 24], kwargs: { ...complexOut, center: false } },
    { args: [SIGNAL, 4, 0], kwargs: { ...complexOut, center: false } },
    { args: [SIGNAL, 4, 1, 5], kwargs: complexOut },
    { args: [SIGNAL, 4, 1, 3, WINDOW], kwargs: complexOut },
    { args: [{ tensor: { shape: [8], dtype: 'int64' } }, 4], kwargs: complexOut },
    { args: [{ tensor: { shape: [8], dtype: 'complex64' } }, 4], kwargs: { onesided: true } },
    { args: [SIGNAL, 4], kwargs: { ...complexOut, align_to_window: true } },
  ],
});

type IstftArgs = [
  Tensor,
  number,
  number | null,
  number | null,
  Tensor | null,
  boolean,
  boolean,
  Flag,
  number | null,
  boolean,
];
op<IstftArgs>({
  schema:
    'istft(Tensor input, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y[t] = Σₘ window[t − m · hop] · frame[m, t − m · hop] / Σₘ window[t − m · hop]²',
  gradient: 'of the transforms',
  forward: (x, n, hopGiven, lengthGiven, window, center, normalized, onesidedGiven, total, complex) => {
    const [hop, length] = [hopGiven ?? n >> 2, lengthGiven ?? n];
    const call = () =>
      shown(`istft(CPU${DTYPES[x.dtype].label}Type${sizes(x)}`, {
        n_fft: n,
        hop_length: hop,
        win_length: length,
        window: windowOf(window),
        center,
        normalized,
        onesided: onesidedGiven,
        length: total,
        return_complex: complex,
      });
    const wrong = (words: string) => runtimeError(`${call()} : ${words}`);
    if (!isComplex(x.dtype))
      throw runtimeError(
        'istft requires a complex-valued input tensor matching the output from stft with return_complex=True.',
      );
    let input = f.view_as_real(x.conjugated ? f.clone(x) : x);
    const { rank } = input;
    if (rank < 3)
      throw indexError(`Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got -3)`);
    const [bins, count] = input.shape.slice(-3);
    const expected = n + hop * (count - 1);
    if (input.count === 0) throw wrong('input tensor cannot be empty.');
    if (rank > 4) throw wrong(`expected a tensor with 3 or 4 dimensions, but got ${rank}`);
    const onesided = onesidedGiven ?? bins !== n;
    if (bins !== (onesided ? Math.floor(n / 2) + 1 : n))
      throw wrong(
        `expected the frequency dimension (3rd to the last) of the input tensor to match n_fft${onesided ? ' / 2 + 1 when onesided=True' : ' when onesided=False'}, but got ${bins}`,
      );
    if (hop <= 0 || hop > length) throw wrong('expected 0 < hop_length <= win_length');
    if (length <= 0 || length > n) throw wrong('expected 0 < win_length <= n_fft');
    if (window && (window.rank !== 1 || window.shape[0] !== length))
      throw wrong('Invalid window shape. window has to be 1D and length of `win_length`');
    const ones = window ?? f.new_ones(input, [length]);
    const shape = centered(ones, length, n, input) as Tensor;
    if (rank === 3) input = f.unsqueeze(input, 0);
    const turned = f.view_as_complex(f.transpose(input, 1, 2));
    const scale = normalized ? 1 : 2;
    let pieces: Tensor;
    if (complex) {
      if (onesided) throw runtimeError('Cannot have onesided output if window or input is complex');
      pieces = f._fft_c2c(turned, [2], scale, false);
    } else {
      if (window && isComplex(window.dtype))
        throw runtimeError('Complex windows are incompatible with return_complex=False');
      const half = onesided ? turned : f.slice(turned, -1, 0, Math.floor(n / 2) + 1);
      pieces = f._fft_c2r(half, [2], scale, n);
    }
    pieces = f.mul(pieces, f.view(shape, [1, 1, n]));
    const start = center ? n >> 1 : 0;
    const end = total !== null ? start + total : center ? expected - (n >> 1) : expected;
    const added = (t: Tensor, batch: number) =>
      f.slice(f.unfold_backward(t, [batch, expected], 1, n, hop), 1, start, end);
    const squares = f.expand(f.pow(shape, 2), [1, count, n]);
    const [sum, weight] = [added(pieces, pieces.shape[0]), added(squares, 1)];
    const lowest = f.min(f.abs(weight));
    if (Number(lowest.values()[0]) < 1e-11)
      throw runtimeError(`${call()} window overlap add min: 1\n[ CPUBoolType{} ]`);
    let y = f.div(sum, weight);
    if (rank === 3) y = f.squeeze_dim(y, 0);
    return end > expected ? f.constant_pad_nd(y, [0, end - expected]) : y;
  },
  samples: (): Sample[] => {
    const bins: Sample['args'][0] = { tensor: { shape: [3, 5], dtype: 'complex128' } };
    return [
      { args: [bins, 4] },
      { args: [{ tensor: { shape: [2, 3, 5], dtype: 'complex64' } }, 4, 2] },
      { args: [bins, 4, 2, 4, WINDOW], kwargs: { normalized: true, length: 6 } },
      { args: [bins, 4, 1], kwargs: { length: 12 } },
      { args: [{ tensor: { shape: [4, 5], dtype: 'complex128' } }, 4], kwargs: { return_complex: true } },
      { args: [{ tensor: { shape: [4, 5], dtype: 'complex128' } }, 4], kwargs: { onesided: false } },
      { args: [SIGNAL, 4] },
      { args: [bins, 6] },
      { args: [bins, 4, 5] },
      { args: [bins, 4, 1, 8] },
      { args: [bins, 4, 1, 3, WINDOW] },
      { args: [{ tensor: { shape: [0, 5], dtype: 'complex64' } }, 4] },
      { args: [bins, 4, 3, 3], kwargs: { center: false } },
      { args: [{ tensor: { shape: [5], dtype: 'complex64' } }, 4] },
      { args: [bins, 4], kwargs: { return_complex: true } },
    ];
  },
});
