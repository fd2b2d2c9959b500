/** The window of a tensor as coloured cells: exact number on hover and on keyboard focus. */

import type { TensorView } from '../../src/protocol/views';
import { prepare } from '../charts/canvas';
import { button, el, setText } from '../dom';
import { exact, num, shapeSaid } from '../format';
import { t } from '../l10n';
import { css } from '../theme';
import { type CellScale, cellScale } from './scale';

export interface HeatmapActions {
  page(row0: number, col0: number): void;
  slice(slice: number[]): void;
  /** Follows an element in the optimizer panel; null where the tensor is no parameter. */
  follow: ((element: number[]) => void) | null;
}

const WINDOW = 64;
const TALLEST = 300;

export class Heatmap {
  readonly element = el('section', { class: 'heatmap', 'aria-label': 'Heat-map' });
  private readonly canvas = el('canvas', { tabindex: 0, role: 'application', 'aria-roledescription': 'heat-map' });
  private readonly readout = el('p', { class: 'readout', role: 'status' });
  private readonly follow: HTMLButtonElement;
  private readonly pages = el('div', { class: 'pages' });
  private readonly slices = el('div', { class: 'slices' });
  private readonly low = el('span');
  private readonly high = el('span');
  private view: TensorView | null = null;
  private scale: CellScale | null = null;
  private actions: HeatmapActions | null = null;
  private cell = { row: 0, col: 0, on: false };
  private step = { x: 1, y: 1 };

  constructor() {
    this.follow = button('Follow this element in the optimizer', () => this.actions?.follow?.(this.index()), {
      class: 'link',
      hidden: true,
    });
    const legend = el(
      'div',
      { class: 'scale', 'aria-hidden': true },
      this.low,
      el('i'),
      '0',
      el('i', { class: 'up' }),
      this.high,
    );
    const line = el('div', { class: 'line' }, this.readout, this.follow);
    this.element.append(el('h3', {}, 'Heat-map'), this.slices, this.canvas, line, legend, this.pages);
    this.canvas.addEventListener('pointermove', (event) => this.point(event));
    this.canvas.addEventListener('click', (event) => this.point(event));
    this.canvas.addEventListener('pointerdown', (event) => this.point(event));
    this.canvas.addEventListener('pointerleave', () => {
      if (document.activeElement !== this.canvas) this.off();
    });
    this.canvas.addEventListener('focus', () => this.move(0, 0));
    this.canvas.addEventListener('blur', () => this.off());
    this.canvas.addEventListener('keydown', (event) => this.key(event));
  }

  update(view: TensorView, width: number, actions: HeatmapActions): void {
    this.view = view;
    this.actions = actions;
    const { grid } = view;
    this.element.hidden = grid === null || grid.rows * grid.cols <= 1;
    if (!grid || this.element.hidden) return;
    this.cell.row = Math.min(this.cell.row, grid.windowRows - 1);
    this.cell.col = Math.min(this.cell.col, grid.windowCols - 1);
    this.scale = cellScale(grid);
    const x = Math.max(3, Math.min(24, Math.floor(width / grid.windowCols)));
    const y = Math.max(4, Math.min(x, 22, Math.floor(TALLEST / grid.windowRows)));
    this.step = { x, y: grid.windowRows === 1 ? Math.max(y, 18) : y };
    this.canvas.setAttribute(
      'aria-label',
      `Heat-map of ${view.name}, ${shapeSaid(view.shape)}. Arrow keys read the numbers.`,
    );
    setText(this.low, this.scale.full === 0 ? '' : num(-this.scale.full, 3));
    setText(this.high, this.scale.full === 0 ? '' : num(this.scale.full, 3));
    this.paint();
    this.buildPages(view);
    this.buildSlices(view);
    if (this.cell.on) this.read();
  }

  private paint(): void {
    const grid = this.view?.grid;
    if (!grid || !this.scale) return;
    const { x, y } = this.step;
    const context = prepare(this.canvas, grid.windowCols * x + 2, grid.windowRows * y + 2);
    if (!context) return;
    const gap = x >= 7 && y >= 7 ? 1 : 0;
    for (let row = 0; row < grid.windowRows; row++) {
      for (let col = 0; col < grid.windowCols; col++) {
        context.fillStyle = this.scale.of(grid.cells[row * grid.windowCols + col]!);
        context.fillRect(1 + col * x, 1 + row * y, x - gap, y - gap);
      }
    }
    if (this.cell.on) {
      context.strokeStyle = css('--ring');
      context.lineWidth = 2;
      context.strokeRect(this.cell.col * x + 0.5, this.cell.row * y + 0.5, x + 1 - gap, y + 1 - gap);
    }
  }

  /** Index of the cell in the whole tensor. */
  private index(): number[] {
    const { view, cell } = this;
    const grid = view!.grid!;
    const last = [grid.row0 + cell.row, grid.col0 + cell.col];
    if (view!.shape.length === 0) return [];
    return view!.shape.length === 1 ? [last[1]!] : [...grid.slice, ...last];
  }

  private read(): void {
    const grid = this.view?.grid;
    if (!grid) return;
    const cell = grid.cells[this.cell.row * grid.windowCols + this.cell.col]!;
    const index = this.index();
    setText(this.readout, `${index.length > 0 ? `[${index.join(', ')}] = ` : ''}${exact(cell, this.view!.dtype)}`);
    this.follow.hidden = !this.actions?.follow;
    // VS Code's menu for webviews reads what it is about from here.
    const { tensor, part } = this.view!.ref;
    this.canvas.dataset.vscodeContext = JSON.stringify({
      webviewSection: 'cell',
      cell: { tensor, part, element: index },
      preventDefaultContextMenuItems: true,
    });
  }

  private off(): void {
    this.cell.on = false;
    this.paint();
  }

  private point(event: PointerEvent | MouseEvent): void {
    const grid = this.view?.grid;
    if (!grid) return;
    const box = this.canvas.getBoundingClientRect();
    const col = Math.floor((event.clientX - box.left - 1) / this.step.x);
    const row = Math.floor((event.clientY - box.top - 1) / this.step.y);
    if (row < 0 || col < 0 || row >= grid.windowRows || col >= grid.windowCols) return;
    this.cell = { row, col, on: true };
    this.paint();
    this.read();
  }

  private move(rows: number, cols: number): void {
    const grid = this.view?.grid;
    if (!grid) return;
    this.cell.row = Math.max(0, Math.min(grid.windowRows - 1, this.cell.row + rows));
    this.cell.col = Math.max(0, Math.min(grid.windowCols - 1, this.cell.col + cols));
    this.cell.on = true;
    this.paint();
    this.read();
  }

  private key(event: KeyboardEvent): void {
    const grid = this.view?.grid;
    if (!grid || event.ctrlKey || event.altKey || event.metaKey) return;
    const { row, col } = this.cell;
    if (event.key === 'ArrowLeft') this.move(0, -1);
    else if (event.key === 'ArrowRight') this.move(0, 1);
    else if (event.key === 'ArrowUp') this.move(-1, 0);
    else if (event.key === 'ArrowDown') this.move(1, 0);
    else if (event.key === 'Home') this.move(0, -col);
    else if (event.key === 'End') this.move(0, grid.windowCols - 1 - col);
    else if (event.key === 'PageDown' && grid.row0 + WINDOW < grid.rows)
      this.actions?.page(grid.row0 + WINDOW, grid.col0);
    else if (event.key === 'PageUp' && grid.row0 > 0) this.actions?.page(Math.max(0, grid.row0 - WINDOW), grid.col0);
    else if (event.key === 'Enter' && this.actions?.follow) this.actions.follow([...this.index()]);
    else if (row >= 0) return;
    event.preventDefault();
  }

  private buildPages(view: TensorView): void {
    const grid = view.grid!;
    const key = [grid.rows, grid.cols, grid.row0, grid.col0, grid.windowRows, grid.windowCols].join();
    if (this.pages.dataset.key === key) return;
    this.pages.dataset.key = key;
    const turn = (
      name: string,
      from: number,
      shown: number,
      all: number,
      go: (to: number) => void,
    ): HTMLElement | null => {
      if (shown >= all) return null;
      const to = (by: number): void => go(Math.max(0, Math.min(all - 1, from + by)));
      return el(
        'span',
        { class: 'page' },
        button(
          `Previous ${name}`,
          () => to(-WINDOW),
          { class: 'icon', 'aria-disabled': from === 0 ? 'true' : null },
          '‹',
        ),
        `${name} ${from}–${from + shown - 1} of ${all}`,
        button(
          `Next ${name}`,
          () => to(WINDOW),
          { class: 'icon', 'aria-disabled': from + shown >= all ? 'true' : null },
          '›',
        ),
      );
    };
    const parts = [
      turn('rows', grid.row0, grid.windowRows, grid.rows, (row) => this.actions?.page(row, grid.col0)),
      turn('columns', grid.col0, grid.windowCols, grid.cols, (col) => this.actions?.page(grid.row0, col)),
    ];
    this.pages.replaceChildren(...parts.filter((part) => part !== null));
  }

  private buildSlices(view: TensorView): void {
    const leading = view.shape.slice(0, Math.max(0, view.shape.length - 2));
    const key = leading.join();
    if (this.slices.dataset.key !== key) {
      this.slices.dataset.key = key;
      const inputs = leading.map((size, i) => {
        const input = el('input', {
          type: 'number',
          min: 0,
          max: size - 1,
          'aria-label': t('Index in dimension {0}, below {1}', i, size),
          title: t('Index in dimension {0}, below {1}', i, size),
        });
        input.addEventListener('change', () => {
          const all = [...this.slices.querySelectorAll('input')];
          this.actions?.slice(
            all.map((one, d) => Math.max(0, Math.min(leading[d]! - 1, Math.trunc(Number(one.value) || 0)))),
          );
        });
        return el('label', {}, `dim ${i}`, input);
      });
      this.slices.replaceChildren(...inputs);
    }
    this.slices.querySelectorAll('input').forEach((input, i) => {
      if (document.activeElement !== input) input.value = String(view.grid!.slice[i] ?? 0);
    });
  }
}
