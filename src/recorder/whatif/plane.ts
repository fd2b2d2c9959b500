/** The loss over a plane through the weights at the cursor, and what training did in it. */

import type { Data } from '../../engine/dtype';
import { Generator } from '../../engine/random/generator';
import { sameShape } from '../../engine/shape';
import { t } from '../../protocol/l10n';
import type { OtherPath, PlaneArrow, PlaneAxes, PlaneBasis, PlanePoint, PlaneView } from '../../protocol/whatif';
import { flatAt, positionOf } from '../elements';
import type { PassRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { valuesOf, wire } from '../views/common';
import { accumulations } from '../views/grads';
import { Parameters } from '../views/parameters';
import { nameOf } from '../views/parts';
import { blendOf } from '../views/past';
import { ruleOf } from '../views/rule';
import { Updates } from '../views/updates';
import { lastPass } from './checkGradient';
import { Rerun } from './rerun';

/** Points of the way that are shown at most. */
const POINTS = 120;
/** How far the plane reaches beyond what it must show. */
const MARGIN = 1.3;
/** Steps of one element to both sides, as a part of what shows the way: at least this. */
const LEAST = 0.5;

interface Weight {
  tensor: number;
  use: TensorUse;
  /** Row-major elements at the cursor's forward pass. */
  values: Float64Array;
}

/** A direction: what is added to each weight for a step of 1, in the order of the weights. */
type Direction = Float64Array[];

export function planeOf(
  r: Recording,
  replay: Replay,
  tick: number,
  { axes, n = 25, basis = false }: { axes: PlaneAxes; n?: number; basis?: boolean },
  looked: (done: number, of: number) => void = () => {},
): PlaneView {
  const side = Math.max(3, Math.min(81, n | 1));
  const none = (missing: string): PlaneView => ({
    axes,
    xName: '',
    yName: '',
    x: [0, 0],
    y: [0, 0],
    n: 0,
    losses: [],
    here: { x: 0, y: 0, loss: 'nan' },
    recorded: 'nan',
    iteration: 0,
    sameLoss: false,
    path: [],
    missing,
  });
  const pass = passAt(r, tick);
  if (!pass) return none(t('The loss has not been computed yet: step on until backward() begins.'));
  const root = r.useAt(pass.root, pass.start);
  if (!root) return none(t('What backward() was called on is not known any more.'));
  const weights = weightsOf(r, replay, pass);
  if (weights.length === 0) return none(t('There are no parameters that the loss could depend on.'));
  const here = r.iterationAt(pass.start);
  const known = learned(r, weights, here);
  const iterations = spread(r, here).filter((i) => !known || learned(r, weights, i));
  const way = iterations.map((iteration) => at(r, replay, weights, iteration));
  const found = directionsOf(r, axes, weights, way);
  if ('missing' in found) return none(found.missing);
  const { directions, origin, names } = found;
  const free = weights.map((w) => w.use.value);
  const rerun = new Rerun(r, replay, root, free, 'everything', false);
  if (!rerun.depends) return none(t('The loss was not computed from the parameters, as far as the recording knows.'));
  const place = (of: Float64Array[]) => project(directions, weights, of);
  const path: PlanePoint[] = iterations.map((iteration, i) => {
    looked(i, iterations.length + side * side);
    const [x, y, off] = place(way[i]);
    const tick = firstTick(r, iteration);
    const planeLoss = wire(Number(rerun.run(put(replay, weights, way[i])).values()[0]));
    const arrows = arrowsOf(r, replay, iteration, weights, way[i], directions);
    const loss = lossOf(r, iteration);
    return { iteration, tick, x: x + origin[0], y: y + origin[1], off, loss, planeLoss, arrows };
  });
  const half = reach(path, r.iterationAt(pass.start), origin, axes);
  const x: [number, number] = [origin[0] - half[0], origin[0] + half[0]];
  const y: [number, number] = [origin[1] - half[1], origin[1] + half[1]];
  const evaluate = (dx: number, dy: number): number | string =>
    wire(Number(rerun.run(moved(replay, weights, directions, dx, dy)).values()[0]));
  const losses: (number | string)[] = [];
  for (let row = 0; row < side; row++)
    for (let col = 0; col < side; col++) {
      looked(iterations.length + losses.length, iterations.length + side * side);
      losses.push(evaluate(...step(row, col, side, half)));
    }
  return {
    axes,
    xName: names[0],
    yName: names[1],
    x,
    y,
    n: side,
    losses,
    here: { x: origin[0], y: origin[1], loss: evaluate(0, 0) },
    recorded: wire(Number(replay.tensor(root).values()[0])),
    iteration: r.iterationAt(pass.start),
    sameLoss: path.every((p) => p.loss === p.planeLoss),
    path,
    ...(basis ? { basis: basisOf(r, weights, directions, origin) } : {}),
    missing: null,
  };
}

function basisOf(
  r: Recording,
  weights: readonly Weight[],
  [x, y]: readonly [Direction, Direction],
  at: [number, number],
): PlaneBasis {
  const name = (tensor: number) => nameOf(r, tensor, 'value', r.ticks - 1);
  const parameters = weights.map(({ tensor, use, values }, k) => ({
    name: name(tensor),
    shape: [...use.shape],
    origin: values,
    x: x[k],
    y: y[k],
  }));
  return { parameters, at };
}

/** A run's weights in the plane of another, found by the parameters' names; empty where one is missing or has another shape. */
export function planePathOf(
  r: Recording,
  replay: Replay,
  { parameters, at: [x0, y0] }: PlaneBasis,
  looked: (done: number, of: number) => void = () => {},
): OtherPath['points'] {
  const iterations = spread(r, -1);
  if (iterations.length === 0) return [];
  const tick = firstTick(r, iterations[iterations.length - 1]);
  const own = new Map(
    Parameters.of(r)
      .list()
      .map((id) => [nameOf(r, id, 'value', r.ticks - 1), id]),
  );
  const weights: Weight[] = [];
  for (const { name, shape, origin } of parameters) {
    const tensor = own.get(name);
    const use = tensor === undefined ? null : r.useAt(tensor, tick);
    if (tensor === undefined || !use || !sameShape(use.shape, shape)) return [];
    weights.push({ tensor, use, values: origin });
  }
  const directions: [Direction, Direction] = [parameters.map((p) => p.x), parameters.map((p) => p.y)];
  const taught = iterations.filter((i) => learned(r, weights, i));
  return (taught.length > 0 ? taught : iterations).map((iteration, i) => {
    looked(i, iterations.length);
    const [x, y, off] = project(directions, weights, at(r, replay, weights, iteration));
    return { iteration, tick: firstTick(r, iteration), x: x + x0, y: y + y0, off, loss: lossOf(r, iteration) };
  });
}

/** From the middle: the middle point is exactly where the weights are. */
const step = (row: number, col: number, n: number, half: readonly [number, number]): [number, number] => {
  const middle = (n - 1) / 2;
  return [(half[0] * (col - middle)) / middle, (half[1] * (row - middle)) / middle];
};

/** The backward pass that the cursor is in or leads to, in its iteration; else the last before. */
function passAt(r: Recording, tick: number): PassRecord | null {
  const iteration = r.iterationAt(tick);
  const own = lastPass(r, r.endOf(iteration) - 1);
  return own ?? lastPass(r, tick);
}

function weightsOf(r: Recording, replay: Replay, pass: PassRecord): Weight[] {
  const all = Parameters.of(r)
    .list()
    .flatMap((tensor) => {
      const use = r.useAt(tensor, pass.start);
      return use && r.tensor(tensor)?.requiresGrad ? [{ tensor, use }] : [];
    });
  // Of several networks, the one that this loss taught. Gradients that were not put into `.grad` leave no trace there.
  const taught = all.filter((w) => learned(r, [w], r.iterationAt(pass.start)));
  return (taught.length > 0 ? taught : all).map((w) => ({ ...w, values: numbers(replay, w.use) }));
}

/** Did an iteration's loss teach any of these weights? */
function learned(r: Recording, weights: readonly { tensor: number }[], iteration: number): boolean {
  return weights.some(({ tensor }) => accumulations(r, tensor, iteration).length > 0);
}

const numbers = (replay: Replay, use: TensorUse): Float64Array =>
  Float64Array.from(valuesOf(replay, use) as Float32Array);

/** Iterations to show the way by: all, or evenly chosen ones; the cursor's among them. */
function spread(r: Recording, here: number): number[] {
  const all = Array.from({ length: r.iterationCount }, (_, i) => i).filter((i) => lossOf(r, i) !== null);
  if (all.length <= POINTS) return all;
  const chosen = Array.from({ length: POINTS }, (_, i) => all[Math.round((i * (all.length - 1)) / (POINTS - 1))]);
  return [...new Set(here < 0 ? chosen : [...chosen, here])].sort((a, b) => a - b);
}

function lossOf(r: Recording, iteration: number): number | string | null {
  const { loss } = r.iteration(iteration);
  return loss === null ? null : wire(loss);
}

const firstTick = (r: Recording, iteration: number): number => {
  const { backward, start } = r.iteration(iteration);
  return backward >= 0 ? backward : start;
};

/** The weights that an iteration's loss was computed with. */
function at(r: Recording, replay: Replay, weights: readonly Weight[], iteration: number): Float64Array[] {
  const tick = firstTick(r, iteration);
  return weights.map(({ tensor, values }) => {
    const use = r.useAt(tensor, tick);
    return use && use.shape.reduce((a, b) => a * b, 1) === values.length ? numbers(replay, use) : values;
  });
}

type Found =
  | { directions: [Direction, Direction]; origin: [number, number]; names: [string, string] }
  | { missing: string };

function directionsOf(r: Recording, axes: PlaneAxes, weights: readonly Weight[], way: Float64Array[][]): Found {
  if (axes.kind === 'elements') return elements(r, axes, weights);
  if (axes.kind === 'random') {
    const generator = new Generator(Math.trunc(axes.seed));
    const one = () => weights.map((w) => filterNormalised(w, () => gaussian(generator)));
    const first = one();
    return {
      directions: [first, orthogonal(one(), first)],
      origin: [0, 0],
      names: [t('1st random direction'), t('2nd random direction')],
    };
  }
  return mainDirections(weights, way);
}

function elements(r: Recording, axes: Extract<PlaneAxes, { kind: 'elements' }>, weights: readonly Weight[]): Found {
  const one = ({ tensor, element }: { tensor: number; element: number[] }) => {
    const k = weights.findIndex((w) => w.tensor === tensor);
    const shape = weights[k]?.use.shape;
    if (!shape || shape.length !== element.length || element.some((i, d) => !(i >= 0 && i < shape[d]))) return null;
    const flat = flatAt(shape, element);
    const direction = weights.map((w) => new Float64Array(w.values.length));
    direction[k][flat] = 1;
    const name = `${nameOf(r, tensor, 'value', r.ticks - 1)}[${element.join(', ')}]`;
    return { direction, value: weights[k].values[flat], name, key: `${k} ${flat}` };
  };
  const [x, y] = [one(axes.x), one(axes.y)];
  if (!x || !y) return { missing: t('The plane needs two elements of parameters that the loss depends on.') };
  if (x.key === y.key) return { missing: t('The plane needs two different elements.') };
  return { directions: [x.direction, y.direction], origin: [x.value, y.value], names: [x.name, y.name] };
}

/** Box and Muller's method. */
function gaussian(generator: Generator): number {
  const u = 1 - generator.uniform64();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * generator.uniform64());
}

/** Li et al. 2018: every filter (row) of the direction as long as the weights' own; biases and other vectors stay as they are. */
function filterNormalised({ use, values }: Weight, draw: () => number): Float64Array {
  const out = new Float64Array(values.length);
  if (use.shape.length < 2) return out;
  for (let i = 0; i < out.length; i++) out[i] = draw();
  const row = values.length / use.shape[0];
  for (let k = 0; k < use.shape[0]; k++) {
    const part = out.subarray(k * row, (k + 1) * row);
    const size = length(part);
    const scale = size > 0 ? length(values.subarray(k * row, (k + 1) * row)) / size : 0;
    for (let i = 0; i < row; i++) part[i] *= scale;
  }
  return out;
}

/** Principal components of where the weights were, seen from where they are (Lorch 2016; Li et al. 2018). */
function mainDirections(weights: readonly Weight[], way: Float64Array[][]): Found {
  const away = way.map((point) => point.map((p, k) => p.map((v, i) => v - weights[k].values[i])));
  const gram = away.map((a) => away.map((b) => dot(a, b)));
  const total = gram.reduce((sum, row, i) => sum + row[i], 0);
  if (!(total > 0)) return { missing: t('The weights have not moved yet: there is no way to show.') };
  const first = dominant(gram, null);
  const second = dominant(gram, first);
  const build = ({ vector }: Eigen): Direction => unit(combine(away, vector));
  const one = build(first);
  // A way along one line has no second direction: any one across it does.
  const two = second.value > 1e-12 * total ? orthogonal(build(second), one) : across(one);
  const part = (value: number) => `${Math.round((100 * value) / total)} %`;
  return {
    directions: [one, unit(two)],
    origin: [0, 0],
    names: [
      t('1st main direction ({0})', part(first.value)),
      t('2nd main direction ({0})', part(Math.max(0, second.value))),
    ],
  };
}

interface Eigen {
  value: number;
  vector: number[];
}

/** The largest eigenvalue by power iteration, of what is left without another. */
function dominant(gram: number[][], without: Eigen | null): Eigen {
  const n = gram.length;
  let vector = Array.from({ length: n }, (_, i) => Math.cos(i + (without ? 1 : 0)) + 0.1);
  let value = 0;
  for (let round = 0; round < 300; round++) {
    if (without) {
      const along = vector.reduce((sum, v, i) => sum + v * without.vector[i], 0);
      vector = vector.map((v, i) => v - along * without.vector[i]);
    }
    const next = gram.map((row) => row.reduce((sum, g, i) => sum + g * vector[i], 0));
    const size = Math.hypot(...next);
    if (!(size > 0)) return { value: 0, vector };
    const before = value;
    value = size / Math.hypot(...vector);
    vector = next.map((v) => v / size);
    if (Math.abs(value - before) <= 1e-12 * value) break;
  }
  return { value, vector };
}

const length = (a: Float64Array): number => Math.sqrt(a.reduce((sum, v) => sum + v * v, 0));

function dot(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let sum = 0;
  for (const [k, x] of a.entries()) for (let i = 0; i < x.length; i++) sum += x[i] * b[k][i];
  return sum;
}

const combine = (all: Float64Array[][], by: readonly number[]): Direction =>
  all[0].map((part, k) => part.map((_, i) => all.reduce((sum, one, j) => sum + by[j] * one[k][i], 0)));

function unit(a: Direction): Direction {
  const size = Math.sqrt(dot(a, a));
  return size > 0 ? a.map((p) => p.map((v) => v / size)) : a;
}

/** What of `a` does not point along `b`, as long as `a`: then the plane's axes stand at a right angle. */
function orthogonal(a: Direction, b: Direction): Direction {
  const size = dot(b, b);
  const along = size > 0 ? dot(a, b) / size : 0;
  const rest = a.map((p, k) => p.map((v, i) => v - along * b[k][i]));
  const scale = Math.sqrt(dot(a, a) / (dot(rest, rest) || 1));
  return rest.map((p) => p.map((v) => v * scale));
}

/** Some direction at a right angle to another. */
function across(b: Direction): Direction {
  const a = b.map((p) => p.map((_, i) => Math.sin(i + 1)));
  return orthogonal(a, b);
}

/** How far a point lies from the weights at the cursor, along both directions and off the plane. */
function project(
  directions: readonly [Direction, Direction],
  weights: readonly Weight[],
  point: Float64Array[],
): [number, number, number] {
  const away = point.map((p, k) => p.map((v, i) => v - weights[k].values[i]));
  const [x, y] = along(directions, away);
  const [one, two] = directions;
  let rest = 0;
  for (const [k, part] of away.entries())
    for (let i = 0; i < part.length; i++) rest += (part[i] - x * one[k][i] - y * two[k][i]) ** 2;
  return [x, y, Math.sqrt(rest)];
}

const along = (directions: readonly [Direction, Direction], away: readonly Float64Array[]): [number, number] => {
  const one = (d: Direction) => dot(d, away) / (dot(d, d) || 1);
  return [one(directions[0]), one(directions[1])];
};

/** The gradient (which points uphill), the velocity (the way it moves the weights) and the step of an iteration, as far as they lie in the plane. */
function arrowsOf(
  r: Recording,
  replay: Replay,
  iteration: number,
  weights: readonly Weight[],
  point: readonly Float64Array[],
  directions: readonly [Direction, Direction],
): PlaneArrow[] {
  const end = r.endOf(iteration) - 1;
  const pass = lastPass(r, end);
  const arrows: PlaneArrow[] = [];
  const add = (role: PlaneArrow['role'], parts: (Float64Array | null)[]) => {
    if (parts.every((p) => p === null)) return;
    const whole = parts.map((p, k) => p ?? new Float64Array(weights[k].values.length));
    const size = Math.sqrt(dot(whole, whole));
    if (!(size > 0)) return;
    const [x, y] = along(directions, whole);
    const inside = Math.hypot(...directions.map((d, i) => [x, y][i] * Math.sqrt(dot(d, d))));
    arrows.push({ role, x, y, within: Math.min(1, inside / size) });
  };
  const read = (use: TensorUse | null, like: Weight): Float64Array | null => {
    const values = use && numbers(replay, use);
    return values?.length === like.values.length ? values : null;
  };
  if (pass && r.iterationAt(pass.start) === iteration)
    add(
      'gradient',
      weights.map((w) => {
        const grad = r.gradAt(w.tensor, pass.end - 1);
        return grad === null ? null : read(r.useAt(grad, pass.end - 1), w);
      }),
    );
  const updates = Updates.of(r).at(iteration);
  add(
    'velocity',
    weights.map((w) => {
      const event = updates.get(w.tensor)?.at(-1);
      const blend = event ? blendOf(replay, ruleOf(r, w.tensor, event)) : null;
      const sign = blend && blend.b > 0 ? -1 : 1;
      return blend ? (read(blend.carried.after, w)?.map((v) => sign * v) ?? null) : null;
    }),
  );
  add(
    'step',
    weights.map((w, k) => read(r.useAt(w.tensor, end), w)?.map((v, i) => v - point[k][i]) ?? null),
  );
  return arrows;
}

/** How far the plane reaches to both sides: the way and the step are to be seen. */
function reach(
  path: readonly PlanePoint[],
  here: number,
  origin: readonly [number, number],
  axes: PlaneAxes,
): [number, number] {
  const arrows = path.find((p) => p.iteration === here)?.arrows ?? [];
  const far = (get: (p: { x: number; y: number }) => number, from: number) =>
    Math.max(
      ...path.map((p) => Math.abs(get(p) - from)),
      ...arrows.filter((a) => a.role === 'step').map((a) => Math.abs(get(a))),
      0,
    );
  const wide = [far((p) => p.x, origin[0]), far((p) => p.y, origin[1])];
  if (axes.kind === 'random') return [1, 1];
  const whole = Math.max(...wide);
  const least = axes.kind === 'elements' ? LEAST : whole * 0.25 || LEAST;
  return [Math.max(wide[0] * MARGIN, least), Math.max(wide[1] * MARGIN, least)];
}

/** The free contents' memory with the weights moved; at (0, 0) to the bit what they are. */
function moved(
  replay: Replay,
  weights: readonly Weight[],
  [x, y]: readonly [Direction, Direction],
  dx: number,
  dy: number,
): Map<number, Data> {
  const place = weights.map(({ values }, k) => values.map((v, i) => v + dx * x[k][i] + dy * y[k][i]));
  return put(replay, weights, place);
}

/** The free contents' memory with the weights put elsewhere; what does not move keeps its bits. */
function put(replay: Replay, weights: readonly Weight[], place: readonly Float64Array[]): Map<number, Data> {
  const out = new Map<number, Data>();
  for (const [k, { use, values }] of weights.entries()) {
    const data = out.get(use.value.id) ?? (replay.data(use.value).slice() as Data);
    out.set(use.value.id, data);
    for (let i = 0; i < values.length; i++)
      if (place[k][i] !== values[i]) (data as Float32Array)[positionOf(use, i)] = place[k][i];
  }
  return out;
}
