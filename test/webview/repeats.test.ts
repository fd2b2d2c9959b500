/** Rows of equal layers among others, and a network with only some of its nodes. */
import { describe, expect, it } from 'vitest';
import type { GraphNode, GraphView } from '../../src/protocol/views';
import { filtered } from '../../webview/graph/filter';
import { drawn } from '../../webview/graph/model';
import { inRows, repeats } from '../../webview/graph/repeats';
import { find } from '../../webview/graph/search';
import { largeGraph } from './large';

/** Ops in a row, each reading from the one before and from those that are named by their place. */
function graphOf(ops: [op: string, module: string, ...more: number[]][], types: Record<string, string>): GraphView {
  const nodes = ops.map(([op, module], id): GraphNode => {
    const gradFn = op === 'input' ? null : `${op}Backward0`;
    const kind = op === 'input' ? 'input' : 'op';
    return { id, kind, op, label: op, module, place: null, dtype: 'float32', shape: [8, 4], gradFn };
  });
  const edges = ops.flatMap(([, , ...more], to) =>
    [...new Set(more.length > 0 ? more : [to - 1])]
      .filter((from) => from >= 0)
      .map((from) => ({ from, to, grad: true })),
  );
  const modules = Object.entries(types).map(([path, type]) => ({ path, type, extra: '' }));
  return { structure: ops.join(), nodes, edges, modules };
}

/** Sequential(conv, relu, block × count, linear), a block being norm, linear, relu and its input added. */
function stack(count: number, width: (nr: number) => string = () => 'linear'): GraphView {
  const ops: Parameters<typeof graphOf>[0] = [
    ['input', ''],
    ['conv2d', 'net.0'],
    ['relu', 'net.1'],
  ];
  const types: Record<string, string> = { net: 'Sequential', 'net.0': 'Conv2d', 'net.1': 'ReLU' };
  for (let i = 0; i < count; i++) {
    const path = `net.${i + 2}`;
    const from = ops.length - 1;
    ops.push(['layer_norm', `${path}.norm`], [width(i), `${path}.fc`], ['relu', path], ['add', path, from, from + 3]);
    Object.assign(types, { [path]: 'Block', [`${path}.norm`]: 'LayerNorm', [`${path}.fc`]: 'Linear' });
  }
  ops.push(['linear', `net.${count + 2}`]);
  types[`net.${count + 2}`] = 'Linear';
  return graphOf(ops, types);
}

describe('rows of equal layers among others', () => {
  it('lie in a module of their own, that is folded with its count', () => {
    const graph = inRows(stack(3));
    expect(graph.modules.map((m) => m.path)).toEqual([
      'net',
      'net.0',
      'net.1',
      'net.2–4',
      ...[2, 3, 4].flatMap((i) => [`net.2–4.${i}`, `net.2–4.${i}.norm`, `net.2–4.${i}.fc`]),
      'net.5',
    ]);
    expect(graph.modules[3]!.type).toBe('Block ×3');
    expect(repeats(graph).get('net.2–4')).toEqual({ count: 3, type: 'Block' });
    const { cards } = drawn(graph, ['net.2–4']);
    const row = cards.find((card) => card.kind === 'folded')!;
    expect([row.title, row.detail, row.members.length]).toEqual(['2–4', 'Block ×3', 12]);
    expect(cards.map((card) => card.title)).toEqual(['input', 'conv2d', 'relu', '2–4', 'linear']);
  });
  it('are cut where a layer differs, and left alone where they are short', () => {
    const graph = inRows(stack(5, (nr) => (nr === 2 ? 'conv1d' : 'linear')));
    const paths = graph.modules.map((m) => m.path);
    expect(paths.filter((path) => path.includes('–') && !path.includes('–', path.lastIndexOf('.')))).not.toEqual([]);
    expect(paths.filter((path) => /–\d$/.test(path))).toEqual(['net.2–3', 'net.5–6']);
    const linears = graphOf(
      [
        ['input', ''],
        ['linear', 'a'],
        ['linear', 'b'],
        ['relu', ''],
      ],
      { a: 'Linear', b: 'Linear' },
    );
    expect(inRows(linears)).toBe(linears);
  });
  it('are no rows where they lie beside each other: each of them reads the same', () => {
    const ops: Parameters<typeof graphOf>[0] = [['input', '']];
    const types: Record<string, string> = {};
    for (const name of ['q', 'k', 'v']) {
      ops.push(['linear', name, 0], ['relu', name], ['tanh', name]);
      types[name] = 'Head';
    }
    ops.push(['cat', '', 3, 6, 9]);
    const graph = graphOf(ops, types);
    expect(inRows(graph)).toBe(graph);
  });
});

describe('a network with only what was found', () => {
  const ways = ({ edges }: { edges: { from: number; to: number; bridged?: boolean }[] }): string[] =>
    edges.map(({ from, to, bridged }) => `${from}${bridged ? '~' : '>'}${to}`);
  it('bridges what is left out, to the next only', () => {
    const graph = stack(3);
    const relus = find(graph, 'relu');
    expect(relus).toEqual([2, 5, 9, 13]);
    // Each block adds its input: without the rule the first relu would lead to all of them.
    expect(ways(filtered(graph, new Set(relus)))).toEqual(['2~5', '5~9', '9~13']);
    expect(ways(filtered(graph, new Set([2, 3, 6])))).toEqual(['2>3', '2>6', '3~6']);
  });
  it('takes no gradient where a way has none', () => {
    const graph = stack(1);
    graph.edges.find(({ to }) => to === 3)!.grad = false;
    const { edges } = filtered(graph, new Set([2, 4]));
    expect(edges).toEqual([{ from: 2, to: 4, grad: false, bridged: true }]);
  });
  it('leaves an op its parameters, and a parameter its op', () => {
    const graph = largeGraph(2);
    const query = graph.nodes.find((n) => n.kind === 'op' && n.module.endsWith('query'))!;
    const weights = graph.edges.filter((e) => e.to === query.id && graph.nodes[e.from]!.kind === 'parameter');
    const own = [...weights.map((e) => e.from), query.id].sort((a, b) => a - b);
    expect(filtered(graph, new Set([query.id])).nodes.map((n) => n.id)).toEqual(own);
    const [first] = weights;
    const pair = [first!.from, query.id].sort((a, b) => a - b);
    expect(filtered(graph, new Set([first!.from])).nodes.map((n) => n.id)).toEqual(pair);
    const drawing = drawn(filtered(graph, new Set([query.id])), []);
    expect(drawing.cards).toHaveLength(1);
    expect(drawing.cards[0]!.chips).toHaveLength(2);
  });
});
