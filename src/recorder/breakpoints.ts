/** Line breakpoints over a recording: whether one stops a tick is a function of the tick, in both directions. */

import type { RecordedValue } from '../protocol/recorded';
import type { BreakpointSpec, BreakpointStatus } from '../protocol/session';
import { unquote } from './format';
import { hitCountHolds } from './hitCount';
import type { Recording } from './recording';

interface Breakpoint extends BreakpointSpec {
  id: number;
  path: string;
  /** What the condition was at ticks already asked about. */
  held: Map<number, boolean>;
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

export class Breakpoints {
  private byPlace = new Map<string, Breakpoint[]>();
  private nextId = 1;
  /** Line ticks at each breakpoint's place, ascending; kept up to date lazily. */
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
        return { id, verified: false, line: spec.line, message: 'There is no code on or after this line.' };
      if (spec.hitCondition && hitCountHolds(spec.hitCondition, 1) === null)
        return { id, verified: false, line, message: `'${spec.hitCondition}' is no hit count: write 5, >= 5 or % 10.` };
      const place = `${path}:${line}`;
      const list = this.byPlace.get(place) ?? [];
      list.push({ ...spec, line, id, path, held: new Map() });
      this.byPlace.set(place, list);
      if (spec.logMessage && !before.has(key(spec, line))) logs.push(id);
      return { id, verified: true, line };
    });
    return { statuses, logs };
  }

  /** Recorded ticks at a breakpoint's line, ascending. */
  ticksOf(id: number): readonly number[] {
    const found = [...this.byPlace.values()].flat().find((b) => b.id === id);
    return found ? this.ticksAt(found.path, found.line) : [];
  }

  /** Another line has taken this tick's place. */
  forget(tick: number): void {
    for (const list of this.byPlace.values()) for (const b of list) b.held.delete(tick);
  }

  /** The breakpoints that this tick hits, log points among them. */
  hits(tick: number, evaluate: EvaluateAt): Hit[] {
    if (this.byPlace.size === 0 || this.recording.kindAt(tick) !== 'line') return [];
    const site = this.recording.sites[this.recording.siteAt(tick)];
    const list = site && this.byPlace.get(`${site.path}:${site.line}`);
    if (!list) return [];
    const hits: Hit[] = [];
    for (const b of list) {
      try {
        if (!this.holds(b, tick, evaluate)) continue;
        if (b.hitCondition && !hitCountHolds(b.hitCondition, this.count(b, tick, evaluate))) continue;
      } catch (error) {
        hits.push({ breakpoint: b.id, error: `The condition '${b.condition}' failed: ${(error as Error).message}` });
        continue;
      }
      hits.push(b.logMessage ? { breakpoint: b.id, log: fill(b.logMessage, tick, evaluate) } : { breakpoint: b.id });
    }
    return hits;
  }

  private holds(b: Breakpoint, tick: number, evaluate: EvaluateAt): boolean {
    if (!b.condition) return true;
    let held = b.held.get(tick);
    if (held === undefined) b.held.set(tick, (held = isTrue(b.condition, tick, evaluate)));
    return held;
  }

  /** How often the line was reached (with its condition true) up to and including this tick. */
  private count(b: Breakpoint, tick: number, evaluate: EvaluateAt): number {
    return this.ticksAt(b.path, b.line).filter((t) => t <= tick && this.holds(b, t, evaluate)).length;
  }

  private ticksAt(path: string, line: number): number[] {
    const r = this.recording;
    const place = `${path}:${line}`;
    let seen = this.seen.get(place);
    if (!seen) this.seen.set(place, (seen = { ticks: [], upTo: 0 }));
    const site = r.sites.findIndex((s) => s.path === path && s.line === line);
    for (; seen.upTo < r.ticks; seen.upTo++)
      if (r.siteAt(seen.upTo) === site && r.kindAt(seen.upTo) === 'line') seen.ticks.push(seen.upTo);
    return seen.ticks;
  }
}

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
