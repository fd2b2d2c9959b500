/** Connectionist temporal classification: sums over all alignments, in logarithms. Source: Graves et al. 2006, section 4. */

const NEVER = Number.NEGATIVE_INFINITY;

/** ln(eᵃ + eᵇ + eᶜ) */
function logAdd(a: number, b: number, c: number): number {
  const most = Math.max(a, b, c);
  if (most === NEVER) return NEVER;
  return Math.log(Math.exp(a - most) + Math.exp(b - most) + Math.exp(c - most)) + most;
}

/** One example of a batch. */
export interface Example {
  /** Log-probabilities of the whole batch; this example's `classes` at step t begin at `at + t · step`. */
  logp: Float64Array;
  at: number;
  step: number;
  classes: number;
  /** How many steps count. */
  length: number;
  labels: ArrayLike<number>;
  blank: number;
}

/** The labels with blanks around them: 2·S + 1 symbols. */
const symbolsOf = ({ labels, blank }: Example) =>
  Int32Array.from({ length: 2 * labels.length + 1 }, (_, s) => (s % 2 ? labels[(s - 1) / 2] : blank));

/** May an alignment go from symbol s − 2 to s? Not over a blank that keeps two equal labels apart. */
const skips = (symbols: Int32Array, s: number) => s % 2 === 1 && s > 1 && symbols[s] !== symbols[s - 2];

/**
 * Fills alpha[t · width + s], the logarithm of the probability of all beginnings that stand at symbol s at step t. Returns −ln of the
 * probability of the labels.
 */
export function ctcForward(e: Example, alpha: Float64Array, width: number): number {
  const symbols = symbolsOf(e);
  const n = symbols.length;
  if (e.length === 0) return n === 1 ? 0 : Number.POSITIVE_INFINITY;
  for (let s = 0; s < Math.min(n, 2); s++) alpha[s] = e.logp[e.at + symbols[s]];
  for (let t = 1; t < e.length; t++) {
    const before = (t - 1) * width;
    const row = e.at + t * e.step;
    for (let s = 0; s < n; s++) {
      const one = s > 0 ? alpha[before + s - 1] : NEVER;
      const two = skips(symbols, s) ? alpha[before + s - 2] : NEVER;
      alpha[t * width + s] = logAdd(alpha[before + s], one, two) + e.logp[row + symbols[s]];
    }
  }
  const end = (e.length - 1) * width + n;
  return -logAdd(alpha[end - 1], n > 1 ? alpha[end - 2] : NEVER, NEVER);
}

/**
 * Adds the example's gradient to dx, which is laid out as `logp`: dx = (eˡ − Σ eᵅ⁺ᵝ⁻ˡ / p) · scale over the symbols of each class. That is
 * the gradient of the scores that log_softmax was given, as PyTorch has it.
 */
export function ctcBackward(
  e: Example,
  alpha: Float64Array,
  width: number,
  nll: number,
  scale: number,
  dx: Float64Array,
): void {
  const symbols = symbolsOf(e);
  const n = symbols.length;
  const sums = new Float64Array(e.classes);
  let after = new Float64Array(n);
  let beta = new Float64Array(n);
  for (let t = e.length - 1; t >= 0; t--) {
    const row = e.at + t * e.step;
    const last = t === e.length - 1;
    sums.fill(NEVER);
    for (let s = 0; s < n; s++) {
      const stay = last ? (s >= n - 2 ? 0 : NEVER) : after[s];
      const one = !last && s + 1 < n ? after[s + 1] : NEVER;
      const two = !last && s + 2 < n && skips(symbols, s + 2) ? after[s + 2] : NEVER;
      beta[s] = logAdd(stay, one, two) + e.logp[row + symbols[s]];
      const k = symbols[s];
      sums[k] = logAdd(sums[k], alpha[t * width + s] + beta[s], NEVER);
    }
    for (let k = 0; k < e.classes; k++) {
      const lp = e.logp[row + k];
      dx[row + k] = (Math.exp(lp) - Math.exp(sums[k] + nll - lp)) * scale;
    }
    [after, beta] = [beta, after];
  }
}
