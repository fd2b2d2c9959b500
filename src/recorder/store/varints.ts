/** Whole numbers as bytes: seven bits a byte, the highest bit says that more follow. */

export class Packer {
  private bytes = new Uint8Array(1024);
  private used = 0;

  byte(v: number): void {
    if (this.used === this.bytes.length) {
      const grown = new Uint8Array(this.used * 2);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.used++] = v;
  }

  number(v: number): void {
    while (v >= 128) {
      this.byte((v % 128) + 128);
      v = Math.floor(v / 128);
    }
    this.byte(v);
  }

  signed(v: number): void {
    this.number(v < 0 ? -2 * v - 1 : 2 * v);
  }

  /** What was written, and begins anew. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.used);
    this.used = 0;
    return taken;
  }
}

/** Reads them again. Throws where the bytes end within a number, or a number is none that was written. */
export class Unpacker {
  at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new Error('it ends in the middle of a number');
    return this.bytes[this.at++];
  }

  number(): number {
    let v = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.byte();
      v += (b & 127) * scale;
      if (v > 2 * Number.MAX_SAFE_INTEGER) throw new Error('a number is too large');
      if (b < 128) return v;
    }
  }

  signed(): number {
    const v = this.number();
    return v % 2 === 1 ? -(v + 1) / 2 : v / 2;
  }
}

/** Numbers of which neighbours are near each other. */
export function packNumbers(numbers: ArrayLike<number>): Uint8Array {
  const out = new Packer();
  let last = 0;
  for (let i = 0; i < numbers.length; i++) {
    out.signed(numbers[i] - last);
    last = numbers[i];
  }
  return out.take();
}

/** More numbers in a row than this are none of a recording. */
const MOST = 1 << 24;

export function unpackNumbers(bytes: Uint8Array): number[] {
  const from = new Unpacker(bytes);
  const found: number[] = [];
  for (let last = 0; !from.done; found.push(last)) {
    if (found.length >= MOST) throw new Error('there are too many numbers');
    last += from.signed();
  }
  return found;
}
