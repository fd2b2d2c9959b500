/** Layouts put together from their parts: everything in its place, links unbroken, equal parts laid out once. */
import ELK, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { describe, expect, it } from 'vitest';
import type { GraphView } from '../../src/protocol/views';
import { type Drawn, drawn } from '../../webview/graph/model';
import { nestedLayout } from '../../webview/graph/nested';
import type { Layout, Rect } from '../../webview/graph/place';
import { largeGraph } from './large';

const elk = new ELK();

/** Lays out as the page does, and counts what elk was asked. */
function laid(drawing: Drawn): { layout: Promise<Layout>; asked: Map<string, Promise<ElkNode>> } {
  const asked = new Map<string, Promise<ElkNode>>();
  const layout = nestedLayout(drawing, (part) => {
    const key = JSON.stringify(part);
    if (!asked.has(key)) asked.set(key, elk.layout(part));
    return asked.get(key)!;
  });
  return { layout, asked };
}

const apart = (a: Rect, b: Rect): boolean =>
  a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
const holds = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.w <= outer.x + outer.w &&
  inner.y + inner.h <= outer.y + outer.h;

function check(drawing: Drawn, layout: Layout): void {
  const rects = drawing.cards.map(({ key }) => layout.cards.get(key)!);
  for (const [i, a] of rects.entries()) for (const b of rects.slice(i + 1)) expect(apart(a, b)).toBe(true);
  for (const { key, box } of drawing.cards) {
    if (box) expect(holds(layout.boxes.get(box)!, layout.cards.get(key)!)).toBe(true);
  }
  for (const { key, from, to } of drawing.links) {
    const points = layout.links.get(key)!;
    const [a, b] = [layout.cards.get(from)!, layout.cards.get(to)!];
    expect(points[0]!.x).toBeCloseTo(a.x + a.w);
    expect(points.at(-1)!.x).toBeCloseTo(b.x);
    for (const [i, p] of points.entries()) {
      const before = points[i - 1];
      // Right angles only, through every border.
      if (before) expect(Math.min(Math.abs(p.x - before.x), Math.abs(p.y - before.y))).toBeLessThan(0.01);
    }
  }
}

describe('nested layout', () => {
  it('places open modules, cards and links, and lays equal modules out once', async () => {
    const drawing = drawn(largeGraph(4), []);
    const { layout, asked } = laid(drawing);
    check(drawing, await layout);
    const few = asked.size;
    const more = laid(drawn(largeGraph(9), []));
    await more.layout;
    // A longer row may be kept level: the one around the blocks is asked for twice.
    expect(more.asked.size).toBeLessThanOrEqual(few + 1);
  });
  it('asks only for what is new when a module is opened', async () => {
    const graph = largeGraph(6);
    const blocks = graph.modules.map((m) => m.path).filter((path) => /^blocks\.\d$/.test(path));
    const closed = laid(drawn(graph, blocks));
    await closed.layout;
    const all = laid(drawn(graph, blocks.slice(1)));
    await all.layout;
    // The block with its modules of five kinds, and the two around it.
    expect([...all.asked.keys()].filter((key) => !closed.asked.has(key)).length).toBeLessThan(9);
  });
  it('cuts a network without modules into stretches, of which equal ones are laid out once', async () => {
    const nested = largeGraph(24);
    const graph: GraphView = { ...nested, modules: [], nodes: nested.nodes.map((n) => ({ ...n, module: '' })) };
    const drawing = drawn(graph, []);
    expect(drawing.cards.length).toBeGreaterThan(400);
    const { layout, asked } = laid(drawing);
    check(drawing, await layout);
    expect((await layout).boxes.size).toBe(0);
    expect(asked.size).toBeLessThan(12);
  }, 60_000);
  it('keeps a long row of open modules level', async () => {
    const { layout } = laid(drawn(largeGraph(16), []));
    const { boxes, height } = await layout;
    expect(height).toBeLessThan(2 * boxes.get('blocks.0')!.h);
  });
  it('leads a link back into a module that was left', async () => {
    const graph = largeGraph(2);
    const [first, second] = [
      graph.nodes.find((n) => n.op === 'softmax')!,
      graph.nodes.findLast((n) => n.op === 'gelu')!,
    ];
    const drawing = drawn(
      { ...graph, structure: 'loop', edges: [...graph.edges, { from: second.id, to: first.id, grad: true }] },
      [],
    );
    check(drawing, await laid(drawing).layout);
  });
});
