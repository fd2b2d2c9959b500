import { describe, expect, it } from 'vitest';
import { Times } from '../../../src/recorder/times';

describe('times', () => {
  it('keeps them to a thousandth, from nanoseconds to minutes', () => {
    const times = new Times();
    const all = [1e-5, 0.00023, 0.0123, 1, 17.5, 60_000];
    for (const [i, took] of all.entries()) times.set(i * 3, took);
    for (const [i, took] of all.entries()) expect(Math.abs(times.at(i * 3)! / took - 1)).toBeLessThan(1e-3);
    expect(times.at(1)).toBeNull();
    expect(times.at(10_000_000)).toBeNull();
  });
  it('has a time for an op that the clock did not see', () => {
    const times = new Times();
    times.set(0, 0);
    expect(times.at(0)).toBeLessThanOrEqual(1e-5);
  });
  it('goes into bytes and back, all at once or what is new', () => {
    const [times, read] = [new Times(), new Times()];
    for (let i = 0; i < 70_000; i++) if (i % 7 !== 0) times.set(i, (i % 100) / 50 + 0.001);
    read.add(0, times.take(0).slice(0, 100_000));
    read.add(50_000, times.take(50_000));
    expect(read.length).toBe(times.length);
    for (const i of [0, 1, 6, 7, 32_767, 32_768, 49_999, 50_000, 69_999]) expect(read.at(i)).toBe(times.at(i));
  });
});
