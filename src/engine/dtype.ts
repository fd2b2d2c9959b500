/** Element types, their storage and promotion. Source: PyTorch's "Tensor Attributes" page and c10/core/ScalarType. */
import { notYet, runtimeError } from './errors';

export type DType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'complex64'
  | 'complex128';

/**
 * What holds elements: int64 is exact, so its elements are bigints; bool is 0 or 1; float16 and bfloat16 are float32 numbers that their
 * dtype represents exactly (see half.ts); a complex element is two numbers one after the other, its real and its imaginary part.
 */
export type Data = Uint8Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** In the order in which promotion prefers them. */
export type Kind = 'bool' | 'int' | 'float' | 'complex';

interface DTypeInfo {
  array: new (lengthOrBuffer: number) => Data;
  kind: Kind;
  /** Numbers an element: 2 where it is complex. Shapes, strides and offsets always count elements. */
  parts: 1 | 2;
  /** Bytes an element, as PyTorch counts them (itemsize). What holds it may be larger: `heldBytes`. */
  size: number;
  /** `Float` in PyTorch's error messages and `torch.FloatTensor`. */
  label: string;
}

/** One row a dtype; its order is the number that crosses to Python. */
export const DTYPES: Record<DType, DTypeInfo> = {
  bool: { array: Uint8Array, kind: 'bool', parts: 1, size: 1, label: 'Bool' },
  uint8: { array: Uint8Array, kind: 'int', parts: 1, size: 1, label: 'Byte' },
  int8: { array: Int8Array, kind: 'int', parts: 1, size: 1, label: 'Char' },
  int16: { array: Int16Array, kind: 'int', parts: 1, size: 2, label: 'Short' },
  int32: { array: Int32Array, kind: 'int', parts: 1, size: 4, label: 'Int' },
  int64: { array: BigInt64Array, kind: 'int', parts: 1, size: 8, label: 'Long' },
  float32: { array: Float32Array, kind: 'float', parts: 1, size: 4, label: 'Float' },
  float64: { array: Float64Array, kind: 'float', parts: 1, size: 8, label: 'Double' },
  float16: { array: Float32Array, kind: 'float', parts: 1, size: 2, label: 'Half' },
  bfloat16: { array: Float32Array, kind: 'float', parts: 1, size: 2, label: 'BFloat16' },
  complex64: { array: Float32Array, kind: 'complex', parts: 2, size: 8, label: 'ComplexFloat' },
  complex128: { array: Float64Array, kind: 'complex', parts: 2, size: 16, label: 'ComplexDouble' },
};

export const DTYPE_NAMES = Object.keys(DTYPES) as DType[];

/** The dtype of this name; refuses what PyTorch has and the engine has not. */
export function dtypeOf(name: string): DType {
  if (name in DTYPES) return name as DType;
  throw notYet(`dtype torch.${name}`);
}

/** Bytes that `length` elements take in the engine's memory. */
export const heldBytes = (d: DType, length: number): number =>
  length * DTYPES[d].parts * (DTYPES[d].array as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;

export type HalfType = 'float16' | 'bfloat16';
export const isHalf = (d: DType): d is HalfType => d === 'float16' || d === 'bfloat16';
export type ComplexType = 'complex64' | 'complex128';
export const isComplex = (d: DType): d is ComplexType => d === 'complex64' || d === 'complex128';
/** The dtype of a complex dtype's parts, or the dtype itself. */
export const realType = (d: DType): DType => (d === 'complex64' ? 'float32' : d === 'complex128' ? 'float64' : d);
/** The complex dtype that holds numbers of this one. float16's own, complex32, is not there. */
export function complexType(d: DType): ComplexType {
  if (isComplex(d)) return d;
  if (d === 'float16') throw notYet('dtype torch.complex32');
  return d === 'float64' ? 'complex128' : 'complex64';
}
/**
 * How a view reads memory, where not as the memory's own dtype: the parts of complex numbers as real ones (torch.view_as_real), pairs of
 * real numbers as complex ones (torch.view_as_complex), and complex numbers as their conjugates (torch.conj).
 */
export type Lens = '' | 'real' | 'complex' | 'conj' | 'complex conj';
export const LENSES: readonly Lens[] = ['', 'real', 'complex', 'conj', 'complex conj'];

/** What memory of a dtype is seen as. */
export const seenAs = (d: DType, lens: Lens): DType =>
  lens === '' || lens === 'conj' ? d : lens === 'real' ? realType(d) : complexType(d);

/** Can a tensor of this dtype have a gradient? */
export const isDifferentiable = (d: DType) => isFloat(d) || isComplex(d);
export const isFloat = (d: DType) => d === 'float32' || d === 'float64' || isHalf(d);
export const isInteger = (d: DType) => DTYPES[d].kind === 'int';

/** How often the engine asks for memory: once in so many bytes. */
const ASK_EVERY = 2 ** 24;

/** The machine's memory. The room that owns the thread says whether so many bytes more may be taken; nobody else knows. */
export const memory = { allows: (_bytes: number): boolean => true };

let unasked = 0;

/** Elements, all zero. Refuses in PyTorch's words before the machine runs out: the system would end the whole editor. */
export function allocate(dtype: DType, length: number): Data {
  const { array, parts } = DTYPES[dtype];
  const bytes = dtype === 'float32' ? 4 * length : heldBytes(dtype, length);
  unasked += bytes;
  if (unasked >= ASK_EVERY) {
    unasked = 0;
    if (!memory.allows(bytes)) throw runtimeError(`${NO_MEMORY} you tried to allocate ${bytes} bytes.`);
  }
  return dtype === 'float32' ? new Float32Array(length) : new array(length * parts);
}

const NO_MEMORY = "[enforce fail at alloc_cpu.cpp:127] data. DefaultCPUAllocator: can't allocate memory:";

const INTEGER_ORDER: DType[] = ['int8', 'int16', 'int32', 'int64'];

/** torch.promote_types. */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  const ka = DTYPES[a].kind;
  const kb = DTYPES[b].kind;
  if (ka === 'complex' || kb === 'complex')
    return [a, b].some((d) => d === 'complex128' || d === 'float64') ? 'complex128' : 'complex64';
  if (ka === 'bool') return b;
  if (kb === 'bool') return a;
  // Neither half holds what the other does.
  if (ka === 'float' && kb === 'float') return a === 'float64' || b === 'float64' ? 'float64' : 'float32';
  if (ka === 'float') return a;
  if (kb === 'float') return b;
  // uint8 with a signed type needs at least int16 to hold both.
  if (a === 'uint8') return b === 'int8' ? 'int16' : b;
  if (b === 'uint8') return a === 'int8' ? 'int16' : a;
  return INTEGER_ORDER[Math.max(INTEGER_ORDER.indexOf(a), INTEGER_ORDER.indexOf(b))];
}

/** May a result of dtype `from` be written into a tensor of dtype `to`? (torch.can_cast) */
export function canCast(from: DType, to: DType): boolean {
  const kf = DTYPES[from].kind;
  const kt = DTYPES[to].kind;
  if (kf === 'complex' && kt !== 'complex') return false;
  if (kf === 'float' && kt !== 'float' && kt !== 'complex') return false;
  return !(kf !== 'bool' && kt === 'bool');
}
