/** Writes a recording into chunks: what cannot be computed again, and enough contents between to be near any tick. */
import { type Data, DTYPE_NAMES, type DType, LENSES } from '../../engine/dtype';
import type { Arg } from '../../engine/op';
import type { GeneratorSnapshot } from '../../engine/random/generator';
import {
  type ArgRow,
  type AttrRow,
  CHUNK,
  type FileEnd,
  type FileHeader,
  type FileSegment,
  type GeneratorRow,
  LEFT_OUT,
  type RecordRow,
  type UseRow,
  type ValueRow,
} from '../../protocol/recordingFile';
import type { ArgUse, OpRecord, Recording, TensorUse, Value } from '../recording';
import { filePrefix, MAX_CHUNK, packChunk, RecordingFileError } from './chunks';
import { Cut } from './cut';
import { packNotes } from './notes';
import { pack } from './pack';
import { Table } from './tables';

/** Contents are packed together up to about this many bytes. */
const TOGETHER = 1 << 20;
const COLUMNS = ['kind', 'phase', 'site', 'frame', 'record', 'pass'] as const;
const KINDS = ['forward', 'backward', 'update'];
const STREAMS = ['stdout', 'stderr', 'console'];

export const bytesOf = (data: Data): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const dtypeIndex = (d: DType) => DTYPE_NAMES.indexOf(d);
const float64 = (v: number) => bytesOf(Float64Array.of(v));

export interface WriteOptions {
  /** Bytes of contents to store beyond those that nothing can recompute. */
  checkpoints: number;
}

/** The file, chunk by chunk. */
export function* write(recording: Recording, options: WriteOptions): Generator<Buffer> {
  const writer = new Writer(recording, options);
  yield filePrefix();
  // The header holds tables that the segments fill: they are made first, and written after it.
  const segments = [...writer.segments()];
  yield packChunk(CHUNK.header, pack(writer.header()), 6);
  yield* segments;
  if (recording.bookmarks.length > 0) yield packNotes(recording.bookmarks);
  const end: FileEnd = { ticks: recording.ticks, exception: recording.exception };
  yield packChunk(CHUNK.end, pack(end), 6);
}

class Writer {
  private readonly names = new Table<string>((name) => name);
  private readonly geometries = new Table<[number[], number[], number, number]>((g) => g.join(';'));
  private readonly cut: Cut;
  private readonly stored: Set<number>;
  private chunks = 0;
  private record = 0;
  private value = 0;

  constructor(
    private readonly r: Recording,
    options: WriteOptions,
  ) {
    this.cut = new Cut(r);
    this.stored = storedValues(r, this.cut.values, options.checkpoints);
  }

  header(): FileHeader {
    const { r } = this;
    return {
      script: r.script,
      sources: [...r.sources],
      sites: r.sites.map((s) => [s.path, s.line]),
      names: this.names.items,
      geometries: this.geometries.items,
      modules: [...r.modules.values()].map((m) => [
        m.id,
        m.parent ?? -1,
        m.name,
        m.type,
        m.extra,
        [...m.parameters],
        [...m.buffers],
        [...m.children],
      ]),
      optimizers: [...r.optimizers.values()].map((o) => [o.id, o.description]),
      origin: JSON.stringify(r.origin),
    };
  }

  *segments(): Generator<Buffer> {
    const empty = Array.from({ length: this.cut.count }, (_, s) =>
      emptySegment(this.cut.edges[s], this.cut.edges[s + 1]),
    );
    this.scatter(empty);
    for (const [s, segment] of empty.entries()) {
      const { contents, rows } = this.contents(s);
      segment.values = rows;
      this.ticks(segment);
      for (const bytes of contents) yield packChunk(CHUNK.contents, bytes, 1);
      yield packChunk(CHUNK.segment, pack(segment), 6);
    }
  }

  /** Everything that is not a tick or an op, put into the segment it belongs to. */
  private scatter(segments: FileSegment[]): void {
    const { r, cut } = this;
    const at = (tick: number) => segments[cut.ofTick(tick)];
    const firsts = new Map<number, number>();
    for (const page of r.pages.all())
      for (const [storage, changes] of page.contents.of)
        if (!firsts.has(storage)) firsts.set(storage, changes[0].value.id);
    for (const t of r.tensors()) {
      const own = cut.ofTensor(t.id);
      const flags = (t.requiresGrad ? 1 : 0) | (t.isParameter ? 2 : 0);
      const gradFn = t.gradFn === null ? -1 : this.names.add(t.gradFn);
      segments[own].tensors.push([t.id, dtypeIndex(t.dtype), flags, t.producerIndex, gradFn]);
      // Not before the memory that the tensor shows: it may be written down later than its tensor was made.
      const shown = (storage: number) => cut.ofValue(firsts.get(storage) ?? 0);
      const later = (tick: number, storage?: number) =>
        segments[Math.max(own, cut.ofTick(tick), storage === undefined ? 0 : shown(storage))];
      for (const { tick, value } of r.placesIn(t.id, 0, r.ticks)) {
        const { storage, shape, strides, offset, lens } = value;
        later(tick, storage).places.push([
          t.id,
          tick,
          storage,
          this.geometries.add([shape, strides, offset, LENSES.indexOf(lens)]),
        ]);
      }
      for (const { tick, value } of r.gradsIn(t.id, 0, r.ticks)) later(tick).grads.push([t.id, tick, value ?? -1]);
    }
    for (const page of r.pages.all())
      for (const [id, changes] of page.contents.of)
        for (const { tick, value } of changes) segments[cut.ofValue(value.id)].storages.push([id, tick, value.id]);
    for (const f of r.frames()) at(f.first).frames.push([f.id, f.parent ?? -1, f.name, f.path, f.line, f.first]);
    for (const page of r.pages.all())
      for (const [frame, changes] of page.names.of)
        for (const { tick, value } of changes) at(tick).deltas.push([frame, tick, value]);
    for (const p of r.passes()) {
      const end = Number.isFinite(p.end) ? p.end : -1;
      at(p.start).passes.push([
        p.kind === 'backward' ? 0 : 1,
        p.label,
        p.start,
        end,
        p.frame,
        p.site,
        p.optimizer,
        p.root,
      ]);
    }
    for (const i of r.iterations()) at(i.start).iterations.push([i.start, i.backward, i.update, i.loss, i.root]);
    for (const o of r.outputs()) at(o.tick).outputs.push([o.tick, STREAMS.indexOf(o.stream), o.text]);
    for (const page of r.pages.all()) {
      for (const [id, changes] of page.hypers.of)
        for (const { tick, value } of changes) at(tick).hypers.push([id, tick, value]);
      for (const changes of page.states.values())
        for (const { optimizer, parameter, name, tick, value } of changes) {
          const [tensor, number] = 'tensor' in value ? [value.tensor, 0] : [-1, value.number];
          at(tick).states.push([optimizer, parameter, name, tick, tensor, number]);
        }
    }
  }

  private contents(segment: number): { contents: Uint8Array[]; rows: ValueRow[] } {
    const contents: Uint8Array[] = [];
    const rows: ValueRow[] = [];
    let open: Uint8Array[] = [];
    let size = 0;
    const close = () => {
      if (size === 0) return;
      contents.push(Buffer.concat(open));
      this.chunks++;
      open = [];
      size = 0;
    };
    const { values } = this.cut;
    for (; this.value < values.length && this.cut.ofValue(values[this.value].id) <= segment; this.value++) {
      const v = values[this.value];
      let chunk = -1;
      let offset = 0;
      if (this.stored.has(v.id)) {
        const bytes = bytesOf(v.data!);
        if (bytes.length > MAX_CHUNK) throw new RecordingFileError('A tensor of more than 256 MB cannot be saved yet.');
        if (size > 0 && size + bytes.length > TOGETHER) close();
        chunk = this.chunks;
        offset = size;
        open.push(bytes, new Uint8Array(-bytes.length & 7));
        size += (bytes.length + 7) & ~7;
      }
      rows.push([
        v.id,
        dtypeIndex(v.dtype),
        v.length,
        this.stored.has(v.id) || v.producerIndex >= 0 ? v.producerIndex : LEFT_OUT,
        v.result,
        v.iteration,
        chunk,
        offset,
      ]);
    }
    close();
    return { contents, rows };
  }

  private ticks(segment: FileSegment): void {
    const { r } = this;
    const { from, to } = segment;
    const columns = [Uint8Array, Uint8Array, Int32Array, Int32Array, Int32Array, Int32Array].map(
      (C) => new C(to - from),
    );
    for (let t = from; t < to; t++) {
      const page = r.pages.ofTick(t);
      for (const [i, name] of COLUMNS.entries()) columns[i][t - from] = page[name].at(t - page.from);
    }
    segment.columns = columns.map(bytesOf);
    const generators = new Generators(segment);
    for (; this.record < r.recordCount && r.record(this.record).tick < to; this.record++)
      segment.records.push(this.recordRow(r.record(this.record), generators));
  }

  private recordRow(x: OpRecord, generators: Generators): RecordRow {
    return [
      KINDS.indexOf(x.kind),
      x.tick,
      x.op ? this.names.add(x.op.name) : -1,
      this.names.add(x.name),
      x.args.map((a) => this.argRow(a)),
      x.outs.map((u) => u && this.useRow(u)),
      x.grads.map((u) => u && this.useRow(u)),
      x.forwardIndex,
      x.gradFn === null ? -1 : this.names.add(x.gradFn),
      x.random ? generators.add(x.random.snapshot()) : -1,
      x.module,
      x.site,
      x.defaultDtype ? dtypeIndex(x.defaultDtype) : -1,
    ];
  }

  private useRow(u: TensorUse): UseRow {
    return [u.tensor, u.value.id, this.geometries.add([u.shape, u.strides, u.offset, LENSES.indexOf(u.lens)])];
  }

  private argRow(a: ArgUse): ArgRow {
    if ('uses' in a) return [2, a.uses.map((u) => u && this.useRow(u))];
    if ('attr' in a) return [3, attrRow(a.attr)];
    if (a.use.tensor < 0) return [1, [dtypeIndex(a.use.value.dtype), bytesOf(a.use.value.data!)]];
    return [0, this.useRow(a.use)];
  }
}

/** Generators before random ops. Most draws go on with the same words, so each state of the words is stored once. */
class Generators {
  private readonly words = new Table<Uint8Array>((bytes) => Buffer.from(bytes).toString('latin1'));
  constructor(private readonly segment: FileSegment) {}

  add({ engine, nextFloat, nextDouble }: GeneratorSnapshot): number {
    const words = this.words.add(bytesOf(engine.state as unknown as Data));
    this.segment.words = this.words.items;
    const { seed, left, next, draws } = engine;
    const row: GeneratorRow = [words, String(seed), left, next, draws, nextFloat ?? null, nextDouble ?? null];
    return this.segment.generators.push(row) - 1;
  }
}

function attrRow(a: Arg): AttrRow {
  if (a === null || a === undefined) return ['n'];
  if (typeof a === 'number') return Number.isSafeInteger(a) && !Object.is(a, -0) ? ['i', String(a)] : ['v', float64(a)];
  if (typeof a === 'boolean') return ['b', a];
  if (typeof a === 'string') return ['s', a];
  if (Array.isArray(a)) return ['l', a as number[]];
  if ('kind' in a && 'value' in a) {
    if (a.kind === 'bool') return ['o', Boolean(a.value)];
    if (a.kind === 'complex') return ['c', bytesOf(Float64Array.of(Number(a.value), a.imag ?? 0))];
    return a.kind === 'int' ? ['z', String(a.value)] : ['f', float64(Number(a.value))];
  }
  throw new Error('an argument that cannot be saved');
}

/** Roots, and checkpoints that are still held, as evenly spread as the bytes allow. */
function storedValues(r: Recording, values: readonly Value[], bound: number): Set<number> {
  const held = values.filter((v) => v.producerIndex >= 0 && r.isCheckpoint(v.id) && v.data);
  const total = held.reduce((sum, v) => sum + v.data!.byteLength, 0);
  let spacing = 1;
  while (total / spacing > bound && spacing < r.iterationCount) spacing *= 2;
  const stored = [
    ...values.filter((v) => v.producerIndex < 0 && v.data),
    ...held.filter((v) => v.iteration % spacing === 0),
  ];
  return new Set(stored.map((v) => v.id));
}

const emptySegment = (from: number, to: number): FileSegment => ({
  from,
  to,
  columns: [],
  records: [],
  values: [],
  storages: [],
  tensors: [],
  places: [],
  grads: [],
  generators: [],
  words: [],
  frames: [],
  deltas: [],
  passes: [],
  iterations: [],
  outputs: [],
  hypers: [],
  states: [],
});
