/** Contents that were dropped come back bit by bit, and what is held stays within the limit. */
import { beforeAll, describe, expect, it } from 'vitest';
import { context } from '../../../src/engine/context';
import type { Value } from '../../../src/recorder/recording';
import { Replay } from '../../../src/recorder/replay';
import {
  backwardFrom,
  bits,
  bitsOf,
  dataOf,
  dice,
  given,
  leaf,
  type Mlp,
  noGrad,
  op,
  Script,
  trainMlp,
} from './script';

const ITERATIONS = 200;

/** Every content of a recording, in its order. */
function contents(m: Mlp): Value[] {
  return [...m.script.recording.values()];
}

describe.each(['inplace', 'data', 'sgd'] as const)('a run of 200 iterations, updated by %s', (rule) => {
  let kept: Mlp;
  let dropped: Mlp;
  let truth: string[];

  beforeAll(() => {
    kept = trainMlp({ iterations: ITERATIONS, rule, dropout: true });
    dropped = trainMlp({ iterations: ITERATIONS, rule, dropout: true, memoryLimit: 100_000 });
    truth = contents(kept).map((v) => bits(v.data!));
  });

  it('drops most contents under a small limit', () => {
    const held = contents(dropped).filter((v) => v.data !== null).length;
    expect(held).toBeLessThan(contents(dropped).length / 4);
    const { memoryUse } = dropped.script.recorder;
    expect(memoryUse.held).toBeLessThanOrEqual(memoryUse.limit * 1.5);
  });

  it('recomputes every content bit by bit', () => {
    const replay = new Replay();
    const found = contents(dropped);
    expect(found.length).toBe(truth.length);
    const wrong = found.filter((v, i) => bits(replay.data(v)) !== truth[i]);
    expect(wrong).toEqual([]);
    expect(replay.replayed).toBeGreaterThan(1000);
  });

  it('gives the same at random ticks, with nothing remembered in between', () => {
    const random = dice(7);
    const r = dropped.script.recording;
    const tensors = [...kept.params.map((p, i) => [p.tensor.id, dropped.params[i].tensor.id])];
    for (let n = 0; n < 40; n++) {
      const tick = Math.floor(random() * r.ticks);
      const replay = new Replay(1 << 16);
      for (const [a, b] of tensors) {
        const was = kept.script.recording.useAt(a, tick);
        const is = r.useAt(b, tick);
        expect(is === null).toBe(was === null);
        if (was && is) expect(bitsOf(replay, is)).toBe(bits(kept.replay.tensor(was).values()));
      }
    }
  });

  it('shows what the run itself saw: weights, gradients, velocities, losses', () => {
    const replay = new Replay();
    const r = dropped.script.recording;
    for (const i of [0, 1, 57, 120, 199, 58, 0]) {
      const { weights, grads, loss, tick } = dropped.seen[i];
      const values = (tensor: number | null) => {
        const use = tensor === null ? null : r.useAt(tensor, tick);
        return use && Array.from(replay.tensor(use).values(), Number);
      };
      dropped.params.forEach(({ tensor }, k) => {
        expect(values(tensor.id)).toEqual(weights[k]);
        expect(values(r.gradAt(tensor.id, tick))).toEqual(grads[k]);
      });
      expect(values(dropped.losses[i].id)).toEqual([loss]);
      expect(r.iteration(i).loss).toBe(loss);
    }
  });

  it('leaves the generator, the mode and the default dtype as they were', () => {
    const before = { ...context.generator.snapshot().engine };
    new Replay().data(contents(dropped)[200]);
    expect(context.generator.snapshot().engine).toEqual(before);
    expect(context.gradEnabled).toBe(true);
    expect(context.defaultDtype).toBe('float32');
  });
});

describe('forward, back and forward again', () => {
  it('ends in the same bits', () => {
    const m = trainMlp({ iterations: ITERATIONS, memoryLimit: 60_000 });
    const r = m.script.recording;
    const replay = new Replay(1 << 18);
    const state = (tick: number) =>
      [...m.params.map((p) => p.tensor.id), ...m.velocities.map((v) => v.id)]
        .map((id) => r.useAt(id, tick))
        .map((use) => use && bitsOf(replay, use))
        .join();
    const ticks = [...[...r.iterations()].map((i) => i.start), r.ticks - 1];
    const there = ticks.map(state);
    const back = [...ticks].reverse().map(state).reverse();
    const again = ticks.map(state);
    expect(back).toEqual(there);
    expect(again).toEqual(there);
  });
});

describe('an op in place', () => {
  it('is recorded with what it found, and its new content is not a root', () => {
    const script = new Script();
    script.line(1);
    const v = op(
      'mul',
      given([3], (i) => i + 1),
      1,
    );
    op('mul_', v, 2);
    op('mul_', v, v);
    script.stop();
    const r = script.recording;
    const [first, second] = [...r.records()].filter((x) => x.name === 'mul_');
    const numbers = (u: unknown) => Array.from((u as { value: Value }).value.data as Float32Array);
    expect('use' in first.args[0] && numbers(first.args[0].use)).toEqual([1, 2, 3]);
    expect(numbers(first.outs[0])).toEqual([2, 4, 6]);
    expect('use' in second.args[1] && numbers(second.args[1].use)).toEqual([2, 4, 6]);
    expect(numbers(second.outs[0])).toEqual([4, 16, 36]);
    expect(second.outs[0]!.value.producer).toBe(second);
  });

  it('on a view changes the whole memory, and replays so', () => {
    const script = new Script();
    script.line(1);
    const base = op(
      'mul',
      given([2, 3], (i) => i),
      1,
    );
    const row = op('select', base, 0, 1);
    op('add_', row, 10);
    script.stop();
    const r = script.recording;
    const use = r.useAt(base.id, r.ticks - 1)!;
    expect(use.value.producer?.name).toBe('add_');
    use.value.data = null;
    expect(Array.from(new Replay().data(use.value), Number)).toEqual([0, 1, 2, 13, 14, 15]);
  });

  it('on a content that was never seen keeps what was there before', () => {
    const script = new Script();
    script.line(1);
    const v = given([2], () => 5);
    op('add_', v, 1);
    script.stop();
    const history = script.recording.contentsIn(v.storage.id, 0, script.recording.ticks);
    expect(history.map(({ value }) => Array.from(value.data!, Number))).toEqual([
      [5, 5],
      [6, 6],
    ]);
  });
});

describe('replay', () => {
  it('runs an op under the default dtype it ran under', () => {
    const script = new Script();
    script.line(1);
    context.defaultDtype = 'float64';
    const half = op('div', op('zeros', [2], 'int64'), 2);
    context.defaultDtype = 'float32';
    script.stop();
    const { value } = script.recording.useAt(half.id, script.recording.ticks - 1)!;
    expect(value.dtype).toBe('float64');
    value.data = null;
    expect(bits(new Replay().data(value))).toBe(bits(Float64Array.of(0, 0)));
  });

  it('takes lists that hold None', () => {
    const script = new Script();
    script.line(1);
    const x = leaf(given([3, 2], (i) => i));
    const rows = Tensor64([2, 0]);
    const picked = op('index', x, [null, op('fmod', rows, 2)]);
    backwardFrom(op('sum', op('mul', picked, picked)));
    script.stop();
    const r = script.recording;
    const replay = new Replay();
    for (const record of r.records())
      for (const out of record.outs) if (out?.value.producerIndex === record.index) out.value.data = null;
    const grad = r.useAt(r.gradAt(x.id, r.ticks - 1)!, r.ticks - 1)!;
    expect(Array.from(replay.tensor(grad).values(), Number)).toEqual(Array.from(x.grad!.values(), Number));
  });
});

function Tensor64(values: number[]) {
  const t = op('zeros', [values.length], 'int64');
  values.forEach((v, i) => {
    (t.storage.data as BigInt64Array)[i] = BigInt(v);
  });
  t.storage.writes++;
  return t;
}

describe('a gradient', () => {
  it('of what was written through .data after the forward pass comes back', () => {
    const run = (memoryLimit: number) => {
      const script = new Script(memoryLimit);
      const w = leaf(given([3], (i) => i + 1));
      const scale = leaf(given([3], () => 2));
      for (let i = 0; i < 4; i++) {
        script.line(1);
        const y = op('mul', op('tanh', w), scale);
        noGrad(() => op('mul_', dataOf(scale), 1.5));
        backwardFrom(op('sum', op('mul', y, y)));
        noGrad(() => op('sub_', dataOf(w), op('mul', w.grad, 0.1)));
        w.grad = null;
      }
      script.stop();
      return [...script.recording.values()];
    };
    const truth = run(1e9).map((v) => bits(v.data!));
    const dropped = run(0);
    expect(dropped.some((v) => v.data === null)).toBe(true);
    const replay = new Replay();
    expect(dropped.map((v) => bits(replay.data(v)))).toEqual(truth);
  });
});
