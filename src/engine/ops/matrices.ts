/** What the ops of torch.linalg share: PyTorch's checks of matrices, and small steps of their gradients. */
import { DTYPES, type DType, isComplex, isFloat } from '../dtype';
import { notYet, runtimeError, TorchError } from '../errors';
import { formulas as f } from '../formulas';
import * as cx from '../kernels/complex';
import { binary, dtypeLabel } from '../kernels/elementwise';
import type { Sample, SampleArg, SampleTensor, Scalar } from '../op';
import { broadcast, sameShape } from '../shape';
import type { Tensor } from '../tensor';

/** The matrices turned. */
export const mT = (t: Tensor): Tensor => f.transpose(t, -2, -1);

/** The product of several matrices, from the left. */
export const times = (...all: Tensor[]): Tensor => all.reduce((a, b) => f.matmul(a, b));

/** The sum of what is there; null where nothing is. */
export const sumOf = (...terms: (Tensor | null)[]): Tensor | null =>
  terms.reduce<Tensor | null>((a, b) => (a && b ? f.add(a, b) : (a ?? b)), null);

/** Rows and columns that two matrices agree on are equal; the leading dimensions are broadcast. */
export const batchOf = (t: Tensor): number[] => t.shape.slice(0, -2);

export function checkMatrix(t: Tensor, fn: string, name = 'A'): void {
  if (isComplex(t.dtype)) throw notYet(`${fn} of complex matrices`);
  if (t.rank < 2) throw runtimeError(`${fn}: The input tensor ${name} must have at least 2 dimensions.`);
}

export function checkFloat(t: Tensor, fn: string, lowPrecision = false): void {
  if (isComplex(t.dtype)) throw notYet(`${fn} of complex numbers`);
  if (!isFloat(t.dtype))
    throw runtimeError(`${fn}: Expected a floating point or complex tensor as input. Got ${dtypeLabel(t.dtype)}`);
  if (!lowPrecision && t.dtype !== 'float32' && t.dtype !== 'float64')
    throw runtimeError(`${fn}: Low precision dtypes not supported. Got ${dtypeLabel(t.dtype)}`);
}

export function checkSquare(t: Tensor, fn: string, name = 'A'): void {
  checkMatrix(t, fn, name);
  const [m, n] = t.shape.slice(-2);
  if (m !== n)
    throw runtimeError(`${fn}: ${name} must be batches of square matrices, but they are ${m} by ${n} matrices`);
}

export function checkSameType(a: Tensor, b: Tensor, fn: string): void {
  if (a.dtype !== b.dtype)
    throw runtimeError(
      `${fn}: Expected A and B to have the same dtype, but found A of type ${dtypeLabel(a.dtype)} and B of type ${dtypeLabel(b.dtype)} instead`,
    );
}

/** A and B with one batch shape: as they are where they have it, else repeated. */
export function sameBatch(a: Tensor, b: Tensor): [Tensor, Tensor, number[]] {
  const batch = broadcast(batchOf(a), batchOf(b));
  const wide = (t: Tensor) =>
    sameShape(batchOf(t), batch)
      ? t
      : t.alias([...batch, ...t.shape.slice(-2)], [...expandStrides(t, batch), ...t.strides.slice(-2)]);
  return [wide(a), wide(b), batch];
}

function expandStrides(t: Tensor, batch: number[]): number[] {
  const lead = batch.length - (t.rank - 2);
  return batch.map((d, i) => (i < lead || (t.shape[i - lead] === 1 && d !== 1) ? 0 : t.strides[i - lead]));
}

/** torch.linalg.LinAlgError. */
export const linalgError = (message: string) => new TorchError('_LinAlgError', message);

/** `(Batch element 3): `, where there is a batch. */
export const batchElement = (batch: readonly number[], nr: number) => (batch.length ? `(Batch element ${nr}): ` : '');

/** A real result takes no complex factor. */
export function refuseComplexFactor(to: DType, ...factors: Scalar[]): void {
  const kind = { float64: 'double', float32: 'float' }[to as string] ?? DTYPES[to].label;
  if (!isComplex(to) && factors.some((v) => v.kind === 'complex' && v.imag !== 0))
    throw runtimeError(`value cannot be converted to type ${kind} without overflow`);
}

/** t times a factor of the call, where that is not 1. */
export const scaledBy = (t: Tensor, by: Scalar): Tensor => (Number(by.value) === 1 && !by.imag ? t : f.mul(t, by));

/** β·x + α·y; x does not count where β is 0. */
export function combined(x: Tensor, y: Tensor, beta: Scalar, alpha: Scalar): Tensor {
  if (isComplex(y.dtype)) {
    const [p, q] = [cx.factor(beta), cx.factor(alpha)];
    const none = p.re === 0 && p.im === 0;
    return cx.pairs(x, y, (r, i, s, t) => {
      const [re, im] = none ? [0, 0] : [p.re * r - p.im * i, p.re * i + p.im * r];
      cx.add(re, im, q.re * s - q.im * t, q.re * t + q.im * s);
    });
  }
  refuseComplexFactor(y.dtype, beta, alpha);
  // Integers take the factors as integers.
  const factor = (v: Scalar) => (isFloat(y.dtype) ? Number(v.value) : Math.trunc(Number(v.value)));
  const [p, q] = [factor(beta), factor(alpha)];
  const [bigP, bigQ] = isFloat(y.dtype) ? [0n, 0n] : [BigInt(p), BigInt(q)];
  return binary(x, y, p === 1 && q === 1 ? (s, t) => s + t : (s, t) => (p === 0 ? 0 : p * s) + q * t, {
    big: (s, t) => bigP * s + bigQ * t,
  });
}

/** A sample's matrix. */
export const matrix = (...shape: number[]): SampleTensor => ({ shape });
export const double = (...shape: number[]): SampleTensor => ({ shape, dtype: 'float64' as DType });

export const given = (tensors: (SampleTensor | SampleArg)[], kwargs?: Record<string, SampleArg>): Sample => ({
  args: tensors.map((t) => (typeof t === 'object' && t !== null && 'shape' in t ? { tensor: t } : t)),
  ...(kwargs ? { kwargs } : {}),
});

/** Samples whose gradient holds in the directions of symmetric (or triangular) matrices only. */
export const inSomeDirections = (samples: Sample[]): Sample[] => samples.map((s) => ({ ...s, kink: true }));
