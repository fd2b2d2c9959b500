/** The structure of an iteration: modules, ops, parameters, inputs and the loss. */

import { numel } from '../../engine/shape';
import { t } from '../../protocol/l10n';
import type { GraphEdge, GraphModule, GraphNode, GraphView } from '../../protocol/views';
import { dtypeOf, type OpRecord, type PassRecord, type Recording, type TensorUse } from '../recording';
import { argUses } from '../replay';
import { behind, type Collected, collect, passFor } from './collect';
import { hash, opName, sourceOf } from './common';
import { lossName } from './loss';
import { Names } from './names';

/** A graph with what stands behind its nodes in one iteration. */
export interface Built {
  view: GraphView;
  /** Per node: the op that ran, or null (a parameter, an input, an op that is still to come). */
  records: (OpRecord | null)[];
  /** Per node: its tensor; null for an op that is still to come. */
  uses: (TensorUse | null)[];
  /** Per parameter or input: tick of the first op that used it; -1 if none did yet. */
  used: number[];
  /** By the record's index. */
  nodeOf: Map<number, number>;
  nodeOfTensor: Map<number, number>;
  pass: PassRecord | null;
}

/** What was built lately, and every structure once. */
interface Cache {
  built: Map<string, Built>;
  structures: Map<string, GraphView>;
}
const KEPT = 64;
const caches = new WeakMap<Recording, Cache>();

export function graphOf(r: Recording, iteration: number, tick = r.endOf(iteration) - 1): GraphView {
  return builtAt(r, iteration, tick).view;
}

/** The graph at a tick of an iteration. Built once a pass; again while the iteration still grows. */
export function builtAt(r: Recording, iteration: number, tick: number): Built {
  let cache = caches.get(r);
  if (!cache) caches.set(r, (cache = { built: new Map(), structures: new Map() }));
  const last = iteration === r.iterationCount - 1;
  const passes = r.passCount;
  const pass = passFor(r, iteration, tick)?.index ?? -1;
  const key = last ? `${iteration}/${pass}/${r.ticks}/${passes}` : `${iteration}/${pass}`;
  const known = cache.built.get(key);
  if (known) return known;
  const collected = collect(r, iteration, tick);
  let built = build(r, collected);
  // While the forward pass runs, the ops to come are drawn hollow if it runs as the last one did.
  if (last && !collected.root && iteration > 0)
    built = continued(built, builtAt(r, iteration - 1, r.endOf(iteration - 1) - 1)) ?? built;
  const shared = cache.structures.get(built.view.structure);
  if (shared) built.view = shared;
  else cache.structures.set(built.view.structure, built.view);
  cache.built.set(key, built);
  if (cache.built.size > KEPT) cache.built.delete(cache.built.keys().next().value!);
  return built;
}

function build(r: Recording, { records, root, pass }: Collected): Built {
  const names = Names.of(r);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const built: Built = {
    view: { structure: '', nodes, edges, modules: [] },
    records: [],
    uses: [],
    used: [],
    nodeOf: new Map(),
    nodeOfTensor: new Map(),
    pass,
  };
  const put = (node: Omit<GraphNode, 'id'>, record: OpRecord | null, use: TensorUse | null, used: number): number => {
    const id = nodes.length;
    nodes.push({ id, ...node });
    built.records.push(record);
    built.uses.push(use);
    built.used.push(used);
    return id;
  };
  /** What is seen of an operand that no op of the picture made; behind a view may be one that did. */
  const leaf = (use: TensorUse, reader: OpRecord): number => {
    const shown = behind(r, use, reader.index);
    const source = shown === use ? null : sourceOf(r, shown, reader.index);
    const made = source && built.nodeOf.get(source.index);
    if (made !== null && made !== undefined) return made;
    const known = built.nodeOfTensor.get(shown.tensor);
    if (known !== undefined) return known;
    const id = put(leafNode(r, names, shown, reader), null, shown, reader.tick);
    built.nodeOfTensor.set(shown.tensor, id);
    return id;
  };
  for (const record of records) {
    const from: { id: number; grad: boolean }[] = [];
    record.args.forEach((arg, i) => {
      const name = record.op!.schema.params[i]?.name;
      for (const use of argUses([arg])) {
        if (use.wrapped) continue;
        const source = sourceOf(r, use, record.index);
        const id = (source && built.nodeOf.get(source.index)) ?? leaf(use, record);
        const grad = record.gradFn !== null && flows(r, use) && record.op!.spec.grads?.[name] !== undefined;
        const twice = from.find((f) => f.id === id);
        if (twice) twice.grad ||= grad;
        else from.push({ id, grad });
      }
    });
    const out = record.outs.find((o) => o !== null) ?? null;
    const id = put(
      opNode(
        r,
        names,
        record,
        out,
        record.index === root?.index ? lossName(r, pass ?? undefined) : null,
        from.map((f) => nodes[f.id]),
      ),
      record,
      out,
      -1,
    );
    built.nodeOf.set(record.index, id);
    for (const { id: source, grad } of from) edges.push({ from: source, to: id, grad });
  }
  built.view.modules = modulesOf(r, names, records, nodes);
  built.view.structure = structureOf(built.view);
  return built;
}

const flows = (r: Recording, use: TensorUse): boolean => r.tensor(use.tensor)?.requiresGrad === true;

function leafNode(r: Recording, names: Names, use: TensorUse, reader: OpRecord): Omit<GraphNode, 'id'> {
  const known = r.tensor(use.tensor);
  const owner = names.owner(use.tensor);
  const trained = known?.requiresGrad === true && known.gradFn === null;
  const name = names.tensor(use.tensor, reader.tick);
  const made = known?.producer ?? null;
  const label = name ?? (made ? resultLabel(r, names, made) : t('input'));
  return {
    kind: trained || owner ? 'parameter' : 'input',
    op: label,
    label,
    module: owner?.path ?? '',
    place: made && made.site >= 0 ? r.sites[made.site] : null,
    dtype: dtypeOf(use),
    shape: use.shape,
    ...(trained || owner ? { parameters: trained ? numel(use.shape) : 0 } : {}),
    gradFn: trained ? 'AccumulateGrad' : null,
  };
}

/** `slice of t`: a result that no variable holds, by what it was made from. */
function resultLabel(r: Recording, names: Names, made: OpRecord): string {
  const [first] = argUses(made.args.slice(0, 1));
  const from = first && names.tensor(behind(r, first, made.index).tensor, made.tick);
  return from ? t('{1} of {0}', from, opName(made)) : t('result of {0}', opName(made));
}

function opNode(
  r: Recording,
  names: Names,
  record: OpRecord,
  out: TensorUse | null,
  loss: string | null,
  from: GraphNode[],
): Omit<GraphNode, 'id'> {
  const module = names.modulePath(record.module);
  const { spec } = record.op!;
  return {
    kind: loss === null ? 'op' : 'loss',
    op: opName(record),
    label: loss ?? opLabel(record, module, from),
    module,
    place: record.site >= 0 ? r.sites[record.site] : null,
    dtype: out ? dtypeOf(out) : 'float32',
    shape: out?.shape ?? [],
    gradFn: record.gradFn,
    formula: spec.formula,
    ...(spec.gradient === undefined ? {} : { gradient: spec.gradient }),
  };
}

/** `linear in linear1`, `relu of linear1`: an op by its module or, outside of one, by where its input came from. */
function opLabel(record: OpRecord, module: string, from: GraphNode[]): string {
  if (module) return t('{0} in {1}', opName(record), module);
  const main = from.find((n) => n.kind !== 'parameter') ?? from[0];
  if (!main) return opName(record);
  const what = main.kind === 'op' ? main.module || main.op : main.label;
  return t('{1} of {0}', what, opName(record));
}

/** Every module that a node lies in, outermost first, with the root that all are parts of. */
function modulesOf(r: Recording, names: Names, records: OpRecord[], nodes: GraphNode[]): GraphModule[] {
  const found = new Map<string, GraphModule>();
  const add = (id: number): void => {
    const m = r.modules.get(id);
    if (!m) return;
    if (m.parent !== null) add(m.parent);
    const path = names.modulePath(id);
    if (!found.has(path)) found.set(path, { path, type: m.type, extra: m.extra });
  };
  for (const id of new Set(records.map((record) => record.module))) add(id);
  const wanted = new Set(nodes.map((n) => n.module).filter((path) => !found.has(path)));
  // A parameter may be used outside of its module's forward.
  if (wanted.size > 0) for (const id of r.modules.keys()) if (wanted.has(names.modulePath(id))) add(id);
  return [...found.values()];
}

function structureOf({ nodes, edges, modules }: GraphView): string {
  const place = (n: GraphNode) => (n.place ? `${n.place.path}:${n.place.line}` : '');
  const text = [
    ...nodes.map((n) => [n.kind, n.op, n.label, n.module, n.dtype, n.shape.join('x'), n.gradFn, place(n)].join(' ')),
    ...edges.map((e) => `${e.from}>${e.to}${e.grad ? '!' : ''}`),
    ...modules.map((m) => `${m.path} ${m.type} ${m.extra}`),
  ];
  return hash(text.join('\n'));
}

/** The iteration before's graph with this one's ops put in, if they are the first of the same ops; else null. */
function continued(now: Built, before: Built): Built | null {
  const ops = before.records.flatMap((record, id) => (record ? [id] : []));
  const own = now.records.flatMap((record, id) => (record ? [id] : []));
  const same = (a: GraphNode, b: GraphNode) =>
    a.op === b.op &&
    a.shape.join() === b.shape.join() &&
    a.module === b.module &&
    a.place?.line === b.place?.line &&
    a.place?.path === b.place?.path;
  if (own.length > ops.length) return null;
  // The last op may be the loss, which is known as that only when backward() is called on it.
  if (own.some((id, i) => !same(now.view.nodes[id], before.view.nodes[ops[i]]))) return null;
  const built: Built = {
    view: before.view,
    records: before.records.map(() => null),
    uses: before.uses.map((use, id) => (before.view.nodes[id].kind === 'parameter' ? use : null)),
    used: before.used.map(() => -1),
    nodeOf: new Map(),
    nodeOfTensor: new Map(before.nodeOfTensor),
    pass: null,
  };
  own.forEach((id, i) => {
    built.records[ops[i]] = now.records[id];
    built.uses[ops[i]] = now.uses[id];
    built.nodeOf.set(now.records[id]!.index, ops[i]);
    fillLeaves(now, id, before, ops[i], built);
  });
  return built;
}

/** Inputs and parameters that an op uses, matched in their order. */
function fillLeaves(now: Built, own: number, before: Built, theirs: number, built: Built): void {
  const leaves = (b: Built, to: number) =>
    b.view.edges.filter((e) => e.to === to && b.view.nodes[e.from].kind !== 'op').map((e) => e.from);
  const targets = leaves(before, theirs);
  leaves(now, own).forEach((leaf, i) => {
    const target = targets[i];
    if (target === undefined || built.used[target] >= 0) return;
    built.uses[target] = now.uses[leaf];
    built.used[target] = now.used[leaf];
    const tensor = now.uses[leaf]?.tensor;
    if (tensor !== undefined) built.nodeOfTensor.set(tensor, target);
  });
}
