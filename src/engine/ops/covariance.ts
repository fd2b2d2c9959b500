/** Covariances and correlations. Source: ATen's Correlation.cpp. */
import { DTYPES, isComplex, isFloat, isInteger } from '../dtype';
import { runtimeError } from '../errors';
import { formulas as f } from '../formulas';
import { op } from '../op';
import type { Tensor } from '../tensor';
import { double, given, matrix, mT } from './matrices';

/** What a row of weights must be. */
function checkWeights(name: string, w: Tensor, observations: number): void {
  const whole = name === 'fweights';
  if (w.rank > 1)
    throw runtimeError(
      `cov(): expected ${name} to have one or fewer dimensions but got ${name} with ${w.rank} dimensions`,
    );
  if (whole ? !isInteger(w.dtype) : !isFloat(w.dtype))
    throw runtimeError(
      `cov(): expected ${name} to have ${whole ? 'integral' : 'floating point'} dtype but got ${name} with ${DTYPES[w.dtype].label} dtype`,
    );
  if (w.count !== observations)
    throw runtimeError(
      `cov(): expected ${name} to have the same numel as there are observations in the input but got ${w.count} != ${observations}`,
    );
  if (observations && Array.from(w.values() as Float64Array).some((v) => v < 0))
    throw runtimeError(`cov(): ${name} cannot be negative`);
}

op<[Tensor, number, Tensor | null, Tensor | null]>({
  schema: 'cov(Tensor input, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y[i, j] = Σₖ wₖ · (x[i, k] − x̄ᵢ)(x[j, k] − x̄ⱼ) / (n − correction)',
  gradient: 'of the products',
  forward: (x, correction, fweights, aweights) => {
    if (x.rank > 2)
      throw runtimeError(
        `cov(): expected input to have two or fewer dimensions but got an input with ${x.rank} dimensions`,
      );
    if (x.dtype === 'bool') throw runtimeError('cov(): bool dtype is not supported for input');
    const rows = x.rank < 2 ? f.view(x, [1, x.count]) : x;
    const n = rows.shape[1];
    if (fweights) checkWeights('fweights', fweights, n);
    if (aweights) checkWeights('aweights', aweights, n);
    const w = fweights && aweights ? f.mul(fweights, aweights) : (fweights ?? aweights);
    const sum = w ? f.sum(w) : null;
    if (sum && n > 0 && Number(sum.values()[0]) === 0)
      throw runtimeError("cov(): weights sum to zero, can't be normalized");
    const mean = w ? f.div(f.sum(f.mul(rows, w), [1]), sum!) : f.div(f.sum(rows, [1]), n);
    let norm: Tensor | number = n - correction;
    if (sum) {
      const lost = aweights && correction ? f.mul(f.div(f.sum(f.mul(w!, aweights)), sum), correction) : correction;
      norm = f.clamp(f.sub(sum, lost), 0);
    }
    const centered = f.sub(rows, f.unsqueeze(mean, 1));
    const weighted = w ? f.mul(mT(centered), f.unsqueeze(w, 1)) : mT(centered);
    return f.squeeze(
      f.div(
        f.mm(centered, f.conj(f.to_dtype(weighted, centered.dtype))),
        norm === 0 || (typeof norm === 'number' && norm < 0) ? 0 : norm,
      ),
    );
  },
  samples: () => [
    given([double(2, 3)]),
    given([matrix(4)]),
    given([double(2, 3)], { correction: 0 }),
    given([double(2, 3)], { fweights: { tensor: { shape: [3], dtype: 'int64', data: [1, 2, 3] } } }),
    given([double(2, 3)], {
      aweights: { tensor: { shape: [3], dtype: 'float64', data: [0.5, 1, 2], requiresGrad: false } },
    }),
    given([matrix(2, 2, 2)]),
    given([{ shape: [2, 2], dtype: 'int64' }]),
    given([{ shape: [2, 2], dtype: 'bool' }]),
    given([matrix(2, 3)], { fweights: { tensor: { shape: [2], dtype: 'int64', data: [1, 2] } } }),
    given([matrix(2, 3)], { aweights: { tensor: { shape: [3], dtype: 'int64', data: [1, 2, 1] } } }),
  ],
});

op<[Tensor]>({
  schema: 'corrcoef(Tensor input) -> Tensor',
  faces: ['torch', 'Tensor'],
  composite: true,
  formula: 'y[i, j] = cov[i, j] / √(cov[i, i] · cov[j, j])',
  gradient: 'of the covariance',
  forward: (x) => {
    if (x.rank > 2)
      throw runtimeError(
        `corrcoef(): expected input to have two or fewer dimensions but got an input with ${x.rank} dimensions`,
      );
    const c = f.cov(x);
    if (c.rank === 0) return f.div(c, c);
    const d = f.sqrt(f.real(f.diagonal(c)));
    const scaled = f.div(f.div(c, f.unsqueeze(d, 1)), f.unsqueeze(d, 0));
    if (!isComplex(c.dtype)) return f.clamp(scaled, -1, 1);
    return f.complex(f.clamp(f.real(scaled), -1, 1), f.clamp(f.imag(scaled), -1, 1));
  },
  samples: () =>
    [given([double(2, 3)]), given([double(4)]), given([matrix(2, 2, 2)])].map((s) => ({ ...s, kink: true })),
});
