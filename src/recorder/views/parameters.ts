/** The tensors that training moves, and which of them a record is about. */
import { type History, lastAtOrBefore } from '../columns';
import type { OpRecord, Recording } from '../recording';
import { argUses } from '../replay';
import { storageAt } from './common';

export interface Owned {
  parameter: number;
  part: 'weight' | 'grad' | 'state';
}

/** Parameters of a recording, found record by record as it grows. */
export class Parameters {
  private static readonly all = new WeakMap<Recording, Parameters>();
  private readonly found = new Set<number>();
  /** Storages that parameters, their gradients and their optimizer's state ever had. */
  private readonly byStorage = new Map<number, Owned>();
  /** How far each history was read. */
  private readonly read = new Map<object, number>();
  private scanned = 0;
  private modules = -1;

  static of(r: Recording): Parameters {
    let known = Parameters.all.get(r);
    if (!known) Parameters.all.set(r, (known = new Parameters(r)));
    known.refresh();
    return known;
  }

  private constructor(private readonly r: Recording) {}

  /** Leaves that require a gradient: the modules' own in their order, then the script's in the order they were made. */
  list(): number[] {
    const { r } = this;
    const ordered: number[] = [];
    for (const m of r.modules.values())
      for (const id of m.parameters.values()) if (!ordered.includes(id)) ordered.push(id);
    const owned = new Set(ordered);
    return [
      ...ordered.filter((id) => this.found.has(id)),
      ...[...this.found].filter((id) => !owned.has(id)).sort((a, b) => a - b),
    ];
  }

  /** What a storage is to a parameter; null where it belongs to none. */
  ofStorage(storage: number): Owned | null {
    return this.byStorage.get(storage) ?? null;
  }

  private refresh(): void {
    const { r } = this;
    for (; this.scanned < r.records.length; this.scanned++) {
      const record = r.records[this.scanned];
      if (record.name !== 'accumulate gradient') continue;
      const [arg] = record.args;
      if (arg && 'use' in arg && r.tensors.get(arg.use.tensor)?.gradFn === null) this.found.add(arg.use.tensor);
    }
    let count = 0;
    for (const m of r.modules.values()) count += m.parameters.size;
    if (count !== this.modules) {
      this.modules = count;
      for (const m of r.modules.values())
        for (const id of m.parameters.values()) if (r.tensors.get(id)?.requiresGrad) this.found.add(id);
    }
    for (const id of this.found) this.noteStorages(id);
    this.noteStates();
  }

  private noteStorages(parameter: number): void {
    const known = this.r.tensors.get(parameter)!;
    this.fresh(known.place, (place) => this.byStorage.set(place.storage, { parameter, part: 'weight' }));
    this.fresh(known.grad, (grad, tick) => {
      if (grad !== null) this.note(grad, tick, { parameter, part: 'grad' });
    });
  }

  private noteStates(): void {
    for (const o of this.r.optimizers.values())
      for (const [parameter, states] of o.state)
        for (const history of states.values())
          this.fresh(history, (state, tick) => {
            if ('tensor' in state) this.note(state.tensor, tick, { parameter, part: 'state' });
          });
  }

  private note(tensor: number, tick: number, owned: Owned): void {
    const storage = storageAt(this.r, tensor, tick);
    // A gradient may be another's too (a shared one): the first owner keeps it.
    if (storage >= 0 && !this.byStorage.has(storage)) this.byStorage.set(storage, owned);
  }

  /** Hears every entry of a history once. */
  private fresh<T>(history: History<T>, hear: (value: T, tick: number) => void): void {
    const from = this.read.get(history) ?? 0;
    if (from === history.ticks.length) return;
    for (let i = from; i < history.ticks.length; i++) hear(history.values[i], history.ticks[i]);
    this.read.set(history, history.ticks.length);
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
    const found = parameters.ofStorage(storageAt(r, use.tensor, record.tick));
    if (found) return found.parameter;
  }
  return null;
}

/** An optimizer's state tensors of a parameter at a tick, by name. */
export function statesAt(r: Recording, parameter: number, tick: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const o of r.optimizers.values())
    for (const [name, history] of o.state.get(parameter) ?? []) {
      const i = lastAtOrBefore(history.ticks, tick);
      const state = history.values[i];
      if (state && 'tensor' in state) found.set(name, state.tensor);
    }
  return found;
}
