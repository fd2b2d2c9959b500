/** At which ticks a value can change: ascending lists that grow with the recording, so that nothing is looked at where nothing happened. */
import { lastAtOrBefore } from '../columns';
import { KINDS, type OpRecord, type PassRecord, type Recording } from '../recording';
import type { Page } from '../store/page';
import { Scan } from '../store/scan';
import { opName } from '../views/common';
import { keptByHand } from '../views/kept';

/** Ticks, ascending, without repeats. `refresh` brings them up to the recording's end. */
export class Moments {
  readonly ticks: number[] = [];
  private seen = -1;

  constructor(
    private readonly r: Recording,
    /** Ticks that were not told before. */
    private readonly fresh: () => Iterable<number>,
  ) {}

  refresh(): readonly number[] {
    if (this.seen === this.r.ticks) return this.ticks;
    this.seen = this.r.ticks;
    const found = [...this.fresh()].sort((a, b) => a - b);
    for (const tick of found) if (tick > (this.ticks[this.ticks.length - 1] ?? -1)) this.ticks.push(tick);
    return this.ticks;
  }

  /** Index of the first tick after `tick`. */
  after(tick: number): number {
    return lastAtOrBefore(this.ticks, tick) + 1;
  }
}

/** An op at a place of the script. */
export interface OpPlace {
  key: string;
  name: string;
  /** The first record there: it tells line and module. */
  first: OpRecord;
  moments: Moments;
}

export class MomentsOf {
  private static readonly all = new WeakMap<Recording, MomentsOf>();
  private readonly lists = new Map<string, Moments>();
  private readonly opScans = new Map<string, () => OpPlace[]>();

  static of(r: Recording): MomentsOf {
    let known = MomentsOf.all.get(r);
    if (!known) MomentsOf.all.set(r, (known = new MomentsOf(r)));
    return known;
  }

  private constructor(private readonly r: Recording) {}

  private list(key: string, make: () => () => Iterable<number>): Moments {
    let known = this.lists.get(key);
    if (!known) this.lists.set(key, (known = new Moments(this.r, make())));
    known.refresh();
    return known;
  }

  /** Several lists in one. */
  union(lists: readonly Moments[]): Moments {
    if (lists.length === 1) return lists[0];
    const read = lists.map(() => 0);
    return new Moments(this.r, () =>
      lists.flatMap((list, i) => {
        const ticks = list.refresh().slice(read[i]);
        read[i] = list.ticks.length;
        return ticks;
      }),
    );
  }

  /** Where a tensor's memory is written, or it gets other memory. */
  writes(tensor: number): Moments {
    return this.list(`writes ${tensor}`, () => this.writesOf(tensor, 0, Number.POSITIVE_INFINITY));
  }

  private writesOf(tensor: number, from: number, until: number): () => Iterable<number> {
    const { r } = this;
    // The last tick is read once more: something may yet have been added to it.
    let read = 0;
    let storage = -1;
    return () => {
      const found: number[] = [];
      let at = Math.max(read, from);
      const tell = (before: number) => {
        for (const { tick } of storage < 0 ? [] : r.contentsIn(storage, at, before)) found.push(tick);
      };
      for (const { tick, value } of r.placesIn(tensor, read, until)) {
        const start = Math.max(tick, from);
        tell(start);
        if (start < until) found.push(start);
        storage = value.storage;
        at = start + 1;
      }
      tell(Math.min(until, r.ticks + 1));
      read = Math.max(0, r.ticks - 1);
      return found;
    };
  }

  /** Where backward() puts something into a tensor's `.grad`; with `all`, every write of it. */
  gradients(tensor: number, all: boolean): Moments {
    return this.list(`gradients ${tensor} ${all}`, () => {
      const { r } = this;
      let read = 0;
      let current: (() => Iterable<number>) | null = null;
      return () => {
        const found: number[] = [];
        const keep = (ticks: Iterable<number>) => {
          for (const t of ticks) if (all || r.passAt(t)?.kind === 'backward') found.push(t);
        };
        const changes = r.gradsIn(tensor, read, Number.POSITIVE_INFINITY);
        if (current) keep(current());
        for (const [i, { tick, value: grad }] of changes.entries()) {
          if (grad !== null || all) found.push(tick);
          const until = changes[i + 1]?.tick ?? Number.POSITIVE_INFINITY;
          current = grad === null ? null : this.writesOf(grad, tick, until);
          if (current) keep(current());
          read = tick + 1;
        }
        return found;
      };
    });
  }

  /** Where the script computes anew what it keeps of a parameter itself: a velocity. */
  kept(tensor: number, name: string): Moments {
    return this.list(`kept ${tensor} ${name}`, () => () => keptByHand(this.r, tensor, name));
  }

  /** Last ticks of the backward passes, or of the optimizers' steps, that are over. */
  ends(kind: PassRecord['kind']): Moments {
    return this.list(`ends ${kind}`, () => {
      const next = this.passes(kind);
      return () => next().map((pass) => pass.end - 1);
    });
  }

  /** Hears every pass of a kind once, when it is over. */
  private passes(kind: PassRecord['kind']): () => PassRecord[] {
    const { r } = this;
    let read = 0;
    let open: PassRecord[] = [];
    return () => {
      for (; read < r.passCount; read++) {
        const pass = r.pass(read);
        if (pass.kind === kind) open.push(pass);
      }
      const over = open.filter((pass) => pass.end <= r.ticks);
      open = open.filter((pass) => pass.end > r.ticks);
      return over.filter((pass) => pass.end > pass.start);
    };
  }

  /** Where backward() begins: there the loss is known. */
  losses(): Moments {
    return this.list('losses', () => {
      const { r } = this;
      let read = 0;
      return () => {
        const found: number[] = [];
        for (; read < r.passCount; read++) {
          const pass = r.pass(read);
          if (pass.start >= r.ticks) break;
          if (pass.kind === 'backward' && pass.root >= 0) found.push(pass.start);
        }
        return found;
      };
    });
  }

  /**
   * Where an update of a parameter is complete: the end of an optimizer's step that is about it, or a write by hand. A step that leaves a
   * parameter as it was is about it if it had a gradient and no other optimizer moved it.
   */
  updates(tensor: number): Moments {
    return this.list(`updates ${tensor}`, () => {
      const { r } = this;
      const steps = this.passes('step');
      const writes = this.writes(tensor);
      const writers = new Set<number>();
      let read = 1;
      return () => {
        const found: number[] = [];
        const ticks = writes.refresh();
        // Before anything was learned, writes are those of initialisation.
        const [learning] = this.losses().ticks;
        for (; read < ticks.length; read++)
          if (ticks[read] > learning && r.passAt(ticks[read])?.kind !== 'step') found.push(ticks[read]);
        for (const step of steps().sort((a, b) => a.end - b.end)) {
          const written = lastAtOrBefore(ticks, step.end - 1);
          if (written >= 0 && ticks[written] >= step.start) writers.add(step.optimizer);
          else if (writers.size > 0 ? !writers.has(step.optimizer) : r.gradAt(tensor, step.start) === null) continue;
          found.push(step.end - 1);
        }
        return found;
      };
    });
  }

  /** Line ticks at which a name got another value, in any frame. */
  bindings(name: string): Moments {
    return this.list(`bindings ${name}`, () => {
      const written = `${JSON.stringify(name)}:`;
      const found = (page: Page) =>
        [...page.names.of.values()]
          .flat()
          .filter((c) => c.value.includes(written))
          .map(({ tick }) => ({ at: tick - page.from, what: null }))
          .sort((a, b) => a.at - b.at);
      // Texts that differ in their numbers are one to the pages: names with digits have to be read.
      const scan = new Scan(this.r.pages, found, /\d/.test(name) ? 'all' : 'texts');
      return () => ticksOf(scan);
    });
  }

  /** Where an op runs (`relu`), place by place; `out` is every op, forward, backward and in place. */
  ops(name: string): OpPlace[] {
    let scan = this.opScans.get(name);
    if (!scan) this.opScans.set(name, (scan = this.scan(name)));
    return scan();
  }

  private scan(name: string): () => OpPlace[] {
    const { r } = this;
    const places = new Map<string, { place: OpPlace; waiting: number[] }>();
    const wanted = (record: OpRecord) => (name === 'out' ? record.op || record.kind !== 'update' : runs(record, name));
    const scan = new Scan(r.pages, (page) => recordsOf(page, wanted), 'rows');
    return () => {
      for (const { at: tick, what: key } of scan.fresh()) {
        let known = places.get(key);
        if (!known) {
          const first = r.recordAt(tick);
          if (!first) continue;
          const waiting: number[] = [];
          const moments = new Moments(r, () => waiting.splice(0));
          known = { place: { key, name: first.name, first, moments }, waiting };
          places.set(key, known);
        }
        known.waiting.push(tick);
      }
      return [...places.values()].map(({ place }) => place);
    };
  }

  /** Where the op at a record's place ran, in every iteration. */
  place(record: OpRecord): Moments {
    const key = placeKey(record);
    return this.list(`place ${key}`, () => {
      const scan = new Scan(this.r.pages, (page) => recordsOf(page, (other) => placeKey(other) === key), 'rows');
      return () => ticksOf(scan);
    });
  }

  /** Where a line ran. */
  line(path: string, line: number): Moments {
    return this.list(`line ${path}:${line}`, () => {
      const { r } = this;
      const isThere = (site: number) => r.sites[site]?.line === line && r.sites[site].path === path;
      const found = (page: Page) => {
        const there: { at: number; what: null }[] = [];
        for (let i = 0; i < page.kind.length; i++)
          if (KINDS[page.kind.at(i)] === 'line' && isThere(page.site.at(i))) there.push({ at: i, what: null });
        return there;
      };
      const scan = new Scan(r.pages, found, 'ticks');
      return () => ticksOf(scan);
    });
  }
}

const ticksOf = (scan: Scan<unknown>): number[] => Array.from(scan.fresh(), ({ at }) => at);

/** The ticks of a page's ops, with the keys of their places. */
const recordsOf = (page: Page, wanted: (record: OpRecord) => unknown): { at: number; what: string }[] =>
  page.records.filter(wanted).map((record) => ({ at: record.tick - page.from, what: placeKey(record) }));

const placeKey = (record: OpRecord): string => `${record.kind} ${record.site} ${record.module} ${record.name}`;

const runs = (record: OpRecord, name: string): boolean =>
  record.kind !== 'backward' && record.op !== null && opName(record).replace(/_$/, '') === name;
