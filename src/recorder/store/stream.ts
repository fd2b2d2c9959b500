/** A page as a row of whole numbers, most of which are the same, or at the same distance from the page's bases, in the next iteration's. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Bases } from './page';
import { Packer, Unpacker } from './varints';

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

/** What a page's numbers are counted from. */
export function counted({ tick, record, value, tensor, storage, frame, pass }: Bases, iteration: number): Counted {
  const all = new Float64Array(COUNTED);
  all[TICK] = tick;
  all[RECORD] = record;
  all[VALUE] = value;
  all[TENSOR] = tensor;
  all[STORAGE] = storage;
  all[FRAME] = frame;
  all[PASS] = pass;
  all[ITERATION] = iteration;
  return all;
}

/** What is told apart by hand: older tensors, storages and frames are the same ones in the next iteration; older contents are not. */
const SAME = (1 << TENSOR) | (1 << STORAGE) | (1 << FRAME);

/** How a number is written that may be another in a page like this one: in two words, or byte by byte. */
export const CELL = { FLOAT: 0, DOUBLE: 1, INTEGER: 2 } as const;

/** Numbers as they are written, with what each is counted from, and a hash of those that make up the structure. */
export class Sink {
  values = new Float64Array(4096);
  kinds = new Uint8Array(4096);
  length = 0;
  hash = 0;
  bases: Counted = new Float64Array(COUNTED);
  /** Where numbers of attributes and constants are, and how each is written (CELL). */
  readonly cells: number[] = [];

  /** Begins a page. */
  reset(bases: Counted): void {
    this.cells.length = 0;
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
    this.kinds[this.length++] = v < 0 || (v < this.bases[kind] && (SAME >> kind) & 1) ? PLAIN : kind;
  }

  /** What follows is a cell. */
  cell(form: number): void {
    this.cells.push(this.length, form);
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

/** Characters that a page's texts may have together, beyond those that are kept letter by letter: more is no page of ours. */
const MOST_CHARACTERS = 1 << 28;

export class Source {
  at = 0;
  private room = MOST_CHARACTERS;
  constructor(
    readonly values: Float64Array,
    readonly texts: readonly string[],
  ) {}

  next(): number {
    if (this.at >= this.values.length) throw new Error('a page is too short');
    return this.values[this.at++];
  }

  /** How many follow: never more than there are numbers left. */
  count(): number {
    const n = this.next();
    if (!(n >= 0 && n <= this.values.length - this.at)) throw new Error('a page is too short');
    return n;
  }

  /** A text that was put together of what it has in common with others. */
  made(text: string): string {
    this.room -= text.length;
    if (this.room < 0) throw new Error('the texts of a page are too long');
    return text;
  }

  float(): number {
    words[0] = this.next();
    words[1] = this.next();
    return floats[0];
  }
}

/** A structure that repeats: its numbers, and what each is counted from. */
export interface Template {
  values: Float64Array;
  kinds: Uint8Array;
  /** Of the page that it was learned from. */
  bases: Counted;
}

/** More variants of one structure than this are not kept, nor more templates in all. */
const VARIANTS = 6;
export const TEMPLATES = 1500;
/** Longer pages are no iteration that repeats. */
export const LONGEST = 20_000;
/** Numbers of a page, and bytes of one that is pressed: beyond, it is no page of ours. */
const MOST_NUMBERS = 1 << 23;
const MOST_PRESSED = 1 << 26;

export interface Packed {
  /** -1: without one. */
  template: number;
  bytes: Uint8Array;
}

/** Bytes of templates that are learned from one page; beyond, a structure has to come a second time. */
const FREE = 512 * 1024;
/** Structures to remember that came once. */
const ONCE = 4000;

export class Templates {
  /** Only ever appended to. */
  readonly all: Template[] = [];
  private readonly byHash = new Map<string, number[]>();
  /** Structures that were met once. */
  private readonly once = new Set<string>();
  /** Bytes that the templates take. */
  bytes = 0;

  /** `learn`: a structure that is met for the first time becomes a template. */
  pack(sink: Sink, learn = true): Packed {
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
    const room =
      learn && this.again(key) && length <= LONGEST && known.length < VARIANTS && this.all.length < TEMPLATES;
    if (best && (best.differing.length <= few || !room))
      return { template: best.template, bytes: exceptions(sink, this.all[best.template], best.differing) };
    if (!room) return { template: -1, bytes: whole(sink) };
    const template = this.learn(sink, best && this.all[best.template]);
    this.byHash.set(key, [...known, template]);
    return { template, bytes: NOTHING };
  }

  /** Does a structure repeat? While there are few templates, each is taken to. */
  private again(key: string): boolean {
    if (this.bytes < FREE || this.byHash.has(key) || this.once.has(key)) return true;
    if (this.once.size >= ONCE) this.once.clear();
    this.once.add(key);
    return false;
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
    return this.add({ values, kinds, bases: bases.slice() });
  }

  /** A template that a file has. Pages are read with it; of new pages none is compared with it. */
  add(template: Template): number {
    this.bytes += template.values.length * 9 + 200;
    return this.all.push(template) - 1;
  }

  unpack({ template, bytes }: Packed, bases: Counted): Float64Array {
    if (template < 0) return unwhole(bytes, bases);
    const { values, kinds } = this.all[template];
    const out = new Float64Array(values.length);
    for (let i = 0; i < out.length; i++) out[i] = bases[kinds[i]] + values[i];
    const from = new Unpacker(bytes);
    for (let i = -1; !from.done; ) {
      i += from.number();
      if (i >= out.length) throw new Error('a page does not fit its template');
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

const packer = new Packer();

function exceptions(sink: Sink, { values, kinds }: Template, differing: readonly number[]): Uint8Array {
  let last = -1;
  for (const i of differing) {
    packer.number(i - last);
    packer.signed(sink.values[i] - (sink.bases[kinds[i]] + values[i]));
    last = i;
  }
  return packer.take();
}

/** A page without a template: its numbers, each with its kind, pressed. */
function whole(sink: Sink): Uint8Array {
  for (let i = 0; i < sink.length; i++) {
    const kind = sink.kinds[i];
    packer.byte(kind);
    packer.signed(sink.values[i] - sink.bases[kind]);
  }
  return gzipSync(packer.take(), { level: 4 });
}

function unwhole(packed: Uint8Array, bases: Counted): Float64Array {
  const from = new Unpacker(gunzipSync(packed, { maxOutputLength: MOST_PRESSED }));
  const found: number[] = [];
  while (!from.done) {
    const kind = from.byte();
    if (kind >= COUNTED || found.length >= MOST_NUMBERS) throw new Error('a page is no page of ours');
    found.push(bases[kind] + from.signed());
  }
  return Float64Array.from(found);
}
