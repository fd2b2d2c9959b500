/** The update's panel shows the rule that ran, whoever wrote it, with numbers that add up. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/tensor';
import type { UpdateView } from '../../../src/protocol/views';
import { historyOf } from '../../../src/recorder/origins/history';
import { lastWrite } from '../../../src/recorder/origins/lastWrite';
import { Replay } from '../../../src/recorder/replay';
import { clock } from '../../../src/recorder/views/clock';
import { tensorOf } from '../../../src/recorder/views/tensor';
import { updateOf } from '../../../src/recorder/views/update';
import { watchableOf } from '../../../src/recorder/watch/watchable';
import { backwardFrom, dataOf, GAMMA, given, LR, leaf, noGrad, op, Script, trainMlp } from './script';

const term = (v: UpdateView, role: string) => Number(v.terms.find((t) => t.role === role)?.value);
const expressions = (v: UpdateView) => v.steps.map((s) => s.expression);

describe.each([
  ['inplace', 'by hand', ['v ← 0.9·v', 'v ← v − 0.1·g', 'w ← w + v']],
  ['data', 'by hand', ['v ← 0.9·v − 0.1·g', 'w ← w + v']],
  [
    'sgd',
    'SGD(lr=0.1, momentum=0.9)',
    ['momentum_buffer ← 0.9·momentum_buffer', 'momentum_buffer ← momentum_buffer + g', 'w ← w − 0.1·momentum_buffer'],
  ],
] as const)('a run updated by %s', (rule, name, steps) => {
  const m = trainMlp({ iterations: 6, rule, memoryLimit: 30_000 });
  const r = m.script.recording;
  const view = (tick: number, parameter = 0, element = [3, 7]) =>
    updateOf(r, m.replay, tick, { parameter: m.params[parameter].tensor.id, element });

  it('shows the rule as it was executed', () => {
    const v = view(m.seen[4].tick);
    expect(v.rule).toBe(name);
    expect(expressions(v)).toEqual(steps);
    expect(v.parameters.map((p) => [p.name, p.updates])).toEqual(m.params.map((p) => [p.name, 6]));
  });

  it('has the numbers of the run, before and after', () => {
    const v = view(m.seen[4].tick);
    const i = 3 * 20 + 7;
    expect(term(v, 'weight')).toBe(m.seen[3].weights[0][i]);
    expect(term(v, 'new weight')).toBe(m.seen[4].weights[0][i]);
    expect(term(v, 'gradient')).toBe(m.seen[4].grads[0][i]);
    expect(term(v, 'velocity before')).toBe(m.seen[3].velocities[0][i]);
    expect(term(v, 'velocity')).toBe(m.seen[4].velocities[0][i]);
    expect(term(v, 'step taken')).toBe(m.seen[4].weights[0][i] - m.seen[3].weights[0][i]);
  });

  it('has numbers that add up to the velocity and to the new weight', () => {
    const v = view(m.seen[5].tick, 1, [2, 4]);
    const g = term(v, 'gradient');
    const wanted =
      rule === 'sgd' ? GAMMA * term(v, 'velocity before') + g : GAMMA * term(v, 'velocity before') - LR * g;
    expect(term(v, 'velocity')).toBeCloseTo(wanted, 7);
    const step = rule === 'sgd' ? -LR * term(v, 'velocity') : term(v, 'velocity');
    expect(term(v, 'step taken')).toBeCloseTo(step, 6);
    for (const s of v.steps) expect(evaluated(s.numbers)).toBeLessThan(2e-5);
  });

  it('knows at the cursor what is done, and has no value for what is not', () => {
    const last = view(r.ticks - 1);
    const [first] = last.steps;
    const before = view(first.tick - 1);
    expect(before.steps.map((s) => s.done)).toEqual(steps.map(() => false));
    expect(before.terms.find((t) => t.role === 'velocity')!.value).toBeNull();
    expect(before.terms.find((t) => t.role === 'step taken')!.value).toBeNull();
    expect(before.at).toBe(4);
    expect(view(first.tick).steps[0].done).toBe(true);
    expect(last.steps.every((s) => s.done)).toBe(true);
    expect(last.at).toBe(5);
    expect(view(r.iteration(5).backward - 1).terms.find((t) => t.role === 'gradient')!.value).toBeNull();
  });

  it('has series over the iterations', () => {
    const v = view(m.seen[2].tick);
    const i = 3 * 20 + 7;
    const of = (role: string) => v.series.find((s) => s.role === role)!;
    expect(v.iterations).toEqual([0, 1, 2, 3, 4, 5]);
    expect(v.at).toBe(2);
    expect(of('weight').element).toEqual(m.seen.map((s) => s.weights[0][i]));
    expect(of('gradient').element).toEqual(m.seen.map((s) => s.grads[0][i]));
    expect(of('velocity').element).toEqual(m.seen.map((s) => s.velocities[0][i]));
    expect(of('step taken').norm.every((x) => x !== null && x > 0)).toBe(true);
  });
});

/** How far `= 0.9·0.2 − 0.1·(−0.5) = 0.23` is from true, relatively. */
function evaluated(numbers: string): number {
  const [, left, right] = numbers.split('= ');
  const js = (s: string) =>
    s
      .replaceAll('−', '-')
      .replaceAll('·', '*')
      .replaceAll('^', '**')
      .replace(/√(\S+)/g, 'Math.sqrt($1)');
  const run = (s: string) => Number(new Function(`return ${js(s)}`)());
  const wanted = run(right);
  return (
    Math.abs(run(left) - wanted) / Math.max(1e-12, Math.abs(wanted) + Math.max(...left.match(/\d[\d.]*/g)!.map(Number)))
  );
}

/** One parameter, trained by a rule. */
function train(
  iterations: number,
  rule: (w: Tensor, script: Script, i: number) => void,
): { script: Script; w: Tensor } {
  const script = new Script(undefined, 'loss.backward()');
  const w = leaf(given([2, 3], (i) => i + 1));
  script.line(1, { w });
  for (let i = 0; i < iterations; i++) {
    script.line(1);
    const loss = op('mean', op('mul', w, w));
    backwardFrom(loss);
    rule(w, script, i);
    w.grad = null;
    script.recorder.ran({ kind: 'grad', tensor: w, cause: 'set' });
  }
  script.line(9);
  script.stop();
  return { script, w };
}

const viewOf = (script: Script, tick = script.recording.ticks - 1) =>
  updateOf(script.recording, new Replay(), tick, {});

describe('a rule by hand', () => {
  it('p -= lr * p.grad', () => {
    const { script } = train(2, (w, s) => {
      s.line(2);
      noGrad(() => op('sub_', w, op('mul', w.grad!, 0.1)));
    });
    const v = viewOf(script);
    expect(expressions(v)).toEqual(['w ← w − 0.1·g']);
    expect(v.terms.map((t) => t.role)).toEqual(['weight', 'gradient', 'step taken', 'new weight']);
    expect(term(v, 'step taken')).toBeCloseTo(-0.1 * term(v, 'gradient'), 7);
  });

  it('w = w - lr * dw, which is never written back: the first step of the tutorial', () => {
    const { script } = train(1, (weight, s) => {
      s.line(2);
      const w = dataOf(weight);
      s.line(3, { w });
      s.line(4, { dw: weight.grad! });
      const stepped = op('sub', w, op('mul', weight.grad!, 0.1));
      s.line(5, { w: stepped });
    });
    const v = viewOf(script);
    expect(v.rule).toBe('by hand, not written back');
    expect(expressions(v)).toEqual(['w ← w − 0.1·dw']);
    expect(term(v, 'new weight')).toBeCloseTo(term(v, 'weight') - 0.1 * term(v, 'gradient'), 6);
    expect(v.terms.find((t) => t.role === 'new weight')!.name).toBe('not written back');
  });

  it('v = torch.zeros(dw.shape); v = gamma * v - lr * dw; w = w + v, still not written back', () => {
    const { script } = train(1, (weight, s) => {
      s.line(2);
      const w = dataOf(weight);
      s.line(3, { w, dw: weight.grad! });
      const zeros = op('zeros', [2, 3]);
      s.line(4, { v: zeros });
      const v = op('sub', op('mul', zeros, 0.9), op('mul', weight.grad!, 0.1));
      s.line(5, { v });
      const next = op('add', w, v);
      s.line(6, { w: next });
    });
    const view = viewOf(script);
    expect(expressions(view)).toEqual(['v ← 0.9·v − 0.1·dw', 'w ← w + v']);
    expect(term(view, 'velocity before')).toBe(0);
    expect(term(view, 'velocity')).toBeCloseTo(-0.1 * term(view, 'gradient'), 7);
  });

  it.each(['inplace', 'data'] as const)(
    'keeps a velocity that the inspector shows as state, at every tick (%s)',
    (rule) => {
      const mine = trainMlp({ iterations: 4, rule });
      const r = mine.script.recording;
      const { tensor } = mine.params[0];
      const at = (tick: number, name: string) =>
        tensorOf(r, mine.replay, tick, { tensor: tensor.id, part: `state:${name}` });
      const last = r.ticks - 1;
      const [name] = tensorOf(r, mine.replay, last, { tensor: tensor.id }).parameter!.states;
      expect(name).toBe('v');
      for (const { tick, velocities } of mine.seen) expect(at(tick, name).grid!.cells[7]).toBe(velocities[0][7]);
      // Within an iteration, before the rule has run, it is as the iteration before left it.
      expect(at(r.iteration(2).backward, name).grid!.cells[7]).toBe(mine.seen[1].velocities[0][7]);
      expect(at(last, name)).toMatchObject({ name: 'v of linear1.weight', missing: null, shape: [13, 20] });
      expect(at(last, 'no').missing).toMatch(/Neither an optimizer nor the script keeps/);
    },
  );

  it.each(['inplace', 'data'] as const)(
    'tells the history of such a velocity, its last write, and watches it (%s)',
    (rule) => {
      const mine = trainMlp({ iterations: 4, rule });
      const r = mine.script.recording;
      const last = r.ticks - 1;
      const ref = { tensor: mine.params[0].tensor.id, part: 'state:v' } as const;
      const norms = mine.seen.map(({ velocities }) => Math.hypot(...velocities[0]));
      const history = historyOf(r, mine.replay, last, { ref });
      expect(history.name).toBe('norm(v of linear1.weight)');
      const values = history.points.map(({ value }) => value as number);
      expect(values).toHaveLength(4);
      for (const [i, norm] of norms.entries()) expect(values[i]).toBeCloseTo(norm, 6);
      const variables = null as never;
      const { expression } = watchableOf(r, variables, { name: '', tensor: ref });
      expect(expression).toBe('linear1.weight.v');
      // Between the third iteration's velocity and the fourth's.
      const bound = (norms[2] + norms[3]) / 2;
      const rises = norms[3] > norms[2] ? '>' : '<';
      const watched = historyOf(r, mine.replay, last, { expression: `norm(${expression}) ${rises} ${bound}` });
      expect(watched.points.at(-1)!.value).toBe(1);
      const written = lastWrite(r, mine.replay, last, { ref })!;
      expect(r.iterationAt(written.tick)).toBe(3);
      expect(r.recordAt(written.tick)!.name).toMatch(/^sub/);
      expect(lastWrite(r, mine.replay, written.tick, { ref })!.tick).toBeLessThan(r.iteration(3).start);
    },
  );

  it('with torch.no_grad(): p += v, and weight decay first', () => {
    let v = given([2, 3], () => 0);
    const { script } = train(3, (w, s) => {
      s.line(2, { v });
      v = op('sub', op('mul', v, 0.9), op('mul', w.grad!, 0.1));
      s.line(3, { v });
      noGrad(() => op('mul_', w, 0.99));
      s.line(4);
      noGrad(() => op('add_', w, v));
    });
    const view = viewOf(script);
    expect(expressions(view)).toEqual(['v ← 0.9·v − 0.1·g', 'w ← 0.99·w', 'w ← w + v']);
    expect(view.parameter!.updates).toBe(3);
    expect(term(view, 'velocity')).toBeCloseTo(0.9 * term(view, 'velocity before') - 0.1 * term(view, 'gradient'), 6);
  });

  it('p.data = w, a line after w was computed', () => {
    const { script } = train(2, (p, s) => {
      s.line(2, { p });
      const w = dataOf(p);
      s.line(3, { w });
      const next = op('sub', w, op('mul', p.grad!, 0.1));
      s.line(4, { w: next });
      p.storage = next.storage;
      s.recorder.ran({ kind: 'data', tensor: p });
    });
    expect(expressions(viewOf(script))).toEqual(['w ← w − 0.1·g', 'w.data ← w']);
  });

  it('is not mistaken for the difference of a new weight and the old one, nor for what is only looked at', () => {
    const { script } = train(1, (weight, s) => {
      s.line(2);
      const w = dataOf(weight);
      s.line(3, { w });
      const next = op('sub', w, op('mul', weight.grad!, 0.1));
      s.line(4, { w: next });
      const moved = op('sub', next, dataOf(weight));
      s.line(5, { moved });
      op('add', next, op('mul', weight.grad!, 5));
      s.line(6);
    });
    const v = viewOf(script);
    expect(expressions(v)).toEqual(['w ← w − 0.1·g']);
    expect(v.parameter!.updates).toBe(1);
  });

  it('is shown for the network of the moment, where one was made anew', () => {
    const script = new Script();
    const { recorder } = script;
    const weights = [1, 2].map((root) => {
      recorder.module(root, null, '', 'Net', '');
      const w = leaf(given([2], () => root));
      recorder.parameter(root, 'weight', w);
      script.line(1, { net: { module: root, type: 'Net' } });
      for (let i = 0; i < 2; i++) {
        script.line(2);
        backwardFrom(op('sum', op('mul', w, w)));
        noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.1)));
        w.grad = null;
        recorder.ran({ kind: 'grad', tensor: w, cause: 'set' });
      }
      return w.id;
    });
    script.stop();
    const r = script.recording;
    const early = r.endOf(0) - 1;
    expect(viewOf(script, early).parameters).toMatchObject([{ tensor: weights[0], name: 'weight', updates: 2 }]);
    expect(viewOf(script).parameters).toMatchObject([{ tensor: weights[1], name: 'weight', updates: 2 }]);
    const asked = updateOf(r, new Replay(), r.ticks - 1, { parameter: weights[0] });
    expect(asked.parameter!.tensor).toBe(weights[1]);
  });

  it('is not mistaken for clipping or a new initialisation', () => {
    const { script } = train(2, (w, s) => {
      s.line(2);
      noGrad(() => op('sub_', w, op('mul', w.grad!, 0.1)));
      s.line(3);
      noGrad(() => op('mul_', w, 1));
    });
    expect(viewOf(script).parameter!.updates).toBe(2);
  });
});

describe("an optimizer's rule", () => {
  it('keeps tensors before the count of its steps, which says the least', () => {
    const count = given([], () => 0);
    const moment = given([2, 3], () => 0);
    const { script, w } = train(2, (p, s) => {
      s.recorder.beginStep(7, 'Adam (…)', '[{"lr":0.001}]');
      s.recorder.state(7, p, 'step', count);
      s.recorder.state(7, p, 'exp_avg', moment);
      noGrad(() => {
        op('add_', count, 1);
        op('add_', op('mul_', moment, 0.9), p.grad!, 0.1);
        op('add_', p, moment, -0.01);
      });
      s.recorder.endStep();
    });
    const { recording } = script;
    const { parameter } = tensorOf(recording, new Replay(), recording.ticks - 1, { tensor: w.id });
    expect(parameter!.states).toEqual(['exp_avg', 'step']);
  });

  it('Adam: moments by their names, the step in one formula', () => {
    const moments = [given([2, 3], () => 0), given([2, 3], () => 0)];
    const { script } = train(3, (w, s, i) => {
      s.line(2);
      s.recorder.beginStep(
        7,
        'Adam (…)',
        '[{"lr":0.001,"betas":[0.9,0.999],"eps":1e-8,"weight_decay":0,"amsgrad":false}]',
      );
      const [m1, m2] = moments;
      noGrad(() => {
        op('add_', op('mul_', m1, 0.9), w.grad!, 0.1);
        op('add_', op('mul_', m2, 0.999), op('mul', op('mul', w.grad!, w.grad!), 0.001));
        const root = op('add_', op('div', op('sqrt', m2), 0.5), 1e-8);
        op('add_', w, op('div', m1, root), -0.01);
      });
      s.recorder.state(7, w, 'exp_avg', m1);
      s.recorder.state(7, w, 'exp_avg_sq', m2);
      s.recorder.state(7, w, 'step', i + 1);
      s.recorder.endStep();
    });
    const v = viewOf(script);
    expect(v.rule).toBe('Adam(lr=0.001, betas=(0.9, 0.999), eps=1e-8)');
    expect(expressions(v)).toEqual([
      'exp_avg ← 0.9·exp_avg',
      'exp_avg ← exp_avg + 0.1·g',
      'exp_avg_sq ← 0.999·exp_avg_sq',
      'exp_avg_sq ← exp_avg_sq + 0.001·g·g',
      'w ← w − 0.01·exp_avg / (√exp_avg_sq / 0.5 + 1e−8)',
    ]);
    expect(v.terms.map((t) => t.role)).toEqual([
      ...['weight', 'gradient', 'exp_avg before', 'exp_avg', 'exp_avg_sq before', 'exp_avg_sq', 'step'],
      ...['step taken', 'new weight'],
    ]);
    expect(term(v, 'step')).toBe(3);
    expect(v.stages.map((s) => [s.kind, s.name, s.lines.map((l) => l.expression)])).toEqual([
      ['gradient', '', []],
      ['moment', 'exp_avg', ['exp_avg ← 0.9·exp_avg', 'exp_avg ← exp_avg + 0.1·g']],
      ['moment', 'exp_avg_sq', ['exp_avg_sq ← 0.999·exp_avg_sq', 'exp_avg_sq ← exp_avg_sq + 0.001·g·g']],
      ['correction', 'exp_avg_sq', ['√exp_avg_sq / 0.5']],
      ['scale', 'exp_avg_sq', ['√exp_avg_sq / 0.5 + 1e−8']],
      ['step', '', ['w ← w − 0.01·exp_avg / (√exp_avg_sq / 0.5 + 1e−8)']],
      ['weight', '', []],
    ]);
    // From the moments at [0, 0], by hand.
    const second = Math.sqrt(term(v, 'exp_avg_sq')) / 0.5;
    const of = (kind: string) => Number(v.stages.find((s) => s.kind === kind)!.value);
    expect(of('correction')).toBeCloseTo(second, 6);
    expect(of('scale')).toBeCloseTo(second + 1e-8, 6);
    expect(of('step')).toBeCloseTo((-0.01 * term(v, 'exp_avg')) / second, 6);
    expect(of('weight')).toBe(term(v, 'new weight'));
    // What each past gradient gave to the first moment: (1 - beta) beta^k g.
    const past = v.past!;
    expect(past.name).toBe('exp_avg');
    for (const [k, g] of past.gradients.entries()) expect(g.factor).toBeCloseTo(0.1 * 0.9 ** k, 6);
    expect(past.gradients).toHaveLength(3);
    expect(Math.abs(past.remainder.element)).toBeLessThan(1e-7);
  });

  it('says so where nothing was ever updated, or not this tensor', () => {
    const script = new Script();
    const w = leaf(given([2], () => 1));
    script.line(1, { w });
    backwardFrom(op('sum', w));
    script.stop();
    expect(viewOf(script)).toMatchObject({ parameter: null, missing: 'No parameter has been updated yet.' });
  });
});

describe('a long run', () => {
  afterEach(() => {
    clock.now = () => performance.now();
  });

  it('is read piece by piece: more of it with every question, evenly spread, until it is all there', {
    timeout: 20_000,
  }, () => {
    const { script, w } = train(1200, (p) => noGrad(() => op('sub_', p, op('mul', p.grad!, 1e-4))));
    const replay = new Replay();
    const ask = () => updateOf(script.recording, replay, 5000, { parameter: w.id });
    // Every look at the clock is a millisecond: a busy machine reads as much with each question as an idle one.
    let time = 0;
    clock.now = () => time++;
    const first = ask();
    const here = script.recording.iterationAt(5000);
    expect(first.iterations).toEqual(expect.arrayContaining([here - 1, here, here + 1, 1199]));
    let last = first;
    let asked = 1;
    for (let next = ask(); asked++ < 300 && JSON.stringify(next) !== JSON.stringify(last); next = ask()) {
      expect(next.iterations.length).toBeGreaterThanOrEqual(last.iterations.length);
      last = next;
    }
    expect(last.iterations.length).toBeGreaterThan(100);
    expect(last.iterations.length).toBeLessThanOrEqual(500);
    expect(last.series.flatMap((of) => of.norm)).not.toContain(null);
    expect(ask()).toEqual(last);
  });
});

describe.each(['inplace', 'data', 'sgd'] as const)('the velocity of a run updated by %s', (rule) => {
  const m = trainMlp({ iterations: 8, rule, memoryLimit: 30_000 });
  const r = m.script.recording;
  const [p, i] = [0, 3 * 20 + 7];
  const view = (tick: number, parameter = p) =>
    updateOf(r, m.replay, tick, { parameter: m.params[parameter].tensor.id, element: parameter === p ? [3, 7] : [1] });

  beforeAll(() => {
    clock.now = () => 0;
  });
  afterAll(() => {
    clock.now = () => performance.now();
  });

  it('is the sum of the past gradients, each with its power of the momentum', () => {
    const past = view(m.seen[5].tick).past!;
    // The script's own velocity is in steps, SGD's in gradients.
    const scale = rule === 'sgd' ? 1 : -LR;
    expect(past.gradients.map((g) => g.iteration)).toEqual([5, 4, 3, 2, 1, 0]);
    for (const [k, g] of past.gradients.entries()) {
      expect(g.factor).toBeCloseTo(scale * GAMMA ** k, 12);
      expect(g.element).toBeCloseTo(scale * GAMMA ** k * m.seen[5 - k].grads[p][i], 12);
      expect(r.iterationAt(g.tick)).toBe(g.iteration);
    }
    expect(past.value.element).toBe(m.seen[5].velocities[p][i]);
    expect(past.value.along).toBeCloseTo(Math.hypot(...m.seen[5].velocities[p]), 12);
    // Nothing is left but the rounding of float32.
    expect(Math.abs(past.remainder.element)).toBeLessThan(1e-6 * past.value.along);
    expect(Math.abs(past.remainder.along)).toBeLessThan(1e-6 * past.value.along);
  });

  it('adds up with what remains, along the velocity too', () => {
    for (const parameter of [0, 3]) {
      const past = view(m.seen[7].tick, parameter).past!;
      const v = m.seen[7].velocities[parameter];
      const along = past.gradients.map((g) =>
        m.seen[g.iteration].grads[parameter].reduce((sum, x, k) => sum + (g.factor * x * v[k]) / Math.hypot(...v), 0),
      );
      for (const [k, g] of past.gradients.entries()) expect(g.along).toBeCloseTo(along[k], 10);
      const sum = past.gradients.reduce((s, g) => s + g.along, 0) + past.remainder.along;
      expect(sum).toBeCloseTo(past.value.along, 12);
    }
  });

  it('before the update is that of the iteration before', () => {
    const [first] = view(m.seen[4].tick).steps;
    expect(view(first.tick - 1).past!.iteration).toBe(3);
    expect(view(m.seen[4].tick).past!.iteration).toBe(4);
  });

  it('has an angle to the gradient that meets it', () => {
    const { angles } = view(m.seen[7].tick);
    const degrees = m.seen.map(({ grads }, k) => {
      if (k === 0) return null;
      const [g, v] = [grads[p], m.seen[k - 1].velocities[p]];
      const cosine = g.reduce((s, x, j) => s + x * v[j], 0) / (Math.hypot(...g) * Math.hypot(...v));
      return (Math.acos(rule === 'sgd' ? cosine : -cosine) * 180) / Math.PI;
    });
    expect(angles.length).toBe(8);
    expect(angles[0]).toBeNull();
    for (const [k, a] of angles.entries()) if (k > 0) expect(a).toBeCloseTo(degrees[k]!, 4);
  });
});

describe('an update as a pipeline', () => {
  const stages = (v: UpdateView) => v.stages.map((s) => [s.kind, s.name, ...s.lines.map((l) => l.expression)]);

  it('has the stages that ran: clip, decay, momentum, look-ahead', () => {
    const seen: { g: number; w: number; v: number; clipped: number }[] = [];
    let v: Tensor | null = null;
    const { script } = train(3, (w, s) => {
      const at = (t: Tensor) => Number(dataOf(t).values()[0]);
      const now = { g: at(w.grad!), w: at(w), v: 0, clipped: 0 };
      s.line(2);
      noGrad(() =>
        op(
          'mul_',
          w.grad!,
          given([], () => 0.25),
        ),
      );
      now.clipped = at(w.grad!);
      s.line(3);
      s.recorder.beginStep(7, 'SGD (…)', '[{"lr":0.1,"momentum":0.9,"nesterov":true,"weight_decay":0.01}]');
      noGrad(() => {
        const g = op('add', w.grad!, w, 0.01);
        if (v) op('add_', op('mul_', v, 0.9), g);
        else v = op('clone', g);
        s.recorder.state(7, w, 'momentum_buffer', v);
        op('add_', w, op('add', g, v, 0.9), -0.1);
      });
      s.recorder.endStep();
      now.v = at(v!);
      seen.push(now);
    });
    const view = viewOf(script);
    expect(stages(view)).toEqual([
      ['gradient', ''],
      ['clip', '', 'g ← 0.25·g'],
      ['decay', 'gradient', 'g + 0.01·w'],
      ['momentum', 'momentum_buffer', 'momentum_buffer ← 0.9·momentum_buffer', 'momentum_buffer ← momentum_buffer + t'],
      ['lookahead', 'momentum_buffer', 't + 0.9·momentum_buffer'],
      ['step', '', 'w ← w − 0.1·(t + 0.9·momentum_buffer)'],
      ['weight', ''],
    ]);
    const [, , last] = seen;
    const of = (kind: string) => Number(view.stages.find((s) => s.kind === kind)!.value);
    expect([of('gradient'), of('clip')]).toEqual([last.g, last.clipped]);
    const decayed = last.clipped + 0.01 * last.w;
    expect(of('decay')).toBeCloseTo(decayed, 6);
    expect(of('momentum')).toBe(last.v);
    expect(of('lookahead')).toBeCloseTo(decayed + 0.9 * last.v, 6);
    expect(of('step')).toBeCloseTo(-0.1 * (decayed + 0.9 * last.v), 6);
    // The velocity: of the gradients as backward() left them, clipped by a quarter, and of the decay.
    const past = view.past!;
    expect(past.gradients.map((g) => g.factor)).toEqual([0, 1, 2].map((k) => expect.closeTo(0.25 * 0.9 ** k, 6)));
    const decay = seen.reduce((sum, { w }, i) => sum + 0.9 ** (2 - i) * 0.01 * w, 0);
    expect(past.decay!.element).toBeCloseTo(decay, 6);
    expect(Math.abs(past.remainder.element)).toBeLessThan(1e-6);
  });

  it('draws no stage that did not happen, and has no numbers before they are', () => {
    const { script } = train(2, (w, s) => {
      s.line(2);
      noGrad(() => op('sub_', w, op('mul', w.grad!, 0.1)));
    });
    const view = viewOf(script);
    expect(stages(view)).toEqual([
      ['gradient', ''],
      ['step', '', 'w ← w − 0.1·g'],
      ['weight', ''],
    ]);
    const before = viewOf(script, view.stages[1].tick - 1);
    expect(before.stages.map((s) => [s.done, s.value === null])).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ]);
  });

  it('shrinks the weight itself where decay is decoupled, and stands side by side for all layers', () => {
    const m = trainMlp({ iterations: 3, rule: 'sgd' });
    const r = m.script.recording;
    const view = updateOf(r, m.replay, r.ticks - 1, { layers: true });
    expect(view.layers!.map((l) => l.name)).toEqual(m.params.map((p) => p.name));
    for (const [k, layer] of view.layers!.entries()) {
      expect(layer.stages.map((s) => s.kind)).toEqual(['gradient', 'momentum', 'step', 'weight']);
      expect(layer.stages[0].norm).toBeCloseTo(Math.hypot(...m.seen[2].grads[k]), 6);
      expect(layer.stages[3].norm).toBeCloseTo(Math.hypot(...m.seen[2].weights[k]), 6);
    }
    const { script } = train(2, (w, s) => {
      s.line(2);
      noGrad(() => {
        op('mul_', w, 0.99);
        op('sub_', w, op('mul', w.grad!, 0.1));
      });
    });
    expect(stages(viewOf(script)).map(([kind, name]) => `${kind} ${name}`)).toEqual([
      'gradient ',
      'decay weight',
      'step ',
      'weight ',
    ]);
  });
});
