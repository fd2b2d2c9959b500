/** The cursor over a recording, and the search for where a move ends. */
import type { Move, StopReason } from '../protocol/session';
import type { Breakpoints, EvaluateAt } from './breakpoints';
import { lastAtOrBefore } from './columns';
import { type Goal, never, searchFor } from './moves';
import type { Recording } from './recording';
import { MomentsOf } from './watch/moments';
import type { WatchHit } from './watch/watchpoints';

/** A move's end in the recorded part; null where it runs past its end. */
export interface Stop {
  tick: number;
  reason: StopReason;
  breakpoints?: number[];
  text?: string;
  /** Where watchpoints began to hold. */
  watch?: WatchHit;
}

/** The first watchpoint after a tick up to another, or, downward, the last before it. */
export type SearchWatch = (from: number, to: number) => WatchHit | null;

/** Ticks between two looks at whether the search is still wanted. */
const SLICE = 256;

export class Timeline {
  /** The cursor: everything shown is of this tick. */
  tick = -1;
  /** What the running script has to reach to stop; null: only a breakpoint. */
  goal: Goal = () => false;
  /** Log points that were passed, to be printed. */
  onLog: (text: string, tick: number) => void = () => {};
  /** Hears now and then how far a search is; what it throws ends it, and leaves the cursor where it was. */
  looked: (tick: number) => void = () => {};

  constructor(
    readonly recording: Recording,
    readonly breakpoints: Breakpoints,
    private readonly evaluate: EvaluateAt,
    private readonly watch: SearchWatch = () => null,
  ) {}

  /** At the last tick? The next move forward runs the script on. */
  get atEnd(): boolean {
    return this.tick >= this.recording.ticks - 1;
  }

  /** Moves the cursor inside the recording. Null: the move goes on past its end, and `goal` says where it stops. */
  move(move: Move): Stop | null {
    const r = this.recording;
    const { direction, goal } = searchFor(r, move, this.tick);
    this.goal = goal;
    const single = move === 'tickForward' || move === 'tickBack' || move.startsWith('iteration');
    const logs: { text: string; tick: number }[] = [];
    let stop: Stop | null = null;
    let t = this.tick + direction;
    // Where only breakpoints stop, only their ticks are looked at.
    const places = goal === never ? this.breakpoints.places() : null;
    const next = (from: number) => (places ? this.breakpoints.nextOf(places, from, direction) : from);
    let looks = 0;
    for (t = next(t); !stop && t >= 0 && t < r.ticks; t = next(t + direction)) {
      if (looks++ % SLICE === 0) this.looked(t);
      if (!single) stop = this.stopAt(t, goal, direction === 1 ? logs : null);
      else if (goal(t)) stop = { tick: t, reason: 'step' };
    }
    // Only up to where anything else stops: what a watchpoint needs may have to be computed again.
    const watch = single ? null : this.watch(this.tick, stop?.tick ?? (direction === 1 ? r.ticks - 1 : 0));
    if (watch && (!stop || stop.reason === 'step' || watch.tick !== stop.tick))
      stop = { tick: watch.tick, reason: 'watchpoint', watch };
    for (const { text, tick } of logs) if (!stop || tick <= stop.tick) this.onLog(text, tick);
    if (stop) {
      this.tick = stop.tick;
      return stop;
    }
    if (direction === 1) return null;
    this.tick = r.ticks > 0 ? 0 : -1;
    return { tick: this.tick, reason: 'start of recording' };
  }

  /** Does a tick stop a search: its goal, or a breakpoint? What log points say there is added to `logs`. */
  stopAt(tick: number, goal: Goal, logs: { text: string; tick: number }[] | null): Stop | null {
    const hits = this.breakpoints.hits(tick, this.evaluate);
    for (const { log: text } of hits) if (text !== undefined) logs?.push({ text, tick });
    const stopping = hits.filter((h) => h.log === undefined);
    // A condition that failed because the search was interrupted is no stop.
    if (stopping.some((h) => h.error)) this.looked(tick);
    if (stopping.length > 0)
      return {
        tick,
        reason: 'breakpoint',
        breakpoints: stopping.map((h) => h.breakpoint),
        text: stopping.find((h) => h.error)?.error,
      };
    return goal(tick) ? { tick, reason: 'step' } : null;
  }

  /** Puts the cursor on a tick, clamped to the recording. */
  seek(tick: number): void {
    this.tick = Math.min(Math.max(Math.round(tick), 0), this.recording.ticks - 1);
  }

  /** The recorded `line` tick at a place that is nearest to the cursor, or null. */
  nearest(path: string, line: number): number | null {
    const { ticks } = MomentsOf.of(this.recording).line(path, line);
    const before = lastAtOrBefore(ticks, this.tick);
    const around = ticks.slice(Math.max(0, before), before + 2);
    if (around.length === 0) return null;
    return around.reduce((best, t) => (Math.abs(t - this.tick) <= Math.abs(best - this.tick) ? t : best));
  }
}
