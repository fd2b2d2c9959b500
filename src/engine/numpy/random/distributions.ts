/** numpy's distributions, each out of its source's uniform, normal and exponential numbers, in numpy's order of draws. */
import { log } from './log';
import type { Source } from './normals';

function standardGamma(s: Source, shape: number): number {
  if (shape === 1) return s.exponential();
  if (shape === 0) return 0;
  if (shape < 1) {
    for (;;) {
      const u = s.double();
      const v = s.exponential();
      if (u <= 1 - shape) {
        const x = u ** (1 / shape);
        if (x <= v) return x;
      } else {
        const y = -log((1 - u) / shape);
        const x = (1 - shape + shape * y) ** (1 / shape);
        if (x <= v + y) return x;
      }
    }
  }
  const b = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * b);
  for (;;) {
    let x: number;
    let v: number;
    do {
      x = s.normal();
      v = 1 + c * x;
    } while (v <= 0);
    v = v * v * v;
    const u = s.double();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
    if (log(u) < 0.5 * x * x + b * (1 - v + log(v))) return b * v;
  }
}

function beta(s: Source, a: number, b: number): number {
  if (a > 1 || b > 1) {
    const x = standardGamma(s, a);
    const y = standardGamma(s, b);
    return x / (x + y);
  }
  for (;;) {
    const u = s.double();
    const v = s.double();
    const x = u ** (1 / a);
    const y = v ** (1 / b);
    if (x + y > 1 || u + v === 0) continue;
    if (x + y > 0) return x / (x + y);
    const [lx, ly] = [log(u) / a, log(v) / b];
    const m = Math.max(lx, ly);
    return Math.exp(lx - m - log(Math.exp(lx - m) + Math.exp(ly - m)));
  }
}

/** ln Γ by Stirling's series. */
function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  const a = [
    8.333333333333333e-2, -2.777777777777778e-3, 7.936507936507937e-4, -5.952380952380952e-4, 8.417508417508418e-4,
    -1.917526917526918e-3, 6.41025641025641e-3, -2.955065359477124e-2, 1.796443723688307e-1, -1.3924322169059,
  ];
  const n = x < 7 ? Math.floor(7 - x) : 0;
  let x0 = x + n;
  const x2 = (1 / x0) * (1 / x0);
  let sum = a[9];
  for (let k = 8; k >= 0; k--) sum = sum * x2 + a[k];
  let found = sum / x0 + 0.5 * 1.8378770664093453 + (x0 - 0.5) * log(x0) - x0;
  for (let k = 1; k <= n; k++) {
    found -= log(x0 - 1);
    x0 -= 1;
  }
  return found;
}

function poisson(s: Source, lam: number): number {
  if (lam === 0) return 0;
  if (lam < 10) {
    const limit = Math.exp(-lam);
    for (let x = 0, product = 1; ; x++) {
      product *= s.double();
      if (product <= limit) return x;
    }
  }
  // Hörmann's transformed rejection.
  const slam = Math.sqrt(lam);
  const loglam = log(lam);
  const b = 0.931 + 2.53 * slam;
  const a = -0.059 + 0.02483 * b;
  const alpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = s.double() - 0.5;
    const v = s.double();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + lam + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (log(v) + log(alpha) - log(a / (us * us) + b) <= -lam + k * loglam - logGamma(k + 1)) return k;
  }
}

function binomial(s: Source, n: number, p: number): number {
  if (n === 0 || p === 0) return 0;
  if (p > 0.5) return n - below(s, n, 1 - p);
  return below(s, n, p);
}

const below = (s: Source, n: number, p: number) => (p * n <= 30 ? inversion(s, n, p) : btpe(s, n, p));

function inversion(s: Source, n: number, p: number): number {
  const q = 1 - p;
  const qn = Math.exp(n * log(q));
  const np = n * p;
  const bound = Math.floor(Math.min(n, np + 10 * Math.sqrt(np * q + 1)));
  let x = 0;
  let px = qn;
  let u = s.double();
  while (u > px) {
    x++;
    if (x > bound) {
      x = 0;
      px = qn;
      u = s.double();
    } else {
      u -= px;
      px = ((n - x + 1) * p * px) / (x * q);
    }
  }
  return x;
}

const stirling = (x: number, x2: number) => (13680 - (462 - (132 - (99 - 140 / x2) / x2) / x2) / x2) / x / 166320;

/** Kachitvichyanukul and Schmeiser's BTPE. */
function btpe(s: Source, n: number, r: number): number {
  const q = 1 - r;
  const fm = n * r + r;
  const m = Math.floor(fm);
  const p1 = Math.floor(2.195 * Math.sqrt(n * r * q) - 4.6 * q) + 0.5;
  const xm = m + 0.5;
  const xl = xm - p1;
  const xr = xm + p1;
  const c = 0.134 + 20.5 / (15.3 + m);
  let a = (fm - xl) / (fm - xl * r);
  const laml = a * (1 + a / 2);
  a = (xr - fm) / (xr * q);
  const lamr = a * (1 + a / 2);
  const p2 = p1 * (1 + 2 * c);
  const p3 = p2 + c / laml;
  const p4 = p3 + c / lamr;
  const nrq = n * r * q;
  for (;;) {
    const u = s.double() * p4;
    let v = s.double();
    let y: number;
    if (u <= p1) return Math.floor(xm - p1 * v + u);
    if (u <= p2) {
      const x = xl + (u - p1) / c;
      v = v * c + 1 - Math.abs(m - x + 0.5) / p1;
      if (v > 1) continue;
      y = Math.floor(x);
    } else if (u <= p3) {
      y = Math.floor(xl + log(v) / laml);
      if (y < 0 || v === 0) continue;
      v = v * (u - p2) * laml;
    } else {
      y = Math.floor(xr - log(v) / lamr);
      if (y > n || v === 0) continue;
      v = v * (u - p3) * lamr;
    }
    const k = Math.abs(y - m);
    if (k <= 20 || k >= nrq / 2 - 1) {
      const t = r / q;
      const g = t * (n + 1);
      let f = 1;
      for (let i = m + 1; i <= y; i++) f *= g / i - t;
      for (let i = y + 1; i <= m; i++) f /= g / i - t;
      if (v > f) continue;
      return y;
    }
    const rho = (k / nrq) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / nrq + 0.5);
    const t = (-k * k) / (2 * nrq);
    const logv = log(v);
    if (logv < t - rho) return y;
    if (logv > t + rho) continue;
    const [x1, f1, z, w] = [y + 1, m + 1, n + 1 - m, n - y + 1];
    const bound =
      xm * log(f1 / x1) +
      (n - m + 0.5) * log(z / w) +
      (y - m) * log((w * r) / (x1 * q)) +
      stirling(f1, f1 * f1) +
      stirling(z, z * z) +
      stirling(x1, x1 * x1) +
      stirling(w, w * w);
    if (logv <= bound) return y;
  }
}

function laplace(s: Source, loc: number, scale: number): number {
  for (;;) {
    const u = s.double();
    if (u >= 0.5) return loc - scale * log(2 - u - u);
    if (u > 0) return loc + scale * log(u + u);
  }
}

function logistic(s: Source, loc: number, scale: number): number {
  for (;;) {
    const u = s.double();
    if (u > 0) return loc + scale * log(u / (1 - u));
  }
}

function gumbel(s: Source, loc: number, scale: number): number {
  for (;;) {
    const u = 1 - s.double();
    if (u < 1) return loc - scale * log(-log(u));
  }
}

function geometric(s: Source, p: number): number {
  if (p < 1 / 3) return Math.ceil(s.legacy ? log(1 - s.double()) / log(1 - p) : -s.exponential() / Math.log1p(-p));
  const u = s.double();
  const q = 1 - p;
  let x = 1;
  let product = p;
  for (let sum = p; u > sum; x++) {
    product *= q;
    sum += product;
  }
  return x;
}

function triangular(s: Source, left: number, mode: number, right: number): number {
  const base = right - left;
  const before = mode - left;
  const ratio = before / base;
  const u = s.double();
  if (u <= ratio) return left + Math.sqrt(u * before * base);
  return right - Math.sqrt((1 - u) * (right - mode) * base);
}

/** By numpy's names. `whole` ones give int64. */
export const DISTRIBUTIONS: Record<string, { whole?: boolean; draw(s: Source, ...p: number[]): number }> = {
  random: { draw: (s) => s.double() },
  uniform: { draw: (s, low, high) => low + (high - low) * s.double() },
  standard_normal: { draw: (s) => s.normal() },
  normal: { draw: (s, loc, scale) => loc + scale * s.normal() },
  lognormal: { draw: (s, mean, sigma) => Math.exp(mean + sigma * s.normal()) },
  standard_exponential: { draw: (s) => s.exponential() },
  exponential: { draw: (s, scale) => scale * s.exponential() },
  standard_gamma: { draw: standardGamma },
  gamma: { draw: (s, shape, scale) => scale * standardGamma(s, shape) },
  beta: { draw: beta },
  chisquare: { draw: (s, df) => 2 * standardGamma(s, df / 2) },
  f: { draw: (s, a, b) => (2 * standardGamma(s, a / 2) * b) / (2 * standardGamma(s, b / 2) * a) },
  standard_t: {
    draw: (s, df) => {
      const n = s.normal();
      const g = standardGamma(s, df / 2);
      return (Math.sqrt(df / 2) * n) / Math.sqrt(g);
    },
  },
  standard_cauchy: {
    draw: (s) => {
      const n = s.normal();
      return n / s.normal();
    },
  },
  laplace: { draw: laplace },
  logistic: { draw: logistic },
  gumbel: { draw: gumbel },
  rayleigh: {
    draw: (s, mode) => mode * (s.legacy ? Math.sqrt(-2 * log(1 - s.double())) : Math.sqrt(2 * s.exponential())),
  },
  weibull: { draw: (s, a) => (a === 0 ? 0 : s.exponential() ** (1 / a)) },
  pareto: { draw: (s, a) => (s.legacy ? Math.exp(s.exponential() / a) - 1 : Math.expm1(s.exponential() / a)) },
  power: {
    draw: (s, a) =>
      s.legacy ? (1 - Math.exp(-s.exponential())) ** (1 / a) : (-Math.expm1(-s.exponential())) ** (1 / a),
  },
  triangular: { draw: triangular },
  poisson: { whole: true, draw: poisson },
  binomial: { whole: true, draw: binomial },
  negative_binomial: { whole: true, draw: (s, n, p) => poisson(s, ((1 - p) / p) * standardGamma(s, n)) },
  geometric: { whole: true, draw: geometric },
};
