/** Equal layers: modules that hold nothing else, and rows of them among others. Plain data, no page. */
import type { GraphEdge, GraphModule, GraphNode, GraphView } from '../../src/protocol/views';

/** A graph to be drawn: where nodes are left out, an edge may stand for a way through them. */
export interface Shape extends Omit<GraphView, 'edges'> {
  edges: (GraphEdge & { bridged?: boolean })[];
  /** Nodes are left out: what is left is meant to be seen. */
  part?: boolean;
}

/** The nearest enclosing module that the graph lists; '' for none. */
export function parents(modules: GraphModule[]): (path: string) => string {
  const known = new Set(modules.map((m) => m.path));
  return (path) => {
    let at = path;
    while (at.includes('.')) {
      at = at.slice(0, at.lastIndexOf('.'));
      if (known.has(at)) return at;
    }
    return '';
  };
}

const once = <K extends object, V>(make: (of: K) => V): ((of: K) => V) => {
  const known = new WeakMap<K, V>();
  return (of) => {
    let found = known.get(of);
    if (found === undefined) known.set(of, (found = make(of)));
    return found;
  };
};

/** What a module does, told without its own name. */
interface Told {
  /** Its ops in order, with their place in it, and where they read from. */
  inside: string[];
  ops: number;
  first: number;
  last: number;
  /** Nodes outside of it that it reads from. */
  reads: Set<number>;
}

function tell(graph: Shape): Map<string, Told> {
  const parentOf = parents(graph.modules);
  const told = new Map<string, Told>();
  const reads = new Map<number, number[]>();
  for (const { from, to } of graph.edges) {
    const list = reads.get(to);
    if (list) list.push(from);
    else reads.set(to, [from]);
  }
  for (const node of graph.nodes) {
    for (let at = node.module; at !== ''; at = parentOf(at)) {
      let one = told.get(at);
      if (!one) told.set(at, (one = { inside: [], ops: 0, first: node.id, last: node.id, reads: new Set() }));
      const { first } = one;
      const from = (reads.get(node.id) ?? []).map((id) => {
        if (id >= first) return id - first;
        one.reads.add(id);
        return 'in';
      });
      const words = [
        node.kind,
        node.op.replace(at, ''),
        node.module.slice(at.length),
        node.shape.join('x'),
        from.join(),
      ];
      one.inside.push(words.join(' '));
      one.last = node.id;
      if (node.kind !== 'parameter') one.ops++;
    }
  }
  return told;
}

function childrenOf(graph: Shape): Map<string, GraphModule[]> {
  const parentOf = parents(graph.modules);
  const children = new Map<string, GraphModule[]>();
  for (const module of graph.modules) {
    if (module.path === '') continue;
    const parent = parentOf(module.path);
    children.set(parent, [...(children.get(parent) ?? []), module]);
  }
  return children;
}

const wordsOf = ({ type, extra, path }: GraphModule, told: ReadonlyMap<string, Told>): string =>
  `${type} ${extra} ${told.get(path)?.inside.join(';') ?? ''}`;

/** Modules that hold nothing but layers of equal structure, and how many: `blocks` of 6 equal Blocks. */
export const repeats = once((graph: Shape): ReadonlyMap<string, { count: number; type: string }> => {
  const told = tell(graph);
  const result = new Map<string, { count: number; type: string }>();
  const own = new Set(graph.nodes.filter((n) => n.kind !== 'input').map((n) => n.module));
  for (const [path, list] of childrenOf(graph)) {
    if (path === '' || list.length < 2 || own.has(path)) continue;
    const words = list.map((m) => wordsOf(m, told));
    if (words.every((one) => one === words[0])) result.set(path, { count: list.length, type: list[0]!.type });
  }
  return result;
});

/** Fewer ops than this in a row of equal layers are read as they are. */
const ROW = 6;

/**
 * Rows of equal layers among others, each in a module of its own that holds nothing else: a Sequential's `2`, `3` and `4`, each fed by the
 * one before, lie in `2–4`. Only paths change.
 */
export const inRows = once((graph: GraphView): GraphView => {
  const told = tell(graph);
  const whole = repeats(graph);
  const parentOf = parents(graph.modules);
  const nameIn = (path: string, parent: string): string => path.slice(parent === '' ? 0 : parent.length + 1);
  /** The row's name, by the path of each that is in it. */
  const rowOf = new Map<string, string>();
  /** The row's type, by the path of the first that is in it. */
  const rows = new Map<string, string>();
  for (const [parent, list] of childrenOf(graph)) {
    if (whole.has(parent)) continue;
    const ran = list.filter(({ path }) => told.has(path));
    ran.sort((a, b) => told.get(a.path)!.first - told.get(b.path)!.first);
    const follows = (a: GraphModule, b: GraphModule): boolean => {
      const [x, y] = [told.get(a.path)!, told.get(b.path)!];
      const fed = [...y.reads].some((id) => id >= x.first && id <= x.last);
      return y.first === x.last + 1 && fed && wordsOf(a, told) === wordsOf(b, told);
    };
    for (let at = 0; at < ran.length; ) {
      let end = at + 1;
      while (end < ran.length && follows(ran[end - 1]!, ran[end]!)) end++;
      const row = ran.slice(at, end);
      at = end;
      const { path, type } = row[0]!;
      if (row.length < 2 || row.length * told.get(path)!.ops < ROW) continue;
      const name = `${nameIn(path, parent)}–${nameIn(row.at(-1)!.path, parent)}`;
      for (const one of row) rowOf.set(one.path, name);
      rows.set(path, `${type} ×${row.length}`);
    }
  }
  if (rows.size === 0) return graph;
  const moved = remembered((path: string): string => {
    if (path === '') return path;
    const parent = parentOf(path);
    return [moved(parent), rowOf.get(path), nameIn(path, parent)].filter(Boolean).join('.');
  });
  const modules = graph.modules.flatMap((module) => {
    const own = { ...module, path: moved(module.path) };
    const type = rows.get(module.path);
    if (type === undefined) return [own];
    const path = [moved(parentOf(module.path)), rowOf.get(module.path)].filter(Boolean).join('.');
    return [{ path, type, extra: '' }, own];
  });
  const nodes = graph.nodes.map((node): GraphNode => {
    const module = moved(node.module);
    return module === node.module ? node : { ...node, module };
  });
  return { ...graph, nodes, modules };
});

function remembered(make: (of: string) => string): (of: string) => string {
  const known = new Map<string, string>();
  return (of) => {
    let found = known.get(of);
    if (found === undefined) known.set(of, (found = make(of)));
    return found;
  };
}
