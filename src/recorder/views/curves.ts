/** Numbers over the iterations: learning rates, norms layer by layer, expressions. Computed again where nobody looked at the time. */
import { t } from '../../protocol/l10n';
import type { Curve, CurveKind, CurvesView } from '../../protocol/views';
import { Measured } from '../origins/history';
import type { Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { compile } from '../watch/compile';
import { SyntaxFault } from '../watch/parse';
import { Interrupted } from '../work';
import { clock } from './clock';
import { valuesOf, wire } from './common';
import { Parameters } from './parameters';
import { nameOf } from './parts';

export interface CurvesQuestion {
  keys: readonly string[];
  from?: number;
  to?: number;
  /** Milliseconds. */
  within: number;
}

/** More points of a stretch than a chart can show are not computed. */
const POINTS = 500;
/** Parameters by hand, one for each iteration, are no layers: of more than this many only the modules' own are offered. */
const LAYERS = 300;

type Value = number | null;
/** By key and iteration. */
const caches = new WeakMap<Recording, Map<string, { values: Map<number, Value>; ticks: number; settled: number }>>();

/**
 * Curves by their keys. `gradient:LAYER` is the Euclidean norm over all of a layer's gradients as backward() left them, `weight:LAYER` over
 * its parameters at the iteration's end, `ratio:LAYER` ‖new − old‖ / ‖old‖ over them, `rate:OPTIMIZER:GROUP` a group's learning rate,
 * `watched:EXPRESSION` a number in the language of the watchpoints.
 */
export function curvesOf(r: Recording, replay: Replay, question: CurvesQuestion, running = false): CurvesView {
  const { keys } = question;
  const within = running ? 0 : question.within;
  const layers = layersOf(r);
  const rates = ratesOf(r);
  const norms = (['gradient', 'weight', 'ratio'] as const).flatMap((kind) =>
    [...layers.keys()].map((name) => ({ key: `${kind}:${name}`, kind, name })),
  );
  const offers = [...rates.map(({ key, kind, name }) => ({ key, kind, name })), ...norms];
  const curves: Curve[] = [];
  const sources: { curve: Curve; at: (iteration: number) => Value }[] = [];
  for (const key of keys) {
    const rate = rates.find((one) => one.key === key);
    if (rate) {
      curves.push(rate);
      continue;
    }
    const curve = emptyCurve(key);
    curves.push(curve);
    const at = sourceOf(r, replay, layers, curve);
    if (at) sources.push({ curve, at });
  }
  const wanted = spread(r.iterationCount, question.from, question.to);
  const until = clock.now() + within;
  let done = 0;
  let computed = 0;
  for (const iteration of wanted) {
    for (const { curve, at } of sources) {
      if (!cacheOf(r, curve.key).has(iteration)) {
        // One is computed in any case, so that asking again comes to an end.
        if (within <= 0 || (computed > 0 && clock.now() > until)) continue;
        computed++;
        cacheOf(r, curve.key).set(iteration, at(iteration));
      }
      done++;
    }
  }
  for (const { curve } of sources) {
    const known = [...cacheOf(r, curve.key)].sort(([a], [b]) => a - b);
    curve.iterations = known.map(([i]) => i);
    curve.values = known.map(([, v]) => (v === null ? null : wire(v)));
    if (done === wanted.length * sources.length && known.every(([, v]) => v === null))
      curve.missing ??= t('It has no value in any iteration.');
  }
  return { offers, curves, done, of: wanted.length * sources.length, running };
}

const emptyCurve = (key: string): Curve => {
  const cut = key.indexOf(':');
  const name = key.slice(cut + 1);
  return { key, kind: key.slice(0, cut) as CurveKind, name, iterations: [], values: [], missing: null };
};

function cacheOf(r: Recording, key: string): Map<number, Value> {
  let all = caches.get(r);
  if (!all) caches.set(r, (all = new Map()));
  let known = all.get(key);
  if (!known) all.set(key, (known = { values: new Map(), ticks: 0, settled: 0 }));
  if (known.ticks !== r.ticks) {
    // The last iteration went on, and the one before may have been merged with it (gradient accumulation).
    for (const i of known.values.keys()) if (i >= known.settled) known.values.delete(i);
    Object.assign(known, { ticks: r.ticks, settled: r.iterationCount - 2 });
  }
  return known.values;
}

/** Iterations of [from, to) at a stride that is a power of two, the coarse ones first, so that what is known serves every zoom. */
export function spread(count: number, from = 0, to = count): number[] {
  const [first, end] = [Math.max(0, Math.trunc(from)), Math.min(count, Math.ceil(to))];
  let stride = 1;
  while ((end - first) / stride > POINTS) stride *= 2;
  let coarse = stride;
  while ((end - first) / coarse > 16) coarse *= 2;
  const found = new Set<number>();
  for (; coarse >= stride; coarse /= 2)
    for (let i = Math.ceil(first / coarse) * coarse; i < end; i += coarse) found.add(i);
  if (end > first) found.add(end - 1);
  return [...found];
}

// ---- where the numbers come from --------------------------------------------------------------------------------

/** Parameters by the module that owns them; one that none owns is a layer of its own. */
function layersOf(r: Recording): Map<string, number[]> {
  const layers = new Map<string, number[]>();
  const all = Parameters.of(r).list();
  // A name that is given to a new tensor again and again is no layer: its tensors have nothing but the name in common.
  const again = new Set<string>();
  for (const id of all) {
    const owned = r.parameterName(id);
    if (!owned && all.length > LAYERS) continue;
    const name = owned ? owned.slice(0, Math.max(0, owned.lastIndexOf('.'))) || owned : nameOf(r, id, 'value', r.ticks);
    const layer = layers.get(name);
    if (layer && !owned) again.add(name);
    if (layer) layer.push(id);
    else layers.set(name, [id]);
  }
  for (const name of again) layers.delete(name);
  return layers;
}

/** What tells a curve's value in an iteration; null, with the reason in the curve, where nothing does. */
function sourceOf(
  r: Recording,
  replay: Replay,
  layers: ReadonlyMap<string, number[]>,
  curve: Curve,
): ((iteration: number) => Value) | null {
  if (curve.kind === 'watched') return watchedOf(r, replay, curve);
  const parameters = layers.get(curve.name);
  const of = { gradient: gradientNorm, weight: weightNorm, ratio: updateRatio, rate: null }[curve.kind];
  if (!parameters || !of) {
    curve.missing = t('There is nothing of this name in the run.');
    return null;
  }
  return (iteration) => ifKept(() => of(r, replay, parameters, iteration));
}

function watchedOf(r: Recording, replay: Replay, curve: Curve): ((iteration: number) => Value) | null {
  try {
    const measured = new Measured(r, replay, compile(curve.name));
    const ticks = new Map<number, number>();
    // The last tick of each iteration at which it can have changed.
    for (const tick of measured.ticks()) ticks.set(r.iterationAt(tick), tick);
    if (ticks.size === 0) curve.missing = t('Nothing in this run is called so yet.');
    return (iteration) => {
      const tick = ticks.get(iteration);
      return tick === undefined ? null : ifKept(() => measured.at(tick));
    };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    curve.missing = error.message;
    return null;
  }
}

/** What was left out of the recording has no number; who cancelled means it. */
function ifKept(body: () => Value): Value {
  try {
    return body();
  } catch (error) {
    if (error instanceof Interrupted || error instanceof TypeError || error instanceof RangeError) throw error;
    return null;
  }
}

/** Euclidean norm over several tensors: NaN or infinite where an element is. Null where none of them is there. */
function normOf(replay: Replay, uses: readonly (TensorUse | null)[]): Value {
  let squares = 0;
  let any = false;
  for (const use of uses) {
    if (!use) continue;
    const { norm, nan, inf } = statsOf(replay, use);
    any = true;
    squares += nan > 0 ? Number.NaN : inf > 0 ? Number.POSITIVE_INFINITY : (norm ?? 0) ** 2;
  }
  return any ? Math.sqrt(squares) : null;
}

/** The last tick of the iteration's backward pass; -1 where there was none. */
function afterBackward(r: Recording, iteration: number): number {
  const { backward, update } = r.iteration(iteration);
  return backward < 0 ? -1 : (update < 0 ? r.endOf(iteration) : update) - 1;
}

function gradientNorm(r: Recording, replay: Replay, parameters: readonly number[], iteration: number): Value {
  const tick = afterBackward(r, iteration);
  if (tick < 0) return null;
  const uses = parameters.map((id) => {
    const grad = r.gradAt(id, tick);
    return grad === null ? null : r.useAt(grad, tick);
  });
  return normOf(replay, uses);
}

function weightNorm(r: Recording, replay: Replay, parameters: readonly number[], iteration: number): Value {
  const tick = r.endOf(iteration) - 1;
  const uses = parameters.map((id) => r.useAt(id, tick));
  return normOf(replay, uses);
}

/** In float64, element by element. Null where nothing was there to be updated, or no update has come yet. */
function updateRatio(r: Recording, replay: Replay, parameters: readonly number[], iteration: number): Value {
  const { start, update } = r.iteration(iteration);
  if (update < 0) return null;
  let [moved, old, any] = [0, 0, false];
  for (const id of parameters) {
    const [before, after] = [
      r.useAt(id, Math.max(start, afterBackward(r, iteration))),
      r.useAt(id, r.endOf(iteration) - 1),
    ];
    if (!before || !after) continue;
    any = true;
    const was = valuesOf(replay, before);
    const is = before.value.id === after.value.id ? was : valuesOf(replay, after);
    if (was.length !== is.length) return null;
    for (let i = 0; i < was.length; i++) {
      moved += (Number(is[i]) - Number(was[i])) ** 2;
      old += Number(was[i]) ** 2;
    }
  }
  return any && old > 0 ? Math.sqrt(moved / old) : null;
}

/** The learning rates of all optimizers' groups: from their first step on, one number for each iteration. */
function ratesOf(r: Recording): Curve[] {
  const curves: Curve[] = [];
  for (const o of r.optimizers.values()) {
    const called = o.description.split('(')[0].trim();
    const same = [...r.optimizers.values()].filter((other) => other.description.split('(')[0].trim() === called);
    const which = same.length > 1 ? ` ${same.indexOf(o) + 1}` : '';
    const changes = r.pages
      .changesIn('hypers', o.id, 0, r.ticks)
      .map(({ tick, value }) => ({ tick, lrs: lrsOf(value) }));
    const groups = Math.max(0, ...changes.map(({ lrs }) => lrs.length));
    const last = r.iterationCount - 1;
    for (let g = 0; g < groups; g++) {
      const curve: Curve = {
        key: `rate:${o.id}:${g}`,
        kind: 'rate',
        name: t('lr of {0}{1}{2}', called, which, groups > 1 ? t(', group {0}', g + 1) : ''),
        iterations: [],
        values: [],
        missing: null,
      };
      let at = -1;
      for (let i = r.iterationAt(changes[0].tick); i <= last; i++) {
        const end = r.endOf(i);
        while (at + 1 < changes.length && changes[at + 1].tick < end) at++;
        const lr = changes[at]?.lrs[g];
        curve.iterations.push(i);
        curve.values.push(lr === undefined || lr === null ? null : wire(lr));
      }
      curves.push(curve);
    }
  }
  return curves;
}

/** The groups' `lr` out of an optimizer's hyperparameters. */
function lrsOf(json: string): Value[] {
  try {
    const read: unknown = JSON.parse(json);
    return (Array.isArray(read) ? read : [read]).map((group) => {
      const lr = (group as { lr?: unknown } | null)?.lr;
      return typeof lr === 'number' ? lr : null;
    });
  } catch {
    return [];
  }
}
