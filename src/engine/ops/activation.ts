/** Activations. Source: torch.nn.functional's documentation. */
import { unary } from '../kernels/elementwise';
import { op, type Sample } from '../op';
import type { Tensor } from '../tensor';

/** A matrix, a scalar, a transposed matrix, float64, nothing. */
export const oneInput = (): Sample[] => [
  { args: [{ tensor: { shape: [2, 3] } }] },
  { args: [{ tensor: { shape: [] } }] },
  { args: [{ tensor: { shape: [3, 4], permute: [1, 0] } }] },
  { args: [{ tensor: { shape: [5], dtype: 'float64' } }] },
  { args: [{ tensor: { shape: [0] } }] },
];

op<[Tensor]>({
  schema: 'relu(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.nn.functional'],
  inplace: true,
  formula: 'y = max(x, 0)',
  gradient: 'dx = dy where y > 0, else 0',
  // NaN stays NaN, as in PyTorch.
  forward: (x) =>
    unary(
      x,
      x.dtype,
      (v) => Math.max(v, 0),
      (v) => (v <= 0n ? 0n : v),
    ),
  saves: ['result'],
  grads: { input: (c, f) => f.threshold_backward(c.grad, c.saved('result'), 0) },
  samples: oneInput,
});
