/** The statistics table. */

import type { Stats } from '../../src/protocol/views';
import { el } from '../dom';
import { statRows } from '../format';
import { t } from '../l10n';

export function statsTable(stats: Stats): HTMLElement {
  const rows = statRows(stats).filter(
    ([name], i) => i < 6 || (name === t('zeros') ? stats.zeros : stats.nan + stats.inf) > 0,
  );
  return el(
    'dl',
    { class: 'stats', 'aria-label': t('Statistics') },
    ...rows.map(([name, value]) => {
      const bad = (name === 'NaN' && stats.nan > 0) || (name === t('infinite') && stats.inf > 0);
      return el('div', { class: bad ? 'bad' : null }, el('dt', {}, name), el('dd', {}, value));
    }),
  );
}
