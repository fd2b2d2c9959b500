/** An op with its numbers: what adds up to its result and to its gradient, and the chain rule from the loss. */
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/tensor';
import type { ExplainView } from '../../../src/protocol/origins';
import { explainOf } from '../../../src/recorder/origins/explain';
import { Replay } from '../../../src/recorder/replay';
import { backwardFrom, given, leaf, op, Script, trainMlp } from './script';

const mlp = trainMlp({ iterations: 3, samples: 6, rule: 'sgd' });
const small = trainMlp({ iterations: 3, samples: 6, rule: 'sgd', memoryLimit: 4000 });
const { recording: r } = mlp.script;
const forwardTick = (name: string, nth = 0): number => {
  const found: number[] = [];
  for (let t = r.iteration(2).start; t < r.iteration(2).backward; t++) if (r.recordAt(t)?.name === name) found.push(t);
  return found[nth];
};
const end = r.ticks - 1;
const explain = (tick: number, more = {}): ExplainView => explainOf(r, mlp.replay, end, { tick, ...more });
const n = Number;

describe('explain', () => {
  it('writes a linear layer out as the sum of its products', () => {
    const view = explain(forwardTick('linear', 1));
    expect(view.op).toBe('linear in linear2 (train.py:15)');
    const { factors, value, sums, more } = view.result!;
    expect(sums).toEqual([0]);
    expect(more).toBe(0);
    const terms = factors.map((f) => n(f.value) * n(f.slope));
    expect(terms.reduce((a, b) => a + b, 0)).toBeCloseTo(n(value), 5);
    // The weights' own products would be the same again.
    expect(new Set(factors.map((f) => f.argument))).toEqual(new Set([0]));
  });

  it('counts what it does not list: the terms of the sum alone', () => {
    const script = new Script();
    const w = leaf(given([2, 64], (i) => Math.sin(i)));
    const x = given([3, 64], (i) => Math.cos(i));
    const y = op('linear', x, w);
    script.line(1, { w, x, y });
    const tick = script.recording.ticks - 2;
    const { factors, more } = explainOf(script.recording, new Replay(), tick + 1, { tick }).result!;
    expect([factors.length, more]).toEqual([40, 24]);
  });

  it('adds the bias where there is one', () => {
    const { result } = explain(forwardTick('linear', 2));
    expect(result!.sums).toEqual([0, 2]);
  });

  it('says of a sigmoid what it was of, and its slope there', () => {
    const view = explain(forwardTick('sigmoid'), { element: [1, 2] });
    const { factors, value, sums, element } = view.result!;
    expect(element).toEqual([1, 2]);
    expect(sums).toEqual([]);
    expect(factors).toHaveLength(1);
    const y = n(value);
    expect(1 / (1 + Math.exp(-n(factors[0].value)))).toBeCloseTo(y, 6);
    expect(n(factors[0].slope)).toBeCloseTo(y * (1 - y), 6);
  });

  it('takes a gradient apart: what came in times the local derivatives adds up to it', () => {
    for (let tick = r.iteration(2).start; tick < r.iteration(2).backward; tick++) {
      const record = r.recordAt(tick);
      if (!record?.gradFn) continue;
      const { flow } = explain(tick);
      expect(flow, record.name).not.toBeNull();
      expect(flow!.terms.length, record.name).toBeGreaterThan(0);
      expect(n(flow!.sum), record.name).toBeCloseTo(n(flow!.value), 6);
      for (const t of flow!.terms) expect(n(t.upstream) * n(t.local)).toBeCloseTo(n(t.product), 9);
    }
  });

  it('answers for a chosen argument and element, and the same from a thinned recording', () => {
    const tick = forwardTick('linear', 0);
    const view = explain(tick, { argument: 1, at: [2, 3] });
    expect(view.flow).toMatchObject({ argument: 1, element: [2, 3] });
    expect(view.flow!.value).toBe(mlp.seen[2].grads[0][2 * 20 + 3]);
    expect(view.flow!.terms.length).toBeLessThanOrEqual(6);
    const same = explainOf(small.script.recording, new Replay(), end, { tick, argument: 1, at: [2, 3] });
    const unnumbered = (v: ExplainView) => ({ ...v, arguments: v.arguments.map((a) => ({ ...a, tensor: null })) });
    expect(unnumbered(same)).toEqual(unnumbered(view));
    const { tensor } = view.arguments[1];
    expect(explain(tick, { tensor, at: [2, 3] }).flow).toEqual(view.flow);
  });

  it('tells the chain rule from the loss to a weight, with norms that follow from each other', () => {
    const { chain } = explain(forwardTick('linear', 0), { argument: 1, at: [2, 3] });
    expect(chain[0].of).toBe('loss');
    expect(chain.at(-1)!.by).toBe('linear1.weight');
    expect(chain.map((f) => f.op)).toEqual('mean mul sub linear sigmoid linear relu linear'.split(' '));
    expect(chain.find((f) => f.op === 'mul')!.others).toBe(0);
    expect(chain.find((f) => f.op === 'sub')!.others).toBe(1);
    const norm = Math.hypot(...mlp.seen[2].grads[0]);
    expect(n(chain.at(-1)!.downstream)).toBeCloseTo(norm, 5);
    for (const [i, f] of chain.entries())
      if (i > 0 && chain[i - 1].others === 0 && f.others === 0)
        expect(n(f.upstream), f.op).toBeCloseTo(n(chain[i - 1].downstream), 6);
  });

  it('takes apart what came in at several results, and an op whose gradient has no gradient', () => {
    const script = new Script();
    const x = leaf(given([4, 6], (i) => Math.sin(i)));
    const [a, , c] = op('unsafe_split', x, 2, 1) as unknown as Tensor[];
    const q = leaf(given([1, 1, 3, 4], (i) => Math.cos(i)));
    const y = op('scaled_dot_product_attention', q, q, q);
    script.line(1, { x, q, y });
    backwardFrom(op('add', op('sum', op('mul', a, c)), op('sum', op('mul', y, y))));
    const { recording } = script;
    const replay = new Replay();
    const view = (name: string, at: number[]): ExplainView => {
      let tick = 0;
      while (recording.recordAt(tick)?.name !== name) tick++;
      return explainOf(recording, replay, recording.ticks - 1, { tick, argument: 0, at });
    };
    const split = view('unsafe_split', [1, 5]).flow!;
    expect(n(split.sum)).toBe(n(split.value));
    expect(split.terms).toMatchObject([{ result: 2, element: [1, 1], local: 1 }]);
    const attention = view('_scaled_dot_product_flash_attention_for_cpu', [0, 0, 1, 2]).flow!;
    expect(attention.terms.length).toBeGreaterThan(1);
    expect(n(attention.sum)).toBeCloseTo(n(attention.value), 5);
  });

  it('calls no two tensors of a chain the same, though the script does', () => {
    const script = new Script();
    const w = leaf(given([3], (i) => i + 1));
    script.line(1, { w });
    let h = op('mul', w, 2);
    script.line(2, { h });
    h = op('relu', h);
    script.line(3, { h });
    h = op('view', op('add', op('add', h, 1), 2), [3, 1]);
    script.line(4, { h });
    const loss = op('sum', h);
    script.line(5, { loss });
    backwardFrom(loss);
    const { recording } = script;
    let tick = 0;
    while (recording.recordAt(tick)?.name !== 'mul') tick++;
    const { chain } = explainOf(recording, new Replay(), recording.ticks - 1, { tick });
    expect(chain.map(({ of, by }) => `∂${of}/∂${by}`)).toEqual([
      '∂loss/∂h',
      '∂h/∂add₂',
      '∂add₂/∂add₁',
      '∂add₁/∂relu',
      '∂relu/∂mul',
      '∂mul/∂w',
    ]);
  });

  it('says why no gradient went through an op', () => {
    const script = new Script();
    const w = leaf(given([3], (i) => i + 1));
    const free = op(
      'mul',
      op(
        'mul',
        given([3], () => 1),
        2,
      ),
      3,
    );
    const unused = op('exp', w);
    const above = op('gt', w, 0);
    const loss = op('sum', op('mul', w, w));
    script.line(1, { w, free, unused, above, loss });
    const { recording } = script;
    const still = (name: string, nth = 0): string | null => {
      let tick = 0;
      for (let seen = 0; ; tick++) if (recording.recordAt(tick)?.name === name && seen++ === nth) break;
      return explainOf(recording, new Replay(), recording.ticks - 1, { tick }).still;
    };
    expect(still('exp')).toContain('Step on into loss.backward()');
    backwardFrom(loss);
    script.line(2);
    expect(still('exp')).toContain('does not depend on this result');
    expect(still('gt')).toContain('no floating-point number');
    expect(still('mul')).toContain('requires a gradient');
    expect(still('sum')).toBeNull();
  });

  it('has no flow before the gradient ran, and says where there is no op', () => {
    const tick = forwardTick('relu');
    const early = explainOf(r, mlp.replay, tick, { tick });
    expect(early.flow).toBeNull();
    expect(early.result).not.toBeNull();
    expect(explainOf(r, mlp.replay, end, { tick: 0 }).missing).toBe(
      'At this tick no op ran: choose an op in the network.',
    );
  });
});
