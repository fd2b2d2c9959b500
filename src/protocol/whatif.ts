/** What would be otherwise: gradients checked by small differences, and the loss elsewhere than where training went. */
import { t } from './l10n';
import type { Place } from './ticks';

export interface CheckedElement {
  element: number[];
  /** What backward() gave. */
  gradient: number | string;
  /** (loss(w + h) - loss(w - h)) / 2h, in float64. */
  difference: number | string;
}

export interface CheckQuestion {
  /** A tensor whose gradient backward() gave, against the loss. */
  tensor?: number;
  /** Or the op whose gradient ran at this tick, alone: all its arguments. */
  op?: number;
}

export interface CheckView {
  /** `linear1.weight`, or `weight of linear in linear1` for an op's argument. */
  name: string;
  /** What was changed a little to see: `the loss of iteration 3`, `linear in linear1 alone`. */
  against: string;
  place: Place | null;
  /** How many of how many elements were looked at. */
  checked: number;
  of: number;
  /** The element in which the two differ most; null where nothing could be checked. */
  worst: CheckedElement | null;
  /** Largest difference, as a part of the largest gradient. */
  error: number | string | null;
  /** True: they agree as well as the recorded precision can. */
  agrees: boolean;
  /** Elements at which the loss has a kink within the small step: there is no gradient to compare with. */
  kinks: number;
  /** Why nothing could be checked, in words. */
  missing: string | null;
}

/** Two directions in the space of the weights. */
export type PlaneAxes =
  /** Two elements: the axes are their own values. */
  | { kind: 'elements'; x: { tensor: number; element: number[] }; y: { tensor: number; element: number[] } }
  /** Two random directions, each filter as long as the weights' (Li et al. 2018, Visualizing the Loss Landscape of Neural Nets). */
  | { kind: 'random'; seed: number }
  /** The two main directions of the way that the weights went (principal components). */
  | { kind: 'path' };

export interface PlaneArrow {
  /** The gradient points uphill; the velocity the way in which it moves the weights; the step from this point to where the update ends. */
  role: 'gradient' | 'velocity' | 'step';
  x: number;
  y: number;
  /** Part of its length that lies in the plane, 0 to 1. */
  within: number;
}

/** The weights that an iteration's loss was computed with, seen in the plane. */
export interface PlanePoint {
  iteration: number;
  tick: number;
  x: number;
  y: number;
  /** How far the weights are from the plane: what is drawn is their shadow. 0 at the iteration that the plane was made for. */
  off: number;
  /** The loss that was recorded there; of another batch where the script has many. */
  loss: number | string | null;
  /** The plane's own loss at these weights (not at their shadow): what the iteration of the plane would have had with them. */
  planeLoss: number | string;
  arrows: PlaneArrow[];
}

/** A plane as another session needs it, to see its own weights in it: by the parameters' names. */
export interface PlaneBasis {
  parameters: { name: string; shape: number[]; origin: Float64Array; x: Float64Array; y: Float64Array }[];
  /** The axes' values at the origin. */
  at: [number, number];
}

/** Where another run's weights are in a plane. */
export interface OtherPath {
  id: string;
  name: string;
  points: Omit<PlanePoint, 'arrows' | 'planeLoss'>[];
}

export interface PlaneView {
  axes: PlaneAxes;
  /** What the axes are, in words: `linear1.weight[0, 3]`, `1st main direction (71 %)`. */
  xName: string;
  yName: string;
  /** Ends of the axes, and how many points each has. */
  x: [number, number];
  y: [number, number];
  n: number;
  /** n x n losses, row by row from the lowest y. */
  losses: (number | string)[];
  /** The iteration whose loss it is, on what that had computed it from; the plane goes through its weights. */
  iteration: number;
  /** True where every iteration's recorded loss is, to the bit, what this loss gives at its weights: no other batch, no other draws. */
  sameLoss: boolean;
  /** The point at the cursor: its loss is the recorded one to the bit. */
  here: { x: number; y: number; loss: number | string };
  /** The loss that was recorded. */
  recorded: number | string;
  path: PlanePoint[];
  /** Where it was asked for. */
  basis?: PlaneBasis;
  missing: string | null;
}

/** A check in words. */
export function checkText(view: CheckView): string {
  if (view.missing) return `${view.name}: ${view.missing}`;
  const { worst } = view;
  const where = `[${worst!.element.join(', ')}]`;
  const said = view.agrees ? t('agrees with') : t('DIFFERS from');
  const part = view.checked < view.of ? t(' ({0} of {1} elements)', view.checked, view.of) : '';
  const kinks = view.kinks > 0 ? t('; {0} at a kink left out', view.kinks) : '';
  const place = view.place ? t(' at {0}', fileAndLine(view.place)) : '';
  return t(
    'The gradient of {0} {1} small differences of {2}{3}{4}{5}. Worst at {6}: gradient {7}, difference {8}.',
    view.name,
    said,
    view.against,
    place,
    part,
    kinks,
    where,
    short(worst!.gradient),
    short(worst!.difference),
  );
}

/** So many digits that two that agree can be seen to differ. */
const short = (v: number | string): string => (typeof v === 'number' ? String(Number(v.toPrecision(7))) : v);

const fileAndLine = ({ path, line }: Place): string =>
  `${path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)}:${line}`;
