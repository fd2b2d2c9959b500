/** Curves over recorded runs, against the same numbers computed from the values of then. */
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../../src/recorder/views/common';
import { curvesOf, spread } from '../../../src/recorder/views/curves';
import { trainMlp } from './script';

const whole = trainMlp({ iterations: 6, samples: 6 });
const thinned = trainMlp({ iterations: 6, samples: 6, memoryLimit: 4000 });
const all = (keys: string[], run = whole) => curvesOf(run.script.recording, run.replay, { keys, within: 1e6 });

const norm = (values: Iterable<number | bigint>) =>
  Math.sqrt([...values].reduce<number>((sum, v) => sum + Number(v) ** 2, 0));

describe('curves', () => {
  const { recording: r } = whole.script;
  const layer = 'linear1';
  const id = whole.params[0].tensor.id;
  const at = (tick: number) => valuesOf(whole.replay, r.useAt(id, tick)!);

  it('offers the layers', () => {
    const { offers } = all([]);
    expect(offers.filter((o) => o.kind === 'gradient').map((o) => o.name)).toContain(layer);
    expect(offers.map((o) => o.key)).toContain(`ratio:${layer}`);
  });

  it('has the norms and ratios of then', () => {
    const { curves, done, of } = all([`weight:${layer}`, `gradient:${layer}`, `ratio:${layer}`]);
    expect(done).toBe(of);
    for (let i = 0; i < 6; i++) {
      const [before, after] = [at(r.iteration(i).backward), at(r.endOf(i) - 1)];
      const grad = r.useAt(r.gradAt(id, r.iteration(i).update - 1)!, r.iteration(i).update - 1)!;
      const moved = [...after].map((v, k) => Number(v) - Number(before[k]));
      expect(curves[0].values[i]).toBeCloseTo(norm(after), 12);
      expect(curves[1].values[i]).toBeCloseTo(norm(valuesOf(whole.replay, grad)), 12);
      expect(curves[2].values[i]).toBeCloseTo(norm(moved) / norm(before), 12);
    }
  });

  it('is the same, bit by bit, where everything must be computed again', () => {
    const keys = ['weight', 'gradient', 'ratio'].map((kind) => `${kind}:${layer}`);
    expect(all(keys, thinned).curves).toEqual(all(keys).curves);
  });

  it('answers what is known without computing, and comes to an end in slices', () => {
    const fresh = trainMlp({ iterations: 6, samples: 6 });
    const ask = (within: number) =>
      curvesOf(fresh.script.recording, fresh.replay, {
        keys: [`gradient:${layer}`, 'watched:norm(linear1.weight)'],
        within,
      });
    expect(ask(0)).toMatchObject({ done: 0, of: 12, curves: [{ iterations: [] }, { iterations: [] }] });
    let rounds = 0;
    for (let done = 0; done < 12 && rounds < 50; rounds++) done = ask(1e-9).done;
    expect(rounds).toBeLessThan(20);
    expect(rounds).toBeGreaterThan(3);
  });

  it('plots expressions, and says why one cannot be', () => {
    const { curves } = all(['watched:norm(linear1.weight)', 'watched:norm(nothing.here)', 'watched:norm(']);
    expect(curves[0].values).toEqual(
      all([`weight:${layer}`]).curves[0].values.map((v) => expect.closeTo(v as number, 6)),
    );
    expect(curves[1].missing).toMatch(/Nothing in this run/);
    expect(curves[2].missing).toBeTruthy();
    expect(all(['gradient:nowhere']).curves[0].missing).toMatch(/nothing of this name/);
  });
});

describe('which iterations', () => {
  it('are spread evenly, the coarse ones first, and shared by every zoom', () => {
    expect(spread(5)).toEqual([0, 1, 2, 3, 4]);
    const far = spread(10_000);
    expect(far.length).toBeLessThanOrEqual(501);
    expect(far).toContain(9999);
    expect(far.slice(0, 3)).toEqual([0, 1024, 2048]);
    expect(spread(10_000, 100, 200)).toHaveLength(100);
    expect(spread(10_000, 0, 5000).every((i) => i === 4999 || i % 16 === 0)).toBe(true);
  });
});
