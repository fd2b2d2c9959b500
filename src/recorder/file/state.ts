/** What a file is told of a recording beside pages and elements: everything, or what became known since the last time. */
import { DTYPE_NAMES, LENSES } from '../../engine/dtype';
import type { FileState, Packed, TABLES } from '../../protocol/recordingFile';
import type { Recording } from '../recording';
import type { FrameRecord, PassRecord } from '../rows';
import type { Runs } from '../store/page';
import { BASES } from '../store/pages';
import type { PackedPage } from '../store/shelf';
import type { Template } from '../store/stream';
import { Packer, packNumbers } from '../store/varints';

type Table = (typeof TABLES)[number];
const KINDS = ['contents', 'places', 'grads', 'hypers'] as const;
const WORDS = 624;

/** What a state tells of, and where a writer put it. */
export interface Extent {
  /** Settled pages up to here. */
  settled: number;
  /** Those behind them, as far as they are told of. */
  open: readonly PackedPage[];
  /** Offsets of the pieces of settled pages, by number. */
  pieces: readonly number[];
  /** Chunks of contents since the last state. */
  contents: FileState['contents'];
  /** Begins anew. */
  whole: boolean;
  /** What was touched is told of by nobody else. */
  own: boolean;
  ended: boolean;
}

export class States {
  private before: Record<Table, number> = zeros();
  private ledger = 0;
  private sources = 0;
  private optimizers = '';
  /** Frames and passes that were still going on when they were told of. */
  private readonly frames = new Map<number, number>();
  private readonly passes = new Map<number, number>();
  private altered = 0;
  private times = 0;

  constructor(private readonly r: Recording) {}

  /** A state: what became known since the one before. */
  next({ settled, open, pieces, contents, whole, own, ended }: Extent): FileState {
    const { r } = this;
    const { pages } = r;
    const { ledger, shelf } = pages;
    if (whole) {
      this.before = zeros();
      this.ledger = this.sources = this.altered = this.times = 0;
      this.optimizers = '';
      this.frames.clear();
      this.passes.clear();
    }
    const b = this.before;
    const now = this.counted(settled, pieces.length);
    const end = settled + open.length;
    const counts = end < pages.count ? pages.basesOf(end) : pages.counts;
    const from = b.pages;
    // What is known of pages is told of all that are settled, even of those that are told of later.
    const news = this.ledger;
    this.ledger = pages.settled;
    const modules = whole ? [...r.modules.keys()] : own ? [...r.touched] : [];
    const first = whole ? 0 : own ? Math.min(r.iterationsFrom, r.iterationCount) : r.iterationCount;
    const iterations = Array.from({ length: r.iterationCount - first }, (_, i) => r.iteration(first + i));
    const state: FileState = {
      whole,
      before: Object.values(b),
      script: r.script,
      origin: JSON.stringify(r.origin),
      sources: [...r.sources].slice(this.sources),
      sites: r.sites.slice(b.sites).map((s) => [s.path, s.line]),
      modules: modules.flatMap((id) => this.module(id)),
      optimizers: this.optimizersNow(),
      leaves: packNumbers([...r.leaves].slice(b.leaves)),
      words: shelf.codec.words.list.slice(b.words),
      patterns: shelf.codec.texts.patterns.list.slice(b.patterns),
      geometries: shelf.codec.geometries.list
        .slice(b.geometries)
        .map(({ shape, strides, offset, lens }) => [shape, strides, offset, LENSES.indexOf(lens)]),
      templates: packTemplates(shelf.templates.all.slice(b.templates)),
      generators: wordsOf(r.generators.states.slice(b.generators)),
      pieces: [
        packNumbers(pieces.slice(b.pieces)),
        packNumbers(shelf.pieces.slice(b.pieces, pieces.length).map(({ length }) => length)),
      ],
      pages: Object.values(shelf.columns).map((column) => packNumbers(column.toArray(from, settled))),
      starts: BASES.map((base) => packNumbers(pages.starts[base].toArray(from, end))),
      counts: BASES.map((base) => counts[base]),
      open: open.map(({ template, iteration, bytes, texts }) => [template, iteration, bytes, texts]),
      changed: KINDS.flatMap((kind, k) =>
        since(ledger.changed[kind], news).map(([id, runs]): [number, number, Packed] => [k, id, runs]),
      ),
      stateful: since(ledger.stateful, news),
      named: [...ledger.named].map(([frame, { names, tensors, modules: given }]) => [
        frame,
        since(names, news),
        packNumbers([...tensors].filter(([, page]) => page >= news).flat()),
        [...given],
      ]),
      late: packNumbers([...ledger.late].filter(([, page]) => page >= news).flat()),
      altered: this.alteredNow(),
      firstFrame: ledger.firstFrame ?? -1,
      frames: this.framesNow(ledger.longFrames.values()),
      passes: this.passesNow(ledger.longPasses.values()),
      iterationsFrom: first,
      iterations: (['start', 'backward', 'update', 'root'] as const).map((c) =>
        packNumbers(iterations.map((i) => i[c])),
      ),
      losses: bytesOf(Float64Array.from(iterations, (i) => i.loss ?? 0)),
      hasLoss: Uint8Array.from(iterations, (i) => (i.loss === null ? 0 : 1)),
      timesFrom: this.times,
      times: r.times.take(this.times),
      contents,
      linesLeftOut: r.linesLeftOut,
      exception: r.exception,
      ended,
    };
    this.before = now;
    this.times = r.times.length;
    this.sources = r.sources.size;
    if (own) {
      r.touched.clear();
      r.iterationsFrom = r.iterationCount;
    }
    return state;
  }

  private counted(pages: number, pieces: number): Record<Table, number> {
    const { r } = this;
    const { shelf } = r.pages;
    return {
      pages,
      pieces,
      words: shelf.codec.words.list.length,
      patterns: shelf.codec.texts.patterns.list.length,
      geometries: shelf.codec.geometries.list.length,
      templates: shelf.templates.all.length,
      generators: r.generators.states.length,
      sites: r.sites.length,
      leaves: r.leaves.size,
    };
  }

  private module(id: number): FileState['modules'] {
    const m = this.r.modules.get(id);
    if (!m) return [];
    return [[m.id, m.parent ?? -1, m.name, m.type, m.extra, [...m.parameters], [...m.buffers], [...m.children]]];
  }

  private optimizersNow(): FileState['optimizers'] {
    const all = [...this.r.optimizers.values()];
    const size = all.map(({ kept }) => [...kept.values()].reduce((n, names) => n + names.size, 1)).join();
    if (size === this.optimizers) return [];
    this.optimizers = size;
    return all.map(({ id, description, kept }) => [id, description, [...kept].map(([p, names]) => [p, [...names]])]);
  }

  private alteredNow(): FileState['altered'] {
    const { altered, alterations } = this.r.pages.ledger;
    if (alterations === this.altered) return [];
    this.altered = alterations;
    return [...altered.values()].map((t) => [
      t.id,
      DTYPE_NAMES.indexOf(t.dtype),
      (t.requiresGrad ? 1 : 0) | (t.isParameter ? 2 : 0),
      t.producerIndex,
      t.gradFn,
    ]);
  }

  private framesNow(all: Iterable<FrameRecord>): FileState['frames'] {
    const rows: FileState['frames'] = [];
    for (const { id, parent, name, path, line, first, last } of all) {
      if (this.frames.get(id) === last) continue;
      this.frames.set(id, last);
      rows.push([id, parent ?? -1, name, path, line, first, last]);
    }
    return rows;
  }

  private passesNow(all: Iterable<PassRecord>): FileState['passes'] {
    const rows: FileState['passes'] = [];
    for (const { index, kind, label, start, end, frame, site, optimizer, root } of all) {
      if (this.passes.get(index) === end) continue;
      this.passes.set(index, end);
      const until = Number.isFinite(end) ? end : -1;
      rows.push([index, kind === 'backward' ? 0 : 1, label, start, until, frame, site, optimizer, root]);
    }
    return rows;
  }
}

const zeros = (): Record<Table, number> => ({
  pages: 0,
  pieces: 0,
  words: 0,
  patterns: 0,
  geometries: 0,
  templates: 0,
  generators: 0,
  sites: 0,
  leaves: 0,
});

export const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Runs of pages from one on, of those keys that have any. */
function since<K>(map: ReadonlyMap<K, Runs>, from: number): [K, Packed][] {
  const found: [K, Packed][] = [];
  for (const [key, runs] of map) if (runs.highest >= from) found.push([key, packNumbers(runs.since(from))]);
  return found;
}

function packTemplates(templates: readonly Template[]): Uint8Array {
  const out = new Packer();
  for (const { kinds, values } of templates) {
    out.number(values.length);
    for (const kind of kinds) out.byte(kind);
    for (const value of values) out.signed(value);
  }
  return out.take();
}

function wordsOf(states: readonly Uint32Array[]): Uint8Array {
  const all = new Uint32Array(states.length * WORDS);
  for (const [i, words] of states.entries()) all.set(words, i * WORDS);
  return bytesOf(all);
}
