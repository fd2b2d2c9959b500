/** Scopes and variables at a tick: names as they were recorded, tensors with the contents they had. */

import type { Tensor } from '../engine/tensor';
import { t } from '../protocol/l10n';
import type { LocalsDelta, RecordedValue } from '../protocol/recorded';
import type { Evaluated, Scope, Variable } from '../protocol/session';
import { short } from './format';
import { opTitle, opVariables } from './opVariables';
import type { Recording } from './recording';
import { References } from './references';
import type { Replay } from './replay';
import { OP_FRAME, recordedFrame } from './stack';
import { TensorVariables } from './tensorVariables';
import { Names } from './views/names';
import { Parameters } from './views/parameters';

export interface VariablesContext {
  recording: Recording;
  replay: Replay;
  tick: number;
  /** Names of a frame from the live interpreter, or null where the cursor is in the past. */
  live: ((frame: number) => [string, RecordedValue][]) | null;
  /** A tensor that an expression gave and the recording does not know. */
  looked: (id: number) => Tensor | null;
  /** What is inside a live object beyond what was recorded. */
  liveChildren: ((expression: string, frame: number) => [string, RecordedValue][]) | null;
}

export class Variables {
  private readonly refs = new References();
  private names = new Map<number, Map<string, RecordedValue>>();
  private c: VariablesContext;
  private tensors: TensorVariables;

  constructor(context: VariablesContext) {
    this.c = context;
    this.tensors = new TensorVariables(context, this.refs);
  }

  /** Forgets everything handed out: the cursor is elsewhere. */
  reset(context: VariablesContext): void {
    this.c = context;
    this.refs.clear();
    this.tensors = new TensorVariables(context, this.refs);
    this.names.clear();
  }

  scopes(frame: number): Scope[] {
    const { recording: r, tick } = this.c;
    const scopes: Scope[] = [];
    if (frame === OP_FRAME) {
      const record = r.recordAt(tick);
      if (record)
        scopes.push({
          name: opTitle(record),
          ref: this.add(() => opVariables(record, this.c, this.tensors, this.refs), frame),
          expensive: false,
          hint: 'registers',
        });
      const owner = r.frameAt(tick);
      if (r.frame(owner))
        scopes.push({
          name: t('Locals'),
          ref: this.add(() => this.locals(owner), frame),
          expensive: false,
          hint: 'locals',
        });
    } else {
      const owner = recordedFrame(frame);
      const isModule = r.frame(owner)?.name === '<module>';
      scopes.push({
        name: isModule ? t('Globals') : t('Locals'),
        ref: this.add(() => this.locals(owner), frame),
        expensive: false,
        hint: 'locals',
      });
      const root = this.rootFrame(owner);
      if (!isModule && root !== owner)
        scopes.push({ name: t('Globals'), ref: this.add(() => this.locals(root), frame), expensive: false });
    }
    if (this.parameters().length > 0)
      scopes.push({
        name: t('Parameters'),
        ref: this.add(() => this.parameters().map(([name, id]) => this.tensors.tensor(name, id, name, frame)), frame),
        expensive: false,
      });
    scopes.push({ name: t('Training'), ref: this.add(() => this.training(), frame), expensive: false });
    return scopes;
  }

  /** What is behind a reference; `start` and `count` page through indexed children. */
  open(ref: number, start?: number, count?: number): Variable[] {
    return this.refs.open(ref, start, count);
  }

  /** The frame a reference was opened in. */
  frameOf(ref: number): number {
    return this.refs.frameOf(ref);
  }

  /** The expression behind a child of a reference, if it has one. */
  expressionOf(ref: number, name: string): string | undefined {
    return this.open(ref).find((v) => v.name === name)?.evaluateName ?? this.refs.element(ref, name);
  }

  /** Names of a frame at the tick, from the recording or, at the live end, from Python. */
  namesOf(frame: number): Map<string, RecordedValue> {
    let names = this.names.get(frame);
    if (!names) this.names.set(frame, (names = this.c.live ? new Map(this.c.live(frame)) : this.recorded(frame)));
    return names;
  }

  /** A value that an expression gave. */
  evaluated(value: RecordedValue, expression: string, frame: number): Evaluated {
    const { name: _, ...rest } = this.variable('', value, expression, frame);
    return rest;
  }

  /** `locals`, then the module's globals, as an expression sees them. */
  visible(frame: number): [string, RecordedValue][] {
    const owner = frame === OP_FRAME ? this.c.recording.frameAt(this.c.tick) : recordedFrame(frame);
    return [...new Map([...this.namesOf(this.rootFrame(owner)), ...this.namesOf(owner)])];
  }

  rootFrame(frame: number): number {
    const r = this.c.recording;
    let f = r.frame(frame);
    while (f && f.parent !== null) f = r.frame(f.parent);
    return f?.id ?? frame;
  }

  private recorded(frame: number): Map<string, RecordedValue> {
    const names = new Map<string, RecordedValue>();
    for (const { value: json } of this.c.recording.namesBefore(frame, this.c.tick))
      for (const [name, value] of Object.entries(JSON.parse(json) as LocalsDelta))
        if (value === null) names.delete(name);
        else names.set(name, value);
    return names;
  }

  private add(open: () => Variable[], frame: number): number {
    return this.refs.add(open, frame);
  }

  private locals(owner: number): Variable[] {
    return [...this.namesOf(owner)].map(([name, value]) => this.variable(name, value, name, owner + 2));
  }

  /** In the past too: what is set there is a branch's. */
  private get settable(): boolean {
    return this.c.live !== null || this.c.recording.origin.entropy !== '';
  }

  // ---- one value ----------------------------------------------------------------------------------------------

  private variable(name: string, value: RecordedValue, expression: string | undefined, frame: number): Variable {
    const base = {
      name,
      type: value.type,
      evaluateName: expression,
      settable: this.settable && expression !== undefined,
    };
    switch (value.k) {
      case 'prim':
        return { ...base, value: value.repr, ref: 0 };
      case 'tensor':
        return this.tensors.tensor(name, value.id, expression, frame, value.type);
      case 'module':
        return {
          ...base,
          value: this.moduleText(value.id, value.type),
          ref: this.add(() => this.module(value.id, expression, frame), frame),
          settable: false,
        };
      case 'object': {
        const items = value.items ?? [];
        const more = value.cut && this.c.liveChildren && expression ? this.c.liveChildren : null;
        if (items.length === 0 && !more) return { ...base, value: value.repr, ref: 0 };
        const open = () =>
          this.items(
            more ? more(expression!, recordedFrame(frame)) : items,
            expression,
            frame,
            value.cut === true && !more,
          );
        return { ...base, value: value.repr, ref: this.add(open, frame) };
      }
    }
  }

  private items(
    items: [string, RecordedValue][],
    expression: string | undefined,
    frame: number,
    cut: boolean,
  ): Variable[] {
    const shown = items.map(([accessor, v]) =>
      this.variable(accessor.replace(/^\./, ''), v, expression && `${expression}${accessor}`, frame),
    );
    if (cut) shown.push({ name: '…', value: t('more was not recorded'), type: '', ref: 0, settable: false });
    return shown;
  }

  private moduleText(id: number, type: string): string {
    const m = this.c.recording.modules.get(id);
    return m?.extra ? `${type}(${m.extra})` : type;
  }

  private module(id: number, expression: string | undefined, frame: number): Variable[] {
    const m = this.c.recording.modules.get(id);
    if (!m) return [];
    const of = (name: string) =>
      expression === undefined ? undefined : /^\d/.test(name) ? `${expression}[${name}]` : `${expression}.${name}`;
    return [
      ...[...m.parameters].map(([name, t]) => this.tensors.tensor(name, t, of(name), frame, 'Parameter')),
      ...[...m.buffers].map(([name, t]) => this.tensors.tensor(name, t, of(name), frame)),
      ...[...m.children].map(([name, child]) => {
        const type = this.c.recording.modules.get(child)?.type ?? 'Module';
        return this.variable(name, { k: 'module', id: child, type }, of(name), frame);
      }),
    ];
  }

  // ---- parameters, training -----------------------------------------------------------------------------------

  /** The parameters at the tick, under the names the views give them; of a network made anew, the newest. */
  private parameters(): [string, number][] {
    const { recording: r, tick } = this.c;
    const names = Names.of(r);
    const there = Parameters.of(r)
      .list(tick)
      .filter((id) => r.useAt(id, tick));
    return [...new Map(there.map((id) => [names.tensor(id, tick) ?? 'parameter', id]))];
  }

  private training(): Variable[] {
    const { recording: r, tick } = this.c;
    if (tick < 0) return [];
    const iteration = r.iterationAt(tick);
    const span = r.iteration(iteration);
    const row = (name: string, value: string): Variable => ({ name, value, type: '', ref: 0, settable: false });
    const rows = [
      row('iteration', t('{0} of {1}', iteration + 1, r.iterationCount)),
      row('phase', r.phaseAt(tick)),
      row('tick', t('{0} of {1}', tick + 1, r.ticks)),
    ];
    if (r.linesLeftOut > 0) rows.push(row(t('lines not kept'), t('{0}, in loops without tensor ops', r.linesLeftOut)));
    if (span.loss !== null && tick >= span.backward) rows.push(row('loss', short(span.loss)));
    for (const o of r.optimizers.values()) {
      const hyper = r.hyperAt(o.id, tick);
      if (hyper) rows.push(row(o.description.split('(')[0].trim(), hyperText(hyper)));
    }
    return rows;
  }
}

/** `lr=0.1, momentum=0.9` of each parameter group: what is set, not what is off. */
function hyperText(json: string): string {
  const groups = JSON.parse(json) as Record<string, unknown>[];
  const set = (group: Record<string, unknown>) =>
    Object.entries(group)
      .filter(([, v]) => v !== null && v !== false && v !== 0)
      .map(([name, v]) => `${name}=${Array.isArray(v) ? `(${v.join(', ')})` : v}`)
      .join(', ');
  return groups.map(set).join('  |  ');
}
