import { expect, it } from 'vitest';
import { Ferry } from '../../../src/engine/wasm/ferry';

const memory = new WebAssembly.Memory({ initial: 4, maximum: 65536, shared: true });
const ferry = Ferry.over(memory);

// An older runtime (Node 20) has one memory in a module, and copies the plain way.
it.runIf(ferry)('takes elements of every kind over and back, however many, from any place', () => {
  for (const kind of [Float32Array, Float64Array, BigInt64Array])
    for (const length of [64, 4096, 4099, 20_000]) {
      const numbers = Array.from({ length: length + 3 }, (_, i) => (kind === BigInt64Array ? BigInt(i) : i + 0.5));
      const from = new kind(numbers as never[]);
      const at = 1024;
      new Uint8Array(memory.buffer).fill(0);
      ferry!.put(from, 3, length, at);
      const there = new kind(memory.buffer, at, length + 1);
      expect([there[0], there[length - 1], Number(there[length])]).toEqual([from[3], from[length + 2], 0]);
      const back = new kind(length);
      ferry!.take(at, back);
      expect(back).toEqual(from.slice(3));
      ferry!.put(back, 0, length, at + 8);
      expect(new kind(memory.buffer, at + 8, length).slice()).toEqual(back);
    }
});
