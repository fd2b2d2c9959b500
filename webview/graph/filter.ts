/** A network with only some of its nodes: what was found by a search. Plain data, no page. */
import type { GraphView } from '../../src/protocol/views';
import type { Shape } from './repeats';

/** Nodes of the whole that lead to one: for each of them, does a gradient come back all the way? */
type Sources = Map<number, boolean>;
const NONE: Sources = new Map();

/** A set of kept nodes by their number. */
class Bits {
  private readonly words: Uint32Array;
  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >> 5);
  }
  add(at: number): void {
    this.words[at >> 5]! |= 1 << (at & 31);
  }
  has(at: number): boolean {
    return (this.words[at >> 5]! & (1 << (at & 31))) !== 0;
  }
  join(other: Bits): void {
    for (let i = 0; i < this.words.length; i++) this.words[i]! |= other.words[i]!;
  }
}

/**
 * The nodes with these ids, with the parameters of those that are ops, and the ops of those that are parameters. A way through nodes that are
 * left out is an edge, except where one leads over another kept node: along a network's residual stream each node leads to the next only.
 */
export function filtered(graph: GraphView, ids: ReadonlySet<number>): Shape {
  const kept = new Set(ids);
  const kind = new Map(graph.nodes.map((node) => [node.id, node.kind]));
  for (const { from, to } of graph.edges) {
    if (kind.get(from) !== 'parameter') continue;
    if (ids.has(to)) kept.add(from);
    else if (ids.has(from)) kept.add(to);
  }
  const ways = new Map<number, { from: number; grad: boolean }[]>();
  for (const { from, to, grad } of graph.edges) {
    const list = ways.get(to);
    if (list) list.push({ from, grad });
    else ways.set(to, [{ from, grad }]);
  }
  const nodes = graph.nodes.filter(({ id }) => kept.has(id));
  const nr = new Map(nodes.map(({ id }, i) => [id, i]));
  const before = new Map<number, Bits>();
  const through = new Map<number, Sources>();
  const edges: Shape['edges'] = [];
  // Nodes come in the order in which they ran: what leads to one is known when it is reached.
  for (const { id } of graph.nodes) {
    const direct = new Set<number>();
    const found: Sources = new Map();
    for (const { from, grad } of ways.get(id) ?? []) {
      if (kept.has(from)) {
        direct.add(from);
        found.set(from, (found.get(from) ?? false) || grad);
      } else for (const [far, g] of through.get(from) ?? NONE) found.set(far, (found.get(far) ?? false) || (g && grad));
    }
    if (found.size > 1) {
      for (const far of [...found.keys()]) {
        const over = [...found.keys()].some((other) => other !== far && before.get(other)!.has(nr.get(far)!));
        if (over && !(kept.has(id) && direct.has(far))) found.delete(far);
      }
    }
    if (!kept.has(id)) {
      through.set(id, found);
      continue;
    }
    const all = new Bits(nodes.length);
    for (const [from, grad] of found) {
      edges.push({ from, to: id, grad, ...(direct.has(from) ? {} : { bridged: true }) });
      all.join(before.get(from)!);
      all.add(nr.get(from)!);
    }
    before.set(id, all);
  }
  const structure = [graph.structure, ...nodes.map((n) => n.id)].join();
  return { structure, nodes, edges, modules: graph.modules, part: true };
}
