/** The same window as a table of numbers, built only while it is open. */

import type { TensorView } from '../../src/protocol/views';
import { el } from '../dom';
import { num } from '../format';
import { t } from '../l10n';

export class Numbers {
  readonly element = el(
    'details',
    { class: 'numbers' },
    el('summary', { title: t('Every number, as a table') }, t('Numbers')),
  );
  private readonly holder = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Numbers' });
  private view: TensorView | null = null;
  private built: TensorView | null = null;

  constructor(toggled: (open: boolean) => void) {
    this.element.append(this.holder);
    this.element.addEventListener('toggle', () => {
      toggled(this.element.open);
      this.build();
    });
  }

  update(view: TensorView, open: boolean): void {
    this.view = view;
    this.element.hidden = view.grid === null || view.grid.cells.length <= 1;
    if (this.element.open !== open) this.element.open = open;
    this.build();
  }

  private build(): void {
    const { view } = this;
    const grid = view?.grid;
    if (!grid || !this.element.open || this.built === view) return;
    this.built = view;
    const head = el('tr', {}, el('td'));
    for (let col = 0; col < grid.windowCols; col++) head.append(el('th', { scope: 'col' }, grid.col0 + col));
    const body = el('tbody');
    for (let row = 0; row < grid.windowRows; row++) {
      const line = el('tr', {}, el('th', { scope: 'row' }, grid.row0 + row));
      for (let col = 0; col < grid.windowCols; col++) {
        line.append(el('td', {}, num(grid.cells[row * grid.windowCols + col])));
      }
      body.append(line);
    }
    this.holder.replaceChildren(el('table', {}, el('thead', {}, head), body));
  }
}
