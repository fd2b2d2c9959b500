/**
 * SipHash-1-3 with the key that `PYTHONHASHSEED=0` gives (zeros), as CPython hashes strings and bytes where a word has 64 bits
 * (Python/pyhash.c). Aumasson, Bernstein: SipHash: a fast short-input PRF, 2012.
 */

let v0: u64 = 0;
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;

function round(): void {
  v0 += v1;
  v2 += v3;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 = rotl<u64>(v0, 32);
  v2 += v1;
  v0 += v3;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 = rotl<u64>(v2, 32);
}

function take(word: u64): void {
  v3 ^= word;
  round();
  v0 ^= word;
}

/** The lower half of the hash of `length` bytes at `at`: what a hash is where a word has 32 bits. */
export function siphash(at: usize, length: i32): i32 {
  v0 = 0x736f6d6570736575;
  v1 = 0x646f72616e646f6d;
  v2 = 0x6c7967656e657261;
  v3 = 0x7465646279746573;
  const end = at + (length & ~7);
  for (; at < end; at += 8) take(load<u64>(at));
  let last = (<u64>length) << 56;
  for (let i = 0; i < (length & 7); i++) last |= (<u64>load<u8>(at + i)) << (8 * i);
  take(last);
  v2 ^= 0xff;
  round();
  round();
  round();
  return <i32>(v0 ^ v1 ^ v2 ^ v3);
}
