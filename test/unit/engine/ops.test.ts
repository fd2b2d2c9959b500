/** Every op of the table: its entry is complete, it gives PyTorch's numbers, and its gradients are the derivatives. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterEach, describe, expect, it } from 'vitest';
import '../../../src/engine/ops';
import '../../../src/engine/dispatch';
import { allOps, type Op } from '../../../src/engine/op';
import type { Tensor } from '../../../src/engine/tensor';
import { canUse, KERNEL_PATHS, kernelPath, useKernels } from '../../../src/engine/wasm/kernels';
import { machine } from '../../../src/engine/wasm/threads';
import { compile } from '../../../src/python/threads';
import { entries, type FilledSample, hasGolden, sampleKey, samplesOf, sampleText } from '../../golden/samples';
import {
  type Answer,
  answer,
  compareWithDifferences,
  difference,
  type Golden,
  gradients,
  invoke,
  projectionOf,
  readSample,
  tensorsIn,
  upstream,
} from './opHarness';

// Node 20 has relaxed SIMD behind a flag. Whichever way a runtime can compute is compared, the smallest work too.
setFlagsFromString('--experimental-wasm-relaxed-simd');
machine.compile = compile;
const usual = kernelPath();
const paths = KERNEL_PATHS.filter(canUse);
afterEach(() => useKernels(usual));

const folder = join(__dirname, '../../golden/ops');
const goldens = new Map<string, Golden[]>();
for (const file of existsSync(folder) ? readdirSync(folder) : [])
  for (const [name, rows] of Object.entries(JSON.parse(readFileSync(join(folder, file), 'utf8')).ops))
    goldens.set(name, rows as Golden[]);

const AGAIN = 'make it with `python3 test/golden/ops.py` (it needs torch)';

function goldenOf(op: Op, nr: number, sample: FilledSample): Golden {
  const rows = goldens.get(op.name);
  if (!rows) throw new Error(`no golden for ${op.name}: ${AGAIN}`);
  if (rows[nr]?.key !== sampleKey(sample)) throw new Error(`the golden of ${op.name} has other samples: ${AGAIN}`);
  return rows[nr];
}

const tried = (body: () => Answer): Answer => {
  try {
    return body();
  } catch (e) {
    const { name, message } = e as Error;
    if (!('python' in (e as object))) throw e;
    return { error: [name, message] };
  }
};

/** Every disagreement, in words. */
function compare(op: Op, found: Answer, wanted: Answer): string[] {
  if (found.error || wanted.error)
    return JSON.stringify(found.error) === JSON.stringify(wanted.error)
      ? []
      : [`error ${JSON.stringify(found.error)} instead of ${JSON.stringify(wanted.error)}`];
  const wrong: string[] = [];
  const add = (where: string, words: string | null) => words && wrong.push(`${where}: ${words}`);
  if (found.out!.length !== wanted.out!.length)
    return [`${found.out!.length} outputs instead of ${wanted.out!.length}`];
  found.out!.forEach((o, i) => void add(`output ${i}`, difference(o, wanted.out![i], op.spec.random === true)));
  if (`${found.fn}` !== `${wanted.fn}`) add('grad_fn', `${found.fn} instead of ${wanted.fn}`);
  if (JSON.stringify(found.view) !== JSON.stringify(wanted.view))
    add('strides and offset', `${JSON.stringify(found.view)} instead of ${JSON.stringify(wanted.view)}`);
  if (found.grads?.length !== wanted.grads?.length)
    add('gradients', `${found.grads?.length} instead of ${wanted.grads?.length}`);
  else
    found.grads?.forEach((g, i) => {
      const w = wanted.grads![i];
      if (g && w) add(`gradient ${i}`, difference(g, w, false));
      else if (g || w) add(`gradient ${i}`, `${JSON.stringify(g)} instead of ${JSON.stringify(w)}`);
    });
  return wrong;
}

/** The sample in float64 if it runs and is differentiable there, else null. */
function smooth(op: Op, sample: FilledSample) {
  const args = readSample(op, sample, true);
  const leaves = tensorsIn(args).filter((t) => t.requiresGrad);
  const f = () => {
    const result = invoke(op, args);
    return (Array.isArray(result) ? result : [result]) as Tensor[];
  };
  if (sample.kink || leaves.length === 0 || leaves.some((t) => t.count > 60)) return null;
  let outs: Tensor[];
  try {
    outs = f();
    const some = outs.filter((o) => o instanceof Object && o.requiresGrad);
    gradients(some, projectionOf(some), leaves);
  } catch (e) {
    if ('python' in (e as object)) return null;
    throw e;
  }
  const tracked = outs.map((o) => o instanceof Object && o.requiresGrad && /^(float64|complex128)$/.test(o.dtype));
  if (!tracked.some(Boolean)) return null;
  const pick = (all: Tensor[]) => all.filter((_, i) => tracked[i]);
  return { leaves, f: () => pick(f()) };
}

describe.each(entries().map((op) => [op.name, op] as const))('%s', (_, op) => {
  const samples = samplesOf(op);

  it('has a complete entry', () => {
    expect(op.spec.formula).not.toBe('');
    expect(samples.length).toBeGreaterThan(0);
    const flows = goldens.get(op.name)?.some((g) => g.grads?.some((d) => d !== null));
    if (op.spec.grads || flows) expect(op.spec.gradient ?? '').not.toBe('');
  });

  if (hasGolden(op))
    it.each(paths)('gives what PyTorch gives, with %s kernels', (path) => {
      useKernels(path, true);
      const wrong = samples.flatMap((sample, nr) => {
        const wanted = goldenOf(op, nr, sample);
        const found = tried(() => answer(op, readSample(op, sample), op.spec.inplaceOnly === true));
        return compare(op, found, wanted).map((w) => `sample ${nr} ${sampleText(sample)}\n  ${w}`);
      });
      if (wrong.length) throw new Error(wrong.join('\n'));
    });

  if (op.spec.inplace && hasGolden(op))
    it.each(paths)('gives it in place too, with %s kernels', (path) => {
      useKernels(path, true);
      const wrong = samples.flatMap((sample, nr) => {
        const wanted = goldenOf(op, nr, sample).inplace;
        if (!wanted) return [];
        const found = tried(() => answer(op, readSample(op, sample), true));
        return compare(op, found, wanted).map((w) => `sample ${nr} ${sampleText(sample)}\n  ${w}`);
      });
      if (wrong.length) throw new Error(wrong.join('\n'));
    });

  if (!op.spec.inplaceOnly)
    it('has the gradients that finite differences give', () => {
      for (const [nr, sample] of samples.entries()) {
        const at = smooth(op, sample);
        if (!at) continue;
        const outs = at.f();
        const grads = gradients(outs, projectionOf(outs), at.leaves);
        const wrong = compareWithDifferences(at.f, at.leaves, grads);
        if (wrong) throw new Error(`sample ${nr} ${sampleText(sample)}\n  ${wrong}`);
      }
    });

  if (!op.spec.inplaceOnly)
    it('has second gradients that finite differences give', () => {
      for (const [nr, sample] of samples.entries()) {
        const at = smooth(op, sample);
        if (!at) continue;
        const rising = at.f().map(upstream);
        for (const t of rising) t.leafRequiresGrad = true;
        const inputs = [...at.leaves, ...rising];
        const first = (createGraph: boolean) => gradients(at.f(), rising, at.leaves, createGraph);
        const tracked = first(true).map((g) => g?.requiresGrad === true);
        const f = (createGraph: boolean) => first(createGraph).filter((_, i) => tracked[i]) as Tensor[];
        const outs = f(true);
        let grads: ReturnType<typeof gradients>;
        try {
          grads = gradients(outs, projectionOf(outs), inputs);
        } catch (e) {
          // PyTorch has no second derivative of some, and says so.
          if ('python' in (e as object) && /derivative for .* is not implemented/.test((e as Error).message)) continue;
          throw e;
        }
        const wrong = compareWithDifferences(() => f(false), inputs, grads);
        if (wrong) throw new Error(`sample ${nr} ${sampleText(sample)}\n  ${wrong}`);
      }
    });
});

describe('the goldens', () => {
  it('exist for every op that PyTorch knows, and for no other', () => {
    const known = entries().filter(hasGolden);
    const missing = known.map((o) => o.name).filter((name) => !goldens.has(name));
    const names = new Set(known.map((o) => o.name));
    const extra = [...goldens.keys()].filter((name) => !names.has(name));
    expect({ missing, extra }, AGAIN).toEqual({ missing: [], extra: [] });
  });

  it('cover in-place twins', () => {
    const twins = allOps().filter((o) => o.base && hasGolden(o));
    for (const { base } of twins)
      expect(
        goldens.get(base!.name)?.some((g) => g.inplace),
        base!.name,
      ).toBe(true);
  });
});
