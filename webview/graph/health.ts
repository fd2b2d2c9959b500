/** What is wrong with what a card stands for, in words. */
import type { GraphNode, HealthChip, NodeState } from '../../src/protocol/views';
import { num, placeText } from '../format';
import { t } from '../l10n';

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

/** The names for a label, and the reasons with their lines for a tooltip; null where all is well. */
export function unwell(
  members: readonly number[],
  nodes: ReadonlyMap<number, NodeState>,
  nodeOf: (id: number) => GraphNode | undefined,
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
