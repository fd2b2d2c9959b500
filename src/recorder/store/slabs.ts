/** Small contents that are kept for long, side by side in large pieces: an array of its own would cost each more than its elements. */
import { type Data, DTYPES, type DType } from '../../engine/dtype';
import { Column } from '../columns';

const PIECE = 1 << 20;
/** Elements of every dtype lie at multiples of this. */
const ALIGN = 8;
/** What a content costs beside its elements. */
const EACH = 16;

export class Slabs {
  /** Contents with more bytes than this are not for here. */
  static readonly LARGEST = PIECE >> 4;

  private readonly ids = new Column(Float64Array);
  /** Where a content begins, in the pieces laid end to end. */
  private readonly at = new Column(Float64Array);
  private readonly pieces: ArrayBuffer[] = [];
  private used = 0;

  get bytes(): number {
    return this.used + this.ids.length * EACH;
  }

  /** Copies a content's elements. Ids come in ascending order. */
  add(id: number, data: Data): void {
    const [piece, at] = this.place(id, data.byteLength);
    // Not by its bytes: to ask a small array for its buffer gives it one.
    const make = data.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Float64Array;
    new make(piece, at, data.length).set(data as Float64Array);
  }

  private put(id: number, bytes: Uint8Array): void {
    const [piece, at] = this.place(id, bytes.length);
    // When gaps are closed a content moves down, within its own piece at times: set() minds the overlap.
    new Uint8Array(piece, at, bytes.length).set(bytes);
  }

  /** Room for so many bytes of the next content: where it is. */
  private place(id: number, bytes: number): [ArrayBuffer, number] {
    let at = this.used;
    if ((at % PIECE) + bytes > PIECE) at = Math.ceil(at / PIECE) * PIECE;
    const piece = Math.floor(at / PIECE);
    if (piece === this.pieces.length) this.pieces.push(new ArrayBuffer(PIECE));
    this.ids.push(id);
    this.at.push(at);
    this.used = Math.ceil((at + bytes) / ALIGN) * ALIGN;
    return [this.pieces[piece], at % PIECE];
  }

  has(id: number): boolean {
    return this.find(id) >= 0;
  }

  /** A copy of a content's elements, since what is here moves; null if they are not here. */
  get(id: number, dtype: DType, length: number): Data | null {
    const found = this.find(id);
    if (found < 0) return null;
    const { array, parts } = DTYPES[dtype];
    const make = array as unknown as new (buffer: ArrayBuffer, offset: number, length: number) => Data;
    const at = this.at.at(found);
    return new make(this.pieces[Math.floor(at / PIECE)], at % PIECE, length * parts).slice() as Data;
  }

  /** What is here, in ascending order. */
  contents(): Float64Array {
    return this.ids.toArray();
  }

  /** A content's bytes, with some behind them; null if they are not here. For reading at once: what is here moves. */
  raw(id: number): Uint8Array | null {
    const found = this.find(id);
    if (found < 0) return null;
    const at = this.at.at(found);
    const next = found + 1 < this.ids.length ? this.at.at(found + 1) : this.used;
    const from = at % PIECE;
    return new Uint8Array(this.pieces[Math.floor(at / PIECE)], from, Math.min(next - at, PIECE - from));
  }

  /** Drops the contents that `keep` is false of, and closes the gaps. */
  thin(keep: (id: number) => boolean): void {
    const { pieces } = this;
    const ids = this.ids.toArray();
    const starts = this.at.toArray();
    const end = this.used;
    this.ids.clear();
    this.at.clear();
    this.used = 0;
    for (const [i, id] of ids.entries()) {
      if (!keep(id)) continue;
      const from = starts[i];
      const next = i + 1 < ids.length ? starts[i + 1] : end;
      const length = Math.min(next, (Math.floor(from / PIECE) + 1) * PIECE) - from;
      this.put(id, new Uint8Array(pieces[Math.floor(from / PIECE)], from % PIECE, length));
    }
    pieces.length = Math.ceil(this.used / PIECE);
  }

  private find(id: number): number {
    const at = this.ids.lastAtOrBefore(id);
    return at >= 0 && this.ids.at(at) === id ? at : -1;
  }
}
