import { context } from '../context';
import { DTYPES, type DType, type Kind } from '../dtype';
import { type PythonError, runtimeError, TorchError } from '../errors';
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

/** For the entry of an op that PyTorch has no derivative of: asking for one raises its error. */
export const underivable = (name: string, ...inputs: string[]) =>
  refusing('RuntimeError', `derivative for aten::${name} is not implemented`, inputs);

/** The same for an op that PyTorch's table of derivatives lists as not implemented. */
export const notImplemented = (name: string, ...inputs: string[]) =>
  refusing('NotImplementedError', `the derivative for '${name}' is not implemented.`, inputs);

function refusing(kind: PythonError, message: string, inputs: readonly string[]) {
  const raise = () => {
    throw new TorchError(kind, message);
  };
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
