/** Long work on a session's one thread: says how far it is, and ends where nobody wants it any more. */
import { t } from '../protocol/l10n';
import type { EventName, Events } from '../protocol/session';

/** What a user asked for while something was under way: `pause` is for moves, `cancel` for anything. */
export type Interruption = 'pause' | 'cancel';

/** Thrown out of work that was interrupted. */
export class Interrupted extends Error {
  constructor(readonly how: Interruption) {
    super('cancelled');
  }
}

/** Whoever owns the thread. */
export interface WorkHost {
  emit<N extends EventName>(name: N, event: Events[N]): void;
  /** Was an interruption of what is under way asked for? Looked at often: it must cost nothing where nothing waits. */
  interrupted?(): Interruption | null;
}

/** A user who waits longer than this is told, and from then on a few times a second; in milliseconds. */
const PATIENCE = 500;
const AGAIN = 200;

interface Task {
  title: string;
  /** A move: a pause ends it. Called once when it takes long. */
  long: (() => void) | null;
  began: number;
  told: number;
  /** It says itself how far it is: what is replayed on the way is no news. */
  counts: boolean;
}

export class Work {
  private task: Task | null = null;

  constructor(private readonly host: WorkHost) {}

  /** Does what a user waits for. `title` names it where it takes long; a move has `long`, which is called then. */
  during<T>(title: string, body: () => T, long: (() => void) | null = null): T {
    const before = this.task;
    const task: Task = { title, long, began: Date.now(), told: 0, counts: false };
    this.task = task;
    try {
      return body();
    } finally {
      this.task = before;
      if (task.told) this.host.emit('working', null);
    }
  }

  /** Between two slices: how far is it, 0 to 1? Throws Interrupted where it is not wanted any more. Outside of `during` nothing happens. */
  at(part: number, text: () => string): void {
    const { task } = this;
    if (!task) return;
    task.counts = true;
    this.look(task, part, text);
  }

  /** The same for ops that are computed again on the way. */
  replaying(done: number, of: number): void {
    const { task } = this;
    if (!task) return;
    if (task.counts) this.stopIfAsked(task);
    else this.look(task, done / of, () => t('Computing again: {0} of {1} ops', done, of));
  }

  private look(task: Task, part: number, text: () => string): void {
    this.stopIfAsked(task);
    const now = Date.now();
    if (now - task.began < PATIENCE || now - task.told < AGAIN) return;
    if (task.told === 0) task.long?.();
    task.told = now;
    const percent = Math.floor(100 * Math.min(1, Math.max(0, part)));
    this.host.emit('working', { title: task.title, text: text(), percent });
  }

  private stopIfAsked(task: Task): void {
    const how = this.host.interrupted?.() ?? null;
    if (how === 'cancel' || (how === 'pause' && task.long)) throw new Interrupted(how);
  }
}
