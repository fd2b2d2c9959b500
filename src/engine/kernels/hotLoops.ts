/** Loops of their own for the ops that training runs most (see Loop1 and Loop2 in elementwise.ts). */
import type { Loop1, Loop2 } from './elementwise';

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

export const sigmoidLoop: Loop1 = (x, out, n) => {
  for (let i = 0; i < n; i++) out[i] = 1 / (1 + Math.exp(-x[i]));
};

export const tanhGradLoop: Loop2 = (g, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = g[i] * (1 - y[j] * y[j]);
};

export const sigmoidGradLoop: Loop2 = (g, i, di, y, j, dj, out, o, n) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = g[i] * (1 - y[j]) * y[j];
};
