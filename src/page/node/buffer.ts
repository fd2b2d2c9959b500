/** The part of Node's Buffer that reading a recording takes, for a browser. */
type Encoding = 'latin1' | 'utf8' | 'utf-8' | 'hex' | 'ascii' | 'binary';

// biome-ignore lint/suspicious/noExplicitAny: the constructors of an array of bytes, all at once
const Bytes = Uint8Array as unknown as new (source: any, start?: number, length?: number) => Uint8Array<ArrayBuffer>;

export class BrowserBuffer extends Bytes {
  static alloc(size: number): BrowserBuffer {
    return new BrowserBuffer(size);
  }

  static allocUnsafe(size: number): BrowserBuffer {
    return new BrowserBuffer(size);
  }

  /** A view of an ArrayBuffer; a copy of anything else. */
  // biome-ignore lint/suspicious/noExplicitAny: takes what Node's takes
  static from(source: any, start?: any, length?: any): BrowserBuffer {
    if (source instanceof ArrayBuffer) return new BrowserBuffer(source, start, length);
    if (typeof source !== 'string') return new BrowserBuffer(source);
    if (start === 'latin1' || start === 'binary' || start === 'ascii')
      return new BrowserBuffer([...source].map((c) => c.charCodeAt(0) & 255));
    const bytes = new TextEncoder().encode(source);
    return new BrowserBuffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  static concat(parts: readonly Uint8Array[]): BrowserBuffer {
    const out = new BrowserBuffer(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  override subarray(from?: number, to?: number): BrowserBuffer {
    return super.subarray(from, to) as BrowserBuffer;
  }

  private get view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.byteLength);
  }

  readUInt8(at = 0): number {
    return this.view.getUint8(at);
  }
  readUInt16LE(at = 0): number {
    return this.view.getUint16(at, true);
  }
  readUInt32LE(at = 0): number {
    return this.view.getUint32(at, true);
  }
  readInt32LE(at = 0): number {
    return this.view.getInt32(at, true);
  }
  readDoubleLE(at = 0): number {
    return this.view.getFloat64(at, true);
  }
  readBigUInt64LE(at = 0): bigint {
    return this.view.getBigUint64(at, true);
  }
  writeUInt8(value: number, at = 0): void {
    this.view.setUint8(at, value);
  }
  writeUInt32LE(value: number, at = 0): void {
    this.view.setUint32(at, value, true);
  }

  write(text: string, encoding: Encoding = 'utf8'): void {
    this.set(BrowserBuffer.from(text, encoding).subarray(0, this.length));
  }

  copy(target: Uint8Array, at = 0, from = 0, to = this.length): number {
    const part = this.subarray(from, Math.min(to, from + target.length - at));
    target.set(part, at);
    return part.length;
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, i) => byte === other[i]);
  }

  override toString(encoding: Encoding = 'utf8', from = 0, to = this.length): string {
    const part = this.subarray(from, to);
    if (encoding === 'hex') return [...part].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    if (encoding === 'utf8' || encoding === 'utf-8') return new TextDecoder().decode(part);
    let out = '';
    for (const byte of part) out += String.fromCharCode(byte);
    return out;
  }
}

export { BrowserBuffer as Buffer };
