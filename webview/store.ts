/** What is known and what the user chose. Views read it and redraw; nothing here touches the page. */
import type { LiveProgress, RecordingInfo } from '../src/protocol/session';
import type {
  Bookmark,
  Cursor,
  CurvesView,
  GraphView,
  IterationSpan,
  NeuronsView,
  NodeState,
  PictureView,
  StretchView,
  TensorView,
  TimelineView,
  UpdateView,
} from '../src/protocol/views';
import type { PrintedCurve, RunLine, ToWebview } from '../src/protocol/webview';
import type { OtherPath, PlaneAxes, PlaneView } from '../src/protocol/whatif';
import { post, saveState } from './host';
import { FROM_THE_START, readUi, type Tab, type Ui, windowAt } from './ui';

export interface Model {
  ui: Ui;
  picture: PictureView | null;
  graph: GraphView | null;
  states: Map<number, NodeState>;
  cursor: Cursor | null;
  spans: IterationSpan[];
  lossName: string;
  bookmarks: Bookmark[];
  /** What is kept; null before the first picture. */
  info: RecordingInfo | null;
  tensor: TensorView | null;
  /** The history that was asked for last. */
  history: Extract<ToWebview, { type: 'history' }> | null;
  /** The op that was asked for last, with its numbers. */
  explain: Extract<ToWebview, { type: 'explain' }> | null;
  /** The check of gradients that was asked for last. */
  checked: Extract<ToWebview, { type: 'checked' }> | null;
  /** What optimizers keep of each parameter that was looked at. */
  kept: Map<number, string[]>;
  update: UpdateView | null;
  /** The loss over a plane, as it was computed last. */
  plane: PlaneView | null;
  /** Other runs' ways in it. */
  others: OtherPath[];
  /** How far the one is that is being computed; null while none is. */
  planning: { text: string; percent: number } | null;
  /** Ticks one by one, as asked for lately, the newest first. */
  stretches: StretchView[];
  /** What the curves panel asked for, as far as it is known; null before the first answer. */
  curves: CurvesView | null;
  /** Numbers out of printed lines. */
  printed: PrintedCurve[];
  /** Curves of the runs beside this one, by run. */
  otherCurves: ReadonlyMap<string, Pick<Extract<ToWebview, { type: 'curvesOf' }>, 'curves' | 'printed'>>;
  /** More of the curves is being computed. */
  working: boolean;
  /** Layers that the graph looks into, by node. */
  layers: ReadonlyMap<number, NeuronsView>;
  /** Their nodes, in order: what the view asks for. */
  looking: number[];
  caret: ReadonlySet<number>;
  /** The numbers are on the screen in a view of their own. */
  docked: boolean;
  /** Runs side by side; empty where there is one. */
  runs: RunLine[];
  running: boolean;
  /** How far the run was when it was told of last. */
  live: LiveProgress | null;
  ended: string | null;
  /** Said in place of the network while there is none. */
  notice: { title: string; text: string } | null;
  error: string | null;
  /** The node the inspector is about: selected, or the last one at the cursor. */
  shown: number | null;
  /** The parameter the optimizer panel is about: chosen, or the last one shown. Null lets the session choose. */
  parameter: number | null;
  /** There is room for both panels side by side. */
  both: boolean;
  /** Where the panels go: under the network, to its right in a low and wide view, or away in one that is low and narrow. */
  room: 'under' | 'beside' | 'little';
}

/** The panel that shows where there is room for one: the user's choice, else what the phase is about. */
export const tabOf = (model: Model): Tab => model.ui.tab ?? (model.cursor?.phase === 'update' ? 'optimizer' : 'tensor');

/** Is this the view of the numbers alone, docked beside the one with the network? */
export const alone = document.body.dataset.parts === 'numbers';

export const panelsOpen = (model: Model): boolean =>
  alone || (model.ui.panels ?? (model.room !== 'little' && !model.docked));

/** Is this panel on the screen? */
export const shows = (model: Model, tab: Tab): boolean =>
  panelsOpen(model) && (tabOf(model) === tab || (pairs(model) && tab !== 'curves'));

/** Tensor and optimizer are side by side: there is room, and nothing else is chosen. */
export const pairs = (model: Model): boolean => model.both && tabOf(model) !== 'curves';

/** Sizes of the view, in pixels, that decide where the panels go. */
const LOW = 600;
const BESIDE = 760;
const BOTH = 900;

/** A page that is made to open something says so until it is there. */
function opening(): Model['notice'] {
  const title = document.body.dataset.opening;
  return title ? { title, text: '' } : null;
}

/** Graphs of structures seen lately; the extension sends one again where it is not the last it sent. */
const KEPT_GRAPHS = 20;
/** The iteration at the cursor, what is in sight, and where the pointer is. */
const KEPT_STRETCHES = 6;

export class Store {
  readonly model: Model;
  private readonly graphs = new Map<string, GraphView>();
  private readonly listeners: ((model: Model) => void)[] = [];
  private scheduled = false;
  /** Hears the cells that a table asked for. */
  onCells: (message: Extract<ToWebview, { type: 'cells' }>) => void = () => {};
  /** The extension began anew (a reload, another session) and does not know any more what the panels show. */
  fresh = false;

  constructor(saved: unknown) {
    this.model = {
      ui: readUi(saved),
      picture: null,
      graph: null,
      states: new Map(),
      cursor: null,
      spans: [],
      lossName: 'loss',
      bookmarks: [],
      info: null,
      tensor: null,
      history: null,
      explain: null,
      checked: null,
      kept: new Map(),
      update: null,
      plane: null,
      others: [],
      planning: null,
      stretches: [],
      curves: null,
      printed: [],
      otherCurves: new Map(),
      working: false,
      layers: new Map(),
      looking: [],
      caret: new Set(),
      docked: false,
      runs: [],
      running: false,
      live: null,
      ended: null,
      notice: opening(),
      error: null,
      shown: null,
      parameter: null,
      both: false,
      room: 'under',
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

  setRoom(width: number, height: number): void {
    const m = this.model;
    const room = alone || height >= LOW ? 'under' : width >= BESIDE ? 'beside' : 'little';
    const both = width >= BOTH && room !== 'beside';
    if (m.both === both && m.room === room) return;
    Object.assign(m, { both, room });
    this.settle();
  }

  /** Has the loss over a plane through the weights at the cursor computed; null ends what is being computed. */
  askPlane(axes: PlaneAxes | null, n?: number): void {
    this.model.planning = axes && { text: '', percent: 0 };
    post({ type: 'plane', axes, ...(axes && n !== undefined ? { n } : {}) });
    this.settle();
  }

  /** The graph is close enough to these nodes to look into them. */
  look(nodes: number[]): void {
    if (nodes.join() === this.model.looking.join()) return;
    this.model.looking = nodes;
    this.settle();
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
        if (message.picture.graph && message.timeline.from === 0) this.fresh = true;
        this.takeSpans(message.timeline);
        m.tensor = message.tensor;
        this.noteKept(message.tensor);
        m.update = message.update;
        m.info = message.info;
        m.running = false;
        m.ended = null;
        m.error = null;
        break;
      case 'running':
        // Another session has begun, or this one anew: what is on screen is none of its own.
        if (m.ended !== null || message.cursor.ticks < (m.picture?.cursor.ticks ?? 0)) this.clear();
        if (message.picture) this.takePicture(message.picture);
        m.cursor = message.cursor;
        m.live = message;
        m.running = true;
        m.ended = null;
        if (message.timeline) this.takeSpans(message.timeline);
        break;
      case 'tensor':
        m.tensor = message.tensor;
        this.noteKept(message.tensor);
        break;
      case 'history':
        m.history = message;
        break;
      case 'explain':
        m.explain = message;
        break;
      case 'checked':
        m.checked = message;
        break;
      case 'cells':
        this.onCells(message);
        break;
      case 'update':
        m.update = message.update;
        break;
      case 'plane':
        m.planning = null;
        if (message.plane) Object.assign(m, { plane: message.plane, others: message.others ?? [] });
        break;
      case 'planning':
        // What comes after it was ended says nothing.
        if (m.planning) m.planning = message;
        break;
      case 'stretch':
        m.stretches = [message.stretch, ...m.stretches].slice(0, KEPT_STRETCHES);
        break;
      case 'curves':
        m.curves = message.curves;
        m.printed = message.printed ?? m.printed;
        m.working = message.working;
        break;
      case 'curvesOf':
        m.otherCurves = new Map(m.otherCurves).set(message.run, message);
        break;
      case 'neurons':
        m.layers = new Map(message.layers.map((layer) => [layer.node, layer]));
        break;
      case 'caret':
        m.caret = new Set(message.nodes);
        break;
      case 'docked':
        m.docked = message.visible;
        break;
      case 'selected':
        Object.assign(m.ui, message.selection);
        break;
      case 'runs':
        m.runs = message.runs;
        m.otherCurves = new Map([...m.otherCurves].filter(([id]) => m.runs.some((run) => run.id === id && !run.shown)));
        break;
      case 'ended':
        m.ended = message.text;
        m.running = false;
        break;
      case 'notice':
        this.clear();
        Object.assign(m, { notice: message, cursor: null, running: false, ended: null });
        break;
      case 'show':
        this.showTensor(message);
        break;
      case 'error':
        m.error = message.text;
        break;
    }
    this.settle();
  }

  private clear(): void {
    const { ui } = this.model;
    Object.assign(this.model, {
      picture: null,
      graph: null,
      tensor: null,
      update: null,
      plane: null,
      planning: null,
      shown: null,
      parameter: null,
      states: new Map(),
      layers: new Map(),
      looking: [],
      spans: [],
      info: null,
      stretches: [],
      curves: null,
      printed: [],
      otherCurves: new Map(),
      working: false,
    });
    Object.assign(ui, { node: null, ref: null, part: null, zoom: null, parameter: null, element: null, span: null });
    this.graphs.clear();
  }

  /** Shows a tensor that was chosen elsewhere: as its node where it has one. */
  private showTensor({ ref, face, element }: Extract<ToWebview, { type: 'show' }>): void {
    const { ui, states } = this.model;
    const part = ref.part ?? 'value';
    const node = [...states.values()].find((state) => state.tensor === ref.tensor)?.id ?? null;
    Object.assign(ui, { tab: 'tensor', panels: true, part, node, face: face ?? null, against: null }, FROM_THE_START);
    ui.ref = node === null || part.startsWith('state:') ? ref : null;
    if (face === 'history') ui.measure = element ? 'element' : 'norm';
    if (element) Object.assign(ui, windowAt(ref.tensor, element));
  }

  private noteKept(tensor: TensorView | null): void {
    const { parameter } = tensor ?? {};
    if (parameter) this.model.kept.set(parameter.tensor, parameter.states);
  }

  private takePicture(picture: PictureView): void {
    const m = this.model;
    // What was checked was checked there.
    if (m.cursor?.tick !== picture.cursor.tick) m.checked = null;
    if (picture.graph) {
      this.graphs.set(picture.structure, picture.graph);
      if (this.graphs.size > KEPT_GRAPHS) this.graphs.delete(this.graphs.keys().next().value!);
    }
    const graph = this.graphs.get(picture.structure) ?? null;
    // The extension thinks we have a structure that a reload lost: a new `ready` makes it send everything.
    if (!graph) post({ type: 'ready' });
    m.picture = picture;
    m.cursor = picture.cursor;
    if (m.graph?.structure !== graph?.structure) {
      m.shown = m.parameter = null;
      m.layers = new Map();
    }
    m.graph = graph;
    m.states = new Map(picture.nodes.map((state) => [state.id, state]));
  }

  private takeSpans({ from, spans, lossName, bookmarks }: TimelineView): void {
    const m = this.model;
    Object.assign(m, { lossName, bookmarks });
    m.spans = from <= 0 ? spans : [...m.spans.filter((span) => span.iteration < from), ...spans];
  }

  /** Derives what follows from a change, then asks for one redraw. */
  private settle(): void {
    const { model: m } = this;
    const known = (id: number | null): number | null =>
      id !== null && m.graph?.nodes.some((n) => n.id === id) ? id : null;
    if (m.graph && m.ui.node !== null && known(m.ui.node) === null) m.ui.node = null;
    m.shown = m.ui.node ?? known(m.cursor?.node ?? null) ?? known(m.shown);
    const node = m.graph?.nodes.find((n) => n.id === m.shown);
    const tensor = node?.kind === 'parameter' ? (m.states.get(node.id)?.tensor ?? null) : null;
    // A parameter of an earlier session has another number in this one.
    const parameters = m.update?.parameters;
    const gone = (id: number | null): boolean =>
      id !== null && !!parameters && !parameters.some((p) => p.tensor === id);
    if (gone(m.ui.parameter)) m.ui.parameter = m.ui.element = null;
    if (gone(m.parameter)) m.parameter = null;
    m.parameter = m.ui.parameter ?? tensor ?? m.parameter;
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      saveState(m.ui);
      for (const listener of this.listeners) listener(m);
    });
  }
}
