/** The rule in numbers: its terms, and its steps as they were executed. */

import type { UpdateStep, UpdateTerm } from '../../src/protocol/views';
import { button, el } from '../dom';
import { num } from '../format';
import { t } from '../l10n';

/** The colour a role has in tables and charts. */
export function roleColour(role: string): string {
  if (/grad/i.test(role)) return 'grad';
  if (/step|update/i.test(role)) return 'step';
  if (/weight|param|value/i.test(role)) return 'value';
  return 'state';
}

const ROLES = new Map([
  ['weight', t('weight')],
  ['gradient', t('gradient')],
  ['velocity', t('velocity')],
  ['step taken', t('step taken')],
  ['new weight', t('new weight')],
]);

/** A role in the display language; what an optimizer keeps has PyTorch's own name. */
export function roleText(role: string): string {
  const was = /^(.+) before$/.exec(role)?.[1];
  return was ? t('{0} before', roleText(was)) : (ROLES.get(role) ?? role);
}

export function termsTable(terms: UpdateTerm[], element: string, show: (term: UpdateTerm) => void): HTMLElement {
  const rows = terms.map((term) =>
    el(
      'tr',
      {},
      el(
        'th',
        { scope: 'row' },
        el('i', { class: `key stroke ${roleColour(term.role)}`, 'aria-hidden': true }),
        roleText(term.role),
      ),
      el(
        'td',
        { class: 'name' },
        term.ref ? button(t('Inspect {0}', term.name), () => show(term), { class: 'link' }, term.name) : term.name,
      ),
      el('td', { class: 'number' }, num(term.value, 5)),
      el('td', { class: 'number' }, num(term.norm)),
    ),
  );
  const head = el(
    'tr',
    {},
    el('th', { scope: 'col' }, t('role')),
    el('th', { scope: 'col' }, t('tensor')),
    el('th', { scope: 'col', class: 'number' }, element ? t('at {0}', element) : t('value')),
    el('th', { scope: 'col', class: 'number' }, t('norm')),
  );
  return el('table', { class: 'terms' }, el('thead', {}, head), el('tbody', {}, ...rows));
}

export function stepsList(steps: UpdateStep[], cursor: number, seek: (step: UpdateStep) => void): HTMLElement {
  return el(
    'ol',
    { class: 'steps' },
    ...steps.map((step) => {
      const now = step.tick === cursor;
      return el(
        'li',
        { class: `${step.done ? 'done' : 'todo'}${now ? ' now' : ''}`, 'aria-current': now ? 'step' : null },
        el('span', { class: 'mark', 'aria-hidden': true }, step.done ? '✓' : '○'),
        button(
          t('Go to this step: {0}, {1}', step.op, step.done ? t('done') : t('not done yet')),
          () => seek(step),
          { class: 'go' },
          el('code', {}, step.expression),
          step.numbers ? el('code', { class: 'numbers' }, step.numbers) : null,
        ),
      );
    }),
  );
}
