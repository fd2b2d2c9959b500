/** Every op through its Python names, by position and by keyword, gives what the engine gives. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TorchError } from '../../src/engine/errors';
import '../../src/engine/ops';
import { dump, entries, type Filled, hasGolden, samplesOf } from '../golden/samples';
import { answer, readSample } from '../unit/engine/opHarness';
import { startInterpreter } from './interpreter';

let run: (entry: string) => string;
beforeAll(async () => {
  const { python } = await startInterpreter();
  python.FS.writeFile('/lib/backstep/ops_test.py', readFileSync(join(import.meta.dirname, 'ops.py')));
  const golden = join(import.meta.dirname, '../golden/arguments.py');
  python.FS.writeFile('/lib/backstep/golden_arguments.py', readFileSync(golden));
  run = python.pyimport('ops_test').run;
});

type Row = { out?: unknown[]; error?: [string, string] } | null;

const dumped = new Map((JSON.parse(dump(() => '')) as { name: string }[]).map((entry) => [entry.name, entry]));

/** Without gradients: here only what the wrappers do is looked at. */
const plain = (a: Filled): Filled =>
  typeof a === 'object' && a !== null && 'tensor' in a ? { tensor: { ...a.tensor, requiresGrad: false } } : a;

function engine(op: Parameters<typeof samplesOf>[0], i: number): Row {
  try {
    const sample = samplesOf(op)[i];
    const bare = { ...sample, args: sample.args.map(plain) };
    return { out: JSON.parse(JSON.stringify(answer(op, readSample(op, bare), op.inplace).out, spell)) };
  } catch (error) {
    return { error: [(error as TorchError).python, (error as Error).message] };
  }
}

/** As Python's side writes them. */
function spell(_: string, v: unknown): unknown {
  if (typeof v === 'bigint') return Number(v);
  if (typeof v === 'number' && !Number.isFinite(v)) return Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
  return v;
}

describe('an op through Python', () => {
  const known = entries().filter((op) => hasGolden(op));
  test.each(known.map((op) => [op.name, op] as const))('%s', (name, op) => {
    const found = JSON.parse(run(JSON.stringify(dumped.get(name)))) as Record<string, Row[]>;
    const different = Object.entries(found).flatMap(([face, rows]) =>
      rows.flatMap((row, i) => {
        const [got, wanted] = [JSON.stringify(row), JSON.stringify(engine(op, i))];
        return row === null || got === wanted ? [] : [`${face}, sample ${i}: ${got}, wanted ${wanted}`];
      }),
    );
    expect(different).toEqual([]);
  });
});
