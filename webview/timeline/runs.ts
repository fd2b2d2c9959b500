/** Runs side by side in the loss plot: where their points are, and the tree of their names. */
import type { IterationSpan } from '../../src/protocol/views';
import type { RunLine } from '../../src/protocol/webview';
import { type Axis, edgeOf } from './scale';

export interface OtherRun {
  run: RunLine;
  /** Position among all runs: its colour. */
  index: number;
  losses: RunLine['losses'];
  x(iteration: number): number;
  /** Iterations to mark: where it left its parent, or where the run shown left it. */
  rings: number[];
  /** Where its curve was drawn, for the pointer. */
  points: { x: number; y: number }[];
}

const COLOURS = ['--run-1', '--run-2', '--run-3', '--run-4', '--run-5'];
export const colourOf = (index: number): string => COLOURS[index % COLOURS.length]!;

/** The middle of an iteration on the axis; those that the run shown has not reached are as wide as its last. */
export function middleOf(axis: Axis, spans: readonly IterationSpan[], iteration: number): number {
  const middle = (i: number): number => (edgeOf(axis, spans[i]!.start) + edgeOf(axis, spans[i]!.end)) / 2;
  const last = spans.length - 1;
  if (last < 0) return axis.left;
  if (iteration <= last) return middle(iteration);
  const wide = last > 0 ? (middle(last) - middle(0)) / last : axis.right - axis.left;
  return middle(last) + (iteration - last) * wide;
}

/** The tick after the last that the axis must have room for, so that the longest run fits. */
export function roomFor(runs: readonly RunLine[], spans: readonly IterationSpan[], end: number): number {
  const most = Math.max(0, ...runs.map((r) => r.losses.length));
  return most > spans.length && spans.length > 0 ? Math.ceil((end * most) / spans.length) : end;
}

export function othersOf(runs: readonly RunLine[], axis: Axis, spans: readonly IterationSpan[]): OtherRun[] {
  const shown = runs.find((r) => r.shown);
  return runs.flatMap((run, index) => {
    if (run.shown) return [];
    const rings = run.left === null ? [] : [run.left];
    if (shown?.parent === run.id && shown.left !== null) rings.push(shown.left);
    return [{ run, index, losses: run.losses, x: (i: number) => middleOf(axis, spans, i), rings, points: [] }];
  });
}

/** The other run whose curve is nearest to a point, within `within` pixels; null where the run shown is meant. */
export function runAt(others: readonly OtherRun[], x: number, y: number, within = 5): OtherRun | null {
  let best: OtherRun | null = null;
  let least = within;
  for (const other of others) {
    for (let i = 0; i < other.points.length; i++) {
      const [p, q] = [other.points[i]!, other.points[i + 1] ?? other.points[i]!];
      const part = q.x === p.x ? 0 : Math.max(0, Math.min(1, (x - p.x) / (q.x - p.x)));
      const d = Math.hypot(x - (p.x + part * (q.x - p.x)), y - (p.y + part * (q.y - p.y)));
      if (d < least) [best, least] = [other, d];
    }
  }
  return best;
}

/** Runs in the order of the tree, each with how deep it is. */
export function treeOf(runs: readonly RunLine[]): { run: RunLine; index: number; depth: number }[] {
  const ids = new Set(runs.map((r) => r.id));
  const rows: { run: RunLine; index: number; depth: number }[] = [];
  const put = (parent: string | null, depth: number): void => {
    for (const [index, run] of runs.entries()) {
      const above = run.parent !== null && ids.has(run.parent) ? run.parent : null;
      if (above !== parent || rows.some((r) => r.run === run)) continue;
      rows.push({ run, index, depth });
      put(run.id, depth + 1);
    }
  };
  put(null, 0);
  return rows;
}
