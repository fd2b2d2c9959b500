/** Dropout, with PyTorch's draws. Source: torch.nn.functional.dropout, ATen's Dropout.cpp. */
import { type DType, isFloat } from '../dtype';
import { runtimeError, valueError } from '../errors';
import { formulas as f } from '../formulas';
import { drawnLike } from '../kernels/draw';
import { binary, dtypeLabel, unary } from '../kernels/elementwise';
import { mulLoop, scaleLoop } from '../kernels/hotLoops';
import { op, type Sample, type SampleTensor } from '../op';
import * as draw from '../random/index';
import type { Tensor } from '../tensor';

const m: SampleTensor = { shape: [2, 3] };
const on = (t: SampleTensor, ...args: Sample['args']): Sample => ({ args: [{ tensor: t }, ...args] });

/** What is kept grows by this, so that the mean stays. */
function dropoutFactor(p: number, dtype: DType): number {
  if (p === 1) return 0;
  return dtype === 'float64' ? 1 / (1 - p) : Math.fround(1 / Math.fround(1 - p));
}

op<[Tensor, number]>({
  schema: 'native_dropout(Tensor input, float p) -> (Tensor output, Tensor mask)',
  faces: [],
  random: true,
  formula: 'm = 1 with probability 1 − p, else 0;  y = m · x / (1 − p)',
  gradient: 'dx = m · dy / (1 − p)',
  forward: (x, p) => {
    const mask = drawnLike(x, 'bool', (out: Uint8Array, gen) =>
      p === 0 || p === 1 ? out.fill(1 - p) : draw.bernoulli(out, gen, 1 - p),
    );
    const by = dropoutFactor(p, x.dtype);
    return [
      unary(
        binary(x, mask, (a, b) => a * b, { loop: mulLoop }),
        x.dtype,
        (v) => v * by,
        undefined,
        scaleLoop(by),
      ),
      mask,
    ];
  },
  saves: ['result1'],
  grads: {
    input: (c, f) => f.mul(f.mul(c.grad, c.saved('result1')), dropoutFactor(c.attr('p'), c.dtype('input'))),
  },
  gradName: 'MulBackward0',
  samples: () => [on({ shape: [4, 3] }, 0.4)],
});

op<[Tensor, number, boolean, boolean]>({
  schema: 'dropout(Tensor input, float p=0.5, bool training=True, bool inplace=False) -> Tensor',
  faces: ['torch.nn.functional'],
  composite: true,
  formula: 'y = m · x, m = 0 with probability p, else 1 / (1 − p); y = x outside training',
  gradient: 'dx = m · dy',
  forward: (x, p, training, inplace) => {
    if (!(p >= 0 && p <= 1)) throw valueError(`dropout probability has to be between 0 and 1, but got ${p}`);
    if (!training || p === 0 || x.count === 0) return x;
    if (!isFloat(x.dtype))
      throw runtimeError(`result type Float can't be cast to the desired output type ${dtypeLabel(x.dtype)}`);
    const of = (t: Tensor) => (f.native_dropout(t, p) as unknown as Tensor[])[0];
    return inplace ? f.mul_(x, of(f.ones_like(x))) : of(x);
  },
  samples: () => [
    on({ shape: [4, 5] }, 0.5),
    on({ shape: [4, 5], dtype: 'float64' }, 0.2),
    on({ shape: [3, 2], permute: [1, 0] }, 0.3),
    on(m, 0.5, false),
    on(m, 0),
    on(m, 1),
    on(m, 1.5),
    on({ shape: [0] }),
  ],
});
