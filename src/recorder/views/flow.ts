/** What each op of an update's rule is made of: multiples of the gradient, the weight and what carries over, read from the ops that ran. */
import { numel } from '../../engine/shape';
import type { OpRecord, TensorUse } from '../recording';
import { argUses, type Replay } from '../replay';
import { sourceOf } from './common';
import { baseName, constant, factorOf, numberGiven } from './expression';
import { type Carried, isCount, type Rule } from './rule';

/** `g` the gradient (`g:n`: what op n made of it alone, by clamping it), `w` the old weight, `s0` a carried tensor as it was, `m0` as it is now, `?` others. */
type Key = string;
/** A linear form; NaN where something else than a multiple of it goes in. */
export type Mixture = ReadonlyMap<Key, number>;

const EMPTY: Mixture = new Map();

/** v ← a·v + b·g + c·w, as the rule computed it. */
export interface Blend {
  carried: Carried;
  a: number;
  b: number;
  c: number;
  /** What of the gradient goes in: as it arrived, or what is left of it after clamping. */
  gradient: TensorUse;
}

export class Flow {
  private readonly known = new Map<number, Mixture>();
  private readonly own: ReadonlySet<number>;
  private readonly gradients = new Map<Key, TensorUse>();

  constructor(
    private readonly replay: Replay,
    readonly rule: Rule,
  ) {
    this.own = new Set(rule.records.map((record) => record.index));
    if (rule.gradient) this.gradients.set('g', rule.gradient.use);
    for (const record of rule.records) this.known.set(record.index, this.mix(record));
  }

  /** What a record of the rule gave. */
  of(record: OpRecord): Mixture {
    return this.known.get(record.index) ?? EMPTY;
  }

  /** The first tensor that carries over and is a linear mixture of what it was and the gradient: a velocity, a first moment. */
  blend(): Blend | null {
    for (const [i, carried] of this.rule.carried.entries()) {
      if (!carried.by || !carried.after || isCount(this.rule, carried)) continue;
      const mixture = new Map(this.of(carried.by));
      const [from, ...more] = [...mixture.keys()].filter(isGradient);
      if (from === undefined || more.length > 0) continue;
      const take = (key: Key) => {
        const k = mixture.get(key) ?? 0;
        mixture.delete(key);
        return k;
      };
      const [a, b, c] = [take(`s${i}`), take(from), take('w')];
      if (mixture.size > 0 || ![a, b, c].every(Number.isFinite) || b === 0) continue;
      return { carried, a, b, c, gradient: this.gradients.get(from)! };
    }
    return null;
  }

  /** What an op multiplies an argument with; numbers that are tensors are read. */
  private factor(record: OpRecord, arg: number): number {
    const number = (i: number): number => {
      const a = record.args[i];
      if (!a || !('use' in a)) return numberGiven(a) ?? Number.NaN;
      if (a.use.wrapped) return Number(constant(a.use));
      return numel(a.use.shape) === 1 ? Number(this.replay.tensor(a.use).values()[0]) : Number.NaN;
    };
    switch (baseName(record)) {
      case 'mul':
        return number(1 - arg);
      case 'div':
        return arg === 0 ? 1 / number(1) : Number.NaN;
      case 'lerp':
        return arg === 0 ? 1 - number(2) : arg === 1 ? number(2) : Number.NaN;
      default:
        return factorOf(record, arg);
    }
  }

  private mix(record: OpRecord): Mixture {
    const found = new Map<Key, number>();
    const whole = numel(this.rule.after.shape);
    record.args.forEach((arg, i) => {
      for (const use of argUses([arg])) {
        if (use.wrapped || (numel(use.shape) === 1 && whole > 1)) continue;
        const factor = this.factor(record, i);
        for (const [key, k] of this.operand(use, record)) found.set(key, (found.get(key) ?? 0) + factor * k);
      }
    });
    const keys = [...found.keys()];
    // Clamped, or turned into its sign: what is left is what goes on.
    if (keys.length === 1 && isGradient(keys[0]) && Number.isNaN(found.get(keys[0])) && record.outs[0]) {
      const key = `g:${record.index}`;
      this.gradients.set(key, record.outs[0]);
      return new Map([[key, 1]]);
    }
    return found;
  }

  private operand(use: TensorUse, reader: OpRecord): Mixture {
    const { rule, replay } = this;
    const source = sourceOf(rule.r, use, reader.index);
    const at = rule.carried.findIndex((c) => c.by !== null && c.by.index === source?.index);
    if (at >= 0) return new Map([[`m${at}`, 1]]);
    if (source && this.own.has(source.index)) return this.of(source);
    if (use.value.id === rule.gradient?.use.value.id) return new Map([['g', 1]]);
    if (use.value.id === rule.before?.value.id) return new Map([['w', 1]]);
    const old = rule.carried.findIndex((c) => c.before?.value.id === use.value.id);
    if (old >= 0) return new Map([[`s${old}`, 1]]);
    // Where a moment begins, at zero, is no part of it.
    const zero = (replay.tensor(use).values() as Float32Array).every((v) => Number(v) === 0);
    return zero ? EMPTY : new Map([['?', 1]]);
  }
}

export const isGradient = (key: Key): boolean => key === 'g' || key.startsWith('g:');
