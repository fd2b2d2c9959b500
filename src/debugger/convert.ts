/** A session's frames, scopes and variables, in the protocol's shapes. */
import { Scope } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Frame, Scope as SessionScope, Variable } from '../protocol/session';
import type { Sources } from './sources';

/** The name VS Code's `debugProtocolVariable` context key gets for a tensor: our menu entries hang on it. */
export const TENSOR_MENU = 'tensor';

/**
 * An op's frame is an ordinary one where it has a line, because clients focus the first frame that is not a label:
 * so the editor's highlight lands on the forward line that made the op.
 */
export function toStackFrame(
  frame: Frame,
  sources: Sources,
  toClientLine: (line: number) => number,
): DebugProtocol.StackFrame {
  const { place } = frame;
  return {
    id: frame.id,
    name: frame.name,
    line: place ? toClientLine(place.line) : 0,
    column: place ? 1 : 0,
    ...(place
      ? { source: sources.of(place.path) }
      : { presentationHint: frame.presentation === 'op' ? 'label' : 'subtle' }),
  };
}

export function toScope(scope: SessionScope): DebugProtocol.Scope {
  return {
    ...new Scope(scope.name, scope.ref, scope.expensive),
    ...(scope.hint ? { presentationHint: scope.hint } : {}),
  };
}

/** What `variables`, `evaluate` and the setters share. */
export function toValue(variable: Omit<Variable, 'name'>) {
  return {
    type: variable.type,
    variablesReference: variable.ref,
    ...(variable.named === undefined ? {} : { namedVariables: variable.named }),
    ...(variable.indexed === undefined ? {} : { indexedVariables: variable.indexed }),
    ...(variable.settable ? {} : { presentationHint: { attributes: ['readOnly'] } }),
    ...(variable.tensor ? { __vscodeVariableMenuContext: TENSOR_MENU } : {}),
  };
}

export function toVariable(variable: Variable): DebugProtocol.Variable {
  return {
    name: variable.name,
    value: variable.value,
    ...toValue(variable),
    ...(variable.evaluateName ? { evaluateName: variable.evaluateName } : {}),
  };
}
