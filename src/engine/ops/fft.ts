/** Fourier transforms. Source: PyTorch's torch.fft page, SpectralOps.cpp; gradients: derivatives.yaml, FunctionsManual.cpp. */
import { part } from '../complex';
import { context } from '../context';
import { allocate, complexType, type Data, DTYPES, type DType, isComplex, isFloat, isHalf, realType } from '../dtype';
import { indexError, runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { type Parts, transform } from '../kernels/fft';
import { op, type Sample } from '../op';
import { numel } from '../shape';
import { Tensor } from '../tensor';

type Norm = 0 | 1 | 2;
/** What the sums are multiplied by: 1, 1/√n, 1/n. */
const factor = (norm: number, n: number) => (norm === 0 ? 1 : norm === 1 ? 1 / Math.sqrt(n) : 1 / n);

function partsOf(x: Tensor): Parts {
  return {
    re: Float64Array.from(part(x, 0).values() as Float64Array),
    im: isComplex(x.dtype) ? Float64Array.from(part(x, 1).values() as Float64Array) : new Float64Array(x.count),
  };
}

function along(parts: Parts, shape: readonly number[], dims: readonly number[], inverse: boolean): void {
  for (const d of dims) transform(parts, shape[d], numel(shape.slice(d + 1)), inverse);
}

function complexOf({ re, im }: Parts, dtype: DType, shape: number[], by: number): Tensor {
  const out = allocate(dtype, re.length) as Float64Array;
  for (let i = 0; i < re.length; i++) {
    out[2 * i] = re[i] * by;
    out[2 * i + 1] = im[i] * by;
  }
  return Tensor.of(dtype, shape, out as Data);
}

const sizeOf = (shape: readonly number[], dims: readonly number[]) => numel(dims.map((d) => shape[d]));

/** The first `n` entries of a dimension, and back: with zeros behind them. */
function firstOf(p: Float64Array, shape: readonly number[], d: number, n: number): Float64Array {
  const inner = numel(shape.slice(d + 1));
  const out = new Float64Array((p.length / shape[d]) * n);
  const run = Math.min(n, shape[d]) * inner;
  for (let i = 0, o = 0; i < p.length; i += shape[d] * inner, o += n * inner) out.set(p.subarray(i, i + run), o);
  return out;
}

/** Entries past the middle of a dimension are the conjugates of those before it. */
function mirrored({ re, im }: Parts, shape: readonly number[], d: number, n: number): Parts {
  const inner = numel(shape.slice(d + 1));
  const made = { re: firstOf(re, shape, d, n), im: firstOf(im, shape, d, n) };
  for (let block = 0; block < made.re.length; block += n * inner)
    for (let k = Math.floor(n / 2) + 1; k < n; k++)
      for (let i = 0; i < inner; i++) {
        made.re[block + k * inner + i] = made.re[block + (n - k) * inner + i];
        made.im[block + k * inner + i] = -made.im[block + (n - k) * inner + i];
      }
  return made;
}

const complexSample = (shape: number[]): Sample['args'][0] => ({ tensor: { shape, dtype: 'complex64' } });

op<[Tensor, number[], Norm, boolean]>({
  schema: '_fft_c2c(Tensor input, int[] dim, int normalization, bool forward) -> Tensor',
  faces: ['torch'],
  formula: 'y[k] = Σ x[j] · exp(∓2πi · jk / n), along dim',
  gradient: 'dx = the transform of dy in the other direction',
  forward: (x, dims, norm, forward) => {
    const parts = partsOf(x);
    along(parts, x.shape, dims, !forward);
    return complexOf(parts, x.dtype, [...x.shape], factor(norm, sizeOf(x.shape, dims)));
  },
  complex: true,
  wirtinger: true,
  grads: { input: (c, f) => f._fft_c2c(c.grad, c.attr('dim'), c.attr('normalization'), !c.attr('forward')) },
  gradName: 'FftC2CBackward0',
  samples: () => [
    { args: [complexSample([2, 6]), [1], 0, true] },
    { args: [complexSample([4, 3]), [0, 1], 2, false] },
    { args: [{ tensor: { shape: [3, 5], dtype: 'complex128', permute: [1, 0] } }, [0], 1, true] },
  ],
});

op<[Tensor, number[], Norm, boolean]>({
  schema: '_fft_r2c(Tensor input, int[] dim, int normalization, bool onesided) -> Tensor',
  faces: ['torch'],
  formula: 'y[k] = Σ x[j] · exp(−2πi · jk / n), along dim; of real x, the first half is enough',
  gradient: 'dx = the real part of the inverse transform of dy, with zeros in the half that is not there',
  forward: (x, dims, norm, onesided) => {
    const parts = partsOf(x);
    const last = dims[dims.length - 1];
    along(parts, x.shape, [last], false);
    const half = onesided ? Math.floor(x.shape[last] / 2) + 1 : x.shape[last];
    const shape = x.shape.with(last, half);
    const kept = {
      re: firstOf(parts.re, x.shape, last, half),
      im: firstOf(parts.im, x.shape, last, half),
    };
    along(kept, shape, dims.slice(0, -1), false);
    return complexOf(kept, complexType(x.dtype), shape, factor(norm, sizeOf(x.shape, dims)));
  },
  wirtinger: true,
  grads: {
    input: (c, f) => {
      const dims = c.attr<number[]>('dim');
      const last = dims[dims.length - 1];
      const missing = c.shape('input')[last] - c.grad.shape[last];
      const pad = new Array<number>(2 * (c.grad.rank - last)).fill(0);
      pad[pad.length - 1] = missing;
      const whole = missing > 0 ? f.constant_pad_nd(c.grad, pad) : c.grad;
      return f.real(f._fft_c2c(whole, dims, c.attr('normalization'), false));
    },
  },
  gradName: 'FftR2CBackward0',
  samples: () => [
    { args: [{ tensor: { shape: [2, 6] } }, [1], 0, true] },
    { args: [{ tensor: { shape: [5, 3], dtype: 'float64' } }, [0], 1, false] },
    { args: [{ tensor: { shape: [3, 4, 2] } }, [0, 1], 2, true] },
  ],
});

op<[Tensor, number[], Norm, number]>({
  schema: '_fft_c2r(Tensor input, int[] dim, int normalization, int last_dim_size) -> Tensor',
  faces: ['torch'],
  formula: 'y[j] = Σ x[k] · exp(2πi · jk / n), along dim, where the second half of x mirrors the first',
  gradient: 'dx = the transform of dy, what has a mirror image doubled',
  forward: (x, dims, norm, n) => {
    const last = dims[dims.length - 1];
    const parts = partsOf(x);
    along(parts, x.shape, dims.slice(0, -1), true);
    const shape = x.shape.with(last, n);
    const whole = mirrored(parts, x.shape, last, n);
    along(whole, shape, [last], true);
    const to = realType(x.dtype);
    const by = factor(norm, sizeOf(shape, dims));
    const out = allocate(to, whole.re.length) as Float64Array;
    for (let i = 0; i < out.length; i++) out[i] = whole.re[i] * by;
    return Tensor.of(to, shape, out as Data);
  },
  complex: true,
  wirtinger: true,
  grads: {
    input: (c, f) => {
      const dims = c.attr<number[]>('dim');
      const last = dims[dims.length - 1];
      const half = f._fft_r2c(c.grad, dims, c.attr('normalization'), true);
      const doubled = c.grad.shape[last] - half.shape[last];
      if (doubled <= 0) return half;
      const weights = Tensor.zeros(
        c.grad.dtype,
        half.shape.map((n, d) => (d === last ? n : 1)),
      );
      const data = weights.storage.data as Float64Array;
      for (let k = 0; k < data.length; k++) data[k] = k >= 1 && k <= doubled ? 2 : 1;
      return f.mul(half, weights);
    },
  },
  gradName: 'FftC2RBackward0',
  samples: () => [
    { args: [complexSample([2, 4]), [1], 2, 6] },
    { args: [complexSample([2, 4]), [1], 0, 7] },
    { args: [complexSample([3, 3, 2]), [0, 1], 1, 4] },
  ],
});

// ---- torch.fft's functions -----------------------------------------------------------------------------------------

function normOf(name: string | null, forward: boolean): Norm {
  if (name === null || name === 'backward') return forward ? 0 : 2;
  if (name === 'forward') return forward ? 2 : 0;
  if (name === 'ortho') return 1;
  throw runtimeError(`Invalid normalization mode: "${name}"`);
}

/** As a float, or as a complex tensor. */
function promoted(x: Tensor, complex: boolean): Tensor {
  const real = isFloat(x.dtype) || isComplex(x.dtype) ? x.dtype : context.defaultDtype;
  if (isHalf(real)) throw runtimeError(`Unsupported dtype ${DTYPES[real].label}`);
  const to = complex ? complexType(real) : real;
  return to === x.dtype ? x : f.to_dtype(x, to);
}

function wrapped(dim: number, rank: number): number {
  if (rank === 0) throw indexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  if (dim < -rank || dim >= rank)
    throw indexError(`Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${dim})`);
  return dim < 0 ? dim + rank : dim;
}

function checkPoints(n: number): void {
  if (n < 1) throw runtimeError(`Invalid number of data points (${n}) specified`);
}

/** Cut, or filled up with zeros, to so many points. */
function resized(x: Tensor, dims: readonly number[], sizes: readonly number[]): Tensor {
  let out = x;
  let padded = false;
  const pad = new Array<number>(2 * x.rank).fill(0);
  dims.forEach((d, i) => {
    if (sizes[i] < x.shape[d]) out = f.slice(out, d, 0, sizes[i]);
    else if (sizes[i] > x.shape[d]) {
      padded = true;
      pad[2 * (x.rank - 1 - d) + 1] = sizes[i] - x.shape[d];
    }
  });
  return padded ? f.constant_pad_nd(out, pad) : out;
}

/** One dimension, complex to complex. */
function c2c(input: Tensor, n: number | null, dim: number, norm: string | null, forward: boolean): Tensor {
  const x = promoted(input, true);
  const d = wrapped(dim, x.rank);
  const points = n ?? x.shape[d];
  checkPoints(points);
  return f._fft_c2c(n === null ? x : resized(x, [d], [points]), [d], normOf(norm, forward), forward);
}

interface Half {
  name: string;
  forward: boolean;
  onesided: boolean;
}

/** One dimension, real to complex. */
function r2c(
  input: Tensor,
  n: number | null,
  dim: number,
  norm: string | null,
  { name, forward, onesided }: Half,
): Tensor {
  if (isComplex(input.dtype))
    throw runtimeError(`${name} expects a real input tensor, but got ${DTYPES[input.dtype].label}`);
  const x = promoted(input, false);
  const d = wrapped(dim, x.rank);
  const points = n ?? x.shape[d];
  checkPoints(points);
  const y = f._fft_r2c(n === null ? x : resized(x, [d], [points]), [d], normOf(norm, forward), onesided);
  return forward ? y : f.conj(y);
}

/** One dimension, complex to real. */
function c2r(input: Tensor, n: number | null, dim: number, norm: string | null, forward: boolean): Tensor {
  const x = promoted(input, true);
  const d = wrapped(dim, x.rank);
  const points = n ?? 2 * (x.shape[d] - 1);
  checkPoints(points);
  const half = n === null ? x : resized(x, [d], [Math.floor(points / 2) + 1]);
  return f._fft_c2r(forward ? f.conj(half) : half, [d], normOf(norm, forward), points);
}

type One = (x: Tensor, n: number | null, dim: number, norm: string | null) => Tensor;
const ones: [name: string, formula: string, body: One, complex: boolean][] = [
  [
    'fft',
    'y[k] = Σ x[j] · exp(−2πi · jk / n)',
    (x, n, dim, norm) =>
      isComplex(x.dtype)
        ? c2c(x, n, dim, norm, true)
        : r2c(x, n, dim, norm, { name: 'fft', forward: true, onesided: false }),
    true,
  ],
  [
    'ifft',
    'y[j] = 1/n · Σ x[k] · exp(2πi · jk / n)',
    (x, n, dim, norm) =>
      isComplex(x.dtype)
        ? c2c(x, n, dim, norm, false)
        : r2c(x, n, dim, norm, { name: 'ifft', forward: false, onesided: false }),
    true,
  ],
  [
    'rfft',
    'the first half of the transform of real x',
    (x, n, dim, norm) => r2c(x, n, dim, norm, { name: 'rfft', forward: true, onesided: true }),
    false,
  ],
  ['irfft', "rfft's inverse", (x, n, dim, norm) => c2r(x, n, dim, norm, false), true],
  ['hfft', 'the transform, real, of what mirrors itself', (x, n, dim, norm) => c2r(x, n, dim, norm, true), true],
  [
    'ihfft',
    "hfft's inverse",
    (x, n, dim, norm) => r2c(x, n, dim, norm, { name: 'ihfft', forward: false, onesided: true }),
    false,
  ],
];
for (const [name, formula, body, complex] of ones)
  op<[Tensor, number | null, number, string | null]>({
    schema: `fft_${name}(Tensor input, int? n=None, int dim=-1, str? norm=None) -> Tensor`,
    faces: [`torch.fft:${name}`],
    composite: true,
    formula: formula.startsWith('y') ? formula : `y = ${formula}`,
    gradient: "dx as the transform's own, which it is made of",
    forward: body,
    samples: () => [
      { args: [{ tensor: { shape: [2, 6] } }] },
      { args: [{ tensor: { shape: [5, 2], dtype: 'float64' } }, 4, 0, 'ortho'] },
      { args: [{ tensor: { shape: [3], dtype: 'int64' } }, 5], kwargs: { norm: 'forward' } },
      ...(complex ? [{ args: [complexSample([3, 5])] }, { args: [complexSample([2, 4]), 3] }] : []),
      { args: [complexSample([3]), 0] },
      { args: [{ tensor: { shape: [3] } }, null, 1] },
      { args: [{ tensor: { shape: [3] } }], kwargs: { norm: 'x' } },
    ],
  });

/** Dimensions and sizes of a transform over several dimensions. */
function several(x: Tensor, s: number[] | null, dim: number[] | null): { dims: number[]; sizes: number[] } {
  const rank = x.rank;
  if (dim && s && dim.length !== s.length)
    throw runtimeError('When given, dim and shape arguments must have the same length');
  if (s && s.length > rank)
    throw runtimeError(`Got shape with ${s.length} values but input tensor only has ${rank} dimensions.`);
  const from = s && !dim ? rank - s.length : 0;
  const dims = dim ? dim.map((d) => wrapped(d, rank)) : Array.from({ length: rank - from }, (_, i) => from + i);
  if (new Set(dims).size !== dims.length) throw runtimeError('FFT dims must be unique');
  const sizes = dims.map((d, i) => (s && s[i] !== -1 ? s[i] : x.shape[d]));
  sizes.forEach(checkPoints);
  return { dims, sizes };
}

/** The same where the last dimension of complex input becomes a real one of `last` points. */
function halved(name: string, x: Tensor, s: number[] | null, dim: number[] | null) {
  const { dims, sizes } = several(x, s, dim);
  if (dims.length === 0) throw runtimeError(`${name} must transform at least one axis`);
  const end = dims.length - 1;
  const last = !s || s[end] === -1 ? 2 * (x.shape[dims[end]] - 1) : s[end];
  checkPoints(last);
  return { dims, sizes: sizes.with(end, Math.floor(last / 2) + 1), last };
}

type Many = (x: Tensor, s: number[] | null, dim: number[] | null, norm: string | null) => Tensor;

function fftn(input: Tensor, s: number[] | null, dim: number[] | null, norm: string | null, forward: boolean): Tensor {
  const { dims, sizes } = several(input, s, dim);
  const x = resized(promoted(input, true), dims, sizes);
  return dims.length ? f._fft_c2c(x, dims, normOf(norm, forward), forward) : x;
}

const many: [name: string, formula: string, body: Many, complex: boolean][] = [
  ['fft', 'the transform over dim', (x, s, dim, norm) => fftn(x, s, dim, norm, true), true],
  ['ifft', 'the inverse transform over dim', (x, s, dim, norm) => fftn(x, s, dim, norm, false), true],
  [
    'rfft',
    'the first half of the transform of real x over dim',
    (input, s, dim, norm) => {
      if (isComplex(input.dtype))
        throw runtimeError(`rfftn expects a real-valued input tensor, but got ${DTYPES[input.dtype].label}`);
      const { dims, sizes } = several(input, s, dim);
      if (dims.length === 0) throw runtimeError('rfftn must transform at least one axis');
      return f._fft_r2c(resized(promoted(input, false), dims, sizes), dims, normOf(norm, true), true);
    },
    false,
  ],
  [
    'irfft',
    "rfftn's inverse",
    (input, s, dim, norm) => {
      const { dims, sizes, last } = halved('irfftn', input, s, dim);
      return f._fft_c2r(resized(promoted(input, true), dims, sizes), dims, normOf(norm, false), last);
    },
    true,
  ],
  [
    'hfft',
    'the transform, real, of what mirrors itself, over dim',
    (input, s, dim, norm) => {
      const { dims, sizes, last } = halved('hfftn', input, s, dim);
      const x = resized(promoted(input, true), dims, sizes);
      const scale = normOf(norm, true);
      const others = dims.slice(0, -1);
      const y = others.length ? f._fft_c2c(x, others, scale, true) : x;
      return f._fft_c2r(f.conj(y), dims.slice(-1), scale, last);
    },
    true,
  ],
  [
    'ihfft',
    "hfftn's inverse",
    (input, s, dim, norm) => {
      const { dims, sizes } = several(input, s, dim);
      if (dims.length === 0) throw runtimeError('ihfftn must transform at least one axis');
      if (isComplex(input.dtype))
        throw runtimeError(`Only supports floating-point dtypes, but found: ${DTYPES[input.dtype].label}`);
      const scale = normOf(norm, false);
      const y = f._fft_r2c(resized(promoted(input, false), dims, sizes), dims.slice(-1), scale, true);
      if (dims.length === 1) return f.conj(y);
      return f._fft_c2c(f.conj_physical(y), dims.slice(0, -1), scale, false);
    },
    false,
  ],
];
for (const two of [false, true])
  for (const [name, formula, body, complex] of many)
    op<[Tensor, number[] | null, number[] | null, string | null]>({
      schema: `fft_${name}${two ? '2' : 'n'}(Tensor input, int[]? s=None, int[]${two ? ' dim=[-2,-1]' : '? dim=None'}, str? norm=None) -> Tensor`,
      faces: [`torch.fft:${name}${two ? '2' : 'n'}`],
      composite: true,
      formula: `y = ${formula}`,
      gradient: "dx as the transform's own, which it is made of",
      forward: body,
      samples: () => [
        { args: [{ tensor: { shape: [2, 3, 4] } }] },
        { args: [{ tensor: { shape: [3, 4], dtype: 'float64' } }, [4, 3]], kwargs: { norm: 'ortho' } },
        ...(complex ? [{ args: [complexSample([3, 4])] }, { args: [complexSample([3, 4]), [2, 5], [1, 0]] }] : []),
        { args: [{ tensor: { shape: [3, 4] } }, [4], [0, 1]] },
        { args: [{ tensor: { shape: [3, 4] } }, null, [0, 0]] },
      ],
    });

for (const [name, amount] of [
  ['fftshift', (n: number) => Math.floor(n / 2)],
  ['ifftshift', (n: number) => Math.floor((n + 1) / 2)],
] as const)
  op<[Tensor, number[] | null]>({
    schema: `fft_${name}(Tensor input, int[]? dim=None) -> Tensor`,
    faces: [`torch.fft:${name}`],
    composite: true,
    formula: `y = x rolled by half of its length, ${name === 'fftshift' ? 'so that the zero frequency is in the middle' : 'back'}`,
    gradient: 'dx = dy rolled back',
    forward: (x, dim) => {
      const dims = dim ? dim.map((d) => wrapped(d, x.rank)) : x.shape.map((_, d) => d);
      return f.roll(
        x,
        dims.map((d) => amount(x.shape[d])),
        dims,
      );
    },
    samples: () => [
      { args: [{ tensor: { shape: [5] } }] },
      { args: [{ tensor: { shape: [3, 4] } }] },
      { args: [{ tensor: { shape: [3, 4] } }, 1] },
    ],
  });

for (const half of [false, true])
  op<[number, number, DType | null]>({
    schema: `fft_${half ? 'r' : ''}fftfreq(int n, float d=1.0, *, ScalarType? dtype=None) -> Tensor`,
    faces: [`torch.fft:${half ? 'r' : ''}fftfreq`],
    formula: half ? 'y = 0, 1, … n/2, each by 1 / (n · d)' : 'y = 0, 1, … −2, −1, each by 1 / (n · d)',
    forward: (n, d, dtype) => {
      const to = dtype ?? context.defaultDtype;
      if (!isFloat(to)) throw runtimeError(`${half ? 'r' : ''}fftfreq requires a floating point or complex dtype`);
      const out = Tensor.zeros(to, [half ? Math.floor(n / 2) + 1 : n]);
      const data = out.storage.data as Float64Array;
      const round = to === 'float64' ? (v: number) => v : Math.fround;
      const by = round(1 / (n * d));
      for (let k = 0; k < data.length; k++) data[k] = (half || k < Math.ceil(n / 2) ? k : k - n) * by;
      return out;
    },
    samples: () => [{ args: [5] }, { args: [8, 0.5] }, { args: [3], kwargs: { dtype: { dtype: 'float64' } } }],
  });
