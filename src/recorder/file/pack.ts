/** Msgpack, for a file that a stranger may have made: what is claimed is checked before anything is allocated for it. */
import { decode, encode } from '@msgpack/msgpack';

const DEPTH = 24;
/** Values in one part of a file: a byte each could ask for a hundred times the memory. */
const MOST = 1 << 22;

export const pack = (value: unknown): Uint8Array => encode(value, { maxDepth: DEPTH });

export function unpackValue(bytes: Uint8Array): unknown {
  new Scan(bytes).all();
  return decode(bytes, { maxExtLength: 0 });
}

/**
 * Walks over the whole of it first. A list's claimed length must be there in bytes, or a few bytes could ask for gigabytes: the decoder
 * makes lists of the claimed length before it reads them.
 */
class Scan {
  private at = 0;
  private count = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  all(): void {
    this.item(0);
    if (this.at !== this.bytes.length) throw new Error('bytes are left over');
  }

  private take(n: number): number {
    const from = this.at;
    if (n > this.bytes.length - from) throw new Error('it ends in the middle of a value');
    this.at += n;
    return from;
  }

  private size(bytes: 1 | 2 | 4): number {
    const at = this.take(bytes);
    return bytes === 1 ? this.view.getUint8(at) : bytes === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  private items(n: number, depth: number): void {
    if (depth > DEPTH) throw new Error('lists are nested too deeply');
    if (n > this.bytes.length - this.at) throw new Error('a list is longer than the file');
    for (let i = 0; i < n; i++) this.item(depth);
  }

  private item(depth: number): void {
    if (++this.count > MOST) throw new Error('it has too many parts');
    const b = this.view.getUint8(this.take(1));
    if (b <= 0x7f || b >= 0xe0 || b === 0xc0 || b === 0xc2 || b === 0xc3) return;
    if (b <= 0x8f) this.items((b & 15) * 2, depth + 1);
    else if (b <= 0x9f) this.items(b & 15, depth + 1);
    else if (b <= 0xbf) this.take(b & 31);
    else if (b >= 0xc4 && b <= 0xc6) this.take(this.size(([1, 2, 4] as const)[b - 0xc4]));
    else if (b >= 0xca && b <= 0xd3) this.take([4, 8, 1, 2, 4, 8, 1, 2, 4, 8][b - 0xca]);
    else if (b >= 0xd9 && b <= 0xdb) this.take(this.size(([1, 2, 4] as const)[b - 0xd9]));
    else if (b === 0xdc || b === 0xdd) this.items(this.size(b === 0xdc ? 2 : 4), depth + 1);
    else if (b === 0xde || b === 0xdf) this.items(this.size(b === 0xde ? 2 : 4) * 2, depth + 1);
    else throw new Error('a value of an unknown kind');
  }
}
