import type { Tensor } from '../engine/tensor';
import type { RecordedValue } from '../protocol/recorded';

/** A module as the recording knows it, for expressions about the past. */
export interface PastModule {
  type: string;
  extra: string;
  /** name -> tensor id */
  parameters: ReadonlyMap<string, number>;
  buffers: ReadonlyMap<string, number>;
  /** name -> module id */
  children: ReadonlyMap<string, number>;
}

export interface Past {
  names: [string, RecordedValue][];
  /** A tensor as it was, with `.grad` as it was; null if it did not exist. Its memory is the caller's own. */
  tensorAt(id: number): Tensor | null;
  moduleAt(id: number): PastModule | null;
}

/** Python, as the debugger needs it. All calls are synchronous and throw Errors whose message is for the user (`NameError: …`). */
export interface Evaluator {
  /** In the real frame. `repl` also takes statements (their value is None); other looks take expressions only. */
  evaluateLive(expression: string, frame: number, mode: 'repl' | 'look'): RecordedValue;
  /** Against what was recorded; can change nothing. */
  evaluatePast(expression: string, past: Past): RecordedValue;
  /** The names of a live frame, as the line tracer would write them down. */
  locals(frame: number): [string, RecordedValue][];
  /** `target = value` in the real frame, with gradients off. */
  setLive(target: string, value: string, frame: number): RecordedValue;
  completions(text: string, column: number, frame: number): { label: string; type?: string }[];
  /** Lines of a file that have code, ascending. Throws on a syntax error. */
  lines(path: string): number[];
}
