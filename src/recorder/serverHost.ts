/** What a session's server needs of the room that runs it: Python's worker, or the exported page. */
import type { EventName, Events } from '../protocol/session';
import type { Bookmark } from '../protocol/views';
import type { Interruption } from './work';

export interface ServerHost {
  emit<N extends EventName>(name: N, event: Events[N]): void;
  /** Answers waiting requests and returns at once. */
  poll(): void;
  /** Blocks the thread, answering requests, until `resumed()` is true. */
  block(resumed: () => boolean): void;
  /** Was an interruption of the request under way asked for? */
  interrupted?(): Interruption | null;
  /** Answers the request under way now, with null: what it began goes on. */
  accept?(): void;
  /** Writes a recording to disk; returns its size in bytes. */
  save(path: string): number;
  /** A line for the script that waits for one. */
  typed?(line: string | null): void;
  /** Ends the file that the run is written to. */
  finish?(): void;
  /** Keeps the bookmarks in the file that the recording was opened from; a live run's are saved with it. */
  keep?(bookmarks: readonly Bookmark[]): void;
}
