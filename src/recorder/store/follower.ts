/**
 * Training says the same again with every iteration: a page whose numbers all lie as far from the last page's as those lay from the page's
 * before is the same structure again. It is packed without a look at its rows: they need not even be made.
 */
import type { Codec } from './codec';
import type { Journal, Scribe } from './journal';
import type { Page } from './page';
import type { PackedPage } from './shelf';
import { CELL, counted, type Sink, type Template } from './stream';
import { Packer, Unpacker } from './varints';

/** A page that was packed last. */
interface Before {
  page: Page;
  journal: Journal;
  length: number;
  template: number;
  /** Where the cells are in the page's numbers, and how each is written. */
  cells: readonly number[];
  /** Numbers beside the cells that are not what the template says: where, and by how much. */
  places: number[];
  differences: number[];
}

const numbers = new Float64Array(1);
const words = new Uint32Array(numbers.buffer);
const bytes = new Uint8Array(numbers.buffer);
const big = new BigInt64Array(numbers.buffer);

export class Follower {
  private before: Before | null = null;
  /** By how much the last page's numbers differ from those of the one before it; so will the next page's, if it can be followed. */
  private steps = new Float64Array(0);
  private changes: number[] = [];
  private steady = false;
  private readonly packer = new Packer();
  /** Hears of each page that was packed so. */
  onFollowed: (page: Page, packed: PackedPage) => void = () => {};

  constructor(
    private readonly codec: Codec,
    private readonly templates: readonly Template[],
    private readonly sink: Sink,
    private readonly settledAt: (page: Page) => void,
  ) {}

  /** The next page as bytes; `pack` is the way that is always right. */
  next(page: Page, scribe: Scribe, pack: () => PackedPage): PackedPage {
    const { before } = this;
    const { journal } = page;
    if (!journal || !this.canBeFollowed(page, journal) || !this.close(page, journal)) {
      const packed = pack();
      this.leave(before, scribe);
      this.before = null;
      this.steady = false;
      return packed;
    }
    const { length } = journal;
    if (before && this.steady && this.isNext(before, journal)) {
      const packed = this.follow(before, journal, page);
      this.before = { ...before, page, journal };
      this.onFollowed(page, packed);
      this.leave(before, scribe);
      return packed;
    }
    const packed = pack();
    const { template } = packed;
    const now: Before = {
      page,
      journal,
      length,
      template,
      cells: this.sink.cells.slice(),
      places: [],
      differences: [],
    };
    this.readDifferences(now, packed.bytes);
    this.steady = template >= 0 && before !== null && this.begins(before, now);
    this.leave(before, scribe);
    this.before = now;
    return packed;
  }

  /** Is everything in a page's journal that can be different from others? */
  private canBeFollowed(page: Page, journal: Journal): boolean {
    if (journal.odd || page.outputs.length > 0 || page.hypers.of.size > 0) return false;
    for (const list of page.states.values()) if (list.length > 1) return false;
    return true;
  }

  /** Adds what is in no journal to the page's; false where there is something that no other page has. */
  private close(page: Page, journal: Journal): boolean {
    journal.close();
    return this.addNames(page, journal) && this.addRest(page, journal);
  }

  private addNames({ names }: Page, to: Journal): boolean {
    to.put(names.of.size);
    for (const [frame, list] of names.of) {
      to.put(frame);
      to.put(list.length);
      for (const { tick, value } of list) {
        to.put(tick);
        if (!this.codec.texts.add(to, value)) return false;
      }
    }
    return true;
  }

  private addRest({ bases, kind, phase, site, frame, record, pass, frames, passes, states }: Page, to: Journal): true {
    const { words } = this.codec;
    for (const base of [bases.tick, bases.record, bases.value, bases.tensor, bases.storage]) to.put(base);
    for (const base of [bases.frame, bases.pass, bases.output, Math.max(0, to.iteration)]) to.put(base);
    for (const column of [kind, phase, site, frame, record, pass]) {
      to.put(column.length);
      for (let i = 0; i < column.length; i++) to.put(column.at(i));
    }
    to.put(frames.size);
    for (const f of frames.values()) {
      to.put(f.id);
      to.put(f.parent ?? -1);
      to.put(words.of(f.name));
      to.put(words.of(f.path));
      to.put(f.line);
      to.put(f.first);
      to.put(f.last);
    }
    to.put(passes.length);
    for (const p of passes) {
      to.put(p.kind === 'backward' ? 0 : 1);
      to.put(words.of(p.label));
      to.put(p.start);
      to.put(Number.isFinite(p.end) ? p.end : -1);
      to.put(p.frame);
      to.put(p.site);
      to.put(p.optimizer);
      to.put(p.root);
    }
    to.put(states.size);
    for (const [{ optimizer, parameter, name, tick, value }] of states.values()) {
      to.put(optimizer);
      to.put(parameter);
      to.put(words.of(name));
      to.put(tick);
      to.put('tensor' in value ? value.tensor : -1);
      if ('number' in value) to.cells.push(value.number);
    }
    return true;
  }

  /** Does a page lie as far from the last one as that from the one before? */
  private isNext(before: Before, { numbers: now, length, cells, old }: Journal): boolean {
    const { journal } = before;
    if (length !== before.length || 2 * cells.length !== before.cells.length) return false;
    const { numbers: last } = journal;
    const { steps } = this;
    for (let i = 0; i < length; i++) if (now[i] - last[i] !== steps[i]) return false;
    return sameOld(old, journal.old);
  }

  /** Can the page after these two be followed? Then notes how far they are apart. */
  private begins(before: Before, now: Before): boolean {
    const { length, journal, template, cells, places } = now;
    if (length !== before.length || template !== before.template || 2 * journal.cells.length !== cells.length)
      return false;
    if (!same(cells, before.cells) || !same(places, before.places) || !sameOld(journal.old, before.journal.old))
      return false;
    if (this.steps.length < length) this.steps = new Float64Array(2 * length);
    for (let i = 0; i < length; i++) this.steps[i] = journal.numbers[i] - before.journal.numbers[i];
    this.changes = now.differences.map((d, i) => d - before.differences[i]);
    return true;
  }

  /** Packs a page that lies as far from the last one as that from the one before. */
  private follow(before: Before, { cells, iteration }: Journal, page: Page): PackedPage {
    const { packer, changes } = this;
    const { template, places, differences } = before;
    const { values, kinds } = this.templates[template];
    const bases = counted(page.bases, Math.max(0, iteration));
    let last = -1;
    const put = (at: number, difference: number) => {
      if (difference === 0) return;
      packer.number(at - last);
      packer.signed(difference);
      last = at;
    };
    let k = 0;
    const beside = (limit: number) => {
      for (; k < places.length && places[k] < limit; k++) put(places[k], (differences[k] += changes[k]));
    };
    for (let i = 0; i < cells.length; i++) {
      const at = before.cells[2 * i];
      const form = before.cells[2 * i + 1];
      beside(at);
      if (form === CELL.INTEGER) big[0] = BigInt(cells[i]);
      else numbers[0] = cells[i];
      const parts = form === CELL.FLOAT ? words : bytes;
      for (let j = 0; j < parts.length; j++) put(at + j, parts[j] - bases[kinds[at + j]] - values[at + j]);
    }
    beside(Number.POSITIVE_INFINITY);
    return { template, iteration: Math.max(0, iteration), bytes: packer.take(), texts: NOTHING };
  }

  /** What a page that was packed has beside its cells. */
  private readDifferences({ template, cells, places, differences }: Before, packed: Uint8Array): void {
    if (template < 0) return;
    const from = new Unpacker(packed);
    let c = 0;
    for (let at = -1; !from.done; ) {
      at += from.number();
      const difference = from.signed();
      while (c < cells.length && at >= cells[c] + (cells[c + 1] === CELL.FLOAT ? words.length : bytes.length)) c += 2;
      if (c < cells.length && at >= cells[c]) continue;
      places.push(at);
      differences.push(difference);
    }
  }

  /** A page is not looked back at any more: whoever still has it finds its rows where they are packed. */
  private leave(before: Before | null, scribe: Scribe): void {
    if (!before) return;
    const { page, journal } = before;
    this.settledAt(page);
    page.journal = null;
    scribe.spare.push(journal.numbers);
  }
}

const NOTHING = new Uint8Array(0);

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Numbers of rows that are of long ago: they are to stay the same, so that those of other rows never meet them. */
const sameOld = (a: Journal['old'], b: Journal['old']): boolean =>
  same(a.contents, b.contents) && same(a.places, b.places) && same(a.grads, b.grads) && same(a.tensors, b.tensors);
