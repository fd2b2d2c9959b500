/** The gradients of normalizations' gradients: one formula for batch, layer and group norm. */
import { once } from '../autograd/once';
import { formulas as f } from '../formulas';
import type { BackwardContext } from '../op';
import type { Tensor } from '../tensor';

/** How a normalization sees its input. */
export interface Normalized {
  /** The input's shape with a dimension for what shares a mean. */
  split: number[];
  /** The weight's shape in it. */
  weight: number[];
  /** Dimensions of `split` that a mean is taken over. */
  over: number[];
  /** Statistics that do not come from the input: batch norm's outside training. */
  fixed?: { mean: Tensor; variance: Tensor };
}

/**
 * Gradients of the three outputs (dx, dw, db) of a backward op with arguments grad_out, input, weight.
 *
 * With P(u) = u − mean(u) − x̂·mean(u·x̂), a symmetric map, and r = 1/√(σ² + eps): dx = r·P(w·g), dw = Σ g·x̂, db = Σ g. For upstream
 * v, a, b the sum L = ⟨v, dx⟩ + ⟨a, dw⟩ + ⟨b, db⟩ is differentiated by g, w and (through r and x̂) x.
 */
export function secondGrads(view: (c: BackwardContext) => Normalized) {
  const parts = (c: BackwardContext) =>
    once(c, () => {
      const { split, weight, over, fixed } = view(c);
      const eps = c.attr<number>('eps');
      const wide = (t: Tensor) => f.reshape(t, split);
      const flat = (t: Tensor) => f.reshape(t, weight);
      const mean = (t: Tensor) => f.mean(t, over, true);
      const x = wide(c.saved('input'));
      const g = wide(c.saved('grad_out'));
      const w = c.has('weight') ? flat(c.saved('weight')) : null;
      const centered = f.sub(x, fixed ? fixed.mean : mean(x));
      const r = f.rsqrt(f.add(fixed ? fixed.variance : mean(f.mul(centered, centered)), eps));
      const hat = f.mul(centered, r);
      const project = (u: Tensor) => (fixed ? u : f.sub(f.sub(u, mean(u)), f.mul(hat, mean(f.mul(u, hat)))));
      const [dv, ...affine] = c.grads;
      const da = w && affine[0] ? flat(affine[0]) : null;
      const last = affine[w ? 1 : 0];
      const db = c.attr<boolean>('bias') && last ? flat(last) : null;
      const v = dv ? wide(dv) : null;
      const scaled = v && f.mul(r, project(v));
      const u = w ? f.mul(g, w) : g;
      return {
        grad_out: sum(scaled && (w ? f.mul(scaled, w) : scaled), da && f.mul(da, hat), db && f.expand(db, split)),
        weight: scaled && w && f.reshape(f.sum_to_size(f.mul(scaled, g), weight), c.shape('weight')),
        input: byInput(),
      };

      function byInput(): Tensor | null {
        const direct = da && f.mul(da, g);
        if (fixed) return direct && f.mul(r, direct);
        if (!v) return direct && f.mul(r, project(direct));
        const alpha = mean(f.mul(v, hat));
        const beta = mean(f.mul(u, hat));
        const cov = f.sub(mean(f.mul(v, u)), f.mul(mean(v), mean(u)));
        const h = f.neg(f.mul(r, f.add(f.mul(v, beta), f.mul(u, alpha))));
        const byHat = f.mul(r, project(sum(h, direct)!));
        const byScale = f.mul(f.mul(f.mul(r, r), hat), f.sub(cov, f.mul(alpha, beta)));
        return f.sub(byHat, byScale);
      }
    });
  const pick = (name: 'grad_out' | 'input' | 'weight') => (c: BackwardContext) => {
    const t = parts(c)[name];
    return t && f.reshape(t, c.shape(name));
  };
  return { grad_out: pick('grad_out'), input: pick('input'), weight: pick('weight') };
}

const sum = (...terms: (Tensor | null)[]) =>
  terms.reduce((a, b) => (a && b ? f.add(a, b) : (a ?? b)), null as Tensor | null);
