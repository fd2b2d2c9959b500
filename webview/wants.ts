/** What the panels want to see, said to the extension whenever it changes: views state a wish, nobody counts requests. */
import type { ExplainQuestion } from '../src/protocol/origins';
import type { GraphNode, TensorQuestion, TensorRef } from '../src/protocol/views';
import type { FromWebview } from '../src/protocol/webview';
import { keysOf } from './curves/panel';
import { measureOf } from './graph/modes';
import { post } from './host';
import { type Model, shows } from './store';
import { type Part, picturesOpen } from './ui';

/** The part shown: the user's choice, else the gradient while the gradient is what happens. */
export function shownPart(model: Model): Part {
  if (model.ui.ref) return model.ui.ref.part ?? 'value';
  if (model.ui.part) return model.ui.part;
  // A write during the backward pass is a write into `.grad`.
  const { kind, phase } = model.cursor ?? {};
  const gradient = kind === 'backward' || (kind === 'update' && phase === 'backward');
  return gradient && model.ui.node === null ? 'grad' : 'value';
}

/** The parameter that the inspector is about: the node's own, one of those that go into its op, or a tensor chosen elsewhere. */
export function shownParameter(model: Model): number | null {
  const { ui, graph, states } = model;
  if (ui.ref) return model.kept.has(ui.ref.tensor) ? ui.ref.tensor : null;
  const [first, ...more] = parametersOf(model);
  const node = first && ([first, ...more].find(({ id }) => id === ui.of) ?? first);
  return (graph && node && states.get(node.id)?.tensor) ?? null;
}

/** The parameters of the node that is shown: itself, or those that go into its op. */
export function parametersOf(model: Model): GraphNode[] {
  const { graph, shown } = model;
  if (!graph || shown === null || model.ui.ref) return [];
  const into = new Set(graph.edges.filter(({ to }) => to === shown).map(({ from }) => from));
  return graph.nodes.filter(({ id, kind }) => kind === 'parameter' && (id === shown || into.has(id)));
}

/** The tensor of the node that is shown, or the one that was chosen elsewhere, whatever the tab is. */
export function ownRef(model: Model): TensorRef | null {
  if (model.ui.ref) return model.ui.ref;
  const state = model.shown === null ? undefined : model.states.get(model.shown);
  if (!state || state.tensor === null) return null;
  return { tensor: state.tensor, part: shownPart(model) };
}

/** The tensor that the inspector shows; null while there is none. */
export function shownRef(model: Model): TensorRef | null {
  const { face, kept } = model.ui;
  if (face !== 'parameter' && face !== 'state') return ownRef(model);
  const tensor = shownParameter(model);
  if (tensor === null) return null;
  const states = face === 'state' ? (model.kept.get(tensor) ?? []) : [];
  const name = states.includes(kept ?? '') ? kept : states[0];
  return { tensor, part: name ? `state:${name}` : 'value' };
}

/** The op that is explained, at the elements that were chosen; null where there is none. */
export function questionOf(model: Model): ExplainQuestion | null {
  const { ui, graph, states, shown } = model;
  const node = graph?.nodes.find(({ id }) => id === shown);
  if (!node || ui.ref) return null;
  const own = states.get(node.id)?.tensor ?? null;
  const users = graph!.edges.filter(({ from }) => from === node.id).map(({ to }) => to);
  const op = node.kind === 'parameter' || node.kind === 'input' ? users : [node.id];
  const tick = op.map((id) => states.get(id)?.forwardTick ?? null).find((t) => t !== null);
  if (tick === undefined || tick > (model.cursor?.tick ?? -1)) return null;
  const asked = ui.asked?.node === node.id ? ui.asked : null;
  const { chosen } = ui;
  const leaf = node.kind === 'parameter' || node.kind === 'input';
  const into = parametersOf(model).map(({ id }) => states.get(id)?.tensor);
  const weight = chosen && (chosen.tensor === own ? leaf : into.includes(chosen.tensor)) ? chosen : null;
  const result = chosen && !leaf && chosen.tensor === own ? chosen.element : undefined;
  const element = asked?.element ?? result;
  const at = asked?.at ?? (asked?.argument === undefined ? weight?.element : undefined);
  const tensor = weight?.tensor ?? (leaf ? own : null);
  return {
    tick,
    ...(element ? { element } : {}),
    ...(asked?.argument !== undefined ? { argument: asked.argument } : tensor !== null ? { tensor } : {}),
    ...(at ? { at } : {}),
  };
}

/** What the history is of. */
function historyOf(model: Model): Wish | null {
  const { measure, chosen } = model.ui;
  const ref = ownRef(model);
  if (!ref) return null;
  const part = ref.part ?? 'value';
  const of = { tensor: ref.tensor, part };
  if (measure !== 'element') return { type: 'history', ref: of, ...(measure === 'norm' ? {} : { measure }) };
  const element = chosen?.tensor === ref.tensor ? chosen.element : undefined;
  return { type: 'history', ref: of, ...(element ? { element } : {}) };
}

export const sameRef = (a: TensorRef, b: TensorRef): boolean =>
  a.tensor === b.tensor && (a.part ?? 'value') === (b.part ?? 'value');

type Wish = Extract<
  FromWebview,
  { type: 'inspect' | 'optimizer' | 'measure' | 'curves' | 'neurons' | 'explain' | 'history' }
>;

/** What is asked of the tensor that is shown. */
export function questionFor({ ui, tensor }: Model, ref: TensorRef): TensorQuestion {
  return {
    ...ref,
    ...(ui.slice.length > 0 ? { slice: ui.slice } : {}),
    ...(ui.row0 > 0 ? { row0: ui.row0 } : {}),
    ...(ui.col0 > 0 ? { col0: ui.col0 } : {}),
    ...(ui.axes ? { axes: ui.axes } : {}),
    ...(ui.against !== null ? { against: ui.against } : {}),
    ...(tensor?.imageLike && picturesOpen(ui, tensor.shape) ? { images: ui.images } : {}),
  };
}

function wishes(model: Model): Wish[] {
  const { ui } = model;
  const ref = shows(model, 'tensor') ? shownRef(model) : null;
  const open = shows(model, 'optimizer');
  const curves = shows(model, 'curves');
  const face = shows(model, 'tensor') ? ui.face : null;
  const question = face === 'explain' ? questionOf(model) : null;
  const history = face === 'history' ? historyOf(model) : null;
  return [
    ...(question ? [{ type: 'explain', question } as const] : []),
    ...(history ? [history] : []),
    {
      type: 'inspect',
      ref: ref && questionFor(model, ref),
    },
    {
      type: 'optimizer',
      open,
      ...(open && model.parameter !== null ? { parameter: model.parameter } : {}),
      ...(open && ui.element ? { element: ui.element } : {}),
      ...(open && ui.series === 'layers' && ui.page === 'rule' ? { layers: true } : {}),
    },
    { type: 'measure', measure: measureOf(ui.mode) },
    {
      type: 'curves',
      open: curves,
      keys: curves ? keysOf(model) : [],
      fill: ui.fill,
      ...(curves && ui.span ? { from: Math.floor(ui.span[0]), to: Math.ceil(ui.span[1]) + 1 } : {}),
    },
    { type: 'neurons', nodes: model.looking },
  ];
}

const CLOSED: Wish = { type: 'curves', open: false, keys: [], fill: true };

const said = new Map<string, string>();
function forget(): void {
  said.delete('explain');
  said.delete('history');
  said.set('inspect', '{"type":"inspect","ref":null}');
  said.set('optimizer', '{"type":"optimizer","open":false}');
  said.set('neurons', '{"type":"neurons","nodes":[]}');
  said.set('measure', '{"type":"measure","measure":null}');
  said.set('curves', JSON.stringify(CLOSED));
}
forget();

/** What is asked anew although it is put in the same words: the cursor is elsewhere, or there are more iterations. */
function turnOf(wish: Wish, model: Model): string {
  if (wish.type === 'explain') return String(model.cursor?.tick);
  if (wish.type !== 'history') return '';
  // An activation is another tensor in every iteration, and its history the same.
  return `${model.info?.iterations} ${model.ui.ref ? '' : model.shown}`;
}

/** Posts the wishes that changed; all that are open when the extension began anew. */
export function sayWishes(model: Model, anew: boolean): void {
  if (!model.picture) return;
  if (anew) forget();
  const wanted = wishes(model);
  // What was asked for once and is not looked at any more is asked for again when it is.
  for (const type of ['explain', 'history']) if (!wanted.some((wish) => wish.type === type)) said.delete(type);
  for (const wish of wanted) {
    const same = wish.type === 'history' && !model.ui.ref ? { ...wish, ref: { part: wish.ref.part } } : wish;
    const text = JSON.stringify(same) + turnOf(wish, model);
    if (said.get(wish.type) === text) continue;
    said.set(wish.type, text);
    post(wish);
  }
}
