/** numpy's two generators: RandomState (the one behind np.random.rand) and Generator (default_rng). */
import { allocate, type DType } from '../../dtype';
import { numel } from '../../shape';
import { Tensor } from '../../tensor';
import { stretched } from '../indexing';
import { valuesOf } from '../types';
import { broadcastShapes } from '../ufuncs';
import { Pcg64, SeedSequence, Twister } from './bits';
import { DISTRIBUTIONS } from './distributions';
import { drawer, lemire, masked } from './integers';
import { log } from './log';
import { Polar, type Source, zigguratExponential, zigguratNormal } from './normals';

export { SeedSequence } from './bits';

export class RandomState extends Twister implements Source {
  readonly legacy = true;
  readonly polar = new Polar();

  override seed(seed: number): void {
    super.seed(seed);
    this.polar.kept = null;
  }

  override seedByArray(key: readonly number[]): void {
    super.seedByArray(key);
    this.polar.kept = null;
  }

  normal(): number {
    return this.polar.next(this);
  }

  exponential(): number {
    return -log(1 - this.double());
  }

  interval(max: number): number {
    return masked(this, max);
  }
}

export class NewGenerator extends Pcg64 implements Source {
  readonly legacy = false;

  seedFrom(entropy: readonly number[]): void {
    this.seed(new SeedSequence(entropy).words(8));
  }

  normal(): number {
    return zigguratNormal(this);
  }

  exponential(): number {
    return zigguratExponential(this);
  }

  interval(max: number): number {
    return masked(this, max);
  }
}

export type AnyGenerator = RandomState | NewGenerator;

/** An array of draws; parameters are numbers or arrays, broadcast to `shape` (or to each other where that is null). */
export function draw(
  g: AnyGenerator,
  name: string,
  dtype: DType,
  shape: number[] | null,
  params: (number | Tensor)[],
): Tensor {
  const { draw: one, whole } = DISTRIBUTIONS[name];
  const arrays = params.filter((p) => p instanceof Tensor);
  const made = shape ?? broadcastShapes(...arrays.map((a) => a.shape));
  const to = whole ? 'int64' : dtype;
  const out = allocate(to, numel(made));
  const values = params.map((p) =>
    p instanceof Tensor ? (valuesOf(stretched(p, made), 'float64') as Float64Array) : p,
  );
  const target = (whole ? new Float64Array(out.length) : out) as Float64Array;
  const single = dtype === 'float32' && !whole;
  if (single && name === 'random') for (let i = 0; i < target.length; i++) target[i] = (g.next32() >>> 8) / 16777216;
  else if (arrays.length === 0) {
    const [a, b, c] = params as number[];
    for (let i = 0; i < target.length; i++) target[i] = one(g, a, b, c);
  } else
    for (let i = 0; i < target.length; i++) {
      const [a, b, c] = values.map((v) => (typeof v === 'number' ? v : v[i]));
      target[i] = one(g, a, b, c);
    }
  if (whole) for (let i = 0; i < out.length; i++) (out as BigInt64Array)[i] = BigInt(target[i]);
  return Tensor.of(to, made, out);
}

/** Whole numbers in [low, low + range]. */
export function integers(g: AnyGenerator, dtype: DType, low: number, range: number, shape: number[]): Tensor {
  const out = allocate(dtype, numel(shape)) as Float64Array;
  const next = drawer(g, dtype, range, g.legacy);
  const big = dtype === 'int64';
  for (let i = 0; i < out.length; i++) {
    const v = low + next();
    out[i] = (big ? BigInt(v) : v) as number;
  }
  return Tensor.of(dtype, shape, out);
}

/** 0 … n-1 in random order. */
export function shuffled(g: AnyGenerator, n: number): Float64Array {
  const order = Float64Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i >= 1; i--) {
    const j = g.interval(i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** 0 … n-1 whose last places, from `first` on, are drawn. */
function tail(g: AnyGenerator, n: number, first: number): Float64Array {
  const order = Float64Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i >= first; i--) {
    const j = lemire(g, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** `size` different numbers below n (Generator.choice without replacement). */
export function sampled(g: NewGenerator, n: number, size: number, shuffle: boolean): Float64Array {
  const cutoff = shuffle ? 50 : 20;
  if (n > 10000 && size > Math.floor(n / cutoff)) return tail(g, n, Math.max(n - size, 1)).subarray(n - size);
  // Floyd's method.
  const found = new Set<number>();
  const out = new Float64Array(size);
  for (let j = n - size; j < n; j++) {
    const v = lemire(g, j);
    const taken = found.has(v) ? j : v;
    found.add(taken);
    out[j - n + size] = taken;
  }
  if (shuffle)
    for (let i = size - 1; i >= 1; i--) {
      const j = lemire(g, i);
      [out[i], out[j]] = [out[j], out[i]];
    }
  return out;
}
