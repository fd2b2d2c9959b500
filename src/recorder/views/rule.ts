/** The rule of one update as it was executed: found backward from the write, through the ops, to weight, gradient and velocity. */
import { numel, sameShape } from '../../engine/shape';
import type { OpRecord, Recording, TensorUse } from '../recording';
import { argUses } from '../replay';
import { sourceOf, storageAt } from './common';
import { passedOn } from './expression';
import { arrivalOf } from './grads';
import { Names } from './names';
import { Parameters, statesAt } from './parameters';
import { type UpdateEvent, Updates } from './updates';

/** A tensor that carries over from one update to the next: a velocity, a moment. */
export interface Carried {
  role: string;
  name: string;
  /** The optimizer's name of it; null for the script's own. */
  state: string | null;
  before: TensorUse | null;
  after: TensorUse | null;
  /** The record that computed `after`; null if it was not changed. */
  by: OpRecord | null;
}

export interface Rule {
  r: Recording;
  event: UpdateEvent;
  parameter: number;
  /** Ops of the rule, in order; the last is the event's. */
  records: OpRecord[];
  before: TensorUse | null;
  after: TensorUse;
  /** As backward() left it, and when it did. */
  gradient: { use: TensorUse; tick: number } | null;
  carried: Carried[];
}

/** A single number that an optimizer keeps for a whole tensor: how many steps it took. */
export const isCount = (rule: Rule, c: Carried): boolean =>
  c.after !== null && c.after.shape.length === 0 && rule.after.shape.length > 0;

const caches = new WeakMap<Recording, Map<UpdateEvent, Rule>>();

export function ruleOf(r: Recording, parameter: number, event: UpdateEvent): Rule {
  let cache = caches.get(r);
  if (!cache) caches.set(r, (cache = new Map()));
  let rule = cache.get(event);
  if (!rule) {
    rule = derive(r, parameter, event);
    cache.set(event, rule);
    if (cache.size > 2000) cache.delete(cache.keys().next().value!);
  }
  return rule;
}

const indexes = new WeakMap<Recording, Map<string, Map<number, Rule>>>();

/** The rule that a record of an iteration takes part in. Unknown while the update is still to be written. */
export function ruleAt(r: Recording, record: OpRecord): Rule | null {
  const iteration = r.iterationAt(record.tick);
  const { update } = r.iteration(iteration);
  if (update < 0 || record.tick < update) return null;
  let index = indexes.get(r);
  if (!index) indexes.set(r, (index = new Map()));
  const key = `${iteration}/${r.endOf(iteration)}`;
  let rules = index.get(key);
  if (!rules) {
    rules = new Map();
    for (const [parameter, events] of Updates.of(r).at(iteration))
      for (const event of events) {
        const rule = ruleOf(r, parameter, event);
        for (const own of rule.records) if (!rules.has(own.index)) rules.set(own.index, rule);
      }
    index.set(key, rules);
    if (index.size > 64) index.delete(index.keys().next().value!);
  }
  return rules.get(record.index) ?? null;
}

function derive(r: Recording, parameter: number, event: UpdateEvent): Rule {
  const slice = new Slice(r, parameter, event);
  const { final } = event;
  const after = event.written ? r.useAt(parameter, final.tick)! : final.outs[0]!;
  return {
    r,
    event,
    parameter,
    records: slice.records,
    before: slice.weight ?? r.useAt(parameter, event.from - 1),
    after,
    gradient: arrivalOf(r, parameter, event.iteration, slice.records[0].tick) ?? slice.gradientUse(),
    carried: carriedOf(r, slice),
  };
}

/** The ops that a new weight was computed with, and what they started from. */
class Slice {
  readonly records: OpRecord[];
  weight: TensorUse | null = null;
  gradient: TensorUse | null = null;
  /** Other tensors of the parameter's shape that were there before the update. */
  readonly others: TensorUse[] = [];
  readonly shape: number[];
  private readonly size: number;

  constructor(
    readonly r: Recording,
    readonly parameter: number,
    readonly event: UpdateEvent,
  ) {
    const { final } = event;
    this.shape = r.whereabouts(parameter, final.tick)!.shape;
    this.size = numel(this.shape);
    const found = new Map<number, OpRecord>([[final.index, final]]);
    const stack = [final];
    while (stack.length) {
      const record = stack.pop()!;
      for (const use of argUses(record.args)) {
        // A number (a clipping factor, a bias correction) is taken as it is: its history is not this parameter's rule.
        if (use.wrapped || (numel(use.shape) === 1 && this.size > 1)) continue;
        const source = this.source(use, record);
        if (!source) this.start(use, record);
        else if (!found.has(source.index)) {
          found.set(source.index, source);
          stack.push(source);
        }
      }
    }
    this.records = [...found.values()].sort((a, b) => a.index - b.index);
  }

  gradientUse(): Rule['gradient'] {
    return this.gradient && { use: this.gradient, tick: this.gradient.value.producer?.tick ?? this.event.from };
  }

  /** The op of the rule that made an operand; null for what was there before. */
  source(use: TensorUse, reader: OpRecord): OpRecord | null {
    const source = sourceOf(this.r, use, reader.index);
    return source && source.tick >= this.event.from && source.op && source.kind !== 'backward' && !isFresh(source)
      ? source
      : null;
  }

  private start(use: TensorUse, record: OpRecord): void {
    const owned = Parameters.of(this.r).ofStorage(storageAt(this.r, use.tensor, record.tick), record.tick);
    const own = owned?.parameter === this.parameter;
    if ((own && owned.part === 'weight') || Updates.of(this.r).isUnwritten(use.value, this.parameter))
      this.weight ??= use;
    else if (own && owned.part === 'grad') this.gradient ??= use;
    else if (sameShape(use.shape, this.shape) && !this.others.some((o) => o.value.id === use.value.id))
      this.others.push(use);
  }
}

/** A tensor made from nothing (`torch.zeros(dw.shape)`) is where a velocity begins, not a part of the rule. */
const isFresh = (record: OpRecord): boolean =>
  /^(zeros|ones|empty|full)_like$/.test(record.name) || argUses(record.args).every((use) => use.wrapped);

function carriedOf(r: Recording, slice: Slice): Carried[] {
  const { parameter, event } = slice;
  const found: Carried[] = [];
  const seen = new Set<number>();
  const last = event.final.tick;
  for (const [name, tensor] of event.written ? statesAt(r, parameter, last) : []) {
    seen.add(storageAt(r, tensor, last));
    const after = r.useAt(tensor, last);
    const had = statesAt(r, parameter, event.from - 1).get(name);
    const before = had === undefined ? null : r.useAt(had, event.from - 1);
    const by = after?.value.producer ?? null;
    const changed = by !== null && by.tick >= event.from;
    found.push({
      role: name === 'momentum_buffer' ? 'velocity' : name,
      name,
      state: name,
      before,
      after,
      by: changed ? by : null,
    });
  }
  const own = slice.others
    .filter((use) => !seen.has(storageAt(r, use.tensor, last)))
    .flatMap((use) => handMade(r, slice, use) ?? []);
  for (const c of own) found.push(own.length === 1 && found.length === 0 ? { ...c, role: 'velocity' } : c);
  return found;
}

/** A tensor of the script's own that goes into the rule: does what follows from it and the gradient carry over? */
function handMade(r: Recording, slice: Slice, before: TensorUse): Carried | null {
  const names = Names.of(r);
  const from = { old: new Set<number>(), grad: new Set<number>(), weight: new Set<number>() };
  const storage = storageAt(r, before.tensor, slice.event.final.tick);
  for (const record of slice.records)
    for (const use of argUses(record.args)) {
      const source = slice.source(use, record);
      for (const set of [from.old, from.grad, from.weight]) if (source && set.has(source.index)) set.add(record.index);
      if (source) continue;
      if (use.value.id === before.value.id) from.old.add(record.index);
      if (use.value.id === slice.gradient?.value.id) from.grad.add(record.index);
      if (use.value.id === slice.weight?.value.id) from.weight.add(record.index);
    }
  const mixed = slice.records.filter((x) => from.old.has(x.index) && from.grad.has(x.index) && x.outs[0]);
  const name = names.variable(before.tensor, slice.event.final.tick, 'inner');
  const called = (x: OpRecord) => {
    const out = x.outs[0]!;
    if (storageAt(r, out.tensor, x.tick) === storage) return true;
    return name !== null && names.variable(out.tensor, x.tick, 'inner') === name;
  };
  const own = mixed.filter((x) => x.index !== slice.event.final.index || called(x));
  const by =
    own.filter(called).pop() ??
    own.filter((x) => !from.weight.has(x.index) && !passedOn(x)).pop() ??
    own.filter((x) => !passedOn(x)).pop();
  if (!by) return null;
  return { role: name ?? 'velocity', name: name ?? 'v', state: null, before, after: by.outs[0]!, by };
}
