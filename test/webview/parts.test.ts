/** The parts of the webview that need no page: what they compute is the same everywhere. */
import { describe, expect, it } from 'vitest';
import { aggregate, extent } from '../../webview/charts/aggregate';
import { readMessage } from '../../webview/check';
import { barSize, exact, nodeLabel, num, shapeText } from '../../webview/format';
import { neighbour, Walk } from '../../webview/graph/keyboard';
import { defaultFolds, drawn, folds } from '../../webview/graph/model';
import { inkOn, position, scaleFor, shade, ticksOf } from '../../webview/graph/modes';
import { gradientPoints, roundPath } from '../../webview/graph/paths';
import { plainLayout } from '../../webview/graph/plain';
import { repeats } from '../../webview/graph/repeats';
import { find } from '../../webview/graph/search';
import { cardState, gradWidth, healthOf } from '../../webview/graph/state';
import { wrap } from '../../webview/graph/wrap';
import { middleOf, othersOf, roomFor, runAt, treeOf } from '../../webview/timeline/runs';
import { positive, spanAt, tickOf, xOf } from '../../webview/timeline/scale';
import { Fixture, GRAPH, NODE, PER_ITERATION } from './fixture';
import { largeGraph } from './large';

describe('runs side by side', () => {
  const line = (id: string, parent: string | null, left: number | null, losses: number[], shown = false) => ({
    ...{ id, name: id, parent, left, losses, shown },
  });
  const runs = [
    line('a', null, null, [4, 3, 2, 1], true),
    line('b', 'a', 2, [4, 3, 2, 5, 6, 7, 8, 9]),
    line('d', null, null, [1]),
    line('c', 'b', 3, [4, 3, 2, 5]),
  ];
  const spans = [0, 1, 2, 3].map((i) => ({
    iteration: i,
    start: i * 10,
    backward: i * 10,
    update: i * 10,
    end: i * 10 + 10,
    loss: 1,
  }));
  const axis = { from: 0, to: roomFor(runs, spans, 40), left: 0, right: 800 };
  it('is a tree', () => {
    expect(treeOf(runs).map(({ run, depth }) => `${depth}${run.id}`)).toEqual(['0a', '1b', '2c', '0d']);
    // One whose parent was closed stands by itself.
    expect(treeOf(runs.slice(1)).map(({ run, depth }) => `${depth}${run.id}`)).toEqual(['0b', '1c', '0d']);
  });
  it('has room for the longest, with every iteration as wide as those of the run shown', () => {
    expect(axis.to).toBe(80);
    expect([0, 3, 7].map((i) => middleOf(axis, spans, i))).toEqual([50, 350, 750]);
  });
  it('marks where a branch left, and is chosen by its curve', () => {
    const others = othersOf(runs, axis, spans);
    expect(others.map(({ run, rings }) => [run.id, rings])).toEqual([
      ['b', [2]],
      ['d', []],
      ['c', [3]],
    ]);
    others[0]!.points = [
      { x: 0, y: 50 },
      { x: 100, y: 0 },
    ];
    expect(runAt(others, 50, 27)?.run.id).toBe('b');
    expect(runAt(others, 50, 45)).toBeNull();
  });
});

describe('a long drawing in rows', () => {
  const drawing = drawn(GRAPH, []);
  const flat = plainLayout(drawing);
  const view = { w: 520, h: 330 };
  it('stays as it is where there is room', () => {
    expect(wrap(flat, { w: flat.width, h: flat.height })).toBe(flat);
  });
  it('uses the panel: larger than in one row, no card lost and none over another', () => {
    const rows = wrap(flat, view);
    const scale = (l: { width: number; height: number }) => Math.min(view.w / l.width, view.h / l.height);
    expect(scale(rows)).toBeGreaterThan(1.3 * scale(flat));
    expect([...rows.cards.keys()]).toEqual([...flat.cards.keys()]);
    const all = [...rows.cards.values()];
    for (const [i, a] of all.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.w).toBeLessThanOrEqual(rows.width);
      for (const b of all.slice(i + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(apart).toBe(true);
      }
    }
  });
  it('leads every link from its card to its card', () => {
    const rows = wrap(flat, view);
    for (const link of drawing.links) {
      const points = rows.links.get(link.key)!;
      const [from, to] = [rows.cards.get(link.from)!, rows.cards.get(link.to)!];
      expect(points[0]!.x).toBeCloseTo(from.x + from.w);
      expect(points.at(-1)!.x).toBeCloseTo(to.x);
      expect(points.at(-1)!.y).toBeGreaterThan(to.y);
      expect(points.at(-1)!.y).toBeLessThan(to.y + to.h);
    }
  });
  it('cuts a module that is wider than a row, and keeps what it holds inside of its pieces', () => {
    const graph = largeGraph(16);
    const wide = drawn(graph, defaultFolds(graph));
    const plain = plainLayout(wide);
    const cards = [...plain.cards.values()].slice(1, -1);
    const left = Math.min(...cards.map((c) => c.x)) - 9;
    const right = Math.max(...cards.map((c) => c.x + c.w)) + 9;
    const box = { x: left, y: -27, w: right - left, h: plain.height + 36 };
    const rows = wrap({ ...plain, boxes: new Map([['blocks', box]]) }, view);
    const pieces = [rows.boxes.get('blocks')!, ...rows.more!.get('blocks')!];
    expect(pieces.length).toBeGreaterThan(1);
    const held = [...rows.cards.values()].filter((c) =>
      pieces.some((p) => c.x >= p.x && c.x + c.w <= p.x + p.w && c.y >= p.y && c.y + c.h <= p.y + p.h),
    );
    expect(held).toHaveLength(cards.length);
  });
});

describe('numbers as they are read', () => {
  it('keeps four digits, and exponents only where they are shorter', () => {
    expect([0, 1, -0.5, 1.23456, 12345.678, 1e6, 1.5e-7, 123456.7].map((v) => num(v))).toEqual([
      '0',
      '1',
      '−0.5',
      '1.235',
      '12346',
      '1000000',
      '1.5e−7',
      '1.23e5',
    ]);
  });
  it('names what is not a number', () => {
    expect([num('nan'), num('-inf'), num(null), num(Number.NaN)]).toEqual(['NaN', '−∞', '–', 'NaN']);
  });
  it('gives float32 without the noise of float64', () => {
    expect(exact(Math.fround(0.1), 'float32')).toBe('0.100000001');
    expect(exact(0.1, 'float64')).toBe('0.1');
    expect(exact(1, 'bool')).toBe('True');
  });
  it('writes shapes and sizes', () => {
    expect(shapeText([500, 13])).toBe('500 × 13');
    expect(shapeText([])).toBe('scalar');
    expect(barSize(1e3)).toBe(1);
    expect(barSize(0)).toBe(0);
    expect(barSize(1e-9)).toBeGreaterThan(0);
  });
});

describe('messages', () => {
  const fixture = new Fixture(2);
  it('takes what the protocol says', () => {
    expect(readMessage(fixture.picture())).not.toBeNull();
    expect(readMessage({ type: 'tensor', tensor: fixture.tensor({ tensor: 102 }) })).not.toBeNull();
    expect(readMessage({ type: 'update', update: fixture.update() })).not.toBeNull();
  });
  it('refuses every other shape', () => {
    const bad: unknown[] = [
      null,
      3,
      'picture',
      {},
      { type: 'constructor' },
      { type: 'caret', nodes: ['1'] },
      { type: 'picture' },
    ];
    const picture = structuredClone(fixture.picture()) as { picture: { cursor: { tick: unknown } } };
    picture.picture.cursor.tick = '0';
    const tensor = fixture.tensor({ tensor: 102 });
    tensor.grid!.cells.pop();
    for (const message of [...bad, picture, { type: 'tensor', tensor }]) expect(readMessage(message)).toBeNull();
  });
});

describe('the timeline', () => {
  const spans = new Fixture(3).timeline().spans;
  it('finds the iteration of a tick', () => {
    expect(spanAt(spans, PER_ITERATION)!.iteration).toBe(1);
    expect(spanAt(spans, PER_ITERATION - 1)!.iteration).toBe(0);
    expect(spanAt(spans, 10 * PER_ITERATION)!.iteration).toBe(2);
    expect(spanAt([], 3)).toBeNull();
  });
  it('comes back to the same tick from its pixel', () => {
    const axis = { from: 100, to: 180, left: 50, right: 850 };
    for (let tick = axis.from; tick < axis.to; tick++) expect(tickOf(axis, xOf(axis, tick))).toBe(tick);
    expect([tickOf(axis, -10), tickOf(axis, 5000)]).toEqual([100, 179]);
  });
  it('offers a logarithm only where every loss allows it', () => {
    expect(positive(spans)).toBe(true);
    expect(positive([{ ...spans[0]!, loss: -1 }])).toBe(false);
    expect(positive([{ ...spans[0]!, loss: 'nan' }])).toBe(false);
  });
  it('keeps a spike when ten thousand points share a few pixels', () => {
    const buckets = aggregate(
      10_000,
      (i) => i / 100,
      (i) => (i === 5003 ? 99 : i % 7 === 0 ? null : 1),
    );
    expect(buckets.length).toBeLessThan(110);
    expect(extent(buckets)).toEqual([1, 99]);
  });
});

describe('the graph', () => {
  const drawing = drawn(GRAPH, []);
  it('hangs parameters under their op and leaves their edges out', () => {
    expect(drawing.byKey.get(`n${NODE.linear1}`)!.chips.map((c) => c.key)).toEqual([`n${NODE.w1}`]);
    expect(drawing.byKey.get(`n${NODE.output}`)!.chips).toHaveLength(2);
    expect(drawing.links.map((l) => l.key)).not.toContain(`n${NODE.w1}>n${NODE.linear1}`);
  });
  it('folds a module into one card that stands for its nodes', () => {
    const folded = drawn(GRAPH, ['linear1']);
    const card = folded.byKey.get('m:linear1')!;
    expect(card.members).toEqual([NODE.w1, NODE.linear1]);
    expect(folded.links.map((l) => l.key)).toContain(`m:linear1>n${NODE.relu}`);
    const f = new Fixture(1);
    const states = new Map(f.pictureView().nodes.map((s) => [s.id, s]));
    expect(cardState(card, states, null).forward).toBe(false);
    f.tick = 3;
    expect(cardState(card, new Map(f.pictureView().nodes.map((s) => [s.id, s])), NODE.w1)).toMatchObject({
      forward: true,
      cursor: true,
    });
  });
  it('opens small networks whole and large ones folded', () => {
    expect(defaultFolds(GRAPH)).toEqual([]);
    const large = largeGraph(30);
    expect(large.nodes.length).toBeGreaterThan(900);
    const shown = drawn(large, defaultFolds(large));
    expect(shown.cards.length).toBeLessThan(80);
    expect(shown.cards.length).toBeGreaterThan(20);
  });
  it('walks along edges, and to the neighbours above and below', () => {
    const layout = plainLayout(drawing);
    const go = (from: number, to: 'left' | 'right' | 'up' | 'down') => neighbour(drawing, layout, `n${from}`, to);
    expect(go(NODE.linear1, 'right')).toBe(`n${NODE.relu}`);
    expect(go(NODE.relu, 'left')).toBe(`n${NODE.linear1}`);
    expect(go(NODE.output, 'down')).toBe(`n${NODE.w3}`);
    expect(go(NODE.w3, 'up')).toBe(`n${NODE.output}`);
    expect(go(NODE.w1, 'right')).toBe(`n${NODE.relu}`);
    expect(go(NODE.loss, 'right')).toBeNull();
  });
  it('knows modules of equal layers, and folds many of them into one card with their count', () => {
    expect([...repeats(largeGraph(6))]).toEqual([['blocks', { count: 6, type: 'Block' }]]);
    expect(repeats(GRAPH).size).toBe(0);
    const odd = largeGraph(6);
    odd.nodes.find((n) => n.module === 'blocks.3.mlp.1')!.op = 'relu';
    expect(repeats(odd).size).toBe(0);
    const six = drawn(largeGraph(6), ['blocks']);
    expect(six.byKey.get('m:blocks')).toMatchObject({ detail: 'Block ×6', repeated: 6 });
    const huge = largeGraph(112);
    expect(drawn(huge, folds(huge, {})).cards.map((c) => c.key)).toEqual([
      'n0',
      'm:blocks',
      `n${huge.nodes.length - 1}`,
    ]);
    // Opened, its layers are closed cards of their own.
    expect(drawn(huge, folds(huge, { blocks: false })).cards).toHaveLength(114);
  });
  it('walks edge by edge, and through forks', () => {
    const graph = largeGraph(1);
    const block = drawn(graph, []);
    const layout = plainLayout(block);
    const walk = new Walk();
    const norm = graph.nodes.find((n) => n.op === 'layer_norm')!;
    const op = (key: string | null) => block.byKey.get(key!)!.node!.module;
    const first = walk.step(block, layout, `n${norm.id}`, 'right', false)!;
    const fork = [first];
    for (let i = 0; i < 3; i++) fork.push(walk.step(block, layout, fork.at(-1)!, 'down', false)!);
    expect(new Set(fork.slice(0, 3).map(op))).toEqual(
      new Set(['blocks.0.attn.query', 'blocks.0.attn.key', 'blocks.0.attn.value']),
    );
    expect(fork[3]).toBe(first);
    expect(walk.step(block, layout, first, 'up', false)).toBe(fork[2]);
    // No gradient flows into the tokens.
    expect(walk.step(block, layout, `n${norm.id}`, 'left', true)).toBeNull();
    expect(walk.step(block, layout, `n${norm.id}`, 'left', false)).toBe('n0');
    expect(walk.step(block, layout, 'n0', 'down', false)).toBeNull();
  });
  it('finds nodes by module path, op and line', () => {
    const ops = (text: string) => find(GRAPH, text).map((id) => GRAPH.nodes[id]!.label);
    expect(ops('relu')).toEqual(['relu']);
    expect(ops('LINEAR1 weight')).toEqual(['linear1.weight']);
    expect(ops('three_class.py:20')).toEqual(['linear, linear2', 'sigmoid']);
    expect(ops(':20 sigm')).toEqual(['sigmoid']);
    expect(ops(':2')).toEqual([]);
    expect(ops('  ')).toEqual([]);
    expect(find(largeGraph(12), 'blocks.11.attn softmax')).toHaveLength(1);
  });
  it('draws gradients backward, thicker where they are larger', () => {
    const back = gradientPoints([
      { x: 0, y: 0 },
      { x: 50, y: 0 },
      { x: 50, y: 40 },
      { x: 90, y: 40 },
    ]);
    expect(back[0]!.x).toBe(90);
    expect(back.at(-1)!.x).toBe(0);
    expect(back[1]!.x).toBe(back[2]!.x);
    expect(roundPath(back)).toMatch(/^M90,47L/);
    expect(gradWidth(1)).toBeGreaterThan(gradWidth(1e-3));
    expect(gradWidth(null)).toBe(gradWidth(1e-9));
  });
  it('calls a gradient vanishing or exploding against the median and beyond all measure', () => {
    expect([1e-2, 10, 1e-6, 2e4, 1e-11, null].map((norm) => healthOf(norm, 5e-3))).toEqual([
      ...[null, 'exploding', 'vanishing', 'exploding', 'vanishing', null],
    ]);
    expect(healthOf(2e4, 1e4)).toBe('exploding');
    expect(healthOf(1e-3, null)).toBeNull();
  });
  it('has a scale of whole decades that only grows', () => {
    const first = scaleFor('grad', [0.002, 0.05, 0], null)!;
    expect(first).toEqual({ log: true, low: 0.001, high: 0.1 });
    expect(scaleFor('grad', [0.01], first)).toEqual(first);
    expect(scaleFor('grad', [3], first)!.high).toBe(10);
    expect([1e-9, 0.001, 0.01, 0.1, 7].map((v) => position(first, v))).toEqual([0, 0, 0.5, 1, 1]);
    expect(scaleFor('value', [], null)).toBeNull();
    expect(ticksOf('grad', first).map((t) => t.text)).toEqual(['0.001', '0.01', '0.1']);
    expect([shade(0), shade(1)].map(inkOn)).toEqual(['light', 'dark']);
  });
  it('says a node in words', () => {
    const f = new Fixture(1);
    f.tick = PER_ITERATION - 1;
    const relu = GRAPH.nodes[NODE.relu]!;
    expect(nodeLabel(relu, f.state(NODE.relu), true)).toMatch(
      /^relu, output float32 500 by 13, value norm [\d.]+, gradient norm [\d.e−]+, at the cursor$/,
    );
    f.tick = 0;
    expect(nodeLabel(relu, f.state(NODE.relu), false)).toBe('relu, output float32 500 by 13, not run yet');
  });
});
