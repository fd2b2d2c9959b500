/** Layers of an LSTM and attention by the SIMD kernels: null where it is not worth the way there, or they cannot. */
import { Storage } from '../storage';
import { Tensor } from '../tensor';
import type { Arena } from '../wasm/arena';
import { doWork, type Kernels, kernelsFor, PARAMETERS, WORK, withHelpers } from '../wasm/kernels';
import { MOST_HELPERS } from '../wasm/threads';
import type { AttentionShape } from './attention';
import type { LstmShape } from './lstm';
import { copied } from './product';
import { EACH, isFloat32, made, needs, PAST, put } from './simd';

/** Multiply-adds from which on they are worth it. */
const WORTH = 512;

/** Room for so many elements. */
const room = (arena: Arena, length: number): number => arena.room(length * EACH + PAST);
const total = (ts: readonly Tensor[]): number => ts.reduce((sum, t) => sum + needs(t), 0);

/** A tensor's memory and geometry, as the kernels read it where it lies: from batch to batch, head to head, row to row. */
function geometry(arena: Arena, t: Tensor): number[] {
  const [first, length] = copied(t);
  const at = arena.input(t.storage, first, length) + (t.offset - first) * EACH;
  return [at, ...t.strides.slice(0, 3)];
}

/** `kept` are the gates and the cell's states as bytes: a tensor's own array. */
const ofBytes = (kept: Float32Array, shape: number[]) =>
  Tensor.of('uint8', shape, new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength));

const floatsOf = (bytes: Tensor) => {
  const { buffer, byteOffset, length } = bytes.values() as Uint8Array;
  return Tensor.of('float32', [length / EACH], new Float32Array(buffer, byteOffset, length / EACH));
};

type Given = Tensor | null;

/** Elements of a kernel's vector. */
const LANES = 4;
const whole = (n: number) => Math.ceil(n / LANES) * LANES;

/** A tensor of [blocks, rows, columns] with as many rows and columns as `to` says, in the given shape: cut off, or filled up with zeros. */
function resized(
  t: Tensor,
  blocks: number,
  from: [number, number],
  to: [number, number],
  shape: readonly number[],
): Tensor {
  const [rows, columns] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
  const x = t.values() as Float32Array;
  const y = new Float32Array(blocks * to[0] * to[1]);
  for (let b = 0; b < blocks; b++)
    for (let r = 0; r < rows; r++) {
      const [at, out] = [(b * from[0] + r) * from[1], (b * to[0] + r) * to[1]];
      for (let c = 0; c < columns; c++) y[out + c] = x[at + c];
    }
  return Tensor.of('float32', [...shape], y);
}

/**
 * Ways between a layer of H hidden units and one of whole vectors of them, W: what is added has weights, biases and states of zero, stays zero, and
 * gives nothing to the others.
 */
function widths(s: LstmShape, W: number) {
  const { steps, batch, input, hidden: H } = s;
  const way = (H: number, W: number) => ({
    inputs: (t: Tensor) => resized(t, 4, [H, input], [W, input], [4 * W, input]),
    hiddens: (t: Tensor) => resized(resized(t, 1, [4 * H, H], [4 * H, W], [4 * H, W]), 4, [H, W], [W, W], [4 * W, W]),
    bias: (t: Tensor) => resized(t, 1, [4, H], [4, W], [4 * W]),
    state: (t: Tensor) => resized(t, 1, [batch, H], [batch, W], [batch, W]),
    outputs: (t: Tensor) => resized(t, 1, [steps * batch, H], [steps * batch, W], [steps, batch, W]),
    kept: (t: Tensor) => resized(t, 1, [steps * batch * 5, H], [steps * batch * 5, W], [steps, batch, 5 * W]),
  });
  return { wider: way(H, W), back: way(W, H) };
}

const lstmWork = (s: LstmShape) => s.steps * s.batch * 4 * s.hidden * (s.input + s.hidden);

/** Output, last states, and the workspace; see kernels/lstm.ts. */
export function lstmForwardFast(
  s: LstmShape,
  [x, wih, whh, bih, bhh, h0, c0]: readonly Tensor[],
): [Tensor, Tensor, Tensor, Tensor] | null {
  const { steps, batch, input, hidden } = s;
  const kernels = kernelsFor(lstmWork(s), WORTH);
  const ins = [x, wih, whh, h0, c0];
  if (!kernels || ![...ins, bih, bhh].every(isFloat32)) return null;
  const W = whole(hidden);
  if (W !== hidden) {
    const { wider, back } = widths(s, W);
    const given = [
      x,
      wider.inputs(wih),
      wider.hiddens(whh),
      wider.bias(bih),
      wider.bias(bhh),
      wider.state(h0),
      wider.state(c0),
    ];
    const outs = lstmForwardFast({ ...s, hidden: W }, given);
    if (!outs) return null;
    const kept = back.kept(floatsOf(outs[3])).values() as Float32Array;
    return [
      back.outputs(outs[0]),
      back.state(outs[1]),
      back.state(outs[2]),
      ofBytes(kept, [steps, batch, 5 * hidden * EACH]),
    ];
  }
  const { arena } = kernels;
  const states = batch * hidden;
  const rest = steps * states * 6 + states + hidden * 4 * (hidden + 1) + 2 * steps * states * 4;
  if (!arena.begin((total(ins) + rest) * EACH + 8 * PAST, 12)) return null;
  const [atX, atWih, atWhh, atH] = ins.slice(0, 4).map((t) => put(arena, t));
  const bias = room(arena, 4 * hidden);
  const [p, q] = [bih.values() as Float32Array, bhh.values() as Float32Array];
  for (let i = 0; i < p.length; i++) arena.floats[bias / EACH + i] = p[i] + q[i];
  const y = room(arena, steps * states);
  const cn = room(arena, states);
  arena.floats.set(c0.values() as Float32Array, cn / EACH);
  const kept = room(arena, steps * states * 5);
  const own = room(arena, hidden * 4 * hidden + 2 * steps * states * 4);
  const numbers = [steps, batch, input, hidden, Number(s.reverse), atX, atWih, atWhh, bias, atH, y, cn, kept, own];
  withHelpers(kernels, lstmWork(s), (helpers) => kernels.lstmForward32(PARAMETERS, helpers, ...numbers));
  const last = y + (s.reverse ? 0 : (steps - 1) * states * EACH);
  const keep = arena.take(kept, steps * states * 5, arena.floats) as Float32Array;
  return [
    made(arena, y, [steps, batch, hidden]),
    Tensor.of('float32', [batch, hidden], arena.take(last, states, arena.floats)),
    made(arena, cn, [batch, hidden]),
    ofBytes(keep, [steps, batch, 5 * hidden * EACH]),
  ];
}

/** The gradients of x, weights, bias and first states. */
export function lstmBackwardFast(
  s: LstmShape,
  [x, wih, whh, h0, c0, y]: readonly Tensor[],
  kept: Float32Array | Float64Array,
  dy: Given,
  dhn: Given,
  dcn: Given,
): Tensor[] | null {
  const { steps, batch, input, hidden } = s;
  const kernels = kernelsFor(lstmWork(s), WORTH);
  const keep = Tensor.of('float32', [kept.length], kept);
  const ins = [x, wih, whh, h0, c0, y, keep, ...(dy ? [dy] : [])];
  if (!kernels || ![...ins, ...[dhn, dcn].filter((t) => t !== null)].every(isFloat32)) return null;
  const W = whole(hidden);
  if (W !== hidden) {
    const { wider, back } = widths(s, W);
    const given = [x, wider.inputs(wih), wider.hiddens(whh), wider.state(h0), wider.state(c0), wider.outputs(y)];
    const [up, last, cell] = [dy && wider.outputs(dy), dhn && wider.state(dhn), dcn && wider.state(dcn)];
    const wide = lstmBackwardFast(
      { ...s, hidden: W },
      given,
      wider.kept(keep).values() as Float32Array,
      up,
      last,
      cell,
    );
    if (!wide) return null;
    const [dx, dwih, dwhh, dbias, dh, dc] = wide;
    return [dx, back.inputs(dwih), back.hiddens(dwhh), back.bias(dbias), back.state(dh), back.state(dc)];
  }
  const { arena } = kernels;
  const shapes = [x.shape, wih.shape, whh.shape, [4 * hidden], h0.shape, c0.shape].map((shape) => [...shape]);
  const rows = steps * batch;
  const rest = rows * (input + 5 * hidden) + 4 * hidden * (input + hidden + 1) + 2 * batch * hidden;
  if (!arena.begin((total(ins) + rest) * EACH + 8 * PAST, 16)) return null;
  const at = ins.map((t) => put(arena, t));
  if (!dy) at.push(0);
  const outs = shapes.map((shape) =>
    room(
      arena,
      shape.reduce((a, b) => a * b, 1),
    ),
  );
  for (const [i, given] of [dhn, dcn].entries()) {
    const place = outs[4 + i] / EACH;
    if (given) arena.floats.set(given.values() as Float32Array, place);
    else arena.floats.fill(0, place, place + batch * hidden);
  }
  const numbers = [steps, batch, input, hidden, Number(s.reverse), ...at, ...outs, room(arena, rows * 5 * hidden)];
  withHelpers(kernels, 2 * lstmWork(s), (helpers) => kernels.lstmBackward32(PARAMETERS, helpers, ...numbers));
  return shapes.map((shape, i) => made(arena, outs[i], shape));
}

const attentionWork = (s: AttentionShape) => s.batch * s.heads * s.length * s.kvLength * s.size;
const padded = (n: number) => (n + 3) & ~3;
/** Bytes of room for a thread's scores. */
const roomFor = (scores: number) => scores * EACH + LINE;
/** What threads write lies in cache lines of their own. */
const LINE = 64;
const THREADS = MOST_HELPERS + 1;

/** Does attention, or its gradients: the numbers after those of its shape, and how many elements of scores a thread needs room for. */
function attend(k: Kernels, kind: number, s: AttentionShape, scores: number, size: number, numbers: number[]): void {
  const { arena } = k;
  const each = Math.ceil(roomFor(scores) / LINE) * LINE;
  const own = arena.room(THREADS * each);
  const p = PARAMETERS / EACH;
  arena.integers.set([own, each, s.batch, s.heads, s.heads / s.kvHeads, s.length, s.kvLength, s.size], p);
  arena.floats[p + 8] = s.scale;
  arena.integers.set([Number(s.causal), ...numbers], p + 9);
  doWork(k, kind, size);
}

/** What the inputs take in the ring; null where one is not float32 with rows that lie in one piece. */
function reach(ts: readonly Tensor[]): number | null {
  return ts.every((t) => isFloat32(t) && t.strides[3] === 1) ? ts.reduce((sum, t) => sum + copied(t)[1], 0) : null;
}

/** A mask's numbers for every head, row-major, where the kernels can read them; 0: none. */
const putMask = (arena: Arena, mask: Float32Array | Float64Array | null) =>
  mask === null ? 0 : arena.input(new Storage('float32', mask), 0, mask.length);

/** The output, in memory as `strides` says (rows in one piece), and each row's log Σ exp(score). */
export function attentionForwardFast(
  s: AttentionShape,
  [q, k, v]: readonly Tensor[],
  mask: Float32Array | Float64Array | null,
  strides: readonly number[],
): [Tensor, Tensor] | null {
  const kernels = kernelsFor(attentionWork(s), WORTH);
  const inputs = kernels && reach([q, k, v]);
  if (!kernels || inputs === null || mask instanceof Float64Array || strides[3] !== 1) return null;
  const { arena } = kernels;
  const rows = s.batch * s.heads * s.length;
  const scores = s.length * padded(s.kvLength);
  const bytes = (inputs + (mask?.length ?? 0) + rows * (s.size + 1)) * EACH + THREADS * (roomFor(scores) + LINE);
  if (!arena.begin(bytes + 4 * PAST, 8)) return null;
  const places = [q, k, v].flatMap((t) => geometry(arena, t));
  const at = putMask(arena, mask);
  const [y, logs] = [rows * s.size, rows].map((length) => room(arena, length));
  const numbers = [...places, at, y, ...strides.slice(0, 3), logs];
  attend(kernels, WORK.attentionForward, s, scores, 2 * attentionWork(s), numbers);
  const flat = made(arena, y, [rows * s.size]);
  return [flat.alias([...q.shape], [...strides]), made(arena, logs, q.shape.slice(0, 3))];
}

/** The gradients of query, key and value. */
export function attentionBackwardFast(
  s: AttentionShape,
  [q, k, v, y, logs, dy]: readonly Tensor[],
  mask: Float32Array | Float64Array | null,
  dlogs: Given,
): Tensor[] | null {
  const kernels = kernelsFor(attentionWork(s), WORTH);
  const inputs = kernels && reach([q, k, v, y, dy]);
  const more = [logs, ...(dlogs ? [dlogs] : [])];
  if (!kernels || inputs === null || mask instanceof Float64Array || !more.every(isFloat32)) return null;
  const { arena } = kernels;
  const scores = 2 * s.length * padded(s.kvLength);
  const outs = q.count + k.count + v.count;
  const bytes = (inputs + (mask?.length ?? 0) + total(more) + outs) * EACH + THREADS * (roomFor(scores) + LINE);
  if (!arena.begin(bytes + 6 * PAST, 14)) return null;
  const three = [q, k, v].flatMap((t) => geometry(arena, t));
  const at = putMask(arena, mask);
  const [out, rows, grad] = [geometry(arena, y), put(arena, logs), geometry(arena, dy)];
  const up = dlogs ? put(arena, dlogs) : 0;
  const to = [q, k, v].map((t) => room(arena, t.count));
  const numbers = [...three, at, ...out, rows, ...grad, up, ...to];
  attend(kernels, WORK.attentionBackward, s, scores, 5 * attentionWork(s), numbers);
  return [q, k, v].map((t, i) => made(arena, to[i], [...t.shape]));
}
