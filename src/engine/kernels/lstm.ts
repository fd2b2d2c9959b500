/** One layer of an LSTM over a sequence, in one direction, and its gradient. Sums of a product are kept in float64 (matmul). */
import { matmul } from './matmul';

type Floats = Float32Array | Float64Array;

/** Steps, batch, size of an input, size of the hidden state; from the last step to the first? */
export interface LstmShape {
  steps: number;
  batch: number;
  input: number;
  hidden: number;
  reverse: boolean;
}

const like = <T extends Floats>(x: T, n: number): T => new (x.constructor as new (n: number) => T)(n);

/** A [rows, columns] matrix turned round. */
function turned(x: Floats, rows: number, columns: number): Floats {
  const out = like(x, rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j];
  return out;
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/**
 * Writes the hidden states [steps, batch, hidden] into y, the last ones into hn and cn, and what the gradient needs into kept: for each step
 * and row the gates i, f, g, o and the cell state, [steps, batch, 5 · hidden].
 */
export function lstmForward(
  s: LstmShape,
  x: Floats,
  wih: Floats,
  whh: Floats,
  bias: Floats,
  h0: Floats,
  c0: Floats,
  [y, hn, cn, kept]: Floats[],
): void {
  const { steps, batch, hidden: H } = s;
  const G = 4 * H;
  const size = batch * H;
  const fromInput = like(x, steps * batch * G);
  matmul(x, wih, fromInput, steps * batch, s.input, G);
  const fromHidden = like(x, batch * G);
  let h = h0;
  cn.set(c0);
  for (let k = 0; k < steps; k++) {
    const t = s.reverse ? steps - 1 - k : k;
    matmul(h, whh, fromHidden, batch, H, G);
    for (let b = 0; b < batch; b++) {
      const at = (t * batch + b) * G;
      const own = b * G;
      const keep = (t * batch + b) * 5 * H;
      for (let j = 0; j < H; j++) {
        const i = sigmoid(fromInput[at + j] + fromHidden[own + j] + bias[j]);
        const f = sigmoid(fromInput[at + H + j] + fromHidden[own + H + j] + bias[H + j]);
        const g = Math.tanh(fromInput[at + 2 * H + j] + fromHidden[own + 2 * H + j] + bias[2 * H + j]);
        const o = sigmoid(fromInput[at + 3 * H + j] + fromHidden[own + 3 * H + j] + bias[3 * H + j]);
        const c = f * cn[b * H + j] + i * g;
        cn[b * H + j] = c;
        kept[keep + j] = i;
        kept[keep + H + j] = f;
        kept[keep + 2 * H + j] = g;
        kept[keep + 3 * H + j] = o;
        kept[keep + 4 * H + j] = c;
        y[t * size + b * H + j] = o * Math.tanh(c);
      }
    }
    h = y.subarray(t * size, (t + 1) * size) as Floats;
  }
  hn.set(h);
}

/** Gradients of all that went in: of x, of both weights, of a bias (both have the same), of h0 and c0. */
export function lstmBackward(
  s: LstmShape,
  x: Floats,
  wih: Floats,
  whh: Floats,
  h0: Floats,
  c0: Floats,
  y: Floats,
  kept: Floats,
  dy: Floats | null,
  dhn: Floats | null,
  dcn: Floats | null,
  [dx, dwih, dwhh, dbias, dh, dc]: Floats[],
): void {
  const { steps, batch, input, hidden: H } = s;
  const G = 4 * H;
  const size = batch * H;
  const rows = steps * batch;
  const dGates = like(x, rows * G);
  const before = like(x, rows * H);
  const whhTurned = turned(whh, G, H);
  if (dhn) dh.set(dhn);
  if (dcn) dc.set(dcn);
  for (let k = steps - 1; k >= 0; k--) {
    const t = s.reverse ? steps - 1 - k : k;
    const earlier = s.reverse ? t + 1 : t - 1;
    const first = k === 0;
    before.set(first ? h0 : (y.subarray(earlier * size, (earlier + 1) * size) as Floats), t * size);
    for (let b = 0; b < batch; b++)
      for (let j = 0; j < H; j++) {
        const own = b * H + j;
        const keep = (t * batch + b) * 5 * H + j;
        const [i, f, g, o] = [kept[keep], kept[keep + H], kept[keep + 2 * H], kept[keep + 3 * H]];
        const tanh = Math.tanh(kept[keep + 4 * H]);
        const last = first ? c0[own] : kept[(earlier * batch + b) * 5 * H + 4 * H + j];
        const up = dh[own] + (dy ? dy[t * size + own] : 0);
        const cell = dc[own] + up * o * (1 - tanh * tanh);
        const at = (t * batch + b) * G + j;
        dGates[at] = cell * g * i * (1 - i);
        dGates[at + H] = cell * last * f * (1 - f);
        dGates[at + 2 * H] = cell * i * (1 - g * g);
        dGates[at + 3 * H] = up * tanh * o * (1 - o);
        dc[own] = cell * f;
      }
    matmul(dGates.subarray(t * batch * G, (t + 1) * batch * G) as Floats, whhTurned, dh, batch, G, H);
  }
  matmul(dGates, turned(wih, G, input), dx, rows, G, input);
  const gatesTurned = turned(dGates, rows, G);
  matmul(gatesTurned, turned(x, rows, input), dwih, G, rows, input);
  matmul(gatesTurned, turned(before, rows, H), dwhh, G, rows, H);
  for (let g = 0; g < G; g++) {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += gatesTurned[g * rows + r];
    dbias[g] = sum;
  }
}
