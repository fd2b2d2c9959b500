/** Looks at the pages of a file when they are read: what a stranger wrote is data, every row is checked, nothing is run. */
import { t } from '../../protocol/l10n';
import { FAR, type RandomMark } from '../generators';
import { KINDS, type OpRecord, PHASES, type Recording, type TensorUse } from '../recording';
import { argUses } from '../replay';
import { UnknownOp } from '../store/codec';
import type { Bases, Changes, Page } from '../store/page';
import type { Guard } from '../store/shelf';
import { checkCall, checkForward, MOST_ELEMENTS } from './calls';
import { Damage, index, RecordingFileError, text, whole } from './check';

import { checkNames } from './names';

const LINE = KINDS.indexOf('line');
const OUTPUT = KINDS.indexOf('output');

export class PageGuard implements Guard {
  constructor(private readonly r: Recording) {
    r.pages.shelf.codec.checkForward = checkForward;
  }

  failed(at: number, error: unknown): never {
    const { r } = this;
    if (error instanceof UnknownOp) throw unknownOp(error);
    const { from, to } = this.span(at);
    const why = error instanceof Error ? error.message : String(error);
    const place = t('iteration {0}, ticks {1} to {2}', r.iterationAt(from) + 1, from + 1, to);
    throw new RecordingFileError(t('A part of this recording is damaged and cannot be shown ({0}): {1}.', place, why));
  }

  private span(at: number): { from: number; to: number } {
    const { starts } = this.r.pages;
    const from = starts.tick.at(at);
    return { from, to: at + 1 < starts.tick.length ? starts.tick.at(at + 1) : this.r.ticks };
  }

  /** Where a page ends, by the page after it; of the last one ticks are not counted yet. */
  private end(page: Page): Bases {
    const { pages } = this.r;
    return page.index + 1 < pages.count ? pages.basesOf(page.index + 1) : { ...pages.counts, tick: page.to };
  }

  ticks(page: Page): void {
    const { r } = this;
    const { bases } = page;
    const end = this.end(page);
    if (page.to !== end.tick) throw new Damage('ticks');
    let record = bases.record;
    let output = bases.output;
    for (let i = 0; i < page.kind.length; i++) {
      const kind = index(page.kind.at(i), KINDS.length, 'a tick');
      index(page.phase.at(i), PHASES.length, 'a tick');
      index(page.site.at(i), r.sites.length, 'a line', -1);
      whole(page.frame.at(i), 'a frame', -1);
      index(page.pass.at(i), end.pass, 'a tick', -1);
      if (kind === LINE) continue;
      if (page.record.at(i) !== (kind === OUTPUT ? output++ : record++)) throw new Damage('a tick');
    }
    if (record !== end.record || output !== end.output) throw new Damage('an op');
  }

  page(page: Page): void {
    this.ticks(page);
    const { bases } = page;
    const end = this.end(page);
    if (page.records.length !== end.record - bases.record) throw new Damage('ops');
    if (page.values.length !== end.value - bases.value) throw new Damage('contents');
    if (page.passes.length !== end.pass - bases.pass) throw new Damage('passes');
    if (page.outputs.length !== end.output - bases.output) throw new Damage('outputs');
    for (const v of page.values) {
      whole(v.length, 'a content', 0, MOST_ELEMENTS);
      index(v.producerIndex, end.record, 'a content', -1);
      whole(v.result, 'a content', 0, 1 << 20);
      whole(v.iteration, 'a content');
      if (v.producerIndex >= bases.record) this.checkMade(page, v.id, v.producerIndex, v.result);
    }
    for (const x of page.records) this.record(x, page, end);
    for (const t of page.tensors.values()) {
      index(t.id, end.tensor, 'a tensor');
      index(t.producerIndex, end.record, 'an op', -1);
    }
    for (const f of page.frames.values()) {
      checkFrame(f, end.tick);
      f.last = Math.min(f.last, this.r.ticks - 1);
    }
    for (const p of page.passes) this.pass(p, page);
    for (const o of page.outputs) this.at(o.tick, OUTPUT, page);
    this.changes(page, end);
  }

  /** A content that replay may have to make is the result that its op says. */
  private checkMade(page: Page, id: number, producer: number, result: number): void {
    const record = page.records[producer - page.bases.record];
    const runs = record.kind === 'backward' ? record.forwardIndex >= 0 || record.op : record.op;
    if (!runs || idOf(record.outs[result]) !== id) throw new Damage('a content');
  }

  private at(tick: number, kind: number, page: Page): void {
    whole(tick, 'a tick', page.from, page.to - 1);
    if (page.kind.at(tick - page.from) !== kind) throw new Damage('a tick');
  }

  private record(x: OpRecord, page: Page, end: Bases): void {
    const { r } = this;
    this.at(x.tick, KINDS.indexOf(x.kind), page);
    if (page.record.at(x.tick - page.from) !== x.index) throw new Damage('a tick');
    index(x.site, r.sites.length, 'a line', -1);
    whole(x.module, 'a module', -1);
    if (x.module >= 0 && !r.modules.has(x.module)) x.module = -1;
    index(x.forwardIndex, x.index, 'a gradient', -1);
    for (const u of [...argUses(x.args), ...x.outs, ...x.grads])
      if (u && u.tensor !== -1) {
        index(u.tensor, end.tensor, 'a tensor');
        whole(idOf(u), 'a content', 1, end.value - 1);
      }
    if (x.random) this.random(x.random);
    checkCall(x);
  }

  private random(mark: RandomMark): void {
    const { states } = this.r.generators;
    index(mark.kept, states.length, 'a generator');
    whole(mark.twists, 'a generator', 0, FAR);
    whole(mark.left, 'a generator', 1, 624);
    whole(mark.next, 'a generator', 0, 624);
    whole(mark.draws, 'a generator');
    if (mark.seed < 0n) throw new Damage('a seed');
  }

  private pass(p: Page['passes'][number], page: Page): void {
    checkPass(p, this.r);
    // It goes on where the file ends.
    if (Number.isFinite(p.end)) p.end = Math.min(p.end, this.r.ticks);
    whole(p.start, 'a pass', page.from, page.to);
  }

  private changes(page: Page, end: Bases): void {
    const { r } = this;
    const inside = <T>(changes: Changes<T>, what: string, most: number, check: (v: T) => void) => {
      for (const [id, list] of changes.of) {
        whole(id, what, 0, most);
        let last = 0;
        for (const { tick, value } of list) {
          whole(tick, 'a tick', last, page.to);
          last = tick;
          check(value);
        }
        if (list.length === 0) throw new Damage(what);
      }
    };
    const any = Number.MAX_SAFE_INTEGER;
    inside(page.contents, 'a storage', end.storage - 1, () => {});
    inside(page.places, 'a tensor', end.tensor - 1, ({ storage }) => whole(storage, 'a storage'));
    inside(page.grads, 'a tensor', any, (grad) => grad === null || whole(grad, 'a gradient'));
    inside(page.names, 'a frame', any, checkNames);
    inside(page.hypers, 'an optimizer', any, (json) => text(json, 'an optimizer'));
    for (const list of page.states.values())
      for (const { optimizer, parameter, tick, value } of list) {
        if (!r.optimizers.has(optimizer)) throw new Damage('an optimizer');
        whole(parameter, 'a parameter');
        whole(tick, 'a tick', 0, page.to);
        if ('tensor' in value) whole(value.tensor, 'a tensor');
      }
  }
}

export function unknownOp({ message }: UnknownOp): RecordingFileError {
  const shown = /^\w{1,60}$/.test(message) ? ` '${message}'` : '';
  return new RecordingFileError(
    t(
      'This recording was made with an op that this version of Backstep does not know{0}: update Backstep, or record again.',
      shown,
    ),
  );
}

/** A use of a page that was read knows the number of its content, which may be in another page. */
const idOf = (use: TensorUse | null | undefined): number => {
  if (!use) return -1;
  return 'id' in use ? (use.id as number) : use.value.id;
};

export function checkFrame(f: Page['frames'] extends Map<number, infer F> ? F : never, ticks: number): void {
  whole(f.id, 'a frame');
  // Callers come first, so that no chain of frames is endless.
  if (f.parent !== null) whole(f.parent, 'a frame', 0, f.id - 1);
  whole(f.line, 'a line');
  whole(f.first, 'a tick', 0, ticks);
  whole(f.last, 'a tick', -1);
}

export function checkPass(p: Page['passes'][number], r: Recording): void {
  whole(p.start, 'a pass');
  if (Number.isFinite(p.end)) whole(p.end, 'a pass', p.start);
  whole(p.frame, 'a pass', -1);
  index(p.site, r.sites.length, 'a line', -1);
  whole(p.optimizer, 'a pass', -1);
  whole(p.root, 'a pass', -1);
}
