/** What the inspector shows of a tensor: any two of its dimensions, what it was before, pictures, text, and what is wrong with it. */
import { describe, expect, it } from 'vitest';
import { dead, exploding, nonfinite, notUpdated, withoutGradient } from '../../../src/protocol/health';
import type { TensorQuestion, TensorView } from '../../../src/protocol/views';
import { Replay } from '../../../src/recorder/replay';
import { pictureOf } from '../../../src/recorder/views/picture';
import { cellsOf, tensorOf } from '../../../src/recorder/views/tensor';
import { tensorText } from '../../../src/recorder/views/text';
import { Watchpoints } from '../../../src/recorder/watch/watchpoints';
import { backwardFrom, dataOf, given, leaf, noGrad, op, Script, trainMlp } from './script';

const mlp = trainMlp({ iterations: 4, samples: 50 });
const r = mlp.script.recording;
const end = r.ticks - 1;
const tensorNamed = (name: string): number =>
  [...r.leaves].find((id) => tensorOf(r, mlp.replay, end, { tensor: id }).name === name)!;
const view = (tick: number, question: TensorQuestion): TensorView => tensorOf(r, mlp.replay, tick, question);

describe('the dimensions’ names', () => {
  it('are those of the op, through what keeps them, else of the batch', () => {
    const script = new Script(undefined, '');
    const x = given([5, 1, 4, 4], (i) => i % 7);
    const y = given([5, 2], (i) => i % 3);
    const w = leaf(given([2, 1, 3, 3], (i) => i - 8));
    script.line(1, { x, y });
    const h = op('relu', op('conv2d', x, w));
    const flat = op('reshape', h, [5, 8]);
    const v = leaf(given([2, 8], (i) => i));
    const z = op('linear', flat, v);
    const d = op('sub', z, y);
    backwardFrom(op('sum', op('mul', d, d)));
    script.stop();
    const r = script.recording;
    const named = (t: { id: number }) => tensorOf(r, new Replay(), r.ticks - 1, { tensor: t.id }).dimensions;
    expect(named(h)).toEqual(['N', 'C', 'H', 'W']);
    expect(named(flat)).toEqual(['N', null]);
    expect(named(z)).toEqual(['N', 'out_features']);
    expect(named(d)).toEqual(['N', 'out_features']);
    expect(named(y)).toEqual(['N', null]);
    expect(named(v)).toEqual([null, null]);
  });
});

describe('cells of any two dimensions', () => {
  const script = new Script(undefined, '');
  const t = given([2, 3, 4], (i) => i);
  script.line(1, { t });
  op('mul', t, 1);
  const { recording } = script;
  const shown = (question: Omit<TensorQuestion, 'tensor'>) =>
    tensorOf(recording, new Replay(), recording.ticks - 1, { tensor: t.id, ...question }).grid!;
  it('takes the last two, at an index of the others', () => {
    expect(shown({})).toMatchObject({ axes: [1, 2], slice: [0], rows: 3, cols: 4 });
    expect(shown({ slice: [1] }).cells.slice(0, 5)).toEqual([12, 13, 14, 15, 16]);
  });
  it('takes those that are asked for, in that order', () => {
    const grid = shown({ axes: [2, 0], slice: [2] });
    expect(grid).toMatchObject({ axes: [2, 0], slice: [2], rows: 4, cols: 2 });
    expect(grid.cells).toEqual([8, 20, 9, 21, 10, 22, 11, 23]);
  });
  it('keeps to the last two where it is asked for what is not there', () => {
    for (const axes of [
      [0, 0],
      [1, 9],
      [-1, 0],
    ] as [number, number][])
      expect(shown({ axes }).axes).toEqual([1, 2]);
  });
  it('gives the cells beyond the window to a table', () => {
    const grid = cellsOf(recording, new Replay(), recording.ticks - 1, {
      tensor: t.id,
      axes: [0, 2],
      row0: 1,
      col0: 2,
    })!;
    expect(grid).toMatchObject({ row0: 1, col0: 2, cells: [14, 15] });
  });
  it('is written out as Python and as a table', () => {
    const text = (as: 'python' | 'csv') =>
      tensorText(recording, new Replay(), recording.ticks - 1, { tensor: t.id, as }).text;
    expect(text('python').replace(/\s+/g, ' ')).toContain('torch.tensor([[[0.0, 1.0, 2.0, 3.0], [4.0,');
    expect(text('python')).toMatch(/dtype=torch\.float32\)$/);
    expect(text('csv').split('\n').slice(0, 3)).toEqual([
      'dim 0,dim 1,0,1,2,3',
      '0,0,0.0,1.0,2.0,3.0',
      '0,1,4.0,5.0,6.0,7.0',
    ]);
  });
});

describe('what it was before', () => {
  const w = tensorNamed('linear1.weight');
  it('lays the histogram of the iteration before behind, in the same bins', () => {
    const { histogram } = view(end, { tensor: w });
    expect(histogram!.before!.reduce((a, b) => a + b, 0)).toBe(260);
    expect(histogram!.before).not.toEqual(histogram!.counts);
    expect(view(r.iteration(0).backward, { tensor: w }).histogram!.before).toBeNull();
  });
  it('shows the difference from the same place of the iteration before: the last update', () => {
    const forward = r.iteration(2).start + 1;
    const diff = view(forward, { tensor: w, against: 'iteration' });
    expect(diff.against).toMatchObject({ iteration: 1 });
    const [now, was] = [forward, r.iteration(1).start + 1].map((t) => view(t, { tensor: w }).grid!.cells as number[]);
    expect(diff.grid!.cells).toEqual(now!.map((v, i) => v - was![i]!));
    expect(diff.stats.norm).toBeGreaterThan(0);
    expect(diff.parameter!.update).toBeCloseTo(diff.stats.norm!, 10);
  });
  it('compares an activation with what the same op gave', () => {
    const tick = (i: number) => {
      for (let t = r.iteration(i).start; ; t++) if (r.recordAt(t)?.name === 'relu') return t;
    };
    const [a, b] = [tick(1), tick(2)];
    const out = (t: number) => r.recordAt(t)!.outs[0]!.tensor;
    const diff = view(r.iteration(2).backward, { tensor: out(b), against: 'iteration' });
    const [was, now] = [view(a, { tensor: out(a) }), view(b, { tensor: out(b) })].map((v) => v.grid!.cells as number[]);
    expect(diff.grid!.cells).toEqual(now!.map((v, i) => v - was![i]!));
    expect(view(b, { tensor: out(b), against: a }).against).toMatchObject({ iteration: 1 });
    expect(view(a, { tensor: out(a), against: 'iteration' }).against).toMatchObject({ iteration: 0 });
  });
  it('says where there is nothing to compare with', () => {
    expect(view(r.iteration(0).backward, { tensor: w, against: 'iteration' }).missing).toMatch(/iteration before/);
  });
});

describe('a parameter', () => {
  it('tells its size, its gradient and its update', () => {
    const { parameter, dimensions } = view(r.iteration(3).update, { tensor: tensorNamed('linear1.weight') });
    expect(parameter).toMatchObject({ name: 'linear1.weight', updates: 4, states: ['v'] });
    expect(parameter!.weight).toBeGreaterThan(0);
    expect(parameter!.gradient).toBeGreaterThan(0);
    expect(dimensions).toEqual(['out_features', 'in_features']);
  });
});

describe('pictures', () => {
  const script = new Script(undefined, '');
  const batch = given([3, 3, 4, 5], (i) => (i === 7 ? Number.NaN : i));
  const grey = given([9, 10], (i) => i);
  script.line(1, { batch, grey });
  op('mul', batch, 1);
  op('mul', grey, 1);
  const { recording } = script;
  const shown = (tensor: number, images?: number) =>
    tensorOf(recording, new Replay(), recording.ticks - 1, { tensor, ...(images === undefined ? {} : { images }) });
  it('are of one or three channels, from black at the least value to white at the largest', () => {
    const { images, imageLike } = shown(batch.id, 1);
    expect(imageLike).toBe(true);
    expect(images).toMatchObject({ from: 1, total: 3, channels: 3, height: 4, width: 5, low: 0, high: 179 });
    expect(images!.pixels).toHaveLength(2);
    const bytes = Uint8Array.from(atob(images!.pixels[0]!), (c) => c.charCodeAt(0));
    const level = (v: number) => Math.round((v / 179) * 255);
    expect([...bytes.slice(0, 4)]).toEqual([level(60), level(80), level(100), 255]);
    const first = Uint8Array.from(atob(shown(batch.id, 0).images!.pixels[0]!), (c) => c.charCodeAt(0));
    expect([...first.slice(28, 32)]).toEqual([0, 0, 0, 0]);
  });
  it('are not made unless they are asked for, nor of what is none', () => {
    expect(shown(batch.id).images).toBeNull();
    expect(shown(grey.id, 0).images).toMatchObject({ total: 1, channels: 1 });
    expect(view(end, { tensor: tensorNamed('output.bias'), images: 0 })).toMatchObject({
      images: null,
      imageLike: false,
    });
  });
});

describe('health', () => {
  /** One weight is never used, one relu is dead, one gradient is huge, one parameter is stepped by 0. */
  const script = new Script(undefined, 'loss.backward()');
  const w = leaf(given([4], (i) => i + 1));
  const unused = leaf(given([2], () => 1));
  const x = given([4], () => -1);
  script.line(1, { w, unused, x });
  const h = op('relu', op('mul', w, x));
  script.line(2, { h });
  const s = op('sigmoid', op('mul', w, 100));
  script.line(3, { s });
  const big = op('mul', w, 1000);
  backwardFrom(op('add', op('sum', h), op('sum', op('add', s, big))));
  noGrad(() => op('sub_', dataOf(w), op('mul', w.grad!, 0)));
  script.line(4);
  const { recording } = script;
  const replay = new Replay();
  const chips = (tensor: number, tick = recording.ticks - 1) => tensorOf(recording, replay, tick, { tensor }).health;
  const kinds = (tensor: number) => chips(tensor).map(({ kind }) => kind);
  it('says what is wrong, and why', () => {
    expect(kinds(h.id)).toContain('dead');
    expect(kinds(s.id)).toContain('saturated');
    expect(kinds(w.id)).toEqual(['exploding', 'not updated']);
    expect(chips(w.id)[0]!.reason).toMatch(/^The norm of its gradient is 2000: above 100\.$/);
    expect(chips(h.id).find((c) => c.kind === 'dead')!.place).toMatchObject({ line: 1 });
  });
  it('says nothing before it has happened', () => {
    expect(chips(h.id, recording.recordAt(0) ? 0 : 1)).toEqual([]);
  });
  it('is in the picture too, of every node', () => {
    const { nodes } = pictureOf(recording, replay, recording.ticks - 1, false);
    const of = (tensor: number) => nodes.find((n) => n.tensor === tensor)!.health;
    expect(of(h.id)).toContain('dead');
    expect(of(s.id)).toContain('saturated');
    expect(of(w.id)).toEqual(['exploding', 'not updated']);
    expect(of(x.id)).toBeUndefined();
    const early = pictureOf(recording, replay, 0, false).nodes;
    expect(early.filter((n) => n.health)).toEqual([]);
  });
  it('says in the picture nothing that the inspector does not say', () => {
    let said = 0;
    for (let tick = 0; tick < recording.ticks; tick++)
      for (const { tensor, health } of pictureOf(recording, replay, tick, false).nodes) {
        if (!health) continue;
        said += health.length;
        expect(chips(tensor!, tick).map(({ kind }) => kind)).toEqual(expect.arrayContaining(health));
      }
    expect(said).toBeGreaterThan(10);
  });
  it('agrees with the watchpoints: each stops at the moment of its chip', () => {
    for (const tensor of [h.id, s.id, w.id])
      for (const chip of chips(tensor)) {
        const points = new Watchpoints(recording, new Replay());
        const [status] = points.set('user', [{ expression: chip.expression }]);
        expect(status!.message, chip.expression).toBeUndefined();
        expect(points.search(-1, recording.ticks - 1, () => {})?.tick, chip.expression).toBe(chip.tick);
      }
  });
  it('is in the words of the watchpoints that are offered by name', () => {
    expect([nonfinite('p'), exploding('p.grad'), dead('relu'), notUpdated('p'), withoutGradient('p.grad')]).toEqual([
      'nonfinite(p)',
      'norm(p.grad) > 100',
      'all(relu == 0)',
      'norm(update(p)) == 0',
      'p.grad is None',
    ]);
  });
});
