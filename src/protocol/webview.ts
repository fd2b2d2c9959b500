/** The wire between the extension and its webview. Both sides check what they get: a webview trusts no message's shape. */
import type { ExplainQuestion, ExplainView, HistoryView, Measure } from './origins';
import type { LiveProgress, Move, RecordingInfo } from './session';
import type {
  Curve,
  CurvesView,
  NeuronsView,
  NodeMeasure,
  PictureView,
  PrintedLine,
  StretchView,
  TensorFormat,
  TensorGrid,
  TensorQuestion,
  TensorRef,
  TensorView,
  TimelineView,
  UpdateView,
} from './views';
import type { CheckQuestion, CheckView, OtherPath, PlaneAxes, PlaneView } from './whatif';

/** A run as the loss plot draws it. */
export interface RunLine {
  id: string;
  name: string;
  /** The run that it left, and in which iteration (0-based); null for a run of its own. */
  parent: string | null;
  left: number | null;
  /** By iteration, as in TimelineView. */
  losses: (number | string | null)[];
  /** The one that the view shows. */
  shown: boolean;
}

/** A number that was printed again and again, in lines of one pattern. */
export interface PrintedCurve {
  key: string;
  /** The word before it: `acc`. */
  name: string;
  /** One for each line, ascending; several lines of one iteration are several points. */
  iterations: number[];
  ticks: number[];
  /** Strings for nan/inf. */
  values: (number | string)[];
}

/** What the user has chosen, in whichever view: all views of a run are about the same. */
export interface Selection {
  /** A graph node; null follows the cursor. */
  node: number | null;
  /** A tensor that is no node's. */
  ref: TensorRef | null;
  /** The optimizer's parameter, and an element of it. */
  parameter: number | null;
  element: number[] | null;
}

/** Extension to webview. */
export type ToWebview =
  /** The cursor rests here: one message, one redraw of graph, timeline and open panels. */
  | {
      type: 'picture';
      picture: PictureView;
      timeline: TimelineView;
      tensor: TensorView | null;
      update: UpdateView | null;
      /** What is kept, and what was thinned. */
      info: RecordingInfo;
      /** It is seen after so many of the moves (`seek`, `move`) that the view has asked for since it said `ready`. */
      moves: number;
    }
  /** The script is running: how far it is, the loss, and the network as it was where the last complete iteration ended. */
  | ({ type: 'running'; timeline: TimelineView | null; picture: PictureView | null } & LiveProgress)
  | { type: 'tensor'; tensor: TensorView }
  /** Layers that the view looks into; those that are none are left out. */
  | { type: 'neurons'; layers: NeuronsView[] }
  | { type: 'update'; update: UpdateView }
  | { type: 'stretch'; stretch: StretchView }
  | { type: 'history'; ref: TensorRef; element?: number[]; measure?: Measure; history: HistoryView }
  | { type: 'explain'; question: ExplainQuestion; explain: ExplainView }
  /** What a check of gradients found; empty where it was cancelled or failed. */
  | { type: 'checked'; question: CheckQuestion; views: CheckView[] }
  | { type: 'cells'; question: TensorQuestion; grid: TensorGrid | null }
  /** The loss over a plane; null where it was cancelled or failed. */
  | { type: 'plane'; plane: PlaneView | null; others?: OtherPath[] }
  /** How far it is. */
  | { type: 'planning'; text: string; percent: number }
  /** What the curves panel shows; `printed` is null where it is as it was. `working`: more of it is being computed. */
  | { type: 'curves'; curves: CurvesView; printed: PrintedCurve[] | null; working: boolean }
  /** The same curves of a run beside the one that is shown, as far as it has them: the answer of a moment takes the place of the one before. */
  | { type: 'curvesOf'; run: string; curves: Curve[]; printed: PrintedCurve[] }
  /** Show this tensor in the inspector: the user chose it outside the view, among the debugger's variables. */
  | { type: 'show'; ref: TensorRef; face?: 'history' | 'explain'; element?: number[] }
  /** It was chosen in another view. */
  | { type: 'selected'; selection: Selection }
  /** The numbers are on the screen in a view of their own. */
  | { type: 'docked'; visible: boolean }
  /** Save the drawing of the network: the view answers with an `export`. */
  | { type: 'save'; kind: 'svg' | 'png' }
  /** Nodes made by the editor's current line. */
  | { type: 'caret'; nodes: number[] }
  /** Nothing can be shown, and why: in place of the network. */
  | { type: 'notice'; title: string; text: string }
  /** All runs, to be drawn as a tree over one loss plot; sent when there is more than one, and empty when there no longer is. */
  | { type: 'runs'; runs: RunLine[] }
  | { type: 'ended'; text: string }
  /** `moves`: the move of this number failed, there comes no picture of it. */
  | { type: 'error'; text: string; moves?: number };

/** Webview to extension. */
export type FromWebview =
  | { type: 'ready' }
  | { type: 'seek'; tick: number }
  | { type: 'move'; move: Move }
  /** Show this tensor in the inspector, and keep it current as the cursor moves; null closes it. */
  | { type: 'inspect'; ref: TensorQuestion | null }
  /** A tensor over the iterations: what was not looked at is computed again. */
  | { type: 'history'; ref: TensorRef; element?: number[]; measure?: Measure }
  /** An op with its numbers. */
  | { type: 'explain'; question: ExplainQuestion }
  /** A gradient against small differences. */
  | { type: 'check'; question: CheckQuestion }
  /** Ends a check, a history or an explanation that takes long. */
  | { type: 'cancel' }
  /** More cells, for a table. */
  | { type: 'cells'; question: TensorQuestion }
  /** Copies all of a tensor, or opens it as a table in an editor. */
  | { type: 'text'; ref: TensorRef; as: TensorFormat; to: 'clipboard' | 'editor' }
  /** The loss over a plane through the weights at the cursor; null ends the one that is being computed. */
  | { type: 'plane'; axes: PlaneAxes | null; n?: number }
  /** Show this parameter in the optimizer panel; null closes the panel. */
  | { type: 'optimizer'; open: boolean; parameter?: number; element?: number[]; layers?: boolean }
  /** Save what was drawn: text, or base64 of a PNG. */
  | { type: 'export'; name: string; kind: 'csv' | 'svg' | 'png'; text: string }
  /** Look into these nodes, small linear layers, and keep them current. */
  | { type: 'neurons'; nodes: number[] }
  /** Have this measured of every node, from now on; null ends it. */
  | { type: 'measure'; measure: NodeMeasure | null }
  /** Stop the running script where it is. */
  | { type: 'pause' }
  /** Ticks [from, to), one by one. */
  | { type: 'stretch'; from: number; to: number }
  /** Show these curves, as fine as can be in iterations [from, to); `fill` computes again what nobody looked at. Closed, it computes nothing more. */
  | { type: 'curves'; open: boolean; keys: string[]; from?: number; to?: number; fill: boolean }
  /** The user has chosen it here. */
  | { type: 'select'; selection: Selection }
  /** Go to a node's line in the editor. */
  | { type: 'reveal'; path: string; line: number; focus: boolean }
  /** Hovering a node marks its line; null takes the mark away. */
  | { type: 'mark'; path: string; line: number }
  /** Show another run: its curve was clicked. */
  | { type: 'focus'; run: string }
  | { type: 'unmark' }
  /** Take the tour: there is nothing to show yet. */
  | { type: 'tour' }
  /** Lets the user choose one of the runs that were kept. */
  | { type: 'recent' }
  /** Open the setting that bounds what is kept. */
  | { type: 'bound' }
  /** A stop that was asked for by a key gave the focus to the editor: it is wanted back. */
  | { type: 'refocus' }
  | { type: 'copy'; text: string };

/** Extension to the view of what was printed. */
export type ToPrinted =
  /** What was printed, from line `from` on; what was known of these lines is replaced. */
  | { type: 'lines'; from: number; lines: PrintedLine[] }
  /** Lines after this tick are not printed yet. */
  | { type: 'at'; tick: number; running: boolean };

/** A figure of matplotlib's in its view. */
export interface ShownFigure {
  number: number;
  title: string;
  summary: string;
  /** Left out where it is as it was; empty where it was not kept. */
  svg?: string;
}

/** Extension to the view of figures: all that there are, in their order. */
export interface ToFigures {
  type: 'figures';
  figures: ShownFigure[];
}

/** The view of figures, to the extension. */
export type FromFigures = Extract<FromWebview, { type: 'ready' | 'export' }>;

/** The view of what was printed, to the extension. */
export type FromPrinted = Extract<FromWebview, { type: 'ready' | 'seek' | 'copy' | 'refocus' }>;
