/** Ops of a file with their arguments, checked against the op's own signature: would running one again find what it needs? */
import type { Arg, Scalar } from '../../engine/op';
import type { Param } from '../../engine/schema';
import { numel } from '../../engine/shape';
import { argUses } from '../replay';
import type { ArgUse, OpRecord } from '../rows';
import { Damage } from './check';

/** Elements a content may have at most: beyond, it is no recording of ours. */
export const MOST_ELEMENTS = 2 ** 28;

export function checkCall(record: OpRecord): void {
  const { op, args } = record;
  const { params } = op?.schema ?? { params: [] };
  for (const [i, a] of args.entries()) checkArgument(a, params[i]);
  const called = op !== null && (record.kind !== 'backward' || (record.forwardIndex < 0 && args.length > 0));
  if (called && args.length !== params.length) throw new Damage('arguments');
  if (op && record.kind !== 'backward' && record.outs.some((o) => o === null)) throw new Damage('results');
  bounded(record);
}

/** Does a gradient belong to the op that it says? */
export function checkForward(record: OpRecord, forward: OpRecord): void {
  if (record.kind !== 'backward' || forward.kind === 'backward' || !forward.op) throw new Damage('a gradient');
  if (record.grads.length !== forward.outs.length || record.outs.length !== argUses(forward.args).length)
    throw new Damage('gradients');
  for (const name of forward.op.spec.saves ?? []) {
    const result = /^result(\d*)$/.exec(name);
    if (result && !forward.outs[Number(result[1] || 0)]) throw new Damage('results');
  }
}

function checkArgument(a: ArgUse, param: Param | undefined): void {
  if (!param) return;
  const { type } = param;
  const fine =
    'use' in a
      ? (a.use.tensor < 0 ? /^(Number|Tensor)\??$/ : /^(Number|Tensor\??)$/).test(type)
      : 'uses' in a
        ? /^Tensor\??\[\]/.test(type)
        : attributeFits(a.attr, type);
  if (!fine) throw new Damage('an argument');
}

function attributeFits(a: Arg, type: string): boolean {
  if (a === null || a === undefined) return /\?$|^(int|float|bool|str|Scalar)/.test(type);
  if (typeof a === 'number') return /^(float|Scalar|Number|int)/.test(type);
  if (typeof a === 'boolean') return /^(bool|Scalar|Number)/.test(type);
  if (typeof a === 'string') return /^(str|ScalarType|Generator|Device|Layout|MemoryFormat)/i.test(type);
  if (Array.isArray(a))
    return /\[\d*\]/.test(type) && (a as unknown[]).every((v) => typeof v === 'number' || typeof v === 'boolean');
  return /^(Scalar|Number)/.test(type);
}

/** Lists of numbers are mostly shapes: one that asks for more memory than any recording has is refused before an op sees it. */
function bounded(record: OpRecord): void {
  const made = argUses(record.args).every((u) => u.tensor < 0);
  let product = 1;
  for (const [i, a] of record.args.entries()) {
    if (!('attr' in a)) continue;
    const list = Array.isArray(a.attr) ? (a.attr as unknown as number[]) : null;
    if (list && !(Math.abs(list.reduce((n, d) => n * Math.max(1, Math.abs(d)), 1)) <= MOST_ELEMENTS))
      throw new Damage('a shape');
    const type = record.op?.schema.params[i]?.type ?? '';
    if (made && type.startsWith('int') && typeof a.attr === 'number') product *= Math.max(1, Math.abs(a.attr));
  }
  if (!(product <= MOST_ELEMENTS)) throw new Damage('a size');
  if (made && record.op?.name.startsWith('arange') && numel(record.outs[0]?.shape ?? []) < span(record) - 2)
    throw new Damage('a range');
}

/** How many elements arange(start, end, step) makes. */
function span(record: OpRecord): number {
  const of = (name: string, other: number): number => {
    const i = record.op!.schema.params.findIndex((p) => p.name === name);
    const a = record.args[i];
    if (!a || !('attr' in a) || a.attr === null || a.attr === undefined) return other;
    return typeof a.attr === 'object' ? Number((a.attr as Scalar).value) : Number(a.attr);
  };
  return (of('end', 0) - of('start', 0)) / of('step', 1);
}
