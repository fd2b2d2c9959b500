/** What stands in for Node's modules in a browser: the same answers as Node's own. */
import { createHash, randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BrowserBuffer } from '../../../src/page/node/buffer';
import { createHash as ourHash } from '../../../src/page/node/crypto';
import { closeSync, fstatSync, mount, openSync, readFileSync, readSync } from '../../../src/page/node/fs';
import { gunzipSync, gzipSync as ourGzip } from '../../../src/page/node/zlib';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (n: number) => Buffer.from(Array.from({ length: n }, (_, i) => `line ${i % 97} of ${i}\n`).join(''));

describe('gunzip', () => {
  const inputs: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([7])],
    ['noise', randomBytes(70_000)],
    ['zeros', Buffer.alloc(300_000)],
    ['text', text(20_000)],
    ['short text', Buffer.from('abcabcabcabc')],
  ];
  it.each(inputs)('%s', (_, bytes) => {
    for (const level of [0, 1, 6, 9])
      for (const strategy of [0, 2, 3, 4])
        expect(hex(gunzipSync(gzipSync(bytes, { level, strategy }))), `${level} ${strategy}`).toBe(hex(bytes));
  });

  it.each(inputs)('reads what the page packed itself: %s', (_, bytes) => {
    expect(hex(gunzipSync(ourGzip(bytes)))).toBe(hex(bytes));
  });

  it('never gives more than it was allowed', () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000), { level: 9 });
    expect(() => gunzipSync(bomb, { maxOutputLength: 1000 })).toThrow(/larger/);
    expect(gunzipSync(gzipSync(text(10)), { maxOutputLength: text(10).length })).toHaveLength(text(10).length);
  });

  it('refuses what is broken, and never hangs over it', () => {
    const whole = gzipSync(text(500));
    for (const bad of [Buffer.alloc(0), Buffer.from('no gzip at all, by no means'), deflateRawSync(text(5))])
      expect(() => gunzipSync(bad)).toThrow();
    for (let cut = 0; cut < whole.length; cut += 3)
      expect(() => gunzipSync(whole.subarray(0, cut)), `${cut}`).toThrow();
    const random = (n: number) => Math.floor(Math.abs(Math.sin(n) * 1e6));
    for (let n = 1; n < 3000; n++) {
      const bytes = Buffer.from(whole);
      bytes[10 + (random(n) % (whole.length - 18))] = random(n * 31) % 256;
      try {
        expect(gunzipSync(bytes, { maxOutputLength: 100_000 }).length).toBeLessThanOrEqual(100_000);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(RangeError);
        expect(error).not.toBeInstanceOf(TypeError);
      }
    }
  });
});

it('SHA-256 is SHA-256', () => {
  for (const n of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003]) {
    const bytes = randomBytes(n);
    const cut = n >> 1;
    const ours = ourHash('sha256').update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).digest();
    expect(hex(ours)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

it('a file is read in pieces', () => {
  mount('run.backstep', Uint8Array.from([1, 2, 3, 4, 5]));
  const file = openSync('run.backstep', 'r');
  expect(fstatSync(file).size).toBe(5);
  const piece = new Uint8Array(4);
  expect(readSync(file, piece, 1, 3, 1)).toBe(3);
  expect([...piece]).toEqual([0, 2, 3, 4]);
  expect(readSync(file, piece, 0, 4, 3)).toBe(2);
  expect([...readFileSync(file)]).toEqual([1, 2, 3, 4, 5]);
  expect([...readFileSync('run.backstep')]).toEqual([1, 2, 3, 4, 5]);
  closeSync(file);
  expect(() => openSync('other', 'r')).toThrow(/no such file/);
});

it("a Buffer reads and writes as Node's does", () => {
  const bytes = BrowserBuffer.alloc(24);
  bytes.write('BACKSTEP', 'latin1');
  bytes.writeUInt32LE(0xdeadbeef, 8);
  bytes.writeUInt8(200, 12);
  expect(bytes.toString('latin1', 0, 8)).toBe('BACKSTEP');
  expect(bytes.subarray(0, 8).toString('utf8')).toBe('BACKSTEP');
  expect(bytes.readUInt32LE(8)).toBe(0xdeadbeef);
  expect(bytes.readInt32LE(8)).toBe(0xdeadbeef | 0);
  expect(bytes.readUInt8(12)).toBe(200);
  expect(bytes.subarray(8, 12)).toBeInstanceOf(BrowserBuffer);
  expect(bytes.equals(BrowserBuffer.from(bytes))).toBe(true);
  expect(bytes.equals(BrowserBuffer.alloc(24))).toBe(false);
  expect(BrowserBuffer.concat([Uint8Array.of(1), Uint8Array.of(2, 3)]).toString('hex')).toBe('010203');
  const shared = BrowserBuffer.from(bytes.buffer, 8, 4);
  expect(shared.readUInt32LE(0)).toBe(0xdeadbeef);
  expect(() => bytes.readUInt32LE(22)).toThrow();
});
