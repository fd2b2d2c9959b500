/** Activations with a second input, or made of halves. */
import { once } from '../autograd/once';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { binary, dtypeLabel, ternary } from '../kernels/elementwise';
import { alongDim } from '../kernels/reduce';
import { sigmoid } from '../kernels/special';
import { type BackwardContext, op } from '../op';
import { wrapDim } from '../shape';
import type { Tensor } from '../tensor';
import { floatsOnly } from './refusals';

op<[Tensor, Tensor]>({
  schema: 'prelu(Tensor input, Tensor weight) -> Tensor',
  faces: ['torch', 'Tensor', 'torch.nn.functional'],
  composite: true,
  formula: 'y = x where x > 0, else w · x, a weight for each channel or one for all',
  gradient: 'dx = dy where x > 0, else dy · w;  dw = Σ dy · x where x ≤ 0',
  forward: (x, w) => {
    if (w.count !== 1) {
      if (x.rank === 0) throw runtimeError('Not allow zero-dim input tensor.');
      const channels = x.rank > 1 ? x.shape[1] : 1;
      if (channels !== w.count)
        throw runtimeError(
          `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${w.count} and channel size = ${channels}.`,
        );
    }
    if (w.rank > 1)
      throw runtimeError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${w.rank}`);
    if (x.dtype !== w.dtype)
      throw runtimeError(`prelu: Type promoting not supported. Got ${dtypeLabel(x.dtype)} and ${dtypeLabel(w.dtype)}`);
    // The weights stand along dimension 1.
    const shape = x.shape.map((_, d) => (d === 1 ? w.count : 1));
    return f._prelu_kernel(x, w.rank === 0 || x.rank < 2 ? f.reshape(w, x.rank ? [1] : []) : f.reshape(w, shape));
  },
  samples: () => [
    { args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [1] } }] },
    { args: [{ tensor: { shape: [2, 3, 4] } }, { tensor: { shape: [3] } }] },
    { args: [{ tensor: { shape: [4] } }, { tensor: { shape: [1] } }] },
  ],
});

op<[Tensor, Tensor]>({
  schema: '_prelu_kernel(Tensor input, Tensor weight) -> Tensor',
  faces: [],
  formula: 'y = x where x > 0, else w · x',
  gradient: 'dx = dy where x > 0, else dy · w;  dw = 0 where x > 0, else dy · x',
  forward: (x, w) => binary(x, w, (v, k) => (v > 0 ? v : k * v)),
  saves: ['input', 'weight'],
  grads: {
    input: (c) => preluGrads(c)[0],
    weight: (c) => preluGrads(c)[1],
  },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [3] } }] }],
});

const preluGrads = (c: BackwardContext) =>
  once(c, () => f._prelu_kernel_backward(c.grad, c.saved('input'), c.saved('weight')) as unknown as Tensor[]);

op<[Tensor, Tensor, Tensor]>({
  schema: '_prelu_kernel_backward(Tensor grad_output, Tensor input, Tensor weight) -> (Tensor, Tensor)',
  faces: [],
  formula: 'dx = dy where x > 0, else dy · w;  dw = 0 where x > 0, else dy · x',
  gradient: 'ddy = ddx where x > 0, else ddx · w + ddw · x;  dx = ddw · dy and dw = ddx · dy where x ≤ 0',
  forward: (g, x, w) => {
    const below = ternary([x, g, w], x.dtype, (v, dy, k) => (v > 0 ? dy : dy * k));
    return [below, binary(x, g, (v, dy) => (v > 0 ? 0 : v * dy))];
  },
  saves: ['grad_output', 'input', 'weight'],
  grads: {
    grad_output: (c, f) => {
      const [x, w] = [c.saved('input'), c.saved('weight')];
      const [v, a] = c.grads;
      const through = v && f.where(f.gt(x, 0), v, f.mul(v, w));
      const own = a && f.where(f.gt(x, 0), 0, f.mul(a, x));
      return through && own ? f.add(through, own) : (through ?? own);
    },
    input: (c, f) => {
      const x = c.saved('input');
      const a = c.grads[1];
      return a ? f.where(f.gt(x, 0), 0, f.mul(a, c.saved('grad_output'))) : f.zeros_like(x);
    },
    weight: (c, f) => {
      const v = c.grads[0];
      return v && f.where(f.gt(c.saved('input'), 0), 0, f.mul(v, c.saved('grad_output')));
    },
  },
  samples: () => [{ args: [{ tensor: { shape: [2, 3] } }, { tensor: { shape: [2, 3] } }, { tensor: { shape: [3] } }] }],
});

op<[Tensor, number]>({
  schema: 'glu(Tensor input, int dim=-1) -> Tensor',
  faces: ['torch.nn.functional', 'torch._C._nn'],
  formula: 'y = a · σ(b), a and b the halves of x along dim',
  gradient: 'da = dy · σ(b),  db = dy · a · σ(b) · (1 − σ(b))',
  forward: (x, dim) => {
    if (x.rank === 0) throw runtimeError('glu does not support scalars because halving size must be even');
    const d = wrapDim(dim, x.rank);
    const n = x.shape[d];
    if (n % 2) throw runtimeError(`Halving dimension must be even, but dimension ${d} is size ${n}`);
    floatsOnly('glu_cpu', x.dtype);
    const half = n / 2;
    const line = (v: Float64Array, from: number, _: number, [o]: Float64Array[], at: number) => {
      for (let i = 0; i < half; i++) o[at + i] = v[from + i] * sigmoid(v[from + half + i]);
    };
    return alongDim(x, d, [x.dtype], line, half)[0];
  },
  saves: ['input'],
  grads: {
    input: (c, f) => {
      const x = c.saved('input');
      const d = wrapDim(c.attr<number>('dim'), x.rank);
      const half = x.shape[d] / 2;
      const a = f.narrow(x, d, 0, half);
      const s = f.sigmoid(f.narrow(x, d, half, half));
      const da = f.mul(c.grad, s);
      return f.cat([da, f.mul(f.mul(da, a), f.rsub(s, 1))], d);
    },
  },
  samples: () => [
    { args: [{ tensor: { shape: [2, 4] } }] },
    { args: [{ tensor: { shape: [4, 3] } }, 0] },
    { args: [{ tensor: { shape: [2] } }] },
  ],
});
