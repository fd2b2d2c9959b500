/** An update as a pipeline: gradient, clip, decay, momentum, correction, scale, step, new weight; as far as ops ran for it. */
import type { LayerStages, StageKind, UpdateStage } from '../../protocol/views';
import type { OpRecord, Recording, TensorUse } from '../recording';
import type { Replay } from '../replay';
import { statsOf } from '../stats';
import { elementOf, wire } from './common';
import { baseName, constant, numberGiven, passedOn } from './expression';
import { Flow, isGradient } from './flow';
import { isCount, type Rule } from './rule';
import { stepTaken } from './series';
import { Writer } from './steps';

interface Part {
  kind: StageKind;
  /** Of what it is a stage: `momentum_buffer`, `exp_avg`; one stage for each. */
  name: string;
  records: OpRecord[];
}

/** The stages between the gradient and the step, in the order in which they ran. */
function partsOf(r: Recording, replay: Replay, rule: Rule, writer: Writer): Part[] {
  const flow = new Flow(replay, rule);
  const parts: Part[] = [];
  for (const record of rule.records) {
    const found = kindOf(r, rule, flow, record, writer);
    if (!found) continue;
    const same = parts.find((p) => p.kind === found.kind && p.name === found.name);
    if (same) same.records.push(record);
    else parts.push({ ...found, records: [record] });
  }
  const last = (part: Part) => part.records[part.records.length - 1].index;
  return parts.sort((a, b) => last(a) - last(b));
}

function kindOf(
  r: Recording,
  rule: Rule,
  flow: Flow,
  record: OpRecord,
  writer: Writer,
): { kind: StageKind; name: string } | null {
  const mixture = flow.of(record);
  const keys = [...mixture.keys()];
  const gradient = keys.some(isGradient);
  const weight = mixture.get('w');
  const carries = rule.carried.findIndex((c, i) => c.by?.index === record.index || mixture.has(`s${i}`));
  if (carries >= 0) {
    const c = rule.carried[carries];
    if (isCount(rule, c)) return null;
    const { role, name } = c;
    return { kind: role === 'velocity' || /momentum/.test(name) ? 'momentum' : 'moment', name };
  }
  if (record.index === rule.event.final.index || passedOn(record) || keys.length === 0) return null;
  const now = keys.filter((key) => key.startsWith('m'));
  const of = now.map((key) => rule.carried[Number(key.slice(1))].name).join(', ');
  if (weight !== undefined) {
    // What has the whole weight in it is the new one on its way, unless it is only made smaller.
    if (keys.length === 1) return record.kind === 'update' ? { kind: 'decay', name: 'weight' } : null;
    if (!gradient || !(Math.abs(weight) < 0.5)) return null;
    if (now.length === 0) return { kind: 'decay', name: 'gradient' };
  }
  if (now.length === 0) {
    if (!gradient || writer.folded(record)) return null;
    return r.passAt(record.tick)?.kind === 'step' ? { kind: 'turned', name: '' } : { kind: 'clip', name: '' };
  }
  if (gradient) return [...mixture.values()].every(Number.isFinite) ? { kind: 'lookahead', name: of } : null;
  if (now.length > 1) return null;
  if (baseName(record) === 'div') {
    const by = record.args[1];
    const divisor = by && 'use' in by ? constant(by.use) : numberGiven(by);
    return divisor !== null && divisor > 0 && divisor < 1 ? { kind: 'correction', name: of } : null;
  }
  return Number.isNaN(mixture.get(now[0])) ? { kind: 'scale', name: of } : null;
}

export function stagesOf(
  r: Recording,
  replay: Replay,
  rule: Rule,
  element: readonly number[],
  tick: number,
): UpdateStage[] {
  const writer = new Writer(r, replay, rule, element);
  const { event, gradient } = rule;
  const end = event.final.tick;
  const at = (use: TensorUse, done: boolean) => {
    const value = done ? elementOf(replay, use, element) : null;
    return { value: value === null ? null : wire(value), norm: done ? statsOf(replay, use).norm : null };
  };
  const stages: UpdateStage[] = [];
  if (gradient) {
    const done = gradient.tick <= tick;
    stages.push({ kind: 'gradient', name: '', lines: [], tick: gradient.tick, done, ...at(gradient.use, done) });
  }
  for (const { kind, name, records } of partsOf(r, replay, rule, writer)) {
    const last = records[records.length - 1];
    const done = last.tick <= tick;
    const whole = records.filter((record) => !writer.folded(record));
    const lines = (whole.length > 0 ? whole : [last]).map((record) => writer.line(record));
    stages.push({ kind, name, lines, tick: last.tick, done, ...at(last.outs[0]!, done) });
  }
  const done = end <= tick;
  const step = done ? stepTaken(replay, rule, element) : null;
  const line = writer.line(event.final);
  const value = step?.element ?? null;
  stages.push(
    { kind: 'step', name: '', lines: [line], tick: end, done, value: value && wire(value), norm: step?.norm ?? null },
    { kind: 'weight', name: '', lines: [], tick: end, done, ...at(rule.after, done) },
  );
  return stages;
}

/** The same for many parameters, as norms alone. */
export function layersOf(
  r: Recording,
  replay: Replay,
  rules: readonly { name: string; rule: Rule }[],
  tick: number,
): LayerStages[] {
  return rules.map(({ name, rule }) => {
    const stages = stagesOf(
      r,
      replay,
      rule,
      rule.after.shape.map(() => 0),
      tick,
    );
    return {
      parameter: rule.parameter,
      name,
      stages: stages.map(({ kind, name: of, norm }) => ({ kind, name: of, norm })),
    };
  });
}
