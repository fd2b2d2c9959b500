/** What is wrong with what a card stands for, in words. */
import type { GraphNode, HealthChip, NodeState } from '../../src/protocol/views';
import { count, num, placeText } from '../format';
import { plural, t } from '../l10n';

type Kind = HealthChip['kind'];

const NAMES: Record<Kind, string> = {
  nonfinite: t('NaN or Inf'),
  dead: t('Dead'),
  saturated: t('Saturated'),
  vanishing: t('Gradient vanishes'),
  exploding: t('Gradient explodes'),
  'no gradient': t('No gradient'),
  'not updated': t('Not updated'),
};

const REASONS: Record<Kind, (state: NodeState) => string> = {
  nonfinite: () => t('among its values or its gradient'),
  dead: () => t('every result is 0 for the whole batch'),
  saturated: () => t('nearly all results lie where the slope is nearly 0'),
  vanishing: ({ gradNorm }) => t('its norm is {0}, less than a ten-thousandth of the whole net’s', num(gradNorm)),
  exploding: ({ gradNorm }) => t('its norm is {0}, above 100', num(gradNorm)),
  'no gradient': () => t('backward() has ended and its .grad is None'),
  'not updated': () => t('the last step left every element as it was'),
};

/** Lines of a tooltip: more are counted. */
const MOST = 5;

/** What most nodes of a kind have is said once for all of them, from so many on: a sign on every card says nothing. */
const LEAST_COMMON = 8;

/** Nodes that could have a finding at all. */
const COULD: Partial<Record<Kind, (node: GraphNode, state: NodeState) => boolean>> = {
  dead: ({ op }) => op === 'relu',
  saturated: ({ op }) => op === 'sigmoid' || op === 'tanh',
  vanishing: (_, { gradNorm }) => gradNorm !== null,
  exploding: (_, { gradNorm }) => gradNorm !== null,
  'no gradient': ({ kind }) => kind === 'parameter',
  'not updated': ({ kind }) => kind === 'parameter',
};

/** Findings that more than half of the nodes share which could have them, with the words for all of them. */
export function shared(nodes: ReadonlyMap<number, NodeState>, of: readonly GraphNode[]): Map<Kind, string> {
  const found = new Map<Kind, { had: number; could: number }>();
  for (const node of of) {
    const state = nodes.get(node.id);
    if (!state) continue;
    for (const [kind, could] of Object.entries(COULD) as [Kind, NonNullable<(typeof COULD)[Kind]>][]) {
      if (!could(node, state)) continue;
      const sum = found.get(kind) ?? { had: 0, could: 0 };
      found.set(kind, sum);
      sum.could++;
      if (state.health?.includes(kind)) sum.had++;
    }
  }
  const words = new Map<Kind, string>();
  for (const [kind, { had, could }] of found)
    if (had >= LEAST_COMMON && had * 2 > could)
      words.set(
        kind,
        plural(could, '{2}: {1} of {0} node', '{2}: {1} of {0} nodes', count(could), count(had), NAMES[kind]),
      );
  return words;
}

/** The names for a label, and the reasons with their lines for a tooltip; null where all is well. `said`: what is said for all nodes at once. */
export function unwell(
  members: readonly number[],
  nodes: ReadonlyMap<number, NodeState>,
  nodeOf: (id: number) => GraphNode | undefined,
  said: ReadonlyMap<Kind, string>,
): { names: string; reasons: string } | null {
  const lines: string[] = [];
  const kinds = new Set<Kind>();
  for (const id of members) {
    const state = nodes.get(id);
    if (!state?.health) continue;
    const node = nodeOf(id);
    const place = node?.place ? ` (${placeText(node.place)})` : '';
    const of = members.length > 1 && node ? `${node.label || node.op}: ` : '';
    for (const kind of state.health) {
      if (said.has(kind)) continue;
      kinds.add(kind);
      lines.push(`${of}${NAMES[kind]}: ${REASONS[kind](state)}${place}`);
    }
  }
  if (lines.length === 0) return null;
  const more = lines.length > MOST ? [t('and {0} more', lines.length - MOST)] : [];
  return {
    names: [...kinds].map((kind) => NAMES[kind]).join(', '),
    reasons: [...lines.slice(0, MOST), ...more].join('\n'),
  };
}
