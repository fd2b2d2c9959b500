/** Watchpoints over recorded runs: where they begin to hold is checked against what the script itself saw. */
import { describe, expect, it } from 'vitest';
import { Replay } from '../../../src/recorder/replay';
import { parse, textOf } from '../../../src/recorder/watch/parse';
import { Watchpoints } from '../../../src/recorder/watch/watchpoints';
import { backwardFrom, given, leaf, type Mlp, noGrad, op, Script, trainMlp } from './script';

const norm = (v: number[]) => Math.hypot(...v);

function watch(mlp: { script: Script; replay?: Replay }, expression: string, more: object = {}) {
  const { recording } = mlp.script;
  const watchpoints = new Watchpoints(recording, mlp.replay ?? new Replay());
  const faults: string[] = [];
  watchpoints.onFault = (text) => faults.push(text);
  const [status] = watchpoints.set('user', [{ expression, ...more }]);
  expect(status.message).toBeUndefined();
  return { watchpoints, recording, faults, end: recording.ticks - 1 };
}

/** Every stop of a walk through the whole recording. */
function stops(mlp: { script: Script; replay?: Replay }, expression: string, direction: 1 | -1 = 1, more: object = {}) {
  const { watchpoints, end, faults } = watch(mlp, expression, more);
  const found: { tick: number; text: string }[] = [];
  let at = direction === 1 ? -1 : end + 1;
  for (;;) {
    const hit = watchpoints.search(at, direction === 1 ? end : 0);
    if (!hit) break;
    found.push({ tick: hit.tick, text: hit.hits[0].text });
    at = hit.tick;
  }
  expect(faults).toEqual([]);
  return found;
}

const iterationsOf = (mlp: Mlp, found: { tick: number }[]) =>
  found.map(({ tick }) => mlp.script.recording.iterationAt(tick));

describe('the grammar', () => {
  it.each([
    ['norm(p.grad) > 100', 'norm(p.grad) > 100'],
    ['p.grad.norm()>1e2', 'norm(p.grad) > 100'],
    ['torch.isnan(layers.0.weight).any()', 'any(isnan(layers.0.weight))'],
    ['not (loss < 2 and p[0, 1] ** 2 <= -3)', 'not ((loss < 2) and (p[0, 1] ** 2 <= -3))'],
    ['p.grad is not None or 1 < loss < 2', '(p.grad is not None) or (1 < loss < 2)'],
  ])('%s', (text, expected) => expect(textOf(parse(text))).toBe(expected));

  it.each(['', 'norm(', 'p >', '1 2', 'p.grad > 1)', 'lambda x: x', '$', 'p ==', `${'('.repeat(150)}1`])(
    'says what is wrong with %j',
    (text) => {
      const watchpoints = new Watchpoints(new Script().recording, new Replay());
      const [status] = watchpoints.set('user', [{ expression: text }]);
      expect(status.verified).toBe(false);
      expect(status.message).toMatch(/^['A-Z].*\.|\?$/);
    },
  );

  it('refuses what is about nothing, or about two things at once', () => {
    const watchpoints = new Watchpoints(new Script().recording, new Replay());
    const [one, two, three] = watchpoints.set(
      'user',
      ['1 < 2', 'norm(p) > max(relu)', 'wat(p)'].map((expression) => ({ expression })),
    );
    expect(one.message).toContain('about nothing');
    expect(two.message).toContain('p and relu');
    expect(three.message).toContain('There is no wat()');
  });
});

describe('a trained network', () => {
  const mlp = trainMlp({ iterations: 6 });
  const thinned = trainMlp({ iterations: 6, memoryLimit: 4000 });
  const grads = mlp.seen.map(({ grads }) => grads.map(norm));

  it('stops where a norm begins to be above a bound, parameter by parameter, the same in both directions', () => {
    const all = grads.flat().sort((a, b) => a - b);
    const bound = (all[9] + all[10]) / 2;
    const expected = grads.flatMap((now, i) =>
      now.flatMap((v, k) => (v > bound && !(i > 0 && grads[i - 1][k] > bound) ? [i] : [])),
    );
    const found = stops(mlp, `norm(p.grad) > ${bound}`);
    expect(iterationsOf(mlp, found)).toEqual(expected);
    expect(
      stops(mlp, `norm(p.grad) > ${bound}`, -1)
        .map((s) => s.tick)
        .reverse(),
    ).toEqual(found.map((s) => s.tick));
    expect(stops(thinned, `norm(p.grad) > ${bound}`).map((s) => s.tick)).toEqual(found.map((s) => s.tick));
    expect(found[0].text).toMatch(
      /^norm\((linear1|linear2|output)\.(weight|bias)\.grad\) > [\d.e-]+: it is [\d.e-]+ in iteration \d+ \(train\.py:\d+\)/,
    );
  });

  it('says of one weight what it was before', () => {
    const [, bound] = mlp.seen.map(({ weights }) => norm(weights[0])).sort((a, b) => a - b);
    const [first, ...more] = stops(mlp, `norm(linear1.weight) < ${bound}`);
    const expected = mlp.seen.findIndex(({ weights }) => norm(weights[0]) < bound);
    expect(mlp.script.recording.iterationAt(first.tick)).toBe(Math.max(0, expected));
    if (more.length > 0) expect(more[0].text).toContain('Before, in iteration');
  });

  it('meets every write of a weight: a data breakpoint', () => {
    const found = stops(mlp, 'changed(linear1.weight)');
    expect(found).toHaveLength(6);
    for (const { tick } of found) {
      expect(mlp.script.recording.kindAt(tick)).toBe('update');
      expect(mlp.script.recording.placeAt(tick)?.line).toBe(11);
    }
    expect(found[2].text).toMatch(/^linear1\.weight changed in iteration 3/);
    const id = mlp.params[0].tensor.id;
    expect(stops(mlp, `changed(tensor(${id}))`).map((s) => s.tick)).toEqual(found.map((s) => s.tick));
    expect(stops(mlp, `changed(tensor(${id})[0, 0])`)[0].text).toMatch(
      /linear1\.weight\[0, 0\] changed .*: from \S+ to \S+\.$/,
    );
  });

  it('counts hits, and takes a condition', () => {
    const all = stops(mlp, 'changed(linear1.weight)').map((s) => s.tick);
    expect(stops(mlp, 'changed(linear1.weight)', 1, { hitCondition: '3' }).map((s) => s.tick)).toEqual([all[2]]);
    expect(stops(mlp, 'changed(linear1.weight)', -1, { hitCondition: '>= 5' }).map((s) => s.tick)).toEqual([
      all[5],
      all[4],
    ]);
    const bound = mlp.seen[2].loss;
    const expected = all.filter((_, i) => mlp.seen[i].loss < bound);
    expect(stops(mlp, 'changed(linear1.weight)', 1, { condition: `loss < ${bound}` }).map((s) => s.tick)).toEqual(
      expected,
    );
  });

  it('compares the size of an update with its weight', () => {
    const ratio = (i: number, k: number) => {
      const before = i === 0 ? null : mlp.seen[i - 1].weights[k];
      if (!before) return null;
      const after = mlp.seen[i].weights[k];
      return norm(after.map((v, j) => v - before[j])) / norm(after);
    };
    const ratios = [1, 2, 3, 4, 5].map((i) => ratio(i, 2)!);
    const bound = [...ratios].sort((a, b) => a - b)[2] * 1.0001;
    const found = stops(mlp, `norm(update(output.weight)) / norm(output.weight) > ${bound}`);
    const expected = ratios.flatMap((v, i) => (v > bound && !(ratios[i - 1] > bound) ? [i + 1] : []));
    expect(iterationsOf(mlp, found).filter((i) => i > 0)).toEqual(expected);
  });

  it('sees the loss rise', () => {
    const losses = mlp.seen.map((s) => s.loss);
    const expected = losses.flatMap((v, i) =>
      i > 0 && v > losses[i - 1] && !(i > 1 && losses[i - 1] > losses[i - 2]) ? [i] : [],
    );
    expect(iterationsOf(mlp, stops(mlp, 'rises(loss, 1)'))).toEqual(expected);
    expect(stops(mlp, 'loss < 1e9')).toHaveLength(1);
    expect(stops(mlp, 'loss > 1e9')).toHaveLength(0);
  });

  it('compares a gradient with the whole net\u2019s, once backward() is over', () => {
    const parts = grads[0].map((g, k) => g / Math.hypot(...grads[0]) + 0 * k);
    const least = parts.indexOf(Math.min(...parts));
    const bound = (parts[least] + Math.min(...parts.filter((_, k) => k !== least))) / 2;
    const [first] = stops(mlp, `norm(p.grad) < ${bound} * norm(grads)`);
    expect(mlp.script.recording.passAt(first.tick)?.end).toBe(first.tick + 1);
    expect(first.text).toContain(`norm(${mlp.params[least].name}.grad)`);
  });

  it('knows activations by their op', () => {
    expect(stops(mlp, 'all(relu >= 0)').map((s) => mlp.script.recording.placeAt(s.tick)?.line)).toEqual([14]);
    expect(stops(mlp, 'max(sigmoid) > 1')).toEqual([]);
    expect(stops(mlp, 'all(relu >= 0)')[0].text).toContain('all(relu at train.py:14 >= 0)');
  });

  it('follows a variable', () => {
    const found = stops(mlp, 'min(zhat) > -1000');
    expect(found).toHaveLength(1);
    expect(mlp.script.recording.placeAt(found[0].tick)?.line).toBe(7);
  });

  it('tells once what cannot be computed', () => {
    const { watchpoints, faults, end } = watch(mlp, 'p > 1');
    expect(watchpoints.search(-1, end)).toBeNull();
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('use any() or all()');
  });
});

it('meets the same ticks while the script runs as it finds afterwards', () => {
  const expressions = [
    'norm(p.grad) > 0.01',
    'changed(output.bias)',
    'rises(loss, 1)',
    'p.grad is None',
    'norm(p.grad) < 0.5 * norm(grads)',
    'all(relu >= 0)',
    'norm(update(p)) > 0.001',
    'loss > 0',
  ];
  const live: number[][] = expressions.map(() => []);
  const proto = Script.prototype as unknown as { line: Script['line'] };
  const line = proto.line;
  let hooked = false;
  proto.line = function (this: Script, ...args: Parameters<Script['line']>) {
    if (!hooked) {
      hooked = true;
      const all = expressions.map((expression) => {
        const w = new Watchpoints(this.recording, new Replay());
        w.set('user', [{ expression }]);
        return w;
      });
      this.recorder.onTick = (tick) =>
        all.forEach((w, i) => {
          const hit = w.live(tick);
          if (hit) live[i].push(hit.tick);
        });
    }
    return line.apply(this, args);
  };
  let mlp: Mlp;
  try {
    mlp = trainMlp({ iterations: 4 });
  } finally {
    proto.line = line;
  }
  expressions.forEach((expression, i) => {
    expect([expression, live[i]]).toEqual([expression, stops(mlp, expression).map((s) => s.tick)]);
  });
});

describe('trouble', () => {
  /** w and unused; the second of three iterations takes the logarithm of a negative number. */
  function broken() {
    const script = new Script(undefined, 'w = …\n');
    script.recorder.module(1, null, '', 'Net', '');
    const w = leaf(given([3], (i) => i + 1));
    const unused = leaf(given([2], () => 1));
    const frozen = leaf(given([1], () => 0));
    script.line(1);
    script.recorder.parameter(1, 'w', w);
    script.recorder.parameter(1, 'unused', unused);
    script.recorder.parameter(1, 'frozen', frozen);
    for (let i = 0; i < 3; i++) {
      script.line(2);
      const x = given([3], (k) => (i === 1 && k === 1 ? -1 : 1));
      const h = op('relu', op('mul', w, i === 2 ? -1 : 1));
      script.line(3);
      const loss = op('sum', op('add', op('add', op('log', x), h), op('mul', frozen, 0)));
      script.line(4);
      backwardFrom(loss);
      script.line(5);
      script.recorder.beginStep(1, 'SGD (…)', '[{"lr": 0.1}]');
      noGrad(() => {
        op('add_', w, w.grad!, -0.1);
        op('add_', frozen, frozen.grad!, -0.1);
      });
      script.recorder.endStep();
      script.line(6);
      for (const tensor of [w, frozen]) {
        tensor.grad = null;
        script.recorder.ran({ kind: 'grad', tensor, cause: 'set' });
      }
    }
    script.stop();
    return { script };
  }
  const run = broken();
  const place = (s: { tick: number }) => {
    const { recording } = run.script;
    return [recording.iterationAt(s.tick), recording.placeAt(s.tick)?.line];
  };

  it('names the op that made the first NaN', () => {
    const found = stops(run, 'origin()');
    expect(found.map(place)).toEqual([[1, 3]]);
    expect(found[0].text).toBe('The first NaN: log made it out of finite inputs in iteration 2 (train.py:3).');
    expect(stops(run, 'nonfinite(loss)').map(place)).toEqual([[1, 4]]);
  });

  it('finds a parameter without gradient, and one that a step left as it was', () => {
    const missing = stops(run, 'p.grad is None');
    expect(missing.map((s) => s.text.split(' ')[0])).toEqual(['unused.grad']);
    const { recording } = run.script;
    expect(missing.map(({ tick }) => recording.passAt(tick)?.end === tick + 1)).toEqual([true]);
    const still = stops(run, 'norm(update(p)) == 0');
    expect(still[0].text).toContain('norm(update(frozen)) == 0');
    expect(place(still[0])).toEqual([0, 5]);
  });

  it('finds a ReLU that is dead for the whole batch', () => {
    expect(stops(run, 'all(relu == 0)').map(place)).toEqual([[2, 2]]);
  });
});

describe('what is not there', () => {
  const unmet = (expression: string) => {
    const { watchpoints, end, faults } = watch(trainMlp({ iterations: 2, rule: 'sgd' }), expression);
    expect(watchpoints.search(-1, end)).toBeNull();
    const said = watchpoints.neverMet();
    expect(watchpoints.neverMet()).toEqual([]);
    return [...faults, ...said];
  };

  it('is said once all was searched, for a misspelt name looks as if all were well', () => {
    expect(unmet('norm(nothing) > 1')).toEqual([
      "The watchpoint norm(nothing) > 1 never had a value: nothing in this run is called 'nothing'.",
    ]);
    expect(unmet('any(gelu > 1)')[0]).toContain("is called 'gelu'");
    expect(unmet('norm(linear1.weight.wat) > 1')[0]).toContain("'wat' is not known");
    expect(unmet('norm(p.grad) > 1e30')).toEqual([]);
  });

  it('is no mistake where an optimizer will make it', () => {
    const run = trainMlp({ iterations: 3, rule: 'sgd' });
    const found = stops(run, 'norm(p.momentum_buffer) > 0');
    expect(run.script.recording.iterationAt(found[0].tick)).toBe(0);
  });

  it('a parameter that is frozen before it learns misses no gradient', () => {
    const script = new Script();
    script.line(1);
    script.recorder.module(1, null, '', 'Model', '');
    const [w, frozen, lost] = ['w', 'frozen', 'lost'].map((name) => {
      const t = leaf(given([2], (i) => i + 1));
      script.recorder.parameter(1, name, t);
      return t;
    });
    frozen.leafRequiresGrad = false;
    backwardFrom(op('sum', op('mul', op('mul', w, frozen), 2)));
    script.line(2, {});
    script.stop();
    expect(stops({ script }, 'p.grad is None').map((s) => s.text)).toEqual([
      expect.stringMatching(/^lost\.grad is None/),
    ]);
    expect(lost.grad).toBeNull();
  });

  it('an update is not what a weight began with', () => {
    const script = new Script();
    script.line(1);
    const w = leaf(given([2], () => 0));
    noGrad(() => op('add_', w, 5));
    for (let i = 0; i < 2; i++) {
      script.line(2, { w });
      backwardFrom(op('sum', op('mul', w, w)));
      noGrad(() => op('sub_', w, 1));
    }
    script.line(3, {});
    script.stop();
    expect(stops({ script }, 'norm(update(p)) > 1').map((s) => script.recording.iterationAt(s.tick))).toEqual([0]);
  });
});
