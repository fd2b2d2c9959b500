/**
 * What is written down in a page, as one row of numbers: to append to it makes no objects. Rows are made of it once somebody asks for them
 * (`read`); where the next page says the same again, nobody ever does (follower.ts).
 */
import { type Data, DTYPE_NAMES } from '../../engine/dtype';
import type { Arg, Op, Scalar } from '../../engine/op';
import type { Tensor } from '../../engine/tensor';
import type { RandomMark } from '../generators';
import {
  type ArgUse,
  Content,
  constantValue,
  type OpRecord,
  OpRow,
  type Owner,
  TensorRow,
  type TensorUse,
} from '../rows';
import { type Codec, Use } from './codec';
import type { Rows } from './page';

// What an entry is.
const RECORD = 1;
const OUTS = 2;
const GRADS = 3;
const VALUE = 4;
const TENSOR = 5;
const PLACE = 6;
const GRAD = 7;

// What an argument is.
const NONE = 0;
const NUMBER = 1;
const TRUE = 2;
const FALSE = 3;
const TEXT = 4;
const LIST = 5;
const SCALAR = 6;
const LEFT_OUT = 7;
const USE = 8;
const USES = 9;
const CONSTANT = 10;
const OTHER = 11;

/** In place of a record's number of arguments: the one that it has is what it gives. */
export const ITSELF = -1;

const RECORD_KINDS = ['forward', 'backward', 'update'] as const;
const SCALAR_KINDS = ['bool', 'int', 'float', 'complex'] as const;
const DTYPE_INDEX = new Map(DTYPE_NAMES.map((name, i) => [name, i]));

/** What the journals of a recording have in common. */
export class Scribe {
  private readonly numbers = new Map<Op, number>();
  readonly ops: (Op | null)[] = [];
  /** Row buffers that nobody reads any more. */
  readonly spare: Float64Array[] = [];

  constructor(
    readonly owner: Owner,
    readonly codec: Codec,
  ) {}

  numberOf(op: Op | null): number {
    if (!op) return -1;
    let at = this.numbers.get(op);
    if (at === undefined) this.numbers.set(op, (at = this.ops.push(op) - 1));
    return at;
  }

  word(text: string | null): number {
    return text === null ? -1 : this.codec.words.of(text);
  }

  text(at: number): string | null {
    return at < 0 ? null : this.codec.words.list[at];
  }
}

export class Journal {
  numbers: Float64Array;
  length = 0;
  /** Numbers of attributes and constants: they may be others in a page that is the same but for them. */
  readonly cells: number[] = [];
  /** What is no number. A page that has such a thing, or whose rows were changed, is like no other. */
  private readonly objects: unknown[] = [];
  odd = false;
  /** Storages and tensors that changed and are of pages before the last one. */
  readonly old = { contents: [] as number[], places: [] as number[], grads: [] as number[], tensors: [] as number[] };
  /** The iteration of the page's first content. */
  iteration = -1;

  private at = 0;
  private cell = 0;
  private object = 0;
  private itself = false;
  private closed = -1;

  constructor(
    private readonly scribe: Scribe,
    /** Storages and tensors before these are of pages before the last one. */
    private readonly storages: number,
    private readonly tensors: number,
  ) {
    this.numbers = scribe.spare.pop() ?? new Float64Array(2048);
  }

  put(v: number): void {
    if (this.length === this.numbers.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.numbers[this.length++] = v;
  }

  // ---- writing ------------------------------------------------------------------------------------------------

  /** An op; `count` arguments are to follow. */
  record(
    tick: number,
    kind: number,
    op: Op | null,
    name: string,
    gradFn: string | null,
    module: number,
    site: number,
    defaultDtype: string | null,
    forward: number,
    random: RandomMark | null,
    count: number,
  ): void {
    const { scribe } = this;
    this.put(RECORD);
    this.put(tick);
    this.put(kind);
    this.put(scribe.numberOf(op));
    this.put(scribe.word(name));
    this.put(scribe.word(gradFn));
    this.put(module);
    this.put(site);
    this.put(defaultDtype === null ? -1 : DTYPE_INDEX.get(defaultDtype as never)!);
    this.put(forward);
    this.put(random ? 1 : 0);
    if (random) this.putObject(random);
    this.put(count);
  }

  outs(count: number): void {
    this.put(OUTS);
    this.put(count);
  }

  grads(count: number): void {
    this.put(GRADS);
    this.put(count);
  }

  /** One of the uses that an entry announced. */
  use(tensor: number, value: number, geometry: number): void {
    this.put(tensor);
    this.put(value);
    this.put(geometry);
  }

  noUse(): void {
    this.put(-1);
  }

  useArg(): void {
    this.put(USE);
  }

  usesArg(count: number): void {
    this.put(USES);
    this.put(count);
  }

  /** A Python number in a tensor's place. */
  constant({ dtype, storage }: Tensor): void {
    const { data } = storage;
    const v = data[0];
    if (data.length === 1 && (dtype === 'float64' || (dtype === 'int64' && Number.isSafeInteger(Number(v))))) {
      this.put(CONSTANT);
      this.put(DTYPE_INDEX.get(dtype)!);
      this.cells.push(Number(v));
      return;
    }
    this.put(OTHER);
    this.putObject({ use: constantUse(dtype, data) } satisfies ArgUse);
  }

  attr(a: Arg): void {
    this.put(NONE);
    const at = this.length - 1;
    if (a === null) return;
    if (a === undefined) this.numbers[at] = LEFT_OUT;
    else if (typeof a === 'number') {
      this.numbers[at] = NUMBER;
      this.cells.push(a);
    } else if (typeof a === 'boolean') this.numbers[at] = a ? TRUE : FALSE;
    else if (typeof a === 'string') {
      this.numbers[at] = TEXT;
      this.put(this.scribe.word(a));
    } else if (Array.isArray(a)) {
      this.numbers[at] = LIST;
      this.put(a.length);
      for (const v of a) this.attr(v as Arg);
    } else {
      const { kind, value, imag } = a as Scalar;
      if (typeof value === 'bigint') {
        this.numbers[at] = OTHER;
        this.putObject({ attr: a } satisfies ArgUse);
        return;
      }
      this.numbers[at] = SCALAR;
      this.put(SCALAR_KINDS.indexOf(kind));
      this.cells.push(value);
      this.put(imag === undefined ? 0 : 1);
      if (imag !== undefined) this.cells.push(imag);
    }
  }

  private putObject(o: unknown): void {
    this.objects.push(o);
    this.odd = true;
  }

  /** A content, and the storage that has it from a tick on. */
  value(
    dtype: string,
    length: number,
    producer: number,
    result: number,
    iteration: number,
    storage: number,
    tick: number,
  ) {
    if (this.iteration < 0) this.iteration = iteration;
    this.put(VALUE);
    this.put(DTYPE_INDEX.get(dtype as never)!);
    this.put(length);
    this.put(producer);
    this.put(result);
    this.put(iteration);
    this.put(storage);
    this.put(tick);
    if (storage < this.storages) this.old.contents.push(storage);
  }

  tensor(id: number, dtype: string, requiresGrad: boolean, producer: number, gradFn: string | null): void {
    this.put(TENSOR);
    this.put(id);
    this.put(DTYPE_INDEX.get(dtype as never)!);
    this.put(requiresGrad ? 1 : 0);
    this.put(producer);
    this.put(this.scribe.word(gradFn));
    if (id < this.tensors) this.old.tensors.push(id);
  }

  place(tensor: number, tick: number, storage: number, geometry: number): void {
    this.put(PLACE);
    this.put(tensor);
    this.put(tick);
    this.put(storage);
    this.put(geometry);
    if (tensor < this.tensors) this.old.places.push(tensor);
  }

  grad(tensor: number, tick: number, grad: number | null): void {
    this.put(GRAD);
    this.put(tensor);
    this.put(tick);
    this.put(grad ?? -1);
    if (tensor < this.tensors) this.old.grads.push(tensor);
  }

  // ---- reading ------------------------------------------------------------------------------------------------

  /** Everything is read that was written. */
  get isRead(): boolean {
    return this.at === this.end;
  }

  /** No rows follow, but what else a page has. */
  close(): void {
    this.closed = this.length;
  }

  private get end(): number {
    return this.closed < 0 ? this.length : this.closed;
  }

  private next(): number {
    return this.numbers[this.at++];
  }

  /** Makes the rows of what was written since it was last asked. */
  read(rows: Rows, bases: { record: number; value: number }): void {
    const { owner, codec } = this.scribe;
    const { list } = codec.geometries;
    const { end } = this;
    while (this.at < end)
      switch (this.next()) {
        case RECORD:
          rows.records.push(this.readRecord(bases.record + rows.records.length));
          break;
        case OUTS:
          this.readOuts(rows.records[rows.records.length - 1]);
          break;
        case GRADS:
          rows.records[rows.records.length - 1].grads = this.readUses();
          break;
        case VALUE: {
          const dtype = DTYPE_NAMES[this.next()];
          const length = this.next();
          const producer = this.next();
          const result = this.next();
          const iteration = this.next();
          const id = bases.value + rows.values.length;
          const content = new Content(owner, id, dtype, length, producer, result, iteration);
          rows.values.push(content);
          rows.contents.add(this.next(), this.next(), content);
          break;
        }
        case TENSOR: {
          const id = this.next();
          const dtype = DTYPE_NAMES[this.next()];
          const requiresGrad = this.next() === 1;
          const producer = this.next();
          rows.tensors.set(id, new TensorRow(owner, id, dtype, requiresGrad, producer, this.scribe.text(this.next())));
          break;
        }
        case PLACE: {
          const tensor = this.next();
          const tick = this.next();
          const storage = this.next();
          rows.places.add(tensor, tick, { storage, ...list[this.next()] });
          break;
        }
        case GRAD: {
          const tensor = this.next();
          const tick = this.next();
          const grad = this.next();
          rows.grads.add(tensor, tick, grad < 0 ? null : grad);
          break;
        }
        default:
          throw new Error('a journal has an entry that it does not know');
      }
  }

  private readRecord(index: number): OpRow {
    const { scribe } = this;
    const tick = this.next();
    const kind = this.next();
    const op = this.next();
    const name = this.next();
    const gradFn = this.next();
    const module = this.next();
    const site = this.next();
    const dtype = this.next();
    const forward = this.next();
    const random = this.next();
    const row = new OpRow(scribe.owner, index, tick, RECORD_KINDS[kind], scribe.text(name)!, module, site);
    row.op = op < 0 ? null : scribe.ops[op];
    row.gradFn = scribe.text(gradFn);
    if (dtype >= 0) row.defaultDtype = DTYPE_NAMES[dtype];
    row.forwardIndex = forward;
    if (random === 1) row.random = this.objects[this.object++] as RandomMark;
    const count = this.next();
    this.itself = count === ITSELF;
    for (let i = 0; i < count; i++) row.args.push(this.readArg());
    return row;
  }

  private readOuts(record: OpRecord): void {
    record.outs = this.readUses();
    const [use] = record.outs;
    if (this.itself && use) record.args = [{ use }];
  }

  private readArg(): ArgUse {
    switch (this.numbers[this.at]) {
      case USE:
        this.at++;
        return { use: this.readUse()! };
      case USES:
        this.at++;
        return { uses: this.readUses() };
      case CONSTANT: {
        this.at++;
        const dtype = DTYPE_NAMES[this.next()];
        const v = this.cells[this.cell++];
        return { use: constantUse(dtype, dtype === 'int64' ? BigInt64Array.of(BigInt(v)) : Float64Array.of(v)) };
      }
      case OTHER:
        this.at++;
        return this.objects[this.object++] as ArgUse;
      default:
        return { attr: this.readAttr() };
    }
  }

  private readUses(): (TensorUse | null)[] {
    const uses: (TensorUse | null)[] = [];
    for (let n = this.next(); n > 0; n--) uses.push(this.readUse());
    return uses;
  }

  private readUse(): TensorUse | null {
    const tensor = this.next();
    if (tensor < 0) return null;
    const { owner, codec } = this.scribe;
    const value = this.next();
    return new Use(owner, tensor, value, codec.geometries.list[this.next()]);
  }

  private readAttr(): Arg {
    switch (this.next()) {
      case NONE:
        return null;
      case LEFT_OUT:
        return undefined as unknown as Arg;
      case NUMBER:
        return this.cells[this.cell++];
      case TRUE:
        return true;
      case FALSE:
        return false;
      case TEXT:
        return this.scribe.text(this.next());
      case LIST:
        return Array.from({ length: this.next() }, () => this.readAttr()) as number[];
      case SCALAR: {
        const kind = SCALAR_KINDS[this.next()];
        const value = this.cells[this.cell++];
        return this.next() === 1 ? { kind, value, imag: this.cells[this.cell++] } : { kind, value };
      }
      case OTHER:
        return (this.objects[this.object++] as { attr: Arg }).attr;
      default:
        throw new Error('a journal has an argument that it does not know');
    }
  }
}

export const constantUse = (dtype: TensorUse['value']['dtype'], data: Data): TensorUse => ({
  tensor: -1,
  value: constantValue(dtype, data),
  shape: [],
  strides: [],
  offset: 0,
  lens: '',
  wrapped: true,
});
