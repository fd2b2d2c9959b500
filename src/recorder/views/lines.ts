/** What the editor shows on its lines: shapes and gradients of the tensors they made, and the nodes they made. */

import { exact, short } from '../format';
import { dtypeOf, type Recording, type TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { recordsIn } from './collect';
import { valuesOf } from './common';
import { gradientAt } from './grads';
import { builtAt } from './graph';
import { Names } from './names';

/** More ticks than this are not looked at: an iteration that prepares data for minutes has no values to show on its lines. */
const FAR = 20_000;

/** `sigma1 [500, 13]  ‖grad‖ 0.021`, `loss 1.153`: the last tensor that each line made in the current iteration, up to the cursor. */
export function inlineValuesOf(
  r: Recording,
  replay: Replay,
  tick: number,
  path: string,
  from: number,
  to: number,
): { line: number; text: string }[] {
  if (tick < 0) return [];
  const names = Names.of(r);
  const last = new Map<number, { use: TensorUse; tick: number }>();
  const start = r.iteration(r.iterationAt(tick)).start;
  for (const record of recordsIn(r, Math.max(start, tick - FAR), Math.min(tick + 1, r.ticks))) {
    const place = record.site < 0 ? null : r.sites[record.site];
    const out = record.outs[0];
    if (!place || !out || record.kind === 'backward' || !record.op) continue;
    if (r.passAt(record.tick) || place.path !== path || place.line < from || place.line > to) continue;
    last.set(place.line, { use: out, tick: record.tick });
  }
  return [...last]
    .sort(([a], [b]) => a - b)
    .map(([line, { use, tick: made }]) => {
      const { tensor, shape } = use;
      const name = names.variable(tensor, made, 'inner');
      const grad = r.tensor(tensor)?.requiresGrad ? gradientAt(r, tensor, tick) : null;
      const norm = grad && statsOf(replay, grad).norm;
      const text = `${name ? `${name} ` : ''}${shape.length === 0 ? scalarText(replay, use) : `[${shape.join(', ')}]`}`;
      return { line, text: norm === null ? text : `${text}  ‖grad‖ ${short(norm)}` };
    });
}

/** The number itself, as `loss 1.153` or `count 3`. */
function scalarText(replay: Replay, use: TensorUse): string {
  const dtype = dtypeOf(use);
  const values = valuesOf(replay, use);
  return dtype.startsWith('float') ? short(Number(values[0])) : exact(values, 0, dtype);
}

/** Nodes of the graph at the tick that a line made. */
export function nodesAt(r: Recording, tick: number, path: string, line: number): number[] {
  if (r.ticks === 0) return [];
  const { view } = builtAt(r, r.iterationAt(Math.max(0, tick)), Math.max(0, tick));
  return view.nodes
    .filter((n) => (n.kind === 'op' || n.kind === 'loss') && n.place?.path === path && n.place.line === line)
    .map((n) => n.id);
}
