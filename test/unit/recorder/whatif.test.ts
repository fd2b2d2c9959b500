/** Gradients checked by small differences, and the loss over a plane: against recorded runs. */
import { describe, expect, it } from 'vitest';
import type { PlaneAxes } from '../../../src/protocol/whatif';
import { checkText } from '../../../src/protocol/whatif';
import { Replay } from '../../../src/recorder/replay';
import { checkGradient } from '../../../src/recorder/whatif/checkGradient';
import { planeOf, planePathOf } from '../../../src/recorder/whatif/plane';
import { Rerun } from '../../../src/recorder/whatif/rerun';
import { backwardFrom, dataOf, given, leaf, noGrad, op, Script, trainMlp } from './script';

const mlp = trainMlp({ iterations: 6, samples: 6, dropout: true, rule: 'sgd' });
const small = trainMlp({ iterations: 6, samples: 6, memoryLimit: 4000 });
const { recording: r } = mlp.script;
const last = r.ticks - 1;

describe('a loss that is computed again', () => {
  it.each([mlp, small])('is the recorded one, to the bit, at the recorded weights', ({ script, params, seen }) => {
    const { recording } = script;
    for (const [i, { loss }] of seen.entries()) {
      const replay = new Replay();
      const start = recording.iteration(i).backward;
      const pass = recording.passAt(start)!;
      const root = recording.useAt(pass.root, start)!;
      const free = params.map((p) => recording.useAt(p.tensor.id, start)!.value);
      const rerun = new Rerun(recording, replay, root, free, 'everything', false);
      expect(rerun.depends).toBe(true);
      const same = new Map(free.map((v) => [v.id, replay.data(v)]));
      expect(Number(rerun.run(same).values()[0])).toBe(loss);
      const other = new Map(free.map((v) => [v.id, (replay.data(v) as Float32Array).map((x) => x + 0.1)]));
      expect(Number(rerun.run(other).values()[0])).not.toBe(loss);
      expect(Number(rerun.run(same).values()[0])).toBe(loss);
    }
  });
});

describe('check gradient', () => {
  it.each([mlp, small])('agrees with what backward() gave, for every parameter', ({ script, params }) => {
    for (const { tensor, name } of params) {
      const [view] = checkGradient(script.recording, new Replay(), script.recording.ticks - 1, { tensor: tensor.id });
      expect(view.missing).toBeNull();
      expect(view.name).toBe(name);
      expect(view.agrees, checkText(view)).toBe(true);
      expect(view.checked + view.kinks).toBe(Math.min(view.of, 256));
    }
  });

  it('checks each op alone', () => {
    let checked = 0;
    for (let tick = r.iteration(3).start; tick < r.endOf(3); tick++) {
      if (r.kindAt(tick) !== 'backward' || !r.recordAt(tick)?.forwardOf) continue;
      for (const view of checkGradient(r, new Replay(), tick, { op: tick })) {
        expect(view.agrees, checkText(view)).toBe(true);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(10);
  });

  it('says why where there is nothing to check', () => {
    const [early] = checkGradient(r, new Replay(), 5, { tensor: mlp.params[0].tensor.id });
    expect(early.missing).toBe('backward() has not run to its end yet: there is no gradient to check.');
    const [input] = checkGradient(r, new Replay(), last, { tensor: mlp.X.id });
    expect(input.missing).toBe('It got no gradient in this backward pass.');
  });
});

describe('the loss over a plane', () => {
  const tick = r.iteration(2).backward;
  const weight = mlp.params[0].tensor.id;
  const elements: PlaneAxes = {
    kind: 'elements',
    x: { tensor: weight, element: [0, 1] },
    y: { tensor: weight, element: [2, 3] },
  };

  it('goes through the weights at the cursor, with the recorded loss there', () => {
    const planes: PlaneAxes[] = [{ kind: 'random', seed: 3 }, { kind: 'path' }, elements];
    for (const axes of planes) {
      const view = planeOf(r, new Replay(), tick, { axes, n: 5 });
      expect(view.missing).toBeNull();
      expect(view.recorded).toBe(mlp.seen[2].loss);
      expect(view.here.loss).toBe(view.recorded);
      expect(view.losses[12]).toBe(view.recorded);
      expect(new Set(view.losses).size).toBeGreaterThan(4);
      expect(view.path.map((p) => p.iteration)).toEqual([0, 1, 2, 3, 4, 5]);
      expect([view.path[2].x, view.path[2].y]).toEqual([view.here.x, view.here.y]);
      expect(view.path[2].off).toBe(0);
      expect(view.path.map((p) => p.loss)).toEqual(mlp.seen.map((s) => s.loss));
    }
  });

  it('has the elements themselves as axes, and the step that was taken', () => {
    const view = planeOf(r, new Replay(), tick, { axes: elements, n: 3 });
    const at = (i: number) => [mlp.seen[i].weights[0][1], mlp.seen[i].weights[0][43]];
    expect([view.here.x, view.here.y]).toEqual(at(1));
    expect([view.path[4].x, view.path[4].y].map((v) => v.toFixed(6))).toEqual(at(3).map((v) => v.toFixed(6)));
    expect(view.iteration).toBe(2);
    const arrow = (i: number, role: string) => view.path[i].arrows.find((a) => a.role === role)!;
    const step = arrow(2, 'step');
    expect(step.x).toBeCloseTo(at(2)[0] - at(1)[0], 6);
    const gradient = arrow(2, 'gradient');
    expect(gradient.y).toBeCloseTo(mlp.seen[2].grads[0][43], 6);
    expect(gradient.within).toBeLessThan(1);
    // The velocity points where it moves the weights: against what SGD keeps.
    const velocity = arrow(2, 'velocity');
    expect(velocity.x * 0.1).toBeCloseTo(step.x, 6);
    expect(arrow(4, 'velocity').y).toBeCloseTo(-mlp.seen[4].velocities[0][43], 6);
    expect(arrow(4, 'gradient').x).toBeCloseTo(mlp.seen[4].grads[0][1], 6);
    expect(view.xName).toBe('linear1.weight[0, 1]');
    // How far from the plane: what the other elements went.
    const moved = mlp.seen[3].weights.flatMap((w, k) =>
      w.map((v, i) => (k === 0 && (i === 1 || i === 43) ? 0 : v - mlp.seen[1].weights[k][i])),
    );
    expect(view.path[4].off).toBeCloseTo(Math.hypot(...moved), 6);
  });

  it('says whether the iterations had the same loss, and what this one is at their weights', () => {
    // Dropout draws anew in each iteration.
    const view = planeOf(r, new Replay(), tick, { axes: elements, n: 3 });
    expect(view.sameLoss).toBe(false);
    expect(view.path[2].planeLoss).toBe(mlp.seen[2].loss);
    expect(view.path[3].planeLoss).not.toBe(mlp.seen[3].loss);
    const plain = trainMlp({ iterations: 4, samples: 6, rule: 'inplace' });
    const { recording } = plain.script;
    const same = planeOf(recording, new Replay(), recording.iteration(1).backward, { axes: { kind: 'path' }, n: 3 });
    expect(same.sameLoss).toBe(true);
    expect(same.path.map((p) => p.planeLoss)).toEqual(plain.seen.map((s) => s.loss));
    // A velocity of the script's own, in steps: it is the step.
    const [velocity, step] = ['velocity', 'step'].map((role) => same.path[2].arrows.find((a) => a.role === role)!);
    expect([velocity.x, velocity.y].map((v) => v.toFixed(5))).toEqual([step.x, step.y].map((v) => v.toFixed(5)));
  });

  it("sees another run's weights in it, by the names of the parameters", () => {
    const plane = planeOf(r, new Replay(), tick, { axes: elements, n: 3, basis: true });
    expect(planePathOf(r, new Replay(), plane.basis!).map(({ x, y, off }) => [x, y, off])).toEqual(
      plane.path.map(({ x, y, off }) => [x, y, off]),
    );
    const other = trainMlp({ iterations: 4, samples: 6, rule: 'inplace' });
    const path = planePathOf(other.script.recording, new Replay(), plane.basis!);
    expect(path.map((p) => p.iteration)).toEqual([0, 1, 2, 3]);
    expect(path.map((p) => p.loss)).toEqual(other.seen.map((s) => s.loss));
    for (const i of [0, 1, 2]) {
      const { weights } = other.seen[i];
      expect([path[i + 1].x, path[i + 1].y]).toEqual([1, 43].map((k) => expect.closeTo(weights[0][k], 6)));
      const away = weights.flatMap((w, k) =>
        w.map((v, j) => (k === 0 && (j === 1 || j === 43) ? 0 : v - mlp.seen[1].weights[k][j])),
      );
      expect(path[i + 1].off).toBeCloseTo(Math.hypot(...away), 6);
    }
    // Other shapes: it has no place there.
    const wide = trainMlp({ iterations: 2, samples: 4, features: 7 });
    expect(planePathOf(wide.script.recording, new Replay(), plane.basis!)).toEqual([]);
  });

  it('is about the network that the loss taught, where a script has several', () => {
    const script = new Script();
    const { recorder } = script;
    for (const root of [1, 2]) {
      recorder.module(root, null, '', 'Net', '');
      const w = leaf(given([2], (i) => root + i));
      recorder.parameter(root, 'weight', w);
      script.line(1, { net: { module: root, type: 'Net' } });
      for (let i = 0; i < 3; i++) {
        script.line(2);
        backwardFrom(op('sum', op('mul', w, w)));
        noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.1)));
        w.grad = null;
        recorder.ran({ kind: 'grad', tensor: w, cause: 'set' });
      }
    }
    script.stop();
    const { recording } = script;
    const first = planeOf(recording, new Replay(), recording.iteration(1).backward, { axes: { kind: 'path' }, n: 3 });
    const last = planeOf(recording, new Replay(), recording.ticks - 1, { axes: { kind: 'path' }, n: 3, basis: true });
    expect(first.path.map((p) => p.iteration)).toEqual([0, 1, 2]);
    expect(last.path.map((p) => p.iteration)).toEqual([3, 4, 5]);
    expect(last.sameLoss).toBe(true);
    expect(last.basis!.parameters).toHaveLength(1);
    expect(planePathOf(recording, new Replay(), last.basis!).map((p) => p.iteration)).toEqual([3, 4, 5]);
  });

  it('shows the whole way in its main directions, whose axes stand at a right angle', () => {
    const view = planeOf(r, new Replay(), tick, { axes: { kind: 'path' }, n: 3 });
    expect(view.xName).toMatch(/^1st main direction \(\d+ %\)$/);
    for (const p of view.path) {
      expect(p.x).toBeGreaterThanOrEqual(view.x[0]);
      expect(p.y).toBeLessThanOrEqual(view.y[1]);
    }
  });

  it('says why where there is nothing to show', () => {
    const view = planeOf(r, new Replay(), 0, { axes: { kind: 'random', seed: 0 } });
    expect(view.missing).toBeNull();
    const empty = new Script();
    empty.line(1);
    empty.stop();
    expect(planeOf(empty.recording, new Replay(), 0, { axes: { kind: 'path' } }).missing).toMatch(
      /^The loss has not been/,
    );
  });
});
