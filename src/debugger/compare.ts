/**
 * Two runs side by side: the first tick and tensor where they differ and by how much, and every parameter over the iterations. Runs are
 * aligned by iteration, and within it by the order of lines and ops; where another line or another op stands, that is said.
 */
import { t } from '../protocol/l10n';
import type { Session } from '../protocol/session';
import type { NumbersView, StepView } from '../protocol/views';

export interface RunName {
  name: string;
  session: Session;
}

export interface ValueDifference {
  iteration: number;
  a: StepView;
  b: StepView;
  /** The tensor that the op gave, by its name in the first run. */
  name: string;
  /** Why the elements cannot be set against each other (another shape), or null. */
  shape: string | null;
  elements: number;
  different: number;
  /** Euclidean norm of a - b, and of a. */
  norm: number;
  of: number;
  largest: { index: number[]; a: number; b: number } | null;
}

export interface ParameterDifference {
  name: string;
  /** Norm of the difference at the end of each iteration in `iterations`; null where one run has no such parameter, or of another shape. */
  norms: (number | null)[];
}

export interface Comparison {
  names: [string, string];
  ticks: [number, number];
  iterations: [number, number];
  same: boolean;
  /** The first line or op that is another one, or that only one of the runs has. */
  structure: { iteration: number; a: StepView | null; b: StepView | null } | null;
  values: ValueDifference | null;
  /** The first iteration whose loss differs. */
  loss: { iteration: number; a: number | string | null; b: number | string | null } | null;
  /** Iterations of the parameters' points. */
  at: number[];
  parameters: ParameterDifference[];
}

/** Iterations asked for at a time. */
const TOGETHER = 25;
/** Points of a parameter's curve. */
const POINTS = 60;

/** Compares two runs that rest (a running script answers at its lines too). `told` hears how far it is, 0 to 1. Rejects when `cancelled`. */
export async function compareRuns(
  a: RunName,
  b: RunName,
  told: (part: number) => void = () => {},
  cancelled?: AbortSignal,
): Promise<Comparison> {
  const cursors = await Promise.all([a, b].map((run) => run.session.request('cursor', {})));
  const [na, nb] = cursors.map((c) => c.iterations);
  const both = Math.min(na, nb);
  const c: Comparison = {
    names: [a.name, b.name],
    ticks: [cursors[0].ticks, cursors[1].ticks],
    iterations: [na, nb],
    same: false,
    structure: null,
    values: null,
    loss: null,
    at: [],
    parameters: [],
  };
  for (let from = 0; from < both && !c.values; from += TOGETHER) {
    const outlines = await Promise.all(
      [a, b].map(({ session }) => session.request('outline', { from, count: TOGETHER }, cancelled)),
    );
    const [left, right] = outlines.map((o) => o.iterations);
    for (let i = 0; i < Math.min(left.length, right.length) && !c.values; i++) {
      const found = align(left[i], right[i]);
      if (found.structure && !c.structure) c.structure = { iteration: from + i, ...found.structure };
      if (found.values) c.values = await measure(a, b, from + i, ...found.values);
    }
    told((0.8 * (from + TOGETHER)) / both);
  }
  if (!c.structure && !c.values && na !== nb) {
    const [longer] = na > nb ? [a] : [b];
    const { iterations } = await longer.session.request('outline', { from: both, count: 1 });
    const step = iterations[0]?.[0] ?? null;
    c.structure = { iteration: both, a: na > nb ? step : null, b: na > nb ? null : step };
  }
  c.loss = await firstLoss(a, b);
  c.same = !c.structure && !c.values && !c.loss;
  if (!c.same) await compareWeights(a, b, both, c, told, cancelled);
  told(1);
  return c;
}

type Pair = { a: StepView | null; b: StepView | null };

/** Goes over both in order. Another text of a line is noted and passed; what only one of them has is noted and left out. */
function align(a: StepView[], b: StepView[]): { structure: Pair | null; values: [StepView, StepView] | null } {
  let structure: Pair | null = null;
  for (let i = 0, j = 0; i < a.length || j < b.length; i++, j++) {
    const [x, y] = [a[i] ?? null, b[j] ?? null];
    if (x?.op !== y?.op || !x || !y) {
      structure ??= { a: x, b: y };
      const again = together(a, b, i, j);
      if (!again) return { structure, values: null };
      [i, j] = [again[0] - 1, again[1] - 1];
      continue;
    }
    if (x.text !== y.text) structure ??= { a: x, b: y };
    if (x.hash !== y.hash) return { structure, values: [x, y] };
  }
  return { structure, values: null };
}

/** Steps that are left out at most to find where two runs go on together, and how many must then be the same. */
const LEFT_OUT = 200;
const ALIKE = 3;

/** Where two runs do the same again, with the fewest steps left out; null where they do not. */
function together(a: StepView[], b: StepView[], i: number, j: number): [number, number] | null {
  const alike = (x: StepView | undefined, y: StepView | undefined) => x?.op === y?.op && x?.text === y?.text;
  for (let out = 1; out <= LEFT_OUT; out++)
    for (let ofA = 0; ofA <= out; ofA++) {
      const [x, y] = [i + ofA, j + out - ofA];
      if (x >= a.length || y >= b.length) continue;
      if (Array.from({ length: ALIKE }, (_, k) => alike(a[x + k], b[y + k])).every(Boolean)) return [x, y];
    }
  return null;
}

async function measure(a: RunName, b: RunName, iteration: number, x: StepView, y: StepView): Promise<ValueDifference> {
  const [left, right] = await Promise.all([
    a.session.request('results', { tick: x.tick }),
    b.session.request('results', { tick: y.tick }),
  ]);
  const i = Math.max(
    0,
    left.findIndex((t, k) => !right[k] || !sameNumbers(t, right[k])),
  );
  return { iteration, a: x, b: y, ...differenceOf(left[i], right[i]) };
}

const sameNumbers = (a: NumbersView, b: NumbersView) =>
  a.dtype === b.dtype && a.shape.join() === b.shape.join() && a.data.every((v, i) => Object.is(v, b.data[i]));

const kind = (t: NumbersView | undefined) => (t ? `${t.dtype} [${t.shape.join(', ')}]` : 'nothing');

function differenceOf(
  a: NumbersView | undefined,
  b: NumbersView | undefined,
): Omit<ValueDifference, 'iteration' | 'a' | 'b'> {
  const found = { name: a?.name ?? b?.name ?? 'a result', elements: a?.data.length ?? 0, different: 0, norm: 0, of: 0 };
  if (!a || !b || kind(a) !== kind(b))
    return { ...found, shape: t('{0} in the first run, {1} in the second', kind(a), kind(b)), largest: null };
  let most = -1;
  let at = -1;
  let [sum, own] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    own += a.data[i] * a.data[i];
    if (Object.is(a.data[i], b.data[i])) continue;
    found.different++;
    const d = Math.abs(a.data[i] - b.data[i]);
    sum += d * d;
    if (d > most || Number.isNaN(d)) [most, at] = [d, i];
  }
  const largest = at < 0 ? null : { index: indexOf(at, a.shape), a: a.data[at], b: b.data[at] };
  return { ...found, shape: null, norm: Math.sqrt(sum), of: Math.sqrt(own), largest };
}

function indexOf(flat: number, shape: number[]): number[] {
  const index: number[] = [];
  for (const size of [...shape].reverse()) {
    index.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return index;
}

async function firstLoss(a: RunName, b: RunName): Promise<Comparison['loss']> {
  const [left, right] = await Promise.all([a, b].map(({ session }) => session.request('timeline', { from: 0 })));
  for (const [i, span] of left.spans.entries()) {
    const other = right.spans[i];
    if (other && !Object.is(other.loss, span.loss)) return { iteration: i, a: span.loss, b: other.loss };
  }
  return null;
}

async function compareWeights(
  a: RunName,
  b: RunName,
  both: number,
  c: Comparison,
  told: (part: number) => void,
  cancelled?: AbortSignal,
): Promise<void> {
  const points = Math.min(POINTS, both);
  const curves = new Map<string, (number | null)[]>();
  for (let p = 0; p < points; p++) {
    const iteration = points === 1 ? 0 : Math.round((p * (both - 1)) / (points - 1));
    c.at.push(iteration);
    const [left, right] = await Promise.all(
      [a, b].map(({ session }) => session.request('weights', { iteration }, cancelled)),
    );
    told(0.8 + (0.2 * p) / points);
    const others = new Map(right.map((t) => [t.name, t]));
    for (const t of left) {
      let curve = curves.get(t.name);
      if (!curve) curves.set(t.name, (curve = []));
      while (curve.length < p) curve.push(null);
      const other = others.get(t.name);
      const d = other && differenceOf(t, other);
      curve.push(d && d.shape === null ? d.norm : null);
    }
  }
  c.parameters = [...curves].map(([name, norms]) => ({ name, norms }));
}

// ---- in words -------------------------------------------------------------------------------------------------

const num = (v: number | string | null): string =>
  typeof v === 'number' ? (Number.isFinite(v) ? String(Number(v.toPrecision(6))) : String(v)) : (v ?? 'none');
const stepText = (s: StepView | null): string =>
  s
    ? t('{0}{1}  {2}  (tick {3})', s.op ? `${s.op}, ` : '', s.line, s.text, s.tick + 1)
    : t('nothing: the run comes no further');

const BARS = '▁▂▃▄▅▆▇█';

/** A row of bars, one a point, from zero up to the greatest. */
function bars(values: (number | null)[]): string {
  const most = Math.max(...values.map((v) => (v !== null && Number.isFinite(v) ? v : 0)));
  return values
    .map((v) =>
      v === null
        ? ' '
        : v === 0
          ? '·'
          : BARS[Number.isFinite(v) && most > 0 ? Math.min(7, Math.floor((v / most) * 7.999)) : 7],
    )
    .join('');
}

/** For a terminal, or an editor's tab. */
export function comparisonText(c: Comparison): string {
  const [a, b] = c.names;
  const out: string[] = [];
  const put = (...lines: string[]) => out.push(...lines);
  const wide = Math.max(a.length, b.length);
  c.names.forEach((name, i) => {
    put(t('{0}  {1}  {2} iterations, {3} ticks', 'AB'[i], name.padEnd(wide), c.iterations[i], c.ticks[i]));
  });
  put('');
  if (c.same)
    return [...out, t('The two runs are the same: every line, every op, every result bit by bit.'), ''].join('\n');
  if (c.structure) {
    const what = c.structure.a && c.structure.b ? (c.structure.a.op === c.structure.b.op ? 'line' : 'op') : 'end';
    const title = { line: t('Another line'), op: t('Another op'), end: t('One run is longer') }[what];
    put(t('{0}, first in iteration {1}:', title, c.structure.iteration + 1));
    put(`  A  ${stepText(c.structure.a)}`, `  B  ${stepText(c.structure.b)}`, '');
  }
  const v = c.values;
  if (v) {
    put(t('The first value that differs: {0}, made by {1} in iteration {2}:', v.name, v.a.op ?? '', v.iteration + 1));
    put(`  A  ${stepText(v.a)}`, `  B  ${stepText(v.b)}`);
    if (v.shape !== null) put(`  ${v.shape}`);
    else {
      put(
        t(
          "  {0} of {1} elements; norm of the difference {2}, where A's own is {3}",
          v.different,
          v.elements,
          num(v.norm),
          num(v.of),
        ),
      );
      if (v.largest)
        put(
          t('  largest at [{0}]: {1} in A, {2} in B', v.largest.index.join(', '), num(v.largest.a), num(v.largest.b)),
        );
    }
    put('');
  } else
    put(c.structure ? t('No value differs among the ops that both runs have in common.') : t('No value differs.'), '');
  if (c.loss)
    put(
      t(
        'The loss differs first in iteration {0}: {1} in A, {2} in B.',
        c.loss.iteration + 1,
        num(c.loss.a),
        num(c.loss.b),
      ),
      '',
    );
  if (c.parameters.length > 0) {
    const first = c.at[0] + 1;
    const last = (c.at.at(-1) ?? 0) + 1;
    put(t('Norm of the difference of each parameter, at the end of iterations {0} to {1}:', first, last));
    const width = Math.max(...c.parameters.map((p) => p.name.length));
    for (const { name, norms } of c.parameters) {
      const known = norms.filter((n): n is number => n !== null);
      if (known.length === 0) {
        put(t('  {0}  of another shape in B, or not there', name.padEnd(width)));
        continue;
      }
      const begun = norms.findIndex((n) => n !== null && n !== 0);
      const since = begun < 0 ? 'never' : t('from iteration {0}', c.at[begun] + 1);
      put(
        t(
          '  {0}  {1}  {2}; at the end {3}, at most {4}',
          name.padEnd(width),
          bars(norms),
          since,
          num(known.at(-1) ?? null),
          num(known.length ? Math.max(...known) : null),
        ),
      );
    }
    put('');
  }
  return out.join('\n');
}
