/** The elements as a table of exact numbers: rows are asked for as they come into sight, however many there are. */
import type { TensorGrid, TensorQuestion, TensorView } from '../../src/protocol/views';
import { el } from '../dom';
import { exact } from '../format';
import { post } from '../host';
import { t } from '../l10n';
import { Rows } from '../rows';
import { WINDOW } from '../ui';

export class Numbers {
  private readonly summary = el('summary', { title: t('Every number, as a table') }, t('Numbers'));
  readonly element = el('details', { class: 'numbers' }, this.summary);
  private readonly head = el('div', { class: 'head', 'aria-hidden': true });
  private readonly rows: Rows;
  private view: TensorView | null = null;
  private built: TensorView | null = null;
  private question: TensorQuestion | null = null;
  /** Cells by the row that they begin at; null while they are on their way. */
  private readonly blocks = new Map<number, TensorGrid | null>();

  constructor(toggled: (open: boolean) => void) {
    this.rows = new Rows(t('Numbers'), (row) => this.row(row));
    this.element.append(this.head, this.rows.element);
    this.rows.element.addEventListener('scroll', () => {
      this.head.scrollLeft = this.rows.element.scrollLeft;
    });
    // The browser's own `toggle` comes after the next redraw, which would close it again.
    this.summary.addEventListener('click', (event) => {
      event.preventDefault();
      this.element.open = !this.element.open;
      toggled(this.element.open);
      this.build();
    });
  }

  update(view: TensorView, question: TensorQuestion, open: boolean): void {
    this.view = view;
    this.question = question;
    this.element.hidden = view.grid === null || view.grid.rows * view.grid.cols <= 1;
    if (this.element.open !== open) this.element.open = open;
    this.build();
  }

  /** Cells that were asked for. */
  receive({ question, grid }: { question: TensorQuestion; grid: TensorGrid | null }): void {
    if (!grid || question.tensor !== this.question?.tensor || grid.cols !== this.view?.grid?.cols) return;
    if (grid.col0 !== this.view.grid.col0 || !this.blocks.has(grid.row0)) return;
    this.blocks.set(grid.row0, grid);
    this.rows.update(this.view.grid.rows);
  }

  private build(): void {
    const { view } = this;
    const grid = view?.grid;
    if (!grid || !this.element.open || this.built === view) return;
    this.built = view;
    this.blocks.clear();
    if (grid.row0 % WINDOW === 0) this.blocks.set(grid.row0, grid);
    const columns = Array.from({ length: grid.windowCols }, (_, i) => el('span', {}, grid.col0 + i));
    this.head.replaceChildren(el('span', { class: 'nr' }), ...columns);
    this.rows.element.style.height = `${Math.min(17, grid.rows + 1) * 19}px`;
    this.rows.update(grid.rows);
  }

  private row(row: number): HTMLElement {
    const { view, question } = this;
    const start = Math.floor(row / WINDOW) * WINDOW;
    if (!this.blocks.has(start) && view?.grid && question) {
      this.blocks.set(start, null);
      const { images, ...rest } = question;
      post({ type: 'cells', question: { ...rest, row0: start, col0: view.grid.col0 } });
    }
    const grid = this.blocks.get(start);
    const line = el('div', { class: 's-line', role: 'listitem' }, el('span', { class: 'nr' }, row));
    for (let col = 0; col < (view?.grid?.windowCols ?? 0); col++) {
      const cell = grid?.cells[(row - start) * grid.windowCols + col];
      line.append(el('span', {}, cell === undefined ? '…' : exact(cell, view!.dtype)));
    }
    return line;
  }
}
