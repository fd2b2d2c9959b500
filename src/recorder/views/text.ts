/** A tensor as text: what Python reads as the same tensor, or what a table reads. */

import { isComplex } from '../../engine/dtype';
import { numel } from '../../engine/shape';
import { t } from '../../protocol/l10n';
import type { TensorFormat, TensorRef } from '../../protocol/views';
import { exact } from '../format';
import { dtypeOf, type Recording } from '../recording';
import type { Replay } from '../replay';
import { nameOf, partAt } from './parts';

/** More is nothing to put into a clipboard or an editor. */
const MOST = 1_000_000;

export function tensorText(
  r: Recording,
  replay: Replay,
  tick: number,
  { tensor, part = 'value', as }: TensorRef & { as: TensorFormat },
): { name: string; text: string } {
  const use = r.tensor(tensor) ? partAt(r, tensor, part, tick) : t('The recording has no such tensor.');
  if (typeof use === 'string') throw new Error(use);
  const name = nameOf(r, tensor, part, tick);
  const { shape } = use;
  const count = numel(shape);
  if (count > MOST)
    throw new Error(
      t(
        '{0} has {1} elements: more than {2} are not written out. Log a part of it in the Debug Console, such as {0}[0].',
        name,
        count.toLocaleString('en-US'),
        MOST.toLocaleString('en-US'),
      ),
    );
  const dtype = dtypeOf(use);
  const values = replay.tensor(use).values();
  const at = (i: number) => exact(values, i, dtype);
  if (as === 'csv') return { name, text: csv(shape, count, at) };
  const written = (text: string) => (/nan|inf/.test(text) && !isComplex(dtype) ? `float('${text}')` : text);
  const nested = (d: number, offset: number, size: number): string => {
    if (d === shape.length) return written(at(offset));
    const each = size / Math.max(1, shape[d]);
    const parts = Array.from({ length: shape[d] }, (_, i) => nested(d + 1, offset + i * each, each));
    const between = d === shape.length - 1 ? ', ' : `,\n${' '.repeat('torch.tensor('.length + d + 1)}`;
    return `[${parts.join(between)}]`;
  };
  return { name, text: `torch.tensor(${nested(0, 0, count)}, dtype=torch.${dtype})` };
}

/** One row for the last dimension; of more than two, its index in those before stands in front, under a header. */
function csv(shape: readonly number[], count: number, at: (i: number) => string): string {
  const cols = shape.at(-1) ?? 1;
  const leading = shape.slice(0, -1);
  const rows: string[] = [];
  if (leading.length > 1)
    rows.push([...leading.map((_, d) => `dim ${d}`), ...Array.from({ length: cols }, (_, c) => c)].join(','));
  for (let i = 0; i < count; i += Math.max(1, cols)) {
    const index: number[] = [];
    let left = i / Math.max(1, cols);
    for (const n of [...leading].reverse()) {
      index.unshift(left % n);
      left = Math.floor(left / n);
    }
    const cells = Array.from({ length: cols }, (_, c) => at(i + c));
    rows.push([...(leading.length > 1 ? index : []), ...cells].join(','));
  }
  return `${rows.join('\n')}\n`;
}
