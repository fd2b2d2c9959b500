/** Conditions on tensors that stop the timeline, in either direction: at the ticks where they begin to hold. */
import { t } from '../../protocol/l10n';
import type { WatchSpec, WatchStatus } from '../../protocol/session';
import { Column, lastAtOrBefore } from '../columns';
import { short } from '../format';
import { hitCountHolds } from '../hitCount';
import type { Recording } from '../recording';
import type { Replay } from '../replay';
import { opName, placeText } from '../views/common';
import { Names } from '../views/names';
import { Parameters, statesAt } from '../views/parameters';
import { nameOf } from '../views/parts';
import { type Compiled, compile, momentsOf, unknownNames } from './compile';
import { evaluate, Fault, NotThere, numberOf, tensorOf, truth, type Value } from './evaluate';
import { type Moments, MomentsOf } from './moments';
import { type Node, SyntaxFault, textOf } from './parse';
import { type Instance, ScopeAt } from './scope';

/** Watchpoints come from the palette, from the client's data breakpoints, and from the exception filters. */
export type WatchGroup = 'user' | 'data' | 'filter';

/** One thing that a watchpoint is about: this parameter, this relu. */
interface Watched extends Instance {
  key: string;
  /** What the free word is called. */
  called: string | null;
  moments: Moments;
  /** By moment: 0 not asked yet, 1 no, 2 yes. */
  held: Column<Uint8Array>;
  /** Moments that were looked at while the script ran. */
  judged: number;
}

interface Watchpoint {
  id: number;
  group: WatchGroup;
  compiled: Compiled;
  hitCondition?: string;
  watched: Map<string, Watched>;
  /** It had a value at some tick. */
  computed: boolean;
  /** Why it had none, where it was looked at. */
  missing: string | null;
  /** What cannot be computed was told. */
  told: boolean;
}

export interface WatchHit {
  tick: number;
  /** Of every watchpoint that begins to hold there. */
  hits: { id: number; group: WatchGroup; expression: string; text: string }[];
}

/** Ticks that are searched at once: what lies beyond the first hit is not computed. */
const WINDOW = 1024;

export class Watchpoints {
  private list: Watchpoint[] = [];
  /** Apart from the line breakpoints'. */
  private nextId = 1_000_001;
  /** An expression that cannot be computed: said once. */
  onFault: (text: string) => void = () => {};

  constructor(
    private readonly r: Recording,
    private readonly replay: Replay,
  ) {}

  get empty(): boolean {
    return this.list.length === 0;
  }

  /** Replaces a group's watchpoints. Those that were there before keep what is known of them. */
  set(group: WatchGroup, specs: readonly WatchSpec[]): WatchStatus[] {
    const before = this.list.filter((w) => w.group === group);
    this.list = this.list.filter((w) => w.group !== group);
    return specs.map((spec) => {
      const id = this.nextId++;
      try {
        const compiled = compile(spec.expression, spec.condition);
        if (spec.hitCondition && hitCountHolds(spec.hitCondition, 1) === null)
          throw new SyntaxFault(t("'{0}' is no hit count: write 5, >= 5 or % 10.", spec.hitCondition));
        const same = before.find((w) => textOf(w.compiled.node) === textOf(compiled.node));
        const watched = same?.watched ?? new Map<string, Watched>();
        const { computed = false, missing = null } = same ?? {};
        const w: Watchpoint = {
          id,
          group,
          compiled,
          hitCondition: spec.hitCondition,
          watched,
          computed,
          missing,
          told: false,
        };
        this.list.push(w);
        // What was recorded before is searched, not met.
        for (const one of this.all(w)) one.judged = one.moments.refresh().length;
        return { id, verified: true, expression: compiled.text };
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error;
        return { id, verified: false, expression: spec.expression, message: error.message };
      }
    });
  }

  /** After all was searched: what never had a value, in words, each once. A name that nothing has would else look as if all were well. */
  neverMet(): string[] {
    const said: string[] = [];
    for (const w of this.list) {
      if (w.computed || w.told || w.group === 'filter') continue;
      w.told = true;
      const why = w.missing ?? t('nothing in this run is called {0}', unknownNames(this.r, w.compiled).join(t(' or ')));
      said.push(t('The watchpoint {0} never had a value: {1}.', w.compiled.text, why));
    }
    return said;
  }

  // ---- searching --------------------------------------------------------------------------------------------------

  /** While the script runs: does anything begin to hold at what was recorded since the last call? */
  live(tick: number): WatchHit | null {
    let first = Number.POSITIVE_INFINITY;
    const found: { w: Watchpoint; one: Watched; i: number }[] = [];
    const discover = this.r.kindAt(tick) !== 'line';
    for (const w of this.list)
      for (const one of discover || w.watched.size === 0 ? this.all(w) : w.watched.values()) {
        const ticks = one.moments.refresh();
        for (; one.judged < ticks.length; one.judged++) {
          if (!this.begins(w, one, one.judged)) continue;
          found.push({ w, one, i: one.judged });
          first = Math.min(first, ticks[one.judged]);
        }
      }
    return found.length === 0
      ? null
      : this.hit(
          first,
          found.filter(({ one, i }) => one.moments.ticks[i] === first),
        );
  }

  /**
   * The first tick after `from`, up to `to`, at which something begins to hold; with `to` before `from` the last one before `from`.
   * `looked` hears, before each value that may have to be computed, up to where nothing was found; what it throws ends the search.
   */
  search(from: number, to: number, looked: (tick: number) => void = () => {}): WatchHit | null {
    if (this.empty || from === to) return null;
    const all = this.list.flatMap((w) => this.all(w).map((one) => ({ w, one })));
    for (const { one } of all) one.moments.refresh();
    return to > from ? this.forward(all, from, to, looked) : this.backward(all, from, to, looked);
  }

  private forward(
    all: { w: Watchpoint; one: Watched }[],
    from: number,
    to: number,
    looked: (tick: number) => void,
  ): WatchHit | null {
    for (let start = from; start < to; start += WINDOW) {
      let end = Math.min(start + WINDOW, to);
      let found: { w: Watchpoint; one: Watched; i: number }[] = [];
      for (const { w, one } of all) {
        const { ticks } = one.moments;
        for (let i = one.moments.after(start); i < ticks.length && ticks[i] <= end; i++) {
          looked(start);
          if (!this.begins(w, one, i)) continue;
          if (ticks[i] < end) found = [];
          end = ticks[i];
          found.push({ w, one, i });
          break;
        }
      }
      found = found.filter(({ one, i }) => one.moments.ticks[i] === end);
      if (found.length > 0) return this.hit(end, found);
    }
    return null;
  }

  private backward(
    all: { w: Watchpoint; one: Watched }[],
    from: number,
    to: number,
    looked: (tick: number) => void,
  ): WatchHit | null {
    for (let end = from; end > to; end -= WINDOW) {
      let start = Math.max(end - WINDOW, to);
      let found: { w: Watchpoint; one: Watched; i: number }[] = [];
      for (const { w, one } of all) {
        const { ticks } = one.moments;
        for (let i = lastAtOrBefore(ticks, end - 1); i >= 0 && ticks[i] >= start; i--) {
          looked(end);
          if (!this.begins(w, one, i)) continue;
          if (ticks[i] > start) found = [];
          start = ticks[i];
          found.push({ w, one, i });
          break;
        }
      }
      found = found.filter(({ one, i }) => one.moments.ticks[i] === start);
      if (found.length > 0) return this.hit(start, found);
    }
    return null;
  }

  /** Ticks in [from, to) at which a watchpoint was found to begin to hold, by searches and by the run itself: nothing is computed. */
  *known(from: number, to: number): Generator<{ tick: number; expression: string }> {
    for (const w of this.list) {
      if (w.group === 'filter' || w.hitCondition) continue;
      for (const { held, moments } of w.watched.values()) {
        const { ticks } = moments;
        const first = Math.max(0, lastAtOrBefore(ticks, from - 1) + 1);
        for (let i = first; i < held.length && ticks[i] < to; i++) {
          const began = held.at(i) === 2 && (w.compiled.event || i === 0 || held.at(i - 1) === 1);
          if (began) yield { tick: ticks[i], expression: w.compiled.text };
        }
      }
    }
  }

  private hit(tick: number, found: { w: Watchpoint; one: Watched; i: number }[]): WatchHit {
    const byWatch = new Map<Watchpoint, { one: Watched; i: number }[]>();
    for (const { w, one, i } of found) {
      const list = byWatch.get(w);
      if (list) list.push({ one, i });
      else byWatch.set(w, [{ one, i }]);
    }
    const hits = [...byWatch].map(([w, list]) => {
      const more = list.length > 1 ? t(' And {0} more.', list.length - 1) : '';
      return {
        id: w.id,
        group: w.group,
        expression: w.compiled.text,
        text: this.describe(w, list[0].one, list[0].i) + more,
      };
    });
    return { tick, hits };
  }

  /** Does it hold at this moment, and did it not at the one before? */
  private begins(w: Watchpoint, one: Watched, i: number): boolean {
    if (!this.holds(w, one, i) || (!w.compiled.event && i > 0 && this.holds(w, one, i - 1))) return false;
    return !w.hitCondition || hitCountHolds(w.hitCondition, this.count(w, one.moments.ticks[i])) === true;
  }

  /** How often a watchpoint began to hold up to a tick. */
  private count(w: Watchpoint, tick: number): number {
    let n = 0;
    for (const one of this.all(w)) {
      const { ticks } = one.moments;
      for (let i = 0; i < ticks.length && ticks[i] <= tick; i++)
        if (this.holds(w, one, i) && (w.compiled.event || i === 0 || !this.holds(w, one, i - 1))) n++;
    }
    return n;
  }

  private holds(w: Watchpoint, one: Watched, i: number): boolean {
    while (one.held.length <= i) one.held.push(0);
    const known = one.held.at(i);
    if (known !== 0) return known === 2;
    let holds = false;
    const scope = this.scope(one, one.moments.ticks[i]);
    try {
      holds = truth(evaluate(w.compiled.node, scope), scope);
      w.computed = true;
    } catch (error) {
      if (error instanceof NotThere) w.missing = error.message;
      if (error instanceof Fault && !w.told) {
        w.told = true;
        this.onFault(t('The watchpoint {0} cannot be computed: {1}', w.compiled.text, error.message));
      } else if (!(error instanceof NotThere) && !(error instanceof Fault)) throw error;
    }
    one.held.set(i, holds ? 2 : 1);
    return holds;
  }

  private scope(one: Instance, tick: number): ScopeAt {
    return new ScopeAt({ recording: this.r, replay: this.replay, tick, instance: one });
  }

  // ---- what it is about -------------------------------------------------------------------------------------------

  /** Everything a watchpoint is about, as far as it is known by now. */
  private all(w: Watchpoint): Watched[] {
    const { compiled, watched } = w;
    for (const instance of this.instances(compiled)) {
      if (watched.has(instance.key)) continue;
      const moments = momentsOf(this.r, compiled, instance);
      if (moments) watched.set(instance.key, { ...instance, moments, held: new Column(Uint8Array), judged: 0 });
    }
    return [...watched.values()];
  }

  private *instances(c: Compiled): Generator<Instance & { key: string; called: string | null }> {
    const { r } = this;
    switch (c.domain) {
      case 'one':
        yield { key: '', called: null };
        return;
      case 'parameter':
        for (const id of Parameters.of(r).list()) yield { key: String(id), parameter: id, called: this.name(id) };
        return;
      case 'buffer':
        for (const m of r.modules.values())
          for (const id of m.buffers.values()) yield { key: String(id), buffer: id, called: this.name(id) };
        for (const id of Parameters.of(r).list())
          for (const [name, state] of statesAt(r, id, r.ticks - 1))
            yield { key: String(state), buffer: state, called: `${this.name(id)}.${name}` };
        return;
      case 'op':
        for (const { key, first } of MomentsOf.of(r).ops(c.word!)) {
          const module = Names.of(r).modulePath(first.module);
          const place = first.site < 0 ? null : r.sites[first.site];
          const where = [module && t('in {0}', module), place && t('at {0}', placeText(place))]
            .filter(Boolean)
            .join(' ');
          yield {
            key,
            op: { word: c.word!, place: first },
            called: `${opName(first.forwardOf ?? first)} ${where}`.trim(),
          };
        }
    }
  }

  private name(tensor: number): string {
    return nameOf(this.r, tensor, 'value', this.r.ticks - 1);
  }

  // ---- words --------------------------------------------------------------------------------------------------

  /** `norm(linear1.weight.grad) > 100: it is 153.2 in iteration 42 (train.py:10). In iteration 41 it was 87.1.` */
  private describe(w: Watchpoint, one: Watched, i: number): string {
    const { ticks } = one.moments;
    const when = (tick: number) => t('in iteration {0}', this.r.iterationAt(tick) + 1);
    const place = this.r.placeAt(ticks[i]);
    const where = `${when(ticks[i])}${place ? ` (${placeText(place)})` : ''}`;
    const node = w.compiled.node.kind === 'and' ? w.compiled.node.items[0] : w.compiled.node;
    const text = this.text(node, one);
    if (node.kind === 'call' && node.name === 'origin') return this.describeOrigin(ticks[i], where);
    if (node.kind === 'call' && node.name === 'changed') {
      const inner = this.text(node.args[0], one);
      const values = [ticks[i] - 1, ticks[i]].map((t) => this.shown(node.args[0], one, t, ticks[i]));
      return t(
        '{0} changed {1}{2}.',
        inner,
        where,
        values[0] && values[1] ? t(': from {0} to {1}', values[0], values[1]) : '',
      );
    }
    const shown = shownPart(node);
    const now = shown && this.shown(shown, one, ticks[i]);
    const then = i > 0 && shown ? this.shown(shown, one, ticks[i - 1]) : null;
    const head = now && shown !== node ? t('{0}: it is {1} {2}.', text, now, where) : `${text} ${where}.`;
    return i > 0 && then ? t('{0} Before, {1}, it was {2}.', head, when(ticks[i - 1]), then) : head;
  }

  private describeOrigin(tick: number, where: string): string {
    const record = this.r.recordAt(tick)!;
    const op =
      record.kind === 'backward' && record.forwardOf
        ? t('the gradient of {0}', opName(record.forwardOf))
        : opName(record);
    const nan = record.outs.some(
      (o) =>
        o &&
        this.replay
          .tensor(o)
          .values()
          .some((v) => Number.isNaN(Number(v))),
    );
    return t('The first {0}: {1} made it out of finite inputs {2}.', nan ? 'NaN' : 'infinity', op, where);
  }

  private text(node: Node, one: Watched): string {
    const text = textOf(node, (name) =>
      name === 'p' || name === 'buf' || name === one.op?.word ? (one.called ?? name) : name,
    );
    return text.replace(/tensor\((\d+)\)/g, (_, id) => this.name(Number(id)));
  }

  /** A value in a word; null where it cannot be had. */
  private shown(node: Node, one: Watched, tick: number, frameOf = tick): string | null {
    try {
      const scope = new ScopeAt({
        recording: this.r,
        replay: this.replay,
        tick,
        frame: this.r.frameAt(frameOf),
        instance: one,
      });
      return shortly(evaluate(node, scope), scope);
    } catch {
      return null;
    }
  }
}

/** The number that a condition is about: what is compared. */
function shownPart(node: Node): Node | null {
  if (node.kind === 'compare') return node.first;
  if (node.kind === 'call' && node.name === 'rises') return node.args[0] ?? null;
  if (node.kind === 'and' || node.kind === 'or') return shownPart(node.items[0]);
  return null;
}

export function shortly(value: Value, scope: ScopeAt): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value;
  const n = numberOf(value, scope);
  if (n !== null) return short(n);
  const t = tensorOf(value, scope);
  if (!t) return 'a module';
  let squares = 0;
  for (const v of t.values()) squares += Number(v) ** 2;
  return `[${t.shape.join(', ')}] norm ${short(Math.sqrt(squares))}`;
}
