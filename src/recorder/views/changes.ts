/** Which nodes of an iteration's network are those of the iteration before: loops, branches and early exits change it. */
import type { GraphChange, GraphNode, GraphView } from '../../protocol/views';
import type { Recording } from '../recording';
import { type Built, builtAt } from './graph';

/** Nodes of one graph by the node of another that is the same. */
type Pairs = ReadonlyMap<number, number>;

/** Beyond so many pairs of ops in the part that differs, what lies between equal ends is taken as replaced. */
const MOST = 4_000_000;
const KEPT = 64;
const known = new WeakMap<GraphView, WeakMap<GraphView, Pairs>>();
const counted = new WeakMap<GraphView, number>();

/** A node's name in an alignment: what it does, where and to what shape. */
const nameOf = (n: GraphNode): string =>
  [n.kind === 'loss' ? 'op' : n.kind, n.op, n.module, n.shape.join('x'), n.place?.line ?? '', n.place?.path ?? ''].join(
    ' ',
  );

/** The network that the iteration before ended with; null in the first. */
export const builtBefore = (r: Recording, iteration: number): Built | null =>
  iteration > 0 ? builtAt(r, iteration - 1, r.endOf(iteration - 1) - 1) : null;

/** For each node, the node of the graph before that ran the same: the longest common course of both. */
export function pairsOf(now: GraphView, before: GraphView): Pairs {
  let of = known.get(now);
  if (!of) known.set(now, (of = new WeakMap()));
  let pairs = of.get(before);
  if (!pairs) {
    // A weak map forgets graphs that are gone; one graph against very many others is forgotten here.
    const n = (counted.get(now) ?? 0) + 1;
    counted.set(now, n);
    if (n % KEPT === 0) known.set(now, (of = new WeakMap()));
    pairs = now === before ? new Map(now.nodes.map((n) => [n.id, n.id])) : align(now.nodes, before.nodes);
    of.set(before, pairs);
  }
  return pairs;
}

function align(now: GraphNode[], before: GraphNode[]): Pairs {
  const a = now.map(nameOf);
  const b = before.map(nameOf);
  const pairs = new Map<number, number>();
  const pair = (i: number, j: number): void => void pairs.set(now[i].id, before[j].id);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) pair(start, start++);
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) pair(--endA, --endB);
  const [n, m] = [endA - start, endB - start];
  if (n === 0 || m === 0 || n * m > MOST) return pairs;
  // Longest common subsequence of what is left; long[i][j] is that of the parts from i and j on.
  const long = new Uint16Array((n + 1) * (m + 1));
  const at = (i: number, j: number): number => long[i * (m + 1) + j];
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--)
      long[i * (m + 1) + j] =
        a[start + i] === b[start + j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  for (let i = 0, j = 0; i < n && j < m; ) {
    if (a[start + i] === b[start + j]) pair(start + i++, start + j++);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

/** What is new and what is gone; null where nothing is. While the forward pass runs, what has not come yet is not called gone. */
export function changeOf(r: Recording, iteration: number, built: Built): GraphChange | null {
  const before = builtBefore(r, iteration);
  if (!before || before.view === built.view) return null;
  const { nodes } = built.view;
  const pairs = pairsOf(built.view, before.view);
  const ended = built.pass !== null || iteration < r.iterationCount - 1;
  const back = new Map([...pairs].map(([id, old]) => [old, id]));
  const fresh = nodes.filter((n) => n.kind !== 'parameter' && !pairs.has(n.id)).map((n) => n.id);
  const gone: GraphChange['gone'] = [];
  let after: number | null = null;
  for (const { id, kind, op, label, module, place } of before.view.nodes) {
    const still = back.get(id);
    if (still !== undefined) after = still;
    else if (ended && kind !== 'parameter' && kind !== 'input') gone.push({ op, label, module, place, after });
  }
  return fresh.length + gone.length > 0 ? { fresh, gone } : null;
}
