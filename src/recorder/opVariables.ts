/** The op at the cursor as variables: what went in, what came out; for a gradient, what arrived and what was passed on. */
import { t } from '../protocol/l10n';
import type { Variable } from '../protocol/session';
import { exact } from './format';
import type { OpRecord, TensorUse } from './recording';
import type { References } from './references';
import { OP_FRAME } from './stack';
import type { TensorVariables } from './tensorVariables';
import type { VariablesContext } from './variables';

/** A backward pass ends at a parameter: the gradient that arrived there is kept as its `.grad`. */
const arrives = (record: OpRecord): boolean => record.name === 'accumulate gradient';

export function opTitle(record: OpRecord): string {
  if (record.kind === 'backward' && record.forwardOf) return t('Gradient of {0}', record.forwardOf.name);
  if (arrives(record)) return t('Gradient arrives at a parameter');
  return record.op ? t('Op {0}', record.name) : record.name;
}

/** An op's inputs and results, or a gradient's: what came in, what went out. */
export function opVariables(
  record: OpRecord,
  c: VariablesContext,
  tensors: TensorVariables,
  refs: References,
): Variable[] {
  const shown: Variable[] = [];
  const put = (name: string, use: TensorUse | null | undefined) => {
    if (!use) return;
    if (use.wrapped)
      shown.push({
        name,
        value: exact(use.value.data!, 0, use.value.dtype),
        type: 'number',
        ref: 0,
        settable: false,
      });
    else {
      const named = c.recording.parameterName(use.tensor);
      shown.push({
        name: named ? `${name} (${named})` : name,
        value: tensors.summary(use),
        type: 'Tensor',
        ref: refs.add(
          () => [tensors.statistics(use, OP_FRAME)],
          OP_FRAME,
          use.shape.length ? (s, c) => tensors.rows(use, undefined, OP_FRAME, s, c) : undefined,
        ),
        named: 1,
        indexed: use.shape[0] ?? 0,
        tensor: use.tensor > 0 ? { tensor: use.tensor } : undefined,
        settable: false,
      });
    }
  };
  const source = record.kind === 'backward' && record.forwardOf ? record.forwardOf : record;
  const params = source.op?.schema.params ?? [];
  if (source !== record) {
    for (const [i, g] of record.grads.entries())
      put(record.grads.length > 1 ? t('gradient in [{0}]', i) : t('gradient in'), g);
    let out = 0;
    for (const [i, a] of source.args.entries())
      for (const _ of 'use' in a ? [0] : 'uses' in a ? a.uses : [])
        put(t('gradient of {0}', params[i]?.name ?? i), record.outs[out++]);
  }
  for (const [i, a] of source.args.entries()) {
    const name = arrives(record) ? 'parameter' : (params[i]?.name ?? t('input {0}', i));
    if ('use' in a) put(name, a.use);
    else if ('uses' in a) for (const [k, u] of a.uses.entries()) put(`${name}[${k}]`, u);
    else if (a.attr !== null && a.attr !== undefined)
      shown.push({ name, value: attrText(a.attr), type: '', ref: 0, settable: false });
  }
  for (const [i, o] of source.outs.entries())
    put(arrives(record) ? t('its grad') : source.outs.length > 1 ? `result[${i}]` : 'result', o);
  return shown;
}

const attrText = (a: unknown): string =>
  a !== null && typeof a === 'object' && 'kind' in a
    ? String((a as unknown as { value: unknown }).value)
    : Array.isArray(a)
      ? `[${a.join(', ')}]`
      : String(a);
