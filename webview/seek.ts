/** Seeks while dragging: one in flight, and only the newest waits. */
import { post } from './host';

/** A picture that never comes must not freeze the bar for ever. */
const PATIENCE = 2000;

export class Seeker {
  private sentAt = 0;
  private flying = false;
  private waiting: number | null = null;

  seek(tick: number): void {
    if (this.flying && performance.now() - this.sentAt < PATIENCE) {
      this.waiting = tick;
      return;
    }
    this.send(tick);
  }

  /** A picture (or an error) came: the next may go. True where none was waiting. */
  landed(): boolean {
    this.flying = false;
    const next = this.waiting;
    this.waiting = null;
    if (next !== null) this.send(next);
    return next === null;
  }

  /** What waits goes now: something else is asked for that must come after it. */
  flush(): void {
    const next = this.waiting;
    this.waiting = null;
    if (next !== null) this.send(next);
  }

  private send(tick: number): void {
    this.flying = true;
    this.sentAt = performance.now();
    post({ type: 'seek', tick });
  }
}
