/** What never repeats, and what never ends, stays within the bound too. */
import { describe, expect, it } from 'vitest';
import { Replay } from '../../../src/recorder/replay';
import type { Scratch } from '../../../src/recorder/store/shelf';
import { backwardFrom, given, leaf, noGrad, op, Script } from './script';

class Aside implements Scratch {
  readonly pieces = new Map<number, Uint8Array>();
  size = 0;
  constructor(private readonly room = Number.POSITIVE_INFINITY) {}
  write(bytes: Uint8Array): number | null {
    // Pages that are as their template says take no bytes: another piece may begin at the same place.
    if (bytes.length === 0) return this.size;
    if (this.size + bytes.length > this.room) return null;
    this.pieces.set(this.size, bytes);
    this.size += bytes.length;
    return this.size - bytes.length;
  }
  read(at: number, length: number): Uint8Array {
    return length === 0 ? new Uint8Array(0) : this.pieces.get(at)!;
  }
}

/** A training whose graph is another one in every iteration. */
function changing(iterations: number, memoryLimit: number, scratch?: Scratch): Script {
  const script = new Script(memoryLimit, '', scratch);
  const w = leaf(given([4], (i) => i / 10));
  let seed = 1;
  for (let i = 0; i < iterations; i++) {
    script.line(1, { w });
    let y = op('mul', w, 1 + i);
    for (let k = 0; k < 20; k++) {
      seed = (seed * 48271) % 2147483647;
      script.line(2 + (seed % 7), { [`y${seed % 1000}`]: y });
      y = op(['relu', 'sigmoid', 'tanh', 'exp', 'neg'][seed % 5], y);
      y = op('mul', y, 1e-3);
    }
    script.line(20, { y });
    backwardFrom(op('sum', y));
    noGrad(() => op('sub_', w, op('mul', w.grad!, 1e-4)));
    w.grad = null;
  }
  script.stop();
  return script;
}

describe('a graph that is another one in every iteration', { timeout: 60_000 }, () => {
  const limit = 3 * 1024 * 1024;
  const iterations = 700;

  it('goes into a scratch file, and can be looked at as ever', () => {
    const scratch = new Aside();
    const script = changing(iterations, limit, scratch);
    const r = script.recording;
    expect(scratch.size).toBeGreaterThan(limit / 8);
    expect(script.recorder.memoryUse.used).toBeLessThan(limit);
    const replay = new Replay();
    const w = r.tensor(r.leaves.values().next().value!)!;
    const plain = changing(iterations, 1 << 30).recording;
    for (const i of [0, 1, 17, 333, iterations - 1]) {
      const tick = r.endOf(i) - 1;
      expect(r.recordAt(tick - 3)?.name).toBe(plain.recordAt(tick - 3)?.name);
      const own = plain.leaves.values().next().value!;
      expect(replay.tensor(r.useAt(w.id, tick)!).values()).toEqual(replay2(plain, own, tick));
    }
  });

  it('stays in memory where the disk is full', () => {
    const script = changing(300, limit, new Aside(0));
    expect(script.recording.iterationCount).toBe(300);
    expect(script.recording.recordAt(100)).not.toBeNull();
  });
});

const replay2 = (r: Script['recording'], id: number, tick: number) => new Replay().tensor(r.useAt(id, tick)!).values();

describe('a loop that never calls backward()', () => {
  it('keeps no more than the bound, and gives any value again', () => {
    const limit = 4 * 1024 * 1024;
    const script = new Script(limit);
    const x = given([64], (i) => i / 64);
    script.line(1, { x });
    for (let i = 0; i < 20_000; i++) {
      script.line(2);
      noGrad(() => op('mul_', x, 1.0001));
    }
    script.stop();
    const { memoryUse } = script.recorder;
    expect(memoryUse.used).toBeLessThan(limit);
    const r = script.recording;
    const replay = new Replay(1 << 20);
    let seed = 7;
    let most = 0;
    for (let i = 0; i < 30; i++) {
      seed = (seed * 48271) % 2147483647;
      const before = replay.replayed;
      replay.tensor(r.useAt(x.id, seed % r.ticks)!).values();
      most = Math.max(most, replay.replayed - before);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(memoryUse.far + 1024);
    expect(memoryUse.far).toBeLessThanOrEqual(8192);
  });
});
