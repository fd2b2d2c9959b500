/** What each of numpy's universal functions computes of a number. */
import type { DType } from '../dtype';

export interface BinaryRule {
  /** Which dtypes it takes: any number, what a float holds, integers only; `divide`: integers become float64. */
  types: 'number' | 'float' | 'divide' | 'bits';
  f(a: number, b: number): number;
  /** The same for integers, where it differs. */
  whole?(a: number, b: number): number;
  /** The same for bools. */
  truths?(a: number, b: number): number;
  /** The dtype that bools are brought to. */
  boolTo?: DType;
  big?(a: bigint, b: bigint): bigint | boolean;
  /** The result is a bool. */
  truth?: boolean;
}

export interface UnaryRule {
  types: 'number' | 'float' | 'bits' | 'rounding';
  f(v: number): number;
  truths?(v: number): number;
  big?(v: bigint): bigint;
  truth?: boolean;
}

/** Python's floored division of floats (npy_floor_divide). */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  let d = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) d -= 1;
  if (d === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const f = Math.floor(d);
  return d - f > 0.5 ? f + 1 : f;
}

/** The rest with the divisor's sign. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest !== 0) return b < 0 !== rest < 0 ? rest + b : rest;
  return Number.isNaN(rest) ? rest : b < 0 || Object.is(b, -0) ? -0 : 0;
}

function bigFloor(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  const d = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? d - 1n : d;
}

export function wholePower(a: number, b: number): number {
  let out = 1;
  let base = a;
  for (let k = b; k > 0; k = Math.floor(k / 2)) {
    if (k % 2 === 1) out *= base;
    base *= base;
  }
  return out;
}

/** The same with the bits that overflow int32 cut off. */
function wrappedPower(a: number, b: number): number {
  let out = 1;
  let base = a;
  for (let k = b; k > 0; k = Math.floor(k / 2)) {
    if (k % 2 === 1) out = Math.imul(out, base);
    base = Math.imul(base, base);
  }
  return out;
}

/** C's pow: 1 to any power is 1. */
const power = (a: number, b: number) => (a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b);

const gcd = (a: number, b: number): number => {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y) [x, y] = [y, x % y];
  return x;
};

const max = (a: number, b: number) => (a >= b || Number.isNaN(a) ? a : b);
const min = (a: number, b: number) => (a <= b || Number.isNaN(a) ? a : b);

const bigMax = (a: bigint, b: bigint) => (a > b ? a : b);
const bigMin = (a: bigint, b: bigint) => (a < b ? a : b);

/** To the nearest, halves to the even one. */
export function rint(v: number): number {
  const r = Math.round(v);
  if (r - v === 0.5 && r % 2 !== 0) return r - 1;
  return r === 0 && v < 0 ? -0 : r;
}

const truth = (f: (a: number, b: number) => boolean, big?: (a: bigint, b: bigint) => boolean): BinaryRule => ({
  types: 'number',
  f: (a, b) => (f(a, b) ? 1 : 0),
  big,
  truth: true,
});

export const BINARY: Record<string, BinaryRule> = {
  add: { types: 'number', f: (a, b) => a + b, truths: (a, b) => a | b, big: (a, b) => a + b },
  subtract: { types: 'number', f: (a, b) => a - b, big: (a, b) => a - b },
  multiply: { types: 'number', f: (a, b) => a * b, whole: Math.imul, big: (a, b) => a * b },
  divide: { types: 'divide', f: (a, b) => a / b },
  floor_divide: {
    types: 'number',
    f: floorDivide,
    whole: (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
    boolTo: 'int8',
    big: bigFloor,
  },
  remainder: {
    types: 'number',
    f: remainder,
    whole: (a, b) => (b === 0 ? 0 : remainder(a, b) + 0),
    boolTo: 'int8',
    big: (a, b) => (b === 0n ? 0n : a - b * bigFloor(a, b)),
  },
  fmod: {
    types: 'number',
    f: (a, b) => a % b,
    whole: (a, b) => (b === 0 ? 0 : a % b),
    boolTo: 'int8',
    big: (a, b) => (b ? a % b : 0n),
  },
  power: { types: 'number', f: power, whole: wrappedPower, boolTo: 'int8', big: (a, b) => a ** b },
  float_power: { types: 'divide', f: power },
  maximum: { types: 'number', f: max, big: bigMax },
  minimum: { types: 'number', f: min, big: bigMin },
  fmax: { types: 'number', f: (a, b) => (a >= b || Number.isNaN(b) ? a : b), big: bigMax },
  fmin: { types: 'number', f: (a, b) => (a <= b || Number.isNaN(b) ? a : b), big: bigMin },
  arctan2: { types: 'float', f: Math.atan2 },
  hypot: { types: 'float', f: Math.hypot },
  logaddexp: {
    types: 'float',
    f: (a, b) => (a === b ? a + Math.LN2 : a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b))),
  },
  logaddexp2: {
    types: 'float',
    f: (a, b) => (a === b ? a + 1 : a > b ? a + Math.log2(1 + 2 ** (b - a)) : b + Math.log2(1 + 2 ** (a - b))),
  },
  copysign: { types: 'float', f: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)) },
  heaviside: { types: 'float', f: (a, b) => (a < 0 ? 0 : a > 0 ? 1 : a === 0 ? b : a) },
  equal: truth(
    (a, b) => a === b,
    (a, b) => a === b,
  ),
  not_equal: truth(
    (a, b) => a !== b,
    (a, b) => a !== b,
  ),
  less: truth(
    (a, b) => a < b,
    (a, b) => a < b,
  ),
  less_equal: truth(
    (a, b) => a <= b,
    (a, b) => a <= b,
  ),
  greater: truth(
    (a, b) => a > b,
    (a, b) => a > b,
  ),
  greater_equal: truth(
    (a, b) => a >= b,
    (a, b) => a >= b,
  ),
  logical_and: truth(
    (a, b) => a !== 0 && b !== 0,
    (a, b) => a !== 0n && b !== 0n,
  ),
  logical_or: truth(
    (a, b) => a !== 0 || b !== 0,
    (a, b) => a !== 0n || b !== 0n,
  ),
  logical_xor: truth(
    (a, b) => (a !== 0) !== (b !== 0),
    (a, b) => (a !== 0n) !== (b !== 0n),
  ),
  bitwise_and: { types: 'bits', f: (a, b) => a & b, big: (a, b) => a & b },
  bitwise_or: { types: 'bits', f: (a, b) => a | b, big: (a, b) => a | b },
  bitwise_xor: { types: 'bits', f: (a, b) => a ^ b, big: (a, b) => a ^ b },
  left_shift: { types: 'bits', f: (a, b) => (b > 31 ? 0 : a << b), big: (a, b) => (b > 63n ? 0n : a << b) },
  right_shift: { types: 'bits', f: (a, b) => a >> Math.min(b, 31), big: (a, b) => a >> b },
  gcd: { types: 'number', f: gcd },
  lcm: { types: 'number', f: (a, b) => (a === 0 || b === 0 ? 0 : Math.abs(a * b) / gcd(a, b)) },
};

const float = (f: (v: number) => number): UnaryRule => ({ types: 'float', f });
const rounding = (f: (v: number) => number): UnaryRule => ({ types: 'rounding', f });
const question = (f: (v: number) => boolean): UnaryRule => ({ types: 'number', f: (v) => (f(v) ? 1 : 0), truth: true });

export const UNARY: Record<string, UnaryRule> = {
  negative: { types: 'number', f: (v) => -v, big: (v) => BigInt.asIntN(64, -v) },
  positive: { types: 'number', f: (v) => v, big: (v) => v },
  absolute: { types: 'number', f: Math.abs, big: (v) => (v < 0n ? BigInt.asIntN(64, -v) : v) },
  fabs: float(Math.abs),
  sign: { types: 'number', f: Math.sign, big: (v) => (v > 0n ? 1n : v < 0n ? -1n : 0n) },
  square: { types: 'number', f: (v) => v * v, big: (v) => BigInt.asIntN(64, v * v) },
  reciprocal: { types: 'number', f: (v) => 1 / v, big: (v) => (v === 0n ? 0n : 1n / v) },
  conjugate: { types: 'number', f: (v) => v, big: (v) => v },
  invert: { types: 'bits', f: (v) => ~v, truths: (v) => (v ? 0 : 1), big: (v) => ~v },
  sqrt: float(Math.sqrt),
  cbrt: float(Math.cbrt),
  exp: float(Math.exp),
  exp2: float((v) => 2 ** v),
  expm1: float(Math.expm1),
  log: float(Math.log),
  log2: float(Math.log2),
  log10: float(Math.log10),
  log1p: float(Math.log1p),
  sin: float(Math.sin),
  cos: float(Math.cos),
  tan: float(Math.tan),
  arcsin: float(Math.asin),
  arccos: float(Math.acos),
  arctan: float(Math.atan),
  sinh: float(Math.sinh),
  cosh: float(Math.cosh),
  tanh: float(Math.tanh),
  arcsinh: float(Math.asinh),
  arccosh: float(Math.acosh),
  arctanh: float(Math.atanh),
  deg2rad: float((v) => v * (Math.PI / 180)),
  rad2deg: float((v) => v * (180 / Math.PI)),
  rint: float(rint),
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  trunc: rounding(Math.trunc),
  isnan: question(Number.isNaN),
  isinf: question((v) => v === Infinity || v === -Infinity),
  isfinite: question(Number.isFinite),
  signbit: question((v) => v < 0 || Object.is(v, -0)),
  logical_not: question((v) => v === 0),
};
