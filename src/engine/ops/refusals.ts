import { context } from '../context';
import { DTYPES, type DType, type Kind } from '../dtype';
import { runtimeError, TorchError } from '../errors';
import type { Tensor } from '../tensor';

/** Raises PyTorch's error of a kernel that has no code for a dtype of these kinds. */
export function refuse(kernel: string, kinds: readonly Kind[], dtype: DType): void {
  const { kind, label } = DTYPES[dtype];
  if (kinds.includes(kind)) throw new TorchError('NotImplementedError', `"${kernel}" not implemented for '${label}'`);
}

/** The same for a kernel of floating point numbers only. */
export const floatsOnly = (kernel: string, dtype: DType) => refuse(kernel, ['bool', 'int'], dtype);

/** The same for a kernel of float32 and float64 only. */
export function singlesOnly(kernel: string, dtype: DType): void {
  floatsOnly(kernel, dtype);
  if (DTYPES[dtype].size < 4)
    throw new TorchError('NotImplementedError', `"${kernel}" not implemented for '${DTYPES[dtype].label}'`);
}

/** A gradient formula that raises PyTorch's error for an op that it has no derivative of. */
export const raiseUnderivable = (name: string) => (): never => {
  throw runtimeError(`derivative for aten::${name} is not implemented`);
};

/** The same for an op that its table of derivatives lists as not implemented. */
export const raiseNotImplemented = (name: string) => (): never => {
  throw new TorchError('NotImplementedError', `the derivative for '${name}' is not implemented.`);
};

/** Raises that error already in the forward pass, where a gradient would be wanted. */
export function refuseGrad(name: string, x: Tensor): void {
  if (x.requiresGrad && context.gradEnabled) raiseNotImplemented(name)();
}

/** For the entry of an op that PyTorch has no derivative of: asking for one raises its error. */
export const underivable = (name: string, ...inputs: string[]) => refusing(raiseUnderivable(name), inputs);

/** The same for an op that PyTorch's table of derivatives lists as not implemented. */
export const notImplemented = (name: string, ...inputs: string[]) => refusing(raiseNotImplemented(name), inputs);

function refusing(raise: () => never, inputs: readonly string[]) {
  return { grads: Object.fromEntries(inputs.map((name) => [name, raise])), gradName: 'NotImplemented' };
}

/** Raises PyTorch's error for an argument that no gradient can flow to. */
export function refuseGradOf(op: string, name: string, t: Tensor | null): void {
  if (t?.requiresGrad && context.gradEnabled)
    throw runtimeError(
      `The function '${op}' is not differentiable with respect to argument '${name}'. This input cannot have requires_grad True.`,
    );
}

/** Raises PyTorch's error for an op whose gradient it does not give for complex numbers. */
export function refuseComplexGrad(op: string, t: Tensor): void {
  if (t.requiresGrad && context.gradEnabled)
    throw runtimeError(`${op} does not support automatic differentiation for outputs with complex dtype.`);
}
