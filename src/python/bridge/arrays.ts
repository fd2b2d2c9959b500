/**
 * What Backstep's numpy asks of the engine. An array crosses as the handle of a tensor; a result without dimensions, which numpy gives as a
 * scalar, crosses as -2 - handle.
 */

import { quietly } from '../../engine/context';
import { call } from '../../engine/dispatch';
import { type Data, DTYPE_NAMES, DTYPES, type DType, isComplex } from '../../engine/dtype';
import { valueError } from '../../engine/errors';
import { bigsOf } from '../../engine/kernels/wholes';
import { exponential, PLAIN, positional, scalarText, texts } from '../../engine/numpy/format';
import { BINARY, UNARY } from '../../engine/numpy/functions';
import { assign, find, type Item, nonzero, read, stretched, write } from '../../engine/numpy/indexing';
import * as order from '../../engine/numpy/order';
import {
  type AnyGenerator,
  draw,
  integers,
  NewGenerator,
  RandomState,
  SeedSequence,
  sampled,
  shuffled,
} from '../../engine/numpy/random';
import { accumulate, argExtreme, fold, sum } from '../../engine/numpy/reduce';
import { promoteTypes, valuesOf } from '../../engine/numpy/types';
import { binaryUfunc, broadcastShapes, tuple, unaryUfunc, where } from '../../engine/numpy/ufuncs';
import { contiguousStrides, inferSize, numel, viewStrides } from '../../engine/shape';
import { Tensor } from '../../engine/tensor';
import { Handles } from './handles';

const UNARY_NAMES = Object.keys(UNARY);
const BINARY_NAMES = Object.keys(BINARY);
const FLOATMODES = ['maxprec', 'unique', 'fixed', 'maxprec_equal'];
const MODES = ['-', '+', ' '];

/** The names of the universal functions, which cross by their number. */
export const arrayTable = (): string => JSON.stringify([UNARY_NAMES, BINARY_NAMES]);

const dtypeOf = (d: number): DType | null => (d < 0 ? null : DTYPE_NAMES[d]);
const whole = (v: ArrayLike<number>) => Tensor.of('int64', [v.length], bigsOf(v));

/** A Python number as an array without dimensions that gives way. Kinds: 1 int, 2 float, 3 bool, 4 an int as text, 5 complex as text. */
function weak(kind: number, v: number | string | boolean): Tensor {
  const t =
    kind === 1 || kind === 4
      ? Tensor.of('int64', [], BigInt64Array.of(BigInt(v)))
      : kind === 2
        ? Tensor.of('float64', [], Float64Array.of(Number(v)))
        : kind === 3
          ? Tensor.of('bool', [], Uint8Array.of(v ? 1 : 0))
          : Tensor.of('complex128', [], Float64Array.from(String(v).split(' '), Number));
  t.wrapped = true;
  return t;
}

export function arrayFunctions(tensors: Handles<Tensor>) {
  const of = (h: number) => tensors.get(h);
  const operand = (kind: number, v: number | string | boolean) => (kind === 0 ? of(v as number) : weak(kind, v));
  const give = (t: Tensor) => (t.rank === 0 ? -2 - tensors.add(t) : tensors.add(t));
  const plain = (t: Tensor) => tensors.add(t);
  const several = (...ts: Tensor[]) => ts.map((t) => tensors.add(t)).join();

  /** Reads an index: pairs of a kind and what belongs to it. */
  const items = (spec: number[]): Item[] => {
    const out: Item[] = [];
    for (let i = 0; i < spec.length; ) {
      const kind = spec[i++];
      if (kind === 0) out.push({ kind: 'int', at: spec[i++] });
      else if (kind === 1) {
        out.push({ kind: 'slice', start: spec[i], stop: spec[i + 1], step: spec[i + 2] });
        i += 3;
      } else if (kind === 4) out.push({ kind: 'array', index: of(spec[i++]) });
      else out.push({ kind: kind === 2 ? 'new' : 'rest' });
    }
    return out;
  };

  return {
    npNames: arrayTable,
    npPromote: (a: number, b: number) => DTYPE_NAMES.indexOf(promoteTypes(DTYPE_NAMES[a], DTYPE_NAMES[b])),
    npUnary: (f: number, h: number, d: number) => give(unaryUfunc(UNARY_NAMES[f], of(h), dtypeOf(d))),
    npBinary: (f: number, ka: number, a: number, kb: number, b: number, d: number) =>
      give(binaryUfunc(BINARY_NAMES[f], operand(ka, a), operand(kb, b), dtypeOf(d))),
    npWhere: (c: number, ka: number, a: number, kb: number, b: number) =>
      plain(where(of(c), operand(ka, a), operand(kb, b))),
    npReduce(name: string, h: number, keep: boolean, d: number, ...axes: number[]) {
      const sorted = axes.sort((a, b) => a - b);
      return give(name === 'add' ? sum(of(h), sorted, keep, dtypeOf(d)) : fold(name, of(h), sorted, keep, dtypeOf(d)));
    },
    npAccumulate: (name: string, h: number, axis: number, d: number) =>
      plain(accumulate(name, of(h), axis, dtypeOf(d))),
    npArgExtreme: (h: number, axis: number, largest: boolean) => give(argExtreme(of(h), axis, largest)),

    /** A number of a dtype as an array without dimensions. */
    npScalar: (kind: number, v: number | string | boolean, d: number) => {
      const t = weak(kind, v);
      return plain(Tensor.of(DTYPE_NAMES[d], [], valuesOf(t, DTYPE_NAMES[d]).slice() as Data));
    },
    npFull(h: number, d: number, ...shape: number[]) {
      const t = Tensor.zeros(DTYPE_NAMES[d], shape);
      assign(t, of(h));
      return plain(t);
    },
    npZeros: (d: number, ...shape: number[]) => plain(Tensor.zeros(DTYPE_NAMES[d], shape)),
    npRange(d: number, start: number, step: number, n: number) {
      const next = start + step;
      const out = Float64Array.from({ length: n }, (_, i) => (i === 0 ? start : start + i * (next - start)));
      const t = Tensor.of('float64', [n], out);
      return plain(Tensor.of(DTYPE_NAMES[d], [n], valuesOf(t, DTYPE_NAMES[d]) as Data));
    },
    /** A copy of an array in row-major order, of another dtype perhaps. */
    npCast: (h: number, d: number) =>
      plain(Tensor.of(DTYPE_NAMES[d], [...of(h).shape], valuesOf(of(h), DTYPE_NAMES[d]).slice() as Data)),
    npAssign(to: number, from: number) {
      assign(of(to), of(from));
      return 0;
    },
    npIndex: (h: number, ...spec: number[]) => give(read(of(h), items(spec))),
    npPut(h: number, source: number, ...spec: number[]) {
      write(of(h), items(spec), of(source));
      return 0;
    },
    /** Where an index leads, as a view even where it has no dimensions; for a[…] += x. */
    npSpot: (h: number, ...spec: number[]) => plain(find(of(h), items(spec)).view),
    npNonzero: (h: number) => several(...nonzero(of(h)).map(whole)),

    npStrided: (h: number, offset: number, rank: number, ...geometry: number[]) =>
      plain(of(h).alias(geometry.slice(0, rank), geometry.slice(rank), offset)),
    npReshape(h: number, ...given: number[]) {
      const t = of(h);
      let shape: number[];
      try {
        shape = inferSize(given, t.count);
      } catch {
        if (given.filter((d) => d === -1).length > 1) throw valueError('can only specify one unknown dimension');
        throw valueError(`cannot reshape array of size ${t.count} into shape ${tuple(given)}`);
      }
      const strides = viewStrides(t.shape, t.strides, shape);
      if (strides) return plain(t.alias(shape, strides));
      return plain(Tensor.of(t.dtype, shape, t.values()));
    },
    npTranspose(h: number, ...order: number[]) {
      const t = of(h);
      return plain(
        t.alias(
          order.map((d) => t.shape[d]),
          order.map((d) => t.strides[d]),
        ),
      );
    },
    npBroadcast: (h: number, ...shape: number[]) => plain(stretched(of(h), shape)),
    npBroadcastShape: (...hs: number[]) => broadcastShapes(...hs.map((h) => of(h).shape)).join(),
    npConcat(axis: number, d: number, ...hs: number[]) {
      const parts = hs.map(of);
      const dtype = dtypeOf(d) ?? parts.map((t) => t.dtype).reduce(promoteTypes);
      const shape = [...parts[0].shape];
      shape[axis] = parts.reduce((n, t) => n + t.shape[axis], 0);
      const out = Tensor.zeros(dtype, shape);
      let at = 0;
      for (const t of parts) {
        assign(out.alias(t.shape, out.strides, at * out.strides[axis]), t);
        at += t.shape[axis];
      }
      return plain(out);
    },
    npRepeat(h: number, axis: number, counts: number) {
      const t = of(h);
      const times = valuesOf(of(counts), 'float64') as Float64Array;
      const at: number[] = [];
      for (let i = 0; i < t.shape[axis]; i++) for (let k = 0; k < times[times.length === 1 ? 0 : i]; k++) at.push(i);
      const spec: Item[] = Array.from({ length: axis }, () => ({
        kind: 'slice',
        start: Number.NaN,
        stop: Number.NaN,
        step: Number.NaN,
      }));
      return plain(read(t, [...spec, { kind: 'array', index: whole(at) }]));
    },

    npSort: (h: number, axis: number) => plain(order.sort(of(h), axis)),
    npArgsort: (h: number, axis: number) => plain(order.argsort(of(h), axis)),
    npSearchsorted: (a: number, v: number, right: boolean, sorter: number) =>
      give(order.searchSorted(of(a), of(v), right, sorter < 0 ? null : of(sorter))),
    npBincount: (h: number, weights: number, n: number) =>
      plain(order.binCount(of(h), weights < 0 ? null : of(weights), n)),
    npUnique(h: number) {
      const found = order.unique(of(h));
      return several(found.values, found.first, found.inverse, found.counts);
    },
    /** A product of matrices, of one dtype. */
    npMatmul(a: number, b: number) {
      const [x, y] = [of(a), of(b)];
      const d = promoteTypes(x.dtype, y.dtype);
      const as = (t: Tensor) => Tensor.of(d === 'bool' ? 'uint8' : d, [...t.shape], valuesOf(t, d));
      const made = quietly(() => call('matmul', as(x), as(y))) as Tensor;
      return give(d === 'bool' ? Tensor.of('bool', made.shape, valuesOf(made, 'bool')) : made);
    },
    /** The real or the imaginary parts, a copy; of real numbers themselves, or zeros. */
    npPart(h: number, imaginary: boolean) {
      const t = of(h);
      if (!isComplex(t.dtype)) return plain(imaginary ? Tensor.zeros(t.dtype, t.shape) : t.alias(t.shape, t.strides));
      const to = t.dtype === 'complex64' ? 'float32' : 'float64';
      return plain(
        Tensor.of(
          to,
          [...t.shape],
          (t.values() as Float64Array).filter((_, i) => i % 2 === Number(imaginary)),
        ),
      );
    },
    /** Is its memory read as it is? Arrays do not know torch's views of complex numbers. */
    npBare: (h: number) => of(h).lens === '',

    /** All elements as they are printed, aligned; between them a character that no text has. */
    npTexts: (
      h: number,
      precision: number,
      mode: number,
      suppress: boolean,
      sign: number,
      nanstr: string,
      infstr: string,
    ) => {
      const t = of(h);
      const options = { precision, floatmode: FLOATMODES[mode], suppress, sign: MODES[sign], nanstr, infstr };
      return texts(t.values(), t.dtype, t.rank, options).join('\0');
    },
    npScalarText: (v: number, d: number) => scalarText(v, DTYPE_NAMES[d]),
    npPositional: (
      v: number,
      d: number,
      precision: number,
      minDigits: number,
      unique: boolean,
      trim: string,
      plus: boolean,
      padLeft: number,
      padRight: number,
    ) => positional(v, DTYPE_NAMES[d], { ...PLAIN, precision, minDigits, unique, trim, plus, padLeft, padRight }),
    npExponential: (
      v: number,
      d: number,
      precision: number,
      minDigits: number,
      unique: boolean,
      trim: string,
      plus: boolean,
      padLeft: number,
      expDigits: number,
    ) => exponential(v, DTYPE_NAMES[d], { ...PLAIN, precision, minDigits, unique, trim, plus, padLeft, expDigits }),
    npNbytes: (h: number) => of(h).count * DTYPES[of(h).dtype].size,
    npStrides: (h: number) =>
      of(h)
        .strides.map((s) => s * DTYPES[of(h).dtype].size)
        .join(),
    npRowMajor: (h: number, columns: boolean) => {
      const t = of(h);
      if (!columns) return t.contiguous;
      const back = contiguousStrides([...t.shape].reverse()).reverse();
      return t.shape.every((n, d) => n === 1 || t.strides[d] === back[d]) || numel(t.shape) === 0;
    },
  };
}

/** numpy's generators, by number. */
export function arrayRandomFunctions(tensors: Handles<Tensor>) {
  const generators = new Handles<AnyGenerator>();
  const g = (n: number) => generators.get(n);
  return {
    npGenerator: (legacy: boolean) => generators.add(legacy ? new RandomState() : new NewGenerator()),
    npSeed(n: number, single: boolean, ...words: number[]) {
      const made = g(n);
      if (made instanceof NewGenerator) made.seedFrom(words);
      else if (single) made.seed(words[0]);
      else made.seedByArray(words);
      return 0;
    },
    /** What a SeedSequence makes of some words. */
    npSeedWords: (count: number, ...entropy: number[]) => new SeedSequence(entropy).words(count).join(),
    npState(n: number) {
      const made = g(n);
      if (made instanceof RandomState) {
        const { words, used } = made.get();
        return JSON.stringify({ words: [...words], used, kept: made.polar.kept });
      }
      return JSON.stringify({ state: [...made.state], increment: [...made.increment], spare: made.spare });
    },
    npSetState(n: number, text: string) {
      const made = g(n);
      const state = JSON.parse(text);
      if (made instanceof RandomState) {
        made.set(Uint32Array.from(state.words), state.used);
        made.polar.kept = state.kept;
      } else {
        made.state.set(state.state);
        made.increment.set(state.increment);
        made.spare = state.spare;
      }
      return 0;
    },
    /** Draws of a distribution. `params`: pairs of a kind (0: an array) and a value; rank -1: the shape that the parameters broadcast to. */
    npDraw(n: number, name: string, d: number, rank: number, ...rest: number[]) {
      const shape = rank < 0 ? null : rest.slice(0, rank);
      const params: (number | Tensor)[] = [];
      for (let i = Math.max(rank, 0); i < rest.length; i += 2)
        params.push(rest[i] === 0 ? tensors.get(rest[i + 1]) : rest[i + 1]);
      const t = draw(g(n), name, DTYPE_NAMES[d], shape, params);
      return t.rank === 0 ? -2 - tensors.add(t) : tensors.add(t);
    },
    npIntegers(n: number, d: number, low: number, range: number, ...shape: number[]) {
      const t = integers(g(n), DTYPE_NAMES[d], low, range, shape);
      return t.rank === 0 ? -2 - tensors.add(t) : tensors.add(t);
    },
    npShuffled: (n: number, size: number) => tensors.add(whole(shuffled(g(n), size))),
    npSampled: (n: number, size: number, take: number, shuffle: boolean) =>
      tensors.add(whole(sampled(g(n) as NewGenerator, size, take, shuffle))),
  };
}
