/** Numbers and shapes as a user reads them. */

import type { DType, GraphNode, NodeState, Phase, Place, Stats } from '../src/protocol/views';
import { t } from './l10n';

export type Cell = number | string | null;

/** Four significant digits; exponents only where they are shorter to read. */
export function num(value: Cell | undefined, digits = 4): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') {
    return value === 'nan' ? 'NaN' : value === 'inf' ? '∞' : value === '-inf' ? '−∞' : value;
  }
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  let text: string;
  if (Number.isInteger(value) && size < 1e7) text = String(value);
  else if (size >= 1e5 || size < 1e-3) {
    text = value
      .toExponential(Math.max(0, digits - 2))
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  } else if (size >= 10 ** digits) text = String(Math.round(value));
  else {
    text = value.toPrecision(digits);
    if (text.includes('.')) text = text.replace(/\.?0+$/, '');
  }
  return text.replaceAll('-', '−');
}

export const short = (value: Cell | undefined): string => num(value, 3);

/** As many digits as a float64 holds: for copying and for the exact readout. */
export function exact(value: Cell, dtype: DType): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return num(value);
  if (dtype === 'float64') return String(value);
  if (dtype === 'float32') return String(Number(value.toPrecision(9)));
  if (dtype === 'float16' || dtype === 'bfloat16') return String(Number(value.toPrecision(5)));
  return dtype === 'bool' ? (value === 0 ? 'False' : 'True') : String(value);
}

export const count = (value: number): string => value.toLocaleString('en-US');

export const shapeText = (shape: number[]): string => (shape.length === 0 ? t('scalar') : shape.join(' × '));
export const shapeSaid = (shape: number[]): string => (shape.length === 0 ? t('scalar') : shape.join(t(' by ')));

export const fileName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
export const placeText = (place: Place | null): string => (place ? `${fileName(place.path)}:${place.line}` : '');

const PHASES = { forward: t('forward'), backward: t('backward'), update: t('update') };
export const phaseText = (phase: Phase): string => PHASES[phase];

/** What a screen reader says for a node of the graph. */
export function nodeLabel(node: GraphNode, state: NodeState | undefined, atCursor: boolean): string {
  const parts = [node.label || node.op];
  const what = { op: t('output'), parameter: t('parameter'), input: t('input'), loss: t('loss') }[node.kind];
  parts.push(`${what} ${node.dtype} ${shapeSaid(node.shape)}`);
  if (!state?.forward && node.kind === 'op') parts.push(t('not run yet'));
  if (state && state.valueNorm !== null) parts.push(t('value norm {0}', num(state.valueNorm)));
  if (state && state.gradNorm !== null) parts.push(t('gradient norm {0}', num(state.gradNorm)));
  else if (node.gradFn === null && node.kind !== 'parameter') parts.push(t('takes no gradient'));
  if (state?.updated) parts.push(t('updated'));
  if (state?.bad) parts.push(t('has NaN or infinity'));
  if (atCursor) parts.push(t('at the cursor'));
  return parts.join(', ');
}

export const statRows = (stats: Stats): [string, string][] => [
  [t('mean'), num(stats.mean)],
  [t('std'), num(stats.std)],
  [t('min'), num(stats.min)],
  [t('max'), num(stats.max)],
  [t('norm'), num(stats.norm)],
  [t('elements'), count(stats.count)],
  [t('zeros'), count(stats.zeros)],
  ['NaN', count(stats.nan)],
  [t('infinite'), count(stats.inf)],
];

/** 0…1 on the logarithmic scale of the size bars, 1e-6 to 1e3. */
export const BAR_MIN = -6;
export const BAR_MAX = 3;
export function barSize(rms: number | null): number {
  if (rms === null || !(rms > 0)) return 0;
  return Math.min(1, Math.max(0.02, (Math.log10(rms) - BAR_MIN) / (BAR_MAX - BAR_MIN)));
}

/** Milliseconds in the unit that suits them. */
export function duration(ms: number): string {
  if (ms >= 1000) return t('{0} s', num(ms / 1000, 3));
  return ms >= 1 ? t('{0} ms', num(ms, 3)) : t('{0} µs', num(ms * 1000, 3));
}
