/** Numbers on a grid: logspace, range, windows; memory with given strides. Source: PyTorch's "Creation Ops" and window functions. */
import { context } from '../context';
import { allocate, type DType, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { op, type Scalar } from '../op';
import { numel } from '../shape';
import { Storage } from '../storage';
import { Tensor } from '../tensor';
import { checkEnds } from './create';

/** f of 0 … n − 1; whole numbers for integers. */
function grid(dtype: DType, n: number, f: (i: number) => number): Tensor {
  const out = Tensor.zeros(dtype, [n]);
  for (let i = 0; i < n; i++)
    out.storage.data[i] = (
      dtype === 'int64' ? BigInt(Math.trunc(f(i))) : isFloat(dtype) ? f(i) : Math.trunc(f(i))
    ) as never;
  return out;
}

op<[Tensor, Tensor, number, number, DType | null]>({
  schema: 'logspace(Number start, Number end, int steps, float base=10.0, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = base ^ (start + i · (end − start) / (steps − 1))',
  forward: (start, end, steps, base, dtype) => {
    checkEnds('logspace', { start, end });
    if (steps < 0) throw runtimeError('number of steps must be non-negative');
    const to = dtype ?? context.defaultDtype;
    const own = (t: Tensor) => (isFloat(to) ? Number(t.values()[0]) : Math.trunc(Number(t.values()[0])));
    const [a, b] = [own(start), own(end)];
    const step = steps > 1 ? (b - a) / (steps - 1) : 0;
    const half = Math.floor(steps / 2);
    return grid(to, steps, (i) => base ** (i < half || steps === 1 ? a + step * i : b - step * (steps - i - 1)));
  },
  samples: () => [{ args: [0, 2, 5] }, { args: [-1, 1, 4, 2] }, { args: [0, 1, -1] }],
});

op<[Scalar, Scalar, Scalar, DType | null]>({
  schema: 'range(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None) -> Tensor',
  faces: [],
  formula: 'y = start, start + step, … end',
  forward: (start, end, step, dtype) => {
    const [a, b, s] = [start, end, step].map((v) => Number(v.value));
    if (!(s > 0 || s < 0)) throw runtimeError('step must be nonzero');
    if (!Number.isFinite(a) || !Number.isFinite(b)) throw runtimeError(`unsupported range: ${a} -> ${b}`);
    if (s > 0 ? b < a : b > a) throw runtimeError('upper bound and lower bound inconsistent with step sign');
    return grid(dtype ?? context.defaultDtype, Math.floor((b - a) / s) + 1, (i) => a + i * s);
  },
  samples: () => [{ args: [1, 4] }, { args: [0, 1, 0.5] }],
});

/** 0 … 1 along the window, and what it is there. */
type Window = (t: number) => number;
const turn = (t: number) => Math.cos(2 * Math.PI * t);

/** The modified Bessel function I₀, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

function windowOf(name: string, n: number, periodic: boolean, dtype: DType | null, at: Window): Tensor {
  const to = dtype ?? context.defaultDtype;
  if (!isFloat(to)) throw runtimeError(`${name}(): Expected floating point dtype but got ${to}`);
  if (n < 0) throw runtimeError(`${name} requires non-negative window_length, got window_length=${n}`);
  if (n === 1) return grid(to, 1, () => 1);
  return grid(to, n, (i) => at(i / (periodic ? n : n - 1)));
}

const WINDOWS: [name: string, formula: string, at: Window][] = [
  ['hann_window', '½ − ½ cos 2πt', (t) => 0.5 - 0.5 * turn(t)],
  ['bartlett_window', '1 − |2t − 1|', (t) => 1 - Math.abs(2 * t - 1)],
  ['blackman_window', '0.42 − ½ cos 2πt + 0.08 cos 4πt', (t) => 0.42 - 0.5 * turn(t) + 0.08 * turn(2 * t)],
];
for (const [name, formula, at] of WINDOWS)
  op<[number, boolean, DType | null]>({
    schema: `${name}(int window_length, bool periodic=True, *, ScalarType? dtype=None) -> Tensor`,
    faces: ['torch'],
    formula: `y = ${formula}, t from 0 to 1`,
    forward: (n, periodic, dtype) => windowOf(name, n, periodic, dtype, at),
    samples: () => [{ args: [5] }, { args: [4, false] }, { args: [1] }, { args: [0] }],
  });

op<[number, boolean, number, number, DType | null]>({
  schema:
    'hamming_window(int window_length, bool periodic=True, float alpha=0.54, float beta=0.46, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = α − β cos 2πt, t from 0 to 1',
  forward: (n, periodic, alpha, beta, dtype) =>
    windowOf('hamming_window', n, periodic, dtype, (t) => alpha - beta * turn(t)),
  samples: () => [{ args: [5] }, { args: [4, false, 0.5, 0.5] }],
});

op<[number, boolean, number, DType | null]>({
  schema: 'kaiser_window(int window_length, bool periodic=True, float beta=12.0, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = I₀(β √(1 − (2t − 1)²)) / I₀(β), t from 0 to 1',
  forward: (n, periodic, beta, dtype) =>
    windowOf(
      'kaiser_window',
      n,
      periodic,
      dtype,
      (t) => bessel(beta * Math.sqrt(Math.max(1 - (2 * t - 1) ** 2, 0))) / bessel(beta),
    ),
  samples: () => [{ args: [5] }, { args: [4, false, 8] }],
});

function withStrides(dtype: DType, size: number[], stride: number[]): Tensor {
  if (size.length !== stride.length) throw runtimeError(`mismatch in length of strides and shape`);
  const length = numel(size) === 0 ? 0 : 1 + size.reduce((at, d, i) => at + (d - 1) * stride[i], 0);
  return new Tensor(new Storage(dtype, allocate(dtype, length)), [...size], [...stride]);
}

op<[number[], number[], DType | null]>({
  schema: 'empty_strided(int[] size, int[] stride, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = 0 (PyTorch: whatever was there), with these strides',
  forward: (size, stride, dtype) => withStrides(dtype ?? context.defaultDtype, size, stride),
  samples: () => [
    {
      args: [
        [2, 3],
        [1, 2],
      ],
    },
  ],
});

op<[Tensor, number[], number[], DType | null]>({
  schema: 'new_empty_strided(Tensor input, int[] size, int[] stride, *, ScalarType? dtype=None) -> Tensor',
  faces: ['Tensor'],
  formula: 'y = 0 (PyTorch: whatever was there), with these strides',
  forward: (x, size, stride, dtype) => withStrides(dtype ?? x.dtype, size, stride),
  samples: () => [{ args: [{ tensor: { shape: [2] } }, [2, 3], [1, 2]] }],
});

op<[number[], number[], DType | null]>({
  schema: 'empty_permuted(int[] size, int[] physical_layout, *, ScalarType? dtype=None) -> Tensor',
  faces: ['torch'],
  formula: 'y = 0 (PyTorch: whatever was there), laid out in this order of dimensions',
  forward: (size, layout, dtype) => {
    if (layout.length !== size.length)
      throw runtimeError(
        `Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = ${size.length} is not equal to len(physical_layout) = ${layout.length}`,
      );
    const stride = new Array<number>(size.length).fill(0);
    let step = 1;
    for (const d of [...layout].reverse()) {
      if (d < 0 || d >= size.length)
        throw runtimeError(
          `Dimension out of range (expected to be between 0 and ${size.length - 1}, but got ${d} at index ${layout.indexOf(d)}).  NB: negative dims not currently supported; file an issue if you want it.`,
        );
      if (layout.indexOf(d) !== layout.lastIndexOf(d)) throw runtimeError('Duplicate dim not allowed');
      stride[d] = step;
      step *= Math.max(size[d], 1);
    }
    return withStrides(dtype ?? context.defaultDtype, size, stride);
  },
  samples: () => [
    {
      args: [
        [2, 3],
        [1, 0],
      ],
    },
  ],
});
