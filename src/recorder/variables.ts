/** Scopes and variables at a tick: names as they were recorded, tensors with the contents they had. */
import { DTYPES } from '../engine/dtype';
import type { LocalsDelta, RecordedValue } from '../protocol/recorded';
import type { Evaluated, Scope, Variable } from '../protocol/session';
import type { TensorRef } from '../protocol/views';
import { exact, short, statsText } from './format';
import type { OpRecord, Recording, TensorUse } from './recording';
import type { Replay } from './replay';
import { OP_FRAME, recordedFrame } from './stack';
import { statsOf } from './stats';

/** Something a user can open. Valid until the cursor moves. */
type Node = () => Variable[];

/** More rows than this are asked for page by page. */
const ROWS = 100;

export interface VariablesContext {
  recording: Recording;
  replay: Replay;
  tick: number;
  /** Names of a frame from the live interpreter, or null where the cursor is in the past. */
  live: ((frame: number) => [string, RecordedValue][]) | null;
  /** What is inside a live object beyond what was recorded. */
  liveChildren: ((expression: string, frame: number) => [string, RecordedValue][]) | null;
}

export class Variables {
  private nodes: { open: Node; frame: number; indexed?: (start: number, count: number) => Variable[] }[] = [];
  private names = new Map<number, Map<string, RecordedValue>>();
  private c: VariablesContext;

  constructor(context: VariablesContext) {
    this.c = context;
  }

  /** Forgets everything handed out: the cursor is elsewhere. */
  reset(context: VariablesContext): void {
    this.c = context;
    this.nodes = [];
    this.names.clear();
  }

  scopes(frame: number): Scope[] {
    const { recording: r, tick } = this.c;
    const scopes: Scope[] = [];
    if (frame === OP_FRAME) {
      const record = r.recordAt(tick);
      if (record)
        scopes.push({
          name: this.opTitle(record),
          ref: this.add(() => this.opVariables(record), frame),
          expensive: false,
          hint: 'registers',
        });
      const owner = r.frame.at(tick);
      if (r.frames.has(owner))
        scopes.push({
          name: 'Locals',
          ref: this.add(() => this.locals(owner), frame),
          expensive: false,
          hint: 'locals',
        });
    } else {
      const owner = recordedFrame(frame);
      const isModule = r.frames.get(owner)?.name === '<module>';
      scopes.push({
        name: isModule ? 'Globals' : 'Locals',
        ref: this.add(() => this.locals(owner), frame),
        expensive: false,
        hint: 'locals',
      });
      const root = this.rootFrame(owner);
      if (!isModule && root !== owner)
        scopes.push({ name: 'Globals', ref: this.add(() => this.locals(root), frame), expensive: false });
    }
    if (this.parameters().length > 0)
      scopes.push({
        name: 'Parameters',
        ref: this.add(() => this.parameters().map(([name, id]) => this.tensor(name, id, name, frame)), frame),
        expensive: false,
      });
    scopes.push({ name: 'Training', ref: this.add(() => this.training(), frame), expensive: false });
    return scopes;
  }

  /** What is behind a reference. `start` and `count` page through indexed children. */
  open(ref: number, start?: number, count?: number): Variable[] {
    const node = this.nodes[ref - 1];
    if (!node) throw new Error('This value belongs to another moment: the cursor has moved since.');
    if (start !== undefined && node.indexed) return node.indexed(start, count ?? ROWS);
    return node.open();
  }

  /** The expression of an indexed child (`w[3]`), which open() without a range does not list. */
  element(ref: number, name: string): string | undefined {
    const index = /^\[(\d+)\]$/.exec(name);
    const node = this.nodes[ref - 1];
    return index && node?.indexed ? node.indexed(Number(index[1]), 1)[0]?.evaluateName : undefined;
  }

  /** The frame a reference was opened in. */
  frameOf(ref: number): number {
    return this.nodes[ref - 1]?.frame ?? OP_FRAME;
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
    const owner = frame === OP_FRAME ? this.c.recording.frame.at(this.c.tick) : recordedFrame(frame);
    return [...new Map([...this.namesOf(this.rootFrame(owner)), ...this.namesOf(owner)])];
  }

  rootFrame(frame: number): number {
    const { frames } = this.c.recording;
    let f = frames.get(frame);
    while (f && f.parent !== null) f = frames.get(f.parent);
    return f?.id ?? frame;
  }

  private recorded(frame: number): Map<string, RecordedValue> {
    const names = new Map<string, RecordedValue>();
    for (const { tick, json } of this.c.recording.frames.get(frame)?.deltas ?? []) {
      if (tick > this.c.tick) break;
      for (const [name, value] of Object.entries(JSON.parse(json) as LocalsDelta))
        if (value === null) names.delete(name);
        else names.set(name, value);
    }
    return names;
  }

  private add(open: Node, frame: number, indexed?: (start: number, count: number) => Variable[]): number {
    this.nodes.push({ open, frame, indexed });
    return this.nodes.length;
  }

  private locals(owner: number): Variable[] {
    return [...this.namesOf(owner)].map(([name, value]) => this.variable(name, value, name, owner + 2));
  }

  private get settable(): boolean {
    return this.c.live !== null;
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
        return this.tensor(name, value.id, expression, frame, value.type);
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
    if (cut) shown.push({ name: '…', value: 'more was not recorded', type: '', ref: 0, settable: false });
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
      ...[...m.parameters].map(([name, t]) => this.tensor(name, t, of(name), frame, 'Parameter')),
      ...[...m.buffers].map(([name, t]) => this.tensor(name, t, of(name), frame)),
      ...[...m.children].map(([name, child]) => {
        const type = this.c.recording.modules.get(child)?.type ?? 'Module';
        return this.variable(name, { k: 'module', id: child, type }, of(name), frame);
      }),
    ];
  }

  // ---- tensors ------------------------------------------------------------------------------------------------

  private tensor(name: string, id: number, expression: string | undefined, frame: number, type = 'Tensor'): Variable {
    const use = this.c.recording.useAt(id, this.c.tick);
    if (!use) return { name, value: 'not there yet', type, ref: 0, settable: false, evaluateName: expression };
    const known = this.c.recording.tensors.get(id)!;
    const ref = this.add(
      () => this.inside(id, use, expression, frame),
      frame,
      use.shape.length > 0 ? (start, count) => this.rows(use, expression, frame, start, count) : undefined,
    );
    return {
      name,
      value: `${this.summary(use)}${known.requiresGrad && known.isParameter ? '  requires_grad' : known.gradFn ? `  ${known.gradFn}` : ''}`,
      type,
      ref,
      named: this.inside(id, use, expression, frame, true).length,
      indexed: use.shape[0] ?? 0,
      evaluateName: expression,
      tensor: { tensor: id },
      settable: this.settable && expression !== undefined,
    };
  }

  /** `float32 [500, 20]  0.0098…99.99  mean 50.2` */
  private summary(use: TensorUse): string {
    const { dtype } = use.value;
    const t = this.c.replay.tensor(use);
    if (t.count === 1 && use.shape.length === 0) return `${dtype}  ${exact(t.values(), 0, dtype)}`;
    return `${dtype} [${use.shape.join(', ')}]  ${statsText(statsOf(this.c.replay, use))}`;
  }

  /** Gradient, optimizer's state, statistics. With `countOnly`, what there would be, unread. */
  private inside(
    id: number,
    use: TensorUse,
    expression: string | undefined,
    frame: number,
    countOnly = false,
  ): Variable[] {
    const { recording: r, tick } = this.c;
    const shown: Variable[] = [];
    const grad = r.gradAt(id, tick);
    const leaf = { name: '', value: '', type: '', ref: 0, settable: false };
    if (grad !== null)
      shown.push(
        countOnly
          ? leaf
          : {
              ...this.tensor('grad', grad, expression && `${expression}.grad`, frame),
              tensor: { tensor: id, part: 'grad' },
            },
      );
    else if (r.tensors.get(id)?.requiresGrad) shown.push({ ...leaf, name: 'grad', value: 'None', type: 'NoneType' });
    for (const optimizer of r.optimizers.values())
      for (const [name, history] of optimizer.state.get(id) ?? []) {
        const state = history.at(tick);
        if (!state || tick < history.ticks[0]) continue;
        if ('number' in state) shown.push({ ...leaf, name, value: String(state.number), type: 'number' });
        else {
          const part: TensorRef = { tensor: id, part: `state:${name}` };
          shown.push(countOnly ? leaf : { ...this.tensor(name, state.tensor, undefined, frame), tensor: part });
        }
      }
    shown.push(countOnly ? leaf : this.statistics(use, frame));
    return shown;
  }

  private statistics(use: TensorUse, frame: number): Variable {
    const s = statsOf(this.c.replay, use);
    const rows = Object.entries(s).filter(([, v]) => v !== null) as [string, number][];
    const ref = this.add(
      () => rows.map(([name, v]) => ({ name, value: short(v), type: '', ref: 0, settable: false })),
      frame,
    );
    return {
      name: 'statistics',
      value: s.norm === null ? '' : `norm ${short(s.norm)}  std ${short(s.std ?? 0)}`,
      type: '',
      ref,
      settable: false,
    };
  }

  private rows(
    use: TensorUse,
    expression: string | undefined,
    frame: number,
    start: number,
    count: number,
  ): Variable[] {
    const [n, ...shape] = use.shape;
    const rows: Variable[] = [];
    for (let i = start; i < Math.min(start + count, n); i++) {
      const row: TensorUse = { ...use, shape, strides: use.strides.slice(1), offset: use.offset + i * use.strides[0] };
      const name = `[${i}]`;
      const at = expression && `${expression}[${i}]`;
      const { dtype } = use.value;
      const elements = this.c.replay.tensor(row).values();
      if (shape.length === 0) {
        rows.push({
          name,
          value: exact(elements, 0, dtype),
          type: dtype,
          ref: 0,
          evaluateName: at,
          settable: this.settable && at !== undefined,
        });
        continue;
      }
      const head = Array.from({ length: Math.min(elements.length, 6) }, (_, k) =>
        DTYPES[dtype].kind === 'float' ? short(Number(elements[k])) : exact(elements, k, dtype),
      );
      rows.push({
        name,
        value: `[${head.join(', ')}${elements.length > 6 ? ', …' : ''}]`,
        type: dtype,
        ref: this.add(
          () => [],
          frame,
          (s, c) => this.rows(row, at, frame, s, c),
        ),
        indexed: shape[0],
        evaluateName: at,
        settable: false,
      });
    }
    return rows;
  }

  // ---- ops, parameters, training ------------------------------------------------------------------------------

  private opTitle(record: OpRecord): string {
    return record.kind === 'backward' && record.forwardOf
      ? `Gradient of ${record.forwardOf.name}`
      : record.op
        ? `Op ${record.name}`
        : record.name;
  }

  /** An op's inputs and results, or a gradient's: what came in, what went out. */
  private opVariables(record: OpRecord): Variable[] {
    const shown: Variable[] = [];
    const put = (name: string, use: TensorUse | null | undefined) => {
      if (!use) return;
      if (use.wrapped)
        shown.push({
          name,
          value: exact(use.value.data!, 0, use.value.dtype),
          type: 'number',
          ref: 0,
          settable: false,
        });
      else {
        const named = this.c.recording.parameterName(use.tensor);
        shown.push({
          name: named ? `${name} (${named})` : name,
          value: this.summary(use),
          type: 'Tensor',
          ref: this.add(
            () => [this.statistics(use, OP_FRAME)],
            OP_FRAME,
            use.shape.length ? (s, c) => this.rows(use, undefined, OP_FRAME, s, c) : undefined,
          ),
          named: 1,
          indexed: use.shape[0] ?? 0,
          tensor: use.tensor > 0 ? { tensor: use.tensor } : undefined,
          settable: false,
        });
      }
    };
    const source = record.kind === 'backward' && record.forwardOf ? record.forwardOf : record;
    const params = source.op?.schema.params ?? [];
    if (source !== record) {
      for (const [i, g] of record.grads.entries())
        put(record.grads.length > 1 ? `gradient in [${i}]` : 'gradient in', g);
      let out = 0;
      for (const [i, a] of source.args.entries())
        for (const _ of 'use' in a ? [0] : 'uses' in a ? a.uses : [])
          put(`gradient of ${params[i]?.name ?? i}`, record.outs[out++]);
    }
    for (const [i, a] of source.args.entries()) {
      const name = params[i]?.name ?? `input ${i}`;
      if ('use' in a) put(name, a.use);
      else if ('uses' in a) for (const [k, u] of a.uses.entries()) put(`${name}[${k}]`, u);
      else if (a.attr !== null && a.attr !== undefined)
        shown.push({ name, value: attrText(a.attr), type: '', ref: 0, settable: false });
    }
    for (const [i, o] of source.outs.entries()) put(source.outs.length > 1 ? `result[${i}]` : 'result', o);
    return shown;
  }

  private parameters(): [string, number][] {
    const { recording: r } = this.c;
    const found: [string, number][] = [];
    for (const m of r.modules.values()) {
      const path = r.modulePath(m.id);
      for (const [name, id] of m.parameters)
        if (r.useAt(id, this.c.tick)) found.push([path ? `${path}.${name}` : name, id]);
    }
    return found;
  }

  private training(): Variable[] {
    const { recording: r, tick } = this.c;
    if (tick < 0) return [];
    const iteration = r.iterationAt(tick);
    const span = r.iterations[iteration];
    const row = (name: string, value: string): Variable => ({ name, value, type: '', ref: 0, settable: false });
    const rows = [
      row('iteration', `${iteration} of ${r.iterations.length}`),
      row('phase', r.phaseAt(tick)),
      row('tick', `${tick} of ${r.ticks}`),
    ];
    if (span.loss !== null && tick >= span.backward) rows.push(row('loss', short(span.loss)));
    for (const o of r.optimizers.values()) rows.push(row(o.description.split('(')[0].trim(), o.hyper.at(tick) ?? ''));
    return rows;
  }
}

const attrText = (a: unknown): string =>
  a !== null && typeof a === 'object' && 'kind' in a
    ? String((a as unknown as { value: unknown }).value)
    : Array.isArray(a)
      ? `[${a.join(', ')}]`
      : String(a);
