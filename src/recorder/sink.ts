import type { Tensor } from '../engine/tensor';

/** What the Python side tells the recorder about the script; the engine tells of ops by itself (engine/observer.ts). */
export interface TraceSink {
  enterFrame(frame: number, parent: number | null, name: string, path: string, line: number): void;
  leaveFrame(frame: number): void;
  /**
   * A line is about to run: appends a `line` tick. `localsDelta` is JSON of { name: RecordedValue | null (gone) } for what changed in this
   * frame. May block while the debugger serves the user.
   */
  line(frame: number, path: string, line: number, localsDelta: string | null): void;
  /** The script ran to its end: the names that its last line set. Appends a tick that nothing stops at. */
  finish(frame: number, localsDelta: string | null): void;
  output(stream: 'stdout' | 'stderr', text: string): void;
  module(id: number, parent: number | null, name: string, type: string, extra: string): void;
  parameter(module: number, name: string, tensor: Tensor): void;
  buffer(module: number, name: string, tensor: Tensor): void;
  /** A numpy array is seen in a variable: its contents are followed from now on. */
  array(tensor: Tensor): void;
  enterModule(id: number): void;
  exitModule(): void;
  /** An optimizer's step() begins; `hyper` is JSON of its groups' hyperparameters. */
  beginStep(optimizer: number, description: string, hyper: string): void;
  endStep(): void;
  /** An optimizer keeps this for a parameter: `momentum_buffer`, `exp_avg`, `step`. */
  state(optimizer: number, parameter: Tensor, name: string, value: Tensor | number): void;
  /** An exception was raised in the user's code; `caught` is null where that is not known yet. May block. */
  raised(type: string, message: string, path: string, line: number, frame: number, caught: boolean | null): void;
}
