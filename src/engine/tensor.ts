import type { Node } from './autograd/node';
import { allocate, type Data, DTYPES, type DType, isComplex, type Lens, seenAs } from './dtype';
import { resultArray, SMALL } from './reuse';
import { contiguousStrides, isContiguous, numel } from './shape';
import { Storage } from './storage';

let nextId = 1;

/** Counts in-place writes for autograd's checks; a tensor, its views and its detached twins share one. */
export interface VersionCounter {
  version: number;
}

/** A view's relation to the tensor whose memory it shows, for gradients of in-place writes (PyTorch's DifferentiableViewMeta). */
export interface ViewOf {
  base: Tensor;
  /** The counter's value when this view's gradFn was made: older means that it must be made anew. */
  attrVersion: number;
  /** Why it must not be written in place while gradients are recorded, if so: one of several outputs, made under no_grad, or given by a custom Function. */
  unwritable: 'many' | 'no_grad' | 'function' | null;
  /** Made under no_grad of a tensor that requires a gradient: says that it requires one too, as in PyTorch, yet gets none. */
  claims: boolean;
}

export type TensorHook = (grad: Tensor) => Tensor | null;

/** Geometry of a tensor over its storage, in elements. */
export interface Geometry {
  shape: number[];
  strides: number[];
  offset: number;
}

/** A strided tensor with autograd's book-keeping. Ops make tensors; nothing else does (see dispatch). */
export class Tensor implements Geometry {
  readonly id = nextId++;
  counter: VersionCounter = { version: 0 };
  /** Set by requires_grad_() on a leaf; see `requiresGrad` for what a user sees. */
  leafRequiresGrad = false;
  gradFn: Node | null = null;
  /** Which of gradFn's outputs this is. */
  outputNr = 0;
  grad: Tensor | null = null;
  retainsGrad = false;
  hooks: TensorHook[] | null = null;
  viewOf: ViewOf | null = null;
  /** The AccumulateGrad node of a leaf, made when first needed. */
  accumulator: Node | null = null;
  /** A Python number that takes part in an op: its dtype gives way to every tensor's. */
  wrapped = false;
  /** The vmaps (a bit each) on whose sample this depends. */
  batches = 0;
  /** Made under inference_mode; autograd refuses it. */
  inference = false;
  /** What an observer keeps with this tensor; the engine never looks at it. */
  note: unknown = null;

  constructor(
    public storage: Storage,
    public shape: number[],
    public strides: number[] = contiguousStrides(shape),
    public offset = 0,
    readonly lens: Lens = '',
  ) {}

  /** A new contiguous tensor around `data`, which it owns. */
  static of(dtype: DType, shape: number[], data: Data): Tensor {
    return new Tensor(new Storage(dtype, data), shape);
  }

  static zeros(dtype: DType, shape: number[]): Tensor {
    return Tensor.of(dtype, shape, allocate(dtype, numel(shape)));
  }

  get dtype(): DType {
    return this.lens === '' ? this.storage.dtype : seenAs(this.storage.dtype, this.lens);
  }

  get rank(): number {
    return this.shape.length;
  }

  get count(): number {
    return numel(this.shape);
  }

  get requiresGrad(): boolean {
    return this.leafRequiresGrad || this.gradFn !== null || this.viewOf?.claims || this.gotHistory;
  }

  get isLeaf(): boolean {
    return this.gradFn === null && !this.gotHistory;
  }

  /** Is this a view whose base was written by an op with a gradient since? Its own gradFn is made when first needed. */
  private get gotHistory(): boolean {
    const v = this.viewOf;
    return v !== null && v.attrVersion !== this.counter.version && v.base.gradFn !== null;
  }

  get contiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }

  /** `torch.FloatTensor [2, 3]`, as autograd's messages name a tensor. */
  get typeName(): string {
    return `torch.${DTYPES[this.dtype].label}Tensor`;
  }

  /**
   * The elements in row-major order: the storage's own memory where that is possible, else a copy. For reading only.
   * A complex element is two numbers.
   */
  values(): Data {
    const n = this.count;
    const { data } = this.storage;
    if (this.lens === '' && this.offset === 0 && data.length === n && this.contiguous && !isComplex(this.dtype))
      return data;
    const { parts } = DTYPES[this.dtype];
    if (this.conjugated) return conjugates(this.through(this.lens === 'conj' ? '' : 'complex').values());
    if (this.contiguous)
      return this.offset === 0 && data.length === n * parts
        ? data
        : data.subarray(this.offset * parts, (this.offset + n) * parts);
    const out = resultArray(this.dtype, n) as Float64Array;
    readStrided(data as Float64Array, inNumbers(this, parts), out);
    return out as Data;
  }

  /** Does it show the conjugates of its memory's numbers? (torch.is_conj) */
  get conjugated(): boolean {
    return this.lens === 'conj' || this.lens === 'complex conj';
  }

  /** The same memory, seen as the conjugates of what it shows now; no autograd. */
  conj(): Tensor {
    const bare = this.lens === 'complex' || this.lens === 'complex conj' ? 'complex' : '';
    const turned = bare === '' ? 'conj' : 'complex conj';
    return this.through(this.conjugated ? bare : turned);
  }

  /** Same memory and geometry, read through another lens; no autograd. */
  through(lens: Lens, shape = this.shape, strides = this.strides, offset = this.offset): Tensor {
    return new Tensor(this.storage, shape, strides, offset, lens);
  }

  /** Same memory, another geometry; no autograd. */
  alias(shape: number[], strides: number[], offset = this.offset): Tensor {
    return new Tensor(this.storage, shape, strides, offset, this.lens);
  }
}

/** A geometry over elements of several numbers as one over the numbers: the parts are its last dimension. */
const inNumbers = ({ shape, strides, offset }: Geometry, parts: number): Geometry =>
  parts === 1
    ? { shape, strides, offset }
    : { shape: [...shape, parts], strides: [...strides.map((s) => s * parts), 1], offset: offset * parts };

/** Complex numbers with the sign of their imaginary parts turned: a copy. */
function conjugates(values: Data): Data {
  const out = values.slice() as Float64Array;
  for (let i = 1; i < out.length; i += 2) out[i] = -out[i];
  return out as Data;
}

/** Writes row-major numbers of a tensor's dtype into its memory, or adds them there. */
export function writeStrided(to: Tensor, values: Data, add = false): void {
  const target = to.storage.data as Float64Array;
  if (!add && to.lens === '' && target.length <= SMALL && values.length === target.length && to.contiguous) {
    for (let i = 0; i < target.length; i++) target[i] = values[i] as number;
    return;
  }
  const source = (to.conjugated ? conjugates(values) : values) as Float64Array;
  const numbers = inNumbers(to, DTYPES[to.dtype].parts);
  if (add)
    forEachOffset(numbers, (offset, i) => {
      target[offset] += source[i];
    });
  else if (to.contiguous) target.set(source, numbers.offset);
  else
    forEachOffset(numbers, (offset, i) => {
      target[offset] = source[i];
    });
}

/** Elements of a geometry over `data` in row-major order, into `out`. A matrix at a time: a call an element would cost ten times as much. */
function readStrided(data: Float64Array, { shape, strides, offset }: Geometry, out: Float64Array): void {
  const rank = shape.length;
  if (rank < 2) {
    const step = strides[0] ?? 0;
    for (let i = 0; i < out.length; i++) out[i] = data[offset + i * step];
    return;
  }
  const [rows, columns] = [shape[rank - 2], shape[rank - 1]];
  const [down, right] = [strides[rank - 2], strides[rank - 1]];
  const each = rows * columns;
  forEachOffset({ shape: shape.slice(0, -2), strides: strides.slice(0, -2), offset }, (base, nr) => {
    let at = nr * each;
    for (let i = 0; i < rows; i++)
      for (let j = 0, from = base + i * down; j < columns; j++, from += right) out[at++] = data[from];
  });
}

/** Calls `visit(offset in the storage, row-major index)` for every element. */
export function forEachOffset(
  { shape, strides, offset }: Geometry,
  visit: (offset: number, index: number) => void,
): void {
  const n = numel(shape);
  if (n === 0) return;
  const rank = shape.length;
  if (rank === 0) {
    visit(offset, 0);
    return;
  }
  const at = new Array<number>(rank).fill(0);
  const last = rank - 1;
  const inner = shape[last];
  const step = strides[last];
  let base = offset;
  for (let i = 0; i < n; ) {
    for (let k = 0, o = base; k < inner; k++, o += step) visit(o, i++);
    let d = last - 1;
    for (; d >= 0; d--) {
      base += strides[d];
      if (++at[d] < shape[d]) break;
      base -= strides[d] * shape[d];
      at[d] = 0;
    }
    if (d < 0) return;
  }
}
