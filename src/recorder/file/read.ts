/** Builds a Recording from a file's chunks, segment by segment. What a stranger wrote is data: every row is checked, nothing is run. */
import { seenAs } from '../../engine/dtype';
import { CHUNK } from '../../protocol/recordingFile';
import { History } from '../columns';
import { KINDS, type OpRecord, PHASES, Recording, type Value } from '../recording';
import { bytes, Damage, fields, index, int32s, list, rows, text, whole } from './check';
import { type Chunk, RecordingFileError, unpack } from './chunks';
import { Contents, MOST_ELEMENTS, StoredValue } from './contents';
import { generatorOf } from './generators';
import { readLog } from './log';
import { readNotes } from './notes';
import { unpackValue } from './pack';
import { dtypeAt, fits, type Geometry, geometryOf, type Known, recordOf } from './records';

/** Structure of all segments together, unpacked: a run that has more is not one that this machine could show. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** A recording while it is read. */
export class Reading implements Known {
  readonly recording = new Recording();
  readonly values = new Map<number, Value>();
  readonly records: OpRecord[];
  readonly modules: Recording['modules'];
  names: string[] = [];
  geometries: Geometry[] = [];
  sites = 0;
  generators: Known['generators'] = [];
  private readonly contents = new Contents();
  private unpacked = 0;

  constructor() {
    this.records = this.recording.records;
    this.modules = this.recording.modules;
  }

  hasTensor(id: number): boolean {
    return this.recording.tensors.has(id);
  }

  /** Reads chunks until one does not make sense; says what was wrong with it, or null. */
  read(chunks: readonly Chunk[]): string | null {
    const [first, ...others] = chunks;
    if (first?.kind !== CHUNK.header) throw new RecordingFileError('This recording is damaged: it has no beginning.');
    this.header(this.structure(first));
    let notes: Chunk | null = null;
    for (const chunk of others) {
      if (chunk.kind === CHUNK.notes) notes = chunk;
      else if (chunk.kind === CHUNK.contents) this.contents.chunks.push(chunk);
      else if (chunk.kind === CHUNK.header) throw new Damage('a second beginning');
      else {
        const before = this.recording.ticks;
        try {
          if (chunk.kind === CHUNK.end) this.end(this.structure(chunk));
          else this.segment(this.structure(chunk));
        } catch (error) {
          // What a broken segment left half-built must not be shown: only a file whose first segments are whole can be opened in part.
          if (error instanceof RecordingFileError || before === 0 || chunk.kind === CHUNK.segment) throw error;
          return 'its end is damaged';
        }
      }
    }
    this.finish();
    return notes && this.notes(notes);
  }

  /** What was written beside the run must not keep it from being opened. */
  private notes(chunk: Chunk): string | null {
    const { recording } = this;
    try {
      recording.bookmarks = readNotes(this.structure(chunk), recording.ticks);
      return null;
    } catch {
      return 'its bookmarks are damaged';
    }
  }

  private structure(chunk: Chunk): Record<string, unknown> {
    this.unpacked += chunk.length;
    if (this.unpacked > MOST_BYTES) throw new RecordingFileError('This recording is too large to be opened.');
    return fields(unpackValue(unpack(chunk)), 'a part of it');
  }

  private header(h: Record<string, unknown>): void {
    const r = this.recording;
    r.script = text(h.script, 'the script');
    rows(h.sources, 'the sources', 2, ([path, source]) =>
      r.sources.set(text(path, 'a path'), text(source, 'a source')),
    );
    rows(h.sites, 'the lines', 2, ([path, line]) => {
      r.sites.push({ path: text(path, 'a path'), line: whole(line, 'a line') });
    });
    this.sites = r.sites.length;
    this.names = list(h.names, 'names').map((n) => text(n, 'a name'));
    this.geometries = list(h.geometries, 'shapes').map(geometryOf);
    const ids = (v: unknown): Map<string, number> => {
      const found = new Map<string, number>();
      rows(v, 'a module', 2, ([name, id]) => found.set(text(name, 'a name'), whole(id, 'a module')));
      return found;
    };
    rows(h.modules, 'modules', 8, ([id, parent, name, type, extra, parameters, buffers, children]) => {
      const own = whole(id, 'a module');
      const above = whole(parent, 'a module', -1);
      r.modules.set(own, {
        id: own,
        parent: above < 0 ? null : above,
        name: text(name, 'a name'),
        type: text(type, 'a type'),
        extra: text(extra, 'a module'),
        parameters: ids(parameters),
        buffers: ids(buffers),
        children: ids(children),
      });
    });
    this.checkModules();
    rows(h.optimizers, 'optimizers', 2, ([id, description]) => {
      const own = whole(id, 'an optimizer');
      r.optimizers.set(own, {
        id: own,
        description: text(description, 'an optimizer'),
        hyper: new History(),
        state: new Map(),
      });
    });
  }

  /** A module that contains itself would be walked for ever. */
  private checkModules(): void {
    const { modules } = this.recording;
    const fine = new Set<number>();
    for (const start of modules.keys()) {
      const path = new Set<number>();
      for (
        let m = modules.get(start);
        m && !fine.has(m.id);
        m = m.parent === null ? undefined : modules.get(m.parent)
      ) {
        if (path.has(m.id)) throw new Damage('a module');
        path.add(m.id);
      }
      for (const id of path) fine.add(id);
      const { children } = modules.get(start)!;
      for (const [name, child] of children) if (modules.get(child)?.parent !== start) children.delete(name);
    }
  }

  private segment(s: Record<string, unknown>): void {
    const r = this.recording;
    const from = whole(s.from, 'a part of it');
    const to = whole(s.to, 'a part of it', from);
    if (from !== r.ticks) throw new Damage('the order of its parts');
    const made: { value: StoredValue; producer: number }[] = [];
    rows(s.values, 'contents', 8, (row) => {
      made.push(this.value(row));
    });
    const words = list(s.words, 'a generator').map((w) => bytes(w, 'a generator', 624 * 4));
    this.generators = list(s.generators, 'a generator').map((g) => generatorOf(g, words));
    const producers: [{ producer: OpRecord | null }, number][] = [];
    rows(s.tensors, 'tensors', 5, ([id, dtype, flags, producer, gradFn]) => {
      const own = whole(id, 'a tensor');
      const bits = whole(flags, 'a tensor', 0, 3);
      const fn = index(gradFn, this.names.length, 'a gradient', -1);
      const tensor = {
        id: own,
        dtype: dtypeAt(dtype),
        requiresGrad: (bits & 1) !== 0,
        isParameter: (bits & 2) !== 0,
        place: new History<never>(),
        grad: new History<number | null>(),
        producer: null,
        gradFn: fn < 0 ? null : this.names[fn],
      };
      r.tensors.set(own, tensor);
      producers.push([tensor, whole(producer, 'an op', -1)]);
    });
    const first = this.records.length;
    // A content's producer is known by number before the record is read, so that its order can be checked.
    const promised = new Map(made.map(({ value, producer }) => [value, producer]));
    for (const { value, producer } of made)
      if (producer >= first) value.producer = { index: producer } as OpRecord;
      else if (producer >= 0) value.producer = this.records[producer];
    for (const row of list(s.records, 'ops')) {
      const record = recordOf(this, row);
      if (record.tick < from || record.tick >= to) throw new Damage('an op');
      this.records.push(record);
    }
    this.settle(promised);
    for (const [tensor, producer] of producers)
      if (producer >= 0) tensor.producer = this.records[index(producer, this.records.length, 'an op')];
    this.histories(s);
    readLog(r, s, from, to);
    this.columns(s, from, to, first);
  }

  private value(row: unknown[]): { value: StoredValue; producer: number } {
    const [id, dtype, length, producer, result, iteration, chunk, offset] = row;
    const own = whole(id, 'a content', 1);
    if (this.values.has(own)) throw new Damage('a content');
    const value = new StoredValue(
      this.contents,
      own,
      dtypeAt(dtype),
      whole(length, 'a content', 0, MOST_ELEMENTS),
      whole(result, 'a content', 0, 1 << 20),
      whole(iteration, 'a content'),
      index(chunk, this.contents.chunks.length, 'a content', -1),
      whole(offset, 'a content'),
    );
    this.values.set(own, value);
    const by = whole(producer, 'a content', -1);
    if (!value.stored && by < 0) throw new Damage('a content');
    if (value.stored) value.checkPlace();
    return { value, producer: by };
  }

  /** Every content that replay may have to make is the result that its op says. */
  private settle(promised: Map<StoredValue, number>): void {
    for (const [value, producer] of promised) {
      if (producer < 0) continue;
      const record = this.records[index(producer, this.records.length, 'a content')];
      const runs = record.kind === 'backward' ? record.forwardOf || record.op : record.op;
      if (!runs || record.outs[value.result]?.value !== value) throw new Damage('a content');
      value.producer = record;
    }
  }

  private histories(s: Record<string, unknown>): void {
    const r = this.recording;
    const put = <T>(history: History<T>, tick: unknown, value: T) => {
      const last = history.ticks[history.ticks.length - 1] ?? 0;
      history.set(whole(tick, 'a tick', last), value);
    };
    rows(s.storages, 'storages', 3, ([storage, tick, id]) => {
      const own = whole(storage, 'a storage');
      let history = r.storages.get(own);
      if (!history) r.storages.set(own, (history = new History()));
      const value = this.values.get(whole(id, 'a content'));
      if (!value) throw new Damage('a content');
      const before = history.latest;
      if (before && (before.length !== value.length || before.dtype !== value.dtype)) throw new Damage('a content');
      put(history, tick, value);
    });
    rows(s.places, 'tensors', 4, ([id, tick, storage, geometry]) => {
      const tensor = r.tensors.get(whole(id, 'a tensor'));
      const g = this.geometries[index(geometry, this.geometries.length, 'a shape')];
      const own = whole(storage, 'a storage');
      const value = r.storages.get(own)?.latest;
      if (!tensor || !value || !fits(g, value) || seenAs(value.dtype, g.lens) !== tensor.dtype)
        throw new Damage('a tensor');
      put(tensor.place, tick, { storage: own, shape: g.shape, strides: g.strides, offset: g.offset, lens: g.lens });
    });
    rows(s.grads, 'gradients', 3, ([id, tick, grad]) => {
      const tensor = r.tensors.get(whole(id, 'a tensor'));
      if (!tensor) throw new Damage('a gradient');
      const own = whole(grad, 'a gradient', -1);
      put(tensor.grad, tick, own < 0 ? null : own);
    });
  }

  private columns(s: Record<string, unknown>, from: number, to: number, first: number): void {
    const r = this.recording;
    const n = to - from;
    const wide = [1, 1, 4, 4, 4, 4];
    const raw = list(s.columns, 'ticks', 6).map((c, i) => bytes(c, 'ticks', n * wide[i]));
    const [kind, phase] = raw;
    const [site, frame, record, pass] = raw.slice(2).map(int32s);
    let op = first;
    for (let i = 0; i < n; i++) {
      const k = KINDS[index(kind[i], KINDS.length, 'a tick')];
      if (k === 'output') index(record[i], r.outputs.length, 'an output');
      else if (k !== 'line') {
        if (record[i] !== op || this.records[op]?.tick !== from + i || this.records[op].kind !== k)
          throw new Damage('a tick');
        op++;
      }
      r.kind.push(kind[i]);
      r.phase.push(index(phase[i], PHASES.length, 'a tick'));
      r.site.push(index(site[i], this.sites, 'a line', -1));
      r.frame.push(frame[i]);
      r.record.push(record[i]);
      r.pass.push(index(pass[i], r.passes.length, 'a tick', -1));
      const f = k === 'line' ? r.frames.get(frame[i]) : undefined;
      if (f) f.last = from + i;
    }
    if (op !== this.records.length) throw new Damage('an op');
  }

  private end(e: Record<string, unknown>): void {
    const r = this.recording;
    if (whole(e.ticks, 'its end') !== r.ticks) throw new Damage('its end');
    if (e.exception === null || e.exception === undefined) return;
    const x = fields(e.exception, 'its end');
    const said = (v: unknown) => text(v, 'its end');
    const tick = whole(x.tick, 'its end', -1, r.ticks);
    r.exception = { type: said(x.type), message: said(x.message), traceback: said(x.traceback), tick };
  }

  /** What began before the file's end and goes on after it ends there. */
  finish(): void {
    const r = this.recording;
    const { ticks } = r;
    for (const p of r.passes) if (Number.isFinite(p.end)) p.end = Math.min(p.end, ticks);
    for (const it of r.iterations) {
      if (it.backward >= ticks && it.backward > it.start) Object.assign(it, { backward: -1, loss: null, root: -1 });
      if (it.update > ticks) it.update = -1;
    }
  }
}
