/** When each parameter was updated: writes by an optimizer or by hand, and steps that were computed but never written back. */
import { sameShape } from '../../engine/shape';
import type { OpRecord, Recording, TensorUse, Value } from '../recording';
import { argUses } from '../replay';
import { recordsIn } from './collect';
import { storageAt } from './common';
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

/** What a content in an update's window was computed from: parameters by their weight, and by their gradient. Shared, never changed. */
interface Origin {
  weights: readonly number[];
  grads: readonly number[];
}
const NOTHING: Origin = { weights: [], grads: [] };

const union = (a: readonly number[], b: readonly number[]): readonly number[] =>
  b.every((x) => a.includes(x)) ? a : [...new Set([...a, ...b])];

function merged(a: Origin, b: Origin): Origin {
  if (a === b || b === NOTHING) return a;
  if (a === NOTHING) return b;
  const weights = union(a.weights, b.weights);
  const grads = union(a.grads, b.grads);
  return weights === a.weights && grads === a.grads ? a : { weights, grads };
}

/** Updates of a recording, read iteration by iteration as it grows. */
export class Updates {
  private static readonly all = new WeakMap<Recording, Updates>();
  private readonly events = new Map<number, UpdateEvent[]>();
  /** Iterations that are read and cannot change any more. */
  private settled = 0;
  private readTo = -1;
  private readonly single = new Map<string, Map<number, UpdateEvent[]>>();
  /** New weights that were computed but never written: the next step may start from them. */
  private readonly unwritten = new Map<Value, number>();

  static of(r: Recording): Updates {
    let known = Updates.all.get(r);
    if (!known) Updates.all.set(r, (known = new Updates(r)));
    return known;
  }

  private constructor(private readonly r: Recording) {}

  /** All updates of a parameter in their order. Reads the whole recording, once. */
  of(parameter: number): readonly UpdateEvent[] {
    this.refresh();
    return this.events.get(parameter) ?? [];
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
    return this.unwritten.get(value) === parameter;
  }

  private refresh(): void {
    const { r } = this;
    if (this.readTo === r.ticks) return;
    this.readTo = r.ticks;
    const last = r.iterations.length - 1;
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
    const from = r.iterations[iteration].update;
    const origins = new Map<Value, Origin>();
    const found = new Map<number, UpdateEvent[]>();
    if (from < 0) return found;
    for (const record of recordsIn(r, from, r.endOf(iteration))) {
      if (record.kind === 'backward' || record.name === 'edit' || record.name === 'accumulate gradient') continue;
      const step = r.passAt(record.tick)?.kind === 'step';
      const origin = step ? null : this.note(parameters, origins, record);
      const out = record.outs[0];
      if (!out) continue;
      const owned = parameters.ofStorage(storageAt(r, out.tensor, record.tick));
      if (record.kind === 'update' && owned?.part === 'weight') {
        // By hand, only what follows from a gradient is an update: not clipping, not a new initialisation.
        const follows = step || record.name === 'data' || origin?.grads.includes(owned.parameter);
        if (follows) this.write(found, owned.parameter, { iteration, from, final: record, written: true });
      } else if (record.kind === 'forward' && record.op && record.gradFn === null && origin)
        this.compute(found, origin, out, { iteration, from, final: record, written: false });
    }
    return found;
  }

  private note(parameters: Parameters, origins: Map<Value, Origin>, record: OpRecord): Origin {
    const { r } = this;
    let origin = NOTHING;
    for (const use of argUses(record.args)) {
      if (use.wrapped) continue;
      origin = merged(origin, origins.get(use.value) ?? NOTHING);
      const owned = parameters.ofStorage(storageAt(r, use.tensor, record.tick));
      if (owned?.part === 'weight') origin = merged(origin, { weights: [owned.parameter], grads: [] });
      if (owned?.part === 'grad') origin = merged(origin, { weights: [], grads: [owned.parameter] });
      const stands = this.unwritten.get(use.value);
      if (stands !== undefined) origin = merged(origin, { weights: [stands], grads: [] });
    }
    if (origin !== NOTHING) for (const out of record.outs) if (out) origins.set(out.value, origin);
    return origin;
  }

  /** A parameter was written: writes of one pass, or of one stretch by hand, are one update. */
  private write(found: Map<number, UpdateEvent[]>, parameter: number, event: UpdateEvent): void {
    const { r } = this;
    const events = (found.get(parameter) ?? []).filter((e) => e.written);
    const last = events[events.length - 1];
    if (last && r.pass.at(last.final.tick) === r.pass.at(event.final.tick)) events.pop();
    found.set(parameter, [...events, event]);
  }

  /** `w - lr * dw`: a new weight, if it comes from one parameter's weight and gradient and has their shape. */
  private compute(found: Map<number, UpdateEvent[]>, origin: Origin, out: TensorUse, event: UpdateEvent): void {
    const { r } = this;
    for (const parameter of origin.weights) {
      if (!origin.grads.includes(parameter)) continue;
      const shape = r.tensors.get(parameter)?.place.at(event.final.tick)?.shape;
      if (!shape || !sameShape(shape, out.shape)) continue;
      const events = found.get(parameter) ?? [];
      const last = events[events.length - 1];
      if (last?.written) continue;
      // A piece of a longer formula counts as a part of that.
      const part = last && argUses(event.final.args).some((use) => use.value === last.final.outs[0]?.value);
      found.set(parameter, part ? [...events.slice(0, -1), event] : [...events, event]);
    }
  }

  private keep(parameter: number, events: UpdateEvent[]): void {
    for (const e of events) {
      const value = e.final.outs[0]?.value;
      if (!e.written && value) this.unwritten.set(value, parameter);
    }
    const all = this.events.get(parameter);
    if (all) all.push(...events);
    else this.events.set(parameter, events);
  }
}
