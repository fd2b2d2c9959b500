/** A parameter's updates over the iterations: weight, gradient, velocity and the step taken. */
import type { UpdateSeries } from '../../protocol/views';
import type { Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { within } from './clock';
import { elementOf, valuesOf } from './common';
import { angleOf } from './past';
import { isCount, type Rule, ruleOf } from './rule';
import { LONG, type UpdateEvent } from './updates';

/** More points than a chart can show are not computed. */
const POINTS = 500;
/** Ops to run again for one answer, and milliseconds in a long run; points beyond are left out until asked for again. */
const BUDGET = 3000;
const AT_ONCE = 15;

interface Numbers {
  element: number | null;
  norm: number | null;
}
interface Point {
  numbers: Map<string, Numbers>;
  angle: number | null;
}

/** Per update: numbers by element. */
const caches = new WeakMap<Recording, WeakMap<UpdateEvent, Map<string, Point>>>();

/** Evenly spread updates, the last among them. */
export function sampled(events: readonly UpdateEvent[]): readonly UpdateEvent[] {
  if (events.length <= POINTS) return events;
  const stride = (events.length - 1) / (POINTS - 1);
  return Array.from({ length: POINTS }, (_, i) => events[Math.round(i * stride)]);
}

export function seriesOf(
  r: Recording,
  replay: Replay,
  parameter: number,
  events: readonly UpdateEvent[],
  element: readonly number[],
): { series: UpdateSeries[]; angles: (number | null)[] } {
  const ops = replay.replayed + BUDGET;
  const over = within(AT_ONCE);
  const long = r.iterationCount > LONG;
  const enough = () => replay.replayed > ops || (long && over());
  const points = events.map((event) => pointOf(r, replay, parameter, event, element, enough));
  const roles: string[] = [];
  for (const point of points)
    for (const role of point?.numbers.keys() ?? []) if (!roles.includes(role)) roles.push(role);
  const series = roles.map((role) => ({
    role,
    element: points.map((p) => p?.numbers.get(role)?.element ?? null),
    norm: points.map((p) => p?.numbers.get(role)?.norm ?? null),
  }));
  return { series, angles: points.map((p) => p?.angle ?? null) };
}

function pointOf(
  r: Recording,
  replay: Replay,
  parameter: number,
  event: UpdateEvent,
  element: readonly number[],
  enough: () => boolean,
): Point | null {
  let cache = caches.get(r);
  if (!cache) caches.set(r, (cache = new WeakMap()));
  let known = cache.get(event);
  if (!known) cache.set(event, (known = new Map()));
  const key = element.join();
  let point = known.get(key);
  if (point) return point;
  if (enough()) return null;
  const rule = ruleOf(r, parameter, event);
  const one = (use: TensorUse): Numbers => ({
    element: finite(elementOf(replay, use, element)),
    norm: statsOf(replay, use).norm,
  });
  const numbers = new Map<string, Numbers>([['weight', one(rule.after)]]);
  if (rule.gradient) numbers.set('gradient', one(rule.gradient.use));
  for (const c of rule.carried) if (c.after && !isCount(rule, c)) numbers.set(c.role, one(c.after));
  const step = stepTaken(replay, rule, element);
  if (step) numbers.set('step taken', step);
  point = { numbers, angle: angleOf(replay, rule) };
  known.set(key, point);
  return point;
}

const finite = (v: number | null) => (v !== null && Number.isFinite(v) ? v : null);

/** What the update changed: new weight less old weight, in float64. */
export function stepTaken(replay: Replay, rule: Rule, element: readonly number[]): Numbers | null {
  if (!rule.before) return null;
  const before = valuesOf(replay, rule.before);
  const after = valuesOf(replay, rule.after);
  if (before.length !== after.length) return null;
  let squares = 0;
  for (let i = 0; i < after.length; i++) squares += (Number(after[i]) - Number(before[i])) ** 2;
  const norm = Math.sqrt(squares);
  const a = elementOf(replay, rule.after, element);
  const b = elementOf(replay, rule.before, element);
  return { element: a === null || b === null ? null : a - b, norm: Number.isFinite(norm) ? norm : null };
}
