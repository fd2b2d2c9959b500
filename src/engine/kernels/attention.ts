/** softmax(Q·Kᵀ · scale + mask) · V of every head of every batch, and its gradient. */
import { matmul } from './matmul';

type Floats = Float32Array | Float64Array;

/** [batch, heads, length, size] of the query, [batch, kvHeads, kvLength, size] of key and value. */
export interface AttentionShape {
  batch: number;
  heads: number;
  kvHeads: number;
  length: number;
  kvLength: number;
  size: number;
  scale: number;
  /** Query i sees the keys up to i only. */
  causal: boolean;
}

const like = <T extends Floats>(x: T, n: number): T => new (x.constructor as new (n: number) => T)(n);

function turned(x: Floats, rows: number, columns: number, out: Floats): Floats {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j];
  return out;
}

/** Calls `visit` for every head with its pages of query and key; several heads of the query may share one of the key's. */
function everyHead(s: AttentionShape, visit: (head: number, kvHead: number) => void): void {
  const group = s.heads / s.kvHeads;
  for (let b = 0; b < s.batch; b++)
    for (let h = 0; h < s.heads; h++) visit(b * s.heads + h, b * s.kvHeads + Math.floor(h / group));
}

const page = (x: Floats, nr: number, size: number) => x.subarray(nr * size, (nr + 1) * size) as Floats;

/** scores = q·kᵀ · scale + mask; −∞ where a query must not look. */
function scoresOf(s: AttentionShape, q: Floats, k: Floats, mask: Floats | null, head: number, out: Floats): void {
  const { length: L, kvLength: S } = s;
  matmul(q, k, out, L, s.size, S);
  const from = head * L * S;
  for (let i = 0; i < L; i++)
    for (let j = 0; j < S; j++) {
      const at = i * S + j;
      // Scaled even where it is −∞, as PyTorch does: NaN for a negative scale.
      const score = s.causal && j > i ? Number.NEGATIVE_INFINITY : out[at];
      out[at] = score * s.scale + (mask ? mask[from + at] : 0);
    }
}

/** Writes the output into y and each row's log Σ exp(score) into logs. A row that sees nothing becomes 0. */
export function attentionForward(
  s: AttentionShape,
  q: Floats,
  k: Floats,
  v: Floats,
  mask: Floats | null,
  y: Floats,
  logs: Floats,
): void {
  const { length: L, kvLength: S, size: D } = s;
  const scores = like(q, L * S);
  const columns = like(q, S * D);
  everyHead(s, (head, kv) => {
    scoresOf(s, page(q, head, L * D), page(k, kv, S * D), mask, head, scores);
    for (let i = 0; i < L; i++) {
      let most = Number.NEGATIVE_INFINITY;
      for (let j = i * S; j < (i + 1) * S; j++) if (!(scores[j] <= most)) most = scores[j];
      let sum = 0;
      const none = most === Number.NEGATIVE_INFINITY;
      for (let j = i * S; j < (i + 1) * S; j++) sum += scores[j] = none ? 0 : Math.exp(scores[j] - most);
      for (let j = i * S; j < (i + 1) * S; j++) scores[j] = none ? 0 : scores[j] / sum;
      logs[head * L + i] = none ? most : most + Math.log(sum);
    }
    matmul(scores, turned(page(v, kv, S * D), S, D, columns), page(y, head, L * D), L, S, D);
  });
}

/** Gradients of query, key and value, added up over the heads that share a key. */
export function attentionBackward(
  s: AttentionShape,
  q: Floats,
  k: Floats,
  v: Floats,
  mask: Floats | null,
  y: Floats,
  logs: Floats,
  dy: Floats,
  dlogs: Floats | null,
  [dq, dk, dv]: Floats[],
): void {
  const { length: L, kvLength: S, size: D } = s;
  const weights = like(q, L * S);
  const slopes = like(q, L * S);
  const square = like(q, L * S);
  const columns = like(q, Math.max(L, S) * D);
  const part = like(q, S * D);
  const add = (to: Floats) => {
    for (let i = 0; i < part.length; i++) to[i] += part[i];
  };
  everyHead(s, (head, kv) => {
    const [qh, dyh, yh] = [page(q, head, L * D), page(dy, head, L * D), page(y, head, L * D)];
    const [kh, vh] = [page(k, kv, S * D), page(v, kv, S * D)];
    scoresOf(s, qh, kh, mask, head, weights);
    matmul(dyh, vh, slopes, L, D, S);
    for (let i = 0; i < L; i++) {
      let along = dlogs ? -dlogs[head * L + i] : 0;
      for (let d = i * D; d < (i + 1) * D; d++) along += dyh[d] * yh[d];
      const log = logs[head * L + i];
      for (let j = i * S; j < (i + 1) * S; j++) {
        weights[j] = log === Number.NEGATIVE_INFINITY ? 0 : Math.exp(weights[j] - log);
        slopes[j] = weights[j] * (slopes[j] - along) * s.scale;
      }
    }
    matmul(slopes, turned(kh, S, D, columns), page(dq, head, L * D), L, S, D);
    matmul(turned(slopes, L, S, square), turned(qh, L, D, columns), part, S, L, D);
    add(page(dk, kv, S * D));
    matmul(turned(weights, L, S, square), turned(dyh, L, D, columns), part, S, L, D);
    add(page(dv, kv, S * D));
  });
}
