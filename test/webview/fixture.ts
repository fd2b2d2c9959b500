/**
 * A test fixture, not a recording: a little network that really is trained here (three layers, cross entropy, momentum by hand),
 * told as the messages a session would send. Real recordings replace it where the recorder is the thing under test.
 */
import type { RecordingInfo } from '../../src/protocol/session';
import type { Phase, TickKind } from '../../src/protocol/ticks';
import type {
  Bookmark,
  Cursor,
  Curve,
  CurvesView,
  GraphChange,
  GraphNode,
  GraphView,
  Histogram,
  IterationSpan,
  NeuronsView,
  NodeMeasure,
  NodeState,
  PictureView,
  Stats,
  StretchView,
  TensorRef,
  TensorView,
  TickMark,
  TimelineView,
  UnitView,
  UpdateView,
} from '../../src/protocol/views';
import type { PrintedCurve, ToWebview } from '../../src/protocol/webview';

export interface Matrix {
  rows: number;
  cols: number;
  data: Float32Array;
}
const zeros = (rows: number, cols: number): Matrix => ({ rows, cols, data: new Float32Array(rows * cols) });
const map = (m: Matrix, f: (x: number, i: number) => number): Matrix => ({ ...m, data: m.data.map(f) });
/** a · bᵀ */
function timesT(a: Matrix, b: Matrix): Matrix {
  const out = zeros(a.rows, b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < a.cols; k++) sum += a.data[i * a.cols + k]! * b.data[j * b.cols + k]!;
      out.data[i * b.rows + j] = sum;
    }
  }
  return out;
}
function transpose(m: Matrix): Matrix {
  const out = zeros(m.cols, m.rows);
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.cols; j++) out.data[j * m.rows + i] = m.data[i * m.cols + j]!;
  return out;
}
/** A small repeatable generator: the fixture is the same in every run. */
function dice(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 4294967296;
  };
}

type Name = 'w1' | 'w2' | 'w3' | 'b3';
const WEIGHTS: [Name, string, number, number][] = [
  ['w1', 'linear1.weight', 13, 20],
  ['w2', 'linear2.weight', 8, 13],
  ['w3', 'output.weight', 3, 8],
  ['b3', 'output.bias', 1, 3],
];
const SAMPLES = 500;
const PATH = '/home/user/examples/three_class.py';
const LR = 0.1;
const GAMMA = 0.9;

/** Node ids of the graph below. */
export const NODE = {
  x: 0,
  y: 1,
  w1: 2,
  linear1: 3,
  relu: 4,
  w2: 5,
  linear2: 6,
  sigmoid: 7,
  w3: 8,
  b3: 9,
  output: 10,
  loss: 11,
};
const VALUE_OF: Record<number, string> = {
  0: 'x',
  1: 'y',
  2: 'w1',
  3: 'z1',
  4: 'a1',
  5: 'w2',
  6: 'z2',
  7: 'a2',
  8: 'w3',
  9: 'b3',
  10: 'z3',
  11: 'loss',
};

/** Everything one iteration computed: values and gradients by name, weights before and after. */
interface Iteration {
  values: Record<string, Matrix>;
  grads: Record<string, Matrix>;
  velocity: Record<string, Matrix>;
  after: Record<string, Matrix>;
  loss: number;
}

function train(iterations: number): Iteration[] {
  const random = dice(420);
  const x = map(zeros(SAMPLES, 20), () => random());
  const y = map(zeros(1, SAMPLES), (_, i) => {
    const s = x.data[i * 20]! + x.data[i * 20 + 1]! - x.data[i * 20 + 2]!;
    return s > 0.9 ? 2 : s > 0.3 ? 1 : 0;
  });
  let weights: Record<string, Matrix> = {};
  for (const [name, , rows, cols] of WEIGHTS) {
    const bound = 1 / Math.sqrt(name === 'b3' ? 8 : cols);
    weights[name] = map(zeros(rows, cols), () => (random() * 2 - 1) * bound);
  }
  let velocity: Record<string, Matrix> = Object.fromEntries(WEIGHTS.map(([n, , r, c]) => [n, zeros(r, c)]));
  const all: Iteration[] = [];
  for (let t = 0; t < iterations; t++) {
    const z1 = timesT(x, weights.w1!);
    const a1 = map(z1, (v) => Math.max(0, v));
    const z2 = timesT(a1, weights.w2!);
    const a2 = map(z2, (v) => 1 / (1 + Math.exp(-v)));
    const z3 = map(timesT(a2, weights.w3!), (v, i) => v + weights.b3!.data[i % 3]!);
    const gz3 = zeros(SAMPLES, 3);
    let loss = 0;
    for (let i = 0; i < SAMPLES; i++) {
      const row = [0, 1, 2].map((j) => z3.data[i * 3 + j]!);
      const top = Math.max(...row);
      const sum = row.reduce((s, v) => s + Math.exp(v - top), 0);
      row.forEach((v, j) => {
        const p = Math.exp(v - top) / sum;
        const hit = y.data[i] === j;
        if (hit) loss -= Math.log(p) / SAMPLES;
        gz3.data[i * 3 + j] = (p - (hit ? 1 : 0)) / SAMPLES;
      });
    }
    const ga2 = timesT(gz3, transpose(weights.w3!));
    const gz2 = map(ga2, (g, i) => g * a2.data[i]! * (1 - a2.data[i]!));
    const ga1 = timesT(gz2, transpose(weights.w2!));
    const gz1 = map(ga1, (g, i) => (z1.data[i]! > 0 ? g : 0));
    const gb3 = zeros(1, 3);
    gz3.data.forEach((g, i) => {
      gb3.data[i % 3] = gb3.data[i % 3]! + g;
    });
    const grads: Record<string, Matrix> = {
      loss: map(zeros(1, 1), () => 1),
      z3: gz3,
      a2: ga2,
      z2: gz2,
      a1: ga1,
      z1: gz1,
      w1: timesT(transpose(gz1), transpose(x)),
      w2: timesT(transpose(gz2), transpose(a1)),
      w3: timesT(transpose(gz3), transpose(a2)),
      b3: gb3,
    };
    const before = velocity;
    velocity = Object.fromEntries(
      WEIGHTS.map(([n]) => [n, map(before[n]!, (v, i) => GAMMA * v - LR * grads[n]!.data[i]!)]),
    );
    const values = { x, y, z1, a1, z2, a2, z3, loss: map(zeros(1, 1), () => loss), ...weights };
    const now = velocity;
    const old = weights;
    weights = Object.fromEntries(WEIGHTS.map(([n]) => [n, map(old[n]!, (w, i) => w + now[n]!.data[i]!)]));
    all.push({ values, grads, velocity, after: weights, loss });
  }
  return all;
}

interface Tick {
  kind: TickKind;
  phase: Phase;
  node: number | null;
  line: number;
  label: string;
}

const FORWARD: [number, number, string][] = [
  [3, 19, 'forward of linear, linear1'],
  [4, 19, 'forward of relu'],
  [6, 20, 'forward of linear, linear2'],
  [7, 20, 'forward of sigmoid'],
  [10, 21, 'forward of linear, output'],
  [11, 31, 'forward of cross_entropy'],
];
const BACKWARD: [number, number, string][] = [
  [11, 31, 'backward of cross_entropy'],
  [10, 21, 'backward of linear, output'],
  [8, 21, 'gradient of output.weight written'],
  [9, 21, 'gradient of output.bias written'],
  [7, 20, 'backward of sigmoid'],
  [6, 20, 'backward of linear, linear2'],
  [5, 20, 'gradient of linear2.weight written'],
  [4, 19, 'backward of relu'],
  [3, 19, 'backward of linear, linear1'],
  [2, 19, 'gradient of linear1.weight written'],
];
const UPDATE: [number, number, string][] = [2, 5, 8, 9].flatMap((id): [number, number, string][] => {
  const name = WEIGHTS.find(([n]) => n === VALUE_OF[id])![1];
  return [
    [id, 36, `velocity of ${name} updated`],
    [id, 37, `${name} updated`],
  ];
});

const TICKS: Tick[] = [
  { kind: 'line', phase: 'forward', node: null, line: 30, label: 'line 30' },
  ...FORWARD.map(([node, line, label]): Tick => ({ kind: 'forward', phase: 'forward', node, line, label })),
  { kind: 'line', phase: 'backward', node: null, line: 32, label: 'line 32: loss.backward()' },
  ...BACKWARD.map(
    ([node, line, label]): Tick => ({
      kind: label.startsWith('b') ? 'backward' : 'update',
      phase: 'backward',
      node,
      line,
      label,
    }),
  ),
  ...UPDATE.map(([node, line, label]): Tick => ({ kind: 'update', phase: 'update', node, line, label })),
];
export const PER_ITERATION = TICKS.length;
export const BACKWARD_START = 7;
export const UPDATE_START = 18;
/** Tick within the iteration of a node's own event. */
const find = (node: number, test: (t: Tick) => boolean): number | null => {
  const at = TICKS.findIndex((t) => t.node === node && test(t));
  return at < 0 ? null : at;
};

function node(
  id: number,
  kind: GraphNode['kind'],
  op: string,
  module: string,
  shape: number[],
  rest: Partial<GraphNode> = {},
): GraphNode {
  const line = FORWARD.find(([n]) => n === id)?.[1];
  return {
    id,
    kind,
    op,
    label: op,
    module,
    place: line ? { path: PATH, line } : null,
    dtype: 'float32',
    shape,
    gradFn: null,
    ...rest,
  };
}
const parameter = (id: number, name: string, shape: number[]): GraphNode =>
  node(id, 'parameter', name, name.split('.')[0]!, shape, { parameters: shape.reduce((a, b) => a * b, 1) });

export const GRAPH: GraphView = {
  structure: 'three-class',
  nodes: [
    node(0, 'input', 'X', '', [SAMPLES, 20], { place: { path: PATH, line: 8 } }),
    node(1, 'input', 'y', '', [SAMPLES], { dtype: 'int64', place: { path: PATH, line: 9 } }),
    parameter(2, 'linear1.weight', [13, 20]),
    node(3, 'op', 'linear', 'linear1', [SAMPLES, 13], {
      gradFn: 'MmBackward0',
      label: 'linear, linear1',
      formula: 'y = x · Wᵀ + b',
      gradient: 'dx = dy · W,  dW = dyᵀ · x,  db = sum of dy over the rows',
    }),
    node(4, 'op', 'relu', '', [SAMPLES, 13], {
      gradFn: 'ReluBackward0',
      formula: 'y = max(0, x)',
      gradient: 'dx = dy where x > 0, else 0',
    }),
    parameter(5, 'linear2.weight', [8, 13]),
    node(6, 'op', 'linear', 'linear2', [SAMPLES, 8], { gradFn: 'MmBackward0', label: 'linear, linear2' }),
    node(7, 'op', 'sigmoid', '', [SAMPLES, 8], {
      gradFn: 'SigmoidBackward0',
      formula: 'y = 1 / (1 + exp(−x))',
      gradient: 'dx = dy · y · (1 − y)',
    }),
    parameter(8, 'output.weight', [3, 8]),
    parameter(9, 'output.bias', [3]),
    node(10, 'op', 'linear', 'output', [SAMPLES, 3], { gradFn: 'AddmmBackward0', label: 'linear, output' }),
    node(11, 'loss', 'cross_entropy', '', [], { gradFn: 'NllLossBackward0', label: 'cross_entropy' }),
  ],
  edges: [
    [0, 3, 0],
    [2, 3, 1],
    [3, 4, 1],
    [4, 6, 1],
    [5, 6, 1],
    [6, 7, 1],
    [7, 10, 1],
    [8, 10, 1],
    [9, 10, 1],
    [10, 11, 1],
    [1, 11, 0],
  ].map(([from, to, grad]) => ({ from: from!, to: to!, grad: grad === 1 })),
  modules: [
    { path: '', type: 'Model', extra: '' },
    { path: 'linear1', type: 'Linear', extra: 'in_features=20, out_features=13, bias=False' },
    { path: 'linear2', type: 'Linear', extra: 'in_features=13, out_features=8, bias=False' },
    { path: 'output', type: 'Linear', extra: 'in_features=8, out_features=3, bias=True' },
  ],
};

export function stats(data: ArrayLike<number>): Stats {
  const all = Array.from(data);
  const finite = all.filter(Number.isFinite);
  const n = finite.length;
  const mean = finite.reduce((a, b) => a + b, 0) / n;
  const square = finite.reduce((a, b) => a + b * b, 0);
  return {
    count: all.length,
    mean: n ? mean : null,
    std: n ? Math.sqrt(finite.reduce((a, b) => a + (b - mean) ** 2, 0) / n) : null,
    min: n ? finite.reduce((a, b) => Math.min(a, b)) : null,
    max: n ? finite.reduce((a, b) => Math.max(a, b)) : null,
    norm: n ? Math.sqrt(square) : null,
    zeros: finite.filter((v) => v === 0).length,
    nan: all.filter(Number.isNaN).length,
    inf: all.filter((v) => Math.abs(v) === Number.POSITIVE_INFINITY).length,
  };
}

export function histogram(data: ArrayLike<number>, bins = 32): Histogram | null {
  const { min, max } = stats(data);
  if (min === null || max === null) return null;
  const width = (max - min || 1) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const v of Array.from(data).filter(Number.isFinite))
    counts[Math.min(bins - 1, Math.floor((v - min) / width))]!++;
  return { edges: Array.from({ length: bins + 1 }, (_, i) => min + i * width), counts, before: null };
}

/** A session that answers as the worker would. */
/** A recording of which everything is kept. */
export const WHOLE: RecordingInfo = {
  ticks: 0,
  iterations: 0,
  used: 0,
  limit: 256 << 20,
  structure: 0,
  contents: 0,
  checkpointEvery: 1,
  leftOutBefore: 0,
  linesLeftOut: 0,
  thinned: [],
};

export class Fixture {
  info = WHOLE;
  /** After how many of the view's moves a picture is seen: after all. */
  moves = Number.MAX_SAFE_INTEGER;

  bookmarks: Bookmark[] = [];
  /** What is measured of every node, as the view asked. */
  measure: NodeMeasure | null = null;
  change: GraphChange | null = null;
  readonly iterations: Iteration[];
  tick = 0;

  constructor(readonly count = 40) {
    this.iterations = train(count);
  }

  get ticks(): number {
    return this.count * PER_ITERATION;
  }

  private at() {
    const i = Math.floor(this.tick / PER_ITERATION);
    return { i, within: this.tick % PER_ITERATION, now: this.iterations[i]! };
  }

  cursor(): Cursor {
    const { i, within } = this.at();
    const t = TICKS[within]!;
    const place = { path: PATH, line: t.line };
    return {
      tick: this.tick,
      ticks: this.ticks,
      kind: t.kind,
      phase: t.phase,
      iteration: i,
      iterations: this.count,
      place,
      label: `iteration ${i + 1}, ${t.label} (three_class.py:${t.line})`,
      node: t.node,
      live: this.tick === this.ticks - 1,
    };
  }

  /** Value, gradient or velocity of a node at the cursor; null where there is none yet. */
  private matrix(id: number, part: string): Matrix | null {
    const { i, within, now } = this.at();
    const name = VALUE_OF[id]!;
    const weight = WEIGHTS.some(([n]) => n === name);
    const done = (test: (t: Tick) => boolean): boolean => {
      const tick = find(id, test);
      return tick !== null && tick <= within;
    };
    if (part === 'grad') {
      const ran = done((t) => t.phase === 'backward');
      if (ran) return now.grads[name] ?? null;
      return weight && i > 0 ? this.iterations[i - 1]!.grads[name]! : null;
    }
    if (part.startsWith('state:')) {
      if (!weight) return null;
      if (done((t) => t.line === 36)) return now.velocity[name]!;
      return i > 0 ? this.iterations[i - 1]!.velocity[name]! : map(now.velocity[name]!, () => 0);
    }
    if (weight) return done((t) => t.line === 37) ? now.after[name]! : now.values[name]!;
    const op = find(id, (t) => t.kind === 'forward');
    return op === null || op <= within ? now.values[name]! : null;
  }

  state(id: number): NodeState {
    const { i, within } = this.at();
    const base = i * PER_ITERATION;
    const forwardTick = find(id, (t) => t.kind === 'forward');
    const backwardTick = find(id, (t) => t.phase === 'backward');
    const updateTick = find(id, (t) => t.line === 37);
    const ran = (tick: number | null): boolean => tick !== null && tick <= within;
    const value = this.matrix(id, 'value');
    const grad = this.matrix(id, 'grad');
    const rms = (m: Matrix | null): number | null => m && stats(m.data).norm! / Math.sqrt(m.data.length);
    const abs = (tick: number | null): number | null => (tick === null ? null : base + tick);
    return {
      id,
      tensor: value ? 100 + id : null,
      forwardTick: abs(forwardTick),
      backwardTick: abs(backwardTick),
      updateTick: abs(updateTick),
      forward: forwardTick === null || ran(forwardTick),
      backward: ran(backwardTick),
      updated: ran(updateTick),
      value: rms(value),
      grad: rms(grad),
      valueNorm: value && stats(value.data).norm,
      gradNorm: grad && stats(grad.data).norm,
      bad: false,
      ...(this.measure === null ? {} : { measured: value && this.measured(id, value, this.measure) }),
    };
  }

  /** Units and weights of a linear layer; null for another node. */
  neurons(node: number): NeuronsView | null {
    const of = { [NODE.linear1]: NODE.w1, [NODE.linear2]: NODE.w2, [NODE.output]: NODE.w3 }[node];
    const from = { [NODE.linear1]: NODE.x, [NODE.linear2]: NODE.relu, [NODE.output]: NODE.sigmoid }[node];
    const out = this.matrix(node, 'value');
    if (of === undefined || !out) return null;
    const weight = this.matrix(of, 'value')!;
    const units = (m: Matrix): UnitView[] =>
      Array.from({ length: m.cols }, (_, j) => {
        const own = Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + j]!);
        const { mean, min, max } = stats(own);
        return { mean, min, max, samples: m.rows, counts: histogram(own, 8)!.counts };
      });
    const velocity = this.matrix(of, 'state:v')!;
    const list = (m: Matrix | null): number[] | null => m && Array.from(m.data);
    return {
      ...{ node, tick: this.tick, name: GRAPH.nodes[of]!.label, tensor: 100 + of, ins: weight.cols, outs: weight.rows },
      ...{ weight: list(weight)!, grad: list(this.matrix(of, 'grad')), update: list(velocity) },
      ...{ inputs: units(this.matrix(from!, 'value')!), outputs: units(out) },
    };
  }

  private measured(id: number, now: Matrix, measure: NodeMeasure): number | null {
    const name = VALUE_OF[id]!;
    const { i, within } = this.at();
    if (measure === 'dead') {
      const still =
        name === 'a1' ? (v: number) => v === 0 : name === 'a2' ? (v: number) => 4 * v * (1 - v) < 0.05 : null;
      if (!still) return null;
      const alive = new Set<number>();
      now.data.forEach((v, k) => {
        if (!still(v)) alive.add(k % now.cols);
      });
      return 1 - alive.size / now.cols;
    }
    const weight = WEIGHTS.some(([n]) => n === name);
    if (!weight && measure === 'ratio') return null;
    const updated = find(id, (t) => t.line === 37);
    const last = weight && updated !== null && updated <= within ? i : i - 1;
    const old = weight ? this.iterations[last]?.values[name] : this.iterations[i - 1]?.values[name];
    if (!old) return null;
    return stats(now.data.map((v, k) => v - old.data[k]!)).norm! / stats(old.data).norm!;
  }

  pictureView(have?: string): PictureView {
    const picture: PictureView = {
      cursor: this.cursor(),
      structure: GRAPH.structure,
      nodes: GRAPH.nodes.map((n) => this.state(n.id)),
      ...(this.measure ? { measure: this.measure } : {}),
      ...(this.change ? { change: this.change } : {}),
    };
    return have === GRAPH.structure ? picture : { ...picture, graph: GRAPH };
  }

  timeline(from = 0): TimelineView {
    const spans: IterationSpan[] = this.iterations.map((it, i) => {
      const start = i * PER_ITERATION;
      return {
        iteration: i,
        start,
        backward: start + BACKWARD_START,
        update: start + UPDATE_START,
        end: start + PER_ITERATION,
        loss: it.loss,
      };
    });
    return { cursor: this.cursor(), from, spans: spans.slice(from), lossName: 'loss', bookmarks: this.bookmarks };
  }

  private facts(tensor: number, name: string): NonNullable<TensorView['parameter']> {
    const norm = (part: string) => {
      const m = this.matrix(tensor - 100, part);
      return m && stats(m.data).norm;
    };
    const [weight, gradient, update] = [norm('value'), norm('grad'), norm('state:v')];
    return { tensor, name, states: ['v'], updates: this.count, weight, gradient, update };
  }

  tensor(ref: TensorRef & { row0?: number; col0?: number }): TensorView {
    const id = ref.tensor - 100;
    const n = GRAPH.nodes.find((one) => one.id === id)!;
    const part = ref.part ?? 'value';
    const m = this.matrix(id, part);
    const base = {
      ref: { tensor: ref.tensor, part },
      name: n.label,
      dtype: n.dtype,
      shape: n.shape,
      requiresGrad: n.kind !== 'input',
      gradFn: n.gradFn,
      dimensions: n.shape.map(() => null),
      against: null,
      images: null,
      imageLike: false,
      health: [],
      parameter: n.kind !== 'parameter' ? null : this.facts(ref.tensor, n.label),
    };
    if (!m) {
      return {
        ...base,
        stats: stats([]),
        histogram: null,
        grid: null,
        missing:
          part === 'grad'
            ? 'No gradient yet: backward() has not reached this tensor in this iteration.'
            : 'Not computed yet.',
      };
    }
    const [row0, col0] = [ref.row0 ?? 0, ref.col0 ?? 0];
    const windowRows = Math.min(64, m.rows - row0);
    const windowCols = Math.min(64, m.cols - col0);
    const cells = Array.from(
      { length: windowRows * windowCols },
      (_, k) => m.data[(row0 + Math.floor(k / windowCols)) * m.cols + col0 + (k % windowCols)]!,
    );
    return {
      ...base,
      stats: stats(m.data),
      histogram: histogram(m.data),
      grid: {
        axes: n.shape.length > 1 ? [0, 1] : [0],
        slice: [],
        rows: m.rows,
        cols: m.cols,
        row0,
        col0,
        cells,
        windowRows,
        windowCols,
      },
      missing: null,
    };
  }

  update(tensor = 102, element?: number[]): UpdateView {
    const id = tensor - 100;
    const [name, label, rows, cols] = WEIGHTS.find(([n]) => n === VALUE_OF[id])!;
    const { i, within } = this.at();
    const shape = rows === 1 ? [cols] : [rows, cols];
    const index = element ?? shape.map(() => 0);
    const flat = index.length === 1 ? index[0]! : index[0]! * cols + index[1]!;
    const vTick = find(id, (t) => t.line === 36)!;
    const wTick = find(id, (t) => t.line === 37)!;
    const term = (role: string, called: string, part: TensorRef['part'] | null) => {
      const m = part === null ? this.iterations[i]!.velocity[name]! : this.matrix(id, part ?? 'value');
      return {
        role,
        name: called,
        ref: part === null ? null : { tensor, part },
        value: m?.data[flat] ?? null,
        norm: m && stats(m.data).norm,
      };
    };
    const { grads, velocity, values } = this.iterations[i]!;
    const at = (m: Matrix): string => m.data[flat]!.toPrecision(4);
    const before = i > 0 ? at(this.iterations[i - 1]!.velocity[name]!) : '0';
    const place = (line: number) => ({ path: PATH, line });
    const series = (role: string, pick: (it: Iteration) => Matrix) => ({
      role,
      element: this.iterations.map((it) => pick(it).data[flat]!),
      norm: this.iterations.map((it) => stats(pick(it).data).norm),
    });
    return {
      parameters: WEIGHTS.map(([n, l, r, c]) => ({
        tensor: 100 + NODE[n],
        name: l,
        shape: r === 1 ? [c] : [r, c],
        updates: this.count,
      })),
      parameter: { tensor, name: label, shape, updates: this.count },
      element: index,
      rule: 'by hand',
      terms: [
        term('weight', label, 'value'),
        term('gradient', `${label}.grad`, 'grad'),
        term('velocity', 'v', 'state:v'),
        ...(within >= vTick ? [term('step taken', 'v', null)] : []),
      ],
      steps: [
        {
          tick: i * PER_ITERATION + vTick,
          op: 'sub',
          expression: 'v ← 0.9·v − 0.1·g',
          numbers: `${at(velocity[name]!)} ← 0.9·(${before}) − 0.1·(${at(grads[name]!)})`,
          done: within >= vTick,
          place: place(36),
        },
        {
          tick: i * PER_ITERATION + wTick,
          op: 'add_',
          expression: 'w ← w + v',
          numbers: `${at(this.iterations[i]!.after[name]!)} ← ${at(values[name]!)} + (${at(velocity[name]!)})`,
          done: within >= wTick,
          place: place(37),
        },
      ],
      iterations: this.iterations.map((_, k) => k),
      series: [
        series('weight', (it) => it.after[name]!),
        series('gradient', (it) => it.grads[name]!),
        series('velocity', (it) => it.velocity[name]!),
      ],
      stages: [],
      layers: null,
      angles: this.iterations.map(() => null),
      past: null,
      at: within >= wTick ? i : i - 1,
      missing: null,
    };
  }

  marks: TickMark[] = [];

  stretch(from: number, to: number): StretchView {
    const known = to - from <= 4000;
    const own = Array.from({ length: known ? to - from : 0 }, (_, i) => TICKS[(from + i) % PER_ITERATION]!);
    const numbers = [...new Set(own.map(({ line }) => line))];
    return {
      from,
      to,
      kinds: own.map(({ kind }) => kind[0]).join(''),
      at: own.map(({ line }) => numbers.indexOf(line)),
      lines: numbers.map((line) => ({
        place: { path: PATH, line },
        text: line === 32 ? 'loss.backward()' : `line ${line}`,
      })),
      marks: this.marks.filter(({ tick }) => tick >= from && tick < to),
    };
  }

  /** Norms layer by layer, of what was trained here; `known`: so many iterations of them. */
  curves(keys: string[], known = this.count): CurvesView {
    const layers: [string, Name[]][] = [
      ['linear1', ['w1']],
      ['linear2', ['w2']],
      ['output', ['w3', 'b3']],
    ];
    const kinds = ['gradient', 'weight', 'ratio'] as const;
    const offers = kinds.flatMap((kind) => layers.map(([name]) => ({ key: `${kind}:${name}`, kind, name })));
    const norm = (of: Matrix[]): number => Math.sqrt(of.reduce((sum, m) => sum + stats(m.data).norm! ** 2, 0));
    const curves = keys.map((key): Curve => {
      const [kind, name] = key.split(':') as [Curve['kind'], string];
      const names = layers.find(([layer]) => layer === name)?.[1];
      const value = ({ grads, after, velocity, values }: Iteration): number => {
        const all = (of: Record<string, Matrix>) => norm(names!.map((n) => of[n]!));
        return kind === 'gradient' ? all(grads) : kind === 'weight' ? all(after) : all(velocity) / all(values);
      };
      const found = names ? this.iterations.slice(0, known).map(value) : [];
      const missing = names ? null : 'Nothing in this run is called so yet.';
      return { key, kind, name, iterations: found.map((_, i) => i), values: found, missing };
    });
    return { offers, curves, done: known * keys.length, of: this.count * keys.length, running: false };
  }

  /** As if every 10th iteration had printed its loss. */
  printedCurves(): PrintedCurve[] {
    const iterations = this.iterations.map((_, i) => i).filter((i) => i % 10 === 9);
    return [
      {
        key: 'printed:0:a',
        name: 'train loss',
        iterations,
        ticks: iterations.map((i) => i * PER_ITERATION + BACKWARD_START),
        values: iterations.map((i) => Number(this.iterations[i]!.loss.toFixed(3))),
      },
    ];
  }

  picture(have?: string, tensor: TensorView | null = null, update: UpdateView | null = null): ToWebview {
    const { info, moves } = this;
    return { type: 'picture', picture: this.pictureView(have), timeline: this.timeline(), tensor, update, info, moves };
  }
}
