/** Looks for something in every page of a growing recording: pages of one structure are looked at once. */
import type { Page } from './page';
import type { Pages } from './pages';

/** Something at a tick, counted from the page's first. */
export interface Found<T> {
  at: number;
  what: T;
}

export class Scan<T> {
  /** Ticks before this one were told. */
  private read = 0;
  private readonly known = new Map<number, readonly Found<T>[]>();

  constructor(
    private readonly pages: Pages,
    /** What is in a page, in order; the same for pages of one structure. */
    private readonly find: (page: Page) => readonly Found<T>[],
    /** `ticks`: only a page's ticks are read; `texts`: what is found depends on texts; `all`: every page has to be read. */
    private readonly needs: 'ticks' | 'rows' | 'texts' | 'all',
  ) {}

  /** What was not told before, with the ticks of the recording. */
  *fresh(): Generator<Found<T>> {
    const { pages } = this;
    const end = pages.last.to;
    for (let i = pages.indexOf('tick', this.read); i < pages.count && this.read < end; i++) {
      const from = pages.starts.tick.at(i);
      for (const { at, what } of this.inPage(i))
        if (from + at >= this.read && from + at < end) yield { at: from + at, what };
    }
    this.read = end;
  }

  private inPage(index: number): readonly Found<T>[] {
    const { pages, needs } = this;
    const structure = needs === 'all' ? -1 : pages.structureOf(index, needs === 'texts');
    if (structure < 0) return this.find(needs === 'ticks' ? pages.ticksAt(index) : pages.at(index));
    let found = this.known.get(structure);
    if (!found) {
      found = this.find(needs === 'ticks' ? pages.ticksAt(index) : pages.at(index));
      this.known.set(structure, found);
    }
    return found;
  }
}
