/** A page as a row of whole numbers, most of which are the same, or at the same distance from the page's bases, in the next iteration's. */
import { gunzipSync, gzipSync } from 'node:zlib';

/** What a number is counted from. `PLAIN` numbers are what they are. */
export const PLAIN = 0;
export const TICK = 1;
export const RECORD = 2;
export const VALUE = 3;
export const TENSOR = 4;
export const STORAGE = 5;
export const FRAME = 6;
export const PASS = 7;
export const ITERATION = 8;
/** Bases of a page, in this order; the first is 0. */
export type Counted = Float64Array;
export const COUNTED = 9;

/** What is told apart by hand: older tensors, storages and frames are the same ones in the next iteration; older contents are not. */
const SAME = new Set([TENSOR, STORAGE, FRAME]);

/** Numbers as they are written, with what each is counted from, and a hash of those that make up the structure. */
export class Sink {
  values = new Float64Array(4096);
  kinds = new Uint8Array(4096);
  length = 0;
  hash = 0;
  bases: Counted = new Float64Array(COUNTED);

  /** Begins a page. */
  reset(bases: Counted): void {
    this.bases = bases;
    this.length = 0;
    this.hash = 0x811c9dc5;
  }

  /** A number of the structure: another one is another structure. */
  part(v: number): void {
    this.hash = Math.imul(this.hash ^ v, 0x01000193);
    this.put(PLAIN, v);
  }

  put(kind: number, v: number): void {
    if (this.length === this.values.length) this.grow();
    this.values[this.length] = v;
    this.kinds[this.length++] = v < 0 || (v < this.bases[kind] && SAME.has(kind)) ? PLAIN : kind;
  }

  private grow(): void {
    const values = new Float64Array(this.length * 2);
    const kinds = new Uint8Array(this.length * 2);
    values.set(this.values);
    kinds.set(this.kinds);
    this.values = values;
    this.kinds = kinds;
  }

  float(v: number): void {
    floats[0] = v;
    this.put(PLAIN, words[0]);
    this.put(PLAIN, words[1]);
  }
}

const floats = new Float64Array(1);
const words = new Uint32Array(floats.buffer);

export class Source {
  at = 0;
  constructor(
    readonly values: Float64Array,
    readonly texts: readonly string[],
  ) {}

  next(): number {
    if (this.at >= this.values.length) throw new Error('a page is too short');
    return this.values[this.at++];
  }

  float(): number {
    words[0] = this.next();
    words[1] = this.next();
    return floats[0];
  }
}

/** A structure that repeats: its numbers, and what each is counted from. */
interface Template {
  values: Float64Array;
  kinds: Uint8Array;
  /** Of the page that it was learned from. */
  bases: Counted;
}

/** More variants of one structure than this are not kept, nor more templates in all. */
const VARIANTS = 6;
const TEMPLATES = 1500;
/** Longer pages are no iteration that repeats. */
const LONGEST = 20_000;

export interface Packed {
  /** -1: without one. */
  template: number;
  bytes: Uint8Array;
}

export class Templates {
  private readonly all: Template[] = [];
  private readonly byHash = new Map<string, number[]>();
  /** Bytes that the templates take. */
  bytes = 0;

  pack(sink: Sink): Packed {
    const { length } = sink;
    const key = `${sink.hash}/${length}`;
    const known = length <= LONGEST ? (this.byHash.get(key) ?? []) : [];
    const few = 8 + (length >> 7);
    let best: { template: number; differing: number[] } | null = null;
    for (const template of known) {
      const differing = differences(sink, this.all[template], best ? best.differing.length : length);
      if (differing && (!best || differing.length < best.differing.length)) best = { template, differing };
      if (best && best.differing.length <= few) break;
    }
    const room = length <= LONGEST && known.length < VARIANTS && this.all.length < TEMPLATES;
    if (best && (best.differing.length <= few || !room))
      return { template: best.template, bytes: exceptions(sink, this.all[best.template], best.differing) };
    if (!room) return { template: -1, bytes: whole(sink) };
    const template = this.learn(sink, best && this.all[best.template]);
    this.byHash.set(key, [...known, template]);
    return { template, bytes: NOTHING };
  }

  /** A template of a page, with what the best one so far says of it: which numbers stay, and which keep their distance. */
  private learn(sink: Sink, like: Template | null): number {
    const { length, bases } = sink;
    const values = sink.values.slice(0, length);
    const kinds = sink.kinds.slice(0, length);
    for (let i = 0; i < length; i++) {
      // What was counted from a base and stayed the same is no longer counted.
      if (like && kinds[i] !== PLAIN && like.kinds[i] !== PLAIN) {
        const moved = bases[like.kinds[i]] + like.values[i] !== values[i];
        const stayed = like.bases[like.kinds[i]] + like.values[i] === values[i];
        if (moved && stayed) kinds[i] = PLAIN;
      }
      values[i] -= bases[kinds[i]];
    }
    this.bytes += length * 9 + 200;
    return this.all.push({ values, kinds, bases: bases.slice() }) - 1;
  }

  unpack({ template, bytes }: Packed, bases: Counted): Float64Array {
    if (template < 0) return unwhole(bytes, bases);
    const { values, kinds } = this.all[template];
    const out = new Float64Array(values.length);
    for (let i = 0; i < out.length; i++) out[i] = bases[kinds[i]] + values[i];
    const from = new Bytes(bytes);
    for (let i = -1; from.at < bytes.length; ) {
      i += from.number();
      out[i] += from.signed();
    }
    return out;
  }
}

const NOTHING = new Uint8Array(0);

function differences(sink: Sink, { values, kinds }: Template, most: number): number[] | null {
  const { bases, length } = sink;
  const found: number[] = [];
  for (let i = 0; i < length; i++) {
    if (bases[kinds[i]] + values[i] === sink.values[i]) continue;
    found.push(i);
    if (found.length > most) return null;
  }
  return found;
}

const scratch: number[] = [];

function exceptions(sink: Sink, { values, kinds }: Template, differing: readonly number[]): Uint8Array {
  scratch.length = 0;
  let last = -1;
  for (const i of differing) {
    push(i - last);
    pushSigned(sink.values[i] - (sink.bases[kinds[i]] + values[i]));
    last = i;
  }
  return Uint8Array.from(scratch);
}

/** A page without a template: its numbers, each with its kind, pressed. */
function whole(sink: Sink): Uint8Array {
  scratch.length = 0;
  for (let i = 0; i < sink.length; i++) {
    const kind = sink.kinds[i];
    scratch.push(kind);
    pushSigned(sink.values[i] - sink.bases[kind]);
  }
  return gzipSync(Uint8Array.from(scratch), { level: 4 });
}

function unwhole(packed: Uint8Array, bases: Counted): Float64Array {
  const bytes = new Uint8Array(gunzipSync(packed));
  const from = new Bytes(bytes);
  const found: number[] = [];
  while (from.at < bytes.length) {
    const kind = bytes[from.at++];
    found.push(bases[kind] + from.signed());
  }
  return Float64Array.from(found);
}

/** Numbers of seven bits a byte; the highest bit says that more follow. */
function push(v: number): void {
  while (v >= 128) {
    scratch.push((v % 128) + 128);
    v = Math.floor(v / 128);
  }
  scratch.push(v);
}

const pushSigned = (v: number): void => push(v < 0 ? -2 * v - 1 : 2 * v);

class Bytes {
  at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  number(): number {
    let v = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.bytes[this.at++];
      if (b < 128) return v + b * scale;
      v += (b - 128) * scale;
    }
  }

  signed(): number {
    const v = this.number();
    return v % 2 === 1 ? -(v + 1) / 2 : v / 2;
  }
}
