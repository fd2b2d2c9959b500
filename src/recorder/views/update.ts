/** The optimizer's panel: one parameter's update, as it was executed, number by number. */
import { t } from '../../protocol/l10n';
import type { ParameterInfo, TensorRef, UpdateTerm, UpdateView } from '../../protocol/views';
import type { Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { elementOf, wire } from './common';
import { Names } from './names';
import { Parameters } from './parameters';
import { pastOf } from './past';
import { isCount, type Rule, ruleOf } from './rule';
import { sampled, seriesOf, stepTaken } from './series';
import { layersOf, stagesOf } from './stages';
import { stepsOf } from './steps';
import { type UpdateEvent, Updates } from './updates';

export function updateOf(
  r: Recording,
  replay: Replay,
  tick: number,
  args: { parameter?: number; element?: number[]; layers?: boolean },
): UpdateView {
  const updates = Updates.of(r);
  updates.look(tick);
  const live = current(r, updates, tick);
  const parameters = live.map((id) => infoOf(r, id, updates.count(id, tick)));
  const empty = {
    terms: [],
    steps: [],
    stages: [],
    layers: null,
    iterations: [],
    series: [],
    angles: [],
    past: null,
    at: -1,
    element: [],
    rule: '',
  };
  const parameter = chosen(r, updates, parameters, args.parameter, tick);
  if (!parameter) {
    const name = args.parameter === undefined ? null : (Names.of(r).tensor(args.parameter, tick) ?? t('This tensor'));
    const missing =
      name === null || parameters.length === 0
        ? t('No parameter has been updated yet.')
        : t('{0} has not been updated so far.', name);
    return { parameters, parameter, ...empty, missing };
  }
  const element = elementIn(parameter.shape, args.element);
  const events = updates.of(parameter.tensor, tick);
  const rule = ruleOf(r, parameter.tensor, eventAt(r, events, tick));
  const points = sampled(events);
  return {
    parameters,
    parameter,
    element,
    rule: ruleName(r, rule),
    terms: termsOf(r, replay, rule, parameter.name, element, tick),
    steps: stepsOf(r, replay, rule, element, tick),
    stages: stagesOf(r, replay, rule, element, tick),
    layers: args.layers ? layersIn(r, replay, parameters, rule.event.iteration, tick) : null,
    iterations: points.map((e) => e.iteration),
    ...seriesOf(r, replay, parameter.tensor, points, element),
    past: pastOf(r, replay, parameter.tensor, rule, element, tick),
    at: points.filter((e) => e.final.tick <= tick).length - 1,
    missing: null,
  };
}

/** Layers that are shown side by side at most. */
const MOST_LAYERS = 120;

function layersIn(r: Recording, replay: Replay, parameters: readonly ParameterInfo[], iteration: number, tick: number) {
  const here = Updates.of(r).at(iteration);
  const rules = parameters.flatMap(({ tensor, name }) => {
    const event = here.get(tensor)?.at(-1);
    return event ? [{ name, rule: ruleOf(r, tensor, event) }] : [];
  });
  return layersOf(r, replay, rules.slice(0, MOST_LAYERS), tick);
}

/** Parameters that are ever updated. Of two with the same name (a network made anew), the one of the cursor's time. */
function current(r: Recording, updates: Updates, tick: number): number[] {
  const names = Names.of(r);
  const found = new Map<string, number>();
  const begun = (id: number) => r.iteration(updates.of(id, tick)[0].iteration).start <= tick;
  for (const id of Parameters.of(r).list(Math.max(0, tick))) {
    if (updates.of(id, tick).length === 0) continue;
    const name = names.tensor(id, r.ticks - 1) ?? t('parameter {0}', id);
    if (!found.has(name) || begun(id)) found.set(name, id);
  }
  return [...found.values()];
}

/** The asked parameter, or its namesake of the cursor's time; without a wish, the first that the cursor's iteration updates. */
function chosen(
  r: Recording,
  updates: Updates,
  parameters: readonly ParameterInfo[],
  asked: number | undefined,
  tick: number,
): ParameterInfo | null {
  if (asked !== undefined) {
    const name = Names.of(r).tensor(asked, r.ticks - 1);
    return parameters.find((p) => p.tensor === asked) ?? parameters.find((p) => p.name === name) ?? null;
  }
  const here = updates.at(r.iterationAt(Math.max(0, tick)));
  return parameters.find((p) => here.has(p.tensor)) ?? parameters[0] ?? null;
}

function infoOf(r: Recording, tensor: number, updates: number): ParameterInfo {
  const shape = r.whereabouts(tensor, r.ticks)?.shape ?? [];
  return { tensor, name: Names.of(r).tensor(tensor, r.ticks - 1) ?? t('parameter {0}', tensor), shape, updates };
}

/** The chosen element, or the first; a position outside of the tensor is brought inside. */
function elementIn(shape: readonly number[], wanted: readonly number[] | undefined): number[] {
  return shape.map((n, d) => Math.max(0, Math.min(n - 1, Math.trunc(Number(wanted?.[d])) || 0)));
}

/** The update of the cursor's iteration, at the cursor or to come; without one, the last before it; else the first of all. */
function eventAt(r: Recording, events: readonly UpdateEvent[], tick: number): UpdateEvent {
  const iteration = r.iterationAt(Math.max(0, tick));
  const here = events.filter((e) => e.iteration === iteration);
  // Of several by hand in one iteration, the one that the cursor is in: the first that is not over.
  if (here.length > 0) return here.find((e) => e.final.tick >= tick) ?? here[here.length - 1];
  const before = events.filter((e) => e.final.tick <= tick);
  return before[before.length - 1] ?? events[0];
}

/** `SGD(lr=0.1, momentum=0.9)`, or `by hand`. */
function ruleName(r: Recording, { event }: Rule): string {
  const pass = r.passAt(event.final.tick);
  const optimizer = pass?.kind === 'step' ? r.optimizers.get(pass.optimizer) : undefined;
  if (!optimizer) return event.written ? t('by hand') : t('by hand, not written back');
  const name = optimizer.description.split('(')[0].trim();
  const groups = parse(r.hyperAt(optimizer.id, event.final.tick));
  if (!groups) return optimizer.description.replace(/\s+/g, ' ');
  const shown = Object.entries(groups).filter(([key, v]) => key === 'lr' || isSet(v));
  return `${name}(${shown.map(([key, v]) => `${key}=${show(v)}`).join(', ')})`;
}

const isSet = (v: unknown): boolean => v !== null && v !== false && v !== 0 && typeof v !== 'undefined';

const show = (v: unknown): string => (v === true ? 'True' : Array.isArray(v) ? `(${v.join(', ')})` : String(v));

function parse(json: string | null): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(json ?? 'null');
    const first = Array.isArray(read) ? read[0] : read;
    return first !== null && typeof first === 'object' ? (first as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Tensors of the rule at the cursor: what is not computed yet has no value. */
function termsOf(
  r: Recording,
  replay: Replay,
  rule: Rule,
  name: string,
  element: readonly number[],
  tick: number,
): UpdateTerm[] {
  const { parameter, event } = rule;
  const done = event.final.tick <= tick;
  const term = (role: string, called: string, ref: TensorRef | null, use: TensorUse | null): UpdateTerm => {
    const value = use && elementOf(replay, use, element);
    return {
      role,
      name: called,
      ref,
      value: value === null ? null : wire(value),
      norm: use && statsOf(replay, use).norm,
    };
  };
  const terms: UpdateTerm[] = [term('weight', name, { tensor: parameter }, rule.before)];
  const arrivedAlready = rule.gradient !== null && rule.gradient.tick <= tick;
  terms.push(
    term('gradient', `${name}.grad`, { tensor: parameter, part: 'grad' }, arrivedAlready ? rule.gradient!.use : null),
  );
  for (const c of rule.carried) {
    const computed = c.by === null || c.by.tick <= tick;
    const ref = (use: TensorUse | null): TensorRef | null =>
      c.state !== null ? { tensor: parameter, part: `state:${c.state}` } : use && { tensor: use.tensor };
    if (c.before && !isCount(rule, c)) terms.push(term(`${c.role} before`, c.name, ref(c.before), c.before));
    terms.push(term(c.role, c.name, ref(c.after), computed ? c.after : null));
  }
  terms.push(...numbersOf(r, rule));
  const step = done ? stepTaken(replay, rule, element) : null;
  terms.push({
    role: 'step taken',
    name: t('new weight − weight'),
    ref: null,
    value: step?.element === null || step === null ? null : wire(step.element),
    norm: step?.norm ?? null,
  });
  const written = event.written ? { tensor: parameter } : { tensor: rule.after.tensor };
  terms.push(term('new weight', event.written ? name : t('not written back'), written, done ? rule.after : null));
  return terms;
}

/** Plain numbers that the optimizer keeps for the parameter: how many steps it took. */
function numbersOf(r: Recording, { event, parameter }: Rule): UpdateTerm[] {
  const found: UpdateTerm[] = [];
  for (const [name, state] of r.statesAt(parameter, event.final.tick))
    if ('number' in state) found.push({ role: name, name, ref: null, value: wire(state.number), norm: null });
  return found;
}
