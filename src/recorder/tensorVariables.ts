/** Tensors as variables: a line of shape and statistics; below it gradient, optimizer's state, statistics and rows. */

import { type Data, DTYPES } from '../engine/dtype';
import { contiguousStrides, numel } from '../engine/shape';
import type { Tensor } from '../engine/tensor';
import { t } from '../protocol/l10n';
import type { Variable } from '../protocol/session';
import type { TensorRef } from '../protocol/views';
import { exact, short, statsText } from './format';
import { constantValue, dtypeOf, seenSo, type TensorUse } from './recording';
import type { References } from './references';
import { statsOf } from './stats';
import type { VariablesContext } from './variables';

export class TensorVariables {
  constructor(
    private readonly c: VariablesContext,
    private readonly refs: References,
  ) {}

  private get settable(): boolean {
    return this.c.live !== null || this.c.recording.origin.entropy !== '';
  }

  /** A recorded tensor at the cursor. */
  tensor(name: string, id: number, expression: string | undefined, frame: number, type = 'Tensor'): Variable {
    const looked = this.c.looked(id);
    const use = this.c.recording.useAt(id, this.c.tick) ?? (looked && useOf(looked));
    if (!use) return { name, value: t('not there yet'), type, ref: 0, settable: false, evaluateName: expression };
    const known = this.c.recording.tensor(id);
    const ref = this.refs.add(
      () => this.inside(id, use, expression, frame),
      frame,
      use.shape.length > 0 ? (start, count) => this.rows(use, expression, frame, start, count) : undefined,
    );
    return {
      name,
      value: `${this.summary(use)}${known?.requiresGrad && !known.gradFn ? '  requires_grad' : known?.gradFn ? `  ${known.gradFn}` : ''}`,
      type,
      ref,
      named: this.inside(id, use, expression, frame, true).length,
      indexed: use.shape[0] ?? 0,
      evaluateName: expression,
      tensor: known && { tensor: id },
      settable: this.settable && expression !== undefined,
    };
  }

  /** `float32 [500, 20]  0.0098…99.99  mean 50.2` */
  summary(use: TensorUse): string {
    const dtype = dtypeOf(use);
    const t = this.c.replay.tensor(use);
    if (t.count === 1 && use.shape.length === 0) return `${dtype}  ${exact(t.values(), 0, dtype)}`;
    return `${dtype} [${use.shape.join(', ')}]  ${statsText(statsOf(this.c.replay, use))}`;
  }

  /** Gradient, optimizer's state, statistics. With `countOnly`, what there would be, unread. */
  private inside(
    id: number,
    use: TensorUse,
    expression: string | undefined,
    frame: number,
    countOnly = false,
  ): Variable[] {
    const { recording: r, tick } = this.c;
    const shown: Variable[] = [];
    const looked = r.tensor(id) ? null : this.c.looked(id);
    const grad = looked?.grad ? looked.grad.id : r.gradAt(id, tick);
    const leaf = { name: '', value: '', type: '', ref: 0, settable: false };
    if (grad !== null)
      shown.push(
        countOnly
          ? leaf
          : {
              ...this.tensor('grad', grad, expression && `${expression}.grad`, frame),
              tensor: { tensor: id, part: 'grad' },
            },
      );
    else if (r.tensor(id)?.requiresGrad) shown.push({ ...leaf, name: 'grad', value: 'None', type: 'NoneType' });
    for (const [name, state] of r.statesAt(id, tick)) {
      if ('number' in state) shown.push({ ...leaf, name, value: String(state.number), type: 'number' });
      else {
        const part: TensorRef = { tensor: id, part: `state:${name}` };
        shown.push(countOnly ? leaf : { ...this.tensor(name, state.tensor, undefined, frame), tensor: part });
      }
    }
    shown.push(countOnly ? leaf : this.statistics(use, frame));
    return shown;
  }

  statistics(use: TensorUse, frame: number): Variable {
    const s = statsOf(this.c.replay, use);
    const rows = Object.entries(s).filter(([, v]) => v !== null) as [string, number][];
    const ref = this.refs.add(
      () => rows.map(([name, v]) => ({ name, value: short(v), type: '', ref: 0, settable: false })),
      frame,
    );
    return {
      name: 'statistics',
      value: s.norm === null ? '' : `norm ${short(s.norm)}  std ${short(s.std ?? 0)}`,
      type: '',
      ref,
      settable: false,
    };
  }

  /** Elements of the first dimension, from `start` on. */
  rows(use: TensorUse, expression: string | undefined, frame: number, start: number, count: number): Variable[] {
    const [n, ...shape] = use.shape;
    const rows: Variable[] = [];
    for (let i = start; i < Math.min(start + count, n); i++) {
      const row: TensorUse = seenSo(use, shape, use.strides.slice(1), use.offset + i * use.strides[0]);
      const name = `[${i}]`;
      const at = expression && `${expression}[${i}]`;
      const dtype = dtypeOf(use);
      const elements = this.c.replay.tensor(row).values();
      const count = numel(shape);
      if (shape.length === 0) {
        rows.push({
          name,
          value: exact(elements, 0, dtype),
          type: dtype,
          ref: 0,
          evaluateName: at,
          settable: this.settable && at !== undefined,
        });
        continue;
      }
      const head = Array.from({ length: Math.min(count, 6) }, (_, k) =>
        DTYPES[dtype].kind === 'float' ? short(Number(elements[k])) : exact(elements, k, dtype),
      );
      rows.push({
        name,
        value: `[${head.join(', ')}${count > 6 ? ', …' : ''}]`,
        type: dtype,
        ref: this.refs.add(
          () => [],
          frame,
          (s, c) => this.rows(row, at, frame, s, c),
        ),
        indexed: shape[0],
        evaluateName: at,
        settable: false,
      });
    }
    return rows;
  }
}

/** A tensor of an evaluation, as if the recording had it. */
function useOf(t: Tensor): TensorUse {
  const data = t.values().slice() as Data;
  const value = constantValue(t.dtype, data, t.count);
  return {
    tensor: -1,
    value,
    shape: [...t.shape],
    strides: contiguousStrides(t.shape),
    offset: 0,
    lens: '',
    wrapped: false,
  };
}
