/** The tensors that training moves, and which of them a record is about. */
import { lastAtOrBefore } from '../columns';
import type { OpRecord, Recording } from '../recording';
import { argUses } from '../replay';
import { storageAt } from './common';

export interface Owned {
  parameter: number;
  part: 'weight' | 'grad' | 'state';
}

const KEPT = 64;
/** A script that makes its parameters anew in every iteration has very many: then only those about a tick are looked at. */
const MANY = 256;
/** Pages on either side of a tick's that are about it. */
const ABOUT = 2;

export class Parameters {
  private static readonly all = new WeakMap<Recording, Parameters>();
  /** Modules' parameters that require a gradient, and leaves that a gradient was put into. */
  private owned = new Set<number>();
  private leaves: number[] = [];
  private known = '';
  private near: { page: number; of: string; found: ReadonlySet<number> } | null = null;
  /** Storages of parameters, their gradients and their optimizer's state, page by page. */
  private readonly byPage = new Map<string, Map<number, Owned>>();

  static of(r: Recording): Parameters {
    let known = Parameters.all.get(r);
    if (!known) Parameters.all.set(r, (known = new Parameters(r)));
    known.refresh();
    return known;
  }

  private constructor(private readonly r: Recording) {}

  /**
   * Leaves that require a gradient: the modules' own in their order, then the script's in the order they were made. Of very many, those
   * about a tick.
   */
  list(tick = this.r.ticks - 1): number[] {
    const { r } = this;
    const found = this.about(r.pages.ticksOf(tick).index);
    const ordered = new Set<number>();
    for (const m of r.modules.values()) for (const id of m.parameters.values()) if (found.has(id)) ordered.add(id);
    return [...ordered, ...[...found].filter((id) => !ordered.has(id)).sort((a, b) => a - b)];
  }

  /** Parameters that may be of use about a page: the modules', and of very many leaves those made there or used for long. */
  private about(page: number): ReadonlySet<number> {
    const { r, leaves } = this;
    if (this.near?.page === page && this.near.of === this.known) return this.near.found;
    const found = new Set(this.owned);
    if (leaves.length <= MANY) for (const id of leaves) found.add(id);
    else {
      for (const id of r.pages.longGraded()) if (r.leaves.has(id)) found.add(id);
      const first = r.pages.basesOf(Math.max(0, page - ABOUT)).tensor;
      const end = page + ABOUT < r.pages.count ? r.pages.basesOf(page + ABOUT).tensor : Number.POSITIVE_INFINITY;
      for (let i = lastAtOrBefore(leaves, first - 1) + 1; i < leaves.length && leaves[i] < end; i++)
        found.add(leaves[i]);
    }
    this.near = { page, of: this.known, found };
    return found;
  }

  /** What a storage is to a parameter about a tick; null where it belongs to none. */
  ofStorage(storage: number, tick: number): Owned | null {
    const page = this.r.pages.ticksOf(tick);
    const key = `${page.index}/${page.to}/${page.index + ABOUT < this.r.pages.count - ABOUT ? this.owned.size : this.known}`;
    let known = this.byPage.get(key);
    if (!known) {
      this.byPage.set(key, (known = this.storagesIn(page.index, page.from, page.to)));
      if (this.byPage.size > KEPT) this.byPage.delete(this.byPage.keys().next().value!);
    }
    return known.get(storage) ?? null;
  }

  private refresh(): void {
    const { r } = this;
    let count = 0;
    for (const m of r.modules.values()) count += m.parameters.size;
    const known = `${r.leaves.size}/${count}`;
    if (known === this.known) return;
    this.known = known;
    const before = this.leaves.length;
    let nr = 0;
    for (const id of r.leaves) if (nr++ >= before) this.leaves.push(id);
    // They come in the order of their first gradients.
    if (this.leaves.some((id, i) => i >= before && id < this.leaves[i - 1])) this.leaves.sort((a, b) => a - b);
    this.owned = new Set();
    for (const m of r.modules.values())
      for (const id of m.parameters.values()) if (r.leaves.has(id) || r.tensor(id)?.requiresGrad) this.owned.add(id);
  }

  private storagesIn(page: number, from: number, to: number): Map<number, Owned> {
    const { r } = this;
    const found = new Map<number, Owned>();
    const weights = new Map<number, Owned>();
    // A gradient may be another's too (a shared one): the first owner keeps it.
    const note = (tensor: number | null, tick: number, owned: Owned) => {
      const storage = tensor === null ? -1 : storageAt(r, tensor, tick);
      if (storage >= 0 && !found.has(storage)) found.set(storage, owned);
    };
    const before = Math.max(0, from - 1);
    for (const parameter of this.about(page)) {
      const weight: Owned = { parameter, part: 'weight' };
      const was = storageAt(r, parameter, before);
      if (was >= 0) weights.set(was, weight);
      for (const { value } of r.placesIn(parameter, 0 === before ? 0 : from, to)) weights.set(value.storage, weight);
      const grad: Owned = { parameter, part: 'grad' };
      note(r.gradAt(parameter, before), before, grad);
      for (const { tick, value } of r.gradsIn(parameter, from, to)) note(value, tick, grad);
    }
    for (const o of r.optimizers.values())
      for (const [parameter, names] of o.kept)
        for (const name of names)
          for (const { tick, value } of r.statesIn(o.id, parameter, name, from, to))
            if ('tensor' in value) note(value.tensor, tick, { parameter, part: 'state' });
    for (const [storage, owned] of weights) found.set(storage, owned);
    return found;
  }
}

/** The parameter that a gradient's arrival or a record of an update is about; null if of none. */
export function parameterOf(r: Recording, record: OpRecord): number | null {
  if (record.kind === 'backward') return null;
  const parameters = Parameters.of(r);
  const [first] = record.args;
  if (record.name === 'accumulate gradient') return first && 'use' in first ? first.use.tensor : null;
  if (record.kind === 'forward' && r.phaseAt(record.tick) !== 'update') return null;
  const uses = [...record.outs.filter((o) => o !== null), ...argUses(record.args)];
  for (const use of uses) {
    const found = parameters.ofStorage(storageAt(r, use.tensor, record.tick), record.tick);
    if (found) return found.parameter;
  }
  return null;
}

/** An optimizer's state tensors of a parameter at a tick, by name. */
export function statesAt(r: Recording, parameter: number, tick: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, state] of r.statesAt(parameter, tick)) if ('tensor' in state) found.set(name, state.tensor);
  return found;
}
