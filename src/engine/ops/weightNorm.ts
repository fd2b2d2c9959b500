/** Weight normalization (Salimans & Kingma 2016): w = g · v / ‖v‖. Source: torch.nn.utils.weight_norm's page, ATen's WeightNorm.cpp. */
import { formulas as f } from '../formulas';
import { expandTo } from '../kernels/copy';
import { binary } from '../kernels/elementwise';
import { type BackwardContext, op } from '../op';
import type { Tensor } from '../tensor';
import { rename } from './named';

/** All dimensions but one. */
const others = (rank: number, dim: number) => Array.from({ length: rank }, (_, d) => d).filter((d) => d !== dim);

/** Σ of a product over all dimensions but one, which stays where it is. */
const along = (a: Tensor, b: Tensor, dim: number) => f.sum(f.mul(a, b), others(a.rank, dim), true);

const normOf = (c: BackwardContext) => f.sqrt(along(c.saved('v'), c.saved('v'), c.attr('dim')));

op<[Tensor, Tensor, number]>({
  schema: '_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> Tensor',
  faces: [],
  formula: 'w = g · v / ‖v‖, a norm for every index of dim',
  gradient: 'dg = Σ dw · v / ‖v‖,  dv = g / ‖v‖ · (dw − v · Σ dw · v / ‖v‖²)',
  forward: (v, g, dim) => {
    const sums = f.sqrt(along(v, v, dim));
    return binary(
      v,
      binary(expandTo(g, sums.shape), sums, (a, n) => a / n),
      (x, s) => x * s,
    );
  },
  saves: ['v', 'g'],
  grads: {
    v: (c, f) => {
      const [v, norm] = [c.saved('v'), normOf(c)];
      const part = f.div(along(c.grad, v, c.attr('dim')), f.mul(norm, norm));
      return f.mul(f.div(c.saved('g'), norm), f.sub(c.grad, f.mul(v, part)));
    },
    g: (c, f) => f.div(along(c.grad, c.saved('v'), c.attr('dim')), normOf(c)),
  },
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 1] } }] },
    { args: [{ tensor: { shape: [2, 2, 3] } }, { tensor: { shape: [1, 1, 3] } }, 2] },
  ],
});

op<[Tensor, Tensor, number]>({
  schema: '_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'w = g · v / ‖v‖, a norm for every index of dim, or one for all (dim = −1)',
  gradient: 'by the gradients of its parts',
  forward: (v, g, dim) =>
    dim === 0 || dim === v.rank - 1
      ? f._weight_norm_interface(v, g, dim)
      : f.mul(v, f.div(g, f.norm_except_dim(v, 2, dim))),
  samples: () => [{ args: [{ tensor: { shape: [2, 2, 3] } }, { tensor: { shape: [1, 2, 1] } }, 1] }],
});

op<[Tensor, number, number]>({
  schema: 'norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor',
  faces: ['torch'],
  composite: true,
  formula: 'y = ‖v‖ over all dimensions but dim; of all of v for dim = −1',
  gradient: 'dv = dy · v / ‖v‖',
  forward: (v, pow, dim) => {
    if (dim === -1) return rename(f.norm(v, pow), 'NormBackward0');
    const shape = v.shape.map((_, d) => (d === dim ? v.shape[d] : 1));
    if (dim === 0) return f.view(f.norm(f.view(f.contiguous(v), [v.shape[0], -1]), pow, [1]), shape);
    if (dim === v.rank - 1) return f.view(f.norm(f.view(f.contiguous(v), [-1, v.shape[dim]]), pow, [0]), shape);
    return f.transpose(f.norm_except_dim(f.transpose(v, 0, dim), pow, 0), 0, dim);
  },
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }] },
    { args: [{ tensor: { shape: [2, 2, 3] } }, 2, 1] },
    { args: [{ tensor: { shape: [2, 3] } }, 2, 1] },
    { args: [{ tensor: { shape: [2, 3] } }, 2, -1] },
  ],
});
