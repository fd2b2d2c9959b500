/**
 * Which elements an interpolation takes, along one dimension. Source: torch.nn.functional.interpolate's documentation; the places and
 * weights, and where they are rounded, as ATen's UpSampleKernel.cpp computes them.
 */
import type { DType } from '../dtype';
import { type Line, lineOf } from './resample';

export type Interpolation = 'nearest' | 'nearest-exact' | 'linear' | 'cubic' | 'linear-aa' | 'cubic-aa' | 'lanczos-aa';

/** Places of float64 images are computed in float64, all others' in float32. */
export const placeRounding = (dtype: DType): ((v: number) => number) => (dtype === 'float64' ? (v) => v : Math.fround);

type Round = (v: number) => number;

/** Steps of the input for one step of the result. */
function stepOf(n: number, m: number, align: boolean, scale: number | null, round: Round): number {
  if (align) return m > 1 ? round((n - 1) / (m - 1)) : 0;
  return scale !== null && scale > 0 ? round(1 / scale) : round(n / m);
}

/** Keys' cubic convolution kernel ("Cubic Convolution Interpolation for Digital Image Processing", 1981) for |x| ≤ 1 and 1 < |x| < 2. */
const near = (x: number, a: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
const far = (x: number, a: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Weights of the antialiasing filters at a distance, and how far they reach. */
const FILTERS: Record<string, { reach: number; weight: (x: number) => number }> = {
  'linear-aa': { reach: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  'cubic-aa': {
    reach: 2,
    weight: (x) => {
      const d = Math.abs(x);
      return d < 1 ? near(d, -0.5) : d < 2 ? far(d, -0.5) : 0;
    },
  },
  'lanczos-aa': { reach: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function smoothed(kind: string, n: number, m: number, step: number, round: Round): Line {
  const { reach, weight } = FILTERS[kind];
  const support = round(step >= 1 ? round(reach * step) : reach);
  const most = Math.ceil(support) * 2 + 1;
  const squeeze = step >= 1 ? round(1 / step) : 1;
  return lineOf(n, m, (j) => {
    const center = round(step * round(j + 0.5));
    const from = Math.max(Math.trunc(round(round(center - support) + 0.5)), 0);
    const until = Math.min(Math.trunc(round(round(center + support) + 0.5)), n);
    const count = Math.min(Math.max(until - from, 0), most);
    const weights = Array.from({ length: count }, (_, i) => weight(round((i + from - center + 0.5) * squeeze)));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((w, i) => [from + i, total === 0 ? w : w / total] as const);
  });
}

/** The line of a dimension of n elements that becomes one of m. */
export function interpolation(
  kind: Interpolation,
  n: number,
  m: number,
  align: boolean,
  scale: number | null,
  dtype: DType,
): Line {
  const round = placeRounding(dtype);
  if (kind === 'nearest' || kind === 'nearest-exact') {
    const step = stepOf(n, m, false, scale, round);
    const shift = kind === 'nearest' ? 0 : 0.5;
    return lineOf(n, m, (j) => {
      const at = kind === 'nearest' ? round(step * j) : round(round(round(step * (j + 0.5)) - 0.5) + shift);
      return [[Math.min(Math.floor(Math.fround(at)), n - 1), 1]];
    });
  }
  const step = stepOf(n, m, align, scale, round);
  if (kind.endsWith('-aa')) return smoothed(kind, n, m, step, round);
  return lineOf(n, m, (j) => {
    if (n === m && kind === 'linear') return [[j, 1]];
    const at = align ? round(step * j) : round(round(step * round(j + 0.5)) - 0.5);
    const place = kind === 'linear' ? Math.max(at, 0) : at;
    const first = Math.min(Math.floor(place), n - 1);
    const t = Math.min(Math.max(round(place - first), 0), 1);
    if (kind === 'linear')
      return [
        [first, round(1 - t)],
        [first + (first < n - 1 ? 1 : 0), t],
      ];
    const weights = [far(t + 1, -0.75), near(t, -0.75), near(1 - t, -0.75), far(2 - t, -0.75)];
    return weights.map((w, k) => [Math.min(Math.max(first - 1 + k, 0), n - 1), w] as const);
  });
}
