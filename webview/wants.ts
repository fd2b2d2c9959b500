/** What the panels want to see, said to the extension whenever it changes: views state a wish, nobody counts requests. */
import type { TensorRef } from '../src/protocol/views';
import type { FromWebview } from '../src/protocol/webview';
import { keysOf } from './curves/panel';
import { measureOf } from './graph/modes';
import { post } from './host';
import { type Model, shows } from './store';
import type { Part } from './ui';

/** The part shown: the user's choice, else the gradient while the gradient is what happens. */
export function shownPart(model: Model): Part {
  if (model.ui.ref) return model.ui.ref.part ?? 'value';
  if (model.ui.part) return model.ui.part;
  // A write during the backward pass is a write into `.grad`.
  const { kind, phase } = model.cursor ?? {};
  const gradient = kind === 'backward' || (kind === 'update' && phase === 'backward');
  return gradient && model.ui.node === null ? 'grad' : 'value';
}

/** The tensor that the inspector is about; null while there is none. */
export function shownRef(model: Model): TensorRef | null {
  if (model.ui.ref) return model.ui.ref;
  const state = model.shown === null ? undefined : model.states.get(model.shown);
  if (!state || state.tensor === null) return null;
  return { tensor: state.tensor, part: shownPart(model) };
}

export const sameRef = (a: TensorRef, b: TensorRef): boolean =>
  a.tensor === b.tensor && (a.part ?? 'value') === (b.part ?? 'value');

type Wish = Extract<FromWebview, { type: 'inspect' | 'optimizer' | 'measure' | 'curves' | 'neurons' }>;

function wishes(model: Model): Wish[] {
  const { ui } = model;
  const ref = shows(model, 'tensor') ? shownRef(model) : null;
  const open = shows(model, 'optimizer');
  const curves = shows(model, 'curves');
  return [
    {
      type: 'inspect',
      ref: ref && {
        ...ref,
        ...(ui.slice.length > 0 ? { slice: ui.slice } : {}),
        ...(ui.row0 > 0 ? { row0: ui.row0 } : {}),
        ...(ui.col0 > 0 ? { col0: ui.col0 } : {}),
      },
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
  said.set('inspect', '{"type":"inspect","ref":null}');
  said.set('optimizer', '{"type":"optimizer","open":false}');
  said.set('neurons', '{"type":"neurons","nodes":[]}');
  said.set('measure', '{"type":"measure","measure":null}');
  said.set('curves', JSON.stringify(CLOSED));
}
forget();

/** Posts the wishes that changed; all that are open when the extension began anew. */
export function sayWishes(model: Model, anew: boolean): void {
  if (!model.picture) return;
  if (anew) forget();
  for (const wish of wishes(model)) {
    const text = JSON.stringify(wish);
    if (said.get(wish.type) === text) continue;
    said.set(wish.type, text);
    post(wish);
  }
}
