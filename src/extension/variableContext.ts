/** The tensor behind a row of the Variables view. */
import type { TensorRef } from '../protocol/views';
import type { Run } from './runs';

/** What VS Code hands to a command of the Variables view's menu. */
export interface VariableContext {
  sessionId?: string;
  container?: { variablesReference?: number };
  variable?: { name?: string; evaluateName?: string };
}

/** VS Code passes only what the protocol knows of a variable, so the tensor is looked up again. */
export async function tensorOf(run: Run, { container, variable }: VariableContext): Promise<TensorRef | undefined> {
  if (variable?.evaluateName) {
    const found = await run.session.request('evaluate', { expression: variable.evaluateName, context: 'variables' });
    if (found.tensor) return found.tensor;
  }
  if (!container?.variablesReference) return undefined;
  const siblings = await run.session.request('variables', { ref: container.variablesReference });
  return siblings.find(({ name }) => name === variable?.name)?.tensor;
}
