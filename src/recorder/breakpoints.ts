/** Breakpoints at lines and functions over a recording: whether one stops a tick is a function of the tick, in both directions. */

import { t } from '../protocol/l10n';
import type { RecordedValue } from '../protocol/recorded';
import type { BreakpointSpec, BreakpointStatus, FunctionBreakpointSpec } from '../protocol/session';
import type { Place } from '../protocol/ticks';
import { lastAtOrBefore } from './columns';
import { unquote } from './format';
import { hitCountHolds } from './hitCount';
import type { Recording } from './recording';
import { MomentsOf } from './watch/moments';

interface Condition {
  condition?: string;
  hitCondition?: string;
  /** What the condition was at ticks already asked about. */
  held: Map<number, boolean>;
  /** At how many of the first ticks it was true. */
  counted?: { from: number; count: number };
  /** Recorded ticks that it is about, ascending. */
  ticks(): readonly number[];
}

interface Breakpoint extends BreakpointSpec, Condition {
  id: number;
  path: string;
}

interface FunctionBreakpoint extends FunctionBreakpointSpec, Condition {
  id: number;
}

/** Evaluates an expression at a tick; throws with words for the user. */
export type EvaluateAt = (expression: string, tick: number) => RecordedValue;

export interface Hit {
  breakpoint: number;
  /** A log point's text; it does not stop. */
  log?: string;
  /** A condition that could not be evaluated stops, and says so. */
  error?: string;
}

/** A tick at a breakpoint; `open`: whether its condition holds there was not asked. */
export interface Known {
  tick: number;
  name: string;
  open: boolean;
}

export class Breakpoints {
  private byPlace = new Map<string, Breakpoint[]>();
  private functions: FunctionBreakpoint[] = [];
  private nextId = 1;
  /** Line ticks of each breakpoint, ascending; kept up to date lazily. */
  private readonly seen = new Map<string, { ticks: number[]; upTo: number }>();

  constructor(private readonly recording: Recording) {}

  /**
   * Replaces the breakpoints of a file. `lines` are those with code, ascending; null where that is not known. `logs` are the log points
   * that were not there before.
   */
  set(
    path: string,
    specs: readonly BreakpointSpec[],
    lines: readonly number[] | null,
  ): { statuses: BreakpointStatus[]; logs: number[] } {
    const before = new Set<string>();
    const key = (b: BreakpointSpec, line: number) => JSON.stringify([line, b.logMessage, b.condition, b.hitCondition]);
    for (const [place, list] of this.byPlace) {
      if (list[0].path !== path) continue;
      for (const b of list) before.add(key(b, b.line));
      this.byPlace.delete(place);
    }
    const logs: number[] = [];
    const statuses = specs.map((spec) => {
      const id = this.nextId++;
      const line = lines ? (lines.find((l) => l >= spec.line) ?? null) : spec.line;
      if (line === null)
        return { id, verified: false, line: spec.line, message: t('There is no code on or after this line.') };
      if (spec.hitCondition && hitCountHolds(spec.hitCondition, 1) === null)
        return { id, verified: false, line, message: noCount(spec.hitCondition) };
      const place = `${path}:${line}`;
      const list = this.byPlace.get(place) ?? [];
      list.push({ ...spec, line, id, path, held: new Map(), ticks: () => this.ticksAt(path, line) });
      this.byPlace.set(place, list);
      if (spec.logMessage && !before.has(key(spec, line))) logs.push(id);
      return { id, verified: true, line };
    });
    return { statuses, logs };
  }

  /** Replaces those at functions. */
  setFunctions(specs: readonly FunctionBreakpointSpec[]): (Omit<BreakpointStatus, 'line'> & { place: Place | null })[] {
    this.functions = [];
    return specs.map((spec) => {
      const id = this.nextId++;
      if (spec.hitCondition && hitCountHolds(spec.hitCondition, 1) === null)
        return { id, verified: false, place: null, message: noCount(spec.hitCondition) };
      const name = spec.name.trim().replace(/\(\)$/, '');
      this.functions.push({ ...spec, name, id, held: new Map(), ticks: () => this.entriesOf(name) });
      const place = this.definitionOf(name);
      if (place) return { id, verified: true, place };
      return { id, verified: false, place, message: t('No function {0} is known yet in the files that ran.', name) };
    });
  }

  /** Where a function is defined, as far as the sources tell. */
  private definitionOf(name: string): Place | null {
    const last = name.slice(name.lastIndexOf('.') + 1);
    if (!/^\w+$/.test(last)) return null;
    const def = new RegExp(`^\\s*(async\\s+)?def\\s+${last}\\b`);
    for (const [path, text] of this.recording.sources) {
      const line = text.split('\n').findIndex((l) => def.test(l));
      if (line >= 0) return { path, line: line + 1 };
    }
    return null;
  }

  /** First ticks of the frames of a function, ascending. */
  private entriesOf(name: string): number[] {
    const r = this.recording;
    return this.collect(`def ${name}`, (t) => {
      const frame = r.frame(r.frameAt(t));
      return frame?.first === t && isNamed(frame.name, name);
    });
  }

  /** Ticks that may hit a breakpoint, breakpoint by breakpoint. */
  places(): (readonly number[])[] {
    return [...this.byPlace.values(), this.functions].flatMap((list) => list.map((b) => b.ticks()));
  }

  /** The nearest of such ticks from one on, in a direction; -1 if there is none. */
  nextOf(places: readonly (readonly number[])[], tick: number, direction: 1 | -1): number {
    const found = places.flatMap((ticks) => {
      const at = direction === 1 ? lastAtOrBefore(ticks, tick - 1) + 1 : lastAtOrBefore(ticks, tick);
      return ticks[at] ?? [];
    });
    return found.length === 0 ? -1 : direction === 1 ? Math.min(...found) : Math.max(...found);
  }

  /** Recorded ticks at a breakpoint's line, ascending. */
  ticksOf(id: number): readonly number[] {
    const found = [...this.byPlace.values()].flat().find((b) => b.id === id);
    return found ? found.ticks() : [];
  }

  /**
   * Ticks in [from, to) that stop at a breakpoint. Conditions are asked for so many milliseconds, those nearest to a tick first; `open` are
   * the ticks where one was not asked: another call goes on from there.
   */
  *known(from: number, to: number, near: { tick: number; evaluate: EvaluateAt; within: number }): Generator<Known> {
    const lines = [...this.byPlace.values()].flat().filter((b) => !b.logMessage);
    const until = performance.now() + near.within;
    for (const b of [...lines, ...this.functions]) {
      const name = 'path' in b ? `${b.path.slice(b.path.lastIndexOf('/') + 1)}:${b.line}` : b.name;
      const ticks = b.ticks();
      const [first, end] = [lastAtOrBefore(ticks, from - 1) + 1, lastAtOrBefore(ticks, to - 1) + 1];
      if (b.condition) this.ask(b, ticks.slice(first, end), near, until);
      // How often a condition held before nobody knows without asking it everywhere.
      const counts = b.hitCondition && !b.condition ? b.hitCondition : null;
      for (let i = first; i < end; i++) {
        const held = b.condition ? b.held.get(ticks[i]) : counts ? hitCountHolds(counts, i + 1) === true : true;
        if (held !== false)
          yield { tick: ticks[i], name, open: held === undefined || (!!b.condition && !!b.hitCondition) };
      }
    }
  }

  private ask(
    b: Condition,
    ticks: readonly number[],
    { tick, evaluate }: { tick: number; evaluate: EvaluateAt },
    until: number,
  ): void {
    const unknown = ticks.filter((t) => b.held.get(t) === undefined);
    for (const t of unknown.sort((x, y) => Math.abs(x - tick) - Math.abs(y - tick))) {
      if (performance.now() >= until) return;
      try {
        this.holds(b, t, evaluate);
      } catch {
        // It stops there, and says why; or Python, which can ask it, is not loaded.
        return;
      }
    }
  }

  /** Another line has taken this tick's place. */
  forget(tick: number): void {
    for (const b of [...this.byPlace.values(), this.functions].flat()) {
      b.held.delete(tick);
      b.counted = undefined;
    }
  }

  /** The breakpoints that this tick hits, log points among them. */
  hits(tick: number, evaluate: EvaluateAt): Hit[] {
    if ((this.byPlace.size === 0 && this.functions.length === 0) || this.recording.kindAt(tick) !== 'line') return [];
    const hits: Hit[] = [];
    const site = this.byPlace.size > 0 ? this.recording.sites[this.recording.siteAt(tick)] : null;
    for (const b of (site && this.byPlace.get(`${site.path}:${site.line}`)) ?? [])
      this.hit(b, tick, evaluate, hits, b.logMessage);
    if (this.functions.length > 0) {
      const frame = this.recording.frame(this.recording.frameAt(tick));
      for (const b of this.functions)
        if (frame?.first === tick && isNamed(frame.name, b.name)) this.hit(b, tick, evaluate, hits);
    }
    return hits;
  }

  private hit(b: Condition & { id: number }, tick: number, evaluate: EvaluateAt, hits: Hit[], log?: string): void {
    try {
      if (!this.holds(b, tick, evaluate)) return;
      if (b.hitCondition && !hitCountHolds(b.hitCondition, this.count(b, tick, evaluate))) return;
    } catch (error) {
      hits.push({
        breakpoint: b.id,
        error: t("The condition '{0}' failed: {1}", b.condition ?? '', (error as Error).message),
      });
      return;
    }
    hits.push(log ? { breakpoint: b.id, log: fill(log, tick, evaluate) } : { breakpoint: b.id });
  }

  private holds(b: Condition, tick: number, evaluate: EvaluateAt): boolean {
    if (!b.condition) return true;
    let held = b.held.get(tick);
    if (held === undefined) b.held.set(tick, (held = isTrue(b.condition, tick, evaluate)));
    return held;
  }

  /** How often the line was reached (with its condition true) up to and including this tick. */
  private count(b: Condition, tick: number, evaluate: EvaluateAt): number {
    const ticks = b.ticks();
    const end = lastAtOrBefore(ticks, tick) + 1;
    if (!b.condition) return end;
    // Counted on from where it was counted last, forward.
    let { from, count } = b.counted && b.counted.from <= end ? b.counted : { from: 0, count: 0 };
    for (; from < end; from++) if (this.holds(b, ticks[from], evaluate)) count++;
    b.counted = { from, count };
    return count;
  }

  private ticksAt(path: string, line: number): readonly number[] {
    return MomentsOf.of(this.recording).line(path, line).ticks;
  }

  /** Line ticks of a kind, from what is recorded by now. */
  private collect(key: string, wanted: (tick: number) => boolean): number[] {
    const r = this.recording;
    let seen = this.seen.get(key);
    if (!seen) this.seen.set(key, (seen = { ticks: [], upTo: 0 }));
    for (; seen.upTo < r.ticks; seen.upTo++)
      if (r.kindAt(seen.upTo) === 'line' && wanted(seen.upTo)) seen.ticks.push(seen.upTo);
    return seen.ticks;
  }
}

const noCount = (text: string): string => t("'{0}' is no hit count: write 5, >= 5 or % 10.", text);

/** `forward` names `Net.forward` and `outer.<locals>.forward` as well. */
const isNamed = (qualified: string, name: string): boolean => qualified === name || qualified.endsWith(`.${name}`);

/** Python decides what is true: of a tensor with one element its value, of one with more it says that it cannot. */
function isTrue(condition: string, tick: number, evaluate: EvaluateAt): boolean {
  const value = evaluate(`bool((${condition}))`, tick);
  return value.k === 'prim' && value.repr === 'True';
}

/** `loss:.3f`, `name!r`: as in an f-string. */
const FORMATTED = /:[^()[\]'"]+$|![rsa]$/;

/** A log message with its `{expressions}` filled in, as str() would show them. */
function fill(message: string, tick: number, evaluate: EvaluateAt): string {
  return message.replace(/\{([^{}]+)\}/g, (_, expression: string) => {
    try {
      const value = evaluate(FORMATTED.test(expression) ? `f"""{${expression}}"""` : `str(${expression})`, tick);
      return value.k === 'prim' ? unquote(value.repr) : '?';
    } catch (error) {
      return `{${expression}: ${(error as Error).message}}`;
    }
  });
}
