/** The tensors of a case: what PyTorch wrote (values.py), as tensors of ours, and the comparison with its tolerances. */
import { DTYPE_NAMES, DTYPES, type DType } from '../../src/engine/dtype';
import { contiguousStrides, numel } from '../../src/engine/shape';
import { Tensor } from '../../src/engine/tensor';
import type { Bridge } from '../../src/python/bridge';

/**
 * [dtype, shape, base64 of the memory, strides (null: contiguous), offset, requires a gradient, row whose memory it is a part of];
 * of a result only the first three or four.
 */
export type Row = [string, number[], string, (number[] | null)?, number?, boolean?, number?];
export type Tolerances = Record<string, [rtol: number, atol: number]>;

/** A fixed gradient for the k-th output: simple, exact numbers. cases.py makes the same. */
const cotangentAt = (i: number, k: number) => (((i * 37 + k * 11) % 16) - 7.5) / 8;

/** Gives the strides of PyTorch's noncontiguous_like: every second element of a memory twice as long. */
function spread(t: Tensor): Tensor {
  if (t.count < 2) return t;
  const wide = Tensor.zeros(t.dtype, [...t.shape, 2]);
  const values = t.values();
  const to = wide.storage.data as Float64Array;
  const { parts } = DTYPES[t.dtype];
  for (let i = 0; i < values.length; i++) to[i + (i - (i % parts))] = values[i] as number;
  return wide.alias([...t.shape], contiguousStrides([...t.shape, 2]).slice(0, -1));
}

export class CaseTensors {
  rows: Row[] = [];
  tolerances: Tolerances = {};

  constructor(private readonly bridge: Bridge) {}

  /** What driver.py imports as `_judge`. */
  functions() {
    return {
      input: (k: number, noncontiguous: boolean) => this.input(this.rows[k], noncontiguous),
      /** The argument whose memory argument k is a part of; -1: none. */
      owner: (k: number) => this.rows[k][6] ?? -1,
      part: (k: number, owner: number) => this.part(this.rows[k], this.bridge.tensorOf(owner)),
      requiresGrad: (k: number) => this.rows[k][5] === true,
      describe: (k: number) =>
        `${this.rows[k][0]}[${this.rows[k][1].join(', ')}]${this.rows[k][3] ? ' (strided)' : ''}`,
      compare: (k: number, exact: number, handle: number, shapeOnly: boolean) =>
        this.difference(this.rows[k], this.rows[exact], this.bridge.tensorOf(handle), shapeOnly),
      zero: (handle: number) => this.isZero(this.bridge.tensorOf(handle)),
      wantsZero: (k: number) => !/[^A=]/.test(this.rows[k][2]),
      cotangent: (like: number, k: number) => this.cotangent(this.bridge.tensorOf(like), k),
    };
  }

  /** A handle, or in words why there is no such tensor. */
  private input([dtype, shape, data, strides, offset = 0]: Row, noncontiguous: boolean): number | string {
    if (!(dtype in DTYPES)) return `dtype ${dtype} is not in Backstep yet`;
    const memory = this.fromBytes(dtype, data, strides ? null : shape);
    const t = strides ? memory.alias(shape, strides, offset) : memory;
    return this.bridge.handleOf(noncontiguous ? spread(t) : t);
  }

  private part([, shape, , strides, offset = 0]: Row, owner: Tensor): number {
    return this.bridge.handleOf(owner.alias(shape, strides ?? contiguousStrides(shape), offset));
  }

  /** `shape` null: one dimension, as long as the bytes say. */
  private fromBytes(dtype: string, data: string, shape: number[] | null): Tensor {
    const bytes = new Uint8Array(Buffer.from(data, 'base64'));
    const sizes = shape ?? [bytes.length / DTYPES[dtype as DType].size];
    const handle = this.bridge.functions.fromBytes(DTYPE_NAMES.indexOf(dtype as DType), bytes, ...sizes) as number;
    return this.bridge.tensorOf(handle);
  }

  private cotangent(like: Tensor, k: number): number {
    const n = numel(like.shape);
    const t = Tensor.zeros(like.dtype, [...like.shape]);
    const data = t.storage.data as Float64Array;
    const { parts } = DTYPES[like.dtype];
    for (let i = 0; i < n; i++) data[i * parts] = cotangentAt(i, k);
    return this.bridge.handleOf(t);
  }

  private numbers(t: Tensor): ArrayLike<number> {
    const values = t.values();
    return values instanceof BigInt64Array ? Float64Array.from(values, Number) : values;
  }

  private isZero(t: Tensor): boolean {
    const atol = this.tolerances[t.dtype]?.[1] ?? 0;
    return Array.from(this.numbers(t)).every((v) => Math.abs(v) <= atol);
  }

  /**
   * '' where equal; else how they differ. `exact` is PyTorch's float64 answer, there where its float32 one is far from it: twice as far
   * from that as PyTorch's worst element is allowed.
   */
  private difference([dtype, shape, data]: Row, exact: Row | undefined, got: Tensor, shapeOnly: boolean): string {
    if (got.shape.join() !== shape.join()) return `has shape [${got.shape}], in PyTorch [${shape}]`;
    if (got.dtype !== dtype) return `has dtype ${got.dtype}, in PyTorch ${dtype}`;
    if (shapeOnly) return '';
    const want = this.numbers(this.fromBytes(dtype, data, shape));
    const have = this.numbers(got);
    const best = exact && this.numbers(this.fromBytes(exact[0], exact[2], shape));
    const [rtol, atol] = this.tolerances[dtype] ?? [0, 0];
    const { parts } = DTYPES[got.dtype];
    const n = want.length / parts;
    // PyTorch's own rounding, at its worst.
    let rounding = 0;
    if (best) for (let i = 0; i < n; i++) rounding = Math.max(rounding, distance(want, best, i, parts));
    let worst = -1;
    let by = 0;
    let count = 0;
    for (let i = 0; i < n; i++) {
      if (sameAt(want, have, i, parts)) continue;
      const off = distance(want, have, i, parts);
      const size = sizeAt(want, i, parts);
      const allowed = atol + rtol * size;
      if (Number.isFinite(size) && off <= allowed) continue;
      if (best && distance(have, best, i, parts) <= 2 * rounding + allowed) continue;
      count++;
      if (worst < 0 || !(off <= by)) [worst, by] = [i, off];
    }
    if (worst < 0) return '';
    const place = where(worst, shape);
    const rest = count > 1 ? `; ${count} of ${n} elements differ` : '';
    return `is ${shown(have, worst, parts)}${place}, in PyTorch ${shown(want, worst, parts)}${rest}`;
  }
}

type Numbers = ArrayLike<number>;

/** The same number, or both no number. A complex one is none if one of its parts is. */
function sameAt(a: Numbers, b: Numbers, i: number, parts: number): boolean {
  if (parts === 1) return a[i] === b[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i]));
  const none = (v: Numbers) => Number.isNaN(v[2 * i]) || Number.isNaN(v[2 * i + 1]);
  return (a[2 * i] === b[2 * i] && a[2 * i + 1] === b[2 * i + 1]) || (none(a) && none(b));
}

const distance = (a: Numbers, b: Numbers, i: number, parts: number) =>
  parts === 1 ? Math.abs(a[i] - b[i]) : Math.hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1]);
const sizeAt = (a: Numbers, i: number, parts: number) =>
  parts === 1 ? Math.abs(a[i]) : Math.hypot(a[2 * i], a[2 * i + 1]);
const shown = (a: Numbers, i: number, parts: number) =>
  parts === 1 ? `${a[i]}` : `${a[2 * i]}${a[2 * i + 1] < 0 ? '' : '+'}${a[2 * i + 1]}j`;

function where(flat: number, shape: number[]): string {
  if (!shape.length) return '';
  return ` at [${contiguousStrides(shape).map((s, d) => Math.floor(flat / s) % shape[d])}]`;
}
