/** gunzip (RFC 1951 and 1952) at once: a browser's own DecompressionStream is only there for code that waits. */

const bad = (): Error => new Error('the packed bytes are damaged');

/** Extra bits and first values of the codes of lengths and distances. */
const LENGTH_BITS = Uint8Array.from({ length: 29 }, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
const DISTANCE_BITS = Uint8Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));
const firsts = (bits: Uint8Array, from: number) => {
  let sum = from;
  return Uint16Array.from(bits, (n) => (sum += 2 ** n) - 2 ** n);
};
const LENGTH_FROM = firsts(LENGTH_BITS, 3);
LENGTH_FROM[28] = 258;
const DISTANCE_FROM = firsts(DISTANCE_BITS, 1);
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST = 15;

/** A canonical Huffman code: how many symbols have each length, and the symbols by length. */
interface Code {
  counts: Uint16Array;
  symbols: Uint16Array;
  /** By the next bits: a short code's symbol * 16 + its length; 0 for a longer one. */
  short: Uint16Array;
}
const SHORT = 10;

function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(LONGEST + 1);
  for (const n of lengths) counts[n]++;
  counts[0] = 0;
  const at = new Uint16Array(LONGEST + 2);
  let left = 1;
  for (let n = 1; n <= LONGEST; n++) {
    left = left * 2 - counts[n];
    if (left < 0) throw bad();
    at[n + 1] = at[n] + counts[n];
  }
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, n] of lengths.entries()) if (n > 0) symbols[at[n]++] = symbol;
  return { counts, symbols, short: shortCodes(counts, symbols) };
}

function shortCodes(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const short = new Uint16Array(1 << SHORT);
  let code = 0;
  let index = 0;
  for (let n = 1; n <= SHORT; n++, code <<= 1)
    for (let k = 0; k < counts[n]; k++, code++, index++) {
      let turned = 0;
      for (let bit = 0; bit < n; bit++) turned |= ((code >> bit) & 1) << (n - 1 - bit);
      for (let i = turned; i < short.length; i += 1 << n) short[i] = symbols[index] * 16 + n;
    }
  return short;
}

let fixedCodes: { literals: Code; distances: Code } | null = null;
const fixed = () => {
  if (fixedCodes) return fixedCodes;
  const lengths = Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
  fixedCodes = { literals: codeOf(lengths), distances: codeOf(new Uint8Array(30).fill(5)) };
  return fixedCodes;
};

class Inflate {
  private bits = 0;
  private count = 0;
  private length = 0;
  private out: Uint8Array;

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly most: number,
  ) {
    this.out = new Uint8Array(Math.min(most, Math.max(1024, bytes.length * 4)));
  }

  all(): Uint8Array {
    for (let last = false; !last; ) {
      last = this.take(1) === 1;
      const kind = this.take(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.block(fixed());
      else if (kind === 2) this.block(this.codes());
      else throw bad();
    }
    return this.out.subarray(0, this.length);
  }

  private take(n: number): number {
    while (this.count < n) {
      if (this.at >= this.bytes.length) throw bad();
      this.bits |= this.bytes[this.at++] << this.count;
      this.count += 8;
    }
    const value = this.bits & ((1 << n) - 1);
    this.bits >>>= n;
    this.count -= n;
    return value;
  }

  private symbol({ counts, symbols, short }: Code): number {
    while (this.count < LONGEST && this.at < this.bytes.length) {
      this.bits |= this.bytes[this.at++] << this.count;
      this.count += 8;
    }
    const found = short[this.bits & (short.length - 1)];
    const width = found & 15;
    if (width > 0 && width <= this.count) {
      this.bits >>>= width;
      this.count -= width;
      return found >> 4;
    }
    let code = 0;
    let first = 0;
    let index = 0;
    for (let n = 1; n <= LONGEST; n++) {
      code |= this.take(1);
      const count = counts[n];
      if (code - count < first) return symbols[index + (code - first)];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw bad();
  }

  /** Goes to the next whole byte, and gives back those that were taken but not needed. */
  end(): number {
    this.at -= this.count >> 3;
    this.bits = this.count = 0;
    return this.at;
  }

  /** Room for n more bytes. */
  private room(n: number): void {
    const needed = this.length + n;
    if (needed > this.most) throw new Error('the packed bytes are larger than they say');
    if (needed <= this.out.length) return;
    const wider = new Uint8Array(Math.min(this.most, Math.max(needed, this.out.length * 2)));
    wider.set(this.out);
    this.out = wider;
  }

  private stored(): void {
    const at = this.end();
    const { bytes } = this;
    if (at + 4 > bytes.length) throw bad();
    const n = bytes[at] | (bytes[at + 1] << 8);
    if ((n ^ 0xffff) !== (bytes[at + 2] | (bytes[at + 3] << 8)) || at + 4 + n > bytes.length) throw bad();
    this.room(n);
    this.out.set(bytes.subarray(at + 4, at + 4 + n), this.length);
    this.length += n;
    this.at = at + 4 + n;
  }

  private codes(): { literals: Code; distances: Code } {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const known = this.take(4) + 4;
    const lengths = new Uint8Array(19);
    for (let i = 0; i < known; i++) lengths[ORDER[i]] = this.take(3);
    const code = codeOf(lengths);
    const all = new Uint8Array(literals + distances);
    for (let i = 0; i < all.length; ) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw bad();
      const value = symbol === 16 ? all[i - 1] : 0;
      const n = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + n > all.length) throw bad();
      all.fill(value, i, i + n);
      i += n;
    }
    return { literals: codeOf(all.subarray(0, literals)), distances: codeOf(all.subarray(literals)) };
  }

  private block({ literals, distances }: { literals: Code; distances: Code }): void {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol < 256) {
        this.room(1);
        this.out[this.length++] = symbol;
        continue;
      }
      if (symbol === 256) return;
      if (symbol > 285) throw bad();
      const n = LENGTH_FROM[symbol - 257] + this.take(LENGTH_BITS[symbol - 257]);
      const far = this.symbol(distances);
      if (far > 29) throw bad();
      const back = DISTANCE_FROM[far] + this.take(DISTANCE_BITS[far]);
      if (back > this.length) throw bad();
      this.room(n);
      const { out } = this;
      for (let i = 0; i < n; i++, this.length++) out[this.length] = out[this.length - back];
    }
  }
}

/** The bytes of a gzip member; never more than `maxOutputLength`. The chunk around it has a checksum of its own. */
export function gunzipSync(bytes: Uint8Array, { maxOutputLength = 2 ** 31 - 1 } = {}): Buffer {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) throw bad();
  const flags = bytes[3];
  let at = 10;
  if (flags & 4) at += 2 + (bytes[at] | (bytes[at + 1] << 8));
  for (const flag of [8, 16])
    if (flags & flag) {
      const end = bytes.indexOf(0, at);
      if (end < 0) throw bad();
      at = end + 1;
    }
  if (flags & 2) at += 2;
  const inflate = new Inflate(bytes, at, maxOutputLength);
  const out = inflate.all();
  const sum = inflate.end();
  if (sum + 8 > bytes.length) throw bad();
  const size = new DataView(bytes.buffer, bytes.byteOffset + sum + 4, 4).getUint32(0, true);
  if (size !== out.length >>> 0) throw bad();
  return Buffer.from(out.buffer as ArrayBuffer, out.byteOffset, out.byteLength);
}

/** A gzip member that gunzipSync above reads, its bytes as they are: what a page packs stays in the page. */
export function gzipSync(bytes: Uint8Array): Buffer {
  const BLOCK = 0xffff;
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  const out = new Uint8Array(10 + blocks * 5 + bytes.length + 8);
  const view = new DataView(out.buffer);
  out.set([0x1f, 0x8b, 8]);
  let at = 10;
  for (let i = 0; i < blocks; i++) {
    const part = bytes.subarray(i * BLOCK, (i + 1) * BLOCK);
    out[at] = i === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, part.length ^ 0xffff, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at + 4, bytes.length, true);
  return Buffer.from(out.buffer);
}
