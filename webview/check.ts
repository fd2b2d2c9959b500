/** A webview trusts no message's shape: each one is checked here before anything is drawn from it. */
import type { NeuronsView } from '../src/protocol/views';
import type { ToFigures, ToPrinted, ToWebview } from '../src/protocol/webview';

type Check = (value: unknown) => boolean;

const isNum: Check = (v) => typeof v === 'number';
const isInt: Check = (v) => Number.isInteger(v);
const isStr: Check = (v) => typeof v === 'string';
const isBool: Check = (v) => typeof v === 'boolean';
const isCell: Check = (v) => typeof v === 'number' || typeof v === 'string';
const orNull =
  (check: Check): Check =>
  (v) =>
    v === null || check(v);
const opt =
  (check: Check): Check =>
  (v) =>
    v === undefined || v === null || check(v);
const list =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.every(check);
const oneOf =
  (...words: string[]): Check =>
  (v) =>
    typeof v === 'string' && words.includes(v);
function shape(fields: Record<string, Check>): Check {
  const entries = Object.entries(fields);
  return (v) => {
    if (typeof v !== 'object' || v === null) return false;
    return entries.every(([name, check]) => check((v as Record<string, unknown>)[name]));
  };
}

const nullableNum = orNull(isNum);
const place = shape({ path: isStr, line: isInt });
const ref = shape({ tensor: isInt, part: opt(isStr) });
const cursor = shape({
  tick: isInt,
  ticks: isInt,
  kind: oneOf('line', 'forward', 'backward', 'update', 'output'),
  phase: oneOf('forward', 'backward', 'update'),
  iteration: isInt,
  iterations: isInt,
  place: orNull(place),
  label: isStr,
  node: orNull(isInt),
  live: isBool,
});

const graph = shape({
  structure: isStr,
  nodes: list(
    shape({
      id: isInt,
      kind: oneOf('op', 'parameter', 'input', 'loss'),
      op: isStr,
      label: isStr,
      module: isStr,
      place: orNull(place),
      dtype: isStr,
      shape: list(isNum),
      gradFn: orNull(isStr),
      formula: opt(isStr),
      gradient: opt(isStr),
    }),
  ),
  edges: list(shape({ from: isInt, to: isInt, grad: isBool })),
  modules: list(shape({ path: isStr, type: isStr, extra: isStr })),
});

const health = oneOf('nonfinite', 'dead', 'saturated', 'vanishing', 'exploding', 'no gradient', 'not updated');

const picture = shape({
  cursor,
  graph: opt(graph),
  structure: isStr,
  nodes: list(
    shape({
      id: isInt,
      tensor: orNull(isInt),
      forwardTick: orNull(isInt),
      backwardTick: orNull(isInt),
      updateTick: orNull(isInt),
      forward: isBool,
      backward: isBool,
      updated: isBool,
      value: nullableNum,
      grad: nullableNum,
      valueNorm: nullableNum,
      gradNorm: nullableNum,
      bad: isBool,
      health: opt(list(health)),
      measured: opt(isNum),
    }),
  ),
  measure: opt(oneOf('ratio', 'dead', 'time', 'change')),
  change: opt(
    shape({
      fresh: list(isInt),
      gone: list(shape({ op: isStr, label: isStr, module: isStr, place: orNull(place), after: orNull(isInt) })),
    }),
  ),
});

const timeline = shape({
  cursor,
  from: isInt,
  lossName: isStr,
  spans: list(
    shape({ iteration: isInt, start: isInt, backward: isInt, update: isInt, end: isInt, loss: orNull(isCell) }),
  ),
  bookmarks: list(shape({ tick: isInt, note: isStr })),
});

const stats = shape({
  count: isNum,
  mean: nullableNum,
  std: nullableNum,
  min: nullableNum,
  max: nullableNum,
  norm: nullableNum,
  zeros: isNum,
  nan: isNum,
  inf: isNum,
});

const grid = shape({
  axes: list(isInt),
  slice: list(isInt),
  rows: isInt,
  cols: isInt,
  row0: isInt,
  col0: isInt,
  cells: list(isCell),
  windowRows: isInt,
  windowCols: isInt,
});
const wholeGrid: Check = (v) => {
  if (!grid(v)) return false;
  const g = v as { cells: unknown[]; windowRows: number; windowCols: number };
  return g.cells.length === g.windowRows * g.windowCols;
};

const images = shape({
  from: isInt,
  total: isInt,
  channels: isInt,
  height: isInt,
  width: isInt,
  step: isInt,
  low: isNum,
  high: isNum,
  pixels: list(isStr),
});

const tensor = shape({
  ref,
  name: isStr,
  dtype: isStr,
  shape: list(isInt),
  requiresGrad: isBool,
  gradFn: orNull(isStr),
  stats,
  histogram: orNull(shape({ edges: list(isNum), counts: list(isNum), before: orNull(list(isNum)) })),
  grid: orNull(wholeGrid),
  dimensions: list(orNull(isStr)),
  against: orNull(shape({ tick: isInt, iteration: isInt })),
  images: orNull(images),
  imageLike: isBool,
  health: list(
    shape({ kind: health, label: isStr, reason: isStr, expression: isStr, tick: isInt, place: orNull(place) }),
  ),
  time: opt(shape({ own: isNum, module: orNull(shape({ path: isStr, all: isNum })) })),
  parameter: orNull(
    shape({
      tensor: isInt,
      name: isStr,
      states: list(isStr),
      updates: isInt,
      weight: nullableNum,
      gradient: nullableNum,
      update: nullableNum,
    }),
  ),
  missing: orNull(isStr),
});

const parameter = shape({ tensor: isInt, name: isStr, shape: list(isInt), updates: isInt });
const update = shape({
  parameters: list(parameter),
  parameter: orNull(parameter),
  element: list(isInt),
  rule: isStr,
  terms: list(shape({ role: isStr, name: isStr, ref: orNull(ref), value: orNull(isCell), norm: nullableNum })),
  steps: list(shape({ tick: isInt, op: isStr, expression: isStr, numbers: isStr, done: isBool, place: orNull(place) })),
  stages: list(
    shape({
      kind: isStr,
      name: isStr,
      lines: list(shape({ expression: isStr, numbers: isStr })),
      tick: isInt,
      done: isBool,
      value: orNull(isCell),
      norm: nullableNum,
    }),
  ),
  layers: orNull(
    list(
      shape({ parameter: isInt, name: isStr, stages: list(shape({ kind: isStr, name: isStr, norm: nullableNum })) }),
    ),
  ),
  iterations: list(isInt),
  series: list(shape({ role: isStr, element: list(nullableNum), norm: list(nullableNum) })),
  angles: list(nullableNum),
  past: orNull(
    shape({
      name: isStr,
      iteration: isInt,
      gradients: list(shape({ iteration: isInt, tick: isInt, factor: isNum, element: nullableNum, along: isNum })),
      decay: orNull(shape({ element: isNum, along: isNum })),
      remainder: shape({ element: isNum, along: isNum }),
      value: shape({ element: nullableNum, along: isNum }),
    }),
  ),
  at: isInt,
  missing: orNull(isStr),
});

const ends: Check = (v) => list(isNum)(v) && (v as unknown[]).length === 2;
const otherPath = shape({
  id: isStr,
  name: isStr,
  points: list(shape({ iteration: isInt, tick: isInt, x: isNum, y: isNum, off: isNum, loss: orNull(isCell) })),
});
const whole = shape({
  axes: shape({ kind: oneOf('elements', 'random', 'path') }),
  xName: isStr,
  yName: isStr,
  x: ends,
  y: ends,
  n: isInt,
  losses: list(isCell),
  iteration: isInt,
  sameLoss: isBool,
  here: shape({ x: isNum, y: isNum, loss: isCell }),
  recorded: isCell,
  path: list(
    shape({
      iteration: isInt,
      tick: isInt,
      x: isNum,
      y: isNum,
      off: isNum,
      loss: orNull(isCell),
      planeLoss: isCell,
      arrows: list(shape({ role: oneOf('gradient', 'velocity', 'step'), x: isNum, y: isNum, within: isNum })),
    }),
  ),
  missing: orNull(isStr),
});
const plane: Check = (v) => {
  if (!whole(v)) return false;
  const { n, losses } = v as { n: number; losses: unknown[] };
  return losses.length === n * n;
};

const history = shape({
  name: isStr,
  points: list(shape({ iteration: isInt, tick: isInt, value: orNull(isCell) })),
  at: isInt,
  missing: orNull(isStr),
});

const isElement = list(isInt);
const explain = shape({
  op: isStr,
  tick: isInt,
  place: orNull(place),
  formula: isStr,
  gradient: orNull(isStr),
  arguments: list(shape({ tensor: orNull(isInt), role: isStr, name: isStr, shape: list(isInt), grad: isBool })),
  result: orNull(
    shape({
      name: isStr,
      shape: list(isInt),
      element: isElement,
      value: isCell,
      factors: list(shape({ name: isStr, argument: isInt, element: isElement, value: isCell, slope: isCell })),
      more: isInt,
      sums: list(isInt),
    }),
  ),
  flow: orNull(
    shape({
      argument: isInt,
      element: isElement,
      value: isCell,
      terms: list(shape({ element: isElement, upstream: isCell, local: isCell, product: isCell })),
      more: isInt,
      sum: orNull(isCell),
    }),
  ),
  chain: list(
    shape({
      tick: isInt,
      of: isStr,
      by: isStr,
      op: isStr,
      place: orNull(place),
      upstream: nullableNum,
      downstream: nullableNum,
      others: isInt,
    }),
  ),
  missing: orNull(isStr),
});

const checked = shape({
  name: isStr,
  against: isStr,
  place: orNull(place),
  checked: isInt,
  of: isInt,
  worst: orNull(shape({ element: isElement, gradient: isCell, difference: isCell })),
  error: orNull(isCell),
  agrees: isBool,
  kinks: isInt,
  missing: orNull(isStr),
});
const stretchFields = shape({
  from: isInt,
  to: isInt,
  kinds: isStr,
  at: list(isInt),
  lines: list(shape({ place, text: isStr })),
  marks: list(shape({ tick: isInt, kind: oneOf('breakpoint', 'condition', 'watchpoint', 'branch'), text: isStr })),
});
const stretch: Check = (v) => {
  if (!stretchFields(v)) return false;
  const { from, to, kinds, at } = v as { from: number; to: number; kinds: string; at: unknown[] };
  return kinds.length === at.length && (kinds === '' || kinds.length === to - from);
};

/** As many values as iterations. */
const points =
  (fields: Check, ...names: string[]): Check =>
  (v) => {
    if (!fields(v)) return false;
    const lists = v as Record<string, unknown[]>;
    return names.every((name) => lists[name]!.length === lists.iterations!.length);
  };
const kind = oneOf('rate', 'gradient', 'weight', 'ratio', 'watched');
const curveList = list(
  points(
    shape({
      key: isStr,
      kind,
      name: isStr,
      iterations: list(isInt),
      values: list(orNull(isCell)),
      missing: orNull(isStr),
    }),
    'values',
  ),
);
const curves = shape({
  offers: list(shape({ key: isStr, kind, name: isStr })),
  curves: curveList,
  done: isInt,
  of: isInt,
  running: isBool,
});
const printedCurve = points(
  shape({ key: isStr, name: isStr, iterations: list(isInt), ticks: list(isInt), values: list(isCell) }),
  'values',
  'ticks',
);

const info = shape({
  ticks: isInt,
  iterations: isInt,
  used: isNum,
  limit: isNum,
  checkpointEvery: isInt,
  leftOutBefore: isInt,
  linesLeftOut: isInt,
  thinned: list(isStr),
});

const unit = shape({ mean: nullableNum, min: nullableNum, max: nullableNum, samples: isInt, counts: list(isInt) });
const layer = shape({
  node: isInt,
  tick: isInt,
  name: isStr,
  tensor: isInt,
  ins: isInt,
  outs: isInt,
  weight: list(isCell),
  grad: orNull(list(isCell)),
  update: orNull(list(isCell)),
  inputs: orNull(list(unit)),
  outputs: list(unit),
});
const wholeLayer: Check = (v) => {
  if (!layer(v)) return false;
  const { ins, outs, weight, grad, update, inputs, outputs } = v as NeuronsView;
  const all = [weight, grad ?? weight, update ?? weight];
  return all.every((w) => w.length === ins * outs) && outputs.length === outs && (inputs?.length ?? ins) === ins;
};

const messages: { [T in ToWebview['type']]: Check } = {
  picture: shape({ picture, timeline, tensor: orNull(tensor), update: orNull(update), info, moves: isInt }),
  running: shape({
    cursor,
    loss: orNull(isCell),
    timeline: orNull(timeline),
    picture: orNull(picture),
    rate: nullableNum,
    loop: orNull(shape({ name: isStr, at: isInt, of: isInt, seconds: nullableNum })),
    views: isBool,
  }),
  tensor: shape({ tensor }),
  history: shape({ ref, element: opt(isElement), measure: opt(isStr), history }),
  neurons: shape({ layers: list(wholeLayer) }),
  explain: shape({ question: shape({ tick: isInt }), explain }),
  checked: shape({ question: shape({ tensor: opt(isInt), op: opt(isInt) }), views: list(checked) }),
  cells: shape({ question: ref, grid: orNull(wholeGrid) }),
  show: shape({ ref, face: opt(oneOf('history', 'explain')), element: opt(isElement) }),
  plane: shape({ plane: orNull(plane), others: opt(list(otherPath)) }),
  planning: shape({ text: isStr, percent: isNum }),
  stretch: shape({ stretch }),
  curves: shape({ curves, printed: orNull(list(printedCurve)), working: isBool }),
  curvesOf: shape({ run: isStr, curves: curveList, printed: list(printedCurve) }),
  update: shape({ update }),
  caret: shape({ nodes: list(isInt) }),
  save: shape({ kind: oneOf('svg', 'png') }),
  notice: shape({ title: isStr, text: isStr }),
  docked: shape({ visible: isBool }),
  selected: shape({
    selection: shape({ node: orNull(isInt), ref: orNull(ref), parameter: orNull(isInt), element: orNull(list(isInt)) }),
  }),
  runs: shape({
    runs: list(
      shape({
        id: isStr,
        name: isStr,
        parent: orNull(isStr),
        left: orNull(isInt),
        losses: list(orNull(isCell)),
        shown: isBool,
      }),
    ),
  }),
  ended: shape({ text: isStr }),
  error: shape({ text: isStr, moves: opt(isNum) }),
};

const printed: { [T in ToPrinted['type']]: Check } = {
  lines: shape({
    from: isInt,
    lines: list(
      shape({
        tick: isInt,
        iteration: isInt,
        category: oneOf('stdout', 'stderr', 'console'),
        text: isStr,
        place: orNull(place),
        ended: isBool,
      }),
    ),
  }),
  at: shape({ tick: isInt, running: isBool }),
};

const figures: { [T in ToFigures['type']]: Check } = {
  figures: shape({ figures: list(shape({ number: isInt, title: isStr, summary: isStr, svg: opt(isStr) })) }),
};

function read<M>(checks: Record<string, Check>, data: unknown): M | null {
  if (typeof data !== 'object' || data === null) return null;
  const type = (data as { type?: unknown }).type;
  if (typeof type !== 'string' || !Object.hasOwn(checks, type)) return null;
  return checks[type]!(data) ? (data as M) : null;
}

/** The message, or null where its shape is not one of the protocol's. */
export const readMessage = (data: unknown): ToWebview | null => read(messages, data);

/** The same for the view of what was printed. */
export const readPrinted = (data: unknown): ToPrinted | null => read(printed, data);
export const readFigures = (data: unknown): ToFigures | null => read(figures, data);
