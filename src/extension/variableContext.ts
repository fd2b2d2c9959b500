/** The tensor behind a row of the Variables view. */
import type { TensorRef } from '../protocol/views';
import type { Run } from './runs';

/** What VS Code hands to a command of the Variables view's menu. */
export interface VariableContext {
  sessionId?: string;
  container?: { name?: string; variablesReference?: number };
  variable?: { name?: string; evaluateName?: string };
}

/**
 * VS Code passes only what the protocol knows of a variable, so the tensor is looked up again. Its numbers are those of the stop that the
 * row was drawn at, which may be the one before: a scope is found again by its name.
 */
export async function tensorOf(run: Run, { container, variable }: VariableContext): Promise<TensorRef | undefined> {
  const { session } = run;
  if (variable?.evaluateName) {
    const expression = variable.evaluateName;
    const found = await session.request('evaluate', { expression, context: 'variables' }).catch(() => null);
    if (found?.tensor) return found.tensor;
  }
  if (!container?.variablesReference) return undefined;
  const [frame] = await session.request('stack', {});
  const scopes = frame ? await session.request('scopes', { frame: frame.id }) : [];
  const ref = scopes.find(({ name }) => name === container.name)?.ref ?? container.variablesReference;
  const siblings = await session.request('variables', { ref });
  return siblings.find(({ name }) => name === variable?.name)?.tensor;
}
