/**
 * How a sample moves with a parameter of its distribution, at a fixed value of its distribution function F:
 * dx/dα = −(∂F(x; α)/∂α) / F′(x). Source: M. Figurnov, S. Mohamed, A. Mnih, "Implicit Reparameterization Gradients" (2018).
 *
 * The integrals are taken from x to the nearer end, in the logarithm of the variable, where the integrand is smooth and falls off; by
 * double exponential quadrature (Takahasi and Mori, 1974).
 */
import { digamma } from './gammaFunctions';

const STEP = 1 / 12;
/** Abscissae and weights of ∫₀^∞ f(s) ds, s = exp(π/2 · sinh τ). */
const NODES = Array.from({ length: 97 }, (_, i) => {
  const tau = (i - 48) * STEP;
  const s = Math.exp((Math.PI / 2) * Math.sinh(tau));
  return { s, weight: STEP * s * (Math.PI / 2) * Math.cosh(tau) };
});

/** ∫₀^∞ f(s) ds for an f that falls off over about `scale`. */
function integral(scale: number, f: (s: number) => number): number {
  let sum = 0;
  for (const { s, weight } of NODES) {
    const value = f(s * scale);
    if (value !== 0) sum += weight * value;
  }
  return sum * scale;
}

/** dx/dα of x ~ Gamma(α, 1). */
export function gammaSlope(alpha: number, x: number): number {
  const shift = Math.log(x) - digamma(alpha);
  const scale = 1 / (Math.abs(alpha - x) + Math.sqrt(Math.max(alpha, x)));
  if (x <= alpha) return -x * integral(scale, (s) => (shift - s) * Math.exp(-alpha * s - x * Math.expm1(-s)));
  return (
    x *
    integral(scale, (s) => {
      const weight = Math.exp(alpha * s - x * Math.expm1(s));
      return weight === 0 ? 0 : (shift + s) * weight;
    })
  );
}

/** dx/dα of x ~ Beta(α, β). */
export function betaSlope(alpha: number, beta: number, x: number): number {
  const shift = digamma(alpha + beta) - digamma(alpha);
  if (x * (alpha + beta) <= alpha)
    return (
      -x *
      integral(1 / (alpha + 1), (s) => {
        const rest = Math.log1p((x * -Math.expm1(-s)) / (1 - x));
        return (Math.log(x) - s + shift) * Math.exp(-alpha * s + (beta - 1) * rest);
      })
    );
  return (
    (1 - x) *
    integral(1 / (beta + 1), (s) => {
      const t = 1 - (1 - x) * Math.exp(-s);
      return (Math.log(t) + shift) * Math.exp((alpha - 1) * Math.log(t / x) - beta * s);
    })
  );
}
