/** What colours the nodes: where the iteration has come to, or one number of each node on a scale. */

import { interpolateViridis, rgb } from 'd3';
import type { NodeMeasure, NodeState } from '../../src/protocol/views';
import { duration, num } from '../format';
import { t } from '../l10n';

export type Mode = 'progress' | 'value' | 'grad' | NodeMeasure;

interface ModeWords {
  name: string;
  hint: string;
  /** Of one node, for its label: `value scale 0.3`. */
  said: string;
  /** What a folded module shows of its nodes. */
  folded: 'last' | 'largest' | 'sum';
}

export const MODES: Record<Mode, ModeWords> = {
  progress: {
    name: t('Progress'),
    hint: t('Filled where it ran in this iteration: forward, backward, updated'),
    said: '',
    folded: 'last',
  },
  value: {
    name: t('Value scale'),
    hint: t('Root mean square of the value'),
    said: t('value scale'),
    folded: 'last',
  },
  grad: {
    name: t('Gradient norm'),
    hint: t('Norm of the gradient; of a folded module the largest in it'),
    said: t('gradient norm'),
    folded: 'largest',
  },
  ratio: {
    name: t('Update ratio'),
    hint: t('Norm of the latest update over the norm of the weight before it; about 0.001 is usual'),
    said: t('update-to-weight ratio'),
    folded: 'largest',
  },
  dead: {
    name: t('Dead units'),
    hint: t('Units that passed no signal for any sample: a relu that gave only zeros, a sigmoid or tanh that was flat'),
    said: t('dead units'),
    folded: 'largest',
  },
  time: {
    name: t('Time spent'),
    hint: t(
      'Time that the engine took in this iteration: op, gradient and update. Measured while it ran, without Python; of a folded module the sum',
    ),
    said: t('time spent'),
    folded: 'sum',
  },
  change: {
    name: t('Change'),
    hint: t('Distance from the same node in the iteration before, over what it was then'),
    said: t('change since the last iteration'),
    folded: 'largest',
  },
};
export const ALL_MODES = Object.keys(MODES) as Mode[];

/** What the session has to work out for a mode; null where the picture has it anyway. */
export const measureOf = (mode: Mode): NodeMeasure | null =>
  mode === 'ratio' || mode === 'dead' || mode === 'time' || mode === 'change' ? mode : null;

export function modeValue(mode: Mode, state: NodeState | undefined): number | null {
  if (!state || mode === 'progress') return null;
  if (mode === 'value') return state.value;
  if (mode === 'grad') return state.gradNorm;
  return state.measured ?? null;
}

export function modeText(mode: Mode, value: number): string {
  if (mode === 'time') return duration(value);
  return mode === 'dead' ? `${num(value * 100, 3)} %` : num(value, 3);
}

/** From what to what the colours go. `log`: the ends are powers of ten. */
export interface Scale {
  log: boolean;
  low: number;
  high: number;
}

/** Fewer decades would make noise look like news; more would make all colours one. */
const LEAST = 2;
const MOST = 8;

/**
 * The scale for these numbers: whole decades around them. It only grows while the same network is looked at in the same mode (`before`), so
 * that a colour keeps its meaning from step to step.
 */
export function scaleFor(mode: Mode, values: readonly number[], before: Scale | null): Scale | null {
  if (mode === 'dead') return { log: false, low: 0, high: 1 };
  const sizes = values.filter((v) => v > 0 && Number.isFinite(v)).map(Math.log10);
  if (sizes.length === 0) return before;
  let low = Math.floor(Math.min(...sizes));
  let high = Math.ceil(Math.max(...sizes));
  if (before) [low, high] = [Math.min(low, Math.log10(before.low)), Math.max(high, Math.log10(before.high))];
  while (high - low < LEAST) high - Math.max(...sizes) < Math.min(...sizes) - low ? high++ : low--;
  return { log: true, low: 10 ** Math.max(Math.round(low), Math.round(high) - MOST), high: 10 ** Math.round(high) };
}

/** Where on the scale, 0 to 1. */
export function position(scale: Scale, value: number): number {
  const { log, low, high } = scale;
  if (log && value <= 0) return 0;
  const at = log ? Math.log10(value / low) / Math.log10(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, at));
}

/** Viridis: from dark violet to light yellow and ever lighter, the same order for those who do not tell red from green. */
export const shade = (at: number): string => interpolateViridis(at);

/** Dark words on a light shade, light ones on a dark shade. */
export function inkOn(colour: string): 'dark' | 'light' {
  const { r, g, b } = rgb(colour);
  const [x, y, z] = [r, g, b].map((c) => {
    const s = c / 255;
    return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const light = 0.2126 * x + 0.7152 * y + 0.0722 * z;
  return light > 0.179 ? 'dark' : 'light';
}

/** Marks of a scale, with what is written there: its decades, of which every second or third where they are many. */
export function ticksOf(mode: Mode, scale: Scale): { at: number; text: string }[] {
  if (!scale.log) return [0, 0.5, 1].map((v) => ({ at: v, text: modeText(mode, v) }));
  const low = Math.round(Math.log10(scale.low));
  const high = Math.round(Math.log10(scale.high));
  const step = Math.ceil((high - low) / 4);
  const found: { at: number; text: string }[] = [];
  for (let e = low; e <= high; e += step) found.push({ at: (e - low) / (high - low), text: modeText(mode, 10 ** e) });
  return found;
}
