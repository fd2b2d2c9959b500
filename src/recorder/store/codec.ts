/** Writes a page as numbers, and reads it again. What the one writes, the other reads, field by field in the same order. */
import { type Data, DTYPE_NAMES, DTYPES, type DType, heldBytes, type Lens } from '../../engine/dtype';
import { type Arg, allOps, type Op, type Scalar } from '../../engine/op';
import { sameShape } from '../../engine/shape';
import { type Generators, RandomMark } from '../generators';
import {
  type ArgUse,
  Content,
  constantValue,
  type OpRecord,
  OpRow,
  type Owner,
  type StateValue,
  TensorRow,
  type TensorUse,
  type Value,
  type Whereabouts,
} from '../rows';
import { type Bases, type Changes, Page, stateKey } from './page';
import {
  CELL,
  FRAME,
  ITERATION,
  PASS,
  PLAIN,
  RECORD,
  type Sink,
  type Source,
  STORAGE,
  TENSOR,
  TICK,
  VALUE,
} from './stream';
import { known, Texts, Words } from './texts';

const RECORD_KINDS = ['forward', 'backward', 'update'] as const;
const STREAMS = ['stdout', 'stderr', 'console', 'figure'] as const;
const LINE = 0;
const OUTPUT = 4;

export interface Geometry {
  shape: number[];
  strides: number[];
  offset: number;
  lens: Lens;
}

/** Geometries, each kept once. */
export class Geometries {
  readonly list: Geometry[] = [];
  /** By hash: most hashes are of one geometry. */
  private readonly index = new Map<number, number[]>();

  of({ shape, strides, offset, lens }: Geometry): number {
    let hash = offset ^ (lens.length << 16);
    for (let i = 0; i < shape.length; i++) hash = Math.imul(hash ^ shape[i], 0x01000193) + strides[i];
    hash |= 0;
    let known = this.index.get(hash);
    if (!known) this.index.set(hash, (known = []));
    for (const at of known) {
      const g = this.list[at];
      if (g.offset === offset && g.lens === lens && sameShape(g.shape, shape) && sameShape(g.strides, strides))
        return at;
    }
    known.push(this.list.length);
    return this.list.push({ shape, strides, offset, lens }) - 1;
  }
}

/** A page of a file names an op that is not there. */
export class UnknownOp extends Error {}

const room = new ArrayBuffer(16);
/** A number and its bytes. */
const number = { float: new Float64Array(room), big: new BigInt64Array(room), bytes: new Uint8Array(room) };

export class Codec {
  readonly words = new Words();
  readonly texts = new Texts();
  readonly geometries = new Geometries();
  private readonly ops = new Map<string, Op>();
  /** For ops of a file: throws where a gradient does not fit the op that it is said to be of. */
  checkForward: ((record: OpRecord, forward: OpRecord) => void) | null = null;

  constructor(
    private readonly owner: Owner,
    private readonly generators: Generators,
  ) {}

  get bytes(): number {
    return this.words.bytes + this.texts.patterns.bytes + this.geometries.list.length * 300;
  }

  // ---- writing ------------------------------------------------------------------------------------------------

  write(page: Page, out: Sink, literals: string[]): void {
    const n = page.kind.length;
    out.part(n);
    for (let i = 0; i < n; i++) {
      const kind = page.kind.at(i);
      out.part(kind);
      out.part(page.phase.at(i));
      out.part(page.site.at(i));
      out.put(FRAME, page.frame.at(i));
      if (kind === OUTPUT) out.put(PLAIN, page.record.at(i) - page.bases.output);
      else if (kind !== LINE) out.put(RECORD, page.record.at(i));
      out.put(PASS, page.pass.at(i));
    }
    out.part(page.values.length);
    for (const v of page.values) {
      out.part(DTYPE_NAMES.indexOf(v.dtype));
      out.part(v.length);
      out.put(RECORD, v.producerIndex);
      out.part(v.result);
      out.put(ITERATION, v.iteration);
    }
    out.part(page.records.length);
    for (const x of page.records) this.writeRecord(x, out, literals);
    this.writeTensors(page, out);
    out.part(page.frames.size);
    for (const f of page.frames.values()) {
      out.put(FRAME, f.id);
      out.put(FRAME, f.parent ?? -1);
      out.part(this.words.of(f.name));
      out.part(this.words.of(f.path));
      out.part(f.line);
      out.put(TICK, f.first);
      out.put(TICK, f.last);
    }
    out.part(page.passes.length);
    for (const p of page.passes) {
      out.part(p.kind === 'backward' ? 0 : 1);
      out.part(this.words.of(p.label));
      out.put(TICK, p.start);
      out.put(TICK, Number.isFinite(p.end) ? p.end : -1);
      out.put(FRAME, p.frame);
      out.part(p.site);
      out.part(p.optimizer);
      out.put(TENSOR, p.root);
    }
    out.part(page.outputs.length);
    for (const o of page.outputs) {
      out.put(TICK, o.tick);
      out.part(STREAMS.indexOf(o.stream));
      this.texts.write(out, literals, o.text);
    }
    writeChanges(out, page.contents, STORAGE, (v) => out.put(VALUE, v.id));
    writeChanges(out, page.places, TENSOR, (v) => {
      out.put(STORAGE, v.storage);
      out.part(this.geometries.of(v));
    });
    writeChanges(out, page.grads, TENSOR, (v) => out.put(TENSOR, v ?? -1));
    writeChanges(out, page.names, FRAME, (v) => this.texts.write(out, literals, v));
    writeChanges(out, page.hypers, PLAIN, (v) => this.texts.write(out, literals, v));
    out.part(page.states.size);
    for (const changes of page.states.values()) {
      const [{ optimizer, parameter, name }] = changes;
      out.part(optimizer);
      out.put(TENSOR, parameter);
      out.part(this.words.of(name));
      out.part(changes.length);
      for (const { tick, value } of changes) {
        out.put(TICK, tick);
        out.part('tensor' in value ? 1 : 0);
        if ('tensor' in value) out.put(TENSOR, value.tensor);
        else {
          out.cell(CELL.FLOAT);
          out.float(value.number);
        }
      }
    }
  }

  private writeTensors(page: Page, out: Sink): void {
    out.part(page.tensors.size);
    for (const t of page.tensors.values()) {
      out.put(TENSOR, t.id);
      out.part(DTYPE_NAMES.indexOf(t.dtype));
      out.part((t.requiresGrad ? 1 : 0) | (t.isParameter ? 2 : 0));
      out.put(RECORD, t.producerIndex);
      out.part(t.gradFn === null ? -1 : this.words.of(t.gradFn));
    }
  }

  private writeRecord(x: OpRecord, out: Sink, literals: string[]): void {
    out.put(TICK, x.tick);
    out.part(RECORD_KINDS.indexOf(x.kind));
    out.part(x.op ? this.words.of(x.op.name) : -1);
    out.part(this.words.of(x.name));
    out.part(x.gradFn === null ? -1 : this.words.of(x.gradFn));
    out.part(x.module);
    out.part(x.site);
    out.part(x.defaultDtype ? DTYPE_NAMES.indexOf(x.defaultDtype) : -1);
    out.put(RECORD, x.forwardIndex);
    out.part(x.random ? 1 : 0);
    if (x.random) this.writeRandom(x.random, out, literals);
    out.part(x.args.length);
    for (const a of x.args) {
      if ('uses' in a) {
        out.part(2);
        this.writeUses(a.uses, out);
      } else if ('attr' in a) {
        out.part(3);
        this.writeAttr(a.attr, out, literals);
      } else if (a.use.tensor < 0) {
        out.part(1);
        this.writeConstant(a.use, out);
      } else {
        out.part(0);
        this.writeUse(a.use, out);
      }
    }
    this.writeUses(x.outs, out);
    this.writeUses(x.grads, out);
  }

  private writeRandom(m: RandomMark, out: Sink, literals: string[]): void {
    out.put(PLAIN, m.kept);
    out.put(PLAIN, m.twists);
    this.texts.write(out, literals, String(m.seed));
    out.put(PLAIN, m.left);
    out.put(PLAIN, m.next);
    out.put(PLAIN, m.draws);
    for (const v of [m.nextFloat, m.nextDouble]) {
      out.put(PLAIN, v === undefined ? 0 : 1);
      out.float(v ?? 0);
    }
  }

  private writeUses(uses: readonly (TensorUse | null)[], out: Sink): void {
    out.part(uses.length);
    for (const u of uses) {
      out.part(u ? 1 : 0);
      if (u) this.writeUse(u, out);
    }
  }

  private writeUse(u: TensorUse, out: Sink): void {
    out.put(TENSOR, u.tensor);
    // A row's content is looked up in its page: its number is at hand.
    out.put(VALUE, u instanceof Use ? u.id : u.value.id);
    out.part(this.geometries.of(u));
  }

  private writeConstant({ value }: TensorUse, out: Sink): void {
    out.part(DTYPE_NAMES.indexOf(value.dtype));
    const data = value.data!;
    // Not by its own buffer: a small array gets one when it is asked for.
    if (data instanceof BigInt64Array) number.big[0] = data[0];
    else if (data instanceof Float64Array && data.length === 1) number.float[0] = data[0];
    else number.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    out.part(data.byteLength);
    if (data.length === 1) out.cell(data instanceof BigInt64Array ? CELL.INTEGER : CELL.DOUBLE);
    for (let i = 0; i < data.byteLength; i++) out.put(PLAIN, number.bytes[i]);
  }

  private writeAttr(a: Arg, out: Sink, literals: string[]): void {
    if (a === null || a === undefined) out.part(0);
    else if (typeof a === 'number') {
      out.part(1);
      out.cell(CELL.FLOAT);
      out.float(a);
    } else if (typeof a === 'boolean') out.part(a ? 2 : 3);
    else if (typeof a === 'string') {
      out.part(4);
      out.part(this.words.of(a));
    } else if (Array.isArray(a)) {
      out.part(5);
      out.part(a.length);
      for (const v of a) this.writeAttr(v as Arg, out, literals);
    } else {
      const { kind, value, imag } = a as Scalar;
      out.part(6);
      out.part(['bool', 'int', 'float', 'complex'].indexOf(kind));
      out.part(typeof value === 'bigint' ? 1 : 0);
      if (typeof value === 'bigint') this.texts.write(out, literals, String(value));
      else {
        out.cell(CELL.FLOAT);
        out.float(value);
      }
      out.part(imag === undefined ? 0 : 1);
      if (imag === undefined) return;
      out.cell(CELL.FLOAT);
      out.float(imag);
    }
  }

  // ---- reading ------------------------------------------------------------------------------------------------

  /** The ticks of a page alone. */
  readColumns(from: Source, index: number, bases: Bases): Page {
    const page = new Page(index, bases);
    const n = from.count();
    for (let i = 0; i < n; i++) {
      const kind = from.next();
      page.kind.push(kind);
      page.phase.push(from.next());
      page.site.push(from.next());
      page.frame.push(from.next());
      page.record.push(kind === LINE ? -1 : kind === OUTPUT ? bases.output + from.next() : from.next());
      page.pass.push(from.next());
    }
    return page;
  }

  read(from: Source, index: number, bases: Bases): Page {
    const page = this.readColumns(from, index, bases);
    const { owner } = this;
    for (let n = from.count(), i = 0; i < n; i++) {
      const dtype = known(DTYPE_NAMES, from.next());
      const length = from.next();
      const producer = from.next();
      const result = from.next();
      page.values.push(new Content(owner, bases.value + i, dtype, length, producer, result, from.next()));
    }
    for (let n = from.count(), i = 0; i < n; i++) page.records.push(this.readRecord(from, bases.record + i));
    for (let n = from.count(), i = 0; i < n; i++) {
      const id = from.next();
      const dtype = known(DTYPE_NAMES, from.next());
      const flags = from.next();
      const producer = from.next();
      const tensor = new TensorRow(owner, id, dtype, (flags & 1) !== 0, producer, this.word(from.next()));
      tensor.isParameter = (flags & 2) !== 0;
      page.tensors.set(id, tensor);
    }
    for (let n = from.count(), i = 0; i < n; i++) {
      const [id, parent] = [from.next(), from.next()];
      const [name, path] = [this.named(from), this.named(from)];
      const [line, first, last] = [from.next(), from.next(), from.next()];
      page.frames.set(id, { id, parent: parent < 0 ? null : parent, name, path, line, first, last });
    }
    this.readPasses(from, page);
    for (let n = from.count(), i = 0; i < n; i++) {
      const tick = from.next();
      const stream = known(STREAMS, from.next());
      page.outputs.push({ tick, stream, text: this.texts.read(from) });
    }
    readChanges(from, page.contents, () => known(page.values, from.next() - bases.value));
    readChanges(
      from,
      page.places,
      (): Whereabouts => ({ storage: from.next(), ...known(this.geometries.list, from.next()) }),
    );
    readChanges(from, page.grads, () => {
      const grad = from.next();
      return grad < 0 ? null : grad;
    });
    readChanges(from, page.names, () => this.texts.read(from));
    readChanges(from, page.hypers, () => this.texts.read(from));
    for (let n = from.count(), i = 0; i < n; i++) {
      const [optimizer, parameter, name] = [from.next(), from.next(), this.named(from)];
      const count = from.count();
      const changes = Array.from({ length: count }, () => {
        const tick = from.next();
        const value: StateValue = from.next() === 1 ? { tensor: from.next() } : { number: from.float() };
        return { optimizer, parameter, name, tick, value };
      });
      page.states.set(stateKey(optimizer, parameter, name), changes);
    }
    return page;
  }

  private word(at: number): string | null {
    return at < 0 ? null : known(this.words.list, at);
  }

  private integer(from: Source): bigint {
    const text = this.texts.read(from);
    if (!/^-?\d{1,20}$/.test(text)) throw new Error('a number is none');
    return BigInt(text);
  }

  private named(from: Source): string {
    return known(this.words.list, from.next());
  }

  private op(name: string | null): Op | null {
    if (name === null) return null;
    if (this.ops.size !== allOps().length) for (const op of allOps()) this.ops.set(op.name, op);
    const op = this.ops.get(name);
    if (!op) throw new UnknownOp(name);
    return op;
  }

  private readPasses(from: Source, page: Page): void {
    for (let n = from.count(), i = 0; i < n; i++) {
      const kind = from.next() === 0 ? 'backward' : 'step';
      const label = this.named(from);
      const [start, end, frame, site, optimizer, root] = Array.from({ length: 6 }, () => from.next());
      const index = page.bases.pass + i;
      const until = end < 0 ? Number.POSITIVE_INFINITY : end;
      page.passes.push({ index, kind, label, start, end: until, frame, site, optimizer, root });
    }
  }

  private readRecord(from: Source, index: number): OpRecord {
    const tick = from.next();
    const kind = known(RECORD_KINDS, from.next());
    const op = this.op(this.word(from.next()));
    const name = this.named(from);
    const gradFn = this.word(from.next());
    const [module, site, dtype] = [from.next(), from.next(), from.next()];
    const { owner, checkForward } = this;
    const x = checkForward
      ? new CheckedRow(checkForward, owner, index, tick, kind, name, module, site)
      : new OpRow(owner, index, tick, kind, name, module, site);
    x.op = op;
    x.gradFn = gradFn;
    if (dtype >= 0) x.defaultDtype = known(DTYPE_NAMES, dtype);
    x.forwardIndex = from.next();
    if (from.next() === 1) x.random = this.readRandom(from);
    for (let n = from.count(), i = 0; i < n; i++) x.args.push(this.readArg(from));
    x.outs = this.readUses(from);
    x.grads = this.readUses(from);
    return x;
  }

  private readRandom(from: Source): RandomMark {
    const [kept, twists] = [from.next(), from.next()];
    const seed = this.integer(from);
    const [left, next, draws] = [from.next(), from.next(), from.next()];
    const [nextFloat, nextDouble] = [0, 1].map(() => {
      const there = from.next() === 1;
      const v = from.float();
      return there ? v : undefined;
    });
    return new RandomMark(this.generators, kept, twists, seed, left, next, draws, nextFloat, nextDouble);
  }

  private readArg(from: Source): ArgUse {
    switch (from.next()) {
      case 0:
        return { use: this.readUse(from) };
      case 1:
        return { use: this.readConstant(from) };
      case 2:
        return { uses: this.readUses(from) };
      default:
        return { attr: this.readAttr(from) };
    }
  }

  private readUses(from: Source): (TensorUse | null)[] {
    const uses: (TensorUse | null)[] = [];
    for (let n = from.count(), i = 0; i < n; i++) uses.push(from.next() === 1 ? this.readUse(from) : null);
    return uses;
  }

  private readUse(from: Source): TensorUse {
    const [tensor, value] = [from.next(), from.next()];
    return new Use(this.owner, tensor, value, known(this.geometries.list, from.next()));
  }

  private readConstant(from: Source): TensorUse {
    const dtype: DType = known(DTYPE_NAMES, from.next());
    const length = from.count();
    if (length !== heldBytes(dtype, 1)) throw new Error('a number of another size');
    const bytes = Uint8Array.from({ length }, () => from.next());
    const make = DTYPES[dtype].array as unknown as new (b: ArrayBufferLike) => Data;
    const data = new make(bytes.buffer);
    return {
      tensor: -1,
      value: constantValue(dtype, data),
      shape: [],
      strides: [],
      offset: 0,
      lens: '',
      wrapped: true,
    };
  }

  private readAttr(from: Source): Arg {
    switch (from.next()) {
      case 0:
        return null;
      case 1:
        return from.float();
      case 2:
        return true;
      case 3:
        return false;
      case 4:
        return this.word(from.next());
      case 5:
        return Array.from({ length: from.count() }, () => this.readAttr(from)) as number[];
      default: {
        const kind = known(['bool', 'int', 'float', 'complex'] as const, from.next());
        const value = from.next() === 1 ? this.integer(from) : from.float();
        return from.next() === 1 ? { kind, value, imag: from.float() } : { kind, value };
      }
    }
  }
}

/** An op of a file: the one that its gradient is of may be in another page, and is looked at when somebody asks. */
class CheckedRow extends OpRow {
  private checked = false;

  constructor(
    private readonly check: (record: OpRecord, forward: OpRecord) => void,
    ...row: ConstructorParameters<typeof OpRow>
  ) {
    super(...row);
  }

  override get forwardOf(): OpRecord | null {
    const forward = super.forwardOf;
    if (forward && !this.checked) this.check(this, forward);
    this.checked = true;
    return forward;
  }
}

/** A use whose content is looked up when somebody asks. */
export class Use implements TensorUse {
  readonly wrapped = false;
  readonly shape: number[];
  readonly strides: number[];
  readonly offset: number;
  readonly lens: Lens;

  constructor(
    private readonly owner: Owner,
    readonly tensor: number,
    readonly id: number,
    { shape, strides, offset, lens }: Geometry,
  ) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.lens = lens;
  }

  get value(): Value {
    return this.owner.value(this.id);
  }
}

function writeChanges<T>(out: Sink, changes: Changes<T>, kind: number, write: (v: T) => void): void {
  out.part(changes.of.size);
  for (const [id, list] of changes.of) {
    out.put(kind, id);
    out.part(list.length);
    for (const { tick, value } of list) {
      out.put(TICK, tick);
      write(value);
    }
  }
}

function readChanges<T>(from: Source, changes: Changes<T>, read: () => T): void {
  for (let n = from.count(), i = 0; i < n; i++) {
    const id = from.next();
    const count = from.count();
    const list = [];
    for (let k = 0; k < count; k++) {
      const tick = from.next();
      list.push({ tick, value: read() });
    }
    changes.of.set(id, list);
  }
}
