/** Where a number comes from, over recorded runs: against what the script itself saw. */
import { describe, expect, it } from 'vitest';
import { backward } from '../../../src/engine/autograd/backward';
import { historyOf } from '../../../src/recorder/origins/history';
import { lastWrite } from '../../../src/recorder/origins/lastWrite';
import { whyGradient } from '../../../src/recorder/origins/whyGradient';
import { Replay } from '../../../src/recorder/replay';
import { backwardFrom, dataOf, given, leaf, noGrad, op, Script, trainMlp } from './script';

const mlp = trainMlp({ iterations: 5, samples: 6 });
const thinned = trainMlp({ iterations: 5, samples: 6, memoryLimit: 4000 });
const { recording } = mlp.script;
const end = recording.ticks - 1;
const id = (k: number) => mlp.params[k].tensor.id;

describe('last write', () => {
  it('leads from a weight through its writes, back to the beginning', () => {
    const seen: number[] = [];
    for (let at: number | undefined = end; at !== undefined; ) {
      const found = lastWrite(recording, mlp.replay, at, { ref: { tensor: id(0) } });
      if (found) seen.push(found.tick);
      at = found?.tick;
    }
    expect(seen.map((t) => recording.iterationAt(t))).toEqual([4, 3, 2, 1, 0, 0]);
    expect(seen.slice(0, 5).map((t) => recording.placeAt(t)?.line)).toEqual([11, 11, 11, 11, 11]);
    expect(lastWrite(recording, mlp.replay, end, { ref: { tensor: id(0) } })?.text).toContain('linear1.weight');
  });

  it('knows gradients, the loss, and elements', () => {
    const grad = lastWrite(recording, mlp.replay, mlp.seen[2].tick, { ref: { tensor: id(1), part: 'grad' } })!;
    expect(grad.text).toBe('gradient put into linear2.weight.grad');
    expect(recording.iterationAt(grad.tick)).toBe(2);
    const loss = lastWrite(recording, mlp.replay, end, { expression: 'loss' })!;
    expect(recording.recordAt(loss.tick)?.name).toBe('mean');
    const element = lastWrite(recording, mlp.replay, end, { ref: { tensor: id(0) }, element: [0, 0] })!;
    expect(recording.placeAt(element.tick)?.line).toBe(11);
    expect(lastWrite(recording, mlp.replay, end, { expression: 'linear1.weight' })?.tick).toBe(
      lastWrite(recording, mlp.replay, end, { ref: { tensor: id(0) } })?.tick,
    );
  });
});

describe('last write of a part', () => {
  const script = new Script();
  script.line(1);
  const w = leaf(given([3], (i) => i));
  const view = op('slice', dataOf(w), 0, 1, 3, 1);
  for (let i = 0; i < 2; i++) {
    script.line(2, { w, view });
    backwardFrom(op('sum', op('mul', w, w)));
    script.line(3);
    op('fill_', op('select', w.grad!, 0, 1), 0.5 + i);
    script.line(4);
    noGrad(() => op('fill_', op('select', dataOf(w), 0, 0), 9 + i));
    script.line(5);
    noGrad(() => op('fill_', op('select', dataOf(w), 0, 2), 7 + i));
    script.line(6);
    w.grad = null;
    script.recorder.ran({ kind: 'grad', tensor: w, cause: 'set' });
  }
  script.line(7);
  script.stop();
  const { recording: r } = script;
  const before = r.ticks - 2;
  const line = (question: Parameters<typeof lastWrite>[3], at = r.ticks - 1) => {
    const found = lastWrite(r, new Replay(), at, question);
    return found && r.placeAt(found.tick)!.line;
  };
  const grad = { tensor: w.id, part: 'grad' } as const;

  it('of a gradient is that of the element', () => {
    expect(line({ ref: grad, element: [1] }, before)).toBe(3);
    expect(line({ ref: grad, element: [0] }, before)).toBe(2);
    expect(lastWrite(r, new Replay(), r.ticks - 1, { ref: grad })!.text).toBe('w.grad is cleared (train.py:6)');
  });

  it('of a view is where its own part of the memory was written', () => {
    expect(line({ ref: { tensor: view.id } })).toBe(5);
    expect(line({ ref: { tensor: w.id }, element: [0] })).toBe(4);
    expect(line({ expression: 'w[0]' })).toBe(4);
    expect(line({ expression: 'w' })).toBe(5);
  });
});

describe('why this gradient', () => {
  it.each([mlp, thinned])('adds up to it, down to the samples', (run) => {
    const { recording: r } = run.script;
    run.params.forEach(({ tensor }, k) => {
      const why = whyGradient(r, new Replay(), run.seen[3].tick, { tensor: tensor.id });
      expect(why.missing).toBeNull();
      expect(why.terms).toHaveLength(1);
      expect(why.rest).toBeNull();
      const [term] = why.terms;
      const flat = why.element.reduce((at, i, d) => at * tensor.shape[d] + i, 0);
      expect(why.value).toBe(run.seen[3].grads[k][flat]);
      expect(Math.abs(Number(why.value))).toBe(Math.max(...run.seen[3].grads[k].map(Math.abs)));
      expect(term.text).toMatch(/^gradient of linear in (linear1|linear2|output)/);
      expect(r.recordAt(term.tick)?.kind).toBe('backward');
      expect(term.samples).toHaveLength(6);
      const sum = term.samples!.reduce((total, s) => total + Number(s.value), 0);
      expect(sum).toBeCloseTo(Number(term.value), 5);
      expect(term.samples!.filter((s) => s.value !== 0).length).toBeGreaterThan(1);
    });
  });

  it('lists every use of a weight, and what was there before', () => {
    const script = new Script();
    script.line(1);
    const w = leaf(given([2], (i) => i + 1));
    const x = given([4, 2], (i) => i);
    script.line(2, { w, x });
    const run = () => backwardFrom(op('add', op('sum', op('mul', x, w)), op('sum', op('mul', w, w))));
    run();
    script.line(3);
    let why = whyGradient(script.recording, new Replay(), script.recording.ticks - 1, { tensor: w.id, element: [1] });
    expect(why.name).toBe('w.grad');
    // 1 + 3 + 5 + 7 from the samples, w twice from its square.
    expect(why.value).toBe(16 + 4);
    expect(why.terms.map((t) => t.value).sort()).toEqual([16, 2, 2]);
    expect(why.terms.find((t) => t.value === 16)?.samples?.map((s) => s.value)).toEqual([1, 3, 5, 7]);
    run();
    script.line(4);
    why = whyGradient(script.recording, new Replay(), script.recording.ticks - 1, { tensor: w.id, element: [0] });
    expect(why.terms[0]).toMatchObject({ text: 'what was in .grad before', value: 14 });
    expect(why.value).toBe(28);
    expect(why.rest).toBeNull();
    script.stop();
  });

  it('tells samples apart where a weight has as many rows as there are samples', () => {
    const script = new Script();
    script.line(1);
    const w = leaf(given([3, 3], (i) => i - 4));
    const x = given([3, 3], (i) => i + 1);
    const h = op('relu', op('linear', x, w));
    backwardFrom(op('sum', h));
    script.line(2, { w, h });
    const at = script.recording.ticks - 1;
    const why = whyGradient(script.recording, new Replay(), at, { tensor: w.id, element: [2, 1] });
    expect(why.terms[0].samples?.map((s) => s.value)).toEqual([2, 5, 8]);
    // Each sample of an activation has its own gradient.
    expect(whyGradient(script.recording, new Replay(), at, { tensor: h.id }).terms[0].samples).toBeNull();
    script.stop();
  });

  it('looks where the gradient came from, though another pass ran since', () => {
    const script = new Script();
    script.line(1);
    const [w, v] = [leaf(given([2], (i) => i + 1)), leaf(given([2], () => 3))];
    backwardFrom(op('sum', op('mul', w, w)));
    const loss = op('sum', v);
    backwardFrom(loss);
    script.line(2, { w, v });
    const { recording: r } = script;
    const why = whyGradient(r, new Replay(), r.ticks - 1, { tensor: w.id, element: [1] });
    expect(why).toMatchObject({ value: 4, rest: null });
    expect(why.terms.map((t) => t.value)).toEqual([2, 2]);
    expect(whyGradient(r, new Replay(), r.ticks - 1, { tensor: loss.id })).toMatchObject({
      terms: [],
      rest: null,
      missing: 'backward() started here: the gradient of the loss by itself is 1.',
    });
    const other = op('mul', w, 2);
    script.line(3, { other });
    expect(whyGradient(r, new Replay(), r.ticks - 1, { tensor: other.id }).missing).toContain('did not come to');
    script.stop();
  });

  it('counts what the gradient of a gradient adds', () => {
    const script = new Script();
    script.line(1);
    const w = leaf(given([2], (i) => i + 1));
    const cube = op('sum', op('mul', op('mul', w, w), w));
    const [g] = backward([{ tensor: cube, grad: null }], {
      retainGraph: true,
      createGraph: true,
      accumulate: false,
      inputs: [w],
    });
    backwardFrom(op('add', op('sum', g!), op('sum', w)));
    script.line(2, { w });
    const why = whyGradient(script.recording, new Replay(), script.recording.ticks - 1, { tensor: w.id, element: [1] });
    // d/dw of 3w² is 6w, and 1 from the sum.
    expect(why).toMatchObject({ value: 13, rest: null });
    expect(why.terms.length).toBeGreaterThan(1);
    script.stop();
  });

  it('shows the element that is NaN, and infinities that add up', () => {
    const script = new Script();
    script.line(1);
    const w = leaf(given([3], (i) => [2, -1, 4][i]));
    const v = leaf(given([2], (i) => [0, 1][i]));
    backwardFrom(op('add', op('sum', op('sqrt', w)), op('sum', op('sqrt', v))));
    script.line(2, { w, v });
    const { recording: r } = script;
    const nan = whyGradient(r, new Replay(), r.ticks - 1, { tensor: w.id });
    expect(nan).toMatchObject({ element: [1], value: 'nan', rest: null });
    expect(whyGradient(r, new Replay(), r.ticks - 1, { tensor: v.id })).toMatchObject({ value: 'inf', rest: null });
    script.stop();
  });

  it('says what is in the way', () => {
    expect(whyGradient(recording, mlp.replay, 3, { tensor: id(0) }).missing).toContain('backward() has not run');
    expect(whyGradient(recording, mlp.replay, end, { tensor: mlp.X.id }).missing).toContain('does not require one');
  });
});

it('knows an activation of any iteration by one of its tensors', () => {
  const replay = new Replay();
  const relu = [...recording.records()].filter((r) => r.name === 'relu');
  expect(relu).toHaveLength(5);
  const activation = relu[1].outs[0]!.tensor;
  const grads = historyOf(recording, replay, end, { ref: { tensor: activation, part: 'grad' } });
  expect(grads.points.map((p) => p.iteration)).toEqual([0, 1, 2, 3, 4]);
  const why = whyGradient(recording, replay, mlp.seen[1].tick, { tensor: activation });
  const flow = [...recording.records()].filter((r) => r.forwardOf?.index === relu[1].index)[0].grads[0]!;
  const norms = replay.tensor(flow).values();
  expect(grads.points[1].value).toBeCloseTo(Math.hypot(...Array.from(norms as Float32Array)), 6);
  expect(why.terms).toHaveLength(1);
  expect(why.terms[0].samples).toBeNull();
  expect(why.rest).toBeNull();
});

describe('history', () => {
  it.each([mlp, thinned])('of weights, gradients, the loss and activations, watched or not', (run) => {
    const { recording: r } = run.script;
    const replay = new Replay();
    const last = r.ticks - 1;
    const values = (question: Parameters<typeof historyOf>[3]) =>
      historyOf(r, replay, last, question).points.map((p) => p.value);
    expect(values({ expression: 'loss' })).toEqual(run.seen.map((s) => s.loss));
    const norms = values({ ref: { tensor: run.params[1].tensor.id } });
    for (const [i, s] of run.seen.entries()) expect(norms[i]).toBeCloseTo(Math.hypot(...s.weights[1]), 5);
    expect(values({ ref: { tensor: run.params[1].tensor.id }, element: [0, 2] })).toEqual(
      run.seen.map((s) => s.weights[1][2]),
    );
    expect(values({ ref: { tensor: run.params[3].tensor.id, part: 'grad' }, element: [1] })).toEqual(
      run.seen.map((s) => s.grads[3][1]),
    );
    expect(values({ ref: { tensor: run.params[0].tensor.id, part: 'grad' }, measure: 'max' })).toEqual(
      run.seen.map((s) => Math.max(...s.grads[0])),
    );
    expect(values({ ref: { tensor: run.losses[4].id } })).toEqual(run.seen.map((s) => s.loss));
    expect(values({ expression: 'max(output.weight) - min(output.weight)' })).toEqual(
      run.seen.map((s) => Math.fround(Math.max(...s.weights[2]) - Math.min(...s.weights[2]))),
    );
    expect(historyOf(r, replay, last, { expression: 'output.weight' }).name).toBe('norm(output.weight)');
    expect(historyOf(r, replay, run.seen[2].tick, { expression: 'loss' })).toMatchObject({
      name: 'loss',
      at: 2,
      missing: null,
    });
  });
});
