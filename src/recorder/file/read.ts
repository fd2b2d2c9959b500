/** Builds a Recording from a file's chunks, segment by segment. What a stranger wrote is data: every row is checked, nothing is run. */
import { seenAs } from '../../engine/dtype';
import { CHUNK, LEFT_OUT } from '../../protocol/recordingFile';
import { Content, KINDS, PHASES, Recording, TensorRow, type Value } from '../recording';
import { bytes, Damage, fields, index, int32s, list, rows, text, whole } from './check';
import { type Chunk, RecordingFileError, unpack } from './chunks';
import { Contents, MOST_ELEMENTS, type Stored } from './contents';
import { generatorOf } from './generators';
import { readLog } from './log';
import { readNotes } from './notes';
import { originOf } from './origin';
import { unpackValue } from './pack';
import { dtypeAt, fits, type Geometry, geometryOf, type Known, recordOf } from './records';

/** Structure of all segments together, unpacked: a run that has more is not one that this machine could show. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** A recording while it is read. */
export class Reading implements Known {
  readonly recording = new Recording();
  readonly modules: Recording['modules'];
  names: string[] = [];
  geometries: Geometry[] = [];
  sites = 0;
  generators: Known['generators'] = [];
  private readonly contents = new Contents();
  private unpacked = 0;
  private readonly stored = new Map<number, Stored>();
  /** A storage's content so far: it keeps its dtype and length. */
  private readonly latest = new Map<number, Value>();

  constructor() {
    const { contents, stored, recording } = this;
    this.modules = recording.modules;
    recording.stored = (id) => {
      const at = stored.get(id);
      const { dtype, length } = at ? recording.value(id) : { dtype: 'float32' as const, length: 0 };
      return at ? contents.elements(at.chunk, at.offset, dtype, length) : null;
    };
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
    if (h.origin !== undefined) r.origin = originOf(text(h.origin, 'its origin'));
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
        kept: new Map(),
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
    if (from > 0) r.pages.begin();
    const made: Value[] = [];
    rows(s.values, 'contents', 8, (row) => {
      made.push(this.value(row));
    });
    const words = list(s.words, 'a generator').map((w) => bytes(w, 'a generator', 624 * 4));
    this.generators = list(s.generators, 'a generator').map((g) => generatorOf(g, words));
    const producers: number[] = [];
    rows(s.tensors, 'tensors', 5, ([id, dtype, flags, producer, gradFn]) => {
      const own = whole(id, 'a tensor');
      const bits = whole(flags, 'a tensor', 0, 3);
      const fn = index(gradFn, this.names.length, 'a gradient', -1);
      const by = whole(producer, 'an op', -1);
      const tensor = new TensorRow(r, own, dtypeAt(dtype), (bits & 1) !== 0, by, fn < 0 ? null : this.names[fn]);
      tensor.isParameter = (bits & 2) !== 0;
      if (r.tensor(own)) throw new Damage('a tensor');
      r.pages.addTensor(tensor);
      producers.push(by);
    });
    const first = r.recordCount;
    for (const row of list(s.records, 'ops')) {
      const record = recordOf(this, row);
      if (record.tick < from || record.tick >= to) throw new Damage('an op');
      r.pages.addRecord(record);
      const [arg] = record.args;
      if (record.name !== 'accumulate gradient' || !arg || !('use' in arg)) continue;
      if (r.tensor(arg.use.tensor)?.gradFn === null) r.leaves.add(arg.use.tensor);
    }
    this.settle(made);
    for (const by of producers) index(by, r.recordCount, 'an op', -1);
    this.histories(s);
    readLog(r, s, from, to);
    this.columns(s, from, to, first);
  }

  private value(row: unknown[]): Value {
    const r = this.recording;
    const [id, dtype, length, producer, result, iteration, chunk, offset] = row;
    const value = new Content(
      r,
      whole(id, 'a content', r.valueCount + 1, r.valueCount + 1),
      dtypeAt(dtype),
      whole(length, 'a content', 0, MOST_ELEMENTS),
      whole(producer, 'a content', LEFT_OUT),
      whole(result, 'a content', 0, 1 << 20),
      whole(iteration, 'a content'),
    );
    const at = {
      chunk: index(chunk, this.contents.chunks.length, 'a content', -1),
      offset: whole(offset, 'a content'),
    };
    if (at.chunk < 0 && value.producerIndex === -1) throw new Damage('a content');
    if (at.chunk >= 0) {
      this.contents.checkPlace(at, value.dtype, value.length);
      this.stored.set(value.id, at);
      // What a file stores is a checkpoint: it is stored again when the recording is saved again.
      if (value.producerIndex >= 0) r.checkpoints.add(value.id);
    }
    r.pages.addValue(value);
    return value;
  }

  /** Every content that replay may have to make is the result that its op says. */
  private settle(made: readonly Value[]): void {
    for (const value of made) {
      if (value.producerIndex < 0) continue;
      const record = this.recording.record(index(value.producerIndex, this.recording.recordCount, 'a content'));
      const runs = record.kind === 'backward' ? record.forwardIndex >= 0 || record.op : record.op;
      if (!runs || record.outs[value.result]?.value.id !== value.id) throw new Damage('a content');
    }
  }

  private histories(s: Record<string, unknown>): void {
    const r = this.recording;
    rows(s.storages, 'storages', 3, ([storage, tick, id]) => {
      const own = whole(storage, 'a storage');
      const value = r.value(whole(id, 'a content', 1, r.valueCount));
      const before = this.latest.get(own);
      if (before && (before.length !== value.length || before.dtype !== value.dtype)) throw new Damage('a content');
      this.latest.set(own, value);
      r.pages.setContent(own, whole(tick, 'a tick'), value);
    });
    rows(s.places, 'tensors', 4, ([id, tick, storage, geometry]) => {
      const tensor = r.tensor(whole(id, 'a tensor'));
      const g = this.geometries[index(geometry, this.geometries.length, 'a shape')];
      const own = whole(storage, 'a storage');
      const value = this.latest.get(own);
      if (!tensor || !value || !fits(g, value) || seenAs(value.dtype, g.lens) !== tensor.dtype)
        throw new Damage('a tensor');
      const { shape, strides, offset, lens } = g;
      r.pages.setPlace(tensor.id, whole(tick, 'a tick'), { storage: own, shape, strides, offset, lens });
    });
    rows(s.grads, 'gradients', 3, ([id, tick, grad]) => {
      const tensor = r.tensor(whole(id, 'a tensor'));
      if (!tensor) throw new Damage('a gradient');
      const own = whole(grad, 'a gradient', -1);
      r.pages.setGrad(tensor.id, whole(tick, 'a tick'), own < 0 ? null : own);
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
      if (k === 'output') index(record[i], r.outputCount, 'an output');
      else if (k !== 'line') {
        const known = op < r.recordCount ? r.record(op) : null;
        if (record[i] !== op || known?.tick !== from + i || known.kind !== k) throw new Damage('a tick');
        op++;
      }
      r.pages.tick(
        kind[i],
        index(phase[i], PHASES.length, 'a tick'),
        index(site[i], this.sites, 'a line', -1),
        frame[i],
        record[i],
        index(pass[i], r.passCount, 'a tick', -1),
      );
      const f = k === 'line' ? r.frame(frame[i]) : undefined;
      if (f) f.last = from + i;
    }
    if (op !== r.recordCount) throw new Damage('an op');
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
    for (const p of r.passes()) if (Number.isFinite(p.end)) p.end = Math.min(p.end, ticks);
    for (let i = 0; i < r.iterationCount; i++) {
      const { start, backward, update } = r.iteration(i);
      if (backward >= ticks && backward > start) r.setIteration(i, { backward: -1, loss: null, root: -1 });
      if (update > ticks) r.setIteration(i, { update: -1 });
    }
  }
}
