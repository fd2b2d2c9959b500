/** A test fixture for size: a transformer-shaped structure of a chosen number of blocks, with numbers of a decaying signal. */

import type { GraphEdge, GraphNode, GraphView, IterationSpan, NodeState } from '../../src/protocol/views';
import type { ToWebview } from '../../src/protocol/webview';
import { WHOLE } from './fixture';

const BLOCK: [op: string, module: string, from: number[], weights: number][] = [
  ['layer_norm', 'norm1', [0], 2],
  ['linear', 'attn.query', [1], 2],
  ['linear', 'attn.key', [1], 2],
  ['linear', 'attn.value', [1], 2],
  ['transpose', 'attn', [3], 0],
  ['matmul', 'attn', [2, 5], 0],
  ['div', 'attn', [6], 0],
  ['softmax', 'attn', [7], 0],
  ['dropout', 'attn', [8], 0],
  ['matmul', 'attn', [9, 4], 0],
  ['linear', 'attn.out', [10], 2],
  ['add', '', [0, 11], 0],
  ['layer_norm', 'norm2', [12], 2],
  ['linear', 'mlp.0', [13], 2],
  ['gelu', 'mlp.1', [14], 0],
  ['linear', 'mlp.2', [15], 2],
  ['dropout', 'mlp.3', [16], 0],
  ['add', '', [12, 17], 0],
];
const TYPES: Record<string, string> = {
  norm1: 'LayerNorm',
  norm2: 'LayerNorm',
  attn: 'Attention',
  mlp: 'Sequential',
  'mlp.1': 'GELU',
  'mlp.3': 'Dropout',
};

export function largeGraph(blocks: number): GraphView {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const modules: GraphView['modules'] = [{ path: 'blocks', type: 'ModuleList', extra: '' }];
  const add = (kind: GraphNode['kind'], op: string, module: string, shape: number[]): number => {
    const id = nodes.length;
    const gradFn = kind === 'op' ? `${op}Backward0` : null;
    nodes.push({
      id,
      kind,
      op,
      label: op,
      module,
      place: { path: '/home/user/gpt.py', line: 10 + (id % 60) },
      dtype: 'float32',
      shape,
      gradFn,
    });
    return id;
  };
  let stream = add('input', 'tokens', '', [8, 64]);
  for (let b = 0; b < blocks; b++) {
    const path = `blocks.${b}`;
    modules.push({ path, type: 'Block', extra: '' });
    const made = [stream];
    for (const [op, inner, from, weights] of BLOCK) {
      const module = inner === '' ? path : `${path}.${inner}`;
      if (inner && !modules.some((m) => m.path === module)) {
        modules.push({ path: module, type: TYPES[inner] ?? 'Linear', extra: '' });
        const outer = inner.includes('.') ? `${path}.${inner.split('.')[0]}` : null;
        if (outer && !modules.some((m) => m.path === outer))
          modules.push({ path: outer, type: TYPES[inner.split('.')[0]!] ?? 'Module', extra: '' });
      }
      const names = ['weight', 'bias']
        .slice(0, weights)
        .map((n) => add('parameter', `${module}.${n}`, module, n === 'bias' ? [64] : [64, 64]));
      const id = add('op', op, module, [8, 64, 64]);
      for (const name of names) edges.push({ from: name, to: id, grad: true });
      for (const source of from) edges.push({ from: made[source]!, to: id, grad: made[source] !== 0 });
      made.push(id);
    }
    stream = made.at(-1)!;
  }
  const loss = add('loss', 'cross_entropy', '', []);
  edges.push({ from: stream, to: loss, grad: true });
  return { structure: `blocks-${blocks}`, nodes, edges, modules };
}

/** Stopped in the backward pass, `part` of the way through. */
export function largePicture(graph: GraphView, iterations: number, part = 0.5): ToWebview {
  const n = graph.nodes.length;
  const at = Math.floor(n * (1 - part));
  const per = n * 2;
  const states: NodeState[] = graph.nodes.map(({ id, kind }) => {
    const backward = id >= at && kind !== 'input';
    const grad = backward ? 0.02 * Math.exp((id - n) / 120) : null;
    const value = kind === 'parameter' ? 0.05 + 0.05 * Math.abs(Math.sin(id)) : 1 + 0.3 * Math.sin(id / 7);
    return {
      id,
      tensor: 1000 + id,
      forwardTick: id,
      backwardTick: kind === 'input' ? null : per - id - 1,
      updateTick: null,
      forward: true,
      backward,
      updated: false,
      value,
      grad,
      valueNorm: value * 181,
      gradNorm: grad === null ? null : grad * 181,
      bad: false,
    };
  });
  const spans: IterationSpan[] = Array.from({ length: iterations }, (_, i) => ({
    iteration: i,
    start: i * per,
    backward: i * per + n,
    update: i * per + per - 4,
    end: (i + 1) * per,
    loss:
      4 * Math.exp(-i / (iterations / 5)) +
      0.4 +
      0.15 * Math.abs(Math.sin(i * 1.7)) +
      (i === Math.floor(iterations * 0.6) ? 2 : 0),
  }));
  const iteration = Math.floor(iterations / 3);
  const cursor = {
    tick: iteration * per + per - at - 1,
    ticks: iterations * per,
    kind: 'backward' as const,
    phase: 'backward' as const,
    iteration,
    iterations,
    place: graph.nodes[at]!.place,
    label: `backward of ${graph.nodes[at]!.op}, ${graph.nodes[at]!.module}`,
    node: at,
    live: false,
  };
  return {
    type: 'picture',
    picture: { cursor, structure: graph.structure, graph, nodes: states },
    timeline: { cursor, from: 0, spans, lossName: 'loss', bookmarks: [] },
    tensor: null,
    update: null,
    info: WHOLE,
    moves: Number.MAX_SAFE_INTEGER,
  };
}
