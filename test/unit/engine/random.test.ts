import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as random from '../../../src/engine/random';
import { fma32 } from '../../../src/engine/random/box-muller-32';
import { cos, fma64, log, log1p, sin, tan } from '../../../src/engine/random/float64';
import * as rejection from '../../../src/engine/random/rejection';

const script = fileURLToPath(new URL('../../golden/random.py', import.meta.url));
const { Generator, MT19937 } = random;

type Value = number | string | boolean | null;
type Answer = [
  op: string,
  dtype: string,
  size: number,
  args: Value[],
  hash: string,
  head: string,
  left: number,
  next: number,
];
interface Golden {
  torch: string;
  seeds: { seed: string; initialSeed: string; answers: Answer[]; state: string }[];
}

function array(dtype: string, size: number): random.AnyArray {
  if (dtype === 'float32') return new Float32Array(size);
  if (dtype === 'float64') return new Float64Array(size);
  if (dtype === 'int64') return new BigInt64Array(size);
  if (dtype === 'int32') return new Int32Array(size);
  if (dtype === 'int16') return new Int16Array(size);
  return dtype === 'int8' ? new Int8Array(size) : new Uint8Array(size);
}

function weights(n: number, dtype: Value, shift = 0): random.FloatArray {
  const out = array(dtype as string, n) as random.FloatArray;
  for (let i = 0; i < n; i++) out[(i + shift) % n] = ((i * 37 + 11) % 64) / 64;
  return out;
}

function run(gen: random.Generator, op: string, dtype: string, n: number, args: Value[]): random.AnyArray {
  const out = array(dtype, n);
  const float = out as random.FloatArray;
  const [a, b] = args as [number, number];
  const round = dtype === 'float64' ? (v: number) => v : Math.fround;
  switch (op) {
    case 'uniform':
      return random.uniform(float, gen, a, b);
    case 'normal':
      return random.normal(float, gen, a, b);
    case 'normalStrided':
      return random.normal(float, gen, a, b, false);
    case 'logNormal':
      return random.logNormal(float, gen, a, b);
    case 'exponential':
      return random.exponential(float, gen, a);
    case 'cauchy':
      return random.cauchy(float, gen, a, b);
    case 'geometric':
      return random.geometric(out, gen, a);
    case 'bernoulli':
      return random.bernoulli(out, gen, a);
    case 'bernoulliTensor':
      return random.bernoulliTensor(out, gen, weights(n, args[0]!));
    case 'dropout':
      return random.dropoutMask(float, gen, a);
    case 'randint':
      return random.randint(out, gen, BigInt(args[0] as string), args[1] === null ? null : BigInt(args[1] as string));
    case 'randomFull':
      return random.randomFull(out, gen, dtype === 'bool');
    case 'randperm':
      return random.randperm(out, gen);
    case 'poisson':
      return weights(n, dtype).map((w) => rejection.poisson(round(w * a), gen)) as random.FloatArray;
    case 'gamma':
      return weights(n, dtype).map((w) =>
        Math.max(dtype === 'float64' ? 2 ** -1022 : 2 ** -126, rejection.gamma(round(w * a), gen, round)),
      );
    case 'binomial':
      return weights(n, dtype).map((w) => rejection.binomial(a, w, gen));
    case 'multinomial': {
      const [rows, samples, replacement, of] = args as [number, number, boolean, string];
      const table = array(of, n * rows) as random.FloatArray;
      for (let row = 0; row < rows; row++) table.set(weights(n, of, row) as Float32Array, row * n);
      return random.multinomial(new BigInt64Array(rows * samples), gen, table, rows, replacement);
    }
    default:
      throw new Error(op);
  }
}

const bytesOf = (values: ArrayBufferView) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Every case of every seed, as one list of differences: empty when all bits are equal. */
function differences(golden: Golden): string[] {
  const found: string[] = [];
  for (const { seed, initialSeed, answers, state } of golden.seeds) {
    const gen = new Generator().manualSeed(BigInt(seed));
    if (gen.initialSeed() !== BigInt(initialSeed)) found.push(`seed ${seed}: initial seed ${gen.initialSeed()}`);
    for (const [op, dtype, size, args, hash, head, left, next] of answers) {
      const values = run(gen, op, dtype, size, args);
      const where = `seed ${seed}: ${op} ${dtype}[${size}](${args})`;
      const lastBit = dtype === 'float64' && ['normal', 'normalStrided', 'cauchy', 'gamma'].includes(op);
      const hashed = lastBit ? Float32Array.from(values as Float64Array) : values;
      if (sha(bytesOf(hashed)) !== hash) {
        found.push(`${where}: begins ${bytesOf(values).subarray(0, 16).toString('hex')}, PyTorch's ${head}`);
      }
      const now = gen.engine.getState();
      if (now.left !== left || now.next !== next) {
        found.push(`${where}: then left ${now.left} next ${now.next}, PyTorch's ${left} ${next}`);
        gen.engine.setState({ ...now, left, next });
      }
    }
    random.normal(new Float32Array(3), gen);
    // The normal that waits is a float64: its last bit is the C library's.
    const waiting = gen.nextDoubleNormalSample;
    if (waiting !== undefined) gen.nextDoubleNormalSample = Math.fround(waiting);
    if (sha(gen.getState()) !== state) found.push(`seed ${seed}: the final state's bytes differ`);
  }
  return found;
}

const golden = JSON.parse(readFileSync(new URL('../../golden/random.json', import.meta.url), 'utf8')) as Golden;

describe('random numbers are those of PyTorch', () => {
  for (const one of golden.seeds) {
    it(`all samplers, dtypes and sizes after seed ${one.seed}`, () => {
      expect(one.answers.length).toBeGreaterThan(200);
      expect(differences({ ...golden, seeds: [one] })).toEqual([]);
    });
  }

  it('with fresh seeds, live', (context) => {
    try {
      execFileSync('python3', ['-c', 'import torch; assert torch.__version__.startswith("2.13.")'], {
        stdio: 'ignore',
      });
    } catch {
      console.log('skipped: python3 cannot import torch 2.13');
      return context.skip();
    }
    const seeds = Array.from({ length: 4 }, () => String(Math.floor(Math.random() * 2 ** 53)));
    const fresh = execFileSync('python3', [script, ...seeds], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    expect(differences(JSON.parse(fresh))).toEqual([]);
  });

  it("the tutorial's first numbers: torch.manual_seed(0); torch.rand(3); torch.randn(2)", () => {
    const gen = new Generator(0);
    const shown = (values: Iterable<number>) => Array.from(values, (value) => value.toFixed(4));
    expect(shown(random.uniform(new Float32Array(3), gen))).toEqual(['0.4963', '0.7682', '0.0885']);
    expect(shown(random.normal(new Float32Array(2), new Generator(0)))).toEqual(['1.5410', '-0.2934']);
  });
});

describe('the generator', () => {
  it('passes over draws as if they had been made', () => {
    for (const [before, count] of [
      [0, 0],
      [0, 1],
      [0, 624],
      [1, 623],
      [1, 624],
      [623, 1],
      [624, 1],
      [100, 5000],
      [7, 6240],
    ]) {
      const a = new MT19937(9);
      const b = new MT19937(9);
      for (let i = 0; i < before!; i++) [a.random(), b.random()];
      for (let i = 0; i < count!; i++) a.random();
      b.skip(count!);
      expect(b.getState()).toEqual(a.getState());
      expect(b.draws).toBe(before! + count!);
      expect(b.random()).toBe(a.random());
    }
    expect(() => new MT19937(1).skip(-1)).toThrow('cannot skip -1 draws');
  });

  it('comes back to a snapshot bit by bit, the waiting normal and the count included, as often as wished', () => {
    const gen = new Generator(3);
    random.normal(new Float32Array(5), gen);
    const moment = gen.snapshot();
    const bytes = gen.getState();
    const first = random.normal(new Float64Array(7), gen);
    for (let i = 0; i < 2; i++) {
      gen.restore(moment);
      expect(gen.draws).toBe(12);
      expect(gen.getState()).toEqual(bytes);
      expect(random.normal(new Float64Array(7), gen.clone())).toEqual(first);
      expect(random.normal(new Float64Array(7), gen)).toEqual(first);
    }
  });

  it('takes over the bytes of torch.get_rng_state, and refuses others', () => {
    const gen = new Generator(3);
    random.normal(new Float32Array(5), gen);
    const other = new Generator();
    other.setState(gen.getState());
    expect(other.initialSeed()).toBe(3n);
    expect(random.normal(new Float32Array(9), other)).toEqual(random.normal(new Float32Array(9), gen));
    expect(() => other.setState(new Uint8Array(3))).toThrow('Expected a CPUGeneratorImplState of size 5056');
    expect(() => other.setState(new Uint8Array(5056))).toThrow('Invalid mt19937 state');
  });

  it('refuses what PyTorch refuses', () => {
    const gen = new Generator(0);
    const out = new Float32Array(2);
    expect(() => random.normal(out, gen, 0, -1)).toThrow('normal expects std >= 0.0, but found std -1');
    expect(() => random.uniform(out, gen, 1, 0)).toThrow('uniform_ expects to return a [from, to) range');
    expect(() => random.randint(out, gen, 5, 5)).toThrow(
      "random_ expects 'from' to be less than 'to', but got from=5 >= to=5",
    );
    expect(() => random.bernoulli(out, gen, 2)).toThrow('bernoulli_ expects p to be in [0, 1], but got p=2');
    expect(() => random.multinomial(new BigInt64Array(3), gen, out, 1)).toThrow('without replacement');
    expect(() => random.multinomial(new BigInt64Array(1), gen, out, 1)).toThrow('sum of probabilities <= 0');
    expect(gen.draws).toBe(0);
  });
});

describe('arithmetic under the samplers', () => {
  it('fuses in float32 where double rounding would err', () => {
    const below = 2 ** -12 * (1 - 2 ** -23);
    const above = 2 ** -12 * (1 + 2 ** -23); // below * above = 2^-24 - 2^-70
    const one = 1 + 2 ** -23;
    expect(fma32(below, above, one)).toBe(one); // just under a tie that goes up
    expect(fma32(-below, above, one)).toBe(one); // just over a tie that goes down
    expect(fma32(2 ** -12, 2 ** -12, one)).toBe(1 + 2 ** -22); // true ties go to even
    expect(fma32(2 ** -12, 2 ** -12, 1)).toBe(1);
    expect(fma32(1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11))).toBe(2 ** -24);
  });

  it('fuses in float64 where double rounding would err', () => {
    expect(fma64(1 + 2 ** -30, 1 + 2 ** -30, -(1 + 2 ** -29))).toBe(2 ** -60);
    expect(fma64(2 ** -53, 1, 1)).toBe(1);
    expect(fma64(2 ** -53, 1 + 2 ** -52, 1)).toBe(1 + 2 ** -52);
    expect(fma64(2 ** -53, 1 - 2 ** -53, 1 + 2 ** -52)).toBe(1 + 2 ** -52);
    const almostOne = 2 ** -53 * (1 - 2 ** -30); // times 1 + 2^-30: 2^-53 - 2^-113
    expect(fma64(1 + 2 ** -30, almostOne, 1 + 2 ** -52)).toBe(1 + 2 ** -52); // just under a tie that goes up
    expect(fma64(-1 - 2 ** -30, almostOne, 1 + 2 ** -52)).toBe(1 + 2 ** -52); // just over a tie that goes down
    expect(fma64(0, 5, 3)).toBe(3);
    expect(fma64(5, 3, 0)).toBe(15);
  });

  it('gives ln, log1p, sin, cos and tan at known points', () => {
    expect(log(1)).toBe(0);
    expect(log(2)).toBe(Math.LN2);
    expect(log(10)).toBe(Math.LN10);
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(log1p(-0.5)).toBe(-Math.LN2);
    expect(log1p(-1)).toBe(Number.NEGATIVE_INFINITY);
    expect(sin(Math.PI)).toBe(1.2246467991473532e-16);
    expect(cos(Math.PI / 2)).toBe(6.123233995736766e-17);
    expect(tan(Math.PI / 4)).toBe(0.9999999999999999);
    for (let i = 0; i < 2000; i++) {
      const x = (i - 1000) / 111;
      expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThan(2.3e-16);
      expect(Math.abs(cos(x) - Math.cos(x))).toBeLessThan(2.3e-16);
      expect(Math.abs(log(i + 0.7) - Math.log(i + 0.7))).toBeLessThan(9e-16);
    }
  });
});
