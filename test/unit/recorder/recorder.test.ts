/** Iterations, phases, passes and edits, as the recorder tells them apart. */
import { describe, expect, it } from 'vitest';
import { unobserved } from '../../../src/engine/context';
import type { Tensor } from '../../../src/engine/tensor';
import { backwardFrom, dataOf, given, leaf, noGrad, op, Script, trainMlp } from './script';

const lossOf = (w: Tensor, x: Tensor) => op('mean', op('mul', op('mul', w, x), op('mul', w, x)));

describe('iterations', () => {
  it('go from one update to the next, each with its phases and its loss', () => {
    const m = trainMlp({ iterations: 5 });
    const r = m.script.recording;
    expect([...r.iterations()]).toHaveLength(5);
    [...r.iterations()].forEach((it, i) => {
      expect(it.loss).toBe(m.seen[i].loss);
      expect(it.root).toBe(m.losses[i].id);
      expect(it.start).toBeLessThan(it.backward);
      expect(it.backward).toBeLessThan(it.update);
      expect(r.kindAt(it.start)).toBe('line');
      expect(r.phaseAt(it.backward)).toBe('backward');
      expect(r.phaseAt(it.update)).toBe('update');
      for (let t = it.start; t < it.backward; t++) expect(r.phaseAt(t)).toBe('forward');
      if (i > 0) expect(r.placeAt(it.start)?.line).toBe(6);
    });
    const passes = [...r.passes()].map((p) => [p.kind, p.start, p.end]);
    expect(passes).toEqual([...r.iterations()].map((it) => ['backward', it.backward, it.update]));
  });

  it('merge where gradients add up before one update', () => {
    const script = new Script();
    const w = leaf(given([3], (i) => i + 1));
    for (let step = 0; step < 2; step++) {
      for (let micro = 0; micro < 3; micro++) {
        script.line(1);
        const loss = lossOf(
          w,
          given([3], (i) => i + micro),
        );
        script.line(2);
        backwardFrom(loss);
      }
      script.line(3);
      noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.1)));
      w.grad = null;
      script.recorder.ran({ kind: 'grad', tensor: w, cause: 'set' });
    }
    script.stop();
    const r = script.recording;
    expect([...r.iterations()]).toHaveLength(2);
    expect([...r.passes()].filter((p) => p.kind === 'backward')).toHaveLength(6);
  });

  it('do not merge where the weights moved in between, even if nobody zeroed the gradient', () => {
    const script = new Script();
    const w = leaf(given([3], (i) => i + 1));
    for (let step = 0; step < 3; step++) {
      script.line(1);
      backwardFrom(
        lossOf(
          w,
          given([3], (i) => i),
        ),
      );
      script.line(2);
      noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.01)));
    }
    script.stop();
    expect([...script.recording.iterations()]).toHaveLength(3);
  });

  it('are not begun by an evaluation without gradients', () => {
    const script = new Script();
    const w = leaf(given([3], (i) => i + 1));
    const x = given([3], (i) => i);
    for (let step = 0; step < 2; step++) {
      script.line(1);
      backwardFrom(lossOf(w, x));
      script.line(2);
      noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.01)));
      w.grad = null;
      script.recorder.ran({ kind: 'grad', tensor: w, cause: 'set' });
      for (let k = 0; k < 3; k++) {
        script.line(3);
        noGrad(() => lossOf(w, x));
      }
    }
    script.stop();
    const r = script.recording;
    expect([...r.iterations()]).toHaveLength(2);
    expect(r.phaseAt(r.ticks - 1)).toBe('update');
  });

  it('are one for each of two optimizers, whose gradients meet in one network', () => {
    const script = new Script();
    const { recorder } = script;
    const d = leaf(given([3], (i) => i + 1));
    const g = leaf(given([3], () => 0.5));
    const noise = given([3], (i) => i - 1);
    const step = (optimizer: number, p: Tensor) => {
      recorder.beginStep(optimizer, 'SGD (…)', '[{"lr":0.1}]');
      noGrad(() => op('add_', p, p.grad!, -0.1));
      recorder.endStep();
    };
    for (let i = 0; i < 2; i++) {
      script.line(1);
      const fake = op('mul', g, noise);
      d.grad = null;
      recorder.ran({ kind: 'grad', tensor: d, cause: 'set' });
      script.line(2);
      backwardFrom(lossOf(d, op('detach', fake)));
      step(1, d);
      script.line(3);
      g.grad = null;
      recorder.ran({ kind: 'grad', tensor: g, cause: 'set' });
      // The generator's loss adds to the discriminator's gradient, which nobody zeroed yet.
      backwardFrom(lossOf(d, fake));
      step(2, g);
    }
    script.stop();
    const r = script.recording;
    expect([...r.iterations()]).toHaveLength(4);
    expect([...r.passes()].map((p) => p.kind)).toEqual(Array(4).fill(['backward', 'step']).flat());
    expect([...r.passes()].filter((p) => p.kind === 'step').map((p) => p.optimizer)).toEqual([1, 2, 1, 2]);
  });
});

describe('an edit', () => {
  it('that nobody observed becomes a tick of its own, and earlier ticks keep what was there', () => {
    const script = new Script();
    script.line(1);
    const w = op(
      'mul',
      given([2], () => 1),
      1,
    );
    script.line(2, { w });
    const before = script.recording.ticks - 1;
    unobserved(() => op('add_', w, 41));
    script.recorder.flushEdits();
    script.line(3);
    script.stop();
    const r = script.recording;
    const at = (tick: number) => Array.from(r.useAt(w.id, tick)!.value.data!, Number);
    const edit = [...r.records()].find((x) => x.name === 'edit')!;
    expect(r.kindAt(edit.tick)).toBe('update');
    expect(edit.outs[0]?.tensor).toBe(w.id);
    expect(at(before)).toEqual([1, 1]);
    expect(at(edit.tick)).toEqual([42, 42]);
    expect(at(r.ticks - 1)).toEqual([42, 42]);
  });

  it('is what the next op reads, even before the next line', () => {
    const script = new Script();
    script.line(1);
    const w = op(
      'mul',
      given([2], () => 1),
      1,
    );
    script.line(2);
    unobserved(() => op('add_', w, 41));
    const y = op('mul', w, 2);
    script.stop();
    const r = script.recording;
    const record = r.record(r.recordCount - 1);
    expect('use' in record.args[0] && Array.from(record.args[0].use.value.data!, Number)).toEqual([42, 42]);
    expect(Array.from(y.values(), Number)).toEqual([84, 84]);
  });

  it('cannot be dropped', () => {
    const script = new Script(1);
    const w = leaf(given([2], () => 1));
    for (let i = 0; i < 6; i++) {
      script.line(1);
      if (i === 2) {
        unobserved(() => op('add_', dataOf(w), 1));
        script.recorder.flushEdits();
      }
      backwardFrom(lossOf(w, w));
      noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0.01)));
      w.grad = null;
    }
    script.stop();
    const edit = [...script.recording.records()].find((x) => x.name === 'edit')!;
    expect(edit.outs[0]!.value.data).not.toBeNull();
  });
});

describe('memory', () => {
  it('is held under the limit, apart from what nothing can recompute', () => {
    for (const memoryLimit of [200_000, 50_000, 20_000]) {
      const { script } = trainMlp({ iterations: 100, memoryLimit });
      const roots = [...script.recording.values()]
        .filter((v) => !v.producer)
        .reduce((n, v) => n + v.data!.byteLength, 0);
      // The last iterations are always held: they are what one looks at.
      const iteration = 40_000;
      expect(script.recorder.memoryUse.held).toBeLessThanOrEqual(memoryLimit + roots + 3 * iteration);
    }
  });
});

describe('a write of a whole tensor', () => {
  it('leaves what was there to the recording, without a copy of it', () => {
    const script = new Script();
    const w = given([30], (i) => i + 1); // few elements are copied
    script.line(1);
    noGrad(() => op('mul_', w, 2));
    const before = w.storage.data;
    const view = op('view', w, [30, 1]);
    script.line(2);
    noGrad(() => op('add_', w, 1));
    noGrad(() => op('mul_', op('slice', w, 0, 0, 1), 10)); // a part: copied, then written where it lies
    script.stop();
    const r = script.recording;
    const held = [...Array(r.ticks).keys()].map((tick) => r.contentAt(w.storage.id, tick)?.data ?? null);
    expect(held.some((data) => data === before)).toBe(true);
    const three = (data: unknown) => [...(data as Float32Array).subarray(0, 3)];
    expect(three(before)).toEqual([2, 4, 6]);
    expect(three(view.values())).toEqual([30, 5, 7]);
    const contents = [...new Set(held)].filter((d) => d !== null).map(three);
    expect(contents).toEqual([
      [1, 2, 3],
      [2, 4, 6],
      [3, 5, 7],
      [30, 5, 7],
    ]);
  });
});
