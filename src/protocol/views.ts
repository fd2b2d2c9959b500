/** What the views show. All of it is a function of (recording, tick); the worker computes it, nobody else. */
import type { Cursor, Phase, Place } from './ticks';

export type DType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128';

/** Statistics of a tensor. `mean`, `std`, `min`, `max`, `norm` are over the finite elements; null for an empty tensor. */
export interface Stats {
  count: number;
  mean: number | null;
  /** Population standard deviation. */
  std: number | null;
  min: number | null;
  max: number | null;
  /** Euclidean norm. */
  norm: number | null;
  zeros: number;
  nan: number;
  inf: number;
}

export interface Histogram {
  /** bins + 1 edges, ascending. */
  edges: number[];
  counts: number[];
  /** The same tensor one iteration before, in the same bins; null where there was none, or where it would have to be computed again at length. */
  before: number[] | null;
}

/** What to look at: a tensor of the recording, its gradient, or a named state tensor of its optimizer, at the cursor. */
export interface TensorRef {
  /** The recorder's tensor id (from a graph node, a variable or an update). */
  tensor: number;
  /** `value` when left out. `state:momentum_buffer` names an optimizer's state tensor of this parameter. */
  part?: 'value' | 'grad' | `state:${string}`;
}

/** Which cells of a tensor are looked at. */
export interface TensorWindow {
  /** The dimensions that go down and across; the last two, if left out. */
  axes?: [number, number];
  /** Index in the other dimensions, in their order. */
  slice?: number[];
  row0?: number;
  col0?: number;
}

export interface TensorQuestion extends TensorRef, TensorWindow {
  /** The difference from what it was: at the same place of the iteration before, or at a tick. */
  against?: 'iteration' | number;
  /** Pictures from this one on, where it can be seen as pictures. */
  images?: number;
}

export type TensorFormat = 'python' | 'csv';

/** Something that is wrong with a tensor, in the sense of the watchpoint that would stop there. */
export interface HealthChip {
  kind: 'nonfinite' | 'dead' | 'saturated' | 'vanishing' | 'exploding' | 'no gradient' | 'not updated';
  label: string;
  /** Why it is said, with its numbers. */
  reason: string;
  /** The watchpoint that stops where this begins. */
  expression: string;
  tick: number;
  place: Place | null;
}

/** Milliseconds of the engine: an op and its gradient, or all that led to a parameter's update; without Python. */
export interface TimeSpent {
  own: number;
  /** The module that it is in, and all that was spent in it; null outside of one. */
  module: { path: string; all: number } | null;
}

/** What training does to a parameter, as norms. */
export interface ParameterFacts {
  tensor: number;
  name: string;
  /** Names of what an optimizer keeps of it: `momentum_buffer`, `exp_avg`. */
  states: string[];
  updates: number;
  weight: number | null;
  gradient: number | null;
  /** Of the last update at or before the cursor. */
  update: number | null;
}

/** Pictures: [N, C, H, W], [C, H, W] or [H, W], with one channel or three. */
export interface TensorImages {
  /** Number of the first one here, and of all. */
  from: number;
  total: number;
  channels: number;
  /** In pixels, as drawn: every `step`-th of a large one. */
  height: number;
  width: number;
  step: number;
  /** The values that are black and white. */
  low: number;
  high: number;
  /** Red, green, blue and alpha of each in base64; what is not finite is clear. */
  pixels: string[];
}

export interface TensorView {
  ref: TensorRef;
  /** A name a user knows: `linear1.weight`, `zhat`, `relu at three_class.py:31`. */
  name: string;
  dtype: DType;
  shape: number[];
  requiresGrad: boolean;
  gradFn: string | null;
  stats: Stats;
  histogram: Histogram | null;
  /** Two dimensions at `slice` of the others; 1-d tensors are one row. Never more than 64 x 64 cells at a time. */
  grid: TensorGrid | null;
  /** PyTorch's names of its dimensions where they are known: `out_features`, `N`, `C`. */
  dimensions: (string | null)[];
  /** With what it is compared: then all the numbers are differences. */
  against: { tick: number; iteration: number } | null;
  images: TensorImages | null;
  /** It can be seen as pictures. */
  imageLike: boolean;
  health: HealthChip[];
  /** What the engine took for its node in this iteration, up to the cursor; left out where nobody measured. */
  time?: TimeSpent;
  /** Null where it is no parameter. */
  parameter: ParameterFacts | null;
  /** Why there is nothing to show (no gradient yet, not kept), in words; then the rest is empty. */
  missing: string | null;
}

export interface TensorGrid {
  /** The dimensions that go down and across; of 1-d tensors the one that goes across. */
  axes: number[];
  /** Index that was taken in the other dimensions. */
  slice: number[];
  rows: number;
  cols: number;
  /** Offset of the first cell shown. */
  row0: number;
  col0: number;
  /** Row-major cells of the window; NaN and infinities come as the strings 'nan', 'inf', '-inf'. */
  cells: (number | string)[];
  windowRows: number;
  windowCols: number;
}

// ---- the graph ------------------------------------------------------------------------------------------------

export interface GraphNode {
  /** Stable within an iteration's structure: the n-th node. Repeated iterations of the same structure share ids. */
  id: number;
  kind: 'op' | 'parameter' | 'input' | 'loss';
  /** PyTorch's op name (`linear`, `relu`), or the tensor's name for parameters and inputs. */
  op: string;
  label: string;
  /** Module path (`linear1`, `block.0`), '' for the root; the op is drawn inside that module's box. */
  module: string;
  place: Place | null;
  dtype: DType;
  shape: number[];
  /** Number of trained elements for a parameter. */
  parameters?: number;
  /** autograd's name of the gradient, `ReluBackward0`, or null where no gradient flows. */
  gradFn: string | null;
  /** Formula and gradient in words, from the op's entry. */
  formula?: string;
  gradient?: string;
}

export interface GraphEdge {
  from: number;
  to: number;
  /** True where the gradient flows back along this edge. */
  grad: boolean;
}

export interface GraphModule {
  path: string;
  /** Class name: `Linear`, `Model`. */
  type: string;
  /** `in_features=20, out_features=13, bias=False`, as in PyTorch's repr. */
  extra: string;
}

/** The structure of one iteration: what was run from the inputs to the loss. */
export interface GraphView {
  /** Equal for iterations that ran the same ops in the same way; a layout may be cached by it. */
  structure: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
  modules: GraphModule[];
}

/** A node's numbers at the cursor. */
export interface NodeState {
  id: number;
  /** The tensor to ask for with a TensorRef; null before it exists. */
  tensor: number | null;
  /** Ticks of this iteration at which the node ran; null if not (yet). Seek there on a double click. */
  forwardTick: number | null;
  backwardTick: number | null;
  updateTick: number | null;
  /** At or before the cursor? A node is hollow until its forward ran, and so on. */
  forward: boolean;
  backward: boolean;
  updated: boolean;
  /** Root mean square of the value and of its gradient at the cursor; null where there is none. */
  value: number | null;
  grad: number | null;
  /** Norms of the same. */
  valueNorm: number | null;
  gradNorm: number | null;
  /** NaN or infinity in the value or the gradient. */
  bad: boolean;
  /** What is wrong with it at the cursor; left out where nothing is. */
  health?: HealthChip['kind'][];
  /** The measure that was asked for; null where the node has none, left out where none was asked for. */
  measured?: number | null;
}

/**
 * A number of each node that is worked out only when asked for:
 * `ratio`: of a parameter's latest update, the norm of the change over the norm of the weight before it;
 * `dead`: of an activation, the share of units that passed no signal for any sample (a relu that gave only zeros, a sigmoid or tanh that
 * was flat);
 * `time`: milliseconds that the engine took for the node in this iteration, as far as it has come: its op and its gradient; of a parameter,
 * all that led to its update. Python, the recorder and hooks are left out.
 * `change`: norm of the difference from the same node in the iteration before, over the norm of what it was then.
 */
export type NodeMeasure = 'ratio' | 'dead' | 'time' | 'change';

/** How this iteration's network differs from that of the iteration before. */
export interface GraphChange {
  /** Ids of nodes that the iteration before did not have. */
  fresh: number[];
  /** Ops that it had and this one has not: `relu of fc1`, with the node of this graph that stands where it stood before. */
  gone: { op: string; label: string; module: string; place: Place | null; after: number | null }[];
}

/** One message, one redraw: everything the picture needs when the cursor moves. */
export interface PictureView {
  cursor: Cursor;
  /** Left out when the asker already has this structure. */
  graph?: GraphView;
  structure: string;
  nodes: NodeState[];
  /** What `measured` of the nodes is. */
  measure?: NodeMeasure;
  /** Left out where the network is that of the iteration before, and in the first. */
  change?: GraphChange;
}

/** A unit of a layer over the samples of the batch. */
export interface UnitView {
  /** Over the finite values; null where there are none. */
  mean: number | null;
  min: number | null;
  max: number | null;
  samples: number;
  /** How many values lie in each of the equal parts from min to max. */
  counts: number[];
}

/** Units and weights of a small linear layer at the cursor. Weights are (outs, ins), row-major; NaN and infinities as in a TensorGrid. */
export interface NeuronsView {
  node: number;
  tick: number;
  /** The weight's name and tensor id. */
  name: string;
  tensor: number;
  ins: number;
  outs: number;
  weight: (number | string)[];
  /** Null before the first gradient, and before the first update. */
  grad: (number | string)[] | null;
  update: (number | string)[] | null;
  inputs: UnitView[] | null;
  outputs: UnitView[];
}

// ---- the timeline ---------------------------------------------------------------------------------------------

export interface IterationSpan {
  iteration: number;
  /** First tick of each phase and the tick after the last: [start, backward, update, end); equal where a phase is empty. */
  start: number;
  backward: number;
  update: number;
  end: number;
  /** Value of the tensor backward() was called on (the last in this iteration); null if none yet. Strings for nan/inf. */
  loss: number | string | null;
}

/** A tick that the user marked; a note may be empty. */
export interface Bookmark {
  tick: number;
  note: string;
}

export interface TimelineView {
  cursor: Cursor;
  /** Spans from `from` on (ask again with the last known iteration while the script runs). */
  from: number;
  spans: IterationSpan[];
  /** The loss's name in the script's source, e.g. `loss`. */
  lossName: string;
  /** All of them, by tick. */
  bookmarks: Bookmark[];
}

/** A tick worth seeing on the timeline. `branch`: this run left another one here. */
export interface TickMark {
  tick: number;
  /** `condition`: a breakpoint whose condition was not asked there yet. */
  kind: 'breakpoint' | 'condition' | 'watchpoint' | 'branch';
  text: string;
}

/** Ticks [from, to) one by one, where they are not too many; and what is to be marked among them. */
export interface StretchView {
  from: number;
  to: number;
  /** A letter for each: `l` line, `f` forward, `b` backward, `u` update, `o` output. Empty where they are too many. */
  kinds: string;
  /** For each the index of its line in `lines`, or -1. */
  at: number[];
  lines: { place: Place; text: string }[];
  /** In order; of very many one for each part of the stretch that could be told apart on a screen. */
  marks: TickMark[];
}

// ---- curves ---------------------------------------------------------------------------------------------------

/** `rate` is a learning rate; `gradient`, `weight` and `ratio` (update to weight) are a layer's norms; `watched` an expression's number. */
export type CurveKind = 'rate' | 'gradient' | 'weight' | 'ratio' | 'watched';

/** A number over the iterations. Points that nobody computed yet are not there. */
export interface Curve {
  /** `gradient:linear1`: what to ask for it with. */
  key: string;
  kind: CurveKind;
  /** `linear1`, `lr of SGD`, `norm(linear1.weight.grad)` */
  name: string;
  /** Ascending. */
  iterations: number[];
  /** Null where it was not there; strings for nan/inf. */
  values: (number | string | null)[];
  /** Why there is nothing, in words. */
  missing: string | null;
}

export interface CurvesView {
  /** What can be asked for, besides expressions. */
  offers: Pick<Curve, 'key' | 'kind' | 'name'>[];
  curves: Curve[];
  /** Points of the stretch that are known, and that were asked for: ask again for the rest. */
  done: number;
  of: number;
  /** The script runs: nothing is computed until it stops, so that it is not slowed. */
  running: boolean;
}

// ---- what was printed -----------------------------------------------------------------------------------------

export interface OutputPiece {
  /** The tick that printed it. */
  tick: number;
  iteration: number;
  category: 'stdout' | 'stderr' | 'console';
  /** As it was written: a part of a line, or several lines. */
  text: string;
  place: Place | null;
}

/** Pieces put together: a line of what was printed, with the tick that wrote its last part. */
export type PrintedLine = OutputPiece & { ended: boolean };

/** A drawing of one of matplotlib's figures, without its picture. */
export interface FigureHead {
  /** Which drawing it is: the number of its output. */
  output: number;
  /** Which figure: counted from 1 as they are first shown. */
  number: number;
  title: string;
  summary: string;
  tick: number;
}

/** A figure of matplotlib's at a tick (-1 where nothing is recorded). */
export interface FigureView {
  number: number;
  /** Its own, or its axes'; may be empty. */
  title: string;
  /** What is drawn: `2 lines, 1 image`. */
  summary: string;
  svg: string;
  tick: number;
}

export interface OutputView {
  /** Number of the first piece in this answer, and of all pieces that there are: ask again for those that are missing. */
  from: number;
  total: number;
  outputs: OutputPiece[];
}

// ---- comparing runs -------------------------------------------------------------------------------------------

/** A line or an op of an iteration, as two runs are aligned by them. */
export interface StepView {
  tick: number;
  /** Null for a line. */
  op: string | null;
  /** `train.py:12`, and what stands there. */
  line: string;
  text: string;
  /** Of what the op gave; equal bits have equal hashes. */
  hash: string;
}

export interface OutlineView {
  /** Steps of each iteration asked for; fewer where the run has fewer. */
  iterations: StepView[][];
}

/** A tensor's elements as numbers. */
export interface NumbersView {
  name: string;
  dtype: DType;
  shape: number[];
  data: Float64Array;
}

// ---- the optimizer --------------------------------------------------------------------------------------------

export interface ParameterInfo {
  tensor: number;
  name: string;
  shape: number[];
  updates: number;
}

/** One tensor that takes part in an update, with its value at the chosen element. */
export interface UpdateTerm {
  /** `weight`, `gradient`, `velocity`, `exp_avg`, `step taken` … */
  role: string;
  /** The script's or the optimizer's own name: `linear1.weight`, `momentum_buffer`, `v`. */
  name: string;
  ref: TensorRef | null;
  /** At the chosen element. */
  value: number | string | null;
  norm: number | null;
}

/** One op of the rule as it was executed: `v ← 0.9·v − 0.1·g`, with numbers of the chosen element put in. */
export interface UpdateStep {
  tick: number;
  op: string;
  expression: string;
  numbers: string;
  /** At or before the cursor. */
  done: boolean;
  place: Place | null;
}

export interface UpdateSeries {
  role: string;
  /** One value per update of the parameter, at the chosen element (`element`) and as a norm over the tensor (`norm`). */
  element: (number | null)[];
  norm: (number | null)[];
}

/**
 * What an update does to a gradient on its way to the weight. `turned`: its sign, for `maximize`; `lookahead`: Nesterov's;
 * `correction`: of a moment's start at zero; `scale`: what the step is divided by.
 */
export type StageKind =
  | 'gradient'
  | 'clip'
  | 'turned'
  | 'decay'
  | 'momentum'
  | 'moment'
  | 'lookahead'
  | 'correction'
  | 'scale'
  | 'step'
  | 'weight';

/** A stage that ran; those that did not are not told. */
export interface UpdateStage {
  kind: StageKind;
  /** What it is a stage of: `exp_avg`, and of decay `gradient` or (decoupled) `weight`. */
  name: string;
  /** Its formulas, with names and with the numbers of the chosen element. */
  lines: { expression: string; numbers: string }[];
  tick: number;
  /** At or before the cursor; else it has no numbers. */
  done: boolean;
  value: number | string | null;
  norm: number | null;
}

/** Norms of one parameter's stages. */
export interface LayerStages {
  parameter: number;
  name: string;
  stages: { kind: StageKind; name: string; norm: number | null }[];
}

/** What one gradient of the past adds to the velocity: `factor` (gamma^k, say) times it. */
export interface PastGradient {
  iteration: number;
  /** When backward() left it. */
  tick: number;
  factor: number;
  /** At the chosen element; and how far it reaches along the velocity, of the whole tensor. Both add up to the velocity's. */
  element: number | null;
  along: number;
}

export interface PastView {
  /** `momentum_buffer`, `v`, `exp_avg`. */
  name: string;
  /** The last update that made it. */
  iteration: number;
  /** The latest first. */
  gradients: PastGradient[];
  /** What weight decay added over the same iterations; null where there is none. */
  decay: { element: number; along: number } | null;
  /** The velocity less all of these: what older iterations gave, and rounding. */
  remainder: { element: number; along: number };
  /** The velocity: its element, and its norm. */
  value: { element: number | null; along: number };
}

export interface UpdateView {
  parameters: ParameterInfo[];
  /** The parameter shown; null if no parameter was ever updated. */
  parameter: ParameterInfo | null;
  element: number[];
  /** `SGD(lr=0.1, momentum=0.9)` for a torch.optim optimizer, `by hand` for the script's own rule. */
  rule: string;
  terms: UpdateTerm[];
  steps: UpdateStep[];
  stages: UpdateStage[];
  /** All parameters of the same iteration, where they were asked for. */
  layers: LayerStages[] | null;
  /** Iterations of the series' points. */
  iterations: number[];
  series: UpdateSeries[];
  /** For each of them, degrees between what the gradient adds to the velocity and the velocity that it meets; null without one. */
  angles: (number | null)[];
  /** What the velocity at the cursor is made of; null for a rule without one. */
  past: PastView | null;
  /** Index in `iterations` of the update at or before the cursor; -1 before the first. */
  at: number;
  missing: string | null;
}

export type { Cursor, Phase, Place };
