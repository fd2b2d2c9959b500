/** A long list of terms: the largest first, the rest behind a button. */

import { button, el } from '../dom';
import { t } from '../l10n';

/** As many as are read at a glance. */
export const GLANCE = 8;

/** `unsaid`: terms that were not even sent. */
export function terms(rows: HTMLElement[], unsaid: number, name: string): HTMLElement {
  const list = el('div', { class: 'terms-list' }, ...rows.slice(0, GLANCE));
  const hidden = rows.slice(GLANCE);
  const rest =
    unsaid > 0 ? el('p', { class: 'note' }, t('and {0} smaller {1} that are not listed', unsaid, name)) : null;
  if (hidden.length === 0) {
    if (rest) list.append(rest);
    return list;
  }
  const all = hidden.length + unsaid;
  const more = button(
    t('Show {0} more {1}', hidden.length, name),
    () => {
      more.replaceWith(...hidden, ...(rest ? [rest] : []));
      hidden[0]?.focus();
    },
    { class: 'link more' },
    t('and {0} more', all),
  );
  list.append(more);
  return list;
}
