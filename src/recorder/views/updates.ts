/** When each parameter was updated: writes by an optimizer or by hand, and steps that were computed but never written back. */
import { sameShape } from '../../engine/shape';
import type { OpRecord, Recording, TensorUse, Value } from '../recording';
import { argUses } from '../replay';
import { within } from './clock';
import { recordsIn } from './collect';
import { storageAt } from './common';
import { factorOf } from './expression';
import { Names } from './names';
import { Parameters } from './parameters';

/** One update of one parameter. */
export interface UpdateEvent {
  iteration: number;
  /** First tick after the backward pass: what ran before it is not part of the rule. */
  from: number;
  /** The record that wrote the parameter; for a step that was never written, the one that computed the new weight. */
  final: OpRecord;
  written: boolean;
}

/** What a content in an update's window was computed from. Shared, never changed. */
interface Origin {
  /** Parameters by their weight, with the factor it has in a linear formula; NaN where that is not known. */
  weights: ReadonlyMap<number, number>;
  /** Parameters by their gradient. */
  grads: readonly number[];
}
/** Runs of more iterations are not read as a whole: so many points of them are, as many with every question as take so many milliseconds. */
export const LONG = 250;
const POINTS = 250;
const AT_ONCE = 12;

const NOTHING: Origin = { weights: new Map(), grads: [] };

const union = (a: readonly number[], b: readonly number[]): readonly number[] =>
  b.every((x) => a.includes(x)) ? a : [...new Set([...a, ...b])];

/** a + factor · b */
function plus(a: Origin, b: Origin, factor: number): Origin {
  if (b === NOTHING || (a === NOTHING && factor === 1)) return b === NOTHING ? a : b;
  if (b.weights.size === 0) return a === NOTHING ? b : { weights: a.weights, grads: union(a.grads, b.grads) };
  const weights = new Map(a.weights);
  for (const [p, k] of b.weights) {
    const sum = (weights.get(p) ?? 0) + factor * k;
    // The difference of a new weight and the old one is a step, not a weight.
    if (Math.abs(sum) < 1e-9) weights.delete(p);
    else weights.set(p, sum);
  }
  return { weights, grads: union(a.grads, b.grads) };
}

/** Updates of a recording, read iteration by iteration as it grows. */
export class Updates {
  private static readonly all = new WeakMap<Recording, Updates>();
  private readonly events = new Map<number, UpdateEvent[]>();
  /** Iterations that are read and cannot change any more. */
  private settled = 0;
  private readTo = -1;
  private readonly sampled = new Map<number, ReadonlyMap<number, readonly UpdateEvent[]>>();
  private spreadAt = '';
  private spread: ReadonlyMap<number, readonly UpdateEvent[]>[] = [];
  private readonly single = new Map<string, Map<number, UpdateEvent[]>>();
  /** New weights that were computed but never written: the next step may start from them. */
  private readonly unwritten = new Map<number, number>();

  static of(r: Recording): Updates {
    let known = Updates.all.get(r);
    if (!known) Updates.all.set(r, (known = new Updates(r)));
    return known;
  }

  private constructor(private readonly r: Recording) {}

  /** Updates of a parameter in their order. Of a long run, those of iterations spread over it, and those about a tick. */
  of(parameter: number, tick: number): readonly UpdateEvent[] {
    if (this.r.iterationCount > LONG) {
      if (this.spreadAt !== this.spreadKey(tick)) this.look(tick);
      return this.spread.flatMap((found) => found.get(parameter) ?? []);
    }
    this.refresh();
    return this.events.get(parameter) ?? [];
  }

  private readonly spreadKey = (tick: number) => `${this.r.iterationAt(Math.max(0, tick))}/${this.r.ticks}`;

  /** Reads iterations of a long run, evenly spread, those about the tick first; some more with every call. */
  look(tick: number): void {
    const { r } = this;
    if (r.iterationCount <= LONG) return;
    const last = r.iterationCount - 1;
    const here = r.iterationAt(Math.max(0, tick));
    let stride = 1;
    while (last / stride > POINTS) stride *= 2;
    const wanted = new Set([here, Math.max(0, here - 1), Math.min(last, here + 1), last]);
    for (let i = 0; i <= last; i += stride) wanted.add(i);
    const over = within(AT_ONCE);
    let read = 0;
    const found: [number, ReadonlyMap<number, readonly UpdateEvent[]>][] = [];
    for (const i of wanted) {
      let known = this.sampled.get(i);
      if (!known) {
        // Those about the tick in any case.
        if (read++ >= 4 && over()) continue;
        known = this.at(i);
        // An iteration may still be merged with the one before while it began only just.
        if (i < last - 1) this.sampled.set(i, known);
      }
      found.push([i, known]);
    }
    for (const i of this.sampled.keys()) if (this.sampled.size > 2 * POINTS && !wanted.has(i)) this.sampled.delete(i);
    this.spreadAt = this.spreadKey(tick);
    this.spread = found.sort(([a], [b]) => a - b).map(([, events]) => events);
  }

  /** How many updates a parameter had. */
  count(parameter: number, tick: number): number {
    const { r } = this;
    if (r.iterationCount <= LONG) return this.of(parameter, tick).length;
    const storage = r.whereabouts(parameter, r.ticks)?.storage;
    return storage === undefined ? 0 : r.pages.writtenIn(storage);
  }

  /** Updates of one iteration by parameter, without reading the others: a cursor in a long run must not wait for all of it. */
  at(iteration: number): ReadonlyMap<number, readonly UpdateEvent[]> {
    const key = `${iteration}/${this.r.endOf(iteration)}`;
    let found = this.single.get(key);
    if (!found) {
      found = this.read(Parameters.of(this.r), iteration);
      this.single.set(key, found);
      if (this.single.size > 64) this.single.delete(this.single.keys().next().value!);
    }
    return found;
  }

  /** Is this content one that stands for a parameter's weight without being its memory? */
  isUnwritten(value: Value, parameter: number): boolean {
    return this.unwritten.get(value.id) === parameter;
  }

  private refresh(): void {
    const { r } = this;
    if (this.readTo === r.ticks) return;
    this.readTo = r.ticks;
    const last = r.iterationCount - 1;
    for (const list of this.events.values())
      while (list.length && list[list.length - 1].iteration >= this.settled) list.pop();
    const parameters = Parameters.of(r);
    for (let i = this.settled; i <= last; i++)
      for (const [parameter, events] of this.read(parameters, i)) this.keep(parameter, events);
    // An iteration may still be merged with the one before while it began only just.
    this.settled = Math.max(this.settled, last - 1);
  }

  private read(parameters: Parameters, iteration: number): Map<number, UpdateEvent[]> {
    const { r } = this;
    const from = r.iteration(iteration).update;
    const origins = new Map<number, Origin>();
    const found = new Map<number, UpdateEvent[]>();
    if (from < 0) return found;
    for (const record of recordsIn(r, from, r.endOf(iteration))) {
      if (record.kind === 'backward' || record.name === 'edit' || record.name === 'accumulate gradient') continue;
      const step = r.passAt(record.tick)?.kind === 'step';
      const origin = step ? null : this.note(parameters, origins, record);
      const out = record.outs[0];
      if (!out) continue;
      const owned = parameters.ofStorage(storageAt(r, out.tensor, record.tick), record.tick);
      if (record.kind === 'update' && owned?.part === 'weight') {
        // By hand, only what follows from a gradient is an update: not clipping, not a new initialisation.
        const follows = step || record.name === 'data' || origin?.grads.includes(owned.parameter);
        if (follows) this.write(found, owned.parameter, { iteration, from, final: record, written: true });
      } else if (record.kind === 'forward' && record.op && record.gradFn === null && origin)
        this.compute(found, origin, out, { iteration, from, final: record, written: false });
    }
    return found;
  }

  private note(parameters: Parameters, origins: Map<number, Origin>, record: OpRecord): Origin {
    const { r } = this;
    let origin = NOTHING;
    record.args.forEach((arg, i) => {
      const factor = factorOf(record, i);
      for (const use of argUses([arg])) {
        if (use.wrapped) continue;
        const known = origins.get(use.value.id);
        if (known) origin = plus(origin, known, factor);
        const owned = parameters.ofStorage(storageAt(r, use.tensor, record.tick), record.tick);
        const weight = owned?.part === 'weight' ? owned.parameter : this.unwritten.get(use.value.id);
        // A weight that was written in this window is known by what was written.
        if (weight !== undefined && !known)
          origin = plus(origin, { weights: new Map([[weight, 1]]), grads: [] }, factor);
        if (owned?.part === 'grad')
          origin = plus(origin, { weights: NOTHING.weights, grads: [owned.parameter] }, factor);
      }
    });
    if (origin !== NOTHING) for (const out of record.outs) if (out) origins.set(out.value.id, origin);
    return origin;
  }

  /** A parameter was written: writes of one pass, or of one stretch by hand, are one update. */
  private write(found: Map<number, UpdateEvent[]>, parameter: number, event: UpdateEvent): void {
    const { r } = this;
    const events = (found.get(parameter) ?? []).filter((e) => e.written);
    const last = events[events.length - 1];
    if (last && r.passIndexAt(last.final.tick) === r.passIndexAt(event.final.tick)) events.pop();
    found.set(parameter, [...events, event]);
  }

  /** `w - lr * dw`: a new weight, if it comes from one parameter's weight and gradient and has their shape. */
  private compute(found: Map<number, UpdateEvent[]>, origin: Origin, out: TensorUse, event: UpdateEvent): void {
    const { r } = this;
    for (const parameter of origin.weights.keys()) {
      if (!origin.grads.includes(parameter)) continue;
      const shape = r.whereabouts(parameter, event.final.tick)?.shape;
      if (!shape || !sameShape(shape, out.shape)) continue;
      // What has no name is only looked at: `print((w - lr * dw)[0])`.
      if (Names.of(r).variable(out.tensor, event.final.tick, 'inner') === null) continue;
      const events = found.get(parameter) ?? [];
      const last = events[events.length - 1];
      if (last?.written) continue;
      // A piece of a longer formula counts as a part of that.
      const part = last && argUses(event.final.args).some((use) => use.value.id === last.final.outs[0]?.value.id);
      found.set(parameter, part ? [...events.slice(0, -1), event] : [...events, event]);
    }
  }

  private keep(parameter: number, events: UpdateEvent[]): void {
    for (const e of events) {
      const value = e.final.outs[0]?.value;
      if (!e.written && value) this.unwritten.set(value.id, parameter);
    }
    const all = this.events.get(parameter);
    if (all) all.push(...events);
    else this.events.set(parameter, events);
  }
}
