/** The samples of every op with their values filled in: what both the engine's test and real PyTorch are given. */
import { DTYPES, type DType } from '../../src/engine/dtype';
import { allOps, type Op, type Sample, type SampleArg, type SampleTensor } from '../../src/engine/op';

export interface FilledTensor extends SampleTensor {
  dtype: DType;
  data: number[];
  requiresGrad: boolean;
}
export type Filled =
  | { tensor: FilledTensor }
  | { tensors: (FilledTensor | null)[] }
  | Exclude<SampleArg, object>
  | number[]
  | { dtype: DType };

/** A sample with every argument of the schema that it gives, by name and in order. */
export interface FilledSample {
  args: Filled[];
  kwargs: Record<string, Filled>;
  kink?: boolean;
}

/** Mulberry32: a fixed sequence of numbers in [0, 1). */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const isFloatType = (d: DType) => /^(float|complex)/.test(d);
const isSingle = (d: DType) => d === 'float32' || d === 'complex64';

function fillTensor(t: SampleTensor, next: () => number, used: Set<number>): FilledTensor {
  const dtype = t.dtype ?? 'float32';
  // A complex element is two numbers.
  const count = t.shape.reduce((n, d) => n * d, DTYPES[dtype].parts);
  const [low, high] = t.range ?? (isFloatType(dtype) ? [-2, 2] : [0, 5]);
  const one = () => {
    if (dtype === 'bool') return next() < 0.5 ? 0 : 1;
    if (!isFloatType(dtype)) return Math.floor(low + next() * (high - low));
    // Three decimals, none twice and none zero: no ties, and no kink where finite differences look.
    for (let tries = 0; ; tries++) {
      const v = Math.round((low + next() * (high - low)) * 1000) / 1000;
      if (tries > 50 || (v !== 0 && !used.has(v))) {
        used.add(v);
        return isSingle(dtype) ? Math.fround(v) : v;
      }
    }
  };
  const data = (t.data ?? Array.from({ length: count }, one)).map((v) => (isSingle(dtype) ? Math.fround(v) : v));
  if (data.length !== count) throw new Error(`sample has ${data.length} values for shape [${t.shape}]`);
  return { ...t, dtype, data, requiresGrad: t.requiresGrad ?? isFloatType(dtype) };
}

export function fillSample(sample: Sample, seed: number): FilledSample {
  const next = sequence(seed * 7919 + 17);
  const used = new Set<number>();
  const fill = (a: SampleArg): Filled => {
    if (typeof a !== 'object' || a === null || Array.isArray(a)) return a;
    if ('tensor' in a) return { tensor: fillTensor(a.tensor, next, used) };
    if ('tensors' in a) return { tensors: a.tensors.map((t) => (t ? fillTensor(t, next, used) : null)) };
    return a;
  };
  return {
    args: sample.args.map(fill),
    kwargs: Object.fromEntries(Object.entries(sample.kwargs ?? {}).map(([k, v]) => [k, fill(v)])),
    kink: sample.kink,
  };
}

/** JSON of a sample; NaN and infinities as strings. */
export const sampleText = (sample: FilledSample) =>
  JSON.stringify(sample, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? { number: String(v) } : v));

/** A short name of a sample's content (FNV-1a): a golden made from other inputs is stale. */
export function sampleKey(sample: FilledSample): string {
  let h = 0x811c9dc5;
  for (const c of sampleText(sample)) h = Math.imul(h ^ c.codePointAt(0)!, 0x01000193);
  return (h >>> 0).toString(16);
}

export const samplesOf = (op: Op): FilledSample[] => op.spec.samples().map(fillSample);

/** Entries as they are written down: twins left out. */
export const entries = () => allOps().filter((o) => !o.base);

/** Does real PyTorch know it? An entry without a face is Backstep's own. */
export const hasGolden = (o: Op) => o.spec.faces.length > 0;

/** What `ops.py` reads. `family` tells which file of src/engine/ops an entry is in. */
export function dump(family: (o: Op) => string): string {
  const rows = entries()
    .filter(hasGolden)
    .map((o) => {
      const samples = samplesOf(o).map((s) => `{"key":"${sampleKey(s)}",${sampleText(s).slice(1)}`);
      const head = {
        name: o.name,
        family: family(o),
        faces: o.spec.faces,
        params: o.schema.params.map((p) => p.name),
        inplace: o.spec.inplace === true,
        inplaceOnly: o.inplace,
        view: o.spec.view === true,
        random: o.spec.random === true,
      };
      return `${JSON.stringify(head).slice(0, -1)},"samples":[${samples}]}`;
    });
  return `[\n${rows.join(',\n')}\n]`;
}
