/** The user's choices, and how they come back from storage. */
import type { Measure } from '../src/protocol/origins';
import type { TensorRef } from '../src/protocol/views';
import { SECTIONS, type Section } from './curves/series';
import { ALL_MODES, type Mode } from './graph/modes';
import type { WeightPart } from './graph/neurons';

export type Part = NonNullable<TensorRef['part']>;

export type Tab = 'tensor' | 'optimizer' | 'curves';

/** What the inspector shows; null in the choices: the value, or the gradient while the gradient is what happens. */
export type Face = 'parameter' | 'state' | 'explain' | 'history';

/** What is asked of an op: an element of its result, and one of the tensors that it was computed from. */
export interface Asked {
  node: number;
  element?: number[];
  argument?: number;
  at?: number[];
}

/** Choices of the user: kept over hide and show. */
export interface Ui {
  /** Selected graph node; null follows the cursor. */
  node: number | null;
  /** A tensor that is no node's, e.g. a velocity: shown in place of the node's. */
  ref: TensorRef | null;
  /** null: value while going forward, gradient while going backward. */
  part: Part | null;
  face: Face | null;
  /** Of an op's parameters, the node of the one that is shown; null: the first. */
  of: number | null;
  /** Of what an optimizer keeps, the one that is shown; null: the first. */
  kept: string | null;
  /** The element that was chosen last, of the tensor that it belongs to. */
  chosen: { tensor: number; element: number[] } | null;
  asked: Asked | null;
  /** What a history is of. */
  measure: Measure | 'element';
  /** The dimensions that go down and across; null: the last two. */
  axes: [number, number] | null;
  slice: number[];
  row0: number;
  col0: number;
  /** With what the tensor is compared. */
  against: 'iteration' | number | null;
  /** Are tensors that can be seen as pictures seen so, and from which picture on? Null: those of more than two dimensions. */
  pictures: boolean | null;
  images: number;
  /** Null: the optimizer while it updates, the tensor at the cursor at every other time. */
  tab: Tab | null;
  /** Are the panels under the network open? Null: where there is room for them. */
  panels: boolean | null;
  /** Modules the user closed (true) or opened (false), by path; the others are as the size of the network asks. */
  folded: Record<string, boolean>;
  zoom: { k: number; x: number; y: number } | null;
  /** What colours the nodes. */
  mode: Mode;
  /** What the lines between units show. */
  weights: WeightPart;
  logLoss: boolean;
  parameter: number | null;
  element: number[] | null;
  series: 'element' | 'norm' | 'layers';
  /** What of the optimizer's panel shows. */
  page: 'rule' | 'past' | 'plane';
  numbers: boolean;
  /** What the curves panel shows: sections, and expressions. */
  sections: Section[];
  watched: string[];
  logCurves: boolean;
  /** The charts of a section on one scale. */
  sameScale: boolean;
  /** Weight of the past in the smoothed lines, 0 … 0.99. */
  smooth: number;
  /** Iterations in sight; null for all. Belongs to a run, and is not kept. */
  span: [number, number] | null;
  /** Curves are computed again where nobody looked; false where the user cancelled it. */
  fill: boolean;
  /** What the timeline plays by, and how many of them in a second. */
  playBy: 'tick' | 'op' | 'iteration';
  playSpeed: number;
  /** Share of the height that the network takes; null where the user has not said. */
  split: number | null;
}

const freshUi = (): Ui => ({
  node: null,
  ref: null,
  part: null,
  face: null,
  of: null,
  kept: null,
  chosen: null,
  asked: null,
  measure: 'norm',
  axes: null,
  against: null,
  pictures: null,
  images: 0,
  slice: [],
  row0: 0,
  col0: 0,
  tab: null,
  panels: null,
  folded: {},
  zoom: null,
  mode: 'progress',
  weights: 'weight',
  logLoss: false,
  parameter: null,
  element: null,
  series: 'element',
  page: 'rule',
  numbers: false,
  sections: ['loss', 'printed', 'rate'],
  watched: [],
  logCurves: false,
  sameScale: false,
  smooth: 0,
  span: null,
  fill: true,
  playBy: 'tick',
  playSpeed: 5,
  split: null,
});

export const picturesOpen = ({ pictures }: Ui, shape: readonly number[]): boolean => pictures ?? shape.length > 2;

/** Where in a tensor one is belongs to that tensor. */
export const FROM_THE_START = { slice: [], row0: 0, col0: 0, axes: null, images: 0 } satisfies Partial<Ui>;

/** Cells of a heat-map at a time, along each side. */
export const WINDOW = 64;

/** Chooses an element, and brings the heat-map to it. */
export function windowAt(tensor: number, element: number[]): Partial<Ui> {
  const [row, col] = element.length > 1 ? element.slice(-2) : [0, element[0] ?? 0];
  const start = (i: number | undefined): number => Math.floor((i ?? 0) / WINDOW) * WINDOW;
  const chosen = { tensor, element };
  return { chosen, axes: null, slice: element.slice(0, -2), row0: start(row), col0: start(col) };
}

const isNum = (v: unknown): boolean => typeof v === 'number' && Number.isFinite(v);
const isNums = (v: unknown): boolean => Array.isArray(v) && v.every(isNum);
const isBool = (v: unknown): boolean => typeof v === 'boolean';
const oneOf =
  (...words: unknown[]) =>
  (v: unknown): boolean =>
    words.includes(v);
const fields =
  (check: (v: unknown) => boolean, ...names: string[]) =>
  (v: unknown): boolean =>
    typeof v === 'object' && v !== null && names.every((name) => check((v as Record<string, unknown>)[name]));

/** What is kept; the part and a tensor off the graph belong to a moment and are not. */
const KEPT: Partial<Record<keyof Ui, (v: unknown) => boolean>> = {
  node: isNum,
  tab: oneOf('tensor', 'optimizer', 'curves', null),
  face: oneOf('parameter', 'state', 'explain', 'history', null),
  measure: oneOf('norm', 'mean', 'min', 'max', 'element'),
  pictures: isBool,
  panels: oneOf(true, false, null),
  folded: (v) => typeof v === 'object' && v !== null && Object.values(v).every(isBool),
  zoom: fields(isNum, 'k', 'x', 'y'),
  mode: oneOf(...ALL_MODES),
  weights: oneOf('weight', 'grad', 'update'),
  logLoss: isBool,
  parameter: isNum,
  element: isNums,
  series: oneOf('element', 'norm', 'layers'),
  page: oneOf('rule', 'past', 'plane'),
  numbers: isBool,
  sections: (v) => Array.isArray(v) && v.every(oneOf(...SECTIONS.map(({ name }) => name))),
  watched: (v) => Array.isArray(v) && v.length < 100 && v.every((text) => typeof text === 'string'),
  logCurves: isBool,
  sameScale: isBool,
  smooth: (v) => isNum(v) && (v as number) >= 0 && (v as number) < 1,
  playBy: oneOf('tick', 'op', 'iteration'),
  playSpeed: (v) => isNum(v) && (v as number) > 0 && (v as number) <= 60,
  split: isNum,
};

/** The saved choices, where they have the shape of ours. */
export function readUi(saved: unknown): Ui {
  const ui = freshUi();
  if (typeof saved !== 'object' || saved === null) return ui;
  for (const [name, check] of Object.entries(KEPT)) {
    const value = (saved as Record<string, unknown>)[name];
    if (check(value)) Object.assign(ui, { [name]: value });
  }
  return ui;
}
