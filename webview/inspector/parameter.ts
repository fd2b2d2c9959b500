/** What training does to a parameter, in a line of numbers. */

import type { ParameterFacts } from '../../src/protocol/views';
import { button, el, keyed } from '../dom';
import { count, num } from '../format';
import { t } from '../l10n';
import type { Store } from '../store';

export class ParameterLine {
  readonly element = el('div', { class: 'wide' });

  constructor(private readonly store: Store) {}

  update(facts: ParameterFacts | null): void {
    this.element.hidden = facts === null;
    if (!facts) return;
    const { tensor, weight, gradient, update, updates } = facts;
    const ratio = update !== null && weight ? update / weight : null;
    const rows: [string, string, string][] = [
      [t('weight'), num(weight), t('Norm of the parameter')],
      [t('gradient'), num(gradient), t('Norm of its .grad at the cursor; – where it is None')],
      [t('update'), num(update), t('Norm of what the last update added')],
      [t('update / weight'), num(ratio, 3), t('How far the last update moved it; about 0.001 is usual')],
      [t('updates'), count(updates), t('How often it was updated in the whole run')],
    ];
    keyed(this.element, JSON.stringify(facts), () => [
      el(
        'dl',
        { class: 'stats', 'aria-label': t('Norms') },
        ...rows.map(([name, value, title]) => el('div', { title }, el('dt', {}, name), el('dd', {}, value))),
      ),
      updates > 0 &&
        button(
          t('Show how the optimizer moves it'),
          () => this.store.setUi({ tab: 'optimizer', parameter: tensor, element: null }),
          { class: 'link' },
          t('Show its updates'),
        ),
    ]);
  }
}
