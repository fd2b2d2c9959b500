/** How fast a run is, and how much of a known loop is left. */
import { describe, expect, it } from 'vitest';
import { Live, loopAt } from '../../../src/recorder/live';
import { backwardFrom, given, leaf, noGrad, op, PATH, Script } from './script';

const SOURCE = `n = 5
for epoch in tqdm(range(n)):  # outer
    for i, x in enumerate(data):
        train(x)
def train(x):
    for k in range(2, 10, 2):
        step(k)
for t in trange(3):
    pass
`;

/** A run that stands at a line, with names of the frame. */
function at(line: number, names: Record<string, number>) {
  const script = new Script(1 << 30, SOURCE);
  const delta = Object.fromEntries(
    Object.entries(names).map(([k, v]) => [k, { k: 'prim', repr: String(v), type: 'int' }]),
  );
  script.recorder.line(0, PATH, line, JSON.stringify(delta));
  return script.recording;
}

describe('a known loop', () => {
  it('is the outermost whose end is known', () => {
    const r = at(4, { n: 5, epoch: 3 });
    expect(loopAt(r, r.ticks - 1)).toEqual({ name: 'epoch', at: 3, of: 5 });
  });

  it('counts turns, not numbers', () => {
    const r = at(7, { k: 6 });
    expect(loopAt(r, r.ticks - 1)).toEqual({ name: 'k', at: 2, of: 4 });
    const t = at(9, { t: 1 });
    expect(loopAt(t, t.ticks - 1)).toEqual({ name: 't', at: 1, of: 3 });
  });

  it('is none where its end is not known', () => {
    const r = at(4, { epoch: 3 });
    expect(loopAt(r, r.ticks - 1)).toBeNull();
    const first = at(1, {});
    expect(loopAt(first, first.ticks - 1)).toBeNull();
  });
});

describe('speed', () => {
  it('is of the last seconds, and says nothing too early', () => {
    const live = new Live();
    live.reset();
    expect(live.rate(0, 0)).toBeNull();
    expect(live.rate(10, 200)).toBeNull();
    expect(live.rate(50, 1000)).toBeCloseTo(50);
    expect(live.rate(1050, 2000)).toBeCloseTo(525);
  });

  it('tells what is left of a loop', () => {
    const live = new Live();
    const r = at(4, { n: 5, epoch: 0 });
    expect(live.progress(r, r.ticks - 1, 0)).toEqual({ name: 'epoch', at: 0, of: 5, seconds: null });
    const later = at(4, { n: 5, epoch: 2 });
    expect(live.progress(later, later.ticks - 1, 4000)?.seconds).toBeCloseTo(6);
  });

  it('lets views cost two hundredths of the time: each earns itself back before the next', () => {
    const live = new Live();
    live.reset();
    // Long before anybody looked saves nothing up.
    expect(live.affordable(60_000)).toBe(true);
    live.serve(60_000);
    live.serve(60_010);
    live.served(60_020);
    live.served(60_500);
    expect([live.affordable(60_021), live.affordable(61_019), live.affordable(61_021)]).toEqual([false, false, true]);
    // Two answers of one moment add up.
    for (const at of [62_000, 62_010]) {
      live.serve(at);
      live.served(at + 10);
    }
    expect([live.affordable(62_950), live.affordable(63_020)]).toEqual([false, true]);
  });

  it('tells once how many parameters are trained, where they are many', () => {
    const trained = (width: number, iterations: number) => {
      const script = new Script();
      const w = leaf(given([width, 1000], () => 1));
      for (let i = 0; i < iterations; i++) {
        script.line(1);
        const loss = op('sum', w);
        script.line(2);
        backwardFrom(loss);
        script.line(3);
        noGrad(() => op('add_', w, w));
      }
      return script.recording;
    };
    const large = new Live();
    expect(large.outgrown(trained(200, 1))).toBeNull();
    expect(large.outgrown(trained(200, 5))).toBe(200_000);
    expect(large.outgrown(trained(200, 5))).toBeNull();
    expect(new Live().outgrown(trained(20, 5))).toBeNull();
  });
});
