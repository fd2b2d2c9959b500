/** Settled pages, as bytes; the ones looked at last as objects, too. */

import { Column } from '../columns';
import type { Generators } from '../generators';
import type { Owner } from '../rows';
import { Codec } from './codec';
import type { Bases, Page } from './page';
import { COUNTED, Sink, Source, Templates } from './stream';

/** Bytes are put together in pieces of this size. */
const PIECE = 1 << 18;
/** Pages to keep as objects, and their ticks together. */
const PAGES = 192;
const TICKS = 24_000;
/** Pages to keep of which only the ticks were read. */
const LIGHT = 64;

export class Shelf {
  private readonly codec: Codec;
  private readonly templates = new Templates();
  private readonly template = new Column(Int32Array, 64);
  private readonly iteration = new Column(Float64Array, 64);
  private readonly piece = new Column(Int32Array, 64);
  private readonly offset = new Column(Int32Array, 64);
  private readonly size = new Column(Int32Array, 64);
  private readonly pieces: Uint8Array[] = [];
  private used = PIECE;
  private readonly texts = new Map<number, string[]>();
  private stored = 0;
  private readonly open = new Map<number, Page>();
  private openTicks = 0;
  private readonly light = new Map<number, Page>();
  private lastPage: Page | null = null;
  private readonly sink = new Sink();

  constructor(
    owner: Owner,
    generators: Generators,
    private readonly basesOf: (index: number) => Bases,
  ) {
    this.codec = new Codec(owner, generators);
  }

  get count(): number {
    return this.template.length;
  }

  /** Bytes that the settled pages take. */
  get bytes(): number {
    return this.stored + this.count * 28 + this.templates.bytes + this.codec.bytes;
  }

  /** Takes the next page. */
  put(page: Page): void {
    const { sink } = this;
    const iteration = page.values[0]?.iteration ?? 0;
    sink.reset(counted(page.bases, iteration));
    const texts: string[] = [];
    this.codec.write(page, sink, texts);
    const { template, bytes } = this.templates.pack(sink);
    this.template.push(template);
    this.iteration.push(iteration);
    this.keep(bytes);
    if (texts.length === 0) return;
    this.texts.set(page.index, texts);
    this.stored += texts.reduce((n, t) => n + t.length + 32, 64);
  }

  private keep(bytes: Uint8Array): void {
    if (this.used + bytes.length > (this.pieces[this.pieces.length - 1]?.length ?? 0)) {
      this.pieces.push(new Uint8Array(Math.max(PIECE, bytes.length)));
      this.stored += Math.max(PIECE, bytes.length);
      this.used = 0;
    }
    this.pieces[this.pieces.length - 1].set(bytes, this.used);
    this.piece.push(this.pieces.length - 1);
    this.offset.push(this.used);
    this.size.push(bytes.length);
    this.used += bytes.length;
  }

  private source(index: number, bases: Bases): Source {
    const from = this.offset.at(index);
    const bytes = this.pieces[this.piece.at(index)].subarray(from, from + this.size.at(index));
    const values = this.templates.unpack(
      { template: this.template.at(index), bytes },
      counted(bases, this.iteration.at(index)),
    );
    return new Source(values, this.texts.get(index) ?? []);
  }

  at(index: number): Page {
    if (this.lastPage?.index === index) return this.lastPage;
    let page = this.open.get(index);
    if (page) this.open.delete(index);
    else {
      const bases = this.basesOf(index);
      page = this.codec.read(this.source(index, bases), index, bases);
      this.openTicks += page.kind.length;
    }
    this.open.set(index, page);
    for (const [old, { kind }] of this.open) {
      if ((this.open.size <= PAGES && this.openTicks <= TICKS) || old === index) break;
      this.open.delete(old);
      this.openTicks -= kind.length;
    }
    this.lastPage = page;
    return page;
  }

  /** A page of which only the ticks are to be read. */
  ticks(index: number): Page {
    if (this.lastPage?.index === index) return this.lastPage;
    let page = this.open.get(index) ?? this.light.get(index);
    if (page) return page;
    const bases = this.basesOf(index);
    page = this.codec.readColumns(this.source(index, bases), index, bases);
    this.light.set(index, page);
    if (this.light.size > LIGHT) this.light.delete(this.light.keys().next().value!);
    return page;
  }
}

function counted({ tick, record, value, tensor, storage, frame, pass }: Bases, iteration: number): Float64Array {
  const all = Float64Array.of(0, tick, record, value, tensor, storage, frame, pass, iteration);
  if (all.length !== COUNTED) throw new Error('bases are missing');
  return all;
}
