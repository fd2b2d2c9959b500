import type { Tensor } from '../engine/tensor';
import type { RecordedValue } from '../protocol/recorded';

/** Values of the past, as the recorder finds them at its cursor. */
export interface Past {
  /** A fresh tensor with the contents (and `.grad`) that a recorded tensor had at the cursor; null if it cannot be had. */
  tensorAt(id: number): Tensor | null;
  moduleAt(id: number): PastModule | null;
}

export interface PastModule {
  type: string;
  extra: string;
  /** [name, recorder's module id] */
  children: [string, number][];
  /** [name, recorder's tensor id] */
  parameters: [string, number][];
  buffers: [string, number][];
}

export interface Completion {
  label: string;
  type?: string;
}

/** Python expressions for a debugger, also while the script is blocked. Failures throw an Error with Python's own words. */
export interface Evaluator {
  /** In the real frame. `exec-or-eval` also takes statements: the result is then null. */
  evaluateLive(expression: string, frame: number, mode: 'eval' | 'exec-or-eval'): RecordedValue | null;
  /** Over values rebuilt from the recording; nothing of the running script is touched. */
  evaluatePast(expression: string, names: readonly [string, RecordedValue][], past: Past): RecordedValue | null;
  /** Assigns the value of an expression to a name or another target (`net.linear1.weight`, `x[0]`), with gradients off. */
  setLive(frame: number, target: string, valueExpression: string): RecordedValue;
  /** setLive in the innermost of these frames that knows the target; `lr` alone may be the optimizer's. */
  editLive(frames: readonly number[], target: string, valueExpression: string): RecordedValue;
  completions(text: string, column: number, frame: number): Completion[];
  /** What is inside a live object: attributes of objects, items of containers, beyond what was recorded. */
  childrenLive(expression: string, frame: number): [string, RecordedValue][];
  /** The names of a live frame, as the line tracer would write them down. */
  locals(frame: number): [string, RecordedValue][];
  /** Lines of a file that have code, ascending. Throws on a syntax error. */
  lines(path: string): number[];
  /** A tensor that an evaluation gave, by its engine id. */
  looked(id: number): Tensor | null;
}
