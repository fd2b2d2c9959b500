/** Functions of two numbers beyond the four operations. Source: PyTorch's documentation, derivatives.yaml. */
import { type DType, isComplex, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as fs } from '../formulas';
import { binary, floatType, resultType, unary } from '../kernels/elementwise';
import { type BackwardContext, type Formulas, op, type Sample, type Scalar } from '../op';
import { Tensor } from '../tensor';
import { floatsOnly, raiseUnderivable, refuse } from './refusals';
import { exactly, ofTypes, oneInput, pairs, wholePairs } from './samples';

const INF = Number.POSITIVE_INFINITY;
const tensorsOnly = (s: Sample) => typeof s.args[1] === 'object';
const big = (x: bigint) => (x < 0n ? -x : x);

function divisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y) [x, y] = [y, x % y];
  return x;
}
function bigDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [big(a), big(b)];
  while (y) [x, y] = [y, x % y];
  return x;
}

for (const [name, words, f, exact] of [
  ['gcd', 'the greatest common divisor of a and b', divisor, bigDivisor],
  [
    'lcm',
    'the least common multiple of a and b',
    (a: number, b: number) => (a && b ? Math.abs((a / divisor(a, b)) * b) : 0),
    (a: bigint, b: bigint) => (a && b ? big((a / bigDivisor(a, b)) * b) : 0n),
  ],
] as const)
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    faces: ['torch', 'Tensor'],
    inplace: true,
    formula: `y = ${words}`,
    forward: (a, b) => {
      refuse(`${name}_cpu`, ['bool', 'float'], resultType(a, b));
      return binary(a, b, f, { big: exact });
    },
    samples: () => wholePairs().slice(0, 2),
  });

const asFloats = (a: Tensor, b: Tensor): DType => floatType(resultType(a, b));

/** |a| with b's sign, the sign of −0 too. */
const withSign = (a: number, b: number) => {
  const negative = b < 0 || Object.is(b, -0);
  return negative ? -Math.abs(a) : Math.abs(a);
};

op<[Tensor, Tensor]>({
  schema: 'copysign(Tensor input, Number other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = |a| with the sign of b',
  gradient: 'da = dy, turned over where the sign changed; 0 at 0',
  forward: (a, b) => binary(a, b, withSign, { compute: asFloats(a, b) }),
  saves: ['input', 'result'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      const ratio = f.masked_fill(f.div(c.saved('result'), x), f.eq(x, 0), 0);
      return f.mul(c.grad, ratio);
    },
    other: (c, f) => f.zeros_like(c.grad),
  },
  gradName: (_, b) => (b.wrapped ? 'CopysignBackward1' : 'CopysignBackward0'),
  samples: () => [...pairs(), ...wholePairs(), ...exactly([1, -2, 0], -1)],
});

op<[Tensor, Tensor]>({
  schema: 'hypot(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = √(a² + b²)',
  gradient: 'da = dy · a / y,  db = dy · b / y',
  forward: (a, b) => {
    floatsOnly('hypot_cpu', resultType(a, b));
    return binary(a, b, Math.hypot);
  },
  saves: ['input', 'other', 'result'],
  grads: {
    input: (c, f) => f.mul(c.grad, f.div(c.saved('input'), c.saved('result'))),
    other: (c, f) => f.mul(c.grad, f.div(c.saved('other'), c.saved('result'))),
  },
  samples: () => pairs().filter(tensorsOnly),
});

function logAdd(a: number, b: number): number {
  if (a === b && !Number.isFinite(a)) return a;
  const [high, low] = a > b ? [a, b] : [b, a];
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : high + Math.log1p(Math.exp(low - high));
}
function logAdd2(a: number, b: number): number {
  if (a === b && !Number.isFinite(a)) return a;
  const [high, low] = a > b ? [a, b] : [b, a];
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : high + Math.log1p(2 ** (low - high)) * Math.LOG2E;
}
for (const [name, base, f, inverse] of [
  ['logaddexp', 'e', logAdd, 'exp'],
  ['logaddexp2', '2', logAdd2, 'exp2'],
] as const) {
  const grad = (own: string, other: string) => (c: BackwardContext, g: Formulas) =>
    g.div(c.grad, g.add(g[inverse](g.sub(c.saved(other), c.saved(own))), 1));
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = log(${base}ᵃ + ${base}ᵇ) to base ${base}`,
    gradient: `da = dy / (1 + ${base}ᵇ⁻ᵃ),  db = dy / (1 + ${base}ᵃ⁻ᵇ)`,
    forward: (a, b) => {
      floatsOnly(`${name}_cpu`, resultType(a, b));
      return binary(a, b, f);
    },
    saves: ['input', 'other'],
    grads: {
      input: grad('input', 'other'),
      other: grad('other', 'input'),
    },
    samples: () => pairs().filter(tensorsOnly),
  });
}

/** The next number after a in the direction of b, of those that the dtype has. */
function nextAfter(a: number, b: number, single: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  if (a === b) return b;
  if (a === 0) return Math.sign(b) * (single ? 2 ** -149 : Number.MIN_VALUE);
  const up = a < b === a > 0;
  const buffer = new DataView(new ArrayBuffer(8));
  if (single) {
    buffer.setFloat32(0, a);
    buffer.setUint32(0, buffer.getUint32(0) + (up ? 1 : -1));
    return buffer.getFloat32(0);
  }
  buffer.setFloat64(0, a);
  buffer.setBigUint64(0, buffer.getBigUint64(0) + (up ? 1n : -1n));
  return buffer.getFloat64(0);
}

op<[Tensor, Tensor]>({
  schema: 'nextafter(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = the next number after a, towards b',
  gradient: 'da = dy where a ≠ b, else db = dy',
  forward: (a, b) => {
    const d = resultType(a, b);
    refuse('nextafter_cpu', ['bool', 'int'], d);
    return binary(a, b, (x, y) => nextAfter(x, y, d === 'float32'));
  },
  saves: ['input', 'other'],
  grads: {
    input: (c, f) => f.where(f.eq(c.saved('input'), c.saved('other')), 0, c.grad),
    other: (c, f) => f.where(f.eq(c.saved('input'), c.saved('other')), c.grad, 0),
  },
  samples: () => [
    {
      args: [
        { tensor: { shape: [3], data: [1, 0, -1], requiresGrad: false } },
        { tensor: { shape: [3], data: [2, -1, -1], requiresGrad: false } },
      ],
    },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'heaviside(Tensor input, Tensor values) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = 0, v or 1, as x is below, at or above 0',
  gradient: 'none: PyTorch refuses to differentiate it',
  forward: (x, values) => {
    if (x.dtype !== values.dtype)
      throw runtimeError('heaviside is not yet implemented for tensors with different dtypes.');
    return binary(x, values, (a, v) => (a === 0 ? v : Number(a > 0)), {
      big: (a, v) => (a === 0n ? v : BigInt(Number(a > 0n))),
    });
  },
  grads: { input: raiseUnderivable('heaviside'), values: raiseUnderivable('heaviside') },
  gradName: 'NotImplemented',
  samples: () => [
    {
      args: [
        { tensor: { shape: [3], data: [1, 0, -1], requiresGrad: false } },
        { tensor: { shape: [1], data: [0.5], requiresGrad: false } },
      ],
    },
  ],
});

op<[Tensor, Tensor]>({
  schema: 'ldexp(Tensor input, Tensor other) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = a · 2ᵇ',
  gradient: 'da = dy · 2ᵇ,  db = dy · y · ln 2',
  forward: (a, b) => binary(a, b, (x, y) => x * 2 ** y, { compute: asFloats(a, b) }),
  saves: ['other', 'result'],
  grads: {
    input: (c, f) => f.mul(c.grad, f.pow_number(2, c.saved('other'))),
    other: (c, f) => f.mul(f.mul(c.grad, c.saved('result')), Math.LN2),
  },
  samples: () => [{ args: [{ tensor: { shape: [3] } }, { tensor: { shape: [3], dtype: 'int64', data: [1, 2, 3] } }] }],
});

op<[Tensor]>({
  schema: 'frexp(Tensor input) -> (Tensor mantissa, Tensor exponent)',
  faces: ['torch', 'Tensor'],
  formula: 'm · 2ᵉ = x, with ½ ≤ |m| < 1',
  gradient: 'dx = dm / 2ᵉ',
  forward: (x) => {
    if (!isFloat(x.dtype)) throw runtimeError('torch.frexp() only supports floating-point dtypes');
    const exponent = Tensor.zeros('int32', [...x.shape]);
    const mantissa = Tensor.zeros(x.dtype, [...x.shape]);
    const v = x.values();
    for (let i = 0; i < v.length; i++) {
      let [m, e] = [v[i] as number, 0];
      if (m !== 0 && Number.isFinite(m)) {
        e = Math.max(-1023, Math.floor(Math.log2(Math.abs(m))) + 1);
        m *= 2 ** -e;
        while (Math.abs(m) < 0.5) [m, e] = [m * 2, e - 1];
        while (Math.abs(m) >= 1) [m, e] = [m / 2, e + 1];
      }
      mantissa.storage.data[i] = m as never;
      exponent.storage.data[i] = e as never;
    }
    return [mantissa, exponent];
  },
  saves: ['result1'],
  grads: {
    input: (c, f) =>
      c.grads[0] ? f.div(c.grads[0], f.pow_number({ kind: 'float', value: 2 }, c.saved('result1'))) : null,
  },
  samples: () => [{ args: [{ tensor: { shape: [5], data: [1.3, 0.3, -5, 0.1, 1030] } }] }, ...ofTypes(['int64'])],
});

op<[Tensor, Tensor]>({
  schema: 'float_power(Tensor input, Number exponent) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = aᵇ in float64',
  gradient: 'da = dy · b · aᵇ⁻¹,  db = dy · y · ln a',
  forward: (a, b) => {
    const to = isComplex(a.dtype) || isComplex(b.dtype) ? 'complex128' : 'float64';
    return fs.pow(fs.to_dtype(a, to), b.wrapped ? b : fs.to_dtype(b, to));
  },
  samples: () => [...pairs([-1, 2], [0.5, 2]).slice(0, 2), { args: [{ tensor: { shape: [3], dtype: 'int64' } }, 2] }],
});

op<[Tensor, Tensor]>({
  schema: 'float_power_number(Number self, Tensor exponent) -> Tensor',
  faces: ['torch:float_power'],
  composite: true,
  formula: 'y = aᵇ in float64, a a number',
  gradient: 'db = dy · y · ln a',
  forward: (a, b) =>
    fs.pow_number(a, fs.to_dtype(b, isComplex(a.dtype) || isComplex(b.dtype) ? 'complex128' : 'float64')),
  samples: () => [{ args: [2, { tensor: { shape: [3] } }] }],
});

// ---- one number -----------------------------------------------------------------------------------------------------

const tests: [name: string, words: string, f: (x: number) => boolean][] = [
  ['isposinf', 'x is ∞', (x) => x === INF],
  ['isneginf', 'x is −∞', (x) => x === -INF],
  ['signbit', "x's sign bit is set", (x) => x < 0 || Object.is(x, -0)],
];
for (const [name, words, f] of tests)
  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = (${words})`,
    forward: (x) => unary(x, 'bool', (v) => Number(f(v))),
    samples: () => [...exactly([Number.NaN, INF, -INF, 0, 1.5]), ...ofTypes(['int64', 'bool'])],
  });

op<[Tensor]>({
  schema: 'isreal(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = (x has no imaginary part)',
  forward: (x) => (isComplex(x.dtype) ? fs.eq(fs.imag(x), 0) : fs.ones(x.shape, 'bool')),
  samples: () => [...exactly([1, Number.NaN]), ...ofTypes(['int64'])],
});

op<[Tensor]>({
  schema: 'positive(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y = x',
  gradient: 'dx = dy',
  forward: (x) => {
    if (x.dtype === 'bool') throw runtimeError('The `+` operator, on a bool tensor is not supported.');
    return x;
  },
  samples: () => [{ args: [{ tensor: { shape: [3] } }] }, ...ofTypes(['bool'])],
});

for (const [name, words, factor] of [
  ['deg2rad', 'π / 180', Math.PI / 180],
  ['rad2deg', '180 / π', 180 / Math.PI],
] as const)
  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: ['torch', 'Tensor'],
    inplace: true,
    formula: `y = x · ${words}`,
    gradient: `dx = dy · ${words}`,
    forward: (x) => {
      const to = floatType(x.dtype);
      const by = to === 'float32' ? Math.fround(factor) : factor;
      return unary(x, to, (v) => v * by);
    },
    grads: { input: (c, f) => f.mul(c.grad, factor) },
    gradName: name === 'deg2rad' ? 'Deg2RadBackward0' : 'Rad2DegBackward0',
    samples: () => [...oneInput(), ...ofTypes(['int64'])],
  });

// ---- lengths --------------------------------------------------------------------------------------------------------

op<[Tensor, Scalar, number, Scalar]>({
  schema: 'renorm(Tensor input, Scalar p, int dim, Scalar maxnorm) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x, slices along dim whose p-norm exceeds maxnorm made that long',
  gradient: 'that of x · maxnorm / (‖x‖ + 10⁻⁷) for those slices, dy for the others',
  forward: (x, p, dim, maxnorm) => {
    const power = Number(p.value);
    if (!isFloat(x.dtype)) throw runtimeError('renorm: Expected a floating point tensor');
    if (!(power > 0)) throw runtimeError('renorm: non-positive-norm not supported');
    if (x.rank < 2) throw runtimeError(`renorm: input needs at least 2 dimensions, got ${x.rank} dimensions`);
    const most = Number(maxnorm.value);
    if (!(most >= 0)) throw runtimeError(`renorm: expected maxnorm to be >= 0 but got ${most}`);
    const d = dim < 0 ? dim + x.rank : dim;
    const inner = x.shape.slice(d + 1).reduce((a, b) => a * b, 1);
    const size = x.shape[d];
    const out = Tensor.of(x.dtype, [...x.shape], x.values().slice());
    const data = out.storage.data as Float64Array;
    const norms = new Float64Array(size);
    const each = (f: (i: number, k: number) => void) => {
      for (let i = 0; i < data.length; i++) f(i, Math.floor(i / inner) % size);
    };
    if (power === INF) each((i, k) => (norms[k] = Math.max(norms[k], Math.abs(data[i]))));
    else {
      each((i, k) => (norms[k] += Math.abs(data[i]) ** power));
      for (let k = 0; k < size; k++) norms[k] **= 1 / power;
    }
    each((i, k) => {
      if (norms[k] > most) data[i] *= most / (norms[k] + 1e-7);
    });
    return out;
  },
  saves: ['input'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      const p = Number(c.attr<Scalar>('p').value);
      const most = Number(c.attr<Scalar>('maxnorm').value);
      const d = (c.attr<number>('dim') + x.rank) % x.rank;
      const others = x.shape.map((_, i) => i).filter((i) => i !== d);
      const norm = f.linalg_vector_norm(x, p, others, true);
      const factor = f.mul(f.reciprocal(f.add(norm, 1e-7)), most);
      const back = f.sum(f.mul(c.grad, x), others, true);
      // The factor's own gradient goes through the norm.
      const inverse = f.reciprocal(f.add(norm, 1e-7));
      const through = normBackward(f, f.mul(f.neg(f.mul(f.mul(inverse, inverse), back)), most), x, p, norm);
      return f.where(f.gt(norm, most), f.add(f.mul(c.grad, factor), through), c.grad);
    },
  },
  samples: () => [
    { args: [{ tensor: { shape: [3, 3] } }, 2, 0, 1] },
    { args: [{ tensor: { shape: [3, 2] } }, 1, 1, 2] },
    { args: [{ tensor: { shape: [3] } }, 2, 0, 1] },
  ],
});

/** dx of a p-norm over some dimensions. */
export function normBackward(f: Formulas, grad: Tensor, x: Tensor, p: number, norm: Tensor): Tensor {
  const size = f.abs(x);
  const zero = f.eq(norm, 0);
  if (p === INF) {
    const there = f.eq(size, norm);
    return f.mul(f.mul(f.sgn(x), there), grad);
  }
  if (p === 1) return f.mul(f.sgn(x), grad);
  if (p === 2) return f.mul(grad, f.masked_fill(f.div(x, norm), zero, 0));
  const scaled = f.mul(f.sgn(x), f.pow(size, p - 1));
  return f.mul(scaled, f.masked_fill(f.div(grad, f.pow(norm, p - 1)), zero, 0));
}
