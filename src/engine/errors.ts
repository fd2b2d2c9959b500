/** An error that a PyTorch user would meet; the Python face raises it as the Python exception of this name. */
export type PythonError =
  | 'RuntimeError'
  | 'IndexError'
  | 'TypeError'
  | 'ValueError'
  | 'OverflowError'
  | 'ZeroDivisionError'
  | 'NotImplementedError'
  | '_LinAlgError';

export class TorchError extends Error {
  constructor(
    readonly python: PythonError,
    message: string,
  ) {
    super(message);
    this.name = python;
  }
}

export const runtimeError = (message: string) => new TorchError('RuntimeError', message);
export const indexError = (message: string) => new TorchError('IndexError', message);
export const typeError = (message: string) => new TorchError('TypeError', message);
export const valueError = (message: string) => new TorchError('ValueError', message);
/** For what PyTorch can do and Backstep cannot yet; the message names it. */
export const notYet = (what: string) => new TorchError('NotImplementedError', `${what} is not in Backstep yet`);
