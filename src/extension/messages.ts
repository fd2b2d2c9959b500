/** Checks what a webview sent before anything is done with it. Pure: no vscode. */
import { isAbsolute } from 'node:path';
import type { Move } from '../protocol/session';
import type { NodeMeasure } from '../protocol/views';
import type { FromWebview } from '../protocol/webview';

const MOVES: { [M in Move]: true } = {
  next: true,
  stepIn: true,
  stepOut: true,
  continue: true,
  stepBack: true,
  stepBackInto: true,
  stepBackOut: true,
  reverseContinue: true,
  tickForward: true,
  tickBack: true,
  iterationForward: true,
  iterationBack: true,
};

const MEASURES: { [M in NodeMeasure]: true } = { ratio: true, dead: true, time: true, change: true };

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

const natural: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const naturals: Check = (value) => Array.isArray(value) && value.length <= 64 && value.every(natural);
const isPath: Check = (value) => typeof value === 'string' && value.length < 4096 && isAbsolute(value);
const isLine: Check = (value) => natural(value) && value !== 0;
const part: Check = (value) =>
  value === 'value' || value === 'grad' || (typeof value === 'string' && /^state:\w{1,100}$/.test(value));

const isTensor: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const ref = value as Fields;
  const axes = optional((v) => naturals(v) && (v as unknown[]).length === 2)(ref.axes);
  const window = axes && optional(natural)(ref.row0) && optional(natural)(ref.col0) && optional(naturals)(ref.slice);
  const against = optional((v) => v === 'iteration' || natural(v))(ref.against) && optional(natural)(ref.images);
  return natural(ref.tensor) && optional(part)(ref.part) && window && against;
};

const isExplain: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { tick, element, argument, tensor, at } = value as Fields;
  return natural(tick) && [argument, tensor].every(optional(natural)) && [element, at].every(optional(naturals));
};

const isCheck: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { tensor, op } = value as Fields;
  return tensor === undefined ? natural(op) : natural(tensor) && op === undefined;
};

const isMeasure: Check = (value) => ['norm', 'mean', 'min', 'max'].includes(value as string);

const isElement: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { tensor, element } = value as Fields;
  return natural(tensor) && naturals(element);
};
const isAxes: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, seed, x, y } = value as Fields;
  if (kind === 'elements') return isElement(x) && isElement(y);
  return kind === 'random' ? natural(seed) : kind === 'path';
};

const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const isSelection: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { node, ref, parameter, element } = value as Fields;
  return orNull(natural)(node) && orNull(isTensor)(ref) && orNull(natural)(parameter) && orNull(naturals)(element);
};

const CHECKS: { [T in FromWebview['type']]: (message: Fields) => boolean } = {
  ready: () => true,
  seek: ({ tick }) => Number.isSafeInteger(tick),
  move: ({ move }) => typeof move === 'string' && Object.hasOwn(MOVES, move),
  inspect: ({ ref }) => ref === null || isTensor(ref),
  history: ({ ref, element, measure }) => isTensor(ref) && optional(naturals)(element) && optional(isMeasure)(measure),
  explain: ({ question }) => isExplain(question),
  check: ({ question }) => isCheck(question),
  cancel: () => true,
  cells: ({ question }) => isTensor(question),
  text: ({ ref, as, to }) =>
    isTensor(ref) && (as === 'python' || as === 'csv') && (to === 'clipboard' || to === 'editor'),
  plane: ({ axes, n }) => (axes === null || isAxes(axes)) && optional(natural)(n),
  optimizer: ({ open, parameter, element, layers }) =>
    typeof open === 'boolean' &&
    optional((v) => typeof v === 'boolean')(layers) &&
    optional(natural)(parameter) &&
    optional(naturals)(element),
  export: ({ name, kind, text }) =>
    typeof name === 'string' &&
    /^[\w. -]{1,100}$/.test(name) &&
    (kind === 'csv' || kind === 'svg' || kind === 'png') &&
    typeof text === 'string' &&
    text.length < 1e8,
  neurons: ({ nodes }) => naturals(nodes),
  measure: ({ measure }) => measure === null || (typeof measure === 'string' && Object.hasOwn(MEASURES, measure)),
  pause: () => true,
  stretch: ({ from, to }) => natural(from) && natural(to),
  curves: ({ open, keys, from, to, fill }) =>
    typeof open === 'boolean' &&
    typeof fill === 'boolean' &&
    Array.isArray(keys) &&
    keys.length <= 1000 &&
    keys.every((key) => typeof key === 'string' && key.length < 1000) &&
    optional(natural)(from) &&
    optional(natural)(to),
  reveal: ({ path, line, focus }) => isPath(path) && isLine(line) && typeof focus === 'boolean',
  mark: ({ path, line }) => isPath(path) && isLine(line),
  focus: ({ run }) => typeof run === 'string' && run.length < 200,
  unmark: () => true,
  select: ({ selection }) => isSelection(selection),
  tour: () => true,
  recent: () => true,
  bound: () => true,
  refocus: () => true,
  copy: ({ text }) => typeof text === 'string' && text.length < 1e7,
};

/** The message, or null when it is none of ours. */
export function readFromWebview(message: unknown): FromWebview | null {
  if (typeof message !== 'object' || message === null) return null;
  const { type } = message as Fields;
  if (typeof type !== 'string' || !Object.hasOwn(CHECKS, type)) return null;
  return CHECKS[type as FromWebview['type']](message as Fields) ? (message as FromWebview) : null;
}
