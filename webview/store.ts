/** What is known and what the user chose. Views read it and redraw; nothing here touches the page. */
import type {
  Cursor,
  GraphView,
  IterationSpan,
  NodeState,
  PictureView,
  TensorRef,
  TensorView,
  UpdateView,
} from '../src/protocol/views';
import type { ToWebview } from '../src/protocol/webview';
import { post, saveState } from './host';

export type Part = NonNullable<TensorRef['part']>;

/** Choices of the user: kept over hide and show. */
export interface Ui {
  /** Selected graph node; null follows the cursor. */
  node: number | null;
  /** A tensor that is no node's, e.g. a velocity: shown in place of the node's. */
  ref: TensorRef | null;
  /** null: value while going forward, gradient while going backward. */
  part: Part | null;
  slice: number[];
  row0: number;
  col0: number;
  tab: 'tensor' | 'optimizer';
  /** Closed module paths by structure; absent where the user has not said. */
  folded: Record<string, string[]>;
  zoom: { k: number; x: number; y: number } | null;
  logLoss: boolean;
  parameter: number | null;
  element: number[] | null;
  series: 'element' | 'norm';
  numbers: boolean;
}

export interface Model {
  ui: Ui;
  picture: PictureView | null;
  graph: GraphView | null;
  states: Map<number, NodeState>;
  cursor: Cursor | null;
  spans: IterationSpan[];
  lossName: string;
  tensor: TensorView | null;
  update: UpdateView | null;
  caret: ReadonlySet<number>;
  running: boolean;
  ended: string | null;
  error: string | null;
  /** The node the inspector is about: selected, or the last one at the cursor. */
  shown: number | null;
}

const freshUi = (): Ui => ({
  node: null,
  ref: null,
  part: null,
  slice: [],
  row0: 0,
  col0: 0,
  tab: 'tensor',
  folded: {},
  zoom: null,
  logLoss: false,
  parameter: null,
  element: null,
  series: 'element',
  numbers: false,
});

/** The saved choices, where they still have the shape of ours. */
export function readUi(saved: unknown): Ui {
  const ui = freshUi();
  if (typeof saved !== 'object' || saved === null) return ui;
  const from = saved as Record<string, unknown>;
  for (const key of Object.keys(ui) as (keyof Ui)[]) {
    const value = from[key];
    const like = ui[key];
    const nullable = like === null && (value === null || typeof value === 'number' || typeof value === 'object');
    if (nullable || (like !== null && typeof value === typeof like && Array.isArray(value) === Array.isArray(like))) {
      Object.assign(ui, { [key]: value });
    }
  }
  return { ...ui, part: null, ref: null };
}

export class Store {
  readonly model: Model;
  private readonly graphs = new Map<string, GraphView>();
  private readonly listeners: ((model: Model) => void)[] = [];
  private scheduled = false;

  constructor(saved: unknown) {
    this.model = {
      ui: readUi(saved),
      picture: null,
      graph: null,
      states: new Map(),
      cursor: null,
      spans: [],
      lossName: 'loss',
      tensor: null,
      update: null,
      caret: new Set(),
      running: false,
      ended: null,
      error: null,
      shown: null,
    };
  }

  subscribe(listener: (model: Model) => void): void {
    this.listeners.push(listener);
  }

  setUi(patch: Partial<Ui>): void {
    Object.assign(this.model.ui, patch);
    this.settle();
  }

  /** Remembers a choice that needs no redraw. */
  keep(patch: Partial<Ui>): void {
    Object.assign(this.model.ui, patch);
    saveState(this.model.ui);
  }

  dismiss(): void {
    this.model.error = null;
    this.settle();
  }

  receive(message: ToWebview): void {
    const m = this.model;
    switch (message.type) {
      case 'picture':
        this.takePicture(message.picture);
        this.takeSpans(message.timeline.from, message.timeline.spans, message.timeline.lossName);
        m.tensor = message.tensor;
        m.update = message.update;
        m.running = false;
        m.ended = null;
        m.error = null;
        break;
      case 'running':
        m.cursor = message.cursor;
        m.running = true;
        if (message.timeline) this.takeSpans(message.timeline.from, message.timeline.spans, message.timeline.lossName);
        break;
      case 'tensor':
        m.tensor = message.tensor;
        break;
      case 'update':
        m.update = message.update;
        break;
      case 'caret':
        m.caret = new Set(message.nodes);
        break;
      case 'ended':
        m.ended = message.text;
        m.running = false;
        break;
      case 'error':
        m.error = message.text;
        break;
    }
    this.settle();
  }

  private takePicture(picture: PictureView): void {
    const m = this.model;
    if (picture.graph) this.graphs.set(picture.structure, picture.graph);
    const graph = this.graphs.get(picture.structure) ?? null;
    // The extension thinks we have a structure that a reload lost: a new `ready` makes it send everything.
    if (!graph) post({ type: 'ready' });
    m.picture = picture;
    m.cursor = picture.cursor;
    if (m.graph?.structure !== graph?.structure) m.shown = null;
    m.graph = graph;
    m.states = new Map(picture.nodes.map((state) => [state.id, state]));
  }

  private takeSpans(from: number, spans: IterationSpan[], lossName: string): void {
    const m = this.model;
    m.lossName = lossName;
    m.spans = from <= 0 ? spans : [...m.spans.filter((span) => span.iteration < from), ...spans];
  }

  /** Derives what follows from a change, then asks for one redraw. */
  private settle(): void {
    const { model: m } = this;
    const known = (id: number | null): number | null =>
      id !== null && m.graph?.nodes.some((n) => n.id === id) ? id : null;
    if (m.graph && m.ui.node !== null && known(m.ui.node) === null) m.ui.node = null;
    m.shown = m.ui.node ?? known(m.cursor?.node ?? null) ?? known(m.shown);
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      saveState(m.ui);
      for (const listener of this.listeners) listener(m);
    });
  }
}
