/** Elementwise work on float32 by the SIMD kernels. Each function gives null where it is not worth the way there, or cannot be done there. */
import { numel, sameShape } from '../shape';
import { Storage } from '../storage';
import { Tensor } from '../tensor';
import type { Arena } from '../wasm/arena';
import { kernelsFor } from '../wasm/kernels';
import { copied, isHeld } from './product';

/** How the kernels compute a function. */
export interface Fast {
  /** Its number in wasm/assembly/kinds.ts. */
  kind: number;
  /** Elements from which on it is worth the way there. */
  worth: number;
  /** The function's own numbers. */
  p?: number;
  q?: number;
}

export const EACH = Float32Array.BYTES_PER_ELEMENT;
/** Kernels write whole vectors. */
export const PAST = 16;

/** Elements that `put` will copy in for a tensor. */
export const needs = (t: Tensor): number => (t.count === 1 ? 4 : t.contiguous ? copied(t)[1] : t.count);

/** Where a tensor's elements lie in row-major order, as float32; of a contiguous tensor of more than one, as they are, of `each` bytes. */
export function put(arena: Arena, t: Tensor, each = EACH): number {
  const n = t.count;
  if (n === 1) {
    const at = arena.room(PAST);
    arena.floats[at / EACH] = Number(t.values()[0]);
    return at;
  }
  if (!t.contiguous) return arena.input(new Storage('float32', t.values()), 0, n);
  const [first, length] = copied(t);
  return arena.input(t.storage, first, length) + (t.offset - first) * each;
}

/** A result that was computed at an address. */
export function made(arena: Arena, at: number, shape: number[], length = numel(shape)): Tensor {
  const y = Tensor.of('float32', shape, arena.take(at, length, arena.floats));
  arena.note(y.storage, at);
  return y;
}

export const isFloat32 = (t: Tensor) => t.dtype === 'float32' && isHeld(t);

/** A function of each element. */
export function mapped(x: Tensor, { kind, worth, p = 0, q = 0 }: Fast): Tensor | null {
  const n = x.count;
  const kernels = kernelsFor(n, worth);
  if (!kernels || !isFloat32(x)) return null;
  const { arena } = kernels;
  if (!arena.begin((needs(x) + n) * EACH + PAST, 2)) return null;
  const from = put(arena, x);
  const at = arena.room(n * EACH + PAST);
  kernels.map32(kind, n, from, at, p, q);
  return made(arena, at, [...x.shape], n);
}

/** How inputs that broadcast to a shape are walked in rows: rows, their length; for each input from row to row and in a row. */
type Walk = {
  rows: number;
  length: number;
  next: readonly [number, number];
  step: readonly [number, number];
};
const NONE = [0, 0] as const;
const BOTH = [1, 1] as const;

/** Null where two loops are not enough. */
function walk(shape: readonly number[], a: readonly number[], b: readonly number[]): Walk | null {
  // Dimensions from the last on, each as [size, a's stride, b's stride], joined where both inputs go on as before.
  const joined: [number, number, number][] = [];
  let [i, j] = [1, 1];
  for (let back = 1; back <= shape.length; back++) {
    const size = shape[shape.length - back];
    const [p, q] = [a[a.length - back] ?? 1, b[b.length - back] ?? 1];
    if (size === 1) continue;
    const [di, dj] = [p === 1 ? 0 : i, q === 1 ? 0 : j];
    i *= p;
    j *= q;
    const last = joined[joined.length - 1];
    if (last && di === last[0] * last[1] && dj === last[0] * last[2]) last[0] *= size;
    else if (joined.push([size, di, dj]) > 2) return null;
  }
  const [length, dx, dy] = joined[0] ?? [1, 0, 0];
  const [rows, xRow, yRow] = joined[1] ?? [1, 0, 0];
  return { rows, length, next: [xRow, yRow], step: [dx, dy] };
}

/** A function of each two elements; `shape` is what the two broadcast to. */
export function paired(a: Tensor, b: Tensor, shape: number[], { kind, worth, p = 0, q = 0 }: Fast): Tensor | null {
  const n = numel(shape);
  const kernels = kernelsFor(n, worth);
  if (!kernels || !(isFloat32(a) || a.count === 1) || !(isFloat32(b) || b.count === 1)) return null;
  const way = sameShape(a.shape, b.shape)
    ? { rows: 1, length: n, next: NONE, step: BOTH }
    : walk(shape, a.shape, b.shape);
  if (!way) return null;
  const { arena } = kernels;
  if (!arena.begin((needs(a) + needs(b) + n) * EACH + PAST, 3)) return null;
  const x = put(arena, a);
  const y = put(arena, b);
  const at = arena.room(n * EACH + PAST);
  const { rows, length, next, step } = way;
  kernels.pairs32(kind, rows, length, x, next[0], step[0], y, next[1], step[1], at, p, q);
  return made(arena, at, shape, n);
}

/** A function of each three elements of one shape; of each two where there is no b. */
export function tripled(x: Tensor, a: Tensor, b: Tensor | null, { kind, worth, p = 0 }: Fast): Tensor | null {
  const n = x.count;
  const kernels = kernelsFor(n, worth);
  if (!kernels || !isFloat32(x) || !isFloat32(a) || !sameShape(x.shape, a.shape)) return null;
  if (b && !(isFloat32(b) && sameShape(x.shape, b.shape))) return null;
  const { arena } = kernels;
  if (!arena.begin((needs(x) + needs(a) + (b ? needs(b) : 0) + n) * EACH + PAST, 4)) return null;
  const from = put(arena, x);
  const first = put(arena, a);
  const second = b ? put(arena, b) : 0;
  const at = arena.room(n * EACH + PAST);
  kernels.triples32(kind, n, from, first, second, at, p);
  return made(arena, at, [...x.shape], n);
}
