/** Positions in a recording, and the words for them. Imports nothing. */

/** What happened at a tick. `update`: a tensor was written in place (`.grad`, a weight, a momentum buffer). */
export type TickKind = 'line' | 'forward' | 'backward' | 'update' | 'output';

/** The part of an iteration a tick belongs to. */
export type Phase = 'forward' | 'backward' | 'update';

/** A place in the user's script. `path` is absolute, `line` is 1-based. */
export interface Place {
  path: string;
  line: number;
}

/** Where the cursor is; every view and the debugger follow it. */
export interface Cursor {
  /** Position in the recording, 0-based; -1 before anything was recorded. */
  tick: number;
  /** How many ticks are recorded so far. */
  ticks: number;
  kind: TickKind;
  phase: Phase;
  /** Iteration of this tick, 0-based; an iteration goes from one optimizer update to the next. */
  iteration: number;
  iterations: number;
  /** The line to highlight: for a backward tick, the forward line that made the op. */
  place: Place | null;
  /** What a screen reader or a status bar says: `backward of relu, linear1 (train.py:21)`. */
  label: string;
  /** Graph node at the cursor (see GraphView), if the tick is an op's. */
  node: number | null;
  /** True at the end of the recording of a script that still lives: the next move runs the script on. */
  live: boolean;
}
