import { afterEach, expect, test, vi } from 'vitest';
import { allocate, memory } from '../../../src/engine/dtype';

const { allows } = memory;
afterEach(() => {
  memory.allows = allows;
});

test('memory that the machine does not give is refused before it is taken, in the words of PyTorch', () => {
  memory.allows = (bytes) => bytes < 2 ** 26;
  expect(allocate('float32', 2 ** 23)).toHaveLength(2 ** 23);
  expect(() => allocate('float32', 2 ** 24)).toThrow("can't allocate memory: you tried to allocate 67108864 bytes.");
});

test('small tensors ask too, once in 16 MB', () => {
  memory.allows = vi.fn(() => true);
  for (let i = 0; i < 64; i++) allocate('float64', 2 ** 17);
  expect(memory.allows).toHaveBeenCalledTimes(4);
});
