/** The machine's random numbers, from a seed: what a script draws from them (os.urandom, random.seed()) can be drawn again. */
import crypto from 'node:crypto';

/** A seed nobody can guess. */
export const freshEntropy = (): string => crypto.randomBytes(16).toString('hex');

/** The seed of the machine's numbers that goes with a script's. */
export const entropyOf = (seed: number): string =>
  crypto.createHash('sha256').update(`seed ${seed}`).digest('hex').slice(0, 32);

/** From here on, pyodide's random bytes in this thread are those of the seed, in their order: SHA-256 over the seed and a count. */
export function drawFrom(seed: string): void {
  let count = 0;
  let block = Buffer.alloc(0);
  const fill = (view: NodeJS.ArrayBufferView): NodeJS.ArrayBufferView => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let at = 0; at < bytes.length; ) {
      if (block.length === 0) block = crypto.createHash('sha256').update(`${seed}:${count++}`).digest();
      const n = Math.min(block.length, bytes.length - at);
      bytes.set(block.subarray(0, n), at);
      block = block.subarray(n);
      at += n;
    }
    return view;
  };
  crypto.randomFillSync = fill as typeof crypto.randomFillSync;
}
