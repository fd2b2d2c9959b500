/** How long the engine took for each op, gradient and update: two bytes a record, on a logarithmic scale that is right to a thousandth. */

/** Records of one piece. */
const PIECE = 1 << 15;
/** Pieces that are kept: of longer runs the oldest times go first (32 million records, 64 MB). */
const MOST = 1000;
/** Steps a factor of two, and the milliseconds of step 1: from 10 ns to an hour. */
const STEPS = 1500;
const LEAST = 1e-5;

export class Times {
  private readonly pieces = new Map<number, Uint16Array>();
  /** The piece that was written to last. */
  private latest = -1;
  private piece: Uint16Array | null = null;
  /** One more than the highest record with a time. */
  length = 0;

  /** Notes the milliseconds that a record took. */
  set(record: number, took: number): void {
    const step = took > LEAST ? Math.min(65535, 1 + Math.round(Math.log2(took / LEAST) * STEPS)) : 1;
    this.put(record, step);
  }

  private put(record: number, step: number): void {
    const at = Math.floor(record / PIECE);
    if (at !== this.latest || !this.piece) {
      this.latest = at;
      this.piece = this.pieces.get(at) ?? null;
      if (!this.piece) {
        this.pieces.set(at, (this.piece = new Uint16Array(PIECE)));
        if (this.pieces.size > MOST) this.pieces.delete(this.pieces.keys().next().value!);
      }
    }
    this.piece[record % PIECE] = step;
    if (record >= this.length) this.length = record + 1;
  }

  /** Milliseconds that a record took; null where nobody measured. */
  at(record: number): number | null {
    const step = this.pieces.get(Math.floor(record / PIECE))?.[record % PIECE] ?? 0;
    return step === 0 ? null : LEAST * 2 ** ((step - 1) / STEPS);
  }

  get bytes(): number {
    return this.pieces.size * PIECE * 2;
  }

  /** The steps of records from one on, for a file. */
  take(from: number): Uint8Array {
    const out = new Uint8Array(Math.max(0, this.length - from) * 2);
    for (let i = from; i < this.length; i++) {
      const step = this.pieces.get(Math.floor(i / PIECE))?.[i % PIECE] ?? 0;
      out[(i - from) * 2] = step & 255;
      out[(i - from) * 2 + 1] = step >> 8;
    }
    return out;
  }

  /** Puts back what a file has. */
  add(from: number, bytes: Uint8Array): void {
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      const step = bytes[i]! | (bytes[i + 1]! << 8);
      if (step > 0) this.put(from + i / 2, step);
    }
  }
}
