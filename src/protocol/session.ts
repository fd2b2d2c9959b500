/**
 * The one interface that the debugger and the views talk to: a script run, an opened recording, later a live PyTorch process.
 * The worker answers these requests; `Session` is their face in the extension host or the command line.
 */
import type { BranchPoint, BranchSpec } from './branch';
import type { ExplainQuestion, ExplainView, GradientView, HistoryView, Measure, WriteView } from './origins';
import type { Cursor, Place } from './ticks';
import type {
  Bookmark,
  CurvesView,
  FigureHead,
  FigureView,
  GraphView,
  NeuronsView,
  NodeMeasure,
  NumbersView,
  OutlineView,
  OutputView,
  PictureView,
  StretchView,
  TensorFormat,
  TensorGrid,
  TensorQuestion,
  TensorRef,
  TensorView,
  TimelineView,
  UpdateView,
} from './views';
import type { CheckView, OtherPath, PlaneAxes, PlaneBasis, PlaneView } from './whatif';

export interface BreakpointSpec {
  line: number;
  /** A Python expression; stops only where it is true. */
  condition?: string;
  /** `5`, `>= 5`, `% 10`: VS Code's hit counts. */
  hitCondition?: string;
  /** Logs this text, with `{expressions}` filled in, instead of stopping. */
  logMessage?: string;
}

/** Stops where a function begins. */
export interface FunctionBreakpointSpec {
  /** `forward`, or `Net.forward`. */
  name: string;
  condition?: string;
  hitCondition?: string;
}

/** A condition on tensors that stops the timeline, in either direction, where it begins to hold. */
export interface WatchSpec {
  /**
   * Python's, over `loss`, parameters (`linear1.weight`), variables, `p` (any parameter), `buf` (any buffer), activations by their op
   * (`relu`), `grads` and `params` (the net's): `norm(p.grad) > 100`, `nonfinite(p)`, `changed(linear1.weight)`, `rises(loss, 5)`.
   */
  expression: string;
  /** Holds as well, or it does not stop. */
  condition?: string;
  hitCondition?: string;
}

export interface WatchStatus {
  id: number;
  verified: boolean;
  expression: string;
  message?: string;
}

export interface BreakpointStatus {
  id: number;
  verified: boolean;
  line: number;
  message?: string;
}

/**
 * `next` and `stepBack` move over `line` ticks in this frame (or over ops while inside a backward pass or an optimizer's step);
 * `tickForward` and `tickBack` are the instruction granularity: the next and previous tick of any kind.
 */
export type Move =
  | 'next'
  | 'stepIn'
  | 'stepOut'
  | 'continue'
  | 'stepBack'
  | 'stepBackInto'
  | 'stepBackOut'
  | 'reverseContinue'
  | 'tickForward'
  | 'tickBack'
  | 'iterationForward'
  | 'iterationBack';

export interface Frame {
  id: number;
  name: string;
  place: Place | null;
  /** `op` frames stand for an op inside backward() or an optimizer's step. */
  presentation: 'normal' | 'op';
}

export interface Scope {
  name: string;
  ref: number;
  expensive: boolean;
  hint?: 'locals' | 'arguments' | 'registers';
}

export interface Variable {
  name: string;
  value: string;
  type: string;
  /** 0 where there is nothing below; else to be given to `variables`. Valid until the cursor moves. */
  ref: number;
  named?: number;
  indexed?: number;
  /** A Python expression for the same thing, for watches and hovers. */
  evaluateName?: string;
  /** The tensor behind it: the views can show it. */
  tensor?: TensorRef;
  /** False where it cannot be set: a computed statistic. What is set in the past is refused, with words that lead to a branch. */
  settable: boolean;
}

export type Evaluated = Omit<Variable, 'name'>;

/** `nonfinite`: backward() was called on a loss that is NaN or infinite. `origin`: an op made NaN or infinity out of finite inputs. */
export type ExceptionFilter = 'raised' | 'uncaught' | 'nonfinite' | 'origin';

export interface SessionCapabilities {
  /** A recording from disk cannot run on, set variables or stop at exceptions it did not meet. */
  live: boolean;
  /** Any Python expression, against recorded names only, or nothing. */
  evaluate: boolean;
}

export interface RecordingInfo {
  ticks: number;
  iterations: number;
  /** Bytes that the recording takes, and the bound; 0 and 0 for a recording from disk. */
  used: number;
  limit: number;
  /** Of these, bytes of what happened (ticks, ops, names), and of the tensors' elements that are held. */
  structure: number;
  contents: number;
  /** Weights and optimizer state are kept at every n-th iteration; between two of these they are computed again, bit by bit. */
  checkpointEvery: number;
  /** Data from Python of iterations before this one was left out: what was computed from it cannot be shown. 0 if nothing was. */
  leftOutBefore: number;
  /** Lines of long loops without tensor ops that were not kept one by one. */
  linesLeftOut: number;
  /** The same in sentences for the user; empty if nothing was thinned. */
  thinned: string[];
}

/** name: [arguments, answer]. A request that fails rejects with an Error whose message is for the user. */
export interface Requests {
  // the debugger's
  setBreakpoints: [{ path: string; breakpoints: BreakpointSpec[] }, BreakpointStatus[]];
  /** Replaces all of them. Without a line where the function is not known yet. */
  setFunctionBreakpoints: [
    { breakpoints: FunctionBreakpointSpec[] },
    (Omit<BreakpointStatus, 'line'> & { place: Place | null })[],
  ];
  /** Lines a breakpoint may stand on. */
  breakpointLines: [{ path: string; from: number; to: number }, number[]];
  /** Replaces the watchpoints of the user, or those that are a client's data breakpoints. */
  setWatchpoints: [{ group: 'user' | 'data'; watchpoints: WatchSpec[] }, WatchStatus[]];
  /** What a variable (in `ref`), or an expression, is called in a watchpoint's expression; null with a reason where it cannot be watched. */
  watchable: [
    { ref?: number; name: string; frame?: number; tensor?: TensorRef },
    { expression: string | null; text: string },
  ];
  /** `conditions`: of `origin` and `nonfinite` an expression, of `raised` and `uncaught` the types (`ValueError, KeyError`). */
  setExceptionFilters: [{ filters: ExceptionFilter[]; conditions?: { [F in ExceptionFilter]?: string } }, null];
  /** Starts the script (after breakpoints are set). */
  start: [{ stopOnEntry: boolean }, null];
  /** Answered when the move is accepted; a `stopped` event tells its end. A long search stops where it is on `pause`, and goes back on `cancel`. */
  move: [{ move: Move }, null];
  /** Moves the cursor to a tick, clamped to the recording; a `stopped` event (reason `goto`) follows. */
  seek: [{ tick: number }, null];
  /** Goes back to where a frame was entered (for an op's frame, to the call of backward() or step() that it is in). */
  restartFrame: [{ frame: number }, null];
  /** What the line at the cursor calls, as far as it is recorded: functions, and the passes of backward() and step(). `tick` is their first. */
  stepInTargets: [{ frame: number }, { tick: number; label: string; place: Place | null }[]];
  /** The tick of a line near the cursor, for Jump to Cursor: nearest recorded tick at that line, or null. */
  findTick: [{ path: string; line: number }, { tick: number | null }];
  pause: [Record<string, never>, null];
  /** Ends the long work of a request that is under way or waits (of whichever is under way, if left out): it rejects with `cancelled`. */
  cancel: [{ request?: number }, null];
  stack: [Record<string, never>, Frame[]];
  scopes: [{ frame: number }, Scope[]];
  /** Without `start` the named children; with it the indexed ones from there on, where a value has any. */
  variables: [{ ref: number; start?: number; count?: number }, Variable[]];
  evaluate: [
    { expression: string; frame?: number; context: 'repl' | 'hover' | 'watch' | 'variables' | 'clipboard' },
    Evaluated,
  ];
  /** `column`: how many characters of `text` (one line) stand before the caret. */
  completions: [{ text: string; column: number; frame?: number }, { label: string; type?: string }[]];
  setVariable: [{ ref: number; name: string; value: string }, Evaluated];
  setExpression: [{ expression: string; value: string; frame?: number }, Evaluated];
  /** Paths of the files that ran. */
  sources: [Record<string, never>, string[]];
  /** A script's text as it was recorded, for a machine that does not have the file. */
  source: [{ path: string }, { text: string }];
  exceptionInfo: [Record<string, never>, { type: string; message: string; traceback: string }];

  // the views'
  cursor: [Record<string, never>, Cursor];
  /** Units and weights of a small linear layer's node; null for any other. */
  neurons: [{ node: number }, NeuronsView | null];
  /** At the cursor; `settled`: where the last complete iteration ended, while the script runs. */
  picture: [{ have?: string; measure?: NodeMeasure; settled?: boolean }, PictureView];
  graph: [Record<string, never>, GraphView];
  timeline: [{ from: number }, TimelineView];
  /** Ticks of a stretch of the timeline, with their lines, breakpoints and found watchpoint hits. */
  stretch: [{ from: number; to: number }, StretchView];
  tensor: [TensorQuestion, TensorView];
  /** More cells of the same, for a table. */
  cells: [TensorQuestion, TensorGrid | null];
  /** All of a tensor: `torch.tensor(...)` or comma separated values. */
  tensorText: [TensorRef & { as: TensorFormat }, { name: string; text: string }];
  update: [{ parameter?: number; element?: number[]; layers?: boolean }, UpdateView];
  /** Shapes and gradient norms on the lines of the current frame, for VS Code's inline values. */
  inlineValues: [{ path: string; from: number; to: number }, { line: number; text: string }[]];
  /** Graph nodes made by a line, for the caret. */
  nodesAt: [{ path: string; line: number }, number[]];

  /** What the script printed, from the n-th piece on. */
  outputs: [{ from: number }, OutputView];

  /** matplotlib's figures as they were at the cursor: the newest drawing of each. */
  figures: [Record<string, never>, FigureHead[]];
  /** The picture of a drawing (`output` of its head); empty where it was not kept. */
  figure: [{ output: number }, { svg: string }];

  // branches
  /**
   * What a new session needs to run to a tick (the cursor's when left out). With `line`, to the first tick of that line where it ran
   * before: there a run with another text of it leaves this one.
   */
  branchPoint: [{ tick?: number; line?: { path: string; line: number } }, BranchPoint];

  // where a number comes from
  /** The last tick before the cursor that wrote a tensor, an element of it, or an expression's variable (`loss`); null if none did. */
  lastWrite: [{ ref?: TensorRef; element?: number[]; expression?: string }, WriteView | null];
  /** The terms of a gradient at the cursor, at an element (the largest, if left out). */
  whyGradient: [{ tensor: number; element?: number[] }, GradientView];
  /** The op that ran at a tick (or whose gradient ran there), with its numbers at an element of its result and of one of its arguments. */
  explain: [ExplainQuestion, ExplainView];
  /** A tensor or an expression over the iterations. */
  history: [{ ref?: TensorRef; expression?: string; measure?: Measure; element?: number[] }, HistoryView];
  /** Prints an expression for all past iterations, as `output`; answers how many there were. */
  probe: [{ expression: string }, { count: number }];

  /**
   * Numbers over the iterations by their keys (of CurvesView's offers, or `watched:EXPRESSION`), computed again where nobody looked at the
   * time: at most 500 iterations of [from, to), spread evenly, coarse ones first, for `within` milliseconds; 0 answers what is known.
   */
  curves: [{ keys: string[]; from?: number; to?: number; within: number }, CurvesView];

  // what would be otherwise
  /** A gradient at the cursor against small differences of the loss, in float64; or each argument of the op whose gradient ran at a tick, alone. */
  checkGradient: [{ tensor?: number; op?: number }, CheckView[]];
  /** The loss of the cursor's iteration over a plane through its weights; `n` points along each side. */
  plane: [{ axes: PlaneAxes; n?: number; basis?: boolean }, PlaneView];
  /** This run's weights in another one's plane, iteration by iteration; empty where its parameters are not the same. */
  planePath: [{ basis: PlaneBasis }, OtherPath['points']];

  // comparing
  outline: [{ from: number; count: number }, OutlineView];
  /** What the op at a tick gave. */
  results: [{ tick: number }, NumbersView[]];
  /** Parameters at an iteration's end. */
  weights: [{ iteration: number }, NumbersView[]];

  // the recording
  /** How much is kept, and what was thinned or left out to stay within the bound. */
  info: [Record<string, never>, RecordingInfo];
  /** Marks a tick (the cursor's, if left out) with a note; null takes the mark away. Kept in the recording. */
  bookmark: [{ tick?: number; note: string | null }, Bookmark[]];
  save: [{ path: string }, { bytes: number }];
  /** The line that the script waits for, without its end; null where there are no more. */
  input: [{ text: string | null }, null];
  /** The user stops it: the file that the run is written to gets its end. The last request of a session. */
  finish: [Record<string, never>, null];
}

export type StopReason =
  | 'entry'
  | 'step'
  | 'breakpoint'
  | 'watchpoint'
  | 'exception'
  | 'pause'
  | 'goto'
  /** A branch has reached its tick, and has its edits. */
  | 'branch'
  | 'end'
  | 'start of recording';

/** A loop around what runs whose end is known: `for NAME in range(…)`. */
export interface LoopProgress {
  name: string;
  /** Turns that are done, and that there are. */
  at: number;
  of: number;
  /** What is left at the speed of the last seconds; null where that is not known yet. */
  seconds: number | null;
}

export interface LiveProgress {
  cursor: Cursor;
  loss: number | string | null;
  /** Iterations in a second, over the last seconds; null where it is too early to say. */
  rate: number | null;
  loop: LoopProgress | null;
  /** May views ask now? What they ask is answered while the script waits, which may not be often. */
  views: boolean;
}

export interface Events {
  /** The cursor rests: every view redraws. */
  stopped: {
    reason: StopReason;
    cursor: Cursor;
    text?: string;
    breakpoints?: number[];
    /** Watchpoints of the user's that began to hold here. */
    watchpoints?: { expression: string; text: string }[];
  };
  /** The script runs on, or the timeline is searched. */
  continued: Record<string, never>;
  /** What the script printed, or a log point; `tick` is where. */
  output: { category: 'stdout' | 'stderr' | 'console'; text: string; tick: number; place?: Place };
  /** A figure of matplotlib's as it is drawn now. */
  figure: FigureView;
  /** The script waits for a line (`input()`): the request `input` gives it. */
  input: Record<string, never>;
  /** A bookmark was set, changed or taken away. */
  bookmarks: { bookmarks: Bookmark[] };
  /** While the script runs, a few times a second. */
  progress: LiveProgress;
  /** A variable or a weight was set: values on screen are stale. */
  invalidated: Record<string, never>;
  /** Code of another file runs. */
  source: { path: string };
  /** A request takes long: what it does and how far it is, a few times a second; null when it is done. `cancel` ends it. */
  working: { title: string; text: string; percent: number } | null;
  /** Loading steps before the script starts: `Loading Python`, with seconds so far. */
  loading: { text: string; percent?: number };
  /** A branch has reached its tick: is it the same place as in the first run? `error`: an edit failed. */
  branched: { text: string; same: boolean; error: string | null };
  /** The script ended (its exit code), or the recording was closed. */
  terminated: { exitCode: number };
}

export type RequestName = keyof Requests;
export type EventName = keyof Events;

export interface Session {
  readonly capabilities: SessionCapabilities;
  /** Absolute path of the script that runs or was recorded. */
  readonly script: string;
  /** Aborting the signal cancels the request, also while it waits. */
  request<N extends RequestName>(name: N, args: Requests[N][0], signal?: AbortSignal): Promise<Requests[N][1]>;
  on<N extends EventName>(name: N, listener: (event: Events[N]) => void): { dispose(): void };
  /** Ends the worker at once, whatever it is doing. */
  dispose(): Promise<void>;
}

/** What F5, the command line or a DAP client asks for. */
export interface LaunchArguments {
  /** The script to run, absolute; or a `.backstep` recording to open. */
  program: string;
  args?: string[];
  /** Working directory, and the only folder that the script sees; the script's own folder when left out. */
  cwd?: string;
  stopOnEntry?: boolean;
  /** Stop where the script ends, so that one can step back. Default true. */
  stopAtEnd?: boolean;
  /** Run without recording or stopping. */
  noDebug?: boolean;
  /** Where what the script writes lands, in place of its own folder; an absolute path. */
  scratchFolder?: string;
  /** Is somebody there who looks at figures? Without one, none is drawn by `noDebug`. */
  figures?: boolean;
  /** Bound for recorded values, in MB; beyond it old values are replayed instead of kept. Default 256. */
  memoryLimit?: number;
  /** A recording that is written while the script runs, and complete when it ends; a file that is there is replaced. */
  record?: string;
  /** Megabytes that the file may have; then it is no longer written, and the script runs on. No bound when left out. */
  recordLimit?: number;
  /** The script's first seed becomes this one, and its others move along with it; what it draws unseeded follows from it too. */
  seed?: number;
  /** Runs to a tick of another run, has an edit there, and goes on. */
  branch?: BranchSpec;
}

/**
 * `loading` hears what happens before there is a session to listen to: loading Python takes seconds the first time. `aside`: a run that is
 * only looked at, not the client's own.
 */
export type Connect = (args: LaunchArguments, loading?: (text: string) => void, aside?: boolean) => Promise<Session>;
