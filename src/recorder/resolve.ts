import type { RecordedValue } from '../protocol/recorded';
import type { Recording } from './recording';

const STEP = /\.([A-Za-z_]\w*)|\[(\d+|'[^']*'|"[^"]*")\]/y;

/**
 * A dotted path (`net.linear1.weight.grad`, `layers[0].bias`, `history['loss']`) at a tick, from the recording alone. Null where the path
 * needs Python (a call, a slice, an attribute that was not recorded).
 */
export function resolvePath(
  recording: Recording,
  tick: number,
  names: ReadonlyMap<string, RecordedValue>,
  expression: string,
): RecordedValue | null {
  const path = expression.trim();
  const head = /^[A-Za-z_]\w*/.exec(path)?.[0];
  let value = head === undefined ? undefined : names.get(head);
  if (!value || head === undefined) return null;
  STEP.lastIndex = head.length;
  for (let at = head.length; at < path.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const step = STEP.exec(path);
    if (!step) return null;
    const next = follow(recording, tick, value, step[0], step[1] ?? step[2]);
    if (!next) return null;
    value = next;
  }
  return value;
}

function follow(r: Recording, tick: number, value: RecordedValue, step: string, name: string): RecordedValue | null {
  switch (value.k) {
    case 'tensor': {
      if (name === 'data' && step.startsWith('.')) return value;
      if (name !== 'grad' || !step.startsWith('.')) return null;
      const grad = r.gradAt(value.id, tick);
      return grad === null ? { k: 'prim', type: 'NoneType', repr: 'None' } : { k: 'tensor', id: grad, type: 'Tensor' };
    }
    case 'module': {
      const m = r.modules.get(value.id);
      const tensor = m?.parameters.get(name) ?? m?.buffers.get(name);
      if (tensor !== undefined)
        return { k: 'tensor', id: tensor, type: m?.parameters.has(name) ? 'Parameter' : 'Tensor' };
      if (name === 'training' && value.training !== undefined)
        return { k: 'prim', type: 'bool', repr: value.training ? 'True' : 'False' };
      const child = m?.children.get(name);
      return child === undefined ? null : { k: 'module', id: child, type: r.modules.get(child)?.type ?? 'Module' };
    }
    case 'object':
      return value.items?.find(([accessor]) => accessor === step)?.[1] ?? null;
    default:
      return null;
  }
}
