/** Makes a recording of a file's states. What a stranger wrote is data: every row is checked before it is used, nothing is run. */
import { DTYPE_NAMES, LENSES } from '../../engine/dtype';
import { numel } from '../../engine/shape';
import { TABLES } from '../../protocol/recordingFile';
import { extent, type Geometry } from '../geometry';
import { type Recording, TensorRow } from '../recording';
import type { FrameRecord, PassRecord } from '../rows';
import { runsOf } from '../store/ledger';
import type { Runs } from '../store/page';
import { BASES } from '../store/pages';
import type { PackedPage, PieceFile } from '../store/shelf';
import { COUNTED, LONGEST, TEMPLATES } from '../store/stream';
import { PATTERNS } from '../store/texts';
import { Unpacker, unpackNumbers } from '../store/varints';
import { MOST_ELEMENTS } from './calls';
import { bytes, Damage, fields, index, list, maybe, rows, text, whole } from './check';
import { MAX_CHUNK } from './chunks';
import type { FileElements } from './elements';
import { checkFrame, checkPass } from './guard';
import { originOf } from './origin';

const WORDS = 624;
const PAGE = ['template', 'iteration', 'piece', 'offset', 'size', 'texts'] as const;
const KINDS = ['contents', 'places', 'grads', 'hypers'] as const;

type State = Record<string, unknown>;

/** Numbers that were packed, each a whole one in [from, to]. */
function numbers(v: unknown, what: string, from = 0, to = Number.MAX_SAFE_INTEGER, length?: number): number[] {
  const found = unpackNumbers(bytes(v, what));
  if (length !== undefined && found.length !== length) throw new Damage(what);
  for (const n of found) whole(n, what, from, to);
  return found;
}

/** Adds states to a recording, one after the other; the last one's open pages are made by `open`. */
export class Restoring {
  private open: PackedPage[] = [];
  /** The run was over when the last state was written. */
  ended = false;

  constructor(
    private readonly r: Recording,
    private readonly elements: FileElements,
    private readonly file: PieceFile,
    /** Length of the file: nothing lies beyond. */
    private readonly size: number,
  ) {
    const { pages } = r;
    pages.hot.length = 0;
    for (const base of BASES) pages.starts[base].truncate(0);
    r.dropIteration();
  }

  add(s: State): void {
    this.fit(list(s.before, 'its parts', TABLES.length));
    this.script(s);
    this.tables(s);
    this.pages(s);
    this.ledger(s);
    this.iterations(s);
    // Files of before have none.
    if (s.times !== undefined) {
      const { times } = this.r;
      times.add(whole(s.timesFrom, 'the times', 0, times.length), bytes(s.times, 'the times'));
    }
    rows(s.contents, 'contents', 3, ([at, ids, offsets]) => {
      const chunk = whole(at, 'contents', 0, this.size);
      const all = numbers(ids, 'contents', 1);
      const places = numbers(offsets, 'contents', 0, MAX_CHUNK, all.length);
      this.elements.add(chunk, all, places);
    });
    this.end(s);
  }

  /** Every state fits only behind those that it was written behind. */
  private fit(before: unknown[]): void {
    const { r } = this;
    const { shelf } = r.pages;
    const known = [
      shelf.count,
      shelf.pieces.length,
      shelf.codec.words.size,
      shelf.codec.texts.patterns.size,
      shelf.codec.geometries.list.length,
      shelf.templates.all.length,
      r.generators.states.length,
      r.sites.length,
      r.leaves.size,
    ];
    if (known.some((n, i) => before[i] !== n)) throw new Damage('the order of its parts');
  }

  private script(s: State): void {
    const { r } = this;
    r.script = text(s.script, 'the script');
    r.origin = originOf(text(s.origin, 'its origin'));
    rows(s.sources, 'the sources', 2, ([path, source]) =>
      r.sources.set(text(path, 'a path'), text(source, 'a source')),
    );
    rows(s.sites, 'the lines', 2, ([path, line]) => {
      r.sites.push({ path: text(path, 'a path'), line: whole(line, 'a line') });
    });
    const ids = (v: unknown): Map<string, number> => {
      const found = new Map<string, number>();
      rows(v, 'a module', 2, ([name, id]) => found.set(text(name, 'a name'), whole(id, 'a module')));
      return found;
    };
    rows(s.modules, 'modules', 8, ([id, parent, name, type, extra, parameters, buffers, children]) => {
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
    rows(s.optimizers, 'optimizers', 3, ([id, description, kept]) => {
      const own = whole(id, 'an optimizer');
      const names = new Map<number, Set<string>>();
      rows(kept, 'an optimizer', 2, ([parameter, all]) => {
        names.set(
          whole(parameter, 'a parameter'),
          new Set(list(all, 'an optimizer').map((name) => text(name, 'a name'))),
        );
      });
      r.optimizers.set(own, { id: own, description: text(description, 'an optimizer'), kept: names });
    });
    for (const id of numbers(s.leaves, 'a tensor')) r.leaves.add(id);
    r.linesLeftOut = whole(s.linesLeftOut, 'lines');
  }

  private tables(s: State): void {
    const { r } = this;
    const { codec, templates } = r.pages.shelf;
    const { words, geometries } = codec;
    const { patterns } = codec.texts;
    const once = (at: number, next: number, what: string) => {
      if (at !== next) throw new Damage(what);
    };
    for (const word of list(s.words, 'names')) once(words.size, words.of(text(word, 'a name')), 'names');
    for (const pattern of list(s.patterns, 'texts')) once(patterns.size, patterns.of(text(pattern, 'a text')), 'texts');
    if (patterns.size > PATTERNS) throw new Damage('texts');
    for (const row of list(s.geometries, 'shapes'))
      once(geometries.list.length, geometries.of(geometryOf(row)), 'shapes');
    const from = new Unpacker(bytes(s.templates, 'pages'));
    while (!from.done) {
      const length = whole(from.number(), 'pages', 0, LONGEST);
      const kinds = new Uint8Array(length);
      const values = new Float64Array(length);
      for (let i = 0; i < length; i++) kinds[i] = index(from.byte(), COUNTED, 'pages');
      for (let i = 0; i < length; i++) values[i] = from.signed();
      templates.add({ kinds, values, bases: new Float64Array(COUNTED) });
    }
    if (templates.all.length > TEMPLATES) throw new Damage('pages');
    const all = new Uint8Array(bytes(s.generators, 'a generator'));
    if (all.length % (WORDS * 4) !== 0) throw new Damage('a generator');
    for (let at = 0; at < all.length; at += WORDS * 4) r.generators.states.push(new Uint32Array(all.buffer, at, WORDS));
  }

  private pages(s: State): void {
    const { pages } = this.r;
    const { shelf, starts } = pages;
    const [at, lengths] = list(s.pieces, 'pages', 2).map((v) => numbers(v, 'pages', 0, this.size + MAX_CHUNK));
    if (at.length !== lengths.length) throw new Damage('pages');
    for (const [i, place] of at.entries())
      shelf.pieces.push({
        bytes: null,
        length: whole(lengths[i], 'pages', 0, MAX_CHUNK),
        place: { file: this.file, at: place },
      });
    const columns = list(s.pages, 'pages', PAGE.length).map((v) => numbers(v, 'pages', -1, 2 ** 40));
    if (columns.some(({ length }) => length !== columns[0].length)) throw new Damage('pages');
    for (let i = 0; i < columns[0].length; i++) {
      const [template, iteration, piece, offset, size, texts] = columns.map((c) => c[i]);
      index(template, shelf.templates.all.length, 'a page', -1);
      whole(iteration, 'a page');
      const { length } = shelf.pieces[index(piece, shelf.pieces.length, 'a page')];
      const sizes = whole(size, 'a page', 0, length) + whole(texts, 'a page', 0, length);
      whole(offset, 'a page', 0, length - sizes);
      for (const [k, name] of PAGE.entries()) shelf.columns[name].push(columns[k][i]);
    }
    const settled = shelf.count;
    this.open = list(s.open, 'a page').map((row) => {
      const [template, iteration, packed, texts] = list(row, 'a page', 4);
      return {
        template: index(template, shelf.templates.all.length, 'a page', -1),
        iteration: whole(iteration, 'a page'),
        bytes: bytes(packed, 'a page'),
        texts: bytes(texts, 'a page'),
      };
    });
    if (this.open.length === 0) throw new Damage('a page');
    const counts = list(s.counts, 'pages', BASES.length);
    const columnsOf = list(s.starts, 'pages', BASES.length);
    const before = Number((s.before as unknown[])[0]);
    for (const [k, base] of BASES.entries()) {
      const column = starts[base];
      column.truncate(before);
      let last = before > 0 ? column.at(before - 1) : 0;
      for (const start of numbers(columnsOf[k], 'pages', 0, undefined, settled + this.open.length - before)) {
        if (start < last) throw new Damage('the order of its pages');
        column.push((last = start));
      }
      pages.counts[base] = base === 'tick' ? last : whole(counts[k], 'pages', last);
      // Every row has a page.
      if (column.at(0) !== (base === 'value' ? 1 : 0) && base !== 'tensor' && base !== 'storage' && base !== 'frame')
        throw new Damage('the order of its pages');
    }
    pages.settled = settled;
  }

  private ledger(s: State): void {
    const { r } = this;
    const { ledger } = r.pages;
    const addRuns = (runs: Runs, v: unknown) => {
      const ends = numbers(v, 'changes');
      if (ends.length % 2 !== 0) throw new Damage('changes');
      for (let i = 0; i < ends.length; i += 2) {
        if (ends[i] <= runs.highest || ends[i + 1] < ends[i]) throw new Damage('changes');
        runs.addRun(ends[i], ends[i + 1]);
      }
    };
    const pairs = (v: unknown, into: Map<number, number>) => {
      const all = unpackNumbers(bytes(v, 'tensors'));
      if (all.length % 2 !== 0) throw new Damage('tensors');
      for (let i = 0; i < all.length; i += 2) into.set(whole(all[i], 'a tensor'), whole(all[i + 1], 'a page'));
    };
    rows(s.changed, 'changes', 3, ([kind, id, runs]) =>
      addRuns(runsOf(ledger.changed[KINDS[index(kind, 4, 'changes')]], whole(id, 'changes')), runs),
    );
    rows(s.stateful, 'changes', 2, ([key, runs]) => addRuns(runsOf(ledger.stateful, text(key, 'changes')), runs));
    rows(s.named, 'names', 4, ([frame, names, tensors, modules]) => {
      const known = ledger.namesOf(whole(frame, 'a frame'));
      rows(names, 'names', 2, ([name, runs]) => addRuns(runsOf(known.names, text(name, 'a name')), runs));
      pairs(tensors, known.tensors);
      rows(modules, 'names', 2, ([id, name]) => known.modules.set(whole(id, 'a module'), text(name, 'a name')));
    });
    pairs(s.late, ledger.late);
    rows(s.altered, 'tensors', 5, ([id, dtype, flags, producer, gradFn]) => {
      const own = whole(id, 'a tensor');
      const bits = whole(flags, 'a tensor', 0, 3);
      const by = whole(producer, 'an op', -1);
      const fn = maybe(gradFn, (v) => text(v, 'a name'));
      const tensor = new TensorRow(
        r,
        own,
        DTYPE_NAMES[index(dtype, DTYPE_NAMES.length, 'a dtype')],
        (bits & 1) !== 0,
        by,
        fn,
      );
      tensor.isParameter = (bits & 2) !== 0;
      ledger.altered.set(own, tensor);
    });
    const first = whole(s.firstFrame, 'a frame', -1);
    ledger.firstFrame = first < 0 ? null : first;
    rows(s.frames, 'frames', 7, ([id, parent, name, path, line, begun, last]) => {
      const above = whole(parent, 'a frame', -1);
      const frame: FrameRecord = {
        id: whole(id, 'a frame'),
        parent: above < 0 ? null : above,
        name: text(name, 'a frame'),
        path: text(path, 'a path'),
        line: whole(line, 'a line'),
        first: whole(begun, 'a tick'),
        last: whole(last, 'a tick', -1),
      };
      checkFrame(frame, Number.MAX_SAFE_INTEGER);
      ledger.longFrames.set(frame.id, frame);
    });
    rows(s.passes, 'passes', 9, ([id, kind, label, start, end, frame, site, optimizer, root]) => {
      const until = whole(end, 'a pass', -1);
      const pass = {
        index: whole(id, 'a pass'),
        kind: index(kind, 2, 'a pass') === 0 ? 'backward' : 'step',
        label: text(label, 'a pass'),
        start,
        end: until < 0 ? Number.POSITIVE_INFINITY : until,
        frame,
        site,
        optimizer,
        root,
      } as PassRecord;
      checkPass(pass, r);
      ledger.longPasses.set(pass.index, pass);
    });
  }

  private iterations(s: State): void {
    const { r } = this;
    const from = whole(s.iterationsFrom, 'an iteration', 0, r.iterationCount);
    while (r.iterationCount > from) r.dropIteration();
    const [starts, backwards, updates, roots] = list(s.iterations, 'iterations', 4).map((v) =>
      numbers(v, 'an iteration', -1),
    );
    const { length } = starts;
    const losses = new Float64Array(new Uint8Array(bytes(s.losses, 'losses', length * 8)).buffer);
    const there = bytes(s.hasLoss, 'losses', length);
    if ([backwards, updates, roots].some((c) => c.length !== length)) throw new Damage('iterations');
    for (let i = 0; i < length; i++) {
      const [start, backward, update] = [starts[i], backwards[i], updates[i]];
      const before = r.iterationCount > 0 ? r.lastIteration.start : -1;
      if (start <= before || (before < 0 && start !== 0)) throw new Damage('an iteration');
      if ([backward, update].some((tick) => tick >= 0 && tick < start)) throw new Damage('a phase');
      r.addIteration({ start, backward, update, loss: there[i] ? losses[i] : null, root: roots[i] });
    }
    if (r.iterationCount === 0) throw new Damage('iterations');
  }

  private end(s: State): void {
    const { r } = this;
    this.ended = s.ended === true;
    r.exception = null;
    if (s.exception === null || s.exception === undefined) return;
    const x = fields(s.exception, 'its end');
    const said = (v: unknown) => text(v, 'its end');
    const tick = whole(x.tick, 'its end', -1);
    r.exception = { type: said(x.type), message: said(x.message), traceback: said(x.traceback), tick };
  }

  /** All states are read: makes the pages that are not settled, and checks what could not be before. */
  finish(): void {
    const { pages } = this.r;
    const { shelf } = pages;
    this.checkModules();
    for (const [i, packed] of this.open.entries()) {
      const at = pages.settled + i;
      pages.hot.push(shelf.unpack(packed, at, pages.basesOf(at)));
    }
    this.cut();
    for (const page of pages.hot) shelf.guard!.page(page);
  }

  /** What is known of pages that a file does not have (it is cut off) is forgotten. */
  private cut(): void {
    const { r } = this;
    const { ledger, settled } = r.pages;
    const { ticks } = r;
    const named = [...ledger.named.values()];
    for (const map of [...Object.values(ledger.changed), ledger.stateful, ...named.map(({ names }) => names)])
      for (const runs of map.values()) runs.truncate(settled);
    for (const map of [ledger.late, ...named.map(({ tensors }) => tensors)])
      for (const [id, page] of map) if (page >= settled) map.delete(id);
    for (const [id, tensor] of ledger.altered) if (tensor.producerIndex >= r.recordCount) ledger.altered.delete(id);
    for (const [id, frame] of ledger.longFrames) {
      if (frame.first > ticks) ledger.longFrames.delete(id);
      frame.last = Math.min(frame.last, ticks - 1);
    }
    for (const [id, pass] of ledger.longPasses) {
      if (id >= r.passCount) ledger.longPasses.delete(id);
      if (Number.isFinite(pass.end)) pass.end = Math.min(pass.end, ticks);
    }
    while (r.iterationCount > 1 && r.lastIteration.start >= ticks) r.dropIteration();
    const last = r.iterationCount - 1;
    const { start, backward, update } = r.lastIteration;
    if (backward >= ticks && backward > start) r.setIteration(last, { backward: -1, loss: null, root: -1 });
    if (update > ticks) r.setIteration(last, { update: -1 });
    if (r.exception && r.exception.tick >= ticks) r.exception = null;
  }

  /** A module that contains itself would be walked for ever. */
  private checkModules(): void {
    const { modules } = this.r;
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
}

function geometryOf(row: unknown): Geometry & { shape: number[]; strides: number[] } {
  const [shape, strides, offset, lens] = list(row, 'a shape', 4);
  const dims = list(shape, 'a shape').map((n) => whole(n, 'a shape', 0, MOST_ELEMENTS));
  const steps = list(strides, 'strides', dims.length).map((n) => whole(n, 'strides', 0, MOST_ELEMENTS));
  const from = whole(offset, 'an offset', 0, MOST_ELEMENTS);
  if (numel(dims) > MOST_ELEMENTS) throw new Damage('a shape');
  const g = { shape: dims, strides: steps, offset: from, lens: LENSES[index(lens, LENSES.length, 'a shape')] };
  if (extent(g) > 16 * MOST_ELEMENTS) throw new Damage('a shape');
  return g;
}
