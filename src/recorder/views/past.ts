/** How much of a velocity each past gradient gave: v = b·gₖ + a·b·gₖ₋₁ + a²·b·gₖ₋₂ + …, with the factors of the ops that ran. */
import type { Data } from '../../engine/dtype';
import type { PastGradient, PastView } from '../../protocol/views';
import type { Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { within } from './clock';
import { elementOf, valuesOf } from './common';
import { type Blend, Flow } from './flow';
import { type Rule, ruleOf } from './rule';
import { Updates } from './updates';

/** Gradients that are told one by one at most; what gave less than this part is not. */
const MOST = 48;
const LEAST = 1e-3;
/** Milliseconds and ops for one answer: those further back are left in the remainder. */
const AT_ONCE = 30;
const BUDGET = 2000;

const blends = new WeakMap<Rule, Blend | null>();

/** How a rule mixes the gradient into what carries over; null for a rule without a velocity. */
export function blendOf(replay: Replay, rule: Rule): Blend | null {
  let blend = blends.get(rule);
  if (blend === undefined) blends.set(rule, (blend = rule.carried.length > 0 ? new Flow(replay, rule).blend() : null));
  return blend;
}

export function pastOf(
  r: Recording,
  replay: Replay,
  parameter: number,
  rule: Rule,
  element: readonly number[],
  tick: number,
): PastView | null {
  const links = chain(r, replay, parameter, rule, tick);
  const first = links.next().value;
  if (!first) return null;
  const { carried } = first.blend;
  const velocity = valuesOf(replay, carried.after!);
  const size = Math.sqrt(dot(velocity, velocity));
  const read = (use: TensorUse, factor: number) => {
    const values = valuesOf(replay, use);
    const value = elementOf(replay, use, element);
    return {
      element: value === null ? null : factor * value,
      along: size > 0 && values.length === velocity.length ? (factor * dot(values, velocity)) / size : 0,
    };
  };
  const gradients: PastGradient[] = [];
  const decay = { element: 0, along: 0 };
  let decays = false;
  let part = 1;
  const over = within(AT_ONCE);
  const ops = replay.replayed + BUDGET;
  for (let link: Link | undefined = first; link; link = links.next().value ?? undefined) {
    const { a, b, c, gradient } = link.blend;
    const factor = part * b;
    gradients.push({ iteration: link.iteration, tick: link.tick, factor, ...read(gradient, factor) });
    if (c !== 0 && link.rule.before) {
      const one = read(link.rule.before, part * c);
      decay.element += one.element ?? 0;
      decay.along += one.along;
      decays = true;
    }
    part *= a;
    const enough = over() || replay.replayed > ops;
    if (enough || gradients.length >= MOST || Math.abs(part) < LEAST) break;
  }
  const value = { element: elementOf(replay, carried.after!, element), along: size };
  const rest = (get: (x: { element: number | null; along: number | null }) => number | null) =>
    Number(get(value)) - gradients.reduce((sum, g) => sum + Number(get(g)), decays ? Number(get(decay)) : 0);
  return {
    name: carried.name,
    iteration: first.iteration,
    gradients,
    decay: decays ? decay : null,
    remainder: { element: rest((x) => x.element), along: rest((x) => x.along) },
    value,
  };
}

interface Link {
  iteration: number;
  tick: number;
  rule: Rule;
  blend: Blend;
}

/** Updates from the velocity at the cursor back, as long as each began with what the one before had left. */
function* chain(
  r: Recording,
  replay: Replay,
  parameter: number,
  rule: Rule,
  tick: number,
): Generator<Link, undefined, undefined> {
  let later: Blend | null = null;
  for (let i = rule.event.iteration; i >= 0; i--) {
    const events = Updates.of(r).at(i).get(parameter) ?? [];
    for (const event of [...events].reverse()) {
      if (event.final.tick > rule.event.final.tick) continue;
      const own = ruleOf(r, parameter, event);
      const blend = blendOf(replay, own);
      if (!later && (!blend || blend.carried.by!.tick > tick)) {
        // The cursor stands before this update, or it has no velocity: then the one before.
        if (event.final.tick > tick) continue;
        return;
      }
      if (!blend || (later && later.carried.before?.value.id !== blend.carried.after?.value.id)) return;
      yield { iteration: i, tick: own.gradient?.tick ?? event.final.tick, rule: own, blend };
      later = blend;
    }
    if (events.length === 0 && later) return;
  }
}

export function dot(a: Data, b: Data): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Number(a[i]) * Number(b[i]);
  return sum;
}

/** Degrees between what a gradient adds and the velocity that it meets; null before there is one. */
export function angleOf(replay: Replay, rule: Rule): number | null {
  const blend = blendOf(replay, rule);
  const met = blend?.carried.before;
  if (!blend || !met) return null;
  const [g, v] = [valuesOf(replay, blend.gradient), valuesOf(replay, met)];
  const size = Math.sqrt(dot(g, g)) * Math.sqrt(dot(v, v));
  if (g.length !== v.length || !(size > 0)) return null;
  const cosine = Math.max(-1, Math.min(1, (Math.sign(blend.b) * dot(g, v)) / size));
  return (Math.acos(cosine) * 180) / Math.PI;
}
