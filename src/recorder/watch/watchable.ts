/** What a variable on screen is called in an expression that means the same at any tick. */
import { t } from '../../protocol/l10n';
import type { TensorRef } from '../../protocol/views';
import type { Recording } from '../recording';
import type { Variables } from '../variables';
import { nameOf } from '../views/parts';
import { compile } from './compile';
import { parameterNamed } from './names';
import { SyntaxFault } from './parse';

/** A tensor as an expression: a weight by its name; an activation stands for what its op makes in every iteration. */
export function expressionOf(r: Recording, { tensor, part = 'value' }: TensorRef): string {
  const name = nameOf(r, tensor, 'value', r.ticks - 1);
  const base = parameterNamed(r, name) === tensor ? name : `tensor(${tensor})`;
  return part === 'value' ? base : part === 'grad' ? `${base}.grad` : `${base}.${part.slice('state:'.length)}`;
}

export function watchableOf(
  r: Recording,
  variables: Variables,
  { ref, name, tensor }: { ref?: number; name: string; frame?: number; tensor?: TensorRef },
): { expression: string | null; text: string } {
  let expression: string | undefined = name;
  let shown = name;
  if (tensor) {
    expression = expressionOf(r, tensor);
    shown = nameOf(r, tensor.tensor, tensor.part ?? 'value', r.ticks - 1);
  } else if (ref !== undefined) {
    const child = variables.open(ref).find((v) => v.name === name);
    expression =
      (child?.tensor && expressionOf(r, child.tensor)) ?? child?.evaluateName ?? variables.expressionOf(ref, name);
    if (child?.tensor && expression?.startsWith('tensor('))
      shown = nameOf(r, child.tensor.tensor, child.tensor.part ?? 'value', r.ticks - 1);
    else shown = expression ?? name;
  }
  if (expression === undefined)
    return { expression: null, text: t('{0} cannot be watched: it has no name of its own.', name) };
  try {
    compile(`changed(${expression})`);
    return { expression, text: shown };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { expression: null, text: t('{0} cannot be watched. {1}', shown, error.message) };
  }
}
