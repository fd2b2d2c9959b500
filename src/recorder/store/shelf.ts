/** Settled pages, as bytes in memory or in a file; the ones looked at last as objects, too. */

import { Column } from '../columns';
import type { Generators } from '../generators';
import type { Owner } from '../rows';
import { Codec } from './codec';
import { Follower } from './follower';
import { Scribe } from './journal';
import type { Bases, Page } from './page';
import { counted, Sink, Source, Templates } from './stream';

/** Bytes are put together in pieces of this size. */
const PIECE = 1 << 18;
/** A piece ends where it has this part of all pages, and so many: a file that is cut off between two pieces shows what lies before. */
const PART = 1 / 4;
const FEW = 4;
/** Pages to keep as objects, and their ticks together. */
const PAGES = 192;
const TICKS = 24_000;
/** Pages to keep of which only the ticks were read. */
const LIGHT = 64;
/** Bytes of pieces to keep that were read from a file. */
const READ = 16 * 1024 * 1024;

/** A page as bytes. */
export interface PackedPage {
  template: number;
  iteration: number;
  bytes: Uint8Array;
  /** Texts that are like no other, as JSON; empty where there are none. */
  texts: Uint8Array;
}

/** Bytes of many pages, one after the other. */
interface Piece {
  /** Null where they are only in the file. */
  bytes: Uint8Array | null;
  length: number;
  /** Where they can be read again; null: nowhere. */
  place: { file: PieceFile; at: number } | null;
}

/** Bytes outside of memory. */
export interface PieceFile {
  read(at: number, length: number): Uint8Array;
}

/** Looks at what is read from a file, before anybody sees it. */
export interface Guard {
  /** A page of which only the ticks were read. */
  ticks(page: Page): void;
  page(page: Page): void;
  /** Says that a page cannot be read, and why. */
  failed(index: number, error: unknown): never;
}

/** A place outside of memory. */
export interface Scratch extends PieceFile {
  /** Null where there is no room. */
  write(bytes: Uint8Array): number | null;
}

const NO_TEXTS = new Uint8Array(0);

export class Shelf {
  readonly codec: Codec;
  readonly scribe: Scribe;
  readonly follower: Follower;
  readonly templates = new Templates();
  /** By page. */
  readonly columns = {
    template: new Column(Int32Array, 64),
    iteration: new Column(Float64Array, 64),
    piece: new Column(Int32Array, 64),
    offset: new Column(Int32Array, 64),
    size: new Column(Int32Array, 64),
    texts: new Column(Int32Array, 64),
  };
  readonly pieces: Piece[] = [];
  /** Looks at what a stranger may have written. */
  guard: Guard | null = null;
  private readonly fetched = new Map<number, Uint8Array>();
  private fetchedBytes = 0;
  /** Bytes of the last piece that are in use. */
  private used = PIECE;
  /** The page that it begins with. */
  private first = 0;
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
    this.scribe = new Scribe(owner, this.codec);
    this.follower = new Follower(this.codec, this.templates.all, this.sink, (page) => {
      page.settled = this;
    });
  }

  get count(): number {
    return this.columns.template.length;
  }

  /** Bytes that the settled pages take. */
  get bytes(): number {
    return this.stored + this.count * 32 + this.templates.bytes + this.codec.bytes;
  }

  /** Takes the next page. */
  put(page: Page): void {
    const { template, iteration, bytes, texts } = this.follower.next(page, this.scribe, () => this.pack(page, true));
    this.keep(bytes, texts);
    this.columns.template.push(template);
    this.columns.iteration.push(iteration);
  }

  /** A page as bytes. `learn`: its structure is kept, for others like it. */
  pack(page: Page, learn: boolean): PackedPage {
    const { sink } = this;
    const iteration = page.values[0]?.iteration ?? 0;
    sink.reset(counted(page.bases, iteration));
    const texts: string[] = [];
    this.codec.write(page, sink, texts);
    const { template, bytes } = this.templates.pack(sink, learn);
    return { template, iteration, bytes, texts: texts.length ? Buffer.from(JSON.stringify(texts)) : NO_TEXTS };
  }

  /** A packed page as what it was. */
  unpack(packed: PackedPage, index: number, bases: Bases): Page {
    const source = this.source(packed, bases);
    const page = this.codec.read(source, index, bases);
    page.numbers = source.values.length;
    return page;
  }

  private keep(bytes: Uint8Array, texts: Uint8Array): void {
    const { columns, pieces } = this;
    const length = bytes.length + texts.length;
    const last = pieces[pieces.length - 1]?.bytes;
    const pages = this.count - this.first;
    if (!last || this.used + length > last.length || pages >= Math.max(FEW, this.first * PART)) {
      this.seal();
      const room = Math.max(PIECE, length);
      pieces.push({ bytes: new Uint8Array(room), length: 0, place: null });
      this.stored += room;
      this.used = 0;
      this.first = this.count;
    }
    const piece = pieces[pieces.length - 1];
    piece.bytes!.set(bytes, this.used);
    piece.bytes!.set(texts, this.used + bytes.length);
    columns.piece.push(pieces.length - 1);
    columns.offset.push(this.used);
    columns.size.push(bytes.length);
    columns.texts.push(texts.length);
    this.used += length;
    piece.length = this.used;
  }

  // ---- in a file ------------------------------------------------------------------------------------------------

  /** Ends the piece that is being filled: all of them can be written. */
  seal(): void {
    const last = this.pieces[this.pieces.length - 1];
    if (!last?.bytes || last.bytes.length === last.length) return;
    this.stored -= last.bytes.length - last.length;
    last.bytes = last.bytes.slice(0, last.length);
  }

  /** A piece can be read from a file from now on. */
  written(index: number, file: PieceFile, at: number): void {
    const piece = this.pieces[index];
    if (piece.bytes) this.stored -= piece.length;
    piece.bytes = null;
    piece.place = { file, at };
  }

  /** Puts the pieces that are full and in no file out of memory. */
  spill(scratch: Scratch): void {
    for (const [i, { bytes }] of this.pieces.slice(0, -1).entries()) {
      if (!bytes) continue;
      const at = scratch.write(bytes);
      if (at === null) return;
      this.written(i, scratch, at);
    }
  }

  pieceBytes(index: number): Uint8Array {
    const piece = this.pieces[index];
    if (piece.bytes) return piece.bytes;
    let bytes = this.fetched.get(index);
    if (bytes) return bytes;
    const { file, at } = piece.place!;
    bytes = file.read(at, piece.length);
    if (bytes.length !== piece.length) throw new Error('pages have another length than it says');
    this.fetched.set(index, bytes);
    this.fetchedBytes += bytes.length;
    for (const [old, { length }] of this.fetched) {
      if (this.fetchedBytes <= READ || old === index) break;
      this.fetched.delete(old);
      this.fetchedBytes -= length;
    }
    return bytes;
  }

  // ---- reading ---------------------------------------------------------------------------------------------------

  packed(index: number): PackedPage {
    const { template, iteration, piece, offset, size, texts } = this.columns;
    const bytes = this.pieceBytes(piece.at(index));
    const from = offset.at(index);
    const middle = from + size.at(index);
    return {
      template: template.at(index),
      iteration: iteration.at(index),
      bytes: bytes.subarray(from, middle),
      texts: bytes.subarray(middle, middle + texts.at(index)),
    };
  }

  private source(packed: PackedPage, bases: Bases): Source {
    const values = this.templates.unpack(packed, counted(bases, packed.iteration));
    return new Source(values, packed.texts.length === 0 ? [] : textsOf(packed.texts));
  }

  at(index: number): Page {
    if (this.lastPage?.index === index) return this.lastPage;
    let page = this.open.get(index);
    if (page) this.open.delete(index);
    else {
      page = this.read(index);
      this.openTicks += weight(page);
    }
    this.open.set(index, page);
    for (const [old, other] of this.open) {
      if ((this.open.size <= PAGES && this.openTicks <= TICKS) || old === index) break;
      this.open.delete(old);
      this.openTicks -= weight(other);
    }
    this.lastPage = page;
    return page;
  }

  private read(index: number): Page {
    const { guard } = this;
    const bases = this.basesOf(index);
    try {
      const page = this.unpack(this.packed(index), index, bases);
      guard?.page(page);
      return page;
    } catch (error) {
      if (guard) guard.failed(index, error);
      throw error;
    }
  }

  /** A number that pages of one structure have in common; -1 for a page that is like no other, or has texts that are. */
  structure(index: number, texts: boolean): number {
    return texts && this.columns.texts.at(index) > 0 ? -1 : this.columns.template.at(index);
  }

  /** A page of which only the ticks are to be read. */
  ticks(index: number): Page {
    if (this.lastPage?.index === index) return this.lastPage;
    let page = this.open.get(index) ?? this.light.get(index);
    if (page) return page;
    const { guard } = this;
    const bases = this.basesOf(index);
    try {
      page = this.codec.readColumns(this.source(this.packed(index), bases), index, bases);
      guard?.ticks(page);
    } catch (error) {
      if (guard) guard.failed(index, error);
      throw error;
    }
    this.light.set(index, page);
    if (this.light.size > LIGHT) this.light.delete(this.light.keys().next().value!);
    return page;
  }
}

/** Ticks of a page; of one whose ticks say a lot, as many as would mostly say that. */
const weight = ({ kind, numbers }: Page): number => Math.max(kind.length, numbers >> 6);

function textsOf(bytes: Uint8Array): string[] {
  const texts: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!Array.isArray(texts) || texts.some((t) => typeof t !== 'string')) throw new Error('texts are none');
  return texts as string[];
}
