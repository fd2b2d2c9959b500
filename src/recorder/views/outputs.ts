/** What the script printed, and when. */

import { t } from '../../protocol/l10n';
import type { OutputView } from '../../protocol/views';
import type { Recording } from '../recording';
import { headOf } from './figures';

/** `Figure 2: loss (1 line)` */
export const figureLine = ({ number, title, summary }: { number: number; title: string; summary: string }): string =>
  `${t('Figure {0}', number)}${title && `: ${title.replaceAll('\n', ' ')}`} (${summary})`;

/** Pieces in one answer: whoever shows them asks for more. */
const AT_ONCE = 5000;

/** Printed pieces from the n-th on, in order. */
export function outputsOf(r: Recording, from: number): OutputView {
  const first = Math.max(0, Math.min(Math.trunc(from) || 0, r.outputCount));
  const outputs = Array.from({ length: Math.min(AT_ONCE, r.outputCount - first) }, (_, i) => r.output(first + i)).map(
    ({ tick, stream, text }) => ({
      tick,
      iteration: r.iterationAt(tick),
      category: stream === 'figure' ? ('console' as const) : stream,
      text: stream === 'figure' ? `${figureLine(headOf({ tick, stream, text }))}\n` : text,
      place: r.placeAt(tick),
    }),
  );
  return { from: first, total: r.outputCount, outputs };
}
