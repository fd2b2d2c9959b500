/** What a card and a link show at the cursor: from the states of the nodes they stand for. */
import type { NodeState } from '../../src/protocol/views';
import { nodeLabel, num, plural } from '../format';
import type { Card, Link } from './model';

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
};

export function cardState(card: Card, states: States, cursor: number | null): Shown {
  const atCursor = cursor !== null && card.members.includes(cursor);
  if (card.node) {
    const state = states.get(card.node.id);
    const label = nodeLabel(card.node, state, atCursor);
    if (!state) return { ...EMPTY, cursor: atCursor, label };
    const { forward, backward, updated, bad, value, grad } = state;
    return { forward, partly: false, backward, updated, bad, value, grad, cursor: atCursor, label };
  }
  return foldedState(card, states, atCursor);
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
    `${card.module!.path}, ${card.module!.type}, folded module of ${plural(card.members.length, 'node')}`,
    forward ? 'forward ran' : `${ran.length} of ${ops.length} ran`,
    last?.valueNorm == null ? '' : `output norm ${num(last.valueNorm)}`,
    last?.gradNorm == null ? '' : `gradient norm ${num(last.gradNorm)}`,
    atCursor ? 'at the cursor' : '',
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
  };
}

export interface LinkShown {
  /** The value went along it. */
  lit: boolean;
  /** The gradient came back along it. */
  flowed: boolean;
  /** Stroke width of the gradient. */
  width: number;
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

export function linkState(link: Link, states: States, cursor: number | null, kind: string): LinkShown {
  let lit = false;
  let flowed = false;
  let norm: number | null = null;
  let now: LinkShown['now'] = null;
  for (const [from, to] of link.pairs) {
    const source = states.get(from);
    const target = states.get(to);
    lit ||= source?.forward === true;
    if (link.grad && target?.backward && source) {
      flowed = true;
      if (source.gradNorm !== null) norm = Math.max(norm ?? 0, source.gradNorm);
    }
    if (cursor === to && kind === 'forward' && lit) now = 'forward';
    if (cursor === to && kind === 'backward' && flowed) now = 'backward';
  }
  return { lit, flowed, width: gradWidth(norm), now };
}
