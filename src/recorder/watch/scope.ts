/** What names mean at a tick: the script's variables, parameters by their path, and the words that watchpoints have of their own. */

import { quietly } from '../../engine/context';
import { call } from '../../engine/dispatch';
import type { Tensor } from '../../engine/tensor';
import { t } from '../../protocol/l10n';
import type { RecordedValue } from '../../protocol/recorded';
import { lastAtOrBefore } from '../columns';
import { unquote } from '../format';
import type { OpRecord, Recording, TensorUse } from '../recording';
import { inputs, type Replay } from '../replay';
import { statsOf } from '../stats';
import { arrived } from '../views/grads';
import { keptAt } from '../views/kept';
import { Parameters, statesAt } from '../views/parameters';
import { evaluate, Fault, Held, NotThere, numberOf, On, type Scope, tensorOf, type Value } from './evaluate';
import { type Moments, MomentsOf } from './moments';
import { madeAnew, parameterNamed, visibleName } from './names';
import type { Node } from './parse';

/** What the free words of an expression stand for. */
export interface Instance {
  /** `p` */
  parameter?: number;
  /** `buf` */
  buffer?: number;
  /** `relu`, `out`: that op's result. */
  op?: { word: string; place: OpRecord };
  /** The ticks at which the whole expression is looked at. */
  moments?: Moments;
}

export interface At {
  recording: Recording;
  replay: Replay;
  tick: number;
  /** Whose names are seen; of the tick, if left out. */
  frame?: number;
  instance: Instance;
  /** Variables come before the words of watchpoints, and only those that Python sees: so it is in a breakpoint's condition. */
  asPython?: boolean;
}

/** Attributes that any tensor has. */
const OF_TENSORS = new Set(['data', 'T', 'ndim']);

export class ScopeAt implements Scope {
  private readonly frame: number;

  constructor(private readonly at: At) {
    this.frame = at.frame ?? at.recording.frameAt(at.tick);
  }

  name(name: string): Value | undefined {
    const { asPython } = this.at;
    return asPython ? (this.variable(name) ?? this.word(name)) : (this.word(name) ?? this.variable(name));
  }

  private variable(name: string): Value | undefined {
    const { recording, tick, asPython } = this.at;
    const found = visibleName(recording, name, this.frame, tick, !asPython);
    return found && this.read(found);
  }

  private word(name: string): Value | undefined {
    const { recording: r, tick, instance } = this.at;
    if (name === 'p' && instance.parameter !== undefined) return this.held(instance.parameter);
    if (name === 'buf' && instance.buffer !== undefined) return this.held(instance.buffer);
    if (instance.op && name === instance.op.word) {
      const outs = (r.recordAt(tick)?.outs ?? []).filter((o) => o !== null);
      if (outs.length === 0) throw new NotThere(t('this op gave nothing'));
      return name === 'out' ? outs.map((o) => this.at.replay.tensor(o)) : new Held(outs[0].tensor, outs[0]);
    }
    if (name === 'loss') {
      const starts = MomentsOf.of(r).losses().ticks;
      const start = starts[lastAtOrBefore(starts, tick)];
      const root = start === undefined ? undefined : r.passAt(start)?.root;
      const use = root === undefined ? null : r.useAt(root, start);
      return use ? new Held(use.tensor, use) : undefined;
    }
    if (name === 'grads' || name === 'params') return this.net(name);
    return undefined;
  }

  /** All gradients, or all weights, in one row. */
  private net(what: 'grads' | 'params'): Tensor {
    const { recording: r, replay, tick } = this.at;
    const parts = Parameters.of(r)
      .list(tick)
      .flatMap((id) => {
        const tensor = what === 'params' ? id : r.gradAt(id, tick);
        const use = tensor === null ? null : r.useAt(tensor, tick);
        return use ? [replay.tensor(use)] : [];
      });
    if (parts.length === 0) throw new NotThere(t('there are none yet'));
    return quietly(() =>
      call(
        'cat',
        parts.map((t) => call('flatten', t)),
      ),
    ) as Tensor;
  }

  path(dotted: string): Value | undefined {
    const id = parameterNamed(this.at.recording, dotted);
    return id === null ? undefined : this.held(id);
  }

  private held(tensor: number): Value {
    const use = this.at.recording.useAt(tensor, this.at.tick);
    if (!use) throw new NotThere(t('this tensor does not exist yet'));
    return new Held(tensor, use);
  }

  attribute(of: Value, name: string): Value | undefined {
    const { recording: r, tick } = this.at;
    if (of instanceof Held) {
      if (name === 'grad') {
        const grad = r.gradAt(of.tensor, tick);
        if (grad !== null) return this.held(grad);
        if (this.at.instance.parameter === of.tensor && !r.tensor(of.tensor)?.requiresGrad)
          throw new NotThere(t('a frozen parameter misses no gradient'));
        // Python keeps none for an activation; the backward pass had one.
        const came = this.at.asPython || !madeAnew(r, of.tensor) ? null : arrived(r, of.tensor, tick);
        return came && new Held(came.tensor, came);
      }
      if (name === 'requires_grad') return r.tensor(of.tensor)?.requiresGrad ?? false;
      const state = statesAt(r, of.tensor, tick).get(name);
      if (state !== undefined) return this.held(state);
      const own = OF_TENSORS.has(name) ? null : keptAt(r, of.tensor, name, tick);
      if (own) return new Held(own.tensor, own);
      // An optimizer makes its state in its first step, for what has a gradient.
      const kept = [...r.optimizers.values()].flatMap((o) => [...o.kept.values()]);
      if (kept.length === 0 ? !OF_TENSORS.has(name) : kept.some((names) => names.has(name)))
        throw new NotThere(t("no optimizer keeps a '{0}' of it", name));
      return undefined;
    }
    if (!(of instanceof On)) return undefined;
    const { recorded } = of;
    if (recorded.k === 'module') {
      const m = r.modules.get(recorded.id);
      const tensor = m?.parameters.get(name) ?? m?.buffers.get(name);
      if (tensor !== undefined) return this.held(tensor);
      const child = m?.children.get(name);
      return child === undefined ? undefined : this.read({ k: 'module', id: child, type: '' });
    }
    return this.inside(recorded, `.${name}`);
  }

  item({ recorded }: On, index: number | string): Value | undefined {
    if (recorded.k === 'module') return this.attribute(new On(recorded), String(index));
    return typeof index === 'number'
      ? this.inside(recorded, `[${index}]`)
      : (this.inside(recorded, `['${index}']`) ?? this.inside(recorded, `["${index}"]`));
  }

  /** Of lists and objects, what was written down with the name; while the script lives, Python knows better. */
  private inside(recorded: RecordedValue, accessor: string): Value | undefined {
    if (recorded.k !== 'object' || this.at.asPython) return undefined;
    const found = recorded.items?.find(([a]) => a === accessor)?.[1];
    return found && this.read(found);
  }

  private read(value: RecordedValue): Value {
    switch (value.k) {
      case 'tensor':
        return this.held(value.id);
      case 'prim':
        return primitive(value);
      default:
        return new On(value);
    }
  }

  tensor(held: Held): Tensor {
    return this.at.replay.tensor(held.use);
  }

  // ---- functions that look further -----------------------------------------------------------------------------

  special(name: string, args: Node[]): Value | undefined {
    switch (name) {
      case 'tensor':
        return this.byId(args);
      case 'update':
        return this.update(args);
      case 'changed':
        return this.changed(args);
      case 'rises':
        return this.rises(args);
      case 'origin':
        return this.origin();
      default:
        return undefined;
    }
  }

  private byId([arg]: Node[]): Value {
    if (arg?.kind !== 'value' || typeof arg.value !== 'number') throw new Fault('tensor() takes a number');
    const { recording: r, tick } = this.at;
    const made = madeAnew(r, arg.value);
    if (made) {
      // An activation: what its op made last.
      const { ticks } = MomentsOf.of(r).place(made);
      const at = ticks[lastAtOrBefore(ticks, tick)];
      const out = at === undefined ? null : r.recordAt(at)?.outs[made.outs.findIndex((o) => o?.tensor === arg.value)];
      if (!out) throw new NotThere(t('this tensor does not exist yet'));
      return new Held(out.tensor, out);
    }
    if ((r.tensor(arg.value)?.producer?.tick ?? -1) > tick) throw new NotThere(t('this tensor does not exist yet'));
    return this.held(arg.value);
  }

  /** The same expression at another tick, seen from the same frame. */
  private earlier(node: Node, tick: number): Value {
    if (tick < 0) throw new NotThere(t('nothing was there before'));
    return evaluate(node, new ScopeAt({ ...this.at, tick, frame: this.frame }));
  }

  /** The tick that an update at this tick started from. */
  private before(): number {
    const pass = this.at.recording.passAt(this.at.tick);
    return (pass?.kind === 'step' ? pass.start : this.at.tick) - 1;
  }

  /** What the update that ends here added. */
  private update([arg]: Node[]): Value {
    if (!arg) throw new Fault(t('update() of what?'));
    const [now, then] = [tensorOf(evaluate(arg, this), this), tensorOf(this.earlier(arg, this.before()), this)];
    if (!now || !then) throw new NotThere(t('there is no update here'));
    if (now.shape.join() !== then.shape.join()) throw new NotThere(t('the shape changed'));
    return quietly(() => call('sub', now, then)) as Tensor;
  }

  private changed([arg]: Node[]): Value {
    if (!arg) throw new Fault(t('changed() of what?'));
    const [now, then] = [this.maybe(() => evaluate(arg, this)), this.maybe(() => this.earlier(arg, this.at.tick - 1))];
    return then !== undefined && !this.same(now, then);
  }

  private maybe(body: () => Value): Value | undefined {
    try {
      return body();
    } catch (error) {
      if (error instanceof NotThere) return undefined;
      throw error;
    }
  }

  private same(a: Value | undefined, b: Value | undefined): boolean {
    if (a instanceof Held && b instanceof Held && a.use.value.id === b.use.value.id && a.use.offset === b.use.offset)
      return true;
    const [x, y] = [a, b].map((v) => (v === undefined ? null : tensorOf(v, this)));
    if (x && y) {
      const [p, q] = [x.values(), y.values()];
      return p.length === q.length && (p as Float64Array).every((v, i) => Object.is(v, q[i]));
    }
    if (a instanceof On && b instanceof On) return JSON.stringify(a.recorded) === JSON.stringify(b.recorded);
    return !x && !y && Object.is(a, b);
  }

  /** Did a number rise k times in a row, up to here? */
  private rises([arg, times]: Node[]): Value {
    const k = times ? numberOf(evaluate(times, this), this) : 1;
    if (!arg || k === null || !Number.isInteger(k) || k < 1) throw new Fault(t('write rises(loss, 5)'));
    const ticks = this.at.instance.moments?.ticks ?? [];
    const here = lastAtOrBefore(ticks, this.at.tick);
    if (here < k) return false;
    let later = this.number(evaluate(arg, this));
    for (let i = here - 1; i >= here - k; i--) {
      const earlier = this.number(this.earlier(arg, ticks[i]));
      if (!(later > earlier)) return false;
      later = earlier;
    }
    return true;
  }

  private number(value: Value): number {
    const n = numberOf(value, this);
    if (n === null) throw new Fault(t('only a number can rise: a tensor has many, take its norm() or mean()'));
    return n;
  }

  /** Does the op of this tick make a NaN or an infinity out of finite inputs? */
  private origin(): boolean {
    const { recording: r, replay, tick } = this.at;
    const record = r.recordAt(tick);
    const isBad = (use: TensorUse) => {
      const { nan, inf } = statsOf(replay, use);
      return nan + inf > 0;
    };
    if (!record?.op || !record.outs.some((out) => out && isBad(out))) return false;
    return !inputs(record).some((use) => !use.wrapped && isBad(use));
  }
}

function primitive({ type, repr, cut }: Extract<RecordedValue, { k: 'prim' }>): Value {
  if (cut) throw new NotThere(t('only its beginning was recorded'));
  switch (type) {
    case 'NoneType':
      return null;
    case 'bool':
      return repr === 'True';
    case 'str':
      return unquote(repr);
    case 'int':
    case 'float': {
      const value = /^-?inf$/.test(repr) ? (repr[0] === '-' ? -1 : 1) * Number.POSITIVE_INFINITY : Number(repr);
      if (type === 'int' && !Number.isSafeInteger(value)) throw new NotThere(t('this number is too long'));
      return value;
    }
    default:
      throw new NotThere(t('a {0} is nothing to reckon with', type));
  }
}
