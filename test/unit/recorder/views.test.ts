/** What the picture says of a run is what the run computed. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Tensor } from '../../../src/engine/tensor';
import type { NodeMeasure, PictureView } from '../../../src/protocol/views';
import { stackAt } from '../../../src/recorder/stack';
import { recordsIn } from '../../../src/recorder/views/collect';
import { cursorOf } from '../../../src/recorder/views/cursor';
import { graphOf } from '../../../src/recorder/views/graph';
import { inlineValuesOf, nodesAt } from '../../../src/recorder/views/lines';
import { Names } from '../../../src/recorder/views/names';
import { neuronsOf } from '../../../src/recorder/views/neurons';
import { pictureOf } from '../../../src/recorder/views/picture';
import { tensorOf } from '../../../src/recorder/views/tensor';
import { timelineOf } from '../../../src/recorder/views/timeline';
import { backwardFrom, dataOf, given, leaf, type Mlp, noGrad, op, PATH, Script, trainMlp } from './script';

const norm = (v: readonly number[]) => Math.sqrt(v.reduce((s, x) => s + x * x, 0));
const rms = (v: readonly number[]) => norm(v) / Math.sqrt(v.length);

let m: Mlp;
beforeAll(() => {
  m = trainMlp({ iterations: 4 });
});
const picture = (tick: number, have?: string) => pictureOf(m.script.recording, m.replay, tick, false, have);
const labels = () => graphOf(m.script.recording, 2).nodes.map((n) => `${n.kind} ${n.label}`);
const stateOf = (p: PictureView, label: string) => {
  const node = graphOf(m.script.recording, 2).nodes.find((n) => n.label === label)!;
  return p.nodes[node.id];
};

describe('the graph', () => {
  it('has inputs, parameters, ops and the loss, in the order they ran', () => {
    expect(labels()).toEqual([
      'input X',
      'parameter linear1.weight',
      'op linear in linear1',
      'op relu of linear1',
      'parameter linear2.weight',
      'op linear in linear2',
      'op sigmoid of linear2',
      'parameter output.weight',
      'parameter output.bias',
      'op linear in output',
      'input y',
      'op sub of output',
      'op mul of sub',
      'loss loss',
    ]);
  });

  it('knows formula, gradient, module, line and size of an op, and a parameter by its module', () => {
    const { nodes, modules, edges } = graphOf(m.script.recording, 1);
    expect(nodes[3]).toMatchObject({
      op: 'relu',
      module: '',
      place: { path: PATH, line: 14 },
      dtype: 'float32',
      shape: [50, 13],
      gradFn: 'ReluBackward0',
      formula: 'y = max(x, 0)',
    });
    expect(nodes[1]).toMatchObject({ module: 'linear1', parameters: 260, shape: [13, 20] });
    expect(modules.map((x) => x.path)).toEqual(['', 'linear1', 'linear2', 'output']);
    expect(edges).toContainEqual({ from: 0, to: 2, grad: false });
    expect(edges).toContainEqual({ from: 1, to: 2, grad: true });
    expect(edges).toContainEqual({ from: 2, to: 3, grad: true });
  });

  it('is one and the same for iterations that ran the same', () => {
    const r = m.script.recording;
    expect(graphOf(r, 0).structure).toBe(graphOf(r, 3).structure);
    expect(graphOf(r, 1)).toBe(graphOf(r, 2));
  });

  it('shows the ops to come as in the iteration before, while the forward pass runs', () => {
    const script = new Script(undefined, 'loss.backward()');
    const w = leaf(given([3], (i) => i + 1));
    const x = given([3], (i) => i);
    const forward = () => op('sum', op('sigmoid', op('mul', w, x)));
    script.line(1, { w, x });
    backwardFrom(forward());
    noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.1)));
    script.line(1);
    const half = op('mul', w, x);
    script.stop();
    const r = script.recording;
    const p = pictureOf(r, m.replay, r.ticks - 1, true);
    expect(p.structure).toBe(graphOf(r, 0).structure);
    const byOp = (name: string) => p.nodes[graphOf(r, 0).nodes.find((n) => n.op === name)!.id];
    expect(byOp('mul')).toMatchObject({ tensor: half.id, forward: true });
    expect(byOp('sigmoid')).toMatchObject({ tensor: null, forwardTick: null, forward: false, value: null });
    expect(byOp('w').value).not.toBeNull();
  });

  it('folds casts of an input, and shows a program without gradients too', () => {
    const script = new Script();
    const x = given([4], (i) => i);
    script.line(1, { x });
    noGrad(() => op('relu', op('neg', x)));
    script.line(2);
    script.stop();
    expect(graphOf(script.recording, 0).nodes.map((n) => n.op)).toEqual(['x', 'neg', 'relu']);
  });

  it('takes a copied parameter for itself, and a view of an op of the picture for that op', () => {
    const script = new Script();
    const x = given([2, 3], (i) => i);
    script.line(1, { x });
    const first = leaf(given([3], (i) => i + 1));
    const copy = leaf(noGrad(() => op('clone', first)));
    script.recorder.module(1, null, '', 'Net', '');
    const mask = script.inModule(1, () => op('gt', x, 1));
    const seen = op('expand', op('unsqueeze', mask, 0), [4, 2, 3]);
    backwardFrom(op('sum', op('mul', op('mul', copy, x), seen)));
    script.stop();
    const { nodes, edges } = graphOf(script.recording, 0);
    expect(nodes.map((n) => `${n.kind} ${n.op}`)).toEqual([
      ...['input x', 'op gt', 'parameter result of clone', 'op mul', 'op mul', 'loss sum'],
    ]);
    expect(edges.some(({ from, to }) => nodes[from]!.op === 'gt' && to === 4)).toBe(true);
  });

  it('calls ops as a script does', () => {
    const script = new Script();
    const x = given([1, 1, 4, 4], (i) => i);
    const w = leaf(given([1, 1, 2, 2], (i) => i));
    script.line(1, { x });
    const made = op('conv2d', x, w);
    const back = op('conv_transpose2d', made, w);
    backwardFrom(op('sum', op('reshape', op('max_pool2d', back, [2, 2]), [4])));
    script.stop();
    const names = graphOf(script.recording, 0)
      .nodes.filter((n) => n.kind === 'op')
      .map((n) => n.op);
    expect(names).toEqual(['conv2d', 'conv_transpose2d', 'max_pool2d', 'view']);
  });

  it('tells two networks apart by their variables', () => {
    const script = new Script();
    const { recorder } = script;
    const [a, b] = [1, 2].map((root) => {
      recorder.module(root, null, '', 'Net', '');
      recorder.module(root + 10, root, 'fc', 'Linear', '');
      const w = leaf(given([2], (i) => i + root));
      recorder.parameter(root + 10, 'weight', w);
      return w;
    });
    script.line(1, { netD: { module: 1, type: 'Net' }, netG: { module: 2, type: 'Net' } });
    const y = script.inModule(12, () => op('mul', b, b));
    backwardFrom(
      op(
        'sum',
        script.inModule(11, () => op('mul', a, y)),
      ),
    );
    script.stop();
    const { nodes, modules } = graphOf(script.recording, 0);
    expect(nodes.filter((n) => n.kind === 'parameter').map((n) => n.label)).toEqual([
      'netG.fc.weight',
      'netD.fc.weight',
    ]);
    expect(modules.map((x) => x.path)).toEqual(['netG', 'netG.fc', 'netD', 'netD.fc']);
  });

  it('calls a module by its place in its first parent, also while networks are still being made', () => {
    const script = new Script();
    const { recorder, recording } = script;
    const paths = () => [10, 11].map((id) => Names.of(recording).modulePath(id));
    recorder.module(1, null, '', 'Net', '');
    const weights = [10, 11].map((id) => {
      recorder.module(id, null, '', 'Linear', '');
      const w = leaf(given([2], () => id));
      recorder.parameter(id, 'weight', w);
      return w;
    });
    script.line(1);
    // Two of a class that no variable holds yet.
    expect(paths()).toEqual(['', '']);
    recorder.module(2, null, '', 'ModuleList', '');
    for (const id of [10, 11]) recorder.module(id, 2, `${id - 10}`, 'Linear', '');
    recorder.module(2, 1, 'layers', 'ModuleList', '');
    expect(paths()).toEqual(['layers.0', 'layers.1']);
    // self.layers[:-1], and a layer that knows its owner.
    recorder.module(3, null, '', 'ModuleList', '');
    recorder.module(10, 3, '0', 'Linear', '');
    recorder.module(1, 11, 'owner', 'Net', '');
    expect(paths()).toEqual(['layers.0', 'layers.1']);
    expect(weights.map((w) => Names.of(recording).tensor(w.id, 0))).toEqual(['layers.0.weight', 'layers.1.weight']);
    script.stop();
  });
});

describe('the loss', () => {
  it('is called as in the line of its own backward pass, or by its variable', () => {
    const script = new Script(undefined, 'errR.backward()\nerrF.backward()\nmeta(total)');
    const w = leaf(given([2], () => 1));
    [1, 2, 3].forEach((line) => {
      const loss = op('sum', op('mul', w, line));
      script.line(line, { total: loss });
      backwardFrom(loss);
    });
    script.stop();
    const r = script.recording;
    const shown = [...r.passes()].map((p) => pictureOf(r, m.replay, p.start, false).graph!.nodes.at(-1)!.label);
    expect(shown).toEqual(['errR', 'errF', 'total']);
    expect([...r.passes()].map((p) => cursorOf(r, p.start, false).label)[1]).toBe(
      'gradient starts at errF (train.py:2)',
    );
  });
});

describe('the picture', () => {
  it('has the numbers that the run computed', () => {
    const { tick, weights, grads } = m.seen[2];
    const p = picture(tick);
    const w = stateOf(p, 'linear1.weight');
    expect(w.value).toBeCloseTo(rms(weights[0]), 12);
    expect(w.valueNorm).toBeCloseTo(norm(weights[0]), 12);
    expect(w.gradNorm).toBeCloseTo(norm(grads[0]), 12);
    expect(w).toMatchObject({ forward: true, backward: true, updated: true, bad: false });
    expect(stateOf(p, 'loss')).toMatchObject({ grad: 1, forward: true, backward: true });
  });

  it('fills nodes as the cursor passes their ticks', () => {
    const r = m.script.recording;
    const { relu, w } = (() => {
      const p = picture(r.endOf(2) - 1);
      return { relu: stateOf(p, 'relu of linear1'), w: stateOf(p, 'linear1.weight') };
    })();
    const before = stateOf(picture(relu.forwardTick! - 1), 'relu of linear1');
    expect(before).toMatchObject({ tensor: null, value: null, forward: false, grad: null });
    expect(stateOf(picture(relu.forwardTick!), 'relu of linear1')).toMatchObject({ forward: true, backward: false });
    const notYet = stateOf(picture(relu.backwardTick! - 1), 'relu of linear1');
    expect(notYet).toMatchObject({ backward: false, grad: null });
    expect(stateOf(picture(relu.backwardTick!), 'relu of linear1').grad).not.toBeNull();
    expect(stateOf(picture(w.updateTick! - 1), 'linear1.weight')).toMatchObject({ updated: false, backward: true });
    expect(stateOf(picture(w.updateTick!), 'linear1.weight').updated).toBe(true);
    const old = stateOf(picture(w.updateTick! - 1), 'linear1.weight').valueNorm;
    expect(old).toBeCloseTo(norm(m.seen[1].weights[0]), 12);
  });

  it('measures what is asked for, and nothing else', () => {
    const r = m.script.recording;
    const end = r.endOf(2) - 1;
    const asked = (tick: number, measure: NodeMeasure) => pictureOf(r, m.replay, tick, false, undefined, measure);
    const of = (p: PictureView, label: string) => stateOf(p, label).measured;
    expect(of(picture(end), 'linear1.weight')).toBeUndefined();
    const [before, after] = [m.seen[1].weights[0], m.seen[2].weights[0]];
    const ratio = norm(after.map((w, i) => w - before[i])) / norm(before);
    const updated = asked(end, 'ratio');
    expect(updated.measure).toBe('ratio');
    expect(of(updated, 'linear1.weight')).toBeCloseTo(ratio, 12);
    expect(of(updated, 'relu of linear1')).toBeNull();
    // Until this iteration's update the latest is that of the iteration before.
    expect(of(asked(r.iteration(3).start, 'ratio'), 'linear1.weight')).toBeCloseTo(ratio, 12);
    const change = asked(end, 'change');
    expect(of(change, 'linear1.weight')).toBeCloseTo(ratio, 12);
    const loss = [m.seen[1].loss, m.seen[2].loss];
    expect(of(change, 'loss')).toBeCloseTo(Math.abs(loss[1] - loss[0]) / loss[0], 6);
    expect(of(asked(r.endOf(0) - 1, 'change'), 'loss')).toBeNull();
  });

  it('measures the time that each node took, up to the moment', () => {
    const r = m.script.recording;
    const at = (tick: number) => pictureOf(r, m.replay, tick, false, undefined, 'time');
    const of = (p: PictureView, label: string) => stateOf(p, label).measured;
    const relu = stateOf(picture(r.endOf(2) - 1), 'relu of linear1');
    const [forward, both] = [at(relu.forwardTick!), at(r.endOf(2) - 1)];
    const [op, gradient] = [r.recordAt(relu.forwardTick!)!, r.recordAt(relu.backwardTick!)!];
    expect(of(at(relu.forwardTick! - 1), 'relu of linear1')).toBeNull();
    expect(of(forward, 'relu of linear1')).toBe(r.times.at(op.index));
    expect(of(both, 'relu of linear1')).toBe(r.times.at(op.index)! + r.times.at(gradient.index)!);
    // What an optimizer does for a parameter is the parameter's.
    expect(of(forward, 'linear1.weight')).toBeNull();
    expect(of(both, 'linear1.weight')).toBeGreaterThan(0);
    const step = [...recordsIn(r, r.iteration(2).backward, r.endOf(2))].filter(
      (x) => r.passAt(x.tick)?.kind !== 'backward',
    );
    const weights = both.nodes.filter((n) => n.updateTick !== null).reduce((sum, n) => sum + (n.measured ?? 0), 0);
    const all = step.filter((x) => x.kind !== 'backward').reduce((sum, x) => sum + (r.times.at(x.index) ?? 0), 0);
    expect(weights).toBeGreaterThan(0);
    expect(weights).toBeLessThanOrEqual(all * 1.000001);
    // The inspector says it of one node, and of all that is in its module.
    const weight = stateOf(both, 'linear1.weight');
    const { time } = tensorOf(r, m.replay, r.endOf(2) - 1, { tensor: weight.tensor! });
    const inside = ['linear1.weight', 'linear in linear1'].map((label) => of(both, label)!);
    expect(time).toEqual({
      own: weight.measured,
      module: { path: 'linear1', all: expect.closeTo(inside[0]! + inside[1]!, 9) },
    });
    expect(tensorOf(r, m.replay, r.endOf(2) - 1, { tensor: relu.tensor! }).time).toEqual({
      own: of(both, 'relu of linear1'),
      module: null,
    });
  });

  it('looks into a small layer', () => {
    const r = m.script.recording;
    const of = (label: string, tick: number) =>
      neuronsOf(r, m.replay, tick, graphOf(r, 2).nodes.find((n) => n.label === label)!.id);
    const layer = of('linear in linear2', r.endOf(2) - 1)!;
    expect(layer).toMatchObject({ name: 'linear2.weight', ins: 13, outs: 8 });
    expect(layer.weight).toEqual(m.seen[2].weights[1]);
    expect(norm(layer.update as number[])).toBeCloseTo(
      norm(m.seen[2].weights[1].map((w, i) => w - m.seen[1].weights[1][i])),
      12,
    );
    expect(layer.inputs).toHaveLength(13);
    expect(layer.outputs[0].samples).toBe(50);
    expect(layer.outputs[0].counts.reduce((a, b) => a + b)).toBe(50);
    expect(layer.outputs[0].mean! <= layer.outputs[0].max!).toBe(true);
    expect(of('relu of linear1', r.endOf(2) - 1)).toBeNull();
    expect(of('linear in linear2', r.iteration(2).start - 1)).not.toBeNull();
    expect(of('linear in linear2', -1)).toBeNull();
  });

  it('counts units that are still for every sample', () => {
    const script = new Script();
    // Three units over two samples: dead, sometimes alive, alive.
    const z = leaf(given([2, 3], (i) => [-1, -1, 2, -3, 5, 1][i]));
    script.line(1, { z });
    const both = op('add', op('sum', op('relu', z)), op('sum', op('sigmoid', op('mul', z, 100))));
    backwardFrom(both);
    script.stop();
    const { nodes, graph } = pictureOf(
      script.recording,
      m.replay,
      script.recording.ticks - 1,
      false,
      undefined,
      'dead',
    );
    const of = (name: string) => nodes[graph!.nodes.find((n) => n.op === name)!.id].measured;
    expect(of('relu')).toBeCloseTo(1 / 3, 12);
    expect(of('sigmoid')).toBe(1);
    expect(of('sum')).toBeNull();
  });

  it('tells what is new and what is gone against the iteration before', () => {
    const script = new Script();
    const w = leaf(given([3], (i) => i + 1));
    for (const extra of [0, 2, 1]) {
      script.line(1, { w });
      let y = op('mul', w, 2);
      for (let k = 0; k < extra; k++) y = op('relu', y);
      backwardFrom(op('sum', y));
      noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.1)));
    }
    script.stop();
    const r = script.recording;
    const at = (i: number) => pictureOf(r, m.replay, r.endOf(i) - 1, false);
    expect(at(0).change).toBeUndefined();
    const [grown, shrunk] = [at(1), at(2)];
    const ops = (p: PictureView) => p.change!.fresh.map((id) => p.graph!.nodes[id].op);
    expect(ops(grown)).toEqual(['relu', 'relu']);
    expect(grown.change!.gone).toEqual([]);
    expect(ops(shrunk)).toEqual([]);
    expect(shrunk.change!.gone.map((g) => g.op)).toEqual(['relu']);
  });

  it('leaves the graph out for one who has it', () => {
    const { structure, graph } = picture(m.seen[2].tick);
    expect(graph).toBeDefined();
    expect(picture(m.seen[2].tick, structure).graph).toBeUndefined();
  });

  it('marks what is not finite', () => {
    const script = new Script();
    const w = leaf(given([2], () => 1));
    script.line(1, { w });
    backwardFrom(op('sum', op('div', w, 0)));
    script.stop();
    const p = pictureOf(script.recording, m.replay, script.recording.ticks - 1, false);
    expect(p.nodes.map((n) => n.bad)).toEqual([true, true, true]);
  });

  it('has something to say at every tick', () => {
    for (let t = -1; t <= m.script.recording.ticks; t++) {
      const p = picture(t);
      expect(p.nodes).toHaveLength(14);
      expect(p.cursor.label).not.toBe('');
    }
  });

  it('gives each part of an accumulated gradient its own numbers', () => {
    const script = new Script();
    const w = leaf(given([2], () => 1));
    const ys: number[] = [];
    for (let k = 1; k <= 3; k++) {
      script.line(1, { w });
      const y = op('mul', w, k);
      ys.push(y.id);
      backwardFrom(op('sum', y));
    }
    script.stop();
    const r = script.recording;
    expect([...r.iterations()]).toHaveLength(1);
    const shown = [...r.passes()].map((p) => pictureOf(r, m.replay, p.start, false).nodes[1].tensor);
    expect(shown).toEqual(ys);
  });
});

describe('the cursor', () => {
  it('says in words where it is', () => {
    const r = m.script.recording;
    const it = r.iteration(1);
    const found: string[] = [];
    for (let t = it.start; t < r.endOf(1); t++) found.push(cursorOf(r, t, false).label);
    for (const label of [
      'line 6 of train.py',
      'linear in linear1 (train.py:14)',
      'relu of linear1 (train.py:14)',
      'gradient starts at loss (train.py:8)',
      'gradient of relu of linear1 (train.py:14)',
      expect.stringMatching(/^sum of two gradients/),
      'gradient put into linear1.weight.grad',
      'update of linear1.weight: v ← 0.9·v',
      'update of linear1.weight: v ← v − 0.1·g',
      'update of linear1.weight: w ← w + v',
    ])
      expect(found).toContainEqual(label);
  });

  it('points at the op of a forward and of its backward tick', () => {
    const r = m.script.recording;
    const relu = graphOf(r, 2).nodes.findIndex((n) => n.op === 'relu');
    const state = picture(r.endOf(2) - 1).nodes[relu];
    expect(cursorOf(r, state.forwardTick!, false)).toMatchObject({ node: relu, kind: 'forward', phase: 'forward' });
    expect(cursorOf(r, state.backwardTick!, false)).toMatchObject({
      node: relu,
      kind: 'backward',
      place: { line: 14 },
    });
  });

  it('is nowhere before the start', () => {
    expect(cursorOf(m.script.recording, -1, true)).toMatchObject({ tick: -1, place: null, node: null, live: true });
  });
});

describe('the timeline', () => {
  it('has spans that follow each other, losses, and the name in the source', () => {
    const r = m.script.recording;
    const view = timelineOf(r, 0, false, 0);
    expect(view.lossName).toBe('loss');
    expect(view.spans.map((s) => s.loss)).toEqual(m.seen.map((s) => s.loss));
    expect(view.spans[0].start).toBe(0);
    view.spans.forEach((s, i) => {
      expect(s.end).toBe(view.spans[i + 1]?.start ?? r.ticks);
    });
    expect(timelineOf(r, 0, false, 2).spans.map((s) => s.iteration)).toEqual([2, 3]);
    expect(timelineOf(r, 0, false, 99).spans).toHaveLength(1);
  });

  it('has equal ticks where a phase is empty, and text for a loss that is no number', () => {
    const script = new Script(undefined, '\nself.total.backward()');
    const w = leaf(given([1], () => 1));
    script.line(2);
    backwardFrom(op('sum', op('div', op('sub', w, w), 0)));
    script.line(3);
    op('mul', w, 2);
    script.stop();
    const { spans, lossName } = timelineOf(script.recording, 0, false, 0);
    expect(lossName).toBe('self.total');
    expect(spans[0].loss).toBe('nan');
    expect(spans[1]).toMatchObject({ backward: spans[1].end, update: spans[1].end, loss: null });
  });
});

describe('a tensor', () => {
  const at = (tick: number, ref: Parameters<typeof tensorOf>[3]) => tensorOf(m.script.recording, m.replay, tick, ref);

  it('shows its elements, statistics and histogram', () => {
    const { tick, weights } = m.seen[1];
    const v = at(tick, { tensor: m.params[0].tensor.id });
    expect(v).toMatchObject({ name: 'linear1.weight', shape: [13, 20], requiresGrad: true, missing: null });
    expect(v.grid!.cells).toEqual(weights[0]);
    expect(v.stats.norm).toBeCloseTo(norm(weights[0]), 12);
    expect(v.histogram!.counts.reduce((a, b) => a + b)).toBe(260);
    expect(v.histogram!.edges).toHaveLength(v.histogram!.counts.length + 1);
  });

  it('shows the gradient that arrived at a tensor that keeps none', () => {
    const r = m.script.recording;
    const zhat = [...r.records()].find(
      (x) => x.name === 'linear' && r.iterationAt(x.tick) === 2 && x.outs[0]!.shape[1] === 3,
    )!;
    const { tensor } = zhat.outs[0]!;
    const v = at(r.endOf(2) - 1, { tensor, part: 'grad' });
    expect(v).toMatchObject({ name: 'zhat.grad', shape: [50, 3], missing: null });
    expect(at(r.iteration(2).backward - 1, { tensor, part: 'grad' }).missing).toMatch(/backward\(\) has not run/);
    expect(at(r.iteration(2).backward, { tensor, part: 'grad' }).missing).toMatch(/has not come/);
    expect(at(0, { tensor }).missing).toMatch(/does not exist yet/);
  });

  it('shows a window of a large or deep one, and brings wishes inside', () => {
    const script = new Script();
    script.line(1);
    const t = op(
      'mul',
      given([2, 3, 70, 80], (i) => i),
      1,
    );
    script.stop();
    const v = tensorOf(script.recording, m.replay, script.recording.ticks - 1, {
      tensor: t.id,
      slice: [1, 2],
      row0: 60,
      col0: 1000,
    });
    expect(v.grid).toMatchObject({
      slice: [1, 2],
      rows: 70,
      cols: 80,
      row0: 60,
      col0: 79,
      windowRows: 10,
      windowCols: 1,
    });
    expect(v.grid!.cells[0]).toBe(((1 * 3 + 2) * 70 + 60) * 80 + 79);
  });

  it('gives integers a bin each, and says what is not there', () => {
    const script = new Script();
    script.line(1);
    const t = op(
      'clone',
      Tensor.of(
        'int64',
        [30],
        BigInt64Array.from({ length: 30 }, (_, i) => BigInt(i % 3)),
      ),
    );
    script.stop();
    const v = tensorOf(script.recording, m.replay, script.recording.ticks - 1, { tensor: t.id });
    expect(v.dtype).toBe('int64');
    expect(v.histogram).toEqual({ edges: [-0.5, 0.5, 1.5, 2.5], counts: [10, 10, 10], before: null });
    const last = script.recording.ticks - 1;
    expect(tensorOf(script.recording, m.replay, last, { tensor: t.id, part: 'grad' }).missing).toMatch(/not require/);
    expect(tensorOf(script.recording, m.replay, last, { tensor: t.id, part: 'state:x' }).missing).toMatch(
      /Neither an optimizer/,
    );
    expect(tensorOf(script.recording, m.replay, last, { tensor: 10 ** 9 }).missing).toMatch(/no such tensor/);
  });
});

describe('lines', () => {
  it('show the last shape they made, with the norm of its gradient', () => {
    const r = m.script.recording;
    const last = inlineValuesOf(r, m.replay, r.endOf(2) - 1, PATH, 14, 16);
    expect(last.map((l) => l.line)).toEqual([14, 15, 16]);
    expect(last[0].text).toMatch(/^sigma1 \[50, 13\] {2}‖grad‖ 0\.\d+$/);
    const early = inlineValuesOf(r, m.replay, r.iteration(2).start + 2, PATH, 14, 16);
    expect(early.map((l) => l.text)).toEqual(['[50, 13]']);
    expect(inlineValuesOf(r, m.replay, r.ticks - 1, '/other.py', 1, 99)).toEqual([]);
  });

  it('show a scalar as its number', () => {
    const r = m.script.recording;
    const all = inlineValuesOf(r, m.replay, r.endOf(2) - 1, PATH, 1, 99).map((l) => l.text);
    expect(all.filter((text) => text.includes('[]'))).toEqual([]);
    const loss = Number(r.iteration(2).loss).toPrecision(4);
    expect(all.some((text) => text.startsWith(`loss ${Number(loss)}`))).toBe(true);
  });

  it('name an op in the call stack without its place, which stands beside it', () => {
    const r = m.script.recording;
    const tick = r.iteration(2).backward + 3;
    const { label } = cursorOf(r, tick, false);
    const [frame] = stackAt(r, tick, label);
    expect(label).toMatch(/ \(train\.py:\d+\)$/);
    expect(frame.name).toBe(label.replace(/ \(train\.py:\d+\)$/, ''));
    expect(frame.place?.path).toBe(PATH);
  });

  it('know the nodes they made', () => {
    const r = m.script.recording;
    expect(nodesAt(r, r.ticks - 1, PATH, 14)).toEqual([2, 3]);
    expect(nodesAt(r, r.ticks - 1, PATH, 1)).toEqual([]);
  });
});
