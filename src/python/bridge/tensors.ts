/** What Python asks of a tensor that is no op: its geometry, contents and flags. */
import { context } from '../../engine/context';
import { checkOverlap } from '../../engine/dispatch';
import { allocate, type Data, DTYPE_NAMES, DTYPES, dtypeOf, isHalf } from '../../engine/dtype';
import { notYet, runtimeError } from '../../engine/errors';
import { packHalves, roundHalves, unpackHalves } from '../../engine/half';
import { contiguousStrides, numel } from '../../engine/shape';
import { Tensor } from '../../engine/tensor';
import type { Handles } from './handles';

/** 2 to the 26th: two such numbers fit into a double. Python's side knows it too. */
const WIDE = 67108864;

/** The engine's own bytes. */
function bytesOf(data: Data | Uint16Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A number as Python gets it: integers as bigint or bool, and what would lose its kind as text. */
function element(t: Tensor, values: Data): number | bigint | boolean | string {
  const { kind } = DTYPES[t.dtype];
  const [value, imag] = values;
  if (kind === 'complex') return complexText(Number(value), Number(imag));
  if (kind === 'bool') return value !== 0;
  if (kind === 'int') return BigInt(value);
  return Object.is(value, -0) ? '-0.0' : value;
}

/** Numbers that Python gave, as the nearest that a half dtype holds. */
function rounded(t: Tensor): void {
  if (isHalf(t.dtype)) roundHalves(t.storage.data as Float32Array, t.dtype);
}

/** Python's complex() reads it. */
function complexText(re: number, im: number): string {
  const word = (v: number) => (Object.is(v, -0) ? '-0' : String(v).replace('Infinity', 'inf').replace('NaN', 'nan'));
  const imag = word(im);
  return `${word(re)}${imag.startsWith('-') ? '' : '+'}${imag}j`;
}

export function tensorFunctions(tensors: Handles<Tensor>) {
  const of = (h: number) => tensors.get(h);
  return {
    /** The engine's own id, by which the recorder knows the tensor. */
    id: (h: number) => of(h).id,
    storageId: (h: number) => of(h).storage.id,
    /** One number for up to two dimensions that are not huge (-1 for none): text, `2,3,4`, costs more to cross. */
    shape(h: number) {
      const { shape } = of(h);
      if (shape.length === 0) return -1;
      if (shape.length === 1 && shape[0] < WIDE) return shape[0];
      if (shape.length === 2 && shape[0] < WIDE - 1 && shape[1] < WIDE) return (shape[0] + 1) * WIDE + shape[1];
      return shape.join();
    },
    conjugated: (h: number) => of(h).conjugated,
    strides: (h: number) => of(h).strides.join(),
    offset: (h: number) => of(h).offset,
    rank: (h: number) => of(h).shape.length,
    numel: (h: number) => of(h).count,
    dtype: (h: number) => DTYPE_NAMES.indexOf(of(h).dtype),
    version: (h: number) => of(h).counter.version,
    contiguous: (h: number) => of(h).contiguous,
    isView: (h: number) => of(h).viewOf !== null,
    storageBytes: (h: number) => of(h).storage.bytes,
    /** Elements of all the memory behind a tensor. */
    storageLength: (h: number) => of(h).storage.length,
    inference: (h: number) => of(h).inference,
    /** Raises PyTorch's error where a write into `h` would clash with itself, or with what it is computed from; `apart`: even if it is the very same memory. */
    writeClash(h: number, apart: boolean, ...inputs: number[]) {
      const t = of(h);
      const sources = inputs.map(of);
      checkOverlap(t, apart ? sources.map((s) => (s === t ? s.alias(s.shape, s.strides) : s)) : sources, apart);
      return 0;
    },
    /** Another shape in the same memory, which grows where that is too small (at::resize_). What it held stays in front. */
    resize(h: number, ...shape: number[]) {
      const t = of(h);
      if (t.lens !== '') throw notYet('resize_ of complex numbers seen as others');
      const needed = t.offset + numel(shape);
      const { storage } = t;
      if (needed > storage.length) {
        context.observer?.willWrite(storage);
        const grown = allocate(t.dtype, needed) as Float64Array;
        grown.set(storage.data as Float64Array);
        storage.data = grown as Data;
        storage.writes++;
      }
      t.shape = shape;
      t.strides = contiguousStrides(shape);
      context.observer?.ran({ kind: 'data', tensor: t });
      return 0;
    },
    /** The only element of a tensor; null where there is not exactly one. */
    item(h: number) {
      const t = of(h);
      if (t.batches & context.batches)
        throw runtimeError(
          "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, please file a bug report.",
        );
      if (t.count !== 1) throw runtimeError(`a Tensor with ${t.count} elements cannot be converted to Scalar`);
      return element(t, t.values());
    },
    /** The elements in row-major order, as bytes in PyTorch's layout. */
    bytes(h: number) {
      const t = of(h);
      return bytesOf(isHalf(t.dtype) ? packHalves(t.values() as Float32Array, t.dtype) : t.values());
    },
    /** The same as the engine holds them: a half is a float32. */
    held(h: number) {
      return bytesOf(of(h).values());
    },
    /** A new tensor of these bytes in PyTorch's layout. */
    fromBytes(dtype: number, bytes: Uint8Array, ...shape: number[]) {
      const name = DTYPE_NAMES[dtype];
      const t = Tensor.zeros(name, shape);
      if (isHalf(name)) unpackHalves(new Uint16Array(bytes.slice().buffer), name, t.storage.data as Float32Array);
      else bytesOf(t.storage.data).set(bytes);
      return tensors.add(t);
    },
    /** A new tensor of the engine's own bytes; float32 numbers are rounded to a half. */
    fromHeld(dtype: number, bytes: Uint8Array, ...shape: number[]) {
      const t = Tensor.zeros(DTYPE_NAMES[dtype], shape);
      bytesOf(t.storage.data).set(bytes);
      rounded(t);
      return tensors.add(t);
    },
    /** A new tensor of these few numbers: cheaper than bytes. */
    fromNumbers(dtype: number, rank: number, ...rest: (number | bigint | boolean)[]) {
      const t = Tensor.zeros(DTYPE_NAMES[dtype], rest.slice(0, rank).map(Number));
      const data = t.storage.data as unknown as (number | bigint)[];
      const big = DTYPE_NAMES[dtype] === 'int64';
      const truth = DTYPE_NAMES[dtype] === 'bool';
      for (let i = rank; i < rest.length; i++)
        data[i - rank] = big ? BigInt(rest[i]) : truth ? (rest[i] ? 1 : 0) : Number(rest[i]);
      rounded(t);
      return tensors.add(t);
    },
    /** Other strides over the same memory (torch.as_strided, without autograd). */
    strided(h: number, offset: number, rank: number, ...geometry: number[]) {
      const t = of(h);
      const made = t.alias(geometry.slice(0, rank), geometry.slice(rank), offset);
      made.counter = t.counter;
      return tensors.add(made);
    },
    /** Shares memory with `h` and nothing else: what nn.Parameter(data) holds. */
    detached(h: number) {
      const t = of(h);
      const made = t.alias([...t.shape], [...t.strides]);
      made.counter = t.counter;
      return tensors.add(made);
    },
    /** `t.data`: the same memory, whose writes autograd does not count. */
    data(h: number) {
      const t = of(h);
      return tensors.add(t.alias([...t.shape], [...t.strides]));
    },
    /** Another number for the same tensor. */
    again: (h: number) => tensors.add(of(h)),
    same: (a: number, b: number) => of(a) === of(b),
    /** Refuses dtypes that the engine has not, in words. */
    needDtype: (name: string) => DTYPE_NAMES.indexOf(dtypeOf(name)),
  };
}
