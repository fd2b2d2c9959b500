import { DTYPES, type DType, type Kind } from '../dtype';
import { TorchError } from '../errors';

/** Raises PyTorch's error of a kernel that has no code for a dtype of these kinds. */
export function refuse(kernel: string, kinds: readonly Kind[], dtype: DType): void {
  const { kind, label } = DTYPES[dtype];
  if (kinds.includes(kind)) throw new TorchError('NotImplementedError', `"${kernel}" not implemented for '${label}'`);
}

/** The same for a kernel of floating point numbers only. */
export const floatsOnly = (kernel: string, dtype: DType) => refuse(kernel, ['bool', 'int'], dtype);
