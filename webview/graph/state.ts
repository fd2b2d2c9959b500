/** What a card and a link show at the cursor: from the states of the nodes they stand for. */

import type { NodeState } from '../../src/protocol/views';
import { count, nodeLabel, num } from '../format';
import { plural, t } from '../l10n';
import type { Card, Link } from './model';
import { MODES, type Mode, modeText, modeValue } from './modes';

export interface Shown {
  forward: boolean;
  /** A folded module of which a part ran. */
  partly: boolean;
  backward: boolean;
  updated: boolean;
  bad: boolean;
  value: number | null;
  grad: number | null;
  cursor: boolean;
  label: string;
  /** What the mode shows of it, where it has such a number. */
  measure: number | null;
}

export type States = ReadonlyMap<number, NodeState>;

const EMPTY: Shown = {
  forward: false,
  partly: false,
  backward: false,
  updated: false,
  bad: false,
  value: null,
  grad: null,
  cursor: false,
  label: '',
  measure: null,
};

export function cardState(card: Card, states: States, cursor: number | null, mode: Mode = 'progress'): Shown {
  const atCursor = cursor !== null && card.members.includes(cursor);
  const measure = modeOf(card, states, mode);
  const says = measure === null ? '' : `, ${MODES[mode].said} ${modeText(mode, measure)}`;
  if (card.node) {
    const state = states.get(card.node.id);
    const label = nodeLabel(card.node, state, atCursor) + says;
    if (!state) return { ...EMPTY, cursor: atCursor, label };
    const { forward, backward, updated, bad, value, grad } = state;
    return { forward, partly: false, backward, updated, bad, value, grad, cursor: atCursor, label, measure };
  }
  const folded = foldedState(card, states, atCursor);
  return { ...folded, label: folded.label + says, measure };
}

/** The mode's number of a card: a folded module shows its output's, or the largest that is in it. */
export function modeOf(card: Card, states: States, mode: Mode): number | null {
  if (mode === 'progress') return null;
  if (card.node) return modeValue(mode, states.get(card.node.id));
  const found = card.members.map((id) => states.get(id));
  if (MODES[mode].folded === 'last') return foldedState(card, states, false).value;
  const sum = MODES[mode].folded === 'sum';
  return found.reduce<number | null>((so, state) => {
    const v = modeValue(mode, state);
    if (v === null) return so;
    return sum ? (so ?? 0) + v : Math.max(so ?? v, v);
  }, null);
}

function foldedState(card: Card, states: States, atCursor: boolean): Shown {
  const members = card.members.map((id) => states.get(id)).filter((state) => state !== undefined);
  const ops = members.filter((state) => state.forwardTick !== null || !state.forward);
  const ran = ops.filter((state) => state.forward);
  const withGrad = members.filter((state) => state.backwardTick !== null);
  const last = ran.at(-1);
  const forward = members.length > 0 && ran.length === ops.length;
  const backward = withGrad.length > 0 && withGrad.every((state) => state.backward);
  const label = [
    plural(
      card.members.length,
      '{1}, {2}, folded module of {0} node',
      '{1}, {2}, folded module of {0} nodes',
      count(card.members.length),
      card.module!.path,
      card.module!.type,
    ),
    forward ? t('forward ran') : t('{0} of {1} ran', ran.length, ops.length),
    last?.valueNorm == null ? '' : t('output norm {0}', num(last.valueNorm)),
    last?.gradNorm == null ? '' : t('gradient norm {0}', num(last.gradNorm)),
    atCursor ? t('at the cursor') : '',
  ];
  return {
    forward,
    partly: !forward && ran.length > 0,
    backward,
    updated: members.some((state) => state.updated),
    bad: members.some((state) => state.bad),
    value: last?.value ?? null,
    grad: last?.grad ?? null,
    cursor: atCursor,
    label: label.filter(Boolean).join(', '),
    measure: null,
  };
}

export type Health = 'vanishing' | 'exploding' | null;

export interface LinkShown {
  /** The value went along it. */
  lit: boolean;
  /** The gradient came back along it. */
  flowed: boolean;
  /** Stroke width of the gradient. */
  width: number;
  health: Health;
  /** The gradient in words; '' where none came yet. */
  label: string;
  /** Runs along this link at the cursor: forward into its op, backward out of it. */
  now: 'forward' | 'backward' | null;
}

const MIN_WIDTH = 1.25;
const MAX_WIDTH = 8;

/** 1e-6 and less is thin, 1e2 and more is thick; each power of ten adds the same. */
export function gradWidth(norm: number | null): number {
  if (norm === null || !(norm > 0)) return MIN_WIDTH;
  const size = (Math.log10(norm) + 6) / 8;
  return MIN_WIDTH + (MAX_WIDTH - MIN_WIDTH) * Math.min(1, Math.max(0, size));
}

/** A gradient so many times larger or smaller than the network's median is called exploding or vanishing; or beyond these norms. */
export const FAR_FROM_MEDIAN = 1000;
export const LARGE = 1e4;
export const SMALL = 1e-10;

/** Median of the gradient norms of what the ops gave, so far in this backward pass; null while there is none. */
export function medianGradient(states: States): number | null {
  const norms: number[] = [];
  for (const { backward, gradNorm, updateTick, backwardTick } of states.values()) {
    if (backward && backwardTick !== null && updateTick === null && gradNorm !== null && gradNorm > 0)
      norms.push(gradNorm);
  }
  norms.sort((a, b) => a - b);
  const middle = norms.length >> 1;
  if (norms.length === 0) return null;
  return norms.length % 2 === 1 ? norms[middle]! : Math.sqrt(norms[middle - 1]! * norms[middle]!);
}

export function healthOf(norm: number | null, median: number | null): Health {
  if (norm === null) return null;
  const usual = median ?? norm;
  if (norm > LARGE || norm > usual * FAR_FROM_MEDIAN) return 'exploding';
  return norm < SMALL || norm < usual / FAR_FROM_MEDIAN ? 'vanishing' : null;
}

export function linkState(
  link: Link,
  states: States,
  cursor: number | null,
  kind: string,
  median: number | null = null,
): LinkShown {
  let lit = false;
  let flowed = false;
  let bad = false;
  let norm: number | null = null;
  let now: LinkShown['now'] = null;
  for (const [from, to] of link.pairs) {
    const source = states.get(from);
    const target = states.get(to);
    lit ||= source?.forward === true;
    if (link.grad && target?.backward && source) {
      flowed = true;
      // Its norm is over the finite elements: where there are others the gradient has left all bounds.
      bad ||= source.bad && source.backward;
      if (source.gradNorm !== null) norm = Math.max(norm ?? 0, source.gradNorm);
    }
    if (cursor === to && kind === 'forward' && lit) now = 'forward';
    if (cursor === to && kind === 'backward' && flowed) now = 'backward';
  }
  const health = bad ? 'exploding' : healthOf(norm, median);
  return {
    lit,
    flowed,
    width: gradWidth(norm),
    health,
    label: flowed ? gradLabel(norm, median, health, bad) : '',
    now,
  };
}

function gradLabel(norm: number | null, median: number | null, health: Health, bad: boolean): string {
  if (bad) return t('Gradient with NaN or infinity');
  if (norm === null) return t('Gradient: not there yet');
  const times = median === null || median === 0 ? '' : t(', {0} times the network’s median', num(norm / median, 2));
  return t('Gradient norm {0}{1}{2}', num(norm), times, health === null ? '' : `: ${health}`);
}
