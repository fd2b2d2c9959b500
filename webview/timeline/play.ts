/** Plays the recording, forward or backward: ticks, ops or iterations, so many in a second. */
import type { IterationSpan, StretchView } from '../../src/protocol/views';
import { spanAt } from './scale';

export type PlayBy = 'tick' | 'op' | 'iteration';

/**
 * Where playing goes next from a tick; null at the end. An iteration later is the same part of it, so that what is on screen is of one kind.
 * Of the ops' letters only those that are known are used: ticks whose letters are not known are stopped at one by one.
 */
export function nextTick(
  tick: number,
  direction: 1 | -1,
  by: PlayBy,
  ticks: number,
  spans: readonly IterationSpan[],
  stretches: readonly StretchView[],
): number | null {
  const inside = (t: number): number | null => (t >= 0 && t < ticks && t !== tick ? t : null);
  if (by === 'tick') return inside(tick + direction);
  if (by === 'op') {
    for (let t = tick + direction; t >= 0 && t < ticks; t += direction) {
      const letter = letterAt(stretches, t);
      if (letter !== 'l' && letter !== 'o') return t;
    }
    return null;
  }
  const here = spanAt(spans, tick);
  const next = here && spans[spans.indexOf(here) + direction];
  if (!here || !next) return inside(direction > 0 ? ticks - 1 : 0);
  return inside(Math.max(next.start, Math.min(next.end - 1, next.start + tick - here.start)));
}

/** `l`, `f`, `b`, `u` or `o`; null where it is not known. */
export function letterAt(stretches: readonly StretchView[], tick: number): string | null {
  for (const { from, to, kinds } of stretches) if (kinds && tick >= from && tick < to) return kinds[tick - from]!;
  return null;
}

/** A clock that asks for the next step; it never gets ahead of what is on screen by itself: whoever seeks drops what is late. */
export class Player {
  direction: 1 | -1 | 0 = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** `step` goes on by one, and answers whether there is more. */
  constructor(
    private readonly step: (direction: 1 | -1) => boolean,
    private readonly changed: () => void,
  ) {}

  get playing(): boolean {
    return this.direction !== 0;
  }

  play(direction: 1 | -1, perSecond: number): void {
    clearInterval(this.timer);
    this.direction = direction;
    this.timer = setInterval(() => {
      if (this.direction !== 0 && !this.step(this.direction)) this.stop();
    }, 1000 / perSecond);
    this.changed();
  }

  stop(): void {
    if (!this.playing) return;
    clearInterval(this.timer);
    this.direction = 0;
    this.changed();
  }
}
