/** Loops of their own for the ops that training runs most (see Loop1 and Loop2 in elementwise.ts). */
import * as kinds from '../wasm/assembly/kinds';
import type { Loop1, Loop2 } from './elementwise';
import type { Fast } from './simd';

/** From so many elements on, a loop of a few operations is quicker by SIMD, copies included; one with an exponential from so many. */
const CHEAP = 256;
const DEAR = 32;

const cheap = (kind: number, p?: number, q?: number): Fast => ({ kind, worth: CHEAP, p, q });
const dear = (kind: number, p?: number, q?: number): Fast => ({ kind, worth: DEAR, p, q });

/** The same ops by the SIMD kernels. */
export const fast = {
  neg: cheap(kinds.NEG),
  abs: cheap(kinds.ABS),
  relu: cheap(kinds.RELU),
  square: cheap(kinds.SQUARE),
  sqrt: cheap(kinds.SQRT),
  rsqrt: cheap(kinds.RSQRT),
  reciprocal: cheap(kinds.RECIPROCAL),
  exp: dear(kinds.EXP),
  log: dear(kinds.LOG),
  tanh: dear(kinds.TANH),
  sigmoid: dear(kinds.SIGMOID),
  silu: dear(kinds.SILU),
  siluGrad: dear(kinds.SILU_GRAD),
  gelu: dear(kinds.GELU),
  geluGrad: dear(kinds.GELU_GRAD),
  geluTanh: dear(kinds.GELU_TANH),
  geluTanhGrad: dear(kinds.GELU_TANH_GRAD),
  softplus: (beta: number, threshold: number) => dear(kinds.SOFTPLUS, beta, threshold),
  softplusGrad: (beta: number, threshold: number) => dear(kinds.SOFTPLUS_GRAD, beta, threshold),
  logSigmoid: dear(kinds.LOG_SIGMOID),
  logSigmoidGrad: dear(kinds.LOG_SIGMOID_GRAD),
  leaky: (slope: number) => cheap(kinds.LEAKY, slope),
  leakyGrad: (slope: number) => cheap(kinds.LEAKY_GRAD, slope),
  elu: (below: number, above: number) => dear(kinds.ELU, below, above),
  eluGrad: (below: number, above: number) => dear(kinds.ELU_GRAD, below, above),
  limit: (low: number, high: number) => cheap(kinds.LIMIT, low, high),
  limitGrad: (low: number, high: number) => cheap(kinds.LIMIT_GRAD, low, high),
  hardSigmoid: cheap(kinds.HARD_SIGMOID),
  hardSigmoidGrad: cheap(kinds.HARD_SIGMOID_GRAD),
  hardSwish: cheap(kinds.HARD_SWISH),
  hardSwishGrad: cheap(kinds.HARD_SWISH_GRAD),
  larger: cheap(kinds.LARGER),
  smaller: cheap(kinds.SMALLER),
  add: cheap(kinds.ADD),
  sub: cheap(kinds.SUB),
  mul: cheap(kinds.MUL),
  div: cheap(kinds.DIV),
  addScaled: (k: number) => cheap(kinds.ADD_SCALED, k),
  thresholdGrad: (threshold: number) => cheap(kinds.THRESHOLD_GRAD, threshold),
  tanhGrad: cheap(kinds.TANH_GRAD),
  sigmoidGrad: cheap(kinds.SIGMOID_GRAD),
  lerp: (weight: number) => cheap(kinds.LERP, weight),
  addProduct: (k: number) => cheap(kinds.ADD_PRODUCT, k),
  addQuotient: (k: number) => cheap(kinds.ADD_QUOTIENT, k),
} satisfies Record<string, Fast | ((...numbers: number[]) => Fast)>;

export const addLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] + y[j];
};

export const subLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] - y[j];
};

export const mulLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] * y[j];
};

export const divLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] / y[j];
};

/** a + k · b, for alpha. */
export const addScaledLoop =
  (k: number): Loop2 =>
  (x, i, di, y, j, dj, out, o, n) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] + k * y[j];
  };

/** grad where the value is above the threshold, else 0. */
export const thresholdGradLoop =
  (threshold: number): Loop2 =>
  (g, i, di, x, j, dj, out, o, n) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[j] <= threshold ? 0 : g[i];
  };

export const negLoop: Loop1 = (x, out, n) => {
  for (let i = 0; i < n; i++) out[i] = -x[i];
};

export const reluLoop: Loop1 = (x, out, n) => {
  // biome-ignore lint/complexity/useMathMinMax: -0 stays -0
  for (let i = 0; i < n; i++) out[i] = x[i] < 0 ? 0 : x[i];
};

export const absLoop: Loop1 = (x, out, n) => {
  for (let i = 0; i < n; i++) out[i] = Math.abs(x[i]);
};

export const scaleLoop =
  (by: number): Loop1 =>
  (x, out, n) => {
    for (let i = 0; i < n; i++) out[i] = x[i] * by;
  };

export const squareLoop: Loop1 = (x, out, n) => {
  for (let i = 0; i < n; i++) out[i] = x[i] * x[i];
};

export const sqrtLoop: Loop1 = (x, out, n) => {
  for (let i = 0; i < n; i++) out[i] = Math.sqrt(x[i]);
};

export const expLoop: Loop1 = (x, out, n) => {
  for (let i = 0; i < n; i++) out[i] = Math.exp(x[i]);
};

export const tanhLoop: Loop1 = (x, out, n) => {
  for (let i = 0; i < n; i++) out[i] = Math.tanh(x[i]);
};

/** Of float32 every step is rounded, as PyTorch's are: from 16.7 on it is 1, not the number below, whose log(1 − y) is far from −∞. */
export const sigmoidLoop: Loop1 = (x, out, n) => {
  if (out instanceof Float64Array) for (let i = 0; i < n; i++) out[i] = 1 / (1 + Math.exp(-x[i]));
  else for (let i = 0; i < n; i++) out[i] = 1 / Math.fround(1 + Math.fround(Math.exp(-x[i])));
};

export const tanhGradLoop: Loop2 = (g, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = g[i] * (1 - y[j] * y[j]);
};

export const sigmoidGradLoop: Loop2 = (g, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = g[i] * (1 - y[j]) * y[j];
};

/** Comparisons: 1 for true. */
export const eqLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] === y[j] ? 1 : 0;
};

export const neLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] !== y[j] ? 1 : 0;
};

export const ltLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] < y[j] ? 1 : 0;
};

export const leLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] <= y[j] ? 1 : 0;
};

export const gtLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] > y[j] ? 1 : 0;
};

export const geLoop: Loop2 = (x, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = x[i] >= y[j] ? 1 : 0;
};
