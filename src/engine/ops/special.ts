/** The functions of torch.special. Gradients: PyTorch's derivatives.yaml. */
import { floatType, unary } from '../kernels/elementwise';
import { erfinv } from '../kernels/special';
import { op } from '../op';
import type { Tensor } from '../tensor';
import { exactly, ofTypes, oneInput } from './samples';

op<[Tensor]>({
  schema: 'erfinv(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.special'],
  inplace: true,
  formula: 'y with erf y = x',
  gradient: 'dx = dy · √π/2 · exp(y²)',
  forward: (x) => {
    const to = floatType(x.dtype);
    const round = to === 'float64' ? (v: number) => v : Math.fround;
    return unary(x, to, (v) => erfinv(v, round));
  },
  saves: ['input'],
  grads: {
    input: (c, f) => f.mul(f.mul(f.exp(f.square(f.erfinv(c.saved('input')))), Math.sqrt(Math.PI) / 2), c.grad),
  },
  samples: () => [...oneInput([-0.95, 0.95]), ...ofTypes(['int64', 'bool']), ...exactly([-1, 1, 0, 2, 0.999999, 0.71])],
});
