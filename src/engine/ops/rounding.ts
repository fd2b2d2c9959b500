/** Signs, rounding, limits. Gradients: PyTorch's derivatives.yaml. */

import { joined, part } from '../complex';
import { isComplex, isFloat } from '../dtype';
import { runtimeError } from '../errors';
import * as cx from '../kernels/complex';
import { type Big2, binary, resultType, unary } from '../kernels/elementwise';
import { absLoop, fast } from '../kernels/hotLoops';
import type { Fast } from '../kernels/simd';
import { roundHalfEven } from '../kernels/special';
import { type BackwardContext, type Formulas, op, type Sample } from '../op';
import type { Tensor } from '../tensor';
import { floatsOnly, refuse, refuseComplexGrad } from './refusals';
import { exactly, ofTypes, oneInput, pairs, wholePairs, withoutGrad } from './samples';

const INF = Number.POSITIVE_INFINITY;
const zero = (c: BackwardContext, f: Formulas) => f.zeros_like(c.grad);
/** Keeps integers as they are. */
const same = (v: bigint) => v;

op<[Tensor]>({
  schema: 'abs(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:absolute', 'Tensor:absolute'],
  inplace: true,
  formula: 'y = |x|',
  gradient: 'dx = dy · sign(x)',
  forward: (x) => {
    refuse('abs_cpu', ['bool'], x.dtype);
    return unary(x, x.dtype, Math.abs, (v) => (v < 0n ? -v : v), absLoop, fast.abs);
  },
  saves: ['input'],
  grads: { input: (c, f) => f.mul(c.grad, f.sgn(c.saved('input'))) },
  complex: (x) => cx.measure(x, Math.hypot),
  wirtinger: true,
  samples: () => [...oneInput(), ...exactly([0, -0, -1, 2]), ...ofTypes(['int64', 'uint8'])],
});

for (const name of ['sign', 'sgn'])
  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: ['torch', 'Tensor'],
    inplace: true,
    formula: 'y = −1, 0 or 1, as x is below, at or above 0',
    gradient: 'dx = 0',
    forward: (x) =>
      unary(
        x,
        x.dtype,
        (v) => Number(v > 0) - Number(v < 0),
        (v) => BigInt(Number(v > 0n) - Number(v < 0n)),
      ),
    complex: name === 'sgn' ? (x) => cx.map(x, cx.sgn) : undefined,
    wirtinger: true,
    saves: name === 'sgn' ? ['input', 'result'] : [],
    grads: {
      input: (c, f) => {
        if (!isComplex(c.dtype('input'))) return zero(c, f);
        const [size, y] = [f.abs(c.saved('input')), c.saved('result')];
        const turned = f.sub(c.grad, f.mul(f.mul(y, y), f.conj(c.grad)));
        return f.where(f.eq(size, 0), 0, f.div(turned, f.mul(size, 2)));
      },
    },
    samples: () => [
      // sgn's gradient is one of PyTorch's ZeroTensors, which the golden script cannot read.
      ...(name === 'sgn' ? withoutGrad(oneInput()) : oneInput()),
      ...exactly([0, -0, Number.NaN, -INF]),
      ...ofTypes(['int64', 'bool']),
    ],
  });

const roundings: [name: string, formula: string, f: (x: number) => number, alias?: string][] = [
  ['floor', '⌊x⌋', Math.floor],
  ['ceil', '⌈x⌉', Math.ceil],
  ['trunc', 'x without its fraction', Math.trunc, 'fix'],
];
for (const [name, formula, f, alias] of roundings)
  op<[Tensor]>({
    schema: `${name}(Tensor input) -> Tensor`,
    faces: ['torch', 'Tensor', ...(alias ? [`torch:${alias}`, `Tensor:${alias}`] : [])],
    inplace: true,
    formula: `y = ${formula}`,
    gradient: 'dx = 0',
    forward: (x) => {
      refuse(`${name}_vml_cpu`, ['bool'], x.dtype);
      return unary(x, x.dtype, f, same);
    },
    grads: { input: zero },
    samples: () => [...oneInput(), ...exactly([-0.5, 0.5, 1.5, -2, Number.NaN, INF]), ...ofTypes(['int64'])],
  });

function toDecimals(x: Tensor, decimals: number): Tensor {
  refuse('round_vml_cpu', ['bool'], x.dtype);
  if (decimals === 0) return unary(x, x.dtype, roundHalfEven, same);
  floatsOnly('round_cpu', x.dtype);
  const ten = 10 ** Math.abs(decimals);
  // In the tensor's own precision: 0.15f · 10 is not the 0.15 · 10 of float64.
  const held = x.dtype === 'float64' ? (v: number) => v : Math.fround;
  return unary(x, x.dtype, (v) =>
    decimals > 0 ? roundHalfEven(held(v * ten)) / ten : held(roundHalfEven(held(v / ten))) * ten,
  );
}

op<[Tensor, number]>({
  schema: 'round(Tensor input, *, int decimals=0) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x to the nearest number of that many decimals; a half goes to the even one',
  gradient: 'dx = 0',
  forward: toDecimals,
  grads: { input: zero },
  gradName: (_, decimals) => (decimals === 0 ? 'RoundBackward0' : 'RoundBackward1'),
  samples: () => [
    ...oneInput(),
    ...exactly([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4999999, Number.NaN, INF]),
    ...ofTypes(['int64']),
    { args: [{ tensor: { shape: [4] } }], kwargs: { decimals: 2 } },
    { args: [{ tensor: { shape: [4], range: [-200, 200] } }], kwargs: { decimals: -1 } },
  ],
});

/** Refuses integers, unlike torch.round. */
op<[Tensor, number]>({
  schema: 'special_round(Tensor input, *, int decimals=0) -> Tensor',
  faces: ['torch.special:round'],
  formula: 'y = x to the nearest number of that many decimals; a half goes to the even one',
  gradient: 'dx = 0',
  forward: (x, decimals) => {
    if (decimals === 0) refuse('round_vml_cpu', ['bool', 'int'], x.dtype);
    return toDecimals(x, decimals);
  },
  grads: { input: zero },
  gradName: 'RoundBackward1',
  samples: () => [
    ...oneInput(),
    ...ofTypes(['int64']),
    { args: [{ tensor: { shape: [4] } }], kwargs: { decimals: 2 } },
  ],
});

op<[Tensor]>({
  schema: 'frac(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x − trunc(x)',
  gradient: 'dx = dy',
  forward: (x) => {
    floatsOnly('frac_cpu', x.dtype);
    return unary(x, x.dtype, (v) => v - Math.trunc(v));
  },
  grads: { input: (c) => c.grad },
  samples: () => oneInput(),
});

const largest: [(a: number, b: number) => number, Big2] = [
  (a, b) => (a > b || Number.isNaN(a) ? a : b),
  // biome-ignore lint/complexity/useMathMinMax: these are bigints
  (a, b) => (a > b ? a : b),
];
const smallest: [(a: number, b: number) => number, Big2] = [
  (a, b) => (a < b || Number.isNaN(a) ? a : b),
  // biome-ignore lint/complexity/useMathMinMax: these are bigints
  (a, b) => (a < b ? a : b),
];

/** maximum, minimum; fmax and fmin, which pass over NaN. */
for (const [name, [f, big], loses, word] of [
  ['maximum', largest, 'lt', 'larger'],
  ['minimum', smallest, 'gt', 'smaller'],
] as const) {
  const spec = (input: string) => ({
    formula: `y = the ${word} of a and b`,
    gradient: `dy to the ${word} one; half to each where they are equal`,
    forward: (a: Tensor, b: Tensor) => binary(a, b, f, { big }),
    saves: [input, 'other'],
    grads: {
      [input]: (c: BackwardContext, g: Formulas) => share(c.grad, c.saved(input), c.saved('other'), loses, g),
      other: (c: BackwardContext, g: Formulas) => share(c.grad, c.saved('other'), c.saved(input), loses, g),
    },
    samples: () => [
      ...pairs().filter((s) => typeof s.args[1] === 'object'),
      ...wholePairs().slice(0, 2),
      {
        args: [{ tensor: { shape: [3], data: [1, 2, 3] } }, { tensor: { shape: [3], data: [1, 3, 2] } }],
        kink: true,
      },
    ],
  });
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    faces: ['torch', 'Tensor'],
    ...spec('input'),
  });
  const short = name === 'maximum' ? 'max' : 'min';
  op<[Tensor, Tensor]>({
    schema: `${short}_other(Tensor input, Tensor other) -> Tensor`,
    faces: [`torch:${short}`, `Tensor:${short}`],
    ...spec('input'),
    gradName: name === 'maximum' ? 'MaximumBackward0' : 'MinimumBackward0',
  });
  op<[Tensor, Tensor]>({
    schema: `f${short}(Tensor input, Tensor other) -> Tensor`,
    faces: ['torch', 'Tensor'],
    formula: `y = the ${word} of a and b that is a number`,
    gradient: `dy to the ${word} one, to a where they are equal`,
    forward: (a, b) => binary(a, b, (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : f(x, y)), { big }),
    saves: ['input', 'other'],
    grads: {
      input: (c, g) => g.where(keepsFirst(c, g, loses), c.grad, 0),
      other: (c, g) => g.where(keepsFirst(c, g, loses), 0, c.grad),
    },
    samples: () => [
      ...pairs().filter((s) => typeof s.args[1] === 'object'),
      { args: [{ tensor: { shape: [2], data: [1, Number.NaN] } }, { tensor: { shape: [2], data: [Number.NaN, 1] } }] },
    ],
  });
}

const keepsFirst = (c: BackwardContext, g: Formulas, loses: 'lt' | 'gt') =>
  g.logical_or(g[loses === 'lt' ? 'ge' : 'le'](c.saved('input'), c.saved('other')), g.isnan(c.saved('other')));

/** What of the gradient goes to `a`: all where it won, half where the two are equal, none where it lost. */
function share(grad: Tensor, a: Tensor, b: Tensor, loses: 'lt' | 'gt', f: Formulas): Tensor {
  return f.where(f[loses](a, b), 0, f.where(f.eq(a, b), f.div(grad, 2), grad));
}

/** x within low and high; both may be left out. NaN stays; where low > high, high wins. */
function limit(x: Tensor, low: Tensor | null, high: Tensor | null, name = 'clamp'): Tensor {
  if (!low && !high) throw runtimeError(`torch.${name}: At least one of 'min' or 'max' must not be None`);
  const compute = resultType(...[x, low, high].filter((t) => t !== null));
  refuse('clamp_cpu', ['bool'], compute);
  const pick = (a: Tensor, b: Tensor, [f, big]: typeof largest, kernel: Fast) =>
    binary(a, b, keepNaN(f), { compute, big, fast: kernel });
  const raised = low ? pick(x, low, largest, fast.larger) : x;
  return high ? pick(raised, high, smallest, fast.smaller) : raised;
}

const keepNaN = (f: (a: number, b: number) => number) => (a: number, b: number) => (Number.isNaN(b) ? b : f(a, b));

const limitSamples = (): Sample[] => [
  ...oneInput(undefined, -0.5, 0.5),
  { args: [{ tensor: { shape: [4] } }], kwargs: { min: 0 } },
  { args: [{ tensor: { shape: [4] } }], kwargs: { max: 0.5 } },
  { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [3] } }, { tensor: { shape: [2, 1] } }] },
  { args: [{ tensor: { shape: [4], data: [-1, 0, 1, Number.NaN], requiresGrad: false } }, 0, 1] },
  { args: [{ tensor: { shape: [5], dtype: 'int64' } }, 1, 3] },
];

op<[Tensor, Tensor | null, Tensor | null]>({
  schema: 'clamp(Tensor input, Number? min=None, Number? max=None) -> Tensor',
  faces: ['torch', 'Tensor', 'torch:clip', 'Tensor:clip'],
  inplace: true,
  formula: 'y = min(max(x, low), high)',
  gradient: 'dx = dy where low ≤ x ≤ high, else 0',
  forward: limit,
  saves: ['input', 'min', 'max'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      const above = c.has('min') ? f.ge(x, c.saved('min')) : null;
      const below = c.has('max') ? f.le(x, c.saved('max')) : null;
      return f.where(above && below ? f.logical_and(above, below) : (above ?? below), c.grad, 0);
    },
    min: (c, f) => {
      const under = f.lt(c.saved('input'), c.saved('min'));
      return f.where(c.has('max') ? f.logical_and(f.lt(c.saved('min'), c.saved('max')), under) : under, c.grad, 0);
    },
    max: (c, f) => {
      const over = f.gt(c.saved('input'), c.saved('max'));
      return f.where(c.has('min') ? f.logical_or(over, f.lt(c.saved('max'), c.saved('min'))) : over, c.grad, 0);
    },
  },
  gradName: (_, low, high) => ((low ?? high)?.wrapped ? 'ClampBackward1' : 'ClampBackward0'),
  samples: limitSamples,
});

for (const [name, arg, keeps, loses] of [
  ['clamp_min', 'min', 'ge', 'lt'],
  ['clamp_max', 'max', 'le', 'gt'],
] as const)
  op<[Tensor, Tensor]>({
    schema: `${name}(Tensor input, Number ${arg}) -> Tensor`,
    faces: ['torch', 'Tensor'],
    inplace: true,
    formula: arg === 'min' ? 'y = max(x, min)' : 'y = min(x, max)',
    gradient: `dx = dy where x ${arg === 'min' ? '≥' : '≤'} ${arg}, else 0`,
    forward: (x, bound) => (arg === 'min' ? limit(x, bound, null) : limit(x, null, bound)),
    saves: ['input', arg],
    grads: {
      input: (c, f) => f.where(f[keeps](c.saved('input'), c.saved(arg)), c.grad, 0),
      [arg]: (c: BackwardContext, f: Formulas) => f.where(f[loses](c.saved('input'), c.saved(arg)), c.grad, 0),
    },
    gradName: (_, bound) => `Clamp${arg === 'min' ? 'Min' : 'Max'}Backward${bound.wrapped ? 0 : 1}`,
    samples: () => [
      ...oneInput(undefined, 0.25),
      { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [3] } }] },
    ],
  });

/** The largest finite numbers. */
const LIMITS = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE };

function finite(x: Tensor, nan: number | null, up: number | null, down: number | null): Tensor {
  if (!isFloat(x.dtype)) return unary(x, x.dtype, (v) => v, same);
  const most = LIMITS[x.dtype as keyof typeof LIMITS];
  return unary(x, x.dtype, (v) =>
    Number.isNaN(v) ? (nan ?? 0) : v === INF ? (up ?? most) : v === -INF ? (down ?? -most) : v,
  );
}

op<[Tensor, number | null, number | null, number | null]>({
  schema: 'nan_to_num(Tensor input, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  inplace: true,
  formula: 'y = x; 0 for NaN, the largest numbers for infinities, or what is given for them',
  gradient: 'dx = dy where x is finite, else 0',
  forward: finite,
  complex: (x, ...limits) => {
    refuseComplexGrad('nan_to_num', x);
    return joined(finite(part(x, 0), ...limits), finite(part(x, 1), ...limits));
  },
  saves: ['input'],
  grads: { input: (c, f) => f.where(f.isfinite(c.saved('input')), c.grad, 0) },
  samples: () => [
    ...oneInput(),
    ...exactly([Number.NaN, INF, -INF, 1]),
    ...exactly([Number.NaN, INF, -INF, 1], 0.5, 9, -9),
    ...ofTypes(['int64']),
  ],
});
