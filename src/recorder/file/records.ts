/** Records of a file: ops by name with their arguments, checked against the op's own signature. */
import {
  type Data,
  DTYPE_NAMES,
  DTYPES,
  type DType,
  heldBytes,
  isComplex,
  isDifferentiable,
  LENSES,
  type Lens,
  seenAs,
} from '../../engine/dtype';
import { type Arg, allOps, type Op, type Scalar } from '../../engine/op';
import type { GeneratorSnapshot } from '../../engine/random/generator';
import type { Param } from '../../engine/schema';
import { numel } from '../../engine/shape';
import {
  type ArgUse,
  constantValue,
  type OpRecord,
  OpRow,
  type Recording,
  type TensorUse,
  type Value,
} from '../recording';
import { argUses, inputs } from '../replay';
import { bytes, Damage, index, list, maybe, num, text, whole } from './check';
import { RecordingFileError } from './chunks';
import { MOST_ELEMENTS } from './contents';

const KINDS = ['forward', 'backward', 'update'] as const;
/** Rules in the file's format that more than one row uses. */
export const dtypeAt = (v: unknown): DType => DTYPE_NAMES[index(v, DTYPE_NAMES.length, 'a dtype')];

export interface Geometry {
  shape: number[];
  strides: number[];
  offset: number;
  lens: Lens;
  /** Elements that a storage must have for it, as the geometry counts them. */
  needs: number;
}

export function geometryOf(row: unknown): Geometry {
  const [shape, strides, offset, lens] = list(row, 'a shape', 4);
  const dims = list(shape, 'a shape').map((n) => whole(n, 'a shape', 0, MOST_ELEMENTS));
  const steps = list(strides, 'strides', dims.length).map((n) => whole(n, 'strides', 0, MOST_ELEMENTS));
  const from = whole(offset, 'an offset', 0, MOST_ELEMENTS);
  const count = numel(dims);
  if (count > MOST_ELEMENTS) throw new Damage('a shape');
  const needs = count === 0 ? 0 : dims.reduce((end, n, d) => end + (n - 1) * steps[d], from) + 1;
  return { shape: dims, strides: steps, offset: from, lens: LENSES[index(lens, LENSES.length, 'a shape')], needs };
}

/** Is there room for a geometry in a content, and can it be read so? */
export function fits(g: Geometry, { dtype, length }: Value): boolean {
  if (g.lens !== '' && !isDifferentiable(dtype)) return false;
  if (g.lens === (isComplex(dtype) ? 'complex' : 'real') || (g.lens === 'conj' && !isComplex(dtype))) return false;
  return g.needs * DTYPES[seenAs(dtype, g.lens)].parts <= length * DTYPES[dtype].parts;
}

/** What rows refer to. */
export interface Known {
  names: string[];
  geometries: Geometry[];
  recording: Recording;
  generators: GeneratorSnapshot[];
  sites: number;
  modules: ReadonlyMap<number, unknown>;
}

const opTable = new Map<string, Op>();

export function recordOf(known: Known, row: unknown): OpRecord {
  const [kind, tick, opName, name, args, outs, grads, forward, gradFn, generator, module, site, dtype] = list(
    row,
    'an op',
    13,
  );
  const { names, recording } = known;
  const op = opAt(names[index(opName, names.length, 'an op', -1)]);
  const record = new OpRow(
    recording,
    recording.recordCount,
    whole(tick, 'a tick'),
    KINDS[index(kind, 3, 'an op')],
    names[index(name, names.length, 'a name')],
    whole(module, 'a module', -1),
    index(site, known.sites, 'a line', -1),
  );
  record.op = op;
  record.args = list(args, 'arguments').map((a, i) => argOf(known, a, op?.schema.params[i]));
  record.outs = list(outs, 'results').map((u) => maybe(u, (x) => useOf(known, x)));
  record.grads = list(grads, 'gradients').map((u) => maybe(u, (x) => useOf(known, x)));
  const fn = index(gradFn, names.length, 'a gradient', -1);
  if (fn >= 0) record.gradFn = names[fn];
  record.forwardIndex = index(forward, recording.recordCount, 'an op', -1);
  const draw = index(generator, known.generators.length, 'a generator', -1);
  if (draw >= 0) record.random = recording.generators.mark(known.generators[draw]);
  if (dtype !== -1) record.defaultDtype = dtypeAt(dtype);
  if (record.module >= 0 && !known.modules.has(record.module)) record.module = -1;
  check(record);
  return record;
}

function opAt(name: string | undefined): Op | null {
  if (name === undefined) return null;
  if (opTable.size !== allOps().length) for (const op of allOps()) opTable.set(op.name, op);
  const op = opTable.get(name);
  if (op) return op;
  const shown = /^\w{1,60}$/.test(name) ? ` '${name}'` : '';
  throw new RecordingFileError(
    `This recording was made with an op that this version of Backstep does not know${shown}: update Backstep, or record again.`,
  );
}

/** Would replaying this record find what it needs? */
function check(record: OpRecord): void {
  const { op, forwardOf } = record;
  if (op && record.kind !== 'backward' && record.args.length !== op.schema.params.length) throw new Damage('arguments');
  if (op && record.kind !== 'backward' && record.outs.some((o) => o === null)) throw new Damage('results');
  if (
    record.kind === 'backward' &&
    !forwardOf &&
    op &&
    record.args.length > 0 &&
    record.args.length !== op.schema.params.length
  )
    throw new Damage('arguments');
  if (forwardOf) {
    if (record.kind !== 'backward' || !forwardOf.op || forwardOf.forwardOf) throw new Damage('a gradient');
    if (record.grads.length !== forwardOf.outs.length || record.outs.length !== argUses(forwardOf.args).length)
      throw new Damage('gradients');
    for (const name of forwardOf.op.spec.saves ?? []) {
      const result = /^result(\d*)$/.exec(name);
      if (result && !forwardOf.outs[Number(result[1] || 0)]) throw new Damage('results');
    }
  }
  // Contents come from earlier ops: nothing can wait for itself.
  for (const use of inputs(record)) if (use.value.producerIndex >= record.index) throw new Damage('an argument');
  bounded(record);
}

/** Lists of numbers are mostly shapes: one that asks for more memory than any recording has is refused before an op sees it. */
function bounded(record: OpRecord): void {
  const made = argUses(record.args).every((u) => u.tensor < 0);
  let product = 1;
  for (const [i, a] of record.args.entries()) {
    if (!('attr' in a)) continue;
    const list = Array.isArray(a.attr) ? (a.attr as unknown as number[]) : null;
    if (list && Math.abs(list.reduce((n, d) => n * Math.max(1, Math.abs(d)), 1)) > MOST_ELEMENTS)
      throw new Damage('a shape');
    const type = record.op?.schema.params[i]?.type ?? '';
    if (made && type.startsWith('int') && typeof a.attr === 'number') product *= Math.max(1, Math.abs(a.attr));
  }
  if (product > MOST_ELEMENTS) throw new Damage('a size');
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

export function useOf(known: Known, row: unknown): TensorUse {
  const { recording, geometries } = known;
  const [tensor, id, geometry] = list(row, 'a tensor', 3);
  const value = recording.value(whole(id, 'a content', 1, recording.valueCount));
  const g = geometries[index(geometry, geometries.length, 'a shape')];
  const own = whole(tensor, 'a tensor');
  if (!value || !recording.tensor(own) || !fits(g, value)) throw new Damage('a tensor');
  const { shape, strides, offset, lens } = g;
  return { tensor: own, value, shape, strides, offset, lens, wrapped: false };
}

function argOf(known: Known, row: unknown, param: Param | undefined): ArgUse {
  const [kind, what] = list(row, 'an argument', 2);
  const type = param?.type ?? '';
  switch (kind) {
    case 0:
      if (param && type !== 'Number' && type !== 'Tensor' && type !== 'Tensor?') break;
      return { use: useOf(known, what) };
    case 1:
      if (param && !/^(Number|Tensor)\??$/.test(type)) break;
      return { use: constantOf(what) };
    case 2:
      if (!/^Tensor\??\[\]/.test(type)) break;
      return { uses: list(what, 'an argument').map((u) => maybe(u, (x) => useOf(known, x))) };
    case 3:
      return { attr: attrOf(what, type) };
  }
  throw new Damage('an argument');
}

function constantOf(row: unknown): TensorUse {
  const [dtype, element] = list(row, 'a number', 2);
  const d = dtypeAt(dtype);
  const raw = new Uint8Array(bytes(element, 'a number', heldBytes(d, 1)));
  const data = new (DTYPES[d].array as unknown as new (b: ArrayBufferLike) => Data)(raw.buffer);
  return { tensor: -1, value: constantValue(d, data), shape: [], strides: [], offset: 0, lens: '', wrapped: true };
}

function attrOf(row: unknown, type: string): Arg {
  const [kind, v] = list(row, 'an argument');
  const float = () => {
    const raw = bytes(v, 'a number', 8);
    return new DataView(raw.buffer, raw.byteOffset, 8).getFloat64(0, true);
  };
  const integer = () => {
    const t = text(v, 'a number');
    if (!/^-?\d{1,20}$/.test(t)) throw new Damage('a number');
    return Number.isSafeInteger(Number(t)) ? Number(t) : BigInt(t);
  };
  const wanted = (pattern: RegExp) => {
    if (type !== '' && !pattern.test(type)) throw new Damage('an argument');
  };
  switch (kind) {
    case 'n':
      wanted(/\?$|^(int|float|bool|str|Scalar)/);
      return null;
    case 'v':
      wanted(/^(float|Scalar|Number|int)/);
      return float();
    case 'i':
      wanted(/^(int|float|Scalar|Number)/);
      return Number(integer());
    case 'b':
      if (typeof v !== 'boolean') throw new Damage('an argument');
      wanted(/^(bool|Scalar|Number)/);
      return v;
    case 's':
      wanted(/^(str|ScalarType|Generator|Device|Layout|MemoryFormat)/i);
      return text(v, 'text');
    case 'l':
      wanted(/\[\d*\]/);
      return list(v, 'numbers').map((n) => num(n, 'a number'));
    case 'f':
      wanted(/^(Scalar|Number)/);
      return { kind: 'float', value: float() };
    case 'c': {
      wanted(/^(Scalar|Number)/);
      const [value, imag] = new Float64Array(new Uint8Array(bytes(v, 'a number', 16)).buffer);
      return { kind: 'complex', value, imag };
    }
    case 'z':
      wanted(/^(Scalar|Number)/);
      return { kind: 'int', value: integer() };
    case 'o':
      wanted(/^(Scalar|Number)/);
      return { kind: 'bool', value: v === true ? 1 : 0 };
  }
  throw new Damage('an argument');
}
