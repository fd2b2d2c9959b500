/** The rule in numbers: its terms, and its steps as they were executed. */
import type { UpdateStep, UpdateTerm } from '../../src/protocol/views';
import { button, el } from '../dom';
import { num } from '../format';

/** The colour a role has in tables and charts. */
export function roleColour(role: string): string {
  if (/grad/i.test(role)) return 'grad';
  if (/step|update/i.test(role)) return 'step';
  if (/weight|param|value/i.test(role)) return 'value';
  return 'state';
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
        term.role,
      ),
      el(
        'td',
        { class: 'name' },
        term.ref ? button(`Inspect ${term.name}`, () => show(term), { class: 'link' }, term.name) : term.name,
      ),
      el('td', { class: 'number' }, num(term.value, 5)),
      el('td', { class: 'number' }, num(term.norm)),
    ),
  );
  const head = el(
    'tr',
    {},
    el('th', { scope: 'col' }, 'role'),
    el('th', { scope: 'col' }, 'tensor'),
    el('th', { scope: 'col', class: 'number' }, element ? `at ${element}` : 'value'),
    el('th', { scope: 'col', class: 'number' }, 'norm'),
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
          `Go to this step: ${step.op}, ${step.done ? 'done' : 'not done yet'}`,
          () => seek(step),
          { class: 'go' },
          el('code', {}, step.expression),
          step.numbers ? el('code', { class: 'numbers' }, step.numbers) : null,
        ),
      );
    }),
  );
}
