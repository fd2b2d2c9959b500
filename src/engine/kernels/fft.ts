/**
 * Discrete Fourier transforms of any length, in float64. Powers of two: Cooley and Tukey's algorithm; other short lengths: the sum as it
 * is written; other long ones: Bluestein's algorithm, a convolution whose length is a power of two.
 */

interface Plan {
  /** cos and sin of 2πk/n. */
  cos: Float64Array;
  sin: Float64Array;
  /** Bluestein's chirp and the transform of its conjugate; null for other lengths. */
  chirp: { cos: Float64Array; sin: Float64Array; re: Float64Array; im: Float64Array } | null;
}

/** Up to here the plain sum is as fast, and more exact. */
const SHORT = 32;
const KEPT = 64;
const plans = new Map<number, Plan>();

function planOf(n: number): Plan {
  let plan = plans.get(n);
  if (!plan) {
    const cos = Float64Array.from({ length: n }, (_, k) => cosine(k, n));
    const sin = Float64Array.from({ length: n }, (_, k) => cosine(4 * k - n, 4 * n));
    plan = { cos, sin, chirp: isPower(n) || n <= SHORT ? null : chirpOf(n) };
    if (plans.size >= KEPT) plans.clear();
    plans.set(n, plan);
  }
  return plan;
}

/** cos(2πk/n) by the circle's symmetries, so that what cancels cancels exactly. */
function cosine(k: number, n: number): number {
  const j = Math.abs(k) % n;
  const near = Math.min(j, n - j);
  if (4 * near === n) return 0;
  if (4 * near > n) return -cosine(n - 2 * near, 2 * n);
  return 8 * near <= n ? Math.cos((2 * Math.PI * near) / n) : Math.sin((Math.PI * (n - 4 * near)) / (2 * n));
}

const isPower = (n: number) => (n & (n - 1)) === 0;

function chirpOf(n: number): Plan['chirp'] {
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  // k² modulo 2n keeps the angle small, and so exact.
  const angle = (k: number) => (Math.PI * Number((BigInt(k) * BigInt(k)) % BigInt(2 * n))) / n;
  const cos = Float64Array.from({ length: n }, (_, k) => Math.cos(angle(k)));
  const sin = Float64Array.from({ length: n }, (_, k) => Math.sin(angle(k)));
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < n; k++) {
    re[k] = re[(size - k) % size] = cos[k];
    im[k] = im[(size - k) % size] = sin[k];
  }
  powerOfTwo(re, im, planOf(size));
  return { cos, sin, re, im };
}

/** X[k] = Σ x[j] · exp(−2πi · jk / n), in place. */
function forward(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  if (n <= 1) return;
  const plan = planOf(n);
  if (isPower(n)) powerOfTwo(re, im, plan);
  else if (plan.chirp) bluestein(re, im, plan.chirp);
  else sums(re, im, plan);
}

function powerOfTwo(re: Float64Array, im: Float64Array, { cos, sin }: Plan): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let half = 1; half < n; half *= 2) {
    const step = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half)
      for (let k = 0; k < half; k++) {
        const [a, b] = [start + k, start + k + half];
        const [c, s] = [cos[k * step], -sin[k * step]];
        const x = re[b] * c - im[b] * s;
        const y = re[b] * s + im[b] * c;
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
  }
}

function sums(re: Float64Array, im: Float64Array, { cos, sin }: Plan): void {
  const n = re.length;
  const [x, y] = [re.slice(), im.slice()];
  for (let k = 0; k < n; k++) {
    let [u, v] = [0, 0];
    for (let j = 0, at = 0; j < n; j++) {
      u += x[j] * cos[at] + y[j] * sin[at];
      v += y[j] * cos[at] - x[j] * sin[at];
      at += k;
      if (at >= n) at -= n;
    }
    re[k] = u;
    im[k] = v;
  }
}

/** jk = (j² + k² − (k − j)²) / 2 turns the sum into a convolution with a chirp. */
function bluestein(re: Float64Array, im: Float64Array, chirp: NonNullable<Plan['chirp']>): void {
  const n = re.length;
  const size = chirp.re.length;
  const [x, y] = [new Float64Array(size), new Float64Array(size)];
  for (let j = 0; j < n; j++) {
    x[j] = re[j] * chirp.cos[j] + im[j] * chirp.sin[j];
    y[j] = im[j] * chirp.cos[j] - re[j] * chirp.sin[j];
  }
  const plan = planOf(size);
  powerOfTwo(x, y, plan);
  for (let k = 0; k < size; k++) {
    const u = x[k] * chirp.re[k] - y[k] * chirp.im[k];
    // Conjugated: the inverse is the conjugate's forward transform.
    y[k] = -(x[k] * chirp.im[k] + y[k] * chirp.re[k]);
    x[k] = u;
  }
  powerOfTwo(x, y, plan);
  for (let k = 0; k < n; k++) {
    const [u, v] = [x[k] / size, -y[k] / size];
    re[k] = u * chirp.cos[k] + v * chirp.sin[k];
    im[k] = v * chirp.cos[k] - u * chirp.sin[k];
  }
}

/** Row-major complex numbers as two arrays. */
export interface Parts {
  re: Float64Array;
  im: Float64Array;
}

/** Transforms along one dimension, in place: every line of `n` numbers that lie `inner` apart. Not scaled. */
export function transform({ re, im }: Parts, n: number, inner: number, inverse: boolean): void {
  const [x, y] = [new Float64Array(n), new Float64Array(n)];
  // With the parts exchanged, the forward transform is the inverse one.
  const [first, second] = inverse ? [y, x] : [x, y];
  for (let block = 0; block < re.length; block += n * inner)
    for (let at = block; at < block + inner; at++) {
      for (let k = 0, p = at; k < n; k++, p += inner) {
        x[k] = re[p];
        y[k] = im[p];
      }
      forward(first, second);
      for (let k = 0, p = at; k < n; k++, p += inner) {
        re[p] = x[k];
        im[p] = y[k];
      }
    }
}
